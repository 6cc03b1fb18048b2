import t from "tap";
import { messageOf } from "../support/message.js";
import { Dataset, INFINITE_CARDINALITY, UNKNOWN_CARDINALITY } from "../../lib/data/index.js";
import { adoptTensor } from "../../lib/core/tensor.js";
import { constant } from "../../lib/core/convert.js";
import { TensorSpec } from "../../lib/graph/signature.js";
import { awaited, later, listed, plain, upTo } from "../support/elements.js";

const sorted = (values: unknown[]) => [...(values as number[])].sort((a, b) => a - b);

t.test("range counts as Python's does, in int32", async (t) => {
  t.strictSame(listed(Dataset.range(4)), [0, 1, 2, 3]);
  t.strictSame(listed(Dataset.range(2, 9, 3)), [2, 5, 8]);
  t.strictSame(listed(Dataset.range(3, 0, -1)), [3, 2, 1]);
  t.strictSame(listed(Dataset.range(3, 3)), []);
  for (const element of Dataset.range(1)) t.equal(String(element), "tf.Tensor(0, shape=(), dtype=int32)");
});

t.test("slices keep structure, shape and dtype", async (t) => {
  const x = constant([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  t.strictSame(listed(Dataset.fromTensorSlices(x)), [
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  t.strictSame(listed(Dataset.fromTensorSlices([1, 2])), [1, 2], "nested numbers are one tensor");
  const pairs = Dataset.fromTensorSlices([x, Uint8Array.of(7, 8, 9)]);
  t.strictSame(listed(pairs), [
    [[1, 2], 7],
    [[3, 4], 8],
    [[5, 6], 9],
  ]);
  for (const [a, b] of pairs.take(1)) t.strictSame([a.dtype, a.shape, b.dtype, b.shape], ["float32", [2], "uint8", []]);
  const records = Dataset.fromTensorSlices({ x, y: [true, false, true] });
  for (const { x, y } of records.skip(2)) t.strictSame([x.array(), y.array(), y.dtype], [[5, 6], true, "bool"]);
  t.strictSame(listed(Dataset.fromTensors([x, 1])), [
    [
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      1,
    ],
  ]);
});

t.test("slices of different lengths, scalars and nothing are refused by name", async (t) => {
  t.throws(() => Dataset.fromTensorSlices([constant([1, 2]), constant([1, 2, 3])]), {
    name: "ShapeError",
    message: "Dataset.fromTensorSlices: given 3 rows in [1]; expected 2, as many as in [0].",
  });
  t.throws(() => Dataset.fromTensorSlices({ x: constant(1) }), { name: "ShapeError", message: /a scalar for x/ });
  t.throws(() => Dataset.fromTensorSlices({}), { name: "ShapeError", message: /no tensors/ });
  t.strictSame(listed(Dataset.fromTensorSlices([])), []);
});

t.test("a batch is gathered along a new first axis", async (t) => {
  const x = adoptTensor(Float32Array.from(upTo(20)), [10, 2], "float32");
  const dataset = Dataset.fromTensorSlices([x, Int32Array.from(upTo(10))]);
  const batches = [...dataset.batch(4)];
  t.strictSame(
    batches.map(([a, b]) => [a.shape, b.shape]),
    [
      [[4, 2], [4]],
      [[4, 2], [4]],
      [[2, 2], [2]],
    ],
  );
  t.strictSame(plain(batches[1]), [
    [
      [8, 9],
      [10, 11],
      [12, 13],
      [14, 15],
    ],
    [4, 5, 6, 7],
  ]);
  t.equal(dataset.batch(4, { dropRemainder: true }).cardinality(), 2);
  t.equal([...dataset.batch(4, { dropRemainder: true })].length, 2);
  t.strictSame(
    listed(
      Dataset.range(3)
        .map((i) => i)
        .batch(2),
    ),
    [[0, 1], [2]],
  );
  t.strictSame(
    listed(
      dataset
        .batch(4)
        .unbatch()
        .map((_, i) => i),
    ),
    upTo(10),
  );
  t.strictSame(listed(Dataset.range(5).batch(2).batch(2)), [
    [
      [0, 1],
      [2, 3],
    ],
    [[4]],
  ]);
});

t.test("elements of other shapes are no batch", async (t) => {
  const ragged = Dataset.fromGenerator(() => [[1, 2], [3]]);
  t.throws(() => [...ragged.batch(2)], {
    name: "ShapeError",
    message: /dataset.batch: given an element of float32 \[1\] as component 0 in element 0; expected float32 \[2\]/,
  });
});

t.test("a shuffle gives each element once, in an order that its seed decides", async (t) => {
  const shuffled = (seed: number) => Dataset.range(100).shuffle(100, { seed });
  const first = listed(shuffled(1));
  t.strictSame(sorted(first), upTo(100));
  t.notSame(first, upTo(100));
  t.strictSame(listed(shuffled(1)), first);
  t.notSame(listed(shuffled(2)), first);
  const dataset = shuffled(1);
  t.strictSame(listed(dataset), first);
  const second = listed(dataset);
  t.notSame(second, first, "reshuffled each iteration");
  t.strictSame(listed(shuffled(1).repeat(2)), [...first, ...second]);
  const fixed = Dataset.range(100).shuffle(100, { seed: 1, reshuffleEachIteration: false });
  t.strictSame(listed(fixed), listed(fixed));
  const near = listed(Dataset.range(100).shuffle(5, { seed: 1 })) as number[];
  t.ok(
    near.every((value, i) => value <= i + 4),
    "a small buffer moves nothing far ahead",
  );
});

t.test("a shuffle favours no place", async (t) => {
  const sums = new Array<number>(8).fill(0);
  const dataset = Dataset.range(8).shuffle(8, { seed: 3 });
  for (let i = 0; i < 2000; i++) (listed(dataset) as number[]).forEach((value, at) => (sums[at]! += value));
  for (const sum of sums) t.ok(Math.abs(sum / 2000 - 3.5) < 0.25, `mean ${sum / 2000}`);
});

t.test("batches of a shuffle of slices hold whole rows", async (t) => {
  const x = adoptTensor(
    Float32Array.from({ length: 60 }, (_, i) => Math.floor(i / 3)),
    [20, 3],
    "float32",
  );
  const y = adoptTensor(Int32Array.from(upTo(20)), [20], "int32");
  const seen: number[] = [];
  for (const [a, b] of Dataset.fromTensorSlices([x, y]).shuffle(20, { seed: 5 }).batch(6).take(3)) {
    b.data().forEach((label, i) => t.strictSame([...a.data().subarray(3 * i, 3 * i + 3)], [label, label, label]));
    seen.push(...b.data());
  }
  t.equal(new Set(seen).size, 18);
});

t.test("repeat, take, skip, concatenate, enumerate and zip", async (t) => {
  t.strictSame(listed(Dataset.range(2).repeat(2)), [0, 1, 0, 1]);
  t.strictSame(listed(Dataset.range(2).repeat().take(5)), [0, 1, 0, 1, 0]);
  t.strictSame(listed(Dataset.range(0).repeat()), [], "repeating nothing ends");
  t.strictSame(listed(Dataset.range(5).skip(3)), [3, 4]);
  t.strictSame(listed(Dataset.range(5).take(-1).skip(-1)), []);
  t.strictSame(listed(Dataset.range(2).concatenate(Dataset.range(5, 7))), [0, 1, 5, 6]);
  t.strictSame(listed(Dataset.range(5, 7).enumerate(3)), [
    [3, 5],
    [4, 6],
  ]);
  t.strictSame(listed(Dataset.zip(Dataset.range(3), Dataset.range(5, 7))), [
    [0, 5],
    [1, 6],
  ]);
  for (const { a, b } of Dataset.zip({ a: Dataset.range(1), b: Dataset.range(4, 5) })) t.strictSame([a.item(), b.item()], [0, 4]);
  t.strictSame(listed(Dataset.range(9).takeWhile((i) => i.item() < 3)), [0, 1, 2]);
});

t.test("map spreads components and takes what the function gives", async (t) => {
  const pairs = Dataset.fromTensorSlices([constant([1, 2]), constant([10, 20])]);
  t.strictSame(listed(pairs.map((a, b) => a.item() + b.item())), [11, 22]);
  const swapped = pairs.map((a, b) => [b, a]);
  for (const [b, a] of swapped.take(1)) t.strictSame([a.item(), b.item()], [1, 10]);
  t.strictSame(listed(pairs.map((a) => ({ a, twice: [a.item(), a.item()] }))), [
    { a: 1, twice: [1, 1] },
    { a: 2, twice: [2, 2] },
  ]);
  t.strictSame(
    listed(
      swapped
        .shuffle(2, { seed: 1 })
        .batch(2)
        .map((b) => sorted([...b.data()])),
    ),
    [[10, 20]],
  );
  t.throws(() => [...pairs.map(() => new Date(0) as unknown as number)], { name: "DtypeError", message: /dataset.map: given Date/ });
});

t.test("filter keeps rows that batches can be gathered from", async (t) => {
  const even = Dataset.range(10).filter((i) => i.item() % 2 === 0);
  t.strictSame(listed(even.batch(2)), [[0, 2], [4, 6], [8]]);
  t.equal(even.cardinality(), UNKNOWN_CARDINALITY);
  t.strictSame(listed(Dataset.fromGenerator(() => [1, 2, 3]).filter((x) => constant(x.item() > 1))), [2, 3]);
});

t.test("generators run anew for each iteration and are closed when left", async (t) => {
  let closed = 0;
  function* count() {
    try {
      for (let i = 0; ; i++) yield [constant(i), [i, -i]] as const;
    } finally {
      closed++;
    }
  }
  const dataset = Dataset.fromGenerator(count);
  t.strictSame(listed(dataset.take(2)), [
    [0, [0, 0]],
    [1, [1, -1]],
  ]);
  for (const [i] of dataset) if (i.item() === 3) break;
  t.equal(closed, 2);
  t.strictSame(
    await awaited(
      Dataset.fromGenerator(async function* () {
        yield 1;
        yield 2;
      }).batch(2),
    ),
    [[1, 2]],
  );
  t.strictSame(listed(Dataset.fromGenerator([4, 5])), [4, 5]);
  const signed = Dataset.fromGenerator(() => [[1, 2]], { outputSignature: new TensorSpec([2], "int32") });
  for (const element of signed) t.equal(element.dtype, "int32");
  const wrong = Dataset.fromGenerator(() => [[1, 2, 3]], { outputSignature: new TensorSpec([2], "int32") });
  t.throws(() => [...wrong], { message: /given int32 \[3\] in element 0; expected int32 \[2\], as outputSignature says/ });
});

t.test("asynchronous stages need for await, and say so", async (t) => {
  const slow = Dataset.range(4).map(async (i) => later(i.item() * 2));
  t.throws(() => [...slow], { name: "StateError", message: /for await/ });
  t.strictSame(await awaited(slow), [0, 2, 4, 6]);
  t.strictSame(
    await awaited(
      slow
        .shuffle(4, { seed: 1 })
        .batch(2)
        .unbatch()
        .filter(async (x) => later(x.item() > 2))
        .prefetch(2),
    ).then(sorted),
    [4, 6],
  );
  t.strictSame(await awaited(slow.repeat(2).take(6).skip(1).prefetch(3)), [2, 4, 6, 0, 2]);
  t.strictSame(await awaited(Dataset.zip(slow, Dataset.range(9))), [
    [0, 0],
    [2, 1],
    [4, 2],
    [6, 3],
  ]);
  t.strictSame(await awaited(slow.cache().concatenate(Dataset.range(1))), [0, 2, 4, 6, 0]);
  t.strictSame(await awaited(slow.batch(3)), [[0, 2, 4], [6]]);
  await t.rejects(awaited(slow.map(() => Promise.reject(new Error("broken")))), { message: "broken" });
});

t.test("prefetch asks ahead while the user works", async (t) => {
  let asked = 0;
  const dataset = Dataset.fromGenerator(async function* () {
    for (; asked < 10;) yield later(asked++);
  });
  for await (const element of dataset.prefetch(3)) {
    t.ok(element);
    await new Promise((resolve) => setTimeout(resolve, 20));
    break;
  }
  t.equal(asked, 4);
});

t.test("cache makes each element once", async (t) => {
  let made = 0;
  const dataset = Dataset.range(3)
    .map((i) => (made++, i))
    .cache()
    .repeat(3);
  t.strictSame(listed(dataset), [0, 1, 2, 0, 1, 2, 0, 1, 2]);
  t.equal(made, 3);
});

t.test("interleave takes turns as TensorFlow's does", async (t) => {
  const dataset = Dataset.range(1, 6).interleave((x) => Dataset.fromTensors(x).repeat(6), { cycleLength: 2, blockLength: 4 });
  t.strictSame(listed(dataset), [1, 1, 1, 1, 2, 2, 2, 2, 1, 1, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 3, 3, 4, 4, 5, 5, 5, 5, 5, 5]);
  t.strictSame(listed(Dataset.range(3).flatMap((i) => Dataset.range(i.item()))), [0, 0, 1]);
});

t.test("cardinality and elementSpec are known without iterating", async (t) => {
  const dataset = Dataset.fromTensorSlices([adoptTensor(new Float32Array(60), [10, 6], "float32"), Int32Array.from(upTo(10))]);
  t.equal(dataset.shuffle(10).batch(4).repeat(2).cardinality(), 6);
  t.equal(dataset.repeat().cardinality(), INFINITE_CARDINALITY);
  t.equal(Dataset.fromGenerator([1]).cardinality(), UNKNOWN_CARDINALITY);
  t.strictSame(dataset.batch(4).elementSpec, [new TensorSpec([null, 6], "float32"), new TensorSpec([null], "int32")]);
  t.strictSame(dataset.batch(4, { dropRemainder: true }).map((x) => ({ x })).elementSpec, { x: new TensorSpec([4, 6], "float32") });
  t.equal(dataset.map((x) => x.data()[0]!).elementSpec, null, "a function of values can't be asked");
});

t.test("wrong arguments are named", async (t) => {
  const dataset = Dataset.range(3);
  t.throws(() => dataset.batch(0), { message: "dataset.batch.batchSize: given 0; expected a positive integer." });
  t.throws(() => dataset.shuffle(-1), { message: /dataset.shuffle.bufferSize: given -1/ });
  t.throws(() => dataset.batch(2, { dropReminder: true } as object), { message: /Did you mean dropRemainder/ });
  t.throws(() => dataset.take(1.5), { message: /dataset.take.count: given 1.5/ });
  t.throws(() => [...dataset.flatMap(() => 3 as unknown as Dataset)], {
    name: "ArgumentError",
    message: /given 3 in element 0 .*; expected a Dataset/,
  });
});

t.test("an asynchronous iteration lets the event loop turn", async (t) => {
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  const deadline = performance.now() + 10_000;
  for await (const element of Dataset.range(1).repeat()) if (element && (turns >= 3 || performance.now() > deadline)) break;
  clearInterval(timer);
  t.ok(turns >= 3, `${turns} turns`);
});

t.test("options of every method are declared: names, counts, functions", async (t) => {
  const five = Dataset.range(5);
  const values = (dataset: Dataset) => [...dataset].map((element) => element.item());
  t.strictSame(values(five.take({ count: 2 })), [0, 1]); // prettier-ignore
  t.strictSame(values(five.skip({ count: 3 })), [3, 4]); // prettier-ignore
  t.strictSame(values(five.take(2).repeat({ count: 2 })), [0, 1, 0, 1]); // prettier-ignore
  t.equal([...five.enumerate({ start: 3 })][0]![0].item(), 3);
  const wrong: [() => unknown, RegExp][] = [
    [() => five.take({ number: 2 } as never), /^dataset.take: given the unknown option "number"; expected options among count/],
    [() => five.take(2, 3 as never), /^dataset.take: given 3 as argument 2/],
    [() => five.repeat(1.5), /^dataset.repeat.count: given 1.5/],
    [() => five.prefetch({ size: 2 } as never), /^dataset.prefetch: given the unknown option "size"/],
    [() => five.batch(2, { drop_remainder: true } as never), /^dataset.batch: given the unknown option "drop_remainder".*dropRemainder/],
    [() => five.shuffle(2, { seeds: 1 } as never), /^dataset.shuffle: given the unknown option "seeds".*seed/],
    [() => Dataset.fromGenerator([1], { signature: 1 } as never), /^Dataset.fromGenerator: given the unknown option "signature"/],
    [() => Dataset.fromGenerator([1], { outputSignature: [1] as never }), /^Dataset.fromGenerator.outputSignature: given \[1\]/],
    [() => Dataset.range(2 ** 31 + 1), /^Dataset.range: given the element 2147483648; expected elements that int32 holds/],
    [() => (Dataset.range as (...args: number[]) => unknown)(0, 5, 1, 2), /^Dataset.range: given 2 as argument 4/],
    [() => five.map(3 as never), /^dataset.map: given 3; expected a function/],
    [() => five.filter("x" as never), /^dataset.filter: given "x"/],
    [() => Dataset.sampleFromDatasets(3 as never), /^Dataset.sampleFromDatasets.datasets: given 3; expected an array, each item a Dataset/],
    [() => Dataset.sampleFromDatasets([]), /expected at least one/],
    [() => Dataset.sampleFromDatasets([five], { weights: [-1] }), /^Dataset.sampleFromDatasets.weights/],
    [() => Dataset.sampleFromDatasets([five], { weights: [1, 2] }), /expected a weight for each/],
    [() => Dataset.sampleFromDatasets([five], { seed: "x" as never }), /^Dataset.sampleFromDatasets.seed: given "x"/],
    [() => Dataset.sampleFromDatasets([five], { stopOnEmpty: true } as never), /unknown option "stopOnEmpty"/],
    [() => Dataset.chooseFromDatasets(3 as never, five), /^Dataset.chooseFromDatasets.datasets/],
    [() => Dataset.chooseFromDatasets([five], 3 as never), /^Dataset.chooseFromDatasets.choiceDataset/],
    [() => Dataset.chooseFromDatasets([five], five, { stopOnEmptyDataset: 1 as never }), /^Dataset.chooseFromDatasets.stopOnEmptyDataset/],
    [() => five.groupByWindow(undefined as never), /^dataset.groupByWindow.keyFunc: given nothing/],
    [
      () => five.groupByWindow({ keyFunc: (i) => i, reduceFunc: (_, w) => w, windowSize: -2 }),
      /^dataset.groupByWindow.windowSize: given -2/,
    ],
    [() => five.groupByWindow({ keyFunc: (i) => i, reduceFunc: (_, w) => w, windowSizeFunc: 2 as never }), /windowSizeFunc: given 2/],
    [() => five.bucketBySequenceLength(undefined as never), /^dataset.bucketBySequenceLength.elementLengthFunc: given nothing/],
    [() => five.paddedBatch(2, { paddedShapes: "x" as never }), /^dataset.paddedBatch.paddedShapes: given "x"/],
    [() => five.paddedBatch(2, { dropRemainder: 3 as never }), /^dataset.paddedBatch.dropRemainder/],
    [() => five.rebatch([2, 0]), /^dataset.rebatch.batchSize/],
    [() => five.rebatch(2, { dropReminder: true } as never), /Did you mean dropRemainder/],
    [() => five.apply((() => 3) as never), /^dataset.apply: given 3; expected a Dataset/],
    [() => Dataset.range(3, { outputType: "floats" }), /^Dataset.range.outputType: given "floats"/],
    [() => five.asNumpyIterator({ nam: "x" } as never), /unknown option "nam"/],
    [() => five.getSingleElement({ nam: "x" } as never), /unknown option "nam"/],
    [() => five.takeWhile(null as never), /^dataset.takeWhile: given null/],
    [() => five.flatMap({} as never), /^dataset.flatMap: given \{\}/],
    [() => five.concatenate([] as never), /^dataset.concatenate: given \[\]; expected a Dataset/],
    [() => five.apply(1 as never), /^dataset.apply: given 1/],
  ];
  for (const [action, expected] of wrong) t.match(await messageOf(action), expected);
  t.equal(Dataset.range(2 ** 31).cardinality(), 2 ** 31);
});

t.test("the numbers of range have the type that is asked for", async (t) => {
  for (const [outputType, dtype] of [
    ["float32", "float32"],
    ["uint8", "uint8"],
    ["int64", "int32"],
    ["bool", "bool"],
    ["float16", "float16"],
  ] as const) {
    const dataset = Dataset.range(2, { outputType });
    t.strictSame(dataset.elementSpec, new TensorSpec([], dtype));
    t.strictSame(
      [...dataset].map((each) => [each.dtype, each.shape, Number(each.item())]),
      [
        [dtype, [], 0],
        [dtype, [], 1],
      ],
    );
    t.strictSame(
      [...dataset.batch(2)].map((each) => [each.dtype, each.shape]),
      [[dtype, [2]]],
    );
  }
});

t.test("asNumpyIterator of what is asynchronous", async (t) => {
  const elements = [];
  for await (const element of Dataset.range(4).map(async (i) => [i, "x"] as const).batch(2).asNumpyIterator()) elements.push(element);
  t.strictSame(elements, [[[0, 1], ["x", "x"]], [[2, 3], ["x", "x"]]]);
  t.throws(() => [...Dataset.range(4).map(async (i) => i).asNumpyIterator()], /for await/);
}); // prettier-ignore

t.test("an empty record that comes last is options, also where a record could stand for a value", async (t) => {
  const uneven = Dataset.fromGenerator(() => [[1], [2, 2]], { outputSignature: new TensorSpec([null]) });
  t.strictSame(await awaited(uneven.paddedBatch(2, {})), [[[1, 0], [2, 2]]]); // prettier-ignore
});
