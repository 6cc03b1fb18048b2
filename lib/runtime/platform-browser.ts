import type { FileStore, Platform, Thread, ThreadStart } from "./platform.js";
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
  const database = openDatabase(location.replace(/^indexeddb:\/\//, ""));
  const run = async <T>(mode: IDBTransactionMode, action: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> => {
    const transaction = (await database).transaction(files, mode, { durability: "strict" });
    const request = action(transaction.objectStore(files));
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error ?? request.error);
    });
  };
  return {
    read: async (name) => (await run<Uint8Array | undefined>("readonly", (store) => store.get(name))) ?? null,
    write: async (name, bytes) => void (await run("readwrite", (store) => store.put(bytes, name))),
    remove: async (name) => void (await run("readwrite", (store) => store.delete(name))),
    list: async () => (await run("readonly", (store) => store.getAllKeys())).map(String).sort(),
  };
}

function openDatabase(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(files);
    request.onsuccess = () => resolve(request.result);
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
  openStore,
  async gunzip(bytes) {
    const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  },
  async readAsset(url) {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${url.href}: the server answered ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  },
  output: { write: (text) => console.log(text.replace(/\n$/, "")), columns: 0 },
};
