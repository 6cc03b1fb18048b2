import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import * as tf from "../../../lib/index.js";
import { later } from "../../support/elements.js";

const { layers } = tf.keras;
const { Dataset } = tf.data;
const words = ["b", "a", "b", "c", "b", "a"];

t.test("a vocabulary is learned from arrays, datasets, generators and asynchronous sources alike", async (t) => {
  const expected = ["[UNK]", "b", "a", "c"];
  const sources: Record<string, unknown> = {
    array: words,
    dataset: Dataset.fromTensorSlices(words).batch(4),
    "dataset of single ones": Dataset.fromTensorSlices(words),
    "asynchronous dataset": Dataset.fromTensorSlices(words).map((word) => later(word)).batch(2), // prettier-ignore
    generator: (function* () {
      yield words.slice(0, 2);
      yield words.slice(2);
    })(),
  };
  for (const [name, data] of Object.entries(sources)) {
    const lookup = new layers.StringLookup();
    const adapted = lookup.adapt(data);
    t.equal(adapted instanceof Promise, name.startsWith("asynchronous"), `${name}: waits where it has to`);
    await adapted;
    t.strictSame(lookup.getVocabulary(), expected, name);
  }
  const few = new layers.StringLookup();
  void few.adapt(Dataset.fromTensorSlices(words).batch(1), { steps: 2 });
  t.strictSame(few.getVocabulary({ includeSpecialTokens: false }), ["b", "a"], "steps");
});

t.test("a lookup works in a dataset and follows a new vocabulary", (t) => {
  const lookup = new layers.StringLookup({ vocabulary: ["a", "b"] });
  const batches = [
    ...Dataset.fromTensorSlices([words, [0, 1, 2, 3, 4, 5]])
      .batch(6)
      .map((x, y) => [lookup(x as string[]), y] as const),
  ];
  t.strictSame((batches[0]![0] as tf.Tensor).array(), [2, 1, 2, 0, 2, 1]);
  const numbers = new layers.IntegerLookup({ vocabulary: [7, 9] });
  const traced = tf.function((x: tf.Tensor) => numbers(x));
  const x = tf.constant([9, 7, 1], { dtype: "int32" });
  t.strictSame(traced(x).array(), [2, 1, 0]);
  numbers.setVocabulary([1, 7]);
  t.strictSame(traced(x).array(), [0, 2, 1], "also in a function that was traced before");
  t.strictSame(new layers.IntegerLookup({ vocabulary: [2 ** 40, 5] })([5, 2 ** 40]).array(), [2, 1], "numbers beyond 32 bits");
  t.end();
});

t.test("vocabularies come from files", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "vocabulary-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "words.txt");
  writeFileSync(file, "earth\nwind\n");
  const lookup = new layers.StringLookup({ vocabulary: file });
  t.strictSame(lookup(["wind", "fire"]).array(), [2, 0]);
  t.equal(lookup.getConfig()["vocabulary"], null, "a config does not point to files");
  writeFileSync(join(folder, "numbers.txt"), "5\nx\n");
  t.throws(() => new layers.IntegerLookup({ vocabulary: join(folder, "numbers.txt") }), { message: /the line "x"/ });
  t.throws(() => new layers.StringLookup({ vocabulary: join(folder, "none.txt") }), {
    name: "ValueError",
    message: /none\.txt.*a file that exists/,
  });
  t.end();
});

t.test("what was learned is saved by checkpoints", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "vocabulary-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const make = () => ({
    text: new layers.TextVectorization({ outputMode: "tf_idf" }),
    bins: new layers.Discretization({ numBins: 3 }),
    scale: new layers.Normalization(),
  });
  const learned = make();
  void learned.text.adapt(["the cat", "the dog"]);
  void learned.bins.adapt([1, 2, 3, 4, 5, 6]);
  void learned.scale.adapt([[1, 2], [3, 6]]); // prettier-ignore
  const path = await new tf.train.Checkpoint(learned).save(join(folder, "ckpt"));
  const restored = make();
  restored.scale.build([null, 2] as never);
  await new tf.train.Checkpoint(restored).restore(path);
  t.strictSame(restored.text(["the bird dog"]).array(), learned.text(["the bird dog"]).array());
  t.strictSame(restored.bins([0, 3.5, 9]).array(), learned.bins([0, 3.5, 9]).array());
  t.strictSame(restored.scale([[1, 2]]).array(), [[-1, -1]]);
});

