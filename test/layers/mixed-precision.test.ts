// Layers under mixed policies: variables and gradients in float32, calls in the half, values within its precision of float32's.

import t from "tap";
import * as tf from "../../lib/index.js";

const { keras } = tf;
const { layers, Sequential } = keras;

for (const [name, half, unit] of [
  ["mixed_float16", "float16", 2 ** -10],
  ["mixed_bfloat16", "bfloat16", 2 ** -7],
] as const)
  // prettier-ignore
  t.test(`${name} computes in ${half} and trains float32 variables`, async (t) => {
    const make = (dtype: string) =>
      new Sequential([
        new layers.Input({ shape: [8] }),
        new layers.Dense(16, { activation: "relu", dtype }),
        new layers.BatchNormalization({ dtype }),
        new layers.Dropout(0.25, { dtype }),
        new layers.Dense(4, { activation: "softmax", dtype: "float32" }),
      ]);
    const [mixed, plain] = [make(name), make("float32")];
    plain.setWeights(mixed.getWeights());
    t.same(new Set(mixed.weights.map(({ dtype }) => dtype)), new Set(["float32"]));
    const x = tf.constant(Float32Array.from({ length: 256 }, (_, i) => Math.sin(i * 0.7)), { shape: [32, 8] });
    const inner = mixed.layers[0]!(x);
    t.equal(inner.dtype, half);
    const [y, wanted] = [mixed(x) as tf.Tensor, plain(x) as tf.Tensor];
    t.equal(y.dtype, "float32");
    y.data().forEach((value, i) => t.ok(Math.abs(value - wanted.data()[i]!) < 8 * unit, `${value} and ${wanted.data()[i]}`));
    const labels = tf.constant(Int32Array.from({ length: 32 }, (_, i) => (x.data()[8 * i]! > 0 ? 1 : 0)));
    mixed.compile({ optimizer: "adam", loss: "sparse_categorical_crossentropy" });
    const { history } = await mixed.fit(x, labels, { epochs: 12, batchSize: 16, verbose: 0 });
    const losses = history["loss"] as number[];
    t.ok(losses.every(Number.isFinite) && losses.at(-1)! < losses[0]! * 0.95, `loss ${losses[0]} to ${losses.at(-1)}`);
    t.same(mixed.layers[0]!.getConfig()["dtype"], { module: "keras", class_name: "DTypePolicy", config: { name }, registered_name: null });
  });

t.test("losses and metrics compute in floatx whatever the policy of layers is, and in the dtype that they are given", (t) => {
  tf.keras.config.setDtypePolicy("mixed_bfloat16");
  t.teardown(() => tf.keras.config.setDtypePolicy("float32"));
  const accuracy = new tf.keras.metrics.BinaryAccuracy();
  // 1,001 places: as bfloat16 the count would be 1,000.
  accuracy.updateState(tf.ones([1001]), tf.cast(tf.concat([tf.ones([1000]), tf.zeros([1])], 0), "bfloat16"));
  t.equal(accuracy.dtype, "float32");
  t.equal((accuracy.result() as tf.Tensor).item(), Math.fround(1000 / 1001));
  const [yTrue, yPred] = [tf.constant([[0.1, 0.7]]), tf.constant([[0.3, 0.2]])];
  const own = tf.keras.losses.meanSquaredError(yTrue, yPred).item();
  t.equal(new tf.keras.losses.MeanSquaredError()(yTrue, yPred).item(), own);
  const half = new tf.keras.losses.MeanSquaredError({ dtype: "bfloat16" })(yTrue, yPred);
  t.equal(half.dtype, "bfloat16");
  t.ok(Math.abs(half.item() - own) < 2 ** -7);
  t.end();
});

