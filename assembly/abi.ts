// The kernel ABI. Every kernel is `name(args: SomeArgs, begin: usize, end: usize): void`.
//
//  (1) `SomeArgs` is an `@unmanaged` class: a view of consecutive 32-bit words. Its field types below say what the kernel does with
//      each word; the TypeScript bindings, the dependency analysis and the memory plan are derived from them.
//  (2) `[begin, end)` is the part of the work to do, in units that the kernel's doc comment names. Any split of the whole range gives
//      the same bytes, in any order and on any thread.
//  (3) A kernel never allocates, never splits work, and keeps no state. It checks nothing but what values alone can tell: indices. One that
//      is outside of its axis is never followed; the kernel tells of it (`refuse`), and the program stops before its next segment.
//
// Consecutive fields `name0, name1, … nameK` of one type are one array property `name` in TypeScript (missing entries are 0).

import { EAGER_REFUSAL } from "./shared";

/** Address of memory that the kernel only reads. */
export type In = usize;
/** Address of memory that the kernel only writes; the whole range of units writes every element of it. */
export type Out = usize;
/** Address of memory that the kernel reads and writes. */
export type InOut = usize;
/** A count, an axis length or a stride, in elements. */
export type Size = usize;

let scratch: usize = 0;

/** Private memory of the calling thread: THREAD_SCRATCH bytes, 64-byte aligned; its content does not survive the call. */
// @ts-ignore: decorator
@inline
export function threadScratch(): usize {
  return scratch;
}

/** Set once for every instance, before its first kernel runs. */
export function setThreadScratch(address: usize): void {
  scratch = address;
}

let refusal: usize = EAGER_REFUSAL;

/** Says where kernels on this thread tell of what they refuse; 0: where those do that run outside of programs. */
export function tellRefusalsAt(address: usize): void {
  refusal = address ? address : EAGER_REFUSAL;
}

/** Tells of an index that is outside of its axis: the first one counts. @param site  what asked; 0 where nobody wants to know */
export function refuse(site: u32, index: i32, axis: u32, length: usize): void {
  if (!site || atomic.cmpxchg<u32>(refusal, 0, site)) return;
  store<i32>(refusal, index, 4);
  store<u32>(refusal, axis, 8);
  store<usize>(refusal, length, 12);
}
