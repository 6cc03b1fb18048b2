// keras.config: what is set for the whole process, each name with its reader and its writer.

import { ArgumentError, text } from "../core/errors.js";
import { setSoftLimit, tensorBytes } from "../core/blocks.js";
import { usedBytes } from "../runtime/heap.js";
import { build, canRevectorize, isDeterministic, isRevectorized, setDeterministic, setRevectorized, setThreads, threads } from "../runtime/machine.js"; // prettier-ignore
import { memoryBytes } from "../runtime/memory.js";

/** What can be set for the whole process. */
export interface Settings {
  /** Threads that programs run on, the calling one included. Results don't depend on it. */
  threads?: number;
  /** Take the kernels that give the same bits on every machine and browser. */
  deterministic?: boolean;
  /**
   * Let the engine make 256-bit operations of pairs of 128-bit ones: V8's experimental `--experimental-wasm-revectorize`, on Node 24 and
   * processors with AVX2. It holds for all WebAssembly that the process compiles afterwards. Results don't depend on it.
   */
  revectorize?: boolean;
  /** Bytes of tensors in the shared memory above which the oldest move to the JavaScript heap. */
  memoryLimit?: number;
}

/** Settings of the process. TensorFlow: tf.config. */
export const config = {
  /** Changes settings. @throws ArgumentError for a value that can't be, or `revectorize` where the engine can't */
  async set({ threads: count, deterministic, revectorize, memoryLimit }: Settings): Promise<void> {
    if (revectorize && !canRevectorize)
      throw new ArgumentError("config.revectorize", { given: "true on an engine that can't", expected: "Node 24" });
    if (count !== undefined) config.threading.setIntraOpParallelismThreads(count);
    if (memoryLimit !== undefined) {
      if (!(memoryLimit > 0))
        throw new ArgumentError("config.memoryLimit", { given: text(memoryLimit), expected: "a positive number of bytes" });
      setSoftLimit(memoryLimit);
    }
    if (deterministic !== undefined) await setDeterministic(deterministic);
    if (revectorize !== undefined) await setRevectorized(revectorize);
  },

  /** Settings and state, as they are now. */
  get(): {
    threads: number;
    deterministic: boolean;
    revectorize: boolean;
    build: "simd" | "relaxed";
    memoryBytes: number;
    usedBytes: number;
    tensorBytes: number;
  } {
    return {
      threads: threads(),
      deterministic: isDeterministic(),
      revectorize: isRevectorized(),
      build: build(),
      memoryBytes: memoryBytes(),
      usedBytes: usedBytes(),
      tensorBytes: tensorBytes(),
    };
  },

  /** The same bits on every machine and browser from here on. TensorFlow: tf.config.experimental.enable_op_determinism. */
  enableOpDeterminism: (): Promise<void> => setDeterministic(true),

  threading: {
    getIntraOpParallelismThreads: threads,
    /** @throws ArgumentError unless the number is a positive integer */
    setIntraOpParallelismThreads(count: number): void {
      if (!Number.isInteger(count) || count < 1 || count > 64)
        throw new ArgumentError("config.threads", { given: text(count), expected: "an integer from 1 to 64" });
      setThreads(count);
    },
  },
};
