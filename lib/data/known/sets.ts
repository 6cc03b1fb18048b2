// How the known data sets are read from Keras's own files, which are fetched once and kept. Loaded with the first of them.

import { platform } from "#platform";
import {
  field,
  integer,
  invalid,
  nonNegativeInteger,
  nullable,
  number,
  oneOf,
  positiveInteger,
  schema,
  type Options,
} from "../../config/index.js";
import { imageDataFormat } from "../../config/settings.js";
import { ValueError } from "../../core/errors.js";
import { adoptTensor, type Tensor } from "../../core/tensor.js";
import { isRecord } from "../../core/tree.js";
import { take, transpose } from "../../ops/index.js";
import { datasetFile, type DatasetSource } from "./file.js";
import { RandomState } from "./mersenne.js";

const folder = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/";
const source = (name: string, hash: string, origin = folder + name): DatasetSource => ({ name, hash, origin });

/** Data to train with and to test with: inputs and targets each. */
export type Splits<X = Tensor> = [train: [x: X, y: Tensor], test: [x: X, y: Tensor]];

/** Where the file is, if not where Keras keeps it: a path, in a page an address. */
const path = nullable(
  field<string | URL, string | URL>({
    expected: "a path or a URL",
    parse: (value) => (typeof value === "string" || value instanceof URL ? value : invalid),
  }),
);

type Member = Tensor | readonly number[][];

/** What a data set's archive has to hold: arrays of numbers, or lists of them. */
type Wanted = Readonly<Record<string, "numbers" | "lists">>;
type Arrays<W extends Wanted> = { [K in keyof W]: W[K] extends "lists" ? readonly number[][] : Tensor };

/** The members of an .npz archive that are wanted; lists of Python come as arrays of numbers. */
async function arraysOf<const W extends Wanted>(
  where: string,
  source: DatasetSource,
  path: string | URL | null,
  wanted: W,
): Promise<Arrays<W>> {
  const file = await datasetFile(where, source, path);
  const [{ ZipArchive }, { inflate }, { readNpy }, { readPickle }] = await Promise.all([
    import("../../formats/zip.js"),
    import("../../formats/inflate.js"),
    import("../../formats/npy.js"),
    import("../../formats/pickle.js"),
  ]);
  const from = `${where}: ${path === null ? source.name : String(path)}`;
  const archive = new ZipArchive(file, from, inflate);
  const names = archive.names.map((name) => name.replace(/\.npy$/, ""));
  const missing = Object.keys(wanted).filter((name) => !names.includes(name));
  if (missing.length > 0) {
    throw new ValueError(from, { given: `an archive of ${names.join(", ")}`, expected: `one of ${Object.keys(wanted).join(", ")}` });
  }
  const read = (name: string): Member => {
    const member = `${from}: ${name}`;
    const bytes = archive.read(archive.names[names.indexOf(name)]!);
    const objects = objectsAt(bytes);
    const isLists = objects >= 0;
    if (isLists !== (wanted[name] === "lists")) {
      const [lists, numbers] = ["lists of numbers", "an array of numbers"];
      throw new ValueError(member, { given: isLists ? lists : numbers, expected: isLists ? numbers : lists });
    }
    if (isLists) return listsOf(member, readPickle(bytes.subarray(objects), member));
    const { elements, shape, dtype } = readNpy(bytes, member);
    return adoptTensor(elements, shape, dtype);
  };
  const arrays = Object.fromEntries(Object.keys(wanted).map((name) => [name, read(name)]));
  for (const name of Object.keys(wanted).filter((each) => each.startsWith("x"))) {
    const target = name.replace("x", "y");
    const [rows, targets] = [rowsOf(arrays[name]!), rowsOf(arrays[target]!)];
    if (rows !== targets) throw new ValueError(from, { given: `${rows} rows of ${name} and ${targets} of ${target}`, expected: "pairs" });
  }
  return arrays as Arrays<W>;
}

const rowsOf = (x: Member): number => (Array.isArray(x) ? x.length : ((x as Tensor).shape[0] ?? 0));

/** Where the pickle of an array of objects begins; −1 for an array of numbers. */
function objectsAt(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isLong = bytes[6]! > 1;
  const length = isLong ? view.getUint32(8, true) : view.getUint16(8, true);
  const begin = isLong ? 12 : 10;
  return /'descr':\s*'\|O'/.test(new TextDecoder().decode(bytes.subarray(begin, begin + length))) ? begin + length : -1;
}

