// Gradients, and gradients of gradients, against a small step along a random direction; eager and traced.
//
// The slope of a loss along one direction is a number: it checks all elements of the gradient at once, at any size.

import t from "tap";
import * as tf from "../../lib/index.js";
import { gru } from "../../lib/ops/recurrent/gru.js";
import { simpleRnn } from "../../lib/ops/recurrent/simple-rnn.js";
import { lstm } from "../../lib/ops/recurrent/lstm.js";

const { ops } = tf.keras;
type Function = (...inputs: tf.Tensor[]) => tf.Tensor;

interface Case {
  readonly name: string;
  readonly fn: Function;
  /** Shapes of the inputs. */
  readonly shapes: readonly (readonly number[])[];
  /** From what range the inputs are. Default −1.5 to 1.5. */
  readonly range?: readonly [number, number];
  /** Not differentiated twice: kinks, or whole numbers in between. */
  readonly once?: boolean;
}

const matrix = [3, 4];
const labels = tf.constant([1, 3, 0], { dtype: "int32" });
const soft = tf.constant([
  [0.1, 0.2, 0.3, 0.4],
  [0.7, 0.1, 0.1, 0.1],
  [0, 0, 1, 0],
]);
const indices = tf.constant([2, 0, 2, -1], { dtype: "int32" });
const mask = tf.constant([[false, true, false, true], [true, false, true, false]]); // prettier-ignore
const positive = [0.3, 2] as const;

const unary = (names: readonly string[], range?: readonly [number, number], once?: boolean): Case[] =>
  names.map((name) => ({ name, fn: (x) => (ops as unknown as Record<string, Function>)[name]!(x!), shapes: [matrix], range, once }));
const binary = (names: readonly string[], range?: readonly [number, number], once?: boolean): Case[] =>
  names.map((name) => ({
    name,
    fn: (a, b) => (ops as unknown as Record<string, Function>)[name]!(a!, b!),
    shapes: [matrix, [3, 1]],
    range,
    once,
  }));

