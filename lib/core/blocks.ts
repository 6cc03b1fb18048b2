// What lies in the shared memory, and what makes room there: blocks of tensors and variables, and what programs have.
//
//  (1) A block is resident (it has an address in the shared memory) or at home (it is a typed array of the JavaScript heap), never both.
//  (2) `residents` holds the blocks that can be spilled, oldest first. It holds blocks, never storages or states: a tensor that nobody
//      refers to any more is collected, and its finalizer frees the block. The same goes for what programs have in the memory.
//  (3) Finalizers run only when the event loop turns. Until then memory pressure spills the oldest blocks and unloads the oldest programs:
//      what is at home is counted and freed by the garbage collector alone. So no loop, not even a synchronous one, fills the memory with
//      what nobody needs.
//  (4) Blocks that the running operation uses bear the present stamp and are not spilled, nor are those that a loaded program refers to,
//      nor is a program unloaded that runs.
//  (5) The limit begins low, since what a loop leaves behind is garbage. Where blocks that were spilled are needed again it was too low,
//      and rises.

import { MemoryError } from "./errors.js";
import { allocate, onPressure, release } from "../runtime/heap.js";
import { bytes as memoryBytes, maximumBytes } from "../runtime/memory.js";

/** Elements of a tensor or a variable, wherever they are now. */
export class Block {
  address = 0;
  host: Uint8Array | null;
  /** The operation that used it last. */
  stamp: number;
  /** Loaded programs that refer to its address. */
  pins = 0;
  wasSpilled = false;

  constructor(
    readonly bytes: number,
    host: Uint8Array | null,
    stamp: number,
  ) {
    this.host = host;
    this.stamp = stamp;
  }

  /** Where the elements are now. */
  get elements(): Uint8Array {
    return this.host ?? memoryBytes().subarray(this.address, this.address + this.bytes);
  }
}

/** What a program has in the shared memory. It refers to memory only, so that the program itself can be collected. */
export interface Unloadable {
  readonly bytes: number;
  /** How many runs of it are under way. */
  readonly running: number;
  /** Gives its memory back; the program takes new memory before its next run. */
  unload(): void;
}

const residents = new Set<Block>();
let residentBytes = 0;
/** Blocks that loaded programs refer to are no residents: they are neither spilled nor looked at. */
let pinnedBytes = 0;
let pinnedCount = 0;
const programs = new Set<Unloadable>();
let programBytes = 0;

const INITIAL_LIMIT = 1 << 28;
const HIGHEST_LIMIT = Math.min(1 << 30, maximumBytes / 4);
/** Above this, the oldest tensors are spilled. */
let limit = Math.min(INITIAL_LIMIT, HIGHEST_LIMIT);
let highestLimit = HIGHEST_LIMIT;
/** Above this, the oldest programs are unloaded. */
let programLimit = limit;
/** Bytes that came back since the limit was set: what was spilled in vain. */
let returnedBytes = 0;
let lastSpill = 0;
let now = 1;

const finalizer = new FinalizationRegistry<Block>(freeBlock);

/** The number of the present operation. */
export const currentStamp = (): number => now;

/** Begins a new operation: blocks used from now on stay where they are until the next one. */
export const nextStamp = (): number => ++now;

/** Gives a block an address, which lasts while the operation runs; the elements at home are copied there. */
export function settle(block: Block, owner: object): void {
  if (block.wasSpilled) returned(block);
  if (residentBytes + block.bytes > limit) spill(residentBytes + block.bytes - limit * 0.75);
  block.address = allocate(block.bytes);
  block.stamp = now;
  residentBytes += block.bytes;
  residents.add(block);
  finalizer.register(owner, block, block);
}

/** Gives the elements of a block, wherever they are, to another one, which has none. @param owner  of the other one */
export function handOver(from: Block, to: Block, owner: object): void {
  finalizer.unregister(from);
  if (to.wasSpilled) returned(to);
  if (residents.delete(from)) {
    residents.add(to);
    finalizer.register(owner, to, to);
  }
  to.address = from.address;
  to.host = from.host;
  to.stamp = from.stamp;
  to.wasSpilled = from.wasSpilled;
  from.address = 0;
  from.host = null;
}

/** Gives the block's memory back, for good. */
export function free(block: Block): void {
  finalizer.unregister(block);
  freeBlock(block);
  block.host = null;
}

