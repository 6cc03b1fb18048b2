// The bits between a JPEG's markers (ITU-T T.81): Huffman codes, and the coefficients of blocks that they stand for.

import { zigzag } from "./zigzag";

/** Codes up to so many bits are looked up at once. */
const QUICK: u32 = 9;

/** A Huffman table as it is looked up; lib/formats/jpeg/codes.ts writes it. */
const END: usize = 2 << QUICK;
const FIRST: usize = END + 4 * 18;
const SYMBOLS: usize = FIRST + 4 * 17;

/** Why a scan can't be read: what `scan` answers in place of an address. */
const ENDS_EARLY: i32 = -1;
const NO_CODE: i32 = -2;
const TOO_MANY: i32 = -3;
const NO_RESTART: i32 = -4;

/** One component in a scan. */
@unmanaged
export class Part {
  coefficients: usize = 0;
  /** Blocks beside each other. */
  across: u32 = 0;
  /** Blocks of a group, beside and below each other. */
  h: u32 = 0;
  v: u32 = 0;
  dc: usize = 0;
  ac: usize = 0;
  /** The first coefficient of the last block. */
  before: i32 = 0;
}

// Bits that were read and are not taken yet: the last `count` of `kept`.
let kept: u64 = 0;
let count: i32 = 0;
/** Zeros that were given where the data had ended. */
let missing: i32 = 0;
let at: usize = 0;
let limit: usize = 0;

let from: i32 = 0;
let to: i32 = 0;
let low: i32 = 0;
/** Blocks that follow and have nothing of this band. */
let empty: i32 = 0;
let failed: i32 = 0;

/** Keeps at least 32 bits. */
function fill(): void {
  if (count <= 32 && at + 4 <= limit) {
    const four = load<u32>(at);
    // None of the four bytes is 255.
    if (((~four - 0x01010101) & four & 0x80808080) === 0) {
      kept = (kept << 32) | (<u64>bswap<u32>(four));
      count += 32;
      at += 4;
      return;
    }
  }
  while (count <= 48) {
    let byte: u32 = 0;
    if (at < limit && (load<u8>(at) !== 0xff || (at + 1 < limit && load<u8>(at, 1) === 0))) {
      byte = load<u8>(at);
      at += byte === 0xff ? 2 : 1;
    } else missing += 8;
    kept = (kept << 8) | byte;
    count += 8;
  }
}

/** What the next code stands for. Bits are there for it, and for 16 more. */
// @ts-ignore: decorator
@inline
function symbol(codes: usize): u32 {
  if (count < 32) fill();
  const next = (<u32>(kept >> (count - 16))) & 0xffff;
  const found: u32 = load<u16>(codes + ((next >> (16 - QUICK)) << 1));
  if (found !== 0) {
    count -= found >> 8;
    return found & 0xff;
  }
  return longSymbol(codes, next);
}

function longSymbol(codes: usize, next: u32): u32 {
  let bits = QUICK + 1;
  while (<i32>next >= load<i32>(codes + (bits << 2), END)) bits++;
  if (bits > 16) {
    failed = NO_CODE;
    return 0;
  }
  count -= bits;
  return load<u8>(codes + load<i32>(codes + (bits << 2), FIRST) + (next >> (16 - bits)), SYMBOLS);
}

/** The next `size` bits, up to 16. */
function take(size: i32): i32 {
  if (count < size) fill();
  count -= size;
  return (<i32>(kept >> count)) & ((1 << size) - 1);
}

/** The number that `size` bits behind a code stand for: those that begin with 0 are negative (T.81, F.2.2.1). */
// @ts-ignore: decorator
@inline
function signed(size: i32): i32 {
  count -= size;
  const value = (<i32>(kept >> count)) & ((1 << size) - 1);
  // −1 where the first bit is 0.
  const below = (value - ((1 << size) >> 1)) >> 31;
  return value + (below & (1 - (1 << size)));
}

/** Begins anew behind the data that were read. */
function align(): void {
  if (missing > count && failed === 0) failed = ENDS_EARLY;
  kept = 0;
  count = 0;
  missing = 0;
}

function whole(part: Part, block: usize): void {
  part.before += signed(symbol(part.dc) & 15);
  store<i16>(block, <i16>part.before);
  const ac = part.ac;
  for (let k: u32 = 1; k < 64; k++) {
    const found = symbol(ac);
    const size = found & 15;
    if (size === 0) {
      if (found !== 0xf0) return;
      k += 15;
      continue;
    }
    k += found >> 4;
    if (k > 63) {
      failed = TOO_MANY;
      return;
    }
    store<i16>(block + ((<usize>load<u8>(zigzag + k)) << 1), <i16>signed(size));
  }
}

function first(part: Part, block: usize): void {
  part.before += signed(symbol(part.dc) & 15);
  store<i16>(block, <i16>(part.before << low));
}