/** The lists of numbers in a pickled array of objects. */
function listsOf(where: string, pickled: unknown): readonly number[][] {
  const state = (pickled as { state?: unknown }).state;
  const items: unknown = Array.isArray(state) ? (state as unknown[])[4] : undefined;
  const isList = (item: unknown): item is number[] => Array.isArray(item) && item.every((each) => typeof each === "number");
  if (Array.isArray(items) && items.every(isList)) return items;
  throw new ValueError(where, { given: "an array of other objects", expected: "lists of numbers" });
}

const pick = <X extends Tensor | readonly number[][]>(x: X, rows: readonly number[]): X =>
  (Array.isArray(x) ? rows.map((row) => (x as readonly number[][])[row]!) : take(x as Tensor, Int32Array.from(rows), 0)) as X;

const mnistOptions = schema(["path"], { path });

/** MNIST: 60,000 and 10,000 handwritten digits, uint8 `[examples, 28, 28]`, and their labels. Keras: keras.datasets.mnist */
export const mnist = {
  async loadData(...given: [options?: Options<typeof mnistOptions>] | [path: string | URL]): Promise<Splits> {
    const options = mnistOptions.parse("mnist.loadData", given);
    const file = source("mnist.npz", "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1");
    const wanted = { x_train: "numbers", y_train: "numbers", x_test: "numbers", y_test: "numbers" } as const;
    const { x_train, y_train, x_test, y_test } = await arraysOf("mnist.loadData", file, options.path, wanted);
    return [[x_train, y_train], [x_test, y_test]]; // prettier-ignore
  },
};

/** The files of Fashion-MNIST, and what they hash to decompressed. */
const fashionFiles = [
  ["train-images-idx3-ubyte.gz", "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"],
  ["train-labels-idx1-ubyte.gz", "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"],
  ["t10k-images-idx3-ubyte.gz", "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"],
  ["t10k-labels-idx1-ubyte.gz", "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"],
] as const;

/**
 * Fashion-MNIST: 60,000 and 10,000 images of clothes, uint8 `[examples, 28, 28]`, and their labels; `path` is a folder with the four files.
 * `kerasm/datasets` has them with the package. Keras: keras.datasets.fashion_mnist
 */
export const fashionMnist = {
  async loadData(...given: [options?: Options<typeof mnistOptions>] | [path: string | URL]): Promise<Splits> {
    const where = "fashionMnist.loadData";
    const { path: from } = mnistOptions.parse(where, given);
    const { parseIdx } = await import("./idx.js");
    const load = async ([name, hash]: readonly [string, string]): Promise<Tensor> => {
      const file = { ...source(name, hash), isOfContent: true, folder: "fashion-mnist" };
      const packed = await datasetFile(where, file, from && `${String(from).replace(/\/?$/, "/")}${name}`);
      return parseIdx(packed[0] === 0x1f && packed[1] === 0x8b ? await platform.gunzip(packed) : packed, name);
    };
    const [trainX, trainY, testX, testY] = (await Promise.all(fashionFiles.map(load))) as [Tensor, Tensor, Tensor, Tensor];
    return [[trainX, trainY], [testX, testY]]; // prettier-ignore
  },
};

/** Batches of CIFAR's archives: pixels and labels. */
async function cifar(
  where: string,
  file: DatasetSource,
  from: string | URL | null,
  members: readonly (readonly string[])[],
  key: string,
): Promise<Splits> {
  const [{ readTar }, { readPickle, pickledArray, namedEntries }] = await Promise.all([
    import("../../formats/tar.js"),
    import("../../formats/pickle.js"),
  ]);
  const packed = await datasetFile(where, file, from);
  const tar = readTar(packed[0] === 0x1f && packed[1] === 0x8b ? await platform.gunzip(packed) : packed, file.name);
  const part = (names: readonly string[]): [Tensor, Tensor] => {
    const batches = names.map((name) => {
      const member = tar.get(name);
      if (!member) throw new ValueError(where, { given: `${file.name} without ${name}`, expected: "the archive that Keras has" });
      const batch = namedEntries(readPickle(member, `${file.name}: ${name}`));
      const data = pickledArray(batch.get("data"));
      const labels = batch.get(key) as number[] | undefined;
      if (data?.kind !== "u1" || !Array.isArray(labels) || data.bytes.length !== labels.length * 3072) {
        throw new ValueError(`${file.name}: ${name}`, { given: "other data", expected: "3072 bytes for each label" });
      }
      return { pixels: data.bytes, labels };
    });
    const count = batches.reduce((sum, { labels }) => sum + labels.length, 0);
    const [pixels, labels] = [new Uint8Array(count * 3072), new Uint8Array(count)];
    let row = 0;
    for (const batch of batches) {
      pixels.set(batch.pixels, row * 3072);
      labels.set(batch.labels, row);
      row += batch.labels.length;
    }
    const planes = adoptTensor(pixels, [count, 3, 32, 32], "uint8");
    const images = imageDataFormat() === "channels_last" ? transpose(planes, [0, 2, 3, 1]) : planes;
    return [images, adoptTensor(labels, [count, 1], "uint8")];
  };
  return [part(members[0]!), part(members[1]!)];
}

