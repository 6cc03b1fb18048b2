// What a rank of the tests does: the first argument names it.

import { createHash } from "node:crypto";
import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as tf from "../../../lib/index.js";
import { allGather, allReduce, broadcast, reduceScatter } from "../../../lib/ops/collective/all-reduce.js";

const { keras } = tf;

/** Answers go to files, since launchers mix the output of ranks. */
function say(answer: object): void {
  writeFileSync(join(process.env["KERASM_TEST_ANSWERS"]!, `${process.pid}.json`), JSON.stringify(answer));
  process.stdout.write("@\n");
}

function data(count: number): { x: tf.Tensor; y: tf.Tensor } {
  const values = Float32Array.from({ length: count * 5 }, (_, i) => Math.sin(i * 3.7) + 0.1 * (i % 7));
  const labels = Int32Array.from({ length: count }, (_, i) => (i * 5) % 3);
  return { x: tf.constant(values, { shape: [count, 5] }), y: tf.constant(labels) };
}

export function network(rate = 0.02): tf.keras.Sequential {
  const model = new keras.Sequential([
    new keras.Input({ shape: [5] }),
    new keras.layers.Dense(8, { activation: "tanh" }),
    new keras.layers.BatchNormalization({ synchronized: true }),
    new keras.layers.Dense(3),
  ]);
  model.compile({
    optimizer: new keras.optimizers.Adam({ learningRate: rate }),
    loss: new keras.losses.SparseCategoricalCrossentropy({ fromLogits: true }),
    metrics: ["accuracy"],
  });
  return model;
}

const bits = (model: tf.keras.Sequential): string => {
  const hash = createHash("sha256");
  for (const weight of model.weights) hash.update(new Uint8Array(weight.data().buffer as ArrayBuffer));
  return hash.digest("hex");
};

const options = { batchSize: 12, epochs: 3, verbose: 0 } as const;

/** Training in every way, from one seed or none. */
async function train(scope: <R>(action: () => R) => R, seed: number | null): Promise<object> {
  if (seed !== null) tf.random.setSeed(seed);
  const { x, y } = data(48);
  const model = scope(() => network());
  const history = await model.fit(x, y, { ...options, validationData: [x, y] });
  const evaluated = await model.evaluate(x, y, { batchSize: 7, verbose: 0 });
  const predicted = await model.predict(x, { batchSize: 11, verbose: 0 });
  return {
    bits: bits(model),
    weights: model.weights.map((weight) => [...weight.data()]),
    history: history.history,
    evaluated,
    predicted: [...predicted.data()],
  };
}

