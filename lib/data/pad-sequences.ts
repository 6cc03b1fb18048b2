// keras.utils.padSequences: sequences of different lengths as one array.

import { checkOptions } from "../core/options.js";
import { constant } from "../core/convert.js";
import { ArgumentError, ShapeError, text } from "../core/errors.js";
import { isStrings } from "../core/strings.js";
import { sameShape, shapeText } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import { broadcastTo, cast, concatenate, stack, zeros } from "../ops/index.js";

/** One sequence: steps that are numbers or strings, or arrays of one shape. */
export type Sequence = readonly (number | Sequence)[] | ArrayLike<number> | readonly string[];

/** To which length, at which end, and with what sequences are filled up. */
export interface PadSequencesOptions {
  /** Length of the result; default: that of the longest sequence. */
  readonly maxlen?: number | null;
  /** Default "int32"; "string" for steps that are strings. */
  readonly dtype?: string;
  /** Where short sequences are filled up. */
  readonly padding?: "pre" | "post";
  /** Where long sequences are cut. */
  readonly truncating?: "pre" | "post";
  /** What they are filled with. */
  readonly value?: number | string;
}

/** The names of dtypes of strings, NumPy's among them. */
const ofStrings = /^(string|str|object|[<>|=]?U\d*)$/;

/**
 * Sequences of different lengths as one tensor `[sequences, maxlen, …]`; strings as nested arrays. Keras: keras.utils.pad_sequences
 *
 * ```ts
 * keras.utils.padSequences([[1], [2, 3]]); // [[0, 1], [2, 3]]
 * keras.utils.padSequences([["a"], ["b", "c"]], { dtype: "string", value: "-" }); // [["-", "a"], ["b", "c"]]
 * ```
 *
 * @throws ArgumentError for strings under a dtype of numbers, and for numbers under that of strings
 */
export function padSequences(
  sequences: readonly (readonly string[])[],
  options: PadSequencesOptions & { readonly dtype: "string" },
): string[][];
export function padSequences(sequences: readonly Sequence[], options?: PadSequencesOptions): Tensor;
export function padSequences(sequences: readonly Sequence[], options: PadSequencesOptions = {}): Tensor | string[][] {
  checkOptions("padSequences", arguments, 1, ["maxlen", "dtype", "padding", "truncating", "value"]);
  const { maxlen, dtype = "int32", padding = "pre", truncating = "pre", value } = options;
  for (const [name, side] of Object.entries({ padding, truncating })) {
    if (side !== "pre" && side !== "post") {
      throw new ArgumentError(`padSequences.${name}`, { given: text(side), expected: '"pre" or "post"' });
    }
  }
  if (!Array.isArray(sequences))
    throw new ArgumentError("padSequences.sequences", { given: text(sequences), expected: "an array of sequences" });
  for (const sequence of sequences as readonly unknown[])
    if (typeof sequence !== "object" || sequence === null || typeof (sequence as ArrayLike<number>).length !== "number")
      throw new ArgumentError("padSequences.sequences", { given: text(sequence), expected: "sequences: arrays of steps" });
  const length = maxlen ?? Math.max(0, ...sequences.map((sequence) => sequence.length));
  if (!Number.isInteger(length) || length < 0)
    throw new ArgumentError("padSequences.maxlen", { given: text(maxlen), expected: "a whole number from 0 on, or null" });
  const steps = sequences.map((sequence) => Array.from(sequence as ArrayLike<unknown>));
  const cut = steps.map((all) => (truncating === "pre" ? all.slice(Math.max(0, all.length - length)) : all.slice(0, length)));
  return ofStrings.test(dtype) ? paddedStrings(cut, length, padding, value) : paddedNumbers(cut, length, { dtype, padding, value });
}

/** @param sequences  no longer than they are to be */
function paddedStrings(sequences: readonly unknown[][], length: number, padding: string, value: unknown = ""): string[][] {
  for (const given of [value, ...sequences.flat()])
    if (typeof given !== "string") throw new ArgumentError("padSequences", { given: text(given), expected: "strings, as the dtype says" });
  return (sequences as string[][]).map((all) => {
    const filler = new Array<string>(length - all.length).fill(value as string);
    return padding === "pre" ? [...filler, ...all] : [...all, ...filler];
  });
}

function paddedNumbers(
  sequences: readonly unknown[][],
  length: number,
  { dtype, padding, value = 0 }: { dtype: string; padding: string; value: number | string | undefined },
): Tensor {
  if (typeof value === "string" || sequences.some((all) => all.length > 0 && isStrings(all)))
    throw new ArgumentError("padSequences.dtype", {
      given: `strings, and dtype ${text(dtype)}`,
      expected: "a dtype of strings",
      hint: 'Say dtype: "string".',
    });
  const tensors = sequences.map((all) => (all.length === 0 ? undefined : cast(constant(all as number[]), dtype)));
  const shape = tensors.find((tensor) => tensor !== undefined)?.shape.slice(1) as readonly number[] | undefined;
  const padded = tensors.map((tensor, index) => {
    if (tensor && !sameShape(tensor.shape.slice(1), shape!)) {
      throw new ShapeError("padSequences", {
        given: `steps of shape ${shapeText(tensor.shape.slice(1))} in sequence ${index}`,
        expected: shapeText(shape!),
      });
    }
    const missing = length - sequences[index]!.length;
    const filler = cast(broadcastTo(constant(value), [missing, ...(shape ?? [])]), dtype);
    if (!tensor || missing === 0) return tensor ?? filler;
    return concatenate(padding === "pre" ? [filler, tensor] : [tensor, filler], 0);
  });
  return padded.length === 0 ? zeros([0, length], { dtype }) : stack(padded, 0);
}
