// ImageDataGenerator and the functions beside it, as scripts of Keras 2 use them, against what tf.keras 3.15 answered: what is drawn with a
// seed, the pixels, the files and their labels.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import t, { type Test } from "tap";
import * as keras from "../../lib/api/keras.js";
import * as tf from "../../lib/index.js";
import { toCamelCase } from "../../lib/config/names.js";
import { goldenDir } from "../golden/cases.js";
import { optionsOf } from "../support/python-options.js";

const { image } = keras.preprocessing;

type Numbers = number | readonly Numbers[];
interface Flow {
  readonly config: object;
  readonly kwargs: object;
  readonly n: number;
  readonly classes: readonly number[];
  readonly class_indices: Readonly<Record<string, number>> | null;
  readonly filenames: readonly string[];
  readonly image_shape: readonly number[];
  readonly batches: readonly Numbers[][];
}
interface Recorded {
  readonly images: number[][][][];
  readonly affine: readonly [object, Numbers][];
  readonly first: Numbers;
  readonly shift: readonly [number, Numbers][];
  readonly bright: readonly [number, boolean, number, Numbers][];
  readonly flows: readonly {
    readonly config: object;
    readonly draws: readonly Readonly<Record<string, number | null>>[];
    readonly transformed: readonly Numbers[];
    readonly mean?: readonly number[];
    readonly std?: readonly number[];
    readonly next: readonly Numbers[][];
    readonly items: readonly Numbers[][];
    readonly total: number;
    readonly epochs: readonly Numbers[][];
  }[];
  readonly zca: { readonly images: number[][][][]; readonly epsilon: number; readonly standardized: Numbers };
  readonly augmented: readonly number[];
  readonly split: { readonly training: readonly number[]; readonly validation: readonly number[] };
  readonly files: Readonly<Record<string, string>>;
  readonly directories: readonly Flow[];
  readonly table: Readonly<Record<string, readonly unknown[]>>;
  readonly frames: readonly Flow[];
}
const recorded = JSON.parse(gunzipSync(readFileSync(join(goldenDir, "older-images.json.gz"))).toString("utf8")) as Recorded;
const images = tf.constant(recorded.images);
const labels = tf.range(10).mod(2);
const weights = tf.linspace(0.1, 1, 10);

const options = (kwargs: object): never => optionsOf(kwargs) as never;

/** Values in one list. */
const flat = (value: unknown): number[] => {
  if (typeof value === "number") return [value];
  if (Array.isArray(value)) return value.flatMap(flat);
  return Array.from((value as tf.Tensor).data());
};

const close = (t: Test, given: unknown, expected: Numbers, what: string, most = 2e-3): void => {
  const [a, b] = [flat(given), flat(expected)];
  if (a.length !== b.length) return void t.fail(`${what}: ${a.length} values and not ${b.length}`);
  const bad = a.findIndex((value, i) => !(Math.abs(value - b[i]!) <= most));
  t.equal(bad, -1, bad < 0 ? what : `${what}: value ${bad} is ${a[bad]} and not ${b[bad]}`);
};

const parts = (batch: unknown): readonly unknown[] => (Array.isArray(batch) ? (batch as unknown[]) : [batch]);
const closeBatch = (t: Test, batch: unknown, expected: readonly Numbers[], what: string): void => {
  t.equal(parts(batch).length, expected.length, `${what}: parts`);
  parts(batch).forEach((part, i) => close(t, part, expected[i]!, `${what}, part ${i}`));
};

t.test("transformations of one image have SciPy's and Pillow's pixels", (t) => {
  const last = { rowAxis: 0, colAxis: 1, channelAxis: 2 };
  for (const [kwargs, expected] of recorded.affine)
    close(t, image.applyAffineTransform(images.at(0), { ...last, ...kwargs }), expected, JSON.stringify(kwargs));
  const first = tf.transpose(images.at(1), [2, 0, 1]);
  close(t, image.applyAffineTransform(first, { theta: 40, tx: 1, fillMode: "reflect" }), recorded.first, "channels first");
  for (const [by, expected] of recorded.shift) close(t, image.applyChannelShift(images.at(0), by), expected, `shift by ${by}`);
  for (const [by, scale, less, expected] of recorded.bright)
    close(t, image.applyBrightnessShift(images.at(0).sub(less), by, { scale }), expected, `brightness ${by}, scale ${scale}, ${less} less`);
  const whole = image.applyAffineTransform(tf.cast(images.at(0), "uint8"), { ...last, theta: 30 });
  t.equal(whole.dtype, "uint8", "whole numbers stay so");
  t.end();
});

