// Functions of single numbers and of pairs of them, against JavaScript's own.

import { elementwise, ints, value } from "./rows.js";

const signed = [-2.5, -1, -0.3, 0, 0.4, 1, 3.25];
const unit = [-0.9, -0.25, 0, 0.5, 0.99];
const positive = [0.1, 0.5, 1, 2, 10];

elementwise(["keras.ops.arccos", "tf.acos"], unit, Math.acos);
elementwise(["keras.ops.arcsin", "tf.asin"], unit, Math.asin);
elementwise(["keras.ops.arcsinh", "tf.asinh"], signed, Math.asinh);
elementwise(["keras.ops.arctanh", "tf.atanh"], unit, Math.atanh);
elementwise("tf.acosh", [1, 1.5, 3, 40], Math.acosh, 1e-4);
elementwise("tf.atan", signed, Math.atan);
elementwise(["keras.ops.ceil", "tf.ceil"], signed, Math.ceil);
elementwise("tf.cosh", signed, Math.cosh);
elementwise("tf.math.sin", signed, Math.sin);
elementwise("tf.math.sinh", signed, Math.sinh);
elementwise("tf.math.tan", unit, Math.tan);
elementwise(["tf.math.trunc", "keras.ops.trunc"], signed, Math.trunc);
elementwise("keras.ops.fabs", signed, Math.abs);
elementwise("keras.ops.cbrt", signed, Math.cbrt);
elementwise("keras.ops.log1p", positive, Math.log1p);
elementwise("keras.ops.log2", positive, Math.log2);
elementwise("keras.ops.rsqrt", positive, (x) => 1 / Math.sqrt(x));
elementwise("keras.ops.relu", signed, (x) => Math.max(0, x));
elementwise("tf.nn.relu6", [-1, 2, 7], (x) => Math.min(6, Math.max(0, x)));
elementwise("keras.ops.leakyRelu", signed, (x) => (x < 0 ? 0.2 * x : x));
elementwise("tf.nn.elu", signed, (x) => (x < 0 ? Math.expm1(x) : x));
elementwise(["tf.math.softsign", "tf.nn.softsign"], signed, (x) => x / (1 + Math.abs(x)));
elementwise("keras.ops.hardShrink", signed, (x) => (Math.abs(x) > 0.5 ? x : 0));
elementwise("keras.ops.squareplus", signed, (x) => (x + Math.sqrt(x * x + 4)) / 2);
elementwise("keras.ops.sinc", signed, (x) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)));
elementwise("keras.ops.real", signed, (x) => x);
elementwise(["tf.isInf", "keras.ops.isinf"], [1, Infinity, -Infinity, NaN], (x) => Math.abs(x) === Infinity);
// Abramowitz and Stegun, table 7.1.
value("tf.erf", [[0, 0.5, 1, -2]], [0, 0.5204998778, 0.8427007929, -0.995322265]);
value("keras.ops.erfinv", [[0, 0.5204998778, -0.8427007929]], [0, 0.5, -1]);
value(
  "keras.activations.threshold",
  [signed, 0.5, -7],
  signed.map((x) => (x > 0.5 ? x : -7)),
);

value(
  "tf.atan2",
  [
    [1, -1, 0.5],
    [2, -3, -0.25],
  ],
  [Math.atan2(1, 2), Math.atan2(-1, -3), Math.atan2(0.5, -0.25)],
);
value(
  "tf.less",
  [
    [1, 2, 3],
    [2, 2, 2],
  ],
  [true, false, false],
);
value(
  "tf.logicalOr",
  [
    [true, false, false],
    [true, true, false],
  ],
  [true, true, false],
);
value("tf.math.truncatemod", () => [ints([7, -7, 7]), ints([3, 3, -3])], [1, -1, 1]);
value(
  ["tf.math.truncatemod", "keras.ops.fmod"],
  [
    [7.5, -7.5],
    [2, 2],
  ],
  [1.5, -1.5],
);
value(
  "keras.ops.squaredDifference",
  [
    [1, 2, 3],
    [3, 2, 0.5],
  ],
  [4, 0, 6.25],
);
value("tf.bitwise.bitwiseOr", () => [ints([12, 5]), ints([10, 2])], [14, 7]);
value("tf.bitwise.bitwiseXor", () => [ints([12, 5]), ints([10, 2])], [6, 7]);
value("tf.bitwise.invert", () => [ints([0, 5, -8])], [-1, -6, 7]);
value("tf.bitwise.leftShift", () => [ints([1, 5]), ints([4, 2])], [16, 20]);
value("tf.bitwise.rightShift", () => [ints([-16, 20]), ints([2, 2])], [-4, 5]);
value("tf.nn.weightedCrossEntropyWithLogits", [[1, 0], [0.5, -1], 2], [2 * Math.log1p(Math.exp(-0.5)), Math.log1p(Math.exp(-1))]);
value(
  "keras.ops.floorDivide",
  [
    [7, -7, 7.5],
    [2, 2, -2],
  ],
  [3, -4, -4],
);
