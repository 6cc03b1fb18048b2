// A model as the bytes of an ONNX file, for peers that run those.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import type { keras, TensorSpec } from "../../lib/index.js";

/** @param input  of models without a graph */
export async function onnxOf(model: keras.Model, input?: TensorSpec): Promise<Uint8Array> {
  const folder = mkdtempSync(`${tmpdir()}/kerasm-bench-`);
  try {
    await model.export(`${folder}/model.onnx`, { verbose: false, ...(input && { inputSignature: input }) });
    return readFileSync(`${folder}/model.onnx`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
