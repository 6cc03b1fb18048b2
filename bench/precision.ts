// node build/bench/precision.js [mlp|block|wide|recurrent] [batch] [file.onnx …]: prediction in halves and in few bits beside float32, in
// turns, one thread: milliseconds of the processor, least and median, and how many times as fast as float32 that is. Files of ONNX
// (bench/peers/quantized.py makes them) take turns in onnxruntime-web.

import { readFileSync } from "node:fs";
import * as tf from "../lib/index.js";

const { keras } = tf;
const { layers } = keras;

/** bench/peers/ort.mjs */
interface Peer {
  runOf(bytes: Uint8Array, numbers: ArrayLike<number>, shape: readonly (number | null)[]): Promise<() => Promise<unknown>>;
}

interface Case {
  readonly make: () => tf.keras.Model;
  readonly input: (batch: number) => tf.Tensor;
  readonly batch: number;
  readonly modes: readonly string[];
}

function block(): tf.keras.Model {
  const input = keras.Input({ shape: [128, 256] });
  const normal = (x: tf.Tensor) => new layers.LayerNormalization()(x);
  const h = normal(input);
  const x = new layers.Add()([input, new layers.MultiHeadAttention(8, 32)(h, h) as tf.Tensor]);
  const wide = new layers.Dense(1024, { activation: "gelu" })(normal(x));
  return new keras.Model({ inputs: input, outputs: new layers.Add()([x, new layers.Dense(256)(wide)]) });
}

const dense = (inputs: number, units: number, classes: number) => () =>
  new keras.Sequential([
    keras.Input({ shape: [inputs] }),
    new layers.Dense(units, { activation: "relu" }),
    new layers.Dense(units, { activation: "relu" }),
    new layers.Dense(classes),
  ]);

const cases: Readonly<Record<string, Case>> = {
  mlp: {
    make: dense(784, 1024, 10),
    input: (batch) => keras.random.normal([batch, 784]),
    batch: 32,
    modes: ["int8", "int4", "bfloat16"],
  },
  block: { make: block, input: (batch) => keras.random.normal([batch, 128, 256]), batch: 8, modes: ["int8"] },
  wide: {
    make: dense(4096, 4096, 4096),
    input: (batch) => keras.random.normal([batch, 4096]),
    batch: 1,
    modes: ["int8", "bfloat16", "float16"],
  },
  recurrent: {
    make: () =>
      new keras.Sequential([
        keras.Input({ shape: [50], dtype: "int32" }),
        new layers.Embedding(20_000, 512),
        new layers.LSTM(512),
        new layers.Dense(2),
      ]),
    input: (batch) => keras.random.randint([batch, 50], 0, 20_000),
    batch: 1,
    modes: ["bfloat16", "mixed_bfloat16"],
  },
};

const [name = "mlp", given, ...files] = process.argv.slice(2);
const chosen = cases[name];
if (!chosen) throw new Error(`precision: given ${name}; expected one of ${Object.keys(cases).join(", ")}`);
const batch = Number(given ?? chosen.batch);
await tf.config.set({ threads: 1 });

function made(mode: string): tf.keras.Model {
  const isQuantized = mode.startsWith("int");
  keras.config.setDtypePolicy(isQuantized ? "float32" : mode);
  const model = chosen!.make();
  if (isQuantized) model.quantize(mode, { verbose: false });
  return model;
}

const modes = ["float32", ...chosen.modes];
const x = chosen.input(batch);
const runs: (() => Promise<unknown>)[] = modes.map((mode) => {
  const model = made(mode);
  return async () => ((await model.predictOnBatch(x)) as tf.Tensor).data();
});
if (files.length > 0) {
  const { runOf } = (await import(new URL("../../bench/peers/ort.mjs", import.meta.url).href)) as Peer;
  for (const file of files) {
    modes.push(`onnxruntime-web, ${file}`);
    runs.push(await runOf(new Uint8Array(readFileSync(file)), x.data(), x.shape));
  }
}
const times: number[][] = modes.map(() => []);
const began = performance.now();
for (let round = -3; round < 5 || performance.now() - began < 10_000; round++)
  for (const [i, run] of runs.entries()) {
    const before = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(before);
    if (round >= 0) times[i]!.push((user + system) / 1000);
  }
const sorted = times.map((each) => each.sort((a, b) => a - b));
for (const [i, mode] of modes.entries()) {
  const [least, median] = [sorted[i]![0]!, sorted[i]![sorted[i]!.length >> 1]!];
  const speed = [sorted[0]![0]! / least, sorted[0]![sorted[0]!.length >> 1]! / median].map((each) => each.toFixed(2)).join(", ");
  console.log(`${name}, batch ${batch}, ${mode}: ${least.toFixed(2)} ms (${median.toFixed(2)}), ${speed} times float32's speed`);
}
