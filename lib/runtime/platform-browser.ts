// The seam to a page: workers, files in its database, time, cores. Its twin is platform-node.ts.

import { bodyOf } from "./body.js";
import { inTurn } from "./in-turn.js";
import type { FileContent, FileStore, Platform, Thread, ThreadStart } from "./platform.js";
import { wordChanged } from "./waiting.js";
import { enterPool } from "./worker-source.js";

const source = `${enterPool}
onmessage = ({ data }) => enterPool(data, () => postMessage("ready"));`;

const inPage = typeof document !== "undefined";

function startThread(start: ThreadStart): Thread {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const worker = new Worker(url, { name: "kerasm" });
  const started = new Promise<void>((resolve, reject) => {
    worker.onmessage = () => resolve();
    worker.onerror = (event) => reject(new Error(event.message || "the worker could not start"));
  }).finally(() => URL.revokeObjectURL(url));
  started.catch(() => {});
  worker.postMessage(start);
  return { started, stop: () => worker.terminate() };
}

const files = "files";

/** Files as records of an IndexedDB database: `indexeddb://name`. A transaction is atomic, so a file is the old one or the new one. */
function openStore(location: string): FileStore {
  let database: Promise<IDBDatabase> | undefined;
  /** Open until somebody deletes it, or the site's data are cleared: then the next use opens it anew. */
  const opened = (): Promise<IDBDatabase> => {
    if (database) return database;
    const opening = openDatabase(location.replace(/^indexeddb:\/\//, ""), () => {
      if (database === opening) database = undefined;
    });
    database = opening;
    opening.catch(() => (database = undefined));
    return opening;
  };
  const run = async <T>(mode: IDBTransactionMode, action: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> => {
    const transaction = (await opened()).transaction(files, mode, { durability: "strict" });
    const request = action(transaction.objectStore(files));
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error ?? request.error);
    });
  };
  return {
    read: async (name) => (await run<Uint8Array | undefined>("readonly", (store) => store.get(name))) ?? null,
    write: async (name, content) => void (await run("readwrite", (store) => store.put(joined(content), name))),
    remove: async (name) => void (await run("readwrite", (store) => store.delete(name))),
    list: async () => (await run("readonly", (store) => store.getAllKeys())).map(String).sort(),
    locked: (action) => whileLocked(location, action),
  };
}

function joined(content: FileContent): Uint8Array {
  if (content instanceof Uint8Array) return content;
  const whole = new Uint8Array(content.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of content) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Other tabs wait where the browser can tell them to. */
const whileLocked = <T>(name: string, action: () => Promise<T>): Promise<T> =>
  typeof navigator !== "undefined" && "locks" in navigator
    ? (navigator.locks.request(`kerasm ${name}`, action) as Promise<T>)
    : inTurn(name, action);

/** A folder of the origin's private file system: `opfs://models/mine`. A file is replaced when its writer is closed, not before. */
function openPrivateFolder(location: string): FileStore {
  const parts = location.replace(/^opfs:\/\//, "").split("/").filter(Boolean); // prettier-ignore
  const folder = async (create: boolean): Promise<FileSystemDirectoryHandle> => {
    let at = await navigator.storage.getDirectory();
    for (const part of parts) at = await at.getDirectoryHandle(part, { create });
    return at;
  };
  const ifMissing =
    <T>(otherwise: T) =>
    (error: unknown): T => {
      if ((error as Error).name === "NotFoundError") return otherwise;
      throw error;
    };
  return {
    read: async (name) => {
      const file = await folder(false).then((at) => at.getFileHandle(name)).catch(ifMissing(null)); // prettier-ignore
      return file && new Uint8Array(await (await file.getFile()).arrayBuffer());
    },
    write: async (name, content) => {
      const file = await (await folder(true)).getFileHandle(name, { create: true });
      const writer = await file.createWritable();
      try {
        await writer.write(joined(content) as Uint8Array<ArrayBuffer>);
      } catch (error) {
        await writer.abort();
        throw error;
      }
      await writer.close();
    },
    remove: (name) => folder(false).then((at) => at.removeEntry(name)).catch(ifMissing(undefined)), // prettier-ignore
    list: async () => {
      const at = await folder(false).catch(ifMissing(null));
      const names: string[] = [];
      if (at) for await (const name of (at as unknown as { keys(): AsyncIterable<string> }).keys()) names.push(name);
      return names.sort();
    },
    locked: (action) => whileLocked(location, action),
  };
}

const assets = "kerasm-assets";

/** The Cache API is there in secure contexts only, and takes addresses of servers. */
const mayKeep = (url: URL): boolean => "caches" in globalThis && /^https?:$/.test(url.protocol);

/** `onClose` is told when the connection ends by others: a tab that deletes the database is not kept waiting. */
function openDatabase(name: string, onClose: () => void): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(files);
    request.onsuccess = () => {
      const connection = request.result;
      connection.onclose = onClose;
      connection.onversionchange = () => {
        connection.close();
        onClose();
      };
      resolve(connection);
    };
    request.onerror = () => reject(request.error);
  });
}

/** A macrotask without the 4 ms that nested timers cost. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

export const platform: Platform = {
  name: "browser",
  availableThreads: () => (globalThis.crossOriginIsolated ? (navigator.hardwareConcurrency ?? 1) : 1),
  mayBlock: !inPage,
  startThread,
  turn,
  changed: (words, index, value) => wordChanged(words, index, value, turn),
  setting: () => undefined,
  openStore: (location) => (location.startsWith("opfs://") ? openPrivateFolder(location) : openStore(location)),
  async gunzip(bytes) {
    const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  },
  baseUrl: () => (inPage ? document.baseURI : location.href),
  async readAsset(url, progress) {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    return bodyOf(response, progress);
  },
  async keptAsset(url) {
    if (!mayKeep(url)) return null;
    const kept = await (await caches.open(assets)).match(url.href);
    return kept ? new Uint8Array(await kept.arrayBuffer()) : null;
  },
  async keepAsset(url, bytes) {
    if (mayKeep(url)) await (await caches.open(assets)).put(url.href, new Response(bytes as Uint8Array<ArrayBuffer>));
  },
  async readFile(file) {
    const response = await fetch(file);
    if (!response.ok) throw new Error(`The server answered ${response.status}.`);
    return new Uint8Array(await response.arrayBuffer());
  },
  startHelper(script) {
    if (!("source" in script)) throw new Error("a page has helpers by their source only");
    const url = URL.createObjectURL(new Blob([script.source], { type: "text/javascript" }));
    const worker = new Worker(url, { name: "kerasm helper" });
    return {
      post: (message, transfer = []) => worker.postMessage(message, transfer as ArrayBuffer[]),
      listen(answered, failed) {
        worker.onmessage = ({ data }) => answered(data as never);
        worker.onerror = (event) => failed(new Error(event.message || "the thread could not start"));
      },
      hold: () => {},
      stop: () => worker.terminate(),
    };
  },
  output: { write: (text) => console.log(text.replace(/\n$/, "")), columns: 0 },
};