for (const dtype of ["bfloat16", "mixed_bfloat16", "float16", "mixed_float16"])
  for (const units of [16, 384])
    // With 384 units the recurrent kernel of one sample is read as halves, else it is made float32 first.
    t.test(`an LSTM of ${units} units under ${dtype} is float32's with its weights, forward and back`, async (t) => {
      const unit = dtype.endsWith("bfloat16") ? 2 ** -7 : 2 ** -10;
      const make = (dtype: string) =>
        new layers.LSTM(units, { dtype, seed: 3, returnSequences: true, recurrentInitializer: "glorot_uniform" });
      const [half, plain] = [make(dtype), make("float32")];
      const x = tf.cast(keras.random.normal([1, 6, 8], { seed: 5 }), dtype.replace("mixed_", ""));
      half.build([1, 6, 8]);
      plain.build([1, 6, 8]);
      plain.setWeights(half.getWeights().map((weight) => tf.cast(tf.cast(weight, x.dtype), "float32")));
      const seen = [half, plain].map((layer) => {
        const tape = new tf.GradientTape();
        const y = tape.record(() => layer(tf.cast(x, layer.computeDtype)) as tf.Tensor);
        const traced = tf.function((x: tf.Tensor) => layer(x) as tf.Tensor)(tf.cast(x, layer.computeDtype));
        t.same(traced.data(), y.data(), "traced");
        t.equal(y.dtype, layer.computeDtype);
        const gradients = tape.gradient(y, [...layer.trainableVariables]) as tf.Tensor[];
        t.same(gradients.map((each) => each.dtype), layer.trainableVariables.map((each) => each.dtype)); // prettier-ignore
        return [y, ...gradients].map((each) => tf.cast(each, "float32").data() as Float32Array);
      });
      seen[0]!.forEach((values, i) => {
        const wanted = seen[1]![i]!;
        const most = wanted.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
        const off = values.reduce((off, each, j) => Math.max(off, Math.abs(each - wanted[j]!)), 0);
        t.ok(off < 4 * unit * most, `result ${i}: ${off} off of ${most}`);
      });
    });

t.test("unknown policies are refused", async (t) => {
  t.throws(() => new layers.Dense(1, { dtype: "mixed_float8" }), /given "mixed_float8"; expected/);
});

t.test("an operation in a functional model gives for halves what it gives at once", async (t) => {
  const { ops } = keras;
  const calls: Readonly<Record<string, (a: tf.Tensor, b: tf.Tensor) => unknown>> = {
    divide: (a, b) => ops.divide(a, b),
    power: (a, b) => ops.power(a, b),
    mean: (a) => ops.mean(a, { axis: -1 }),
    variance: (a) => ops.var(a, { axis: 0 }),
    softmax: (a) => ops.softmax(a),
    norm: (a) => ops.norm(a),
    logaddexp: (a, b) => ops.logaddexp(a, b),
    einsum: (a, b) => ops.einsum("ij,ij->i", a, b),
    stack: (a, b) => ops.stack([a, b]),
    gelu: (a) => ops.gelu(a),
  };
  const [a, b] = [0, 1].map((seed) => tf.cast(keras.random.uniform([4, 6], { minval: 0.5, maxval: 3, seed: seed + 1 }), "bfloat16"));
  for (const [name, call] of Object.entries(calls)) {
    const [x, y] = [0, 1].map(() => keras.Input({ batchShape: [4, 6], dtype: "bfloat16" }));
    const outputs = call(x as unknown as tf.Tensor, y as unknown as tf.Tensor);
    const model = new keras.Model({ inputs: [x, y] as never, outputs: outputs as never });
    const [got, wanted] = [model([a!, b!]) as tf.Tensor, call(a!, b!) as tf.Tensor];
    t.strictSame([got.dtype, got.array()], [wanted.dtype, wanted.array()], name);
  }
});

for (const dtype of ["mixed_float16", "mixed_bfloat16"])
  t.test(`under ${dtype} places of rows and categories are read as they are given`, (t) => {
    // bfloat16 has no 301, float16 no 2,049.
    const place = dtype === "mixed_bfloat16" ? 301 : 2049;
    const places = tf.constant([[place]], { dtype: "float32" });
    const embedding = new layers.Embedding(place + 1, 2, { dtype });
    const rows = embedding(places);
    t.equal(rows.dtype, embedding.computeDtype);
    t.same(
      rows.data(),
      tf
        .cast(embedding.embeddings, rows.dtype)
        .data()
        .slice(2 * place),
    );
    const hot = new layers.CategoryEncoding(place + 1, { outputMode: "one_hot", dtype })(places);
    t.equal(hot.dtype, "float32", "as Keras counts them");
    t.same(tf.argmax(hot, -1).data(), [place]);
    t.same(new layers.Discretization({ binBoundaries: [place - 0.5, place + 0.5], dtype })(places).data(), [1]);
    t.end();
  });

