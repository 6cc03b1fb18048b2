import t from "tap";
import * as tf from "../../lib/index.js";

const { ops } = tf.keras;

// The gradient of a gradient: max_pool_pick fetches what max_pool_gradient spread.
t.test("max_pool_pick: the gradient can be differentiated, to the elements that won", async (t) => {
  const image = [5, 1, 2, 6, 0, 3, -7, 4, 8, 2, 9, 1, 1, 7, 2, 3].map((value) => value / 2);
  const wins = image.map((value) => ([5, 6, 8, 9].includes(value * 2) ? 1 : 0));
  const x = tf.variable(tf.constant(Float32Array.from(image), { shape: [1, 4, 4, 1] }));
  for (const run of [(fn: () => tf.Tensor[]) => fn, (fn: () => tf.Tensor[]) => tf.function(fn)]) {
    const [first, second, third] = run(() => {
      const tapes = [new tf.GradientTape(), new tf.GradientTape(), new tf.GradientTape()];
      let first!: tf.Tensor;
      let second!: tf.Tensor;
      tapes[0]!.record(() => {
        second = tapes[1]!.record(() => {
          const cubes = tapes[2]!.record(() => ops.maxPool(tf.pow(x, 3), 2));
          return (first = tapes[2]!.gradient(cubes, x)!);
        });
        return (second = tapes[1]!.gradient(second, x)!);
      });
      return [first, second, tapes[0]!.gradient(second, x)!];
    })();
    const expected = (derivative: (value: number) => number) => image.map((value, i) => wins[i]! * derivative(value));
    t.strictSame(
      [...first!.data()],
      expected((value) => 3 * value ** 2),
    );
    t.strictSame(
      [...second!.data()],
      expected((value) => 6 * value),
    );
    t.strictSame(
      [...third!.data()],
      expected(() => 6),
    );
  }
});
