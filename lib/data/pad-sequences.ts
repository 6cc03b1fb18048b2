// keras.utils.padSequences: sequences of different lengths as one array.

import { constant } from "../core/convert.js";
import { ArgumentError, ShapeError, text } from "../core/errors.js";
import { sameShape, shapeText } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import { broadcastTo, cast, concatenate, stack, zeros } from "../ops/index.js";

/** One sequence: steps that are numbers, or arrays of one shape. */
export type Sequence = readonly (number | Sequence)[] | ArrayLike<number>;

/** To which length, at which end, and with what sequences are filled up. */
export interface PadSequencesOptions {
  /** Length of the result; default: that of the longest sequence. */
  readonly maxlen?: number | null;
  readonly dtype?: string;
  /** Where short sequences are filled up. */
  readonly padding?: "pre" | "post";
  /** Where long sequences are cut. */
  readonly truncating?: "pre" | "post";
  /** What they are filled with. */
  readonly value?: number;
}

/**
 * Sequences of different lengths as one tensor `[sequences, maxlen, …]`. Keras: keras.utils.pad_sequences
 *
 * ```ts
 * keras.utils.padSequences([[1], [2, 3]]).array();   // [[0, 1], [2, 3]]
 * ```
 */
export function padSequences(sequences: readonly Sequence[], options: PadSequencesOptions = {}): Tensor {
  const { maxlen, dtype = "int32", padding = "pre", truncating = "pre", value = 0 } = options;
  for (const [name, side] of Object.entries({ padding, truncating })) {
    if (side !== "pre" && side !== "post") {
      throw new ArgumentError(`padSequences.${name}`, { given: text(side), expected: '"pre" or "post"' });
    }
  }
  const length = maxlen ?? Math.max(0, ...sequences.map((sequence) => sequence.length));
  const steps = sequences.map((sequence) => Array.from(sequence as ArrayLike<number>));
  const cut = steps.map((all) => (truncating === "pre" ? all.slice(Math.max(0, all.length - length)) : all.slice(0, length)));
  const tensors = cut.map((all) => (all.length === 0 ? undefined : cast(constant(all), dtype)));
  const shape = tensors.find((tensor) => tensor !== undefined)?.shape.slice(1) as readonly number[] | undefined;
  const padded = tensors.map((tensor, index) => {
    if (tensor && !sameShape(tensor.shape.slice(1), shape!)) {
      throw new ShapeError("padSequences", {
        given: `steps of shape ${shapeText(tensor.shape.slice(1))} in sequence ${index}`,
        expected: shapeText(shape!),
      });
    }
    const missing = length - cut[index]!.length;
    const filler = cast(broadcastTo(constant(value), [missing, ...(shape ?? [])]), dtype);
    if (!tensor || missing === 0) return tensor ?? filler;
    return concatenate(padding === "pre" ? [filler, tensor] : [tensor, filler], 0);
  });
  return padded.length === 0 ? zeros([0, length], { dtype }) : stack(padded, 0);
}
