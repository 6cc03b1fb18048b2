// The entry `kerasm/onnx`: models that run elsewhere, and models from elsewhere.

import { ArgumentError, text } from "../core/errors.js";
import { type ExportOptions } from "../model/export.js";
import { Model } from "../model/model.js";
import type { ImportedModel } from "../model/imported.js";
import { formatOf } from "../saving/path.js";
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
  const { name } = placeOf(path);
  if (formatOf("loadOnnx", name) !== "onnx")
    throw new ArgumentError("loadOnnx", { given: text(name), expected: "a path that ends in .onnx" });
  return (await loadModel(path)) as ImportedModel;
}
