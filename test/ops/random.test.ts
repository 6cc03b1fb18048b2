// Random operations: distributions by their statistics, and the same numbers for the same seed however they are computed.

import t from "tap";
import * as tf from "../../lib/index.js";

const { random } = tf.keras;
const size = 200_000;

const statistics = (x: tf.Tensor) => {
  const values = Array.from(x.data());
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  return { mean, deviation, least: values.reduce((a, b) => Math.min(a, b)), greatest: values.reduce((a, b) => Math.max(a, b)) };
};

/** Five standard errors: one run in two million fails by chance, and the seeds are fixed. */
const near = (found: number, expected: number, deviation: number) => Math.abs(found - expected) < (5 * deviation) / Math.sqrt(size);

const draws: Readonly<Record<string, (seed: number) => tf.Tensor>> = {
  random_uniform: (seed) => random.uniform([size], { minval: -1, maxval: 3, seed }),
  random_normal: (seed) => random.normal([size], { mean: 2, stddev: 0.5, seed }),
  random_truncated_normal: (seed) => random.truncatedNormal([size], { mean: 2, stddev: 0.5, seed }),
  random_integers: (seed) => random.randint([size], -3, 5, { seed }),
  dropout: (seed) => random.dropout(tf.ones([size]), 0.3, { seed }),
};

t.test("random_uniform lies evenly in its range", async (t) => {
  const { mean, deviation, least, greatest } = statistics(draws["random_uniform"]!(1));
  t.ok(near(mean, 1, 4 / Math.sqrt(12)), `mean ${mean}`);
  t.ok(Math.abs(deviation - 4 / Math.sqrt(12)) < 0.01, `deviation ${deviation}`);
  t.ok(least >= -1 && least < -0.999 && greatest < 3 && greatest > 2.999, `${least} to ${greatest}`);
});

t.test("random_normal has its mean and deviation, and tails", async (t) => {
  const x = draws["random_normal"]!(2);
  const { mean, deviation, least, greatest } = statistics(x);
  t.ok(near(mean, 2, 0.5), `mean ${mean}`);
  t.ok(Math.abs(deviation - 0.5) < 0.005, `deviation ${deviation}`);
  t.ok(least < 0.2 && greatest > 3.8, `${least} to ${greatest}`);
  const within = Array.from(x.data()).reduce((count, value) => count + (Math.abs(value - 2) < 0.5 ? 1 : 0), 0) / size;
  t.ok(Math.abs(within - 0.6827) < 0.005, `${within} within one deviation`);
});

t.test("random_truncated_normal stays within two deviations", async (t) => {
  const { mean, deviation, least, greatest } = statistics(draws["random_truncated_normal"]!(3));
  t.ok(near(mean, 2, 0.5), `mean ${mean}`);
  t.ok(Math.abs(deviation - 0.5 * 0.8796) < 0.005, `deviation ${deviation}`);
  t.ok(least >= 1 && least < 1.01 && greatest <= 3 && greatest > 2.99, `${least} to ${greatest}`);
});

t.test("random_integers take each value equally often", async (t) => {
  const x = draws["random_integers"]!(4);
  t.equal(x.dtype, "int32");
  const counts = new Map<number, number>();
  for (const value of x.data()) counts.set(value, (counts.get(value) ?? 0) + 1);
  t.strictSame(
    [...counts.keys()].sort((a, b) => a - b),
    [-3, -2, -1, 0, 1, 2, 3, 4],
  );
  for (const count of counts.values()) t.ok(Math.abs(count - size / 8) < 5 * Math.sqrt(size / 8), `${count}`);
});

t.test("dropout drops its part and scales the rest; its gradient drops the same", async (t) => {
  const x = draws["dropout"]!(5);
  const scale = Math.fround(1 / 0.7);
  t.ok(x.data().every((value) => value === 0 || value === scale));
  const kept = Array.from(x.data()).reduce((count, value) => count + (value === 0 ? 0 : 1), 0);
  t.ok(Math.abs(kept - 0.7 * size) < 5 * Math.sqrt(0.21 * size), `${kept} kept`);

  const ones = tf.variable(tf.ones([64]));
  const tape = new tf.GradientTape();
  const y = tape.record(() => random.dropout(ones, 0.5, { seed: 6 }));
  t.strictSame(tape.gradient(y, ones)?.array(), y.array());
  t.strictSame(random.dropout(tf.ones([4]), 0, { seed: 1 }).array(), [1, 1, 1, 1]);
  t.strictSame(random.dropout(tf.ones([4]), 1, { seed: 1 }).array(), [0, 0, 0, 0]);
});

for (const [name, draw] of Object.entries(draws))
  t.test(`${name}: a seed gives the same numbers eager, traced and on any number of threads`, async (t) => {
    const expected = Buffer.from(draw(7).data().buffer);
    t.notOk(expected.equals(Buffer.from(draw(8).data().buffer)));
    const before = tf.config.threading.getIntraOpParallelismThreads();
    for (const threads of [1, 3]) {
      tf.config.threading.setIntraOpParallelismThreads(threads);
      t.ok(expected.equals(Buffer.from(draw(7).data().buffer)), `${threads} threads`);
    }
    tf.config.threading.setIntraOpParallelismThreads(before);
    t.ok(
      expected.equals(
        Buffer.from(
          tf
            .function(() => draw(7))()
            .data().buffer,
        ),
      ),
      "traced",
    );
  });

t.test("a generator gives new numbers at each call, also from a traced function", async (t) => {
  const seed = new random.SeedGenerator(9);
  const draw = () => random.uniform([4], { seed });
  const traced = tf.function(draw);
  const rows = [draw(), draw(), traced(), traced()].map(String);
  t.equal(new Set(rows).size, 4);
});
