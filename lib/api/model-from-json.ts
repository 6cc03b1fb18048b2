// keras.models.modelFromJson, with all that the text may name.

import type { CustomObjects } from "../config/index.js";
import { type Model, modelFromJson as fromJson } from "../model/model.js";
import { known } from "./known.js";

/** A model from the text that `toJson` gave, or from what it parses to. Keras: keras.models.model_from_json */
export function modelFromJson(json: string | object, options: { readonly customObjects?: CustomObjects } = {}): Model {
  known();
  return fromJson(json, options);
}
