// fit, evaluate and predict on data that are divided already: functions that make datasets, and a strategy's own datasets.

import t from "tap";
import * as tf from "../../lib/index.js";

const { keras } = tf;
const { DatasetCreator } = keras.utils.experimental;

const x = Float32Array.from({ length: 24 * 3 }, (_, i) => Math.sin(i * 2.3));
const y = Float32Array.from({ length: 24 }, (_, i) => Math.cos(i * 1.1));

/** All rows, in batches of one replica: those of the whole dataset by turns where there are several pipelines. */
const batches = (context: tf.distribute.InputContext): tf.data.Dataset<[tf.Tensor, tf.Tensor]> =>
  tf.data.Dataset.fromTensorSlices([tf.constant(x, { shape: [24, 3] }), tf.constant(y, { shape: [24, 1] })] as const)
    .batch(context.getPerReplicaBatchSize(8))
    .shard(context.numInputPipelines, context.inputPipelineId)
    .repeat() as never;

function network(): tf.keras.Sequential {
  const model = new keras.Sequential([
    new keras.Input({ shape: [3] }),
    new keras.layers.Dense(4, { kernelInitializer: "ones", activation: "tanh" }),
    new keras.layers.Dense(1, { kernelInitializer: "ones" }),
  ]);
  model.compile({ optimizer: new keras.optimizers.Adam({ learningRate: 0.05 }), loss: "mse", metrics: ["mae"] });
  return model;
}

const strategies = {
  "no strategy": () => null,
  "one replica": () => new tf.distribute.MirroredStrategy(),
  "two replicas": () => new tf.distribute.MirroredStrategy(["cpu:0", "cpu:1"]),
  "four replicas": () => new tf.distribute.MirroredStrategy(["cpu:0", "cpu:1", "cpu:2", "cpu:3"]),
} as const;

const close = (t: tf.Tensor | readonly number[], expected: readonly number[]): boolean =>
  [...("data" in t ? (t.data() as Float32Array) : t)].every((value, i) => Math.abs(value - expected[i]!) < 1e-5);

t.test("what fit gives for data in memory", async (t) => {
  const alone = network();
  const whole = tf.data.Dataset.fromTensorSlices([tf.constant(x, { shape: [24, 3] }), tf.constant(y, { shape: [24, 1] })] as const).batch(
    8,
  );
  const steps = { stepsPerEpoch: 3, validationSteps: 3, epochs: 3, verbose: 0 } as const;
  const history = await alone.fit(whole.repeat() as never, { ...steps, validationData: whole as never });
  const weights = alone.weights.map((weight) => [...weight.data()]);
  const evaluated = (await alone.evaluate(whole as never, { verbose: 0 })) as number[];
  const predicted = [...((await alone.predict(whole.map((x: tf.Tensor) => x) as never, { verbose: 0 })) as tf.Tensor).data()];
  for (const [name, make] of Object.entries(strategies))
    for (const mode of ["PER_WORKER", "PER_REPLICA"] as const)
      t.test(`${name}, a function called ${mode}`, async (t) => {
        const strategy = make();
        const model = strategy ? strategy.scope(network) : network();
        const creator = new DatasetCreator(batches, { inputOptions: { experimentalReplicationMode: mode } });
        const fitted = await model.fit(creator, { ...steps, validationData: creator });
        for (const [i, weight] of model.weights.entries()) t.ok(close(weight.value(), weights[i]!), `weight ${i}`);
        for (const key of ["loss", "mae", "val_loss", "val_mae"]) t.ok(close(fitted.history[key]!, history.history[key]!), key);
        t.ok(close((await model.evaluate(creator, { steps: 3, verbose: 0 })) as number[], evaluated), "evaluate");
        const got = (await model.predict(creator, { steps: 3, verbose: 0 })) as tf.Tensor;
        t.ok(got.shape[0] === 24 && close(got, predicted), "predictions stay in order");
      });
  t.test("a dataset of the strategy, with parts of unequal length", async (t) => {
    for (const strategy of [strategies["one replica"](), strategies["two replicas"]()]) {
      const model = strategy.scope(network);
      const distributed = strategy.distributeDatasetsFromFunction(({ numReplicasInSync }) =>
        tf.data.Dataset.fromTensorSlices([tf.constant(x, { shape: [24, 3] }), tf.constant(y, { shape: [24, 1] })] as const).batch(
          numReplicasInSync === 1 ? 24 : 17,
        ),
      );
      const [loss, mae] = (await model.evaluate(distributed as never, { verbose: 0 })) as [number, number];
      const [first, second] = (await network().evaluate(tf.constant(x, { shape: [24, 3] }), tf.constant(y, { shape: [24, 1] }), {
        batchSize: 24,
        verbose: 0,
      })) as [number, number];
      t.ok(Math.abs(loss - first) < 1e-5 && Math.abs(mae - second) < 1e-5, `${loss} ${first}`);
      await model.fit(strategy.experimentalDistributeDataset(whole) as never, { verbose: 0 });
      t.equal(model.optimizer.iterations.item(), 3);
    }
  });
});

t.test("what is no data", async (t) => {
  const model = strategies["two replicas"]().scope(network);
  await t.rejects(model.fit(new DatasetCreator(batches)), /fit\.x: given a DatasetCreator without steps; expected stepsPerEpoch/);
  await t.rejects(
    model.fit(new DatasetCreator(() => 3 as never), { stepsPerEpoch: 1 }),
    /DatasetCreator\.datasetFn: given 3; expected a function that gives a Dataset/,
  );
  await t.rejects(
    model.fit(strategies["two replicas"]().distributeDatasetsFromFunction(batches), { stepsPerEpoch: 1 }),
    /fit\.x: given a dataset of another strategy/,
  );
  t.throws(() => new DatasetCreator(3 as never), /DatasetCreator\.datasetFn: given 3; expected a function/);
  t.throws(() => new DatasetCreator(batches, { inputOptions: { experimentalReplicationMode: "ALL" as never } }), /given "ALL"/);
});
