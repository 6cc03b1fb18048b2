// keras.tree: structures of arrays and records. The walking is that of lib/core/tree.ts; here are Keras's names and checks.

import { checkFunction } from "./options.js";
import { ArgumentError, text } from "./errors.js";
import { declare } from "./operation.js";
import { at, isBranch, leaves, leavesWithPath, mapTree, mapTreeWithPath, type Path, pathText, type Tree, unflatten } from "./tree.js";

type Structure = Tree<unknown>;

/**
 * What `traverse` answers for a value that is to become null, since null says "go on". Keras: keras.tree.MAP_TO_NONE
 *
 * ```ts
 * keras.tree.traverse((part: unknown) => (part === 2 ? keras.tree.MAP_TO_NONE : null), [1, 2]); // [1, null]
 * ```
 */
export class MAP_TO_NONE {
  private constructor() {}
}

/**
 * Whether a value is an array or a record, which is walked into; tensors, typed arrays and objects of classes are leaves.
 *
 * ```ts
 * keras.tree.isNested({ a: 1 }); // true
 * ```
 */
export const isNested = declare("tree.isNested(structure:tree)", (structure: unknown): boolean => isBranch(structure));

/**
 * The leaves in order: arrays by index, records by their sorted keys.
 *
 * ```ts
 * keras.tree.flatten({ b: [2, 3], a: 1 }); // [1, 2, 3]
 * ```
 */
export const flatten = declare("tree.flatten(structure:tree)", (structure: unknown): unknown[] => leaves(structure));

/**
 * The leaves in order, each with the keys and indices that lead to it: `[path, leaf]`.
 *
 * ```ts
 * keras.tree.flattenWithPath({ a: 1, b: [2] }); // [[["a"], 1], [["b", 0], 2]]
 * ```
 */
export const flattenWithPath = declare("tree.flattenWithPath(structure:tree)", (structure: unknown): [Path, unknown][] =>
  leavesWithPath(structure as Structure).map(({ path, leaf }) => [path, leaf]),
);

/**
 * The structure with a function applied to each leaf; of several structures of one kind the function gets the leaves of one place.
 *
 * ```ts
 * keras.tree.mapStructure((a: number, b: number) => a + b, { x: [1, 2] }, { x: [10, 20] }); // { x: [11, 22] }
 * ```
 *
 * @throws ArgumentError where the structures differ
 */
export function mapStructure(func: (...leaves: never[]) => unknown, ...structures: readonly unknown[]): Structure {
  checkFunction("tree.mapStructure", func);
  const [first, ...others] = structures;
  if (structures.length === 0) throw new ArgumentError("tree.mapStructure", { given: "no structure", expected: "at least one" });
  for (const other of others) assertSameStructure(first, other);
  return mapTreeWithPath(first as Structure, (leaf, path) =>
    func(...([leaf, ...others.map((other) => at(other, path))] as never[])),
  ) as Structure;
}

/**
 * The structure of `shallowStructure` with a function applied at each of its leaves to what stands there in the others, which may go
 * deeper.
 *
 * ```ts
 * keras.tree.mapStructureUpTo([0, 0], (part: number[]) => part.length, [[1, 2], [3]]); // [2, 1]
 * ```
 *
 * @throws ArgumentError where another structure has nothing there
 */
export function mapStructureUpTo(
  shallowStructure: unknown,
  func: (...parts: never[]) => unknown,
  ...structures: readonly unknown[]
): Structure {
  checkFunction("tree.mapStructureUpTo", func);
  structures.forEach((structure) => checkPrefix("tree.mapStructureUpTo", shallowStructure, structure, []));
  return mapTreeWithPath(shallowStructure as Structure, (_, path) =>
    func(...(structures.map((structure) => at(structure, path)) as never[])),
  ) as Structure;
}

/** @throws ArgumentError unless the second structure has the arrays and records of the first */
function checkPrefix(where: string, shallow: unknown, deep: unknown, path: Path): void {
  if (!isBranch(shallow)) return;
  const [wanted, given] = [keysOf(shallow), isBranch(deep) ? keysOf(deep) : null];
  if (given === null || Array.isArray(shallow) !== Array.isArray(deep) || wanted.join() !== given.join())
    throw differ(where, path, shallow, deep);
  for (const key of wanted) checkPrefix(where, at(shallow, [key]), at(deep, [key]), [...path, key]);
}

const keysOf = (branch: object): string[] => Object.keys(branch).sort();

const differ = (where: string, path: Path, a: unknown, b: unknown): ArgumentError =>
  new ArgumentError(where, {
    given: `${text(a)} and ${text(b)}${path.length > 0 ? ` at ${pathText(path)}` : ""}`,
    expected: "the same arrays and keys",
  });

/**
 * Refuses two structures that are not nested alike.
 *
 * ```ts
 * keras.tree.assertSameStructure([1, [2]], [3, [4]]);
 * keras.tree.isNested([1, [2]]); // true
 * ```
 *
 * @param checkTypes  in Keras, whether lists and tuples are told apart; here both are arrays
 * @throws ArgumentError where two structures differ. Keras: keras.tree.assert_same_structure
 */
