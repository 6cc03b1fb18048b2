// Starts ranks under an outer time limit that kills the whole process group.

import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("./rank.js", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly out: string;
  readonly err: string;
  /** What ranks answered. */
  readonly answers: readonly Record<string, never>[];
  readonly milliseconds: number;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when the text was said, with all that was said. */
  said(text: string): Promise<string>;
}

const has = (command: string): boolean => spawnSync("sh", ["-c", `command -v ${command}`]).status === 0;
const hasLibrary = (name: string): boolean => spawnSync("sh", ["-c", `ldconfig -p 2>/dev/null | grep -q ${name}`]).status === 0;

/** How ranks are started here. */
export const launchers = {
  mpirun: has("mpirun.openmpi") && hasLibrary("libmpi.so.40"),
  mpiexec: has("mpiexec.mpich") && hasLibrary("libmpich.so.12"),
  TF_CONFIG: hasLibrary("libmpich.so.12"),
};
export type Launcher = keyof typeof launchers;

/** Starts a program in a process group of its own, which is killed after `limit` seconds. */
export function start(command: string, args: readonly string[], env: Record<string, string> = {}, limit = 180): Started {
  const begin = performance.now();
  const folder = mkdtempSync(join(tmpdir(), "kerasm-ranks-"));
  const clean = Object.fromEntries(Object.entries(process.env).filter(([key]) => !/^(TAP|TF_CONFIG|NODE_OPTIONS)/.test(key)));
  const child = spawn(command, args, {
    detached: true,
    env: { ...clean, KERASM_TEST_ANSWERS: folder, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [out, err] = ["", ""];
  const listeners = new Set<() => void>();
  const hear = () => listeners.forEach((listener) => listener());
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk.toString();
    hear();
  });
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  const killGroup = () => {
    try {
      process.kill(-child.pid!, "SIGKILL");
    } catch {
      // it is over
    }
  };
  const timer = setTimeout(killGroup, limit * 1000);
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      killGroup();
      const answers = readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as Record<string, never>);
      rmSync(folder, { recursive: true });
      resolve({ code, signal, out, err, answers, milliseconds: performance.now() - begin });
      hear();
    });
  });
  const said = (text: string) =>
    new Promise<string>((resolve, reject) => {
      const listener = () => {
        if (out.includes(text) && out.endsWith("\n")) resolve(out);
        else if (child.exitCode !== null || child.signalCode !== null) reject(new Error(`ended before it said ${text}: ${err}`));
        else return;
        listeners.delete(listener);
      };
      listeners.add(listener);
      listener();
    });
  return { child, ended, said };
}

/** Free ports of this machine, below those that the system hands out by itself, so that nobody else gets one before its rank listens. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const isFree = await new Promise<boolean>((resolve) => {
      const server = createServer()
        .once("error", () => resolve(false))
        .listen(port, () => server.close(() => resolve(true)));
    });
    if (isFree) ports.add(port);
  }
  return [...ports];
}

const threads = { KERASM_NUM_THREADS: "1" };

/** Starts ranks by TF_CONFIG alone, each a process group of its own. */
export async function startTasks(
  count: number,
  args: readonly string[],
  limit = 180,
  env: Record<string, string> = {},
): Promise<Started[]> {
  const ports = await freePorts(count);
  const worker = ports.map((port) => `127.0.0.1:${port}`);
  return Array.from({ length: count }, (_, index) => {
    const TF_CONFIG = JSON.stringify({ cluster: { worker }, task: { type: "worker", index } });
    return start(process.execPath, [script, ...args], { ...threads, ...env, TF_CONFIG }, limit);
  });
}

/** Starts the tasks of a cluster with several jobs. */
export async function startCluster(jobs: Readonly<Record<string, number>>, args: readonly string[], limit = 180): Promise<Started[]> {
  const counts = Object.entries(jobs);
  const ports = await freePorts(counts.reduce((sum, [, count]) => sum + count, 0));
  const cluster = Object.fromEntries(counts.map(([job, count]) => [job, ports.splice(0, count).map((port) => `127.0.0.1:${port}`)]));
  return counts.flatMap(([type, count]) =>
    Array.from({ length: count }, (_, index) =>
      start(process.execPath, [script, ...args], { ...threads, TF_CONFIG: JSON.stringify({ cluster, task: { type, index } }) }, limit),
    ),
  );
}

/** Starts ranks by a launcher, all in its process group or groups that it ends. */
export function startByLauncher(launcher: Exclude<Launcher, "TF_CONFIG">, count: number, args: readonly string[], limit = 180): Started {
  const command = launcher === "mpirun" ? "mpirun.openmpi" : "mpiexec.mpich";
  const own = launcher === "mpirun" ? ["--allow-run-as-root", "--oversubscribe", "--mca", "btl_vader_single_copy_mechanism", "none"] : [];
  return start(command, [...own, "-n", String(count), process.execPath, ...args], threads, limit);
}

/** Runs ranks to their end. */
export async function runRanks(launcher: Launcher, count: number, args: readonly string[], limit = 180): Promise<Ended[]> {
  if (launcher === "TF_CONFIG") return Promise.all((await startTasks(count, args, limit)).map(({ ended }) => ended));
  return [await startByLauncher(launcher, count, [script, ...args], limit).ended];
}
