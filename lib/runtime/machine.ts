// The machine: kernels, memory and threads together. State of the process, set up at first use: to import it does nothing.
//
//  (1) One thread launches programs: the one that first used this module. Workers only take part.
//  (2) Workers start with the first program that gains from them, and join whenever they are ready; none is ever waited for.

import { platform } from "#platform";
import {
  EAGER_REFUSAL, LAUNCHER_MAY_PARK, POOL_BYTES, QUIT, REFUSAL, SEATS, SIGNAL, SPINS, STARTED, THREAD_SCRATCH,
} from "../generated/constants.js"; // prettier-ignore
import { allocate } from "./heap.js";
import type { Build } from "./binary.js";
import { hasRelaxed, isComplete, loadKernels, loadKernelsAside, TABLE_BASE, type Kernels } from "./kernels.js";
import { memory, words } from "./memory.js";
import { turn } from "./parts.js";
import { forbidsWasm } from "./policy.js";
import type { Thread } from "./platform.js";

/**
 * How often a thread looks at a word before it parks: half a millisecond or so, since a program's serial stretches and a loop's own work
 * between programs are shorter and waking takes 50 µs.
 */
const SPIN_COUNT = 500_000;

const scratches: number[] = [];
let workers: Thread[] = [];
let count: number | undefined;
let deterministic: boolean | undefined;
let revectorized = false;
let loaded: Kernels | undefined;
/** Those of `loaded`, by table slot. */
let functions: Kernels["functions"] = [];
let pool = 0;

/** More threads than machines have. */
export const MOST_THREADS = 1024;

/** A whole number from the environment. @throws RangeError for anything else */
function setting(name: string, most: number): number | undefined {
  const text = platform.setting(name);
  if (text === undefined || text === "") return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new RangeError(`${name}: given ${text.slice(0, 80)}; expected a whole number from 1 to ${most}.`);
}

/** Threads that run at once at most. More than the machine says it has: to test with, or where it says too little. */
const cores = (): number => setting("KERASM_NUM_CORES", 4096) ?? platform.availableThreads();

/** Number of threads that programs run on, the calling one included. */
export function threads(): number {
  return (count ??= setting("KERASM_NUM_THREADS", MOST_THREADS) ?? Math.min(cores(), 16));
}

/** Whether the build that gives the same bits on every machine and browser is taken. */
export function isDeterministic(): boolean {
  return (deterministic ??= platform.setting("KERASM_DETERMINISTIC") === "1");
}

/** The build in use: `relaxed` has fused multiply-add, `simd` gives the same bits on every machine. */
export function build(): Build {
  if (loaded) return loaded.build;
  const named = platform.setting("KERASM_BUILD");
  if (named !== undefined && named !== "" && named !== "simd" && named !== "relaxed")
    throw new RangeError(`KERASM_BUILD: given ${named.slice(0, 80)}; expected simd or relaxed.`);
  return !isDeterministic() && named !== "simd" && hasRelaxed() ? "relaxed" : "simd";
}

/** The kernels, compiled at first use, and anew where the program got further families of them. */
function kernels(): Kernels {
  if (isComplete(loaded)) return loaded;
  try {
    return use(loadKernels(build(), revectorized, loaded));
  } catch (cause) {
    checkPolicy(cause);
    if (!(cause instanceof RangeError) || platform.mayBlock) throw cause;
    throw new Error("kernels: given a page's main thread, which may not compile them at once; expected await tf.ready() before.", {
      cause,
    });
  }
}

/** @throws Error for an error that says that the page forbids WebAssembly: by the name of the directive */
function checkPolicy(cause: unknown): void {
  if (!forbidsWasm(cause)) return;
  throw new Error("kernels: given a page whose Content-Security-Policy forbids WebAssembly; expected 'wasm-unsafe-eval' in script-src.", {
    cause,
  });
}

function use(compiled: Kernels): Kernels {
  stopWorkers(); // theirs are others
  compiled.exports.setThreadScratch(scratchOf(0));
  pool ||= newPool();
  functions = compiled.functions;
  return (loaded = compiled);
}

/**
 * Compiles the kernels without keeping the thread busy: for pages, whose main thread may not compile at once. Elsewhere nobody needs it.
 *
 * ```ts
 * await tf.ready();
 * ```
 */
