// ONNX models for inference and fine-tuning: one row for each operator that is read. Floats among the initializers become variables.

import { adoptTensor, type Tensor } from "../../core/tensor.js";
import { constant } from "../../core/convert.js";
import { ValueError } from "../../core/errors.js";
import { sizeOf } from "../../core/shape.js";
import { UnsupportedFormatError } from "../../formats/error.js";
import { fileDtypeOf, type OnnxNode, readOnnx, tensorOf } from "../../formats/onnx.js";
import { keptAs } from "../../formats/dtypes.js";
import type { Values } from "../../formats/protobuf.js";
import * as ops from "../../ops/index.js";
import { lstm as lstmOp } from "../../ops/recurrent/lstm.js";
import { gru as gruOp } from "../../ops/recurrent/gru.js";
import { simpleRnn } from "../../ops/recurrent/simple-rnn.js";
import { Variable } from "../../variables/variable.js";
import { ImportedGraph, type ImportedNode } from "./graph.js";
import { furtherRows, quantizedRows } from "./onnx-further.js";
import { first, Given, int32, numbers, ones, type Operator, padded, T } from "./onnx-given.js";
import { gatherNd, nonMaxSuppression, reverseSequence, scatterElements, scatterNd } from "./onnx-indexing.js";
import { dequantizeLinear, dynamicQuantizeLinear, matMulInteger, quantizeLinear } from "./onnx-quantized.js";
import { resize } from "./onnx-resize.js";
import { checkTypes } from "./onnx-types.js";

const unary =
  (fn: (x: Tensor) => Tensor): Operator =>
  () =>
  ([x]) =>
    fn(T(x));
const binary =
  (fn: (a: Tensor, b: Tensor) => Tensor): Operator =>
  () =>
  ([a, b]) =>
    fn(T(a), T(b));
const variadic =
  (fn: (a: Tensor, b: Tensor) => Tensor): Operator =>
  () =>
  (all) =>
    all.map(T).reduce((a, b) => fn(a, b));

const isInteger = ({ dtype }: Tensor): boolean => dtype === "int32" || dtype === "uint8";

/** Whole numbers are divided as in C: towards zero. */
const divide = (a: Tensor, b: Tensor): Tensor => (isInteger(a) ? ops.cast(ops.trunc(ops.divide(a, b)), a.dtype) : ops.divide(a, b));

/** Axes as attribute (older operators) or as second input. */
const axesOf = (given: Given, input: Tensor | undefined): number[] | undefined => (input ? numbers(input) : given.ints("axes"));

const reduce =
  (fn: (x: Tensor, options: { axis: number[] | null; keepdims: boolean }) => Tensor): Operator =>
  (given) =>
  ([x, axes]) => {
    const axis = axesOf(given, axes);
    if ((!axis || axis.length === 0) && given.int("noop_with_empty_axes", 0) === 1) return T(x);
    return fn(T(x), { axis: axis && axis.length > 0 ? axis : null, keepdims: given.int("keepdims", 1) === 1 });
  };

/** Cells around each axis for a window, as pairs. */
function padsOf(
  given: Given,
  x: Tensor,
  window: readonly number[],
  strides: readonly number[],
  dilations: readonly number[],
): [number, number][] {
  const auto = given.text("auto_pad", "NOTSET");
  const rank = window.length;
  if (auto === "NOTSET") {
    const pads = given.ints("pads") ?? window.flatMap(() => [0, 0]);
    return window.map((_, i) => [pads[i]!, pads[i + rank]!]);
  }
  if (auto === "VALID") return window.map(() => [0, 0]);
  return window.map((length, i) => {
    const size = x.shape[i + 2];
    if (size === null || size === undefined) given.refuse(`auto_pad ${auto} over an open length`, "known lengths");
    const span = (length - 1) * dilations[i]! + 1;
    const whole = Math.max(0, (Math.ceil(size! / strides[i]!) - 1) * strides[i]! + span - size!);
    const small = Math.floor(whole / 2);
    return auto === "SAME_UPPER" ? [small, whole - small] : [whole - small, small];
  });
}

const conv: Operator =
  (given) =>
  ([x, w, b]) => {
    const kernel = T(w);
    const rank = kernel.rank - 2;
    const window = kernel.shape.slice(2) as number[];
    const strides = given.ints("strides") ?? ones(rank);
    const dilations = given.ints("dilations") ?? ones(rank);
    const pads = padsOf(given, T(x), window, strides, dilations);
    const hwio = ops.transpose(kernel, [...window.map((_, i) => i + 2), 1, 0]);
    const options = { ...first, strides, dilationRate: dilations, padding: pads } as never;
    const y = ops.conv(T(x), hwio, options);
    return b ? ops.add(y, ops.reshape(b, [b.shape[0]!, ...ones(rank)])) : y;
  };

const convTranspose: Operator =
  (given) =>
  ([x, w, b]) => {
    const groups = given.int("group", 1);
    if (groups === 1) return transposed(given, T(x), T(w), b);
    const parts = ops.split(T(w), groups, 0);
    const y = ops.concatenate(
      ops.split(T(x), groups, 1).map((part, i) => transposed(given, part, parts[i]!, undefined)),
      1,
    );
    return b ? ops.add(y, perChannel(y, b)) : y;
  };

