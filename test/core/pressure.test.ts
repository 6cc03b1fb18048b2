// Synchronous loops under memory pressure: what makes variables, models and programs goes on, and what is still used has its values.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import t from "tap";
import * as tf from "../../lib/index.js";
import { blockBytes, usedBytes } from "../../lib/runtime/heap.js";

const MEGABYTE = 1 << 20;
const { keras } = tf;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

t.before(() => tf.config.set({ memoryLimit: 16 * MEGABYTE }));

t.test("a loop that makes models and calls them goes on", async (t) => {
  const kept = tf.variable(tf.fill([1000], 3));
  const program = tf.function((x: tf.Tensor) => x.mul(kept).sum());
  t.equal(program(tf.ones([1000])).item(), 3000);
  for (let i = 0; i < 3000; i++) {
    const model = new keras.Sequential([new keras.layers.Dense(64, { activation: "relu" }), new keras.layers.Dense(10)]);
    model(tf.ones([1, 64]));
  }
  t.ok(usedBytes() < 64 * MEGABYTE, `${usedBytes()} bytes`);
  kept.assignAdd(tf.ones([1000]));
  t.equal(program(tf.ones([1000])).item(), 4000, "a program that was unloaded runs with the variable where it is now");
});

t.test("a loop that traces functions goes on", async (t) => {
  const state = tf.variable(tf.zeros([256]));
  const count = tf.function((x: tf.Tensor) => state.assignAdd(x).value().sum());
  for (let i = 0; i < 3000; i++) {
    const w = tf.variable(tf.fill([64, 64], i));
    const f = tf.function((x: tf.Tensor) => tf.reduceSum(tf.matmul(x, w)));
    t.ok(f(tf.ones([1, 64])).item() === i * 64 * 64 || i >= 2000); // whole numbers up to 2²⁴ are exact
    if (i % 500 === 0) count(tf.ones([256]));
  }
  t.equal(count(tf.ones([256])).item(), 7 * 256);
  t.ok(usedBytes() < 64 * MEGABYTE, `${usedBytes()} bytes`);
});

t.test("weights that were prepared for a program are prepared again", async (t) => {
  const layer = new keras.layers.Conv2D(16, 3, { kernelInitializer: "ones" });
  const f = tf.function((x: tf.Tensor) => layer.call(x) as tf.Tensor);
  layer.build([null, 16, 16, 16]);
  const x = tf.ones([1, 16, 16, 16]);
  const before = f(x).data();
  for (let i = 0; i < 200; i++) tf.function((x: tf.Tensor) => tf.matmul(x, x))(tf.ones([128, 128]));
  t.same(f(x).data(), before);
});

t.test("constants of programs outlive the scope in which they were traced", async (t) => {
  const layer = new keras.layers.GRU(8, { resetAfter: false, returnSequences: true });
  const x = tf.ones([2, 3, 4]);
  layer(x);
  const f = tf.function((x: tf.Tensor) => {
    const tape = new tf.GradientTape();
    tape.watch(x);
    const y = tape.record(() => tf.tidy(() => (layer(x) as tf.Tensor).mul(tf.add(tf.ones([3, 8]), tf.ones([3, 8])))));
    return tape.gradient(y, [x, ...layer.trainableVariables]) as tf.Tensor[];
  });
  const open = tf.function((x: tf.Tensor) => (layer(x) as tf.Tensor).mul(tf.ones([3, 8])), {
    inputSignature: [new tf.TensorSpec([null, 3, 4], "float32")],
  });
  const all = () => tf.tidy(() => [...f(x), open(x)].map((y) => y.data().slice()));
  const before = all();
  for (let i = 0; i < 200; i++) tf.function((x: tf.Tensor) => tf.matmul(x, x))(tf.ones([128, 128]));
  t.same(all(), before);
});

t.test("branches and gradients work in programs that were unloaded", async (t) => {
  const w = tf.variable(tf.ones([1000]));
  const f = tf.function((x: tf.Tensor) => {
    const tape = new tf.GradientTape();
    const y = tape.record(() =>
      tf.cond(
        tf.greater(tf.reduceSum(x), 0),
        () => tf.reduceSum(x.mul(w)),
        () => tf.reduceSum(w),
      ),
    );
    w.assignSub(tape.gradient(y, w)!);
    return y;
  });
  t.equal(f(tf.ones([1000])).item(), 1000);
  for (let i = 0; i < 200; i++) tf.function((x: tf.Tensor) => tf.matmul(x, x))(tf.ones([128, 128]));
  t.equal(f(tf.ones([1000])).item(), 0);
  t.equal(f(tf.fill([1000], -1)).item(), -1000);
});

t.test(
  "memory of variables and programs is given back when nobody needs them",
  { skip: !globalThis.gc && "needs --expose-gc" },
  async (t) => {
    const make = () => {
      const w = tf.variable(tf.ones([256, 256]));
      w.assignAdd(1);
      tf.function((x: tf.Tensor) => tf.reduceSum(tf.matmul(x, w)))(tf.ones([1, 256])).item();
    };
    make();
    const settled = async () => {
      for (let i = 0; i < 5; i++) {
        collect();
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return usedBytes();
    };
    const before = await settled();
    for (let i = 0; i < 20; i++) make();
    t.ok((await settled()) <= before + blockBytes(1024));
  },
);
