// Shapes and dtypes of elements, found by a look at one.

import type { Shape } from "../core/shape.js";
import { isComposite, leaves, mapTree, type Tree } from "../core/tree.js";
import { TensorSpec } from "../graph/signature.js";
import type { Element, Leaf } from "./structure.js";

/** Shapes and dtypes of an element; null where it has ragged or sparse tensors, which these do not describe. */
export const specOf = (element: Element): Tree<TensorSpec> | null =>
  leaves<unknown>(element).some(isComposite) ? null : mapTree(element, ({ shape, dtype }: Leaf) => new TensorSpec(shape, dtype));

/** The specs with other shapes. */
export const mapShapes = (spec: Tree<TensorSpec> | null, change: (shape: Shape) => Shape): Tree<TensorSpec> | null =>
  spec && mapTree(spec, ({ shape, dtype }: TensorSpec) => new TensorSpec(shape && change(shape), dtype));
