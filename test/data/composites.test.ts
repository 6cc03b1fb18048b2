// Datasets of ragged and sparse tensors, batches that are sparse, classes in the place of functions, iterations that errors end.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import * as tf from "../../lib/index.js";
import { awaited, listed, upTo } from "../support/elements.js";

const { Dataset, TextLineDataset } = tf.data;
const folder = mkdtempSync(join(tmpdir(), "kerasm-composites-"));
t.teardown(() => rmSync(folder, { recursive: true }));

/** Ragged and sparse tensors as nested arrays. */
async function shown(dataset: AsyncIterable<unknown>): Promise<unknown[]> {
  const elements: unknown[] = [];
  for await (const each of dataset)
    elements.push(
      each instanceof tf.RaggedTensor
        ? each.toList()
        : each instanceof tf.SparseTensor
          ? tf.sparse.toDense(each).array()
          : (each as tf.Tensor).array(),
    );
  return elements;
}

t.test("ragged tensors are sliced, shuffled and batched by rows", async (t) => {
  const ragged = Dataset.fromTensorSlices(tf.ragged.constant([[1, 2], [3], [], [4, 5, 6]]));
  t.strictSame(await shown(ragged), [[1, 2], [3], [], [4, 5, 6]]);
  t.strictSame(await shown(ragged.batch(3)), [[[1, 2], [3], []], [[4, 5, 6]]]);
  t.strictSame(await shown(ragged.batch(3).unbatch()), [[1, 2], [3], [], [4, 5, 6]]);
  t.equal((await shown(ragged.shuffle(4, { seed: 1 }).batch(2))).flat().length, 4);
  t.equal(ragged.elementSpec, null);
  t.strictSame(await shown(ragged.map((row) => tf.reduceSum(row as tf.Tensor))), [3, 3, 0, 15]);
  t.strictSame(await shown(Dataset.range(1, 3).map((i) => tf.ragged.constant([[i.item()], []]))), [
    [[1], []],
    [[2], []],
  ]);
  t.strictSame(await shown(Dataset.range(3).map(() => tf.ragged.constant([[1], []])).batch(2)), [[[[1], []], [[1], []]], [[[1], []]]]); // prettier-ignore
});

t.test("sparse tensors are elements, whole or by rows", async (t) => {
  const sparse = new tf.SparseTensor({ indices: [[0, 0], [1, 2]], values: [1, 2], denseShape: [3, 4] }); // prettier-ignore
  const dense = tf.sparse.toDense(sparse).array() as number[][];
  t.strictSame(await shown(Dataset.fromTensors(sparse)), [dense]);
  t.strictSame(await shown(Dataset.fromTensorSlices(sparse)), dense);
  t.strictSame(await shown(Dataset.fromTensorSlices(sparse).batch(2)), [dense.slice(0, 2), dense.slice(2)]);
});

t.test("batches as sparse tensors keep every number, and refuse what does not fit", async (t) => {
  const rows = Dataset.range(1, 4).map((i) => tf.fill([i.item()], i.item()));
  const wanted = [[[1, 0, 0], [2, 2, 0]], [[3, 3, 3]]]; // prettier-ignore
  t.strictSame(await shown(rows.sparseBatch(2, [3])), wanted);
  const [zeros] = await awaitedRaw(Dataset.fromTensors([0, 1]).sparseBatch(1, [3]));
  t.strictSame((zeros as tf.SparseTensor).indices.array(), [[0, 0], [0, 1]]); // prettier-ignore
  await t.rejects(shown(rows.sparseBatch(2, [2])), /dataset\.sparseBatch.*\[3\].*within rowShape \[2\]/);
  await t.rejects(shown(rows.sparseBatch(2, [2, 2])), /rank 2/);
});

async function awaitedRaw(dataset: AsyncIterable<unknown>): Promise<unknown[]> {
  const elements: unknown[] = [];
  for await (const each of dataset) elements.push(each);
  return elements;
}

t.test("a class of datasets stands for making one", async (t) => {
  const paths = ["a", "b"].map((name) => join(folder, name));
  for (const path of paths) writeFileSync(path, `${path} 1\n${path} 2\n`);
  const lines = Dataset.fromTensorSlices(paths as never).interleave(TextLineDataset as never, { cycleLength: 2 });
  t.strictSame(await awaited(lines), paths.map((path) => `${path} 1`).concat(paths.map((path) => `${path} 2`)));
  t.equal((await awaited(Dataset.fromTensorSlices(paths as never).flatMap(TextLineDataset as never))).length, 4);
});

