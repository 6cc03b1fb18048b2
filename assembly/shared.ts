// Numbers that the kernels and TypeScript share: the build writes them into lib/generated/constants.ts. One constant a line, each with what it is.

/** Bytes of a program before its segments, of a segment, of a command. */
export const PROGRAM_HEADER: usize = 64;
export const SEGMENT: usize = 128;
export const COMMAND: usize = 32;

/** Where in a program's header a kernel tells that it was given something impossible: what asked, the index, its axis, the axis's length. */
export const REFUSAL: usize = 32;
/** The same for a kernel that is called outside of programs: an address. */
export const EAGER_REFUSAL: usize = 64;

/** Words of the pool, in bytes from its beginning; program.ts says what they are. */
export const POOL_BYTES: usize = 1024;
export const SIGNAL: usize = 0;
export const OPEN: usize = 64;
export const ACTIVE: usize = 128;
export const PARKED: usize = 192;
export const LAUNCHER_PARKED: usize = 256;
export const LAUNCHER_MAY_PARK: usize = 320;
export const STARTED: usize = 384;
export const QUIT: usize = 448;
export const SPINS: usize = 512;
export const DELEGATED: usize = 576;
export const DELEGATES_DONE: usize = 640;
export const SEATS: usize = 704;
export const PAGES: usize = 768;

/** Private memory of a thread, in bytes. */
export const THREAD_SCRATCH: usize = 1 << 19;
/** What elementwise kernels may use of it, so that `fused` can keep values of its own behind. */
export const FUSED_SCRATCH: usize = 1 << 15;

/** The longest run of k that a product of matrices sums in registers: a panel of it stays in the first cache. */
export const BLOCK_K: usize = 320;
