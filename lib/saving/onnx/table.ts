// Operations to ONNX operators: one row each. What has no row is in `withoutRow`, with the reason; a test holds that nothing is in neither.

import type { Primitive } from "../../core/primitive.js";
import type { Tensor } from "../../core/tensor.js";
import { dtypes, type Dtype } from "../../core/dtype.js";
import { bytesOf } from "../../formats/bytes.js";
import type { Attributes, StepView } from "./emitter.js";
import { indexRows } from "./index-rows.js";
import { castTo, lengthOf, long, make, type Row } from "./row.js";

/** One operator, inputs in the order of the operation. */
const direct =
  (opType: string, ...names: readonly string[]): Row =>
  (step) =>
    step.emitter.node(
      opType,
      names.map((name) => step.at(name)),
    );
const unary = (opType: string): Row => direct(opType, "x");
const binary = (opType: string): Row => direct(opType, "a", "b");

/** The value in float32, worked on, and in its own dtype again. */
function asFloat(step: StepView, name: string, work: (value: string) => string): string {
  const { dtype } = step.tensor(name)!;
  return dtype === "float32" ? work(step.at(name)) : castTo(step, work(castTo(step, step.at(name), "float32")), step.output().dtype);
}

/** Logic is done with bool. */
const bool = (step: StepView, name: string): string =>
  step.tensor(name)!.dtype === "bool" ? step.at(name) : castTo(step, step.at(name), "bool");

const logical =
  (opType: string, ...names: readonly string[]): Row =>
  (step) =>
    step.emitter.node(
      opType,
      names.map((name) => bool(step, name)),
    );

/** Operators that know no bool take it as int32. */
const compare =
  (opType: string, isNot = false): Row =>
  (step) => {
    const given = ["a", "b"].map((name) =>
      step.tensor(name)!.dtype === "bool" || step.tensor(name)!.dtype === "uint8" ? castTo(step, step.at(name), "int32") : step.at(name),
    );
    const y = step.emitter.node(opType, given);
    return isNot ? step.emitter.node("Not", [y]) : y;
  };

/** The value in the shape of the output. */
function reshaped(step: StepView, value: string, shape: Tensor["shape"], of: Tensor): string {
  const open = shape.filter((length) => length === null).length;
  const { emitter } = step;
  if (open === 0 || (open === 1 && !shape.includes(0))) {
    return emitter.node("Reshape", [value, emitter.ints(shape.map((length) => length ?? -1))]);
  }
  // Several open axes: they are those of the input, in order.
  const from = of.shape.flatMap((length, axis) => (length === null ? [axis] : []));
  const lengths = emitter.node("Shape", [emitter.valueOf(of)]);
  let next = 0;
  const parts = shape.map((length) =>
    length === null ? emitter.node("Gather", [lengths, emitter.ints([from[next++] ?? 0])], { axis: 0 }) : emitter.ints([length]),
  );
  return emitter.node("Reshape", [value, emitter.node("Concat", parts, { axis: 0 })]);
}

const aliasRow: Row = (step) => reshaped(step, step.at("x"), step.output().shape, step.tensor("x")!);

const reduction =
  (opType: string): Row =>
  (step) => {
    const { axes, keepdims } = step.attrs as unknown as { axes: readonly number[]; keepdims: boolean };
    const reduce = (value: string) =>
      step.emitter.node(opType, axes.length > 0 ? [value, step.emitter.ints(axes)] : [value], {
        keepdims: keepdims ? 1 : 0,
        noop_with_empty_axes: 1,
      });
    const { dtype } = step.tensor("x")!;
    if (dtype !== "bool" && dtype !== "uint8") return reduce(step.at("x"));
    return castTo(step, reduce(castTo(step, step.at("x"), "int32")), step.output().dtype);
  };

const arg =
  (opType: string): Row =>
  (step) => {
    const { axis, keepdims } = step.attrs as unknown as { axis: number; keepdims: boolean };
    return castTo(step, step.emitter.node(opType, [step.at("x")], { axis, keepdims: keepdims ? 1 : 0 }), "int32");
  };

/** Channels last to first: [batch, channels, …]. */
const firstOrder = (rank: number): number[] => [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, i) => i + 1)];
const lastOrder = (rank: number): number[] => [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1];
const channelsFirst = (step: StepView, name: string): string =>
  make(step)("Transpose", [step.at(name)], { perm: firstOrder(step.tensor(name)!.rank) });
const channelsLast = (step: StepView, value: string): string => make(step)("Transpose", [value], { perm: lastOrder(step.output().rank) });

type Padding = "valid" | "same" | readonly (readonly [number, number])[];

/** Cells around each axis: `[before …, after …]`, or that it is "same" where lengths are open. */
function padsOf(padding: Padding, x: Tensor, spans: readonly number[], strides: readonly number[]): Attributes {
  if (padding === "valid") return { pads: spans.flatMap(() => [0, 0]) };
  const lengths = x.shape.slice(1, -1);
  if (padding === "same" && lengths.includes(null)) return { auto_pad: "SAME_UPPER" };
  const pairs =
    padding === "same"
      ? lengths.map((length, i) => {
          const whole = Math.max(0, (Math.ceil(length! / strides[i]!) - 1) * strides[i]! + spans[i]! - length!);
          return [Math.floor(whole / 2), Math.ceil(whole / 2)] as const;
        })
      : padding;
  return { pads: [...pairs.map(([before]) => before), ...pairs.map(([, after]) => after)] };
}

