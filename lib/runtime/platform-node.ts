import { availableParallelism } from "node:os";
import { setImmediate } from "node:timers";
import { readFileSync } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { setFlagsFromString } from "node:v8";
import { gunzip } from "node:zlib";
import { Worker } from "node:worker_threads";
import type { FileStore, Platform, Thread, ThreadStart } from "./platform.js";
import { wordChanged } from "./waiting.js";
import { enterPool } from "./worker-source.js";

const source = `${enterPool}
const { parentPort, workerData } = require("node:worker_threads");
enterPool(workerData, () => parentPort.postMessage("ready"));`;

function startThread(start: ThreadStart): Thread {
  // Options of the process are not the worker's: with --input-type=module its source would be taken for a module.
  const worker = new Worker(source, { eval: true, workerData: start, name: "kerasm", execArgv: [], stdout: false, stderr: false });
  worker.unref();
  const started = new Promise<void>((resolve, reject) => {
    worker.once("message", () => resolve());
    worker.once("error", reject);
    worker.once("exit", () => reject(new Error("the worker ended before it started")));
  });
  started.catch(() => {});
  return { started, stop: () => void worker.terminate() };
}

/** A folder of files. Writes go aside, are synced, and take their place by renaming. */
function openStore(location: string): FileStore {
  const folder = resolve(location);
  const path = (name: string) => join(folder, name);
  let swept: Promise<void> | undefined;
  return {
    read: (name) => readFile(path(name)).then((bytes) => new Uint8Array(bytes), nullIfMissing),
    readNow(name) {
      try {
        return new Uint8Array(readFileSync(path(name)));
      } catch (error) {
        return nullIfMissing(error);
      }
    },
    async write(name, bytes) {
      const target = path(name);
      const aside = `${target}.${process.pid}.tmp`;
      await mkdir(dirname(target), { recursive: true });
      await (swept ??= sweep(folder));
      try {
        const file = await open(aside, "w");
        try {
          await file.writeFile(bytes);
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(aside, target);
      } catch (error) {
        await rm(aside, { force: true }).catch(() => {});
        throw error;
      }
      await syncFolder(dirname(target));
    },
    remove: (name) => rm(path(name), { force: true }),
    async list() {
      try {
        return (await readdir(folder)).filter((name) => !name.endsWith(".tmp")).sort();
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
        throw error;
      }
    },
  };
}

/** Removes what processes that were killed left aside, a minute ago or more. */
async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = Number(/\.(\d+)\.tmp$/.exec(name)?.[1]);
    if (!pid || isAlive(pid)) continue;
    const path = join(folder, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Infinity }));
    if (Date.now() - mtimeMs > 60_000) await rm(path, { force: true }).catch(() => {});
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function nullIfMissing(error: unknown): null {
  if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
  throw error;
}

/** A rename is durable once its folder is synced; some file systems can't sync folders, and that is no reason to fail. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, "r");
    await handle.sync().finally(() => handle.close());
  } catch {
    // not supported here
  }
}

/** The flag is experimental, so it is for the one version that is tested: the engine of Node 26 ends the process while it compiles the kernels. */
const hasRevectorize = process.versions.node.startsWith("24.");

export const platform: Platform = {
  name: "node",
  availableThreads: availableParallelism,
  mayBlock: true,
  startThread,
  turn: () => new Promise((resolve) => setImmediate(resolve)),
  changed: wordChanged,
  ...(hasRevectorize && { setRevectorize: (on) => setFlagsFromString(`--${on ? "" : "no-"}experimental-wasm-revectorize`) }),
  setting: (name) => process.env[name],
  openStore,
  gunzip: async (bytes) => new Uint8Array(await promisify(gunzip)(bytes)),
  readAsset: async (url) => new Uint8Array(await readFile(url)),
  output: {
    write: (text) => void process.stdout.write(text),
    get columns() {
      return process.stdout.isTTY ? process.stdout.columns || 80 : 0;
    },
  },
};
