// State: elements with an identity, that operations read and write. Variables are made of it.
//
//  (1) The address of a state does not change while a program is loaded that refers to it; otherwise its block is spilled like any other.
//  (2) A value that was read is immutable: it shares the state's block until the state is written, and gets a copy of its own before that.
//  (3) Who reads or writes a state while a program that runs aside writes it has that program finished first.
//  (4) The first elements are laid down once, where they are wanted: in the shared memory for a program, at home for who reads them.

import type { Operand } from "../runtime/command.js";
import { finishAside } from "../runtime/machine.js";
import { bytes as memoryBytes } from "../runtime/memory.js";
import { isGivenTurns, type Parts } from "../runtime/parts.js";
import { Block, currentStamp, settle } from "./blocks.js";
import { bytesOfElements, dtypes, elementsAt, type Dtype, type TypedArray } from "./dtype.js";
import { StateError } from "./errors.js";
import { bytesIn } from "./shape.js";
import { Storage, type Lender } from "./storage.js";
import { Tensor, type Spec } from "./tensor.js";

const watchers = new Set<() => void>();
/** Whether states were made that watchers were not told of. */
let fresh = false;

/**
 * Calls `watcher` when states have been made since, before any state is used again: a checkpoint whose variables come into being after it
 * was restored gives them their values then. @returns  ends it
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

/** Elements are copied so many bytes at a time where the event loop is to have its turns: 1 or 2 ms. */
const PIECE = 1 << 22;

/** Makes first elements, whenever it is called. */
export interface Making {
  (): Tensor;
  /** The same in parts, where it takes long: a tensor that nobody else has. */
  readonly inParts?: (() => Parts<Tensor>) | undefined;
}

/** The first elements of a state: a number that each of them is, or what makes a tensor of them. */
export type First = number | Making;

export class State implements Spec, Operand, Lender {
  /** Unique in the process. */
  readonly id = nextId++;
  readonly shape: readonly number[];
  readonly dtype: Dtype;
  readonly bytes: number;
  readonly block: Block;
  /** Whether tapes watch what is read from it without being told. */
  trainable = false;
  /** The variable that it is the state of. */
  owner: object | null = null;
  /** The same variable in replicas 1, 2, … of this process, where it is each replica's own. */
  others: readonly State[] = [];
  #lent: Tensor | null = null;
  #version = 0;
  /** How many programs that run aside are writing it. */
  #writers = 0;
  /** The first elements, until they lie in the block. A function is called, and its tensor kept here, by `ready`. */
  #first: First | Tensor | null;

  /**
   * @param first  gives the first elements when they are first wanted; nothing is computed, and no memory taken, for a state that is loaded
   *     from outside before. A function must not depend on when it is called
   * @throws ShapeError for an impossible shape
   */
  constructor(shape: readonly number[], dtype: Dtype, first: First = 0) {
    this.shape = shape;
    this.dtype = dtype;
    this.bytes = bytesIn({ shape, dtype }, "variable");
    this.block = new Block(this.bytes, null, 0);
    this.#first = first;
    fresh = watchers.size > 0;
  }

  get size(): number {
    return this.bytes / dtypes[this.dtype].bytes;
  }

  /** Makes the first elements where they are still to be made; to be called before an operation or a program begins. */
  ready(): void {
    const first = this.#first;
    if (typeof first === "function") this.#take(first, first());
  }

  /** The same in parts; what is made lies in the block then, without a copy. */
  *#readyInParts(): Parts<void> {
    const first = this.#first;
    if (typeof first !== "function" || !first.inParts) return this.ready();
    const made = yield* first.inParts();
    if (this.#first !== first) return;
    this.#take(first, made);
    if (made.storage!.handOver(this.block, this)) this.#first = null;
  }

  /** Takes what was made, unless others have come meanwhile. */
  #take(making: Making, made: Tensor): void {
    if (this.#first !== making) return;
    if (made.dtype !== this.dtype || made.storage?.block.bytes !== this.bytes)
      throw new StateError("variable", { given: `first elements ${made.toString()}`, expected: `${this.dtype} of ${this.size} elements` });
    this.#first = made;
  }