t.test("a generator draws what Keras draws with a seed, batch by batch", async (t) => {
  for (const row of recorded.flows) {
    const what = JSON.stringify(row.config);
    const generator = new image.ImageDataGenerator(options(row.config));
    if (row.mean) {
      generator.fit(images);
      close(t, [...generator.mean!], row.mean, `${what}: mean`);
      close(t, [...generator.std!], row.std!, `${what}: std`);
    }
    row.draws.forEach((expected, seed) => {
      const drawn = generator.getRandomTransform([9, 7, 3], seed);
      for (const [key, value] of Object.entries(expected)) {
        const given = drawn[toCamelCase(key) as keyof typeof drawn];
        if (value === null) t.equal(given, null, `${what}: ${key}`);
        else close(t, Number(given), value, `${what}: ${key} of seed ${seed}`, 1e-12 + Math.abs(value) * 1e-12);
      }
    });
    row.transformed.forEach((expected, i) => close(t, generator.randomTransform(images.at(2), i + 1), expected, `${what}: transformed`));
    const flow = generator.flow(images, labels, { batchSize: 4, seed: 3, sampleWeight: weights });
    t.equal(flow.length, 3);
    for (const [i, expected] of row.next.entries()) closeBatch(t, (await flow.next()).value, expected, `${what}: next ${i}`);
    const inOrder = generator.flow(images, labels, { batchSize: 4, seed: 3, shuffle: false });
    for (const [i, index] of [0, 2, 1].entries()) closeBatch(t, await inOrder.getItem(index), row.items[i]!, `${what}: item ${index}`);
    t.equal(inOrder.totalBatchesSeen, row.total);
    const epochs = generator.flow(images, null, { batchSize: 3, seed: 8 });
    for (const epoch of row.epochs) {
      for (const [i, expected] of epoch.entries()) closeBatch(t, await epochs.getItem(i), [expected], `${what}: epochs`);
      epochs.onEpochEnd();
    }
  }
});

t.test("statistics of sample images: whitening, and of changed images", (t) => {
  const { images: small, epsilon, standardized } = recorded.zca;
  const whitening = new image.ImageDataGenerator({ zcaWhitening: true, zcaEpsilon: epsilon });
  whitening.fit(small);
  close(t, whitening.standardize(small.slice(0, 5)), standardized, "whitened", 1e-2);
  const augmented = new image.ImageDataGenerator({ rescale: 0.5, featurewiseCenter: true, rotationRange: 30 });
  augmented.fit(images, { augment: true, rounds: 2, seed: 4 });
  close(t, [...augmented.mean!], recorded.augmented, "mean of changed images");
  t.throws(() => new image.ImageDataGenerator({ featurewiseCenter: true }).standardize(images.at(0)), { name: "StateError" });
  t.end();
});

t.test("parts of an array for training and validation", async (t) => {
  const generator = new image.ImageDataGenerator({ validationSplit: 0.3 });
  for (const subset of ["training", "validation"] as const) {
    const [, y] = (await generator.flow(images, labels, { subset, shuffle: false, batchSize: 20 }).getItem(0)) as [unknown, tf.Tensor];
    close(t, y, recorded.split[subset], subset);
  }
  const sorted = tf.greater(tf.range(10), 4);
  t.throws(() => generator.flow(images, sorted, { subset: "training" }), { name: "ValueError", message: /sorted by class/ });
  t.throws(() => new image.ImageDataGenerator().flow(images, labels, { subset: "training" }), { message: /validationSplit/ });
  const [x] = (await new image.ImageDataGenerator().flow([images, labels], labels).getItem(0)) as unknown as [tf.Tensor[]];
  t.equal(x.length, 2, "further inputs come along");
});

