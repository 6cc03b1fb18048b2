// The heap hands out 64-byte aligned blocks of the shared memory. Only the thread that launches programs allocates.
//  (1) Small blocks (up to 32 KiB) have a size class each; a freed one waits in its class's list.
//  (2) Large blocks are cut from free ranges, best fit, and neighbours that are free grow together again.
//  (3) A freed block is reused at once: programs run to their end before TypeScript goes on.
//  (4) Where the memory cannot grow, whoever knows what may move is asked to make room (`onPressure`).
// Limit: blocks never move, so a long run can fragment the large ranges.

import { growTo, memoryBytes, PAGE } from "./memory.js";

const ALIGN = 64;
const SMALL = 32768;
const SLAB = 1 << 19;

interface Range {
  begin: number;
  end: number;
}

const small = new Map<number, number[]>();
/** Free ranges, by address; neighbours never touch. */
let free: Range[] = [{ begin: PAGE, end: memoryBytes() }];
let used = 0;

/** Bytes in blocks that are handed out. */
export const usedBytes = (): number => used;

/** The size that a block of `bytes` really takes: eight steps per doubling above 512 bytes. */
export function blockBytes(bytes: number): number {
  if (bytes <= 512) return Math.max(ALIGN, Math.ceil(bytes / ALIGN) * ALIGN);
  if (bytes > SMALL) return Math.ceil(bytes / 1024) * 1024;
  const step = 2 ** Math.max(6, Math.floor(Math.log2(bytes - 1)) - 2);
  return Math.ceil(bytes / step) * step;
}

/** Makes room for `bytes` and answers with what `retry` gives then: an address. Throws where there is no more room to make. */
type MakeRoom = (bytes: number, retry: () => number) => number;

let makeRoom: MakeRoom = (bytes) => {
  throw new RangeError(`memory: given a request for ${bytes} bytes; expected no more than the memory has.`);
};

/** Says who is asked when the memory is full. */
export function onPressure(make: MakeRoom): void {
  makeRoom = make;
}

/** The address of a new block. Its content is what was there before. @throws what `onPressure` throws where there is no memory left */
export function allocate(bytes: number): number {
  if (!(bytes >= 0)) throw new RangeError(`memory: given a request for ${bytes} bytes; expected a number from 0.`);
  const size = blockBytes(bytes);
  const take = (): number => (size > SMALL ? takeRange(size) : takeSmall(size));
  const address = take() || makeRoom(bytes, take);
  used += size;
  return address;
}

/** Gives a block back; `bytes` is what was asked for. */
export function release(address: number, bytes: number): void {
  const size = blockBytes(bytes);
  used -= size;
  if (size > SMALL) giveRange(address, address + size);
  else small.get(size)!.push(address);
}

function takeSmall(size: number): number {
  let list = small.get(size);
  if (!list) small.set(size, (list = []));
  const last = list.pop();
  if (last !== undefined) return last;
  const slab = takeRange(SLAB);
  if (!slab) return 0;
  for (let at = slab + SLAB - size; at > slab; at -= size) if (at - slab >= size) list.push(at);
  return slab;
}

function takeRange(size: number): number {
  let best = -1;
  for (let i = 0; i < free.length; i++) {
    const length = free[i]!.end - free[i]!.begin;
    if (length >= size && (best < 0 || length < free[best]!.end - free[best]!.begin)) best = i;
  }
  if (best < 0) return grow(size) ? takeRange(size) : 0;
  const range = free[best]!;
  const address = range.begin;
  range.begin += size;
  if (range.begin === range.end) free.splice(best, 1);
  return address;
}

function giveRange(begin: number, end: number): void {
  let low = 0;
  let high = free.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (free[middle]!.begin < begin) low = middle + 1;
    else high = middle;
  }
  const before = free[low - 1];
  const after = free[low];
  const joinsBefore = before?.end === begin;
  const joinsAfter = after?.begin === end;
  if (joinsBefore && joinsAfter) {
    before.end = after.end;
    free.splice(low, 1);
  } else if (joinsBefore) before.end = end;
  else if (joinsAfter) after.begin = begin;
  else free.splice(low, 0, { begin, end });
}

function grow(size: number): boolean {
  const end = memoryBytes();
  const last = free.at(-1);
  const open = last?.end === end ? end - last.begin : 0;
  if (!growTo(end + size - open)) return false;
  giveRange(end, memoryBytes());
  return true;
}