interface Walking {
  readonly strides: readonly number[];
  readonly padding: Padding;
  readonly dilation: readonly number[];
}

const conv: Row = (step) => {
  const { strides, padding, dilation, relu } = step.attrs as unknown as Walking & { relu: boolean };
  const [x, kernel] = [step.tensor("x")!, step.tensor("kernel")!];
  const window = kernel.shape.slice(0, -2) as number[];
  const group = x.shape.at(-1)! / kernel.shape.at(-2)!;
  const spans = window.map((length, i) => (length - 1) * dilation[i]! + 1);
  const rank = kernel.rank;
  const weights = make(step)("Transpose", [step.at("kernel")], { perm: [rank - 1, rank - 2, ...window.map((_, i) => i)] });
  const inputs = [channelsFirst(step, "x"), weights, ...(step.tensor("bias") ? [step.at("bias")] : [])];
  const y = make(step)("Conv", inputs, {
    ...padsOf(padding, x, spans, strides),
    strides,
    dilations: dilation,
    kernel_shape: window,
    group,
  });
  return channelsLast(step, relu ? make(step)("Relu", [y]) : y);
};

const convTranspose: Row = (step) => {
  const { strides, padding, dilation } = step.attrs as unknown as Walking & { padding: readonly (readonly [number, number])[] };
  const kernel = step.tensor("kernel")!;
  const window = kernel.shape.slice(0, -2) as number[];
  const rank = kernel.rank;
  // The kernel has outputs before inputs; operators want inputs before outputs.
  const weights = make(step)("Transpose", [step.at("kernel")], { perm: [rank - 1, rank - 2, ...window.map((_, i) => i)] });
  // Crops below zero are cells that nothing covers: they are added behind, and in front by a pad.
  const front = padding.map(([before]) => Math.max(0, before));
  const back = padding.map(([, after]) => Math.max(0, after));
  const added = padding.map(([, after]) => Math.max(0, -after));
  const y = make(step)("ConvTranspose", [channelsFirst(step, "x"), weights], {
    strides,
    dilations: dilation,
    kernel_shape: window,
    pads: [...front, ...back],
    output_padding: added,
  });
  return channelsLast(step, y);
};

const wide = (step: StepView, name: string): string => castTo(step, step.at(name), "int64");
const narrow = (step: StepView, value: string): string => castTo(step, value, "int32");

/** Bits are moved by products and quotients with powers of two, of 64 bits, which hold whatever comes. */
const shift =
  (move: (step: StepView, x: string, unit: string) => string): Row =>
  (step) => {
    const unit = make(step)("Pow", [long(step, 2), wide(step, "b")]);
    return narrow(step, move(step, wide(step, "a"), unit));
  };

/** Truth values have operators of their own for what whole numbers do bit by bit. */
const bitwise =
  (name: string, ...inputs: readonly string[]): Row =>
  (step) =>
    step.emitter.node(step.tensor(inputs[0]!)!.dtype === "bool" ? name : `Bitwise${name}`, inputs.map((input) => step.at(input))); // prettier-ignore

/** The angle of (b, a): what the arc tangent of the quotient gives, and half a turn to the left. */
const arctan2: Row = (step) => {
  const op = make(step);
  const { emitter } = step;
  const [y, x, zero] = [step.at("a"), step.at("b"), emitter.scalar(0)];
  const quarter = op("Mul", [op("Sign", [y]), emitter.scalar(Math.PI / 2)]);
  const turn = op("Where", [op("Less", [y, zero]), emitter.scalar(-Math.PI), emitter.scalar(Math.PI)]);
  const turned = op("Where", [op("Less", [x, zero]), turn, zero]);
  return op("Where", [op("Equal", [x, zero]), quarter, op("Add", [op("Atan", [op("Div", [y, x])]), turned])]);
};

/** Products of 1, 2, 4, … neighbours, until each has all before it. */
const cumprod: Row = (step) => {
  const op = make(step);
  const { emitter } = step;
  const { axis, reverse } = step.attrs as unknown as { axis: number; reverse: boolean };
  const x = step.tensor("x")!;
  const length = x.shape[axis];
  if (typeof length !== "number") throw new Error("products along an open axis");
  let y = step.at("x");
  for (let far = 1; far < length; far *= 2) {
    const pads = x.shape.map((_, i) => (i === axis ? far : 0));
    const none = pads.map(() => 0);
    const wide = op("Pad", [y, emitter.ints(reverse ? [...none, ...pads] : [...pads, ...none]), emitter.scalar(1, x.dtype)]);
    const begin = reverse ? far : 0;
    y = op("Mul", [y, op("Slice", [wide, emitter.ints([begin]), emitter.ints([begin + length]), emitter.ints([axis])])]);
  }
  return y;
};

