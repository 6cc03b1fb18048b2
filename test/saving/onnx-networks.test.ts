// Networks of keras.applications as ONNX files, run by ONNX Runtime and read again.

import t from "tap";
import * as ort from "onnxruntime-web/wasm";
import * as tf from "../../lib/index.js";
import { placeOf } from "../../lib/saving/place.js";

const { keras } = tf;
ort.env.wasm.numThreads = 1;
ort.env.logLevel = "error";
t.setTimeout(240_000); // large models on busy machines

/** The greatest difference, as a part of the largest value: first weights make outputs of any size. */
function apart(got: ArrayLike<number>, wanted: ArrayLike<number>): number {
  const largest = Array.from(wanted, Math.abs).reduce((a, b) => Math.max(a, b), 0);
  return Array.from(got, (value, i) => Math.abs(value - wanted[i]!) / largest).reduce((a, b) => (b <= a ? a : b), 0);
}

for (const [name, options] of Object.entries({ MobileNetV2: { alpha: 0.35 }, MobileNetV3Small: {}, EfficientNetB0: {} }))
  t.test(name, async (t) => {
    const make = keras.applications[name as "MobileNetV2"];
    const model = await make({ weights: null, inputShape: [32, 32, 3], includeTop: false, pooling: "avg", ...options });
    const x = keras.random.uniform([1, 32, 32, 3], { seed: 1, minval: 0, maxval: 255 });
    const wanted = model<tf.Tensor>(x, { training: false });
    const path = `memory://networks/${name}.onnx`;
    await model.export(path);
    const session = await ort.InferenceSession.create((await placeOf(path).store.read(`${name}.onnx`))!);
    const results = await session.run({
      [session.inputNames[0]!]: new ort.Tensor("float32", x.data() as Float32Array, x.shape as number[]),
    });
    const got = results[session.outputNames[0]!]!;
    t.same(got.dims, wanted.shape);
    t.ok(apart(got.data as Float32Array, wanted.data()) <= 1e-4, `${apart(got.data as Float32Array, wanted.data())} in ONNX Runtime`);
    await session.release();
    const again = (await keras.models.loadModel(path))<tf.Tensor>(x, { training: false });
    t.ok(apart(again.data(), wanted.data()) <= 1e-4, "read again");
  });
