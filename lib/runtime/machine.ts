// The machine: kernels, memory and threads together. State of the process, set up when this module is imported.
//
//  (1) One thread launches programs: the one that imported this module. Workers only take part.
//  (2) Workers start with the first program that gains from them, and join whenever they are ready; none is ever waited for.

import { platform } from "#platform";
import {
  DELEGATES_DONE, EAGER_REFUSAL, LAUNCHER_MAY_PARK, POOL_BYTES, QUIT, REFUSAL, SEATS, SIGNAL, SPINS, STARTED, THREAD_SCRATCH,
} from "../generated/constants.js"; // prettier-ignore
import { kernelNames } from "../generated/kernels.js";
import { allocate } from "./heap.js";
import { hasRelaxed, loadKernels, type Build, type Kernels } from "./kernels.js";
import { memory, words } from "./memory.js";
import type { Thread } from "./platform.js";

/**
 * How often a thread looks at a word before it parks: half a millisecond or so, since a program's serial stretches and a loop's own work
 * between programs are shorter and waking takes 50 µs.
 */
const SPIN_COUNT = 500_000;

const scratches: number[] = [];
let workers: Thread[] = [];
/** Threads that run at once at most. More than the machine says it has: to test with, or where it says too little. */
const cores = setting("KERASM_NUM_CORES") ?? platform.availableThreads();
let wanted = setting("KERASM_NUM_THREADS") ?? Math.min(cores, 16);
let deterministic = platform.setting("KERASM_DETERMINISTIC") === "1";
let revectorized = false;
let kernels: Kernels = await load();
let pool = newPool();

/** A positive whole number from the environment. */
function setting(name: string): number | undefined {
  const value = Number(platform.setting(name));
  return Number.isInteger(value) && value > 0 ? value : undefined;
}

async function load(): Promise<Kernels> {
  const build: Build = !deterministic && hasRelaxed() && platform.setting("KERASM_BUILD") !== "simd" ? "relaxed" : "simd";
  const loaded = await loadKernels(build, revectorized);
  loaded.exports.setThreadScratch(scratchOf(0));
  return loaded;
}

/** A pool without workers. Each generation of workers has one of its own, so that one that is told to quit never meets the next. */
function newPool(): number {
  const address = allocate(POOL_BYTES);
  words().fill(0, address / 4, (address + POOL_BYTES) / 4);
  return address;
}

function scratchOf(thread: number): number {
  return (scratches[thread] ??= allocate(THREAD_SCRATCH));
}

/** What a kernel was given and could not follow: an index along an axis of that length, for the operation with that number. */
export interface Refusal {
  readonly site: number;
  readonly index: number;
  readonly axis: number;
  readonly length: number;
}

let onRefusal: (refusal: Refusal) => never = ({ index, axis, length }) => {
  throw new RangeError(`kernel: given index ${index} along axis ${axis}; expected one for a length of ${length}.`);
};

/** Says what is thrown where a kernel refused what it was given. */
export function throwRefusals(throwing: (refusal: Refusal) => never): void {
  onRefusal = throwing;
}

function checkRefusal(address: number): void {
  const at = address / 4;
  const site = words()[at]!;
  if (site === 0) return;
  words()[at] = 0;
  onRefusal({ site, index: words()[at + 1]! | 0, axis: words()[at + 2]!, length: words()[at + 3]! });
}

/** Calls one kernel on this thread over its whole range. */
export function callKernel(kernel: number, args: number, size: number): void {
  kernels.functions[kernel]!(args, 0, size);
  checkRefusal(EAGER_REFUSAL);
}

/** Runs an encoded program; `parallel` says that some segment has work for more than one thread. */
export function runProgram(address: number, parallel: boolean): void {
  while (delegated > 0 && words()[delegated] === delegatedBefore) {} // a worker still runs the last one
  if (parallel && wanted > 1 && workers.length < workersWanted()) startWorkers();
  if (!parallel || wanted === 1 || words()[(pool + STARTED) / 4] === 0) kernels.exports.runAlone(address);
  else kernels.exports.launch(address, pool);
  checkRefusal(address + REFUSAL);
}

