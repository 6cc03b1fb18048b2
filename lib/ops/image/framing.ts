// Images cut to, and padded to, a size.

import { operation } from "../../core/operation.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import { ShapeError, ValueError } from "../../core/errors.js";
import { shapeText } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { pad } from "../shaping/pad.js";
import { everything, stridedOf } from "../shaping/slice.js";
import { isChannelsFirst, type DataFormatOption } from "./layout.js";

/** Two of these for each axis: what is before, what is behind, and the length of the result. */
interface Side {
  readonly before: number;
  readonly behind: number;
  readonly target: number | null;
}

/**
 * Completes before, behind and target of an axis from the length and those that are given. @param sign  1 where they are added, −1 where
 * cut
 */
function side(
  where: string,
  axis: string,
  length: number,
  before: number | null | undefined,
  behind: number | null | undefined,
  target: number | null | undefined,
  sign: 1 | -1,
): Side {
  const given = [before, behind, target].filter((each) => each !== null && each !== undefined).length;
  const fail = (): never => {
    throw new ValueError(where, {
      given: `${given} of three facts for the ${axis}`,
      expected: `two of what is ${sign > 0 ? "added" : "cut"} before and behind and the ${axis} of the result`,
    });
  };
  const all = (target ?? NaN) - length;
  const first = before ?? (behind !== null && behind !== undefined && !Number.isNaN(all) ? sign * all - behind : given < 2 ? fail() : 0);
  const last = behind ?? (Number.isNaN(all) ? fail() : sign * all - first);
  const result = length + sign * (first + last);
  if (first < 0 || last < 0 || result < 0) {
    throw new ValueError(where, {
      given: `${first} before and ${last} behind for the ${axis} ${length}`,
      expected: "numbers that are not negative",
    });
  }
  return { before: first, behind: last, target: result };
}

function axesOf(where: string, images: Tensor, dataFormat: string | null | undefined): [number, number] {
  if (images.rank !== 3 && images.rank !== 4) throw new ShapeError(where, { given: shapeText(images.shape), expected: "rank 3 or 4" });
  const last = isChannelsFirst(where, dataFormat) ? images.rank - 1 : images.rank - 2;
  return [last - 1, last];
}

export interface CropOptions extends DataFormatOption {
  topCropping?: number | null;
  leftCropping?: number | null;
  bottomCropping?: number | null;
  rightCropping?: number | null;
  targetHeight?: number | null;
  targetWidth?: number | null;
}

/**
 * A block of images: of each axis two of what is cut before, what is cut behind, and how much is left.
 *
 * ```ts
 * ops.image.cropImages([[[1], [2]], [[3], [4]]], { topCropping: 1, leftCropping: 0, targetHeight: 1, targetWidth: 2 }); // [[[3], [4]]]
 * ```
 */
export const cropImages = operation(
  "image.cropImages(*images, topCropping:int=null, leftCropping:int=null, bottomCropping:int=null, rightCropping:int=null, targetHeight:int=null, targetWidth:int=null, dataFormat:string=null)",
  (
    images: TensorLike,
    topCropping: number | null,
    leftCropping: number | null,
    bottomCropping: number | null,
    rightCropping: number | null,
    targetHeight: number | null,
    targetWidth: number | null,
    dataFormat: string | null,
  ): Tensor => {
    const x = asTensor(images);
    const [h, w] = axesOf("cropImages", x, dataFormat);
    const rows = side("cropImages", "height", x.shape[h]!, topCropping, bottomCropping, targetHeight, -1);
    const columns = side("cropImages", "width", x.shape[w]!, leftCropping, rightCropping, targetWidth, -1);
    return stridedOf(
      x,
      x.shape.map((length, axis) => {
        if (axis !== h && axis !== w) return everything(length);
        const { before, target } = axis === h ? rows : columns;
        return { begin: before, step: 1, count: target };
      }),
    );
  },
  { needsShapes: true },
);

export interface PadOptions extends DataFormatOption {
  topPadding?: number | null;
  leftPadding?: number | null;
  bottomPadding?: number | null;
  rightPadding?: number | null;
  targetHeight?: number | null;
  targetWidth?: number | null;
}

/**
 * Images with zeros around: of each axis two of what is added before, what is added behind, and how much there is then.
 *
 * ```ts
 * ops.image.padImages([[[1]]], { topPadding: 0, bottomPadding: 1, leftPadding: 1, rightPadding: 0 }); // [[[0], [1]], [[0], [0]]]
 * ```
 */
export const padImages = operation(
  "image.padImages(*images, topPadding:int=null, leftPadding:int=null, bottomPadding:int=null, rightPadding:int=null, targetHeight:int=null, targetWidth:int=null, dataFormat:string=null)",
  (
    images: TensorLike,
    topPadding: number | null,
    leftPadding: number | null,
    bottomPadding: number | null,
    rightPadding: number | null,
    targetHeight: number | null,
    targetWidth: number | null,
    dataFormat: string | null,
  ): Tensor => {
    const x = asTensor(images);
    const [h, w] = axesOf("padImages", x, dataFormat);
    const rows = side("padImages", "height", x.shape[h]!, topPadding, bottomPadding, targetHeight, 1);
    const columns = side("padImages", "width", x.shape[w]!, leftPadding, rightPadding, targetWidth, 1);
    return pad(
      x,
      x.shape.map((_, axis) => {
        if (axis !== h && axis !== w) return [0, 0] as const;
        const { before, behind } = axis === h ? rows : columns;
        return [before, behind] as const;
      }),
    );
  },
  { needsShapes: true },
);
