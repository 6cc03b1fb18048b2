// ONNX files, run by ONNX Runtime: what was exported gives what the model gives.

import t from "tap";
import * as ort from "onnxruntime-web/wasm";
import * as tf from "../../lib/index.js";
import { primitives } from "../../lib/core/primitive.js";
import { leaves } from "../../lib/core/tree.js";
import { rows, withoutRow } from "../../lib/saving/onnx/table.js";
import { placeOf } from "../../lib/saving/place.js";
import { goldenDir, readCases } from "../golden/cases.js";
import { isEncoded, toTensor } from "../golden/values.js";
import { SimpleCNN, SimpleMLP } from "../../models/index.js";

const { keras } = tf;
const { layers } = keras;
ort.env.wasm.numThreads = 1;
ort.env.logLevel = "error";
t.setTimeout(240_000); // a run time of its own, on machines that may be busy

interface Assertions {
  same(got: unknown, wanted: unknown, message: string): unknown;
  equal(got: unknown, wanted: unknown, message: string): unknown;
}

type AnyModel = tf.keras.Model;

/** Runs the exported model, and compares with the model itself. */
async function check(t: Assertions, name: string, model: AnyModel, inputs: readonly tf.Tensor[], options: object = {}): Promise<void> {
  await model.export("memory://onnx/m.onnx", options);
  // Read again, it is the same model.
  const again = await keras.models.loadModel("memory://onnx/m.onnx");
  const own = leaves(again<unknown>((inputs.length === 1 ? inputs[0]! : inputs) as never, { training: false }) as tf.Tensor[]);
  const session = await ort.InferenceSession.create((await placeOf("memory://onnx/m.onnx").store.read("m.onnx"))!);
  const feeds = Object.fromEntries(
    session.inputNames.map((key, i) => {
      const { dtype, shape } = inputs[i]!;
      return [key, new ort.Tensor(dtype as "float32", inputs[i]!.data() as Float32Array, shape as number[])];
    }),
  );
  const results = await session.run(feeds);
  const expected = leaves(model<unknown>((inputs.length === 1 ? inputs[0]! : inputs) as never, { training: false }) as tf.Tensor[]);
  session.outputNames.forEach((key, i) => {
    const read = (own[i] as tf.Tensor).data();
    const wrong = read.findIndex(
      (value, j) => !(Math.abs(value - (expected[i] as tf.Tensor).data()[j]!) <= 1e-4 * Math.max(1, Math.abs(value))),
    );
    t.equal(wrong, -1, `${name}: ${key}, read again`);
    const [got, wanted] = [results[key]!, (expected[i] as tf.Tensor).data()];
    t.same(got.dims, (expected[i] as tf.Tensor).shape, `${name}: shape of ${key}`);
    const off = (got.data as Float32Array).findIndex(
      (value, j) => !(Math.abs(Number(value) - wanted[j]!) <= 1e-4 * Math.max(1, Math.abs(wanted[j]!))),
    );
    t.equal(off, -1, `${name}: ${key}${off < 0 ? "" : `[${off}]: ${(got.data as Float32Array)[off]} for ${wanted[off]}`}`);
  });
  await session.release();
}

/** The tensors of recorded inputs, in Keras's order. */
function tensorsIn(value: unknown): tf.Tensor[] {
  if (isEncoded(value)) return [toTensor(value)];
  if (Array.isArray(value)) return value.flatMap(tensorsIn);
  return Object.entries(value as object).sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, item]) => tensorsIn(item)); // prettier-ignore
}

t.test("each operation has a row, or a reason why not", (t) => {
  const without = [...primitives.values()].filter((op) => !Object.hasOwn(rows, op.name) && withoutRow(op) === undefined);
  t.strictSame(without.map(({ name }) => name), [], "a row in lib/saving/onnx/table.ts, or a reason there"); // prettier-ignore
  t.strictSame(Object.keys(rows).filter((name) => !primitives.has(name)), [], "no row is of an operation that is gone"); // prettier-ignore
  t.end();
});

t.test("the conformance models", async (t) => {
  for (const testCase of await readCases(goldenDir, "models")) {
    let model: AnyModel;
    try {
      model = keras.saving.deserializeKerasObject(testCase["config"]) as AnyModel;
    } catch {
      continue; // a layer that is not there yet: the conformance test says so
    }
    model.setWeights((testCase["weights"] as { value: never }[]).map(({ value }) => toTensor(value)));
    const given = tensorsIn(testCase["inputs"] ?? (testCase["args"] as unknown[])[0]);
    const typed = given.map((x, i) => (x.dtype === model.inputs[i]!.dtype ? x : tf.cast(x, model.inputs[i]!.dtype)));
    await check(t, testCase.id, model, typed);
  }
});

t.test("the models of the package", async (t) => {
  const models: Readonly<Record<string, [AnyModel, number[]]>> = {
    SimpleCNN: [new SimpleCNN() as unknown as AnyModel, [28, 28, 1]],
    SimpleMLP: [new SimpleMLP() as unknown as AnyModel, [784]],
  };
  for (const [name, [model, shape]] of Object.entries(models)) {
    const x = keras.random.normal([2, ...shape], { seed: 1 });
    model(x);
    await check(t, name, model, [x], { inputSignature: new tf.TensorSpec([null, ...shape], "float32") });
  }
});

