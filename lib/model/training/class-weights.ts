// The weights of classes that `fit` takes, as weights of samples.

import { ArgumentError, text } from "../../core/errors.js";
import { adoptTensor, Tensor } from "../../core/tensor.js";

/** Weights by index of the class. */
export type ClassWeights = Readonly<Record<number, number>>;

/** Checks the form of class weights. @throws ArgumentError */
export function checkClassWeights(where: string, weights: object): void {
  for (const [key, weight] of Object.entries(weights)) {
    if (/^\d+$/.test(key) && typeof weight === "number" && weight >= 0 && weight < Infinity) continue;
    throw new ArgumentError(`${where}.classWeight`, {
      given: `${key}: ${text(weight)}`,
      expected: "a number of at least 0 for each index of a class",
    });
  }
}

/**
 * Weights of what is labelled, by its class: a weight for each label, of the shape of the labels without their axis of classes. The last
 * axis
 * is one of classes (one-hot vectors), or of length 1; where `areIndices`, each label is a class index by itself.
 */
export function weightsByClass(where: string, y: unknown, weights: ClassWeights, areIndices: boolean): Tensor {
  if (!(y instanceof Tensor)) {
    throw new ArgumentError(`${where}.classWeight`, {
      given: y === null || y === undefined ? "no labels" : "labels for several outputs",
      expected: "labels for one output",
    });
  }
  const shape = y.shape as readonly number[];
  const isColumn = y.rank > 1 && shape.at(-1) === 1;
  const isOneHot = y.rank > 1 && !isColumn && !areIndices;
  const labelled = isColumn || isOneHot ? shape.slice(0, -1) : shape;
  const classes = isOneHot ? shape.at(-1)! : 1;
  const labels = y.view();
  const found = new Float32Array(labels.length / classes);
  for (let i = 0; i < found.length; i++) {
    const label = isOneHot ? largest(labels, i * classes, classes) : Math.round(labels[i]!);
    found[i] = weights[label] ?? 1;
  }
  return adoptTensor(found, labelled, "float32");
}

/** The index of the largest of some neighbours. */
function largest(values: ArrayLike<number>, begin: number, count: number): number {
  let best = 0;
  for (let j = 1; j < count; j++) if (values[begin + j]! > values[begin + best]!) best = j;
  return best;
}
