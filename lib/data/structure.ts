// The structures of elements (tensors in tuples and records): walked, stacked and taken apart.

import { asTensor, constant, type TensorLike } from "../core/convert.js";
import { dtypes } from "../core/dtype.js";
import { DtypeError, ShapeError, StateError, text } from "../core/errors.js";
import { known, sameShape, shapeText, sizeOf } from "../core/shape.js";
import { isStrings, Strings, type NestedStrings } from "../core/strings.js";
import { adoptTensor, Chainable, type Tensor } from "../core/tensor.js";
import {
  firstLeaf,
  type Composite,
  isBranch,
  isComposite,
  leaves,
  leavesWithPath,
  mapTree,
  pathText,
  unflatten,
  type Tree,
  checkDepth,
} from "../core/tree.js";

/** What an element is made of: tensors, and strings, which users see as plain strings and arrays. */
export type Leaf = Tensor | Strings;

/** An element as the stages see it: a leaf, or arrays and records of leaves. */
export type Element = Tree<Leaf>;

type Numbers = number | boolean | bigint | readonly Numbers[];

/**
 * What becomes of a user's value as an element: nested arrays of numbers are one tensor, nested arrays of strings one array of strings; an
 * array that holds tensors, typed arrays, records or both kinds is a tuple of components, a record one of named components.
 */
export type Structured<T> = T extends Composite
  ? T
  : T extends Chainable | ArrayBufferView
    ? Tensor
    : T extends NestedStrings
      ? NestedStrings
      : T extends Numbers
        ? Tensor
        : T extends readonly unknown[]
          ? { -readonly [K in keyof T]: Structured<T[K]> }
          : T extends object
            ? { -readonly [K in keyof T]: Structured<T[K]> }
            : never;

/** What marks a dataset as something that can be an element: a window. */
export const nested: unique symbol = Symbol.for("kerasm.nested dataset") as never;

const isNested = (value: unknown): boolean => typeof value === "object" && value !== null && nested in value;

/** A user's value as an element. */
export function structured(value: unknown, where: string): Element {
  checkDepth(where, value);
  return structuredPart(value, where);
}

function structuredPart(value: unknown, where: string): Element {
  if (value instanceof Strings || isComposite(value)) return value as Element;
  if (value instanceof Chainable) return value.value();
  if (isNested(value)) return value as Element;
  if (isStrings(value)) return Strings.of(value, where);
  if (Array.isArray(value))
    return isNumbers(value) ? constant(value as TensorLike) : value.map((each, i) => structuredPart(each, `${where}[${i}]`));
  if (isBranch(value))
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, structuredPart(each, `${where}.${key}`)]));
  if (isLeaf(value)) return asTensor(value as TensorLike);
  throw new DtypeError(where, { given: text(value), expected: "tensors, numbers, strings, typed arrays, or arrays and records of them" });
}

const isLeaf = (value: unknown): boolean =>
  typeof value === "number" || typeof value === "boolean" || typeof value === "bigint" || ArrayBuffer.isView(value);

/** Whether an array is nested numbers all through, judged by the first leaf of each of its items. */
function isNumbers(value: readonly unknown[]): boolean {
  return value.every((item) => {
    const first = firstLeaf(item);
    return first === undefined || (isLeaf(first) && !ArrayBuffer.isView(first));
  });
}

/** The arguments that a function of an element gets: several components are spread, as in TensorFlow. */
export const spread = (element: Element): readonly unknown[] => {
  const shown = visible(element);
  return Array.isArray(element) ? (shown as readonly unknown[]) : [shown];
};

/** An element as users see it: strings are plain. */
export function visible(element: Element): unknown {
  return holdsStrings(element) ? mapTree(element, (leaf: Leaf) => (leaf instanceof Strings ? leaf.nested() : leaf)) : element;
}

function holdsStrings(element: Element): boolean {
  if (element instanceof Strings) return true;
  return isBranch(element) && Object.values(element).some((each) => holdsStrings(each as Element));
}