function refineFirst(part: Part, block: usize): void {
  if (take(1)) store<i16>(block, <i16>((<i32>load<i16>(block)) | (1 << low)));
}

function others(part: Part, block: usize): void {
  if (empty > 0) {
    empty--;
    return;
  }
  for (let k = from; k <= to; k++) {
    const found = symbol(part.ac);
    const run: i32 = found >> 4;
    const size: i32 = found & 15;
    if (size === 0) {
      if (run < 15) {
        empty = (1 << run) - 1 + take(run);
        return;
      }
      k += 15;
      continue;
    }
    k += run;
    if (k > 63) {
      failed = TOO_MANY;
      return;
    }
    store<i16>(block + ((<usize>load<u8>(zigzag + k)) << 1), <i16>(signed(size) << low));
  }
}

function refineOthers(part: Part, block: usize): void {
  let k = from;
  if (empty === 0) {
    while (k <= to) {
      const found = symbol(part.ac);
      const run: i32 = found >> 4;
      const size: i32 = found & 15;
      if (size === 0 && run < 15) {
        empty = (1 << run) + take(run);
        break;
      }
      const made: i32 = size === 0 ? 0 : take(1) ? 1 << low : -(1 << low);
      k = refine(block, k, run);
      if (made !== 0 && k <= to) store<i16>(block + ((<usize>load<u8>(zigzag + k)) << 1), <i16>made);
      k++;
    }
  }
  if (empty === 0) return;
  refine(block, k, 64);
  empty--;
}

/** Adds a bit to each coefficient from the k-th on that is not 0, past `zeros` that are; gives where the next such one stands. */
function refine(block: usize, k: i32, zeros: i32): i32 {
  for (; k <= to; k++) {
    const place = block + ((<usize>load<u8>(zigzag + k)) << 1);
    const value: i32 = load<i16>(place);
    if (value === 0) {
      if (zeros-- === 0) break;
    } else if (take(1) && (abs(value) & (1 << low)) === 0) store<i16>(place, <i16>(value + (value > 0 ? 1 << low : -(1 << low))));
  }
  return k;
}

/** How a scan tells of blocks. */
const WHOLE: i32 = 0;
const FIRST_OF_ALL: i32 = 1;
const REFINE_FIRST: i32 = 2;
const OTHERS: i32 = 3;

function read(kind: i32, part: Part, row: u32, column: u32): void {
  const block = part.coefficients + ((row * part.across + column) << 7);
  if (kind === WHOLE) whole(part, block);
  else if (kind === FIRST_OF_ALL) first(part, block);
  else if (kind === REFINE_FIRST) refineFirst(part, block);
  else if (kind === OTHERS) others(part, block);
  else refineOthers(part, block);
}

/** Behind the marker that has to stand here. */
function restart(): void {
  align();
  while (at + 1 < limit && load<u8>(at) === 0xff && load<u8>(at, 1) === 0xff) at++;
  if (at + 1 < limit && load<u8>(at) === 0xff && (load<u8>(at, 1) & 0xf8) === 0xd0) at += 2;
  else if (failed === 0) failed = NO_RESTART;
}

/**
 * Reads a scan of `across` × `down` groups (of blocks, where it has one component).
 *
 * @param parts       addresses of `Part`s, `length` of them one behind the other
 * @param kind        how it tells of blocks
 * @param band0       the first and the last coefficient that it has, without their `shift` last bits
 * @param restarts    groups between two markers; 0 for none
 * @param data        where its bits begin, in a file that ends at `end`
 * @returns           where they end, or why they can't be read, below 0
 */
export function scan(
  parts: usize,
  length: u32,
  kind: i32,
  band0: i32,
  band1: i32,
  shift: i32,
  across: u32,
  down: u32,
  restarts: u32,
  data: usize,
  end: usize,
): i32 {
  kept = 0;
  count = 0;
  missing = 0;
  empty = 0;
  failed = 0;
  from = band0;
  to = band1;
  low = shift;
  at = data;
  limit = end;
  let left = restarts;
  for (let y: u32 = 0; y < down; y++) {
    for (let x: u32 = 0; x < across; x++) {
      if (restarts > 0 && left-- === 0) {
        restart();
        empty = 0;
        for (let i: u32 = 0; i < length; i++) changetype<Part>(parts + i * offsetof<Part>()).before = 0;
        left = restarts - 1;
      }
      for (let i: u32 = 0; i < length; i++) {
        const part = changetype<Part>(parts + i * offsetof<Part>());
        if (length === 1) read(kind, part, y, x);
        else
          for (let row: u32 = 0; row < part.v; row++)
            for (let column: u32 = 0; column < part.h; column++) read(kind, part, y * part.v + row, x * part.h + column);
      }
      if (failed !== 0) return failed;
    }
  }
  align();
  return failed !== 0 ? failed : <i32>at;
}
