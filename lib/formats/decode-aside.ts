// Pictures decoded by other threads, in Node: what a page's browser does by itself.

import { platform } from "#platform";
import type { Helper } from "../runtime/platform.js";
import type { Picture } from "./image.js";

interface Answer {
  readonly id: number;
  readonly picture?: Picture;
  readonly failed?: string;
}

interface Thread {
  readonly helper: Helper;
  readonly waiting: Map<number, (picture: Picture | null) => void>;
}

let threads: Thread[] = [];
let isBroken = false;
let next = 0;
let idle: ReturnType<typeof setTimeout> | undefined;
/** Milliseconds without pictures after which threads end. */
const PATIENCE = 10_000;
/** Bytes below which a file is decoded at once: sending it costs as much. */
const SMALL = 8192;

function start(): Thread {
  const helper = platform.startHelper!({ module: "decode-worker.js" });
  const thread: Thread = { helper, waiting: new Map() };
  helper.listen(
    ({ id, picture }: Answer) => {
      thread.waiting.get(id)?.(picture ?? null);
      thread.waiting.delete(id);
    },
    () => {
      threads = threads.filter((each) => each !== thread);
      for (const take of thread.waiting.values()) take(null);
      thread.waiting.clear();
    },
  );
  threads.push(thread);
  return thread;
}

function stopIdle(): void {
  if (threads.some(({ waiting }) => waiting.size > 0)) return;
  for (const { helper } of threads) helper.stop();
  threads = [];
}

/** The picture in a file, decoded by another thread; null where that is not possible, or did not succeed: then it is decoded here. */
export async function decodeAside(bytes: Uint8Array, where: string): Promise<Picture | null> {
  const cores = platform.availableThreads();
  if (isBroken || !platform.startHelper || platform.name !== "node" || cores < 2 || bytes.length < SMALL) return null;
  let thread = threads.find(({ waiting }) => waiting.size === 0);
  try {
    if (!thread && threads.length < Math.min(4, cores - 1)) thread = start();
  } catch {
    isBroken = true; // a bundle without the module: pictures are decoded here
    return null;
  }
  thread ??= threads.reduce((least, each) => (each.waiting.size < least.waiting.size ? each : least));
  clearTimeout(idle);
  idle = setTimeout(stopIdle, PATIENCE);
  idle.unref();
  const id = next++;
  const { helper, waiting } = thread;
  return new Promise((resolve) => {
    waiting.set(id, resolve);
    helper.post({ id, bytes, where });
  });
}
