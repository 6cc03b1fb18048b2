// The matrix product: ranks, batches, transposes, and the choice of a kernel.

import { operation } from "../../core/operation.js";
import type { TensorLike } from "../../core/convert.js";
import type { Dtype } from "../../core/dtype.js";
import { ShapeError } from "../../core/errors.js";
import { primitive } from "../../core/primitive.js";
import { replica } from "../../core/replicas.js";
import { known, shapeText, sizeOf, type Shape } from "../../core/shape.js";
import { sparseProduct } from "../../core/sparse.js";
import { Chainable, type Spec, type Tensor } from "../../core/tensor.js";
import { BLOCK_K } from "../../generated/constants.js";
import { kernels } from "../../generated/kernels/core.js";
import { scratch, type Command, type Operand } from "../../runtime/command.js";
import { broadcastShapes, walk } from "../broadcasting.js";
import { sumTo } from "../shaping/broadcast.js";
import { cast, convert } from "../elementwise/cast.js";
import { operands } from "../promotion.js";
import { broadcastTo } from "../shaping/broadcast.js";
import { expandDims, mergeAxes, squeeze } from "../shaping/reshape.js";
import { transpose } from "../shaping/transpose.js";

const isHalf = (dtype: Dtype): boolean => dtype === "float16" || dtype === "bfloat16";

export interface MatmulOptions {
  /** Take x1 with its last two axes exchanged. Default: false. */
  transposeA?: boolean;
  /** Take x2 with its last two axes exchanged. Default: false. */
  transposeB?: boolean;
}

/** A matrix product with operands that may be taken with their last two axes exchanged. */
export function matrixProduct(x1: TensorLike, x2: TensorLike, { transposeA = false, transposeB = false }: MatmulOptions = {}): Tensor {
  const [a, b] = operands(x1, x2);
  const ofSparse = transposeA || transposeB ? undefined : sparseProduct(a, b);
  if (ofSparse) return ofSparse;
  if (isHalf(a.dtype)) return cast(halfProduct(a, b, transposeA, transposeB), a.dtype);
  const y = wideProduct(a, b, transposeA, transposeB);
  return isInt8(x1) && isInt8(x2) ? y : convert(y, a.dtype);
}

const isInt8 = (x: TensorLike): boolean => x instanceof Chainable && x.value().dtype === "int8";

