// The one seam between Node and a browser. Both sides implement this interface; `#platform` resolves to one of them by `imports`
// conditions.

import type { Communicator, CommunicatorOptions } from "./communicator.js";
import type { SlurmStep } from "./slurm.js";

/** A started worker thread. */
export interface Thread {
  /** Resolves when the thread has entered the kernels, rejects when it could not start. */
  readonly started: Promise<void>;
  stop(): void;
}

/** What a worker needs to stay in WASM for the rest of its life. */
export interface ThreadStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Names of the exports that fill the kernel table, in table order. */
  readonly kernels: readonly string[];
  /** Address of this thread's scratch memory. */
  readonly scratch: number;
  /** Address of the pool's words. */
  readonly pool: number;
}

/** Storage for named files: a folder in Node, an IndexedDB database in a browser, memory, a server. */
export interface FileStore {
  /** The bytes of a file, or null where there is none. */
  read(name: string): Promise<Uint8Array | null>;
  /** Reading of parts, where the storage can do that; null where there is no such file. */
  open?(name: string): Promise<FileParts | null>;
  /** The same as `read` at once, where the storage can do that. */
  readNow?(name: string): Uint8Array | null;
  /** Replaces a file as a whole: after a crash, and beside other writers, there is the old content or a new one. */
  write(name: string, content: FileContent): Promise<void>;
  /** Writes a file aside, where the storage can do that: it takes its place when it is kept. */
  stage?(name: string, content: FileContent): Promise<StagedFile>;
  /** Begins a file that grows, written at once, where the storage can do that. */
  grow?(name: string): GrowingFile;
  remove(name: string): Promise<void>;
  /** Names of all files, sorted. */
  list(): Promise<string[]>;
  /** Runs an action while nobody else runs one here: other threads, processes and tabs wait. */
  locked<T>(action: () => Promise<T>): Promise<T>;
}

/** A file that was written aside. */
export interface StagedFile {
  keep(): Promise<void>;
  drop(): Promise<void>;
}

/** A file that is written piece by piece, beside what had its name until it is shown. */
export interface GrowingFile {
  /** Adds bytes at the end. Where that fails the file ends where it ended before. */
  add(bytes: Uint8Array): void;
  /** Puts the file in the place of what had its name; what is added later is seen at once. */
  show(): void;
  /** Ends it: what was shown stays, what was not is gone. */
  close(): void;
}

/** A file that is read by parts. */
export interface FileParts {
  readonly size: number;
  /** The bytes from `begin` up to `end`. */
  read(begin: number, end: number): Promise<Uint8Array>;
}

/** A file that is kept somewhere: `indexeddb://models/m.keras`. */
export interface StoredFile {
  readonly path: string;
  readonly bytes: number;
  /** When it was written, where the place knows. */
  readonly date: Date | null;
}

/** Bytes, or the pieces of them in order. */
export type FileContent = Uint8Array | readonly Uint8Array[];

