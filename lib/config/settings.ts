// keras.config: a few values that stand for the whole process. They are read when an object is made, never later.

import { checkedDtype } from "../core/convert.js";
import { type DataFormat, defaults } from "../core/defaults.js";
import { text, ValueError } from "../core/errors.js";

export type { DataFormat };

/**
 * Where images have their channels unless a layer says otherwise: `"channels_last"`.
 *
 * ```ts
 * keras.backend.imageDataFormat(); // "channels_last"
 * ```
 */
export function imageDataFormat(): DataFormat {
  return defaults.imageDataFormat;
}

/**
 * Sets where channels stand by default: "channels_last" or "channels_first". Keras: keras.config.set_image_data_format
 *
 * ```ts
 * keras.backend.setImageDataFormat("channels_first");
 * new keras.layers.Conv2D(2, 3).options.dataFormat; // "channels_first"
 * keras.backend.setImageDataFormat("channels_last");
 * ```
 */
export function setImageDataFormat(dataFormat: DataFormat): void {
  if (dataFormat !== "channels_last" && dataFormat !== "channels_first") {
    throw new ValueError("keras.config.setImageDataFormat", { given: text(dataFormat), expected: '"channels_last" or "channels_first"' });
  }
  defaults.imageDataFormat = dataFormat;
}

/**
 * The small number that keeps divisions and logarithms finite: 1e-7.
 *
 * ```ts
 * keras.backend.epsilon(); // 1.000e-7
 * ```
 */
export function epsilon(): number {
  return defaults.epsilon;
}

/**
 * Sets the small number that keeps divisions from zero (default: 1e-7). Keras: keras.config.set_epsilon
 *
 * ```ts
 * keras.backend.setEpsilon(1e-5);
 * keras.backend.epsilon(); // 1.000e-5
 * keras.backend.setEpsilon(1e-7);
 * ```
 */
export function setEpsilon(value: number): void {
  if (!(value > 0)) throw new ValueError("keras.config.setEpsilon", { given: text(value), expected: "a number above 0" });
  defaults.epsilon = value;
}

/** The names that `setFloatx` takes. */
export type Floatx = "float16" | "bfloat16" | "float32" | "float64";

let floats: Floatx = "float32";

/**
 * The dtype of floats that are given none: `"float32"` unless `setFloatx` said another.
 *
 * ```ts
 * keras.backend.floatx(); // "float32"
 * ```
 */
export function floatx(): Floatx {
  return floats;
}

/**
 * Sets the dtype of weights, of what `ops.ones` and others make, of random numbers, and of losses and metrics, where they are given none:
 * "float16", "bfloat16", "float32", or "float64", which is kept as float32. Numbers and `tf.constant` stay float32. Keras:
 * keras.config.set_floatx
 *
 * ```ts
 * keras.backend.setFloatx("bfloat16");
 * keras.ops.ones([2]).dtype; // "bfloat16"
 * keras.backend.setFloatx("float32");
 * ```
 *
 * @throws ValueError for other names
 */
export function setFloatx(value: string): void {
  const known: readonly string[] = ["float16", "bfloat16", "float32", "float64"] satisfies readonly Floatx[];
  if (!known.includes(value))
    throw new ValueError("keras.config.setFloatx", { given: text(value), expected: `one of ${known.join(", ")}` });
  defaults.floatx = checkedDtype(value) as typeof defaults.floatx;
  floats = value as Floatx;
}
