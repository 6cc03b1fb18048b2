// Every public stage and source of Dataset: what is saved inside an epoch is taken up by a pipeline made anew, element for element. A stage
// that is not here fails the last test.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import * as tf from "../../lib/index.js";
import { Dataset, type SavedPosition } from "../../lib/data/index.js";
import { awaited, later, upTo } from "../support/elements.js";

t.setTimeout(600_000);

const folder = mkdtempSync(join(tmpdir(), "kerasm-stages-"));
t.teardown(() => rmSync(folder, { recursive: true }));
const path = (name: string): string => join(folder, name);
for (const name of ["a.txt", "b.txt"]) writeFileSync(path(name), upTo(6).map((i) => `${name} ${i}\n`).join("")); // prettier-ignore
writeFileSync(path("table.csv"), `x,y\n${upTo(9).map((i) => `${i},${i * 2}`).join("\n")}\n`); // prettier-ignore
writeFileSync(path("fixed.bin"), Uint8Array.from(upTo(24)));
const writer = new tf.io.TFRecordWriter(path("records.tfrecord"));
for (const i of upTo(9)) writer.write(`record ${i}`);
await writer.close();
await Dataset.range(9).save(path("saved"));

const range = (): Dataset => Dataset.range(12);
const generated = (): Dataset => Dataset.fromGenerator(() => upTo(12)) as unknown as Dataset;
const slow = (): Dataset => range().map(async (i) => later(i)); // asynchronous
const number = (x: tf.Tensor): number => x.item();
const lengths = (source: () => Dataset): Dataset => source().map((i) => tf.range(number(i) % 5));

type Stages = Readonly<Record<string, (source: () => Dataset) => Dataset<unknown>>>;

/** Every stage, over a source that has rows, one that has none, and one that is asynchronous. */
const stages: Stages = {
  map: (source) => source().map((i) => i.mul(2)),
  "map, two at once": (source) => source().map(async (i) => later(i.mul(2)), { numParallelCalls: 2 }),
  filter: (source) => source().filter((i) => number(i) % 3 > 0),
  takeWhile: (source) => source().takeWhile((i) => number(i) < 8),
  shuffle: (source) => source().shuffle(5, { seed: 3 }),
  "shuffle, every epoch alike": (source) => source().shuffle(5, { seed: 3, reshuffleEachIteration: false }).repeat(2),
  batch: (source) => source().batch(3),
  unbatch: (source) => source().batch(5).unbatch(),
  repeat: (source) => source().repeat(2),
  take: (source) => source().take(9),
  skip: (source) => source().skip(3),
  prefetch: (source) => source().prefetch(3),
  "prefetch, as times ask": (source) => source().prefetch(tf.data.AUTOTUNE),
  cache: (source) => source().cache().repeat(2),
  "cache in a folder": (source) => source().cache(path(`cache-${source.name}`)),
  snapshot: (source) => source().snapshot(path(`snapshot-${source.name}`)),
  withOptions: (source) => source().withOptions(new tf.data.Options()),
  raggedBatch: (source) => lengths(source).raggedBatch(2).map((x) => (x as tf.RaggedTensor).toTensor()), // prettier-ignore
  concatenate: (source) => source().concatenate(source()),
  enumerate: (source) => source().enumerate(4),
  flatMap: (source) => source().flatMap((i) => Dataset.range(number(i) % 3)),
  interleave: (source) => source().interleave((i) => Dataset.fromTensors(i).repeat(2), { cycleLength: 3, blockLength: 2 }),
  "interleave, at once": (source) =>
    source().interleave((i) => Dataset.range(3).map((j) => i.mul(10).add(j)), { cycleLength: 2, numParallelCalls: 2 }),
  "interleave, at once, in any order": (source) =>
    source().interleave((i) => Dataset.range(3).map((j) => i.mul(10).add(j)), {
      cycleLength: 2,
      numParallelCalls: 2,
      deterministic: false,
    }),
  apply: (source) => source().apply((dataset) => dataset.batch(2)),
  window: (source) => source().window(4, { shift: 2 }).flatMap((each) => each.batch(4)), // prettier-ignore
  shard: (source) => source().shard(3, 1),
  scan: (source) => source().scan(0, (sum, i) => [sum.add(i), sum.add(i)]),
  paddedBatch: (source) => lengths(source).paddedBatch(3),
  unique: (source) => source().map((i) => i.mod(5)).unique(), // prettier-ignore
  ignoreErrors: (source) =>
    source()
      .map((i) => {
        if (number(i) % 4 === 1) throw new RangeError("no");
        return i;
      })
      .ignoreErrors(),
  rebatch: (source) => source().batch(4).rebatch([1, 3]),
  groupByWindow: (source) => source().groupByWindow({ keyFunc: (i) => i.mod(3), reduceFunc: (_, w) => w.batch(2), windowSize: 2 }),
  bucketBySequenceLength: (source) =>
    lengths(source).bucketBySequenceLength({
      elementLengthFunc: (x) => x.shape[0]!,
      bucketBoundaries: [2, 4],
      bucketBatchSizes: [2, 2, 2],
    }),
  rejectionResample: (source) => source().rejectionResample((i) => i.mod(2), [0.9, 0.1], { seed: 5 }),
  sparseBatch: (source) => lengths(source).sparseBatch(2, [5]).map((x) => tf.sparse.toDense(x as tf.SparseTensor)), // prettier-ignore
  zip: (source) => Dataset.zip(source(), source().skip(2)),
  sampleFromDatasets: (source) => Dataset.sampleFromDatasets([source(), source()], { seed: 2 }),
  chooseFromDatasets: (source) =>
    Dataset.chooseFromDatasets(
      [source(), source()],
      Dataset.range(20).map((i) => i.mod(2)),
    ),
};