/** Word that changes when the delegated program has run, and what it was before; 0 where none was delegated. */
let delegated = 0;
let delegatedBefore = 0;

/** Runs an encoded program on the workers alone where this thread must stay free (a page's), else at once. */
export async function runProgramAside(address: number): Promise<void> {
  if (platform.mayBlock || wanted === 1) return runProgram(address, true);
  if (workers.length < workersWanted()) startWorkers();
  if (words()[(pool + STARTED) / 4] === 0) return runProgram(address, true);
  while (delegated > 0 && words()[delegated] === delegatedBefore) await platform.turn();
  delegated = (pool + DELEGATES_DONE) / 4;
  delegatedBefore = words()[delegated]!;
  kernels.exports.delegate(address, pool);
  await platform.changed(new Int32Array(memory.buffer), delegated, delegatedBefore | 0);
  checkRefusal(address + REFUSAL);
}

/** A page's own thread has other things to do, so it gets a worker more. */
const workersWanted = (): number => (platform.mayBlock ? wanted - 1 : wanted);

let reportedFailure = false;

function startWorkers(): void {
  words()[(pool + SPINS) / 4] = SPIN_COUNT;
  words()[(pool + SEATS) / 4] = platform.mayBlock ? cores - 1 : cores;
  words()[(pool + LAUNCHER_MAY_PARK) / 4] = platform.mayBlock ? 1 : 0;
  for (let thread = workers.length + 1; thread <= workersWanted(); thread++) {
    try {
      const worker = platform.startThread({ module: kernels.module, memory, kernels: kernelNames, scratch: scratchOf(thread), pool });
      workers.push(worker);
      worker.started.catch((error) => workers.includes(worker) && goOnWithFewer(error));
    } catch (error) {
      return goOnWithFewer(error);
    }
  }
}

function goOnWithFewer(error: unknown): void {
  wanted = Math.max(1, wanted - 1);
  if (reportedFailure) return;
  reportedFailure = true;
  console.warn(`kerasm: a worker thread did not start (${(error as Error).message}); going on with fewer threads.`);
}

/** Ends the workers; the next program that gains from them starts new ones. */
function stopWorkers(): void {
  if (workers.length === 0) return;
  const signal = new Int32Array(memory.buffer, pool + SIGNAL, 1);
  while (delegated > 0 && words()[delegated] === delegatedBefore) {}
  delegated = 0;
  words()[(pool + QUIT) / 4] = 1;
  Atomics.add(signal, 0, 1);
  Atomics.notify(signal, 0);
  workers = [];
  pool = newPool();
}

/** Number of threads that programs run on, the calling one included. */
export const threads = (): number => wanted;

/** Sets the number of threads. Results don't depend on it. */
export function setThreads(count: number): void {
  stopWorkers();
  wanted = count;
}

/** The build in use: `relaxed` has fused multiply-add, `simd` gives the same bits on every machine. */
export const build = (): Build => kernels.build;

/** Whether the build that gives the same bits on every machine and browser is taken. */
export const isDeterministic = (): boolean => deterministic;

/** Takes that build, or leaves the choice to the engine's abilities. Compiled programs are of one build: see `build`. */
export async function setDeterministic(on: boolean): Promise<void> {
  if (deterministic === on) return;
  deterministic = on;
  await reload();
}

/** Whether the engine joins neighbouring 128-bit operations of the kernels into 256-bit ones. */
export const isRevectorized = (): boolean => revectorized;

/** Whether this engine can do that when told to. */
export const canRevectorize = platform.setRevectorize !== undefined;

/** Tells the engine to do so or not, and compiles the kernels anew. Results don't depend on it. */
export async function setRevectorized(on: boolean): Promise<void> {
  if (revectorized === on) return;
  revectorized = on;
  platform.setRevectorize?.(on);
  await reload();
}

async function reload(): Promise<void> {
  const loaded = await load();
  stopWorkers();
  kernels = loaded;
}
