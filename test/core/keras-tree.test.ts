// keras.tree: Keras's functions over structures.

import t from "tap";
import * as tf from "../../lib/index.js";

const { tree } = tf.keras;

t.test("leaves go by index and by sorted keys, and come back in the structure's own order", async (t) => {
  const structure = { b: [1, { z: 2, y: 3 }], a: 0 };
  t.strictSame(tree.flatten(structure), [0, 1, 3, 2]);
  t.strictSame(tree.flattenWithPath(structure)[2], [["b", 1, "y"], 3]);
  t.strictSame(tree.packSequenceAs(structure, [10, 11, 12, 13]), { b: [11, { z: 13, y: 12 }], a: 10 });
  t.strictSame(
    tree.mapStructure((x: number, y: number) => x + y, structure, structure),
    { b: [2, { z: 4, y: 6 }], a: 0 },
  );
  t.throws(() => tree.packSequenceAs(structure, [1]), { name: "ArgumentError" });
  t.throws(() => tree.mapStructure((x: number) => x, [1], [1, 2]), { name: "ArgumentError" });
});

t.test("structures are compared, mapped up to a depth and traversed", async (t) => {
  t.doesNotThrow(() => tree.assertSameStructure({ a: [1, 2] }, { a: [3, 4] }));
  t.throws(() => tree.assertSameStructure({ a: [1, 2] }, { a: 3 }), { name: "ArgumentError" });
  t.throws(() => tree.assertSamePaths({ a: 1 }, { b: 1 }), { name: "ArgumentError" });
  t.strictSame(
    tree.mapStructureUpTo([0, 0], (part: unknown[]) => part.length, [[1, 2], [3]]),
    [2, 1],
  );
  t.throws(() => tree.mapStructureUpTo([0, 0], (x: unknown) => x, [1]), { name: "ArgumentError" });
  t.strictSame(
    tree.mapShapeStructure((shape) => shape.length, { x: [null, 3], y: [[2], [4, 5, 6]] }),
    { x: 2, y: [1, 3] },
  );
  t.equal(tree.isNested([1]), true);
  t.equal(tree.isNested(tf.constant([1])), false);
  const doubled = tree.traverse((part: unknown) => (typeof part === "number" ? part * 2 : null), { a: [1, "x"], b: 3 });
  t.strictSame(doubled, { a: [2, "x"], b: 6 });
  const emptied = tree.traverse((part: unknown) => (part === 1 ? tree.MAP_TO_NONE : null), [1, [1, 2]], { topDown: false });
  t.strictSame(emptied, [null, [null, 2]]);
});
