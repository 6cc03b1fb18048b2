// Threads beside the pool of kernels: they run scripts, are asked and answer, and end when nobody asks for a while.

import { platform } from "#platform";
import type { Helper } from "./platform.js";

/** What a thread answers: a value, or why there is none. */
export interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly failed?: string;
}

interface Thread {
  readonly helper: Helper;
  readonly waiting: Map<number, (answer: Answer) => void>;
}

/** Milliseconds without work after which threads end. */
const PATIENCE = 10_000;
/** Threads at most; else one for each core: while a step computes they wait for room, and while it waits for them there is no step. */
const MOST = 8;

/** Threads that run one script. A message is a record; it gets a number, which the answer has too. */
export class Helpers {
  #threads: Thread[] = [];
  #next = 0;
  #idle: ReturnType<typeof setTimeout> | undefined;
  #isBroken = false;

  constructor(readonly script: { readonly source: string } | { readonly module: string }) {}

  /** Whether there can be any: where there is more than one core. */
  get areThere(): boolean {
    return !this.#isBroken && platform.startHelper !== undefined && platform.availableThreads() > 1;
  }

  /** Threads at most, where there are to be fewer than cores. */
  limit = Infinity;

  /** How many there may be. */
  get most(): number {
    return Math.min(MOST, platform.availableThreads(), this.limit);
  }

  /** What a thread answers to a message. It never rejects. */
  ask(message: object): Promise<Answer> {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#end(), PATIENCE);
    (this.#idle as { unref?: () => void }).unref?.();
    const id = this.#next++;
    return new Promise((resolve) => {
      let thread: Thread;
      try {
        thread = this.#free();
        if (thread.waiting.size === 0) thread.helper.hold(true);
        thread.waiting.set(id, resolve);
        thread.helper.post({ ...message, id });
      } catch (error) {
        this.#answered(thread!, { id, failed: String(error) });
        resolve({ id, failed: String(error) });
      }
    });
  }

  #answered(thread: Thread | undefined, answer: Answer): void {
    thread?.waiting.get(answer.id)?.(answer);
    thread?.waiting.delete(answer.id);
    if (thread?.waiting.size === 0) thread.helper.hold(false);
  }

  /** A thread without work, a new one, or the one with the least. */
  #free(): Thread {
    const free = this.#threads.find(({ waiting }) => waiting.size === 0);
    if (free) return free;
    if (this.#threads.length < this.most) return this.#start();
    return this.#threads.reduce((least, each) => (each.waiting.size < least.waiting.size ? each : least));
  }

  #start(): Thread {
    let helper: Helper;
    try {
      helper = platform.startHelper!(this.script);
    } catch (error) {
      this.#isBroken = true; // a bundle without the module, a page whose policy forbids it
      throw error;
    }
    const thread: Thread = { helper, waiting: new Map() };
    helper.listen(
      (answer: Answer) => this.#answered(thread, answer),
      (error) => {
        this.#threads = this.#threads.filter((each) => each !== thread);
        for (const [id, take] of thread.waiting) take({ id, failed: error.message });
        thread.waiting.clear();
      },
    );
    this.#threads.push(thread);
    return thread;
  }

  #end(): void {
    if (this.#threads.some(({ waiting }) => waiting.size > 0)) return;
    for (const { helper } of this.#threads) helper.stop();
    this.#threads = [];
  }
}
