// Devices: logical processors. A machine has at least sixteen, so that what needs several replicas can be tried out on few cores.

import { platform } from "#platform";
import { ArgumentError, text } from "../core/errors.js";

const LOGICAL = 16;

/** How many devices there are. */
export const deviceCount = (): number => Math.max(LOGICAL, platform.availableThreads());

/** `cpu:0`, `cpu:1`, … */
export const listDevices = (deviceType: string | null = null): string[] => {
  if (deviceType !== null && deviceType.toLowerCase() !== "cpu") return [];
  return Array.from({ length: deviceCount() }, (_, i) => `cpu:${i}`);
};

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
