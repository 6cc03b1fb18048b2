import t from "tap";
import * as tf from "../../lib/index.js";

const { ops } = tf.keras;

t.test("the gradient of gammainc in x is the gamma density (gamma_density): xᵃ⁻¹ e⁻ˣ / Γ(a)", async (t) => {
  const a = tf.constant([1, 2, 3, 5, 0.5]);
  const x = tf.constant([0.5, 1.5, 2, 7, 0.25]);
  const tape = new tf.GradientTape();
  tape.watch(x);
  const y = tape.record(() => ops.gammainc(a, x));
  const gammas = [1, 1, 2, 24, Math.sqrt(Math.PI)];
  const [as, xs] = [a.data(), x.data()];
  tape
    .gradient(y, x)!
    .data()
    .forEach((density, i) => {
      const expected = (xs[i]! ** (as[i]! - 1) * Math.exp(-xs[i]!)) / gammas[i]!;
      t.ok(Math.abs(density - expected) <= 1e-5 * expected, `a = ${as[i]}, x = ${xs[i]}: ${density} and ${expected}`);
    });
});