/** Windows of a given number along each axis: window i of n over a length l goes from floor(i · l / n) to ceil((i + 1) · l / n). */
function pooledTo(step: StepView, counts: readonly number[], reduce: string): string {
  const lengths = step.tensor("x")!.shape.slice(1, -1);
  return counts.reduce((x, count, i) => {
    const [axis, length] = [i + 1, lengths[i]];
    const over = (value: string) => make(step)(reduce, [value, step.emitter.ints([axis])], { keepdims: 1 });
    if (count === 1) return over(x);
    if (typeof length !== "number") throw new Error("pooling of an open length to a given one");
    const ints = (value: number) => step.emitter.ints([value]);
    const windows = Array.from({ length: count }, (_, at) => {
      const [begin, end] = [Math.floor((at * length) / count), Math.ceil(((at + 1) * length) / count)];
      return over(make(step)("Slice", [x, ints(begin), ints(end), ints(axis)]));
    });
    return make(step)("Concat", windows, { axis });
  }, step.at("x"));
}

const pool =
  (opType: string, reduce: string): Row =>
  (step) => {
    const { size, strides, padding } = step.attrs as unknown as { size: number[]; strides: number[]; padding: Padding };
    if (strides.every((stride) => stride === 0)) return pooledTo(step, size, reduce);
    const y = make(step)(opType, [channelsFirst(step, "x")], {
      ...padsOf(padding, step.tensor("x")!, size, strides),
      strides,
      kernel_shape: size,
    });
    return channelsLast(step, y);
  };

const matmul: Row = (step) => {
  const { transposeA, transposeB, relu } = step.attrs as unknown as Record<"transposeA" | "transposeB" | "relu", boolean>;
  const turned = (name: string, on: boolean): string => {
    const rank = step.tensor(name)!.rank;
    const order = Array.from({ length: rank }, (_, i) => (i < rank - 2 ? i : 2 * rank - 3 - i));
    return on ? make(step)("Transpose", [step.at(name)], { perm: order }) : step.at(name);
  };
  const product = make(step)("MatMul", [turned("a", transposeA), turned("b", transposeB)]);
  const sum = step.tensor("bias") ? make(step)("Add", [product, step.at("bias")]) : product;
  return relu ? make(step)("Relu", [sum]) : sum;
};

interface Range {
  readonly begin: number | null;
  readonly step: number;
  readonly count: number | null;
  readonly stop?: number | null;
}

const FAR = 2 ** 31 - 1;

const slice: Row = (step) => {
  const { ranges } = step.attrs as unknown as { ranges: readonly Range[] };
  const taken = ranges.flatMap(({ begin, step: by, count, stop = null }, axis) => {
    const first = begin ?? (by > 0 ? 0 : FAR);
    const last = count !== null ? first + by * count : (stop ?? (by > 0 ? FAR : -FAR));
    const isAll = by === 1 && first === 0 && (count === null ? stop === null : count === step.tensor("x")!.shape[axis]);
    return isAll ? [] : [{ axis, first, last: last < 0 && count !== null ? -FAR : last, by }];
  });
  if (taken.length === 0) return make(step)("Identity", [step.at("x")]);
  const list = (pick: (each: (typeof taken)[number]) => number) => step.emitter.ints(taken.map(pick));
  return make(step)("Slice", [
    step.at("x"),
    list(({ first }) => first),
    list(({ last }) => last),
    list(({ axis }) => axis),
    list(({ by }) => by),
  ]);
};

const piece: Row = (step) => {
  const { axis, index, sections } = step.attrs as unknown as { axis: number; index: number; sections: number };
  const length = step.tensor("x")!.shape[axis];
  if (length === null || length === undefined) {
    return step.emitter.nodeWith("Split", [step.at("x")], sections, { axis, num_outputs: sections })[index]!;
  }
  const start = (at: number) => at * Math.floor(length / sections) + Math.min(at, length % sections);
  const { emitter } = step;
  return make(step)("Slice", [step.at("x"), emitter.ints([start(index)]), emitter.ints([start(index + 1)]), emitter.ints([axis])]);
};

/** A tensor of one value in the shape of another. */
const filledLike = (step: StepView, name: string, value: number, dtype: Dtype): string =>
  make(step)("Expand", [step.emitter.scalar(value, dtype), make(step)("Shape", [step.at(name)])]);

/** Along the last axis: (x − mean) / √(variance + epsilon), or x / √(mean square + epsilon). */
const normalizeRows: Row = (step) => {
  const { centered, epsilon } = step.attrs as unknown as { centered: boolean; epsilon: number };
  const op = make(step);
  const axes = step.emitter.ints([-1]);
  const mean = (value: string) => op("ReduceMean", [value, axes], { keepdims: 1 });
  const x = centered ? op("Sub", [step.at("x"), mean(step.at("x"))]) : step.at("x");
  const spread = op("Sqrt", [op("Add", [mean(op("Mul", [x, x])), step.emitter.scalar(epsilon)])]);
  const scaled = step.tensor("gamma") ? op("Mul", [op("Div", [x, spread]), step.at("gamma")]) : op("Div", [x, spread]);
  return step.tensor("beta") ? op("Add", [scaled, step.at("beta")]) : scaled;
};

const batchNormalization: Row = (step) => {
  const { epsilon, relu } = step.attrs as unknown as { epsilon: number; relu?: boolean };
  const op = make(step);
  const spread = op("Sqrt", [op("Add", [step.at("variance"), step.emitter.scalar(epsilon)])]);
  const factor = step.tensor("scale") ? op("Div", [step.at("scale"), spread]) : op("Reciprocal", [spread]);
  const centered = op("Mul", [op("Sub", [step.at("x"), step.at("mean")]), factor]);
  const y = step.tensor("offset") ? op("Add", [centered, step.at("offset")]) : centered;
  return relu ? op("Relu", [y]) : y;
};

