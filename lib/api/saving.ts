// keras.saving.

import { ArgumentError, StateError, text } from "../core/errors.js";
import type { OneByOne } from "../core/one-by-one.js";
import { FeatureSpace } from "../layers/preprocessing/feature-space.js";
import { Model } from "../model/model.js";
import type { LoadWeightsOptions, SaveOptions, SaveWeightsOptions } from "../model/saving.js";
import type { KerasFileEditor as Editor } from "../saving/keras/editor.js";
import type { FilePath } from "../saving/place.js";

export * from "../config/saving.js";
export { loadModel } from "../model/model.js";
export type { LoadOptions, LoadWeightsOptions, SaveOptions, SaveWeightsOptions } from "../model/saving.js";

function checked(where: string, model: unknown): Model {
  if (model instanceof Model) return model;
  throw new ArgumentError(`keras.saving.${where}`, { given: text(model), expected: "a model" });
}

/**
 * The same as `model.save`, and as `featureSpace.save`. Keras: keras.saving.save_model
 *
 * ```ts
 * const small = new keras.Sequential([keras.Input({ shape: [3] }), new keras.layers.Dense(2)]);
 * await keras.models.saveModel(small, "small.keras");
 * (await keras.models.loadModel("small.keras")).countParams(); // 8
 * ```
 */
export async function saveModel(model: Model | FeatureSpace, path: string, ...options: OneByOne<SaveOptions>): Promise<void> {
  if (!(model instanceof FeatureSpace)) return checked("saveModel", model).save(path, ...options);
  if (options[0] !== undefined)
    throw new ArgumentError("keras.saving.saveModel", { given: text(options[0]), expected: "no options for a FeatureSpace" });
  return model.save(path);
}

/**
 * The same as `model.saveWeights`. Keras: keras.saving.save_weights
 *
 * ```ts
 * model.build([null, 2]);
 * await keras.saving.saveWeights(model, "few.weights.h5");
 * const other = new keras.Sequential([keras.Input({ shape: [2] }), new keras.layers.Dense(1)]);
 * await keras.saving.loadWeights(other, "few.weights.h5");
 * ops.allclose(other.weights[0]!, model.weights[0]!); // true
 * ```
 */
export const saveWeights = (model: Model, path: string, ...options: OneByOne<SaveWeightsOptions>): Promise<void> =>
  checked("saveWeights", model).saveWeights(path, ...options);

/**
 * The same as `model.loadWeights`. Keras: keras.saving.load_weights
 *
 * ```ts
 * model.build([null, 2]);
 * await keras.saving.saveWeights(model, "few.weights.h5");
 * await keras.saving.loadWeights(model, "few.weights.h5");
 * model.countParams(); // 3
 * ```
 */
export const loadWeights = (model: Model, path: FilePath, ...options: OneByOne<LoadWeightsOptions>): Promise<void> =>
  checked("loadWeights", model).loadWeights(path, ...options);

export type KerasFileEditor = Editor;

/**
 * Opens files of weights to look into them, change them and write them anew; what `open` gives says more. Keras:
 * keras.saving.KerasFileEditor
 *
 * ```ts
 * const named = new keras.Sequential([keras.Input({ shape: [2] }), new keras.layers.Dense(1, { name: "head" })]);
 * await named.saveWeights("head.weights.h5");
 * const editor = await keras.saving.KerasFileEditor.open("head.weights.h5");
 * editor.summary().includes("head"); // true
 * ```
 */
export const KerasFileEditor = class {
  constructor() {
    throw new StateError("new KerasFileEditor", {
      given: "a call that cannot wait for a file",
      expected: "await keras.saving.KerasFileEditor.open(path)",
    });
  }

  /** Opens a `.keras`, `.weights.h5` or `.weights.json` file. @throws FormatError for what is none of them */
  static async open(path: FilePath): Promise<Editor> {
    return (await import("../saving/keras/index.js")).KerasFileEditor.open(path);
  }
};
