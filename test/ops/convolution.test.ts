// Gradients of convolution and pooling, of whatever kernel they come from. These operations are linear in each of their inputs (pooling:
// near them), so that the sum of y · dy equals the sum of x · dx, and of w · dw; and the same holds for the gradients' own gradients.

import t, { type Test } from "tap";
import * as tf from "../../lib/index.js";

const { ops } = tf.keras;
type Tensor = tf.Tensor;

const modes: Readonly<Record<string, <R>(fn: () => R) => () => R>> = { eager: (fn) => fn, traced: (fn) => tf.function(fn) };

let seed = 1;
const random = (shape: number[]): Tensor => tf.random.normal(shape, { seed: seed++ });
const inner = (a: Tensor, b: Tensor): Tensor => tf.reduceSum(tf.multiply(a, b));

function near(t: Test, found: Tensor, expected: Tensor, what: string): void {
  const [a, b] = [found.item(), expected.item()];
  t.ok(Math.abs(a - b) <= 2e-4 * (Math.abs(b) + 30), `${what}: ${a} for ${b}`);
}

/** First and second gradients of an operation that is linear in each of the inputs. */
function check(t: Test, name: string, shapes: number[][], op: (...inputs: Tensor[]) => Tensor): void {
  for (const [mode, run] of Object.entries(modes)) {
    const inputs = shapes.map((shape) => tf.variable(random(shape)));
    const dy = tf.variable(random(op(...inputs.map((input) => input.value())).shape as number[]));
    const directions = shapes.map(random);
    const results = run(() => {
      const outer = new tf.GradientTape({ persistent: true });
      const first = outer.record(() => {
        const tape = new tf.GradientTape();
        const y = tape.record(() => inner(op(...inputs.map((input) => input.value())), dy.value()));
        return [y, ...tape.gradient(y, inputs)] as Tensor[];
      });
      const [y, ...gradients] = first as [Tensor, ...Tensor[]];
      const lines = gradients.map((gradient, i) => {
        const along = outer.record(() => inner(gradient, directions[i]!));
        const second = outer.gradient(along, [...inputs, dy]);
        return [along, ...[...inputs, dy].map((input, j) => (second[j] ? inner(input.value(), second[j]) : tf.constant(NaN)))] as Tensor[];
      });
      return [y, ...gradients.map((gradient, i) => inner(inputs[i]!.value(), gradient)), ...lines.flat()] as Tensor[];
    })();
    const [y, ...rest] = results as [Tensor, ...Tensor[]];
    const sums = rest.splice(0, inputs.length);
    sums.forEach((sum, i) => near(t, sum, y, `${name} (${mode}), input ${i}`));
    inputs.forEach((_, i) => {
      const [along, ...others] = rest.splice(0, inputs.length + 2) as [Tensor, ...Tensor[]];
      others.forEach((sum, j) => {
        if (!Number.isNaN(sum.item())) near(t, sum, along, `${name} (${mode}), gradient of input ${i} in ${j}`);
      });
      t.notOk(Number.isNaN(others.at(-1)!.item()), `${name} (${mode}), gradient of input ${i} depends on dy`);
    });
  }
}

