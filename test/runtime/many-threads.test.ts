// More threads than any table of theirs was thought for: what they compute is what one computes.

import t from "tap";
import * as tf from "../../lib/index.js";

t.test("66 threads", async (t) => {
  t.setTimeout(600_000); // 65 workers start
  const { threading } = tf.config;
  const before = threading.getIntraOpParallelismThreads();
  t.teardown(() => threading.setIntraOpParallelismThreads(before));
  const x = tf.random.normal([256, 256], { seed: 1 });
  const step = tf.function((x: tf.Tensor) => tf.tanh(tf.matmul(tf.keras.ops.softmax(x), x)));
  threading.setIntraOpParallelismThreads(1);
  const values = () => JSON.stringify(step(x).array());
  const alone = values();
  threading.setIntraOpParallelismThreads(66);
  t.equal(threading.getIntraOpParallelismThreads(), 66);
  for (let run = 0; run < 20; run++) {
    t.ok(values() === alone, `run ${run}`);
    await new Promise((resolve) => setTimeout(resolve, 5)); // workers that have started take part
  }
});

t.test("a number of threads that no machine has", async (t) => {
  for (const wrong of [0, 1025, 1.5])
    t.throws(() => tf.config.threading.setIntraOpParallelismThreads(wrong), {
      name: "ArgumentError",
      message: /an integer from 1 to 1024/,
    });
});
