// Stages that work on several elements at once: order, positions, errors, threads, measured depths; caches beyond their limit.

import t from "tap";
import * as tf from "../../lib/index.js";
import { portableText } from "../../lib/data/workers.js";
import { Pace } from "../../lib/data/streams/pace.js";
import type { SavedPosition } from "../../lib/data/index.js";
import { awaited, listed, upTo } from "../support/elements.js";

const { AUTOTUNE, Dataset } = tf.data;
const after = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
/** Every third element takes long. */
const uneven = async (i: tf.Tensor): Promise<tf.Tensor> => {
  await after(i.item() % 3 === 0 ? 12 : 1);
  return i.mul(10);
};
const tens = upTo(12).map((i) => i * 10);

t.test("calls wait beside each other, in order or not", async (t) => {
  let [running, most] = [0, 0];
  const watched = async (i: tf.Tensor): Promise<tf.Tensor> => {
    most = Math.max(most, ++running);
    await after(4);
    running--;
    return i;
  };
  const generated = () => Dataset.fromGenerator(() => upTo(12));
  for (const source of [Dataset.range(12), generated()]) {
    most = 0;
    t.strictSame(await awaited(source.map(watched, { numParallelCalls: 4 })), upTo(12));
    t.equal(most, 4);
    t.strictSame(await awaited(source.map(uneven, { numParallelCalls: 4 })), tens);
    const anyOrder = await awaited(source.map(uneven, { numParallelCalls: 4, deterministic: false }));
    t.strictSame([...anyOrder].sort((a, b) => Number(a) - Number(b)), tens); // prettier-ignore
    t.notSame(anyOrder, tens, "slow elements let others pass");
  }
  most = 0;
  t.strictSame(await awaited(Dataset.range(12).map(watched, { numParallelCalls: 3 }).batch(6)), [upTo(6), upTo(12).slice(6)]);
  t.equal(most, 3, "the rows of a batch are made beside each other too");
  t.strictSame(await awaited(Dataset.range(12).map(uneven, AUTOTUNE)), tens);
  t.throws(() => Dataset.range(3).map((i) => i, { numParallelCalls: 0 }), /numParallelCalls: given 0/);
  t.throws(() => Dataset.range(3).map((i) => i, { numParalelCalls: 2 } as never), /numParallelCalls/);
});

t.test("what takes no time stays synchronous", async (t) => {
  t.strictSame(
    listed(
      Dataset.range(5)
        .map((i) => i.add(1), { numParallelCalls: 4 })
        .prefetch(AUTOTUNE),
    ),
    [1, 2, 3, 4, 5],
  );
});

t.test("options of a dataset decide about order", async (t) => {
  const options = new tf.data.Options();
  options.deterministic = false;
  const dataset = Dataset.range(12).withOptions(options);
  t.equal(dataset.options().deterministic, false);
  t.notSame(await awaited(dataset.map(uneven, { numParallelCalls: 4 })), tens);
  t.strictSame(await awaited(dataset.map(uneven, { numParallelCalls: 4, deterministic: true })), tens);
  t.throws(() => ((options as unknown as { determinstic: boolean }).determinstic = true), TypeError);
  options.deterministic = 1 as never;
  t.throws(() => Dataset.range(2).withOptions(options), /deterministic/);
});

t.test("positions of parallel stages lose no element and repeat none, whatever was under way", async (t) => {
  const pipelines: Readonly<Record<string, () => tf.data.Dataset<unknown>>> = {
    "in order": () => Dataset.range(12).map(uneven, { numParallelCalls: 4 }),
    "in any order": () => Dataset.fromGenerator(() => upTo(12)).map(uneven as never, { numParallelCalls: 4, deterministic: false }),
    "any order twice": () =>
      Dataset.range(12)
        .map(uneven, { numParallelCalls: 3, deterministic: false })
        .map(async (i) => (await after(1), i as tf.Tensor), { numParallelCalls: 2, deterministic: false })
        .prefetch(2),
    "inner streams in any order": () =>
      Dataset.range(4).interleave((i) => Dataset.range(3).map(async (j) => (await after(1 + i.item()), tf.add(i.mul(100), j))), {
        cycleLength: 3,
        numParallelCalls: AUTOTUNE,
        deterministic: false,
      }),
    "inner streams": () =>
      Dataset.range(4).interleave((i) => Dataset.range(3).map(async (j) => (await after(1), tf.add(i.mul(100), j))), {
        cycleLength: 2,
        numParallelCalls: AUTOTUNE,
      }),
  };
  for (const [name, make] of Object.entries(pipelines)) {
    const iterator = make().iterator();
    const given: unknown[] = [];
    const saved: { given: unknown[]; state: SavedPosition }[] = [];
    for await (const element of iterator) {
      given.push((element as tf.Tensor).item());
      saved.push({ given: [...given], state: JSON.parse(JSON.stringify(iterator.saveState())) as SavedPosition });
    }
    const whole = [...given].sort();
    t.equal(whole.length, 12, name);
    for (const { given: before, state } of saved.filter((_, i) => i % 2 === 0)) {
      const resumed = make().iterator();
      resumed.loadState(state);
      t.strictSame([...before, ...(await awaited(resumed))].sort(), whole, `${name} after ${before.length}`);
      const twice = make().iterator();
      twice.loadState(state);
      const more: unknown[] = [];
      for await (const element of twice) {
        more.push((element as tf.Tensor).item());
        if (more.length === 2) break;
      }
      const third = make().iterator();
      third.loadState(JSON.parse(JSON.stringify(twice.saveState())) as SavedPosition);
      t.strictSame([...before, ...more, ...(await awaited(third))].sort(), whole, `${name} after ${before.length} and ${more.length}`);
    }
  }
});

