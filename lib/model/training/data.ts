// From the arguments of `fit`, `evaluate` and their kin to epochs of batches: one rule for where weights apply.

import { ArgumentError, StateError, text, ValueError } from "../../core/errors.js";
import type { Tensor } from "../../core/tensor.js";
import { isBranch, leaves, mapTree, sameStructure, type Tree } from "../../core/tree.js";
import { type Batch, givesBatches, isColumn, rows, toTensors, whole } from "./batches.js";
import { checkClassWeights, type ClassWeights, weightsByClass } from "./class-weights.js";
import { EpochBatches } from "./epochs.js";
import { arraySource, type BatchSource, iterableSource, sampleCount } from "./sources.js";

/** Data and how to cut it. */
export interface DataOptions {
  readonly sampleWeight?: unknown;
  readonly classWeight?: ClassWeights | null | undefined;
  /** Whether labels are class indices one by one, and not one-hot vectors. */
  readonly labelsAreIndices?: boolean;
  readonly batchSize?: number | null | undefined;
  readonly steps?: number | null | undefined;
  readonly shuffle?: boolean | "batch" | undefined;
}

/** Batches of what a user gave a method as data. */
export const epochBatches = (where: string, x: unknown, y: unknown, options: DataOptions): EpochBatches =>
  new EpochBatches(source(where, x, y, options), options.steps ?? null);

/** All samples of data in memory as one batch. */
export function wholeBatch(where: string, x: unknown, y: unknown, options: DataOptions): Batch {
  const { sampleWeight, classWeight, labelsAreIndices } = options;
  if (classWeight) checkClassWeights(where, classWeight);
  const parts = arrayParts(where, x, y, sampleWeight, classWeight, labelsAreIndices);
  sampleCount(where, parts);
  return parts.map((part) => mapTree(part as Tree<unknown>, (leaf) => (isColumn(leaf) ? whole(leaf) : leaf))) as unknown as Batch;
}

function source(where: string, x: unknown, y: unknown, options: DataOptions): BatchSource {
  const { sampleWeight, classWeight, batchSize, steps, shuffle = false, labelsAreIndices = false } = options;
  if (classWeight) checkClassWeights(where, classWeight);
  if (givesBatches(x)) {
    for (const [name, value] of Object.entries({ y, sampleWeight })) {
      if (value === undefined || value === null) continue;
      throw new ArgumentError(`${where}.${name}`, { given: "a value beside batches", expected: "none: the batches hold it" });
    }
    return iterableSource(`${where}.x`, x, (batch) => weighed(where, batch, classWeight, labelsAreIndices), shuffle !== false);
  }
  const parts = arrayParts(where, x, y, sampleWeight, classWeight, labelsAreIndices);
  const samples = firstLength(parts);
  return arraySource(where, parts, { batchSize: batchSize ?? (steps ? Math.ceil(samples / steps) : 32), shuffle });
}

/** Inputs, labels and weights as tensors: `[x, y]` or `[x, y, sampleWeight]`, null for labels that there are not. */
export function arrayParts(
  where: string,
  x: unknown,
  y: unknown,
  sampleWeight: unknown,
  classWeight?: ClassWeights | null,
  labelsAreIndices = false,
): unknown[] {
  if (x === undefined || x === null) throw new ArgumentError(`${where}.x`, { given: String(x), expected: "data" });
  const given: Batch = [
    toTensors(`${where}.x`, x, true, true),
    toTensors(`${where}.y`, y),
    toTensors(`${where}.sampleWeight`, sampleWeight),
  ];
  const parts = [...weighed(where, given, classWeight, labelsAreIndices)];
  while (parts.length > 2 && (parts.at(-1) ?? null) === null) parts.pop();
  return parts;
}

