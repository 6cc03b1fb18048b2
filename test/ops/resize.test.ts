// Resizing by few taps: what gathered pixels give is what the matrix of all weights gives, in every mode of execution and for gradients.

import t from "tap";
import * as tf from "../../lib/index.js";
import * as keras from "../../lib/api/keras.js";

const { image } = keras.ops;

/** The same by its definition: each output pixel is the mean of input pixels, weighted by their distance. */
function expected(x: tf.Tensor, axis: 1 | 2, output: number, kernel: (distance: number) => number): tf.Tensor {
  const length = x.shape[axis]!;
  const matrix = Array.from({ length }, () => new Array<number>(output).fill(0));
  for (let o = 0; o < output; o++) {
    const place = ((o + 0.5) * length) / output - 0.5;
    const row = matrix.map((_, i) => kernel(Math.abs(place - i)));
    const total = row.reduce((a, b) => a + b, 0);
    row.forEach((weight, i) => (matrix[i]![o] = weight / total));
  }
  return keras.ops.moveaxis(keras.ops.matmul(keras.ops.moveaxis(x, axis, -1), matrix), -1, axis);
}

const cubic = (x: number): number => (x >= 2 ? 0 : x >= 1 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : (1.5 * x - 2.5) * x * x + 1);
const kernels = { bilinear: (x: number) => Math.max(0, 1 - x), bicubic: cubic } as const;

for (const interpolation of ["bilinear", "bicubic"] as const) {
  for (const [height, width] of [
    [3, 9],
    [1, 1],
    [16, 5],
    [7, 20],
  ] as const) {
    t.test(`${interpolation} to ${height}×${width}`, async (t) => {
      const x = tf.random.uniform([2, 7, 5, 3]);
      const resize = (given: tf.Tensor) => image.resize(given, [height, width], { interpolation });
      const kernel = kernels[interpolation];
      const rows = height === 7 ? x : expected(x, 1, height, kernel);
      const wanted = width === 5 ? rows : expected(rows, 2, width, kernel);
      // The table of cubic weights has steps of 1/1024.
      const tolerance = interpolation === "bicubic" ? 4e-3 : 1e-5;
      for (const got of [resize(x), tf.function(resize)(x)]) {
        t.same(got.shape, [2, height, width, 3]);
        const difference = tf.reduceMax(tf.abs(tf.subtract(got, wanted))).item();
        t.ok(difference < tolerance, `off by ${difference}`);
      }
      const tape = new tf.GradientTape();
      const total = tape.record(() => {
        tape.watch(x);
        return tf.reduceSum(resize(x));
      });
      const gradient = tape.gradient(total, x)!;
      t.ok(Math.abs(tf.reduceSum(gradient).item() - 2 * height * width * 3) < 1e-2, "every output pixel is worth one");
    });
  }
}

t.test("a size below 0 is refused", (t) => {
  t.throws(() => image.resize(tf.zeros([1, 4, 4, 1]), [1, -7]), {
    message: /^resize: given size \[1, -7\]; expected lengths of at least 0/,
  });
  t.end();
});
