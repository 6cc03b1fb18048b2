// keras.config: what is set for the whole process, each name with its reader and its writer.

import { ArgumentError, text } from "../core/errors.js";
import { setSoftLimit, tensorBytes } from "../core/blocks.js";
import { usedBytes } from "../runtime/heap.js";
import {
  build,
  canRevectorize,
  isDeterministic,
  isRevectorized,
  MOST_THREADS,
  setDeterministic,
  setRevectorized,
  setThreads,
  threads,
} from "../runtime/machine.js";
import { memoryBytes } from "../runtime/memory.js";
import { setCacheLimit } from "../data/spill.js";
import { logicalDevices, setLogicalDevices } from "../distribution/devices.js";
import { functionsRunEagerly, runFunctionsEagerly } from "../graph/function.js";

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
  /** Bytes that caches of datasets hold in memory; what comes then goes into files (Node). Default: 1 GiB; in a page there is no limit. */
  cacheLimit?: number;
}

/** A device as TensorFlow lists it. */
export interface PhysicalDevice {
  readonly name: string;
  readonly deviceType: string;
}

const cpu: PhysicalDevice = { name: "/physical_device:CPU:0", deviceType: "CPU" };

/**
 * A part of the processor that is a device of its own, for strategies to have replicas on. TensorFlow: tf.config.LogicalDeviceConfiguration
 */
class LogicalDeviceConfiguration {
  /** @throws ArgumentError for options: devices share the memory of the process */
  constructor(options: { readonly memoryLimit?: null; readonly experimentalPriority?: null } = {}) {
    for (const [key, value] of Object.entries(options))
      if (value !== null && value !== undefined)
        throw new ArgumentError(`config.LogicalDeviceConfiguration.${key}`, {
          given: text(value),
          expected: "null: logical devices share what the processor has",
        });
  }
}

let logicalConfiguration: readonly LogicalDeviceConfiguration[] | null = null;

/** The only device there is, unless another kind is asked for. */
const devicesOf =
  (device: PhysicalDevice) =>
  (deviceType: string | null = null): PhysicalDevice[] => {
    if (deviceType !== null && typeof deviceType !== "string")
      throw new ArgumentError("config.listPhysicalDevices.deviceType", {
        given: text(deviceType),
        expected: 'the kind of a device: "CPU"',
      });
    return deviceType === null || deviceType === "CPU" ? [device] : [];
  };

/** @throws ArgumentError for what is not the device */
function checkDevices(where: string, devices: unknown): void {
  for (const device of [devices].flat() as unknown[])
    if (device !== cpu)
      throw new ArgumentError(where, { given: text(device), expected: "a device that tf.config.listPhysicalDevices gave" });
}

/**
 * Settings of the process. TensorFlow: tf.config.
 *
 * ```ts
 * tf.config.get().threads >= 1; // true
 * ```
 */
