// What a page and Node both do for measure.ts: the package as it ships trains small and large networks.

import * as tf from "kerasm";
import { SimpleCNN, SimpleMLP } from "kerasm/models";

const { keras } = tf;
const { layers } = keras;

const numbers = (size: number, make: (i: number) => number) => Float32Array.from({ length: size }, (_, i) => make(i));
/** Other values in each sample; the same in each run. */
const noise = (shape: readonly number[], scale = 1) =>
  tf.constant(
    numbers(
      shape.reduce((a, b) => a * b),
      (i) => ((Math.imul(i + 1, 2654435761) >>> 8) % 1000) * 0.001 * scale,
    ),
    { shape: [...shape] },
  );
const whole = (shape: readonly number[], below: number) => tf.cast(noise(shape, below), "int32");

interface Network {
  make(): tf.keras.Model | Promise<tf.keras.Model>;
  data(count: number): [tf.Tensor, tf.Tensor];
  readonly optimizer: () => tf.keras.Optimizer;
}

/** The networks that can be asked for. */
export const networks = {
  mlp: {
    make: () => new SimpleMLP(),
    data: (count) => [noise([count, 28, 28]), whole([count], 10)],
    optimizer: () => new keras.optimizers.Adam(),
  },
  cnn: {
    make: () => new SimpleCNN(),
    data: (count) => [noise([count, 28, 28, 1]), whole([count], 10)],
    optimizer: () => new keras.optimizers.RMSprop({ learningRate: 1e-4 }),
  },
  lstm: {
    make: () => new keras.Sequential([new layers.Embedding(5000, 128), new layers.LSTM(128), new layers.Dense(2)]),
    data: (count) => [whole([count, 50], 5000), whole([count], 2)],
    optimizer: () => new keras.optimizers.Adam(),
  },
  /** One weight of 64 MB. */
  wide: {
    make: () => new keras.Sequential([new layers.Dense(4096, { activation: "relu" }), new layers.Dense(10)]),
    data: (count) => [noise([count, 4096]), whole([count], 10)],
    optimizer: () => new keras.optimizers.Adam(),
  },
  /** One weight of 102 MB, of which a step reads little. */
  embedding: {
    make: () => new keras.Sequential([new layers.Embedding(200_000, 128), new layers.Flatten(), new layers.Dense(10)]),
    data: (count) => [whole([count, 8], 200_000), whole([count], 10)],
    optimizer: () => new keras.optimizers.Adam(),
  },
  resnet50: {
    make: () => keras.applications.ResNet50({ weights: null, classes: 10, classifierActivation: null }),
    data: (count) => [noise([count, 224, 224, 3]), whole([count], 10)],
    optimizer: () => new keras.optimizers.SGD({ learningRate: 1e-3 }),
  },
} satisfies Readonly<Record<string, Network>>;

export type NetworkName = keyof typeof networks;

export interface Job {
  readonly network: NetworkName;
  readonly batch: number;
  readonly call: "fit" | "evaluate" | "predict" | "trainOnBatch";
  readonly steps: number;
  readonly stepsPerExecution?: number;
}

async function ready({ network, batch, call, steps, stepsPerExecution = 1 }: Job) {
  const { make, optimizer, data }: Network = networks[network];
  const model = await make();
  const loss = new keras.losses.SparseCategoricalCrossentropy({ fromLogits: true });
  model.compile({ optimizer: optimizer(), loss, metrics: ["accuracy"], stepsPerExecution });
  const [x, y] = data(batch * Math.min(steps, 8));
  const part = (all: tf.Tensor, i: number) => tf.gather(all, tf.range(i * batch, (i + 1) * batch));
  const shown = call === "trainOnBatch" ? Math.min(steps, 8) : 0;
  const parts = Array.from({ length: shown }, (_, i) => [part(x, i), part(y, i)] as const);
  return { model, x, y, parts };
}

/** Runs a job; `timed` hears the milliseconds of each step but the first ones. */
async function run(
  job: Job,
  { model, x, y, parts }: Awaited<ReturnType<typeof ready>>,
  timed: (milliseconds: number) => void,
): Promise<void> {
  const { batch, call, steps } = job;
  const shown = x.shape[0]! / batch;
  let last = 0;
  let count = 0;
  const step = () => {
    const now = performance.now();
    if (++count > 1) timed(now - last);
    last = now;
  };
  class Clock extends keras.callbacks.Callback {
    override onTrainBatchEnd = step;
    override onTestBatchEnd = step;
    override onPredictBatchEnd = step;
  }
  const how = { batchSize: batch, verbose: 0, callbacks: [new Clock()] } as const;
  if (call === "fit") await model.fit(x, y, { ...how, shuffle: false, epochs: Math.ceil(steps / shown) });
  else if (call === "trainOnBatch") {
    for (let i = 0; i < steps; i++) {
      await model.trainOnBatch(...parts[i % shown]!);
      step();
    }
  } else
    for (let i = 0; i < Math.ceil(steps / shown); i++)
      if (call === "evaluate") await model.evaluate(x, y, how);
      else await model.predict(x, how);
}

/** The best milliseconds a step, and the middle one, with a fresh model. */
export async function time(job: Job): Promise<{ best: number; middle: number }> {
  const made = await ready(job);
  const times: number[] = [];
  await run(job, made, (time) => times.push(time));
  times.splice(0, times.length >> 2); // engines compile, ways are tried
  times.sort((a, b) => a - b);
  return { best: times[0]!, middle: times[times.length >> 1]! };
}

export interface Watched {
  /** Milliseconds of the longest task, and when it began; of tasks over 50 ms all. */
  readonly longest: number;
  readonly long: readonly { readonly at: number; readonly took: number }[];
  /** Milliseconds from the call to its end. */
  readonly all: number;
  /** Middle milliseconds of a step. */
  readonly step: number;
  /** Frames a second, in the middle. */
  readonly frames: number;
}

/** Of a page: how long its thread was taken while the job ran, from the call on. */
export async function watch(job: Job): Promise<Watched> {
  const made = await ready(job);
  await new Promise((resolve) => setTimeout(resolve, 60));
  const long: { at: number; took: number }[] = [];
  const begin = performance.now();
  const note = (entries: PerformanceObserverEntryList) => {
    for (const { startTime, duration } of entries.getEntries())
      if (startTime + duration > begin) long.push({ at: Math.round(startTime - begin), took: duration });
  };
  const observer = new PerformanceObserver(note);
  observer.observe({ type: "longtask" });
  // What is shorter than an observer tells of: turns of a timer.
  let last = begin;
  let longest = 0;
  const beat = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }, 4);
  const frames: number[] = [];
  let isOver = false;
  const frame = (now: number) => {
    frames.push(now);
    if (!isOver) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  const times: number[] = [];
  await run(job, made, (time) => times.push(time));
  const all = performance.now() - begin;
  isOver = true;
  await new Promise((resolve) => setTimeout(resolve, 60));
  clearInterval(beat);
  observer.disconnect();
  const gaps = frames.slice(1).map((now, i) => now - frames[i]!).sort((a, b) => a - b); // prettier-ignore
  times.sort((a, b) => a - b);
  return { longest, long, all, step: times[times.length >> 1] ?? all, frames: 1000 / (gaps[gaps.length >> 1] ?? Infinity) };
}
