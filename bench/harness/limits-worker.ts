// One thread of the measured limits: waits for an order, carries it out on memory of its own, says how fast it was.

import { workerData } from "node:worker_threads";
import { now } from "./clock.js";
import { Order, type LimitsStart } from "./limits.js";

interface Exports {
  readonly FLOPS_PER_TURN: WebAssembly.Global;
  arithmetic(turns: number, factor: number): number;
  copy(to: number, from: number, bytes: number): void;
}

const { module, orders, rates, index, copyBytes } = workerData as LimitsStart;
const base = 65536;
const memory = new WebAssembly.Memory({ initial: (base + 2 * copyBytes) / 65536 });
const limits = (await WebAssembly.instantiate(module, { env: { memory } })).exports as unknown as Exports;
const signals = new Int32Array(orders);
const results = new Float64Array(rates);

/** What each order does, and how much work it was: FLOPs or bytes. */
const jobs: Record<number, () => number> = {
  [Order.arithmetic]: () => {
    const turns = 20_000;
    limits.arithmetic(turns, 1.000001);
    return turns * (limits.FLOPS_PER_TURN.value as number);
  },
  [Order.copy]: () => {
    limits.copy(base + copyBytes, base, copyBytes);
    return 2 * copyBytes;
  },
};

for (let seen = 0; ;) {
  Atomics.wait(signals, 0, seen);
  seen = Atomics.load(signals, 0);
  const job = jobs[Atomics.load(signals, 1)];
  if (!job) break;
  const begin = now();
  const work = job();
  results[index] = work / (now() - begin);
  Atomics.add(signals, 2, 1);
  Atomics.notify(signals, 2);
}
