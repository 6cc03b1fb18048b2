// What TensorFlow.js has for programs that share their thread with a page: tf.nextFrame, tf.memory.

import { platform } from "#platform";
import { blocksNow } from "../../core/blocks.js";
import { usedBytes } from "../../runtime/heap.js";
import { memoryBytes } from "../../runtime/memory.js";

/** A page that is hidden draws no frames, and its timers come once a second: then a frame is a turn of the event loop. */
const isHidden = (): boolean => typeof document !== "undefined" && document.hidden;

/** It may be hidden while a frame is awaited, in milliseconds. */
const LONGEST_FRAME = 100;

/**
 * Waits until the page has drawn: at its next frame; in Node, in workers and in a page that is hidden after one turn of the event
 * loop. TensorFlow.js: tf.nextFrame
 *
 * ```ts
 * await tf.nextFrame();
 * ```
 */
export function nextFrame(): Promise<void> {
  if (typeof requestAnimationFrame === "undefined" || isHidden()) return platform.turn();
  return new Promise((resolve) => {
    const late = setTimeout(resolve, LONGEST_FRAME);
    requestAnimationFrame(() => {
      clearTimeout(late);
      resolve();
    });
  });
}

/** What is in memory. */
export interface MemoryInfo {
  /** Tensors and variables in the shared memory. */
  readonly numTensors: number;
  readonly numDataBuffers: number;
  /** Their bytes. */
  readonly numBytes: number;
  /** Bytes that are handed out, programs and scratch included. */
  readonly usedBytes: number;
  /** Bytes that the shared memory has grown to. */
  readonly memoryBytes: number;
  /** Always true: what nobody refers to is counted until the garbage collector has been there. */
  readonly unreliable: true;
}

/**
 * What is in memory now. Nobody has to look: memory is given back by itself. TensorFlow.js: tf.memory
 *
 * ```ts
 * tf.memory().numTensors > 0; // true
 * ```
 */
export function memory(): MemoryInfo {
  const { count, bytes } = blocksNow();
  return {
    numTensors: count,
    numDataBuffers: count,
    numBytes: bytes,
    usedBytes: usedBytes(),
    memoryBytes: memoryBytes(),
    unreliable: true,
  };
}
