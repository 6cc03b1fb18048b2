// Tokenizer, skipgrams and TimeseriesGenerator, as scripts of Keras 2 use them, against what tf.keras 3.15 answered.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import t from "tap";
import * as keras from "../../lib/api/keras.js";
import { goldenDir } from "../golden/cases.js";
import { optionsOf as options } from "../support/python-options.js";

const { sequence, text } = keras.preprocessing;

interface Recorded {
  readonly texts: readonly string[];
  readonly tokenizers: readonly {
    readonly kwargs: object;
    readonly word_index: readonly [string, number][];
    readonly word_counts: readonly [string, number][];
    readonly word_docs: object;
    readonly index_docs: object;
    readonly document_count: number;
    readonly sequences: number[][];
    readonly back: readonly string[];
    readonly matrix: Readonly<Record<string, number[][]>>;
    readonly json: string;
  }[];
  readonly fromSequences: { readonly matrix: number[][]; readonly docs: number };
  readonly lists: readonly [number[][], [string, number][]];
  readonly words: readonly [string, object, string[]][];
  readonly md5: readonly [string, number, number[]][];
  readonly table: readonly number[];
  readonly table2: readonly number[];
  readonly skipgrams: readonly [object, unknown][];
  readonly windows: readonly {
    readonly data: never;
    readonly length: number;
    readonly kwargs: object;
    readonly count: number;
    readonly batches: unknown[];
  }[];
}
const recorded = JSON.parse(gunzipSync(readFileSync(join(goldenDir, "older-text.json.gz"))).toString("utf8")) as Recorded;
const { texts } = recorded;
const fresh = ["the unknown cat", "mat 10 zebra", ""];

t.test("Tokenizer numbers words as Keras does, and its JSON is read on both sides", async (t) => {
  for (const row of recorded.tokenizers) {
    const what = JSON.stringify(row.kwargs);
    const made = new text.Tokenizer(options(row.kwargs));
    made.fitOnTexts(texts.slice(0, 5));
    for (const tokenizer of [made, text.tokenizerFromJson(made.toJson()), text.tokenizerFromJson(row.json)]) {
      t.strictSame(tokenizer.wordIndex, Object.fromEntries(row.word_index), what);
      t.strictSame(tokenizer.wordCounts, Object.fromEntries(row.word_counts));
      t.strictSame(tokenizer.wordDocs, row.word_docs);
      t.strictSame(tokenizer.indexDocs, row.index_docs);
      t.equal(tokenizer.documentCount, row.document_count);
      t.strictSame(tokenizer.textsToSequences([...texts, ...fresh]), row.sequences);
      t.strictSame(tokenizer.sequencesToTexts([...row.sequences, [1, 99, 2]]), row.back);
      for (const [mode, matrix] of Object.entries(row.matrix)) {
        const got = tokenizer.textsToMatrix([...texts, ...fresh], { mode: mode as "binary" }).array() as number[][];
        t.ok(
          got.every((each, i) => each.length === matrix[i]!.length && each.every((value, j) => Math.abs(value - matrix[i]![j]!) < 2e-5)),
          `${what} ${mode}`,
        );
      }
    }
    const order = (json: string): string[] => [...(JSON.parse(json) as { config: { word_index: string } }).config.word_index.matchAll(/"((?:[^"\\]|\\.)*)":/g)].map(([, word]) => word!); // prettier-ignore
    t.strictSame(order(made.toJson()), order(row.json), `${what}: words in order, numbers among them`);
  }
  const counted = new text.Tokenizer({ numWords: 10 });
  counted.fitOnSequences([[1, 2, 2], [2, 3]]); // prettier-ignore
  const weighed = counted.sequencesToMatrix([[1, 2, 2], [9, 3]], "tfidf").array() as number[][]; // prettier-ignore
  t.ok(weighed.every((row, i) => row.every((value, j) => Math.abs(value - recorded.fromSequences.matrix[i]![j]!) < 2e-5)));
  const lists = new text.Tokenizer();
  lists.fitOnTexts([["A", "b"], ["b", "c d"]]); // prettier-ignore
  t.strictSame([lists.textsToSequences([["b", "a", "x"]]), Object.entries(lists.wordIndex)], recorded.lists);
});

t.test("words and their hashes", async (t) => {
  for (const [input, kwargs, words] of recorded.words) t.strictSame(text.textToWordSequence(input, options(kwargs)), words, input);
  for (const [input, n, numbers] of recorded.md5) t.strictSame(text.hashingTrick(input, n, "md5"), numbers, `${input} ${n}`);
  const hashed = text.oneHot("the cat, the dog", 50);
  t.equal(hashed[0], hashed[2], "the same word has the same number");
  t.ok(hashed.every((each) => each > 0 && each < 50));
  t.strictSame(text.hashingTrick("a b", 10, { hashFunction: (word) => word.charCodeAt(0) }), [8, 9]);
  t.strictSame(text.hashingTrick("ab", 10, { hashFunction: () => -1, analyzer: (given: string) => [...given] }), [9, 9]);
});

