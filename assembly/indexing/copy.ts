// Copies of bytes, cut into chunks as every other command, so that threads share them.

import { In, Out } from "../abi";

@unmanaged
export class CopyArgs {
  x: In = 0;
  y: Out = 0;
}

/** y[i] = x[i] for bytes begin ≤ i < end. */
export function copy_bytes(a: CopyArgs, begin: usize, end: usize): void {
  memory.copy(a.y + begin, a.x + begin, end - begin);
}
