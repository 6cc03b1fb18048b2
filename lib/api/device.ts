// keras.device and tf.device: there is one device.

import { text, ValueError } from "../core/errors.js";

/**
 * Runs an action on a device. There is one, the processor, so that this checks the name alone; without an action it gives a scope.
 *
 * ```ts
 * keras.device("cpu:0", () => keras.ops.sum([1, 2]).item()); // 3
 * ```
 *
 * @throws ValueError for a device that there is not. Keras: keras.device; TensorFlow: tf.device
 */
export function device<T>(deviceName: string, action: () => T): T;
export function device(deviceName: string): { scope<R>(action: () => R): R; run<R>(action: () => R): R };
export function device<T>(deviceName: string, action?: () => T): unknown {
  if (typeof deviceName !== "string" || !/^(\/?(job:[\w-]+|replica:\d+|task:\d+)\/?)*\/?(device:)?(CPU|cpu)(:\d+)?$/.test(deviceName))
    throw new ValueError("device", {
      given: text(deviceName),
      expected: '"CPU:0"',
      hint: "Kernels run on the processor: there are no others.",
    });
  const run = <R>(inner: () => R): R => inner();
  return action ? action() : { scope: run, run };
}
