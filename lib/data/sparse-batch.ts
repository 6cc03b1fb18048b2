// dataset.sparseBatch: elements of several shapes as sparse tensors. Loaded with the first one.

import { ShapeError } from "../core/errors.js";
import { known, shapeText } from "../core/shape.js";
import { Strings } from "../core/strings.js";
import { adoptTensor } from "../core/tensor.js";
import { dtypes } from "../core/dtype.js";
import { leaves, unflatten } from "../core/tree.js";
import { SparseTensor } from "../sparse/sparse-tensor.js";
import type { Element, Leaf } from "./structure.js";

/** Every number of each element at its place in `[items, ...rowShape]`, zeros too. */
export function sparseBatch(items: readonly Element[], rowShape: readonly number[]): Element {
  const flat = items.map((item) => leaves<Leaf>(item));
  const made = flat[0]!.map((_, component) => batched(flat.map((each) => each[component]!), rowShape)); // prettier-ignore
  return unflatten(items[0], made as never) as Element;
}

function batched(rows: readonly Leaf[], rowShape: readonly number[]): SparseTensor {
  const [first] = rows as readonly [Leaf];
  const places: number[] = [];
  for (const [row, leaf] of rows.entries()) {
    const shape = known(leaf.shape, "dataset.sparseBatch");
    if (shape.length !== rowShape.length || leaf.dtype !== first.dtype || shape.some((length, i) => length > rowShape[i]!))
      throw new ShapeError("dataset.sparseBatch", {
        given: `${leaf.dtype} ${shapeText(shape)}`,
        expected: `${first.dtype} of rank ${rowShape.length}, within rowShape ${shapeText(rowShape)}`,
      });
    for (const place of placesIn(shape)) places.push(row, ...place);
  }
  const rank = 1 + rowShape.length;
  const indices = adoptTensor(Int32Array.from(places), [places.length / rank, rank], "int32");
  return new SparseTensor(indices, valuesOf(rows), [rows.length, ...rowShape]);
}

function valuesOf(rows: readonly Leaf[]) {
  const [first] = rows as readonly [Leaf];
  if (first instanceof Strings) {
    const values = rows.flatMap((row) => (row as Strings).values);
    return new Strings([values.length], values);
  }
  const size = rows.reduce((sum, row) => sum + (row as Exclude<Leaf, Strings>).size, 0);
  const values = new dtypes[first.dtype].array(size);
  let at = 0;
  for (const row of rows as readonly Exclude<Leaf, Strings>[]) {
    values.set(row.view(), at);
    at += row.size;
  }
  return adoptTensor(values, [size], first.dtype);
}

/** All coordinates of a shape, the last axis fastest. */
function* placesIn(shape: readonly number[]): Generator<readonly number[]> {
  const size = shape.reduce((product, length) => product * length, 1);
  for (let i = 0; i < size; i++) {
    const place = new Array<number>(shape.length);
    for (let axis = shape.length - 1, rest = i; axis >= 0; axis--) {
      place[axis] = rest % shape[axis]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    yield place;
  }
}