t.test("word2vec's pairs", async (t) => {
  const near = (got: { array(): unknown }, wanted: readonly number[]): boolean =>
    (got.array() as number[]).every((value, i) => Math.abs(value - wanted[i]!) < 1e-6);
  t.ok(near(sequence.makeSamplingTable(12), recorded.table));
  t.ok(near(sequence.makeSamplingTable(5, 1e-3), recorded.table2));
  const words = [1, 2, 0, 3, 4, 1];
  for (const [kwargs, pairs] of recorded.skipgrams)
    t.strictSame(sequence.skipgrams(words, 6, { negativeSamples: 0, shuffle: false, ...options(kwargs) }), pairs, JSON.stringify(kwargs));
  const [couples, labels] = sequence.skipgrams(words, 6, { negativeSamples: 2, seed: 4 });
  const real = recorded.skipgrams[0]![1] as [number[][], number[]];
  t.equal(labels.filter((label) => label === 1).length, real[0].length);
  t.equal(labels.length, 3 * real[0].length);
  t.ok(couples.every(([a, b], i) => a > 0 && b > 0 && b < 6 && (labels[i] === 0 || real[0].some(([c, d]) => a === c && b === d))));
  t.strictSame(sequence.skipgrams(words, 6, { negativeSamples: 2, seed: 4 }), [couples, labels], "the seed decides");
  t.ok(sequence.skipgrams(words, 6, { samplingTable: [0, 0, 0, 0, 0, 0] })[0].length === 0, "a word of probability 0 is never kept");
});

t.test("windows of a series, also in fit", async (t) => {
  for (const { data, length, kwargs, count, batches } of recorded.windows) {
    const windows = new sequence.TimeseriesGenerator(data, data, length, options(kwargs));
    t.equal(windows.length, count);
    t.strictSame(
      batches.map((_, i) => windows.getItem(i).map((each) => each.array())),
      batches,
      JSON.stringify(kwargs),
    );
  }
  const series = Array.from({ length: 30 }, (_, i) => i / 30);
  const model = new keras.Sequential([new keras.layers.Dense(1, { inputShape: [4] })]);
  model.compile({ optimizer: "adam", loss: "mse" });
  const { history } = await model.fit(new sequence.TimeseriesGenerator(series, series, 4, { batchSize: 8 }), { epochs: 2, verbose: 0 });
  t.equal(history["loss"]!.length, 2);
  const drawn = new sequence.TimeseriesGenerator(series, series, 4, { batchSize: 8, shuffle: true }).getItem(0);
  t.strictSame(drawn.map(({ shape }) => shape), [[8, 4], [8]]); // prettier-ignore
});

t.test("what makes no sense is refused", async (t) => {
  const tokenizer = new text.Tokenizer();
  const typed = { name: /^(ArgumentError|StateError|ValueError|FormatError|ShapeError)$/ };
  const wrong: readonly (() => unknown)[] = [
    () => new text.Tokenizer({ numWord: 3 } as object),
    () => new text.Tokenizer(-1),
    () => tokenizer.fitOnTexts("one text" as never),
    () => tokenizer.fitOnTexts([3] as never),
    () => tokenizer.textsToMatrix(["a"]),
    () => new text.Tokenizer(5).textsToMatrix(["a"], "tfidf"),
    () => new text.Tokenizer(5).sequencesToMatrix([[-1]]),
    () => new text.Tokenizer(5).sequencesToMatrix([[1]], "most" as never),
    () => text.textToWordSequence(3 as never),
    () => text.textToWordSequence("a", { split: "" }),
    () => text.hashingTrick("a", 1),
    () => text.hashingTrick("a", 10, { hashFunction: "sha" as never }),
    () => text.tokenizerFromJson("{"),
    () => text.tokenizerFromJson("{}"),
    () => sequence.makeSamplingTable(0),
    () => sequence.skipgrams([1, 2.5], 5),
    () => sequence.skipgrams([1, 2], 1),
    () => sequence.skipgrams([1, 7], 5, { samplingTable: [1, 1] }),
    () => sequence.skipgrams([1], 5, { window: 3 } as object),
    () => new sequence.TimeseriesGenerator([1, 2, 3], [1, 2], 1),
    () => new sequence.TimeseriesGenerator([1, 2, 3], [1, 2, 3], 3),
    () => new sequence.TimeseriesGenerator([1, 2, 3], [1, 2, 3], 0),
    () => new sequence.TimeseriesGenerator([1, 2, 3], [1, 2, 3], 1).getItem(5),
  ];
  for (const call of wrong) t.throws(call, typed, String(call));
});
