// Labels, weights, losses and metrics in the structure of the outputs of a model.

import { isPlainObject } from "../../config/index.js";
import { ValueError } from "../../core/errors.js";
import { isBranch, leaves, sameStructure, unflatten, type Path } from "../../core/tree.js";
import { describeInputs } from "../../layers/base/describe.js";

/**
 * Labels, or weights, in the structure of predictions. For a model with several outputs they may be an array in the order of the outputs, a
 * record by the names of the outputs, or anything with as many leaves; and they may be there for those outputs alone that have a loss.
 *
 * @param isTrained  for each output, whether it has a loss
 * @throws ValueError where they do not fit
 */
export function likePredictions(
  given: unknown,
  yPred: unknown,
  outputNames: readonly string[] | null,
  isTrained: readonly boolean[],
  what = "labels",
): unknown {
  if (!isBranch(yPred)) return isBranch(given) && leaves(given).length === 1 ? leaves(given)[0] : given;
  if (sameStructure(given, yPred)) return given;
  const outputs = leaves(yPred);
  if (isPlainObject(given) && !isPlainObject(yPred) && outputNames) {
    const keys = Object.keys(given);
    const isNamed = keys.every((key) => outputNames.includes(key));
    if (isNamed && outputNames.every((name, i) => name in given || !isTrained[i]))
      return unflatten(yPred as never, outputNames.map((name) => given[name] ?? null)); // prettier-ignore
  }
  if (isPlainObject(given) && isPlainObject(yPred) && Object.keys(given).every((key) => key in yPred)) {
    const partial = withoutMissing(given, yPred);
    if (partial !== undefined) return partial;
  }
  const flat = leaves<unknown>(given);
  if (flat.length === outputs.length) return unflatten(yPred as never, flat);
  if (flat.length === isTrained.filter(Boolean).length) {
    let next = 0;
    return unflatten(yPred as never, outputs.map((_, i) => (isTrained[i] ? flat[next++] : null))); // prettier-ignore
  }
  throw new ValueError(what === "labels" ? "y" : "sampleWeight", {
    given: `${what} ${describeInputs(given)}`,
    expected: `${what} for the predictions ${describeInputs(yPred)}`,
  });
}

/** A record of labels with null for the outputs that it does not name; undefined where the rest does not fit. */
function withoutMissing(given: Record<string, unknown>, like: Record<string, unknown>): Record<string, unknown> | undefined {
  const filled: Record<string, unknown> = {};
  for (const [key, output] of Object.entries(like)) {
    if (key in given && !sameStructure(given[key], output)) return undefined;
    filled[key] = given[key] ?? unflatten(output as never, leaves(output).map(() => null)); // prettier-ignore
  }
  return filled;
}

/** An output is called by its key where outputs are a record, else by the name of the layer that gives it. */
export function nameAt(path: Path, outputName: string): string {
  if (path.length === 0) return outputName;
  return (typeof path.at(-1) === "number" ? [...path.slice(0, -1), outputName] : path).join("/");
}
