// keras.models.modelFromJson, with all that the text may name.

import type { CustomObjects } from "../config/index.js";
import { type Model, modelFromJson as fromJson } from "../model/model.js";
import { known } from "./known.js";

/**
 * A model from the text that `toJson` gave, or from what it parses to. Keras: keras.models.model_from_json
 *
 * ```ts
 * const shown = new keras.Sequential([keras.Input({ shape: [3] }), new keras.layers.Dense(2)]);
 * keras.models.modelFromJson(shown.toJson()).countParams(); // 8
 * ```
 */
export function modelFromJson(json: string | object, options: { readonly customObjects?: CustomObjects } = {}): Model {
  known();
  return fromJson(json, options);
}
