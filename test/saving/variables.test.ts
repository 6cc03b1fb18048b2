// Variables that files have otherwise than memory does: halves, adapted kernels, whole numbers of 64 bits.

import t from "tap";
import * as tf from "../../lib/index.js";
import { loadSafetensors, saveSafetensors } from "../../lib/api/formats.js";
import { fromFile } from "../../lib/formats/dtypes.js";
import { tensorOf } from "../../lib/formats/onnx.js";
import { readHdf5 } from "../../lib/formats/hdf5/reader.js";
import { memberAt, textsOf } from "../../lib/formats/hdf5/tree.js";
import { placeOf } from "../../lib/saving/place.js";

const { keras } = tf;
const { layers } = keras;

const state = (model: tf.keras.Model) => model.weights.map((weight) => [weight.dtype, weight.array()]);
const bytesAt = async (path: string) => (await placeOf(path).store.read(placeOf(path).name))!;

for (const dtype of ["float16", "bfloat16"] as const)
  t.test(`variables of ${dtype} go out and in, bit for bit, in every form`, async (t) => {
    const make = () => new keras.Sequential([new keras.Input({ shape: [3] }), new layers.Dense(4, { dtype, name: "a" })]);
    const model = make();
    model.layers[0]!.setWeights([
      tf.cast(keras.random.normal([3, 4], { seed: 1 }), dtype),
      tf.cast(keras.random.normal([4], { seed: 2 }), dtype),
    ]);
    const folder = `memory://variables/${dtype}`;
    for (const path of ["m.keras", "m.h5", "m.ckpt", "t/model.json"]) {
      await model.save(`${folder}/${path}`);
      t.same(state(await keras.models.loadModel(`${folder}/${path}`)), state(model), path);
    }
    for (const path of ["w.weights.h5", "w.weights.json", "w.safetensors", "w.ckpt"]) {
      await model.saveWeights(`${folder}/${path}`);
      const other = make();
      await other.loadWeights(`${folder}/${path}`);
      t.same(state(other), state(model), path);
    }
    const kernel = memberAt(readHdf5(await bytesAt(`${folder}/w.weights.h5`), "w"), "layers/dense/vars/0");
    if (kernel?.kind !== "dataset") throw new Error("no kernel");
    t.equal(kernel.read().length, 3 * 4 * 2, "two bytes each");
    if (dtype === "bfloat16")
      t.same([kernel.type, textsOf(kernel, "dtype")], [{ kind: "opaque", bytes: 2 }, ["bfloat16"]], "as Keras has it");
    const x = tf.cast(keras.random.normal([5], { seed: 3 }), dtype);
    await saveSafetensors(`${folder}/x.safetensors`, { x });
    t.same((await loadSafetensors(`${folder}/x.safetensors`))["x"]!.array(), x.array(), "tensors by name");
  });

t.test("adapted layers go out and in exactly, and train on; others get the product", async (t) => {
  const adapted = () => {
    const model = new keras.Sequential([
      new keras.Input({ shape: [3] }),
      new layers.Dense(4, { name: "a" }),
      new layers.Dense(2, { name: "b" }),
    ]);
    model.layers.forEach((layer) => (layer as tf.keras.layers.Dense).enableLora(2, { loraAlpha: 3 }));
    return model;
  };
  const [x, y] = [keras.random.normal([8, 3], { seed: 1 }), keras.random.normal([8, 2], { seed: 2 })];
  const train = (model: tf.keras.Model) => model.fit(x, y, { epochs: 2, batchSize: 4, shuffle: false, verbose: 0 });
  const model = adapted();
  model.compile({ optimizer: "adam", loss: "mse" });
  await train(model);
  await model.save("memory://variables/lora.keras");
  const loaded = await keras.models.loadModel("memory://variables/lora.keras");
  t.same(state(loaded), state(model), "the frozen kernels and their factors, bit for bit");
  await model.saveWeights("memory://variables/lora.weights.h5");
  const other = adapted();
  await other.loadWeights("memory://variables/lora.weights.h5");
  t.same(state(other), state(model));
  for (const each of [model, loaded]) await train(each);
  t.same(state(loaded), state(model), "trained on alike");
  // A model that is not adapted gets the kernels with their adaptation, as from Keras.
  await model.saveWeights("memory://variables/lora.weights.h5");
  const plain = new keras.Sequential([new keras.Input({ shape: [3] }), new layers.Dense(4), new layers.Dense(2)]);
  await plain.loadWeights("memory://variables/lora.weights.h5");
  const [own, wanted] = [plain(x).data(), model(x).data()];
  t.ok(own.every((value, i) => Math.abs(value - wanted[i]!) < 1e-5));
  // Into adapted ones what is not adapted comes whole; the factors begin with nothing.
  await plain.saveWeights("memory://variables/plain.weights.h5");
  await other.loadWeights("memory://variables/plain.weights.h5");
  t.same(other(x).data(), plain(x).data());
});

t.test("numbers that do not fit are refused before anything is made of them", (t) => {
  const int64 = (...values: bigint[]) => new Uint8Array(BigInt64Array.from(values).buffer);
  t.same([...fromFile(int64(1n, -5n, 2n ** 31n - 1n), "int64", [3], "x").elements], [1, -5, 2 ** 31 - 1]);
  t.throws(() => fromFile(int64(1n, 2n ** 31n), "int64", [2], "x: y"), { name: "FormatError", message: /x: y.*2147483648/ });
  t.throws(() => fromFile(new Uint8Array(BigUint64Array.of(2n ** 40n).buffer), "uint64", [1], "x"), { name: "FormatError" });
  t.same([...fromFile(new Uint8Array(Float64Array.of(0.5, NaN).buffer), "float64", [2], "x").elements], [0.5, NaN]);
  const float64 = (...values: number[]) => fromFile(new Uint8Array(Float64Array.from(values).buffer), "float64", [values.length], "x: y");
  t.same([...float64(Infinity, -Infinity, 3.4028235e38, 1e-300).elements], [Infinity, -Infinity, 3.4028234663852886e38, 0]);
  for (const value of [1e300, -3.5e38]) t.throws(() => float64(0, value), { name: "FormatError", message: /x: y.*e\+3.*float64.*float32/ });
  t.end();
});

t.test("whole numbers of ONNX: the ends of int64 mean the end, what lies between has to fit", (t) => {
  const ends = [2n ** 63n - 1n, -(2n ** 63n), -(2n ** 63n) + 1n, 2n ** 31n - 1n, -5n];
  const message = (values: readonly bigint[], isRaw: boolean) => ({
    dims: [values.length],
    dataType: 7,
    ...(isRaw ? { rawData: new Uint8Array(BigInt64Array.from(values).buffer) } : { int64Data: values.map(Number) }),
    ...Object.fromEntries(["floatData", "int32Data", "doubleData", ...(isRaw ? ["int64Data"] : [])].map((key) => [key, []])),
  });
  for (const isRaw of [true, false]) {
    t.same([...tensorOf(message(ends, isRaw), "x").elements], [2 ** 31 - 1, -(2 ** 31), -(2 ** 31), 2 ** 31 - 1, -5]);
    for (const value of [2n ** 31n, -(2n ** 40n), 2n ** 53n])
      t.throws(() => tensorOf(message([1n, value], isRaw), "x"), { name: "FormatError", message: new RegExp(`${value} as int64`) });
  }
  t.end();
});
