// Lockstep replicas against one replica of the whole batch, and what replicas may and may not do.

import t, { type Test } from "tap";
import { split } from "../../lib/core/replicas.js";
import * as tf from "../../lib/index.js";
import { allGather, allReduce, broadcast, reduceScatter } from "../../lib/ops/collective/all-reduce.js";
import { exchanged } from "../../lib/ops/collective/all-to-all.js";
import { messageOf } from "../support/message.js";

t.setTimeout(600_000);

const { keras } = tf;
const devices = (count: number): string[] => Array.from({ length: count }, (_, i) => `cpu:${i}`);
const mirrored = (count: number) => new tf.distribute.MirroredStrategy({ devices: devices(count) });

function data(count: number): { x: tf.Tensor; y: tf.Tensor } {
  const values = Float32Array.from({ length: count * 5 }, (_, i) => Math.sin(i * 3.7) + 0.1 * (i % 7));
  const labels = Int32Array.from({ length: count }, (_, i) => (i * 5) % 3);
  return { x: tf.constant(values, { shape: [count, 5] }), y: tf.constant(labels) };
}

function network(synchronized: boolean | null, optimizer: () => tf.keras.optimizers.SGD): tf.keras.Sequential {
  tf.random.setSeed(3);
  const model = new keras.Sequential([
    new keras.Input({ shape: [5] }),
    new keras.layers.Dense(8, { activation: "tanh", kernelRegularizer: "l2" }),
    ...(synchronized === null ? [] : [new keras.layers.BatchNormalization({ synchronized, momentum: 0.8 })]),
    new keras.layers.Dense(3),
  ]);
  model.compile({
    optimizer: optimizer(),
    loss: new keras.losses.SparseCategoricalCrossentropy({ fromLogits: true }),
    metrics: ["accuracy"],
  });
  return model;
}

function close(t: Test, got: tf.Tensor, expected: tf.Tensor, what: string, tolerance = 2e-5): void {
  const [a, b] = [got.data(), expected.data()];
  const worst = Math.max(0, ...Array.from(a, (value, i) => Math.abs(value - b[i]!)));
  t.ok(a.length === b.length && worst <= tolerance, `${what}: within ${tolerance} (${worst})`);
}

const optimizers: Readonly<Record<string, () => tf.keras.optimizers.SGD>> = {
  SGD: () => new keras.optimizers.SGD({ learningRate: 0.1, momentum: 0.9 }),
  Adam: () => new keras.optimizers.Adam({ learningRate: 0.02 }) as never,
  RMSprop: () => new keras.optimizers.RMSprop({ learningRate: 0.01 }) as never,
  AdamW: () => new keras.optimizers.AdamW({ learningRate: 0.02, weightDecay: 0.01 }) as never,
  "accumulating SGD": () => new keras.optimizers.SGD({ learningRate: 0.1, gradientAccumulationSteps: 2 }),
};

for (const [name, optimizer] of Object.entries(optimizers)) {
  t.test(`fit with ${name}: 1, 2, 3, 4 replicas give the weights of one`, async (t) => {
    const { x, y } = data(48);
    const options = { batchSize: 12, epochs: 3, shuffle: false, verbose: 0 } as const;
    const synchronized = name === "accumulating SGD" ? null : true;
    const alone = network(synchronized, optimizer);
    const expected = await alone.fit(x, y, options);
    for (const count of [1, 2, 3, 4]) {
      const strategy = mirrored(count);
      const model = strategy.scope(() => network(synchronized, optimizer));
      const history = await model.fit(x, y, options);
      model.weights.forEach((weight, i) => close(t, weight.value(), alone.weights[i]!.value(), `${count}: ${weight.name}`, 2e-4));
      for (const key of ["loss", "accuracy"]) {
        const difference = Math.max(...history.history[key]!.map((value, i) => Math.abs(value - expected.history[key]![i]!)));
        t.ok(difference < 2e-4, `${count}: ${key} (${difference})`);
      }
      close(t, await model.predict(x, { batchSize: 11, verbose: 0 }), await alone.predict(x, { verbose: 0 }), `${count}: predict`, 2e-4);
      const [loss] = (await model.evaluate(x, y, { batchSize: 7, verbose: 0 })) as number[];
      const [other] = (await alone.evaluate(x, y, { batchSize: 48, verbose: 0 })) as number[];
      t.ok(Math.abs(loss! - other!) < 3e-4, `${count}: evaluate, unequal batches`);
    }
  });
}

