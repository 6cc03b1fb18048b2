// onnxruntime-web on one thread, for bench/precision.ts, which is no room of a package.

import * as ort from "onnxruntime-web/wasm";

ort.env.wasm.numThreads = 1;

/** What runs a file of ONNX on numbers of this shape. */
export async function runOf(bytes, numbers, shape) {
  const session = await ort.InferenceSession.create(bytes);
  const feeds = { [session.inputNames[0]]: new ort.Tensor("float32", numbers, shape) };
  return () => session.run(feeds);
}
