// Operators of ONNX that came with later sets of operators: bits, norms over other axes, samples of a grid, quantized convolutions.

import { ValueError } from "../../core/errors.js";
import { sizeOf } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import * as ops from "../../ops/index.js";
import { addAt } from "../../ops/indexing/take.js";
import { type Given, int32, numbers, type Operator, T } from "./onnx-given.js";
import { dequantizeLinear, quantizeLinear } from "./onnx-quantized.js";

const both =
  (fn: (a: Tensor, b: Tensor) => Tensor): Operator =>
  () =>
  ([a, b]) =>
    fn(T(a), T(b));

const spatial = ({ rank }: Tensor): number[] => Array.from({ length: rank - 2 }, (_, i) => i + 2);

const meanVarianceNormalization: Operator =
  (given) =>
  ([x]) => {
    const options = { axis: given.ints("axes") ?? [0, 2, 3], keepdims: true };
    const centered = ops.subtract(T(x), ops.mean(T(x), options));
    return ops.divide(centered, ops.add(ops.sqrt(ops.mean(ops.square(centered), options)), 1e-9));
  };

const rmsNormalization: Operator =
  (given) =>
  ([x, scale]) => {
    const start = given.int("axis", -1);
    const { rank } = T(x);
    const axis = Array.from({ length: rank - (start < 0 ? start + rank : start) }, (_, i) => rank - 1 - i);
    const spread = ops.sqrt(ops.add(ops.mean(ops.square(T(x)), { axis, keepdims: true }), given.float("epsilon", 1e-5)));
    return ops.multiply(ops.divide(T(x), spread), T(scale));
  };

const globalLpPool: Operator =
  (given) =>
  ([x]) => {
    const p = given.int("p", 2);
    return ops.power(ops.sum(ops.power(ops.abs(T(x)), p), { axis: spatial(T(x)), keepdims: true }), 1 / p);
  };

/** A coordinate that left the picture is mirrored at its ends until it is inside; `low` and `high` are twice the ends. */
function reflected(x: Tensor, low: number, high: number): Tensor {
  const [least, span] = [low / 2, (high - low) / 2];
  if (span === 0) return ops.multiply(x, 0);
  const far = ops.abs(ops.subtract(x, least));
  const turns = ops.floor(ops.divide(far, span));
  const rest = ops.subtract(far, ops.multiply(turns, span));
  const isEven = ops.equal(ops.mod(turns, 2), 0);
  return ops.where(isEven, ops.add(rest, least), ops.subtract(span + least, rest));
}

/** Cubic convolution's weights of the four pixels around a place, by its distance t from the second of them; a = −¾. */
function cubicWeights(t: Tensor): Tensor[] {
  const a = -0.75;
  const near = (x: Tensor) => ops.add(ops.multiply(ops.multiply(ops.subtract(ops.multiply(x, a + 2), a + 3), x), x), 1);
  const far = (x: Tensor) => ops.subtract(ops.multiply(ops.add(ops.multiply(ops.subtract(ops.multiply(x, a), 5 * a), x), 8 * a), x), 4 * a);
  return [far(ops.add(t, 1)), near(t), near(ops.subtract(1, t)), far(ops.subtract(2, t))];
}

/** Pictures [n, c, h, w] sampled at the places of a grid [n, height, width, 2], which goes from −1 to 1. */
const gridSample: Operator =
  (given) =>
  ([x, grid]) => {
    const mode = given.text("mode", "linear");
    const padding = given.text("padding_mode", "zeros");
    const isAligned = given.int("align_corners", 0) === 1;
    const shape = T(x).shape;
    if (shape.length !== 4 || shape.includes(null)) given.refuse(`a picture of shape [${shape}]`, "pictures of known height and width");
    const [n, c, h, w] = shape as [number, number, number, number];
    const [, height, width] = T(grid).shape as [number, number, number];
    const flat = ops.reshape(T(x), [n, c, h * w]);
    const place = (axis: number, length: number): Tensor => {
      const g = ops.squeeze(ops.take(T(grid), int32([axis]), -1), -1);
      const y = isAligned ? ops.multiply(ops.add(g, 1), (length - 1) / 2) : ops.subtract(ops.multiply(ops.add(g, 1), length / 2), 0.5);
      return padding === "border" && !isCubic(mode)
        ? ops.clip(y, 0, length - 1)
        : padding === "reflection" && !isCubic(mode)
          ? turned(y, length)
          : y;
    };
    const turned = (y: Tensor, length: number): Tensor =>
      isAligned ? reflected(y, 0, 2 * (length - 1)) : ops.clip(reflected(y, -1, 2 * length - 1), 0, length - 1);
    const inside = (i: Tensor, length: number): Tensor =>
      padding === "border" ? ops.clip(i, 0, length - 1) : padding === "reflection" ? turned(i, length) : i;
    /** Pixels at whole coordinates; beyond the picture they are zero. */
    const pixels = (row: Tensor, column: Tensor): Tensor => {
      const [r, q] = [inside(row, h), inside(column, w)];
      const isIn = [ops.greaterEqual(r, 0), ops.lessEqual(r, h - 1), ops.greaterEqual(q, 0), ops.lessEqual(q, w - 1)].reduce((a, b) =>
        ops.logicalAnd(a, b),
      );
      const index = ops.cast(ops.add(ops.multiply(ops.clip(r, 0, h - 1), w), ops.clip(q, 0, w - 1)), "int32");
      const each = ops.broadcastTo(ops.reshape(index, [n, 1, height * width]), [n, c, height * width]);
      const values = ops.reshape(ops.takeAlongAxis(flat, each, 2), [n, c, height, width]);
      return ops.multiply(values, ops.expandDims(ops.cast(isIn, "float32"), 1));
    };
    const [column, row] = [place(0, w), place(1, h)];
    if (mode === "nearest") return pixels(ops.round(row), ops.round(column));
    const [row0, column0] = [ops.floor(row), ops.floor(column)];
    const [dy, dx] = [ops.subtract(row, row0), ops.subtract(column, column0)];
    const [first, ys, xs] = isCubic(mode)
      ? [-1, cubicWeights(dy), cubicWeights(dx)]
      : [0, [ops.subtract(1, dy), dy], [ops.subtract(1, dx), dx]];
    const terms = ys.flatMap((wy, i) =>
      xs.map((wx, j) =>
        ops.multiply(pixels(ops.add(row0, i + first), ops.add(column0, j + first)), ops.expandDims(ops.multiply(wy, wx), 1)),
      ),
    );
    return terms.reduce((a, b) => ops.add(a, b));
  };