const moments: Row = (step) => {
  const op = make(step);
  const rank = step.tensor("x")!.rank;
  const axes = step.emitter.ints(Array.from({ length: rank - 1 }, (_, i) => i));
  const mean = op("ReduceMean", [step.at("x"), axes], { keepdims: 0 });
  const centered = op("Sub", [step.at("x"), mean]);
  return { mean, variance: op("ReduceMean", [op("Mul", [centered, centered]), axes], { keepdims: 0 }) };
};

/** Columns of a recurrent kernel in another order of gates, as a product with a matrix of zeros and ones. */
function gateOrder(step: StepView, units: number, order: readonly number[]): string {
  const width = order.length * units;
  const matrix = new Float32Array(width * width);
  order.forEach((from, to) => {
    for (let i = 0; i < units; i++) matrix[(to * units + i) * width + from * units + i] = 1;
  });
  return step.emitter.constant("float32", [1, width, width], bytesOf(matrix));
}

/** The recurrent kernel in float32. */
const recurrentOf = (step: StepView): string =>
  step.tensor("recurrentKernel")!.dtype === "float32" ? step.at("recurrentKernel") : castTo(step, step.at("recurrentKernel"), "float32");

/** ONNX's gates are i, o, f, c; ours i, f, g, o. Inputs are projected already, so their weights only turn the order. */
const lstm: Row = (step) => {
  const units = step.tensor("recurrentKernel")!.shape[0]!;
  // The operator gives the last cells only.
  if (step.tensor("mask") || step.emitter.isUsed(step.output("cells"))) return unrolled(step, units, lstmStep);
  const op = make(step);
  const w = gateOrder(step, units, [0, 3, 1, 2]);
  const r = op("MatMul", [w, op("Transpose", [recurrentOf(step)], { perm: [1, 0] })]);
  const initial = (name: string) => (step.tensor(name) ? op("Unsqueeze", [step.at(name), step.emitter.ints([0])]) : "");
  const x = op("Transpose", [step.at("projected")], { perm: [1, 0, 2] });
  const [all] = step.emitter.nodeWith("LSTM", [x, w, r, "", "", initial("hidden0"), initial("cell0")], 1, { hidden_size: units });
  return { hidden: timeSecond(step, all!), cells: "", gates: "" };
};

/** [time, directions, batch, units] as [batch, time, units]. */
const timeSecond = (step: StepView, value: string): string =>
  make(step)("Transpose", [make(step)("Squeeze", [value, step.emitter.ints([1])])], { perm: [1, 0, 2] });

const gru: Row = (step) => {
  const units = step.tensor("recurrentKernel")!.shape[0]!;
  if (step.tensor("mask")) return unrolled(step, units, gruStep);
  const op = make(step);
  const w = gateOrder(step, units, [0, 1, 2]);
  const r = op("Unsqueeze", [op("Transpose", [step.at("recurrentKernel")], { perm: [1, 0] }), step.emitter.ints([0])]);
  const zeros = step.emitter.constant("float32", [3 * units], bytesOf(new Float32Array(3 * units)));
  const bias = step.tensor("bias") ? op("Unsqueeze", [op("Concat", [zeros, step.at("bias")], { axis: 0 }), step.emitter.ints([0])]) : "";
  const initial = step.tensor("hidden0") ? op("Unsqueeze", [step.at("hidden0"), step.emitter.ints([0])]) : "";
  const x = op("Transpose", [step.at("projected")], { perm: [1, 0, 2] });
  const [all] = step.emitter.nodeWith("GRU", [x, w, r, bias, "", initial], 1, {
    hidden_size: units,
    linear_before_reset: step.attrs.resetAfter ? 1 : 0,
  });
  return { hidden: timeSecond(step, all!), gates: "" };
};

const simpleRnn: Row = (step) => {
  const units = step.tensor("recurrentKernel")!.shape[0]!;
  if (step.tensor("mask")) return { hidden: unrolled(step, units, simpleStep).hidden! };
  const op = make(step);
  const w = gateOrder(step, units, [0]);
  const r = op("Unsqueeze", [op("Transpose", [step.at("recurrentKernel")], { perm: [1, 0] }), step.emitter.ints([0])]);
  const initial = step.tensor("hidden0") ? op("Unsqueeze", [step.at("hidden0"), step.emitter.ints([0])]) : "";
  const x = op("Transpose", [step.at("projected")], { perm: [1, 0, 2] });
  const [all] = step.emitter.nodeWith("RNN", [x, w, r, "", "", initial], 1, { hidden_size: units });
  return { hidden: timeSecond(step, all!) };
};