function transposed(given: Given, x: Tensor, kernel: Tensor, b: Tensor | undefined): Tensor {
  const rank = kernel.rank - 2;
  const window = kernel.shape.slice(2) as number[];
  const strides = given.ints("strides") ?? ones(rank);
  const dilations = given.ints("dilations") ?? ones(rank);
  const added = given.ints("output_padding") ?? window.map(() => 0);
  const auto = given.text("auto_pad", "NOTSET");
  const given1 = given.ints("pads") ?? window.flatMap(() => [0, 0]);
  const whole = ops.convTranspose(x, ops.transpose(kernel, [...window.map((_, i) => i + 2), 1, 0]), {
    ...first,
    strides,
    dilationRate: dilations,
    padding: "valid",
  } as never);
  // "valid" gives (n − 1) · stride + max(span, stride); what is wanted is cut out of it, or zeros are added.
  const wanted = window.map((length, i) => {
    const span = (length - 1) * dilations[i]! + 1;
    const size = (x.shape[i + 2]! - 1) * strides[i]! + span;
    if (auto === "NOTSET") return { from: given1[i]!, length: size - given1[i]! - given1[i + rank]! + added[i]! };
    const out = x.shape[i + 2]! * strides[i]!;
    const cut = Math.max(0, size - out);
    return { from: auto === "SAME_UPPER" ? Math.floor(cut / 2) : Math.ceil(cut / 2), length: out };
  });
  const missing = wanted.map(({ from, length }, i): [number, number] => [0, Math.max(0, from + length - whole.shape[i + 2]!)]);
  const full = padded(whole, missing, 0);
  const y = ops.slice(
    full,
    [0, 0, ...wanted.map(({ from }) => from)],
    [full.shape[0]!, full.shape[1]!, ...wanted.map(({ length }) => length)],
  );
  return b ? ops.add(y, ops.reshape(b, [b.shape[0]!, ...ones(rank)])) : y;
}

/** Cells behind each axis for a last window that begins inside but does not end there, where a pool asks for such. */
function ceiled(x: Tensor, pads: readonly (readonly [number, number])[], window: readonly number[], strides: readonly number[]): number[] {
  return window.map((length, i) => {
    const size = x.shape[i + 2];
    if (typeof size !== "number") throw new ValueError("ceil_mode", { given: "an open length", expected: "known lengths" });
    const [before, after] = pads[i]!;
    const step = strides[i]!;
    const most = Math.ceil((size + before + after - length) / step) + 1;
    const count = (most - 1) * step >= size + before ? most - 1 : most;
    return Math.max(0, (count - 1) * step + length - (size + before + after));
  });
}

const pool =
  (kind: "max" | "average"): Operator =>
  (given) =>
  ([x]) => {
    const window = given.ints("kernel_shape")!;
    const strides = given.ints("strides") ?? ones(window.length);
    const dilations = given.ints("dilations") ?? ones(window.length);
    if (dilations.some((each) => each !== 1)) given.refuse("dilations", "none");
    const pads = padsOf(given, T(x), window, strides, dilations);
    const more = given.int("ceil_mode", 0) === 0 ? window.map(() => 0) : ceiled(T(x), pads, window, strides);
    const whole = pads.map(([before, after], i): [number, number] => [before, after + more[i]!]);
    const options = { ...first, strides, padding: "valid" } as never;
    if (kind === "max") return ops.maxPool(padded(T(x), whole, -Infinity), window, options);
    const sums = ops.averagePool(padded(T(x), whole, 0), window, options);
    // Padding counts where it is asked for, the rest of a last window never does.
    const counts = given.int("count_include_pad", 0) === 1 ? pads : window.map((): [number, number] => [0, 0]);
    const isWhole = whole.every(([before, after], i) => before === counts[i]![0] && after === counts[i]![1]);
    if (isWhole) return sums;
    const beyond = whole.map(([before, after], i): [number, number] => [before - counts[i]![0], after - counts[i]![1]]);
    const there = ops.averagePool(padded(padded(ops.onesLike(T(x)), counts, 1), beyond, 0), window, options);
    return ops.divide(sums, there);
  };

/** Statistics over all but batch and channels. */
const spatialAxes = (x: Tensor): number[] => Array.from({ length: x.rank - 2 }, (_, i) => i + 2);
const perChannel = (x: Tensor, value: Tensor): Tensor => ops.reshape(value, [value.shape[0]!, ...ones(x.rank - 2)]);

const batchNormalization: Operator =
  (given) =>
  ([x, scale, bias, mean, variance]) =>
    ops.batchNormalization(T(x), T(mean), T(variance), 1, {
      scale: T(scale),
      offset: T(bias),
      epsilon: given.float("epsilon", 1e-5),
    } as never);

const instanceNormalization: Operator =
  (given) =>
  ([x, scale, bias]) => {
    const axis = spatialAxes(T(x));
    const mean = ops.mean(T(x), { axis, keepdims: true });
    const centered = ops.subtract(T(x), mean);
    const variance = ops.mean(ops.square(centered), { axis, keepdims: true });
    const y = ops.divide(centered, ops.sqrt(ops.add(variance, given.float("epsilon", 1e-5))));
    return ops.add(ops.multiply(y, perChannel(T(x), T(scale))), perChannel(T(x), T(bias)));
  };

