// Errors inside of pipelines: what they say, and that each costs what it costs in TensorFlow, whatever stages are behind it.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import * as tf from "../../lib/index.js";
import { awaited, upTo } from "../support/elements.js";
import type { SavedPosition } from "../../lib/data/index.js";

t.setTimeout(600_000);

const { Dataset } = tf.data;
type Dataset<T = tf.Tensor> = tf.data.Dataset<T>;
const folder = mkdtempSync(join(tmpdir(), "kerasm-errors-"));
t.teardown(() => rmSync(folder, { recursive: true }));

/** Fails for 3. */
const picky = (i: tf.Tensor): tf.Tensor => {
  if (i.item() === 3) throw new RangeError("three");
  return i;
};
const eight = (): Dataset => Dataset.range(8);
/** The same numbers, and those of which the fourth can't be made: from memory, from a generator, asynchronously. */
const sources: Readonly<Record<string, { whole: () => Dataset; failing: () => Dataset }>> = {
  "rows in memory": { whole: eight, failing: () => eight().map(picky) },
  "a generator": {
    whole: () => Dataset.fromGenerator(() => upTo(8)) as unknown as Dataset,
    failing: () => Dataset.fromGenerator(() => upTo(8)).map(picky as never) as unknown as Dataset,
  },
  asynchronous: {
    whole: () => eight().map(async (i) => (await null, i as tf.Tensor)),
    failing: () => eight().map(async (i) => (await null, picky(i))),
  },
  "several at once": {
    whole: () => eight().map(async (i) => (await null, i as tf.Tensor), { numParallelCalls: 3 }),
    failing: () => eight().map(async (i) => (await null, picky(i)), { numParallelCalls: 3 }),
  },
};

const halves = { keyFunc: (i: tf.Tensor) => i.mod(2), reduceFunc: (_: tf.Tensor, w: Dataset) => w.batch(2), windowSize: 2 };
/** What TensorFlow 2.21 gives behind `ignore_errors`. */
const kept: readonly (readonly [name: string, make: (failing: Dataset, whole: Dataset) => Dataset<unknown>, wanted: readonly unknown[]])[] = [
  ["batch", (x) => x.batch(2), [[0, 1], [4, 5], [6, 7]]],
  ["zip", (x, y) => Dataset.zip(x, y), [[0, 0], [1, 1], [2, 2], [4, 4], [5, 5], [6, 6], [7, 7]]],
  ["zip, the other way", (x, y) => Dataset.zip(y, x), [[0, 0], [1, 1], [2, 2], [4, 4], [5, 5], [6, 6], [7, 7]]],
  ["scan", (x) => x.scan(0, (sum, i) => [sum.add(i), sum.add(i)]), [0, 1, 3, 7, 12, 18, 25]],
  ["scan's function", (_, y) => y.scan(0, (sum, i) => [sum.add(i), sum.add(picky(i))]), [0, 1, 3, 7, 12, 18, 25]],
  ["window", (x) => x.window(2).flatMap((w) => w.batch(2)), [[0, 1], [4, 5], [6, 7]]],
  ["window that overlaps", (x) => x.window(3, { shift: 1 }).flatMap((w) => w.batch(3)), [[0, 1, 2], [4, 5, 6], [5, 6, 7], [6, 7], [7]]],
  ["rebatch", (x) => x.batch(1).rebatch(2), [[0, 1], [4, 5], [6, 7]]],
  ["rebatch of more", (x) => x.batch(2).rebatch(3), [[4, 5, 6], [7]]],
  ["paddedBatch", (x) => x.paddedBatch(2), [[0, 1], [4, 5], [6, 7]]],
  ["unbatch", (x) => x.batch(1).unbatch(), [0, 1, 2, 4, 5, 6, 7]],
  ["unique", (x) => x.unique(), [0, 1, 2, 4, 5, 6, 7]],
  ["groupByWindow", (x) => x.groupByWindow(halves), [[0, 2], [1, 5], [4, 6], [7]]],
  ["groupByWindow's key", (_, y) => y.groupByWindow({ ...halves, keyFunc: (i) => picky(i).mod(2) }), [[0, 2], [1, 5], [4, 6], [7]]],
  [
    "bucketBySequenceLength",
    (x) => x.bucketBySequenceLength({ elementLengthFunc: (i) => i, bucketBoundaries: [4], bucketBatchSizes: [2, 2] }),
    [[0, 1], [4, 5], [6, 7], [2]],
  ],
  ["takeWhile", (x) => x.takeWhile((i) => i.item() < 6), [0, 1, 2, 4, 5]],
  ["takeWhile's function", (_, y) => y.takeWhile((i) => picky(i).item() < 6), [0, 1, 2, 4, 5]],
  ["filter's function", (_, y) => y.filter((i) => picky(i).item() >= 0), [0, 1, 2, 4, 5, 6, 7]],
  ["repeat", (x) => x.repeat(2), [0, 1, 2, 4, 5, 6, 7, 0, 1, 2, 4, 5, 6, 7]],
  ["enumerate", (x) => x.enumerate(), [[0, 0], [1, 1], [2, 2], [4, 4], [5, 5], [6, 6], [7, 7]]],
  ["cache", (x) => x.cache().repeat(2), [0, 1, 2, 4, 5, 6, 7, 0, 1, 2, 4, 5, 6, 7]],
  ["snapshot", (x) => x.snapshot(join(folder, String(Math.random()))), [0, 1, 2, 4, 5, 6, 7]],
  ["prefetch", (x) => x.prefetch(2), [0, 1, 2, 4, 5, 6, 7]],
  ["concatenate", (x) => x.concatenate(x), [0, 1, 2, 4, 5, 6, 7, 0, 1, 2, 4, 5, 6, 7]],
  ["interleave", (x) => x.interleave((i) => Dataset.fromTensors(i).repeat(2), 2), [0, 1, 0, 1, 2, 4, 2, 4, 5, 6, 5, 6, 7, 7]],
  ["interleave's function", (_, y) => y.interleave((i) => Dataset.fromTensors(picky(i)).repeat(2), 2), [0, 1, 0, 1, 2, 4, 2, 4, 5, 6, 5, 6, 7, 7]],
  ...[null, 2].map(
    (numParallelCalls) =>
      [
        `inside of interleave, ${numParallelCalls} at once`,
        () =>
          Dataset.range(5).interleave((i) => Dataset.range(3).map((j) => tf.add(tf.multiply(picky(tf.add(i, j)), 10), i)), { cycleLength: 2, numParallelCalls }),
        [0, 11, 10, 21, 20, 22, 43, 42, 53, 44, 54, 64],
      ] as const,
  ),
  [
    "chooseFromDatasets",
    (x) => Dataset.chooseFromDatasets([x, Dataset.range(20, 28)], Dataset.range(16).map((i) => i.mod(2))),
    [0, 20, 1, 21, 2, 22, 23, 4, 24, 5, 25, 6, 26, 7, 27],
  ],
]; // prettier-ignore

