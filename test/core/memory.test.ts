import t from "tap";
import * as tf from "../../lib/index.js";

const MEGABYTE = 1 << 20;
const resident = () => process.memoryUsage().rss / MEGABYTE;

t.test("a synchronous loop that never lets the event loop turn stays within its limit", async (t) => {
  await tf.config.set({ memoryLimit: 64 * MEGABYTE });
  const one = tf.ones([MEGABYTE / 4]);
  const kept = tf.constant(5, { shape: [MEGABYTE / 4] });
  let sum = kept;
  for (let i = 0; i < 500; i++) sum = sum.add(one);
  const before = resident();
  for (let i = 0; i < 1000; i++) sum = sum.add(one); // 1 GB of results
  t.equal(sum.view()[17], 1505);
  t.equal(kept.view()[17], 5, "what was spilled has its values");
  t.ok(tf.config.get().tensorBytes <= 64 * MEGABYTE, `${tf.config.get().tensorBytes} bytes of tensors`);
  t.ok(resident() < before + 200, `grew from ${before.toFixed(0)} to ${resident().toFixed(0)} MB`);
});

t.test("an eager training loop with tapes stays flat", async (t) => {
  const w = tf.variable(tf.ones([256, 64]));
  const x = tf.constant(0.01, { shape: [32, 256, 1] });
  const step = () => {
    const tape = new tf.GradientTape();
    const loss = tape.record(() => tf.reduceMean(x.mul(w)));
    w.assignSub(tape.gradient(loss, w)!.mul(0.1));
  };
  for (let i = 0; i < 30; i++) step();
  const before = resident();
  for (let i = 0; i < 150; i++) {
    step();
    if (i % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  t.ok(resident() < before + 150, `grew from ${before.toFixed(0)} to ${resident().toFixed(0)} MB`);
});

t.test("tidy frees at once what its result does not hold", async (t) => {
  const x = tf.ones([1000]);
  tf.add(x, 1);
  const before = tf.config.get().tensorBytes;
  const [y, outside] = tf.tidy(() => {
    const a = x.add(1);
    const b = a.mul(2);
    return [b.reshape([10, 100]), 7] as const;
  });
  t.equal(y.view()[3], 4);
  t.equal(outside, 7);
  t.ok(tf.config.get().tensorBytes - before <= 4096, "one result is left");
  y.dispose();
  t.throws(() => y.data(), /tensor: given a tensor that was disposed/);
});

t.test("more than there is room for is an error, and everything goes on", async (t) => {
  t.throws(() => tf.zeros([1 << 15, 1 << 15, 4]), tf.MemoryError);
  t.equal(tf.ones([3]).sum().item(), 3);
});
