import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { writeNpy } from "../../lib/formats/npy.js";
import { writeZip } from "../../lib/formats/zip.js";
import * as tf from "../../lib/index.js";

const { utils, datasets } = tf.keras;
const folder = mkdtempSync(join(tmpdir(), "folder-"));
t.teardown(() => rmSync(folder, { recursive: true }));

/** A folder of classes with a file for each number. */
function classes(name: string, files: Readonly<Record<string, readonly (string | Uint8Array)[]>>, ending: string): string {
  for (const [label, contents] of Object.entries(files)) {
    mkdirSync(join(folder, name, label), { recursive: true });
    contents.forEach((content, i) => writeFileSync(join(folder, name, label, `${i}.${ending}`), content));
  }
  return join(folder, name);
}

t.test("images are saved and loaded, in the colors and sizes that are asked for", async (t) => {
  const image = tf.constant(
    Array.from({ length: 4 * 6 * 3 }, (_, i) => (i * 11) % 256),
    { shape: [4, 6, 3] },
  );
  const path = join(folder, "image.png");
  await utils.saveImg(path, image, { scale: false });
  const loaded = await utils.loadImg(path);
  t.strictSame([loaded.dtype, loaded.array()], ["uint8", image.array()]);
  t.strictSame((await utils.loadImg(path, { colorMode: "rgba" })).shape, [4, 6, 4]);
  t.strictSame((await utils.loadImg(path, { colorMode: "grayscale", targetSize: [2, 3] })).shape, [2, 3, 1]);
  const cut = await utils.loadImg(path, { targetSize: [2, 2], keepAspectRatio: true });
  t.strictSame(cut.shape, [2, 2, 3]);
  t.strictSame(utils.imgToArray(loaded, { dataFormat: "channels_first" }).shape, [3, 4, 6]);
  await t.rejects(utils.loadImg(join(folder, "none.png")), { name: "ValueError", message: /none\.png/ });
  writeFileSync(join(folder, "broken.png"), "no picture");
  await t.rejects(utils.loadImg(join(folder, "broken.png")), { message: /broken\.png.*no picture/ });
  await t.rejects(utils.saveImg(join(folder, "image.webp"), image), { message: /png, \.jpg or \.jpeg/ });
});

t.test("bad files are errors that name them, or are left out one by one with their count", async (t) => {
  const noise = tf.cast(tf.random.uniform([160, 120, 3], { maxval: 256, seed: 1 }), "uint8");
  for (const [name, count] of [
    ["a", 5],
    ["b", 3],
  ] as const) {
    mkdirSync(join(folder, "some-bad", name), { recursive: true });
    for (let i = 0; i < count; i++)
      await utils.saveImg(join(folder, "some-bad", name, `${i}.${i % 2 ? "png" : "jpg"}`), noise, { scale: false });
  }
  writeFileSync(join(folder, "some-bad/a/2.jpg"), "no picture");
  const options = { imageSize: [8, 8], batchSize: 4, shuffle: false } as const;
  const dataset = await utils.imageDatasetFromDirectory(join(folder, "some-bad"), options);
  const sizes = async (batches: AsyncIterable<[tf.Tensor, tf.Tensor]>): Promise<number[]> => {
    const found = [];
    for await (const [x] of batches) found.push(x.shape[0]!);
    return found;
  };
  await t.rejects(sizes(dataset), /some-bad\/a\/2\.jpg/);
  const told: string[] = [];
  const { warn } = console;
  console.warn = (text: string) => void told.push(text);
  const good = dataset.ignoreErrors();
  t.strictSame(await sizes(good), [4, 3], "seven of eight");
  console.warn = warn;
  t.equal(good.ignoredErrors, 1);
  t.match(told, [/1 elements were left out.*2\.jpg/]);
});

t.test("large pictures are decoded by other threads, to the same pixels", async (t) => {
  const { decodeHere, decodeImage } = await import("../../lib/formats/image.js");
  const path = join(folder, "large.jpg");
  await utils.saveImg(path, tf.cast(tf.random.uniform([200, 150, 3], { maxval: 256, seed: 2 }), "uint8"), { scale: false });
  const bytes = await tf.io.readFile(path);
  t.ok(bytes.length > 8192);
  const [aside, here] = await Promise.all([decodeImage(bytes), decodeHere(bytes, "here")]);
  t.strictSame(aside, here);
  await t.rejects(decodeImage(bytes.subarray(0, 9000), "cut"), /cut: given a JPEG file that does not decode/);
});