/** Layers by what ONNX has otherwise, each in a model of its own. */
const others: Readonly<Record<string, () => [tf.keras.layers.Layer | ((x: tf.Tensor) => tf.Tensor), number[]]>> = {
  "Conv2D, same, strides": () => [new layers.Conv2D(3, 3, { padding: "same", strides: 2 }) as never, [7, 6, 2]],
  "Conv2D, groups and dilation": () => [new layers.Conv2D(4, 3, { groups: 2, dilationRate: 2 }) as never, [9, 9, 2]],
  "Conv1D, causal": () => [new layers.Conv1D(3, 3, { padding: "causal" }) as never, [7, 2]],
  Conv3D: () => [new layers.Conv3D(2, 2) as never, [4, 4, 4, 2]],
  DepthwiseConv2D: () => [new layers.DepthwiseConv2D(3, { depthMultiplier: 2 }) as never, [6, 6, 3]],
  "Conv2DTranspose, same": () => [new layers.Conv2DTranspose(3, 3, { strides: 2, padding: "same" }) as never, [4, 5, 2]],
  "Conv2DTranspose, valid": () => [new layers.Conv2DTranspose(3, 2, { strides: 3 }) as never, [4, 5, 2]],
  "AveragePooling2D, same": () => [new layers.AveragePooling2D(3, { strides: 2, padding: "same" }) as never, [7, 6, 2]],
  MaxPooling1D: () => [new layers.MaxPooling1D(2) as never, [7, 3]],
  LSTM: () => [new layers.LSTM(4, { returnSequences: true }) as never, [5, 3]],
  GRU: () => [new layers.GRU(4) as never, [5, 3]],
  "GRU, reset before the product": () => [new layers.GRU(4, { resetAfter: false }) as never, [5, 3]],
  SimpleRNN: () => [new layers.SimpleRNN(4, { returnSequences: true }) as never, [5, 3]],
  Bidirectional: () => [new layers.Bidirectional(new layers.LSTM(4)) as never, [5, 3]],
  "attention, causal, with a bias": () => [
    new layers.Lambda((x: tf.Tensor) => keras.ops.dotProductAttention(x, x, x, { isCausal: true, bias: tf.linspace(0, 1, 6) })) as never,
    [6, 2, 4],
  ],
  "attention, masked": () => [
    new layers.Lambda((x: tf.Tensor) =>
      keras.ops.dotProductAttention(x, x, x, { mask: tf.constant([true, false, true, true, false, true]) }),
    ) as never,
    [6, 2, 4],
  ],
  MultiHeadAttention: () => [new layers.Lambda(selfAttention()) as never, [6, 4]],
  GroupNormalization: () => [new layers.GroupNormalization({ groups: 2 }) as never, [5, 4]],
  "UpSampling2D, bilinear": () => [new layers.UpSampling2D({ size: 2, interpolation: "bilinear" } as never) as never, [4, 3, 2]],
  activations: () => [
    new layers.Activation((x: tf.TensorLike) =>
      keras.ops.concatenate(
        [
          keras.activations.mish(x),
          keras.ops.selu(x),
          keras.ops.hardSilu(x),
          keras.ops.logSoftmax(x),
          keras.ops.softsign(x),
          keras.ops.gelu(x, false),
        ],
        -1,
      ),
    ) as never,
    [6],
  ],
};

function selfAttention(): (x: tf.Tensor) => tf.Tensor {
  const layer = new layers.MultiHeadAttention(2, 3);
  layer.build([null, 6, 4], [null, 6, 4]);
  return (x) => layer(x, x, null, { useCausalMask: true }) as tf.Tensor;
}

for (const [name, make] of Object.entries(others))
  t.test(name, async (t) => {
    const [layer, shape] = make();
    const model = new keras.Sequential([new keras.Input({ shape }), layer as never]);
    await check(t, name, model, [keras.random.normal([2, ...shape], { seed: 3 })]);
  });

t.test("what cannot be expressed is named with its line", async (t) => {
  const x = keras.Input({ shape: [3] });
  class Odd extends keras.layers.Layer {
    override call(x: tf.Tensor) {
      return keras.ops.erfinv(x);
    }
  }
  const model = new keras.Model({ inputs: x, outputs: new Odd()(x) });
  await t.rejects(model.export("memory://onnx/x.onnx"), { name: "OnnxError", message: /erfinv.*ONNX has no operator/ });
  await t.rejects(model.export("memory://onnx/x", { format: "tf_saved_model" }), { name: "ArgumentError", message: /onnx/ });
  await t.rejects(model.export("memory://onnx/saved"), { name: "ArgumentError", message: /onnx/ });
  class Own extends keras.Model {}
  await t.rejects(new Own().export("memory://onnx/x.onnx"), {
    name: "ArgumentError",
    message: /inputSignature/,
  });
});

