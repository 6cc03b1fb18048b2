// How training over processes scales: what is measured here with 1, 2 and 4 ranks, and what follows for more of them.
//
//   node build/bench/cluster.js                     simulation with the figures of this machine, measured first
//   node build/bench/cluster.js --latency 5e-6 --bandwidth 12.5e9 --compute 0.18     with figures of another one
//
// The model: a step of N replicas takes the longest of N compute times and one all-reduce of the gradients, which costs 2·(N − 1) messages'
// latency around the ring and sends 2·(N − 1)/N of the bytes through each link. Compute times vary by `jitter` (standard deviation over
// mean): the longest of N is estimated by that of a normal distribution.

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
    ranks: { type: "string", default: "1,2" },
    latency: { type: "string" },
    bandwidth: { type: "string" },
    compute: { type: "string" },
    jitter: { type: "string", default: "0.03" },
    json: { type: "boolean", default: false },
  },
});

/** Parameters of what is simulated, and the work of one sample in multiplications and additions, forward and backward. */
const networks = {
  CNN: { parameters: 121_930, operations: 3 * 5.5e6, batch: 128 },
  "ResNet-50": { parameters: 25_557_032, operations: 3 * 4.1e9, batch: 32 },
  transformer: { parameters: 110e6, operations: 3 * 2 * 110e6 * 128, batch: 16 },
} as const;

function cnn(): tf.keras.Sequential {
  tf.random.setSeed(1);
  const model = new keras.Sequential([
    new keras.Input({ shape: [28, 28, 1] }),
    new keras.layers.Conv2D(32, 3, { activation: "relu" }),
    new keras.layers.MaxPooling2D(),
    new keras.layers.Conv2D(64, 3, { activation: "relu" }),
    new keras.layers.MaxPooling2D(),
    new keras.layers.Flatten(),
    new keras.layers.Dense(64, { activation: "relu" }),
    new keras.layers.Dense(10),
  ]);
  model.compile({
    optimizer: new keras.optimizers.SGD({ learningRate: 0.01 }),
    loss: new keras.losses.SparseCategoricalCrossentropy({ fromLogits: true }),
  });
  return model;
}

interface Measured {
  readonly rank: number;
  readonly size: number;
  /** Seconds by bytes: best and median. */
  readonly allReduce: Readonly<Record<string, readonly [best: number, median: number]>>;
  /** Seconds of a step with `perReplica` samples in each replica, and of one with a global batch of 256. */
  readonly step: readonly [best: number, median: number];
  readonly global: readonly [best: number, median: number];
}

const sorted = (times: number[]): [number, number] => {
  times.sort((a, b) => a - b);
  return [times[0]!, times[times.length >> 1]!];
};

const PER_REPLICA = 64;
const GLOBAL = 256;

/** What each process does. */
async function measure(): Promise<Measured> {
  await tf.distribute.initialize({ timeoutSeconds: 60 });
  const strategy = new tf.distribute.MultiWorkerMirroredStrategy();
  const communicator = await tf.distribute.experimental.openCommunicator();
  const allReduce: Record<string, [number, number]> = {};
  const context = () => tf.distribute.getReplicaContext()!;
  for (const [bytes, rounds] of [
    [4, 300],
    [400_000, 100],
    [1e6, 60],
    [4e6, 30],
  ] as const) {
    // prettier-ignore
    if (!communicator) break;
    const x = tf.ones([bytes / 4]);
    const reduce = tf.function((x: tf.Tensor) => strategy.run(() => context().allReduce("SUM", x)));
    reduce(x);
    const times = Array.from({ length: rounds }, () => {
      const begin = performance.now();
      reduce(x);
      return (performance.now() - begin) / 1000;
    });
    allReduce[bytes] = sorted(times);
  }
  const model = strategy.scope(cnn);
  const timeOf = async (samples: number): Promise<[number, number]> => {
    const x = tf.random.uniform([samples, 28, 28, 1]);
    const y = tf.cast(tf.floor(tf.random.uniform([samples]).mul(10)), "int32");
    const times: number[] = [];
    for (let i = 0; i < 14; i++) {
      const begin = performance.now();
      await model.trainOnBatch(x, y);
      times.push((performance.now() - begin) / 1000);
    }
    return sorted(times.slice(4));
  };
  return {
    rank: strategy.group.id,
    size: strategy.numReplicasInSync,
    allReduce,
    step: await timeOf(PER_REPLICA * strategy.numReplicasInSync),
    global: await timeOf(GLOBAL),
  };
}

/**
 * Runs this file in so many processes, and gives what the first one measured, or what each did.
 *
 * @param apart  whether each is alone, beside the others: what ranks on one machine take from each other without a word
 */
async function measured(size: number, threads: number, apart = false): Promise<Measured[]> {
  const ports = await Promise.all(
    Array.from({ length: size }, () => new Promise<number>((resolve) => {
      const server = createServer().listen(0, "127.0.0.1", () => {
        const { port } = server.address() as { port: number };
        server.close(() => resolve(port));
      });
    })), // prettier-ignore
  );
  const worker = ports.map((port) => `127.0.0.1:${port}`);
  const outputs = await Promise.all(
    ports.map(
      (_, index) =>
        new Promise<string>((resolve, reject) => {
          const TF_CONFIG = size === 1 || apart ? "" : JSON.stringify({ cluster: { worker }, task: { type: "worker", index } });
          const env = { ...process.env, KERASM_BENCH_RANK: "1", KERASM_NUM_THREADS: String(threads), TF_CONFIG };
          const child = spawn(process.execPath, [fileURLToPath(import.meta.url)], { env, stdio: ["ignore", "pipe", "inherit"] });
          const timer = setTimeout(() => child.kill("SIGKILL"), 180_000);
          let output = "";
          child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
          child.on("close", (code) => {
            clearTimeout(timer);
            if (code === 0) resolve(output);
            else reject(new Error(`a rank ended with ${code}`));
          });
        }),
    ),
  );
  return outputs.map((output) => JSON.parse(output) as Measured).sort((a, b) => a.rank - b.rank);
}

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