t.test("inner datasets of interleave work beside each other, and keep their turns", async (t) => {
  let [running, most] = [0, 0];
  const inner = (i: tf.Tensor) =>
    Dataset.range(3).map(async (j) => {
      most = Math.max(most, ++running);
      await after(3);
      running--;
      return tf.add(i.mul(10), j);
    });
  const wanted = await awaited(Dataset.range(5).interleave(inner, { cycleLength: 3, blockLength: 2 }));
  t.equal(most, 1);
  t.strictSame(await awaited(Dataset.range(5).interleave(inner, { cycleLength: 3, blockLength: 2, numParallelCalls: 3 })), wanted);
  t.ok(most >= 3, `${most} at once`);
});

t.test("inner datasets whose order is free: who is ready comes, synchronous ones take turns, an error costs its own element", async (t) => {
  let open: () => void = () => {};
  const gate = new Promise<void>((resolve) => (open = resolve));
  const inner = (i: tf.Tensor) =>
    Dataset.range(3).map(async (j) => {
      if (i.item() === 0) await gate;
      else await after(1);
      if (i.item() === 1 && j.item() === 1) throw new RangeError("no");
      return tf.add(i.mul(10), j);
    });
  const options = { cycleLength: 2, numParallelCalls: 2, deterministic: false };
  const given: number[] = [];
  for await (const element of Dataset.range(4).interleave(inner, options).ignoreErrors()) {
    given.push(element.item());
    if (given.length === 8) open();
  }
  t.strictSame(given.slice(0, 8), [10, 12, 20, 21, 22, 30, 31, 32], "the first waits for the gate, which the others open");
  t.strictSame(given.slice(8), [0, 1, 2]);
  const free = new tf.data.Options();
  free.deterministic = false;
  const plain = (dataset: tf.data.Dataset) => listed(dataset.interleave((i) => Dataset.fromTensors(i).repeat(3), { cycleLength: 2, blockLength: 2, numParallelCalls: 2 })); // prettier-ignore
  t.strictSame(plain(Dataset.range(3).withOptions(free)), plain(Dataset.range(3)));
  t.strictSame(plain(Dataset.range(0).withOptions(free)), []);
});

t.test("an error comes when its element's turn comes, names stage and element, and the others go on", async (t) => {
  const picky = async (i: tf.Tensor): Promise<tf.Tensor> => {
    await after(i.item() === 0 ? 8 : 1);
    if (i.item() % 4 === 1) throw new RangeError(`no ${i.item()}`);
    return i;
  };
  const { warn } = console;
  const told: string[] = [];
  console.warn = (text: string) => void told.push(text);
  for (const numParallelCalls of [1, 3, AUTOTUNE])
    for (const source of [Dataset.range(8), Dataset.fromGenerator(() => upTo(8))]) {
      const mapped = source.map(picky as never, { numParallelCalls });
      await t.rejects(awaited(mapped), { stage: "dataset.map", element: 1, cause: { name: "RangeError" } });
      const kept = mapped.prefetch(2).ignoreErrors();
      t.strictSame(await awaited(kept), [0, 2, 3, 4, 6, 7]);
      t.equal(kept.ignoredErrors, 2);
    }
  console.warn = warn;
  t.equal(told.length, 6);
  t.match(told[0], /ignoreErrors: 2 elements were left out\. The first: .*no 1/);
  t.throws(() => listed(Dataset.range(3).map((i) => tf.matmul(i, i))), {
    name: "ShapeError",
    message: /dataset\.map.*element 0 \(row 0\)/,
  });
  t.throws(
    () =>
      listed(
        Dataset.range(3).filter(() => {
          throw new Error("boom");
        }),
      ),
    /dataset\.filter: given element 0 \(row 0\).*boom/,
  );
  const stuck = Dataset.fromGenerator(() => ({
    [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error("always")) }),
  })).ignoreErrors();
  await t.rejects(awaited(stuck), /always/, "what fails for ever ends");
});

