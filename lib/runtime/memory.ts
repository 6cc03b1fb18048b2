// The one shared memory. Views are fetched here and never kept: growth makes them stale.

export const PAGE = 65536;
/**
 * The first page is not the heap's: its first bytes stay free, so that address 0 means "none"; the rest holds the program of an eager call.
 */
export const EAGER_ADDRESS = 1024;
export const EAGER_BYTES = PAGE - EAGER_ADDRESS;
const INITIAL_PAGES = 256;

function reserve(): { memory: WebAssembly.Memory; maximum: number } {
  let last: unknown;
  for (let maximum = 65536; maximum >= 4096; maximum /= 2) {
    try {
      return { memory: new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum, shared: true }), maximum };
    } catch (error) {
      last = error; // less address space here: ask for half
    }
  }
  throw last;
}

const reserved = reserve();
export const memory = reserved.memory;
/** Bytes that the memory can grow to. */
export const maximumBytes = reserved.maximum * PAGE;

/** Bytes that the memory has now. */
export const memoryBytes = (): number => bytesView.length;

/** Grows to at least `bytes`; false where the machine refuses. */
export function growTo(bytes: number): boolean {
  const now = memoryBytes();
  if (bytes > maximumBytes) return false;
  const generous = Math.min(maximumBytes, Math.max(bytes, now + Math.max(64 << 20, now >>> 2)));
  for (const target of [generous, bytes]) {
    try {
      memory.grow(Math.ceil((target - now) / PAGE));
      refresh();
      return true;
    } catch {
      // try the smaller step
    }
  }
  return false;
}

// Only this module grows the memory, so the views are renewed there and need no check.
let bytesView: Uint8Array;
let wordsView: Uint32Array;
let intsView: Int32Array;
let floatsView: Float32Array;
refresh();

function refresh(): void {
  const { buffer } = memory;
  bytesView = new Uint8Array(buffer);
  wordsView = new Uint32Array(buffer);
  intsView = new Int32Array(buffer);
  floatsView = new Float32Array(buffer);
}

/** The whole memory as bytes; valid until the memory grows. */
export const bytes = (): Uint8Array => bytesView;
/** The whole memory as unsigned words; valid until the memory grows. */
export const words = (): Uint32Array => wordsView;
/** The whole memory as signed words; valid until the memory grows. */
export const ints = (): Int32Array => intsView;
/** The whole memory as float32; valid until the memory grows. */
export const floats = (): Float32Array => floatsView;