const scenarios: Readonly<Record<string, (rest: readonly string[]) => unknown>> = {
  /** Training for each seed; "none" is without. */
  async train(seeds) {
    await tf.distribute.initialize({ timeoutSeconds: 60 });
    const strategy = new tf.distribute.MultiWorkerMirroredStrategy();
    const runs: object[] = [];
    for (const seed of seeds) runs.push(await train((action) => strategy.scope(action), seed === "none" ? null : Number(seed)));
    say({ rank: strategy.group.id, replicas: strategy.numReplicasInSync, ...runs.at(-1), runs });
  },
  /** Datasets as processes divide them. */
  async data([folder]) {
    await tf.distribute.initialize({ timeoutSeconds: 60 });
    const strategy = new tf.distribute.MultiWorkerMirroredStrategy();
    const { id } = strategy.group;
    const files = [0, 1, 2].map((i) => `${folder}/${i}.txt`);
    const numbersIn = (lines: tf.data.Dataset<string>) => lines.map((line) => tf.constant(Number(line))).batch(4);
    const seen = async (dataset: tf.data.Dataset<tf.Tensor>, autoShardPolicy?: tf.distribute.AutoShardPolicy): Promise<number[][]> => {
      const batches: number[][] = [];
      const distributed = strategy.experimentalDistributeDataset(dataset, autoShardPolicy ? { autoShardPolicy } : {});
      for await (const batch of distributed) {
        batches.push(batch.array());
        strategy.run(() => allReduce(batch.shape[0]!)); // every step is everybody's
      }
      return batches;
    };
    const inMemory = tf.data.Dataset.range(10).batch(4);
    const options = new tf.data.Options();
    options.experimentalDistribute.autoShardPolicy = "OFF";
    const own = strategy.distributeDatasetsFromFunction((context) =>
      tf.data.Dataset.range(5 - 4 * context.inputPipelineId).batch(context.getPerReplicaBatchSize(4)),
    );
    const step = tf.function((iterator: tf.distribute.DistributedIterator<tf.Tensor>) =>
      strategy.reduce("SUM", strategy.run((x: tf.Tensor) => tf.reduceSum(x), [iterator.getNext()])),
    ); // prettier-ignore
    const iterator = strategy.experimentalDistributeDataset(inMemory)[Symbol.iterator]();
    // Steps of an epoch of fit, and samples by the model's own metric: how often each was there.
    const fitted = async (policy: tf.distribute.AutoShardPolicy | null) => {
      const model = strategy.scope(() => {
        const model = new keras.Sequential([new keras.Input({ shape: [1] }), new keras.layers.Dense(1, { kernelInitializer: "zeros" })]);
        model.compile({ optimizer: new keras.optimizers.SGD({ learningRate: 0 }), loss: "mse", metrics: [new keras.metrics.Sum()] });
        return model;
      });
      const options = new tf.data.Options();
      options.experimentalDistribute.autoShardPolicy = policy;
      const pairs = numbersIn(new tf.data.TextLineDataset(files)).map((x) => [tf.reshape(x, [-1, 1]), tf.reshape(x, [-1, 1])]);
      const given = pairs.withOptions(options) as unknown as tf.data.Dataset<unknown>;
      const { history } = await model.fit(given as never, { epochs: 2, verbose: 0 });
      const evaluated = (await model.evaluate(given as never, { verbose: 0 })) as number[];
      return [model.optimizer.iterations.item(), Math.round(history["loss"]![1]! * 1000), Math.round(evaluated[0]! * 1000)];
    };
    const names = tf.data.Dataset.listFiles(`${folder}/*.txt`);
    const cached = numbersIn(new tf.data.TextLineDataset(files)).cache();
    say({
      rank: id,
      auto: await seen(numbersIn(new tf.data.TextLineDataset(files))),
      listed: await seen(numbersIn(names.interleave((name: string) => new tf.data.TextLineDataset(name)) as never)),
      named: await seen(numbersIn(new tf.data.TextLineDataset(names)), "FILE"),
      repeated: await seen(cached.repeat(2), "FILE"),
      again: await seen(cached, "DATA"),
      few: await seen(numbersIn(new tf.data.TextLineDataset(files.slice(0, 1)))),
      memory: await seen(inMemory),
      off: await seen(inMemory.withOptions(options)),
      own: [...own].map((batch) => batch.array<number[]>()),
      fitted: await fitted(null),
      fittedOff: await fitted("OFF"),
      fittedFile: await fitted("FILE"),
      sums: [step(iterator).item(), step(iterator).item(), step(iterator).item()],
      traced: step.tracingCount,
      tooFew: await seen(new tf.data.TextLineDataset(files.slice(0, 1)) as never, "FILE").catch(String),
    });
  },
  async collectives() {
    await tf.distribute.initialize({ timeoutSeconds: 60 });
    const strategy = new tf.distribute.MultiWorkerMirroredStrategy();
    const { id, count } = strategy.group;
    const x = tf.constant([id + 1, -id, 2 * id]);
    const run = tf.function((x: tf.Tensor) =>
      strategy.run(() => [
        allReduce(x, "sum"),
        allReduce(x, "mean"),
        allReduce(x, "max"),
        allReduce(x, "min"),
        broadcast(x, count - 1),
        allGather(x),
        reduceScatter(tf.cast(tf.range(0, 2 * count), "float32")),
      ]),
    );
    const traced = run(x).map((each) => each.array());
    const eager = strategy.run(() => allGather(tf.ones([id + 1, 2]).mul(id), 0)).array();
    const gradient = strategy.run(() => {
      const tape = new tf.GradientTape();
      tape.watch(x);
      const loss = tape.record(() => tf.reduceSum(tf.multiply(allReduce(x), id + 1)));
      return tape.gradient(loss, x)!;
    });
    const large = tf.function((x: tf.Tensor) =>
      strategy.run(() => {
        const [big, other] = [tf.multiply(tf.ones([300_000]), x), tf.add(tf.ones([500, 600]), x)];
        const twice = tf.multiply(big, 2);
        const all = allReduce([big, tf.reshape(big, [600, 500]), other, twice, x, x], "mean");
        return [...all, other].map((each) => tf.stack([tf.reduceMin(each), tf.reduceMax(each)])); // one of them is read afterwards
      }),
    );
    const reducedInPlace = large(tf.constant(id + 1)).map((each) => each.array());
    const parts = [...strategy.experimentalDistributeDataset(tf.data.Dataset.range(5).batch(4))].map((each) => each.array());
    const mean = strategy.reduce("MEAN", tf.ones([id + 1]).mul(id), { axis: 0 }).item();
    const total = strategy.scope(() => new keras.metrics.Sum());
    strategy.run(() => void total.updateState(x));
    const own = strategy.scope(() => tf.variable(0, { dtype: "float32", synchronization: "on_read", aggregation: "sum" }));
    strategy.run(() => void own.assign(id + 1));
    const kept = [own.item(), strategy.reduce("SUM", own).item(), (strategy.experimentalLocalResults(own)[0] as tf.Tensor).item()];
    say({
      rank: id,
      traced,
      eager,
      gradient: gradient.array(),
      reducedInPlace,
      parts,
      mean,
      total: total.result().item(),
      kept,
      chief: strategy.isChief,
    });
  },
  async half() {
    await tf.distribute.initialize({ timeoutSeconds: 60 });
    const strategy = new tf.distribute.MultiWorkerMirroredStrategy({ communicationOptions: { compression: "float16" } });
    const { id } = strategy.group;
    const x = tf.constant(Float32Array.from({ length: 1001 }, (_, i) => Math.sin(i) * 10 ** ((i % 9) - 5) * (id + 1)));
    say({ rank: id, sums: [...strategy.run(() => allReduce(x)).data()] });
  },
  /** Steps without end: the test ends them. */
  async endless() {
    await tf.distribute.initialize({ timeoutSeconds: 60 });
    const strategy = new tf.distribute.MultiWorkerMirroredStrategy();
    const { x, y } = data(48);
    const model = strategy.scope(() => network());
    say({ rank: strategy.group.id, pid: process.pid });
    for (;;) await model.fit(x, y, { ...options, epochs: 100 });
  },
  async throws([who]) {
    await tf.distribute.initialize({ timeoutSeconds: 60 });
    const strategy = new tf.distribute.MultiWorkerMirroredStrategy();
    const { x, y } = data(48);
    const model = strategy.scope(() => network());
    const watch = new keras.callbacks.LambdaCallback({
      onTrainBatchEnd: (batch: number) => {
        if (strategy.group.id === Number(who) && batch === 2) throw new Error("a mistake of the user's");
      },
    });
    await model.fit(x, y, { ...options, epochs: 1000, callbacks: [watch] });
  },
  /** Each kind of disagreement: an error in all ranks, after which they can go on. */
  async disagree() {
    await tf.distribute.initialize({ timeoutSeconds: 60 });
    const strategy = new tf.distribute.MultiWorkerMirroredStrategy();
    const { id, count } = strategy.group;
    const isLast = id === count - 1;
    const x = tf.ones([1000]);
    const kinds: Readonly<Record<string, () => unknown>> = {
      number: () => allReduce(tf.ones([isLast ? 2000 : 1000])),
      dtype: () => allReduce(isLast ? tf.cast(x, "int32") : x),
      order: () => (isLast ? allReduce([tf.ones([4]), x]) : allReduce([x, tf.ones([4])])),
      shape: () => allReduce(isLast ? tf.reshape(x, [10, 100]) : x),
      reduction: () => allReduce(x, isLast ? "max" : "sum"),
      operation: () => (isLast ? broadcast(x) : allReduce(x)),
      lengths: () => (isLast ? allGather(x) : allReduce(x)),
      root: () => broadcast(x, isLast ? 1 : 0),
      "another meeting": () => [allReduce(x), isLast ? allReduce(tf.ones([4])) : allReduce(x)],
    };
    const errors = Object.entries(kinds).map(([kind, action]) => {
      try {
        strategy.run(action);
        return [kind, "nothing"];
      } catch (error) {
        return [kind, String(error)];
      }
    });
    say({ rank: id, errors: Object.fromEntries(errors) as object, sum: strategy.run(() => allReduce(tf.constant(id + 1))).item() });
  },
  /** Training with backups, in which a rank may end itself. */
  async backed([folder, who, at]) {
    await tf.distribute.initialize({ timeoutSeconds: 60 });
    const strategy = new tf.distribute.MultiWorkerMirroredStrategy();
    tf.random.setSeed(11);
    const { x, y } = data(48);
    const model = strategy.scope(() => network());
    let steps = 0;
    const watch = new keras.callbacks.LambdaCallback({
      onTrainBatchEnd: () => {
        if (strategy.group.id === Number(who) && steps++ === Number(at)) process.kill(process.pid, "SIGKILL");
      },
    });
    const backup = new keras.callbacks.BackupAndRestore(folder!, { deleteCheckpoint: false });
    await model.fit(x, y, { batchSize: 12, epochs: 5, verbose: 1, callbacks: [watch, backup] });
    say({ rank: strategy.group.id, bits: bits(model) });
  },
  /** Training with a backup of every epoch that a test interrupts; writes the bits of each epoch. */
  async survive([folder, epochs, pause]) {
    process.on("SIGUSR2", () => {
      throw new Error("a mistake of the user's");
    });
    await tf.distribute.initialize({ timeoutSeconds: 60 });
    const strategy = new tf.distribute.MultiWorkerMirroredStrategy();
    tf.random.setSeed(11);
    const { x, y } = data(48);
    const model = strategy.scope(() => network());
    let isSaid = false;
    const sleep = new Int32Array(new SharedArrayBuffer(4));
    const watch = new keras.callbacks.LambdaCallback({
      onTrainBatchEnd: () => {
        if (!isSaid) process.stdout.write(`@${strategy.group.id} ${process.pid}\n`);
        isSaid = true;
        if (Number(pause) > 0) Atomics.wait(sleep, 0, 0, Math.random() * Number(pause));
      },
      onEpochEnd: (epoch: number) => appendFileSync(`${folder!}/bits`, `${epoch} ${bits(model)}\n`),
    });
    const backup = new keras.callbacks.BackupAndRestore(`${folder!}/backup`, { deleteCheckpoint: false });
    await model.fit(x, y, { batchSize: 12, epochs: Number(epochs), verbose: 0, callbacks: [watch, backup] });
  },
  /** A model whose variables are split by layouts. */
  async split([folder, grid, units]) {
    const { distribution } = keras;
    await distribution.initialize();
    const { size, rank } = (await tf.distribute.experimental.openCommunicator()) ?? { size: 1, rank: 0 };
    const shape = size === 1 ? [1, 1] : grid!.split("x").map(Number);
    const mesh = new distribution.DeviceMesh(shape, ["batch", "model"]);
    const layouts = new distribution.LayoutMap(mesh)
      .set("embedding.*embeddings", [null, "model"])
      .set("(query|key|value).*kernel", [null, "model", null])
      .set("attention_output.*kernel", ["model", null, null])
      .set("einsum_dense.*kernel", [null, "model"])
      .set("wide.*kernel", ["model", null])
      .set("wide.*bias", ["model"]);
    distribution.setDistribution(size === 1 ? null : new distribution.ModelParallel({ layoutMap: layouts, batchDimName: "batch" }));
    const make = () => {
      const ids = keras.Input({ shape: [6], dtype: "int32" });
      let h = new keras.layers.Embedding(20, 8, { name: "embedding" })(ids) as tf.Tensor;
      h = new keras.layers.MultiHeadAttention(4, 4, { name: "attention" })(h, h) as tf.Tensor;
      h = new keras.layers.EinsumDense("abc,cd->abd", [null, 8], { name: "einsum_dense", activation: "tanh" })(h) as tf.Tensor;
      h = new keras.layers.Flatten()(h) as tf.Tensor;
      h = new keras.layers.Dense(Number(units), { name: "wide", activation: "relu", kernelRegularizer: "l2" })(h) as tf.Tensor;
      const model = new keras.Model({ inputs: ids, outputs: new keras.layers.Dense(3, { name: "last" })(h) });
      model.compile({
        optimizer: new keras.optimizers.Adam({ learningRate: 0.01 }),
        loss: new keras.losses.SparseCategoricalCrossentropy({ fromLogits: true }),
        metrics: ["accuracy"],
      });
      return model;
    };
    tf.random.setSeed(21);
    const model = make();
    const x = tf.constant(
      Int32Array.from({ length: 24 * 6 }, (_, i) => (i * 7 + (i >> 2)) % 20),
      { shape: [24, 6] },
    );
    const y = tf.constant(Int32Array.from({ length: 24 }, (_, i) => i % 3));
    const history = await model.fit(x, y, { batchSize: 8, epochs: 3, shuffle: false, verbose: 0 });
    const bytes = [...model.weights, ...model.optimizer.variables].reduce((sum, { state }) => sum + state.bytes, 0);
    const path = `${folder}/model.weights.h5`;
    await model.saveWeights(path);
    const loss = (await model.evaluate(x, y, { batchSize: 8, verbose: 0 })) as number[];
    const answer = { weights: model.weights.map((weight) => [...weight.data()]), shapes: model.weights.map(({ shape }) => shape) };
    // Everybody reads what the first one has written.
    if (size > 1) (await tf.distribute.experimental.openCommunicator())!.barrier();
    const other = make();
    await other.loadWeights(path);
    const same = other.weights.every((weight, i) => String(weight.data()) === String(answer.weights[i]));
    say({ rank, size, bytes, history: history.history, loss, same, ...answer });
  },
  /** A model whose variables are large beside its batches, so that their products are computed in parts. */
  async products() {
    const { distribution } = keras;
    await distribution.initialize();
    const { size, rank } = (await tf.distribute.experimental.openCommunicator()) ?? { size: 1, rank: 0 };
    const mesh = new distribution.DeviceMesh([1, size], ["batch", "model"]);
    const layouts = new distribution.LayoutMap(mesh)
      .set("columns_table.*embeddings", [null, "model"])
      .set("rows_table.*embeddings", ["model", null])
      .set("(query|key|value).*kernel", [null, "model", null])
      .set("attention_output.*kernel", ["model", null, null])
      .set("einsum.*kernel", [null, "model"])
      .set("columns/kernel", [null, "model"])
      .set("rows/kernel", ["model", null]);
    distribution.setDistribution(size === 1 ? null : new distribution.ModelParallel({ layoutMap: layouts, batchDimName: "batch" }));
    tf.random.setSeed(5);
    const ids = keras.Input({ shape: [4], dtype: "int32" });
    const one = new keras.layers.Embedding(400, 32, { name: "columns_table" })(ids) as tf.Tensor;
    let h = keras.ops.add(one, new keras.layers.Embedding(400, 32, { name: "rows_table" })(ids) as tf.Tensor);
    h = new keras.layers.MultiHeadAttention(4, 32, { name: "attention" })(h, h) as tf.Tensor;
    h = new keras.layers.EinsumDense("abc,cd->abd", [null, 64], { name: "einsum", activation: "tanh" })(h) as tf.Tensor;
    h = new keras.layers.Flatten()(h) as tf.Tensor;
    h = new keras.layers.Dense(512, { name: "columns", activation: "tanh" })(h) as tf.Tensor;
    h = new keras.layers.Dense(64, { name: "rows", activation: "relu" })(h) as tf.Tensor;
    const model = new keras.Model({ inputs: ids, outputs: new keras.layers.Dense(3, { name: "last" })(h) });
    model.compile({
      optimizer: new keras.optimizers.SGD({ learningRate: 0.05, momentum: 0.9 }),
      loss: new keras.losses.SparseCategoricalCrossentropy({ fromLogits: true }),
    });
    const x = tf.constant(
      Int32Array.from({ length: 22 * 4 }, (_, i) => ((i * 37 + (i >> 2)) % 400) - (i % 5 === 0 ? 400 : 0)),
      { shape: [22, 4] },
    );
    const y = tf.constant(Int32Array.from({ length: 22 }, (_, i) => i % 3));
    // The last batch, of 6, has unequal shares over 4 replicas.
    const history = await model.fit(x, y, { batchSize: 8, epochs: 3, shuffle: false, verbose: 0 });
    const predicted = (await model.predict(x, { batchSize: 8, verbose: 0 })) as tf.Tensor;
    // A training step as fit makes it, with the share of a batch of 8.
    const { strategy } = distribution.distribution() ?? { strategy: tf.distribute.getStrategy() };
    const crossEntropy = new keras.losses.SparseCategoricalCrossentropy({ fromLogits: true });
    const step = tf.function((x: tf.Tensor, y: tf.Tensor) =>
      strategy.run(() => {
        const tape = new tf.GradientTape();
        const loss = tape.record(() => crossEntropy.call(y, model(x) as tf.Tensor));
        model.optimizer.applyGradients(tf.zip(tape.gradient(loss, model.trainableVariables), model.trainableVariables));
        return loss;
      }),
    );
    const bytesOfPlan = (shares: readonly (readonly number[])[] | null) => {
      strategy.group.divided?.(shares);
      const { plan } = step.getConcreteFunction(tf.slice(x, [0, 0], [8 / size, 4]), tf.slice(y, [0], [8 / size])).executable();
      strategy.group.divided?.(null);
      return plan.arenaBytes;
    };
    const plans = [bytesOfPlan([Array.from({ length: size }, () => 8 / size)]), bytesOfPlan(null)];
    const bytes = [...model.weights, ...model.optimizer.variables].reduce((sum, { state }) => sum + state.bytes, 0);
    const weights = model.weights.map((weight) => [...weight.data()]);
    say({ rank, size, history: history.history, predicted: [...predicted.data()], weights, plans, bytes });
  },
  /** A chief, workers and tasks that keep variables. */
  async served([how]) {
    await tf.distribute.initialize({ timeoutSeconds: 60 });
    const strategy = new tf.distribute.experimental.ParameterServerStrategy();
    const coordinator = new tf.distribute.coordinator.ClusterCoordinator(strategy);
    const rank = strategy.joined.communicator?.rank ?? 0;
    const { w, seen, optimizer } = strategy.scope(() => {
      const w = tf.variable([[0], [0]], { dtype: "float32" });
      const optimizer = new keras.optimizers.SGD({ learningRate: 0.1, momentum: 0.5 });
      optimizer.build([w]);
      return { w, seen: tf.variable(0, { dtype: "int32", trainable: false }), optimizer };
    });
    const step = tf.function((x: tf.Tensor) => {
      const y = tf.matmul(x, tf.constant([[2], [-3]]));
      const tape = new tf.GradientTape();
      const loss = tape.record(() => tf.reduceMean(tf.square(tf.subtract(tf.matmul(x, w), y))));
      optimizer.applyGradients([[tape.gradient(loss, w), w]]);
      seen.assignAdd(1);
      return loss;
    });
    const perWorker = coordinator.createPerWorkerDataset(() =>
      tf.data.Dataset.range(32)
        .map((i) => tf.stack([tf.sin(tf.cast(i, "float32")), tf.cos(tf.cast(i, "float32").mul(3))]))
        .batch(8),
    );
    const iterator = perWorker.iterator();
    const train = (batches: { next(): IteratorResult<tf.Tensor> }, scale: number) => {
      if (how === "dies" && rank === 1 && seen.item() >= 3) process.kill(process.pid, "SIGKILL");
      return step(tf.multiply(batches.next().value as tf.Tensor, scale));
    };
    const wrong = () => {
      throw new Error("a mistake in a scheduled function");
    };
    const losses: number[] = [];
    for (let round = 0; round < 5; round++) {
      const values = Array.from({ length: 8 }, () => coordinator.schedule(train, [iterator, 1]));
      await coordinator.join();
      losses.push(values[7]!.fetch().item());
    }
    const index = coordinator.schedule(() => tf.constant(tf.distribute.coordinator.experimentalGetCurrentWorkerIndex()));
    await coordinator.join();
    let failure = "";
    if (how === "fails") {
      coordinator.schedule(wrong);
      await coordinator.join().catch((error: Error) => void (failure = error.message));
    }
    say({
      rank,
      w: w.array(),
      seen: seen.item(),
      losses,
      failure,
      index: index.fetch().item(),
      servers: strategy.servers,
      workers: strategy.workers,
    });
  },
  /** `fit` by a chief, workers and tasks that keep variables. */
  async fitted() {
    await tf.distribute.initialize({ timeoutSeconds: 60 });
    const strategy = new tf.distribute.experimental.ParameterServerStrategy();
    const { x, y } = data(32);
    const dataset = tf.data.Dataset.fromTensorSlices([x, y]).repeat().batch(8).prefetch(2);
    const model = strategy.scope(() => {
      const model = new keras.Sequential([new keras.layers.Dense(4, { kernelInitializer: "ones" })]);
      const loss = new keras.losses.SparseCategoricalCrossentropy({ fromLogits: true });
      model.compile({ optimizer: new keras.optimizers.SGD({ learningRate: 0.05 }), loss, metrics: ["accuracy"], stepsPerExecution: 4 });
      return model;
    });
    const { history } = await model.fit(dataset, { epochs: 3, stepsPerEpoch: 8, verbose: 0 });
    const [steps] = model.optimizer.variables.map((variable) => variable.data()[0]);
    const rank = strategy.joined.communicator?.rank ?? 0;
    say({ rank, history, steps, weights: model.weights.map((weight) => [...weight.data()]) });
  },
  /** A loop of one's own that saves and ends when a process is told to; `who` is told after the step `at`. */
  async preempted([folder, who, at]) {
    await tf.distribute.initialize({ timeoutSeconds: 60 });
    const strategy = new tf.distribute.MultiWorkerMirroredStrategy();
    const { id } = strategy.group;
    const { model, optimizer } = strategy.scope(() => {
      tf.random.setSeed(17);
      const model = new keras.Sequential([new keras.Input({ shape: [5] }), new keras.layers.Dense(1)]);
      const optimizer = new keras.optimizers.Adam({ learningRate: 0.01 });
      optimizer.build(model.trainableVariables);
      return { model, optimizer };
    });
    const { x } = data(8);
    const trainStep = tf.function((shift: tf.Tensor) =>
      strategy.run(
        (shift: tf.Tensor) => {
          const tape = new tf.GradientTape();
          const loss = tape.record(() => tf.reduceMean(tf.square(tf.subtract(model(tf.add(x, shift)) as tf.Tensor, 1))));
          optimizer.applyGradients(tf.zip(tape.gradient(loss, model.trainableVariables), model.trainableVariables));
          return loss;
        },
        [shift],
      ),
    );
    const checkpoint = new tf.train.Checkpoint({ model, optimizer });
    const handler = new tf.distribute.experimental.PreemptionCheckpointHandler(strategy.clusterResolver, checkpoint, folder!);
    await handler.ready;
    const begun = handler.totalRunCalls;
    while (handler.totalRunCalls < 20) {
      const step = handler.totalRunCalls;
      await handler.run(trainStep, [tf.constant(step / 20 + id)]);
      if (id === Number(who) && step === Number(at)) process.kill(process.pid, "SIGTERM");
    }
    handler.close();
    say({ rank: id, begun, bits: bits(model) });
  },
  async idle() {
    await tf.distribute.initialize({ timeoutSeconds: 60 });
    const strategy = new tf.distribute.MultiWorkerMirroredStrategy();
    say({ rank: strategy.group.id, pid: process.pid });
    setInterval(() => {}, 1000);
  },
  async initialize() {
    await tf.distribute.initialize({ timeoutSeconds: 1 });
    const strategy = new tf.distribute.MultiWorkerMirroredStrategy();
    say({ replicas: strategy.numReplicasInSync });
  },
};

const [name = "", ...rest] = process.argv.slice(2);
await scenarios[name]!(rest);
