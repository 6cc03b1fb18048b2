// What image operations share: images come as [height, width, channels] or with a batch axis in front, channels last or first.

import { asTensor, type TensorLike } from "../../core/convert.js";
import { isFloat } from "../../core/dtype.js";
import { ShapeError, text, ValueError } from "../../core/errors.js";
import { shapeText } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { cast } from "../elementwise/cast.js";
import { clip } from "../elementwise/clip.js";
import { round } from "../elementwise/rounding.js";
import { expandDims, squeeze } from "../shaping/reshape.js";
import { moveaxis } from "../shaping/transpose.js";

export interface DataFormatOption {
  /** "channels_last" (default) or "channels_first". */
  dataFormat?: string | null;
}

export function isChannelsFirst(where: string, dataFormat: string | null | undefined): boolean {
  if (dataFormat === null || dataFormat === undefined || dataFormat === "channels_last") return false;
  if (dataFormat === "channels_first") return true;
  throw new ValueError(where, { given: `dataFormat ${text(dataFormat)}`, expected: "channels_last or channels_first" });
}

export interface Batch {
  /** float32 [batch, ...space, channels]. */
  readonly x: Tensor;
  /** A result in the layout in which the images came. */
  readonly back: (y: Tensor) => Tensor;
  /** Whether it was one image without a batch axis. */
  readonly isSingle: boolean;
}

/** Images as a float32 batch with channels last. @param space  2 for images, 3 for volumes */
export function asBatch(where: string, images: TensorLike, dataFormat: string | null | undefined, space = 2): Batch {
  const given = asTensor(images);
  if (given.rank !== space + 1 && given.rank !== space + 2) {
    throw new ShapeError(where, { given: shapeText(given.shape), expected: `rank ${space + 1} (one image) or ${space + 2} (a batch)` });
  }
  const isFirst = isChannelsFirst(where, dataFormat);
  const isSingle = given.rank === space + 1;
  const batch = isSingle ? expandDims(given, 0) : given;
  const x = cast(isFirst ? moveaxis(batch, 1, -1) : batch, "float32");
  const back = (y: Tensor): Tensor => {
    const ordered = isFirst ? moveaxis(y, -1, 1) : y;
    const single = isSingle ? squeeze(ordered, 0) : ordered;
    return isFloat(given.dtype) ? single : toInteger(single, given.dtype);
  };
  return { x, back, isSingle };
}

/** Rounded, and within the range of the dtype. */
function toInteger(x: Tensor, dtype: Tensor["dtype"]): Tensor {
  const whole = round(x);
  return cast(dtype === "uint8" ? clip(whole, 0, 255) : whole, dtype);
}
