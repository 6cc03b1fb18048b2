// The commands of convolutions: which kernel, on which geometry, in units of which size. Units depend on the problem alone.

import { known, sizeOf } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels/core.js";
import { kernels as convolutionKernels } from "../../generated/kernels/convolution.js";
import { scratch, type Command, type Operand } from "../../runtime/command.js";
import { padBefore, spatial, three, type Padding } from "./window.js";

/** How a convolution walks over its input. */
export interface Walking {
  readonly strides: readonly number[];
  readonly padding: Padding;
  readonly dilation: readonly number[];
}

/** Multiply-adds that one unit of work should have: some 50 µs. */
const UNIT_WORK = 3 << 19;
const RELU = 4;

const roundUp = (value: number, step: number): number => Math.ceil(value / step) * step;

/** The geometry of the forward convolution x → y. */
function forward(x: Tensor, kernel: readonly number[], y: Tensor, { strides, padding, dilation }: Walking) {
  const [size, window] = [known(spatial(x.shape)), kernel.slice(0, -2)];
  const before = size.map((n, i) => padBefore(padding, i, n, dilation[i]! * (window[i]! - 1) + 1, strides[i]!));
  const channels = known(x.shape).at(-1)!;
  return {
    batch: x.shape[0]!,
    in: three(size, 1),
    out: three(known(spatial(y.shape)), 1),
    kernel: three(window, 1),
    stride: three(strides, 1),
    offset: three(before.map((n) => -n), 0), // prettier-ignore
    dilation: three(dilation, 1),
    upsample: [1, 1, 1],
    channels,
    outChannels: y.shape.at(-1)!,
    groups: Math.max(1, channels / kernel.at(-2)!),
  };
}

type Geometry = ReturnType<typeof forward>;

/** The geometry of the gradient with respect to x: the same meetings, seen from x. */
const reversed = (g: Geometry): Geometry => ({
  ...g,
  in: g.out,
  out: g.in,
  stride: [1, 1, 1],
  offset: g.offset.map((o) => -o),
  dilation: g.dilation.map((d) => -d),
  upsample: g.stride,
  channels: g.outChannels,
  outChannels: g.channels,
});

/** y = x ∗ kernel (+ bias), cut at zero where `relu`. */
export function convolve(x: Tensor, kernel: Tensor, bias: Tensor | null, y: Tensor, walking: Walking, relu: boolean): Command[] {
  const g = forward(x, known(kernel.shape), y, walking);
  const inner = g.channels / g.groups;
  const n = g.outChannels / g.groups;
  const strides = { strideGroup: n, strideTap: inner * g.outChannels, strideK: g.outChannels, strideN: 1 };
  return run(g, x, kernel, strides, bias, y, relu);
}

/** dx of y = x ∗ kernel. */
export function inputGradient(dy: Tensor, kernel: Tensor, dx: Tensor, walking: Walking): Command[] {
  const g = reversed(forward(dx, known(kernel.shape), dy, walking));
  const inner = g.channels / g.groups;
  const n = g.outChannels / g.groups;
  const strides = { strideGroup: inner, strideTap: n * g.channels, strideK: 1, strideN: g.channels };
  return run(g, dy, kernel, strides, null, dx, false);
}

interface PackStrides {
  readonly strideGroup: number;
  readonly strideTap: number;
  readonly strideK: number;
  readonly strideN: number;
}

