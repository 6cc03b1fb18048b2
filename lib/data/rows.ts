// Data that any row can be taken from. A pipeline over it is an order of row numbers until something needs the elements; a batch is then
// gathered row by row, and only where it is read (`lib/core/rows.ts`).

import { pickRows } from "../core/rows.js";
import { Strings } from "../core/strings.js";
import { isComposite, leaves, unflatten, type Tree } from "../core/tree.js";
import type { TensorSpec } from "../graph/signature.js";
import type { Later } from "./later.js";
import type { AheadOptions } from "./streams/ahead.js";
import { mapShapes, specOf } from "./spec.js";
import { rowCount, rowsOf, type Element, type Leaf } from "./structure.js";

/** What ragged tensors have. */
interface RowsOf {
  gather(rows: readonly number[]): Leaf;
}

export interface RowSource {
  readonly count: number;
  spec(): Tree<TensorSpec> | null;
  row(index: number): Later<Element>;
  /** The rows as one element with a new first axis. */
  gather(rows: readonly number[]): Later<Element>;
  /** How several rows are made at once, where they take time. */
  readonly parallel?: AheadOptions;
}

/** The slices of tensors along their first axes. */
export function slices(element: Element): RowSource {
  const count = rowCount(element, "Dataset.fromTensorSlices");
  const tensors = leaves<Leaf>(element);
  const row = tensors.map(rowsOf);
  return {
    count,
    spec: () => mapShapes(specOf(element), (shape) => shape.slice(1)),
    row: (index) =>
      unflatten(
        element,
        row.map((part) => part(index)),
      ) as Element,
    gather: (rows) =>
      unflatten(
        element,
        tensors.map((leaf) =>
          leaf instanceof Strings ? leaf.pick(rows) : isComposite(leaf) ? (leaf as unknown as RowsOf).gather(rows) : pickRows(leaf, rows),
        ),
      ) as Element,
  };
}
