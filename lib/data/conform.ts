// Elements and their specs: what a function makes of an element, found by running it on symbolic tensors; values checked against specs.

import { constant, type TensorLike } from "../core/convert.js";
import type { Dtype } from "../core/dtype.js";
import { DtypeError, ShapeError, StateError, text } from "../core/errors.js";
import { shapeText } from "../core/shape.js";
import { isStrings, Strings } from "../core/strings.js";
import { symbolic } from "../core/tensor.js";
import { isBranch, leaves, mapTree, type Tree } from "../core/tree.js";
import type { TensorSpec } from "../graph/signature.js";
import type { Later } from "./later.js";
import { specOf } from "./spec.js";
import type { Element, Leaf } from "./structure.js";

/** What `fn` makes of an element, asked with symbolic tensors; null where it needs values, or time. */
export function specBySymbols(spec: Tree<TensorSpec> | null, fn: (element: Element) => Later<Element>): Tree<TensorSpec> | null {
  if (spec === null || leaves<TensorSpec>(spec).some(({ dtype }) => dtype === "string")) return null;
  try {
    const made = fn(mapTree(spec, ({ shape, dtype }: TensorSpec) => symbolic({ shape: shape!, dtype: dtype as Dtype })));
    if (!(made instanceof Promise)) return specOf(made);
    made.catch(() => {});
  } catch (error) {
    if (!(error instanceof StateError)) throw error;
  }
  return null;
}

/** A user's value as an element of the given specs. @throws ShapeError, DtypeError where it does not fit */
export function conform(value: unknown, spec: Tree<TensorSpec>, where: string): Element {
  if (!isBranch(spec)) return conformLeaf(value as TensorLike, spec as TensorSpec, where);
  const keys = Object.keys(spec);
  if (!isBranch(value) || Object.keys(value).length !== keys.length) {
    throw new ShapeError(where, { given: `the element ${text(value)}`, expected: `components ${keys.join(", ")}, as in outputSignature` });
  }
  const part = (key: string): Element =>
    conform((value as Record<string, unknown>)[key], (spec as Record<string, Tree<TensorSpec>>)[key]!, `${where}.${key}`);
  return Array.isArray(spec) ? keys.map(part) : Object.fromEntries(keys.map((key) => [key, part(key)]));
}

function conformLeaf(value: TensorLike, spec: TensorSpec, where: string): Leaf {
  const tensor = spec.dtype === "string" ? stringsOf(value, where) : constant(value, { dtype: spec.dtype });
  if (spec.accepts(tensor)) return tensor;
  throw new ShapeError(where, {
    given: `${tensor.dtype} ${shapeText(tensor.shape)}`,
    expected: `${spec.dtype} ${spec.shape ? shapeText(spec.shape) : "of any shape"}, as outputSignature says`,
  });
}

function stringsOf(value: unknown, where: string): Strings {
  if (value instanceof Strings) return value;
  if (isStrings(value)) return Strings.of(value, where);
  throw new DtypeError(where, { given: text(value), expected: "strings, as outputSignature says" });
}