export const assertSameStructure = declare(
  "tree.assertSameStructure(a:tree, b:tree, checkTypes:bool|null=null)",
  (a: unknown, b: unknown): void => {
    const check = (x: unknown, y: unknown, path: Path): void => {
      if (!isBranch(x) && !isBranch(y)) return;
      checkPrefix("tree.assertSameStructure", isBranch(x) ? x : y, isBranch(x) ? y : x, path);
      for (const key of keysOf(x as object)) check(at(x, [key]), at(y, [key]), [...path, key]);
    };
    check(a, b, []);
  },
);

/**
 * Refuses two structures whose leaves stand at different paths.
 *
 * ```ts
 * keras.tree.assertSamePaths({ a: 1, b: [2] }, { a: 3, b: [4] });
 * keras.tree.flattenWithPath({ a: 1, b: [2] }); // [[["a"], 1], [["b", 0], 2]]
 * ```
 *
 * @throws ArgumentError. Keras: keras.tree.assert_same_paths
 */
export const assertSamePaths = declare("tree.assertSamePaths(a:tree, b:tree)", (a: unknown, b: unknown): void => {
  const [x, y] = [a, b].map((tree) => leavesWithPath(tree as Structure).map(({ path }) => pathText(path)));
  const other = x!.find((path) => !y!.includes(path)) ?? y!.find((path) => !x!.includes(path));
  if (other !== undefined)
    throw new ArgumentError("tree.assertSamePaths", {
      given: `a leaf at ${text(other)} in one of them`,
      expected: "the same paths in both",
    });
});

/**
 * The structure with new leaves, given in the order of `flatten`.
 *
 * ```ts
 * keras.tree.packSequenceAs({ a: 0, b: [0] }, [1, 2]); // {"a": 1, "b": [2]}
 * ```
 *
 * @throws ArgumentError where there are more or fewer
 */
export const packSequenceAs = declare(
  "tree.packSequenceAs(structure:tree, flatSequence:any)",
  (structure: unknown, flatSequence: readonly unknown[]): Structure => {
    const count = leaves(structure).length;
    if (!Array.isArray(flatSequence) || flatSequence.length !== count)
      throw new ArgumentError("tree.packSequenceAs", {
        given: Array.isArray(flatSequence) ? `${flatSequence.length} leaves` : text(flatSequence),
        expected: `an array of ${count}`,
      });
    return unflatten(structure as Structure, flatSequence) as Structure;
  },
);

/**
 * The structure as it is: JavaScript has arrays where Python has lists and tuples.
 *
 * ```ts
 * keras.tree.listsToTuples([1, [2]]); // [1, [2]]
 * ```
 */
export const listsToTuples = declare("tree.listsToTuples(structure:tree)", (structure: unknown): Structure =>
  mapTree(structure as Structure, (leaf) => leaf),
);

/**
 * The structure with a function applied to each shape: an array of lengths and nulls is a leaf.
 *
 * ```ts
 * keras.tree.mapShapeStructure((shape) => shape.length, { a: [null, 3], b: [4] }); // {"a": 2, "b": 1}
 * ```
 */
export const mapShapeStructure = declare(
  "tree.mapShapeStructure(func:function, structure:tree)",
  (func: (shape: readonly (number | null)[]) => unknown, structure: unknown): Structure => {
    const isShape = (value: unknown): value is readonly (number | null)[] =>
      Array.isArray(value) && value.every((length) => length === null || typeof length === "number");
    const walk = (value: unknown): unknown => {
      if (isShape(value)) return func(value);
      if (Array.isArray(value)) return value.map(walk);
      if (isBranch(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(item)]));
      throw new ArgumentError("tree.mapShapeStructure", { given: text(value), expected: "shapes, in arrays and records" });
    };
    return walk(structure) as Structure;
  },
);

/**
 * The structure with parts replaced by what a function answers for them: null leaves a part as it is and goes on inside, MAP_TO_NONE makes
 * it null, anything else stands in its place and is not looked into.
 *
 * ```ts
 * keras.tree.traverse((part: unknown) => (part === 2 ? 20 : null), [1, [2]]); // [1, [20]]
 * ```
 *
 * @param topDown  whether a part is asked before what is inside it; default true
 */
export const traverse = declare(
  "tree.traverse(func:function, structure:tree, topDown=true)",
  (func: (part: never) => unknown, structure: unknown, topDown: boolean): unknown => {
    const asked = (part: unknown): unknown => {
      const answer = func(part as never);
      return answer === MAP_TO_NONE ? { value: null } : answer === null || answer === undefined ? null : { value: answer };
    };
    const inside = (part: unknown): unknown => {
      if (Array.isArray(part)) return part.map(walk);
      return isBranch(part) ? Object.fromEntries(Object.entries(part).map(([key, item]) => [key, walk(item)])) : part;
    };
    const walk = (part: unknown): unknown => {
      if (!topDown) {
        const made = inside(part);
        const answer = asked(made) as { value: unknown } | null;
        return answer ? answer.value : made;
      }
      const answer = asked(part) as { value: unknown } | null;
      return answer ? answer.value : inside(part);
    };
    return walk(structure);
  },
);