/** Seconds of an all-reduce around a ring. */
const ring = (bytes: number, ranks: number, { latency, bandwidth }: Network): number =>
  ranks === 1 ? 0 : 2 * (ranks - 1) * latency + (2 * (ranks - 1) * bytes) / ranks / bandwidth;

/** The largest of N draws of a normal distribution, in standard deviations over the mean (Blom 1958). */
function longest(ranks: number): number {
  if (ranks === 1) return 0;
  const p = (ranks - 0.375) / (ranks + 0.25);
  const t = Math.sqrt(-2 * Math.log(1 - p)); // Abramowitz and Stegun 26.2.23, error below 4.5e-4
  return t - (2.515517 + 0.802853 * t + 0.010328 * t * t) / (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t * t * t);
}

/** Seconds of a step of N replicas. */
export const stepTime = (compute: number, bytes: number, ranks: number, network: Network, jitter: number): number =>
  compute * (1 + jitter * longest(ranks)) + ring(bytes, ranks, network);

/** Latency and bandwidth by which the ring takes what two measured reductions took. */
export function fitted(small: readonly [bytes: number, seconds: number], large: readonly [number, number], ranks: number): Network {
  const perByte = Math.max((large[1] - small[1]) / (large[0] - small[0]), 1e-13);
  const bandwidth = (2 * (ranks - 1)) / ranks / perByte;
  return { latency: Math.max(small[1] - small[0] * perByte, 1e-9) / (2 * (ranks - 1)), bandwidth };
}

const milliseconds = (seconds: number): string => (seconds * 1000).toFixed(seconds < 0.01 ? 3 : 1);

async function main(): Promise<void> {
  if (process.env["KERASM_BENCH_RANK"] === "reductions") return measureReductions();
  if (process.env["KERASM_BENCH_RANK"]) {
    process.stdout.write(JSON.stringify(await measure()));
    return;
  }
  const jitter = Number(options.jitter);
  const given = options.latency !== undefined && options.bandwidth !== undefined;
  let network: Network = { latency: Number(options.latency), bandwidth: Number(options.bandwidth) };
  let perOperation = options.compute === undefined ? NaN : Number(options.compute) / (networks.CNN.batch * networks.CNN.operations);
  if (!given || Number.isNaN(perOperation)) {
    const counts = options.ranks.split(",").map(Number);
    const runs: Measured[] = [];
    const beside = new Map<number, number>();
    for (const count of counts) {
      beside.set(count, Math.max(...(await measured(count, 1, true)).map(({ step }) => step[0])));
      runs.push((await measured(count, 1))[0]!);
    }
    const [whole] = await measured(1, Math.min(2, availableParallelism()));
    const [one] = runs;
    const two = runs.find(({ size }) => size === 2);
    if (two && !given) network = fitted([4, two.allReduce["4"]![0]], [4e6, two.allReduce["4000000"]![0]], 2);
    if (Number.isNaN(perOperation)) perOperation = one!.step[0] / (PER_REPLICA * networks.CNN.operations);
    console.log("measured on this machine, one thread for each rank: best (median) ms");
    for (const run of runs) {
      const reduced = Object.entries(run.allReduce).map(
        ([bytes, [best, median]]) => `${bytes} B ${milliseconds(best)} (${milliseconds(median)})`,
      );
      const predicted = stepTime(beside.get(run.size)!, 4 * networks.CNN.parameters, run.size, network, 0);
      console.log(
        `  ${run.size} ranks: CNN, ${PER_REPLICA} samples each ${milliseconds(run.step[0])} (${milliseconds(run.step[1])}), simulated ${milliseconds(predicted)}; all-reduce ${reduced.join(", ")}`,
      );
    }
    if (two) {
      const [best, median] = two.global;
      console.log(
        `  CNN, batch ${GLOBAL}: 2 ranks × 1 thread ${milliseconds(best)} (${milliseconds(median)}), 1 process × 2 threads ${milliseconds(whole!.global[0])} (${milliseconds(whole!.global[1])}): ${(best / whole!.global[0]).toFixed(2)}×`,
      );
    }
    againstC();
    if (options.json) console.log(JSON.stringify({ runs, whole, network }));
  }
  console.log(
    `\nsimulated: latency ${(network.latency * 1e6).toFixed(1)} µs, ${(network.bandwidth / 1e9).toFixed(2)} GB/s, ${(2e-9 / perOperation).toFixed(1)} GFLOP/s a rank, jitter ${jitter}`,
  );
  console.log(`${"".padEnd(14)}${[1, 2, 4, 16, 64, 256, 1024].map((ranks) => String(ranks).padStart(9)).join("")}   ranks: efficiency`);
  for (const [name, { parameters, operations, batch }] of Object.entries(networks)) {
    const compute = perOperation * operations * batch;
    const cells = [1, 2, 4, 16, 64, 256, 1024].map((ranks) => {
      const efficiency = compute / stepTime(compute, 4 * parameters, ranks, network, jitter);
      return `${(100 * efficiency).toFixed(1)} %`.padStart(9);
    });
    console.log(`${name.padEnd(14)}${cells.join("")}   ${milliseconds(compute)} ms a step alone, ${batch} samples a rank`);
  }
}

await main();