function run(g: Geometry, x: Tensor, kernel: Tensor, strides: PackStrides, bias: Tensor | null, y: Tensor, relu: boolean): Command[] {
  const taps = sizeOf(g.kernel);
  const inner = g.channels / g.groups;
  const n = g.outChannels / g.groups;
  const pixels = g.batch * sizeOf(g.out);
  const flags = relu ? RELU : 0;
  if (inner === 1 && n === 1) {
    const perRow = g.out[2]! * g.channels * taps;
    const rows = g.batch * g.out[0]! * g.out[1]!;
    return [convolutionKernels.depthwise_f32({ ...g, x, w: kernel, bias, y, flags }, rows, Math.ceil(UNIT_WORK / 8 / Math.max(1, perRow)))];
  }
  if (isWinograd(g)) return winogradCommands(g, x, kernel, strides, bias, y, flags);
  if (isFew(g, strides)) return fewChannelsCommands(g, x, kernel, strides, bias, y, flags);
  if (inner < SHORT && g.upsample.every((each) => each === 1)) return shortRunsCommands(g, x, kernel, strides, bias, y, flags);
  const { packed, pack } = packing(g, kernel, strides);
  const perPixel = Math.max(1, taps * inner * n);
  const unitM = Math.min(192, Math.max(24, roundUp(UNIT_WORK / perPixel, 12)));
  const units = g.groups * Math.ceil(pixels / unitM);
  return [
    pack,
    convolutionKernels.conv_f32({ ...g, x, packed, bias, y, unitM, flags }, units, Math.ceil(UNIT_WORK / 2 / (unitM * perPixel))),
  ];
}

/** The command that packs the kernel into panels, and where they are. */
function packing(g: Geometry, kernel: Tensor, strides: PackStrides): { packed: Operand; pack: Command } {
  const taps = sizeOf(g.kernel);
  const inner = g.channels / g.groups;
  const n = g.outChannels / g.groups;
  const columns = roundUp(n, 16);
  const packed = scratch(Math.max(4, g.groups * columns * taps * inner * 4));
  const grain = Math.ceil((1 << 15) / Math.max(1, taps * inner * 16));
  return {
    packed,
    pack: kernels.pack_f32({ b: kernel, packed, groups: g.groups, taps, k: inner, n, ...strides }, (g.groups * columns) / 16, grain),
  };
}

/** Channels of a group below which a tap is too short a run: first layers. */
const SHORT = 12;

/** x with as much padding as the windows need, and the geometry on it. */
function padded(g: Geometry, x: Tensor): { commands: Command[]; x: Operand; g: Geometry } {
  const reach = (i: number): [number, number] => {
    const taps = (g.kernel[i]! - 1) * g.dilation[i]!;
    const last = (g.out[i]! - 1) * g.stride[i]! + g.offset[i]! + Math.max(0, taps);
    return [Math.max(0, -(g.offset[i]! + Math.min(0, taps))), Math.max(0, last + 1 - g.in[i]!)];
  };
  const reaches = [reach(0), reach(1), reach(2)];
  if (reaches.every(([before, after]) => before + after === 0)) return { commands: [], x, g };
  const before = reaches.map((each) => each[0]);
  const out = g.in.map((length, i) => length + reaches[i]![0] + reaches[i]![1]);
  const whole = scratch(g.batch * sizeOf(out) * g.channels * 4);
  const rows = g.batch * out[0]! * out[1]!;
  const pad = convolutionKernels.pad_f32(
    { x, y: whole, in: g.in, out, before, channels: g.channels },
    rows,
    Math.ceil((1 << 15) / (out[2]! * g.channels)),
  );
  return { commands: [pad], x: whole, g: { ...g, in: out, offset: g.offset.map((o, i) => o + before[i]!) } };
}

/** Convolution of few channels. */
function shortRunsCommands(
  g: Geometry,
  x: Tensor,
  kernel: Tensor,
  strides: PackStrides,
  bias: Tensor | null,
  y: Tensor,
  flags: number,
): Command[] {
  const { packed, pack } = packing(g, kernel, strides);
  const source = padded(g, x);
  const unitM = 192;
  const units = g.groups * Math.ceil((g.batch * sizeOf(g.out)) / unitM);
  const work = unitM * sizeOf(g.kernel) * (g.channels / g.groups) * (g.outChannels / g.groups);
  const command = convolutionKernels.conv_short_f32(
    { ...source.g, x: source.x, packed, bias, y, unitM, flags },
    units,
    Math.ceil(UNIT_WORK / 3 / Math.max(1, work)),
  );
  return [pack, ...source.commands, command];
}

