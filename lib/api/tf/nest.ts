// tf.nest: structures of arrays and records. The walking is that of lib/core/tree.ts, as for keras.tree.

import { ArgumentError, text } from "../../core/errors.js";
import { assertSameStructure as assertSame, isNested, mapStructure, packSequenceAs as pack } from "../../core/keras-tree.js";
import { declare } from "../../core/operation.js";
import { isComposite, leaves, mapTree, parts, type Tree } from "../../core/tree.js";

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
    if (!expandComposites) return pack(structure, flatSequence);
    const count = leaves(opened(structure)).length;
    if (!Array.isArray(flatSequence) || flatSequence.length !== count)
      throw new ArgumentError("nest.packSequenceAs", { given: text(flatSequence), expected: `an array of ${count} leaves` });
    let next = 0;
    const made = (leaf: unknown): unknown => {
      if (!isComposite(leaf)) return flatSequence[next++];
      const { values, like } = leaf[parts]();
      return like(values.map(made));
    };
    return mapTree(structure as Tree<unknown>, made);
  },
);

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
    expandComposites ? assertSame(opened(nest1), opened(nest2)) : assertSame(nest1, nest2),
);