t.test("one batch: what replicas answer is everybody's", async (t) => {
  const { x, y } = data(13);
  const answers: number[][] = [];
  for (const count of [1, 2, 3]) {
    const model = mirrored(count).scope(() => network(null, optimizers["Adam"]!));
    const trained = [await model.trainOnBatch(x, y), await model.testOnBatch(x, y)] as number[][];
    const { loss, accuracy } = (await model.testOnBatch(x, y, { returnDict: true })) as unknown as Record<string, number>;
    answers.push([...trained.flat(), loss!, accuracy!]);
  }
  for (const [i, value] of answers[0]!.entries())
    // The first answer has no step before it; after it, an unequal last part has moved the weights a little otherwise.
    for (const other of answers) t.ok(Math.abs(other[i]! - value) < (i < 2 ? 1e-5 : 0.05), `answer ${i}: ${value}, ${other[i]}`);
});

t.test("sparse samples: the losses of one replica", async (t) => {
  const { x } = data(8);
  const losses: number[][] = [];
  for (const count of [1, 2]) {
    const model = mirrored(count).scope(() => {
      tf.random.setSeed(5);
      const model = new keras.Sequential([new keras.Input({ shape: [5], sparse: true }), new keras.layers.Dense(1)]);
      model.compile({ optimizer: "sgd", loss: "mse" });
      return model;
    });
    const samples = tf.sparse.fromDense(tf.nn.relu(x));
    const dataset = tf.data.Dataset.fromTensorSlices([samples, tf.ones([8, 1])] as never).batch(4);
    losses.push((await model.fit(dataset, { epochs: 2, verbose: 0 })).history["loss"]!);
  }
  losses[0]!.forEach((loss, epoch) => t.ok(Math.abs(losses[1]![epoch]! - loss) < 1e-5, `epoch ${epoch}: ${losses.join(" ")}`));
});

t.test("a strategy with one replica compiles to the listing of none", (t) => {
  const { x, y } = data(8);
  const listingOf = (strategy: tf.distribute.MirroredStrategy | null): string => {
    tf.random.setSeed(1);
    const build = () => ({
      model: new keras.Sequential([new keras.Input({ shape: [5] }), new keras.layers.Dense(4), new keras.layers.BatchNormalization()]),
      optimizer: new keras.optimizers.Adam(),
    });
    const { model, optimizer } = strategy ? strategy.scope(build) : build();
    const step = (x: tf.Tensor, _y: tf.Tensor) => {
      const tape = new tf.GradientTape();
      const loss = tape.record(() => tf.reduceSum(model(x, { training: true }) as tf.Tensor));
      optimizer.applyGradients(tf.zip(tape.gradient(loss, model.trainableVariables), model.trainableVariables));
      return loss;
    };
    const train = tf.function((x: tf.Tensor, y: tf.Tensor) => (strategy ? strategy.run(step, [x, y]) : step(x, y)));
    const places: string[] = [];
    return train.getConcreteFunction(x, y).graph.replace(/@[0-9a-f]+/g, (place) => {
      if (!places.includes(place)) places.push(place);
      return `state ${places.indexOf(place)}`;
    });
  };
  t.equal(listingOf(new tf.distribute.MirroredStrategy()), listingOf(null));
  t.end();
});

t.test("an update of weights stands once in the program of several replicas, and no host step", (t) => {
  const { x } = data(8);
  const strategy = mirrored(2);
  const { model, optimizer } = strategy.scope(() => ({
    model: new keras.Sequential([new keras.Input({ shape: [5] }), new keras.layers.Dense(4)]),
    optimizer: new keras.optimizers.Adam(),
  }));
  const train = tf.function((x: unknown) =>
    strategy.run(
      (x: tf.Tensor) => {
        const tape = new tf.GradientTape();
        const loss = tape.record(() => tf.reduceSum(model(x, { training: true }) as tf.Tensor));
        optimizer.applyGradients(tf.zip(tape.gradient(loss, model.trainableVariables), model.trainableVariables));
      },
      [x],
    ),
  );
  const parts = strategy.experimentalDistributeValuesFromFunction(() => x);
  const { graph } = train.getConcreteFunction(parts);
  t.equal(graph.match(/\badam\b/g)?.length, 2, "kernel and bias");
  t.notMatch(graph, /allReduce/);
  t.end();
});