const layerNormalization: Operator =
  (given) =>
  ([x, scale, bias]) => {
    const start = given.int("axis", -1);
    const { rank } = T(x);
    const axis = Array.from({ length: rank - (start < 0 ? start + rank : start) }, (_, i) => rank - 1 - i);
    const centered = ops.subtract(T(x), ops.mean(T(x), { axis, keepdims: true }));
    const spread = ops.sqrt(ops.add(ops.mean(ops.square(centered), { axis, keepdims: true }), given.float("epsilon", 1e-5)));
    const y = ops.multiply(ops.divide(centered, spread), T(scale));
    return bias ? ops.add(y, bias) : y;
  };

const groupNormalization: Operator =
  (given) =>
  ([x, scale, bias]) => {
    const groups = given.int("num_groups", 1);
    const [batch, channels, ...spatial] = T(x).shape;
    const grouped = ops.reshape(T(x), [batch ?? -1, groups, -1]);
    const centered = ops.subtract(grouped, ops.mean(grouped, { axis: 2, keepdims: true }));
    const variance = ops.mean(ops.square(centered), { axis: 2, keepdims: true });
    const y = ops.divide(centered, ops.sqrt(ops.add(variance, given.float("epsilon", 1e-5))));
    // Before operators 21 there was a scale for each group, since then one for each channel.
    const each = (value: Tensor): Tensor =>
      perChannel(T(x), value.shape[0] === channels ? value : ops.repeat(value, channels! / groups, 0));
    return ops.add(ops.multiply(ops.reshape(y, [batch ?? -1, channels!, ...spatial] as number[]), each(T(scale))), each(T(bias)));
  };

/** Each element divided by what those around it in the channels make. */
const localResponse: Operator =
  (given) =>
  ([x]) => {
    const size = given.int("size", 1);
    const before = Math.floor((size - 1) / 2);
    const squares = ops.pad(
      ops.square(T(x)),
      T(x).shape.map((_, i): [number, number] => (i === 1 ? [before, size - 1 - before] : [0, 0])),
      "constant",
      0,
    );
    const channels = T(x).shape[1]!;
    const part = (from: number): Tensor =>
      ops.getItem(squares, [
        { start: null, stop: null },
        { start: from, stop: from + channels },
      ] as never);
    const sums = Array.from({ length: size }, (_, i) => part(i)).reduce((a, b) => ops.add(a, b));
    const around = ops.add(ops.multiply(sums, given.float("alpha", 1e-4) / size), given.float("bias", 1));
    return ops.divide(T(x), ops.power(around, given.float("beta", 0.75)));
  };

/** Elements one place further along an axis, a zero first. */
function shifted(x: Tensor, axis: number): Tensor {
  const wide = ops.pad(x, x.shape.map((_, i): [number, number] => [i === axis ? 1 : 0, 0]), "constant", 0); // prettier-ignore
  return ops.getItem(wide, x.shape.map((_, i) => ({ start: null, stop: i === axis ? -1 : null })) as never);
}

const gemm: Operator =
  (given) =>
  ([a, b, c]) => {
    const product = ops.matmul(given.int("transA", 0) ? ops.transpose(T(a)) : T(a), given.int("transB", 0) ? ops.transpose(T(b)) : T(b));
    const [alpha, beta] = [given.float("alpha", 1), given.float("beta", 1)];
    const scaled = alpha === 1 ? product : ops.multiply(product, alpha);
    return c ? ops.add(scaled, beta === 1 ? c : ops.multiply(c, beta)) : scaled;
  };

const reshape: Operator =
  (given) =>
  ([x, shape]) => {
    const lengths = shape ? numbers(shape) : given.ints("shape")!;
    const keeps = given.int("allowzero", 0) === 0;
    const own = lengths.map((length, axis) => (length === 0 && keeps ? T(x).shape[axis]! : length));
    return ops.reshape(T(x), own.map((length) => length ?? -1)); // prettier-ignore
  };

const slice: Operator =
  (given) =>
  ([x, starts, ends, axes, steps]) => {
    const begin = starts ? numbers(starts) : given.ints("starts")!;
    const end = ends ? numbers(ends) : given.ints("ends")!;
    const along = axes ? numbers(axes) : (given.ints("axes") ?? begin.map((_, i) => i));
    const by = steps ? numbers(steps) : ones(begin.length);
    const key = T(x).shape.map((length, axis) => {
      const i = along.findIndex((each) => (each < 0 ? each + T(x).rank : each) === axis);
      if (i < 0) return { start: null, stop: null };
      // Beyond the ends means up to them; so does what is far below zero, for steps backwards.
      const far = (at: number): number | null =>
        Math.abs(at) >= 2 ** 31 - 2 || (length !== null && (at < -length || at > length)) ? null : at;
      const step = by[i]!;
      return { start: far(begin[i]!), stop: step > 0 && end[i]! < 0 && far(end[i]!) === null ? 0 : far(end[i]!), step };
    });
    return ops.getItem(T(x), key as never);
  };

