// What images go through before a network sees them: pixels from 0 to 255 become what it was trained on.

import { imageDataFormat } from "../config/settings.js";
import { asTensor, type TensorLike } from "../core/convert.js";
import { declare } from "../core/operation.js";
import { text, ValueError } from "../core/errors.js";
import { Chainable, type Tensor } from "../core/tensor.js";
import { add, cast, divide, flip, reshape, subtract } from "../ops/index.js";

/** How pixels are brought to the range of a network. */
export type PreprocessMode = "caffe" | "tf" | "torch";

/** Means of ImageNet's pixels: blue, green, red from 0 to 255; red, green, blue from 0 to 1. */
const caffeMeans = [103.939, 116.779, 123.68];
const torchMeans = [0.485, 0.456, 0.406];
const torchDeviations = [0.229, 0.224, 0.225];

function oneOf(name: string, given: unknown, known: readonly string[]): void {
  if (!known.includes(given as string))
    throw new ValueError(`preprocessInput.${name}`, {
      given: text(given),
      expected: `one of ${known.map((each) => text(each)).join(", ")}`,
    });
}

function preprocess(x: TensorLike, dataFormat: string | null, mode: string): Tensor {
  oneOf("mode", mode, ["caffe", "tf", "torch"]);
  const format = dataFormat ?? imageDataFormat();
  oneOf("dataFormat", format, ["channels_last", "channels_first"]);
  const given = asTensor(x);
  // Arrays become floats; a tensor of whole numbers keeps them in the mode that subtracts only.
  const keepsDtype = given.dtype === "float32" || (mode === "caffe" && x instanceof Chainable && given.dtype === "int32");
  const pixels = keepsDtype ? given : cast(given, "float32");
  if (mode === "tf") return subtract(divide(pixels, 127.5), 1);
  const axis = format === "channels_last" ? -1 : pixels.rank - 3;
  const shape = Array.from({ length: pixels.rank }, (_, i) => (i === (axis + pixels.rank) % pixels.rank ? 3 : 1));
  const channels = (values: readonly number[]) => reshape(asTensor([...values]), shape);
  if (pixels.rank < 3 || pixels.shape.at(axis) !== 3) {
    throw new ValueError("preprocessInput.x", {
      given: text(pixels.shape),
      expected: `images or one image with three channels, ${format}`,
    });
  }
  if (mode === "torch") return divide(subtract(divide(pixels, 255), channels(torchMeans)), channels(torchDeviations));
  return add(flip(pixels, axis), cast(channels(caffeMeans.map((mean) => -mean)), pixels.dtype));
}

/**
 * Pixels from 0 to 255, `[batch, height, width, 3]` or one image, as networks were trained on them; a new tensor.
 *
 * - `"caffe"`: blue, green, red, less the means of ImageNet; not scaled
 * - `"tf"`: from −1 to 1
 * - `"torch"`: from 0 to 1, less the means of ImageNet, divided by the deviations
 *
 * Keras: keras.applications.imagenet_utils.preprocess_input
 *
 * ```ts
 * keras.applications.imagenetUtils.preprocessInput([[[0, 128, 255]]], { mode: "tf" }); // [[[-1, 3.922e-3, 1]]]
 * ```
 */
export const preprocessInput = declare('imagenetUtils.preprocessInput(*x, dataFormat:string|null=null, mode="caffe")', preprocess);

/** The same in a mode that is a network's own. */
export const preprocessing = (mode: PreprocessMode) =>
  declare("applications.preprocessInput(*x, dataFormat:string|null=null)", (x: TensorLike, dataFormat: string | null) =>
    preprocess(x, dataFormat, mode),
  );

/**
 * Gives its input back: these networks begin with a layer that does it.
 *
 * ```ts
 * keras.applications.convnext.preprocessInput([[[0, 128, 255]]]); // [[[0, 128, 255]]]
 * ```
 */
export const passing = declare(
  "applications.preprocessInput(*x, dataFormat:string|null=null)",
  (x: TensorLike, _dataFormat: string | null) => asTensor(x),
);
