// Data that any row can be taken from. A pipeline over it is an order of row numbers until something needs the elements; a batch is then
// gathered row by row, and only where it is read (`lib/core/rows.ts`).

import { pickRows } from "../core/rows.js";
import { Strings } from "../core/strings.js";
import { adoptTensor } from "../core/tensor.js";
import { leaves, unflatten, type Tree } from "../core/tree.js";
import { TensorSpec } from "../graph/signature.js";
import { after, type Later } from "./later.js";
import { mapShapes, specOf } from "./spec.js";
import { rowCount, rowsOf, stack, type Element, type Leaf } from "./structure.js";

export interface RowSource {
  readonly count: number;
  spec(): Tree<TensorSpec> | null;
  row(index: number): Later<Element>;
  /** The rows as one element with a new first axis. */
  gather(rows: readonly number[]): Later<Element>;
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
        tensors.map((leaf) => (leaf instanceof Strings ? leaf.pick(rows) : pickRows(leaf, rows))),
      ) as Element,
  };
}

/** The whole numbers start, start + step, … as int32 scalars. */
export const numbers = (start: number, step: number, count: number): RowSource => ({
  count,
  spec: () => new TensorSpec([], "int32"),
  row: (index) => adoptTensor(Int32Array.of(start + index * step), [], "int32"),
  gather: (rows) =>
    adoptTensor(
      Int32Array.from(rows, (index) => start + index * step),
      [rows.length],
      "int32",
    ),
});

/** Each row as `fn` makes it. */
export const mappedRows = (source: RowSource, fn: (element: Element) => Later<Element>, spec: () => Tree<TensorSpec> | null): RowSource => {
  const row = (index: number) => after(source.row(index), fn);
  return { count: source.count, spec, row, gather: (rows) => after(inTurn(rows, row), stack) };
};

/** Asynchronous rows are made one at a time, in order: `fn` may have effects. */
function inTurn(rows: readonly number[], row: (index: number) => Later<Element>): Later<readonly Element[]> {
  const elements: Element[] = [];
  for (let i = 0; i < rows.length; i++) {
    const element = row(rows[i]!);
    if (element instanceof Promise) {
      return (async () => {
        elements.push(await element);
        while (++i < rows.length) elements.push(await row(rows[i]!));
        return elements;
      })();
    }
    elements.push(element);
  }
  return elements;
}
