// Graphs of TensorFlow.js ("graph-model"), for inference and fine-tuning: one row for each operation that Keras's layers become.

import { isPlainObject } from "../../config/index.js";
import { constant } from "../../core/convert.js";
import { text, ValueError } from "../../core/errors.js";
import type { Dtype } from "../../core/dtype.js";
import type { Shape } from "../../core/shape.js";
import { adoptTensor, type Tensor } from "../../core/tensor.js";
import { FormatError, UnsupportedFormatError } from "../../formats/error.js";
import * as ops from "../../ops/index.js";
import { Variable } from "../../variables/variable.js";
import type { ReadTfjs } from "../tfjs.js";
import { ImportedGraph, type ImportedInput, type ImportedNode, type Run } from "./graph.js";

type Raw = Readonly<Record<string, unknown>>;

/** The attributes of a node. */
class Given {
  constructor(
    readonly name: string,
    readonly op: string,
    readonly attr: Raw,
    readonly where: string,
  ) {}

  #of(name: string, kind: string): unknown {
    const value = Object.hasOwn(this.attr, name) ? this.attr[name] : undefined;
    return isPlainObject(value) ? value[kind] : undefined;
  }

  bool(name: string): boolean {
    return this.#of(name, "b") === true;
  }

  number(name: string, fallback = 0): number {
    const value = this.#of(name, "i") ?? this.#of(name, "f");
    return value === undefined ? fallback : Number(value);
  }

  /** Texts stand in base64. */
  text(name: string, fallback = ""): string {
    const value = this.#of(name, "s");
    return typeof value === "string" ? decoded(value) : fallback;
  }

  ints(name: string): number[] {
    const list = this.#of(name, "list");
    return isPlainObject(list) && Array.isArray(list["i"]) ? list["i"].map(Number) : [];
  }

  texts(name: string): string[] {
    const list = this.#of(name, "list");
    return isPlainObject(list) && Array.isArray(list["s"]) ? list["s"].map((each) => decoded(String(each))) : [];
  }

  dtype(name: string): Dtype {
    return dtypeOf(this.#of(name, "type"));
  }

  refuse(given: string, expected: string): never {
    throw new UnsupportedFormatError(`${this.where}: ${this.op} ${this.name}`, { given, expected });
  }
}

function decoded(value: string): string {
  try {
    return atob(value);
  } catch {
    return value;
  }
}

/** DT_FLOAT, 1, … */
function dtypeOf(type: unknown): Dtype {
  const known: Readonly<Record<string, Dtype>> = {
    "1": "float32",
    "2": "float32",
    "3": "int32",
    "4": "uint8",
    "9": "int32",
    "10": "bool",
    DT_FLOAT: "float32",
    DT_DOUBLE: "float32",
    DT_INT32: "int32",
    DT_UINT8: "uint8",
    DT_INT64: "int32",
    DT_BOOL: "bool",
  };
  return known[String(type)] ?? "float32";
}

const T = (value: Tensor | undefined): Tensor => {
  if (value) return value;
  throw new ValueError("input", { given: "nothing", expected: "a tensor" });
};

/** Numbers that a graph computes for shapes. @throws ValueError where they depend on what comes in */
function numbers(value: Tensor | undefined): number[] {
  const tensor = T(value);
  if (!tensor.isSymbolic) return Array.from(tensor.data());
  throw new ValueError("shape", { given: "lengths that the inputs decide", expected: "lengths that are known when the model is called" });
}

type Operation = (given: Given) => Run;
const unary =
  (fn: (x: Tensor) => Tensor): Operation =>
  () =>
  ([x]) =>
    fn(T(x));
const binary =
  (fn: (a: Tensor, b: Tensor) => Tensor): Operation =>
  () =>
  ([a, b]) =>
    fn(T(a), T(b));
const reduction =
  (fn: (x: Tensor, options: { axis: number[]; keepdims: boolean }) => Tensor): Operation =>
  (given) =>
  ([x, axes]) =>
    fn(T(x), { axis: numbers(axes), keepdims: given.bool("keep_dims") });

/** What stands in an image after the batch. */
const inner = (list: readonly number[]): number[] => list.slice(1, -1);

function walking(given: Given): { strides: number[]; padding: unknown; dilationRate: number[] } {
  if (given.text("data_format", "NHWC") !== "NHWC") given.refuse("data_format NCHW", "NHWC");
  const padding = given.text("padding", "VALID");
  const explicit = given.ints("explicit_paddings");
  const pairs = [
    [explicit[2], explicit[3]],
    [explicit[4], explicit[5]],
  ];
  const dilations = given.ints("dilations");
  return {
    strides: inner(given.ints("strides")),
    padding: padding === "EXPLICIT" ? pairs : padding.toLowerCase(),
    dilationRate: dilations.length > 0 ? inner(dilations) : [1, 1],
  };
}