/** Operations by what ONNX does otherwise, on numbers of each kind. */
const operations: Readonly<Record<string, readonly [dtype: "float32" | "int32", shape: number[], call: (x: tf.Tensor) => tf.Tensor]>> = {
  cumprod: ["float32", [5, 3], (x) => keras.ops.cumprod(x, { axis: 1 } as never)],
  "cumprod of whole numbers": ["int32", [7], (x) => keras.ops.cumprod(x, { axis: 1 } as never)],
  arctan2: ["float32", [6], (x) => keras.ops.arctan2(x, keras.ops.roll(x, 2, 1))],
  "arctan2 along the axes": ["float32", [6], (x) => keras.ops.arctan2(keras.ops.relu(x), keras.ops.minimum(x, 0))],
  "bits that are there": ["int32", [6], (x) => keras.ops.bitwiseAnd(x, keras.ops.roll(x, 1, 1))],
  "bits of either": ["int32", [6], (x) => keras.ops.bitwiseOr(x, 12)],
  "bits of one": ["int32", [6], (x) => keras.ops.bitwiseXor(x, keras.ops.roll(x, 1, 1))],
  "bits turned over": ["int32", [6], (x) => keras.ops.bitwiseNot(x)],
  "frames of a signal": ["float32", [11], (x) => keras.ops.extractSequences(x, 4, 3)],
  "parts of pictures": ["float32", [6, 7, 2], (x) => keras.ops.image.extractPatches(x, [2, 3], { strides: 2, dilationRate: 1 } as never)],
  "a diagonal": ["float32", [4, 5], (x) => keras.ops.diagonal(x, 1, 1, 2)],
  "a diagonal below": ["float32", [4, 5], (x) => keras.ops.diagonal(x, -2, 1, 2)],
  "rows put into others": [
    "float32",
    [3],
    (x) =>
      keras.ops.scatterUpdate(
        tf.zeros([5, 3]),
        [[3], [0]],
        keras.ops.reshape(keras.ops.sum(x, { axis: 0 } as never), [1, 3]).mul([[1], [2]]),
      ),
  ],
  "rows added to others": ["float32", [3], (x) => keras.ops.scatter([[1], [1], [3]], keras.ops.sum(x, { axis: 0 } as never), [5])],
};

for (const [name, [dtype, shape, call]] of Object.entries(operations))
  t.test(name, async (t) => {
    const input = new keras.Input({ shape, dtype });
    const model = new keras.Model({ inputs: input, outputs: call(input as never) });
    const x = keras.random.normal([2, ...shape], { seed: 4 });
    await check(t, name, model, [dtype === "int32" ? tf.cast(x.mul(9), "int32") : x]);
  });

t.test("pictures of another ratio, cut or padded, of lengths that are known and open; sounds", async (t) => {
  for (const open of [false, true]) {
    for (const options of [{ cropToAspectRatio: true }, { padToAspectRatio: true, fillValue: 3 }]) {
      for (const [height, width] of [
        [5, 9],
        [9, 4],
      ] as const) {
        for (const interpolation of ["nearest", "bilinear"]) {
          const resizing = new layers.Resizing(4, 3, { ...options, interpolation });
          const model = new keras.Sequential([new keras.Input({ shape: open ? [null, null, 2] : [height, width, 2] }), resizing]);
          await check(t, `${JSON.stringify(options)} ${height} × ${width}, open: ${open}`, model, [
            keras.random.normal([2, height, width, 2], { seed: 5 }),
          ]);
        }
      }
    }
  }
  const sound = new layers.MelSpectrogram({ fftLength: 16, sequenceStride: 8, numMelBins: 4, samplingRate: 100 });
  await check(t, "MelSpectrogram", new keras.Sequential([new keras.Input({ shape: [60] }), sound]), [
    keras.random.normal([2, 60], { seed: 6 }),
  ]);
});

t.test("weights of 4 bits, and pooling to given sizes", async (t) => {
  const packed = new keras.Sequential([new keras.Input({ shape: [8] }), new layers.Dense(6), new layers.Dense(3)]);
  packed.quantize("int4");
  await check(t, "int4", packed, [keras.random.normal([2, 8], { seed: 1 })]);
  for (const size of [1, 2, 3]) {
    const x = keras.random.normal([2, 6, 6, 3], { seed: 2 });
    for (const layer of [new layers.AdaptiveAveragePooling2D(size), new layers.AdaptiveMaxPooling2D(size)])
      await check(t, `${layer.name} to ${size}`, new keras.Sequential([new keras.Input({ shape: [6, 6, 3] }), layer]), [x]);
  }
  for (const [name, call] of Object.entries({
    right: (x: tf.Tensor) => keras.ops.rightShift(x, 3),
    left: (x: tf.Tensor) => keras.ops.leftShift(x, 5),
    and: (x: tf.Tensor) => keras.ops.bitwiseAnd(x, 15),
  })) {
    const input = new keras.Input({ shape: [6], dtype: "int32" });
    const model = new keras.Model({ inputs: input, outputs: call(input) });
    await check(t, `bits to the ${name}`, model, [tf.constant([[-2147483648, -9, -1, 0, 77, 2147483647]], { dtype: "int32" })]);
  }
});
