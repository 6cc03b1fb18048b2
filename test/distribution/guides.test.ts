// The programs of TensorFlow's guides on distribution, as far as one process can run them: with one replica and with two.

import t, { type Test } from "tap";
import * as tf from "../../lib/index.js";

const { keras } = tf;

/** Images of two classes that differ in brightness. */
function images(count: number): [tf.Tensor, tf.Tensor] {
  const x = Float32Array.from({ length: count * 64 }, (_, i) => (Math.sin(i * 1.7) + 1) / 4 + ((i >> 6) % 2) / 2);
  return [tf.constant(x, { shape: [count, 8, 8, 1] }), tf.constant(Int32Array.from({ length: count }, (_, i) => i % 2))];
}

function createModel(): tf.keras.Sequential {
  const kernelRegularizer = new keras.regularizers.L2(1e-5);
  return new keras.Sequential([
    new keras.layers.Conv2D(4, 3, { activation: "relu", kernelRegularizer }),
    new keras.layers.MaxPooling2D(),
    new keras.layers.Flatten(),
    new keras.layers.Dense(2, { kernelRegularizer }),
  ]);
}

type Step = readonly [images: tf.Tensor, labels: tf.Tensor];

const guides: Readonly<Record<string, (t: Test, strategy: tf.distribute.MirroredStrategy) => void | Promise<void>>> = {
  async "custom training loop"(t, strategy) {
    tf.random.setSeed(4);
    const globalBatchSize = 8 * strategy.numReplicasInSync;
    const train = tf.data.Dataset.fromTensorSlices(images(40)).shuffle(40, { seed: 1 }).batch(globalBatchSize);
    const test = tf.data.Dataset.fromTensorSlices(images(20)).batch(globalBatchSize);
    const [trainDistDataset, testDistDataset] = [train, test].map((each) => strategy.experimentalDistributeDataset(each)) as unknown as [
      tf.distribute.DistributedDataset<Step>,
      tf.distribute.DistributedDataset<Step>,
    ];
    const { lossObject, testLoss, trainAccuracy, testAccuracy, model, optimizer, checkpoint } = strategy.scope(() => {
      const model = createModel();
      const optimizer = new keras.optimizers.Adam({ learningRate: 0.01 });
      return {
        lossObject: new keras.losses.SparseCategoricalCrossentropy({ fromLogits: true, reduction: keras.losses.Reduction.NONE }),
        testLoss: new keras.metrics.Mean({ name: "test_loss" }),
        trainAccuracy: new keras.metrics.SparseCategoricalAccuracy({ name: "train_accuracy" }),
        testAccuracy: new keras.metrics.SparseCategoricalAccuracy({ name: "test_accuracy" }),
        model,
        optimizer,
        checkpoint: new tf.train.Checkpoint({ optimizer, model }),
      };
    });
    const computeLoss = (labels: tf.Tensor, predictions: tf.Tensor, modelLosses: readonly tf.Tensor[]): tf.Tensor => {
      const loss = tf.nn.computeAverageLoss(lossObject(labels, predictions) as tf.Tensor);
      return modelLosses.length > 0 ? loss.add(tf.nn.scaleRegularizationLoss(tf.addN([...modelLosses]))) : loss;
    };
    const trainStep = ([images, labels]: Step): tf.Tensor => {
      const tape = new tf.GradientTape();
      const [loss, predictions] = tape.record(() => {
        const predictions = model(images, { training: true }) as tf.Tensor;
        return [computeLoss(labels, predictions, model.losses), predictions] as const;
      });
      optimizer.applyGradients(tf.zip(tape.gradient(loss, model.trainableVariables), model.trainableVariables));
      trainAccuracy.updateState(labels, predictions);
      return loss;
    };
    const testStep = ([images, labels]: Step): void => {
      const predictions = model(images, { training: false }) as tf.Tensor;
      testLoss.updateState(lossObject(labels, predictions) as tf.Tensor);
      testAccuracy.updateState(labels, predictions);
    };
    const distributedTrainStep = tf.function((inputs: Step) =>
      strategy.reduce(tf.distribute.ReduceOp.SUM, strategy.run(trainStep, { args: [inputs] }), { axis: null }),
    );
    const distributedTestStep = tf.function((inputs: Step) => strategy.run(testStep, { args: [inputs] }));
    const losses: number[] = [];
    const folder = t.testdir();
    for (let epoch = 0; epoch < 4; epoch++) {
      let [total, batches] = [0, 0];
      for (const x of trainDistDataset) {
        total += distributedTrainStep(x).item();
        batches++;
      }
      losses.push(total / batches);
      testLoss.resetState();
      testAccuracy.resetState();
      for (const x of testDistDataset) distributedTestStep(x);
      if (epoch % 2 === 1) await checkpoint.save(`${folder}/ckpt`);
      trainAccuracy.resetState();
    }
    t.ok(losses.at(-1)! < losses[0]!, `it learns: ${losses.join()}`);
    // Restored without a strategy.
    const newModel = createModel();
    const evalAccuracy = new keras.metrics.SparseCategoricalAccuracy({ name: "eval_accuracy" });
    await new tf.train.Checkpoint({ optimizer: new keras.optimizers.Adam(), model: newModel }).restore(
      (await tf.train.latestCheckpoint(folder))!,
    );
    for (const [images, labels] of test) evalAccuracy.updateState(labels, newModel(images, { training: false }) as tf.Tensor);
    t.equal((evalAccuracy.result() as tf.Tensor).item(), (testAccuracy.result() as tf.Tensor).item());
    // Over an iterator, and a whole epoch in one function.
    const iterator = trainDistDataset[Symbol.iterator]();
    t.ok(distributedTrainStep(iterator.next().value as Step).item() < losses[0]!);
    const distributedTrainEpoch = tf.function((dataset: Iterable<Step>) => {
      let [total, batches] = [tf.constant(0), 0];
      for (const x of dataset) {
        total = total.add(strategy.reduce("SUM", strategy.run(trainStep, [x]), null));
        batches++;
      }
      return tf.divide(total, tf.cast(batches, tf.float32));
    });
    const [one, other] = [distributedTrainEpoch(trainDistDataset).item(), distributedTrainEpoch(trainDistDataset).item()];
    t.ok(other < one, "the second call walks through the data once more");
    t.equal(distributedTrainEpoch.tracingCount, 1);
  },

  "multi-worker training with a custom loop: a step that takes its batch from an iterator"(t, strategy) {
    const dataset = strategy.distributeDatasetsFromFunction((context) =>
      tf.data.Dataset.fromTensorSlices(images(32))
        .shard(context.numInputPipelines, context.inputPipelineId)
        .batch(context.getPerReplicaBatchSize(16)),
    );
    const { model, optimizer, accuracy } = strategy.scope(() => ({
      model: createModel(),
      optimizer: new keras.optimizers.RMSprop({ learningRate: 0.01 }),
      accuracy: new keras.metrics.SparseCategoricalAccuracy({ name: "train_accuracy" }),
    }));
    const trainStep = tf.function((iterator: tf.distribute.DistributedIterator<Step>) => {
      const stepFn = ([x, y]: Step): tf.Tensor => {
        const tape = new tf.GradientTape();
        const [loss, predictions] = tape.record(() => {
          const predictions = model(x, { training: true }) as tf.Tensor;
          const perExample = new keras.losses.SparseCategoricalCrossentropy({ fromLogits: true, reduction: "none" })(y, predictions);
          return [tf.nn.computeAverageLoss(perExample as tf.Tensor), predictions] as const;
        });
        optimizer.applyGradients(tf.zip(tape.gradient(loss, model.trainableVariables), model.trainableVariables));
        accuracy.updateState(y, predictions);
        return loss;
      };
      return strategy.reduce("SUM", strategy.run(stepFn, { args: [iterator.getNext()] }), { axis: null });
    });
    const epoch = tf.variable(0, { dtype: "int32", name: "epoch" });
    const losses: number[] = [];
    for (; epoch.item() < 3; epoch.assignAdd(1)) {
      const iterator = dataset.iterator();
      for (let step = 0; step < 2; step++) losses.push(trainStep(iterator).item());
      t.equal((accuracy.variables[1]! as tf.Variable).item(), 32, "every sample counts once");
      accuracy.resetState();
    }
    t.ok(new Set(losses).size === 6 && losses[5]! < losses[0]!, `${losses.join()}`);
    t.equal(trainStep.tracingCount, 2, "one trace that makes variables, one for all iterators");
  },

  "distributed input: optional elements, specs, values by replica"(t, strategy) {
    const count = strategy.numReplicasInSync;
    const iterator = strategy.experimentalDistributeDataset(tf.data.Dataset.range(9).batch(4)).iterator();
    const trainFn = tf.function((from: typeof iterator) => {
      const results: unknown[] = [];
      for (let step = 0; step < 5; step++) {
        const optional = from.getNextAsOptional();
        if (!optional.hasValue()) break;
        results.push(
          strategy.gather(
            strategy.run((x: tf.Tensor) => x, [optional.getValue()]),
            { axis: 0 },
          ),
        );
      }
      return results as tf.Tensor[];
    });
    t.strictSame(trainFn(iterator).map((each) => each.array()), [[0, 1, 2, 3], [4, 5, 6, 7], [8]]); // prettier-ignore
    const pairs = strategy.experimentalDistributeDataset(
      tf.data.Dataset.fromTensors([[1], [1]])
        .repeat(10)
        .batch(4),
    );
    const step = tf.function((inputs: unknown) => strategy.run(([x]: readonly tf.Tensor[]) => tf.multiply(2, x!), [inputs]), {
      inputSignature: [pairs.elementSpec as tf.TensorSpec],
    });
    for (const inputs of pairs) step(inputs);
    t.equal(step.tracingCount, 1, "one trace for full and short batches");
    const ids = strategy.experimentalDistributeValuesFromFunction((context) => tf.constant(context.replicaIdInSyncGroup));
    t.equal(
      strategy
        .reduce(
          "SUM",
          strategy.run((x: tf.Tensor) => x, [ids]),
        )
        .item(),
      (count * (count - 1)) / 2,
    );
    const given = strategy.run((x: tf.Tensor, { scale }: { scale: number }) => tf.multiply(x, scale), {
      args: [ids],
      kwargs: { scale: 3 },
    });
    t.equal(strategy.reduce("SUM", given).item(), (3 * count * (count - 1)) / 2);
    const third = strategy.run((x: tf.Tensor, { scale }: { scale: number }) => tf.multiply(x, scale), [ids], { scale: 5 });
    t.equal(strategy.reduce("SUM", third).item(), (5 * count * (count - 1)) / 2);
    const devices = Array.from({ length: count }, (_, i) => `cpu:${i}`);
    t.equal(new tf.distribute.MirroredStrategy(devices).numReplicasInSync, count);
  },

  async "distributed training with Keras: callbacks, weights, a saved model with and without a strategy"(t, strategy) {
    tf.random.setSeed(2);
    const data = tf.data.Dataset.fromTensorSlices(images(32)).batch(16);
    const compiled = (model: tf.keras.Model) => {
      model.compile({
        loss: new keras.losses.SparseCategoricalCrossentropy({ fromLogits: true }),
        optimizer: new keras.optimizers.Adam({ learningRate: 0.001 }),
        metrics: ["accuracy"],
      });
      return model;
    };
    const model = strategy.scope(() => compiled(createModel()));
    const folder = t.testdir();
    await model.fit(data, {
      epochs: 2,
      verbose: 0,
      callbacks: [
        new keras.callbacks.ModelCheckpoint(`${folder}/ckpt_{epoch:04d}.weights.h5`, { saveWeightsOnly: true }),
        new keras.callbacks.LearningRateScheduler((epoch: number) => (epoch < 1 ? 1e-3 : 1e-4)),
      ],
    });
    await model.loadWeights(`${folder}/ckpt_0002.weights.h5`);
    const [loss] = (await model.evaluate(data, { verbose: 0 })) as number[];
    await model.save(`${folder}/my_model.keras`);
    for (const scope of [<R>(action: () => R) => action(), <R>(action: () => R) => strategy.scope(action)]) {
      const restored = await scope(async () => compiled((await keras.models.loadModel(`${folder}/my_model.keras`)) as tf.keras.Model));
      const [again] = (await restored.evaluate(data, { verbose: 0 })) as number[];
      t.ok(Math.abs(again! - loss!) < 1e-5);
    }
  },
};

