// Windows of images as vectors, and images made of such windows again.

import { declare, operation } from "../../core/operation.js";
import type { TensorLike } from "../../core/convert.js";
import { ShapeError, text, ValueError } from "../../core/errors.js";
import { primitive } from "../../core/primitive.js";
import { known, shapeText, sizeOf, stridesOf, type Shape } from "../../core/shape.js";
import type { Spec, Tensor } from "../../core/tensor.js";
import { constant } from "../../core/convert.js";
import { addAt } from "../indexing/take.js";
import { pad } from "../shaping/pad.js";
import { mergeAxes, reshape, splitAxis } from "../shaping/reshape.js";
import { everything, stridedOf } from "../shaping/slice.js";
import { transpose } from "../shaping/transpose.js";
import { gatherView } from "../shaping/views.js";
import { asBatch, type DataFormatOption } from "./layout.js";

type Sizes = number | readonly number[];
const listOf = (value: Sizes, length: number): number[] => (typeof value === "number" ? Array.from({ length }, () => value) : [...value]);

interface Windows {
  readonly size: readonly number[];
  readonly strides: readonly number[];
  readonly dilation: readonly number[];
}

const extent = ({ size, dilation }: Windows, i: number): number => (size[i]! - 1) * dilation[i]! + 1;
const countOf = (length: number, windows: Windows, i: number): number =>
  Math.max(0, Math.floor((length - extent(windows, i)) / windows.strides[i]!) + 1);

/** Windows of x [n, ...space, c] as [n, ...windows, pixels of a window · c]. */
const patchesOp = primitive({
  name: "patches",
  inputs: ["x"],
  infer: ({ x }, windows: Windows): Spec => {
    const [channels, space] = [x.shape.at(-1)!, x.shape.slice(1, -1)];
    const counts = space.map((length, i) => (length === null ? null : countOf(length, windows, i)));
    return { shape: [x.shape[0]!, ...counts, channels === null ? null : sizeOf(windows.size) * channels], dtype: x.dtype };
  },
  lower: ({ x }, { y }, { size, strides, dilation }) => {
    const shape = known(x.shape);
    const steps = stridesOf(shape);
    const space = steps.slice(1, -1);
    return gatherView(x, y, {
      shape: [...known(y.shape).slice(0, -1), ...size, shape.at(-1)!],
      strides: [steps[0]!, ...space.map((step, i) => step * strides[i]!), ...space.map((step, i) => step * dilation[i]!), 1],
      offset: 0,
    });
  },
  gradient: (dy, _, { specs, attrs }) => ({ x: () => overlapped(dy, known(specs.x.shape, "extractPatches"), attrs) }),
});

/** Windows added where they overlap: images of the shape. */
function overlapped(patches: Tensor, shape: readonly number[], { size, strides, dilation }: Windows): Tensor {
  const [channels, space] = [shape.at(-1)!, shape.slice(1, -1)];
  const counts = known(patches.shape.slice(1, -1), "extractPatches");
  const lengths = [...counts, ...size];
  const steps = stridesOf(space);
  const moves = [...steps.map((step, i) => step * strides[i]!), ...steps.map((step, i) => step * dilation[i]!)];
  const places = Int32Array.from({ length: sizeOf(lengths) }, (_, i) => {
    let place = 0;
    for (let axis = lengths.length - 1; axis >= 0; axis--) {
      place += (i % lengths[axis]!) * moves[axis]!;
      i = Math.floor(i / lengths[axis]!);
    }
    return place;
  });
  const rows = reshape(patches, [shape[0]!, places.length, channels]);
  return reshape(addAt(rows, constant(places), [shape[0]!, sizeOf(space), channels], 1), shape);
}

export interface PatchOptions extends DataFormatOption {
  /** Steps between windows. Default: their size. */
  strides?: Sizes | null;
  /** Steps between the pixels of a window. Default 1. */
  dilationRate?: Sizes;
  /** "valid" (default) or "same". */
  padding?: string;
}

function extract(where: string, images: TensorLike, size: Sizes, space: number, options: PatchOptions): Tensor {
  const { strides = null, dilationRate = 1, padding = "valid", dataFormat } = options;
  const { x, back } = asBatch(where, images, dataFormat, space);
  const windows: Windows = { size: listOf(size, space), strides: listOf(strides ?? size, space), dilation: listOf(dilationRate, space) };
  if (padding !== "valid" && padding !== "same")
    throw new ValueError(where, { given: `padding ${text(padding)}`, expected: "valid or same" });
  const padded = padding === "same" ? pad(x, [[0, 0], ...sameWidths(where, x.shape, windows), [0, 0]]) : x;
  return back(patchesOp.apply({ x: padded }, windows));
}