t.test("an error costs what it costs in TensorFlow, and positions behind it are kept", async (t) => {
  const { warn } = console;
  console.warn = () => {};
  t.teardown(() => (console.warn = warn));
  for (const [name, make, wanted] of kept)
    for (const [source, { whole, failing }] of Object.entries(sources)) {
      const made = (): Dataset<unknown> => make(failing(), whole()).ignoreErrors();
      const iterator = made().iterator();
      const [given, states]: [unknown[], string[]] = [[], []];
      for await (const element of iterator) {
        given.push(...(await awaited([element] as never)));
        states.push(JSON.stringify(iterator.saveState()));
      }
      t.strictSame(given, wanted, `${name}, ${source}`);
      if (name === "snapshot") continue;
      for (const [i, state] of states.entries()) {
        const resumed = made().iterator();
        resumed.loadState(JSON.parse(state) as SavedPosition);
        t.strictSame(await awaited(resumed), wanted.slice(i + 1), `${name}, ${source}, after ${i + 1}`);
      }
    }
});

t.test("errors are counted", async (t) => {
  const { warn } = console;
  const told: string[] = [];
  console.warn = (text: string) => void told.push(text);
  t.teardown(() => (console.warn = warn));
  const dataset = eight().map((i) => (i.item() % 3 === 2 ? tf.matmul(i, i) : i)).shuffle(4, { seed: 2 }).ignoreErrors({ logWarning: true }); // prettier-ignore
  for (let pass = 0; pass < 2; pass++) {
    t.equal((await awaited(dataset)).length, 6);
    t.equal(dataset.ignoredErrors, 2);
  }
  t.equal(told.length, 6, "each, and how many they were");
  t.match(told[2], /2 elements were left out/);
});

