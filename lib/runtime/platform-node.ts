// The seam to Node: workers, files, time, cores. Its twin is platform-browser.ts.

import { availableParallelism, tmpdir } from "node:os";
import { setImmediate } from "node:timers";
import {
  closeSync,
  type Dirent,
  existsSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
} from "node:fs";
import { renameSync, rmSync, statSync, unlinkSync, writeSync } from "node:fs";
import { open, readdir, readFile, realpath, rename, rm, stat, utimes } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { setFlagsFromString } from "node:v8";
import { gunzip, inflate } from "node:zlib";
import { parentPort, threadId, Worker, type WorkerOptions } from "node:worker_threads";
import { filesMatching } from "./glob.js";
import { bodyOf } from "./body.js";
import { inTurn } from "./in-turn.js";
import type { FileContent, FileStore, FolderEntry, GrowingFile, Platform, StagedFile, Thread, ThreadStart } from "./platform.js";
import { slurmStep } from "./slurm.js";
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

/** A name that no other thread or process uses: the process's number first, so that what is left of it can be told. */
let asides = 0;
const asideName = (target: string): string =>
  `${target}.${process.pid}.${threadId}-${asides++}-${Math.random().toString(36).slice(2, 10)}.tmp`;

/**
 * Makes a folder and those above it. Node's own `recursive` never returns where a file system answers "not there" below a folder that is, as
 * /proc does.
 */
function makeFolder(folder: string): void {
  const isThere = () => statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
  if (isThere()) return;
  if (dirname(folder) !== folder) makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    if (!isThere()) throw error; // somebody else made it meanwhile
  }
}

/** A folder of files. Writes go aside, are synced, and take their place by renaming. */
function openStore(location: string): FileStore {
  const folder = resolve(location);
  const path = (name: string) => join(folder, name);
  let swept: Promise<void> | undefined;
  const stage = async (target: string, content: FileContent): Promise<StagedFile> => {
    makeFolder(dirname(target));
    await (swept ??= sweep(dirname(target)));
    return staged(target, content);
  };
  return {
    read: (name) => readFile(path(name)).then((bytes) => new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength), nullIfMissing),
    async open(name) {
      const info = await stat(path(name)).catch(nullIfMissing);
      if (!info?.isFile()) return null;
      return {
        size: info.size,
        async read(begin, end) {
          const file = await open(path(name), "r");
          try {
            const bytes = new Uint8Array(end - begin);
            const { bytesRead } = await file.read(bytes, 0, bytes.length, begin);
            return bytes.subarray(0, bytesRead);
          } finally {
            await file.close();
          }
        },
      };
    },
    readNow(name) {
      try {
        return new Uint8Array(readFileSync(path(name)));
      } catch (error) {
        return nullIfMissing(error);
      }
    },
    async write(name, content) {
      await (await stage(path(name), content)).keep();
    },
    stage: (name, content) => stage(path(name), content),
    grow: (name) => growing(path(name)),
    remove: (name) => rm(path(name), { force: true }),
    async list() {
      try {
        return (await readdir(folder)).filter((name) => !/\.(tmp|lock)$/.test(name)).sort();
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
        throw error;
      }
    },
    locked: (action) => inTurn(folder, () => whileLocked(path("checkpoint.lock"), action)),
  };
}

/** A file beside its place, on the disk with all it has. */
async function staged(target: string, content: FileContent): Promise<StagedFile> {
  const aside = asideName(target);
  const drop = () => rm(aside, { force: true }).catch(() => {});
  try {
    const file = await open(aside, "wx");
    try {
      for (const piece of piecesOf(content)) await file.writeFile(piece);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    await drop();
    throw error;
  }
  return {
    async keep() {
      try {
        await rename(aside, target);
      } catch (error) {
        await drop();
        throw error;
      }
      await syncFolder(dirname(target));
    },
    drop,
  };
}

/** A file that grows aside until it is shown. */
function growing(target: string): GrowingFile {
  makeFolder(dirname(target));
  const aside = asideName(target);
  const file = openSync(aside, "wx");
  let isShown = false;
  let size = 0;
  return {
    add(bytes) {
      try {
        writeAll(file, bytes, size);
      } catch (error) {
        ftruncateSync(file, size);
        throw error;
      }
      size += bytes.length;
    },
    show() {
      if (isShown) return;
      fsyncSync(file);
      renameSync(aside, target);
      isShown = true;
    },
    close() {
      if (isShown) fsyncSync(file);
      closeSync(file);
      if (!isShown) rmSync(aside, { force: true });
    },
  };
}

/** A system call may write a part only. */
function writeAll(file: number, bytes: Uint8Array, place: number): void {
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at, bytes.length - at, place + at);
}