const split: Operator =
  (given) =>
  ([x, sizes]) => {
    const axis = given.int("axis", 0);
    const lengths = sizes ? numbers(sizes) : given.ints("split");
    if (!lengths) return ops.split(T(x), given.node.output.length, axis);
    const cuts = lengths.slice(0, -1).reduce<number[]>((all, length) => [...all, (all.at(-1) ?? 0) + length], []);
    return lengths.length === 1 ? [T(x)] : ops.split(T(x), cuts, axis);
  };

const squeeze: Operator =
  (given) =>
  ([x, axes]) => {
    const axis = axesOf(given, axes);
    return axis ? ops.squeeze(T(x), axis) : ops.squeeze(T(x));
  };

const unsqueeze: Operator =
  (given) =>
  ([x, axes]) =>
    ops.expandDims(T(x), axesOf(given, axes)!);

const pad: Operator =
  (given) =>
  ([x, pads, value, axes]) => {
    const cells = pads ? numbers(pads) : given.ints("pads")!;
    const along = axes ? numbers(axes) : T(x).shape.map((_, i) => i);
    const widths = T(x).shape.map((_, axis): [number, number] => {
      const i = along.findIndex((each) => (each < 0 ? each + T(x).rank : each) === axis);
      return i < 0 ? [0, 0] : [cells[i]!, cells[i + along.length]!];
    });
    const mode = given.text("mode", "constant");
    if (!["constant", "reflect", "edge", "wrap"].includes(mode)) given.refuse(`mode ${mode}`, "constant, reflect, edge or wrap");
    // Widths below zero take elements away.
    const kept = widths.reduce((y, [before, after], axis) => {
      if (before >= 0 && after >= 0) return y;
      const key = y.shape.map((_, i) =>
        i === axis ? { start: Math.max(0, -before), stop: after < 0 ? after : null } : { start: null, stop: null },
      );
      return ops.getItem(y, key as never);
    }, T(x));
    const added = widths.map(([before, after]): [number, number] => [Math.max(0, before), Math.max(0, after)]);
    if (mode !== "constant") return ops.pad(kept, added, mode, null);
    return ops.pad(kept, added, "constant", value ? numbers(value)[0]! : given.float("value", 0));
  };

const gather: Operator =
  (given) =>
  ([x, indices]) =>
    ops.take(T(x), T(indices), given.int("axis", 0));

const expand: Operator =
  () =>
  ([x, shape]) => {
    const lengths = numbers(shape);
    const own = T(x).shape;
    const rank = Math.max(lengths.length, own.length);
    const at = (list: readonly (number | null)[], i: number) => list[i - rank + list.length] ?? 1;
    return ops.broadcastTo(T(x), Array.from({ length: rank }, (_, i) => Math.max(at(lengths, i), at(own, i)))); // prettier-ignore
  };

/** Columns in another order of gates. */
const gates = (w: Tensor, order: readonly number[]): Tensor => {
  const parts = ops.split(w, order.length, -1);
  return ops.concatenate(order.map((i) => parts[i]!), -1); // prettier-ignore
};

const stepActivations: Readonly<Record<string, (x: Tensor) => Tensor>> = { Relu: ops.relu, Tanh: ops.tanh, Sigmoid: ops.sigmoid };

/** A recurrence step by step: what no operation does at once. [batch, time, …] to states [batch, time, units]. */
function stepped(projected: Tensor, units: number, hidden0: Tensor | undefined, next: (x: Tensor, h: Tensor) => Tensor): Tensor {
  if (typeof projected.shape[1] !== "number") throw new ValueError("RNN", { given: "an open number of steps", expected: "a known one" });
  let h = hidden0 ?? ops.zerosLike(ops.take(ops.getItem(projected, ["...", { start: 0, stop: units }] as never), 0, 1));
  const states = ops.unstack(projected, null, 1).map((x) => (h = next(x, h)));
  return ops.stack(states, 1);
}

const elman = (projected: Tensor, kernel: Tensor, hidden0: Tensor | undefined, activation: string): Tensor =>
  stepped(projected, kernel.shape[0]!, hidden0, (x, h) => stepActivations[activation]!(ops.add(x, ops.matmul(h, kernel))));

/** A GRU that resets the state before the product with the kernel. */
function resetFirst(projected: Tensor, kernel: Tensor, hidden0: Tensor | undefined): Tensor {
  const [update, reset, candidate] = ops.split(kernel, 3, -1);
  return stepped(projected, kernel.shape[0]!, hidden0, (x, h) => {
    const [xz, xr, xh] = ops.split(x, 3, -1);
    const z = ops.sigmoid(ops.add(xz!, ops.matmul(h, update!)));
    const r = ops.sigmoid(ops.add(xr!, ops.matmul(h, reset!)));
    const g = ops.tanh(ops.add(xh!, ops.matmul(ops.multiply(r, h), candidate!)));
    return ops.add(ops.multiply(z, h), ops.multiply(ops.subtract(1, z), g));
  });
}