/** What "same" padding adds, the larger half behind. */
function sameWidths(where: string, shape: Shape, windows: Windows): (readonly [number, number])[] {
  return shape.slice(1, -1).map((length, i) => {
    const known_ = known([length], where)[0]!;
    const count = Math.ceil(known_ / windows.strides[i]!);
    const total = Math.max(0, (count - 1) * windows.strides[i]! + extent(windows, i) - known_);
    return [Math.floor(total / 2), total - Math.floor(total / 2)] as const;
  });
}

/**
 * Windows of images, each as one vector.
 *
 * ```ts
 * ops.image.extractPatches(tf.ones([1, 8, 8, 3]), 4).shape; // [1, 2, 2, 48]
 * ```
 *
 * @param images  [height, width, channels], or a batch of them
 * @param size    of a window: one number, [height, width], or for volumes [depth, height, width]
 * @returns       [rows of windows, columns of windows, pixels · channels]
 */
export const extractPatches = operation(
  'image.extractPatches(*images, size:ints, strides:ints=null, dilationRate:ints=1, padding="valid", dataFormat:string=null)',
  (images: TensorLike, size: Sizes, strides: Sizes | null, dilationRate: Sizes, padding: string, dataFormat: string | null): Tensor => {
    const space = typeof size !== "number" && size.length === 3 ? 3 : 2;
    return extract("extractPatches", images, size, space, { strides, dilationRate, padding, dataFormat });
  },
);

/**
 * Windows of volumes, each as one vector. In a model it is extractPatches of three sizes, as Keras has it.
 *
 * ```ts
 * ops.image.extractPatches3d(tf.ones([1, 4, 4, 4, 3]), 2).shape; // [1, 2, 2, 2, 24]
 * ```
 *
 * @see extractPatches
 */
export const extractPatches3d = declare(
  'image.extractPatches3d(*volumes, size:ints, strides:ints=null, dilationRate:ints=1, padding="valid", dataFormat:string=null)',
  (volumes: TensorLike, size: Sizes, strides: Sizes | null, dilationRate: Sizes, padding: string, dataFormat: string | null): Tensor =>
    extractPatches(volumes, listOf(size, 3), strides, dilationRate, padding, dataFormat),
);

/**
 * Images put together from windows that do not overlap: the reverse of extractPatches.
 *
 * ```ts
 * const patches = ops.image.extractPatches(tf.ones([1, 4, 4, 3]), 2);
 * ops.image.reconstructPatches(patches, 2, [4, 4]).shape; // [1, 4, 4, 3]
 * ```
 *
 * @param size        of a window
 * @param outputSize  of the images, or volumes
 */
export const reconstructPatches = operation(
  'image.reconstructPatches(*patches, size:ints, outputSize:list, strides:ints=null, padding="valid", dataFormat:string=null)',
  (
    patches: TensorLike,
    size: Sizes,
    outputSize: readonly number[],
    strides: Sizes | null,
    padding: string,
    dataFormat: string | null,
  ): Tensor => {
    const where = "reconstructPatches";
    const space = outputSize.length;
    const sizes = listOf(size, space);
    if (listOf(strides ?? size, space).some((stride, i) => stride !== sizes[i])) {
      throw new ValueError(where, {
        given: `strides ${text(strides)} and size ${text(size)}`,
        expected: "strides equal to the size: windows that do not overlap",
      });
    }
    const { x, back } = asBatch(where, patches, dataFormat, space);
    const counts = x.shape.slice(1, -1);
    counts.forEach((count, i) => {
      if (count === null) return;
      const [most, wanted] = [count * sizes[i]!, outputSize[i]!];
      if (padding === "same" ? wanted > most - sizes[i]! && wanted <= most : wanted === most) return;
      throw new ShapeError(where, {
        given: `outputSize ${shapeText(outputSize)} for ${shapeText(x.shape)}`,
        expected: `${most} along axis ${i}`,
      });
    });
    let y = splitAxis(x, space + 1, [...sizes, null]);
    const axes = Array.from({ length: space }, (_, i) => [i + 1, i + 1 + space]).flat();
    y = transpose(y, [0, ...axes, 2 * space + 1]);
    for (let i = 0; i < space; i++) y = mergeAxes(y, i + 1, 2);
    const ranges = y.shape.map((length, axis) => {
      if (axis === 0 || axis === space + 1) return everything(length);
      const count = outputSize[axis - 1]!;
      return { begin: length === null ? 0 : Math.floor((length - count) / 2), step: 1, count };
    });
    return back(stridedOf(y, ranges));
  },
);
