// What scripts and libraries do around a step: options of run and of input, scopes that last, merge calls, updates; answers are TensorFlow's
// with two logical devices.

import t, { type Test } from "tap";
import * as tf from "../../lib/index.js";

const { MirroredStrategy, InputOptions, RunOptions, InputReplicationMode, ReduceOp } = tf.distribute;

const two = (): tf.distribute.MirroredStrategy => new MirroredStrategy(["cpu:0", "cpu:1"]);
const numbers = (value: unknown): unknown => (value instanceof tf.Tensor ? value.array() : value);
const id = (): number => tf.distribute.getReplicaContext()!.replicaIdInSyncGroup;
const idPlusOne = (): tf.Tensor => tf.constant(id() + 1, { dtype: "float32" });

const cases: Readonly<Record<string, (t: Test, strategy: tf.distribute.MirroredStrategy) => void>> = {
  "options and keywords of run, traced and not"(t, strategy) {
    const ids = strategy.experimentalDistributeValuesFromFunction(({ replicaIdInSyncGroup }) => tf.constant(replicaIdInSyncGroup));
    const options = new RunOptions({ experimentalEnableDynamicBatchSize: false });
    t.strictSame({ ...new RunOptions() }, { experimentalEnableDynamicBatchSize: true, experimentalBucketizingDynamicShape: false });
    const scaled = (x: tf.Tensor, { y, scale = 1 }: { y: tf.Tensor; scale?: number }): tf.Tensor => tf.multiply(tf.add(x, y), scale);
    const forms: Readonly<Record<string, () => unknown>> = {
      "a list and a record": () => strategy.run(scaled, [1], { y: ids as never, scale: 3 }),
      "options behind": () => strategy.run(scaled, [1], { y: ids as never, scale: 3 }, options),
      "by names": () => strategy.run(scaled, { args: [1], kwargs: { y: ids, scale: 3 }, options }),
      "the guide's name": () => strategy.experimentalRunV2(scaled, [1], { y: ids as never, scale: 3 }, options),
    };
    const traced = tf.function((form: string) => forms[form]!());
    const inner = tf.function(scaled);
    for (const [name, form] of Object.entries(forms))
      for (const [how, call] of [["eager", form], ["traced", () => traced(name)]] as const)
        t.strictSame(strategy.experimentalLocalResults(call()).map(numbers), [3, 6], `${name}, ${how}`); // prettier-ignore
    t.strictSame(strategy.experimentalLocalResults(strategy.run(inner, [1], { y: ids, scale: 3 } as never)).map(numbers), [3, 6], "inside");
    t.strictSame(strategy.unwrap(strategy.run(() => id())), [0, 1]);
  },

  "datasets for each replica"(t, strategy) {
    const seen: number[][] = [];
    const make = (context: tf.distribute.InputContext): tf.data.Dataset<tf.Tensor> => {
      seen.push([context.numInputPipelines, context.inputPipelineId, context.numReplicasInSync]);
      const begin = context.inputPipelineId * 10;
      return tf.data.Dataset.range(begin, begin + 4 - context.inputPipelineId).batch(2) as tf.data.Dataset<tf.Tensor>;
    };
    const options = new InputOptions({ experimentalReplicationMode: InputReplicationMode.PER_REPLICA });
    const parts = (dataset: tf.distribute.DistributedDataset<tf.Tensor>) =>
      [...dataset].map((each) => strategy.experimentalLocalResults(each).map(numbers));
    t.strictSame(parts(strategy.distributeDatasetsFromFunction(make, options)), [[[0, 1], [10, 11]], [[2, 3], [12]]]); // prettier-ignore
    t.strictSame(seen, [[2, 0, 2], [2, 1, 2]]); // prettier-ignore
    const uneven = strategy.distributeDatasetsFromFunction(
      ({ inputPipelineId }) => tf.data.Dataset.range(inputPipelineId * 4).batch(2) as tf.data.Dataset<tf.Tensor>,
      { experimentalReplicationMode: "PER_REPLICA" },
    );
    t.strictSame(parts(uneven), [[[], [0, 1]], [[], [2, 3]]], "who has nothing more gets empty batches"); // prettier-ignore
    t.equal(uneven.cardinality(), 2);
    seen.length = 0;
    t.strictSame(parts(strategy.experimentalDistributeDatasetsFromFunction(make)), [[[0, 1], [2, 3]]]); // prettier-ignore
    t.strictSame(seen, [[1, 0, 2]]);
    const dataset = tf.data.Dataset.range(6).batch(2);
    const whole = strategy.experimentalDistributeDataset(dataset, new InputOptions({ experimentalFetchToDevice: false }));
    const sum = (state: tf.Tensor, x: unknown) => tf.add(state, strategy.reduce("SUM", x, { axis: 0 }));
    t.equal(whole.reduce(tf.constant(0, { dtype: "int32" }) as tf.Tensor, sum).item(), 15);
  },

  "batches of strings, ragged and sparse tensors"(t, strategy) {
    const ragged = tf.ragged.constant([[1], [2, 3], [], [4], [5, 6]]);
    const sparse = tf.sparse.fromDense([[1, 0], [0, 2], [3, 0], [0, 4], [5, 0]]); // prettier-ignore
    const words = ["a", "b", "c", "d", "e"];
    const dataset = tf.data.Dataset.fromTensorSlices({ ragged, sparse, words }).batch(4);
    type Each = { ragged: tf.RaggedTensor; sparse: tf.SparseTensor; words: string[] };
    const seen = [...strategy.experimentalDistributeDataset(dataset)].map((batch) =>
      (strategy.experimentalLocalResults(batch) as unknown as Each[]).map((each) => [
        each.ragged.toList(),
        tf.sparse.toDense(each.sparse).array(),
        each.words,
      ]),
    );
    t.strictSame(seen, [
      [[[[1], [2, 3]], [[1, 0], [0, 2]], ["a", "b"]], [[[], [4]], [[3, 0], [0, 4]], ["c", "d"]]],
      [[[[5, 6]], [[5, 0]], ["e"]], [[], [], []]],
    ]); // prettier-ignore
    const lengths = strategy.experimentalDistributeDataset(tf.data.Dataset.fromTensorSlices(words).batch(5));
    for (const batch of lengths) t.strictSame(strategy.unwrap(strategy.run((each: string[]) => each.length, [batch as never])), [3, 2]);
  },

  "what is no replica's is one value"(t, strategy) {
    const plain = tf.constant([1, 2]);
    t.strictSame(strategy.run(() => 1), 1, "a constant that all give"); // prettier-ignore
    t.strictSame(
      strategy.run(() => ["a", null, true]),
      ["a", null, true],
    );
    t.strictSame(strategy.reduce("MEAN", plain).array(), [1, 2]);
    t.equal(strategy.reduce("SUM", 0).item(), 0);
    t.strictSame(strategy.gather(plain, 0).array(), [1, 2]);
    t.strictSame(strategy.experimentalLocalResults(3), [3]);
    t.strictSame(strategy.experimentalLocalResults([3, 4]), [[3, 4], [3, 4]]); // prettier-ignore
    t.strictSame([strategy.reduce("SUM", plain, 0).item(), strategy.reduce("MEAN", plain, 0).item()], [6, 1.5]);
  },

  "a mean loss is a replica's share, a sum is its own"(t, strategy) {
    const x = tf.reshape(tf.cast(tf.range(12), "float32"), [6, 2]);
    const [batch] = [...strategy.experimentalDistributeDataset(tf.data.Dataset.fromTensorSlices(x).batch(6))];
    const lossesWith = (reduction: "sum_over_batch_size" | "mean" | "sum"): unknown => {
      const loss = strategy.scope(() => new tf.keras.losses.MeanSquaredError({ reduction }));
      const values = strategy.unwrap(strategy.run((each: tf.Tensor) => loss(tf.zerosLike(each), each), [batch as never]));
      return values.map((each) => Math.round((each as tf.Tensor).item() * 1e4) / 1e4);
    };
    t.strictSame(lossesWith("sum_over_batch_size"), [4.5833, 37.5833]); // TensorFlow's: half of the means
    t.strictSame(lossesWith("mean"), [4.5833, 37.5833]);
    t.strictSame(lossesWith("sum"), [27.5, 225.5]);
  },

  "for which replica a value is made"(t, strategy) {
    const { ValueContext } = tf.distribute.experimental;
    const values = strategy.experimentalDistributeValuesFromFunction((context) => {
      t.ok(context instanceof ValueContext);
      return context.replicaIdInSyncGroup * 10 + context.numReplicasInSync;
    });
    t.strictSame(strategy.experimentalLocalResults(values), [2, 12]);
    const { replicaIdInSyncGroup, numReplicasInSync } = new ValueContext(2, 4);
    t.strictSame([replicaIdInSyncGroup, numReplicasInSync, new ValueContext().numReplicasInSync], [2, 4, 1]);
  },

  "structures: each value is reduced and gathered"(t, strategy) {
    const values = strategy.run(() => ({ a: idPlusOne(), b: [tf.reshape(idPlusOne(), [1])] }));
    const local = strategy.experimentalLocalResults(values) as readonly { a: tf.Tensor; b: [tf.Tensor] }[];
    t.strictSame(local.map(({ a, b: [b] }) => [a.item(), b.array()]), [[1, [1]], [2, [2]]]); // prettier-ignore
    const shown = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
    t.strictSame(shown(strategy.reduce("SUM", values)), { a: 3, b: [[3]] });
    t.strictSame(shown(strategy.gather([values.b[0]], 0)), [[1, 2]]);
    const all = strategy.run(() => tf.distribute.getReplicaContext()!.allGather({ b: tf.reshape(idPlusOne(), [1]) }, { axis: 0 }));
    t.strictSame(strategy.unwrap(all.b).map(numbers), [[1, 2], [1, 2]]); // prettier-ignore
  },

  "what each replica has of a variable"(t, strategy) {
    const options = { dtype: "float32", synchronization: tf.VariableSynchronization.ON_READ } as const;
    const own = strategy.scope(() => tf.variable(0, { ...options, aggregation: tf.VariableAggregation.SUM }));
    strategy.run(() => void own.assign(idPlusOne()));
    t.strictSame([strategy.unwrap(own).map(numbers), own.item()], [[1, 2], 3]); // prettier-ignore
    t.equal(strategy.reduce("SUM", own).item(), 3);
    t.strictSame(
      strategy
        .gather(
          strategy.scope(() => tf.variable([1, 2])),
          0,
        )
        .array(),
      [1, 2, 1, 2],
      "one that all have alike",
    );
  },

  "a scope that lasts"(t, strategy) {
    const state = () => [tf.distribute.hasStrategy(), tf.distribute.inCrossReplicaContext(), tf.distribute.getStrategy() === strategy];
    t.teardown(() => tf.distribute.experimentalSetStrategy(null));
    tf.distribute.experimentalSetStrategy(strategy);
    t.strictSame(state(), [true, true, true]);
    t.ok(strategy.extended.variableCreatedInScope(tf.variable(1)));
    t.equal(strategy.scope(() => "in"), "in", "its own scope inside"); // prettier-ignore
    const other = new tf.distribute.OneDeviceStrategy("cpu:0");
    t.throws(() => other.scope(() => 1), /given a OneDeviceStrategy in the scope of another strategy, MirroredStrategy; expected one/);
    t.throws(() => strategy.scope(() => tf.distribute.experimentalSetStrategy(null)), /given a call inside of strategy\.scope/);
    t.strictSame(state(), [true, true, true]);
    tf.distribute.experimentalSetStrategy(other);
    t.equal(tf.distribute.getStrategy(), other);
    tf.distribute.experimentalSetStrategy(null);
    t.strictSame(state(), [false, false, false]);
    t.notOk(strategy.extended.variableCreatedInScope(tf.variable(1)), "variables are nobody's again");
  },

  "merge calls"(t, strategy) {
    const total = strategy.scope(() => tf.variable(0, { dtype: "float32", aggregation: tf.VariableAggregation.SUM }));
    const step = (x: tf.Tensor): tf.Tensor => {
      const context = tf.distribute.getReplicaContext()!;
      t.equal(tf.distribute.inCrossReplicaContext(), false);
      return context.mergeCall(
        (given, value: tf.Tensor, variable: tf.Variable, { op }: { op: "SUM" | "MEAN" }) => {
          t.equal(given, strategy);
          t.strictSame([tf.distribute.inCrossReplicaContext(), tf.distribute.getReplicaContext()], [true, null]);
          const sum = given.extended.reduceTo(op, value, variable);
          given.extended.update(variable, (v: tf.Variable, by: tf.Tensor) => v.assignAdd(by), [sum]);
          t.strictSame(given.gather(tf.reshape(value, [1]), 0).shape, [2]);
          return given.reduce("MEAN", tf.reshape(value, [1]), { axis: 0 });
        },
        [x, total],
        { op: "SUM" },
      );
    };
    const ones = strategy.run(idPlusOne);
    t.strictSame(strategy.unwrap(strategy.run(step, [ones])).map(numbers), [1.5, 1.5]);
    t.equal(total.item(), 3);
    t.strictSame(strategy.unwrap(tf.function(() => strategy.run(step, [ones]))()).map(numbers), [1.5, 1.5]);
    t.equal(total.item(), 6);
    t.throws(() => strategy.run(() => strategy.reduce("SUM", 1)), /inside of strategy\.run/, "without a merge call they are refused");
  },

  "what libraries do with variables"(t, strategy) {
    const { extended } = strategy;
    const mean = strategy.scope(() => tf.variable(2, { dtype: "float32", aggregation: tf.VariableAggregation.MEAN }));
    t.strictSame([extended.workerDevices, extended.parameterDevices], [["cpu:0", "cpu:1"], ["cpu:0", "cpu:1"]]); // prettier-ignore
    t.strictSame(strategy.unwrap(strategy.run(() => tf.distribute.getReplicaContext()!.devices.join())), ["cpu:0", "cpu:1"]);
    t.strictSame([extended.variableCreatedInScope(mean), extended.variableCreatedInScope(tf.variable(1))], [true, false]);
    t.equal(extended.experimentalRequireStaticShapes, false);
    const ones = strategy.run(idPlusOne);
    t.equal(extended.reduceTo(ReduceOp.MEAN, ones, "cpu:0").item(), 1.5);
    t.strictSame(extended.batchReduceTo("SUM", [[ones, mean], [ones]]).map(numbers), [3, 3]); // prettier-ignore
    const add = (v: tf.Variable, x: tf.Tensor): tf.Variable => v.assignAdd(x);
    extended.update(mean, add, [3]);
    t.equal(mean.item(), 5);
    extended.update(mean, (v: tf.Variable, { x }: { x: number }) => v.assignAdd(x), [], { x: 2 });
    t.equal(mean.item(), 7);
    const each = extended.update(mean, (v: tf.Variable, x: tf.Tensor) => v.assignAdd(x).value(), [ones], null, false);
    t.strictSame((each as readonly tf.Tensor[]).map(numbers), [8, 9], "their arguments differ: each has its own from then on");
    t.equal(mean.item(), 8, "the first one's is read");
  },
};
for (const [name, action] of Object.entries(cases)) t.test(name, (t) => {
  action(t, two());
  t.end();
}); // prettier-ignore

