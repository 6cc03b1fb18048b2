// `kerasm bench`: how fast this machine is with kerasm, in a few seconds.

import { command, kerasm, Refusal, table } from "./command.mjs";

const usage = `kerasm bench [--threads N] [--seconds S] [--json]

Times a product of matrices, a convolution, and training steps of a small dense and a small convolutional network.

  --threads N  threads to run on (default: all)
  --seconds S  how long each row is timed (default 1)
  --json       one JSON object`;

const options = { threads: { type: "string" }, seconds: { type: "string", default: "1" } };

export const run = command("bench", usage, options, async ({ values, positionals, say }) => {
  if (positionals.length > 0) throw new Refusal(`given ${positionals.join(" ")}; expected no path.`);
  const seconds = Number(values.seconds);
  if (!(seconds > 0 && seconds <= 600)) throw new Refusal(`given --seconds ${values.seconds}; expected a number from 0 to 600.`);
  const threads = values.threads === undefined ? undefined : Number(values.threads);
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1 && threads <= 64))
    throw new Refusal(`given --threads ${values.threads}; expected a whole number from 1 to 64.`);
  const tf = await kerasm();
  if (threads !== undefined) await tf.config.set({ threads });
  const results = [];
  for (const { name, unit, amount, make } of rows(tf)) {
    const step = make();
    const { median, times } = await timed(step, seconds);
    results.push({ name, milliseconds: median, runs: times, rate: amount / (median / 1000), unit });
  }
  const shown = results.map(({ name, milliseconds, rate, unit }) => [
    name,
    `${milliseconds.toPrecision(3)} ms`,
    `${rate.toPrecision(3)} ${unit}`,
  ]);
  say(table([["", "median", "rate"], ...shown]), { threads: tf.config.get().threads, rows: results });
});

function rows(tf) {
  const { keras } = tf;
  const { layers } = keras;
  const product = (n) => ({
    name: `matmul ${n} × ${n}`,
    unit: "GFLOP/s",
    amount: (2 * n ** 3) / 1e9,
    make() {
      const [a, b] = [keras.random.normal([n, n], { seed: 1 }), keras.random.normal([n, n], { seed: 2 })];
      const multiply = tf.function((a, b) => tf.matmul(a, b));
      return () => multiply(a, b).data();
    },
  });
  const training = (name, batch, model, x, classes) => ({
    name,
    unit: "samples/s",
    amount: batch,
    make() {
      model.compile({ optimizer: "adam", loss: new keras.losses.SparseCategoricalCrossentropy({ fromLogits: true }) });
      const y = tf.constant(
        Array.from({ length: batch }, (_, i) => i % classes),
        { dtype: "int32" },
      );
      return () => model.trainOnBatch(x, y);
    },
  });
  const images = keras.random.normal([32, 28, 28, 1], { seed: 3 });
  return [
    product(256),
    product(1024),
    {
      name: "conv 3 × 3, 64 → 64 channels, 32 × 32",
      unit: "GFLOP/s",
      amount: (2 * 8 * 32 * 32 * 9 * 64 * 64) / 1e9,
      make() {
        const [x, w] = [keras.random.normal([8, 32, 32, 64], { seed: 1 }), keras.random.normal([3, 3, 64, 64], { seed: 2 })];
        const convolve = tf.function((x, w) => keras.ops.conv(x, w, { padding: "same" }));
        return () => convolve(x, w).data();
      },
    },
    training(
      "training, 784-128-10, batch 128",
      128,
      new keras.Sequential([new keras.Input({ shape: [784] }), new layers.Dense(128, { activation: "relu" }), new layers.Dense(10)]),
      keras.random.normal([128, 784], { seed: 4 }),
      10,
    ),
    training(
      "training, small CNN, batch 32",
      32,
      new keras.Sequential([
        new keras.Input({ shape: [28, 28, 1] }),
        new layers.Conv2D(32, 3, { activation: "relu" }),
        new layers.MaxPooling2D(),
        new layers.Conv2D(64, 3, { activation: "relu" }),
        new layers.Flatten(),
        new layers.Dense(10),
      ]),
      images,
      10,
    ),
  ];
}

/** The median time of a step in milliseconds, after two to warm up. */
async function timed(step, seconds) {
  for (let i = 0; i < 2; i++) await step();
  const times = [];
  const end = performance.now() + seconds * 1000;
  do {
    const start = performance.now();
    await step();
    times.push(performance.now() - start);
  } while (performance.now() < end);
  times.sort((a, b) => a - b);
  return { median: times[Math.floor(times.length / 2)], times: times.length };
}
