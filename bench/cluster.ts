// How training over processes scales: what is measured here with 1, 2 and 4 ranks beside what the simulation says of them, and what follows
// for more of them.
//
//   node build/bench/cluster.js                     measures this machine, then simulates with its figures
//   node build/bench/cluster.js --cpu               compares processor's time, which a busy machine disturbs less
//   node build/bench/cluster.js --latency 5e-6 --bandwidth 12.5e9 --compute 0.18     simulates with figures of others
//
// The model: a step of N replicas takes the longest of N compute times and its reductions. A reduction is halving and doubling (Thakur,
// Rabenseifner, Gropp 2005): 2·⌈log2 N⌉ messages one after another, and 2·(N − 1)/N of the bytes through each link. Compute times vary by
// `jitter` (standard deviation over mean): the longest of N is estimated by that of a normal distribution. A compute time is that of a core
// whose neighbours compute as well: cores of one machine share memory and more. Where there are more ranks than cores, all takes that much
// longer, and the longest is that of the cores, since one rank works while another waits.

import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import * as tf from "../lib/index.js";

const { keras } = tf;

const { values: options } = parseArgs({
  options: {
    ranks: { type: "string", default: "1,2,4" },
    rounds: { type: "string", default: "5" },
    cpu: { type: "boolean", default: false },
    latency: { type: "string" },
    bandwidth: { type: "string" },
    compute: { type: "string" },
    jitter: { type: "string", default: "0.03" },
    json: { type: "boolean", default: false },
  },
});

/**
 * What is simulated: parameters, the work of one sample in multiplications and additions, forward and backward, samples of a rank, and
 * reductions of a step beside that of the gradients: what processes tell each other before they meet, and their logs.
 */
const networks = {
  CNN: { parameters: 121_930, operations: 3 * 5.5e6, batch: 128 },
  "ResNet-50": { parameters: 25_557_032, operations: 3 * 4.1e9, batch: 32 },
  transformer: { parameters: 110e6, operations: 3 * 2 * 110e6 * 128, batch: 16 },
} as const;

type Layers = ConstructorParameters<typeof tf.keras.Sequential>[0];

/** What is trained: a network with little to reduce, and one with much beside its work. */
const trained: Readonly<Record<string, { readonly samples: number; layers(): Layers }>> = {
  CNN: { samples: 64, layers: cnn },
  MLP: {
    samples: 64,
    layers: () => [
      new keras.Input({ shape: [784] }),
      new keras.layers.Dense(2048, { activation: "relu" }),
      new keras.layers.Dense(2048, { activation: "relu" }),
      new keras.layers.Dense(10),
    ],
  },
};

function cnn(): Layers {
  return [
    new keras.Input({ shape: [28, 28, 1] }),
    new keras.layers.Conv2D(32, 3, { activation: "relu" }),
    new keras.layers.MaxPooling2D(),
    new keras.layers.Conv2D(64, 3, { activation: "relu" }),
    new keras.layers.MaxPooling2D(),
    new keras.layers.Flatten(),
    new keras.layers.Dense(64, { activation: "relu" }),
    new keras.layers.Dense(10),
  ];
}

function modelOf(layers: Layers): tf.keras.Sequential {
  const model = new keras.Sequential(layers);
  model.compile({
    optimizer: new keras.optimizers.SGD({ learningRate: 0.01 }),
    loss: new keras.losses.SparseCategoricalCrossentropy({ fromLogits: true }),
  });
  return model;
}

function batchOf(model: tf.keras.Sequential, samples: number): [tf.Tensor, tf.Tensor] {
  const x = tf.random.uniform([samples, ...(model.inputShape as number[]).slice(1)]);
  return [x, tf.cast(tf.floor(tf.random.uniform([samples]).mul(10)), "int32")];
}

/** What a rank is told to do, and how long it took, in seconds. */
type Task =
  | { readonly kind: "alone" | "together"; readonly network: string; readonly steps: number }
  | { readonly kind: "reduce"; readonly bytes: number }
  | { readonly kind: "end" };

