import type { TensorLike } from "../../core/convert.js";
import { primitive } from "../../core/primitive.js";
import type { Shape } from "../../core/shape.js";
import type { Spec, Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels.js";
import { add, multiply, subtract } from "../elementwise/arithmetic.js";
import { rsqrt, square } from "../elementwise/powers.js";
import { alongAxes, rowGrain, rowsOf } from "../nn/rows.js";
import { asFloat } from "../promotion.js";
import { checkAxes, type Axis } from "../reduce/family.js";
import { mean } from "../reduce/sum.js";
import { like } from "../rules.js";
import { reshape } from "../shaping/reshape.js";

interface RowsAttrs {
  readonly centered: boolean;
  readonly epsilon: number;
}

const normalizeRows = (x: Tensor, attrs: RowsAttrs): Tensor => normalizeRowsOp.apply({ x }, attrs);

/** Along the last axis: (x − mean) / √(variance + epsilon), or x / √(mean square + epsilon). */
const normalizeRowsOp = primitive({
  name: "normalize_rows",
  inputs: ["x"],
  infer: (inputs, _: RowsAttrs) => like(inputs),
  lower: ({ x }, { y }, { centered, epsilon }) => {
    const { rows, columns } = rowsOf(x);
    return kernels.normalize_rows_f32({ x, y, columns, centered: centered ? 1 : 0, epsilon }, rows, rowGrain(columns));
  },
  keeps: ["x"],
  gradient: (dy, { x }, { attrs }) => ({ x: () => gradientOp.apply({ x, dy }, attrs) }),
});

const rowMean = (x: Tensor): Tensor => mean(x, { axis: -1, keepdims: true });

const gradientOp = primitive({
  name: "normalize_rows_gradient",
  inputs: ["x", "dy"],
  infer: ({ x }, _: RowsAttrs): Spec => ({ shape: x.shape, dtype: "float32" }),
  lower: ({ x, dy }, { y }, { centered, epsilon }) => {
    const { rows, columns } = rowsOf(x);
    return kernels.normalize_rows_grad_f32({ x, dy, dx: y, columns, centered: centered ? 1 : 0, epsilon }, rows, rowGrain(columns));
  },
  keeps: ["x", "dy"],
  // The map from dy is its own transpose. For x: with n = normalized x, r = 1 / deviation and the centred means written out,
  // dx = r · (dy − mean(dy) − n · mean(dy · n)), where n and r depend on x as above.
  gradient: (u, { x, dy }, { attrs }) => ({
    dy: () => gradientOf(x, u, attrs),
    x: () => {
      const centre = (t: Tensor): Tensor => (attrs.centered ? subtract(t, rowMean(t)) : t);
      const shifted = centre(x);
      const r = rsqrt(add(rowMean(square(shifted)), attrs.epsilon));
      const n = multiply(shifted, r);
      const [a, b] = [rowMean(multiply(dy, n)), rowMean(multiply(u, n))];
      const through = subtract(rowMean(multiply(centre(dy), u)), multiply(multiply(a, b), 3));
      const slope = add(add(multiply(centre(u), a), multiply(centre(dy), b)), multiply(n, through));
      return multiply(multiply(square(r), slope), -1);
    },
  }),
});

const gradientOf = (x: Tensor, dy: Tensor, attrs: RowsAttrs): Tensor => gradientOp.apply({ x, dy }, attrs);

/** A factor for the axes, in a shape that broadcasts with x. */
function along(x: Tensor, axes: readonly number[], factor: TensorLike): Tensor {
  const tensor = asFloat(factor);
  if (tensor.rank === x.rank || tensor.rank === 0) return tensor;
  const shape = x.shape.map((length, i) => (axes.includes(i) ? length : 1));
  return reshape(tensor, shape as Shape);
}

/**
 * x normalized by mean and variance of its own along axes, times gamma plus beta.
 *
 * @param gamma, beta  of the shape of the axes; null: none
 * @param axis         default −1
 * @param epsilon      added to the variance; default Keras's epsilon, 1e-7
 */
export function layerNormalization(
  x: TensorLike,
  gamma: TensorLike | null = null,
  beta: TensorLike | null = null,
  { axis = -1, epsilon = 1e-7 }: { axis?: Axis; epsilon?: number } = {},
): Tensor {
  const tensor = asFloat(x);
  const axes = checkAxes("layerNormalization", axis, tensor.rank);
  let y = alongAxes("layerNormalization", tensor, axes, (rows) => normalizeRows(rows, { centered: true, epsilon }));
  if (gamma !== null) y = multiply(y, along(tensor, axes, gamma));
  return beta === null ? y : add(y, along(tensor, axes, beta));
}

/**
 * x divided by its root mean square along axes, times a scale.
 *
 * @param scale    of the shape of the axes, or a number; default 1
 * @param axis     default −1
 * @param epsilon  added to the mean square; default Keras's epsilon, 1e-7
 */
export function rmsNormalization(
  x: TensorLike,
  scale: TensorLike = 1,
  { axis = -1, epsilon = 1e-7 }: { axis?: Axis; epsilon?: number } = {},
): Tensor {
  const tensor = asFloat(x);
  const axes = checkAxes("rmsNormalization", axis, tensor.rank);
  const y = alongAxes("rmsNormalization", tensor, axes, (rows) => normalizeRows(rows, { centered: false, epsilon }));
  return scale === 1 ? y : multiply(y, along(tensor, axes, scale));
}
