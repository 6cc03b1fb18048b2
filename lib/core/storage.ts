// Where the elements of tensors are.
//
//  (1) A block is resident (it has an address in the shared memory) or spilled (it is a typed array of the JavaScript heap), never both.
//  (2) `residents` holds the blocks of tensors that can be spilled, oldest first. It holds blocks, never storages: a tensor that nobody
//      refers to any more is collected, and the finalizer of its storage frees the block.
//  (3) Finalizers run only when the event loop turns. Until then memory pressure spills the oldest blocks: a spilled block is counted and
//      freed by the garbage collector alone. So no loop, not even a synchronous one, fills the memory with what nobody needs.
//  (4) Blocks that the running operation uses bear the present stamp and are not spilled.
//  (5) Tiny blocks (scalars above all) are always at home in the JavaScript heap and need no finalizer. An operation sees them through the
//      nursery, a small area that is used from its beginning by every operation.

import { KerasmError } from "./errors.js";
import { dtypes, type Dtype, type TypedArray } from "./dtype.js";
import { allocate, release } from "../runtime/heap.js";
import { bytes as memoryBytes, maximumBytes } from "../runtime/memory.js";

/** The shared memory has no room, even after everything that can be spilled was. */
export class MemoryError extends KerasmError {
  override readonly name = "MemoryError";
}

/** Stamp of blocks that somebody else owns. */
const BORROWED = Infinity;
/** Stamp of tiny results that are still in the nursery. */
const NURSED = -1;

export interface Block {
  readonly bytes: number;
  address: number;
  host: Uint8Array | null;
  stamp: number;
}

const residents = new Set<Block>();
let residentBytes = 0;
let stamp = 1;
/** Above this, the oldest tensors are spilled. */
let softLimit = Math.min(1 << 30, maximumBytes / 4);

const finalizer = new FinalizationRegistry<Block>(freeBlock);

const TINY = 128;
const NURSERY_BYTES = 1 << 15;
const nursery = allocate(NURSERY_BYTES);
let nurseryEnd = nursery;

/** Room in the nursery until the next operation, or 0 where this operation has used it up. */
function nurse(): number {
  if (nurseryEnd + TINY > nursery + NURSERY_BYTES) return 0;
  nurseryEnd += TINY;
  return nurseryEnd - TINY;
}

/** Writes the bytes of a tensor's elements. */
export type Fill = (target: Uint8Array) => void;

/** Elements of a tensor; several tensors share one when one is a view of another. */
export class Storage {
  #disposed = false;
  /** Writes the elements, where nobody has needed them yet. */
  #fill: Fill | null = null;
  private constructor(readonly block: Block) {}

  /** New memory with undefined content, for the operation that runs now; `keep` follows when it has run. */
  static allocate(bytes: number): Storage {
    const tiny = bytes <= TINY ? nurse() : 0;
    if (tiny) return new Storage({ bytes, address: tiny, host: null, stamp: NURSED });
    const block: Block = { bytes, address: 0, host: null, stamp };
    settle(block);
    const storage = new Storage(block);
    finalizer.register(storage, block, block);
    return storage;
  }

  /** To be called when the operation has run that this storage was allocated for. */
  keep(): void {
    const { block } = this;
    if (block.stamp !== NURSED) return;
    block.host = memoryBytes().slice(block.address, block.address + block.bytes);
    block.address = 0;
    block.stamp = 0;
  }

  /** Elements that stay in the given bytes until a kernel reads them. The bytes are taken over, not copied. */
  static adopt(host: Uint8Array): Storage {
    return new Storage({ bytes: host.byteLength, address: 0, host, stamp });
  }

  /** Elements that `fill` writes when they are needed, where they are needed. It may be called more than once, and writes the same each time. */
  static later(bytes: number, fill: Fill): Storage {
    const storage = new Storage({ bytes, address: 0, host: null, stamp });
    storage.#fill = fill;
    return storage;
  }

  /** Memory that somebody else owns: a variable's. `detach` makes it an own copy before the owner writes. */
  static borrow(address: number, bytes: number): Storage {
    return new Storage({ bytes, address, host: null, stamp: BORROWED });
  }

