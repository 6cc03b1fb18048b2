// tf.data.experimental: what still has its name there.

import { ArgumentError, text } from "../core/errors.js";
import { AUTOTUNE, Dataset, INFINITE_CARDINALITY, UNKNOWN_CARDINALITY } from "./dataset.js";

export { CsvDataset, makeCsvDataset } from "./file-datasets.js";
export { AutoShardPolicy } from "./options.js";
export { AUTOTUNE, INFINITE_CARDINALITY, UNKNOWN_CARDINALITY };

/**
 * Elements of one iteration of a dataset, or INFINITE_CARDINALITY, or UNKNOWN_CARDINALITY.
 *
 * ```ts
 * tf.data.experimental.cardinality(dataset); // 10
 * ```
 */
export function cardinality(dataset: Dataset<unknown>): number {
  if (dataset instanceof Dataset) return dataset.cardinality();
  throw new ArgumentError("data.experimental.cardinality", { given: text(dataset), expected: "a Dataset" });
}
