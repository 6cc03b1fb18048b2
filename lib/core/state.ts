// State: elements with an identity, that operations read and write. Variables are made of it.
//
//  (1) The address of a state does not change while a program is loaded that refers to it; otherwise its block is spilled like any other.
//  (2) A value that was read is immutable: it shares the state's block until the state is written, and gets a copy of its own before that.

import type { Operand } from "../runtime/command.js";
import { bytes as memoryBytes } from "../runtime/memory.js";
import { Block, currentStamp, settle } from "./blocks.js";
import { bytesOfElements, dtypes, elementsAt, type Dtype, type TypedArray } from "./dtype.js";
import { bytesIn } from "./shape.js";
import { Storage, type Lender } from "./storage.js";
import { Tensor, type Spec } from "./tensor.js";

const watchers = new Set<() => void>();
/** Whether states were made that watchers were not told of. */
let fresh = false;

/**
 * Calls `watcher` when states have been made since, before any state is used again: a checkpoint whose variables come into being after it was
 * restored gives them their values then. @returns  ends it
 */
export function watchNewStates(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => void watchers.delete(watcher);
}

/** To be called before states are used. */
export function settleNewStates(): void {
  if (!fresh) return;
  fresh = false;
  for (const watcher of [...watchers]) watcher();
}

let nextId = 1;

export class State implements Spec, Operand, Lender {
  /** Unique in the process. */
  readonly id = nextId++;
  readonly shape: readonly number[];
  readonly dtype: Dtype;
  readonly bytes: number;
  readonly block: Block;
  /** Whether tapes watch what is read from it without being told. */
  trainable = false;
  /** The same variable in replicas 1, 2, … of this process, where it is each replica's own. */
  others: readonly State[] = [];
  #lent: Tensor | null = null;
  #version = 0;
  /** What gives the first elements, until they are wanted. */
  #first: (() => TypedArray) | null = null;

  /**
   * @param first  gives the first elements when they are first wanted; nothing is computed, and no memory taken, for a state that is loaded
   *     from outside before. Default: zeros. It must not depend on when it is called
   * @throws ShapeError for an impossible shape
   */
  constructor(shape: readonly number[], dtype: Dtype, first: (() => TypedArray) | null = null) {
    this.shape = shape;
    this.dtype = dtype;
    this.bytes = bytesIn({ shape, dtype }, "variable");
    this.block = new Block(this.bytes, first ? null : new Uint8Array(this.bytes), 0);
    this.#first = first;
    fresh = watchers.size > 0;
  }

  get size(): number {
    return this.bytes / dtypes[this.dtype].bytes;
  }

  /** Makes the first elements where they are still to be made; to be called before an operation or a program begins. */
  ready(): void {
    const first = this.#first;
    if (!first) return;
    const elements = first();
    this.#first = null;
    this.block.host = new Uint8Array(this.bytes);
    this.#put(elements);
  }

  #put(elements: ArrayLike<number>): void {
    if (dtypes[this.dtype].encoding) this.block.elements.set(bytesOfElements(this.dtype, Float32Array.from(elements)));
    else this.#elements().set(elements);
  }

  /** The address, after upload where needed; it stays while the operation runs. */
  resident(): number {
    this.ready();
    const { block } = this;
    const { host } = block;
    if (host) {
      settle(block, this);
      memoryBytes().set(host, block.address);
      block.host = null;
    }
    block.stamp = currentStamp();
    return block.address;
  }

  /** Where the elements lie now, for those who made it resident. */
  get address(): number {
    return this.block.address;
  }

  /** The present value as a tensor; the same tensor until the next write. */
  snapshot(): Tensor {
    settleNewStates();
    this.ready();
    return (this.#lent ??= new Borrowed(this));
  }

  /** Another number after every write. */
  get version(): number {
    return this.#version;
  }

  /** To be called before anything writes the memory. */
  beforeWrite(): void {
    this.#version++;
    this.#lent?.storage!.detach();
    this.#lent = null;
  }

  /** To be called after a program wrote the memory, during which others may have looked. */
  afterWrite(): void {
    this.#version++;
  }

  /** The elements where they lie: valid until the next operation. */
  view(): TypedArray {
    settleNewStates();
    this.ready();
    return this.#elements();
  }

  #elements(): TypedArray {
    const { buffer, byteOffset } = this.block.elements;
    return elementsAt(this.dtype, buffer, byteOffset, this.size);
  }

  /** Replaces all elements from outside, in every replica: a restored checkpoint, an initial value. */
  load(elements: ArrayLike<number>): void {
    this.beforeWrite();
    if (this.#first) this.block.host = new Uint8Array(this.bytes);
    this.#first = null;
    this.#put(elements);
    for (const other of this.others) other.load(elements);
  }

  /** Sets all elements to 0, in this replica alone. */
  clear(): void {
    settleNewStates();
    this.beforeWrite();
    this.block.elements.fill(0);
  }

  /** Makes states for the other replicas, which begin with the present value. */
  split(count: number): void {
    this.ready();
    const made = Array.from({ length: count - 1 - this.others.length }, () => {
      const other = new State(this.shape, this.dtype);
      other.trainable = this.trainable;
      other.load(this.#elements());
      return other;
    });
    this.others = [...this.others, ...made];
  }
}

/** A tensor that shares a state's block, and keeps the state alive while it does. */
class Borrowed extends Tensor {
  constructor(readonly lender: State) {
    super(lender, Storage.borrow(lender));
  }
}
