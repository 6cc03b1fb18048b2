// Messages between processes: a header as JSON, then the bytes of tensors.

import { dtypes, type Dtype } from "../core/dtype.js";
import { MemoryError } from "../core/errors.js";
import { adoptTensor, Tensor } from "../core/tensor.js";
import type { Communicator } from "../runtime/communicator.js";
import { allocate, release } from "../runtime/heap.js";
import { bytes as memoryBytes } from "../runtime/memory.js";

const TAG = 77;

/** What is said, and tensors with it. */
export interface Message {
  readonly from: number;
  readonly header: Readonly<Record<string, unknown>>;
  readonly tensors: readonly Tensor[];
}

interface Described {
  readonly shape: readonly number[];
  readonly dtype: Dtype;
}

function withRoom<T>(bytes: number, action: (address: number) => T): T {
  const address = allocate(Math.max(bytes, 1));
  if (address === 0) throw new MemoryError("message", { given: `${bytes} bytes`, expected: "memory for them" });
  try {
    return action(address);
  } finally {
    release(address, Math.max(bytes, 1));
  }
}

/** Sends a message; returns when the other has taken it, or the engine keeps it. */
export function post(communicator: Communicator, to: number, header: object, tensors: readonly Tensor[] = []): void {
  const described = tensors.map(({ shape, dtype }) => ({ shape, dtype }));
  const text = new TextEncoder().encode(JSON.stringify({ ...header, tensors: described }));
  const room = Math.ceil(text.length / 4) * 4;
  const sizes = tensors.map((tensor) => tensor.size * dtypes[tensor.dtype].bytes);
  const total = 4 + room + sizes.reduce((sum, size) => sum + Math.ceil(size / 4) * 4, 0);
  withRoom(total, (address) => {
    new Uint32Array(memoryBytes().buffer, address, 1)[0] = text.length;
    memoryBytes().set(text, address + 4);
    let at = address + 4 + room;
    tensors.forEach((tensor, i) => {
      tensor.storage!.copyTo(memoryBytes().subarray(at, at + sizes[i]!));
      at += Math.ceil(sizes[i]! / 4) * 4;
    });
    communicator.send(address, total, to, TAG);
  });
}

/** A message that has come, if any. */
export function take(communicator: Communicator): Message | null {
  const waiting = communicator.probe(TAG);
  if (!waiting) return null;
  const { from, bytes } = waiting;
  return withRoom(bytes, (address) => {
    communicator.receive(address, bytes, from, TAG);
    const length = new Uint32Array(memoryBytes().buffer, address, 1)[0]!;
    const text = new TextDecoder().decode(memoryBytes().slice(address + 4, address + 4 + length));
    const { tensors: described, ...header } = JSON.parse(text) as { tensors: Described[] } & Record<string, unknown>;
    let at = address + 4 + Math.ceil(length / 4) * 4;
    const tensors = described.map(({ shape, dtype }) => {
      const { array: ArrayType, bytes: each } = dtypes[dtype];
      const size = shape.reduce((product, axis) => product * axis, 1) * each;
      const elements = new ArrayType(memoryBytes().slice(at, at + size).buffer);
      at += Math.ceil(size / 4) * 4;
      return adoptTensor(elements, shape, dtype);
    });
    return { from, header, tensors };
  });
}