const recurrent =
  (kind: "LSTM" | "GRU" | "RNN"): Operator =>
  (given) => {
    const direction = given.text("direction", "forward");
    if (given.has("clip") || given.int("layout", 0) !== 0) given.refuse("clip or layout", "the defaults");
    const count = direction === "bidirectional" ? 2 : 1;
    const usual = { LSTM: ["Sigmoid", "Tanh", "Tanh"], GRU: ["Sigmoid", "Tanh"], RNN: ["Tanh"] }[kind];
    const named = given.texts("activations") ?? [...usual, ...usual].slice(0, count * usual.length);
    const activations = Array.from({ length: count }, (_, i) => named.slice(i * usual.length, (i + 1) * usual.length));
    const isUsual = activations.every((own) => own.join() === usual.join());
    if (!isUsual && kind !== "RNN") given.refuse(`activations ${named.join(", ")}`, usual.join(", "));
    if (!named.every((name) => Object.hasOwn(stepActivations, name)))
      given.refuse(`activations ${named.join(", ")}`, `one of ${Object.keys(stepActivations).join(", ")} for each direction`);
    const isResetFirst = kind === "GRU" && given.int("linear_before_reset", 0) !== 1;
    const order = { LSTM: [0, 2, 3, 1], GRU: [0, 1, 2], RNN: [0] }[kind];
    return ([x, w, r, b, lengths, h0, c0]) => {
      if (lengths) given.refuse("sequence_lens", "sequences of one length");
      const run = (i: number, isReverse: boolean) => {
        const one = (value: Tensor): Tensor => ops.take(value, i, 0);
        const kernel = gates(ops.transpose(one(T(w))), order);
        const recurrentKernel = gates(ops.transpose(one(T(r))), order);
        const biases = b ? ops.split(one(b), 2, 0).map((each) => gates(each, order)) : [];
        const batchFirst = ops.transpose(T(x), [1, 0, 2]);
        const sequence = isReverse ? ops.flip(batchFirst, 1) : batchFirst;
        const product = ops.matmul(sequence, kernel);
        const projected = biases[0] ? ops.add(product, biases[0]) : product;
        const hidden0 = h0 && one(h0);
        const cell0 = c0 && one(c0);
        const both = () => (biases[1] ? ops.add(projected, biases[1]) : projected);
        const own =
          kind === "LSTM"
            ? lstmOp({ projected: both(), recurrentKernel, hidden0, cell0 })
            : kind === "GRU"
              ? {
                  hidden: isResetFirst
                    ? resetFirst(both(), recurrentKernel, hidden0)
                    : gruOp({ projected, recurrentKernel, bias: biases[1], hidden0 }),
                }
              : {
                  hidden: isUsual
                    ? simpleRnn({ projected: both(), recurrentKernel, hidden0 })
                    : elman(both(), recurrentKernel, hidden0, activations[i]![0]!),
                };
        const last = (value: Tensor): Tensor => ops.getItem(value, ["...", -1, { start: null, stop: null }] as never);
        const hidden = isReverse ? ops.flip(own.hidden, 1) : own.hidden;
        return { y: ops.transpose(hidden, [1, 0, 2]), h: last(own.hidden), c: "cells" in own ? last(own.cells) : undefined };
      };
      const all = direction === "bidirectional" ? [run(0, false), run(1, true)] : [run(0, direction === "reverse")];
      const y = ops.stack(all.map((each) => each.y), 1); // prettier-ignore
      const h = ops.stack(all.map((each) => each.h), 0); // prettier-ignore
      if (kind !== "LSTM") return [y, h];
      return [y, h, ops.stack(all.map((each) => each.c!), 0)]; // prettier-ignore
    };
  };

const cast: Operator = (given) => {
  const dtype = keptAs(fileDtypeOf(given.int("to", 1), given.where));
  return ([x]) => ops.cast(T(x), dtype);
};

const constantOf: Operator = (given) => {
  const message = given.tensor("value");
  const scalar = given.has("value_float")
    ? constant(given.float("value_float", 0))
    : given.has("value_int")
      ? constant(given.int("value_int", 0), { dtype: "int32" })
      : undefined;
  const list = given.ints("value_ints");
  const floats = given.floats("value_floats");
  if (!message) {
    const value =
      scalar ?? (list && list.length > 0 ? int32(list) : floats && constant(floats)) ?? given.refuse("a constant of text", "numbers");
    return () => value;
  }
  const { elements, shape, dtype } = tensorOf(message, given.where);
  const value = adoptTensor(elements.slice(), shape, dtype);
  return () => value;
};

const compare =
  (fn: (a: Tensor, b: Tensor) => Tensor): Operator =>
  () =>
  ([a, b]) =>
    fn(T(a), T(b));

/**
 * Rows of the table: how an operator is computed.
 *
 * ```ts
 * Object.keys(importedOperators).includes("Gemm"); // true
 * ```
 */
