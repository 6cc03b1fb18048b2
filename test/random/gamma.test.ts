import t from "tap";
import * as tf from "../../lib/index.js";

const { random } = tf.keras;

/** Mean and variance of many numbers. */
function moments(values: ArrayLike<number>): [mean: number, variance: number] {
  let [sum, squares] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    sum += values[i]!;
    squares += values[i]! ** 2;
  }
  const mean = sum / values.length;
  return [mean, squares / values.length - mean ** 2];
}

const near = (t: { ok(value: boolean, message: string): unknown }, value: number, expected: number, what: string): void =>
  void t.ok(Math.abs(value - expected) < 0.03 * Math.max(1, expected), `${what}: ${value}, expected ${expected}`);

t.test("gamma and beta numbers have the moments of their distributions", (t) => {
  for (const alpha of [0.2, 1, 3.5]) {
    const [mean, variance] = moments(random.gamma([40_000], alpha, { seed: 1 }).data());
    near(t, mean, alpha, `mean of gamma ${alpha}`);
    near(t, variance, alpha, `variance of gamma ${alpha}`);
  }
  for (const [a, b] of [
    [0.2, 0.2],
    [2, 5],
  ] as const) {
    // prettier-ignore
    const values = random.beta([40_000], a, b, { seed: 2 }).data();
    const [mean, variance] = moments(values);
    near(t, mean, a / (a + b), `mean of beta ${a}, ${b}`);
    near(t, variance, (a * b) / ((a + b) ** 2 * (a + b + 1)), `variance of beta ${a}, ${b}`);
    t.ok(values.every((value) => value >= 0 && value <= 1));
  }
  t.ok(random.beta([1000], 1e-6, 1e-6, { seed: 3 }).data().every(Number.isFinite), "tiny parameters give 0 and 1, not NaN");
  t.strictSame(random.gamma([3], 2, { seed: 5 }).array(), random.gamma([3], 2, { seed: 5 }).array());
  t.throws(() => random.gamma([3], 0), { message: /gamma.alpha: given 0/ });
  t.end();
});
