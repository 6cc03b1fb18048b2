// Rows that are made: numbers in order, and rows as a function makes them.

import { constant } from "../core/convert.js";
import type { Dtype } from "../core/dtype.js";
import { adoptTensor } from "../core/tensor.js";
import type { Tree } from "../core/tree.js";
import { TensorSpec } from "../graph/signature.js";
import { failure, nameOf } from "./element-error.js";
import { after, type Later } from "./later.js";
import type { RowSource } from "./rows.js";
import type { AheadOptions } from "./streams/ahead.js";
import { stack, type Element } from "./structure.js";

/** The whole numbers start, start + step, … as scalars. */
export function numbers(start: number, step: number, count: number, dtype: Dtype): RowSource {
  const of = (values: Int32Array, shape: readonly number[]): Element =>
    dtype === "int32" ? adoptTensor(values, shape, dtype) : constant(Array.from(values), { dtype, shape });
  return {
    count,
    spec: () => new TensorSpec([], dtype),
    row: (index) => of(Int32Array.of(start + index * step), []),
    gather: (rows) =>
      of(
        Int32Array.from(rows, (index) => start + index * step),
        [rows.length],
      ),
  };
}

/** Each row as `fn` makes it. @param parallel  how several are made at once; those of a batch are, too */
export const mappedRows = (
  source: RowSource,
  fn: (element: Element) => Later<Element>,
  spec: () => Tree<TensorSpec> | null,
  parallel: AheadOptions | null,
): RowSource => {
  const row = (index: number): Later<Element> => {
    const element = source.row(index);
    const failed = (error: unknown): never => failure("dataset.map", index, nameOf(element) ?? `row ${index}`, error);
    try {
      const made = after(element, fn);
      return made instanceof Promise ? made.catch(failed) : made;
    } catch (error) {
      return failed(error);
    }
  };
  return {
    count: source.count,
    spec,
    row,
    gather: (rows) => after(inTurn(rows, row, parallel?.workers ?? 1), stack),
    ...(parallel && { parallel: { ...parallel, stage: undefined } }),
  };
};

/** Asynchronous rows are made so many at a time, begun in order: `fn` may have effects. */
function inTurn(rows: readonly number[], row: (index: number) => Later<Element>, workers: number): Later<readonly Element[]> {
  const elements = new Array<Element>(rows.length);
  let next = 0;
  const first = nextSlow();
  return first ? Promise.all([first, ...Array.from({ length: Math.min(workers, rows.length) - 1 }, rest)]).then(() => elements) : elements;

  /** Makes rows until one takes time. */
  function nextSlow(): Promise<void> | null {
    while (next < rows.length) {
      const at = next++;
      const element = row(rows[at]!);
      if (element instanceof Promise) return element.then((made) => void (elements[at] = made)).then(rest);
      elements[at] = element;
    }
    return null;
  }

  async function rest(): Promise<void> {
    await nextSlow();
  }
}
