// Devices: logical processors. A machine has at least sixteen, so that what needs several replicas can be tried out on few cores.

import { platform } from "#platform";
import { ArgumentError, text } from "../core/errors.js";
import { gathered, type OneByOne } from "../core/one-by-one.js";

const LOGICAL = 16;

/** How many devices there are. */
export const deviceCount = (): number => Math.max(LOGICAL, platform.availableThreads());

let logical = 1;

/** Logical devices that the processor was divided into: what a strategy has replicas on where it is given no devices. */
export const logicalDevices = (): string[] => Array.from({ length: logical }, (_, i) => `cpu:${i}`);

/** @throws ArgumentError for more devices than there can be */
export function setLogicalDevices(where: string, count: number): void {
  if (count < 1 || count > deviceCount())
    throw new ArgumentError(where, { given: `${count} logical devices`, expected: `1 to ${deviceCount()}` });
  logical = count;
}

/**
 * `cpu:0`, `cpu:1`, …
 *
 * ```ts
 * keras.distribution.listDevices()[0]; // "cpu:0"
 * ```
 */
export function listDevices(...options: OneByOne<{ readonly deviceType?: string | null }>): string[] {
  const where = "keras.distribution.listDevices";
  const { deviceType = null } = gathered<{ readonly deviceType?: string | null }>(where, ["deviceType"], options);
  if (deviceType !== null && typeof deviceType !== "string")
    throw new ArgumentError(`${where}.deviceType`, { given: text(deviceType), expected: '"cpu", "gpu", "tpu" or null' });
  if (deviceType !== null && deviceType.toLowerCase() !== "cpu") return [];
  return Array.from({ length: deviceCount() }, (_, i) => `cpu:${i}`);
}

/** The number of a device: `cpu:1`, `/cpu:1`, `/job:localhost/replica:0/task:0/device:CPU:1` is 1. @throws ArgumentError for others */
export function deviceIndex(where: string, device: unknown): number {
  const count = deviceCount();
  const match = typeof device === "string" ? /^(?:.*\/)?(?:device:)?(?:cpu):(\d+)$/i.exec(device) : null;
  const index = match ? Number(match[1]) : NaN;
  if (index < count) return index;
  throw new ArgumentError(where, {
    given: `the device ${typeof device === "string" ? device : text(device)}`,
    expected: `cpu:0 … cpu:${count - 1}`,
    hint: "kerasm computes on processors; one replica with all cores is fastest.",
  });
}