  /** The address, after upload where needed; not spilled before the next `newStamp`. */
  resident(): number {
    const { block } = this;
    if (block.address === 0) {
      const tiny = block.bytes <= TINY ? nurse() : 0;
      if (tiny) {
        this.copyTo(memoryBytes().subarray(tiny, tiny + block.bytes));
        return tiny;
      }
      this.#checkAlive();
      settle(block);
      this.copyTo(memoryBytes().subarray(block.address, block.address + block.bytes));
      block.host = this.#fill = null;
      finalizer.register(this, block, block);
    }
    if (block.stamp < stamp && block.stamp !== NURSED) block.stamp = stamp;
    return block.address;
  }

  /** The elements where they are, as a view that is valid until the next operation. */
  view(dtype: Dtype): TypedArray {
    const { block } = this;
    this.#checkAlive();
    if (this.#fill) {
      block.host = new Uint8Array(block.bytes);
      this.#fill(block.host);
      this.#fill = null;
    }
    const { array: ArrayType, bytes } = dtypes[dtype];
    if (block.host) return new ArrayType(block.host.buffer, block.host.byteOffset, block.bytes / bytes);
    return new ArrayType(memoryBytes().buffer, block.address, block.bytes / bytes);
  }

  /** Writes the elements as they lie in memory. */
  copyTo(target: Uint8Array): void {
    this.#checkAlive();
    const { block } = this;
    if (this.#fill) this.#fill(target);
    else target.set(block.host ?? memoryBytes().subarray(block.address, block.address + block.bytes));
  }

  #checkAlive(): void {
    if (this.#disposed) throw new KerasmError("tensor", { given: "a tensor that was disposed", expected: "one that is alive" });
  }

  /** A borrowed storage keeps what it has now in memory of its own. */
  detach(): void {
    const { block } = this;
    if (block.address === 0) return;
    block.host = memoryBytes().slice(block.address, block.address + block.bytes);
    block.address = 0;
    block.stamp = 0;
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    const { block } = this;
    if (block.stamp !== BORROWED) {
      finalizer.unregister(block);
      freeBlock(block);
    }
    block.host = this.#fill = null;
    block.address = 0;
  }
}

/** Begins a new operation: blocks used from now on stay where they are until the next one. */
export function newStamp(): void {
  stamp++;
  nurseryEnd = nursery;
}

/** Gives a block an address; its host bytes are the caller's business. */
function settle(block: Block): void {
  if (residentBytes + block.bytes > softLimit) spill(residentBytes + block.bytes - softLimit * 0.75);
  block.address = allocate(Math.max(block.bytes, 1));
  if (block.address === 0) {
    spill(block.bytes * 2);
    block.address = allocate(Math.max(block.bytes, 1)) || (spill(Infinity), allocate(Math.max(block.bytes, 1)));
    if (block.address === 0) {
      throw new MemoryError("memory", {
        given: `a request for ${block.bytes} bytes with ${residentBytes} bytes in use`,
        expected: `no more than ${maximumBytes} bytes in all`,
        hint: "Use smaller batches, or let the event loop turn (await) between steps.",
      });
    }
  }
  block.stamp = stamp;
  residentBytes += block.bytes;
  residents.add(block);
}

/** Moves the oldest blocks out of the shared memory until `wanted` bytes are free, or all that may be moved is. */
function spill(wanted: number): void {
  for (const block of residents) {
    if (wanted <= 0) return;
    if (block.stamp >= stamp) continue;
    wanted -= block.bytes;
    finalizer.unregister(block);
    const host = memoryBytes().slice(block.address, block.address + block.bytes);
    freeBlock(block);
    block.host = host;
  }
}

function freeBlock(block: Block): void {
  if (!residents.delete(block)) return;
  residentBytes -= block.bytes;
  release(block.address, Math.max(block.bytes, 1));
  block.address = 0;
}

/** Bytes of tensors that are resident now. */
export const tensorBytes = (): number => residentBytes;

/** Sets the number of bytes of tensors above which the oldest are spilled. */
export function setSoftLimit(bytes: number): void {
  softLimit = bytes;
}