export const operators: Readonly<Record<string, Operator>> = {
  Abs: unary(ops.abs),
  Acos: unary(ops.arccos),
  Acosh: unary(ops.arccosh),
  Asin: unary(ops.arcsin),
  Asinh: unary(ops.arcsinh),
  Atan: unary(ops.arctan),
  Atanh: unary(ops.arctanh),
  Ceil: unary(ops.ceil),
  Cos: unary(ops.cos),
  Cosh: unary(ops.cosh),
  Erf: unary(ops.erf),
  Exp: unary(ops.exp),
  Floor: unary(ops.floor),
  Identity: unary((x) => x),
  IsInf: unary(ops.isinf),
  IsNaN: unary(ops.isnan),
  Log: unary(ops.log),
  Mish: unary((x) => ops.multiply(x, ops.tanh(ops.softplus(x)))),
  Neg: unary(ops.negative),
  Not: unary(ops.logicalNot),
  Reciprocal: unary(ops.reciprocal),
  Relu: unary(ops.relu),
  Round: unary((x) => ops.round(x)),
  Sigmoid: unary(ops.sigmoid),
  Sign: unary(ops.sign),
  Sin: unary(ops.sin),
  Sinh: unary(ops.sinh),
  Softplus: unary(ops.softplus),
  Softsign: unary((x) => ops.divide(x, ops.add(ops.abs(x), 1))),
  Sqrt: unary(ops.sqrt),
  Tan: unary(ops.tan),
  Tanh: unary(ops.tanh),
  Size: unary((x) => constant(sizeOf(x.shape as number[]), { dtype: "int32" })),
  HardSwish: unary((x) => ops.multiply(x, ops.clip(ops.add(ops.multiply(x, 1 / 6), 0.5), 0, 1))),
  Add: binary(ops.add),
  Sub: binary(ops.subtract),
  Mul: binary(ops.multiply),
  Div: binary(divide),
  Pow: binary((a, b) => ops.power(a, ops.cast(b, a.dtype))),
  Equal: compare(ops.equal),
  Greater: compare(ops.greater),
  GreaterOrEqual: compare(ops.greaterEqual),
  Less: compare(ops.less),
  LessOrEqual: compare(ops.lessEqual),
  And: compare(ops.logicalAnd),
  Or: compare(ops.logicalOr),
  Xor: compare(ops.logicalXor),
  MatMul: binary((a, b) => ops.matmul(a, b)),
  PRelu: binary((x, slope) => ops.where(ops.greater(x, 0), x, ops.multiply(x, slope))),
  Max: variadic(ops.maximum),
  Min: variadic(ops.minimum),
  Sum: variadic(ops.add),
  Mean: () => (all) =>
    ops.divide(
      all.map(T).reduce((a, b) => ops.add(a, b)),
      all.length,
    ),
  Mod:
    (given) =>
    ([a, b]) =>
      given.int("fmod", 0) ? ops.fmod(T(a), T(b)) : ops.mod(T(a), T(b)),
  Where:
    () =>
    ([c, a, b]) =>
      ops.where(T(c), T(a), T(b)),
  Dropout:
    () =>
    ([x]) =>
      T(x),
  Cast: cast,
  Constant: constantOf,
  Conv: conv,
  ConvTranspose: convTranspose,
  MaxPool: pool("max"),
  AveragePool: pool("average"),
  GlobalAveragePool: unary((x) => ops.mean(x, { axis: spatialAxes(x), keepdims: true })),
  GlobalMaxPool: unary((x) => ops.max(x, { axis: spatialAxes(x), keepdims: true })),
  BatchNormalization: batchNormalization,
  InstanceNormalization: instanceNormalization,
  LayerNormalization: layerNormalization,
  Gemm: gemm,
  Clip:
    (given) =>
    ([x, least, most]) => {
      const low = least ? numbers(least)[0]! : given.float("min", -Infinity);
      const high = most ? numbers(most)[0]! : given.float("max", Infinity);
      return ops.clip(T(x), low, high);
    },
  LeakyRelu:
    (given) =>
    ([x]) =>
      ops.leakyRelu(T(x), given.float("alpha", 0.01)),
  Elu:
    (given) =>
    ([x]) =>
      ops.elu(T(x), given.float("alpha", 1)),
  Celu:
    (given) =>
    ([x]) =>
      ops.celu(T(x), given.float("alpha", 1)),
  Selu:
    (given) =>
    ([x]) => {
      const elu = ops.elu(T(x), given.float("alpha", 1.67326319217681884765625));
      return ops.multiply(elu, given.float("gamma", 1.05070102214813232421875));
    },
  ThresholdedRelu:
    (given) =>
    ([x]) =>
      ops.where(ops.greater(T(x), given.float("alpha", 1)), T(x), 0),
  HardSigmoid:
    (given) =>
    ([x]) =>
      ops.clip(ops.add(ops.multiply(T(x), given.float("alpha", 0.2)), given.float("beta", 0.5)), 0, 1),
  Gelu:
    (given) =>
    ([x]) =>
      ops.gelu(T(x), given.text("approximate", "none") === "tanh"),
  Softmax:
    (given) =>
    ([x]) =>
      softmaxAlong(given, T(x), (y, axis) => ops.softmax(y, { axis })),
  LogSoftmax:
    (given) =>
    ([x]) =>
      softmaxAlong(given, T(x), (y, axis) => ops.logSoftmax(y, { axis })),
  Reshape: reshape,
  Slice: slice,
  Split: split,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Pad: pad,
  Gather: gather,
  Expand: expand,
  Resize: resize,
  Upsample: resize,
  LSTM: recurrent("LSTM"),
  GRU: recurrent("GRU"),
  RNN: recurrent("RNN"),
  Flatten:
    (given) =>
    ([x]) => {
      const { shape, rank } = T(x);
      const axis = given.int("axis", 1) < 0 ? given.int("axis", 1) + rank : given.int("axis", 1);
      const inner = shape.slice(axis) as (number | null)[];
      return ops.reshape(T(x), inner.includes(null) ? [sizeOf(shape.slice(0, axis) as number[]), -1] : [-1, sizeOf(inner as number[])]);
    },
  Transpose:
    (given) =>
    ([x]) =>
      ops.transpose(T(x), given.ints("perm") ?? null),
  Concat: (given) => (all) => ops.concatenate(all.map(T), given.int("axis", 0)),
  GatherElements:
    (given) =>
    ([x, indices]) =>
      ops.takeAlongAxis(T(x), T(indices), given.int("axis", 0)),
  Tile:
    () =>
    ([x, repeats]) =>
      ops.tile(T(x), numbers(repeats)),
  Shape:
    (given) =>
    ([x]) => {
      const { shape } = T(x);
      if (shape.includes(null))
        throw new ValueError("Shape", { given: "an open length", expected: "lengths that are known when the model is called" });
      return int32((shape as number[]).slice(given.int("start", 0), given.has("end") ? given.int("end", 0) : undefined));
    },
  ConstantOfShape:
    (given) =>
    ([shape]) => {
      const message = given.tensor("value");
      const { elements, dtype } = message ? tensorOf(message, given.where) : { elements: [0], dtype: "float32" as const };
      return ops.full(numbers(shape), elements[0] ?? 0, { dtype } as never);
    },
  Range:
    () =>
    ([start, limit, delta]) => {
      const [from, to, by] = [numbers(start)[0]!, numbers(limit)[0]!, numbers(delta)[0]!];
      const count = Math.max(0, Math.ceil((to - from) / by));
      return constant(
        Array.from({ length: count }, (_, i) => from + i * by),
        { dtype: T(start).dtype, shape: [count] },
      );
    },
  ReduceMean: reduce((x, options) => ops.mean(x, options)),
  ReduceSum: reduce((x, options) => ops.sum(x, options)),
  ReduceMax: reduce((x, options) => ops.max(x, options)),
  ReduceMin: reduce((x, options) => ops.min(x, options)),
  ReduceProd: reduce((x, options) => ops.prod(x, options)),
  ReduceSumSquare: reduce((x, options) => ops.sum(ops.square(x), options)),
  ReduceL2: reduce((x, options) => ops.sqrt(ops.sum(ops.square(x), options))),
  ReduceL1: reduce((x, options) => ops.sum(ops.abs(x), options)),
  ReduceLogSumExp: reduce((x, options) => ops.logsumexp(x, options)),
  ArgMax:
    (given) =>
    ([x]) =>
      ops.argmax(T(x), { axis: given.int("axis", 0), keepdims: given.int("keepdims", 1) === 1 }),
  ArgMin:
    (given) =>
    ([x]) =>
      ops.argmin(T(x), { axis: given.int("axis", 0), keepdims: given.int("keepdims", 1) === 1 }),
  CumSum:
    (given) =>
    ([x, axis]) => {
      const along = (numbers(axis)[0]! + T(x).rank) % T(x).rank;
      const turned = (y: Tensor): Tensor => (given.int("reverse", 0) ? ops.flip(y, along) : y);
      const sums = ops.cumsum(turned(T(x)), { axis: along });
      return turned(given.int("exclusive", 0) ? shifted(sums, along) : sums);
    },
  TopK:
    (given) =>
    ([x, k]) => {
      const axis = given.int("axis", -1);
      const count = k ? numbers(k)[0]! : given.int("k", 1);
      const isLargest = given.int("largest", 1) === 1;
      const rows = ops.moveaxis(T(x), axis, -1);
      const order = ops.slice(
        ops.argsort(isLargest ? ops.negative(rows) : rows),
        rows.shape.map(() => 0),
        [...rows.shape.slice(0, -1), count] as number[],
      );
      return [ops.takeAlongAxis(rows, order, -1), order].map((each) => ops.moveaxis(each, -1, axis));
    },
  Einsum: (given) => (all) => ops.einsum(given.text("equation", ""), ...all.map(T)),
  OneHot:
    (given) =>
    ([indices, depth, values]) => {
      const [off, on] = ops.unstack(T(values));
      const hot = ops.oneHot(T(indices), numbers(depth)[0]!, { axis: given.int("axis", -1) } as never);
      return ops.add(ops.multiply(hot, ops.subtract(on!, off!)), off!);
    },
  DepthToSpace:
    (given) =>
    ([x]) => {
      const size = given.int("blocksize", 1);
      if (given.text("mode", "DCR") !== "DCR") return ops.depthToSpace(T(x), size, "channels_first");
      const [batch, channels, height, width] = T(x).shape as number[];
      const blocks = ops.reshape(T(x), [batch ?? -1, size, size, channels! / size ** 2, height!, width!]);
      return ops.reshape(ops.transpose(blocks, [0, 3, 4, 1, 5, 2]), [batch ?? -1, channels! / size ** 2, height! * size, width! * size]);
    },
  SpaceToDepth:
    (given) =>
    ([x]) => {
      const size = given.int("blocksize", 1);
      const [batch, channels, height, width] = T(x).shape as number[];
      const blocks = ops.reshape(T(x), [batch ?? -1, channels!, height! / size, size, width! / size, size]);
      return ops.reshape(ops.transpose(blocks, [0, 3, 5, 1, 2, 4]), [batch ?? -1, channels! * size ** 2, height! / size, width! / size]);
    },
  Trilu:
    (given) =>
    ([x, k]) =>
      given.int("upper", 1) ? ops.triu(T(x), k ? numbers(k)[0]! : 0) : ops.tril(T(x), k ? numbers(k)[0]! : 0),
  GroupNormalization: groupNormalization,
  LRN: localResponse,
  GatherND: gatherNd,
  ScatterND: scatterNd,
  ScatterElements: scatterElements,
  NonMaxSuppression: nonMaxSuppression,
  ReverseSequence: reverseSequence,
  QuantizeLinear: quantizeLinear,
  DequantizeLinear: dequantizeLinear,
  DynamicQuantizeLinear: dynamicQuantizeLinear,
  MatMulInteger: matMulInteger,
  ...furtherRows,
  ...quantizedRows(conv),
  ReduceLogSum: reduce((x, options) => ops.log(ops.sum(x, options))),
  Shrink:
    (given) =>
    ([x]) => {
      const [bias, lambd] = [given.float("bias", 0), given.float("lambd", 0.5)];
      return ops.where(ops.less(T(x), -lambd), ops.add(T(x), bias), ops.where(ops.greater(T(x), lambd), ops.subtract(T(x), bias), 0));
    },
  LpNormalization:
    (given) =>
    ([x]) => {
      const options = { axis: given.int("axis", -1), keepdims: true };
      const norm = given.int("p", 2) === 1 ? ops.sum(ops.abs(T(x)), options) : ops.sqrt(ops.sum(ops.square(T(x)), options));
      return ops.divide(T(x), norm);
    },
  Hardmax:
    (given) =>
    ([x]) =>
      softmaxAlong(given, T(x), (y, axis) => {
        const at = axis < 0 ? axis + y.rank : axis;
        return ops.oneHot(ops.argmax(y, { axis: at }), y.shape[at]!, { axis: at } as never);
      }),
  EyeLike:
    (given) =>
    ([x]) => {
      const [rows, columns] = T(x).shape as number[];
      return ops.eye(rows!, {
        M: columns!,
        k: given.int("k", 0),
        dtype: given.has("dtype") ? keptAs(fileDtypeOf(given.int("dtype", 1), given.where)) : T(x).dtype,
      } as never);
    },
  NonZero:
    () =>
    ([x]) =>
      ops.stack(ops.nonzero(T(x)) as Tensor[], 0),
};