t.test("variables that replicas write differently are each replica's own, from then on and in functions traced before", (t) => {
  const strategy = mirrored(2);
  const v = strategy.scope(() => tf.variable(1, { dtype: "float32", trainable: false }));
  const id = () => tf.distribute.getReplicaContext()!.replicaIdInSyncGroup;
  const peek = tf.function(() => strategy.run(() => v.value().add(0)));
  const seen = () => strategy.experimentalLocalResults(peek()).map((each) => (each as tf.Tensor).item());
  t.strictSame(seen(), [1, 1]);
  const write = tf.function(() => void strategy.run(() => void v.assignAdd(id() + 1)));
  write();
  t.strictSame(seen(), [2, 3]);
  t.equal(v.item(), 2, "read outside: the first replica's");
  write();
  t.strictSame(seen(), [3, 5]);
  v.assign(7);
  t.strictSame(seen(), [7, 7], "written outside: everybody's");
  t.end();
});

t.test("a replica reads what it has written, in the order of its own steps", (t) => {
  const strategy = mirrored(3);
  const v = strategy.scope(() => tf.variable(1, { dtype: "float32", trainable: false }));
  for (const mode of [(fn: () => unknown) => fn, tf.function]) {
    v.assign(1);
    const run = mode(() =>
      strategy.run(() => {
        const before = v.value().mul(1);
        v.assign(v.value().mul(2));
        const between = v.value().mul(1);
        const sum = allReduce(between);
        v.assign(sum);
        return tf.stack([before, between, v.value()]);
      }),
    ) as () => unknown;
    for (const each of strategy.experimentalLocalResults(run())) t.strictSame((each as tf.Tensor).array(), [1, 2, 6]);
    t.equal(v.item(), 6);
  }
  t.end();
});

t.test("collective operations and their gradients", (t) => {
  const strategy = mirrored(3);
  const xs = [tf.constant([1, -2, 3]), tf.constant([4, 5, -6]), tf.constant([7, 0.5, 9])];
  const weights = [tf.constant([1, 2, 3]), tf.constant([10, 20, 30]), tf.constant([100, 200, 300])];
  const value = new tf.distribute.DistributedValues(xs);
  const factor = new tf.distribute.DistributedValues(weights);
  const cases: Readonly<Record<string, [(x: tf.Tensor) => tf.Tensor, number[][], number[][]]>> = {
    sum: [(x) => allReduce(x, "sum"), [[12, 3.5, 6], [12, 3.5, 6], [12, 3.5, 6]], [[111, 222, 333], [111, 222, 333], [111, 222, 333]]],
    mean: [(x) => allReduce(x, "mean"), [[4, 3.5 / 3, 2], [4, 3.5 / 3, 2], [4, 3.5 / 3, 2]], [[37, 74, 111], [37, 74, 111], [37, 74, 111]]],
    max: [(x) => allReduce(x, "max"), [[7, 5, 9], [7, 5, 9], [7, 5, 9]], [[0, 0, 0], [0, 222, 0], [111, 0, 333]]],
    min: [(x) => allReduce(x, "min"), [[1, -2, -6], [1, -2, -6], [1, -2, -6]], [[111, 222, 0], [0, 0, 333], [0, 0, 0]]],
    broadcast: [(x) => broadcast(x, 1), [[4, 5, -6], [4, 5, -6], [4, 5, -6]], [[0, 0, 0], [111, 222, 333], [0, 0, 0]]],
  }; // prettier-ignore
  for (const [name, [fn, values, gradients]] of Object.entries(cases)) {
    const [y, dx] = strategy.run(
      (x: tf.Tensor, w: tf.Tensor) => {
        const tape = new tf.GradientTape();
        tape.watch(x);
        const [y, weighted] = tape.record(() => {
          const y = fn(x);
          return [y, y.mul(w)] as const;
        });
        return [y, tape.gradient(weighted, x)!] as unknown as [tf.Tensor, tf.Tensor];
      },
      [value, factor],
    ) as unknown as [unknown, unknown];
    const local = (each: unknown) => strategy.experimentalLocalResults(each).map((one) => (one as tf.Tensor | null)?.array());
    t.strictSame(local(y), values.map((row) => [...Float32Array.from(row)]), name); // prettier-ignore
    t.strictSame(local(dx), gradients, `gradient of ${name}`);
  }
  const gathered = strategy.run(
    (x: tf.Tensor) => allGather(x, 0),
    [new tf.distribute.DistributedValues([tf.ones([1, 2]), tf.zeros([3, 2]), tf.ones([2, 2])])],
  );
  t.strictSame((strategy.experimentalLocalResults(gathered)[1] as tf.Tensor).shape, [6, 2], "unequal lengths");
  const scattered = strategy.experimentalLocalResults(strategy.run((x: tf.Tensor) => reduceScatter(x), [value]));
  t.strictSame(scattered.map((each) => (each as tf.Tensor).array()), [[12], [3.5], [6]]); // prettier-ignore
  t.end();
});