t.test("what a layer gives under a mixed policy does not depend on whether it is trained", (t) => {
  const make: Readonly<Record<string, () => tf.keras.layers.Layer>> = {
    Dense: () => new layers.Dense(3, { dtype: "mixed_bfloat16" }),
    Conv1D: () => new layers.Conv1D(3, 2, { dtype: "mixed_bfloat16" }),
    GRU: () => new layers.GRU(3, { dtype: "mixed_bfloat16" }),
    LayerNormalization: () => new layers.LayerNormalization({ dtype: "mixed_bfloat16" }),
    SpectralNormalization: () => new layers.SpectralNormalization(new layers.Dense(3, { dtype: "mixed_bfloat16" })),
  };
  const x = keras.random.normal([2, 5, 4], { seed: 3 });
  for (const [name, made] of Object.entries(make)) {
    const layer = made();
    const before = layer(x) as tf.Tensor;
    const weights = layer.weights.map((weight) => weight.name);
    layer.trainable = false;
    const after = layer(x) as tf.Tensor;
    t.strictSame([after.dtype, after.array()], ["bfloat16", before.array()], name);
    t.strictSame(layer.weights.map((weight) => weight.name), weights, `${name}: weights stay in order`); // prettier-ignore
  }
  t.end();
});

t.test(
  "autocast: false leaves inputs, and variables where a layer around reads them in a half; alone a mixed layer reads its own so",
  (t) => {
    const seen: string[] = [];
    class Own extends layers.Layer {
      declare w: tf.Variable;
      override build() {
        this.w = this.addWeight({ name: "w", shape: [3], initializer: new keras.initializers.Constant(1 / 3) });
      }
      override call(x: tf.Tensor): tf.Tensor {
        seen.push(`${x.dtype} ${this.w.value().dtype}`);
        return keras.ops.multiply(x, this.w);
      }
    }
    class Around extends layers.Layer {
      own = new Own({ dtype: "mixed_float16", autocast: false });
      override call(x: tf.Tensor): tf.Tensor {
        return this.own(x) as tf.Tensor;
      }
    }
    const x = tf.ones([1, 3]);
    const told = (layer: tf.keras.layers.Layer, input = x): string => (layer(input) as tf.Tensor).dtype;
    t.equal(told(new Own({ dtype: "mixed_float16", autocast: false })), "float32");
    t.equal(told(new Own({ dtype: "mixed_float16", autocast: false }), tf.cast(x, "float16")), "float16");
    t.equal(told(new Own({ autocast: false }), tf.cast(x, "float16")), "float32");
    t.equal(told(new Around({ dtype: "mixed_float16" })), "float32");
    t.equal(told(new Around()), "float32");
    t.same(seen, ["float32 float16", "float16 float16", "float16 float32", "float16 float32", "float32 float16"]);
    const options = { dtype: "mixed_float16", autocast: false };
    t.equal(told(new layers.Dense(2, options)), "float32");
    t.equal(told(new layers.LayerNormalization(options)), "float16");
    t.equal(told(new layers.Embedding(4, 2, options), tf.constant([[1]], { dtype: "int32" })), "float16");
    t.end();
  },
);

t.test("results are in the dtype that a layer gives them", (t) => {
  class Wide extends layers.Layer {
    override call(x: tf.Tensor): tf.Tensor {
      t.equal(x.dtype, "float16");
      return tf.cast(x, "float32");
    }
  }
  const x = keras.random.normal([2, 5, 4], { seed: 3 });
  t.equal(new Wide({ dtype: "mixed_float16" })(x).dtype, "float32", "a layer of one's own");
  const table = new layers.ReversibleEmbedding(7, 4, { dtype: "mixed_float16", reverseDtype: "float32" });
  table([[1]]);
  t.equal(table(tf.cast(x, "float16"), { reverse: true } as never).dtype, "float32", "logits in reverseDtype");
  const states = [tf.zeros([2, 3]), tf.ones([2, 3])];
  const given = new layers.LSTM(3, { dtype: "mixed_float16", returnState: true })(x, { initialState: states }) as unknown as tf.Tensor[];
  t.strictSame(given.map(({ dtype }) => dtype), ["float16", "float16", "float16"], "states of float32 begin an LSTM"); // prettier-ignore
  const cells = [new layers.GRUCell(2), new layers.LSTMCell(3, { dtype: "bfloat16" })];
  t.equal(new layers.RNN(cells)(x).dtype, "float32", "cells that compute in another dtype");
  t.end();
});

