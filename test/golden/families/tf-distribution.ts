// What TensorFlow's MirroredStrategy with 1, 2 and 4 logical devices answered: the same here with lockstep replicas.

import * as tf from "../../../lib/index.js";
import type { Case } from "../cases.js";
import type { Mode, ModeName } from "../modes.js";
import { Mismatch, Unsupported } from "../outcome.js";
import { elementsOf, type Encoded } from "../values.js";

const { keras } = tf;

interface Step {
  readonly loss: Encoded;
  readonly weights: readonly Encoded[];
  readonly metrics: { readonly loss: Encoded; readonly mse: Encoded };
}

interface Row {
  readonly id: string;
  readonly name: string;
  readonly replicas: number;
  readonly fn: string;
  readonly axis: number | null;
  readonly reduce_op: "SUM" | "MEAN";
  readonly per_replica: readonly Encoded[];
  readonly result: Encoded | readonly Encoded[];
  readonly elements: number;
  readonly global_batch_size: number;
  readonly drop_remainder: boolean;
  readonly steps: unknown;
  readonly aggregation: string;
  readonly before: Encoded;
  readonly after: Encoded;
  readonly note: string;
  readonly model: object;
  readonly weights: readonly { readonly value: Encoded }[];
  readonly optimizer: { class_name: string; config: Record<string, never> };
  readonly x: Encoded;
  readonly y: Encoded;
  readonly epochs: number;
  readonly compile: { loss: string; metrics: string[] };
  readonly weights_after_each_step: readonly (readonly Encoded[])[];
  readonly history: Record<string, readonly number[]>;
  readonly evaluate_after: Record<string, number>;
  readonly predict_after: Encoded;
  readonly tolerance?: { readonly rtol: number; readonly atol: number };
}

const tensorOf = (encoded: Encoded): tf.Tensor => tf.constant(elementsOf(encoded), { shape: encoded.shape as number[] });
const devices = (count: number): string[] => Array.from({ length: count }, (_, i) => `cpu:${i}`);
const strategyOf = ({ replicas }: Row) => new tf.distribute.MirroredStrategy({ devices: devices(replicas) });
const perReplica = (values: readonly unknown[]): unknown => (values.length === 1 ? values[0] : new tf.distribute.DistributedValues(values));

function compare({ tolerance = { rtol: 1e-5, atol: 1e-6 } }: Row, got: tf.Tensor, expected: Encoded, what: string): void {
  const wanted = elementsOf(expected);
  const elements = got.data();
  if (got.shape.join() !== expected.shape.join())
    throw new Mismatch(`${what}: shape [${got.shape.join()}], expected [${expected.shape.join()}]`);
  const worst = elements.findIndex((value, i) => !(Math.abs(value - wanted[i]!) <= tolerance.atol + tolerance.rtol * Math.abs(wanted[i]!)));
  if (worst >= 0) throw new Mismatch(`${what}: element ${worst} is ${elements[worst]}, expected ${wanted[worst]}`);
}

function count(steps: number, expected: number): void {
  if (steps !== expected) throw new Mismatch(`${steps} steps, expected ${expected}`);
}

const modes = { eager: <F>(fn: F): F => fn, traced: <F>(fn: F): F => tf.function(fn as never) as F };

const functions: Readonly<Record<string, (x: tf.Tensor) => tf.Tensor>> = {
  x: (x) => x,
  "x*x": (x) => tf.multiply(x, x),
  "x+replica_id": (x) => tf.add(x, tf.distribute.getReplicaContext()!.replicaIdInSyncGroup),
  num_replicas: () => tf.constant(tf.distribute.getReplicaContext()!.numReplicasInSync, { dtype: "int32" }),
  "all_reduce(SUM,x)": (x) => tf.distribute.getReplicaContext()!.allReduce(tf.distribute.ReduceOp.SUM, x),
  "all_reduce(MEAN,x)": (x) => tf.distribute.getReplicaContext()!.allReduce(tf.distribute.ReduceOp.MEAN, x),
  "all_gather(x,0)": (x) => tf.distribute.getReplicaContext()!.allGather(x, 0),
};

