// keras.datasets: files of Keras's kinds, written by NumPy, read as Keras reads them; where they are kept, and what stands in the way.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t from "tap";
import { writeNpy } from "../../lib/formats/npy.js";
import { writeZip } from "../../lib/formats/zip.js";
import * as tf from "../../lib/index.js";
import { datasetFiles } from "../support/dataset-files.js";
import { messageOf } from "../support/message.js";

const { datasets } = tf.keras;
const folder = mkdtempSync(join(tmpdir(), "known-"));
const { fetch } = globalThis;
t.teardown(() => {
  rmSync(folder, { recursive: true });
  globalThis.fetch = fetch;
});
process.env["KERAS_HOME"] = folder;

for (const [name, content] of Object.entries(datasetFiles)) writeFileSync(join(folder, `${name}.file`), Buffer.from(content, "base64"));
const pathOf = (name: string): string => join(folder, `${name}.file`);

type Loaded = readonly [readonly [unknown, tf.Tensor], readonly [unknown, tf.Tensor]];
type Name = "imdb" | "reuters" | "californiaHousing";

/** What Keras 3.15.1 makes of the same files: training and test, inputs and targets. */
const expected: readonly [Name, Record<string, unknown>, unknown][] = [
  [
    "imdb",
    {},
    [
      [
        [
          [1, 7, 9],
          [1, 12],
          [1, 9, 4, 7, 7, 11],
          [1, 13, 12, 13, 8, 7, 4],
          [1, 8, 11, 10],
          [1, 2, 5, 10, 11, 11],
          [1, 5],
        ],
        [1, 1, 1, 0, 0, 1, 0],
      ],
      [
        [
          [1, 4, 2],
          [1, 11, 7, 6, 11, 6],
          [1, 4],
          [1, 11, 4, 5, 13],
          [1, 12, 5, 7, 7],
        ],
        [1, 0, 0, 1, 0],
      ],
    ],
  ],
  [
    "imdb",
    { numWords: 8 },
    [
      [
        [
          [1, 7, 2],
          [1, 2],
          [1, 2, 4, 7, 7, 2],
          [1, 2, 2, 2, 2, 7, 4],
          [1, 2, 2, 2],
          [1, 2, 5, 2, 2, 2],
          [1, 5],
        ],
        [1, 1, 1, 0, 0, 1, 0],
      ],
      [
        [
          [1, 4, 2],
          [1, 2, 7, 6, 2, 6],
          [1, 4],
          [1, 2, 4, 5, 2],
          [1, 2, 5, 7, 7],
        ],
        [1, 0, 0, 1, 0],
      ],
    ],
  ],
  [
    "imdb",
    { numWords: 8, skipTop: 5, oovChar: null },
    [
      [
        [[7], [], [7, 7], [7], [], [5], [5]],
        [1, 1, 1, 0, 0, 1, 0],
      ],
      [
        [[], [7, 6, 6], [], [5], [5, 7, 7]],
        [1, 0, 0, 1, 0],
      ],
    ],
  ],
  [
    "imdb",
    { maxlen: 5, startChar: null, indexFrom: 0 },
    [
      [
        [[4, 6], [9], [5, 8, 7], [2]],
        [1, 1, 0, 0],
      ],
      [
        [[1, 2], [1], [8, 1, 2, 10], [9, 2, 4, 4]],
        [1, 0, 1, 0],
      ],
    ],
  ],
  [
    "imdb",
    { seed: 3, indexFrom: 2, startChar: 7 },
    [
      [
        [
          [7, 2, 4, 9, 10, 10],
          [7, 12, 11, 12, 7, 6, 3],
          [7, 4],
          [7, 11],
          [7, 6, 8],
          [7, 8, 3, 6, 6, 10],
          [7, 7, 10, 9],
        ],
        [1, 0, 0, 1, 1, 1, 0],
      ],
      [
        [
          [7, 3],
          [7, 3, 2],
          [7, 10, 6, 5, 10, 5],
          [7, 10, 3, 4, 12],
          [7, 11, 4, 6, 6],
        ],
        [0, 1, 0, 1, 0],
      ],
    ],
  ],
  [
    "reuters",
    {},
    [
      [
        [
          [1, 13, 7, 4, 9, 4, 5],
          [1, 7, 10],
          [1, 8, 7, 8, 8, 12],
          [1, 5],
          [1, 5, 8, 13, 2, 2],
          [1, 7, 2, 11, 9, 9],
          [1, 6, 4, 7, 9],
          [1, 5],
        ],
        [9, 3, 13, 34, 36, 39, 34, 21],
      ],
      [
        [
          [1, 11, 13],
          [1, 13, 2, 8, 8, 10],
        ],
        [29, 42],
      ],
    ],
  ],
  [
    "reuters",
    { testSplit: 0.5, numWords: 9 },
    [
      [
        [
          [1, 2, 7, 4, 2, 4, 5],
          [1, 7, 2],
          [1, 8, 7, 8, 8, 2],
          [1, 5],
          [1, 5, 8, 2, 2, 2],
        ],
        [9, 3, 13, 34, 36],
      ],
      [
        [
          [1, 7, 2, 2, 2, 2],
          [1, 6, 4, 7, 2],
          [1, 5],
          [1, 2, 2],
          [1, 2, 2, 8, 8, 2],
        ],
        [39, 34, 21, 29, 42],
      ],
    ],
  ],
  [
    "reuters",
    { maxlen: 6, seed: 1 },
    [
      [
        [
          [1, 11, 2],
          [1, 6, 4, 7, 9],
          [1, 7, 10],
          [1, 5],
        ],
        [29, 34, 3, 34],
      ],
      [[[1, 5]], [21]],
    ],
  ],
  [
    "reuters",
    { oovChar: null, startChar: null, skipTop: 4, testSplit: 0 },
    [
      [
        [[13, 7, 4, 9, 4, 5], [7, 10], [8, 7, 8, 8, 12], [5], [5, 8, 13], [7, 11, 9, 9], [6, 4, 7, 9], [5], [11, 13], [13, 8, 8, 10]],
        [9, 3, 13, 34, 36, 39, 34, 21, 29, 42],
      ],
      [[], []],
    ],
  ],
  [
    "californiaHousing",
    {},
    [
      [
        [
          [8.0, 9.0],
          [6.0, 7.0],
          [18.0, 19.0],
          [16.0, 17.0],
          [2.0, 3.0],
          [0.0, 1.0],
          [22.0, 23.0],
          [14.0, 15.0],
          [12.0, 13.0],
        ],
        [4.0, 3.0, 9.0, 8.0, 1.0, 0.0, 11.0, 7.0, 6.0],
      ],
      [
        [
          [20.0, 21.0],
          [4.0, 5.0],
          [10.0, 11.0],
        ],
        [10.0, 2.0, 5.0],
      ],
    ],
  ],
  [
    "californiaHousing",
    { testSplit: 0.3, seed: 5 },
    [
      [
        [
          [14.0, 15.0],
          [10.0, 11.0],
          [4.0, 5.0],
          [18.0, 19.0],
          [22.0, 23.0],
          [8.0, 9.0],
          [16.0, 17.0],
          [2.0, 3.0],
        ],
        [7.0, 5.0, 2.0, 9.0, 11.0, 4.0, 8.0, 1.0],
      ],
      [
        [
          [0.0, 1.0],
          [20.0, 21.0],
          [12.0, 13.0],
          [6.0, 7.0],
        ],
        [0.0, 10.0, 6.0, 3.0],
      ],
    ],
  ],
];

