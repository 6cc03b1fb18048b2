// tf.lookup: tables of strings and numbers, on the host and in traced functions.

import t from "tap";
import * as tf from "../../lib/index.js";

const { KeyValueTensorInitializer, MutableHashTable, StaticHashTable, StaticVocabularyTable } = { ...tf.lookup, ...tf.lookup.experimental };
const words = () => new StaticHashTable(new KeyValueTensorInitializer(["emerson", "lake", "palmer"], [0, 1, 2]), -1);

t.test("strings to numbers, of any structure", async (t) => {
  const table = words();
  t.same((table.lookup("lake") as tf.Tensor).item(), 1);
  t.same((table.lookup(["palmer", "lennon"]) as tf.Tensor).array(), [2, -1]);
  t.same((table.at([["lake"], ["x"]]) as tf.Tensor).array(), [[1], [-1]]);
  const ragged = tf.ragged.constant([["lake"], ["palmer", "x"]] as never);
  t.same((table.lookup(ragged as never) as unknown as { toList(): unknown }).toList(), [[1], [2, -1]]);
  t.equal(table.size().item(), 3);
  const [keys, values] = table.export();
  t.same(keys, ["emerson", "lake", "palmer"]);
  t.same((values as tf.Tensor).array(), [0, 1, 2]);
  t.throws(() => table.lookup([1, 2] as never), /keys that are numbers; expected keys of dtype string/);
});

t.test("numbers to strings and numbers, traced too", async (t) => {
  const names = new StaticHashTable(new KeyValueTensorInitializer([3, 1], ["c", "a"]), "?");
  t.same(names.lookup(tf.constant([1, 2, 3], { dtype: "int32" })), ["a", "?", "c"]);
  const table = new StaticHashTable(new KeyValueTensorInitializer([30, 10, 20], [3.5, 1.5, 2.5]), -1);
  const traced = tf.function((x: tf.Tensor) => table.lookup(x) as tf.Tensor);
  const keys = tf.constant([[10, 20], [5, 30], [99, 10]], { dtype: "int32" }); // prettier-ignore
  t.same(traced(keys).array(), [[1.5, 2.5], [-1, 3.5], [-1, 1.5]]); // prettier-ignore
  t.same(traced(keys).array(), (table.lookup(keys) as tf.Tensor).array());
  t.throws(() => tf.function((x: tf.Tensor) => names.lookup(x))(keys), /strings inside of a traced function/);
});

t.test("a vocabulary hashes what it does not know, as tf.strings.toHashBucketFast does", async (t) => {
  const table = new StaticVocabularyTable(new KeyValueTensorInitializer(["a", "b"], [0, 1]), 3);
  const found = (table.lookup(["a", "b", "c", "d"]) as tf.Tensor).array() as number[];
  t.same(found.slice(0, 2), [0, 1]);
  for (const number of found.slice(2)) t.ok(number >= 2 && number < 5);
  t.equal(table.size().item(), 5);
  const numbers = new StaticVocabularyTable(new KeyValueTensorInitializer([7, 9], [0, 1]), 2);
  const keys = tf.constant([7, 8, 9], { dtype: "int32" });
  t.same(
    tf
      .function((x: tf.Tensor) => numbers.lookup(x) as tf.Tensor)(keys)
      .array(),
    (numbers.lookup(keys) as tf.Tensor).array(),
  );
  const shifted = new StaticVocabularyTable(new KeyValueTensorInitializer(["a"], [1]), 1);
  t.same((shifted.lookup(["a", "q"]) as tf.Tensor).array(), [1, 1], "buckets begin at the number of keys, as in TensorFlow");
});

t.test("a table that changes, in a checkpoint", async (t) => {
  const table = new MutableHashTable("string", "float32", 0);
  table.insert(["a", "b"], [1, 2]);
  table.insert(["b"], [3]);
  table.remove(["a", "nobody"]);
  t.same((table.lookup(["a", "b"]) as tf.Tensor).array(), [0, 3]);
  const path = await new tf.train.Checkpoint({ table }).save("memory://tables/ckpt");
  const other = new MutableHashTable("string", "float32", 0);
  await new tf.train.Checkpoint({ table: other }).restore(path);
  t.same((other.lookup(["b"]) as tf.Tensor).array(), [3]);
  t.throws(() => table.insert(["a"], [1, 2]), /a value for each key/);
});

t.test("files: lines, their numbers and fields", async (t) => {
  const { mkdtempSync, writeFileSync } = await import("node:fs");
  const file = `${mkdtempSync(`${(await import("node:os")).tmpdir()}/kerasm-lookup-`)}/vocabulary.txt`;
  writeFileSync(file, "10\tcat\n20\tdog\n");
  const { TextFileInitializer, TextFileIndex } = tf.lookup;
  const lines = new StaticHashTable(
    new TextFileInitializer(file, "string", TextFileIndex.WHOLE_LINE, "int64", TextFileIndex.LINE_NUMBER),
    -1,
  );
  t.same((lines.lookup(["20\tdog"]) as tf.Tensor).array(), [1]);
  const fields = new StaticHashTable(new TextFileInitializer(file, "string", 1, "int64", 0), -1);
  t.same((fields.lookup(["dog", "cat", "cow"]) as tf.Tensor).array(), [20, 10, -1]);
  t.throws(() => new TextFileInitializer(file, "string", 5, "int64", 0), /expected field 5/);
  t.throws(() => new TextFileInitializer(`${file}.gone`, "string", 1, "int64", 0), /a file that can be read/);
});

t.test("contradictions are refused", async (t) => {
  t.throws(() => new KeyValueTensorInitializer(["a"], [1, 2]), /a value for each key/);
  t.throws(() => new StaticHashTable(new KeyValueTensorInitializer(["a", "a"], [1, 2]), 0), /one value for a key/);
  t.throws(() => new StaticHashTable(new KeyValueTensorInitializer(["a"], [1]), "x"), /a value of dtype int32/);
});
