// The entry `kerasm/tfjs`: models of TensorFlow.js, in and out.

import { ArgumentError, text } from "../core/errors.js";
import type { ImportedModel } from "../model/imported.js";
import { loadModel, Model } from "../model/model.js";
import { formatOf } from "../saving/path.js";
import { type FilePath, placeOf } from "../saving/place.js";
import type { LoadOptions } from "../model/saving.js";

export { operations as importedOperations } from "../saving/imported/tfjs.js";

function checked(where: string, path: FilePath): FilePath {
  const { name } = placeOf(path);
  if (formatOf(where, name) === "tfjs") return path;
  throw new ArgumentError(where, { given: text(name), expected: "a path that ends in .json" });
}

/**
 * A model of layers from `model.json` and its shards, from disk or a URL. TensorFlow.js: tf.loadLayersModel
 *
 * ```ts
 * model.build([null, 2]);
 * await saveLayersModel(model, "other/model.json");
 * (await loadLayersModel("other/model.json")).countParams(); // 3
 * ```
 */
export const loadLayersModel = (path: FilePath, options?: LoadOptions): Promise<Model> =>
  loadModel(checked("loadLayersModel", path), options);

/** A graph from `model.json` and its shards, for inference and fine-tuning. TensorFlow.js: tf.loadGraphModel */
export const loadGraphModel = async (path: FilePath): Promise<ImportedModel> =>
  (await loadModel(checked("loadGraphModel", path))) as ImportedModel;

/**
 * Writes a model in the layers format, so that a page with TensorFlow.js can serve it.
 *
 * ```ts
 * model.build([null, 2]);
 * await saveLayersModel(model, "layers/model.json");
 * (await loadLayersModel("layers/model.json")).countParams(); // 3
 * ```
 */
export async function saveLayersModel(model: Model, path: string): Promise<void> {
  if (!(model instanceof Model)) throw new ArgumentError("saveLayersModel", { given: text(model), expected: "a model" });
  await model.save(checked("saveLayersModel", path) as string);
}