t.test("scopes of one strategy that overlap", async (t) => {
  const strategy = two();
  const wait = () => new Promise((resolve) => setTimeout(resolve, 1));
  const first = strategy.scope(wait);
  const second = strategy.scope(async () => {
    await first;
    await wait();
    return tf.variable(1);
  });
  await first;
  t.equal(tf.distribute.getStrategy(), strategy, "the second one goes on");
  t.ok(strategy.extended.variableCreatedInScope(await second));
  t.equal(tf.distribute.hasStrategy(), false);
  t.notOk(strategy.extended.variableCreatedInScope(tf.variable(1)));
});

const make = () => tf.data.Dataset.range(2).batch(1);
const perReplica = (aggregation: "none" | "sum") => ({ dtype: "float32", synchronization: "on_read", aggregation }) as const;
const { cluster_resolver, coordinator, experimental } = tf.distribute;
const mistakes: Readonly<Record<string, [() => unknown, RegExp]>> = {
  "a sum of what is no replica's": [
    () => two().reduce("SUM", tf.constant([1, 2])),
    /strategy\.reduce: given the sum of .*, one value for all replicas; expected values of replicas/,
  ],
  "a variable that never meets": [
    () => two().scope(() => tf.variable(1, { synchronization: "none" })),
    /synchronization: given "none" in the scope of a strategy; expected "auto", "on_write" or "on_read"/,
  ],
  "a read of what each replica has": [
    () =>
      two()
        .scope(() => tf.variable(1, perReplica("none")))
        .value(),
    /given a read outside of replicas, each of which has a value of its own; expected an aggregation: sum, mean or only_first_replica/,
  ],
  "a replica that is none": [() => new experimental.ValueContext(2, 2), /ValueContext: given replica 2 of 2; expected one of them/],
  "a worker's number elsewhere": [
    () => coordinator.experimentalGetCurrentWorkerIndex(),
    /experimentalGetCurrentWorkerIndex: given a call outside of workers/,
  ],
  "instances of Google's cloud": [() => new cluster_resolver.GCEClusterResolver(), /GCEClusterResolver: given .* TF_CONFIG/],
  "a server of functions": [() => experimental.rpc.Server.create("grpc", "a:1"), /rpc\.Server: given .* ClusterCoordinator\.schedule/],
  "a client of functions": [() => experimental.rpc.Client.create("grpc", "a:1"), /rpc\.Client: given .* ClusterCoordinator\.schedule/],
  "hints that are none": [() => new experimental.CollectiveHints({ bytesPerPack: -1 }), /bytesPerPack: given -1/],
  "options of run that are none": [() => two().run(() => 1, [], null, 3 as never), /strategy\.run\.options: given 3; expected/],
  "an unknown option of RunOptions": [() => new RunOptions({ xla: true } as never), /RunOptions: given the unknown option "xla"/],
  "a flag that is none": [
    () => two().run(() => 1, { options: { experimentalEnableDynamicBatchSize: 1 as never } }),
    /strategy\.run\.options\.experimentalEnableDynamicBatchSize: given 1; expected true or false/,
  ],
  "options of XLA": [() => new RunOptions({ experimentalXlaOptions: {} as never }), /experimentalXlaOptions: given .*; expected null/],
  "a mode that is none": [
    () => new InputOptions({ experimentalReplicationMode: "PER_CORE" as never }),
    /InputOptions\.experimentalReplicationMode: given "PER_CORE"; expected PER_WORKER or PER_REPLICA/,
  ],
  "a buffer of nothing": [
    () => new InputOptions({ experimentalPerReplicaBufferSize: 0 }),
    /experimentalPerReplicaBufferSize: given 0; expected an integer from 1/,
  ],
  "a mode that a dataset can't have": [
    () => two().experimentalDistributeDataset(make(), { experimentalReplicationMode: "PER_REPLICA" }),
    /experimentalReplicationMode: given PER_REPLICA; expected PER_WORKER/,
  ],
  "a function that makes no dataset for one replica": [
    () =>
      two().distributeDatasetsFromFunction((c) => (c.inputPipelineId ? 3 : make()) as never, {
        experimentalReplicationMode: "PER_REPLICA",
      }),
    /distributeDatasetsFromFunction: given 3; expected a Dataset from the function/,
  ],
  "no strategy": [
    () => tf.distribute.experimentalSetStrategy(3 as never),
    /experimentalSetStrategy: given 3; expected a strategy, or null/,
  ],
  "an update of no variable": [() => two().extended.update(3 as never, () => 1), /extended\.update: given 3; expected a variable/],
  "values without destinations": [
    () => two().extended.batchReduceTo("SUM", [tf.ones([2])] as never),
    /batchReduceTo: given .*; expected pairs/,
  ],
  "a gathering of all without an axis": [
    () => two().run(() => tf.distribute.getReplicaContext()!.allGather(tf.ones([2]), null as never)),
    /ReplicaContext\.allGather\.axis: given null; expected a whole number/,
  ],
  "the base of strategies": [
    () => new (tf.distribute.Strategy as unknown as new () => unknown)(),
    /Strategy: given the base of strategies; expected one of them: MirroredStrategy/,
  ],
  "a device that is none": [
    () => new tf.distribute.OneDeviceStrategy({ device: 3 as never }),
    /OneDeviceStrategy\.device: given 3; expected "cpu:0"/,
  ],
  "a merge call of nothing": [() => two().run(() => tf.distribute.getReplicaContext()!.mergeCall(3 as never)), /mergeCall: given 3/],
};
for (const [name, [action, expected]] of Object.entries(mistakes)) t.test(`refused: ${name}`, (t) => {
  t.throws(action, expected);
  t.end();
}); // prettier-ignore
