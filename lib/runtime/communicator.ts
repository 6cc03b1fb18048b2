// Processes that compute together: messages and reductions between them, directly on the shared memory. An interface, so that there can be
// other engines than MPI; this room knows no tensors, so addresses and lengths are all it speaks of.

/** What a reduction does to the elements of all processes. */
export type ReductionName = "sum" | "max" | "min";

/** What elements are. */
export type ElementName = "float32" | "int32";

export interface Communicator {
  /** The number of this process, from 0. */
  readonly rank: number;
  readonly size: number;
  /** Processes on this machine. */
  readonly localSize: number;
  /** What does it, with its version: "MPICH 4.0.2". */
  readonly engine: string;
  /** Elements of all processes become one, in place, in all of them. */
  allReduce(address: number, count: number, element: ElementName, reduction: ReductionName): void;
  /** The bytes of `root` come to all, in place. */
  broadcast(address: number, bytes: number, root: number): void;
  /** Each process's bytes come to all, in order of ranks; lengths may differ and are known to all. */
  allGather(from: number, to: number, lengths: readonly number[]): void;
  /** Each process gives `bytes` bytes to each other one. */
  allToAll(from: number, to: number, bytes: number): void;
  /** Sends bytes to another process, which has to receive them. */
  send(address: number, bytes: number, to: number, tag: number): void;
  /** A message that waits to be received, or null. */
  probe(tag: number): { readonly from: number; readonly bytes: number } | null;
  receive(address: number, bytes: number, from: number, tag: number): void;
  /** Returns when all processes have called it. */
  barrier(): void;
  /** Processes that are known to be gone. */
  lost(): readonly number[];
  /** Goes on although processes are gone: a lost one is then an answer of `lost`, not a failure of what does not concern it. */
  tolerateLoss(): void;
  /** To be called at the end by all; afterwards nothing can be called. */
  close(): Promise<void>;
}

export interface CommunicatorOptions {
  /** Addresses `host:port` of all processes by rank, where no launcher started them; the first one listens there. */
  readonly addresses?: readonly string[];
  /** The number of this process among the addresses. */
  readonly rank?: number;
  /** Seconds to wait for the others at the start. */
  readonly patience?: number;
  /** The error of a failure that nobody waits for. Default: the failure itself. */
  readonly asError?: (failure: CommunicatorFailure) => Error;
  /** Bytes of one reduction; larger ones are cut. 0: as suits caches where all processes are on one machine, else as a whole. */
  readonly bytesPerPiece?: number;
}

/** Why processes can't go on, as facts that an error says: see lib/core/errors.ts. */
export class CommunicatorFailure extends Error {
  constructor(
    readonly facts: { readonly given: string; readonly expected: string; readonly hint?: string },
    /** The process that was lost, where that is the reason. */
    readonly lostRank?: number,
  ) {
    super(`given ${facts.given}; expected ${facts.expected}.${facts.hint ? ` ${facts.hint}` : ""}`);
  }
}
