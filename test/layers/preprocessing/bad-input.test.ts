// Wrong vocabularies, bins, statistics and data of preprocessing layers: each is an error that names layer or argument, and no NaN comes out.

import t from "tap";
import * as tf from "../../../lib/index.js";
import { messageOf } from "../../support/message.js";

const { layers, utils } = tf.keras;
const inf = Infinity;

const refused: readonly [string, () => unknown, RegExp][] = [
  [
    "boundaries that fall",
    () => new layers.Discretization({ binBoundaries: [0, 3, 1] }),
    /binBoundaries: given 1 after 3; expected boundaries in asc/,
  ],
  ["a boundary that is none", () => new layers.Discretization({ binBoundaries: [NaN] }), /binBoundaries\[0\]: given NaN/],
  ["an epsilon of 1", () => new layers.Discretization({ numBins: 2, epsilon: 1 }), /epsilon: given 1; expected .*below 1/],
  ["no bins to learn", () => new layers.Discretization({ numBins: 0 }).adapt([1, 2]), /adapt: given a layer with numBins 0/],
  ["bins of NaN", () => new layers.Discretization({ numBins: 2 }).adapt([1, NaN, 2]), /adapt: given data with NaN; expected finite/],
  ["bins of nothing", () => new layers.Discretization({ numBins: 2 }).adapt([]), /adapt: given no numbers/],
  ["bins that were not learned", () => new layers.Discretization({ numBins: 2 }).call(tf.ones([1])), /a call of adapt first/],
  ["a mean of NaN", () => new layers.Normalization({ mean: NaN, variance: 1 }), /mean: given NaN; expected finite/],
  ["a negative variance", () => new layers.Normalization({ mean: [0, 0], variance: [1, -1] }), /variance: given -1; expected .*at least 0/],
  ["statistics of NaN", () => new layers.Normalization().adapt([[1, 2], [3, NaN]]), /adapt: given data whose mean is NaN \(number 1\)/], // prettier-ignore
  [
    "statistics of infinity",
    () => new layers.Normalization({ axis: null }).adapt([[1], [inf]]),
    /adapt: given data whose mean is Infinity;/,
  ],
  ["one axis twice", () => new layers.Normalization({ axis: [1, -1] }).adapt([[1, 2]]), /axis: given \[1, -1\] for inputs of rank 2; expected each axis once/], // prettier-ignore
  ["a category of NaN", () => new layers.CategoryEncoding({ numTokens: 3 }).call(tf.constant([NaN])), /the index NaN/],
  [
    "one that is one-hot",
    () => new layers.CategoryEncoding({ numTokens: 3, outputMode: "one_hot" }).call(tf.constant([inf])),
    /the index Infinity/,
  ],
  ["a bucket of NaN", () => new layers.Hashing({ numBins: 3 }).call([NaN]), /given NaN; expected whole numbers/],
  ["the number of NaN", () => new layers.IntegerLookup({ vocabulary: [1] }).call(tf.constant([NaN])), /given NaN; expected whole numbers/],
  ["a vocabulary of NaN", () => new layers.IntegerLookup().adapt([1, NaN]), /adapt: given NaN; expected whole numbers/],
  [
    "a weight of NaN",
    () => new layers.StringLookup({ vocabulary: ["a"], outputMode: "tf_idf", idfWeights: [NaN] }),
    /idfWeights: given \[NaN\]; expected a vector of finite numbers/,
  ],
  [
    "a text that becomes a number",
    () => new layers.TextVectorization({ vocabulary: ["a"], standardize: (() => 3) as never }).call(["a"]),
    /standardize: given a function that gives 3; expected one that gives a string/,
  ],
  [
    "a text that is not split",
    () => new layers.TextVectorization({ vocabulary: ["a"], split: ((text: string) => text) as never }).call(["a b"]),
    /split: given a function that gives "a b"; expected one that gives an array of strings/,
  ],
  ["statistics that were not learned", () => new layers.Normalization({ name: "n" }).call(tf.ones([1, 2])), /^n/],
  [
    "a band that ends before it begins",
    () => new layers.MelSpectrogram({ minFreq: 300, maxFreq: 200 }),
    /minFreq: given 300 with maxFreq 200/,
  ],
  [
    "an encoding that nobody knows",
    () => new layers.StringLookup({ encoding: "utf-99" }),
    /encoding: given "utf-99"; expected the name of/,
  ],
  ["the same in a layer around it", () => new layers.TextVectorization({ encoding: "" }), /TextVectorization.encoding: given ""/],
  ["half a bit", () => new layers.RandomPosterization(2.5), /factor: given 2.5; expected a whole number/],
  ["an erasing by NaN", () => new layers.RandomErasing({ fillValue: NaN }), /fillValue: given NaN/],
  ["a pixel of NaN", () => utils.arrayToImg([[[NaN]]]), /arrayToImg: given a pixel of NaN/],
];

