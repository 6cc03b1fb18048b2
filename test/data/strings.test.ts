import t from "tap";
import { Dataset } from "../../lib/data/index.js";
import { TensorSpec } from "../../lib/graph/signature.js";
import { awaited, later, listed } from "../support/elements.js";

const texts = ["one", "two", "three", "four"];

t.test("strings go through a dataset as plain strings and arrays", async (t) => {
  const pairs = Dataset.fromTensorSlices([texts, [1, 2, 3, 4]]);
  t.strictSame(listed(Dataset.fromTensorSlices(texts)), texts);
  t.strictSame(listed(pairs.batch(3)), [
    [
      ["one", "two", "three"],
      [1, 2, 3],
    ],
    [["four"], [4]],
  ]);
  t.strictSame(listed(pairs.batch(2).unbatch()), listed(pairs), "unbatch takes batches apart");
  t.strictSame(listed(Dataset.fromTensorSlices({ text: texts }).batch(4)), [{ text: texts }]);
  t.strictSame(
    listed(
      Dataset.fromTensorSlices([
        ["a", "b"],
        ["c", "d"],
      ]).batch(2),
    ),
    [
      [
        ["a", "b"],
        ["c", "d"],
      ],
    ],
    "nested strings are one leaf",
  );
  t.strictSame(listed(Dataset.fromTensors(["a", "b"])), [["a", "b"]]);
  t.strictSame(
    [...(listed(Dataset.fromTensorSlices(texts).shuffle(4, { seed: 1 }).repeat(2).batch(8))[0] as string[])].sort(),
    [...texts, ...texts].sort(),
  );
});

t.test("functions of elements see strings and may give them", async (t) => {
  const upper = Dataset.fromTensorSlices(texts).map((text) => (text as string).toUpperCase());
  t.strictSame(listed(upper.batch(2)), [
    ["ONE", "TWO"],
    ["THREE", "FOUR"],
  ]);
  t.strictSame(listed(upper.batch(4).map((batch) => [(batch as string[]).map((text) => text.length), batch])), [
    [
      [3, 3, 5, 4],
      ["ONE", "TWO", "THREE", "FOUR"],
    ],
  ]);
  t.strictSame(listed(Dataset.fromTensorSlices(texts).filter((text) => (text as string).includes("o"))), ["one", "two", "four"]);
  t.strictSame(
    await awaited(Dataset.fromTensorSlices(texts).map((text) => later(`${text as string}!`))),
    texts.map((text) => `${text}!`),
  );
  const generated = Dataset.fromGenerator(() => texts[Symbol.iterator](), { outputSignature: new TensorSpec([], "string") });
  t.strictSame(listed(generated.take(1)), ["one"]);
  t.equal(String(Dataset.fromTensorSlices(texts).batch(2).elementSpec), "TensorSpec(shape=[null], dtype=string)");
});

t.test("strings that do not fit are refused", (t) => {
  t.throws(() => Dataset.fromTensorSlices([["a", "b"], ["c"]]), { name: "ShapeError", message: /1 values along axis 1/ });
  t.throws(() => listed(Dataset.fromGenerator(() => ["a", ["b"]][Symbol.iterator]()).batch(2)), { name: "ShapeError" });
  const numbers = Dataset.fromGenerator(() => [1][Symbol.iterator](), { outputSignature: new TensorSpec([], "string") });
  t.throws(() => listed(numbers), { name: "DtypeError", message: /strings/ });
  t.throws(() => Dataset.fromTensorSlices([texts, [1, 2]]), { name: "ShapeError", message: /2 rows/ });
  t.end();
});
