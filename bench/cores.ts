// node build/bench/cores.js [network...]: how a training step would run on many cores, from the schedule that programs really have.
// Networks: cnn, resnet50, gpt, lstm, mlp, resnet (default: the first three).
//
//  (1) Every command of the step's program is timed here, on one thread, in the program's order. Its chunks take equal parts of that.
//  (2) A segment is simulated claim by claim, as assembly/program.ts does it: a claim is an atomic addition on one cache line, which threads
//      get one after the other; a thread that finds no ticket left adds what it has done to another line and waits for the last.
//  (3) A segment whose operands don't fit the cache takes at least what its bytes need at the memory's rate.
//  (4) Cores are alike and each its own; memory is one: nothing is known of sockets (NUMA) or of clocks that fall when all cores work.

import { parseArgs } from "node:util";
import * as tf from "../lib/index.js";
import { State } from "../lib/core/state.js";
import type { Step } from "../lib/core/primitive.js";
import { Executable } from "../lib/graph/executable.js";
import type { ConcreteFunction } from "../lib/graph/concrete.js";
import { forEachAddress, Part, type Command, type Operand } from "../lib/runtime/command.js";
import { allocate } from "../lib/runtime/heap.js";
import { bytes as memory } from "../lib/runtime/memory.js";
import { Program, segmentsOf, type Place } from "../lib/runtime/program.js";
import { Limits } from "./harness/limits.js";
import { timeText } from "./harness/report.js";
import { median } from "./harness/statistics.js";
import { networks, samples, type Network, type NetworkName } from "./networks.js";
import { resnet50 } from "./resnet50.js";

const usage = `node build/bench/cores.js [network...] [options]

  --threads 1,2,…   numbers of threads to simulate (default: 1,2,4,8,16,32,64,128)
  --claim NS        a claim's turn on its cache line (default: 60, two cores of one socket)
  --memory GB/S     what memory gives at most to all threads (default: 300, a server of 64 cores; a thread gets what is measured here)
  --cache MB        the last cache, whose values cost memory nothing (default: 32)
  --rounds N        how often each command is timed (default: 5)`;

const { values, positionals } = parseArgs({
  options: {
    threads: { type: "string", default: "1,2,4,8,16,32,64,128" },
    claim: { type: "string", default: "60" },
    memory: { type: "string", default: "300" },
    cache: { type: "string", default: "32" },
    rounds: { type: "string", default: "5" },
    help: { type: "boolean", short: "h", default: false },
  },
  allowPositionals: true,
});

/** A command as the simulation sees it: milliseconds on one thread, and chunks of them. */
interface Work {
  readonly step: Step;
  readonly ms: number;
  readonly chunks: number;
  /** What the last chunk takes of a whole one. */
  readonly last: number;
}

interface Segment {
  readonly serial: boolean;
  readonly works: readonly Work[];
  readonly bytes: number;
}

/** What the simulated machine is like. */
interface Machine {
  readonly claimMs: number;
  /** Bytes a millisecond, of one thread and of all together. */
  readonly threadRate: number;
  readonly memoryRate: number;
  readonly cacheBytes: number;
}

type Train = tf.TracedFunction<(batches: readonly unknown[]) => unknown>;

/** The traced training step of a network, after a first call. */
async function stepOf(name: string, batch: number): Promise<{ concrete: ConcreteFunction; run: () => unknown }> {
  const network: Network =
    name === "resnet50"
      ? { ...networks.resnet, shape: [224, 224, 3], make: () => resnet50(224, 10) }
      : (networks[name as NetworkName] as Network | undefined)!;
  if (!network) throw new Error(`cores: given ${name}; expected one of ${[...Object.keys(networks), "resnet50"].join(", ")}`);
  const model = network.make();
  model.compile({ optimizer: network.optimizer(), loss: new tf.keras.losses.SparseCategoricalCrossentropy({ fromLogits: true }) });
  const [x, y] = samples(network, batch);
  await model.trainOnBatch(x, y);
  const train = model.makeTrainFunction() as unknown as Train;
  const run = () => tf.tidy(() => void train([[x, y]]));
  run();
  return { concrete: train.getConcreteFunction([[x, y]]), run };
}