/** The product of operands of one dtype in float32 or int32. */
function wideProduct(a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor {
  if (a.dtype === "int8" && a.rank > 1 && b.rank === 2 && !transposeA && !transposeB) return int8Op.apply({ a, b });
  if (a.dtype !== "float32") [a, b] = [cast(a, "int32"), cast(b, "int32")];
  const { products } = replica().group;
  if (products && !transposeA && !transposeB && a.rank > 1 && b.rank === 2) {
    const rows = a.shape.slice(1).map((_, i) => `row ${i}`);
    const y = products.contract({ tensor: a, axes: [...rows, "k"] }, { tensor: b, axes: ["k", "n"] }, new Set([...rows, "n"]));
    if (y) return transpose(y.tensor, [...rows, "n"].map((name) => y.axes.indexOf(name))); // prettier-ignore
  }
  const isRow = a.rank === 1;
  const isColumn = b.rank === 1;
  if (a.rank === 0 || b.rank === 0) {
    throw new ShapeError("matmul", {
      given: `x1 ${shapeText(a.shape)} and x2 ${shapeText(b.shape)}`,
      expected: "tensors of rank 1 or more",
      hint: "Multiply scalars with mul.",
    });
  }
  if (isRow) a = expandDims(a, transposeA ? 1 : 0);
  if (isColumn) b = expandDims(b, transposeB ? 0 : 1);
  let y = matmulOp.apply({ ...fewBatchAxes(a, b), bias: undefined }, { transposeA, transposeB, relu: false });
  if (isColumn) y = squeeze(y, -1);
  return isRow ? squeeze(y, isColumn ? -1 : -2) : y;
}

/**
 * Matrix product of the last two axes; the axes before them broadcast. A tensor of rank 1 is a row on the left and a column on the right.
 *
 * ```ts
 * ops.matmul([[1, 2], [3, 4]], [[0, 1], [1, 0]]); // [[2, 1], [4, 3]]
 * ```
 *
 * @param x1  float32 or int32 `[..., m, k]`
 * @param x2  `[..., k, n]`
 * @returns   `[..., m, n]` in the dtype in which they meet; int8 with int8 gives int32, by a kernel that reads a quarter of the bytes
 * @throws ShapeError where the inner axes differ
 * @see keras.ops.matmul
 */
export const matmul = operation("numpy.matmul(*x1, *x2)", (x1: TensorLike, x2: TensorLike): Tensor => matrixProduct(x1, x2), {
  keepsWidth: true,
});

/** The product of halves in float32. A matrix on the right is read where it lies if that pays; all else is made float32 first. */
function halfProduct(a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor {
  const x = cast(a, "float32");
  if (a.rank > 1 && b.rank === 2 && !transposeA && !transposeB) return halvesOp.apply({ a: x, b });
  return matrixProduct(x, cast(b, "float32"), { transposeA, transposeB });
}

const halvesOp = primitive({
  name: "matmul_halves",
  inputs: ["a", "b"],
  infer: ({ a, b }): Spec => ({ shape: productShape(a, b), dtype: "float32" }),
  lower({ a, b }, { y }) {
    const [k, n] = known(b.shape) as [number, number];
    const m = sizeOf(known(a.shape).slice(0, -1));
    const isBrain = b.dtype === "bfloat16";
    if (m <= FEW) {
      const grain = unitsOfRuns(n, m * k, 2 * k * n);
      return (isBrain ? kernels.gemv_bf16 : kernels.gemv_f16)({ a, halves: b, c: y, m, n, k }, Math.ceil(n / 32), grain);
    }
    const wide = scratch(k * n * 4);
    const widen = (isBrain ? kernels.cast_bf16_f32 : kernels.cast_f16_f32)({ x: b, y: wide }, k * n, 1 << 16);
    const rest = product(a, b, null, y, { transposeA: false, transposeB: false, relu: false }, wide);
    return [widen, ...(Array.isArray(rest) ? rest : [rest])];
  },
  keepsWidth: true,
  keeps: ["a", "b"],
  gradient: (dy, { a, b }) => ({
    a: () => matrixProduct(dy, cast(b, "float32"), { transposeB: true }),
    b: () => cast(matrixProduct(inOneColumn(a), inOneColumn(dy), { transposeA: true }), b.dtype),
  }),
});

/** The shape of a product with a matrix; the axes of a before its last are rows. @throws ShapeError where the inner axes differ */
export function productShape(a: Pick<Spec, "shape">, b: Pick<Spec, "shape">): Shape {
  const [k, inner] = [a.shape.at(-1)!, b.shape[0]!];
  if (k !== null && inner !== null && k !== inner) {
    throw new ShapeError("matmul", {
      given: `x1 ${shapeText(a.shape)} and x2 ${shapeText(b.shape)}`,
      expected: `x1's last axis (${k}) to equal x2's second to last (${inner})`,
    });
  }
  return [...a.shape.slice(0, -1), b.shape[1]!];
}

/** Rows up to which b is read where it lies. */
const FEW = 4;

/**
 * How many blocks of 32 columns few rows take at once: a matrix that comes from memory by halves of its rows, since runs of them are what
 * the processor fetches ahead.
 */
export function unitsOfRuns(n: number, work: number, bytes: number): number {
  const few = Math.ceil((UNIT_WORK / 8) / Math.max(1, work * 32)); // prettier-ignore
  return bytes > 1 << 20 ? Math.max(few, 32, Math.ceil(n / 64)) : Math.max(few, 8);
}

/** The product of int8 matrices, summed in int32; the axes of a before its last are rows. */
const int8Op = primitive({
  name: "matmul_int8",
  inputs: ["a", "b"],
  infer: ({ a, b }): Spec => ({ shape: productShape(a, b), dtype: "int32" }),
  lower({ a, b }, { y }) {
    const [k, n] = known(b.shape) as [number, number];
    const m = sizeOf(known(a.shape).slice(0, -1));
    const units = Math.ceil(n / 32);
    if (m <= FEW || k === 0) return kernels.matmul_i8({ a, steps: null, b, c: y, m, n, k, unitM: m }, units, unitsOfRuns(n, m * k, k * n));
    const unitM = Math.min(roundUp(m, 4), 128);
    const grain = Math.max(1, Math.round((UNIT_WORK * 2) / Math.max(1, unitM * k * 32)));
    // Of each row pairs in two bytes, or bytes and their sum, as the engine multiplies.
    const steps = scratch(roundUp(m, 4) * Math.max(roundUp(k, 2) * 2, roundUp(k, 4) + 4));
    const made = kernels.steps_i8({ x: a, y: steps, rows: m, k }, Math.ceil(m / 4), Math.ceil((1 << 14) / k));
    return [made, kernels.matmul_i8({ a, steps, b, c: y, m, n, k, unitM }, units * Math.ceil(m / unitM), grain)];
  },
  keepsWidth: true,
});

interface Attrs {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  /** Negative results become zero. */
  readonly relu: boolean;
}

/** Rows, inner length and columns of a product. */
function sizes(a: Shape, b: Shape, { transposeA, transposeB }: Omit<Attrs, "relu">) {
  const [m, k] = transposeA ? [a.at(-1)!, a.at(-2)!] : [a.at(-2)!, a.at(-1)!];
  const [inner, n] = transposeB ? [b.at(-1)!, b.at(-2)!] : [b.at(-2)!, b.at(-1)!];
  return { m, k, inner, n };
}

const batchOf = (shape: Shape): Shape => shape.slice(0, -2);

const matmulOp = primitive({
  name: "matmul",
  inputs: ["a", "b", "bias?"],
  infer({ a, b }, attrs: Attrs): Spec {
    const { m, k, inner, n } = sizes(a.shape, b.shape, attrs);
    if (k !== null && inner !== null && k !== inner) {
      const [axisA, axisB] = [attrs.transposeA ? "second to last" : "last", attrs.transposeB ? "last" : "second to last"];
      throw new ShapeError("matmul", {
        given: `x1 ${shapeText(a.shape)} and x2 ${shapeText(b.shape)}`,
        expected: `x1's ${axisA} axis (${k}) to equal x2's ${axisB} (${inner})`,
        hint: "Transpose or reshape one of them.",
      });
    }
    return { shape: [...broadcastShapes("matmul", batchOf(a.shape), batchOf(b.shape)), m, n], dtype: a.dtype };
  },
  lower: ({ a, b, bias }, { y }, attrs) => product(a, b, bias ?? null, y, attrs),
  absorbs(inputs, attrs, follower) {
    if (inputs.a.dtype !== "float32" || attrs.relu) return null;
    if (follower.kind === "relu") return { inputs, attrs: { ...attrs, relu: true } };
    return inputs.bias || follower.kind !== "bias" ? null : { inputs: { ...inputs, bias: follower.bias }, attrs };
  },
  keeps: ["a", "b"],
  gradient: (dy, { a, b }, { attrs: { transposeA, transposeB } }) => ({
    a: () =>
      sumTo(
        transposeA ? matrixProduct(b, dy, { transposeA: transposeB, transposeB: true }) : matrixProduct(dy, b, { transposeB: !transposeB }),
        a.shape,
      ),
    b: () => {
      const [x, d] = isOneMatrix(a, b, transposeA) ? [inOneColumn(a), inOneColumn(dy)] : [a, dy];
      return sumTo(
        transposeB ? matrixProduct(d, x, { transposeA: true, transposeB: transposeA }) : matrixProduct(x, d, { transposeA: !transposeA }),
        b.shape,
      );
    },
  }),
});

/** Whether all rows of a meet the same matrix: then a batch of products is one. */
const isOneMatrix = (a: Tensor, b: Tensor, transposeA: boolean): boolean => a.rank > 2 && b.rank === 2 && !transposeA;

/** The matrices of a batch one below the other. */
const inOneColumn = (x: Tensor): Tensor => mergeAxes(x, 0, x.rank - 1);

/** The kernels walk at most three groups of batch axes; where broadcasting needs more, it is done beforehand. */
function fewBatchAxes(a: Tensor, b: Tensor): { a: Tensor; b: Tensor } {
  if (a.rank <= 5 && b.rank <= 5) return { a, b };
  const batch = broadcastShapes("matmul", batchOf(a.shape), batchOf(b.shape));
  const full = (x: Tensor) => broadcastTo(x, [...batch, ...x.shape.slice(-2)] as number[]);
  return { a: full(a), b: full(b) };
}

/** Flags of the kernels: negative results become zero; b is in panels. */
const RELU = 4;
const PACKED = 8;

/** Multiply-adds that one unit of work should have: some 30 µs. */
export const UNIT_WORK = 1 << 20;

/**
 * Multiply-adds that a unit has at most, some 10 ms. A page's thread that runs a program by itself is not free before the end of a unit: a
 * longer sum is added up by several commands.
 */
export const LONGEST_UNIT = 1 << 26;

/** A length in stretches of so many at most, one after the other; an empty one for none. */
export function stretches(length: number, most: number): (readonly [from: number, to: number])[] {
  const found: [number, number][] = [[0, Math.min(length, most)]];
  for (let from = most; from < length; from += most) found.push([from, Math.min(length, from + most)]);
  return found;
}

/** @param matrix  where the elements of b lie, if not in b */
function product(a: Tensor, b: Tensor, bias: Tensor | null, y: Tensor, attrs: Attrs, matrix: Operand = b): Command | Command[] {
  const { m: rows, k, n } = sizes(known(a.shape), known(b.shape), attrs) as { m: number; k: number; n: number };
  const isOne = isOneMatrix(a, b, attrs.transposeA);
  const m = isOne ? rows * sizeOf(known(batchOf(a.shape))) : rows;
  const [lastA, lastB] = [a.shape.at(-1)!, b.shape.at(-1)!];
  const [strideAM, strideAK] = attrs.transposeA ? [1, lastA] : [lastA, 1];
  const [strideBK, strideBN] = attrs.transposeB ? [1, lastB] : [lastB, 1];
  const batches = isOne ? [] : known(batchOf(y.shape));
  const { sizes: lengths, strides } = walk("matmul", batches, [isOne ? [] : known(batchOf(a.shape)), known(batchOf(b.shape))]);
  // Innermost first there, innermost last here.
  const axes = (values: readonly number[], missing: number) => [2, 1, 0].map((i) => values[i] ?? missing);
  const args = {
    a, b: matrix, c: y, bias, m, n, k, strideAM, strideAK, strideBK, strideBN, fromK: 0, toK: k, flags: attrs.relu ? RELU : 0,
    batch: axes(lengths, 1),
    batchA: axes(strides[0]!.map((stride) => stride * m * k), 0),
    batchB: axes(strides[1]!.map((stride) => stride * k * n), 0),
  }; // prettier-ignore
  const batch = sizeOf(batches);
  if (a.dtype === "int32")
    return kernels.matmul_i32({ ...args, unitM: 1, unitN: n }, batch * m, Math.ceil(UNIT_WORK / 4 / Math.max(1, k * n)));
  // Where columns of b lie in one piece, that kernel reads rows of a in one piece as well.
  if (m <= 4 && batch === 1 && (strideAK === 1 || !attrs.transposeB)) {
    const unitN = columnsFor(m, k, n);
    return kernels.gemv_f32({ ...args, unitM: m, unitN }, Math.ceil(n / unitN), 1);
  }
  const blocks = rowBlocks(m, n, k);
  const isPacked = blocks > 1 && batch === 1 && n > 0 && k > 0;
  const block = isPacked ? { unitM: roundUp(m / blocks, 2), unitN: roundUp(n / Math.ceil(n / 512), 16) } : blockFor(m, n, k);
  const units = batch * Math.ceil(m / block.unitM) * Math.ceil(n / block.unitN);
  const grain = grainOf(block.unitM, block.unitN, k);
  if (!isPacked) return inRuns(k, block, (run) => kernels.gemm_f32({ ...args, ...block, ...run }, units, grain));
  const packed = scratch(roundUp(n, 16) * k * 4);
  const groups = { groups: 1, taps: 1, strideGroup: 0, strideTap: 0, strideK: strideBK, strideN: strideBN };
  const pack = kernels.pack_f32({ b: matrix, packed, k, n, ...groups }, Math.ceil(n / 16), Math.ceil((1 << 11) / k));
  const flags = args.flags | PACKED;
  return [pack, ...inRuns(k, block, (run) => kernels.gemm_f32({ ...args, b: packed, ...block, ...run, flags }, units, grain))];
}

/** Rows and columns of the outputs of a unit. */
interface Block {
  readonly unitM: number;
  readonly unitN: number;
}

/** A sum over k in commands one after the other, each of so many of its blocks that units are not too long. */
function inRuns(k: number, { unitM, unitN }: Block, command: (run: { fromK: number; toK: number }) => Command): Command[] {
  const block = Math.ceil(k / Math.max(1, Math.ceil(k / BLOCK_K)));
  const most = block * Math.max(1, Math.floor(LONGEST_UNIT / Math.max(1, unitM * unitN * block)));
  return stretches(k, most).map(([fromK, toK]) => command({ fromK, toK }));
}

const grainOf = (unitM: number, unitN: number, k: number): number => Math.ceil(UNIT_WORK / Math.max(1, unitM * unitN * k) / 2);

const roundUp = (value: number, step: number): number => Math.ceil(value / step) * step;

/**
 * Columns of a unit of a product with few rows: some 4 µs, since such products stand in predictions of one sample, where nothing else is
 * long.
 */
function columnsFor(m: number, k: number, n: number): number {
  const units = Math.max(1, Math.round((m * k * n) / (1 << 16)));
  return Math.max(1, Math.min(n, roundUp(n / units, 32)));
}

/**
 * Blocks of rows of a product whose units share the panels of b: a unit's rows stay in the second cache while panels pass by. An even
 * number, so that two threads have as much to do.
 */
function rowBlocks(m: number, n: number, k: number): number {
  const rows = Math.min(192, Math.max(64, (2 * UNIT_WORK) / Math.max(1, Math.min(n, 512) * k)));
  const blocks = Math.ceil(m / rows);
  return blocks < 3 ? blocks : roundUp(blocks, 4);
}

/** Rows and columns of a unit that packs its own panels of b. */
function blockFor(m: number, n: number, k: number): Block {
  // However long k is, a unit has a quarter of the columns: fewer take rows of a transposed again and again.
  const columns = Math.max(16, roundUp(n / 4, 16), roundUp(UNIT_WORK / Math.max(1, Math.min(m, 192) * k), 16));
  const unitN = Math.max(1, Math.min(n, 128, columns));
  const rows = Math.max(64, roundUp(UNIT_WORK / Math.max(1, unitN * k), 12));
  const unitM = Math.max(1, Math.min(m, 192, rows));
  return { unitM, unitN };
}
