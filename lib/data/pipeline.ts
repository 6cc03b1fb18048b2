// What a dataset is inside: a stream of elements with their spec and length, or rows in memory of which only the numbers travel.

import type { Tree } from "../core/tree.js";
import type { TensorSpec } from "../graph/signature.js";
import { mapShapes } from "./spec.js";
import { ahead, type AheadOptions } from "./streams/ahead.js";
import { chunks } from "./streams/chunks.js";
import { map } from "./streams/map.js";
import { range } from "./streams/range.js";
import type { Stream } from "./streams/stream.js";
import type { RowSource } from "./rows.js";
import { stack, type Element } from "./structure.js";

/** A stream of elements, with what is known about them. */
export interface Pipeline {
  readonly stream: Stream<Element>;
  /** Shapes and dtypes of the elements, null where nobody knows before they come. */
  spec(): Tree<TensorSpec> | null;
  /** Where elements are rows of data in memory: the data, and the order of the rows. */
  readonly rows?: { readonly source: RowSource; readonly order: Stream<number> };
}

/** Rows in an order, by default their own. @param parallel  how several are made at once, where they take time */
export const fromRows = (
  source: RowSource,
  order: Stream<number> = range(source.count),
  parallel: AheadOptions | null = source.parallel ?? null,
): Pipeline => ({
  stream: parallel ? ahead(order, source.row, { ...parallel, name: "rows" }) : map(order, source.row, "rows"),
  spec: source.spec,
  rows: { source, order },
});

/** A stage that looks at no element: where there are rows it acts on their numbers. */
export function reorder({ stream, spec, rows }: Pipeline, stage: <T>(input: Stream<T>) => Stream<T>): Pipeline {
  return rows ? fromRows(rows.source, stage(rows.order)) : { stream: stage(stream), spec };
}

/** Several elements as one: rows are gathered, other elements stacked. */
export const inBatches = ({ stream, spec, rows }: Pipeline, size: number, dropRemainder = false): Pipeline => ({
  stream: rows
    ? map(chunks(rows.order, size, dropRemainder), rows.source.gather, "batch", "dataset.batch")
    : map(chunks(stream, size, dropRemainder), stack, "batch", "dataset.batch"),
  spec: () => mapShapes(spec(), (shape) => [dropRemainder ? size : null, ...shape]),
});
