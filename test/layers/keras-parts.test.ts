// Parameters and methods of Keras's classes beside their main work: what each gives.

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import * as tf from "../../lib/index.js";

const { keras } = tf;
const { layers, ops } = keras;

/** Methods that are not declared: classes of one's own may write them without `override`. */
interface Saves {
  saveOwnVariables(store: Record<string, tf.Tensor>): void;
  loadOwnVariables(store: Record<string, tf.Tensor>): void;
}

t.test("the option weights gives the first values", async (t) => {
  const table = [[1, 2], [3, 4], [5, 6]]; // prettier-ignore
  for (const weights of [table, [table], tf.constant(table)]) {
    const embedding = new layers.Embedding(3, 2, { weights });
    t.strictSame((embedding([2, 0]) as tf.Tensor).array(), [[5, 6], [1, 2]]); // prettier-ignore
    t.notOk("weights" in embedding.getConfig());
  }
  const given = new layers.Bidirectional(new layers.SimpleRNN(2));
  given.build([null, 3, 2]);
  const weights = given.getWeights().map((each, i) => tf.fill([...each.shape], i + 1));
  const copy = new layers.Bidirectional(new layers.SimpleRNN(2), { weights });
  copy.build([null, 3, 2]);
  t.strictSame(copy.getWeights().map((each) => each[0]), weights.map((_, i) => i + 1)); // prettier-ignore
  t.throws(() => new layers.Embedding(3, 2, { weights: "ones" }), { name: "ValueError" });
});

t.test("a model begins at a tensor of another graph", async (t) => {
  const input = keras.Input({ shape: [2] });
  const middle = ops.multiply(input, 100);
  const begin = keras.Input({ tensor: middle as tf.keras.KerasTensor, name: "middle" });
  const model = new keras.Model({ inputs: begin, outputs: ops.add(begin, 1) });
  t.strictSame((model(tf.constant([[1, 2]])) as tf.Tensor).array(), [[2, 3]]);
  t.equal(model.layers.length, 1);
  t.throws(() => keras.Input({ tensor: begin, shape: [2] }), { name: "ArgumentError" });
});

t.test("layers and optimizers write and read their own variables, and a class of one's own adds to them", async (t) => {
  const [dense, other] = [new layers.Dense(2), new layers.Dense(2)];
  for (const each of [dense, other]) each.build([null, 3]);
  const store: Record<string, tf.Tensor> = {};
  (dense as unknown as Saves).saveOwnVariables(store);
  t.strictSame(Object.keys(store), ["0", "1"]);
  (other as unknown as Saves).loadOwnVariables(store);
  t.strictSame(other.getWeights(), dense.getWeights());
  t.throws(() => (other as unknown as Saves).loadOwnVariables({ "0": store["0"]! }), { name: "CheckpointError" });
  const optimizer = new keras.optimizers.Adam();
  optimizer.build(dense.trainableVariables);
  const saved: Record<string, tf.Tensor> = {};
  (optimizer as unknown as Saves).saveOwnVariables(saved);
  t.equal(Object.keys(saved).length, optimizer.variables.length);

  class Own extends layers.Layer {
    a = this.addWeight({ name: "a", shape: [2], initializer: "ones" });
    seen: unknown = null;
    override call(x: tf.Tensor) {
      return ops.add(x, this.a);
    }
    saveOwnVariables(to: Record<string, tf.Tensor>) {
      (layers.Layer.prototype as unknown as Saves).saveOwnVariables.call(this, to);
      to["extra"] = tf.constant([7]);
    }
    loadOwnVariables({ extra, ...rest }: Record<string, tf.Tensor>) {
      this.seen = extra!.array();
      (layers.Layer.prototype as unknown as Saves).loadOwnVariables.call(this, rest);
    }
  }
  const model = new keras.Sequential([new keras.Input({ shape: [2] }), new Own()]);
  (model.layers[0] as Own).a.assign([5, 6]);
  const path = join(mkdtempSync(join(tmpdir(), "own-")), "m.keras");
  await model.save(path);
  const loaded = (await keras.models.loadModel(path, { customObjects: { Own } })) as tf.keras.Sequential;
  t.strictSame([(loaded.layers[0] as Own).a.array(), (loaded.layers[0] as Own).seen], [[5, 6], [7]]); // prettier-ignore
});