/**
 * CIFAR-10: 50,000 and 10,000 photographs of ten classes, uint8 `[examples, 32, 32, 3]`, and labels `[examples, 1]`. Keras:
 * keras.datasets.cifar10
 */
export const cifar10 = {
  async loadData(...given: [options?: Options<typeof mnistOptions>] | [path: string | URL]): Promise<Splits> {
    const options = mnistOptions.parse("cifar10.loadData", given);
    const hash = "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce";
    const file = source("cifar-10-python.tar.gz", hash, "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz");
    const train = [1, 2, 3, 4, 5].map((i) => `cifar-10-batches-py/data_batch_${i}`);
    return cifar("cifar10.loadData", file, options.path, [train, ["cifar-10-batches-py/test_batch"]], "labels");
  },
};

const cifar100Options = schema(["labelMode"], { labelMode: oneOf(["fine", "coarse"], "fine"), path });

/** CIFAR-100: as CIFAR-10 with 100 classes, or with `labelMode: "coarse"` 20 groups of them. Keras: keras.datasets.cifar100 */
export const cifar100 = {
  async loadData(
    ...given: [options?: Options<typeof cifar100Options>] | [labelMode: "fine" | "coarse", options?: { path?: string | URL | null }]
  ): Promise<Splits> {
    const options = cifar100Options.parse("cifar100.loadData", given);
    const hash = "85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7";
    const file = source("cifar-100-python.tar.gz", hash, "https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz");
    const members = [["cifar-100-python/train"], ["cifar-100-python/test"]];
    return cifar("cifar100.loadData", file, options.path, members, `${options.labelMode}_labels`);
  },
};

const textFields = {
  path,
  numWords: nullable(positiveInteger()),
  skipTop: nonNegativeInteger(0),
  maxlen: nullable(positiveInteger()),
  seed: integer(113),
  startChar: nullable(nonNegativeInteger(), 1),
  oovChar: nullable(nonNegativeInteger(), 2),
  indexFrom: nonNegativeInteger(3),
};
const imdbOptions = schema([], textFields);
const reutersOptions = schema([], { ...textFields, testSplit: number(0.2) });

type TextOptions = { [K in "numWords" | "maxlen" | "startChar" | "oovChar"]: number | null } & { skipTop: number; indexFrom: number };

/** Word numbers with the beginning marked and room for special numbers. */
const begun = (xs: readonly number[][], { startChar, indexFrom }: TextOptions): number[][] =>
  xs.map((words) => [...(startChar === null ? [] : [startChar]), ...words.map((word) => word + indexFrom)]);

/** Only words that are frequent enough, but not too frequent. */
function limited(xs: readonly number[][], { numWords, skipTop, oovChar }: TextOptions): number[][] {
  const most = numWords ?? xs.reduce((largest, words) => words.reduce((a, b) => Math.max(a, b), largest), 0);
  const fits = (word: number): boolean => word >= skipTop && word < most;
  return xs.map((words) => (oovChar === null ? words.filter(fits) : words.map((word) => (fits(word) ? word : oovChar))));
}

/** Without texts that are as long as `maxlen` or longer. */
function shorter(where: string, xs: number[][], y: Tensor, maxlen: number | null): [number[][], Tensor] {
  if (maxlen === null) return [xs, y];
  const rows = xs.flatMap((words, i) => (words.length < maxlen ? [i] : []));
  if (rows.length === 0)
    throw new ValueError(`${where}.maxlen`, { given: String(maxlen), expected: "a length below which there are texts" });
  return [pick(xs, rows), pick(y, rows)];
}

/** IMDB: 25,000 and 25,000 film reviews as numbers of words by frequency, and whether they are positive. Keras: keras.datasets.imdb */
export const imdb = {
  async loadData(options: Options<typeof imdbOptions> = {}): Promise<Splits<number[][]>> {
    const where = "imdb.loadData";
    const checked = imdbOptions.parse(where, [options]);
    const file = source("imdb.npz", "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f");
    const wanted = { x_train: "lists", y_train: "numbers", x_test: "lists", y_test: "numbers" } as const;
    const arrays = await arraysOf(where, file, checked.path, wanted);
    const random = new RandomState(checked.seed);
    const parts = (["train", "test"] as const).map((part) => {
      const [x, y] = [arrays[`x_${part}`], arrays[`y_${part}`]];
      const order = random.permutation(x.length);
      return shorter(where, begun(pick(x, order), checked), pick(y, order), checked.maxlen);
    }) as [[number[][], Tensor], [number[][], Tensor]];
    const [[trainX, trainY], [testX, testY]] = parts;
    const all = limited([...trainX, ...testX], checked);
    return [[all.slice(0, trainX.length), trainY], [all.slice(trainX.length), testY]]; // prettier-ignore
  },
  /** The number of each word, by frequency from 1 on; in the data it is `indexFrom` higher. */
  getWordIndex: (options: Options<typeof mnistOptions> = {}) =>
    wordIndex("imdb.getWordIndex", source("imdb_word_index.json", "bfafd718b763782e994055a2d397834f"), options),
};