t.test("images of folders and tables, with their labels, and what is changed is written where asked for", async (t) => {
  const folder = t.testdir();
  for (const [path, base64] of Object.entries(recorded.files)) {
    mkdirSync(dirname(join(folder, "tree", path)), { recursive: true });
    writeFileSync(join(folder, "tree", path), Buffer.from(base64, "base64"));
  }
  const tree = join(folder, "tree");
  writeFileSync(join(tree, "dogs", "notes.txt"), "no image");
  for (const row of recorded.directories) {
    const what = JSON.stringify([row.config, row.kwargs]);
    const flow = await new image.ImageDataGenerator(options(row.config)).flowFromDirectory(tree, options(row.kwargs));
    t.equal(flow.n, row.n, what);
    t.strictSame(flow.classes, row.classes, what);
    t.strictSame(flow.classIndices, row.class_indices, what);
    t.strictSame(flow.filenames, row.filenames, what);
    t.strictSame(flow.imageShape, row.image_shape, what);
    t.equal(flow.filepaths[0], join(tree, row.filenames[0]!));
    for (const [i, expected] of row.batches.entries()) closeBatch(t, await flow.getItem(i), expected, `${what}, batch ${i}`);
  }
  for (const row of recorded.frames) {
    const what = JSON.stringify([row.config, row.kwargs]);
    const rows = recorded.table["file"]!.map((_, i) =>
      Object.fromEntries(Object.entries(recorded.table).map(([name, values]) => [name, values[i]])),
    );
    for (const table of [recorded.table, rows] as const) {
      const given = options({ ...row.kwargs, directory: tree });
      const flow = await new image.ImageDataGenerator(options(row.config)).flowFromDataframe(table as never, given);
      t.equal(flow.n, row.n, what);
      t.strictSame(flow.filenames, row.filenames, what);
      if (row.class_indices) t.strictSame(flow.classIndices, row.class_indices, what);
      for (const [i, expected] of row.batches.entries()) {
        const batch = parts(await flow.getItem(i));
        t.equal(batch.length, expected.length);
        batch.forEach((part, at) => close(t, part, expected[at]!, `${what}, batch ${i}, part ${at}`));
      }
    }
  }
  const saved = join(folder, "saved");
  const flow = await new image.ImageDataGenerator().flowFromDirectory(tree, { targetSize: [5, 5], saveToDir: saved, savePrefix: "seen" });
  await flow.next();
  t.equal(readdirSync(saved).filter((name) => /^seen_\d+_\d+\.png$/.test(name)).length, flow.n, "a file for each image");

  writeFileSync(join(tree, "cats", "broken.png"), "no png");
  const broken = await new image.ImageDataGenerator().flowFromDirectory(tree, { targetSize: [5, 5], batchSize: 32 });
  await t.rejects(broken.next(), { message: /cats\/broken\.png/ }, "the file that is broken is named");
  await t.rejects(new image.ImageDataGenerator().flowFromDirectory(tree, { classes: ["cats", "lions"] }), { message: /lions/ });
  await t.rejects(new image.ImageDataGenerator().flowFromDirectory(join(folder, "nowhere")), { name: "ValueError" });
});

t.test("fit, evaluate and predict take flows; a loop over one has no end of its own", async (t) => {
  const model = new keras.Sequential([
    keras.Input([9, 7, 3]),
    new keras.layers.Flatten(),
    new keras.layers.Dense({ units: 1, activation: "sigmoid" }),
  ]);
  model.compile({ optimizer: "adam", loss: "binary_crossentropy" });
  const generator = new image.ImageDataGenerator({ rescale: 1 / 255, rotationRange: 10, validationSplit: 0.4 });
  const training = generator.flow(images, labels, { batchSize: 2, subset: "training" });
  const validation = generator.flow(images, labels, { batchSize: 2, subset: "validation" });
  const { history } = await model.fit(training, { epochs: 3, validationData: validation, verbose: 0 });
  t.equal(history["val_loss"]!.length, 3);
  const predicted = await model.predict(generator.flow(images, null, { batchSize: 4, shuffle: false }), { verbose: 0 });
  t.strictSame((predicted as tf.Tensor).shape, [10, 1]);
  let count = 0;
  for await (const [x] of training as AsyncIterable<[tf.Tensor, tf.Tensor]>) {
    t.equal(x.rank, 4);
    if (++count === 8) break;
  }
  t.equal(count, 8, "more batches than an epoch has");
});

t.test("wrong options are named", (t) => {
  for (const [given, message] of [
    [{ rotation: 3 }, /rotation/],
    [{ fillMode: "near" }, /fillMode/],
    [{ validationSplit: 1.5 }, /validationSplit/],
    [{ brightnessRange: 0.5 }, /brightnessRange/],
    [{ zoomRange: [1, 2, 3] }, /zoomRange/],
    [{ interpolationOrder: 3 }, /splines/],
    [{ dtype: "uint8" }, /dtype/],
  ] as const)
    t.throws(() => new image.ImageDataGenerator(given as never), { message });
  const generator = new image.ImageDataGenerator();
  t.throws(() => generator.flow([1, 2]), { name: "ShapeError" });
  t.throws(() => generator.flow(images, [1, 2]), { message: /as many as there are images/ });
  t.throws(() => generator.flow(images).getItem(9), { message: /0 to 0/ });
  t.throws(() => generator.applyTransform(images.at(0), { angle: 3 } as never), { message: /angle/ });
  t.throws(() => image.applyAffineTransform(images.at(0), { rowAxis: 1, colAxis: 1 }), { message: /each once/ });
  t.throws(() => image.randomZoom(images.at(0), 0.5 as never), { message: /zoomRange/ });
  t.end();
});

t.test("ThresholdedReLU passes what is above theta", (t) => {
  const layer = new keras.layers.ThresholdedReLU({ theta: 1.5 });
  t.strictSame([...layer([-2, 1, 1.5, 1.6, 3] as never).data()], [0, 0, 0, Math.fround(1.6), 3]);
  t.equal(layer.getConfig()["theta"], 1.5);
  t.throws(() => new keras.layers.ThresholdedReLU({ theta: -1 }), { message: /theta/ });
  t.end();
});