// What Keras 3.16 gives: policy of all layers, the layer's own.
t.test("preprocessing gives the dtypes that Keras's gives, by policies of all layers and of its own", (t) => {
  const numbers = tf.constant([[0.1, 257], [1e4, -2.5]]); // prettier-ignore
  const places = tf.constant([[1, 2], [3, 0]], { dtype: "int32" }); // prettier-ignore
  const words = [["a", "b"], ["c", "a"]]; // prettier-ignore
  const vocabulary = ["a", "b"];
  const statistics = { mean: [1, 2], variance: [4, 0.5] };
  type Made = (options: { dtype?: string }) => (x?: unknown) => unknown;
  const of =
    (layer: (options: object) => tf.keras.layers.Layer, x: unknown): Made =>
    (options) =>
    () =>
      layer(options)(x as never);
  const rows: readonly (readonly [name: string, made: Made, ofAll: string, own: string])[] = [
    ["Normalization", of((o) => new layers.Normalization({ ...statistics, ...o } as never), numbers), "float16", "float16"],
    ["Normalization of one number", of((o) => new layers.Normalization({ axis: null, mean: 3, variance: 2, ...o } as never), places), "float16", "float16"],
    ["Rescaling", of((o) => new layers.Rescaling(1 / 255, 0, o as never), places), "float16", "float16"],
    ["StringLookup", of((o) => new layers.StringLookup({ vocabulary, outputMode: "multi_hot", ...o } as never), words), "int32", "int32"],
    ["Hashing", of((o) => new layers.Hashing(5, { outputMode: "multi_hot", ...o } as never), words), "float32", "float32"],
    ["Hashing of numbers", of((o) => new layers.Hashing(5, { outputMode: "count", ...o } as never), places), "float32", "float32"],
    ["HashedCrossing", of((o) => new layers.HashedCrossing(5, { outputMode: "one_hot", ...o } as never), [["a"], ["b"]]), "float16", "float16"],
    ["HashedCrossing of whole numbers", of((o) => new layers.HashedCrossing(5, o as never), [["a"], ["b"]]), "int32", "float16"],
    ["CategoryEncoding", of((o) => new layers.CategoryEncoding({ numTokens: 4, ...o } as never), places), "float32", "float32"],
    ["Discretization", of((o) => new layers.Discretization({ binBoundaries: [0, 256], ...o } as never), numbers), "int32", "int32"],
  ]; // prettier-ignore
  for (const [name, made, ofAll, own] of rows) {
    t.equal((made({ dtype: "mixed_float16" })() as tf.Tensor).dtype, own, `${name}: its own policy`);
    keras.config.setDtypePolicy("mixed_float16");
    try {
      t.equal((made({})() as tf.Tensor).dtype, ofAll, `${name}: that of all`);
    } finally {
      keras.config.setDtypePolicy("float32");
    }
  }
  const layer = new layers.Normalization({ ...statistics, dtype: "mixed_float16" } as never);
  // 255 / 2 and 0.5 / sqrt(0.5) = 0.7071…, to the nearest of float16.
  t.same([...(layer(tf.constant([[256, 2.5]])) as tf.Tensor).data()], [127.5, 0.70703125]);
  t.equal(layer.mean.dtype, "float16");
  t.end();
});

t.test("STFTSpectrogram takes float16, and refuses bfloat16 as Keras does", (t) => {
  const x = keras.random.normal([2, 64, 1], { seed: 3 });
  for (const mode of ["log", "magnitude", "psd", "real", "imag", "angle", "stft"]) {
    const make = (dtype: string) => new layers.STFTSpectrogram({ mode: mode as "log", frameLength: 16, dtype });
    const [half, whole] = [make("mixed_float16")(x), make("float32")(x)];
    t.equal(half.dtype, "float16");
    const top = Math.max(...whole.data().map(Math.abs));
    if (mode !== "log" && mode !== "angle")
      t.ok(half.data().every((each, i) => Math.abs(each - whole.data()[i]!) <= top * 2 ** -8), mode); // prettier-ignore
    t.throws(() => make("bfloat16")(x), /given bfloat16; expected float16 or float32/);
  }
  t.end();
});

t.test("policies have the names that Keras writes", (t) => {
  t.equal(new keras.DTypePolicy("half").name, "float16");
  t.equal(new keras.DTypePolicy("double").name, "float64");
  t.strictSame(
    new layers.Dense(1, { dtype: "float" }).getConfig()["dtype"],
    new layers.Dense(1, { dtype: "float32" }).getConfig()["dtype"],
  );
  t.end();
});