t.test("dropout differs by replica and repeats with the seed", (t) => {
  const strategy = mirrored(2);
  const draw = () => {
    tf.random.setSeed(5);
    const layer = strategy.scope(() => new keras.layers.Dropout(0.5, { seed: 3 }));
    const run = tf.function(() => strategy.run(() => layer(tf.ones([64]), { training: true }) as tf.Tensor));
    return [run(), run()].flatMap((each) => strategy.experimentalLocalResults(each).map((one) => String((one as tf.Tensor).array())));
  };
  const drawn = draw();
  t.equal(new Set(drawn).size, 4, "two replicas, two calls: four masks");
  t.strictSame(draw(), drawn);
  t.end();
});

t.test("a checkpoint of a model of several replicas restores with another number", async (t) => {
  const { x, y } = data(24);
  const folder = t.testdir();
  const options = { batchSize: 8, epochs: 1, shuffle: false, verbose: 0 } as const;
  const model = mirrored(2).scope(() => network(false, optimizers["Adam"]!));
  await model.fit(x, y, options);
  const path = await new tf.train.Checkpoint({ model }).save(`${folder}/ckpt`);
  const other = mirrored(4).scope(() => network(false, optimizers["Adam"]!));
  await new tf.train.Checkpoint({ model: other }).restore(path);
  other.weights.forEach((weight, i) => close(t, weight.value(), model.weights[i]!.value(), weight.name, 0));
  await other.fit(x, y, options);
});

t.test("states of replicas are made once", (t) => {
  const v = tf.variable([1, 2]);
  split(v.state, 3);
  const { others } = v.state;
  split(v.state, 2);
  t.equal(v.state.others.length, 2);
  t.strictSame(others, v.state.others);
  t.end();
});