for (const [name, guide] of Object.entries(guides))
  for (const count of [1, 2])
    t.test(`${name}: ${count} ${count === 1 ? "replica" : "replicas"}`, async (t) => {
      const device = tf.config.listPhysicalDevices("CPU")[0]!;
      const configuration = Array.from({ length: count }, () => new tf.config.LogicalDeviceConfiguration());
      tf.config.setLogicalDeviceConfiguration(device, configuration);
      t.teardown(() => tf.config.setLogicalDeviceConfiguration(device, null));
      t.equal(tf.config.listLogicalDevices("CPU").length, count);
      t.equal(tf.config.getLogicalDeviceConfiguration(device), configuration);
      const strategy = new tf.distribute.MirroredStrategy();
      t.equal(strategy.numReplicasInSync, count);
      await guide(t, strategy);
    });

t.test("who is in a cluster", async (t) => {
  const spec = new tf.train.ClusterSpec({ worker: ["a:1", "b:2"], ps: ["c:3"] });
  t.strictSame(spec.asDict(), { worker: ["a:1", "b:2"], ps: ["c:3"] });
  t.strictSame(
    [spec.jobs, spec.numTasks("worker"), spec.taskIndices("worker"), spec.taskAddress("worker", 1), spec.jobTasks("ps")],
    [["ps", "worker"], 2, [0, 1], "b:2", ["c:3"]],
  );
  const { SimpleClusterResolver } = tf.distribute.cluster_resolver;
  const resolver = new SimpleClusterResolver(spec, { rpcLayer: "grpc" });
  t.strictSame(
    [resolver.taskType, resolver.taskId, resolver.rpcLayer, resolver.clusterSpec().asDict()],
    [null, null, "grpc", spec.asDict()],
  );
  await tf.distribute.initialize();
  const options = new tf.distribute.experimental.CommunicationOptions({
    implementation: tf.distribute.experimental.CommunicationImplementation.NCCL,
  });
  const { clusterResolver } = new tf.distribute.MultiWorkerMirroredStrategy({ communicationOptions: options });
  t.strictSame([clusterResolver.taskType, clusterResolver.taskId], [null, null], "alone");
  const { MultiWorkerMirroredStrategy, ParameterServerStrategy } = tf.distribute;
  for (const strategy of [
    new MultiWorkerMirroredStrategy(resolver),
    new MultiWorkerMirroredStrategy(resolver, options),
    new MultiWorkerMirroredStrategy({ clusterResolver: resolver }),
    new ParameterServerStrategy(resolver),
    new ParameterServerStrategy({ clusterResolver: resolver, variablePartitioner: null }),
    new ParameterServerStrategy(resolver, { variablePartitioner: null }),
  ])
    t.equal(strategy.clusterResolver, resolver);
});

