// How training over processes scales: what is measured here with 1, 2 and 4 ranks beside what the simulation says of them, and what follows
// for more of them.
//
//   node build/bench/cluster.js                     measures this machine, then simulates with its figures
//   node build/bench/cluster.js --cpu               compares processor's time, which a busy machine disturbs less
//   node build/bench/cluster.js --latency 5e-6 --bandwidth 12.5e9 --compute 0.18     simulates with figures of others
//
// The model: a step of N replicas takes the longest of N compute times and its reductions. A reduction is halving and doubling (Thakur,
// Rabenseifner, Gropp 2005): 2·⌈log2 N⌉ messages one after another, and 2·(N − 1)/N of the bytes through each link; each rank also copies
// its bytes into one message and out of it. Compute times vary by `jitter` (standard deviation over mean): the longest of N is estimated by
// that of a normal distribution. Ranks of one machine share its cores: where there are more of them, all takes that much longer.

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
    rounds: { type: "string", default: "25" },
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
  | { readonly kind: "alone" | "together"; readonly network: string }
  | { readonly kind: "reduce" | "copy"; readonly bytes: number }
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
  const { bytes: memoryBytes } = await import("../lib/runtime/memory.js");
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
  /** Seconds of a task: of reductions and copies the best of several. */
  const timeOf = async (task: Task): Promise<number> => {
    const isStep = task.kind === "alone" || task.kind === "together";
    const times: number[] = [];
    for (let i = 0; i < (isStep ? 1 : 30); i++) {
      if (task.kind !== "alone") communicator?.barrier(); // the others may have been told later
      const begin = now();
      if (task.kind === "alone" || task.kind === "together") await steps.get(`${task.kind} ${task.network}`)!();
      else if (task.kind === "reduce") communicator!.allReduce(place, task.bytes / 4, "float32", "sum");
      else if (task.kind === "copy") memoryBytes().copyWithin(place, place + MOST / 2, place + MOST / 2 + task.bytes);
      times.push(now() - begin);
    }
    return Math.min(...times);
  };
  process.on("message", (task: Task) => {
    if (task.kind === "end") return void Promise.resolve(communicator?.close()).then(() => process.exit(0));
    reductions = 0;
    void timeOf(task).then((seconds) => process.send!({ seconds, reductions }));
  });
  process.send!({ seconds: 0, reductions: 0 });
}

/** Bytes of the largest message that is measured, twice. */
const MOST = 32 << 20;

interface Answer {
  readonly seconds: number;
  readonly reductions: number;
}