/** Attention written out: weights of [batch, heads, targets, sources]. Nothing is dropped where a model predicts. */
const attention: Row = (step) => {
  const op = make(step);
  const { emitter } = step;
  const { scale, isCausal, rate } = step.attrs as unknown as { scale: number; isCausal: boolean; rate: number };
  if (rate > 0) throw new Error("attention that drops weights at random");
  const [heads, keys] = [
    op("Transpose", [step.at("query")], { perm: [0, 2, 1, 3] }),
    op("Transpose", [step.at("key")], { perm: [0, 2, 3, 1] }),
  ];
  let scores = op("Mul", [op("MatMul", [heads, keys]), emitter.scalar(scale)]);
  if (step.tensor("bias")) scores = op("Add", [scores, step.at("bias")]);
  let seen = step.tensor("mask") ? bool(step, "mask") : null;
  if (isCausal) {
    const ones = op("Expand", [
      emitter.constant("int32", [], bytesOf(Int32Array.of(1))),
      op("Slice", [op("Shape", [scores]), emitter.ints([2]), emitter.ints([4])]),
    ]);
    const causal = castTo(step, op("Trilu", [ones], { upper: 0 }), "bool");
    seen = seen ? op("And", [seen, causal]) : causal;
  }
  if (seen) scores = op("Add", [scores, op("Where", [seen, emitter.scalar(0), emitter.scalar(-0.7 * 3.4028234663852886e38)])]);
  const weights = op("Softmax", [scores], { axis: -1 });
  const values = op("Transpose", [step.at("value")], { perm: [0, 2, 1, 3] });
  return { output: op("Transpose", [op("MatMul", [weights, values])], { perm: [0, 2, 1, 3] }), largest: "", total: "" };
};

type CellStep = (step: StepView, projected: string, states: readonly string[], gate: (value: string, index: number) => string) => string[];

const lstmStep: CellStep = (step, projected, [h, c], gate) => {
  const op = make(step);
  const all = op("Add", [projected, op("MatMul", [h!, recurrentOf(step)])]);
  const [i, f, g, o] = [
    op("Sigmoid", [gate(all, 0)]),
    op("Sigmoid", [gate(all, 1)]),
    op("Tanh", [gate(all, 2)]),
    op("Sigmoid", [gate(all, 3)]),
  ];
  const cell = op("Add", [op("Mul", [f, c!]), op("Mul", [i, g])]);
  return [op("Mul", [o, op("Tanh", [cell])]), cell];
};

const gruStep: CellStep = (step, projected, [h], gate) => {
  const op = make(step);
  const kernel = step.at("recurrentKernel");
  const product = op("MatMul", [h!, kernel]);
  const inner = step.tensor("bias") ? op("Add", [product, step.at("bias")]) : product;
  const [z, r] = [0, 1].map((i) => op("Sigmoid", [op("Add", [gate(projected, i), gate(inner, i)])]));
  const candidate = step.attrs.resetAfter ? op("Mul", [r!, gate(inner, 2)]) : op("MatMul", [op("Mul", [r!, h!]), gate(kernel, 2)]);
  const g = op("Tanh", [op("Add", [gate(projected, 2), candidate])]);
  return [op("Add", [op("Mul", [z!, h!]), op("Mul", [op("Sub", [step.emitter.scalar(1), z!]), g])])];
};

const simpleStep: CellStep = (step, projected, [h]) => {
  const op = make(step);
  return [op("Tanh", [op("Add", [projected, op("MatMul", [h!, step.at("recurrentKernel")])])])];
};

/** A recurrence step by step: operators of ONNX know lengths instead of masks, and give the last cells only. */
function unrolled(step: StepView, units: number, cell: CellStep): Readonly<Record<string, string>> {
  const op = make(step);
  const { emitter } = step;
  const time = step.tensor("projected")!.shape[1];
  if (time === null || time === undefined) throw new Error("a recurrence of which masks or cells are wanted, over an open number of steps");
  const cut = (value: string, from: number, to: number, axis: number) =>
    op("Slice", [value, emitter.ints([from]), emitter.ints([to]), emitter.ints([axis])]);
  const gate = (value: string, index: number) => cut(value, index * units, (index + 1) * units, 1);
  const zeros = () => {
    const batch = op("Slice", [op("Shape", [step.at("projected")]), emitter.ints([0]), emitter.ints([1])]);
    return op("Expand", [emitter.scalar(0), op("Concat", [batch, emitter.ints([units])], { axis: 0 })]);
  };
  const names = cell === lstmStep ? ["hidden0", "cell0"] : ["hidden0"];
  let states = names.map((name) => (step.tensor(name) ? step.at(name) : zeros()));
  const all: string[][] = states.map(() => []);
  for (let t = 0; t < time; t++) {
    const projected = op("Squeeze", [cut(step.at("projected"), t, t + 1, 1), emitter.ints([1])]);
    const next = cell(step, projected, states, gate);
    const isOn = step.tensor("mask") && cut(bool(step, "mask"), t, t + 1, 1);
    states = states.map((before, i) => (isOn ? op("Where", [isOn, next[i]!, before]) : next[i]!));
    states.forEach((state, i) => all[i]!.push(op("Unsqueeze", [state, emitter.ints([1])])));
  }
  const [hidden, cells = ""] = all.map((each) => op("Concat", each, { axis: 1 }));
  return { hidden: hidden!, cells, gates: "" };
}

const LN2 = Math.LN2;
const scaledLog =
  (base: number): Row =>
  (step) =>
    make(step)("Div", [make(step)("Log", [step.at("x")]), step.emitter.scalar(base)]);