t.test("each stage says which element, where it is from, and what can be done", async (t) => {
  writeFileSync(join(folder, "no.png"), "no picture");
  const vector = (i: tf.Tensor): tf.Tensor => tf.zeros([i.item() === 3 ? 2 : 1]);
  const fails = (): never => {
    throw new RangeError("no");
  };
  const numbers = (): Dataset => Dataset.fromGenerator(() => upTo(6)) as unknown as Dataset;
  const stages: readonly [make: () => Dataset<unknown>, stage: string, element: number, message: RegExp][] = [
    [() => numbers().map(picky), "dataset.map", 3, /threw RangeError: three/],
    [() => numbers().map((i) => (i.item() === 1 ? undefined : i) as tf.Tensor), "dataset.map", 1, /undefined/],
    [() => numbers().batch(2).map(fails), "dataset.map", 0, /RangeError/],
    [() => Dataset.zip(eight(), numbers()).map(fails), "dataset.map", 0, /RangeError/],
    [() => numbers().filter((i) => picky(i).item() > 9), "dataset.filter", 3, /RangeError/],
    [() => numbers().filter((i) => i as never), "dataset.filter", 0, /expected true, false, or a bool tensor/],
    [() => numbers().filter(() => undefined as never), "dataset.filter", 0, /given undefined/],
    [() => numbers().takeWhile((i) => picky(i).item() < 9), "dataset.takeWhile", 3, /RangeError/],
    [() => numbers().map(vector).batch(2), "dataset.batch", 1, /float32 \[2\] as component 0/],
    [() => numbers().map((i) => tf.zeros(i.item() === 3 ? [1, 1] : [1])).paddedBatch(2), "dataset.paddedBatch", 1, /one rank/],
    [() => numbers().unbatch(), "dataset.unbatch", 0, /a scalar/],
    [() => numbers().rebatch(2), "dataset.rebatch", 0, /a scalar/],
    [() => numbers().map((i) => tf.zeros([i.item()])).sparseBatch(2, [2]), "dataset.sparseBatch", 1, /within rowShape/],
    [() => numbers().flatMap((i) => Dataset.fromTensors(picky(i))), "dataset.flatMap", 3, /RangeError/],
    [() => numbers().interleave(() => 3 as never), "dataset.interleave", 0, /expected a Dataset/],
    [() => numbers().interleave(fails, { numParallelCalls: 2, deterministic: false }), "dataset.interleave", 0, /RangeError/],
    [() => numbers().scan(0, (sum, i) => [sum, picky(i)]), "dataset.scan", 3, /RangeError/],
    [() => numbers().scan(0, (sum) => sum as never), "dataset.scan", 0, /expected \[state, element\]/],
    [() => numbers().groupByWindow({ ...halves, keyFunc: picky }), "dataset.groupByWindow", 3, /RangeError/],
    [() => numbers().groupByWindow({ ...halves, reduceFunc: fails }), "dataset.groupByWindow", 0, /RangeError/],
    [() => numbers().groupByWindow({ ...halves, windowSize: null, windowSizeFunc: () => 0 }), "dataset.groupByWindow", 0, /at least 1/],
    [
      () => numbers().bucketBySequenceLength({ elementLengthFunc: picky, bucketBoundaries: [2], bucketBatchSizes: [1, 1] }),
      "dataset.bucketBySequenceLength",
      3,
      /RangeError/,
    ],
    [() => numbers().rejectionResample((i) => i, [0.5, 0.5]), "dataset.rejectionResample", 2, /the class 2/],
    [() => Dataset.fromGenerator(function* () { yield 1; fails(); }), "Dataset.fromGenerator", 1, /RangeError.*A generator that threw is over/], // prettier-ignore
    [() => Dataset.fromGenerator(async function* () { yield 1; fails(); }), "Dataset.fromGenerator", 1, /RangeError/], // prettier-ignore
    [() => Dataset.fromGenerator(() => 3 as never), "Dataset.fromGenerator", 0, /an iterable from the function/],
    [() => Dataset.fromGenerator(() => [1, [1, 2]], { outputSignature: new tf.TensorSpec([], "float32") }), "Dataset.fromGenerator", 1, /as outputSignature says/],
    [
      () => Dataset.listFiles(join(folder, "*.png")).map(async (path) => tf.io.decodePng(await tf.io.readFile(path))),
      "dataset.map",
      0,
      /element 0 \(".*no\.png"\).*PNG/,
    ],
  ]; // prettier-ignore
  for (const [make, stage, element, message] of stages)
    await t.rejects(awaited(make()), { stage, element, message, hint: /ignoreErrors|generator/ }, `${stage} ${message.source}`);
  t.throws(() => eight().reduce(0, (sum, i) => sum.add(picky(i))), { stage: "dataset.reduce", element: 3, cause: { message: "three" } });
});