const mistakes: Readonly<Record<string, [() => unknown, RegExp]>> = {
  "a GPU": [
    () => new tf.distribute.MirroredStrategy({ devices: ["/gpu:0"] }),
    /MirroredStrategy: given the device \/gpu:0; expected cpu:0 … cpu:\d+\. kerasm computes on processors/,
  ],
  TPUs: [
    () => new tf.distribute.TPUStrategy(),
    /TPUStrategy: given a request for TPUs; expected a strategy for processors\. Use MirroredStrategy on one machine, MultiWorkerMirroredStrategy across machines\./,
  ],
  "one device that is not there": [() => new tf.distribute.OneDeviceStrategy("gpu:0"), /OneDeviceStrategy: given the device gpu:0/],
  "workers that were not joined": [
    () => new tf.distribute.MultiWorkerMirroredStrategy(),
    /MultiWorkerMirroredStrategy: given processes that have not been joined; expected await tf\.distribute\.initialize\(\) before/,
  ],
  "a coordinator of replicas": [
    () => new tf.distribute.coordinator.ClusterCoordinator(mirrored(1) as never),
    /expected a ParameterServerStrategy/,
  ],
  "a device twice": [
    () => new tf.distribute.MirroredStrategy({ devices: ["cpu:0", "cpu:0"] }),
    /MirroredStrategy\.devices: given cpu:0 twice/,
  ],
  "no devices": [() => new tf.distribute.MirroredStrategy({ devices: [] }), /MirroredStrategy\.devices: given \[\]/],
  "a device without a list": [
    () => new tf.distribute.MirroredStrategy("cpu:0" as never),
    /MirroredStrategy\.devices: given "cpu:0"; expected a list of devices/,
  ],
  "an unknown option": [() => new tf.distribute.MirroredStrategy({ device: "cpu:0" } as never), /given the option device/],
  "a wrong reduction": [() => mirrored(2).reduce("PRODUCT" as never, tf.constant(1)), /strategy\.reduce: given "PRODUCT"/],
  "reduce inside": [
    () => mirrored(2).run(() => tf.distribute.getStrategy().reduce("SUM", tf.constant(1))),
    /strategy\.reduce: given a call inside of strategy\.run/,
  ],
  "variables inside": [
    () => mirrored(2).run(() => tf.variable(1).value()),
    /given a variable made inside; expected variables made in strategy\.scope\(\)/,
  ],
  "meetings of another number": [
    () => mirrored(2).run(() => (tf.distribute.getReplicaContext()!.replicaIdInSyncGroup === 0 ? allReduce(tf.ones([3])) : tf.ones([3]))),
    /strategy\.run: given an all-reduce \(sum\) of 1 tensor, 3 numbers of float32, while replica 1 gives no further meeting; expected the same step in all replicas/,
  ],
  "meetings of other shapes": [
    () => mirrored(2).run(() => allReduce(tf.ones([tf.distribute.getReplicaContext()!.replicaIdInSyncGroup + 2]))),
    /given an all-reduce \(sum\) of 1 tensor, 2 numbers of float32, while replica 1 gives an all-reduce \(sum\) of 1 tensor, 3 numbers/,
  ],
  "variables made outside": [
    () => {
      const model = new keras.Sequential([new keras.Input({ shape: [2] }), new keras.layers.Dense(1)]);
      mirrored(2).scope(() => model.compile({ loss: "mse" }));
    },
    /given a model made outside of the strategy's scope/,
  ],
  "an optimizer's variables made outside": [
    () => {
      const v = tf.variable([1, 2]);
      const optimizer = new keras.optimizers.SGD();
      mirrored(2).run(() => optimizer.apply([tf.ones([2])], [v]));
    },
    /given the variable Variable, made outside of the strategy's scope; expected variables made in strategy\.scope\(\)/,
  ],
  "a metric made outside": [
    () => {
      const metric = new keras.metrics.Mean();
      const model = mirrored(2).scope(() => new keras.Sequential([new keras.Input({ shape: [2] }), new keras.layers.Dense(1)]));
      model.compile({ loss: "mse", metrics: [metric as never] });
      return model.fit(tf.ones([4, 2]), tf.ones([4, 1]), { verbose: 0 });
    },
    /given the variable total, made outside/,
  ],
  "a sharding by files": [
    () => mirrored(2).experimentalDistributeDataset(tf.data.Dataset.range(4).batch(2), { autoShardPolicy: "FILE" }),
    /given FILE for a dataset that is not made of files; expected AUTO, DATA or OFF/,
  ],
  "a wrong policy": [
    () => mirrored(2).experimentalDistributeDataset(tf.data.Dataset.range(4).batch(2), { autoShardPolicy: "X" as never }),
    /autoShardPolicy: given "X"/,
  ],
  "a dataset without batches": [
    () => [...mirrored(2).experimentalDistributeDataset(tf.data.Dataset.range(4))],
    /given a scalar in a batch/,
  ],
  "a global batch that replicas can't divide": [
    () => new tf.distribute.InputContext(1, 0, 3).getPerReplicaBatchSize(4),
    /given a global batch of 4 for 3 replicas/,
  ],
  "a wrong synchronization": [
    () => tf.variable(1, { synchronization: "later" as never }),
    /synchronization: given "later"; expected one of "auto"/,
  ],
  "scatter of an odd axis": [() => mirrored(2).run(() => reduceScatter(tf.ones([3]))), /given an axis of 3 for 2 replicas/],
  "broadcast of nobody": [
    () => mirrored(2).run(() => broadcast(tf.ones([3]), 2)),
    /broadcast: given replica 2; expected a replica from 0 to 1/,
  ],
  "the mean of integers": [() => allReduce(tf.constant([1], { dtype: "int32" }), "mean"), /given the mean of int32 values/],
};
for (const [name, [action, expected]] of Object.entries(mistakes)) {
  t.test(`refused: ${name}`, async (t) => {
    t.match(await messageOf(action), expected);
    t.equal(tf.distribute.hasStrategy(), false, "no scope is left");
  });
}