t.test("what is wrong is said with the name of the layer", (t) => {
  const { StringLookup, IntegerLookup, TextVectorization, Hashing, HashedCrossing, Discretization, Normalization } = layers;
  const refused: readonly (readonly [() => unknown, RegExp])[] = [
    [() => new StringLookup({ name: "words" })(["a"]), /words: given a call before there is a vocabulary; .*adapt/],
    [() => new StringLookup({ name: "words", vocabulary: ["a", "b", "a"] }), /words\.vocabulary: given the token "a" twice/],
    [() => new StringLookup({ name: "words", vocabulary: [] }), /words\.vocabulary: given an empty vocabulary/],
    [() => new StringLookup({ vocabulary: ["a"], numOovIndices: 0 })(["z"]), /"z", which is not in the vocabulary/],
    [() => new StringLookup({ vocabulary: ["a"] })([1, 2]), /given numbers; expected strings/],
    [() => new StringLookup({ vocabulary: ["a"] })([["a"], ["a", "b"]]), /2 values along axis 1/],
    [() => new StringLookup({ vocabulary: ["a"] }).adapt(["b"]), /vocabulary was given to its constructor/],
    [() => new StringLookup().adapt([1, 2]), /adapt: given .*expected strings/],
    [() => new StringLookup().adapt(Dataset.fromTensorSlices(words).take(0)), /no batches/],
    [() => new StringLookup().adapt(words, { steps: 0 }), /steps: given 0/],
    [() => new IntegerLookup({ vocabulary: [1], salt: 3 }), /salt: .*farmhash/],
    [() => new IntegerLookup({ vocabulary: [1] })(["a"]), /given strings; expected whole numbers/],
    [() => new TextVectorization({ name: "texts" })(["a"]), /given a call before there is a vocabulary/],
    [() => new TextVectorization({ vocabulary: ["a"] })([["a", "b"]]), /\[1, 2\].*\[batch\] or \[batch, 1\]/],
    [() => new TextVectorization({ vocabulary: ["a"] })([1]), /expected strings/],
    [() => new TextVectorization({ maxTokens: 2 }).adapt(["a b"]), /adapt: given maxTokens 2; expected at least one token to be left/],
    [() => new StringLookup({ maskToken: "" }).adapt(["", "[UNK]"]), /adapt: given no tokens but special ones/],
    [() => new StringLookup({ vocabulary: ["[UNK]"] }), /given special tokens alone; expected at least one token/],
    [() => new Hashing(3)({} as never), /strings, whole numbers, or a tensor/],
    [() => new Hashing(3, { maskValue: "a" })([1]), /maskValue.*"a" for whole numbers/],
    [() => new HashedCrossing(3)([["a", "b"], ["c"]]), /\[2\] and \[1\].*equal shapes/],
    [() => new HashedCrossing(3)([["a"], [0.5]]), /float32; expected strings or whole numbers/],
    [() => new Discretization({ numBins: 2, name: "bins" })([1]), /bins: given a call before the boundaries are known/],
    [() => new Discretization({ binBoundaries: [1] }).adapt([1]), /adapt: given a layer with binBoundaries/],
    [() => new Normalization({ mean: 0, variance: 1 }).adapt([[1]]), /given mean and variance/],
    [() => new Normalization({ axis: 1 })(tf.ones([3])), /axis: given 1 for inputs of rank 1/],
  ];
  for (const [action, message] of refused) t.throws(action, { message }, String(action));
  const lookup = new StringLookup({ vocabulary: ["a"] });
  t.throws(() => lookup.setVocabulary(["b", "b"]));
  t.strictSame(lookup(["a", "b"]).array(), [1, 0], "a refused vocabulary changes nothing");
  t.end();
});

t.test("numbers are normalized as well from a stream as from one array", async (t) => {
  const values = Array.from({ length: 1000 }, (_, i) => [Math.sin(i) * 3 + 5, i % 7]);
  const whole = new layers.Normalization();
  void whole.adapt(values);
  const streamed = new layers.Normalization();
  await streamed.adapt(
    Dataset.fromTensorSlices([tf.constant(values), tf.constant(values)])
      .map((x, y) => later([x, y]))
      .batch(64),
  );
  const single = new layers.Normalization();
  void single.adapt(Dataset.fromTensorSlices(values));
  for (const other of [streamed, single]) {
    for (const name of ["mean", "variance"] as const) {
      other[name].data().forEach((value, i) => t.ok(Math.abs(value / whole[name].data()[i]! - 1) < 1e-5, `${name} ${i}: ${value}`));
    }
  }
});

t.test("texts that are not split, of any rank, as Keras gives them", (t) => {
  const pairs = new layers.TextVectorization({ split: null, ngrams: 2 });
  void pairs.adapt(["abc d", "bcd"]);
  t.strictSame(pairs.getVocabulary(), ["", "[UNK]", "bcd", "abc d"], "n-grams do not join the texts of an array");
  const rows = new layers.TextVectorization({ split: null, ngrams: [2] });
  void rows.adapt([[["a", "b", "c"]], [["a", "b", "a"]]]);
  t.strictSame(rows.getVocabulary(), ["", "[UNK]", "a b", "b c", "b a"], "they run along the last axis");
  t.strictSame(rows([[["a", "b", "c"]]]).array(), [[[2, 3]]]);
  const words = new layers.TextVectorization({ vocabulary: ["a", "b"] });
  t.strictSame(words([[["a b"]], [["b"]]]).array(), [[[2, 3]], [[3, 0]]], "the axes before the last one stay");
  const hot = new layers.TextVectorization({ vocabulary: ["a"], outputMode: "one_hot" });
  t.strictSame(hot(["a z", "a"]), [[[0, 1], [1, 0]], [[0, 1]]], "a vector for each token"); // prettier-ignore
  t.end();
});