t.test("what is no data or no option is refused by name", async (t) => {
  for (const [name, run, wanted] of refused) t.match(await messageOf(async () => run()), wanted, name);
});

t.test("Normalization computes once somebody gave it statistics, however that was", async (t) => {
  const x = tf.constant([[1], [3]]);
  const make = () => new tf.keras.Sequential([tf.keras.Input({ shape: [1] }), new layers.Normalization({ name: "n" })]);
  const bare = make();
  t.strictSame(bare.outputShape, [null, 1], "a model is made without");
  t.throws(() => bare(x), /n: given a call before mean and variance are known; expected .* a call of adapt first/);
  await t.rejects(bare.predict(x, { verbose: 0 }), /a call of adapt first/);
  const set = make();
  set.setWeights([[2], [4], 0]);
  t.strictSame(set(x).array(), [[-0.5], [0.5]], "by setWeights");
  const copy = make();
  copy.setWeights([[0], [1], 0]);
  t.strictSame(copy(x).array(), x.array(), "even those it begins with");
  const copied = tf.keras.models.cloneModel(bare);
  t.strictSame((copied(x) as tf.Tensor).array(), x.array(), "a copy of a network is not asked: EfficientNet has such a layer, and no data");
  const layer = new layers.Normalization();
  t.throws(() => tf.function((x: tf.Tensor) => layer(x))(x), /a call of adapt first/);
  layer.adapt(x);
  t.strictSame(
    tf
      .function((x: tf.Tensor) => layer(x))(x)
      .array(),
    [[-1], [1]],
    "by adapt",
  );
  const stateless = make();
  const [given] = stateless.statelessCall([], [tf.constant([2]), tf.constant([4]), tf.constant(0, { dtype: "int32" })], x);
  t.strictSame((given as tf.Tensor).array(), [[-0.5], [0.5]], "for one call");
});

t.test("a model with Discretization is made before the layer learns", (t) => {
  for (const [outputMode, shape] of [["int", [null, 1]], ["one_hot", [null, 4]]] as const) {
    const bins = new layers.Discretization({ numBins: 4, outputMode });
    const model = new tf.keras.Sequential([tf.keras.Input({ shape: [1] }), bins]);
    t.strictSame(model.outputShape, shape);
    t.throws(() => model(tf.ones([2, 1])), /a call of adapt first/);
    bins.adapt([1, 2, 3, 4, 5, 6, 7, 8]);
    t.strictSame(model(tf.ones([2, 1])).shape, [2, ...shape.slice(1)]);
  } // prettier-ignore
  t.end();
});

t.test("a vocabulary file is read in its encoding", (t) => {
  const folder = t.testdir({ utf16: Buffer.from("\ufeffä\nb\n", "utf16le"), latin: Buffer.from("ä\nb\n", "latin1") });
  const read = (name: string, encoding: string) => new layers.StringLookup({ vocabulary: `${folder}/${name}`, encoding }).getVocabulary();
  t.strictSame(read("utf16", "utf-16"), ["[UNK]", "ä", "b"]);
  t.strictSame(read("latin", "latin-1"), ["[UNK]", "ä", "b"]);
  t.throws(() => read("latin", "utf-8"), /vocabulary file .*latin" of bytes that are no utf-8; expected text in the encoding/);
  t.throws(() => new layers.TextVectorization({ vocabulary: `${folder}/latin` }), /of bytes that are no utf-8/);
  t.end();
});

t.test("after a refusal the layer learns from what is right", (t) => {
  const layer = new layers.Normalization();
  t.throws(() => layer.adapt([[1], [NaN]]));
  layer.adapt([[1], [3]]);
  t.strictSame(layer([[5]]).array(), [[3]]);
  const bins = new layers.Discretization({ numBins: 2 });
  t.throws(() => bins.adapt([NaN]));
  bins.adapt([1, 2, 3, 4]);
  t.strictSame(bins([0, 9]).array(), [0, 1]);
  t.end();
});