/** Whether so few channels go out that the products with all taps, which a matrix product gives, are better summed afterwards. */
function isFew(g: Geometry, { strideTap, strideN }: PackStrides): boolean {
  const rows = sizeOf(g.kernel) * g.outChannels;
  const isPlain = g.groups === 1 && [...g.stride, ...g.upsample].every((each) => each === 1);
  // Rows of the left matrix, a tap and an output channel each, are equally far apart.
  const isMatrix = g.outChannels === 1 || strideTap === g.outChannels * strideN;
  return (
    isPlain && isMatrix && g.outChannels <= 4 && g.channels >= 8 && rows > 4 && rows <= Math.min(192, 2 * g.channels) && g.out[2]! < 1 << 17
  );
}

/** Convolution to few channels. */
function fewChannelsCommands(
  g: Geometry,
  x: Tensor,
  kernel: Tensor,
  strides: PackStrides,
  bias: Tensor | null,
  y: Tensor,
  flags: number,
): Command[] {
  const m = sizeOf(g.kernel) * g.outChannels;
  const [n, k] = [g.batch * sizeOf(g.in), g.channels];
  const products = scratch(Math.max(4, m * n * 4));
  const none = { bias: null, batch: [1, 1, 1], batchA: [0, 0, 0], batchB: [0, 0, 0], fromK: 0, toK: k, flags: 0 };
  const strideAM = g.outChannels === 1 ? strides.strideTap : strides.strideN;
  const [unitM, unitN] = [m, 128];
  const product = kernels.gemm_f32(
    { ...none, a: kernel, b: x, c: products, m, n, k, strideAM, strideAK: strides.strideK, strideBK: 1, strideBN: k, unitM, unitN },
    Math.ceil(n / unitN),
    Math.ceil(UNIT_WORK / 3 / (unitM * unitN * k)),
  );
  const rows = g.batch * g.out[0]! * g.out[1]!;
  const grain = Math.ceil((1 << 16) / (m * g.out[2]!));
  return [product, convolutionKernels.sum_taps_f32({ ...g, products, bias, y, flags }, rows, grain)];
}

/** dw of y = x ∗ w. Pixels are cut into parts with sums of their own, as many as keep some threads busy. */
export function weightGradient(x: Tensor, dy: Tensor, dw: Tensor, walking: Walking): Command[] {
  const kernel = known(dw.shape);
  const g = forward(x, kernel, dy, walking);
  const taps = sizeOf(g.kernel);
  const inner = g.channels / g.groups;
  const n = g.outChannels / g.groups;
  const pixels = g.batch * sizeOf(g.out);
  const length = sizeOf(kernel);
  const isDepthwise = inner === 1 && n === 1;
  if (isWinograd(g)) return winogradWeightGradient(g, x, dy, dw);
  const unitM = Math.min(384, taps * inner);
  const unitN = Math.min(384, n);
  const blocks = isDepthwise ? 1 : g.groups * Math.ceil((taps * inner) / unitM) * Math.ceil(n / unitN);
  const work = (pixels * length) / (isDepthwise ? 0.25 : 1);
  const splits = Math.max(1, Math.min(
    Math.ceil(Math.min(16, work / UNIT_WORK) / blocks),
    Math.ceil(pixels / 256),
    Math.floor((1 << 20) / length),
  )); // prettier-ignore
  const parts: Operand = splits === 1 ? dw : scratch(splits * length * 4);
  const grain = Math.ceil(UNIT_WORK / 2 / Math.max(1, work / splits / blocks));
  const source = inner < SHORT && !isDepthwise ? padded(g, x) : { commands: [], x, g };
  const first = isDepthwise
    ? convolutionKernels.depthwise_weight_gradient_f32({ ...g, x, dy, dw: parts, splits }, splits, grain)
    : convolutionKernels.conv_weight_gradient_f32(
        { ...source.g, x: source.x, dy, dw: parts, splits, unitM, unitN },
        splits * blocks,
        grain,
      );
  if (splits === 1) return [...source.commands, first];
  return [
    ...source.commands,
    first,
    convolutionKernels.sum_partials_f32({ x: parts, y: dw, parts: splits, length }, length, Math.ceil((1 << 17) / splits)),
  ];
}

// 3 × 3 with stride 1 by minimal filtering: see assembly/convolution/winograd.ts.