const plain = (loaded: Loaded): unknown => loaded.map(([x, y]) => [x instanceof tf.Tensor ? x.array() : x, y.array()]);

t.test("words and numbers come in Keras's order, cut and numbered as it does", async (t) => {
  for (const [name, options, values] of expected) {
    const loaded = (await datasets[name].loadData({ path: pathOf(name), ...options })) as Loaded;
    t.strictSame(plain(loaded), values, `${name} ${JSON.stringify(options)}`);
  }
});

t.test("pictures and their labels have Keras's shapes and dtypes", async (t) => {
  const [[digits, labels], [, testLabels]] = await datasets.mnist.loadData(pathOf("mnist"));
  t.strictSame([digits.shape, digits.dtype, labels.array(), testLabels.array()], [[2, 3, 3], "uint8", [4, 2], [1]]);
  const [[x, y], [testX, testY]] = await datasets.cifar10.loadData({ path: pathOf("cifar10") });
  t.strictSame([x.shape, x.dtype, y.shape, y.dtype], [[10, 32, 32, 3], "uint8", [10, 1], "uint8"]);
  // A file holds planes; the first pixels here are (200 + batch, 100, batch) and (7, batch, batch).
  t.strictSame(x.at(4, 0, { start: 0, stop: 2 }).array(), [[202, 100, 2], [7, 2, 2]]); // prettier-ignore
  t.strictSame(
    [y.array().flat(), testY.array().flat(), testX.at(0, 0, 0).array()],
    [
      [0, 1, 1, 2, 2, 3, 3, 4, 4, 5],
      [5, 6],
      [205, 100, 5],
    ],
  );
  const fine = await datasets.cifar100.loadData({ path: pathOf("cifar100") });
  const coarse = await datasets.cifar100.loadData("coarse", { path: pathOf("cifar100") });
  t.strictSame(
    [fine[0][1].array(), coarse[1][1].array()],
    [
      [[0], [1]],
      [[1], [2]],
    ],
  );
  tf.keras.config.setImageDataFormat("channels_first");
  const [[first]] = await datasets.cifar10.loadData({ path: pathOf("cifar10") });
  tf.keras.config.setImageDataFormat("channels_last");
  t.strictSame(first.shape, [10, 3, 32, 32]);
  const words = join(folder, "words.json");
  writeFileSync(words, '{"the": 1, "__proto__": 2}');
  t.strictSame(Object.entries(await datasets.imdb.getWordIndex({ path: words })), [["the", 1], ["__proto__", 2]]); // prettier-ignore
  t.equal(datasets.reuters.getLabelNames().length, 46);
});

