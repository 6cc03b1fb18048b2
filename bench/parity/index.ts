// npm run parity: the same training here and in PyTorch, from the same initial weights and the same data in the same order, compared by the
// loss of every step.
//
// Where two activations are nearly equal, rounding decides which of them max pooling takes, and so where a gradient goes: from there on two
// correct programs drift apart. PyTorch's own single and double precision show how far, and are the yardstick beyond the tolerance.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { fashionMnist } from "../../datasets/index.js";
import * as tf from "../../lib/index.js";
import { SimpleCNN, SimpleMLP } from "../../models/index.js";
import { repository } from "../harness/repository.js";
import { findPython } from "../peers/peer.js";

const { optimizers, losses } = tf.keras;

const BATCH = 32;
/** The relative deviation of a loss that passes anyhow. */
const TOLERANCE = 1e-4;

/** The loss of every step, in both precisions. */
interface Losses {
  readonly single: readonly number[];
  readonly double: readonly number[];
}

interface Training {
  readonly model: "cnn" | "mlp";
  readonly optimizer: "rmsprop" | "adam";
  make(): tf.keras.Model;
  makeOptimizer(): InstanceType<typeof optimizers.RMSprop | typeof optimizers.Adam>;
}

const trainings: readonly Training[] = [
  {
    model: "cnn",
    optimizer: "rmsprop",
    make: () => new SimpleCNN(),
    makeOptimizer() {
      const learningRate = new optimizers.schedules.ExponentialDecay(1e-4, 100_000, 0.96, { staircase: true });
      return new optimizers.RMSprop({ learningRate });
    },
  },
  { model: "mlp", optimizer: "adam", make: () => new SimpleMLP(), makeOptimizer: () => new optimizers.Adam() },
];

const { values } = parseArgs({
  options: { steps: { type: "string", default: "200" }, model: { type: "string" }, seed: { type: "string", default: "1" } },
});
const steps = Number(values.steps);
const python = findPython();
if (!python) {
  console.log("missing: a python3 that can import torch");
} else {
  const [[images, labels]] = await fashionMnist.loadData();
  const count = steps * BATCH;
  const x = tf
    .cast(tf.slice(images, [0, 0, 0], [count, 28, 28]), "float32")
    .div(255)
    .reshape([steps, BATCH, 28, 28, 1]);
  const y = tf.cast(tf.slice(labels, [0], [count]), "int32").reshape([steps, BATCH]);
  for (const training of trainings.filter(({ model }) => (values.model ?? model) === model)) {
    const { ours, theirs } = await lossesOfBoth(python, training, x, y);
    report(training, ours, theirs);
  }
}

async function lossesOfBoth(python: string, training: Training, x: tf.Tensor, y: tf.Tensor) {
  tf.random.setSeed(Number(values.seed));
  const model = training.make();
  model.compile({ optimizer: training.makeOptimizer(), loss: new losses.SparseCategoricalCrossentropy({ fromLogits: true }) });
  model(batchOf(x, 0));
  const folder = mkdtempSync(join(tmpdir(), "kerasm-parity-"));
  try {
    const weights = model.weights.map((weight, i) => {
      writeFileSync(join(folder, `${i}.f32`), weight.value().data());
      return { file: `${i}.f32`, shape: weight.shape };
    });
    writeFileSync(join(folder, "images.f32"), x.data());
    writeFileSync(join(folder, "labels.i32"), y.data());
    const { model: name, optimizer } = training;
    writeFileSync(join(folder, "spec.json"), JSON.stringify({ model: name, optimizer, steps, batch: BATCH, weights }));
    const ours: number[] = [];
    for (let step = 0; step < steps; step++) {
      model.resetMetrics();
      ours.push((await model.trainOnBatch(batchOf(x, step), batchOf(y, step))) as number);
    }
    const output = execFileSync(python, [join(repository, "bench/parity/oracle.py"), folder], { encoding: "utf8" });
    return { ours, theirs: JSON.parse(output) as Losses };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function batchOf(all: tf.Tensor, step: number): tf.Tensor {
  return tf.keras.ops.take(all, step, 0);
}

function report({ model, optimizer }: Training, ours: readonly number[], { single, double }: Losses): void {
  const beside = deviation(ours, single);
  const [oursFromDouble, singleFromDouble] = [deviation(ours, double), deviation(single, double)];
  const isEqual = beside.largest <= TOLERANCE || oursFromDouble.largest <= 2 * singleFromDouble.largest;
  console.log(
    `${model} ${optimizer}: ${ours.length} steps, loss ${ours[0]!.toFixed(4)} → ${ours.at(-1)!.toFixed(4)}; largest relative deviation`,
  );
  console.log(`  ours from PyTorch's                    ${text(beside)}`);
  console.log(`  ours from PyTorch's in double          ${text(oursFromDouble)}`);
  console.log(`  PyTorch's own single from its double   ${text(singleFromDouble)}`);
  console.log(isEqual ? "  as near as rounding lets them be" : "  NOT EQUAL");
  if (!isEqual) process.exitCode = 1;
}

interface Deviation {
  readonly largest: number;
  /** The step of it, from 1. */
  readonly step: number;
  /** Steps before the first one beyond the tolerance. */
  readonly agreeing: number;
}

function deviation(a: readonly number[], b: readonly number[]): Deviation {
  const all = a.map((loss, i) => Math.abs(loss - b[i]!) / Math.abs(b[i]!));
  const largest = Math.max(...all);
  const first = all.findIndex((each) => each > TOLERANCE);
  return { largest, step: all.indexOf(largest) + 1, agreeing: first < 0 ? all.length : first };
}

function text({ largest, step, agreeing }: Deviation): string {
  return `${largest.toExponential(1)} (step ${step}); within ${TOLERANCE} for ${agreeing} steps`;
}