/** Processes that do what they are told, with one thread each. */
async function ranksOf(size: number): Promise<{ tell(task: Task, isForAll?: boolean): Promise<Answer>; close(): Promise<void> }> {
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
    async tell(task, isForAll = true) {
      const told = isForAll ? children : children.slice(0, 1);
      const answers = told.map(answerOf);
      for (const child of told) child.send(task);
      const all = await Promise.all(answers);
      return { seconds: Math.max(...all.map(({ seconds }) => seconds)), reductions: all[0]!.reductions };
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
  /** Seconds in which a rank copies a byte into a message and out of it. */
  readonly copy: number;
}

/** Seconds of so many all-reduces that send so many bytes in all. */
const reduced = (bytes: number, reductions: number, ranks: number, { latency, bandwidth, copy }: Network): number =>
  ranks === 1 ? 0 : reductions * 2 * Math.ceil(Math.log2(ranks)) * latency + bytes * ((2 * (ranks - 1)) / ranks / bandwidth + copy);

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
  Math.max(1, perCore) * (compute * (1 + jitter * longest(ranks)) + reduced(bytes, reductions, ranks, network));

/** Latency and bandwidth by which two ranks take what two measured reductions took. */
export function fitted(small: readonly [bytes: number, seconds: number], large: readonly [number, number], copy: number): Network {
  const perByte = Math.max((large[1] - small[1]) / (large[0] - small[0]), 1e-13);
  return { latency: Math.max(small[1] - small[0] * perByte, 1e-9) / 2, bandwidth: 1 / perByte, copy };
}

/** Networks that the table is made for. */
const known: Readonly<Record<string, { readonly latency: number; readonly bandwidth: number }>> = {
  "1 Gbit/s Ethernet": { latency: 50e-6, bandwidth: 0.117e9 },
  "10 Gbit/s Ethernet": { latency: 25e-6, bandwidth: 1.17e9 },
  "100 Gbit/s InfiniBand": { latency: 2e-6, bandwidth: 12e9 },
};

const milliseconds = (seconds: number): string => (seconds * 1000).toFixed(seconds < 0.01 ? 3 : 1);

/** Seconds of reductions and copies by two ranks. */
async function measureNetwork(rounds: number): Promise<Network> {
  const { tell, close } = await ranksOf(2);
  const best = async (task: Task, times: number): Promise<number> => {
    const seconds: number[] = [];
    for (let i = 0; i < times; i++) seconds.push((await tell(task)).seconds);
    return Math.min(...seconds.slice(1));
  };
  const large = 8e6;
  const copy = (2 * (await best({ kind: "copy", bytes: large }, rounds))) / large;
  const small = await best({ kind: "reduce", bytes: 16 }, rounds);
  const network = fitted([16, small], [large, await best({ kind: "reduce", bytes: large }, rounds)], copy);
  await close();
  return network;
}

/** A step of all ranks beside what the simulation says, by turns with a step of one rank alone. */
async function compare(size: number, network: Network, rounds: number): Promise<Record<string, Simulated>> {
  const { tell, close } = await ranksOf(size);
  const found: Record<string, Simulated> = {};
  const perCore = options.cpu ? 1 : size / availableParallelism();
  for (const [name, { samples, layers }] of Object.entries(trained)) {
    const [alone, together, ratios]: number[][] = [[], [], []];
    const bytes = 4 * modelOf(layers()).countParams();
    let step: Simulated = { compute: 0, jitter: 0, bytes, reductions: 0 };
    for (let round = 0; round < rounds + 3; round++) {
      const before = (await tell({ kind: "alone", network: name }, false)).seconds;
      const { seconds, reductions } = await tell({ kind: "together", network: name });
      const after = (await tell({ kind: "alone", network: name }, false)).seconds;
      if (round < 3) continue;
      step = { ...step, compute: (before + after) / 2, reductions };
      alone!.push(step.compute);
      together!.push(seconds);
      ratios!.push(seconds / stepTime(step, size, network, perCore));
    }
    const compute = median(alone!);
    found[name] = { ...step, compute };
    const simulated = stepTime(found[name], size, network, perCore);
    console.log(
      `  ${size} ranks, ${name}, ${samples} samples each: measured ${milliseconds(median(together!))} ms, ` +
        `simulated ${milliseconds(simulated)} ms ` +
        `(one alone ${milliseconds(compute)} ms, ${step.reductions} reductions, ${(bytes / 1e6).toFixed(2)} MB); ` +
        `measured over simulated, each beside its neighbours: ${median(ratios!).toFixed(2)}`,
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
  let network: Network = { latency: Number(options.latency), bandwidth: Number(options.bandwidth), copy: 0 };
  let perOperation = Number(options.compute) / (networks.CNN.batch * networks.CNN.operations);
  let reductions = 4;
  if (!isSimulatedOnly) {
    const here = await measureNetwork(rounds);
    console.log(
      `this machine, ${availableParallelism()} cores, one thread for each rank: a message ${(here.latency * 1e6).toFixed(1)} µs, ` +
        `${(here.bandwidth / 1e9).toFixed(2)} GB/s, copies ${(here.copy * 1e9).toFixed(2)} ns for a byte`,
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
  for (const [name, each] of Object.entries(known)) table(steps, name, { ...each, copy: network.copy });
  console.log("\nranks that are 20 times as fast");
  const faster = Object.fromEntries(Object.entries(steps).map(([name, step]) => [name, { ...step, compute: step.compute / 20 }]));
  for (const [name, each] of Object.entries(known)) table(faster, name, { ...each, copy: network.copy });
}

await main();
