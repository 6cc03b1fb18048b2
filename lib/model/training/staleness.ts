// What a compiled step was made of. A step reads variables whenever it runs, but numbers and choices that JavaScript made while it was
// traced are fixed in it: plain fields of layers, which weights are trainable, what the learning rate comes from. When one of them changed,
// the step is traced anew, so that compiled and eager steps do the same.
//
// It is looked for before every call, and mostly nothing changed: so what a look sees, fields and what they hold, is kept as one list,
// and the next look goes along it and makes nothing.

import { entryOf, type Schema } from "../../config/index.js";
import type { Layer } from "../../layers/layer.js";
import { eachField, revision, whileUnchanged } from "../../layers/base/tracking.js";
import type { Optimizer } from "../../optimizers/index.js";
import type { Variable } from "../../variables/variable.js";

/** A model, as far as its steps depend on it. */
interface Ingredients {
  readonly trainableWeights: readonly Variable[];
  readonly weights: readonly Variable[];
  readonly trainable: boolean;
  readonly [revision]: number;
  flattenLayers(): readonly Layer[];
}

/** What a step depends on: values, each after what has it (the number of a layer, a word) and the name it has there. */
type Values = readonly unknown[];

/** What a model and its optimizer were at one time. */
export class Fingerprint {
  readonly #model: Ingredients;
  readonly #optimizer: Optimizer<Schema> | null;
  readonly #values: Values;
  readonly #layers: readonly Layer[];
  readonly #weights: readonly Variable[];
  /** What the values follow from, in the order of `#see`; null where classes of the user's own say what their layers and weights are. */
  readonly #seen: readonly unknown[] | null;

  constructor(model: Ingredients, optimizer: Optimizer<Schema> | null) {
    this.#model = model;
    this.#optimizer = optimizer;
    const [values, layers, weights] = whileUnchanged(() => [valuesOf(model, optimizer), model.flattenLayers(), model.weights] as const);
    this.#values = values;
    this.#layers = layers;
    this.#weights = weights;
    const isKnown = hasUsualParts(model) && layers.every(hasUsualParts);
    const seen: unknown[] = [];
    if (isKnown) this.#see((value) => seen.push(value));
    this.#seen = isKnown ? seen : null;
  }

  /** The present one: this one itself where nothing is different. */
  now(optimizer: Optimizer<Schema> | null): Fingerprint {
    return optimizer === this.#optimizer && this.#isPresent() ? this : new Fingerprint(this.#model, optimizer);
  }

  #isPresent(): boolean {
    const seen = this.#seen;
    if (!seen) return false;
    let [at, isSame] = [0, true];
    this.#see((value) => {
      if (!Object.is(seen[at++], value)) isSame = false;
    });
    return isSame && at === seen.length;
  }

  /** Everything that values, layers and weights follow from. */
  #see(see: (value: unknown) => void): void {
    see(this.#model.trainable);
    see(this.#model[revision]);
    eachField(this.#model, see);
    for (const layer of this.#layers) {
      see(layer.trainable);
      see(layer.options);
      see(layer[revision]);
      eachField(layer, see);
    }
    for (const weight of this.#weights) see(weight.trainable);
    if (!this.#optimizer) return;
    see(this.#optimizer.version);
    eachField(this.#optimizer, see);
  }

  /** The places that this and a later one differ in. */
  changesTo(later: Fingerprint): string[] {
    const [before, after] = [this.#values, later.#values];
    if (before === after || (before.length === after.length && before.every((value, i) => Object.is(value, after[i])))) return [];
    const [old, present] = [byPlace(before), byPlace(after)];
    const changed: string[] = [];
    for (const [place, value] of present) if (!old.has(place) || !Object.is(old.get(place), value)) changed.push(place);
    for (const place of old.keys()) if (!present.has(place)) changed.push(place);
    return changed;
  }
}

/** What classes say of their layers and weights. */
const structural = ["sublayers", "flattenLayers", "tracked", "weights", "trainableWeights", "trainable"] as const;

const usual = new WeakMap<object, boolean>();

/** Whether an object's layers and weights are those of its fields, of `addWeight` and of its graph: no class of the user's says otherwise. */
function hasUsualParts(owner: object): boolean {
  const { constructor } = owner;
  let isUsual = usual.get(constructor);
  if (isUsual === undefined) {
    isUsual = true;
    let at = Object.getPrototypeOf(owner) as object;
    while (!entryOf(at.constructor) && !Object.hasOwn(at, revision)) {
      for (const name of structural) if (Object.hasOwn(at, name)) isUsual = false;
      at = Object.getPrototypeOf(at) as object;
    }
    usual.set(constructor, isUsual);
  }
  return isUsual;
}

function valuesOf(model: Ingredients, optimizer: Optimizer<Schema> | null): Values {
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

function byPlace(values: Values): Map<string, unknown> {
  const places = new Map<string, unknown>();
  for (let i = 0; i < values.length; i += 3) places.set(`${String(values[i])}.${String(values[i + 1])}`, values[i + 2]);
  return places;
}
