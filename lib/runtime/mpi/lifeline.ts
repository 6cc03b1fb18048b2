// How a process notices within seconds that another one was lost, while its main thread waits.

import { Worker } from "node:worker_threads";
import { CommunicatorFailure } from "../communicator.js";
import { lifelineSource } from "./lifeline-source.js";

/** Milliseconds between signs of life, and those after which a silent process is lost: it is to be noticed within 5 s. */
const BEAT = 400;
const SILENCE = 3500;

type Facts = CommunicatorFailure["facts"];

interface Message {
  readonly port?: number;
  readonly ready?: boolean;
  readonly lost?: number;
  readonly failure?: Facts;
}

/** A worker that knows whether the other processes are alive. */
export class Lifeline {
  /**
   * Word 0: 0, or 1 + the rank of the first process that was lost. Word 2: 1 when that doesn't matter any more. Word 3: 1 when all have
   * ended MPI. From word 4: a bit for each.
   */
  readonly words: Int32Array;
  readonly #worker: Worker;
  /** The port that rank 0 listens on. */
  readonly port: Promise<number>;
  readonly ready: Promise<void>;

  constructor(
    readonly rank: number,
    readonly size: number,
    listen: number,
    connect: readonly (readonly [host: string, port: number])[],
    patience: number,
    onLost: (rank: number) => void,
  ) {
    const shared = new SharedArrayBuffer((4 + Math.ceil(size / 32)) * 4 + 64);
    this.words = new Int32Array(shared);
    const workerData = { rank, size, listen, connect, patience, beat: BEAT, silence: SILENCE, shared };
    this.#worker = new Worker(lifelineSource, { eval: true, workerData, name: "kerasm lifeline", execArgv: [] });
    const failed = new Promise<never>((_, reject) => {
      this.#worker.on("error", reject);
      this.#worker.on("message", ({ failure }: Message) => failure && reject(new CommunicatorFailure(failure)));
    });
    failed.catch(() => {});
    const said = <K extends "port" | "ready">(key: K) =>
      new Promise<NonNullable<Message[K]>>((resolve) =>
        this.#worker.on("message", (message: Message) => message[key] !== undefined && resolve(message[key] as NonNullable<Message[K]>)),
      );
    this.port = Promise.race([said("port"), failed]);
    this.ready = Promise.race([said("ready"), failed]).then(() => this.#worker.unref());
    this.port.catch(() => {});
    this.ready.catch(() => {});
    this.#worker.on("message", ({ lost }: Message) => lost !== undefined && onLost(lost));
  }

  /** Tells where rank 0 listens. */
  connect(candidates: readonly (readonly [string, number])[]): void {
    this.#worker.postMessage({ connect: candidates });
  }

  /** 1 + the rank of the first process that was lost, or 0. */
  get first(): number {
    return Atomics.load(this.words, 0);
  }

  lost(): number[] {
    return Array.from({ length: this.size }, (_, rank) => rank).filter(
      (rank) => (Atomics.load(this.words, 4 + (rank >> 5)) >>> (rank & 31)) & 1,
    );
  }

  /** The end is near: who leaves now is not lost. */
  ignore(): void {
    Atomics.store(this.words, 2, 1);
  }

  async close(): Promise<void> {
    this.ignore();
    await this.#worker.terminate();
  }
}