const floorDivide: Row = (step) => {
  const op = make(step);
  const quotient = (a: string, b: string) => op("Floor", [op("Div", [a, b])]);
  if (step.tensor("a")!.dtype === "float32") return quotient(step.at("a"), step.at("b"));
  return castTo(step, quotient(castTo(step, step.at("a"), "float32"), castTo(step, step.at("b"), "float32")), step.output().dtype);
};

/** Attributes that name a value of a step, as numbers. */
const numberOf = (step: StepView, name: string): number => (step.attrs as Record<string, number>)[name]!;

/** A product with halves of bytes, as numbers of their own, with the zero and the scale of their group. */
const int4Product: Row = (step) => {
  const { emitter } = step;
  const op = make(step);
  const whole = (value: number): string => emitter.scalar(value, "int32");
  const bytes = castTo(step, step.at("b"), "int32");
  const low = op("Sub", [op("Mod", [op("Add", [bytes, whole(8)]), whole(16)]), whole(8)]);
  const high = op("Div", [op("Sub", [bytes, op("Mod", [bytes, whole(16)])]), whole(16)]);
  const halves = [low, high].map((half) => op("Unsqueeze", [half, emitter.ints([2])]));
  const [rows, width] = step.tensor("b")!.shape as [number, number];
  const all = op("Reshape", [op("Concat", halves, { axis: 2 }), emitter.ints([rows, 2 * width])]);
  const columns = op("Slice", [all, emitter.ints([0]), emitter.ints([numberOf(step, "columns")]), emitter.ints([1])]);
  const ofRows = (name: string): string => op("Gather", [step.at(name), step.at("groups")], { axis: 0 });
  const values = castTo(step, columns, "float32");
  const floats = step.tensor("scale") ? op("Mul", [op("Sub", [values, ofRows("zero")]), ofRows("scale")]) : values;
  return op("MatMul", [step.at("a"), floats]);
};

const quantizeRows: Row = (step) => {
  const { axes, low, high, epsilon } = step.attrs as unknown as { axes: readonly number[]; low: number; high: number; epsilon: number };
  const { emitter } = step;
  const op = make(step);
  const largest = op("ReduceMax", [op("Abs", [step.at("x")]), emitter.ints(axes)], { keepdims: 1 });
  const scale = op("Div", [emitter.scalar(high), op("Add", [largest, emitter.scalar(epsilon)])]);
  const whole = op("Clip", [op("Round", [op("Mul", [step.at("x"), scale])]), emitter.scalar(low), emitter.scalar(high)]);
  return { y: castTo(step, whole, "int8"), scale };
};