t.test("how variables are cut among tasks that keep them", (t) => {
  const { FixedShardsPartitioner, MaxSizePartitioner, MinSizePartitioner } = tf.distribute.experimental.partitioners;
  const parts = (partitioner: tf.distribute.experimental.partitioners.Partitioner) =>
    [[10, 3], [2, 100], [], [1000]].map((shape) => partitioner.partsOf(shape, 4)); // prettier-ignore
  t.strictSame(parts(new FixedShardsPartitioner(4)), [4, 2, 1, 4]);
  t.strictSame(parts(new MinSizePartitioner({ minShardBytes: 40, maxShards: 8 })), [3, 2, 1, 8]);
  t.strictSame(parts(new MaxSizePartitioner({ maxShardBytes: 24 })), [5, 2, 1, 167]);
  t.strictSame(parts(new FixedShardsPartitioner({ numShards: 4 })), [4, 2, 1, 4], "by name");
  t.strictSame(parts(new MinSizePartitioner(40, 8)), [3, 2, 1, 8], "one by one");
  t.strictSame(parts(new MaxSizePartitioner(24, { maxShards: 3 })), [3, 2, 1, 3]);
  t.end();
});

const mistakes: Readonly<Record<string, [() => unknown, RegExp]>> = {
  "no function": [() => new tf.distribute.MirroredStrategy().run(3 as never), /strategy\.run: given 3; expected a function/],
  "an argument that is no list": [
    () => new tf.distribute.MirroredStrategy().run(() => 1, 3 as never),
    /strategy\.run\.args: given 3; expected a list/,
  ],
  "keywords that are no record": [
    () => new tf.distribute.MirroredStrategy().run(() => 1, [], 3 as never),
    /strategy\.run\.kwargs: given 3; expected a record of arguments/,
  ],
  "keywords twice": [
    () => new tf.distribute.MirroredStrategy().run(() => 1, { kwargs: { a: 1 } }, { b: 2 }),
    /strategy\.run: given two records; expected a list of arguments, then one record/,
  ],
  "a tensor in place of a list": [
    () => tf.distribute.getStrategy().run((x: tf.Tensor) => x, tf.ones([2]) as never),
    /strategy\.run\.args: given Tensor; expected a list/,
  ],
  "an unknown option of reduce": [
    () => tf.distribute.getStrategy().reduce("SUM", tf.ones([2]), { axes: 0 } as never),
    /strategy\.reduce: given the option axes; expected axis/,
  ],
  "an axis that is no number": [
    () => tf.distribute.getStrategy().reduce("SUM", tf.ones([2]), "0" as never),
    /strategy\.reduce\.axis: given "0"; expected a whole number/,
  ],
  "an axis that is not there": [
    () => tf.distribute.getStrategy().gather(tf.ones([2]), { axis: 1 }),
    /strategy\.gather: given axis 1 for a tensor of rank 1/,
  ],
  "a scope of no function": [() => tf.distribute.getStrategy().scope(3 as never), /strategy\.scope: given 3; expected a function/],
  "datasets from no function": [
    () => tf.distribute.getStrategy().distributeDatasetsFromFunction(3 as never),
    /distributeDatasetsFromFunction: given 3; expected a function/,
  ],
  "values from no function": [
    () => tf.distribute.getStrategy().experimentalDistributeValuesFromFunction(3 as never),
    /experimentalDistributeValuesFromFunction: given 3; expected a function/,
  ],
  "a cluster of TPUs": [
    () => new tf.distribute.cluster_resolver.TPUClusterResolver(),
    /TPUClusterResolver: given a request for TPUs; expected a strategy for processors/,
  ],
  "an unknown option of run": [
    () => new tf.distribute.MirroredStrategy().run(() => 1, { arg: [] } as never),
    /given the option arg; expected args, kwargs/,
  ],
  "a job that is not there": [
    () => new tf.train.ClusterSpec({ worker: ["a:1"] }).numTasks("ps"),
    /ClusterSpec: given the job "ps"; expected one of worker/,
  ],
  "a task that is not there": [
    () => new tf.train.ClusterSpec({ worker: ["a:1"] }).taskAddress("worker", 1),
    /given task 1 of worker; expected an index from 0 to 0/,
  ],
  "no cluster": [() => new tf.train.ClusterSpec({ boss: ["a:1"] }), /ClusterSpec\.cluster: given "boss"; expected jobs/],
  "half a task": [
    () => new tf.distribute.cluster_resolver.SimpleClusterResolver({ worker: ["a:1"] }, { taskType: "worker" }),
    /task\.index: given null/,
  ],
  "a server": [() => new tf.distribute.Server(), /Server: given a task that only serves; expected the same script in all tasks/],
  "a communication option": [
    () => new tf.distribute.experimental.CommunicationOptions({ compression: "int8" as never }),
    /CommunicationOptions\.compression: given int8/,
  ],
  "a limit of a logical device": [
    () => new tf.config.LogicalDeviceConfiguration({ memoryLimit: 1024 as never }),
    /LogicalDeviceConfiguration\.memoryLimit: given 1024/,
  ],
  "no logical devices": [
    () => tf.config.setLogicalDeviceConfiguration(tf.config.listPhysicalDevices()[0]!, []),
    /given 0 logical devices; expected 1 to \d+/,
  ],
  "another device": [
    () => tf.config.setLogicalDeviceConfiguration({ name: "gpu", deviceType: "GPU" }, null),
    /expected a device that tf\.config\.listPhysicalDevices gave/,
  ],
  "a resolver that is none": [
    () => new tf.distribute.ParameterServerStrategy({ clusterResolver: 3 as never }),
    /ParameterServerStrategy\.clusterResolver: given 3; expected a ClusterResolver/,
  ],
  "a strategy of workers by a resolver that is none": [
    () => new tf.distribute.MultiWorkerMirroredStrategy({ clusterResolver: {} as never }),
    /MultiWorkerMirroredStrategy\.clusterResolver: given \{\}; expected a ClusterResolver/,
  ],
  "an unknown option of a parameter server": [
    () => new tf.distribute.ParameterServerStrategy({ partitioner: null } as never),
    /ParameterServerStrategy: given the unknown option "partitioner"/,
  ],
  "no shards": [
    () => new tf.distribute.experimental.partitioners.FixedShardsPartitioner(0),
    /numShards: given 0; expected a whole number of at least 1/,
  ],
  "a policy in options": [
    () => {
      const options = new tf.data.Options();
      options.experimentalDistribute.autoShardPolicy = "FILES" as never;
      return tf.data.Dataset.range(3).withOptions(options);
    },
    /autoShardPolicy: given "FILES"; expected AUTO, DATA, FILE, OFF/,
  ],
};
for (const [name, [action, expected]] of Object.entries(mistakes)) t.test(`refused: ${name}`, (t) => {
  t.throws(action, expected);
  t.end();
}); // prettier-ignore