t.test("files are fetched once and kept; without a connection the error says where they belong", async (t) => {
  const asked: string[] = [];
  const bundled = fileURLToPath(new URL("../../../datasets/fashion-mnist/", import.meta.url));
  globalThis.fetch = (async (address: string) => {
    asked.push(String(address));
    const name = String(address).split("/").pop()!;
    return existsSync(bundled + name)
      ? new Response(new Uint8Array(readFileSync(bundled + name)))
      : Promise.reject(new TypeError("fetch failed"));
  }) as never;
  const [[x], [, y]] = await datasets.fashionMnist.loadData();
  t.strictSame([x.shape, y.shape, asked.length], [[60_000, 28, 28], [10_000], 4]);
  await datasets.fashionMnist.loadData();
  t.equal(asked.length, 4, "kept");
  const place = join(folder, "datasets/mnist.npz");
  const missing = await messageOf(() => datasets.mnist.loadData());
  t.match(missing, "mnist.loadData: given no answer from https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz");
  t.match(missing, `Without a connection put it at ${place}, or pass its place`);
  // A kept file that is damaged is fetched anew, and said to be when it can't be.
  writeFileSync(place, "no archive");
  t.match(await messageOf(() => datasets.mnist.loadData()), "a damaged mnist.npz");
  globalThis.fetch = (async () => new Response("another file")) as never;
  t.match(await messageOf(() => datasets.mnist.loadData()), /given a file with hash [0-9a-f]{64}.*731c5ac6.*damaged or another one/s);
  t.equal(readFileSync(place, "utf8"), "no archive", "a wrong file is not kept");
  globalThis.fetch = (async () => new Response("none", { status: 404 })) as never;
  t.match(await messageOf(() => datasets.cifar100.loadData()), "no answer from https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz");
  // The name under which Keras would keep it, as scripts write it.
  t.match(await messageOf(() => datasets.mnist.loadData("mnist.npz")), "Without a connection put it at");
});

t.test("other files and options are refused by name", async (t) => {
  const words = join(folder, "words.txt");
  writeFileSync(words, "one two");
  const member = (name: string, rows: number) => ({ name: `${name}.npy`, content: writeNpy("uint8", [rows], new Uint8Array(rows)) });
  const uneven = [member("x_train", 2), member("y_train", 2), member("x_test", 3), member("y_test", 1)];
  writeFileSync(pathOf("uneven"), Buffer.concat(writeZip(uneven)));
  const refused: readonly [string, () => Promise<unknown>, RegExp][] = [
    ["another archive", () => datasets.mnist.loadData(pathOf("californiaHousing")), /mnist\.loadData.*x_train, y_train, x_test, y_test/],
    ["numbers for words", () => datasets.imdb.loadData({ path: pathOf("mnist") }), /imdb\.loadData.*x_train.*lists/],
    ["words for numbers", () => datasets.bostonHousing.loadData({ path: pathOf("reuters") }), /bostonHousing\.loadData.*x.*numbers/],
    ["rows that do not pair", () => datasets.mnist.loadData(pathOf("uneven")), /mnist\.loadData.*3 rows of x_test.*1 of y_test/],
    ["no archive", () => datasets.reuters.loadData({ path: words }), /words\.txt/],
    ["no tar", () => datasets.cifar10.loadData({ path: words }), /cifar-10-python/],
    ["another tar", () => datasets.cifar10.loadData({ path: pathOf("cifar100") }), /cifar10\.loadData.*data_batch_1/],
    ["no folder", () => datasets.fashionMnist.loadData({ path: join(folder, "nowhere") }), /nowhere/],
    ["no JSON", () => datasets.imdb.getWordIndex({ path: words }), /imdb\.getWordIndex.*words\.txt/],
    ["a split", () => datasets.reuters.loadData({ path: pathOf("reuters"), testSplit: 1 }), /testSplit: given 1/],
    ["no short text", () => datasets.imdb.loadData({ path: pathOf("imdb"), maxlen: 1 }), /maxlen: given 1/],
    ["a mode", () => datasets.cifar100.loadData("medium" as never), /labelMode: given "medium"/],
    ["a version", () => datasets.californiaHousing.loadData({ version: "tiny" as never }), /version: given "tiny"/],
    ["an option", () => datasets.imdb.loadData({ numWord: 3 } as never), /unknown option "numWord"/],
  ];
  for (const [name, load, wanted] of refused) t.match(await messageOf(load), wanted, name);
});
