import { ArgumentError, text } from "./core/errors.js";
import { setSoftLimit, tensorBytes } from "./core/storage.js";
import { usedBytes } from "./runtime/heap.js";
import { build, isDeterministic, setDeterministic, setThreads, threads } from "./runtime/machine.js";
import { memoryBytes } from "./runtime/memory.js";

/** What can be set for the whole process. */
export interface Settings {
  /** Threads that programs run on, the calling one included. Results don't depend on it. */
  threads?: number;
  /** Take the kernels that give the same bits on every machine and browser. */
  deterministic?: boolean;
  /** Bytes of tensors in the shared memory above which the oldest move to the JavaScript heap. */
  memoryLimit?: number;
}

/** Settings of the process. TensorFlow: tf.config. */
export const config = {
  /** Changes settings. */
  async set({ threads: count, deterministic, memoryLimit }: Settings): Promise<void> {
    if (count !== undefined) config.threading.setIntraOpParallelismThreads(count);
    if (memoryLimit !== undefined) {
      if (!(memoryLimit > 0))
        throw new ArgumentError("config.memoryLimit", { given: text(memoryLimit), expected: "a positive number of bytes" });
      setSoftLimit(memoryLimit);
    }
    if (deterministic !== undefined) await setDeterministic(deterministic);
  },

  /** Settings and state, as they are now. */
  get(): {
    threads: number;
    deterministic: boolean;
    build: "simd" | "relaxed";
    memoryBytes: number;
    usedBytes: number;
    tensorBytes: number;
  } {
    return {
      threads: threads(),
      deterministic: isDeterministic(),
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
