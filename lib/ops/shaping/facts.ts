import { asTensor, constant, type TensorLike } from "../../core/convert.js";
import { sizeOrNull, type Shape } from "../../core/shape.js";
import { Chainable, type Tensor } from "../../core/tensor.js";
import { primitive } from "../../core/primitive.js";
import { identity } from "../gradient/stop-gradient.js";
import { cast } from "../elementwise/cast.js";
import { fullLike, type DtypeOption } from "./create.js";
import { stack } from "./concatenate.js";
import { fillCommand } from "./slice.js";

export interface ConversionOptions {
  /** dtype of the result. Default: that of the values. */
  dtype?: string | null;
  /** kerasm has dense tensors only; both are here for Keras's sake. */
  sparse?: boolean | null;
  ragged?: boolean | null;
}

/** The values as a tensor: a tensor, a variable, a number, or nested arrays of numbers or tensors. */
export function convertToTensor(x: TensorLike, { dtype }: ConversionOptions = {}): Tensor {
  const tensor = hasSymbolicLeaf(x) ? stacked(x as readonly TensorLike[]) : x instanceof Chainable ? asTensor(x) : constant(x);
  return dtype === undefined || dtype === null ? tensor : cast(tensor, dtype);
}

const hasSymbolicLeaf = (x: TensorLike): boolean =>
  Array.isArray(x) && x.some((each: TensorLike) => (each instanceof Chainable ? each.value().isSymbolic : hasSymbolicLeaf(each)));

/** Nested arrays with tensors that have no values yet. */
function stacked(x: readonly TensorLike[]): Tensor {
  return stack(x.map((each) => (Array.isArray(each) ? stacked(each as readonly TensorLike[]) : asTensor(each))));
}

/** The values as a tensor. @param dtype  default: that of the values */
export const array = (x: TensorLike, dtype?: string | null): Tensor => convertToTensor(x, { dtype });

/** The same values as a tensor of its own. */
export const copy = (x: TensorLike): Tensor => identity(x);

/** A tensor in the shape of x; its values mean nothing. */
export const emptyLike = (x: TensorLike, options: DtypeOption = {}): Tensor => fullLike(x, 0, options);

/** The lengths of the axes; null where they are not known yet. */
export const shape = (x: TensorLike): Shape => asTensor(x).shape;

/** The number of axes. */
export const ndim = (x: TensorLike): number => asTensor(x).rank;

/** The number of elements: a number, or a tensor that gets it where axes are not known yet. */
export function size(x: TensorLike): number | Tensor {
  const tensor = asTensor(x);
  return sizeOrNull(tensor.shape) ?? sizeOp.apply({ x: tensor });
}

const sizeOp = primitive({
  name: "size",
  inputs: ["x"],
  infer: () => ({ shape: [], dtype: "int32" as const }),
  lower: ({ x }, { y }) => fillCommand(y, x.size),
});
