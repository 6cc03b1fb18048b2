// dataset.raggedBatch: elements of several lengths as ragged tensors. Loaded with the first one.

import { ShapeError } from "../core/errors.js";
import { shapeText } from "../core/shape.js";
import { Strings } from "../core/strings.js";
import { leaves, unflatten } from "../core/tree.js";
import { concatenate } from "../ops/shaping/concatenate.js";
import { RaggedTensor } from "../ragged/ragged-tensor.js";
import { stack, type Element, type Leaf } from "./structure.js";

/** Scalars as vectors; vectors, matrices … as rows of a ragged tensor. */
export function raggedBatch(items: readonly Element[]): Element {
  const flat = items.map((item) => leaves<Leaf>(item));
  const made = flat[0]!.map((first, i) => {
    const rows = flat.map((each) => each[i]!);
    if (first.rank === 0) return stack(rows);
    const lengths = rows.map(({ shape }) => shape[0] as number);
    const other = rows.find(({ rank }) => rank !== first.rank);
    if (other)
      throw new ShapeError("dataset.raggedBatch", {
        given: `${shapeText(other.shape)} after ${shapeText(first.shape)}`,
        expected: "one rank",
      });
    const values =
      first instanceof Strings
        ? new Strings(
            [lengths.reduce((a, b) => a + b, 0), ...first.shape.slice(1)],
            rows.flatMap((row) => (row as Strings).values),
          )
        : concatenate(rows as never, 0);
    return RaggedTensor.fromRowLengths(values as never, lengths);
  });
  return unflatten(items[0], made as never) as Element;
}
