// Structures of tensors under the names that layers use: the walker of lib/core/tree.ts.

import { mapTree, type Tree } from "../../core/tree.js";

export { leaves as flatten, leavesWithPath as flattenWithPath, sameStructure, unflatten as packLike } from "../../core/tree.js";

/** The structure with every leaf replaced. */
export const mapLeaves = (tree: unknown, leaf: (value: unknown) => unknown): unknown => mapTree(tree as Tree<unknown>, leaf);
