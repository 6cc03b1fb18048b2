// Batches of elements whose shapes differ: the shorter ones are filled up.

import { asTensor, type TensorLike } from "../core/convert.js";
import { dtypes } from "../core/dtype.js";
import { DtypeError, ShapeError } from "../core/errors.js";
import { checkThat } from "../core/options.js";
import { known, shapeText, sizeOf, stridesOf, type Shape } from "../core/shape.js";
import { Strings } from "../core/strings.js";
import { adoptTensor, type Tensor } from "../core/tensor.js";
import { isBranch, leaves, type Tree, unflatten } from "../core/tree.js";
import type { Element, Leaf } from "./structure.js";

export interface PaddedOptions {
  /** The shape of each component; null takes the longest of the batch along an axis, and null or −1 for all means the same. */
  readonly paddedShapes?: Tree<Shape> | Shape | null;
  /** What is filled in, for all components or for each. Default: 0, and "" for strings. */
  readonly paddingValues?: Tree<TensorLike | string> | TensorLike | string | null;
}

/** Elements as one, along a new first axis, filled up to one shape. @throws ShapeError for an element that is longer than its shape */
export function stackPadded(elements: readonly Element[], { paddedShapes, paddingValues }: PaddedOptions): Element {
  const flat = elements.map((element) => leaves<Leaf>(element));
  const first = flat[0]!;
  const shapes = shapesOf(elements[0]!, paddedShapes, first.length);
  const values = valuesOf(paddingValues, first.length);
  const made = first.map((_, component) =>
    padded(
      flat.map((each) => each[component]!),
      shapes[component] ?? null,
      values[component] ?? null,
    ),
  );
  return unflatten(elements[0], made) as Element;
}

/** A shape for each component: one that is given as a list of numbers stands for a single component. */
function shapesOf(element: Element, given: PaddedOptions["paddedShapes"], count: number): (Shape | null)[] {
  if (given === undefined || given === null) return new Array<null>(count).fill(null);
  const isRecordOfShapes = isBranch(element) && isBranch(given) && !Array.isArray(given);
  const list = isRecordOfShapes
    ? Object.keys(given)
        .sort()
        .map((key) => (given as Record<string, unknown>)[key])
    : isBranch(element)
      ? given
      : [given];
  const areShapes = Array.isArray(list) && list.length === count && list.every((shape) => shape === null || Array.isArray(shape));
  checkThat(areShapes, "dataset.paddedBatch.paddedShapes", given, "a shape, or null, for each component");
  return list as (Shape | null)[];
}

function valuesOf(given: PaddedOptions["paddingValues"], count: number): (TensorLike | string | null)[] {
  if (given === undefined || given === null) return new Array<null>(count).fill(null);
  if (!isBranch(given)) return new Array<TensorLike | string>(count).fill(given as TensorLike);
  return leaves<TensorLike | string>(given);
}

function padded(parts: readonly Leaf[], wanted: Shape | null, value: TensorLike | string | null): Leaf {
  const rank = parts[0]!.rank;
  const all = parts.map((part) => known(part.shape, "dataset.paddedBatch"));
  if (all.some((shape) => shape.length !== rank) || (wanted && wanted.length !== rank))
    throw new ShapeError("dataset.paddedBatch", {
      given: `elements of shapes ${all.map(shapeText).join(", ")}`,
      expected: wanted ? `the rank of ${shapeText(wanted)}` : "one rank",
    });
  const lengths = Array.from({ length: rank }, (_, axis) => {
    const fixed = wanted?.[axis] ?? null;
    const longest = Math.max(0, ...all.map((shape) => shape[axis]!));
    if (fixed === null || fixed === -1) return longest;
    if (longest <= fixed) return fixed;
    throw new ShapeError("dataset.paddedBatch", {
      given: `an element of length ${longest} along axis ${axis}`,
      expected: `at most ${fixed}`,
    });
  });
  const total = sizeOf(lengths);
  const places = all.map((shape) => placesIn(shape, lengths));
  if (parts[0] instanceof Strings) {
    const rows = new Array<string>(total * parts.length).fill(typeof value === "string" ? value : "");
    parts.forEach((part, row) => (part as Strings).values.forEach((each, i) => (rows[row * total + places[row]![i]!] = each)));
    return new Strings([parts.length, ...lengths], rows);
  }
  const { dtype } = parts[0]!;
  const rows = new dtypes[dtype as Tensor["dtype"]].array(total * parts.length);
  if (value !== null) {
    const filler = asTensor(value as TensorLike, dtype as Tensor["dtype"]);
    if (filler.dtype !== dtype) throw new DtypeError("dataset.paddedBatch.paddingValues", { given: filler.dtype, expected: dtype });
    rows.fill(filler.item());
  }
  parts.forEach((part, row) => {
    if (part instanceof Strings || part.dtype !== dtype)
      throw new DtypeError("dataset.paddedBatch", { given: part.dtype, expected: dtype });
    part.view().forEach((each, i) => (rows[row * total + places[row]![i]!] = each));
  });
  return adoptTensor(rows, [parts.length, ...lengths], dtype as Tensor["dtype"]);
}

/** Where each element of a smaller array stands in a larger one. */
function placesIn(shape: readonly number[], lengths: readonly number[]): Int32Array {
  const [own, wide] = [stridesOf(shape), stridesOf(lengths)];
  return Int32Array.from({ length: sizeOf(shape) }, (_, i) =>
    shape.reduce((sum, length, axis) => sum + (Math.floor(i / own[axis]!) % length) * wide[axis]!, 0),
  );
}
