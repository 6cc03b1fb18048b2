// Decoding for connectionist temporal classification, against all alignments of small samples counted one by one.

import t from "tap";
import * as tf from "../../lib/index.js";
import { generator } from "../kernels/reference.js";

const { ops } = tf.keras;

/** The probability of every label sequence: the sum over all its alignments. */
function sequencesOf(logits: readonly (readonly number[])[], blank: number): Map<string, number> {
  const rows = logits.map((row) => {
    const total = row.reduce((sum, x) => sum + Math.exp(x), 0);
    return row.map((x) => Math.exp(x) / total);
  });
  const found = new Map<string, number>();
  const visit = (time: number, path: readonly number[], probability: number): void => {
    if (time < rows.length) return rows[time]!.forEach((p, label) => visit(time + 1, [...path, label], probability * p));
    const labels = path.filter((label, i) => label !== blank && label !== path[i - 1]).join();
    found.set(labels, (found.get(labels) ?? 0) + probability);
  };
  visit(0, [], 1);
  return found;
}

t.test("a beam search that is wide enough finds the most probable sequences of all", async (t) => {
  const next = generator(7);
  for (const blank of [0, 1, 2]) {
    const logits = Array.from({ length: 3 }, () => Array.from({ length: 5 }, () => Array.from({ length: 3 }, () => next() * 4 - 2)));
    const lengths = [5, 3, 4];
    const decode = (x: tf.Tensor, y: tf.Tensor) =>
      ops.ctcDecode(x, y, { strategy: "beam_search", beamWidth: 80, topPaths: 4, maskIndex: blank });
    for (const run of [decode, tf.function(decode)]) {
      const [sequences, scores] = run(tf.constant(logits), tf.constant(lengths, { dtype: "int32" }));
      logits.forEach((sample, i) => {
        const best = [...sequencesOf(sample.slice(0, lengths[i]), blank)].sort((a, b) => b[1] - a[1]).slice(0, 4);
        best.forEach(([labels, probability], k) => {
          const found = (sequences.array() as number[][][])[k]![i]!.filter((label) => label >= 0).join();
          t.equal(found, labels, `sample ${i}, blank ${blank}, place ${k}`);
          t.ok(Math.abs((scores.array() as number[][])[i]![k]! - Math.log(probability)) < 1e-4, "its probability");
        });
      });
    }
  }
});

t.test("greedy decoding merges repeats, drops blanks and stops where a sample ends", async (t) => {
  const path = [[1, 1, 0, 1, 2, 2], [2, 0, 0, 1, 1, 1]]; // prettier-ignore
  const logits = ops.multiply(ops.oneHot(tf.constant(path, { dtype: "int32" }), 3), 2);
  const [merged, scores] = ops.ctcDecode(logits, [6, 4]);
  t.strictSame(merged.array(), [[[1, 1, 2, -1, -1, -1], [2, 1, -1, -1, -1, -1]]]); // prettier-ignore
  t.strictSame(scores.array(), [[-12], [-8]]);
  const [all] = ops.ctcDecode(logits, [6, 4], { mergeRepeated: false });
  t.strictSame(all.array(), [[[1, 1, 1, 2, 2, -1], [2, 1, -1, -1, -1, -1]]]); // prettier-ignore
  t.throws(() => ops.ctcDecode(logits, [6, 4], { strategy: "best" }), { name: "ValueError" });
  t.throws(() => ops.ctcDecode(logits, [6, 4], { strategy: "beam_search", topPaths: 3, beamWidth: 2 }), { name: "ValueError" });
  t.throws(() => ops.ctcDecode([[1, 2]], [2]), { name: "ShapeError" });
});
