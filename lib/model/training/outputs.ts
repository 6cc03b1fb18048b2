import { isBranch } from "../../core/tree.js";
import { ValueError } from "../../core/errors.js";
import { isPlainObject } from "../../config/index.js";
import { describeInputs } from "../../layers/base/describe.js";
import { flatten, packLike, sameStructure } from "../../layers/functional/structure.js";

/** Where a tensor stands in a structure of outputs. */
export type Path = readonly (string | number)[];

/** What stands at a path. */
export function at(structure: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<string | number, unknown> | undefined)?.[key], structure);
}

/**
 * Labels in the structure of predictions. Labels of a model with several outputs may be an array in the order of the
 * outputs, a record by the names of the outputs, or anything with as many leaves.
 *
 * @param isTrained  for each output, whether it has a loss: labels may be there for these alone
 * @throws ValueError where they do not fit
 */
export function likePredictions(
  yTrue: unknown,
  yPred: unknown,
  outputNames: readonly string[] | null,
  isTrained?: readonly boolean[],
): unknown {
  if (!isBranch(yPred) && !isBranch(yTrue)) return yTrue;
  if (sameStructure(yTrue, yPred)) return yTrue;
  const leaves = flatten<unknown>(yPred);
  if (isPlainObject(yTrue) && !isPlainObject(yPred) && outputNames?.every((name) => name in yTrue)) {
    return packLike(yPred as never, outputNames.map((name) => yTrue[name])); // prettier-ignore
  }
  const labels = flatten<unknown>(yTrue);
  if (labels.length === leaves.length) return packLike(yPred as never, labels);
  if (isTrained && labels.length === isTrained.filter(Boolean).length) {
    let next = 0;
    return packLike(yPred as never, leaves.map((_, i) => (isTrained[i] ? labels[next++] : null))); // prettier-ignore
  }
  throw new ValueError("y", { given: `labels ${describeInputs(yTrue)}`, expected: `labels for the predictions ${describeInputs(yPred)}` });
}