export async function ready(): Promise<void> {
  while (!isComplete(loaded)) {
    const compiled = await loadKernelsAside(build(), revectorized, loaded).catch((error: unknown) => {
      checkPolicy(error);
      throw error;
    });
    while (aside?.isBusy) await turn();
    if (!isComplete(loaded)) use(compiled);
  }
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

function takeRefusal(address: number): Refusal | null {
  const at = address / 4;
  const site = words()[at]!;
  if (site === 0) return null;
  words()[at] = 0;
  return { site, index: words()[at + 1]! | 0, axis: words()[at + 2]!, length: words()[at + 3]! };
}

function checkRefusal(address: number): void {
  const refusal = takeRefusal(address);
  if (refusal) onRefusal(refusal);
}

/** Calls one kernel on this thread over a range. */
export function callKernel(kernel: number, args: number, begin: number, end: number): void {
  (functions[kernel] ?? kernels().functions[kernel]!)(args, begin, end);
  checkRefusal(EAGER_REFUSAL);
}

/** Runs an encoded program; `parallel` says that some segment has work for more than one thread. */
export function runProgram(address: number, parallel: boolean): void {
  finishAside();
  const { exports } = kernels();
  if (haveWorkers(parallel)) exports.launch(address, pool);
  else exports.runAlone(address);
  checkRefusal(address + REFUSAL);
}

/** How programs run beside a page's own work: pages have it with their first program. */
let aside: import("./aside.js").Aside | null = null;

/** Ends the program that runs aside: what comes now may need its results, and threads have one program at a time. */
export const finishAside = (): void => aside?.finish();

/**
 * Runs an encoded program without keeping a page's thread busy.
 *
 * @param program  what it is the program of: how its runs went is kept for it
 * @param begin  called when its turn has come
 */
export async function runProgramAside(program: object, address: number, parallel: boolean, begin: () => void): Promise<void> {
  if (loaded && !platform.mayBlock && !isComplete(loaded)) await ready();
  kernels();
  if (!platform.mayBlock && !aside) {
    const { Aside } = await import("./aside.js"); // before the wait: what follows that begins at once
    aside ??= new Aside(asideParts);
  }
  while (aside?.isBusy) await turn();
  begin();
  if (platform.mayBlock) return runProgram(address, parallel);
  await aside!.run(program, address, haveWorkers(parallel));
  checkRefusal(address + REFUSAL);
}

const asideParts = {
  exports: () => (loaded ?? kernels()).exports,
  pool: () => pool,
  seat,
  call(slot: number, args: number, begin: number, end: number): Refusal | null {
    functions[slot - TABLE_BASE]!(args, begin, end);
    return takeRefusal(EAGER_REFUSAL);
  },
  refuse: (refusal: Refusal): void => onRefusal(refusal),
};

/** Starts workers where a program gains from them. @returns  whether some are there */
function haveWorkers(parallel: boolean): boolean {
  if (!parallel || threads() === 1) return false;
  if (workers.length < workersWanted()) startWorkers();
  return words()[(pool + STARTED) / 4] !== 0;
}

/** Says how many workers may take part at once. @param own  how many of the cores the launching thread has to itself */
function seat(own: number): void {
  words()[(pool + SEATS) / 4] = cores() - own;
}

/** A page's own thread has other things to do, so it gets a worker more. */
const workersWanted = (): number => (platform.mayBlock ? threads() - 1 : threads());

let reportedFailure = false;

function startWorkers(): void {
  const { module, names } = loaded ?? kernels();
  words()[(pool + SPINS) / 4] = SPIN_COUNT;
  seat(platform.mayBlock ? 1 : 0);
  words()[(pool + LAUNCHER_MAY_PARK) / 4] = platform.mayBlock ? 1 : 0;
  for (let thread = workers.length + 1; thread <= workersWanted(); thread++) {
    try {
      const worker = platform.startThread({ module, memory, kernels: names, scratch: scratchOf(thread), pool });
      workers.push(worker);
      worker.started.catch((error) => workers.includes(worker) && goOnWithFewer(error));
    } catch (error) {
      return goOnWithFewer(error);
    }
  }
}

function goOnWithFewer(error: unknown): void {
  count = Math.max(1, threads() - 1);
  if (reportedFailure) return;
  reportedFailure = true;
  console.warn(`kerasm: a worker thread did not start (${(error as Error).message}); going on with fewer threads.`);
}

/** Ends the workers; the next program that gains from them starts new ones. */
function stopWorkers(): void {
  if (workers.length === 0) return;
  const signal = new Int32Array(memory.buffer, pool + SIGNAL, 1);
  finishAside();
  aside?.forget();
  words()[(pool + QUIT) / 4] = 1;
  Atomics.add(signal, 0, 1);
  Atomics.notify(signal, 0);
  workers = [];
  pool = newPool();
}

/** Sets the number of threads. Results don't depend on it. */
export function setThreads(wanted: number): void {
  stopWorkers();
  count = wanted;
}

/** Takes that build, or leaves the choice to the engine's abilities. Compiled programs are of one build: see `build`. */
export async function setDeterministic(on: boolean): Promise<void> {
  if (isDeterministic() === on) return;
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
  if (!loaded) return;
  loaded = undefined;
  use(await loadKernelsAside(build(), revectorized));
}
