// npm run build, then node build/bench/traced.js [question]...: what traced functions cost and save. Questions: step, tape, epoch, trace,
// arena.

import * as tf from "../lib/index.js";
import { tensorBytes } from "../lib/core/blocks.js";
import { networks, samples, type Network, type NetworkName } from "./networks.js";
import { resnet50 } from "./resnet50.js";

type Step = (x: tf.Tensor, y: tf.Tensor) => tf.Tensor;
type Optimizer = InstanceType<typeof tf.keras.optimizers.Optimizer>;

const loss = new tf.keras.losses.SparseCategoricalCrossentropy({ fromLogits: true });

interface Parts {
  readonly forward: Step;
  readonly update: (gradients: readonly (tf.Tensor | null)[]) => void;
  readonly sources: tf.Variable[];
}

function partsOf(model: tf.keras.Model, optimizer: Optimizer, x: tf.Tensor): Parts {
  const called = model as unknown as (x: tf.Tensor, options?: { training: boolean }) => tf.Tensor;
  called(x);
  const sources = model.trainableVariables;
  optimizer.build(sources);
  return {
    sources,
    forward: (x, y) => loss(y, called(x, { training: true })),
    update: (gradients) => optimizer.applyGradients(tf.zip([...gradients], sources)),
  };
}

/** A training step with its own tape. */
const stepOf =
  ({ forward, update, sources }: Parts): Step =>
  (x, y) => {
    const tape = new tf.GradientTape();
    const value = tape.record(() => forward(x, y));
    update(tape.gradient(value, sources));
    return value;
  };

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

/** Median milliseconds of each, taken in turns. */
function times(actions: Readonly<Record<string, () => unknown>>, milliseconds = 1500): Record<string, number> {
  const all = Object.fromEntries(Object.keys(actions).map((name) => [name, [] as number[]]));
  const begin = performance.now();
  while (performance.now() - begin < milliseconds) {
    for (const [name, action] of Object.entries(actions)) {
      for (let i = 0; i < 5; i++) {
        const start = performance.now();
        action();
        all[name]!.push(performance.now() - start);
      }
    }
  }
  return Object.fromEntries(Object.entries(all).map(([name, values]) => [name, median(values.slice(values.length >> 2))]));
}

const made = (name: NetworkName) => {
  const network: Network = networks[name];
  const [x, y] = samples(network, 32);
  const fresh = () => partsOf(network.make(), network.optimizer() as Optimizer, x);
  return { network, x, y, fresh };
};

const text = (values: Record<string, number>) =>
  Object.entries(values)
    .map(([name, value]) => `${name} ${value.toFixed(3)}`)
    .join(", ");

const questions: Record<string, () => void | Promise<void>> = {
  /** The whole step against the sum of its kernels' own times. */
  step() {
    for (const name of ["mlp", "cnn"] as const) {
      const { x, y, fresh } = made(name);
      const step = tf.function(stepOf(fresh()));
      times({ step: () => step(x, y) }, 700);
      const profile = step.getConcreteFunction(x, y).profile(x, y);
      const { call } = times({ call: () => step(x, y) }, 700);
      console.log(
        `${name}: call ${call!.toFixed(3)} ms, program ${profile.runMs.toFixed(3)} ms, its kernels ${profile.stepsMs.toFixed(3)} ms`,
      );
    }
  },
  /** Step by step; traced with the tape outside; traced whole. */
  tape() {
    for (const name of ["mlp", "cnn"] as const) {
      const { x, y, fresh } = made(name);
      const [eager, outside, whole] = [fresh(), fresh(), fresh()];
      const steps = {
        eager: stepOf(eager),
        "tape outside": stepOf({ ...outside, forward: tf.function(outside.forward), update: tf.function(outside.update) }),
        whole: tf.function(stepOf(whole)),
      };
      console.log(
        `${name}: ${text(times(Object.fromEntries(Object.entries(steps).map(([key, step]) => [key, () => step(x, y)])), 4000))} ms`,
      );
    }
  },
  /** `fit`'s epoch against its steps alone. */
  async epoch() {
    for (const [name, batches] of [
      ["mlp", 600],
      ["cnn", 60],
    ] as const) {
      const { network } = made(name);
      const [x, y] = samples(network, 32 * batches);
      const model = network.make();
      model.compile({ optimizer: network.optimizer(), loss, metrics: ["accuracy"] });
      await model.fit(x, y, { batchSize: 32, epochs: 1, verbose: 0, shuffle: false });
      const [x1, y1] = samples(network, 32);
      const train = model.makeTrainFunction() as unknown as (batches: readonly unknown[]) => unknown;
      const epochs: number[] = [];
      const steps: number[] = [];
      for (let i = 0; i < 3; i++) {
        let begin = performance.now();
        await model.fit(x, y, { batchSize: 32, epochs: 1, verbose: 0 });
        epochs.push(performance.now() - begin);
        begin = performance.now();
        for (let k = 0; k < batches; k++) train([[x1, y1]]);
        steps.push(performance.now() - begin);
      }
      console.log(
        `${name}: epoch ${median(epochs).toFixed(1)} ms, ${batches} steps ${median(steps).toFixed(1)} ms, ratio ${(median(epochs) / median(steps)).toFixed(2)}`,
      );
    }
  },
  /** Tracing and compiling a training step, in a process that has just begun. */
  trace() {
    const report = (name: string, parts: Parts, x: tf.Tensor, y: tf.Tensor) => {
      const step = tf.function(stepOf(parts));
      const begin = performance.now();
      const concrete = step.getConcreteFunction(x, y);
      const traced = performance.now();
      const executable = concrete.executable();
      const compiled = performance.now();
      console.log(
        `${name}: traced ${(traced - begin).toFixed(0)} ms, compiled ${(compiled - traced).toFixed(0)} ms, ${executable.graph.steps.length} steps`,
      );
    };
    const { x, y, fresh } = made("cnn");
    report("cnn", fresh(), x, y);
    const images = tf.random.uniform([2, 64, 64, 3]);
    const parts = partsOf(resnet50(64, 10), new tf.keras.optimizers.SGD({ learningRate: 0.01, momentum: 0.9 }) as Optimizer, images);
    for (const time of ["first", "second"]) report(`resnet of 50 layers, ${time} time`, parts, images, tf.zeros([2], { dtype: "int32" }));
  },
  /** Bytes of the arena of a step, and what the same step holds at its peak when it runs operation by operation. */
  async arena() {
    for (const name of ["mlp", "cnn", "resnet"] as const) {
      const { x, y, fresh } = made(name);
      const parts = fresh();
      const step = stepOf(parts);
      step(x, y);
      await new Promise((resolve) => setTimeout(resolve, 50));
      (globalThis as { gc?: () => void }).gc?.();
      await new Promise((resolve) => setTimeout(resolve, 50));
      const before = tensorBytes();
      step(x, y);
      const held = tensorBytes() - before;
      const { arenaBytes, unplannedBytes } = tf.function(step).getConcreteFunction(x, y).executable().plan;
      const mb = (bytes: number) => `${(bytes / 1e6).toFixed(2)} MB`;
      console.log(
        `${name}: arena ${mb(arenaBytes)}, without sharing ${mb(unplannedBytes)}, eager ${mb(held)}: ${((100 * arenaBytes) / held).toFixed(0)} %`,
      );
    }
  },
};

const asked = process.argv.slice(2);
for (const name of asked.length > 0 ? asked : Object.keys(questions)) {
  const question = questions[name];
  if (!question) throw new Error(`traced: given ${name}; expected some of ${Object.keys(questions).join(", ")}`);
  console.log(`-- ${name}`);
  await question();
}
