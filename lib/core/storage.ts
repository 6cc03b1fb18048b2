// Where the elements of a tensor are: a block, resident or at home (blocks.ts).
//
//  (1) Tiny blocks (scalars above all) are always at home in the JavaScript heap and need no finalizer. An operation sees them through the
//      nursery, a small area that is used from its beginning by every operation.
//  (2) A tensor that was read from a variable shares its block, until the variable is written: then it gets a copy.

import { Block, currentStamp, free, handOver, nextStamp, settle } from "./blocks.js";
import { KerasmError } from "./errors.js";
import { dtypes, elementsAt, type Dtype, type TypedArray } from "./dtype.js";
import { allocate } from "../runtime/heap.js";
import { bytes as memoryBytes } from "../runtime/memory.js";

/** Stamp of tiny results that are still in the nursery. */
const NURSED = -1;

/** What engines keep beside the objects of their heap: a larger typed array is a block of the process's memory, and takes 1.5 µs to make. */
const TINY = 64;
/** Up to here a loop is quicker than a call. */
const FEW_BYTES = 16;
const NURSERY_BYTES = 1 << 15;
let nursery = 0;
let nurseryEnd = 0;

/** Room in the nursery until the next operation, or 0 where this operation has used it up. */
function nurse(): number {
  if (nursery === 0) nursery = nurseryEnd = allocate(NURSERY_BYTES);
  if (nurseryEnd + TINY > nursery + NURSERY_BYTES) return 0;
  nurseryEnd += TINY;
  return nurseryEnd - TINY;
}

/** A copy of few bytes of the memory. */
function takeTiny(address: number, length: number): Uint8Array {
  const from = memoryBytes();
  if (length > FEW_BYTES) return from.slice(address, address + length);
  const taken = new Uint8Array(length);
  for (let i = 0; i < length; i++) taken[i] = from[address + i]!;
  return taken;
}

/** Writes few bytes to the memory. */
function putTiny(tiny: Uint8Array, address: number): void {
  const to = memoryBytes();
  if (tiny.length > FEW_BYTES) to.set(tiny, address);
  else for (let i = 0; i < tiny.length; i++) to[address + i] = tiny[i]!;
}

/** Writes the bytes of a tensor's elements. */
export type Fill = (target: Uint8Array) => void;

/** Who lends a block. */
export interface Lender {
  readonly block: Block;
  /** The address, after upload where needed. */
  resident(): number;
}

/** Elements of a tensor; several tensors share one when one is a view of another. */
export class Storage {
  #disposed = false;
  /** Writes the elements, where nobody has needed them yet. */
  #fill: Fill | null = null;
  /** Whose block it is, where it is not its own: a variable's, or memory of a program. */
  #lender: Lender | null;

  private constructor(
    public block: Block,
    lender: Lender | null = null,
  ) {
    this.#lender = lender;
  }

  /** New memory with undefined content, for the operation that runs now; `keep` follows when it has run. */
  static allocate(bytes: number): Storage {
    const tiny = bytes <= TINY ? nurse() : 0;
    const block = new Block(bytes, null, NURSED);
    const storage = new Storage(block);
    if (tiny) block.address = tiny;
    else settle(block, storage);
    return storage;
  }

  /** To be called when the operation has run that this storage was allocated for. */
  keep(): void {
    if (this.block.stamp === NURSED) this.#takeHome();
  }

  #takeHome(): void {
    const { block } = this;
    block.host = takeTiny(block.address, block.bytes);
    block.address = 0;
    block.stamp = 0;
  }

  /** Elements that stay in the given bytes until a kernel reads them. The bytes are taken over, not copied. */
  static adopt(host: Uint8Array): Storage {
    return new Storage(new Block(host.byteLength, host, currentStamp()));
  }

  /**
   * Elements that `fill` writes when they are needed, where they are needed. It may be called more than once, and writes the same each
   * time.
   */
  static later(bytes: number, fill: Fill): Storage {
    const storage = new Storage(new Block(bytes, null, currentStamp()));
    storage.#fill = fill;
    return storage;
  }

  /** Elements of somebody else, who keeps them where they are. */
  static at(address: number, bytes: number): Storage {
    const block = new Block(bytes, null, Infinity);
    block.address = address;
    return new Storage(block, { block, resident: () => address });
  }

  /** The block of a variable. `detach` makes it an own copy before the owner writes. */
  static borrow(lender: Lender): Storage {
    return new Storage(lender.block, lender);
  }

  /** The address, after upload where needed; not spilled before the next operation. */
  resident(): number {
    const { block } = this;
    if (block.address === 0) {
      const tiny = block.bytes <= TINY ? nurse() : 0;
      if (tiny) {
        if (block.host) putTiny(block.host, tiny);
        else this.copyTo(memoryBytes().subarray(tiny, tiny + block.bytes));
        return tiny;
      }
      this.#checkAlive();
      if (this.#lender) return this.#lender.resident();
      settle(block, this);
      this.copyTo(memoryBytes().subarray(block.address, block.address + block.bytes));
      block.host = this.#fill = null;
    }
    const now = currentStamp();
    if (block.stamp < now && block.stamp !== NURSED) block.stamp = now;
    return block.address;
  }

  /** The elements where they are, as a view that is valid until the next operation. */
  view(dtype: Dtype): TypedArray {
    const { block } = this;
    this.#checkAlive();
    this.#comeHome();
    const length = block.bytes / dtypes[dtype].bytes;
    if (block.host) return elementsAt(dtype, block.host.buffer, block.host.byteOffset, length);
    return elementsAt(dtype, memoryBytes().buffer, block.address, length);
  }

  /**
   * Gives the elements to a block that has none, and is no storage any more: for elements that nobody else has.
   *
   * @param owner  of the other block
   * @returns  whether it did: what is lent, or lies nowhere yet, has to be copied
   */
  handOver(to: Block, owner: object): boolean {
    if (this.#lender || this.#fill || this.block.pins > 0 || this.block.stamp === NURSED) return false;
    this.#checkAlive();
    handOver(this.block, to, owner);
    this.#disposed = true;
    return true;
  }

  /** Writes the elements at home, where nobody has needed them yet. */
  #comeHome(): void {
    if (!this.#fill) return;
    this.block.host = new Uint8Array(this.block.bytes);
    this.#fill(this.block.host);
    this.#fill = null;
  }

  /** Writes the elements as they lie in memory: from a byte on, as many as there is room for. */
  copyTo(target: Uint8Array, from = 0): void {
    this.#checkAlive();
    const { block } = this;
    if (this.#fill && target.length >= block.bytes) return this.#fill(target);
    this.#comeHome();
    target.set(from === 0 && target.length >= block.bytes ? block.elements : block.elements.subarray(from, from + target.length));
  }

  #checkAlive(): void {
    if (this.#disposed) throw new KerasmError("tensor", { given: "a tensor that was disposed", expected: "one that is alive" });
  }

  /** A borrowed storage keeps what it has now in memory of its own. */
  detach(): void {
    if (!this.#lender || this.#disposed) return;
    this.block = new Block(this.block.bytes, this.block.elements.slice(), 0);
    this.#lender = null;
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    if (this.#lender) this.block = new Block(this.block.bytes, null, 0);
    else free(this.block);
    this.#fill = null;
  }
}

/** Begins a new operation: blocks used from now on stay where they are until the next one. */
export function newStamp(): void {
  nextStamp();
  nurseryEnd = nursery;
}
