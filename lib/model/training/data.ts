import { ArgumentError, text, ValueError } from "../../core/errors.js";
import { Tensor } from "../../core/tensor.js";
import { isBranch } from "../../core/tree.js";
import { flatten, mapLeaves, sameStructure } from "../../layers/functional/structure.js";
import {
  ArrayData,
  type Batch,
  type BatchSource,
  classWeights,
  EpochBatches,
  givesBatches,
  rows,
  streamedBatches,
  toTensors,
} from "./batches.js";
import { checkWhole } from "./options.js";

/** Data and how to cut it. */
export interface DataOptions {
  readonly sampleWeight?: unknown;
  readonly classWeight?: Readonly<Record<string, number>> | null | undefined;
  readonly batchSize?: number | null | undefined;
  readonly steps?: number | null | undefined;
  readonly shuffle?: boolean | "batch" | undefined;
}

/** Batches of what a user gave a method as data. */
export function epochBatches(where: string, x: unknown, y: unknown, options: DataOptions): EpochBatches {
  if (options.batchSize !== undefined && options.batchSize !== null) checkWhole(`${where}.batchSize`, options.batchSize, 1);
  if (options.steps !== undefined && options.steps !== null) checkWhole(`${where}.steps`, options.steps, 1);
  return new EpochBatches(source(where, x, y, options), options.steps ?? null);
}

function source(
  where: string,
  x: unknown,
  y: unknown,
  { sampleWeight, classWeight, batchSize, steps, shuffle = false }: DataOptions,
): BatchSource {
  if (givesBatches(x)) {
    for (const [name, value] of Object.entries({ y, sampleWeight })) {
      if (value === undefined || value === null) continue;
      throw new ArgumentError(`${where}.${name}`, { given: "a value beside batches", expected: "none: the batches hold it" });
    }
    return streamedBatches(`${where}.x`, x, (batch) =>
      classWeight ? [batch[0], batch[1], classWeights(where, batch[1], classWeight)] : batch,
    );
  }
  const parts = arrayParts(where, x, y, sampleWeight, classWeight);
  const samples = firstLength(parts);
  return new ArrayData(where, parts, { batchSize: batchSize ?? (steps ? Math.ceil(samples / steps) : 32), shuffle });
}

/** Inputs, labels and weights as tensors; what follows the last that was given is left out. */
export function arrayParts(
  where: string,
  x: unknown,
  y: unknown,
  sampleWeight: unknown,
  classWeight?: Readonly<Record<string, number>> | null,
): unknown[] {
  if (x === undefined || x === null) throw new ArgumentError(`${where}.x`, { given: String(x), expected: "data" });
  const labels = toTensors(`${where}.y`, y);
  let weights = toTensors(`${where}.sampleWeight`, sampleWeight);
  if (classWeight) {
    if (weights !== null)
      throw new ArgumentError(`${where}.classWeight`, { given: "classWeight and sampleWeight", expected: "one of them" });
    weights = classWeights(where, labels, classWeight);
  }
  const parts = [toTensors(`${where}.x`, x), labels, spreadWeights(where, labels, weights)];
  while (parts.at(-1) === null) parts.pop();
  return parts;
}

/** Weights of samples count for every output. */
function spreadWeights(where: string, y: unknown, weights: unknown): unknown {
  if (!isBranch(y) || weights === null) return weights;
  if (weights instanceof Tensor) {
    if (weights.rank === 1 || (weights.rank === 2 && weights.shape[1] === 1)) return mapLeaves(y, () => weights);
    throw new ArgumentError(`${where}.sampleWeight`, {
      given: "one array of more than one number for each sample",
      expected: "an array for each output",
    });
  }
  if (sameStructure(y, weights)) return weights;
  throw new ArgumentError(`${where}.sampleWeight`, { given: "another structure than that of y", expected: "an array for each output" });
}

const firstLength = (parts: readonly unknown[]): number =>
  flatten<unknown>(parts).find((leaf): leaf is Tensor => leaf instanceof Tensor)?.shape[0] ?? 0;

/** The first samples for training and the last ones, `split` of all, for validation. @throws ValueError where one part would be empty */
export function splitForValidation(parts: readonly unknown[], split: number): { training: unknown[]; validation: unknown[] } {
  if (!(split > 0 && split < 1))
    throw new ArgumentError("fit.validationSplit", { given: text(split), expected: "a number between 0 and 1" });
  const samples = firstLength(parts);
  const at = Math.floor(samples * (1 - split));
  if (at === 0 || at === samples) {
    throw new ValueError("fit.validationSplit", { given: `${split} of ${samples} samples`, expected: "samples on both sides" });
  }
  const cut = (begin: number, end: number) =>
    parts.map((part) => mapLeaves(part, (leaf) => (leaf instanceof Tensor ? rows(leaf, begin, end) : leaf)));
  return { training: cut(0, at), validation: cut(at, samples) };
}

/** Inputs, labels and weights of a batch. */
export const unpack = (batch: Batch): { x: unknown; y: unknown; sampleWeight: unknown } => ({
  x: batch[0],
  y: batch[1] ?? null,
  sampleWeight: batch[2] ?? null,
});