/** The batch with the weights that its labels' classes have, and one weight for each output. The same for all kinds of data. */
function weighed(where: string, batch: Batch, classWeight: ClassWeights | null | undefined, labelsAreIndices: boolean): Batch {
  const [x, y, weights = null] = batch;
  if (!classWeight) return weights === null ? batch : [x, y, spreadWeights(where, y, weights)];
  if (weights !== null) throw new ArgumentError(`${where}.classWeight`, { given: "classWeight and sampleWeight", expected: "one of them" });
  return [x, y, weightsByClass(where, y, classWeight, labelsAreIndices)];
}

/** Weights of samples count for every output. */
function spreadWeights(where: string, y: unknown, weights: unknown): unknown {
  if (!isBranch(y)) return isBranch(weights) && leaves(weights).length === 1 ? leaves(weights)[0] : weights;
  const given = leaves<Tensor>(weights);
  if (given.length === 1 && !sameStructure(y, weights)) {
    const [only] = given as [Tensor];
    if (only.rank === 1 || (only.rank === 2 && only.shape[1] === 1)) return mapTree(y as Tree<unknown>, () => only);
    throw new ArgumentError(`${where}.sampleWeight`, {
      given: "one array of more than one number for each sample",
      expected: "an array for each output",
    });
  }
  if (sameStructure(y, weights) || given.length === leaves(y).length) return weights;
  throw new ArgumentError(`${where}.sampleWeight`, { given: "another structure than that of y", expected: "an array for each output" });
}

const firstLength = (parts: readonly unknown[]): number => leaves<unknown>(parts).find(isColumn)?.shape[0] ?? 0;

/** What `fit` needs to know of its options to make batches. */
export interface FitData extends DataOptions {
  readonly validationSplit: number;
  readonly validationData: unknown;
  readonly validation: Pick<DataOptions, "batchSize" | "steps">;
}

/** Batches for training and for validation. Class weights are for training alone. */
export function fitData(x: unknown, y: unknown, options: FitData): { batches: EpochBatches; validation: EpochBatches | null } {
  const { validationSplit: split, validationData, validation: validate, ...train } = options;
  if (validationData === null && split !== 0) {
    if (givesBatches(x))
      throw new StateError("fit.validationSplit", { given: "batches", expected: "data in memory", hint: "Use validationData." });
    const { training, validation } = splitForValidation(arrayParts("fit", x, y, train.sampleWeight), split);
    return {
      batches: epochBatches("fit", training[0], training[1], { ...train, sampleWeight: training[2] }),
      validation: epochBatches("fit", validation[0], validation[1], { ...validate, sampleWeight: validation[2] }),
    };
  }
  const batches = epochBatches("fit", x, y, train);
  if (validationData === null) return { batches, validation: null };
  const where = "fit.validationData";
  if (givesBatches(validationData)) return { batches, validation: epochBatches(where, validationData, undefined, validate) };
  if (!Array.isArray(validationData) || validationData.length === 0 || validationData.length > 3) {
    throw new ArgumentError(where, { given: text(validationData), expected: "[x, y], [x, y, sampleWeight], or what gives batches" });
  }
  const [valX, valY, valWeight] = validationData as readonly unknown[];
  return { batches, validation: epochBatches(where, valX, valY, { ...validate, sampleWeight: valWeight }) };
}

/** The first samples for training and the last ones, `split` of all, for validation. @throws ValueError where one part would be empty */
function splitForValidation(parts: readonly unknown[], split: number): { training: unknown[]; validation: unknown[] } {
  const samples = firstLength(parts);
  const at = Math.floor(samples * (1 - split));
  if (at === 0 || at === samples) {
    throw new ValueError("fit.validationSplit", { given: `${split} of ${samples} samples`, expected: "samples on both sides" });
  }
  const cut = (begin: number, end: number) =>
    parts.map((part) => mapTree(part as Tree<unknown>, (leaf) => (isColumn(leaf) ? rows(leaf, begin, end) : leaf)));
  return { training: cut(0, at), validation: cut(at, samples) };
}
