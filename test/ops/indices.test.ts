// Indices are checked along their own axis, eagerly, in programs and on several threads; what follows in a program does not run.

import t from "tap";
import * as tf from "../../lib/index.js";
import { messageOf } from "../support/message.js";

const { keras } = tf;
const { ops } = keras;

const table = tf.constant([
  [0, 1, 2],
  [3, 4, 5],
  [6, 7, 8],
  [9, 10, 11],
]);
const logits = tf.constant([
  [1, 2, 3],
  [3, 2, 1],
]);

interface Row {
  readonly name: string;
  readonly run: (indices: tf.Tensor) => tf.Tensor;
  readonly bad: readonly (readonly [indices: number | number[] | number[][], index: number, axis: number])[];
  readonly good?: readonly (readonly [indices: number | number[] | number[][], result: unknown])[];
}

const rows: readonly Row[] = [
  {
    name: "take",
    run: (i) => ops.take(table, i, 0),
    bad: [[[0, 4], 4, 0], [[-5], -5, 0]], // prettier-ignore
    good: [[[-1, 0], [[9, 10, 11], [0, 1, 2]]]], // prettier-ignore
  },
  { name: "take", run: (i) => ops.take(table, i, 1), bad: [[[0, 3], 3, 1]], good: [[-3, [0, 3, 6, 9]]] },
  { name: "take", run: (i) => ops.take(tf.cast(table, "uint8"), i, 1), bad: [[[0, 2000000000], 2000000000, 1]] },
  { name: "takeAlongAxis", run: (i) => ops.takeAlongAxis(table, i, 1), bad: [[[[0], [1], [2], [3]], 3, 1]] }, // prettier-ignore
  {
    name: "scatterUpdate",
    run: (i) => ops.scatterUpdate(table, i, [100]),
    bad: [[[[0, 3]], 3, 1], [[[-5, 0]], -5, 0], [[[4, 0]], 4, 0], [[[0, -4]], -4, 1]], // prettier-ignore
    good: [[[[-1, -1]], [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9, 10, 100]]]], // prettier-ignore
  },
  { name: "scatterUpdate", run: (i) => ops.scatterUpdate(table, i, [100], "add"), bad: [[[[0, 3]], 3, 1]] },
  { name: "scatterUpdate", run: (i) => ops.scatterUpdate(table, i, [[1, 1, 1]], "max"), bad: [[[[4]], 4, 0]] },
  {
    name: "scatter",
    run: (i) => ops.scatter(i, [1, 1], [2, 2]),
    bad: [[[[0, 0], [0, 2]], 2, 1], [[[2, 0], [0, 0]], 2, 0]], // prettier-ignore
    good: [[[[0, 1], [0, 1]], [[0, 2], [0, 0]]]], // prettier-ignore
  },
  {
    name: "sliceUpdate",
    run: (i) => ops.sliceUpdate(table, i, [[50, 50]]),
    bad: [[[4, 0], 4, 0], [[0, 2], 2, 1], [[-1, 0], -1, 0]], // prettier-ignore
    good: [[[3, 1], [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9, 50, 50]]]], // prettier-ignore
  },
  {
    name: "sparseCategoricalCrossentropy",
    run: (i) => ops.sparseCategoricalCrossentropy(i, logits, { fromLogits: true }),
    bad: [[[0, 3], 3, 1], [[-1, 0], -1, 1]], // prettier-ignore
  },
  {
    name: "sparseCategoricalCrossentropy",
    run: (i) => ops.sparseCategoricalCrossentropy(i, logits),
    bad: [[[0, 3], 3, 1], [[-1, 0], -1, 1]], // prettier-ignore
  },
];

for (const threads of [1, 2])
  for (const { name, run, bad, good = [] } of rows)
    t.test(`${name} refuses indices outside, on ${threads} threads`, async (t) => {
      await tf.config.set({ threads });
      const traced = tf.function(run);
      for (const [indices, index, axis] of bad) {
        const expected = `${name}: given index ${index} along axis ${axis}; expected one from 0 to `;
        for (const call of [run, traced])
          t.ok((await messageOf(() => call(tf.constant(indices, { dtype: "int32" })))).startsWith(expected), expected);
      }
      for (const [indices, result] of good)
        for (const call of [run, traced]) t.same(call(tf.constant(indices, { dtype: "int32" })).array(), result);
      t.equal(tf.ones([3]).sum().item(), 3, "what comes afterwards runs");
    });

t.test("a step with an index outside leaves the weights as they were", async (t) => {
  const model = new keras.Sequential([
    new keras.layers.Embedding(10, 4),
    new keras.layers.GlobalAveragePooling1D(),
    new keras.layers.Dense(3),
  ]);
  model.compile({ optimizer: "adam", loss: new keras.losses.SparseCategoricalCrossentropy({ fromLogits: true }) });
  const x = tf.constant([[1, 2], [3, 4]], { dtype: "int32" }); // prettier-ignore
  await model.trainOnBatch(x, tf.constant([0, 2], { dtype: "int32" }));
  const before = model.weights.map((weight) => weight.data());
  const badIndex = tf.constant([[1, 10], [3, 4]], { dtype: "int32" }); // prettier-ignore
  t.match(await messageOf(() => model.trainOnBatch(badIndex, tf.constant([0, 2], { dtype: "int32" }))), /index 10 along axis 0/);
  t.match(await messageOf(() => model.trainOnBatch(x, tf.constant([0, 3], { dtype: "int32" }))), /index 3 along axis 1|label 3/);
  t.same(
    model.weights.map((weight) => weight.data()),
    before,
  );
  await model.trainOnBatch(x, tf.constant([0, 2], { dtype: "int32" }));
  t.notSame(
    model.weights.map((weight) => weight.data()),
    before,
    "and trains on",
  );
});

t.test("labels that are ignored are no classes", async (t) => {
  const loss = new keras.losses.SparseCategoricalCrossentropy({ fromLogits: true, ignoreClass: -1 });
  t.ok(
    Number.isFinite(
      loss
        .call(tf.constant([-1, 2], { dtype: "int32" }), logits)
        .sum()
        .item(),
    ),
  );
});

t.test("an index outside along a long axis stops programs of many chunks", async (t) => {
  await tf.config.set({ threads: 2 });
  const rows = tf.ones([1000, 64]);
  const sum = tf.variable(0);
  const f = tf.function((i: tf.Tensor) => {
    const y = ops.take(rows, i, 0).sum();
    sum.assignAdd(y);
    return y;
  });
  const indices = new Int32Array(20000);
  t.equal(f(tf.constant(indices)).item(), 20000 * 64);
  indices[19999] = 1000;
  for (let i = 0; i < 20; i++)
    t.match(await messageOf(() => f(tf.constant(indices))), /take: given index 1000 along axis 0; expected one from 0 to 999/);
  t.equal(sum.item(), 20000 * 64);
});

t.test("one-hot vectors of classes that do not exist are zeros", async (t) => {
  t.same(ops.oneHot([-1, 3, 1], 3).array(), [[0, 0, 0], [0, 0, 0], [0, 1, 0]]); // prettier-ignore
});