/** Few large pieces: a system call for each name of a group would cost more than copying it. */
function* piecesOf(content: FileContent): Generator<Uint8Array> {
  if (content instanceof Uint8Array) {
    yield content;
    return;
  }
  const large = 1 << 20;
  let small: Uint8Array[] = [];
  let bytes = 0;
  for (const piece of content) {
    if (piece.length < large / 16) {
      small.push(piece);
      bytes += piece.length;
    }
    if ((piece.length >= large / 16 || bytes > large) && bytes > 0) {
      yield Buffer.concat(small);
      [small, bytes] = [[], 0];
    }
    if (piece.length >= large / 16) yield piece;
  }
  if (bytes > 0) yield Buffer.concat(small);
}

const LOCK_BEAT = 5_000;
const LOCK_AGE = 30_000;

/** Runs an action while a file says so. Its holder keeps it young; one that is old, or whose process is gone, is nobody's. */
async function whileLocked<T>(lock: string, action: () => Promise<T>): Promise<T> {
  const mark = `${process.pid} ${threadId} ${Math.random()}`;
  makeFolder(dirname(lock));
  for (let wait = 2; ; wait = Math.min(wait * 1.5, 50)) {
    try {
      const file = await open(lock, "wx");
      try {
        await file.writeFile(mark).finally(() => file.close());
      } catch (error) {
        await rm(lock, { force: true }).catch(() => {}); // without a mark nobody could tell that it is nobody's
        throw error;
      }
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    await breakOld(lock);
    await new Promise((resolve) => setTimeout(resolve, wait * (0.5 + Math.random())));
  }
  const beat = setInterval(() => void utimes(lock, new Date(), new Date()).catch(() => {}), LOCK_BEAT);
  beat.unref();
  try {
    return await action();
  } finally {
    clearInterval(beat);
    await rm(lock, { force: true }).catch(() => {});
  }
}

async function breakOld(lock: string): Promise<void> {
  const [mark, { mtimeMs }] = await Promise.all([readFile(lock, "utf8"), stat(lock)]).catch(() => ["", { mtimeMs: Infinity }] as const);
  const age = Date.now() - mtimeMs;
  const pid = Number(mark.split(" ")[0]);
  // A lock without a mark is being made.
  if (!(age > LOCK_AGE || (pid > 0 && !isAlive(pid)))) return;
  const aside = asideName(lock);
  try {
    await rename(lock, aside);
    // Between looking and renaming another one may have taken it: then it goes back.
    if ((await readFile(aside, "utf8")) !== mark) await rename(aside, lock);
    else await rm(aside, { force: true });
  } catch {
    // another one was quicker
  }
}

/** Removes what processes that were killed left aside, a minute ago or more. */
async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = Number(/\.(\d+)(?:\.[\w-]+)?\.tmp$/.exec(name)?.[1]);
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

/** Where a file stands in the place of a folder there is none of its files either. */
function nullIfMissing(error: unknown): null {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOENT" || code === "ENOTDIR") return null;
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

/**
 * The flag is experimental, so it is for the one version that is tested: the engine of Node 26 ends the process while it compiles the
 * kernels.
 */
const hasRevectorize = process.versions.node.startsWith("24.");

/** Beside the bundle, or where the compiler puts it. */
function loadConverter(): unknown {
  const files = ["./autograph-source.js", "../../tools/autograph/source.js"].map((file) => fileURLToPath(new URL(file, import.meta.url)));
  const file = files.find((each) => existsSync(each));
  const { emitWarning } = process;
  process.emitWarning = () => {}; // Node 20 calls it experimental
  try {
    return file && (createRequire(import.meta.url)(file) as unknown);
  } catch (error) {
    if ((error as { code?: string }).code === "ERR_REQUIRE_ESM") return undefined; // older: who needs it imports kerasm/autograph
    throw error;
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** Files of caches are closed when nobody refers to them any more. */
const spills = new FinalizationRegistry<number>((file) => closeSync(file));

/** What is in a folder. A link is what it points to; where that is nothing, a file that can't be read. */
async function entriesOf(path: string): Promise<FolderEntry[]> {
  const entries = await readdir(path, { withFileTypes: true });
  return Promise.all(
    entries.map(async (entry) => {
      const isLink = entry.isSymbolicLink();
      const points = (): Promise<boolean> =>
        stat(join(path, entry.name)).then(
          (info) => info.isDirectory(),
          () => false,
        );
      return { name: entry.name, isFolder: isLink ? await points() : entry.isDirectory(), isLink };
    }),
  );
}

/** What is in a folder, nothing where it can't be read. What a link points to counts. */
function entriesNow(folder: string): { name: string; isFolder: boolean }[] {
  const isFolder = (entry: Dirent): boolean => {
    if (!entry.isSymbolicLink()) return entry.isDirectory();
    try {
      return statSync(join(folder, entry.name)).isDirectory();
    } catch {
      return false;
    }
  };
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.map((entry) => ({ name: entry.name, isFolder: isFolder(entry) }));
  } catch {
    return [];
  }
}

export const platform: Platform = {
  loadConverter,
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
  unzlib: async (bytes, most) => {
    const { buffer, byteOffset, byteLength } = await promisify(inflate)(bytes, { maxOutputLength: most, chunkSize: Math.max(64, most) });
    return new Uint8Array(buffer, byteOffset, byteLength);
  },
  baseUrl: () => pathToFileURL(`${process.cwd()}/`),
  async readAsset(url, progress) {
    if (url.protocol === "file:") return new Uint8Array(await readFile(url));
    const response = await fetch(url);
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    return bodyOf(response, progress);
  },
  openCommunicator: async (options) => (await import("./mpi/open.js")).openCommunicator(options),
  isLaunched: () => {
    const { OMPI_COMM_WORLD_SIZE, PMI_SIZE, SLURM_NTASKS, SLURM_PROCID } = process.env;
    return Number(OMPI_COMM_WORLD_SIZE ?? PMI_SIZE ?? (SLURM_PROCID === undefined ? 1 : SLURM_NTASKS) ?? 1) > 1;
  },
  slurmStep: () => slurmStep(process.env),
  onTermination: (told) => {
    process.on("SIGTERM", told);
    return () => process.off("SIGTERM", told);
  },
  exit: (code) => process.exit(code),
  async readFile(file) {
    if (/^https?:/.test(String(file))) {
      const response = await fetch(file);
      if (!response.ok) throw new Error(`The server answered ${response.status}.`);
      return new Uint8Array(await response.arrayBuffer());
    }
    return new Uint8Array(await readFile(typeof file === "string" && file.startsWith("file:") ? new URL(file) : file));
  },
  readFileNow: (file) => new Uint8Array(readFileSync(file)),
  openFolder(path) {
    const folder = typeof path === "string" && !path.startsWith("file:") ? path : fileURLToPath(path);
    return {
      entries: (inner) => entriesOf(join(folder, inner)),
      real: (inner) => realpath(join(folder, inner)),
      pathOf: (name) => join(folder, name),
      read: async (name) => new Uint8Array(await readFile(join(folder, name))),
    };
  },
  filesMatching: (patterns) => filesMatching(entriesNow, patterns),
  async *readPieces(file, from, size) {
    const handle = await open(typeof file === "string" && file.startsWith("file:") ? new URL(file) : file, "r");
    try {
      for (let at = from; ;) {
        const bytes = new Uint8Array(size);
        const { bytesRead } = await handle.read(bytes, 0, size, at);
        if (bytesRead === 0) return;
        at += bytesRead;
        yield bytes.subarray(0, bytesRead);
      }
    } finally {
      await handle.close();
    }
  },
  openSpill() {
    const path = join(tmpdir(), `kerasm-cache-${process.pid}-${Math.random().toString(36).slice(2)}`);
    const file = openSync(path, "w+", 0o600);
    unlinkSync(path); // it lives as long as it is open
    let end = 0;
    const spill = {
      write(pieces: readonly Uint8Array[]): number {
        const place = end;
        for (const piece of pieces) {
          writeAll(file, piece, end);
          end += piece.length;
        }
        return place;
      },
      read(place: number, size: number): Uint8Array {
        const bytes = new Uint8Array(size);
        for (let at = 0; at < size;) {
          const read = readSync(file, bytes, at, size - at, place + at);
          if (read === 0) throw new Error(`the cache's file ends at ${place + at}`);
          at += read;
        }
        return bytes;
      },
    };
    spills.register(spill, file);
    return spill;
  },
  startHelper(script) {
    const module =
      "module" in script
        ? [`./${script.module}`, `../data/${script.module}`].map((file) => fileURLToPath(new URL(file, import.meta.url))).find(existsSync)
        : null;
    if (module === undefined) throw new Error("the package's own module is not there");
    const options: WorkerOptions = { name: "kerasm helper", execArgv: [], stdout: false, stderr: false };
    const worker =
      module === null ? new Worker((script as { source: string }).source, { ...options, eval: true }) : new Worker(module, options);
    worker.unref();
    return {
      post: (message, transfer = []) => worker.postMessage(message, transfer as ArrayBuffer[]),
      listen(answered, failed) {
        worker.on("message", (message) => answered(message as never));
        worker.once("error", failed);
        worker.once("exit", () => failed(new Error("the thread ended")));
        worker.unref();
      },
      hold: (on) => void (on ? worker.ref() : worker.unref()),
      stop: () => void worker.terminate(),
    };
  },
  serve(work) {
    parentPort?.on("message", async (message: { id: number }) => {
      try {
        const { value, transfer } = await work(message as never);
        parentPort!.postMessage({ id: message.id, value }, transfer as ArrayBuffer[]);
      } catch (error) {
        parentPort!.postMessage({ id: message.id, failed: String(error) });
      }
    });
  },
  output: {
    write: (text) => void process.stdout.write(text),
    get columns() {
      return process.stdout.isTTY ? process.stdout.columns || 80 : 0;
    },
  },
};