t.test("a model of one's own that was built by its first call comes back from its file", async (t) => {
  class Own extends keras.Model {
    units: number;
    dense: tf.keras.layers.Dense;
    constructor({ units = 3, ...options }: { units?: number; name?: string } = {}) {
      super(options);
      this.units = units;
      this.dense = new layers.Dense(units);
    }
    override call(x: tf.Tensor) {
      return this.dense(x);
    }
    override getConfig() {
      return { name: this.name, units: this.units };
    }
  }
  const model = new Own({ units: 2 });
  const y = model(ops.ones([1, 3])) as tf.Tensor;
  const path = join(mkdtempSync(join(tmpdir(), "own-")), "m.keras");
  await model.save(path);
  const loaded = (await keras.models.loadModel(path, { customObjects: { Own } })) as Own;
  t.strictSame((loaded(ops.ones([1, 3])) as tf.Tensor).array(), y.array());
});

t.test("variables are taken where tensors are: states of a recurrent layer go into another one", async (t) => {
  const x = keras.random.normal([2, 3, 4], { seed: 1 });
  const kept = new layers.LSTM(5, { stateful: true });
  kept(x);
  const { states } = kept as unknown as { states: tf.Variable[] };
  const next = new layers.LSTM(5);
  const values = states.map((state) => state.value());
  t.strictSame((next(x, { initialState: states }) as tf.Tensor).array(), (next(x, { initialState: values }) as tf.Tensor).array());
});

t.test("names of optimizers ignore capitals, as in Keras", async (t) => {
  for (const name of ["RMSprop", "Adam", "SGD", "adamw"])
    t.equal(keras.optimizers.get(name)!.constructor.name.toLowerCase(), name.toLowerCase());
  t.throws(() => keras.optimizers.get("Adom"), { message: /Did you mean adam\?/ });
});

t.test("steps of layers stand by themselves", async (t) => {
  const conv = new layers.Conv1D(2, 3, { padding: "causal", activation: "relu", biasInitializer: "ones" });
  const x = keras.random.normal([1, 5, 3], { seed: 1 });
  const y = conv(x) as tf.Tensor;
  t.ok(ops.allclose(ops.relu(ops.add(conv.convolutionOp(x, conv.kernel), 1)), y).item());
  const lstm = new layers.LSTM(4, { returnSequences: true });
  const sequence = lstm(x) as tf.Tensor;
  const [last, outputs, states] = lstm.innerLoop(x, [ops.zeros([1, 4]), ops.zeros([1, 4])]);
  t.ok(ops.allclose(outputs, sequence).item() && ops.allclose(last, ops.take(sequence, -1, 1)).item());
  t.equal((states as readonly tf.Tensor[]).length, 2);
  const spectral = new layers.SpectralNormalization(new layers.Dense(3));
  spectral(ops.ones([1, 4]));
  const before = spectral.layer.getWeights()[0]!;
  const { kernel } = spectral.normalizedWeights();
  t.strictSame([...spectral.layer.getWeights()[0]!], [...before], "nothing is written");
  spectral(ops.ones([1, 4]), { training: true });
  t.ok(ops.allclose((spectral.layer as tf.keras.layers.Dense).kernel, kernel).item());
  const attention = new layers.MultiHeadAttention(2, 3, { dropout: 0.1 });
  t.strictSame([attention.numHeads, attention.keyDim, attention.valueDim, attention.dropout, attention.useBias], [2, 3, 3, 0.1, true]);
  const memory = new layers.ConvLSTM2D(4, 3, { strides: 2, padding: "same" });
  t.strictSame([memory.filters, memory.kernelSize, memory.strides, memory.padding], [4, [3, 3], [2, 2], "same"]);
  t.throws(() => attention.addMetric(), { name: "NotSupportedError" });
});

