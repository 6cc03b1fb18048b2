// Every pipeline, saved at every place and taken up by a pipeline made anew, goes on as if nothing had happened.

import t from "tap";
import { Dataset, type SavedPosition } from "../../lib/data/index.js";
import { awaited, later, listed, plain, upTo } from "../support/elements.js";

const range = () => Dataset.range(10);
const slices = () => Dataset.fromTensorSlices([Float32Array.from(upTo(10)), Int32Array.from(upTo(10))]);
const generated = () => Dataset.fromGenerator(() => upTo(10));
const asynchronous = () => range().map(async (i) => later(i.item()));

const pipelines: Readonly<Record<string, () => Dataset<unknown>>> = {
  range,
  generated,
  "shuffled batches of slices": () => slices().shuffle(10, { seed: 1 }).batch(3),
  "a small buffer": () => range().shuffle(4, { seed: 1 }),
  "an order that stays": () => range().shuffle(10, { seed: 1, reshuffleEachIteration: false }).repeat(2),
  "shuffled elements": () => generated().shuffle(4, { seed: 1 }),
  "shuffled twice": () => range().shuffle(10, { seed: 1 }).batch(2).shuffle(3, { seed: 2 }),
  "a shuffle without a seed": () => range().shuffle(10),
  "repeated shuffles": () => range().shuffle(10, { seed: 1 }).repeat(3).batch(4),
  "shuffled repetitions": () => range().repeat(3).shuffle(7, { seed: 1 }).batch(4),
  "take and skip": () => generated().skip(2).take(5),
  takeWhile: () => generated().takeWhile((i) => i.item() < 6),
  "filtered rows": () =>
    range()
      .filter((i) => i.item() % 3 > 0)
      .shuffle(7, { seed: 1 }),
  "filtered elements": () => generated().filter((i) => i.item() % 3 > 0),
  unbatched: () => generated().batch(4).unbatch(),
  concatenated: () =>
    generated()
      .concatenate(range())
      .concatenate(range().shuffle(10, { seed: 1 })),
  "zipped and numbered": () => Dataset.zip(generated(), range().shuffle(10, { seed: 1 })).enumerate(),
  cached: () => range().shuffle(10, { seed: 1 }).cache().repeat(2),
  interleaved: () => range().interleave((i) => Dataset.fromTensors(i).repeat(2), { cycleLength: 3 }),
  prefetched: () => asynchronous().shuffle(5, { seed: 1 }).batch(2).prefetch(3),
  "an asynchronous everything": () =>
    asynchronous()
      .filter(async (i) => later(i.item() > 1))
      .repeat(2)
      .take(12)
      .skip(1)
      .prefetch(2),
};

for (const [name, make] of Object.entries(pipelines)) {
  t.test(name, async (t) => {
    const whole = make();
    const iteration = whole.iterator();
    // What a saved position must be followed by.
    const saved: { state: string; rest: number }[] = [{ state: JSON.stringify(iteration.saveState()), rest: 0 }];
    const elements: unknown[] = [];
    for await (const element of iteration) {
      elements.push(plain(element));
      saved.push({ state: JSON.stringify(iteration.saveState()), rest: elements.length });
    }
    t.ok(elements.length > 3);
    for (const { state, rest } of saved) {
      const resumed = make().iterator();
      resumed.loadState(JSON.parse(state) as SavedPosition);
      t.equal(JSON.stringify(resumed.saveState()), state, "loading alone changes nothing");
      t.strictSame(await awaited(resumed), elements.slice(rest), `after ${rest} elements`);
    }
  });
}

t.test("a dataset itself goes on in the middle of an epoch, and with the epochs behind it", async (t) => {
  const make = () => slices().shuffle(10).batch(3);
  const whole = make();
  listed(whole);
  let state: SavedPosition | undefined;
  const second: unknown[] = [];
  for (const batch of whole) {
    second.push(plain(batch));
    if (second.length === 2) state = whole.saveState();
  }
  const third = listed(whole);
  const resumed = make();
  resumed.loadState(state!);
  t.strictSame(listed(resumed), second.slice(2));
  t.strictSame(listed(resumed), third);
});

t.test("between epochs a dataset stands before the next one", async (t) => {
  const make = () => range().shuffle(10);
  const [whole, resumed] = [make(), make()];
  resumed.loadState(whole.saveState());
  t.strictSame(listed(resumed), listed(whole), "before the first");
  resumed.loadState(whole.saveState());
  t.strictSame(listed(resumed), listed(whole), "after the first");
  for (const element of whole) if (element) break;
  resumed.loadState(whole.saveState());
  t.strictSame(listed(resumed), listed(whole), "after one that was left");
});

t.test("a position of another pipeline is refused", async (t) => {
  const state = range().batch(2).saveState();
  t.throws(() => range().loadState(state), {
    name: "ValueError",
    message: /given the position of an iteration of batch < chunks < range; expected one of rows < range/,
  });
});

t.test("an iterator is taken up where it was left", async (t) => {
  const iterator = range().iterator();
  for (const element of iterator) if (element.item() === 3) break;
  t.equal(iterator.next().value?.item(), 4);
  for await (const element of iterator) {
    t.equal(element.item(), 5);
    break;
  }
});