t.test("a folder of images is a dataset of its classes", async (t) => {
  for (const [name, level] of [
    ["black", 0],
    ["white", 255],
  ] as const) {
    // prettier-ignore
    mkdirSync(join(folder, "images", name), { recursive: true });
    for (let i = 0; i < 5; i++)
      await utils.saveImg(join(folder, "images", name, `${i}.png`), tf.fill([4 + i, 6, 3], level), { scale: false });
  }
  const dataset = await utils.imageDatasetFromDirectory(join(folder, "images"), { imageSize: [8, 8], batchSize: 4, seed: 1 });
  t.strictSame(dataset.classNames, ["black", "white"]);
  const seen: number[] = [];
  for await (const [x, y] of dataset) {
    t.strictSame([x.shape.slice(1), x.dtype, y.dtype], [[8, 8, 3], "float32", "int32"]);
    const means = tf.reduceMean(x, { axis: [1, 2, 3] }).data();
    y.data().forEach((label, i) => t.equal(means[i], label * 255, "labels are those of their images"));
    seen.push(...y.data());
  }
  t.strictSame([seen.length, seen.filter((label) => label === 1).length], [10, 5]);
  const both = { validationSplit: 0.3, subset: "both", seed: 2, imageSize: [8, 8] } as const;
  const [train, validation] = await utils.imageDatasetFromDirectory(join(folder, "images"), both);
  t.strictSame([train.filePaths.length, validation.filePaths.length], [7, 3]);
  t.strictSame([...train.filePaths, ...validation.filePaths].sort(), [...dataset.filePaths].sort(), "the parts make the whole");
  const one = await utils.imageDatasetFromDirectory(join(folder, "images"), {
    labelMode: "categorical",
    batchSize: null,
    cropToAspectRatio: true,
    colorMode: "grayscale",
    shuffle: false,
  });
  for await (const [x, y] of one.take(1))
    t.strictSame(
      [x.shape, y.array()],
      [
        [256, 256, 1],
        [1, 0],
      ],
    );
});

t.test("folders of texts and sounds", async (t) => {
  const texts = classes("texts", { bad: ["awful", "dull"], good: ["great"] }, "txt");
  const dataset = await utils.textDatasetFromDirectory(texts, { labelMode: "binary", shuffle: false, maxLength: 4 });
  for await (const [x, y] of dataset)
    t.strictSame(
      [x, y.array()],
      [
        ["awfu", "dull", "grea"],
        [[0], [0], [1]],
      ],
    );
  const vectorize = new tf.keras.layers.TextVectorization({ outputSequenceLength: 2 });
  await vectorize.adapt(dataset.map((x) => x));
  t.equal(vectorize.vocabularySize(), 5, "a layer learns from an asynchronous dataset");
  const riff = (samples: readonly number[]): Uint8Array => {
    const head = Buffer.from("RIFF....WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\0\0\0\0\x02\0\x10\0data....", "latin1");
    head.writeUInt32LE(samples.length * 2, 40);
    return Buffer.concat([head, Buffer.from(Int16Array.from(samples).buffer)]);
  };
  const sounds = classes("sounds", { a: [riff([16384, -16384])], b: [riff([8192])] }, "wav");
  const audio = await utils.audioDatasetFromDirectory(sounds, { outputSequenceLength: 2, shuffle: false });
  for await (const [x, y] of audio)
    t.strictSame(
      [x.array(), y.array()],
      [
        [
          [[0.5], [-0.5]],
          [[0.25], [0]],
        ],
        [0, 1],
      ],
    );
});

t.test("folders that do not fit are refused by name", async (t) => {
  const flat = join(folder, "flat");
  mkdirSync(flat);
  writeFileSync(join(flat, "a.png"), "");
  const images = (path: string, options = {}) => utils.imageDatasetFromDirectory(path, options);
  await t.rejects(images(join(folder, "nowhere")), { message: /nowhere.*a folder that can be read/ });
  await t.rejects(images(flat), { message: /no folders with files.*a folder for each class/ });
  await t.rejects(images(join(folder, "texts")), { message: /folders with files that end in bmp/ });
  await t.rejects(images(join(folder, "images"), { validationSplit: 0.5, subset: "training" }), { message: /seed: given no seed/ });
  await t.rejects(images(join(folder, "images"), { validationSplit: 0.5 }), { message: /both or neither/ });
  await t.rejects(images(join(folder, "images"), { classNames: ["black"] }), { message: /"white"|name of each folder/ });
  await t.rejects(images(join(folder, "images"), { imageSise: [1, 1] }), { message: /unknown option "imageSise"/ });
  const unlabelled = await images(flat, { labels: null });
  await t.rejects(async () => { for await (const _ of unlabelled); }, { message: /flat\/a\.png/ }); // prettier-ignore
});

t.test("Keras's files are read from where they are, shuffled as Keras shuffles them", async (t) => {
  const npy = (shape: readonly number[], values: Float64Array) => writeNpy("float64", shape, new Uint8Array(values.buffer));
  const rows = 10;
  const file = join(folder, "boston.npz");
  const members = [
    {
      name: "x.npy",
      content: npy(
        [rows, 2],
        Float64Array.from({ length: rows * 2 }, (_, i) => i),
      ),
    },
    {
      name: "y.npy",
      content: npy(
        [rows],
        Float64Array.from({ length: rows }, (_, i) => i),
      ),
    },
  ];
  writeFileSync(file, Buffer.concat(writeZip(members)));
  const [[trainX, trainY], [, testY]] = await datasets.bostonHousing.loadData({ path: file });
  // numpy.random.RandomState(113).shuffle(numpy.arange(10)), first eight and last two.
  t.strictSame([trainX.shape, trainY.shape, testY.shape], [[8, 2], [8], [2]]);
  t.strictSame([...trainY.data(), ...testY.data()].sort(), [...Array(rows).keys()]);
  trainY.data().forEach((y, i) => t.equal(trainX.data()[i * 2], y * 2, "rows stay together"));
  await t.rejects(datasets.mnist.loadData({ path: join(folder, "none.npz") }), { message: /mnist\.loadData.*none\.npz/ });
  await t.rejects(datasets.bostonHousing.loadData({ path: file, testSplit: 1 }), { message: /testSplit: given 1/ });
  await t.rejects(datasets.mnist.loadData({ path: join(folder, "image.png") }), "no archive");
});
