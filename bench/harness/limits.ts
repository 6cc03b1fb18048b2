// What the machine can do at best, measured in the same run as the cases: multiply-adds in registers and memory.copy, on as many threads.

import { createHash } from "node:crypto";
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import type { Contestant } from "./case.js";
import { repository } from "./repository.js";

export const Order = { arithmetic: 1, copy: 2 } as const;
export type Measure = keyof typeof Order;

export interface LimitsStart {
  readonly module: WebAssembly.Module;
  /** Three words: number of orders so far, the last order, threads that are done with it. */
  readonly orders: SharedArrayBuffer;
  /** What each thread managed in a millisecond. */
  readonly rates: SharedArrayBuffer;
  readonly index: number;
  readonly copyBytes: number;
}

/** Bytes of each copy: well beyond the caches. */
const COPY_BYTES = 1 << 26;

/** The limits of some number of threads; of no more than the machine has cores. */
export class Limits {
  readonly #workers: readonly Worker[];
  readonly #orders = new SharedArrayBuffer(12);
  readonly #rates: SharedArrayBuffer;

  private constructor(module: WebAssembly.Module, threads: number) {
    const count = Math.min(threads, availableParallelism());
    this.#rates = new SharedArrayBuffer(8 * count);
    this.#workers = Array.from({ length: count }, (_, index) => {
      const start: LimitsStart = { module, orders: this.#orders, rates: this.#rates, index, copyBytes: COPY_BYTES };
      return new Worker(new URL("./limits-worker.js", import.meta.url), { workerData: start });
    });
  }

  /** Starts the threads for the kernels of one build. */
  static async start(build: "simd" | "relaxed", threads: number): Promise<Limits> {
    const limits = new Limits(await WebAssembly.compile(await compiled(build)), threads);
    await Promise.all(limits.#workers.map((worker) => new Promise((resolve) => worker.once("online", resolve))));
    for (const worker of limits.#workers) worker.unref();
    for (let i = 0; i < 30; i++) limits.rate("arithmetic"); // until the engine has compiled its best code
    for (let i = 0; i < 2; i++) limits.rate("copy");
    return limits;
  }

  /** FLOPs or bytes per millisecond of all threads together. The calling thread sleeps meanwhile. */
  rate(measure: Measure): number {
    const signals = new Int32Array(this.#orders);
    Atomics.store(signals, 2, 0);
    Atomics.store(signals, 1, Order[measure]);
    Atomics.add(signals, 0, 1);
    Atomics.notify(signals, 0);
    for (let done = 0; done < this.#workers.length; done = Atomics.load(signals, 2)) Atomics.wait(signals, 2, done);
    return new Float64Array(this.#rates).reduce((sum, rate) => sum + rate);
  }

  /** A contestant whose time is what the machine needs at best for this much work. */
  contestant(measure: Measure, work: number): Contestant {
    return { name: `limit ${measure}`, time: async () => work / this.rate(measure) };
  }

  stop(): void {
    for (const worker of this.#workers) void worker.terminate();
  }
}

/** The limits' own small module, compiled when its source changed. */
async function compiled(build: "simd" | "relaxed"): Promise<Uint8Array<ArrayBuffer>> {
  const source = "assembly/bench/limits.ts";
  const hash = createHash("sha256")
    .update(readFileSync(join(repository, source)))
    .digest("hex")
    .slice(0, 12);
  const file = join(repository, `build/bench/limits-${build}-${hash}.wasm`);
  if (!existsSync(file)) {
    const relaxed = build === "relaxed" ? ["--enable", "relaxed-simd", "--use", "RELAXED=1"] : [];
    const options = ["--config", "none", "--runtime", "stub", "--importMemory", "--enable", "simd", ...relaxed, "-O3", "--noAssert"];
    const asc = join(repository, "node_modules/assemblyscript/bin/asc.js");
    await promisify(execFile)(process.execPath, [asc, source, "--outFile", file, ...options], { cwd: repository });
  }
  return new Uint8Array(readFileSync(file));
}