/** The program's segments, with the time of each command. */
function measured({ plan, preparation }: Executable, rounds: number): Segment[] {
  const arena = allocate(plan.arenaBytes);
  const constants = allocate(plan.constantBytes);
  const prepared = allocate(preparation.bytes);
  const place = (operand: Operand): Place => {
    if (operand instanceof State) return { address: operand.resident(), bytes: operand.bytes };
    if (operand instanceof Part) {
      const { address, bytes } = place(operand.whole);
      return { address: address + operand.bytes, bytes: operand.length ?? bytes - operand.bytes };
    }
    const offset = preparation.offset(operand);
    if (offset !== undefined) return { address: prepared + offset, bytes: (operand as { bytes: number }).bytes };
    const found = plan.find(operand as tf.Tensor);
    if (found instanceof State) return place(found);
    return { address: (found.isConstant ? constants : arena) + found.slot.offset, bytes: found.slot.bytes };
  };
  const stepOfCommand = new Map<Command, Step>();
  for (const { step, commands } of plan.byStep) for (const each of preparation.without(commands)) stepOfCommand.set(each, step);
  const commands = [...stepOfCommand.keys()].filter(({ size }) => size > 0);
  const programs = commands.map((command) => new Program([command], place));
  const times = commands.map((): number[] => []);
  for (let round = 0; round <= rounds; round++) {
    // Inputs are zeros, which any kernel follows: what was there before, or lay there later in the last round, may be no index.
    memory().fill(0, arena, arena + plan.arenaBytes);
    programs.forEach((program, i) => {
      const begin = performance.now();
      program.run();
      if (round > 0) times[i]!.push(performance.now() - begin);
    });
  }
  const msOf = new Map(commands.map((command, i) => [command, median(times[i]!)]));
  return segmentsOf(commands, place).map(({ serial, commands }) => ({
    serial,
    works: commands.map((command) => {
      const chunks = Math.ceil(command.size / command.grain);
      return { step: stepOfCommand.get(command)!, ms: msOf.get(command)!, chunks, last: command.size / command.grain - (chunks - 1) };
    }),
    bytes: bytesOf(commands, place),
  }));
}

/** Bytes of all places that commands touch, each once; what is written counts twice, since memory is read before. */
function bytesOf(commands: readonly Command[], place: (operand: Operand) => Place): number {
  const seen = new Map<number, number>();
  for (const command of commands)
    forEachAddress(command, (operand, kind) => {
      const { address, bytes } = place(operand);
      seen.set(address, Math.max(seen.get(address) ?? 0, kind === "in" ? bytes : 2 * bytes));
    });
  return [...seen.values()].reduce((sum, bytes) => sum + bytes, 0);
}

/** Why a segment takes longer than a part of its work for each thread. */
type Loss = "serial" | "grain" | "claims" | "memory";

interface Simulated {
  readonly ms: number;
  readonly loss: Loss | null;
}

/** One segment on so many threads. */
function simulate({ serial, works, bytes }: Segment, threads: number, machine: Machine): Simulated {
  const sum = works.reduce((total, { ms }) => total + ms, 0);
  if (serial) return { ms: sum, loss: threads > 1 ? "serial" : null };
  const run = (claimMs: number): number => {
    // Threads by the time at which they are free; the line by the time at which it is.
    const free = new Array<number>(threads).fill(0);
    let line = 0;
    let end = 0;
    for (const { ms, chunks, last } of works) {
      const whole = ms / (chunks - 1 + last);
      for (let chunk = 0; chunk < chunks; chunk++) {
        let next = 0;
        for (let i = 1; i < threads; i++) if (free[i]! < free[next]!) next = i;
        line = Math.max(line, free[next]!) + claimMs;
        free[next] = line + (chunk === chunks - 1 ? whole * last : whole);
        end = Math.max(end, free[next]!);
      }
    }
    const working = Math.min(threads, works.reduce((total, { chunks }) => total + chunks, 0)); // prettier-ignore
    return end + claimMs * (threads > 1 ? working : 1); // what each has done is added one after the other
  };
  const ideal = sum / threads;
  const claimed = run(threads > 1 ? machine.claimMs : 0);
  const even = run(0);
  const rate = Math.min(machine.memoryRate, threads * machine.threadRate);
  const memory = bytes > machine.cacheBytes ? bytes / rate : 0;
  const ms = Math.max(claimed, memory);
  if (threads === 1 || ms < 1.05 * ideal) return { ms, loss: null };
  if (memory > claimed) return { ms, loss: "memory" };
  return { ms, loss: claimed - even > even - ideal ? "claims" : "grain" };
}