t.test("one device, central storage: the replicas of MirroredStrategy", (t) => {
  t.equal(new tf.distribute.OneDeviceStrategy("cpu:1").numReplicasInSync, 1);
  const central = new tf.distribute.experimental.CentralStorageStrategy({ computeDevices: devices(3), parameterDevice: "cpu:0" });
  t.equal(central.run(() => allReduce(tf.constant(2))) instanceof tf.distribute.DistributedValues, true);
  t.end();
});

t.test("more replicas than samples: a warning, empty shares, the right sum", (t) => {
  const lines: string[] = [];
  const { warn } = console;
  console.warn = (line: string) => void lines.push(line);
  t.teardown(() => void (console.warn = warn));
  const strategy = mirrored(4);
  const parts = [...strategy.experimentalDistributeDataset(tf.data.Dataset.range(3).batch(3))];
  t.match(lines.join("\n"), /given a global batch of 3 for 4 replicas/);
  t.equal(
    strategy
      .reduce(
        "SUM",
        strategy.run((x: tf.Tensor) => tf.reduceSum(x), parts),
      )
      .item(),
    3,
  );
  t.end();
});

t.test("what a regularizer adds counts as a whole where a replica has no samples, as in Keras on TensorFlow", async (t) => {
  const model = mirrored(4).scope(() => {
    const kernel = { kernelInitializer: "ones", kernelRegularizer: new keras.regularizers.L2(0.5), useBias: false };
    const model = new keras.Sequential([new keras.Input({ shape: [1] }), new keras.layers.Dense(1, kernel)]);
    model.compile({ optimizer: new keras.optimizers.SGD({ learningRate: 0.1 }), loss: "mse" });
    return model;
  });
  await model.fit(tf.zeros([6, 1]), tf.zeros([6, 1]), { batchSize: 6, verbose: 0 }); // 2, 2, 2 and no samples
  t.ok(Math.abs(model.weights[0]!.data()[0]! - 0.9) < 1e-6, `${model.weights[0]!.data()[0]}: 1 less a tenth of 2 · 0.5 · 1`);
});

t.test("replicas exchange parts: the other axis whole, and back; gradients go the same way", (t) => {
  const strategy = mirrored(2);
  const given = strategy.experimentalDistributeValuesFromFunction(({ replicaIdInSyncGroup: id }) =>
    tf.constant(
      Float32Array.from({ length: 24 }, (_, i) => 100 * id + i),
      { shape: [4, 3, 2] },
    ),
  );
  const [rows, back, gradients] = strategy.run(
    (x: tf.Tensor) => {
      const tape = new tf.GradientTape();
      tape.watch(x);
      const rows = tape.record(() => exchanged(x, 0, 1));
      const id = tf.distribute.getReplicaContext()!.replicaIdInSyncGroup;
      return [rows, exchanged(rows, 1, 0), tape.gradient(rows, x, { outputGradients: tf.fill([2, 6, 2], id + 1) })!];
    },
    [given],
  ) as unknown as readonly unknown[];
  const values = (each: unknown) => strategy.experimentalLocalResults(each).map((one) => (one as tf.Tensor).array<number[][][]>());
  const [one, other] = values(given);
  t.strictSame(
    values(rows),
    [0, 2].map((from) => [0, 1].map((row) => [...one![from + row]!, ...other![from + row]!])),
  );
  t.strictSame(values(back), [one, other]);
  for (const gradient of values(gradients)) t.strictSame(gradient.map((row) => row[0]![0]), [1, 1, 2, 2]); // prettier-ignore
  t.end();
});

t.test("a step of two replicas can be profiled", async (t) => {
  const { x, y } = data(8);
  const model = mirrored(2).scope(() => network(null, () => new keras.optimizers.SGD()));
  t.ok((await model.profile(x, y)).steps.length > 3);
  t.ok((await model.profile(x)).steps.length > 1);
});
