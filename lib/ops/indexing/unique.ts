// The different elements of a tensor, with their places and counts.

import { operation } from "../../core/operation.js";
import { asTensor, checkAxis, type TensorLike } from "../../core/convert.js";
import { dtypes } from "../../core/dtype.js";
import { primitive } from "../../core/primitive.js";
import { known, sizeOf } from "../../core/shape.js";
import { adoptTensor, type Spec, type Tensor } from "../../core/tensor.js";
import { moveaxis } from "../shaping/transpose.js";
import { ravel } from "../shaping/reshape.js";

export interface UniqueOptions {
  /** Whether the result ascends. It always does here. */
  sorted?: boolean;
  /** Also gives where each one stands first. */
  returnIndex?: boolean;
  /** Also gives for each element which of the unique ones it is. */
  returnInverse?: boolean;
  /** Also gives how often each one occurs. */
  returnCounts?: boolean;
  /** Compares slices along an axis. Default: elements of the flattened tensor. */
  axis?: number | null;
  /** So many: more are cut off, missing ones filled up. */
  size?: number | null;
  /** What fills up. Default: the smallest one. */
  fillValue?: number | null;
}

/**
 * The different elements (or slices along an axis) in ascending order. How many there are depends on the values, unless `size` says it.
 *
 * ```ts
 * ops.unique([3, 1, 3, 2]); // [1, 2, 3]
 * ```
 *
 * @returns the elements, or a list of them and of what else was asked for
 */
export const unique = operation(
  "numpy.unique(*x, sorted=true, returnIndex=false, returnInverse=false, returnCounts=false, axis:ints=null, size:ints=null, fillValue:number=null)",
  (
    x: TensorLike,
    _sorted: boolean,
    returnIndex: boolean,
    returnInverse: boolean,
    returnCounts: boolean,
    axis: number | null,
    size: number | null,
    fillValue: number | null,
  ): Tensor | Tensor[] => {
    const tensor = asTensor(x);
    const along = axis === null ? null : checkAxis("unique", axis, tensor.rank);
    const { values, index, inverse, counts } = uniqueOp.apply({ x: tensor }, { axis: along, size, fillValue });
    const others = [returnIndex && index, returnInverse && inverse, returnCounts && counts].filter((other) => other !== false);
    return others.length === 0 ? values : [values, ...others];
  },
);

interface Attributes {
  readonly axis: number | null;
  readonly size: number | null;
  readonly fillValue: number | null;
}

function uniqueOf(tensor: Tensor, { axis: along, size, fillValue }: Attributes): Record<"values" | "index" | "inverse" | "counts", Tensor> {
  const moved = along === null ? ravel(tensor) : moveaxis(tensor, along, 0);
  const [rows = 1, ...rest] = known(moved.shape, "unique");
  const width = sizeOf(rest);
  const elements = moved.view("unique");
  const compare = (a: number, b: number): number => {
    for (let i = 0; i < width; i++) {
      const [p, q] = [elements[a * width + i]!, elements[b * width + i]!];
      if (p !== q && !(Number.isNaN(p) && Number.isNaN(q))) return Number.isNaN(p) ? 1 : Number.isNaN(q) ? -1 : p - q;
    }
    return 0;
  };
  /** NaN is different from every number, itself among them. */
  const isSame = (a: number, b: number): boolean =>
    compare(a, b) === 0 && !elements.subarray(a * width, (a + 1) * width).some(Number.isNaN);
  const order = Array.from({ length: rows }, (_, i) => i).sort((a, b) => compare(a, b) || a - b);
  const firsts: number[] = [];
  const counts: number[] = [];
  const inverse = new Int32Array(rows);
  for (const row of order) {
    if (firsts.length === 0 || !isSame(firsts.at(-1)!, row)) {
      firsts.push(row);
      counts.push(0);
    }
    counts[counts.length - 1]!++;
    inverse[row] = firsts.length - 1;
  }
  const found = firsts.length;
  const count = size ?? found;
  const values = new dtypes[tensor.dtype].array(count * width);
  for (let i = 0; i < count; i++) {
    const from = (firsts[i] ?? firsts[0] ?? 0) * width;
    if (i < found || fillValue === null) values.set(elements.subarray(from, from + width), i * width);
    else values.fill(fillValue, i * width, (i + 1) * width);
  }
  const filled = (list: readonly number[], fill: number): Tensor =>
    adoptTensor(
      Int32Array.from({ length: count }, (_, i) => list[i] ?? fill),
      [count],
      "int32",
    );
  const shaped = adoptTensor(values, [count, ...rest], tensor.dtype);
  const inverseShape = along === null ? known(tensor.shape) : [rows];
  return {
    values: along === null ? shaped : moveaxis(shaped, 0, along),
    index: filled(firsts, firsts[0] ?? 0),
    inverse: adoptTensor(
      inverse.map((i) => Math.min(i, count - 1)),
      inverseShape,
      "int32",
    ),
    counts: filled(counts, 0),
  };
}

const uniqueOp = primitive({
  name: "unique",
  inputs: ["x"],
  infer: ({ x }, { axis, size }: Attributes) => {
    const shape = axis === null ? [size] : x.shape.map((length, i) => (i === axis ? size : length));
    const list: Spec = { shape: [size], dtype: "int32" };
    const inverse: Spec = { shape: axis === null ? x.shape : [x.shape[axis]!], dtype: "int32" };
    return { values: { shape, dtype: x.dtype } as Spec, index: list, inverse, counts: list };
  },
  host: ({ x }, attributes) => uniqueOf(x, attributes),
});