/** Windows [n, c · cells, windows] added where they overlap: pictures [n, c, …]. */
const col2Im: Operator =
  (given) =>
  ([x, picture, block]) => {
    const [shape, size] = [numbers(picture), numbers(block)];
    const rank = shape.length;
    const of = (name: string, value: number): number[] => given.ints(name) ?? Array.from({ length: rank }, () => value);
    const [dilations, strides] = [of("dilations", 1), of("strides", 1)];
    const pads = given.ints("pads") ?? Array.from({ length: 2 * rank }, () => 0);
    const room = shape.map((length, i) => length + pads[i]! + pads[i + rank]!);
    const counts = room.map((length, i) => Math.floor((length - (size[i]! - 1) * dilations[i]! - 1) / strides[i]!) + 1);
    const lengths = [...size, ...counts];
    const places = Array.from({ length: sizeOf(lengths) }, (_, at) => {
      const index = lengths.map((length, i) => Math.floor(at / sizeOf(lengths.slice(i + 1))) % length);
      return room.reduce((place, length, i) => place * length + index[i]! * dilations[i]! + index[i + rank]! * strides[i]!, 0);
    });
    const [n, columns] = T(x).shape as [number, number];
    const channels = columns / sizeOf(size);
    const flat = ops.reshape(T(x), [n, channels, places.length]);
    const whole = ops.reshape(addAt(flat, int32(places), [n, channels, sizeOf(room)], 2), [n, channels, ...room]);
    return ops.slice(whole, [0, 0, ...pads.slice(0, rank)], [n, channels, ...shape]);
  };

const isCubic = (mode: string): boolean => mode === "cubic" || mode === "bicubic";

/** What an operator of floats is on quantized numbers: [x, scale, zero] twice, then scale and zero of what comes out. */
const quantized =
  (run: (given: Given, x: Tensor, w: Tensor, bias: Tensor | undefined) => Tensor, isConvolution: boolean): Operator =>
  (given) =>
  ([x, scaleX, zeroX, w, scaleW, zeroW, scaleY, zeroY, bias]) => {
    const perRow = given.with({ axis: 0 });
    const a = dequantizeLinear(given)([x, scaleX, zeroX]) as Tensor;
    const b = dequantizeLinear(isConvolution ? perRow : given.with({ axis: -1 }))([w, scaleW, zeroW]) as Tensor;
    const shift = bias && ops.multiply(ops.cast(bias, "float32"), ops.multiply(T(scaleX), T(scaleW)));
    return quantizeLinear(given)([run(given, a, b, shift), scaleY, zeroY]);
  };

/** Rows that take a convolution of floats. */
export const quantizedRows = (conv: Operator): Readonly<Record<string, Operator>> => ({
  QLinearConv: quantized((given, x, w, bias) => conv(given)([x, w, bias]) as Tensor, true),
  QLinearMatMul: quantized((_, a, b) => ops.matmul(a, b), false),
  // Sums of products of eight bits are whole numbers that floats hold: up to 2 ** 24, which 256 products of the largest reach.
  ConvInteger:
    (given) =>
    ([x, w, zeroX, zeroW]) => {
      const whole = (value: Tensor, zero: Tensor | undefined, rank: number): Tensor => {
        const wide = ops.cast(value, "float32");
        const shape = zero?.rank === 1 && zero.shape[0] !== 1 ? [zero.shape[0]!, ...Array.from({ length: rank - 1 }, () => 1)] : [];
        return zero ? ops.subtract(wide, ops.reshape(ops.cast(zero, "float32"), shape)) : wide;
      };
      return ops.cast(conv(given)([whole(T(x), zeroX, 0), whole(T(w), zeroW, T(w).rank)]) as Tensor, "int32");
    },
});

export const furtherRows: Readonly<Record<string, Operator>> = {
  BitwiseAnd: both(ops.bitwiseAnd),
  BitwiseOr: both(ops.bitwiseOr),
  BitwiseXor: both(ops.bitwiseXor),
  BitwiseNot:
    () =>
    ([x]) =>
      ops.bitwiseNot(T(x)),
  BitShift: (given) => {
    const direction = given.text("direction", "");
    if (direction !== "LEFT" && direction !== "RIGHT")
      throw new ValueError(`${given.where}: BitShift`, { given: direction, expected: "LEFT or RIGHT" });
    return both(direction === "LEFT" ? ops.bitwiseLeftShift : ops.bitwiseRightShift)(given);
  },
  CastLike:
    () =>
    ([x, like]) =>
      ops.cast(T(x), T(like).dtype),
  Col2Im: col2Im,
  GlobalLpPool: globalLpPool,
  GridSample: gridSample,
  MeanVarianceNormalization: meanVarianceNormalization,
  RMSNormalization: rmsNormalization,
  Swish:
    (given) =>
    ([x]) =>
      ops.multiply(T(x), ops.sigmoid(ops.multiply(T(x), given.float("alpha", 1)))),
};
