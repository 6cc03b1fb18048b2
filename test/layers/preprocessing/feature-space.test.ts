import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import * as tf from "../../../lib/index.js";
import { repository } from "../../support/sources.js";

const { layers } = tf.keras;
const { FeatureSpace } = tf.keras.utils;

const columns = { age: [20, 30, 40, 50], city: ["Bern", "Rom", "Bern", "Oslo"], rooms: [1, 2, 2, 3] };
const make = () =>
  new FeatureSpace({
    features: { age: "float_normalized", city: FeatureSpace.stringCategorical({ numOovIndices: 1 }), rooms: FeatureSpace.integerHashed(4) },
    crosses: [["city", "rooms"]],
    crossingDim: 8,
  });

t.test("a space learns from a dataset and goes into its map and a model", async (t) => {
  const space = make();
  const dataset = tf.data.Dataset.fromTensorSlices(columns);
  void space.adapt(dataset.batch(2));
  const one = space({ age: 35, city: "Rom", rooms: 2 } as never);
  t.strictSame(one.shape, [1 + 4 + 4 + 8]);
  t.ok(Math.abs(one.data()[0]!) < 1e-5, "the mean age is 0");
  const whole = make();
  void whole.adapt(columns);
  t.strictSame(whole(columns as never).array(), space(columns as never).array(), "a record of columns does as well");
  const encoded = dataset.batch(4).map((row) => space(row as never));
  t.strictSame([...encoded][0]!.array(), space(columns as never).array());
  const inputs = space.getEncodedFeatures() as never;
  const model = new tf.keras.Model({ inputs, outputs: new layers.Dense(1)(inputs) });
  model.compile({ optimizer: "sgd", loss: "mse" });
  await model.fit([...encoded][0]!, tf.constant([[1], [2], [3], [4]]), { epochs: 1, verbose: 0 });
  const numeric = new FeatureSpace({ features: { a: "float", b: FeatureSpace.integerCategorical() } });
  void numeric.adapt({ a: [1, 2], b: [7, 9] });
  const all = new tf.keras.Model({ inputs: numeric.getInputs() as never, outputs: numeric.getEncodedFeatures() as never });
  t.strictSame((await all.predict({ a: tf.constant([[5]]), b: tf.constant([[9]], { dtype: "int32" }) } as never)).array(), [[5, 0, 1, 0]]);
});

t.test("what is wrong is said with the name of the feature", (t) => {
  const space = make();
  t.throws(() => space(columns as never), { name: "StateError", message: /adapt\(dataset\)/ });
  void space.adapt(columns);
  t.throws(() => space({ age: [1], city: ["a"] } as never), { message: /without "rooms"/ });
  t.throws(() => space({ ...columns, town: ["a"] } as never), { message: /the unknown feature "town"/ });
  t.throws(() => new FeatureSpace({ features: { a: "floaty" } }), { message: /features\.a: given "floaty"/ });
  t.throws(() => new FeatureSpace({ features: { a: "float" }, crosses: [["a", "b"]] }), { message: /"b"/ });
  t.end();
});

t.test("learned state is kept in Keras's files", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "keras-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const lookup = new layers.IntegerLookup({ outputMode: "tf_idf", maxTokens: 6 });
  void lookup.adapt(tf.constant([[5, 7], [5, 9]], { dtype: "int32" })); // prettier-ignore
  const scale = new layers.Normalization();
  void scale.adapt([[1, 2], [3, 4]]); // prettier-ignore
  const ids = tf.keras.Input({ shape: [2], dtype: "int32" });
  const model = new tf.keras.Model({ inputs: ids, outputs: lookup(ids as never) as never });
  await model.save(join(folder, "lookup.keras"));
  const again = (await tf.keras.models.loadModel(join(folder, "lookup.keras"))) as typeof model;
  const x = tf.constant([[7, 5], [9, 1]], { dtype: "int32" }); // prettier-ignore
  t.strictSame((await again.predict(x)).array(), (await model.predict(x)).array());
  const numbers = new tf.keras.Sequential([new tf.keras.Input({ shape: [2] }), scale]);
  await numbers.save(join(folder, "scale.keras"));
  const loaded = (await tf.keras.models.loadModel(join(folder, "scale.keras"))) as typeof numbers;
  t.strictSame((await loaded.predict(tf.constant([[1, 2]]))).array(), [[-1, -1]]);
});

t.test("a FeatureSpace is saved and loaded, and one that Keras saved gives Keras's numbers", async (t) => {
  const { models, saving } = tf.keras;
  const space = new FeatureSpace({
    features: {
      a: FeatureSpace.floatNormalized(),
      b: FeatureSpace.stringCategorical({ numOovIndices: 1 }),
      c: FeatureSpace.floatDiscretized({ numBins: 3 }),
      d: FeatureSpace.integerCategorical(),
      e: FeatureSpace.stringHashed({ numBins: 4 }),
    },
    crosses: [["b", "d"]],
    crossingDim: 8,
  });
  const columns = { a: [1, 2, 3, 4], b: ["x", "y", "x", "z"], c: [0.1, 0.5, 0.7, 0.9], d: [1, 2, 1, 3], e: ["p", "q", "r", "s"] };
  await space.adapt(tf.data.Dataset.fromTensorSlices({ ...columns, d: tf.constant(columns.d, { dtype: "int32" }) } as never) as never);
  const row = { a: 2, b: "y", c: 0.6, d: 1, e: "q" } as never;
  const path = `${t.testdir()}/space.keras`;
  await space.save(path);
  const back = await models.loadModel<typeof space>(path);
  t.ok(back instanceof FeatureSpace);
  t.strictSame(back(row).array(), space(row).array());
  await saving.saveModel(space, path);
  t.strictSame((await saving.loadModel<typeof space>(path))(row).array(), space(row).array());
  await t.rejects(space.save("space.h5"), { name: "ArgumentError", message: /ends in \.keras/ });

  const theirs = await models.loadModel<typeof space>(join(repository, "test/golden/data/keras/feature-space.keras"));
  const wanted = [-0.4472135901451111, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0];
  const found = theirs({ a: 2, b: "y", d: 1 } as never).array() as number[];
  found.forEach((value, i) => t.ok(Math.abs(value - wanted[i]!) < 1e-6, `${i}`));
  t.equal(found.length, wanted.length);
});
