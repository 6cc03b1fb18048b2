// The kernel ABI. Every kernel is `name(args: SomeArgs, begin: usize, end: usize): void`.
//
//  (1) `SomeArgs` is an `@unmanaged` class: a view of consecutive 32-bit words. Its field types below say what the kernel does with
//      each word; the TypeScript bindings, the dependency analysis and the memory plan are derived from them.
//  (2) `[begin, end)` is the part of the work to do, in units that the kernel's doc comment names. Any split of the whole range gives
//      the same bytes, in any order and on any thread.
//  (3) A kernel never allocates, never splits work, never checks its input, and keeps no state.
//
// Consecutive fields `name0, name1, … nameK` of one type are one array property `name` in TypeScript (missing entries are 0).

/** Address of memory that the kernel only reads. */
export type In = usize;
/** Address of memory that the kernel only writes; the whole range of units writes every element of it. */
export type Out = usize;
/** Address of memory that the kernel reads and writes. */
export type InOut = usize;
/** A count, an axis length or a stride, in elements. */
export type Size = usize;

/** Private memory of the calling thread: THREAD_SCRATCH bytes, 64-byte aligned; its content does not survive the call. */
export const THREAD_SCRATCH: usize = 1 << 19;
/** What elementwise kernels may use of it, so that `fused` can keep values of its own behind. */
export const FUSED_SCRATCH: usize = 1 << 15;
let scratch: usize = 0;

// @ts-ignore: decorator
@inline
export function threadScratch(): usize {
  return scratch;
}

/** Set once for every instance, before its first kernel runs. */
export function setThreadScratch(address: usize): void {
  scratch = address;
}
