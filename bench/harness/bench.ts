import { cpus, loadavg } from "node:os";
import { setTimeout } from "node:timers/promises";
import * as tf from "../../lib/index.js";
import type { Options } from "../options.js";
import { canStandStill, Peer } from "../peers/peer.js";
import { local, peerNames, type Case, type Contestant, type PeerName } from "./case.js";
import { compare, type Patience, type Timing } from "./compare.js";
import { Limits, type Measure } from "./limits.js";
import { JsonLines, line, type Outcome } from "./report.js";

/** Peers that run on one thread in Node whatever is asked of them are compared there alone. */
const singleThreaded: readonly PeerName[] = ["tfjs-cpu", "tfjs-wasm", "jax"];

/** Runs cases beside their peers and the machine's limits, and reports each as it is done. */
export class Bench {
  readonly #options: Options;
  readonly #json: JsonLines;
  readonly #limits = new Map<number, Limits>();
  readonly #peers = new Map<string, Peer | string>();
  readonly #problems: string[] = [];

  constructor(options: Options) {
    this.#options = options;
    this.#json = new JsonLines(options.json);
  }

  /** Measures the limits, starts the peers, and says what the figures below are of. */
  async start(peers: readonly PeerName[]): Promise<void> {
    const { threads, revectorize } = this.#options;
    const { build } = tf.config.get();
    console.log(`${cpus()[0]?.model.trim()}, ${cpus().length} cores, load ${loadavg()[0]!.toFixed(1)}`);
    console.log(
      `Node ${process.versions.node} (V8 ${process.versions.v8}), ${build} build${revectorize ? ", revectorized" : ""}${this.#options.cpu ? "; times are the processor's, not the wall's" : ""}`,
    );
    for (const count of threads) {
      const limits = await Limits.start(build, count);
      this.#limits.set(count, limits);
      const [flops, bytes] = [limits.rate("arithmetic") / 1e6, limits.rate("copy") / 1e6];
      console.log(`limit of ${count} ${count === 1 ? "thread" : "threads"}: ${flops.toFixed(1)} GFLOP/s, ${bytes.toFixed(1)} GB/s copied`);
    }
    if (revectorize) await tf.config.set({ revectorize }); // the limits above are those of 128 bits
    const starts = peers.flatMap((name) =>
      (singleThreaded.includes(name) ? threads.slice(0, 1) : threads).map((count) => [name, count] as const),
    );
    const started = await Promise.all(starts.map(([name, count]) => Peer.start(name, count)));
    starts.forEach(([name, count], i) => {
      const peer = started[i]!;
      this.#peers.set(`${name} ${count}`, peer);
      if (count === threads[0]) console.log(`${name}: ${typeof peer === "string" ? `missing (${peer})` : peer.version}`);
    });
  }

  async run(entry: Case, threads: number): Promise<void> {
    const results = new Map<PeerName, Timing | string>();
    const contestants: Contestant[] = [];
    const { flops = 0, bytes = 0 } = entry.work ?? {};
    const addLimit = (measure: Measure, work: number) => work > 0 && contestants.push(this.#limits.get(threads)!.contestant(measure, work));
    addLimit("arithmetic", flops);
    addLimit("copy", bytes);
    for (const name of peerNames) {
      const code = entry.peers?.[name];
      const peer = this.#peers.get(`${name} ${threads}`);
      if (!code || !peer || (this.#options.quick && entry.slow?.includes(name))) continue;
      const contestant = typeof peer === "string" ? peer : await peer.define(code, entry.once !== true);
      if (typeof contestant !== "string") contestants.push(contestant);
      else {
        results.set(name, contestant);
        if (typeof peer !== "string") this.#problems.push(`${entry.name}: ${name} can't: ${contestant}`);
      }
    }
    if (tf.config.get().threads !== threads) tf.config.threading.setIntraOpParallelismThreads(threads);
    const side = await this.#prepared(entry, threads);
    if (!side) return;
    const times = await compare([...contestants, side], this.#patience(threads));
    for (const name of peerNames) if (times.has(name)) results.set(name, times.get(name)!);
    const ours = times.get("ours")!;
    const limit = Math.max(...["limit arithmetic", "limit copy"].map((name) => times.get(name)?.median ?? 0));
    const outcome: Outcome = { case: entry, threads, ours, limitFraction: limit > 0 ? limit / ours.median : null, peers: results };
    console.log(line(outcome));
    this.#json.add(outcome);
  }

  /** Our side after its first call, which starts the workers; null where it fails. */
  async #prepared(entry: Case, threads: number): Promise<Contestant | null> {
    try {
      const given = await entry.ours(threads);
      const ours = typeof given === "function" ? local("ours", given) : given;
      if (!entry.once) await ours.time(1, 0);
      if (threads > 1 && !entry.once) await setTimeout(30);
      return ours;
    } catch (error) {
      this.#problems.push(`${entry.name}: ours fails: ${(error as Error).stack}`);
      return null;
    }
  }

  #patience(threads: number): Patience {
    const { quick, budget } = this.#options;
    const pause = threads > 1 && !canStandStill ? 20 : 0;
    return quick
      ? { warmUp: 80, budget: 60, turns: 1, turn: 6, pause: pause / 4 }
      : { warmUp: 300, budget, turns: 3, turn: Math.min(20, budget / 10), pause };
  }

  stop(): void {
    for (const peer of this.#peers.values()) if (peer instanceof Peer) peer.stop();
    for (const limits of this.#limits.values()) limits.stop();
    if (this.#problems.length > 0) console.log(`\n${this.#problems.join("\n")}`);
  }
}
