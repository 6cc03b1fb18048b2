// State: memory with an identity, that operations read and write. Variables are made of it.
//
//  (1) The address of a state never changes, so that compiled programs can refer to it.
//  (2) A value that was read is immutable: it borrows the state's memory until the state is written, and gets a copy of its own before that.

import { allocate, release } from "../runtime/heap.js";
import { bytes as memoryBytes } from "../runtime/memory.js";
import type { Operand } from "../runtime/command.js";
import { dtypes, type Dtype, type TypedArray } from "./dtype.js";
import { sizeOf } from "./shape.js";
import { MemoryError, Storage } from "./storage.js";
import { Tensor, type Spec } from "./tensor.js";

const finalizer = new FinalizationRegistry<{ address: number; bytes: number }>(({ address, bytes }) => release(address, bytes));

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

export class State implements Spec, Operand {
  readonly shape: readonly number[];
  readonly dtype: Dtype;
  readonly address: number;
  readonly bytes: number;
  /** Whether tapes watch what is read from it without being told. */
  trainable = false;
  /** The same variable in replicas 1, 2, … of this process, where it is each replica's own. */
  others: readonly State[] = [];
  #lent: Tensor | null = null;
  #version = 0;

  constructor(shape: readonly number[], dtype: Dtype) {
    this.shape = shape;
    this.dtype = dtype;
    this.bytes = sizeOf(shape) * dtypes[dtype].bytes;
    this.address = allocate(Math.max(this.bytes, 1));
    if (!this.address) throw new MemoryError("variable", { given: `a variable of ${this.bytes} bytes`, expected: "memory for it" });
    memoryBytes().fill(0, this.address, this.address + this.bytes);
    fresh = watchers.size > 0;
    finalizer.register(this, { address: this.address, bytes: Math.max(this.bytes, 1) });
  }

  get size(): number {
    return sizeOf(this.shape);
  }

  /** The present value as a tensor; the same tensor until the next write. */
  snapshot(): Tensor {
    settleNewStates();
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

  /** The elements where they lie: valid until the memory grows. */
  view(): TypedArray {
    settleNewStates();
    return this.#elements();
  }

  #elements(): TypedArray {
    return new dtypes[this.dtype].array(memoryBytes().buffer, this.address, this.size);
  }

  /** Replaces all elements from outside, in every replica: a restored checkpoint, an initial value. */
  load(elements: ArrayLike<number>): void {
    this.beforeWrite();
    this.#elements().set(elements);
    for (const other of this.others) other.load(elements);
  }

  /** Makes states for the other replicas, which begin with the present value. */
  split(count: number): void {
    const made = Array.from({ length: count - 1 - this.others.length }, () => {
      const other = new State(this.shape, this.dtype);
      other.trainable = this.trainable;
      other.load(this.#elements());
      return other;
    });
    this.others = [...this.others, ...made];
  }
}

/** A tensor that looks into a state's memory, and keeps the state alive while it does. */
class Borrowed extends Tensor {
  constructor(readonly lender: State) {
    super(lender, Storage.borrow(lender.address, lender.bytes));
  }
}
