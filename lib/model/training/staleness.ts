// What a compiled step was made of. A step reads variables whenever it runs, but numbers and choices that JavaScript made while it was
// traced
// are fixed in it: plain fields of layers, which weights are trainable, what the learning rate comes from. When one of them changed, the
// step
// is traced anew, so that compiled and eager steps do the same.

import type { Layer } from "../../layers/layer.js";
import type { Optimizer } from "../../optimizers/index.js";
import type { Schema } from "../../config/index.js";
import type { Variable } from "../../variables/variable.js";

/** A model, as far as its steps depend on it. */
interface Ingredients {
  readonly trainableWeights: readonly Variable[];
  readonly trainable: boolean;
  flattenLayers(): readonly Layer[];
}

/** What a step depends on, by where it stands. */
export type Fingerprint = ReadonlyMap<string, unknown>;

/** The present fingerprint of a model and its optimizer. */
export function fingerprintOf(model: Ingredients, optimizer: Optimizer<Schema> | null): Fingerprint {
  const found = new Map<string, unknown>();
  const look = (owner: object, place: string): void => {
    for (const key of Object.keys(owner)) {
      const value = (owner as Record<string, unknown>)[key];
      if (value === null || (typeof value !== "object" && typeof value !== "function" && value !== undefined)) {
        found.set(`${place}.${key}`, value);
      }
    }
  };
  look(model, "model");
  model.flattenLayers().forEach((layer, i) => {
    found.set(`${i}`, layer);
    found.set(`${i} trainable`, layer.trainable);
    look(layer, `${i}`);
  });
  model.trainableWeights.forEach((weight, i) => found.set(`weight ${i}`, weight));
  if (optimizer) {
    found.set("optimizer", optimizer.version);
    look(optimizer, "optimizer");
  }
  return found;
}

/** The keys that two fingerprints differ in. */
export function changesBetween(before: Fingerprint, after: Fingerprint): string[] {
  const changed: string[] = [];
  for (const [key, value] of after) if (!before.has(key) || !Object.is(before.get(key), value)) changed.push(key);
  for (const key of before.keys()) if (!after.has(key)) changed.push(key);
  return changed;
}