/** One element out of several of the same shapes, along a new first axis: one typed array for each component. */
export function stack(elements: readonly Element[]): Element {
  const flat = elements.map((element) => leaves<Leaf>(element));
  const first = flat[0]!;
  const stacked = first.map((like, component): Leaf => {
    if (like instanceof Strings) return stackedStrings(flat.map((each) => each[component]), like, component); // prettier-ignore
    if (isComposite(like)) return stackedComposites(flat.map((each) => each[component]), like, component); // prettier-ignore
    const shape = known(like.shape, "dataset.batch");
    const size = sizeOf(shape);
    const rows = new dtypes[like.dtype].array(size * elements.length);
    flat.forEach((tensors, row) => {
      const tensor = tensors[component];
      if (!tensor || tensor instanceof Strings || tensor.dtype !== like.dtype || !sameShape(tensor.shape, shape)) {
        misfit(component, like, tensor);
      }
      rows.set(tensor.view(), row * size);
    });
    return adoptTensor(rows, [elements.length, ...shape], like.dtype);
  });
  return unflatten(elements[0], stacked) as Element;
}

/** Ragged and sparse tensors know how they are stacked. */
function stackedComposites(leaves: readonly (Leaf | undefined)[], like: Leaf, component: number): Leaf {
  if (!("stacked" in like)) throw unstackable(like);
  for (const leaf of leaves) if (leaf?.constructor !== like.constructor || leaf.dtype !== like.dtype) misfit(component, like, leaf);
  return (like as unknown as { stacked(all: readonly unknown[]): Leaf }).stacked(leaves);
}

function stackedStrings(leaves: readonly (Leaf | undefined)[], like: Strings, component: number): Strings {
  const values = leaves.flatMap((leaf) => {
    if (!(leaf instanceof Strings) || !sameShape(leaf.shape, like.shape)) misfit(component, like, leaf);
    return leaf.values;
  });
  return new Strings([leaves.length, ...like.shape], values);
}

const unstackable = (like: object, where = "dataset.batch"): DtypeError =>
  new DtypeError(where, {
    given: `a ${like.constructor.name}`,
    expected: "tensors or strings",
    hint: "raggedBatch and sparseBatch make such elements.",
  });

function misfit(component: number, like: Leaf, given: Leaf | undefined): never {
  throw new ShapeError("dataset.batch", {
    given: given ? `an element of ${given.dtype} ${shapeText(given.shape)} as component ${component}` : "an element of another structure",
    expected: `${like.dtype} ${shapeText(like.shape)}, as the first of the batch has`,
    hint: "Elements of one batch have equal shapes: pad or crop them in map.",
  });
}

/** The rows of an element along its first axes. */
export function unstack(element: Element): Element[] {
  const rows = rowCount(element, "dataset.unbatch");
  const parts = leaves<Leaf>(element).map((leaf) => rowsOf(leaf));
  return Array.from(
    { length: rows },
    (_, row) =>
      unflatten(
        element,
        parts.map((part) => part(row)),
      ) as Element,
  );
}

/** How to take a row of a leaf as a leaf of its own. Ragged tensors have rows of their own. */
export function rowsOf(tensor: Leaf): (row: number) => Leaf {
  if (tensor instanceof Strings) return (row) => tensor.row(row);
  if (isComposite(tensor)) {
    if (!("row" in tensor)) throw unstackable(tensor, "Dataset.fromTensorSlices");
    return (row) => (tensor as unknown as Strings).row(row);
  }
  const shape = known(tensor.shape.slice(1));
  const size = sizeOf(shape);
  const { dtype } = tensor;
  return (row) => adoptTensor(tensor.view().slice(row * size, (row + 1) * size), shape, dtype);
}

/** The common length of the first axes. @throws ShapeError where they differ, or where a component is a scalar */
export function rowCount(element: Element, where: string): number {
  let count: number | undefined;
  let named = "";
  for (const { leaf: tensor, path } of leavesWithPath<Leaf>(element)) {
    const name = pathText(path) || "the tensor";
    if (!(tensor instanceof Strings) && tensor.isSymbolic) {
      throw new StateError(where, { given: `the symbolic ${tensor.toString()}`, expected: "tensors with values" });
    }
    if (tensor.rank === 0) {
      throw new ShapeError(where, {
        given: `a scalar for ${name}`,
        expected: "a first axis to slice along",
        hint: "fromTensors takes scalars.",
      });
    }
    const rows = tensor.shape[0] as number;
    if (count !== undefined && rows !== count) {
      throw new ShapeError(where, { given: `${rows} rows in ${name}`, expected: `${count}, as many as in ${named}` });
    }
    [count, named] = [rows, name];
  }
  if (count === undefined) throw new ShapeError(where, { given: "no tensors", expected: "at least one" });
  return count;
}
