// The seam to a page: workers, files in its database, time, cores. Its twin is platform-node.ts.

import { bodyOf } from "./body.js";
import type { FileStore, Platform, Thread, ThreadStart } from "./platform.js";
import { files } from "./files.js";
import { scriptUrl, watchViolations } from "./policy.js";
import { wordChanged } from "./waiting.js";
import { pageWorker } from "./worker-source.js";

const inPage = typeof document !== "undefined";

function startThread(start: ThreadStart): Thread {
  const file = files()?.worker;
  const url = file?.href ?? URL.createObjectURL(new Blob([pageWorker], { type: "text/javascript" }));
  const violated = watchViolations();
  const worker = new Worker(scriptUrl(url), { name: "kerasm" });
  const started = new Promise<void>((resolve, reject) => {
    worker.onmessage = () => resolve();
    worker.onerror = async ({ message }) => {
      const directive = await violated();
      if (directive) return reject(new Error((await import("./forbidden.js")).forbidden(directive, file !== undefined)));
      const unknown = file ? `${file.href} could not be loaded` : "the worker could not start";
      reject(new Error(message || unknown));
    };
  }).finally(() => {
    void violated();
    if (!file) URL.revokeObjectURL(url);
  });
  started.catch(() => {});
  worker.postMessage(start);
  return { started, stop: () => worker.terminate() };
}

const stores = () => import("./page-stores.js");

/** Databases and folders of the page; what they are made of comes with the first use. */
function openStore(location: string): FileStore {
  let opening: Promise<FileStore> | undefined;
  const store = (): Promise<FileStore> => {
    opening ??= stores().then(({ openPageStore }) => openPageStore(location));
    opening.catch(() => (opening = undefined)); // a page that was offline asks again
    return opening;
  };
  return {
    read: async (name) => (await store()).read(name),
    write: async (name, content) => (await store()).write(name, content),
    remove: async (name) => (await store()).remove(name),
    list: async () => (await store()).list(),
    locked: async (action) => (await store()).locked(action),
  };
}

const assets = "kerasm-assets";

/** The Cache API is there in secure contexts only, and takes addresses of servers. */
const mayKeep = (url: URL): boolean => "caches" in globalThis && /^https?:$/.test(url.protocol);

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

let isTold = false;

/** Says once why there is one thread. */
function tellOfHeaders(): void {
  if (isTold || !inPage) return;
  isTold = true;
  console.info(
    "kerasm: one thread, since the page is not cross-origin isolated. Serve it with Cross-Origin-Opener-Policy: same-origin and " +
      "Cross-Origin-Embedder-Policy: require-corp (or credentialless) to have all cores.",
  );
}

export const platform: Platform = {
  name: "browser",
  availableThreads() {
    if (globalThis.crossOriginIsolated) return navigator.hardwareConcurrency ?? 1;
    tellOfHeaders();
    return 1;
  },
  mayBlock: !inPage,
  startThread,
  turn,
  changed: (words, index, value) => wordChanged(words, index, value, turn),
  setting: () => undefined,
  openStore,
  storedFiles: async () => (await stores()).storedFiles(),
  async gunzip(bytes) {
    const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  },
  async unzlib(bytes, most) {
    const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream("deflate"));
    const out = new Uint8Array(most);
    const reader = stream.getReader();
    let at = 0;
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      const part = piece.value.subarray(0, most - at);
      out.set(part, at);
      at += part.length;
      if (part.length === piece.value.length) continue;
      await reader.cancel();
      break;
    }
    return out.subarray(0, at);
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
    const worker = new Worker(scriptUrl(url), { name: "kerasm helper" });
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