async function wordIndex(where: string, file: DatasetSource, options: Options<typeof mnistOptions>): Promise<Record<string, number>> {
  const { path: from } = mnistOptions.parse(where, [options]);
  const bytes = await datasetFile(where, file, from);
  let index: unknown;
  try {
    index = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    // Said below.
  }
  if (isRecord(index) && Object.values(index).every((each) => Number.isInteger(each))) return index as Record<string, number>;
  throw new ValueError(where, { given: `another file at ${String(from ?? file.name)}`, expected: "words with their numbers as JSON" });
}

/** Reuters: 11,228 newswires as numbers of words by frequency, and their 46 topics. Keras: keras.datasets.reuters */
export const reuters = {
  async loadData(options: Options<typeof reutersOptions> = {}): Promise<Splits<number[][]>> {
    const where = "reuters.loadData";
    const checked = reutersOptions.parse(where, [options]);
    checkSplit(where, checked.testSplit);
    const file = source("reuters.npz", "d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916");
    const { x, y } = await arraysOf(where, file, checked.path, { x: "lists", y: "numbers" });
    const order = new RandomState(checked.seed).permutation(x.length);
    const [texts, labels] = shorter(where, begun(pick(x, order), checked), pick(y, order), checked.maxlen);
    const limitedTexts = limited(texts, checked);
    const count = Math.trunc(texts.length * (1 - checked.testSplit));
    const rows = texts.map((_, i) => i);
    return [
      [limitedTexts.slice(0, count), pick(labels, rows.slice(0, count))],
      [limitedTexts.slice(count), pick(labels, rows.slice(count))],
    ];
  },
  getWordIndex: (options: Options<typeof mnistOptions> = {}) =>
    wordIndex("reuters.getWordIndex", source("reuters_word_index.json", "4d44cc38712099c9e383dc6e5f11a921"), options),
};

function checkSplit(where: string, testSplit: number): void {
  if (testSplit >= 0 && testSplit < 1) return;
  throw new ValueError(`${where}.testSplit`, { given: String(testSplit), expected: "a number from 0 to below 1" });
}

const housingOptions = schema([], { path, testSplit: number(0.2), seed: integer(113) });
const californiaOptions = schema(["version"], {
  version: oneOf(["large", "small"], "large"),
  path,
  testSplit: number(0.2),
  seed: integer(113),
});

async function housing(
  where: string,
  file: DatasetSource,
  options: { path: string | URL | null; testSplit: number; seed: number },
  most = Infinity,
): Promise<Splits> {
  checkSplit(where, options.testSplit);
  const { x, y } = await arraysOf(where, file, options.path, { x: "numbers", y: "numbers" });
  const count = Math.min(rowsOf(x), most);
  const order = new RandomState(options.seed).permutation(count);
  const train = Math.trunc(count * (1 - options.testSplit));
  const part = (rows: readonly number[]): [Tensor, Tensor] => [pick(x, rows), pick(y, rows)];
  return [part(order.slice(0, train)), part(order.slice(train))];
}

/** Boston housing: 506 districts by 13 numbers, and what houses cost. Keras: keras.datasets.boston_housing */
export const bostonHousing = {
  async loadData(options: Options<typeof housingOptions> = {}): Promise<Splits> {
    const where = "bostonHousing.loadData";
    const file = source("boston_housing.npz", "f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5");
    return housing(where, file, housingOptions.parse(where, [options]));
  },
};

/**
 * California housing: 20,640 districts by 8 numbers (`version: "small"`: 600), and what houses cost. Keras:
 * keras.datasets.california_housing
 */
export const californiaHousing = {
  async loadData(options: Options<typeof californiaOptions> = {}): Promise<Splits> {
    const where = "californiaHousing.loadData";
    const checked = californiaOptions.parse(where, [options]);
    const file = source("california_housing.npz", "1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f");
    return housing(where, file, checked, checked.version === "small" ? 600 : Infinity);
  },
};