const cases: readonly Case[] = [
  ...unary(
    ["exp", "exp2", "expm1", "sin", "cos", "tan", "sinh", "cosh", "tanh", "arctan", "arcsinh", "erf", "sigmoid", "softplus", "silu"],
    [-1.2, 1.2],
  ),
  ...unary(["log", "log2", "log10", "log1p", "sqrt", "rsqrt", "reciprocal", "cbrt"], positive),
  ...unary(["arcsin", "arccos", "arctanh", "erfinv"], [-0.8, 0.8]),
  ...unary(["arccosh"], [1.3, 3]),
  ...unary(["gelu", "softmax", "logSoftmax", "logSigmoid", "squareplus", "square", "negative", "selu", "celu", "elu"]),
  ...unary(["relu", "relu6", "leakyRelu", "hardSigmoid", "abs", "sparsePlus"], undefined, true),
  ...binary(["add", "subtract", "multiply", "arctan2", "logaddexp"]),
  ...binary(["divide", "power"], positive),
  ...binary(["maximum", "minimum"], positive, true),
  { name: "gelu, exact", fn: (x) => ops.gelu(x!, false), shapes: [matrix] },
  { name: "where", fn: (a, b) => ops.where(ops.greater(a!, 0), a!, b!), shapes: [matrix, [4]], once: true },
  { name: "sum of some axes", fn: (x) => ops.sum(x!, { axis: [0, 2] }), shapes: [[2, 3, 4]] },
  { name: "mean", fn: (x) => ops.square(ops.mean(x!, { axis: -1, keepdims: true })), shapes: [matrix] },
  { name: "prod", fn: (x) => ops.prod(x!, { axis: 1 }), shapes: [matrix] },
  { name: "max", fn: (x) => ops.max(x!, { axis: 1 }), shapes: [matrix], once: true },
  { name: "logsumexp", fn: (x) => ops.logsumexp(x!, { axis: 0 }), shapes: [matrix] },
  { name: "cumsum", fn: (x) => ops.square(ops.cumsum(x!, { axis: 0 })), shapes: [matrix] },
  { name: "cumprod", fn: (x) => ops.cumprod(x!, { axis: 1 }), shapes: [matrix], range: positive },
  { name: "variance", fn: (x) => ops.var(x!, { axis: 0 }), shapes: [matrix] },
  { name: "moments", fn: (x) => ops.add(...(ops.moments(x!, [0]) as [tf.Tensor, tf.Tensor])), shapes: [[6, 3]] },
  { name: "layer normalization", fn: (x, g, b) => ops.layerNormalization(x!, g!, b!, { epsilon: 1e-2 }), shapes: [matrix, [4], [4]] },
  { name: "RMS normalization", fn: (x, g) => ops.rmsNormalization(x!, g!, { epsilon: 1e-2 }), shapes: [matrix, [4]] },
  {
    name: "batch normalization in training",
    fn: (x, scale, offset) => ops.batchNormalizationTraining(x!, { scale: scale!, offset: offset!, epsilon: 1e-2 }).y,
    shapes: [[8, 3], [3], [3]],
  },
  {
    name: "statistics of batch normalization in training",
    fn: (x) => {
      const { y, mean, variance } = ops.batchNormalizationTraining(x!, { epsilon: 1e-2 });
      return ops.add(ops.multiply(y, mean), variance);
    },
    shapes: [[8, 3]],
  },
  {
    name: "batch normalization with given statistics",
    fn: (x, m, v, s, o) => ops.batchNormalization(x!, m!, ops.add(ops.square(v!), 0.5), -1, { scale: s!, offset: o! }),
    shapes: [[5, 3], [3], [3], [3], [3]],
  },
  { name: "sparse cross-entropy", fn: (x) => ops.sparseCategoricalCrossentropy(labels, x!, { fromLogits: true }), shapes: [matrix] },
  { name: "cross-entropy", fn: (x) => ops.categoricalCrossentropy(soft, x!, { fromLogits: true }), shapes: [matrix] },
  { name: "cross-entropy by labels", fn: (x, y) => ops.categoricalCrossentropy(x!, y!, { fromLogits: true }), shapes: [matrix, matrix] },
  { name: "binary cross-entropy", fn: (x) => ops.binaryCrossentropy(soft, x!, { fromLogits: true }), shapes: [matrix] },
  { name: "transpose", fn: (x) => ops.square(ops.transpose(x!, [2, 0, 1])), shapes: [[2, 3, 4]] },
  { name: "concatenate and split", fn: (a, b) => ops.square(ops.split(ops.concatenate([a!, b!], 1), 2, 1)[1]!), shapes: [matrix, matrix] },
  { name: "pad", fn: (x) => ops.square(ops.pad(x!, [[1, 2], [0, 1]])), shapes: [matrix] }, // prettier-ignore
  { name: "pad by reflection", fn: (x) => ops.square(ops.pad(x!, [[1, 2], [0, 1]], "reflect")), shapes: [matrix] }, // prettier-ignore
  { name: "tile and repeat", fn: (x) => ops.square(ops.repeat(ops.tile(x!, [2, 1]), 2, 1)), shapes: [matrix] },
  { name: "flip and roll", fn: (x) => ops.square(ops.roll(ops.flip(x!, 1), 1, 0)), shapes: [matrix] },
  { name: "diagonal", fn: (x) => ops.square(ops.diagonal(x!, 1)), shapes: [matrix] },
  { name: "tril", fn: (x) => ops.square(ops.tril(x!)), shapes: [matrix] },
  { name: "take", fn: (x) => ops.square(ops.take(x!, indices, 1)), shapes: [matrix] },
  { name: "takeAlongAxis", fn: (x) => ops.square(ops.takeAlongAxis(x!, ops.argsort(x!), -1)), shapes: [matrix] },
  { name: "scatterUpdate", fn: (x, u) => ops.square(ops.scatterUpdate(x!, [[2], [0], [2]], u!)), shapes: [matrix, [3, 4]] },
  {
    name: "scatterUpdate, max",
    fn: (x, u) => ops.square(ops.scatterUpdate(x!, [[2], [0]], u!, "max")),
    shapes: [matrix, [2, 4]],
    once: true,
  },
  { name: "sliceUpdate", fn: (x, u) => ops.square(ops.sliceUpdate(x!, [1, 2], u!)), shapes: [matrix, [2, 2]] },
  { name: "segmentSum", fn: (x) => ops.square(ops.segmentSum(x!, labels, { numSegments: 3 })), shapes: [matrix] },
  { name: "matmul of a batch with one matrix", fn: (a, b) => tf.matmul(a!, b!), shapes: [[2, 3, 4], [4, 5]] }, // prettier-ignore
  {
    name: "matmul of a batch with one transposed matrix",
    fn: (a, b) => tf.matmul(a!, b!, { transposeB: true }),
    shapes: [
      [2, 3, 4],
      [5, 4],
    ],
  },
  { name: "einsum", fn: (a, b) => ops.einsum("ij,kj->ik", a!, b!), shapes: [matrix, [2, 4]] },
  {
    name: "einsum of a batch",
    fn: (a, b) => ops.einsum("bnth,bnsh->bnts", a!, b!),
    shapes: [
      [2, 2, 3, 4],
      [2, 2, 2, 4],
    ],
  },
  {
    name: "attention",
    fn: (q, k, v) => ops.dotProductAttention(q!, k!, v!, { isCausal: true }),
    shapes: [
      [1, 3, 2, 4],
      [1, 3, 2, 4],
      [1, 3, 2, 4],
    ],
  },
  {
    name: "lstm",
    fn: (projected, recurrentKernel) => lstm({ projected: projected!, recurrentKernel: recurrentKernel! }).hidden,
    shapes: [
      [2, 3, 12],
      [3, 12],
    ],
  },
  {
    name: "lstm from given states through a mask",
    fn: (projected, recurrentKernel, hidden0, cell0) => {
      const { hidden, cells } = lstm({ projected: projected!, recurrentKernel: recurrentKernel!, hidden0: hidden0!, cell0: cell0!, mask });
      return ops.concatenate([hidden, cells], -1);
    },
    shapes: [
      [2, 4, 8],
      [2, 8],
      [2, 2],
      [2, 2],
    ],
  },
  {
    name: "gru",
    fn: (projected, recurrentKernel) => gru({ projected: projected!, recurrentKernel: recurrentKernel! }),
    shapes: [
      [2, 3, 9],
      [3, 9],
    ],
  },
  {
    name: "gru with a bias from a given state through a mask",
    fn: (projected, recurrentKernel, bias, hidden0) =>
      gru({ projected: projected!, recurrentKernel: recurrentKernel!, bias: bias!, hidden0: hidden0!, mask }),
    shapes: [[2, 4, 6], [2, 6], [6], [2, 2]],
  },
  {
    name: "gru whose reset comes first",
    fn: (projected, recurrentKernel) => gru({ projected: projected!, recurrentKernel: recurrentKernel!, resetAfter: false }),
    shapes: [
      [2, 3, 9],
      [3, 9],
    ],
  },
  {
    name: "gru whose reset comes first, from a given state through a mask",
    fn: (projected, recurrentKernel, hidden0) =>
      gru({ projected: projected!, recurrentKernel: recurrentKernel!, hidden0: hidden0!, mask, resetAfter: false }),
    shapes: [
      [2, 4, 6],
      [2, 6],
      [2, 2],
    ],
  },
  {
    name: "simpleRnn",
    fn: (projected, recurrentKernel) => simpleRnn({ projected: projected!, recurrentKernel: recurrentKernel! }),
    shapes: [
      [2, 3, 3],
      [3, 3],
    ],
  },
  {
    name: "simpleRnn from a given state through a mask",
    fn: (projected, recurrentKernel, hidden0) =>
      simpleRnn({ projected: projected!, recurrentKernel: recurrentKernel!, hidden0: hidden0!, mask }),
    shapes: [
      [2, 4, 2],
      [2, 2],
      [2, 2],
    ],
  },
  { name: "rfft", fn: (x) => ops.add(...(ops.rfft(x!) as [tf.Tensor, tf.Tensor])), shapes: [[2, 6]] },
  { name: "inv", fn: (x) => ops.inv(ops.add(x!, ops.multiply(ops.eye(3), 4))), shapes: [[3, 3]] },
  { name: "solve", fn: (a, b) => ops.solve(ops.add(a!, ops.multiply(ops.eye(3), 4)), b!), shapes: [[3, 3], [3, 2]] }, // prettier-ignore
  { name: "slogdet", fn: (x) => ops.slogdet(ops.add(x!, ops.multiply(ops.eye(3), 4)))[1]!, shapes: [[3, 3]] },
  {
    name: "cholesky",
    fn: (x) => ops.cholesky(ops.add(tf.matmul(x!, ops.transpose(x!)), ops.multiply(ops.eye(3), 2))),
    shapes: [[3, 3]],
  },
  { name: "svd, values", fn: (x) => ops.svd(x!, false, false) as tf.Tensor, shapes: [[4, 3]], once: true },
  { name: "pinv", fn: (x) => ops.pinv(ops.add(x!, ops.eye(4, 3))), shapes: [[4, 3]], once: true },
  { name: "resize", fn: (x) => ops.image.resize(x!, [5, 3]), shapes: [[4, 4, 2]] },
  { name: "extractPatches", fn: (x) => ops.square(ops.image.extractPatches(x!, 2, { strides: 1 })), shapes: [[3, 3, 2]] },
];

