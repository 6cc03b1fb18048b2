// A peer is another process that takes orders line by line, so that its rounds can interleave with ours and its memory is its own.
//
//  (1) Outside of its orders a peer stands still (SIGSTOP), where the system has that: thread pools go on spinning for a while after their
//      last work (OpenBLAS some 25 ms), and would take a core from whoever is next.
//  (2) A process that stands still does not notice that we are gone, so all are killed when this process ends.

import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import type { Code, Contestant, PeerName } from "../harness/case.js";
import { repository } from "../harness/repository.js";

interface Reply {
  readonly version?: string;
  readonly ms?: number;
  readonly error?: string;
}

/** A peer that answers. */
export class Peer {
  readonly name: PeerName;
  /** Name and version, as the peer gives them. */
  version = "";
  readonly #process: ChildProcess;
  readonly #waiting: ((reply: Reply) => void)[] = [];

  private constructor(name: PeerName, process: ChildProcess) {
    this.name = name;
    this.#process = process;
    createInterface({ input: process.stdout! }).on("line", (line) => {
      if (line.startsWith("{")) this.#waiting.shift()?.(JSON.parse(line) as Reply);
    });
    process.on("error", ({ message }) => this.#ended(message));
    process.on("exit", (code, signal) => this.#ended(`the process ended (${signal ?? code})`));
    process.stdin!.on("error", () => {});
    running.add(process);
  }

  /** Starts the peer for a number of threads; the reason as a string where it is missing. */
  static async start(name: PeerName, threads: number): Promise<Peer | string> {
    const command = commandOf(name);
    if (typeof command === "string") return command;
    const count = String(threads);
    const env = { ...process.env, OMP_NUM_THREADS: count, OPENBLAS_NUM_THREADS: count, MKL_NUM_THREADS: count };
    const peer = new Peer(name, spawn(command[0]!, command.slice(1), { env, stdio: ["pipe", "pipe", "ignore"] }));
    const { version, error } = await peer.#order({ do: "version" });
    if (version === undefined) {
      peer.stop();
      return error ?? "no answer";
    }
    peer.version = version;
    return peer;
  }

  /** Makes the peer ready for a case, by a first call unless `tries` is false; the reason as a string where it can't do it. */
  async define({ setup = "", run }: Code, tries: boolean): Promise<Contestant | string> {
    const { error } = await this.#order({ do: "define", setup, run, tries });
    if (error !== undefined) return error;
    return {
      name: this.name,
      time: async (calls, rehearsals) => {
        const { ms, error } = await this.#order({ do: "time", calls, rehearsals });
        if (ms === undefined) throw new Error(`${this.name}: ${error}`);
        return ms;
      },
    };
  }

  stop(): void {
    this.#process.kill("SIGKILL");
  }

  async #order(order: object): Promise<Reply> {
    const reply = await new Promise<Reply>((resolve) => {
      this.#waiting.push(resolve);
      if (this.#process.exitCode !== null || this.#process.signalCode !== null) return this.#ended("the process has ended");
      if (canStandStill) this.#process.kill("SIGCONT");
      this.#process.stdin!.write(`${JSON.stringify(order)}\n`);
    });
    if (canStandStill) this.#process.kill("SIGSTOP");
    return reply;
  }

  #ended(reason: string): void {
    running.delete(this.#process);
    for (const resolve of this.#waiting.splice(0)) resolve({ error: reason });
  }
}

/** Whether processes can be stopped and go on. */
export const canStandStill = process.platform !== "win32";

const running = new Set<ChildProcess>();
process.once("exit", () => running.forEach((child) => child.kill("SIGKILL")));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(1));

/** Sources run where they stand: Python and plain JavaScript need no build, and packages resolve to bench/node_modules. */
const folder = join(repository, "bench/peers");

/** What Python has to import for a peer of its own. */
const modules: Partial<Readonly<Record<PeerName, string>>> = { torch: "torch", pillow: "PIL" };

function commandOf(name: PeerName): readonly string[] | string {
  const module = modules[name];
  if (module === undefined) return [process.execPath, join(folder, "server.mjs"), name];
  const python = findPython(module);
  return python ? [python, "-u", join(folder, "server.py"), name] : `no python3 that can import ${module}`;
}

/** The first Python that can import a module; those of KERASM_BENCH_PYTHON, one or several as in PATH, before others. */
export function findPython(module = "torch"): string | null {
  const candidates = [...(process.env["KERASM_BENCH_PYTHON"]?.split(delimiter) ?? []), "python3", "/usr/bin/python3"];
  return candidates.find((name) => spawnSync(name, ["-c", `import ${module}`], { stdio: "ignore" }).status === 0) ?? null;
}