t.test("convolutions", async (t) => {
  check(t, "general", [[2, 9, 8, 20], [4, 2, 20, 9]], (x, w) => ops.conv(x, w, { padding: "same" })); // prettier-ignore
  check(t, "strided", [[2, 11, 10, 16], [3, 3, 16, 24]], (x, w) => ops.conv(x, w, { strides: 2, padding: "same" })); // prettier-ignore
  check(t, "dilated", [[2, 11, 10, 16], [3, 3, 16, 24]], (x, w) => ops.conv(x, w, { dilationRate: [2, 3] })); // prettier-ignore
  check(t, "3 × 3", [[3, 9, 10, 16], [3, 3, 16, 20]], (x, w) => ops.conv(x, w)); // prettier-ignore
  check(t, "3 × 3, padded", [[2, 8, 7, 20], [3, 3, 20, 16]], (x, w) => ops.conv(x, w, { padding: "same" })); // prettier-ignore
  check(
    t,
    "few channels",
    [
      [2, 9, 8, 3],
      [3, 3, 3, 10],
    ],
    (x, w) => ops.conv(x, w, { padding: "same", strides: [1, 2] }),
  );
  check(t, "first layer", [[2, 9, 8, 1], [3, 3, 1, 16]], (x, w) => ops.conv(x, w)); // prettier-ignore
  check(t, "first layer of colors", [[2, 7, 6, 3], [3, 3, 3, 16]], (x, w) => ops.conv(x, w, { padding: "same" })); // prettier-ignore
  check(
    t,
    "one filter",
    [
      [2, 7, 6, 12],
      [3, 2, 12, 1],
    ],
    (x, w) => ops.conv(x, w, { padding: "same", dilationRate: [1, 2] }),
  );
  check(t, "groups", [[2, 6, 6, 12], [3, 2, 4, 9]], (x, w) => ops.conv(x, w)); // prettier-ignore
  check(t, "channels first", [[2, 3, 9], [4, 3, 5]], (x, w) => ops.conv(x, w, { dataFormat: "channels_first" })); // prettier-ignore
  check(t, "causal", [[2, 9, 5], [4, 5, 6]], (x, w) => ops.conv(x, w, { padding: "causal", dilationRate: 2 })); // prettier-ignore
  check(t, "3-D", [[1, 4, 5, 6, 13], [2, 3, 2, 13, 5]], (x, w) => ops.conv(x, w, { padding: "same" })); // prettier-ignore
  check(
    t,
    "depthwise",
    [
      [2, 7, 6, 5],
      [3, 3, 5, 1],
    ],
    (x, w) => ops.depthwiseConv(x, w, { padding: "same", strides: 2 }),
  );
  check(t, "depthwise, multiplied", [[2, 7, 6, 3], [3, 2, 3, 4]], (x, w) => ops.depthwiseConv(x, w)); // prettier-ignore
  check(
    t,
    "transposed",
    [
      [2, 5, 4, 6],
      [3, 2, 7, 6],
    ],
    (x, w) => ops.convTranspose(x, w, { strides: [2, 3], padding: "same" }),
  );
  check(t, "separable", [[2, 6, 7, 3], [3, 3, 3, 2], [1, 1, 6, 5]], (x, w, p) => ops.separableConv(x, w, p)); // prettier-ignore
});

t.test("pooling", async (t) => {
  check(t, "max", [[2, 7, 8, 5]], (x) => ops.maxPool(x, 2));
  check(t, "max, overlapping", [[2, 7, 8, 5]], (x) => ops.maxPool(x, 3, { strides: 2, padding: "same" }));
  check(t, "average", [[2, 7, 8, 5]], (x) => ops.averagePool(x, [2, 3], { strides: 1, padding: "same" }));
  check(t, "adaptive max", [[2, 7, 8, 5]], (x) => ops.adaptiveMaxPool(x, [3, 4]));
  check(t, "adaptive average", [[2, 7, 3]], (x) => ops.adaptiveAveragePool(x, 4));
});

t.test("bias and relu in the convolution's store give what they give after it", async (t) => {
  for (const [channels, filters] of [
    [1, 8],
    [16, 16],
    [20, 9],
  ] as const) {
    // prettier-ignore
    const [x, w, b] = [random([2, 8, 9, channels]), random([3, 3, channels, filters]), random([filters])];
    const layer = (x: Tensor, w: Tensor, b: Tensor) => ops.relu(tf.add(ops.conv(x, w, { padding: "same" }), b));
    const [apart, fused] = [layer(x, w, b).data(), tf.function(layer)(x, w, b).data()];
    t.ok(
      apart.every((value, i) => Math.abs(value - fused[i]!) < 1e-5),
      `${channels} to ${filters} channels`,
    );
  }
});

t.test("errors name what does not fit", async (t) => {
  const x = tf.zeros([1, 5, 5, 4]);
  t.throws(() => ops.conv(x, tf.zeros([3, 3, 3, 8])), { message: /conv: given inputs \[1, 5, 5, 4\].*divide into groups/ });
  t.throws(() => ops.conv(x, tf.zeros([6, 6, 4, 8])), { message: /a window that fits/ });
  t.throws(() => ops.conv(x, tf.zeros([3, 4, 8])), { message: /a kernel of the same rank/ });
  t.throws(() => ops.conv(x, tf.zeros([3, 3, 4, 8]), { strides: [1, 2, 3] }), { message: /conv: strides: given \[1, 2, 3\]/ });
  t.throws(() => ops.conv(x, tf.zeros([3, 3, 4, 8]), { padding: "full" as "same" }), { message: /"valid", "same"/ });
  t.throws(() => ops.conv(tf.zeros([5, 4]), tf.zeros([4, 8])), { message: /rank 3, 4 or 5/ });
  t.throws(() => ops.maxPool(x, 6), { message: /windows that fit/ });
  t.throws(() => ops.depthwiseConv(x, tf.zeros([3, 3, 5, 1])), { message: /as many channels in the kernel \(5\)/ });
});