let state = 0;
const random = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
function drawn(shape: readonly number[], [low, high]: readonly [number, number]): tf.Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.constant(
    Float32Array.from({ length: size }, () => low + (high - low) * random()),
    { shape },
  );
}

const dot = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => ops.sum(ops.multiply(a, b));
const STEP = 2e-2;

/** The slope of a scalar function along directions, from its values at four places: exact but for terms of the fifth order. */
function slope(loss: Function, inputs: readonly tf.Tensor[], directions: readonly tf.Tensor[]): number {
  const at = (h: number): number => loss(...inputs.map((x, i) => ops.add(x, ops.multiply(directions[i]!, h)))).item();
  return (8 * (at(STEP) - at(-STEP)) - (at(2 * STEP) - at(-2 * STEP))) / (12 * STEP);
}

function gradients(loss: Function, inputs: readonly tf.Tensor[]): tf.Tensor[] {
  const tape = new tf.GradientTape();
  tape.watch([...inputs]);
  const y = tape.record(() => loss(...inputs));
  return tape.gradient(y, [...inputs]).map((gradient, i) => gradient ?? tf.zerosLike(inputs[i]!));
}

for (const { name, fn, shapes, range = [-1.5, 1.5] as const, once = false } of cases) {
  t.test(`${name}: gradients agree with a small step along a random direction`, async (t) => {
    state = name.length * 7919;
    const inputs = shapes.map((shape) => drawn(shape, range));
    const directions = shapes.map((shape) => drawn(shape, [-0.5, 0.5]));
    const weights = drawn(fn(...inputs).shape as readonly number[], [-1, 1]);
    const loss: Function = (...xs) => dot(fn(...xs), weights);
    const along =
      (of: Function): Function =>
      (...xs) =>
        gradients(of, xs).reduce<tf.Tensor>((sum, g, i) => ops.add(sum, dot(g, directions[i]!)), tf.constant(0));
    const check = (found: number, expected: number, what: string): void => {
      t.ok(Math.abs(found - expected) < 3e-3 * (1 + Math.abs(expected)), `${what}: ${found}, by steps ${expected}`);
    };
    const first = along(loss);
    const expected = slope(loss, inputs, directions);
    check(first(...inputs).item(), expected, "eager");
    check(
      tf
        .function((...xs: tf.Tensor[]) => first(...xs))(...inputs)
        .item(),
      expected,
      "traced",
    );
    if (once) return;
    check(along(first)(...inputs).item(), slope(first, inputs, directions), "twice");
  });
}