  /** Writes the first elements, which are ready, to where they are to lie. */
  #layDown(target: Uint8Array): void {
    this.#copyTo(target);
    this.#first = null;
  }

  /** Writes elements that lie at home, or are first ones, which are ready, from a byte on. */
  #copyTo(target: Uint8Array, at = 0): void {
    const first = this.#first;
    if (first === null) target.set(this.block.host!.subarray(at, at + target.length));
    else if (typeof first !== "number") (first as Tensor).storage!.copyTo(target, at);
    else if (Object.is(first, 0)) target.fill(0);
    else {
      const { bytes, array: ArrayType } = dtypes[this.dtype];
      const one = bytesOfElements(this.dtype, new ArrayType(1).fill(first));
      target.set(one);
      for (let done = bytes; done < target.length; done *= 2) target.copyWithin(done, 0, done);
    }
  }

  /** Sees to it that the elements are in the block, at home where they lie nowhere yet. */
  #store(): void {
    if (this.#writers > 0) finishAside();
    if (this.#first !== null) {
      this.ready();
      this.block.host = new Uint8Array(this.bytes);
      this.#layDown(this.block.host);
    }
  }

  /** The address, after upload where needed; it stays while the operation runs. */
  resident(): number {
    if (this.#writers > 0) finishAside();
    this.ready();
    const { block } = this;
    const { host } = block;
    if (host || this.#first !== null) {
      settle(block, this);
      const target = memoryBytes().subarray(block.address, block.address + block.bytes);
      if (host) target.set(host);
      else this.#layDown(target);
      block.host = null;
    }
    block.stamp = currentStamp();
    return block.address;
  }

  /** The same in parts: large elements are made and copied piece by piece, and lie where they were until all have come. */
  *residentInParts(): Parts<void> {
    yield* this.#readyInParts();
    const { block } = this;
    if (isGivenTurns() && block.bytes > PIECE && block.address === 0) {
      const [version, first, host] = [this.#version, this.#first, block.host];
      const isAsBefore = (): boolean => this.#version === version && this.#first === first && block.host === host && block.address === 0;
      const room = Storage.allocate(block.bytes);
      for (let at = 0; at < block.bytes && isAsBefore(); at += PIECE) {
        const address = room.resident();
        this.#copyTo(memoryBytes().subarray(address + at, address + Math.min(at + PIECE, block.bytes)), at);
        yield;
      }
      if (isAsBefore() && room.handOver(block, this)) this.#first = null;
      else room.dispose(); // somebody wanted or wrote them meanwhile
    }
    this.resident();
  }

  /** Where the elements lie now, for those who made it resident. */
  get address(): number {
    return this.block.address;
  }

  /** The present value as a tensor; the same tensor until the next write. */
  snapshot(): Tensor {
    settleNewStates();
    this.#store();
    return (this.#lent ??= new Borrowed(this));
  }

  /** Another number after every write. */
  get version(): number {
    return this.#version;
  }

  /** To be called before anything writes the memory. */
  beforeWrite(): void {
    if (this.#writers > 0) finishAside();
    this.#version++;
    this.#lent?.storage!.detach();
    this.#lent = null;
  }

  /** To be called before a program begins that runs aside and writes the memory, and when it has run. */
  beginWrite(): void {
    this.beforeWrite();
    this.#writers++;
  }

  endWrite(): void {
    this.#writers--;
  }

  /** To be called after a program wrote the memory, during which others may have looked. */
  afterWrite(): void {
    this.#version++;
  }

  /** The elements where they lie: valid until the next operation. */
  view(): TypedArray {
    settleNewStates();
    return this.#elements();
  }

  #elements(): TypedArray {
    this.#store();
    const { buffer, byteOffset } = this.block.elements;
    return elementsAt(this.dtype, buffer, byteOffset, this.size);
  }

  /** Replaces all elements from outside, in every replica: a restored checkpoint, an initial value. */
  load(elements: ArrayLike<number>): void {
    this.beforeWrite();
    if (this.#first !== null) this.block.host = new Uint8Array(this.bytes);
    this.#first = null;
    if (dtypes[this.dtype].encoding) this.block.elements.set(bytesOfElements(this.dtype, Float32Array.from(elements)));
    else this.#elements().set(elements);
    for (const other of this.others) other.load(elements);
  }

  /** Sets all elements to 0, in this replica alone. */
  clear(): void {
    settleNewStates();
    this.beforeWrite();
    if (this.#first !== null) this.#first = 0;
    else this.block.elements.fill(0);
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

/** A tensor that shares a state's block, and keeps the state alive while it does. */
class Borrowed extends Tensor {
  constructor(readonly lender: State) {
    super(lender, Storage.borrow(lender));
  }
}