const conv: Operation = (given) => {
  const options = walking(given) as never;
  return ([x, w]) => ops.conv(T(x), T(w), options);
};
const depthwise: Operation = (given) => {
  const options = walking(given) as never;
  return ([x, w]) => ops.depthwiseConv(T(x), T(w), options);
};

/** What was fused behind an operation: a bias, an activation, a batch normalization. */
const fused =
  (operation: Operation, count = 2): Operation =>
  (given) => {
    const run = operation(given);
    const names = given.texts("fused_ops");
    return (inputs) => {
      let y = run(inputs.slice(0, count)) as Tensor;
      let next = count;
      for (const name of names) {
        if (name === "BiasAdd") y = ops.add(y, T(inputs[next++]));
        else if (name === "Relu") y = ops.relu(y);
        else if (name === "Relu6") y = ops.relu6(y);
        else if (name === "Elu") y = ops.elu(y);
        else if (name === "LeakyRelu") y = ops.leakyRelu(y, given.number("leakyrelu_alpha", 0.2));
        else if (name === "Sigmoid") y = ops.sigmoid(y);
        else if (name === "Prelu") y = prelu(y, T(inputs[next++]));
        else given.refuse(`the fused operation ${name}`, "BiasAdd and activations");
      }
      return y;
    };
  };

const prelu = (x: Tensor, slope: Tensor): Tensor => ops.where(ops.greater(x, 0), x, ops.multiply(x, slope));

const matmul: Operation = (given) => {
  const turned = (x: Tensor, ...names: readonly string[]): Tensor => (names.some((name) => given.bool(name)) ? ops.swapaxes(x, -1, -2) : x);
  return ([a, b]) => ops.matmul(turned(T(a), "transpose_a", "adj_x"), turned(T(b), "transpose_b", "adj_y"));
};

const pool =
  (kind: "maxPool" | "averagePool"): Operation =>
  (given) => {
    const options = { strides: inner(given.ints("strides")), padding: given.text("padding", "VALID").toLowerCase() } as never;
    return ([x]) => ops[kind](T(x), inner(given.ints("ksize")), options);
  };

const batchNormalization: Operation = (given) => {
  if (given.bool("is_training")) given.refuse("is_training", "inference");
  return ([x, scale, offset, mean, variance]) => [
    ops.batchNormalization(T(x), T(mean), T(variance), -1, {
      scale: T(scale),
      offset: T(offset),
      epsilon: given.number("epsilon", 1e-3),
    } as never),
  ];
};

const stridedSlice: Operation = (given) => {
  if (given.number("new_axis_mask") || given.number("ellipsis_mask")) given.refuse("new_axis_mask or ellipsis_mask", "neither");
  const has = (mask: string, axis: number) => ((given.number(mask) >> axis) & 1) === 1;
  return ([x, begin, end, strides]) => {
    const [from, to, by] = [numbers(begin), numbers(end), numbers(strides)];
    const key = from.map((start, axis) =>
      has("shrink_axis_mask", axis)
        ? start
        : { start: has("begin_mask", axis) ? null : start, stop: has("end_mask", axis) ? null : to[axis]!, step: by[axis]! },
    );
    return ops.getItem(T(x), key as never);
  };
};

const resize =
  (interpolation: string): Operation =>
  (given) => {
    if (!given.bool("half_pixel_centers")) given.refuse("corners or old centres", "half_pixel_centers");
    return ([x, size]) => ops.image.resize(T(x), numbers(size) as never, { interpolation } as never);
  };

const noRun: Run = () => [];

/**
 * Rows of the table: how an operation of TensorFlow is computed.
 *
 * ```ts
 * Object.keys(importedOperations).includes("MatMul"); // true
 * ```
 */