/** Seconds of the clock, or with --cpu those that processors were busy for this process. */
function now(): number {
  if (process.env["KERASM_BENCH_CLOCK"] !== "cpu") return performance.now() / 1000;
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** What each process of a measurement does: tasks that the first process gives, to all or to one of them. In between it sleeps. */
async function serve(): Promise<void> {
  const { allocate } = await import("../lib/runtime/heap.js");
  await tf.distribute.initialize({ timeoutSeconds: 60 });
  const strategy = new tf.distribute.MultiWorkerMirroredStrategy();
  const communicator = await tf.distribute.experimental.openCommunicator();
  let reductions = 0;
  if (communicator) {
    const { allReduce } = communicator;
    communicator.allReduce = (...args) => {
      reductions++;
      allReduce.apply(communicator, args);
    };
  }
  const steps = new Map<string, () => Promise<unknown>>();
  for (const [name, { samples, layers }] of Object.entries(trained)) {
    tf.random.setSeed(1);
    const [alone, together] = [modelOf(layers()), strategy.scope(() => modelOf(layers()))];
    const one = batchOf(alone, samples);
    const all = batchOf(together, samples * strategy.numReplicasInSync);
    steps.set(`alone ${name}`, () => alone.trainOnBatch(...one));
    steps.set(`together ${name}`, () => together.trainOnBatch(...all));
  }
  const place = allocate(MOST);
  /** Seconds of each time that a task was done. The first ones, in which clocks rise and caches fill, don't count. */
  const timesOf = async (task: Task): Promise<number[]> => {
    const isStep = task.kind === "alone" || task.kind === "together";
    const times: number[] = [];
    if (task.kind !== "alone") communicator?.barrier(); // the others may have been told later
    for (let i = 0; i < (isStep ? task.steps : 12); i++) {
      const begin = now();
      if (task.kind === "alone" || task.kind === "together") await steps.get(`${task.kind} ${task.network}`)!();
      else if (task.kind === "reduce") communicator!.allReduce(place, task.bytes / 4, "float32", "sum");
      times.push(now() - begin);
    }
    return times.slice(2);
  };
  process.on("message", (task: Task) => {
    if (task.kind === "end") return void Promise.resolve(communicator?.close()).then(() => process.exit(0));
    reductions = 0;
    void timesOf(task).then((times) => process.send!({ times, reductions }));
  });
  process.send!({ times: [], reductions: 0 });
}

/** Bytes of the largest message that is measured: as much as the larger of the networks sends. */
const MOST = 24e6;

/** Steps that are taken one after another. */
const STEPS = 10;

interface Answer {
  readonly times: readonly number[];
  readonly reductions: number;
}

/** Processes that do what they are told, with one thread each. */
async function ranksOf(size: number): Promise<{ tell(task: Task, ranks?: number): Promise<Answer[]>; close(): Promise<void> }> {
  const ports = await Promise.all(
    Array.from({ length: size }, () => new Promise<number>((resolve) => {
      const server = createServer().listen(0, "127.0.0.1", () => {
        const { port } = server.address() as { port: number };
        server.close(() => resolve(port));
      });
    })), // prettier-ignore
  );
  const worker = ports.map((port) => `127.0.0.1:${port}`);
  const children = ports.map((_, index) => {
    const TF_CONFIG = size === 1 ? "" : JSON.stringify({ cluster: { worker }, task: { type: "worker", index } });
    const env = {
      ...process.env,
      KERASM_BENCH_RANK: "serve",
      KERASM_NUM_THREADS: "1",
      TF_CONFIG,
      KERASM_BENCH_CLOCK: options.cpu ? "cpu" : "",
    };
    return spawn(process.execPath, [fileURLToPath(import.meta.url)], { env, stdio: ["ignore", "inherit", "inherit", "ipc"] });
  });
  const answerOf = (child: (typeof children)[0]) =>
    new Promise<Answer>((resolve, reject) => {
      const ended = (code: number | null) => reject(new Error(`a rank ended with ${code}`));
      child.once("exit", ended).once("message", (answer) => {
        child.off("exit", ended);
        resolve(answer as Answer);
      });
    });
  await Promise.all(children.map(answerOf));
  return {
    async tell(task, ranks = size) {
      const told = children.slice(0, ranks);
      const answers = told.map(answerOf);
      for (const child of told) child.send(task);
      return Promise.all(answers);
    },
    async close() {
      const gone = children.map((child) => new Promise((resolve) => child.once("exit", resolve)));
      for (const child of children) child.send({ kind: "end" } satisfies Task);
      await Promise.all(gone);
    },
  };
}

const sorted = (times: number[]): [number, number] => {
  times.sort((a, b) => a - b);
  return [times[0]!, times[times.length >> 1]!];
};

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const deviation = (values: readonly number[]): number => Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

/** Bytes of an all-reduce and how often, against a C program. */
const AGAINST_C = [
  [4, 2000],
  [1e6, 100],
  [1e8, 6],
] as const;

/** What a process does beside a C program: the same reductions, of memory that is there. */
async function measureReductions(): Promise<void> {
  const { allocate } = await import("../lib/runtime/heap.js");
  await tf.distribute.initialize({ timeoutSeconds: 60 });
  const communicator = (await tf.distribute.experimental.openCommunicator())!;
  for (const [bytes, rounds] of AGAINST_C) {
    const place = allocate(bytes);
    const times = Array.from({ length: rounds + 1 }, () => {
      const begin = performance.now();
      communicator.allReduce(place, bytes / 4, "float32", "sum");
      return (performance.now() - begin) / 1000;
    });
    const [best, median] = sorted(times.slice(1));
    if (communicator.rank === 0) console.log(`${bytes} ${best} ${median}`);
  }
}

/** Best and median seconds by bytes, as both programs print them. */
const parsed = (output: string): number[][] => output.trim().split("\n").map((line) => line.split(" ").map(Number)); // prettier-ignore

/** Reductions of two ranks beside those of a C program, by turns in one run: in MPICH, where its compiler is there. */
function againstC(): void {
  const folder = mkdtempSync(join(tmpdir(), "kerasm-c-"));
  try {
    const source = fileURLToPath(new URL("../../bench/all-reduce.c", import.meta.url));
    const program = join(folder, "all-reduce");
    const made = spawnSync("mpicc.mpich", ["-O2", "-o", program, source], { encoding: "utf8" });
    if (made.status !== 0) return console.log("  no C program beside: needs mpicc.mpich (apt-get install libmpich-dev)");
    const env = { ...process.env, KERASM_BENCH_RANK: "reductions", KERASM_NUM_THREADS: "1", TF_CONFIG: "" };
    const run = (command: readonly string[]): number[][] =>
      parsed(spawnSync("mpiexec.mpich", ["-n", "2", ...command], { env, encoding: "utf8", timeout: 120_000 }).stdout);
    const runs = Array.from({ length: 3 }, () => [
      run([program, ...AGAINST_C.flat().map(String)]),
      run([process.execPath, fileURLToPath(import.meta.url)]),
    ]);
    AGAINST_C.forEach(([bytes], i) => {
      const [c, own] = [0, 1].map((which) => [1, 2].map((at) => Math.min(...runs.map((run) => run[which]![i]![at]!))));
      const microseconds = ([best, median]: readonly number[]) => `${(best! * 1e6).toFixed(1)} (${(median! * 1e6).toFixed(1)}) µs`;
      console.log(
        `  all-reduce of ${bytes} B, best of 3 runs: ${microseconds(own!)}, in C ${microseconds(c!)}: ${(own![0]! / c![0]!).toFixed(2)}×`,
      );
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Network {
  /** Seconds of one message, and bytes in a second. */
  readonly latency: number;
  readonly bandwidth: number;
}

/** Seconds of so many all-reduces that send so many bytes in all. */
const reduced = (bytes: number, reductions: number, ranks: number, { latency, bandwidth }: Network): number =>
  ranks === 1 ? 0 : reductions * 2 * Math.ceil(Math.log2(ranks)) * latency + (bytes * 2 * (ranks - 1)) / ranks / bandwidth;

/** The largest of N draws of a normal distribution, in standard deviations over the mean (Blom 1958). */
function longest(ranks: number): number {
  if (ranks === 1) return 0;
  const p = (ranks - 0.375) / (ranks + 0.25);
  const t = Math.sqrt(-2 * Math.log(1 - p)); // Abramowitz and Stegun 26.2.23, error below 4.5e-4
  return t - (2.515517 + 0.802853 * t + 0.010328 * t * t) / (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t * t * t);
}

interface Simulated {
  /** Seconds that a rank alone computes. */
  readonly compute: number;
  readonly jitter: number;
  /** What meets in a step. */
  readonly bytes: number;
  readonly reductions: number;
}

/** Seconds of a step of N replicas, of which so many share a core. */
export const stepTime = ({ compute, jitter, bytes, reductions }: Simulated, ranks: number, network: Network, perCore = 1): number =>
  Math.max(1, perCore) *
  (compute * (1 + jitter * longest(Math.ceil(ranks / Math.max(1, perCore)))) + reduced(bytes, reductions, ranks, network));

/** Latency and bandwidth by which two ranks take what two measured reductions took. */
export function fitted(small: readonly [bytes: number, seconds: number], large: readonly [number, number]): Network {
  const perByte = Math.max((large[1] - small[1]) / (large[0] - small[0]), 1e-13);
  return { latency: Math.max(small[1] - small[0] * perByte, 1e-9) / 2, bandwidth: 1 / perByte };
}

/** Networks that the table is made for. */
const known: Readonly<Record<string, { readonly latency: number; readonly bandwidth: number }>> = {
  "1 Gbit/s Ethernet": { latency: 50e-6, bandwidth: 0.117e9 },
  "10 Gbit/s Ethernet": { latency: 25e-6, bandwidth: 1.17e9 },
  "100 Gbit/s InfiniBand": { latency: 2e-6, bandwidth: 12e9 },
};

const milliseconds = (seconds: number): string => (seconds * 1000).toFixed(seconds < 0.01 ? 3 : 1);

/** Seconds of reductions by two ranks: of a small message, and of as much as the larger of the networks sends. */
async function measureNetwork(rounds: number): Promise<Network> {
  const { tell, close } = await ranksOf(2);
  const typical = async (task: Task): Promise<number> => {
    const seconds: number[] = [];
    for (let i = 0; i < rounds; i++) seconds.push(...(await tell(task)).flatMap(({ times }) => times));
    return median(seconds);
  };
  const large = MOST;
  const small = await typical({ kind: "reduce", bytes: 16 });
  const network = fitted([16, small], [large, await typical({ kind: "reduce", bytes: large })]);
  await close();
  return network;
}

/**
 * A step of all ranks beside what the simulation says, by turns with steps of one rank alone, and of ranks that compute beside each other
 * without meeting, one on each core: what cores that share memory and power lose to each other is measured there.
 */
async function compare(size: number, network: Network, rounds: number): Promise<Record<string, Simulated>> {
  const { tell, close } = await ranksOf(size);
  const found: Record<string, Simulated> = {};
  const perCore = options.cpu ? 1 : size / availableParallelism();
  for (const [name, { samples, layers }] of Object.entries(trained)) {
    const bytes = 4 * modelOf(layers()).countParams();
    const own = { kind: "alone", network: name, steps: STEPS } as const;
    const beside = async () => (await tell(own, Math.min(size, availableParallelism()))).flatMap(({ times }) => times);
    const [alone, steps, ratios, together]: [number[], Simulated[], number[], number[]] = [[], [], [], []];
    let before = await beside();
    for (let round = 0; round < rounds; round++) {
      const [first] = await tell({ ...own, kind: "together" });
      const after = await beside();
      const busy = [...before, ...after];
      const step = { compute: mean(busy), jitter: deviation(busy) / mean(busy), bytes, reductions: first!.reductions / STEPS };
      before = after;
      alone.push(mean((await tell(own, 1))[0]!.times));
      steps.push(step);
      together.push(mean(first!.times));
      ratios.push(together.at(-1)! / stepTime(step, size, network, perCore));
    }
    const [compute, jitter] = [median(steps.map((step) => step.compute)), median(steps.map((step) => step.jitter))];
    found[name] = { ...steps[0]!, compute, jitter };
    console.log(
      `  ${size} ranks, ${name}, ${samples} samples each: measured ${milliseconds(median(together))} ms, ` +
        `simulated ${milliseconds(stepTime(found[name], size, network, perCore))} ms ` +
        `(one alone ${milliseconds(median(alone))} ms, beside others ${milliseconds(compute)} ms, jitter ${jitter.toFixed(2)}, ` +
        `${steps[0]!.reductions} reductions, ${(bytes / 1e6).toFixed(2)} MB); ` +
        `measured over simulated, each beside its neighbours: ${median(ratios).toFixed(2)} (${ratios.map((ratio) => ratio.toFixed(2)).join(" ")})`,
    );
  }
  await close();
  return found;
}

/** Efficiency by ranks for each network. */
function table(steps: Readonly<Record<string, Simulated>>, name: string, network: Network): void {
  const counts = [1, 2, 4, 16, 64, 256, 1024];
  console.log(
    `\n${name}: latency ${(network.latency * 1e6).toFixed(1)} µs, ${(network.bandwidth / 1e9).toFixed(2)} GB/s; ranks: efficiency`,
  );
  console.log(`${"".padEnd(14)}${counts.map((ranks) => String(ranks).padStart(9)).join("")}`);
  for (const [what, step] of Object.entries(steps)) {
    const cells = counts.map((ranks) => `${((100 * step.compute) / stepTime(step, ranks, network)).toFixed(1)} %`.padStart(9));
    console.log(`${what.padEnd(14)}${cells.join("")}   ${milliseconds(step.compute)} ms a step alone`);
  }
}

async function main(): Promise<void> {
  if (process.env["KERASM_BENCH_RANK"] === "reductions") return measureReductions();
  if (process.env["KERASM_BENCH_RANK"] === "serve") return serve();
  const [jitter, rounds] = [Number(options.jitter), Number(options.rounds)];
  const given = options.latency !== undefined && options.bandwidth !== undefined;
  const isSimulatedOnly = given && options.compute !== undefined;
  let network: Network = { latency: Number(options.latency), bandwidth: Number(options.bandwidth) };
  let perOperation = Number(options.compute) / (networks.CNN.batch * networks.CNN.operations);
  let reductions = 4;
  if (!isSimulatedOnly) {
    const here = await measureNetwork(rounds);
    console.log(
      `this machine, ${availableParallelism()} cores, one thread for each rank: a message ${(here.latency * 1e6).toFixed(1)} µs, ` +
        `${(here.bandwidth / 1e9).toFixed(2)} GB/s`,
    );
    for (const size of options.ranks.split(",").map(Number)) {
      const { CNN } = await compare(size, here, rounds);
      if (size === 1 && options.compute === undefined) perOperation = CNN!.compute / (trained["CNN"]!.samples * networks.CNN.operations);
      reductions = Math.max(reductions, CNN!.reductions);
    }
    againstC();
    if (!given) network = here;
  }
  if (Number.isNaN(perOperation)) throw new Error("--compute, or --ranks with 1 among them, says how fast a rank is");
  const steps = Object.fromEntries(
    Object.entries(networks).map(([name, { parameters, operations, batch }]): [string, Simulated] => {
      return [name, { compute: perOperation * operations * batch, jitter, bytes: 4 * parameters, reductions }];
    }),
  );
  console.log(`\nsimulated: ${(2e-9 / perOperation).toFixed(1)} GFLOP/s a rank, jitter ${jitter}, ${reductions} reductions a step`);
  if (given) return table(steps, "as given", network);
  for (const [name, each] of Object.entries(known)) table(steps, name, each);
  console.log("\nranks that are 20 times as fast");
  const faster = Object.fromEntries(Object.entries(steps).map(([name, step]) => [name, { ...step, compute: step.compute / 20 }]));
  for (const [name, each] of Object.entries(known)) table(faster, name, each);
}

await main();