t.test("the depth follows from measured times", async (t) => {
  const pace = new Pace();
  t.equal(pace.depth(16), 2, "before anything is known");
  const measure = (making: number, using: number): number => {
    const own = new Pace();
    for (let i = 0, now = 1; i < 20; i++, now += using) {
      own.wanted(now);
      own.given(now);
      own.made(making);
    }
    return own.depth(16);
  };
  t.equal(measure(1, 10), 2);
  t.equal(measure(50, 10), 6);
  t.equal(measure(1000, 1), 16, "at most");
});

t.test("functions by their text: what needs more than its arguments stays", async (t) => {
  const outside = 3;
  const portable = [
    (x: number) => x * 2,
    function (x: { data(): Float32Array }) {
      let sum = 0;
      for (const each of x.data()) sum += Math.sqrt(each);
      return [sum, JSON.stringify({ a: 1 })];
    },
    async ({ a, b: [c] }: { a: number; b: number[] }) => a + c!,
    (line: string) => line.split(",").map((field, i) => (i > 0 ? Number(field) : field)),
  ];
  for (const fn of portable) t.ok(portableText(fn as never), String(fn));
  const bound = [
    (x: number) => x * outside,
    (x: tf.Tensor) => tf.add(x, 1),
    () => globalThis,
    Math.max,
    () => process.pid,
    class {}.prototype.toString,
  ];
  for (const fn of bound) t.equal(portableText(fn as never), null, String(fn));
});

t.test("slow plain functions go to threads; tensors, strings and records arrive, and what fails there is called here", async (t) => {
  const slow = (line: string): { length: Float32Array; text: string } => {
    const begun = Date.now();
    while (Date.now() - begun < 3);
    return { length: Float32Array.of(line.length), text: line.toUpperCase() };
  };
  const lines = Dataset.fromTensorSlices(upTo(40).map((i) => "x".repeat(i + 1)) as never) as unknown as tf.data.Dataset<string>;
  const wanted = upTo(40).map((i) => ({ length: [i + 1], text: "X".repeat(i + 1) }));
  const mapped = lines.map(slow as never, { numParallelCalls: 2 });
  t.strictSame(await awaited(mapped), wanted);
  t.strictSame(listed(mapped), wanted, "an iteration that can't wait is not made to");
  const tensors = Dataset.range(30).map(
    (x) => {
      const begun = Date.now();
      while (Date.now() - begun < 3);
      return [x, (x.array() as number) + 0.5];
    },
    { numParallelCalls: 2 },
  );
  t.strictSame(await awaited(tensors), upTo(30).map((i) => [i, i + 0.5])); // prettier-ignore
  const needsMore = Dataset.range(30).map(
    (x) => {
      const begun = Date.now();
      while (Date.now() - begun < 3);
      return x.add(1); // a stand-in has no add: it is called here
    },
    { numParallelCalls: 2 },
  );
  t.strictSame(await awaited(needsMore), upTo(30).map((i) => i + 1)); // prettier-ignore
});

t.test("a cache beyond its limit goes into a file and gives the same elements", async (t) => {
  const rows = upTo(50).map((i) => ({ x: new Float32Array(1000).fill(i), s: `row ${i}` }));
  let made = 0;
  const cached = Dataset.fromGenerator(() => rows)
    .map((row) => {
      made++;
      return row as never;
    })
    .cache();
  await tf.config.set({ cacheLimit: 40_000 });
  const first = listed(cached);
  t.strictSame(listed(cached), first);
  t.strictSame((first[49] as { s: string }).s, "row 49");
  t.equal(made, 50);
  await tf.config.set({ cacheLimit: 2 ** 30 });
  await t.rejects(tf.config.set({ cacheLimit: -1 }), /a number of bytes/);
});

t.test("batches of rows of unequal length", async (t) => {
  const ragged = Dataset.range(1, 5).map((i) => tf.range(i.item())).raggedBatch(3); // prettier-ignore
  const batches: unknown[] = [];
  for await (const batch of ragged) batches.push((batch as tf.RaggedTensor).toList());
  t.strictSame(batches, [[[0], [0, 1], [0, 1, 2]], [[0, 1, 2, 3]]]);
});