export const operations: Readonly<Record<string, Operation>> = {
  Abs: unary(ops.abs),
  Acos: unary(ops.arccos),
  Asin: unary(ops.arcsin),
  Atan: unary(ops.arctan),
  Ceil: unary(ops.ceil),
  Cos: unary(ops.cos),
  Cosh: unary(ops.cosh),
  Elu: unary((x) => ops.elu(x)),
  Erf: unary(ops.erf),
  Exp: unary(ops.exp),
  Expm1: unary(ops.expm1),
  Floor: unary(ops.floor),
  Identity: unary((x) => x),
  StopGradient: unary((x) => x),
  Snapshot: unary((x) => x),
  Log: unary(ops.log),
  Log1p: unary(ops.log1p),
  LogicalNot: unary(ops.logicalNot),
  Neg: unary(ops.negative),
  Reciprocal: unary(ops.reciprocal),
  Relu: unary(ops.relu),
  Relu6: unary(ops.relu6),
  Round: unary((x) => ops.round(x)),
  Rsqrt: unary(ops.rsqrt),
  Selu: unary(ops.selu),
  Sigmoid: unary(ops.sigmoid),
  Sign: unary(ops.sign),
  Sin: unary(ops.sin),
  Sinh: unary(ops.sinh),
  Softplus: unary(ops.softplus),
  Softsign: unary((x) => ops.divide(x, ops.add(ops.abs(x), 1))),
  Sqrt: unary(ops.sqrt),
  Square: unary(ops.square),
  Tan: unary(ops.tan),
  Tanh: unary(ops.tanh),
  IsNan: unary(ops.isnan),
  IsInf: unary(ops.isinf),
  Softmax: unary((x) => ops.softmax(x)),
  LogSoftmax: unary((x) => ops.logSoftmax(x)),
  ZerosLike: unary((x) => ops.zerosLike(x)),
  OnesLike: unary((x) => ops.onesLike(x)),
  Add: binary(ops.add),
  AddV2: binary(ops.add),
  BiasAdd: binary(ops.add),
  Sub: binary(ops.subtract),
  Mul: binary(ops.multiply),
  Div: binary(ops.divide),
  RealDiv: binary(ops.divide),
  FloorDiv: binary(ops.floorDivide),
  FloorMod: binary(ops.mod),
  Pow: binary(ops.power),
  Maximum: binary(ops.maximum),
  Minimum: binary(ops.minimum),
  SquaredDifference: binary((a, b) => ops.square(ops.subtract(a, b))),
  Equal: binary(ops.equal),
  NotEqual: binary(ops.notEqual),
  Greater: binary(ops.greater),
  GreaterEqual: binary(ops.greaterEqual),
  Less: binary(ops.less),
  LessEqual: binary(ops.lessEqual),
  LogicalAnd: binary(ops.logicalAnd),
  LogicalOr: binary(ops.logicalOr),
  Prelu: binary(prelu),
  AddN: () => (all) => all.map(T).reduce((a, b) => ops.add(a, b)),
  Select:
    () =>
    ([c, a, b]) =>
      ops.where(T(c), T(a), T(b)),
  SelectV2:
    () =>
    ([c, a, b]) =>
      ops.where(T(c), T(a), T(b)),
  LeakyRelu:
    (given) =>
    ([x]) =>
      ops.leakyRelu(T(x), given.number("alpha", 0.2)),
  ClipByValue:
    () =>
    ([x, low, high]) =>
      ops.clip(T(x), numbers(low)[0]!, numbers(high)[0]!),
  Cast:
    (given) =>
    ([x]) =>
      ops.cast(T(x), given.dtype("DstT")),
  MatMul: matmul,
  BatchMatMul: matmul,
  BatchMatMulV2: matmul,
  _FusedMatMul: fused(matmul),
  Conv2D: conv,
  _FusedConv2D: fused(conv),
  DepthwiseConv2dNative: depthwise,
  DepthwiseConv2d: depthwise,
  FusedDepthwiseConv2dNative: fused(depthwise),
  Conv2DBackpropInput: (given) => {
    const options = { ...walking(given) };
    return ([shape, w, x]) => {
      const y = ops.convTranspose(T(x), T(w), options as never);
      const wanted = numbers(shape).slice(1, -1);
      if (wanted.some((length, i) => length !== y.shape[i + 1])) given.refuse(`outputs of ${String(wanted)}`, String(y.shape.slice(1, -1)));
      return y;
    };
  },
  MaxPool: pool("maxPool"),
  AvgPool: pool("averagePool"),
  FusedBatchNorm: batchNormalization,
  FusedBatchNormV2: batchNormalization,
  FusedBatchNormV3: batchNormalization,
  Mean: reduction((x, options) => ops.mean(x, options)),
  Sum: reduction((x, options) => ops.sum(x, options)),
  Max: reduction((x, options) => ops.max(x, options)),
  Min: reduction((x, options) => ops.min(x, options)),
  Prod: reduction((x, options) => ops.prod(x, options)),
  All: reduction((x, options) => ops.all(x, options)),
  Any: reduction((x, options) => ops.any(x, options)),
  ArgMax:
    () =>
    ([x, axis]) =>
      ops.argmax(T(x), { axis: numbers(axis)[0]! }),
  ArgMin:
    () =>
    ([x, axis]) =>
      ops.argmin(T(x), { axis: numbers(axis)[0]! }),
  Reshape:
    () =>
    ([x, shape]) =>
      ops.reshape(T(x), numbers(shape)),
  Transpose:
    () =>
    ([x, order]) =>
      ops.transpose(T(x), numbers(order)),
  ExpandDims:
    () =>
    ([x, axis]) =>
      ops.expandDims(T(x), numbers(axis)[0]!),
  Squeeze:
    (given) =>
    ([x]) =>
      given.ints("squeeze_dims").length > 0 ? ops.squeeze(T(x), given.ints("squeeze_dims")) : ops.squeeze(T(x)),
  ConcatV2: () => (all) => ops.concatenate(all.slice(0, -1).map(T), numbers(all.at(-1))[0]!),
  Pack: (given) => (all) => ops.stack(all.map(T), given.number("axis")),
  Unpack:
    (given) =>
    ([x]) =>
      ops.unstack(T(x), null, given.number("axis")),
  Split:
    (given) =>
    ([axis, x]) =>
      ops.split(T(x), given.number("num_split", 1), numbers(axis)[0]!),
  SplitV:
    () =>
    ([x, sizes, axis]) => {
      const cuts = numbers(sizes)
        .slice(0, -1)
        .reduce<number[]>((all, size) => [...all, (all.at(-1) ?? 0) + size], []);
      return cuts.length === 0 ? [T(x)] : ops.split(T(x), cuts, numbers(axis)[0]!);
    },
  StridedSlice: stridedSlice,
  Slice:
    () =>
    ([x, begin, size]) => {
      const from = numbers(begin);
      return ops.slice(
        T(x),
        from,
        numbers(size).map((length, axis) => (length < 0 ? T(x).shape[axis]! - from[axis]! : length)),
      );
    },
  GatherV2:
    () =>
    ([x, indices, axis]) =>
      ops.take(T(x), T(indices), axis ? numbers(axis)[0]! : 0),
  Gather:
    () =>
    ([x, indices]) =>
      ops.take(T(x), T(indices), 0),
  Pad:
    () =>
    ([x, widths]) =>
      padded(T(x), numbers(widths), 0),
  PadV2:
    () =>
    ([x, widths, value]) =>
      padded(T(x), numbers(widths), numbers(value)[0]!),
  MirrorPad:
    (given) =>
    ([x, widths]) =>
      ops.pad(T(x), pairsOf(numbers(widths)), given.text("mode", "REFLECT").toLowerCase(), null),
  Tile:
    () =>
    ([x, counts]) =>
      ops.tile(T(x), numbers(counts)),
  Fill:
    () =>
    ([shape, value]) =>
      ops.full(numbers(shape), T(value)),
  BroadcastTo:
    () =>
    ([x, shape]) =>
      ops.broadcastTo(T(x), numbers(shape)),
  Range:
    () =>
    ([start, limit, delta]) =>
      ops.arange(numbers(start)[0]!, numbers(limit)[0]!, numbers(delta)[0]!),
  Shape:
    () =>
    ([x]) => {
      const { shape } = T(x);
      if (shape.includes(null))
        throw new ValueError("Shape", { given: "an open length", expected: "lengths that are known when the model is called" });
      return constant(shape as number[], { dtype: "int32", shape: [shape.length] });
    },
  Einsum: (given) => (all) => ops.einsum(given.text("equation"), ...all.map(T)),
  DepthToSpace:
    (given) =>
    ([x]) =>
      ops.depthToSpace(T(x), given.number("block_size", 1)),
  SpaceToDepth:
    (given) =>
    ([x]) =>
      ops.spaceToDepth(T(x), given.number("block_size", 1)),
  ResizeBilinear: resize("bilinear"),
  ResizeNearestNeighbor: resize("nearest"),
  ReverseV2:
    () =>
    ([x, axis]) =>
      ops.flip(T(x), numbers(axis)),
  OneHot:
    (given) =>
    ([indices, depth, on, off]) => {
      const hot = ops.oneHot(T(indices), numbers(depth)[0]!, { axis: given.number("axis", -1) } as never);
      return ops.add(ops.multiply(hot, ops.subtract(T(on), T(off))), T(off));
    },
  Cumsum:
    (given) =>
    ([x, axis]) => {
      if (given.bool("exclusive") || given.bool("reverse")) given.refuse("exclusive or reverse", "neither");
      return ops.cumsum(T(x), { axis: numbers(axis)[0]! });
    },
  NoOp: () => noRun,
};