t.test("a loss with values in the place of variables", async (t) => {
  const model = new keras.Sequential([new keras.Input({ shape: [2] }), new layers.Dense(1, { useBias: false })]);
  model.compile({ optimizer: "sgd", loss: "mse" });
  t.equal(model.jitCompile, true);
  const [x, y] = [tf.constant([[1, 2]]), tf.constant([[0]])]; // prettier-ignore
  const kernel = tf.constant([[1], [1]]); // prettier-ignore
  const tape = new tf.GradientTape();
  tape.watch(kernel);
  const loss = tape.record(() => {
    const yPred = model.statelessCall([kernel], [], x)[0] as tf.Tensor;
    return model.statelessComputeLoss(
      [kernel],
      [],
      model.metricsVariables.map((each) => each.value()),
      { x, y, yPred },
    )[0];
  });
  t.equal(loss.item(), 9);
  t.strictSame(tape.gradient(loss, kernel)!.array(), [[6], [12]]); // prettier-ignore
  t.throws(() => model.statelessComputeLoss([], [], [], { y, yPred: y }), { name: "ArgumentError" });
});

t.test("a distribution on one process has one shard", async (t) => {
  const spread = new keras.distribution.DataParallel({ devices: ["cpu:0"], autoShardDataset: false });
  t.strictSame(
    [
      spread.numProcesses,
      spread.numModelReplicas,
      spread.numDataShards,
      spread.dataShardId,
      spread.autoShardDataset,
      spread.getTensorLayout("a"),
    ],
    [1, 1, 1, 0, false, null],
  );
});

t.test("small objects tell what they are made of", async (t) => {
  const spec = new layers.InputSpec({ shape: [null, 3], dtype: "float32", maxNdim: 4 });
  const config = { dtype: "float32", shape: [null, 3], ndim: 2, max_ndim: 4, min_ndim: null, axes: null, optional: false };
  t.strictSame(spec.getConfig(), config);
  t.strictSame(layers.InputSpec.fromConfig(config).getConfig(), config);
  const tensor = new keras.KerasTensor([null, 3], { dtype: "int32", name: "k" });
  t.strictSame(
    [tensor.shape, tensor.dtype, tensor.name, tensor.ndim, tensor.sparse, tensor.ragged],
    [[null, 3], "int32", "k", 2, false, false],
  );
  t.throws(() => new keras.KerasTensor([3], { type: "int32" } as never), { name: "ArgumentError" });
  const generator = new keras.random.SeedGenerator(5, { name: "mine" });
  t.strictSame([generator.getConfig(), generator.name], [{ seed: 5 }, "mine"]);
  t.strictSame(keras.random.SeedGenerator.fromConfig({ seed: 5 }).next().array(), generator.next().array());
  const initializer = new keras.initializers.RandomNormal({ seed: 3 });
  t.strictSame(initializer.clone()([2]).array(), initializer([2]).array());
  const policy = new keras.DTypePolicy("mixed_bfloat16");
  t.equal((policy.convertInput([1.5], true, "bfloat16") as tf.Tensor).dtype, "bfloat16");
  t.equal((policy.convertInput(ops.ones([1]), false, "bfloat16") as tf.Tensor).dtype, "float32");
  t.equal((policy.convertInput(ops.ones([1], { dtype: "int32" }), true, "bfloat16") as tf.Tensor).dtype, "int32");
  const stopping = new keras.callbacks.EarlyStopping({ monitor: "loss" });
  t.equal(stopping.getMonitorValue({ loss: 3 }), 3);
  class Mine {}
  t.equal(keras.saving.getRegisteredObject("Mine", { customObjects: { Mine } }), Mine);
  new layers.Dense(1);
  keras.utils.clearSession({ freeMemory: false });
  t.equal(new layers.Dense(1).name, "dense");
  t.throws(() => keras.utils.clearSession(3 as never), { name: "ArgumentError" });
});
