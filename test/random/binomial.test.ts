// Binomial numbers by a chi-square test, and the same for any number of threads.

import t from "tap";
import * as tf from "../../lib/index.js";

const { random } = tf.keras;

t.test("binomial numbers are distributed as such", async (t) => {
  const [n, p, count] = [6, 0.3, 40000];
  const drawn = random.binomial([count], n, p, { seed: 5 }).data();
  const seen = Array.from({ length: n + 1 }, (_, k) => drawn.filter((x) => x === k).length);
  const choose = (k: number): number => (k === 0 ? 1 : (choose(k - 1) * (n - k + 1)) / k);
  const chi = seen.reduce((sum, found, k) => {
    const wanted = count * choose(k) * p ** k * (1 - p) ** (n - k);
    return sum + (found - wanted) ** 2 / wanted;
  }, 0);
  t.ok(chi < 22.5, `chi-square ${chi} with 6 degrees of freedom, exceeded once in 1,000`);
});

t.test("counts and probabilities broadcast; threads change nothing; wrong ones are errors", async (t) => {
  const draw = () => random.binomial([2, 3], [[0], [4]], [0, 1, 0.5], { seed: 9 });
  const once = draw();
  t.strictSame((once.array() as number[][])[0], [0, 0, 0]);
  t.strictSame((once.array() as number[][])[1]!.slice(0, 2), [0, 4]);
  const before = tf.config.get().threads;
  await tf.config.set({ threads: 1 });
  t.strictSame(draw().array(), once.array());
  await tf.config.set({ threads: before });
  t.equal(random.binomial([2], 3, 0.5, { dtype: "int32" }).dtype, "int32");
  t.throws(() => random.binomial([2], -1, 0.5), { name: "ValueError" });
  t.throws(() => random.binomial([2], 2.5, 0.5), { name: "ValueError" });
  t.throws(() => random.binomial([2], 3, 1.5), { name: "ValueError" });
});
