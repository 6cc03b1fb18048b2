// The entry `kerasm/onnx`: models that run elsewhere, and models from elsewhere.

import { ArgumentError, text } from "../core/errors.js";
import { type ExportOptions } from "../model/export.js";
import { Model } from "../model/model.js";
import type { ImportedModel } from "../model/imported.js";
import { identified } from "../saving/first-bytes.js";
import { type FilePath, placeOf } from "../saving/place.js";
import { loadModel } from "../model/model.js";

export { OnnxError } from "../saving/onnx/export.js";
export { operators as importedOperators } from "../saving/imported/onnx.js";

/**
 * Writes a model as ONNX: the same as `model.export(path, { format: "onnx" })`.
 *
 * ```ts
 * model.build([null, 2]);
 * await exportOnnx(model, "net.onnx");
 * (await loadOnnx("net.onnx")).predict instanceof Function; // true
 * ```
 *
 * @throws OnnxError for what ONNX cannot express
 */
export async function exportOnnx(model: Model, path: string, options: Omit<ExportOptions, "format"> = {}): Promise<void> {
  if (!(model instanceof Model)) throw new ArgumentError("exportOnnx", { given: text(model), expected: "a model" });
  await model.export(path, { ...options, format: "onnx" });
}

/**
 * A model from an ONNX file, for inference and fine-tuning: its weights are variables.
 *
 * ```ts
 * model.build([null, 2]);
 * await exportOnnx(model, "again.onnx");
 * const read = await loadOnnx("again.onnx");
 * ops.allclose(read(x) as tf.Tensor, model(x)); // true
 * ```
 *
 * @throws FormatError, UnsupportedFormatError
 */
export async function loadOnnx(path: FilePath): Promise<ImportedModel> {
  const { place, form } = await identified("loadOnnx", placeOf(path));
  if (form !== "onnx")
    throw new ArgumentError("loadOnnx", { given: text(place.name), expected: "a path that ends in .onnx, or a file of ONNX" });
  return (await loadModel(path)) as ImportedModel;
}
