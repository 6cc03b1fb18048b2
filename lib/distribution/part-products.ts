// Products with variables in parts: each replica computes the columns, or the partial sums, of its part, for the samples of all.
//
//  (1) Replicas exchange what is small (activations) in place of what is large (the variable): see `isWorth`. All of them decide alike,
//      since all have the same shapes: which holds where every replica has as many samples (`isEven`).
//  (2) Columns: all samples × own columns, then each gets all columns of its own samples. Rows: all samples × own part of the sums, then
//      each gets the sums of its own samples. Gradients are those of these steps, so that of a part is as small as the part.

import type { Labelled, PartProducts } from "../core/replicas.js";
import { replica } from "../core/replicas.js";
import { type Shape, sizeOf } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import { allGather, reduceScatter } from "../ops/collective/all-reduce.js";
import { exchanged } from "../ops/collective/all-to-all.js";
import { arange, cast, expandDims, greaterEqual, less, logicalAnd, maximum, minimum, multiply, subtract, take } from "../ops/index.js";
import { arranged, contract } from "../ops/linalg/contraction.js";

interface Parts {
  readonly part: Tensor;
  readonly axis: number;
}

const elementsOf = ({ shape }: Tensor): number => sizeOf(shape as readonly number[]);

export class SplitProducts implements PartProducts {
  /** Of each variable that was put together in a trace: what it is made of. */
  readonly #parts = new WeakMap<Tensor, Parts>();
  /** Whether every replica has as many samples as each other one in the present steps. */
  isEven = false;

  know(whole: Tensor, parts: Parts): void {
    if (whole.isSymbolic && whole.dtype === "float32") this.#parts.set(whole, parts);
  }

  #partsFor(whole: Tensor, x: Tensor): Parts | undefined {
    const isKnown = x.rank > 0 && !x.shape.includes(null) && x.isSymbolic && elementsOf(x) > 0;
    return this.isEven && isKnown ? this.#parts.get(whole) : undefined;
  }

  contract(a: Labelled, b: Labelled, keep: ReadonlySet<string>): Labelled | null {
    const parts = this.#partsFor(b.tensor, a.tensor);
    const [row] = a.axes;
    if (!parts || row === undefined || b.axes.includes(row) || !keep.has(row) || a.tensor.dtype !== "float32") return null;
    const name = b.axes[parts.axis]!;
    const at = a.axes.indexOf(name);
    const isColumn = at < 0 && keep.has(name);
    if (!isColumn && (at < 0 || keep.has(name) || a.tensor.shape[at] !== b.tensor.shape[parts.axis])) return null;
    const { count } = replica().group;
    const product = (axes: readonly string[], shape: Shape, counts: (name: string) => boolean): number =>
      axes.reduce((size, each, i) => (counts(each) ? size * shape[i]! : size), 1);
    const columns = product(b.axes, b.tensor.shape, (each) => keep.has(each) && !a.axes.includes(each));
    const rows = product(a.axes, a.tensor.shape, (each) => keep.has(each));
    const [x, y] = [elementsOf(a.tensor), rows * columns];
    if (!isWorth(b.tensor, isColumn ? count * x + y : x + count * y)) return null;
    const all = isColumn ? allGather(a.tensor, 0) : exchanged(a.tensor, at, 0);
    const parted = contract("product of parts", { tensor: all, axes: a.axes }, { tensor: parts.part, axes: b.axes }, keep);
    const axes = [row, ...parted.axes.filter((each) => each !== row)];
    const ordered = arranged(parted, axes);
    return { tensor: isColumn ? exchanged(ordered, 0, axes.indexOf(name)) : reduceScatter(ordered), axes };
  }

  rows(table: Tensor, indices: Tensor): Tensor | null {
    const parts = this.#partsFor(table, indices);
    if (!parts || table.rank !== 2 || parts.axis > 1) return null;
    const { group, id } = replica();
    const [length, columns] = table.shape as [number, number];
    const y = elementsOf(indices) * columns;
    if (parts.axis === 1) {
      if (!isWorth(table, group.count * elementsOf(indices) + y)) return null;
      return exchanged(take(parts.part, allGather(indices, 0), 0), 0, indices.rank);
    }
    if (!isWorth(table, group.count * y)) return null;
    // Taken from all numbers of rows, an index is checked, and one from the end counts from the front.
    const all = allGather(take(arange(0, length, { dtype: "int32" }), indices, 0), 0);
    const own = length / group.count;
    const local = subtract(all, id * own);
    const isHere = logicalAnd(greaterEqual(local, 0), less(local, own));
    const taken = take(parts.part, minimum(maximum(local, 0), own - 1), 0);
    return reduceScatter(multiply(taken, expandDims(cast(isHere, taken.dtype), -1)));
  }
}

/** Invariant (1): whether less is moved and held than the variable as a whole. */
const isWorth = (whole: Tensor, elements: number): boolean => elementsOf(whole) > elements;
