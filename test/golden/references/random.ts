// Random numbers, by the moments of their distributions, within some five standard errors; shuffles by what they keep.

import * as tf from "../../../lib/index.js";
import { expectValue, named, reference, value } from "./rows.js";

const count = 20_000;

/** Mean and standard deviation of what a function gives. */
function moments(names: string | readonly string[], args: readonly unknown[], mean: number, deviation: number, tolerance = 0.05): void {
  for (const name of [names].flat())
    reference(name, () => {
      tf.keras.utils.setRandomSeed(7);
      const drawn = Array.from((named(name)(...args) as tf.Tensor).data(), Number);
      const average = drawn.reduce((sum, x) => sum + x, 0) / drawn.length;
      const spread = Math.sqrt(drawn.reduce((sum, x) => sum + (x - average) ** 2, 0) / drawn.length);
      expectValue([average, spread], [mean, deviation], tolerance);
      const [first, second] = [0, 1].map(() => {
        tf.keras.utils.setRandomSeed(8);
        return (named(name)(...args) as tf.Tensor).array();
      });
      expectValue(first, second);
    });
}

/** Of a normal distribution that is cut at two standard deviations. */
const cut = 0.8796;
const seed = [3, 4];
moments(["keras.random.normal", "tf.random.normal"], [[count], 1, 2], 1, 2);
moments("tf.random.statelessNormal", [[count], seed, 1, 2], 1, 2);
moments(["keras.random.truncatedNormal", "tf.random.truncatedNormal"], [[count], 1, 2], 1, 2 * cut);
moments("tf.random.statelessTruncatedNormal", [[count], seed, 1, 2], 1, 2 * cut);
moments(["keras.random.uniform", "tf.random.uniform"], [[count], 2, 6], 4, 4 / Math.sqrt(12));
moments("tf.random.statelessUniform", [[count], seed, 2, 6], 4, 4 / Math.sqrt(12));
moments("tf.random.statelessGamma", [[count], seed, 4, 2], 2, 1);
moments("tf.random.statelessPoisson", [[count], seed, 4], 4, 2);
moments("tf.random.statelessBinomial", [[count], seed, 10, 0.5], 5, Math.sqrt(2.5));
moments("tf.random.statelessParameterizedTruncatedNormal", [[count], seed, 1, 2, -3, 5], 1, 2 * cut);
// TensorFlow's own numbers.
value("tf.random.statelessCategorical", [[[1, 2, 0.5], [0, 0, 3]], 6, [1, 2]], [[1, 2, 0, 1, 1, 1], [2, 2, 2, 2, 2, 2]]); // prettier-ignore
value("tf.random.foldIn", [[1, 2], 3], [1105988140, 3]);
value(
  "tf.random.experimental.statelessShuffle",
  [
    [0, 1, 2, 3, 4, 5, 6, 7],
    [1, 2],
  ],
  [4, 2, 1, 7, 3, 6, 0, 5],
);
for (const name of ["tf.random.split", "tf.random.experimental.statelessSplit"])
  reference(name, () => {
    // The last digits: float32, in which rows are compared, does not hold all of them.
    const seeds = named(name)([1, 2], 2) as tf.Tensor;
    expectValue(
      Array.from(seeds.data(), (each) => each % 1000),
      [140, 849, -2, 179],
    );
  });
reference("tf.random.Generator", () => {
  const made = tf.random.Generator.fromKeyCounter(5, [1, 2], "philox");
  expectValue(made.uniform([2]), [0.26458251, 0.3412656]);
  expectValue(made.state.value(), [1 + 2 * 256, 0, 2, 0, 5, 0]);
  made.resetFromKeyCounter(9, [3, 4]);
  expectValue(made.state.value(), [3, 0, 4, 0, 9, 0]);
  expectValue(made.binomial([3], [0, 5, 9], 1), [0, 5, 9]);
});
moments("keras.random.randint", [[count], 0, 5], 2, Math.sqrt(2));
moments("tf.random.uniform", [[count], 0, 5, { dtype: "int32" }], 2, Math.sqrt(2));
moments("keras.random.beta", [[count], 2, 3], 0.4, 0.2);
moments("keras.random.gamma", [[count], 4], 4, 2);
moments("tf.random.gamma", [[count], 4, 2], 2, 1);
moments("tf.random.poisson", [[count], 4], 4, 2);
moments("keras.random.binomial", [[count], 10, 0.5], 5, Math.sqrt(2.5));
moments(["keras.random.categorical", "tf.random.categorical"], [[[0, Math.log(3)]], count], 0.75, Math.sqrt(0.1875));
moments("keras.random.dropout", [tf.ones([count]), 0.25], 1, Math.sqrt(1 / 3));

reference("keras.random.dropout", () => {
  const kept = new Set((named("keras.random.dropout")(tf.ones([200]), 0.75, { seed: 1 }) as tf.Tensor).array() as number[]);
  expectValue([...kept].sort(), [0, 4]);
});
reference("keras.random.randint", () => {
  const drawn = (named("keras.random.randint")([200], 0, 5, { seed: 1 }) as tf.Tensor).array() as number[];
  expectValue([...new Set(drawn)].sort(), [0, 1, 2, 3, 4]);
});

for (const name of ["keras.random.shuffle", "tf.random.shuffle"])
  reference(name, () => {
    const numbers = Array.from({ length: 50 }, (_, i) => i);
    const shuffled = (named(name)(tf.constant(numbers)) as tf.Tensor).array() as number[];
    expectValue(
      [...shuffled].sort((a, b) => a - b),
      numbers,
    );
    expectValue(shuffled.join() === numbers.join(), false);
  });

const picture = tf.reshape(tf.constant(Array.from({ length: 12 }, (_, i) => i / 12)), [2, 2, 3]);
/** A random change of a picture whose range is a point is that change. */
const fixed: Readonly<Record<string, readonly [args: readonly unknown[], expected: () => tf.Tensor]>> = {
  randomContrast: [[2, 2.0001], () => tf.image.adjustContrast(picture, 2)],
  randomSaturation: [[0.5, 0.50001], () => tf.image.adjustSaturation(picture, 0.5)],
  randomBrightness: [[1e-7], () => picture],
  randomHue: [[1e-7], () => picture],
  randomCrop: [[[2, 2, 3]], () => picture],
};
for (const [name, [args, expected]] of Object.entries(fixed))
  reference(`tf.image.${name}`, () => expectValue(named(`tf.image.${name}`)(picture, ...args), expected().array(), 1e-3));
for (const [name, axis] of [
  ["randomFlipLeftRight", 1],
  ["randomFlipUpDown", 0],
  ["statelessRandomFlipUpDown", 0],
] as const)
  // prettier-ignore
  reference(`tf.image.${name}`, () => {
    const [plain, flipped] = [picture, tf.reverse(picture, [axis])].map((each) => JSON.stringify(each.array()));
    const given = Array.from({ length: 24 }, (_, i) =>
      JSON.stringify((named(`tf.image.${name}`)(picture, name.startsWith("stateless") ? [i, 1] : i) as tf.Tensor).array()),
    );
    expectValue([...new Set(given)].sort(), [plain, flipped].sort());
  });