const pairsOf = (widths: readonly number[]): [number, number][] =>
  Array.from({ length: widths.length / 2 }, (_, i) => [widths[2 * i]!, widths[2 * i + 1]!]);
const padded = (x: Tensor, widths: readonly number[], value: number): Tensor => ops.pad(x, pairsOf(widths), "constant", value);

/** `node`, `node:1` and `^node` as the name of a value; what only has to run before is no input. */
const valueName = (input: string): string => (input.endsWith(":0") ? input.slice(0, -2) : input);

/** The graph of a model. @throws FormatError for a damaged one, UnsupportedFormatError that names an operation that is not read */
export function readTfjsGraph({ model, weights, where }: ReadTfjs): ImportedGraph {
  const list = model.topology["node"];
  if (!Array.isArray(list)) throw new FormatError(where, { given: text(list), expected: "node: a list" });
  const inputs: ImportedInput[] = [];
  const nodes: ImportedNode[] = [];
  const used = new Set<string>();
  const unknown = new Set<string>();
  for (const each of list as unknown[]) {
    const { name, op, input = [], attr = {} } = isPlainObject(each) ? each : {};
    const isNode =
      typeof name === "string" &&
      typeof op === "string" &&
      Array.isArray(input) &&
      input.every((value) => typeof value === "string") &&
      isPlainObject(attr);
    if (!isNode) throw new FormatError(where, { given: text(each), expected: "nodes with name, op, input and attr" });
    const given = new Given(name, op, attr, where);
    if (op === "Placeholder" || op === "PlaceholderWithDefault") {
      inputs.push({ name, dtype: given.dtype("dtype"), shape: shapeOf(attr) });
      continue;
    }
    if (op === "Const") continue;
    if (!Object.hasOwn(operations, op)) {
      unknown.add(op);
      continue;
    }
    const from = (input as string[]).filter((value) => !value.startsWith("^")).map(valueName);
    for (const value of from) used.add(value.replace(/:\d+$/, ""));
    const count = op === "Split" ? given.number("num_split", 1) : op === "Unpack" ? given.number("num", 1) : 8;
    const outputs = ["Split", "SplitV", "Unpack"].includes(op)
      ? Array.from({ length: count }, (_, i) => (i === 0 ? name : `${name}:${i}`))
      : [name];
    nodes.push({ name, op, inputs: from, outputs, run: operations[op]!(given) });
  }
  if (unknown.size > 0) {
    throw new UnsupportedFormatError(where, {
      given: `the operations ${[...unknown].join(", ")}`,
      expected: `operations among ${Object.keys(operations).sort().join(", ")}`,
    });
  }
  const statistics = new Set(nodes.filter(({ op }) => op.startsWith("FusedBatchNorm")).flatMap(({ inputs }) => inputs.slice(3, 5)));
  const values = new Map<string, Tensor | Variable>();
  for (const [name, { elements, shape, dtype }] of weights) {
    const tensor = adoptTensor(elements.slice(), shape, dtype);
    const isWeight = dtype === "float32" && elements.length > 1;
    values.set(name, isWeight ? new Variable(tensor, { name, trainable: !statistics.has(name) }) : tensor);
  }
  const signature = isPlainObject(model.signature) ? model.signature : {};
  const named = (key: string): string[] | undefined => {
    const ends = signature[key];
    return isPlainObject(ends) ? Object.values(ends).map((end) => valueName(String((end as Raw)["name"]))) : undefined;
  };
  const order = named("inputs");
  const sorted = order ? order.map((name) => inputs.find((input) => input.name === name)).filter((input) => input !== undefined) : inputs;
  const outputs = named("outputs") ?? nodes.filter(({ name, op }) => !used.has(name) && op !== "NoOp").map(({ name }) => name);
  return new ImportedGraph({ where, inputs: sorted, outputs, nodes, values });
}

function shapeOf(attr: Raw): Shape {
  const shape = isPlainObject(attr["shape"]) ? attr["shape"]["shape"] : undefined;
  const dims = isPlainObject(shape) && Array.isArray(shape["dim"]) ? shape["dim"] : [];
  return dims.map((dim) => (isPlainObject(dim) && Number(dim["size"]) >= 0 ? Number(dim["size"]) : null));
}
