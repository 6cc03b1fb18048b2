// Parts of ragged tensors, as rt[…] in TensorFlow.

import { ArgumentError, text, ValueError } from "../core/errors.js";
import { Strings } from "../core/strings.js";
import { isRecord } from "../core/tree.js";
import { getItem, type Slice, sliceFrom } from "../ops/indexing/get-item.js";
import { resolved } from "../ops/shaping/slice.js";
import { lengthsOf, pick, RaggedTensor, type Values } from "./ragged-tensor.js";

type Part = number | Slice;

/** A part of rows, or of the elements of one. */
function partOf(of: Values | RaggedTensor, keys: readonly Part[]): Values | RaggedTensor {
  const [first, ...rest] = keys;
  if (first === undefined) return of;
  if (of instanceof Strings) {
    const length = of.shape[0]!;
    if (typeof first !== "number") return of.pick(placesIn(first, length));
    if (first < -length || first >= length)
      throw new ValueError("RaggedTensor.at", { given: `${first} of ${length} strings`, expected: "an index inside" });
    return of.row(first < 0 ? first + length : first);
  }
  if (!(of instanceof RaggedTensor)) return getItem(of, keys);
  if (typeof first === "number") return partOf(of.row(first), rest);
  return withinRows(of.gather(placesIn(first, of.splits.length - 1)), rest);
}

/** The same part of each row. */
function withinRows(of: RaggedTensor, keys: readonly Part[]): RaggedTensor {
  const [first, ...rest] = keys;
  if (first === undefined) return of;
  if (typeof first === "number")
    throw new ValueError("RaggedTensor.at", {
      given: `index ${first} along rows that differ in length`,
      expected: "a slice",
      hint: "toTensor() makes all rows as long as the longest one.",
    });
  const places = lengthsOf(of.splits).map((length, row) => placesIn(first, length).map((place) => of.splits[row]! + place));
  const held = pick(of.values, places.flat());
  const parted =
    rest.length === 0 || held instanceof Strings
      ? held
      : held instanceof RaggedTensor
        ? withinRows(held, rest)
        : getItem(held, [{}, ...rest]);
  return RaggedTensor.fromRowLengths(
    parted,
    places.map(({ length }) => length),
  );
}

/** What a slice picks of so many. */
function placesIn({ start = null, stop = null, step }: Slice, length: number): number[] {
  const found = resolved({ begin: start, stop, step: step ?? 1, count: null }, length);
  return Array.from({ length: found.count }, (_, i) => found.begin + i * found.step);
}

/** The part that such a key names. @throws ValueError for an index along an axis whose rows differ */
export function raggedPart(of: RaggedTensor, key: readonly (Part | string)[]): Values | RaggedTensor {
  const keys = key.map((each) => (typeof each === "string" && each !== "..." ? sliceFrom(each) : each));
  const dots = keys.indexOf("...");
  if (dots >= 0) keys.splice(dots, 1, ...Array.from({ length: Math.max(0, of.rank - keys.length + 1) }, (): Slice => ({})));
  const odd = keys.find((each) => typeof each !== "number" && !isRecord(each));
  if (odd !== undefined || keys.length > of.rank)
    throw new ArgumentError("RaggedTensor.at", { given: text(key), expected: `numbers and slices, at most ${of.rank}` });
  return partOf(of, keys as Part[]);
}
