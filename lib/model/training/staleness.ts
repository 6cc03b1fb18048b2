// What a compiled step was made of. A step reads variables whenever it runs, but numbers and choices that JavaScript made while it was
// traced are fixed in it: plain fields of layers, which weights are trainable, what the learning rate comes from. When one of them changed,
// the step is traced anew, so that compiled and eager steps do the same.

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

/** What a step depends on: values, each after what has it (the number of a layer, a word) and the name it has there. */
export type Fingerprint = readonly unknown[];

/** The present fingerprint of a model and its optimizer. */
export function fingerprintOf(model: Ingredients, optimizer: Optimizer<Schema> | null): Fingerprint {
  const found: unknown[] = [];
  const look = (owner: object, place: string | number): void => {
    for (const key of Object.keys(owner)) {
      const value = (owner as Record<string, unknown>)[key];
      if (value === null || (typeof value !== "object" && typeof value !== "function" && value !== undefined))
        found.push(place, key, value);
    }
  };
  look(model, "model");
  model.flattenLayers().forEach((layer, i) => {
    found.push(i, "the layer", layer, i, "is trainable", layer.trainable, i, "options", layer.options);
    look(layer, i);
  });
  model.trainableWeights.forEach((weight, i) => found.push("weight", i, weight));
  if (optimizer) {
    found.push("optimizer", "the version", optimizer.version);
    look(optimizer, "optimizer");
  }
  return found;
}

/** The places that two fingerprints differ in. Mostly there is none, which takes no more than a look at each value. */
export function changesBetween(before: Fingerprint, after: Fingerprint): string[] {
  if (before.length === after.length && before.every((value, i) => Object.is(value, after[i]))) return [];
  const [old, present] = [byPlace(before), byPlace(after)];
  const changed: string[] = [];
  for (const [place, value] of present) if (!old.has(place) || !Object.is(old.get(place), value)) changed.push(place);
  for (const place of old.keys()) if (!present.has(place)) changed.push(place);
  return changed;
}

function byPlace(fingerprint: Fingerprint): Map<string, unknown> {
  const values = new Map<string, unknown>();
  for (let i = 0; i < fingerprint.length; i += 3) values.set(`${String(fingerprint[i])}.${String(fingerprint[i + 1])}`, fingerprint[i + 2]);
  return values;
}
