// The part of images that a flow has for training or for validation.

import { ArgumentError } from "../../../core/errors.js";

export type Subset = "training" | "validation" | null;

/** @throws ArgumentError for a part of images that are not split */
export function checkSubset(where: string, subset: Subset, split: number): void {
  if (subset === null || split > 0) return;
  const hint = "new ImageDataGenerator({ validationSplit: 0.2 })";
  throw new ArgumentError(`${where}.subset`, { given: `"${subset}" without a validationSplit`, expected: "both or neither", hint });
}

/** The first image of a part and the one behind its last: those to validate with come first. */
export function rangeOfSubset(count: number, subset: Subset, split: number): readonly [number, number] {
  const place = Math.trunc(count * split);
  return subset === null ? [0, count] : subset === "validation" ? [0, place] : [place, count];
}