const checks: Readonly<Record<string, (row: Row, mode: ModeName) => void | Promise<void>>> = {
  run(row, mode) {
    const strategy = strategyOf(row);
    const run = modes[mode]((x: unknown) => strategy.run(functions[row.fn]!, [x]) as unknown) as (x: unknown) => unknown;
    const results = strategy.experimentalLocalResults(run(perReplica(row.per_replica.map(tensorOf))));
    (row.result as readonly Encoded[]).forEach((expected, i) => compare(row, results[i] as tf.Tensor, expected, `replica ${i}`));
  },
  reduce(row, mode) {
    const strategy = strategyOf(row);
    const reduce = modes[mode]((x: unknown) => strategy.reduce(row.reduce_op, x, { axis: row.axis })) as (x: unknown) => tf.Tensor;
    compare(row, reduce(perReplica(row.per_replica.map(tensorOf))), row.result as Encoded, "reduced");
  },
  gather(row, mode) {
    const strategy = strategyOf(row);
    const gather = modes[mode]((x: unknown) => strategy.gather(x, { axis: row.axis! })) as (x: unknown) => tf.Tensor;
    compare(row, gather(perReplica(row.per_replica.map(tensorOf))), row.result as Encoded, "gathered");
  },
  distribute_dataset(row) {
    const strategy = strategyOf(row);
    const dataset = tf.data.Dataset.range(row.elements).batch(row.global_batch_size, { dropRemainder: row.drop_remainder });
    const steps = [...strategy.experimentalDistributeDataset(dataset)].map((each) => strategy.experimentalLocalResults(each));
    const expected = row.steps as readonly (readonly Encoded[])[];
    count(steps.length, expected.length);
    steps.forEach((parts, step) =>
      parts.forEach((part, i) => compare(row, part as tf.Tensor, expected[step]![i]!, `step ${step}, replica ${i}`)),
    );
  },
  mirrored_variable(row, mode) {
    const strategy = strategyOf(row);
    const aggregation = row.aggregation.toLowerCase() as "none";
    const v = strategy.scope(() => tf.variable(1, { dtype: "float32", aggregation }));
    const byReplica = row.note.includes("replica_id");
    const add = () => void v.assignAdd(byReplica ? tf.distribute.getReplicaContext()!.replicaIdInSyncGroup + 1 : 1);
    modes[mode](() => void strategy.run(add))();
    compare(row, v.value(), row.after, "after");
  },
  on_read_variable(row, mode) {
    const strategy = strategyOf(row);
    const aggregation = row.aggregation.toLowerCase() as "sum";
    const v = strategy.scope(() => tf.variable(1, { dtype: "float32", synchronization: "on_read", aggregation, trainable: false }));
    compare(row, v.value(), row.before, "before");
    modes[mode](() => void strategy.run(() => void v.assignAdd(tf.distribute.getReplicaContext()!.replicaIdInSyncGroup + 1)))();
    compare(row, v.value(), row.after, "after");
  },
  training(row, mode) {
    const strategy = strategyOf(row);
    const { model, optimizer, mean, mse } = strategy.scope(() => made(row));
    const dataset = tf.data.Dataset.fromTensorSlices([tensorOf(row.x), tensorOf(row.y)]).batch(row.global_batch_size);
    const distributed = strategy.experimentalDistributeDataset(dataset);
    const stepFn = (x: tf.Tensor, y: tf.Tensor): tf.Tensor => {
      const tape = new tf.GradientTape();
      const [loss, rows, predictions] = tape.record(() => {
        const p = model(x, { training: true }) as tf.Tensor;
        const rows = tf.reduceMean(tf.square(tf.subtract(p, y)), { axis: -1 });
        return [tf.divide(tf.reduceSum(rows), row.global_batch_size), rows, p] as const;
      });
      optimizer.applyGradients(tf.zip(tape.gradient(loss, model.trainableVariables), model.trainableVariables));
      mean.updateState(rows);
      mse.updateState(y, predictions);
      return loss;
    };
    const train = modes[mode]((parts: readonly unknown[]) => strategy.reduce("SUM", strategy.run(stepFn, parts))) as (
      parts: unknown,
    ) => tf.Tensor;
    let step = 0;
    for (let epoch = 0; epoch < row.epochs; epoch++) {
      for (const parts of distributed) {
        const expected = (row.steps as readonly Step[])[step]!;
        compare(row, train(parts), expected.loss, `step ${step}: loss`);
        model.weights.forEach((weight, i) => compare(row, weight.value(), expected.weights[i]!, `step ${step}: ${weight.name}`));
        compare(row, mean.result(), expected.metrics.loss, `step ${step}: mean`);
        compare(row, mse.result() as tf.Tensor, expected.metrics.mse, `step ${step}: mse`);
        step++;
      }
      mean.resetState();
      mse.resetState();
    }
    count(step, (row.steps as readonly Step[]).length);
  },
  async fit(row, mode) {
    const strategy = strategyOf(row);
    const { model, optimizer } = strategy.scope(() => made(row));
    strategy.scope(() => model.compile({ optimizer, ...row.compile, runEagerly: mode === "eager" }));
    const dataset = tf.data.Dataset.fromTensorSlices([tensorOf(row.x), tensorOf(row.y)]).batch(row.global_batch_size);
    let step = 0;
    const watch = new keras.callbacks.LambdaCallback({
      onTrainBatchEnd: () => {
        const expected = row.weights_after_each_step[step]!;
        model.weights.forEach((weight, i) => compare(row, weight.value(), expected[i]!, `step ${step}: ${weight.name}`));
        step++;
      },
    });
    const history = await model.fit(dataset, { epochs: row.epochs, verbose: 0, callbacks: [watch] });
    count(step, row.weights_after_each_step.length);
    const close = (got: number, expected: number, what: string): void => {
      if (Math.abs(got - expected) <= 1e-5 + 1e-4 * Math.abs(expected)) return;
      throw new Mismatch(`${what}: ${got}, expected ${expected}`);
    };
    for (const [name, values] of Object.entries(row.history))
      values.forEach((value, epoch) => close((history.history[name] as number[])[epoch]!, value, `${name}, epoch ${epoch}`));
    const logs = await model.evaluate(dataset, { returnDict: true, verbose: 0 });
    for (const [name, value] of Object.entries(row.evaluate_after)) close(logs[name]!, value, `evaluate ${name}`);
    compare(row, await model.predict(dataset, { verbose: 0 }), row.predict_after, "predict");
  },
};

function made(row: Row) {
  const model = keras.models.modelFromJson(JSON.stringify(row.model)) as tf.keras.Sequential;
  model.setWeights(row.weights.map(({ value }) => tensorOf(value)));
  const optimizer = keras.optimizers.deserialize(row.optimizer as never) as unknown as tf.keras.optimizers.SGD;
  const mean = new keras.metrics.Mean();
  const mse = new keras.metrics.MeanSquaredError();
  return { model, optimizer, mean, mse };
}

export async function runDistribution(testCase: Case, mode: Mode): Promise<void> {
  const row = testCase as unknown as Row;
  const check = checks[row.name];
  if (!check) throw new Unsupported(`distribution: ${row.name}`);
  await check(row, mode.name);
}
