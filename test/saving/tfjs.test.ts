import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t from "tap";
import * as tf from "../../lib/index.js";
import { type Encoded, isEncoded, toTensor } from "../golden/values.js";

const { keras } = tf;
const { layers } = keras;

const golden = fileURLToPath(new URL("../../../test/golden/data/saving", import.meta.url));

function tensors(value: unknown): unknown {
  if (isEncoded(value)) return toTensor(value as Encoded);
  if (Array.isArray(value)) return value.map(tensors);
  return Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, tensors(item)]));
}
const flat = (value: unknown): tf.Tensor[] =>
  value instanceof tf.Tensor ? [value] : Array.isArray(value) ? value.flatMap(flat) : Object.values(value as object).flatMap(flat);
const bits = (model: tf.keras.Model, x: unknown) => flat(model<unknown>(x as never, { training: false })).map((each) => [...each.data()]);

t.test("layers go out and come in the same, bit for bit, from disk and from a server", async (t) => {
  const folder = t.testdir();
  const server = createServer(({ url }, answer) => {
    try {
      answer.end(readFileSync(join(folder, url!)));
    } catch {
      answer.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  for (const file of readdirSync(golden).filter((name) => name.endsWith(".keras"))) {
    const { inputs } = JSON.parse(readFileSync(join(golden, file.replace(".keras", ".json")), "utf8")) as { inputs: unknown };
    const x = tensors(inputs);
    const model = await keras.models.loadModel(join(golden, file));
    await model.save(join(folder, file, "model.json"));
    t.same(bits(await keras.models.loadModel(join(folder, file, "model.json")), x), bits(model, x), file);
    t.same(bits(await keras.models.loadModel(`http://127.0.0.1:${port}/${file}/model.json`), x), bits(model, x), `${file}, by http`);
  }
  await t.rejects(keras.models.loadModel(`http://127.0.0.1:${port}/none.json`), { name: "CheckpointError" });
  await new Promise((resolve) => server.close(resolve));
});

/** A model as tensorflowjs_converter writes one of Keras 2. */
const converted = {
  format: "layers-model",
  generatedBy: "keras v2.4.0",
  convertedBy: "TensorFlow.js Converter v3.0.0",
  modelTopology: {
    keras_version: "2.4.0",
    backend: "tensorflow",
    model_config: {
      class_name: "Sequential",
      config: {
        name: "sequential",
        layers: [
          {
            class_name: "Dense",
            config: {
              name: "dense",
              trainable: true,
              batch_input_shape: [null, 2],
              dtype: "float32",
              units: 2,
              activation: "relu",
              use_bias: true,
              kernel_initializer: { class_name: "GlorotUniform", config: { seed: null } },
              bias_initializer: { class_name: "Zeros", config: {} },
              kernel_regularizer: null,
              bias_regularizer: null,
              activity_regularizer: null,
              kernel_constraint: null,
              bias_constraint: null,
            },
          },
          {
            class_name: "BatchNormalization",
            config: {
              name: "bn",
              trainable: true,
              dtype: "float32",
              axis: [1],
              momentum: 0.99,
              epsilon: 0.001,
              center: true,
              scale: true,
              beta_initializer: { class_name: "Zeros", config: {} },
              gamma_initializer: { class_name: "Ones", config: {} },
              moving_mean_initializer: { class_name: "Zeros", config: {} },
              moving_variance_initializer: { class_name: "Ones", config: {} },
              beta_regularizer: null,
              gamma_regularizer: null,
              beta_constraint: null,
              gamma_constraint: null,
            },
          },
        ],
      },
    },
    training_config: {
      loss: "mse",
      metrics: null,
      weighted_metrics: null,
      loss_weights: null,
      optimizer_config: { class_name: "SGD", config: { name: "SGD", learning_rate: 0.5, decay: 0, momentum: 0, nesterov: false } },
    },
  },
  weightsManifest: [
    {
      paths: ["group1-shard1of2.bin", "group1-shard2of2.bin"],
      weights: [
        { name: "bn/gamma", shape: [2], dtype: "float32" },
        { name: "bn/beta", shape: [2], dtype: "float32" },
        { name: "bn/moving_mean", shape: [2], dtype: "float32" },
        { name: "bn/moving_variance", shape: [2], dtype: "float32" },
        {
          name: "dense/kernel",
          shape: [2, 2],
          dtype: "float32",
          quantization: { dtype: "uint8", scale: 0.5, min: -1, original_dtype: "float32" },
        },
        { name: "dense/bias", shape: [2], dtype: "float32", quantization: { dtype: "float16", original_dtype: "float32" } },
      ],
    },
  ],
};

t.test("a converted model of Keras 2, quantized and in parts", async (t) => {
  const folder = t.testdir({ "model.json": JSON.stringify(converted) });
  const floats = new Uint8Array(Float32Array.of(2, 2, 1, 1, 0, 0, 1, 1).buffer);
  const whole = Buffer.concat([floats, Uint8Array.of(4, 2, 0, 6), new Uint8Array(Uint16Array.of(0x3c00, 0xbc00).buffer)]);
  writeFileSync(join(folder, "group1-shard1of2.bin"), whole.subarray(0, 10));
  writeFileSync(join(folder, "group1-shard2of2.bin"), whole.subarray(10));
  const model = await keras.models.loadModel(join(folder, "model.json"));
  t.same(model.weights[0]!.array(), [[1, 0], [-1, 2]]); // prettier-ignore
  t.same(model.weights[1]!.array(), [1, -1]);
  const [[a, b]] = model(tf.constant([[3, 1]])).array() as number[][][] as unknown as [[number, number]];
  t.ok(Math.abs(a - (3 * 2) / Math.sqrt(1.001) - 1) < 1e-5 && Math.abs(b - 2 / Math.sqrt(1.001) - 1) < 1e-5, `${a}, ${b}`);
  t.equal((model.optimizer.learningRate as tf.Variable).item(), 0.5, "compiled as it was");
  writeFileSync(join(folder, "group1-shard2of2.bin"), whole.subarray(11));
  await t.rejects(keras.models.loadModel(join(folder, "model.json")), { name: "FormatError", message: /dense\/bias/ });
  writeFileSync(
    join(folder, "model.json"),
    JSON.stringify({ ...converted, weightsManifest: [{ ...converted.weightsManifest[0], paths: ["../x"] }] }),
  );
  await t.rejects(keras.models.loadModel(join(folder, "model.json")), { name: "FormatError", message: /beside the model/ });
});

const b64 = (text: string) => ({ s: Buffer.from(text).toString("base64") });

t.test("a graph, for inference and for training further", async (t) => {
  const list = (i: number[]) => ({ list: { i: i.map(String) } });
  const node = [
    {
      name: "x",
      op: "Placeholder",
      attr: { dtype: { type: "DT_FLOAT" }, shape: { shape: { dim: [{ size: "-1" }, { size: "4" }, { size: "4" }, { size: "1" }] } } },
    },
    { name: "w", op: "Const", attr: { dtype: { type: "DT_FLOAT" } } },
    { name: "b", op: "Const" },
    { name: "shape", op: "Const" },
    { name: "d", op: "Const" },
    {
      name: "conv",
      op: "_FusedConv2D",
      input: ["x", "w", "b"],
      attr: {
        strides: list([1, 1, 1, 1]),
        padding: b64("SAME"),
        data_format: b64("NHWC"),
        dilations: list([1, 1, 1, 1]),
        fused_ops: { list: { s: [Buffer.from("BiasAdd").toString("base64"), Buffer.from("Relu").toString("base64")] } },
      },
    },
    {
      name: "pool",
      op: "MaxPool",
      input: ["conv"],
      attr: { ksize: list([1, 2, 2, 1]), strides: list([1, 2, 2, 1]), padding: b64("VALID") },
    },
    { name: "flat", op: "Reshape", input: ["pool", "shape"] },
    { name: "out", op: "MatMul", input: ["flat", "d"], attr: { transpose_a: { b: false }, transpose_b: { b: false } } },
    { name: "y", op: "Softmax", input: ["out"] },
  ];
  const [w, b, d] = [keras.random.normal([3, 3, 1, 2], { seed: 1 }), tf.constant([0.1, -0.1]), keras.random.normal([8, 3], { seed: 2 })];
  const weights = [
    { name: "w", shape: [3, 3, 1, 2], dtype: "float32" },
    { name: "b", shape: [2], dtype: "float32" },
    { name: "shape", shape: [2], dtype: "int32" },
    { name: "d", shape: [8, 3], dtype: "float32" },
  ];
  const folder = t.testdir({
    "model.json": JSON.stringify({
      format: "graph-model",
      modelTopology: { node, versions: {} },
      weightsManifest: [{ paths: ["w.bin"], weights }],
    }),
  });
  writeFileSync(
    join(folder, "w.bin"),
    Buffer.concat(
      [w.data(), b.data(), Int32Array.of(-1, 8), d.data()].map((each) => new Uint8Array(each.buffer, each.byteOffset, each.byteLength)),
    ),
  );
  const model = await keras.models.loadModel(join(folder, "model.json"));
  const x = keras.random.normal([5, 4, 4, 1], { seed: 3 });
  const same = new keras.Sequential([
    new keras.Input({ shape: [4, 4, 1] }),
    new layers.Conv2D(2, 3, { padding: "same", activation: "relu" }),
    new layers.MaxPooling2D(),
    new layers.Flatten(),
    new layers.Dense(3, { activation: "softmax", useBias: false }),
  ]);
  same.setWeights([w, b, d]);
  const close = (a: number[][], c: number[][]) => a.every((row, i) => row.every((value, j) => Math.abs(value - c[i]![j]!) < 1e-5));
  t.ok(close(bits(model, x), bits(same, x)));
  for (const each of [model, same]) {
    each.compile({ optimizer: new keras.optimizers.SGD({ learningRate: 0.1 }), loss: "sparse_categorical_crossentropy" });
    await each.fit(x, tf.constant([0, 1, 2, 0, 1], { dtype: "int32" }), { epochs: 3, batchSize: 5, shuffle: false, verbose: 0 });
  }
  t.ok(close(bits(model, x), bits(same, x)), "trained alike");
  await model.saveWeights("memory://tfjs/w.weights.h5");
  const wrong = {
    format: "graph-model",
    modelTopology: { node: [...node, { name: "z", op: "Mystery", input: ["y"] }] },
    weightsManifest: [],
  };
  writeFileSync(join(folder, "model.json"), JSON.stringify(wrong));
  await t.rejects(keras.models.loadModel(join(folder, "model.json")), { name: "UnsupportedFormatError", message: /Mystery/ });
});