/** Tiles of 4 × 4 outputs. */
const tilesOf = (g: Geometry): number => g.batch * g.in[0]! * Math.ceil(g.out[1]! / 4) * Math.ceil(g.out[2]! / 4);

/** Products per pair of channels that a tile takes. */
const PRODUCTS = 36;

/** Tiles of a unit: what the scratch memory holds, even, so that register tiles divide them. */
function unitTiles(k: number, n: number): number {
  const columns = Math.min(64, roundUp(n, 16));
  return Math.min(48, Math.floor((3150 - 4 * columns) / (k + columns) / 2) * 2);
}

/** Whether minimal filtering is possible and takes clearly fewer products. */
function isWinograd(g: Geometry): boolean {
  const isThree = g.kernel[0] === 1 && g.kernel[1] === 3 && g.kernel[2] === 3;
  const isPlain = g.groups === 1 && g.stride[0] === 1 && g.upsample.every((u) => u === 1);
  const isDense = g.stride[1] === 1 && g.stride[2] === 1 && Math.abs(g.dilation[1]!) === 1 && g.dilation[1] === g.dilation[2];
  if (!isThree || !isPlain || !isDense || g.offset[0] !== 0 || g.in[0] !== g.out[0]) return false;
  const [k, n] = [g.channels, g.outChannels];
  if (k % 4 !== 0 || n % 4 !== 0 || Math.min(k, n) < 8 || k + n > 1200 || unitTiles(k, n) < 2) return false;
  const outputs = g.batch * sizeOf(g.out);
  return outputs >= 64 && 9 * outputs > 1.5 * PRODUCTS * tilesOf(g);
}

function winogradCommands(
  g: Geometry,
  x: Tensor,
  kernel: Tensor,
  strides: PackStrides,
  bias: Tensor | null,
  y: Tensor,
  flags: number,
): Command[] {
  const [k, n] = [g.channels, g.outChannels];
  const u = scratch(PRODUCTS * (k * roundUp(n, 16) + 32) * 4);
  // A kernel that is walked backwards is one that is turned around and begins further left and above.
  const isTurned = g.dilation[2]! < 0;
  const { strideTap, strideK, strideN } = strides;
  const weights = { w: kernel, first: isTurned ? 8 * strideTap : 0, strideTap: isTurned ? -strideTap : strideTap, strideK, strideN };
  const offset = isTurned ? g.offset.map((o, i) => (i === 0 ? o : o - 2)) : g.offset;
  const tiles = unitTiles(k, n);
  const units = Math.ceil(tilesOf(g) / tiles);
  const grain = Math.ceil(UNIT_WORK / 2 / (tiles * PRODUCTS * k * n));
  return [
    convolutionKernels.winograd_weights_f32({ ...weights, u, k, n }, roundUp(n, 16) / 16, Math.ceil((1 << 12) / (16 * k))),
    convolutionKernels.winograd_conv_f32({ ...g, offset, dilation: [1, 1, 1], ...weights, x, u, bias, y, tiles, flags }, units, grain),
  ];
}

function winogradWeightGradient(g: Geometry, x: Tensor, dy: Tensor, dw: Tensor): Command[] {
  const [k, n] = [g.channels, g.outChannels];
  const tiles = tilesOf(g);
  const work = tiles * PRODUCTS * k * n;
  // Rows of positions apart, where otherwise too few tiles fit into the scratch memory.
  const parts = [2, 3].find((parts) => 119000 / ((PRODUCTS / parts) * (k + roundUp(n, 16))) >= 48) ?? 6;
  const splits = Math.max(1, Math.min(Math.round(Math.min(8, work / UNIT_WORK / 4) / parts), Math.ceil(tiles / 64)));
  const sums = scratch(splits * PRODUCTS * (k * n + 32) * 4);
  const grain = Math.ceil((UNIT_WORK * splits * parts) / 2 / work);
  return [
    convolutionKernels.winograd_gradient_f32({ ...g, x, dy, sums, splits, parts }, splits * parts, grain),
    convolutionKernels.winograd_taps_f32({ ...g, x, dy, sums, dw, splits }, k, Math.ceil((1 << 15) / (n * PRODUCTS * splits))),
  ];
}