export const config = {
  /** Changes settings. @throws ArgumentError for a value that can't be, or `revectorize` where the engine can't */
  async set({ threads: count, deterministic, revectorize, memoryLimit, cacheLimit }: Settings): Promise<void> {
    if (revectorize && !canRevectorize)
      throw new ArgumentError("config.revectorize", { given: "true on an engine that can't", expected: "Node 24" });
    if (count !== undefined) config.threading.setIntraOpParallelismThreads(count);
    if (memoryLimit !== undefined) {
      if (!(memoryLimit > 0))
        throw new ArgumentError("config.memoryLimit", { given: text(memoryLimit), expected: "a positive number of bytes" });
      setSoftLimit(memoryLimit);
    }
    if (cacheLimit !== undefined) setCacheLimit(cacheLimit);
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

  /** The devices of a kind: one "CPU", which is all threads; no "GPU", no "TPU". */
  listPhysicalDevices: devicesOf(cpu),
  /** The devices that strategies may have replicas on: one, or as many as `setLogicalDeviceConfiguration` has made. */
  listLogicalDevices: (deviceType: string | null = null): PhysicalDevice[] =>
    devicesOf(cpu)(deviceType).flatMap(() => logicalDevices().map((_, i) => ({ name: `/device:CPU:${i}`, deviceType: "CPU" }))),

  LogicalDeviceConfiguration,

  /**
   * Divides the processor into logical devices: `MirroredStrategy()` has a replica on each. To try out what holds for many.
   *
   * @throws ArgumentError for other devices and configurations
   */
  setLogicalDeviceConfiguration(device: PhysicalDevice, logicalDevices: readonly LogicalDeviceConfiguration[] | null): void {
    const where = "config.setLogicalDeviceConfiguration";
    checkDevices(where, device);
    const known = logicalDevices ?? [new LogicalDeviceConfiguration()];
    if (!Array.isArray(known) || !known.every((each) => each instanceof LogicalDeviceConfiguration))
      throw new ArgumentError(where, { given: text(logicalDevices), expected: "a list of tf.config.LogicalDeviceConfiguration" });
    setLogicalDevices(where, known.length);
    logicalConfiguration = logicalDevices;
  },
  /** What was set; null: one device. */
  getLogicalDeviceConfiguration(device: PhysicalDevice): readonly LogicalDeviceConfiguration[] | null {
    checkDevices("config.getLogicalDeviceConfiguration", device);
    return logicalConfiguration;
  },
  getVisibleDevices: devicesOf(cpu),

  /** Takes the only device; there is no other one to hide. @throws ArgumentError for others */
  setVisibleDevices(devices: PhysicalDevice | readonly PhysicalDevice[], deviceType: string | null = null): void {
    checkDevices("config.setVisibleDevices", devices);
    if (devicesOf(cpu)(deviceType).length > [devices].flat().length)
      throw new ArgumentError("config.setVisibleDevices", { given: "no devices", expected: "the CPU, which everything runs on" });
  },

  runFunctionsEagerly,
  functionsRunEagerly,

  experimental: {
    enableOpDeterminism: (): Promise<void> => setDeterministic(true),

    /** Memory always grows as it is needed. @throws ArgumentError for `false`, and for what is no device */
    setMemoryGrowth(device: PhysicalDevice, enable: boolean): void {
      checkDevices("config.experimental.setMemoryGrowth", device);
      if (enable !== true)
        throw new ArgumentError("config.experimental.setMemoryGrowth.enable", {
          given: text(enable),
          expected: "true: memory is never taken as a whole",
          hint: "tf.config.set({ memoryLimit }) bounds it.",
        });
    },
    getMemoryGrowth(device: PhysicalDevice): boolean {
      checkDevices("config.experimental.getMemoryGrowth", device);
      return true;
    },

    /** Bytes of tensors in the shared memory. */
    getMemoryInfo: (_device = "CPU:0"): { current: number } => ({ current: tensorBytes() }),
    listPhysicalDevices: devicesOf(cpu),
    setVisibleDevices: (devices: PhysicalDevice | readonly PhysicalDevice[], deviceType: string | null = null): void =>
      config.setVisibleDevices(devices, deviceType),
  },

  threading: {
    getIntraOpParallelismThreads: threads,
    /** @throws ArgumentError unless the number is a positive integer */
    setIntraOpParallelismThreads(numThreads: number): void {
      if (!Number.isInteger(numThreads) || numThreads < 1 || numThreads > MOST_THREADS)
        throw new ArgumentError("config.threads", { given: text(numThreads), expected: `an integer from 1 to ${MOST_THREADS}` });
      setThreads(numThreads);
    },
    /** Operations run one after the other, each on all threads. */
    getInterOpParallelismThreads: (): number => 1,
    /** @throws ArgumentError for other numbers than 0 (let kerasm choose) and 1 */
    setInterOpParallelismThreads(numThreads: number): void {
      if (numThreads !== 0 && numThreads !== 1)
        throw new ArgumentError("config.threading.setInterOpParallelismThreads", {
          given: text(numThreads),
          expected: "0 or 1: operations run one after the other",
          hint: "setIntraOpParallelismThreads says how many threads each of them has.",
        });
    },
  },
};