function returned(block: Block): void {
  block.wasSpilled = false;
  returnedBytes += block.bytes;
  if (returnedBytes < limit / 4) return;
  returnedBytes = 0;
  limit = Math.min(limit * 2, highestLimit);
}

/** Moves the oldest blocks out of the shared memory until `wanted` bytes are free, or all that may be moved is. */
function spill(wanted: number): void {
  // What was used in the newer half of the time since the last spill stays if that is enough.
  const young = (lastSpill + now) / 2;
  lastSpill = now;
  for (const oldest of [young, Infinity]) {
    let left = residents.size;
    for (const block of residents) {
      if (wanted <= 0 || left-- === 0) break;
      if (block.stamp >= now) continue;
      if (block.stamp > oldest) {
        residents.delete(block);
        residents.add(block);
        continue;
      }
      wanted -= block.bytes;
      finalizer.unregister(block);
      const host = memoryBytes().slice(block.address, block.address + block.bytes);
      freeBlock(block);
      block.host = host;
      block.wasSpilled = true;
    }
  }
}

function freeBlock(block: Block): void {
  if (block.pins > 0) countPinned(block, -1);
  else if (residents.delete(block)) residentBytes -= block.bytes;
  else return;
  release(block.address, block.bytes);
  block.address = 0;
}

/** Says that a loaded program refers to the address of a resident block. */
export function pin(block: Block): void {
  if (block.pins++ > 0) return;
  residents.delete(block);
  residentBytes -= block.bytes;
  countPinned(block, 1);
}

/** Says that it does no more. */
export function unpin(block: Block): void {
  if (--block.pins > 0 || block.address === 0) return;
  countPinned(block, -1);
  residentBytes += block.bytes;
  residents.add(block);
}

function countPinned({ bytes }: Block, change: 1 | -1): void {
  pinnedBytes += change * bytes;
  pinnedCount += change;
}

/**
 * Says that a program lies in memory now; the oldest others give way where they are too many.
 *
 * @param isAgain  whether it had been unloaded: in vain, then
 */
export function programLoaded(program: Unloadable, isAgain: boolean): void {
  if (isAgain) programLimit = Math.min(programLimit + program.bytes, highestLimit);
  unloadAbove(programLimit - program.bytes);
  programs.add(program);
  programBytes += program.bytes;
}

/** Says that a program runs: the oldest one is that whose last run is longest ago. */
export function programUsed(program: Unloadable): void {
  programs.delete(program);
  programs.add(program);
}

/** Takes the program's memory back, if it still has any. */
export function unloadProgram(program: Unloadable): void {
  if (!programs.delete(program)) return;
  programBytes -= program.bytes;
  program.unload();
}

/** Unloads the oldest programs until they have no more than `bytes`, with what they refer to. */
function unloadAbove(bytes: number): void {
  for (const program of programs) {
    if (programBytes + pinnedBytes <= bytes) return;
    if (program.running === 0) unloadProgram(program);
  }
}

/** Room where the memory cannot grow: first what can be spilled, then programs, which are laid out anew before their next run. */
onPressure((bytes, retry) => {
  const half = (programBytes + pinnedBytes) / 2;
  for (const makeRoom of [
    () => spill(bytes * 2),
    () => spill(Infinity),
    () => unloadAbove(half),
    () => unloadAbove(0),
    () => spill(Infinity),
  ]) {
    makeRoom();
    const address = retry();
    if (address) return address;
  }
  throw new MemoryError("memory", {
    given: `a request for ${bytes} bytes with ${residentBytes + pinnedBytes + programBytes} bytes in use`,
    expected: `no more than ${maximumBytes} bytes in all`,
    hint: "Use smaller batches, or let the event loop turn (await) between steps.",
  });
});

/** Tensors and variables in the shared memory, those that programs refer to included: how many, and their bytes. */
export const blocksNow = (): { count: number; bytes: number } => ({
  count: residents.size + pinnedCount,
  bytes: residentBytes + pinnedBytes,
});

/** Bytes of tensors and variables that are resident now. */
export const tensorBytes = (): number => residentBytes;

/** Sets the number of bytes of tensors above which the oldest are spilled, and the same for programs. */
export function setSoftLimit(bytes: number): void {
  limit = highestLimit = programLimit = bytes;
}