/** Every source. */
const sources: Readonly<Record<string, () => Dataset<unknown>>> = {
  fromTensorSlices: () => Dataset.fromTensorSlices({ x: upTo(8), y: upTo(8).map((i) => [i, i]) }),
  fromTensors: () => Dataset.fromTensors([1, 2]).repeat(4),
  range: () => Dataset.range(20, 0, -3),
  fromGenerator: () => generated(),
  counter: () => Dataset.counter(-5, -2).take(8),
  random: () => Dataset.random({ seed: 4 }).take(8),
  "random, another every epoch": () => Dataset.random({ seed: 4, rerandomizeEachIteration: true }).take(4).repeat(2), // prettier-ignore
  listFiles: () => Dataset.listFiles(join(folder, "*.txt"), { seed: 1 }).repeat(2),
  load: () => Dataset.load(path("saved")),
  TextLineDataset: () => new tf.data.TextLineDataset([path("a.txt"), path("b.txt")]) as Dataset<unknown>,
  TFRecordDataset: () => new tf.data.TFRecordDataset(path("records.tfrecord")).map((bytes) => tf.io.decodeRaw(bytes as never, "uint8")),
  FixedLengthRecordDataset: () =>
    new tf.data.FixedLengthRecordDataset(path("fixed.bin"), 4).map((bytes) => tf.io.decodeRaw(bytes as never, "uint8")),
  CsvDataset: () => new tf.data.experimental.CsvDataset(path("table.csv"), ["int32", "float32"], { header: true }) as Dataset<unknown>,
  makeCsvDataset: () =>
    tf.data.experimental.makeCsvDataset(path("table.csv"), 2, {
      numEpochs: 1,
      shuffle: true,
      shuffleSeed: 1,
      labelName: "y",
    }) as Dataset<unknown>,
};

async function goesOn(t: Tap, make: () => Dataset<unknown>): Promise<void> {
  const iteration = make().iterator();
  const saved: string[] = [JSON.stringify(iteration.saveState())];
  const elements: unknown[] = [];
  for await (const element of iteration) {
    elements.push(...(await awaited([element] as never)));
    saved.push(JSON.stringify(iteration.saveState()));
  }
  t.ok(elements.length > 3, `${elements.length} elements`);
  for (const [given, state] of saved.entries()) {
    const resumed = make().iterator();
    resumed.loadState(JSON.parse(state) as SavedPosition);
    t.strictSame(await awaited(resumed), elements.slice(given), `after ${given}`);
  }
}
type Tap = typeof t;

for (const [name, make] of Object.entries(stages))
  for (const source of [range, generated, slow]) t.test(`${name} of ${source.name}`, async (t) => goesOn(t as Tap, () => make(source)));
for (const [name, make] of Object.entries(sources)) t.test(name, async (t) => goesOn(t as Tap, make));

/** A source that tells how many of its generators are open. */
function watched(kind: "generated" | "slow") {
  const counts = { open: 0, opened: 0 };
  function* plainly() {
    counts.open++;
    counts.opened++;
    try {
      for (let i = 0; i < 12; i++) yield i;
    } finally {
      counts.open--;
    }
  }
  async function* slowly() {
    for (const i of plainly()) yield await later(i);
  }
  const source = () => Dataset.fromGenerator(kind === "slow" ? slowly : plainly) as unknown as Dataset;
  Object.defineProperty(source, "name", { value: `watched-${kind}` });
  return { counts, source };
}