/** Before operators 13 the axes from `axis` on were one. */
function softmaxAlong(given: Given, x: Tensor, fn: (x: Tensor, axis: number) => Tensor): Tensor {
  if (given.opset >= 13) return fn(x, given.int("axis", -1));
  const axis = given.int("axis", 1) < 0 ? given.int("axis", 1) + x.rank : given.int("axis", 1);
  if (axis === x.rank - 1) return fn(x, -1);
  return ops.reshape(fn(ops.reshape(x, [...x.shape.slice(0, axis), -1] as number[]), -1), x.shape as number[]);
}

/** Floats of more than one element are weights; statistics of normalizations are not trained. */
const statistics: Readonly<Record<string, readonly number[]>> = { BatchNormalization: [3, 4] };

/** The graph in an ONNX file. @throws FormatError for a damaged file, UnsupportedFormatError that names an operator that is not read */
export function readOnnxGraph(file: Uint8Array, where: string): ImportedGraph {
  const graph = readOnnx(file, where);
  const untrained = new Set(graph.nodes.flatMap(({ opType, input }) => (statistics[opType] ?? []).map((i) => input[i])));
  const values = new Map<string, Tensor | Variable>();
  for (const [name, { elements, shape, dtype }] of graph.initializers) {
    const tensor = adoptTensor(elements.slice(), shape, dtype);
    const isWeight = dtype === "float32" && elements.length > 1;
    values.set(name, isWeight ? new Variable(tensor, { name, trainable: !untrained.has(name) }) : tensor);
  }
  const unknown = [...new Set(graph.nodes.map(({ opType }) => opType))].filter((opType) => !Object.hasOwn(operators, opType));
  if (unknown.length > 0) {
    throw new UnsupportedFormatError(where, {
      given: `the operators ${unknown.join(", ")}`,
      expected: `operators among ${Object.keys(operators).sort().join(", ")}`,
    });
  }
  checkTypes(graph, where);
  const nodes = graph.nodes.map((node): ImportedNode => {
    const run = operators[node.opType]!(new Given(node, where, graph.opset));
    return { name: node.name, op: node.opType, inputs: node.input, outputs: node.output, run };
  });
  const inputs = graph.inputs.map(({ name, dtype, shape }) => ({ name, dtype: keptAs(dtype), shape }));
  return new ImportedGraph({ where, inputs, outputs: graph.outputs.map(({ name }) => name), nodes, values });
}