/** A thread that is sent messages and answers them. */
export interface Helper {
  /** Whether the process waits for it. Default: no. */
  hold(on: boolean): void;
  post(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  /** @param failed  called where the thread could not start, or ended */
  listen(answered: (message: never) => void, failed: (error: Error) => void): void;
  stop(): void;
}

/** What stands in a folder. A link is what it points to. */
export interface FolderEntry {
  readonly name: string;
  readonly isFolder: boolean;
  readonly isLink?: boolean;
}

export interface Platform {
  /** The converter of autograph, loaded at once where that is possible: Node, from 20.19 on. */
  loadConverter?(): unknown;
  readonly name: "node" | "browser";
  /** Number of threads that make sense here, the calling one included; 1 where memory can't be shared with workers. */
  availableThreads(): number;
  /** Whether the thread that launches programs may block (a page's main thread may not). */
  readonly mayBlock: boolean;
  startThread(start: ThreadStart): Thread;
  /** Lets the event loop turn once: timers, finalizers and messages get their chance. */
  turn(): Promise<void>;
  /** Resolves when the word is no longer `value`, without blocking. */
  changed(words: Int32Array, index: number, value: number): Promise<void>;
  /** Whether the engine shall make 256-bit operations of pairs of 128-bit ones in what it compiles from here on; missing where it can't. */
  readonly setRevectorize?: (on: boolean) => void;
  /** A setting from outside: an environment variable in Node. */
  setting(name: string): string | undefined;
  /** Storage at a path (Node), at `indexeddb://name` or `opfs://folder` (browser). */
  openStore(location: string): FileStore;
  /** Files in all databases and private folders of this origin; missing in Node. */
  storedFiles?(): Promise<StoredFile[]>;
  /** Decompresses gzip. */
  gunzip(bytes: Uint8Array): Promise<Uint8Array>;
  /** Decompresses a zlib stream (RFC 1950); what is longer than `most` bytes is cut or an error, and never all in memory. */
  unzlib(bytes: Uint8Array, most: number): Promise<Uint8Array>;
  /** What relative addresses are meant from: the page, in Node the working directory. */
  baseUrl(): string | URL;
  /** Bytes of a file that ships with code; `progress` is told how many have come. */
  readAsset(url: URL, progress?: (bytes: number) => void): Promise<Uint8Array>;
  /** The bytes that `keepAsset` was given for an address, null where there are none; missing where files are on disk anyway. */
  keptAsset?(url: URL): Promise<Uint8Array | null>;
  /** Keeps bytes for later visits. */
  keepAsset?(url: URL, bytes: Uint8Array): Promise<void>;
  /** Joins the processes that were started with this one; missing where there can be none. */
  readonly openCommunicator?: (options: CommunicatorOptions) => Promise<Communicator>;
  /** Whether a launcher (mpirun, mpiexec, srun) started this process with others. */
  readonly isLaunched?: () => boolean;
  /** Slurm's job step that this process is a task of; missing in a page. */
  readonly slurmStep?: () => SlurmStep | null;
  /** Calls when this process is told to end, which it then does not by itself. @returns what ends that; missing in a page */
  readonly onTermination?: (told: () => void) => () => void;
  /** Ends the process; missing in a page. */
  readonly exit?: (code: number) => void;
  /** Bytes of a file of the user's: from disk in Node (a path or a file: URL), by fetch in a page. */
  readFile(file: string | URL): Promise<Uint8Array>;
  /** The same at once, from disk: for threads that may wait. Missing in a page. */
  readFileNow?(file: string): Uint8Array;
  /** A folder of the user's; missing in a page. Paths are relative to it, with "/" between names. */
  openFolder?(path: string | URL): {
    /** What is in one of its folders, not deeper. */
    entries(inner: string): Promise<FolderEntry[]>;
    /** The place of one of its folders without links. */
    real(inner: string): Promise<string>;
    /** The path by which the process finds a file. */
    pathOf(name: string): string;
    read(name: string): Promise<Uint8Array>;
  };
  /** The paths of the user's files that patterns stand for; missing in a page. Null for a pattern whose brackets are not closed */
  filesMatching?(patterns: readonly string[]): string[] | null;
  /** The bytes of a file of the user's piece by piece, from an offset on; missing in a page, where `fetch` does it. */
  readPieces?(file: string | URL, from: number, size: number): AsyncIterable<Uint8Array>;
  /** A file that ends with the process, read and written at once; missing in a page. */
  openSpill?(): { write(pieces: readonly Uint8Array[]): number; read(place: number, size: number): Uint8Array };
  /** A thread that runs a script, or a module of the package that stands beside its others. */
  startHelper?(script: { readonly source: string } | { readonly module: string }): Helper;
  /** In a thread that `startHelper` began with a module: answers messages. Missing in a page. */
  serve?(work: (message: never) => Promise<{ readonly value: unknown; readonly transfer: readonly ArrayBuffer[] }>): void;
  /** Where progress goes; `columns` is 0 when it is no terminal. */
  readonly output: { write(text: string): void; readonly columns: number };
}