export const rows: Readonly<Record<string, Row>> = {
  ...indexRows,
  matmul_int8: (step) => step.emitter.node("MatMul", [castTo(step, step.at("a"), "int32"), castTo(step, step.at("b"), "int32")]),
  matmul_int4: int4Product,
  narrow_uint32: (step) => castTo(step, step.at("x"), "int32"),
  narrow_float: (step) => castTo(step, step.at("x"), step.attrs["name"] === "uint64" ? "uint32" : "int32"),
  cast: (step) => {
    const { to } = step.attrs as unknown as { to: Dtype };
    return castTo(step, step.at("x"), to);
  },
  reshape: aliasRow,
  expand_dims: aliasRow,
  squeeze: aliasRow,
  flatten: aliasRow,
  merge_axes: aliasRow,
  split_axis: aliasRow,
  identity: unary("Identity"),
  stopGradient: unary("Identity"),
  after: unary("Identity"), // an order that inference does not need
  read: (step) => step.at("state"),
  broadcast_to: (step) => make(step)("Expand", [step.at("x"), step.emitter.ints(step.output().shape.map((length) => length ?? 1))]),
  tile: (step) => make(step)("Tile", [step.at("x"), step.emitter.ints((step.attrs as unknown as { counts: number[] }).counts)]),
  transpose: (step) => make(step)("Transpose", [step.at("x")], { perm: (step.attrs as unknown as { order: number[] }).order }),
  concatenate: (step) => make(step)("Concat", step.all("xs"), { axis: numberOf(step, "axis") }),
  slice,
  piece,
  pad: (step) => {
    const { before, after, value } = step.attrs as unknown as { before: number[]; after: number[]; value: number };
    return make(step)("Pad", [step.at("x"), step.emitter.ints([...before, ...after]), step.emitter.scalar(value, step.tensor("x")!.dtype)]);
  },
  full: (step) => {
    const { shape, dtype } = step.output();
    const value = step.emitter.scalar(numberOf(step, "value"), dtype);
    return make(step)("Expand", [value, step.emitter.ints(shape as number[])]);
  },
  full_like: (step) => filledLike(step, "x", numberOf(step, "value"), step.output().dtype),
  arange: (step) => {
    const { start, step: by, count, dtype } = step.attrs as unknown as { start: number; step: number; count: number; dtype: Dtype };
    const elements = new dtypes[dtype].array(count).map((_, i) => start + i * by);
    return step.emitter.constant(dtype, [count], bytesOf(elements));
  },
  positions: (step) => {
    const op = make(step);
    const { emitter } = step;
    const axis = emitter.constant("int64", [], bytesOf(BigInt64Array.of(BigInt(numberOf(step, "axis")))));
    const length = op("Gather", [op("Shape", [step.at("x")]), axis], { axis: 0 });
    const [zero, one] = [0n, 1n].map((value) => emitter.constant("int64", [], bytesOf(BigInt64Array.of(value))));
    return castTo(step, op("Range", [zero!, length, one!]), "int32");
  },
  axis_length: (step) => castTo(step, lengthOf(step, numberOf(step, "axis")), "int32"),
  size: (step) => castTo(step, make(step)("Size", [step.at("x")]), "int32"),
  sum: reduction("ReduceSum"),
  mean: reduction("ReduceMean"),
  max: reduction("ReduceMax"),
  min: reduction("ReduceMin"),
  prod: reduction("ReduceProd"),
  any: reduction("ReduceMax"),
  all: reduction("ReduceMin"),
  argmax: arg("ArgMax"),
  argmin: arg("ArgMin"),
  cumsum: (step) => {
    const { axis, reverse } = step.attrs as unknown as { axis: number; reverse: boolean };
    return make(step)("CumSum", [step.at("x"), step.emitter.scalar(axis, "int32")], { reverse: reverse ? 1 : 0 });
  },
  argsort: (step) => {
    const length = step.tensor("x")!.shape.at(-1);
    if (length === null || length === undefined) throw new Error("sorting along an open axis");
    const { descending } = step.attrs as unknown as { descending: boolean };
    const outputs = step.emitter.nodeWith("TopK", [step.at("x"), step.emitter.ints([length])], 2, {
      axis: -1,
      largest: descending ? 1 : 0,
    });
    return castTo(step, outputs[1]!, "int32");
  },
  take: (step) => make(step)("Gather", [step.at("x"), step.at("indices")], { axis: numberOf(step, "axis") }),
  take_along_axis: (step) => make(step)("GatherElements", [step.at("x"), step.at("indices")], { axis: numberOf(step, "axis") }),
  nonzero: (step) => castTo(step, make(step)("NonZero", [step.at("x")]), "int32"),
  equal: compare("Equal"),
  not_equal: compare("Equal", true),
  less: compare("Less"),
  less_equal: compare("LessOrEqual"),
  isnan: unary("IsNaN"),
  isinf: unary("IsInf"),
  isfinite: (step) => make(step)("Not", [make(step)("Or", [make(step)("IsNaN", [step.at("x")]), make(step)("IsInf", [step.at("x")])])]),
  where: (step) => make(step)("Where", [bool(step, "c"), step.at("a"), step.at("b")]),
  logical_and: logical("And", "a", "b"),
  logical_or: logical("Or", "a", "b"),
  logical_xor: logical("Xor", "a", "b"),
  logical_not: logical("Not", "x"),
  exp: unary("Exp"),
  exp2: (step) => make(step)("Pow", [step.emitter.scalar(2), step.at("x")]),
  expm1: (step) => make(step)("Sub", [make(step)("Exp", [step.at("x")]), step.emitter.scalar(1)]),
  log: unary("Log"),
  log2: scaledLog(LN2),
  log10: scaledLog(Math.LN10),
  log1p: (step) => make(step)("Log", [make(step)("Add", [step.at("x"), step.emitter.scalar(1)])]),
  negative: unary("Neg"),
  negative_int: unary("Neg"),
  abs: unary("Abs"),
  abs_int: unary("Abs"),
  sign: unary("Sign"),
  sign_int: unary("Sign"),
  square: direct("Mul", "x", "x"),
  sqrt: unary("Sqrt"),
  rsqrt: (step) => make(step)("Reciprocal", [make(step)("Sqrt", [step.at("x")])]),
  reciprocal: unary("Reciprocal"),
  cbrt: (step) => {
    const op = make(step);
    return op("Mul", [op("Sign", [step.at("x")]), op("Pow", [op("Abs", [step.at("x")]), step.emitter.scalar(1 / 3)])]);
  },
  power: binary("Pow"),
  add: binary("Add"),
  subtract: binary("Sub"),
  multiply: binary("Mul"),
  divide: binary("Div"),
  floor_divide: floorDivide,
  mod: (step) => {
    const op = make(step);
    if (step.tensor("a")!.dtype !== "float32") return op("Mod", [step.at("a"), step.at("b")], { fmod: 0 });
    return op("Sub", [step.at("a"), op("Mul", [op("Floor", [op("Div", [step.at("a"), step.at("b")])]), step.at("b")])]);
  },
  fmod: (step) => make(step)("Mod", [step.at("a"), step.at("b")], { fmod: 1 }),
  towards_zero: (step) =>
    asFloat(step, "x", (x) => make(step)("Mul", [make(step)("Sign", [x]), make(step)("Floor", [make(step)("Abs", [x])])])),
  trunc: (step) => make(step)("Mul", [make(step)("Sign", [step.at("x")]), make(step)("Floor", [make(step)("Abs", [step.at("x")])])]),
  maximum: binary("Max"),
  minimum: binary("Min"),
  squared_difference: (step) => {
    const difference = make(step)("Sub", [step.at("a"), step.at("b")]);
    return make(step)("Mul", [difference, difference]);
  },
  clip: (step) => make(step)("Clip", [step.at("x"), step.emitter.scalar(numberOf(step, "p")), step.emitter.scalar(numberOf(step, "q"))]),
  floor: unary("Floor"),
  ceil: unary("Ceil"),
  round: unary("Round"),
  erf: unary("Erf"),
  sin: unary("Sin"),
  cos: unary("Cos"),
  tan: unary("Tan"),
  arcsin: unary("Asin"),
  arccos: unary("Acos"),
  arctan: unary("Atan"),
  sinh: unary("Sinh"),
  cosh: unary("Cosh"),
  arcsinh: unary("Asinh"),
  arccosh: unary("Acosh"),
  arctanh: unary("Atanh"),
  relu: unary("Relu"),
  relu6: (step) => make(step)("Clip", [step.at("x"), step.emitter.scalar(0), step.emitter.scalar(6)]),
  sigmoid: unary("Sigmoid"),
  tanh: unary("Tanh"),
  softplus: unary("Softplus"),
  silu: (step) => make(step)("Mul", [step.at("x"), make(step)("Sigmoid", [step.at("x")])]),
  gelu: (step) => {
    const op = make(step);
    const phi = op("Erf", [op("Mul", [step.at("x"), step.emitter.scalar(Math.SQRT1_2)])]);
    return op("Mul", [op("Mul", [step.at("x"), step.emitter.scalar(0.5)]), op("Add", [phi, step.emitter.scalar(1)])]);
  },
  gelu_tanh: (step) => {
    const op = make(step);
    const x = step.at("x");
    const cube = op("Mul", [op("Mul", [x, x]), x]);
    const inner = op("Mul", [
      op("Add", [x, op("Mul", [cube, step.emitter.scalar(0.044715)])]),
      step.emitter.scalar(Math.sqrt(2 / Math.PI)),
    ]);
    return op("Mul", [op("Mul", [x, step.emitter.scalar(0.5)]), op("Add", [op("Tanh", [inner]), step.emitter.scalar(1)])]);
  },
  elu: (step) => make(step)("Elu", [step.at("x")], { alpha: { float: numberOf(step, "alpha") } }),
  leaky_relu: (step) => make(step)("LeakyRelu", [step.at("x")], { alpha: { float: numberOf(step, "slope") } }),
  softmax: (step) => make(step)("Softmax", [step.at("x")], { axis: -1 }),
  log_softmax: (step) => make(step)("LogSoftmax", [step.at("x")], { axis: -1 }),
  matmul,
  matmul_halves: (step) => make(step)("MatMul", [step.at("a"), castTo(step, step.at("b"), "float32")]),
  conv,
  conv_transpose: convTranspose,
  right_shift: shift((step, x, unit) => make(step)("Div", [make(step)("Sub", [x, make(step)("Mod", [x, unit])]), unit])),
  left_shift: shift((step, x, unit) => make(step)("Mul", [x, unit])),
  bitwise_and: bitwise("And", "a", "b"),
  bitwise_or: bitwise("Or", "a", "b"),
  bitwise_xor: bitwise("Xor", "a", "b"),
  bitwise_not: bitwise("Not", "x"),
  arctan2,
  cumprod,
  max_pool: pool("MaxPool", "ReduceMax"),
  average_pool: pool("AveragePool", "ReduceMean"),
  batch_normalization: batchNormalization,
  normalize_rows: normalizeRows,
  quantize_rows: quantizeRows,
  moments,
  lstm,
  gru,
  simple_rnn: simpleRnn,
  attention,
};