function report(name: string, segments: readonly Segment[], machine: Machine, threads: readonly number[], real: Map<number, number>): void {
  const works = segments.flatMap(({ works }) => works);
  const one = works.reduce((sum, { ms }) => sum + ms, 0);
  const serials = segments.filter(({ serial }) => serial);
  console.log(
    `\n${name}: ${works.length} commands in ${segments.length} segments, ${serials.length} of them serial; ${timeText(one)} of work; ` +
      [...real].map(([count, ms]) => `really ${timeText(ms)} on ${count}`).join(", "),
  );
  console.log("threads      time  speed-up  of it   lost to: serial    grain   claims   memory");
  for (const count of threads) {
    const lost: Record<Loss, number> = { serial: 0, grain: 0, claims: 0, memory: 0 };
    let total = 0;
    for (const segment of segments) {
      const { ms, loss } = simulate(segment, count, machine);
      total += ms;
      if (loss) lost[loss] += ms - segment.works.reduce((sum, { ms }) => sum + ms, 0) / count;
    }
    const parts = Object.values(lost).map((ms) => `${((100 * ms) / total).toFixed(0)} %`.padStart(9)).join(""); // prettier-ignore
    const speedUp = one / total;
    console.log(
      `${String(count).padStart(7)} ${timeText(total).padStart(9)} ${speedUp.toFixed(1).padStart(9)} ${`${((100 * speedUp) / count).toFixed(0)} %`.padStart(6)}          ${parts}`,
    );
  }
  const most = threads.at(-1)!;
  console.log(`what costs most on ${most} threads:`);
  const costly = segments
    .map((segment) => ({ segment, ...simulate(segment, most, machine) }))
    .map((each) => ({ ...each, lost: each.ms - each.segment.works.reduce((sum, { ms }) => sum + ms, 0) / most }))
    .sort((a, b) => b.lost - a.lost)
    .slice(0, 6);
  for (const { segment, ms, loss, lost } of costly) {
    const names = [...segment.works]
      .sort((a, b) => b.ms - a.ms)
      .slice(0, 3)
      .map(({ step, chunks, ms }) => `${step.op.name} (${chunks} × ${timeText(ms / chunks)})`);
    console.log(`  ${timeText(lost).padStart(8)} of ${timeText(ms).padStart(8)}  ${(loss ?? "").padEnd(7)} ${names.join(", ")}`);
  }
}

async function main(): Promise<void> {
  if (values.help) {
    console.log(usage);
    return;
  }
  const threads = values.threads.split(",").map(Number);
  tf.config.threading.setIntraOpParallelismThreads(1);
  const limits = await Limits.start(tf.config.get().build, 1);
  const machine: Machine = {
    claimMs: Number(values.claim) / 1e6,
    threadRate: limits.rate("copy"),
    memoryRate: Number(values.memory) * 1e6,
    cacheBytes: Number(values.cache) * 1e6,
  };
  limits.stop();
  for (const name of positionals.length > 0 ? positionals : ["cnn", "resnet50", "gpt"]) {
    const { concrete, run } = await stepOf(name, name === "resnet50" ? 4 : 32);
    const real = new Map<number, number>();
    for (const count of [1, 2]) {
      tf.config.threading.setIntraOpParallelismThreads(count);
      const times: number[] = [];
      for (let i = 0; i < 2 + Number(values.rounds); i++) {
        const begin = performance.now();
        run();
        if (i > 1) times.push(performance.now() - begin);
      }
      real.set(count, median(times));
    }
    tf.config.threading.setIntraOpParallelismThreads(1);
    report(name, measured(concrete.executable(), Number(values.rounds)), machine, threads, real);
  }
  process.exit(0);
}

await main();
