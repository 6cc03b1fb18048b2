// Cross-entropies, from probabilities and from logits.

import { operation } from "../../core/operation.js";
import { asTensor, checkAxis, type TensorLike } from "../../core/convert.js";
import { ShapeError } from "../../core/errors.js";
import { siteOf } from "../../core/indices.js";
import { primitive } from "../../core/primitive.js";
import { shapeText, type Shape } from "../../core/shape.js";
import type { Spec, Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels/activations.js";
import { add, divide, multiply, subtract } from "../elementwise/arithmetic.js";
import { cast } from "../elementwise/cast.js";
import { clip } from "../elementwise/clip.js";
import { log } from "../elementwise/exponential.js";
import { binary, type BinaryFunction } from "../elementwise/family.js";
import { negative } from "../elementwise/powers.js";
import { oneHot } from "../indexing/one-hot.js";
import { pickAlong } from "../indexing/take.js";
import { asFloat } from "../promotion.js";
import { sum } from "../reduce/sum.js";
import { COSTLY_GRAIN } from "../rules.js";
import { expandDims, squeeze } from "../shaping/reshape.js";
import { moveaxis } from "../shaping/transpose.js";
import { sigmoid } from "./activations.js";
import { rowGrain, rowsOf } from "./rows.js";
import { logSoftmax, softmax, softmaxGradient } from "./softmax.js";

/** Keras's backend.epsilon(): probabilities are kept this far from 0 and 1. */
const EPSILON = 1e-7;

export interface CrossEntropyOptions {
  /** Whether the output is logits; else it is probabilities. Default false. */
  fromLogits?: boolean;
  /** The axis of the classes. Default −1. */
  axis?: number;
}

const fits = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((length, i) => length === b[i] || length === null || b[i] === null);

function checkSame(where: string, target: Tensor, output: Tensor): void {
  if (fits(target.shape, output.shape)) return;
  throw new ShapeError(where, {
    given: `target ${shapeText(target.shape)} and output ${shapeText(output.shape)}`,
    expected: "equal shapes",
  });
}

/** Probabilities along an axis as logarithms: divided by their sum and kept away from 0 and 1. */
const logOfProbabilities = (output: Tensor, axis: number): Tensor =>
  log(clip(divide(output, sum(output, { axis, keepdims: true })), EPSILON, 1 - EPSILON));

/**
 * −Σ target · log(output) along the axis of the classes.
 *
 * ```ts
 * ops.categoricalCrossentropy([[0, 1]], [[0.2, 0.8]]); // [0.2231]
 * ```
 *
 * @param target  probabilities (one-hot or soft), the shape of output
 * @param output  logits or probabilities
 * @returns       one loss for each row: the shape without the axis
 */
export const categoricalCrossentropy = operation(
  "nn.categoricalCrossentropy(*target, *output, fromLogits=false, axis:ints=-1)",
  (target: TensorLike, output: TensorLike, fromLogits: boolean, axis: number): Tensor => {
    const logits = asFloat(output);
    const labels = asFloat(target);
    checkSame("categoricalCrossentropy", labels, logits);
    const along = checkAxis("categoricalCrossentropy", axis, logits.rank);
    if (!fromLogits) return negative(sum(multiply(labels, logOfProbabilities(logits, along)), { axis: along }));
    return crossEntropyOp.apply({ labels: moveaxis(labels, along, -1), logits: moveaxis(logits, along, -1) });
  },
);

/** Labels of rows of weights are no indices. */
const unchecked: Checked = { site: 0, axis: 0 };

const crossEntropyOp = primitive({
  name: "categorical_crossentropy",
  inputs: ["labels", "logits"],
  infer: ({ logits }): Spec => ({ shape: logits.shape.slice(0, -1), dtype: "float32" }),
  lower: ({ labels, logits }, { y }) => {
    const { rows, columns } = rowsOf(logits);
    return kernels.cross_entropy_f32({ labels, logits, y, columns, ...unchecked }, rows, rowGrain(columns));
  },
  keeps: ["labels", "logits"],
  gradient: (dy, { labels, logits }) => ({
    labels: () => negative(multiply(expandDims(dy, -1), logSoftmax(logits))),
    logits: () => crossEntropyGradientOp.apply({ labels, logits, dy }),
  }),
});

/** (softmax(logits) · Σ labels − labels) · dy. */
const crossEntropyGradientOp = primitive({
  name: "categorical_crossentropy_gradient",
  inputs: ["labels", "logits", "dy"],
  infer: ({ logits }): Spec => ({ shape: logits.shape, dtype: "float32" }),
  lower: ({ labels, logits, dy }, { y }) => {
    const { rows, columns } = rowsOf(logits);
    return kernels.cross_entropy_grad_f32({ labels, logits, dy, dx: y, columns, ...unchecked }, rows, rowGrain(columns));
  },
  keeps: ["labels", "logits", "dy"],
  gradient: (u, { labels, logits, dy }) => {
    const scaled = (): Tensor => multiply(u, expandDims(dy, -1));
    const total = (x: Tensor): Tensor => sum(x, { axis: -1, keepdims: true });
    return {
      labels: () => subtract(total(multiply(scaled(), softmax(logits))), scaled()),
      logits: () => softmaxGradient(softmax(logits), multiply(scaled(), total(labels))),
      dy: () => sum(multiply(u, subtract(multiply(softmax(logits), total(labels)), labels)), { axis: -1 }),
    };
  },
});

/**
 * −log(output) at the class that target names.
 *
 * ```ts
 * ops.sparseCategoricalCrossentropy([1], [[0.2, 0.8]]); // [0.2231]
 * ```
 *
 * @param target  classes as whole numbers, the shape of output without the axis, or with length 1 there
 * @param output  logits or probabilities
 * @returns       one loss for each row
 * @throws ValueError where target names no class, when the operation runs
 */
export const sparseCategoricalCrossentropy = operation(
  "nn.sparseCategoricalCrossentropy(*target, *output, fromLogits=false, axis:ints=-1)",
  (target: TensorLike, output: TensorLike, fromLogits: boolean, axis: number): Tensor => {
    const logits = asFloat(output);
    const along = checkAxis("sparseCategoricalCrossentropy", axis, logits.rank);
    const given = asTensor(target);
    const labels = cast(given.rank === logits.rank && given.shape[along] === 1 ? squeeze(given, along) : given, "int32");
    const wanted = logits.shape.filter((_, i) => i !== along);
    if (!fits(labels.shape, wanted)) {
      throw new ShapeError("sparseCategoricalCrossentropy", {
        given: `target ${shapeText(given.shape)} and output ${shapeText(logits.shape)}`,
        expected: `a target of shape ${shapeText(wanted)}: one class for each row of the output`,
      });
    }
    const rows = moveaxis(logits, along, -1);
    const site = siteOf("sparseCategoricalCrossentropy");
    if (fromLogits) return sparseOp.apply({ labels, logits: rows }, { site, axis: along });
    const chosen = pickAlong(logOfProbabilities(rows, rows.rank - 1), expandDims(labels, -1), -1, { site, wraps: false });
    return negative(squeeze(chosen, -1));
  },
);

/** Who refuses a label that names no class, and the axis of the classes as the user counts it. */
interface Checked {
  readonly site: number;
  readonly axis: number;
}

const sparseOp = primitive({
  name: "sparse_categorical_crossentropy",
  inputs: ["labels", "logits"],
  infer: ({ logits }, _: Checked): Spec => ({ shape: logits.shape.slice(0, -1), dtype: "float32" }),
  lower: ({ labels, logits }, { y }, attrs) => {
    const { rows, columns } = rowsOf(logits);
    return kernels.sparse_cross_entropy_f32({ labels, logits, y, columns, ...attrs }, rows, rowGrain(columns));
  },
  keeps: ["labels", "logits"],
  gradient: (dy, { labels, logits }, { attrs }) => ({ logits: () => sparseGradientOp.apply({ labels, logits, dy }, attrs) }),
});

/** (softmax(logits) − oneHot(labels)) · dy. */
const sparseGradientOp = primitive({
  name: "sparse_categorical_crossentropy_gradient",
  inputs: ["labels", "logits", "dy"],
  infer: ({ logits }, _: Checked): Spec => ({ shape: logits.shape, dtype: "float32" }),
  lower: ({ labels, logits, dy }, { y }, attrs) => {
    const { rows, columns } = rowsOf(logits);
    return kernels.sparse_cross_entropy_grad_f32({ labels, logits, dy, dx: y, columns, ...attrs }, rows, rowGrain(columns));
  },
  keeps: ["labels", "logits", "dy"],
  gradient: (u, { labels, logits, dy }) => ({
    logits: () => softmaxGradient(softmax(logits), multiply(u, expandDims(dy, -1))),
    dy: () => sum(multiply(u, subtract(softmax(logits), oneHot(labels, logits.shape.at(-1)!))), { axis: -1 }),
  }),
});

/** max(x, 0) − x · t + log(1 + e^−|x|), from logits x and targets t. */
const fromLogitsOp: BinaryFunction = binary({
  name: "binary_crossentropy",
  kernels: { float32: kernels.sigmoid_cross_entropy_f32 },
  keeps: ["a", "b"],
  gradient: { a: (dy, { a, b }) => multiply(dy, subtract(sigmoid(a), b)), b: (dy, { a }) => negative(multiply(dy, a)) },
  grain: COSTLY_GRAIN,
});

/**
 * −target · log(output) − (1 − target) · log(1 − output) of each element.
 *
 * ```ts
 * ops.binaryCrossentropy([1, 0], [0.9, 0.2]); // [0.1054, 0.2231]
 * ```
 *
 * @param target  0 to 1, the shape of output
 * @param output  logits or probabilities
 */
export const binaryCrossentropy = operation(
  "nn.binaryCrossentropy(*target, *output, fromLogits=false)",
  (target: TensorLike, output: TensorLike, fromLogits: boolean): Tensor => {
    const predictions = asFloat(output);
    const labels = asFloat(target);
    checkSame("binaryCrossentropy", labels, predictions);
    if (fromLogits) return fromLogitsOp(predictions, labels);
    const p = clip(predictions, EPSILON, 1 - EPSILON);
    return negative(add(multiply(labels, log(p)), multiply(subtract(1, labels), log(subtract(1, p)))));
  },
);
