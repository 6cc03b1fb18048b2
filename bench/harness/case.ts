import { now } from "./clock.js";

/** What is timed: one call. A promise is awaited. */
export type Run = () => unknown;

/** The least that a machine has to do for one call. */
export interface Work {
  /** Floating-point operations; a multiplication and an addition are two. */
  readonly flops?: number;
  /** Bytes read and written, for arrays beyond the cache. */
  readonly bytes?: number;
}

/** A peer's own code for the same work: `setup` runs once, `run` is what is timed. Python for PyTorch and Pillow,
 * JavaScript for the others. */
export interface Code {
  readonly setup?: string;
  readonly run: string;
}

export const peerNames = ["torch", "pillow", "ort", "tfjs-wasm", "tfjs-cpu", "jax"] as const;
export type PeerName = (typeof peerNames)[number];

/** One piece of work, ours and the peers'. */
export interface Case {
  /** Family first: `gemm nn 256`. */
  readonly name: string;
  readonly work?: Work;
  /** Whether --quick runs it. */
  readonly quick?: boolean;
  /** Peers that take so long here that --quick leaves them out. */
  readonly slow?: readonly PeerName[];
  /** So long that one call has to do: no call before it. */
  readonly once?: boolean;
  /** Prepares our side and gives what is timed: a call, or something that times itself. */
  ours(threads: number): Run | Contestant | Promise<Run | Contestant>;
  readonly peers?: Partial<Readonly<Record<PeerName, Code>>>;
}

/** Something that can be timed, here or in another process. */
export interface Contestant {
  readonly name: string;
  /** Milliseconds that one call takes, as the mean over `calls` of them, after some that wake threads and fill caches and don't count. */
  time(calls: number, rehearsals: number): Promise<number>;
}

/** A case's side that runs in this process. */
export function local(name: string, run: Run): Contestant {
  const call = async (times: number) => {
    for (let i = 0; i < times; i++) {
      const result = run();
      if (result instanceof Promise) await result;
    }
  };
  return {
    name,
    async time(calls, rehearsals) {
      await call(rehearsals);
      const begin = now();
      await call(calls);
      return (now() - begin) / calls;
    },
  };
}