t.test("numbers and choices are drawn anew each iteration where asked, and only there", (t) => {
  for (const make of [
    (again: boolean | null) => Dataset.random({ seed: 1, rerandomizeEachIteration: again }).take(6),
    (again: boolean | null) =>
      Dataset.sampleFromDatasets([Dataset.range(8), Dataset.range(100, 108)], { seed: 1, rerandomizeEachIteration: again }),
  ]) {
    for (const again of [null, false]) {
      const fixed = make(again);
      t.strictSame(listed(fixed), listed(fixed));
    }
    const [anew, likewise] = [make(true), make(true)];
    const passes = [listed(anew), listed(anew)];
    t.notSame(passes[0], passes[1]);
    t.strictSame([listed(likewise), listed(likewise)], passes);
    t.strictSame(passes[0], listed(make(false)), "the first pass is the same");
  }
  t.end();
});

t.test("resampling begins anew each iteration, and takes its shares by name", (t) => {
  const source = Dataset.range(200).map((i) => i.mod(10).less(1).cast("int32"));
  const resampled = source.rejectionResample((label) => label, { targetDist: [0.5, 0.5], initialDist: [0.9, 0.1], seed: 3 });
  const labels = listed(resampled).map((pair) => (pair as number[])[0]);
  t.strictSame(listed(resampled).map((pair) => (pair as number[])[0]), labels); // prettier-ignore
  t.strictSame(labels, listed(source.rejectionResample((label) => label, [0.5, 0.5], { initialDist: [0.9, 0.1], seed: 3 })).map((pair) => (pair as number[])[0])); // prettier-ignore
  t.equal(labels.filter((label) => label === 1).length, 20, "rare ones stay");
  t.throws(() => source.rejectionResample((label) => label, [0.5, -1]), /targetDist/);
  t.throws(() => source.rejectionResample((label) => label, [0.5, 0.5], { initialDist: [1] }), /initialDist: given \[1\]/);
  t.end();
});

t.test("a loop that an error ends gives generators back; who goes on by hand gets what follows", async (t) => {
  for (const isLater of [false, true]) {
    let closed = 0;
    const source = Dataset.fromGenerator(function* () {
      try {
        yield* upTo(6);
      } finally {
        closed++;
      }
    });
    const picky = source.map((i) => {
      const value = (i as tf.Tensor).item();
      if (value === 2) throw new RangeError("no");
      return isLater ? Promise.resolve(value) : value;
    });
    await t.rejects(isLater ? awaited(picky) : Promise.resolve().then(() => listed(picky)), /no/); // prettier-ignore
    t.equal(closed, 1);
    const iterator = picky[Symbol.asyncIterator]();
    const values: unknown[] = [];
    for (let i = 0; i < 7; i++) {
      try {
        const { done, value } = await iterator.next();
        values.push(done ? "end" : (value as unknown as tf.Tensor).item());
      } catch {
        values.push("error");
      }
    }
    t.strictSame(values, [0, 1, "error", 3, 4, 5, "end"]);
  }
});

t.test("small names of tutorials", async (t) => {
  t.strictSame(tf.equal("a", ["a", "b"]).array(), [true, false]);
  t.strictSame(tf.notEqual([["a"], ["b"]], ["a", "b"]).array(), [[false, true], [true, false]]); // prettier-ignore
  t.throws(() => tf.equal("a", 1 as never), /strings/);
  t.throws(() => tf.equal(["a", "b", "c"], ["a", "b"]), { name: "ShapeError" });
  t.equal(tf.ones([2, 3]).ndim, 2);
  const feature = { n: tf.train.Feature({ int64List: tf.train.Int64List({ value: [4] }) }) };
  const bytes = tf.train.Example({ features: tf.train.Features({ feature }) }).serializeToString();
  t.strictSame(new tf.train.Example().parseFromString(bytes).serializeToString(), bytes);
  t.strictSame(
    tf.io.decodeCsv(["1,a", ",'"], [7, "none"]).map((column) => (column instanceof tf.Tensor ? column.array() : column)),
    [
      [1, 7],
      ["a", "'"],
    ],
  );
  const sound = tf.constant([[0, 0.5], [-0.5, -1]]); // prettier-ignore
  const [audio, rate] = tf.audio.decodeWav(await tf.audio.encodeWav(sound, 16000));
  t.equal(rate.item(), 16000);
  t.ok((audio.array() as number[][]).flat().every((value, i) => Math.abs(value - (sound.array() as number[][]).flat()[i]!) < 1e-4));
  await t.rejects(tf.audio.encodeWav(tf.ones([3]), 16000), /\[samples, channels\]/);
  await t.rejects(tf.audio.encodeWav(sound, 0), /sampleRate: given 0/);
});
