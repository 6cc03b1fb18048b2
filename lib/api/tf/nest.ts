// tf.nest: structures of arrays and records. The walking is that of lib/core/tree.ts, as for keras.tree.

import { assertSameStructure as assertSame, isNested, mapStructure, packSequenceAs as pack } from "../../core/keras-tree.js";
import { declare } from "../../core/operation.js";
import { at, isComposite, leaves, mapTree, mapTreeWithPath, parts, type Tree } from "../../core/tree.js";

export { isNested, mapStructure };

/** A structure with ragged and sparse tensors as arrays of what they are made of. */
const opened = (structure: unknown): Tree<unknown> =>
  mapTree(structure as Tree<unknown>, (leaf) => (isComposite(leaf) ? opened(leaf[parts]().values) : leaf));

/**
 * The leaves in order: arrays by index, records by their sorted keys.
 *
 * ```ts
 * tf.nest.flatten({ b: [2, 3], a: 1 }); // [1, 2, 3]
 * ```
 *
 * @param expandComposites  whether ragged and sparse tensors count as what they are made of; default false
 */
export const flatten = declare(
  "tf.nest.flatten(structure:tree, expandComposites=false)",
  (structure: unknown, expandComposites: boolean): unknown[] => leaves(expandComposites ? opened(structure) : structure),
);

/**
 * The structure with new leaves, given in the order of `flatten`.
 *
 * ```ts
 * tf.nest.packSequenceAs({ a: 0, b: [0] }, [1, 2]); // {"a": 1, "b": [2]}
 * ```
 *
 * @param expandComposites  whether the leaves were flattened with it; default false
 * @throws ArgumentError where there are more or fewer
 */
export const packSequenceAs = declare(
  "tf.nest.packSequenceAs(structure:tree, flatSequence:any, expandComposites=false)",
  (structure: unknown, flatSequence: readonly unknown[], expandComposites: boolean): unknown => {
    const packed = pack(expandComposites ? opened(structure) : structure, flatSequence);
    return expandComposites ? closed(structure, packed) : packed;
  },
);

/** The structure with what stands in the place of its opened parts. */
function closed(structure: unknown, packed: unknown): unknown {
  return mapTreeWithPath(structure as Tree<unknown>, (leaf, path) => {
    const there = at(packed, path);
    if (!isComposite(leaf)) return there;
    const { values, like } = leaf[parts]();
    return like(closed(values, there) as readonly unknown[]);
  });
}

/**
 * Refuses two structures that are not nested alike.
 *
 * ```ts
 * tf.nest.assertSameStructure([1, [2]], [3, [4]]);
 * tf.nest.isNested([1, [2]]); // true
 * ```
 *
 * @param checkTypes, expandComposites  accepted: arrays are of one type here
 * @throws ArgumentError where two structures differ
 */
export const assertSameStructure = declare(
  "tf.nest.assertSameStructure(nest1:tree, nest2:tree, checkTypes=true, expandComposites=false)",
  (nest1: unknown, nest2: unknown, _types: boolean, expandComposites: boolean): void =>
    assertSame(...([nest1, nest2].map((nest) => (expandComposites ? opened(nest) : nest)) as [unknown, unknown])),
);