/** Why operations have no row: by what is true of them, or by name. */
const reasons: readonly (readonly [reason: string, matches: (op: Primitive) => boolean])[] = [
  ["it writes state, and exports are of inference", (op) => op.writes.length > 0],
  [
    "it computes gradients, and exports are of inference",
    (op) => /_grad(ient)?s?$|_density$|^max_pool_pick$|^batch_normalization_training$|^conv_(input|weight)_/.test(op.name),
  ],
  ["it is part of an optimizer's update, and exports are of inference", (op) => op.name === "flush"],
  ["it draws random numbers, and exports are of inference", (op) => /^random_|^dropout$/.test(op.name)],
  ["it meets other replicas, or only the host can do it", (op) => op.effect || op.host !== undefined],
  ["it waits for shapes: give a whole inputSignature", (op) => op.expand !== undefined],
  ["it is part of a loss, and exports are of inference", (op) => /crossentropy/.test(op.name)],
  ["ONNX has no operator for it", (op) => noOperator.has(op.name)],
];

/** Operations that no operator of ONNX, and no few of them, can do. */
const noOperator = new Set([
  "erfinv",
  "gammainc",
  "gcd",
  "view",
  "cholesky",
  "solve_triangular",
  "lu_factor",
  "qr",
  "eig",
  "eigh",
  "svd",
  "pinv",
  "unique",
  "rows_like",
]);

/** What gives its input back as it is, whatever it is called: the value of a function with a gradient of its own. */
export const isSame = ({ step }: StepView): boolean => {
  const from = step.op.alias === undefined ? undefined : (step.inputs[step.op.alias] as Tensor);
  const [y] = Object.values(step.outputs);
  return from?.dtype === y!.dtype && String(from.shape) === String(y!.shape);
};

/** Why an operation has no row, undefined where it has one, or where nobody thought of it. */
export const withoutRow = (op: Primitive): string | undefined =>
  Object.hasOwn(rows, op.name) ? undefined : reasons.find(([, matches]) => matches(op))?.[0];