for (const [name, make] of Object.entries(stages))
  for (const kind of ["generated", "slow"] as const)
    t.test(`${name} of ${kind}: whoever leaves early, comes to the end or meets an error has nothing open`, async (t) => {
      const { counts, source } = watched(kind);
      const left = async (what: string): Promise<void> => {
        for (let turns = 0; counts.open > 0 && turns < 50; turns++) await later(null);
        t.equal(counts.open, 0, `${what}: ${counts.opened} opened`);
      };
      for (const many of [1, 3]) {
        let given = 0;
        for await (const _ of make(source)) if (++given === many) break;
        await left(`left after ${many}`);
      }
      for await (const _ of make(source));
      await left("came to the end");
      const failing = make(() => source().map((i) => (i.item() === 7 ? tf.zeros([2, -1]) : i))); // prettier-ignore
      try {
        for await (const _ of failing);
      } catch {
        // Which stage refuses it is not the question here.
      }
      await left("met an error");
      const iterator = make(source).iterator();
      let given = 0;
      for await (const _ of iterator) if (++given === 2) break;
      const state = iterator.saveState();
      await iterator.close();
      await left("closed");
      const resumed = make(source).iterator();
      await resumed.step();
      resumed.loadState(state);
      await resumed.step();
      await resumed.close();
      await left("closed after it was restored");
    });

t.test("datasets inside of stages, and what asks for elements by itself, leave nothing open", async (t) => {
  const { counts, source } = watched("generated");
  const inside: Readonly<Record<string, () => Promise<unknown> | unknown>> = {
    interleave: async () => {
      for (const deterministic of [true, false])
        for (const numParallelCalls of [null, 2])
          for await (const _ of Dataset.range(5).interleave(source, { cycleLength: 3, numParallelCalls, deterministic })) break;
    },
    flatMap: () => [...Dataset.range(2).flatMap(() => source().take(3))],
    groupByWindow: async () => {
      const options = { keyFunc: (i: tf.Tensor) => i.mod(2), reduceFunc: source, windowSize: 2 };
      for await (const _ of Dataset.range(5).groupByWindow(options)) break;
      for (const _ of Dataset.range(3).groupByWindow({ ...options, reduceFunc: () => source().take(2) }));
    },
    cache: () => [...source().take(3).cache()],
    reduce: () => source().reduce(0, () => { throw new RangeError("no"); }), // prettier-ignore
    "reduce, to the end": () => source().take(2).reduce(0, (sum, i) => sum.add(i)), // prettier-ignore
    getSingleElement: () => source().getSingleElement(),
    "getSingleElement, the only one": () => source().take(1).getSingleElement(),
    save: () => source().map((i) => tf.reshape(i, [i.item() > 4 ? 2 : 1])).save(path("not-saved")), // prettier-ignore
    "save, to the end": () => source().take(2).save(path("all-saved")), // prettier-ignore
    asNumpyIterator: () => {
      for (const _ of source().asNumpyIterator()) break;
    },
    "a position inside": () => {
      const iterator = Dataset.range(5).interleave(source, { cycleLength: 3 }).iterator();
      iterator.next();
      const state = iterator.saveState();
      iterator.next();
      iterator.loadState(state);
      iterator.next();
      return iterator.close();
    },
  };
  for (const [name, run] of Object.entries(inside)) {
    counts.opened = 0;
    try {
      await run();
    } catch {
      t.match(name, /^(reduce|getSingleElement|save)$/);
    }
    t.ok(counts.opened > 0, name);
    t.equal(counts.open, 0, `${name}: ${counts.opened} opened`);
  }
});

t.test("every stage and source is here", (t) => {
  const known = new Set([...Object.keys(stages), ...Object.keys(sources)]);
  // What gives no dataset, and what is of the class itself.
  const others = "constructor saveState loadState iterator iteration cardinality options save reduce getSingleElement asNumpyIterator";
  const names = [...Object.getOwnPropertyNames(Dataset.prototype), ...Object.getOwnPropertyNames(Dataset)];
  const methods = names.filter((name) => {
    const property = Object.getOwnPropertyDescriptor(Dataset.prototype, name) ?? Object.getOwnPropertyDescriptor(Dataset, name)!;
    return typeof property.value === "function" && !`${others} pipelineOf ofPipeline`.split(" ").includes(name);
  });
  t.strictSame(
    methods.filter((name) => !known.has(name)),
    [],
  );
  t.end();
});
