// Unpacks LZMA ("LZMA specification", Igor Pavlov, 2015), in which the kernels travel. A module of its own: it makes them.
//
// Memory: probabilities from 0 and, where they end, what a pause keeps; then the packed bytes, then what comes of them. Each probability is
// that of a 0, of 2¹¹. Who keeps a copy of the first page, and puts it back, goes on from that pause with other packed bytes: streams that
// begin with the same are unpacked up to there once.

const BITS: u32 = 11;
const MOVE: u32 = 5;
const HALF: u16 = 1024;
const TOP: u32 = 1 << 24;

/** Bits of the byte before that a literal looks at, and which of its own place anything does: what the packer takes. */
const CONTEXT: u32 = 3;
const PLACES: u32 = 3;

// Where each group of probabilities begins.
const MATCH: u32 = 0;
const REPEAT: u32 = 192;
const REPEAT_0: u32 = 204;
const REPEAT_1: u32 = 216;
const REPEAT_2: u32 = 228;
const SHORT: u32 = 240;
const SLOT: u32 = 432;
const SPECIAL: u32 = 688;
const ALIGN: u32 = 816;
const LENGTH: u32 = 832;
const REPEAT_LENGTH: u32 = LENGTH + 514;
const LITERAL: u32 = REPEAT_LENGTH + 514;

/** Where a pause keeps its variables. */
const KEPT: usize = 65_472;

let range: u32;
let code: u32;
let at: usize;

function bit(index: u32): u32 {
  const address: usize = index << 1;
  const probability: u32 = load<u16>(address);
  const bound = (range >>> BITS) * probability;
  let result: u32 = 0;
  if (code < bound) {
    range = bound;
    store<u16>(address, <u16>(probability + (((1 << BITS) - probability) >>> MOVE)));
  } else {
    range -= bound;
    code -= bound;
    store<u16>(address, <u16>(probability - (probability >>> MOVE)));
    result = 1;
  }
  normalize();
  return result;
}

// @ts-ignore: decorator
@inline
function normalize(): void {
  if (range >= TOP) return;
  range <<= 8;
  code = (code << 8) | load<u8>(at++);
}

function tree(base: u32, count: u32): u32 {
  let node: u32 = 1;
  for (let i: u32 = 0; i < count; i++) node = (node << 1) | bit(base + node);
  return node - (1 << count);
}

function reversed(base: u32, count: u32): u32 {
  let node: u32 = 1;
  let value: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const next = bit(base + node);
    node = (node << 1) | next;
    value |= next << i;
  }
  return value;
}

function direct(count: u32): u32 {
  let value: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    range >>>= 1;
    const next: u32 = code >= range ? 1 : 0;
    if (next) code -= range;
    value = (value << 1) | next;
    normalize();
  }
  return value;
}

function lengthOf(base: u32, place: u32): u32 {
  if (!bit(base)) return 2 + tree(base + 2 + (place << 3), 3);
  if (!bit(base + 1)) return 10 + tree(base + 130 + (place << 3), 3);
  return 18 + tree(base + 258, 8);
}

function distanceOf(length: u32): u32 {
  const slot = tree(SLOT + (min<u32>(length - 2, 3) << 6), 6);
  if (slot < 4) return slot;
  const count = (slot >> 1) - 1;
  const begin = (2 | (slot & 1)) << count;
  if (slot < 14) return begin + reversed(SPECIAL + begin - slot, count);
  return begin + (direct(count - 4) << 4) + reversed(ALIGN, 4);
}

/**
 * Begins to unpack an `.lzma` file.
 *
 * @param packed  where it lies: above the first page. Its first byte is 93, as it commonly is: three bits of context
 * @param out     where its content goes
 */
export function begin(packed: usize, out: usize): void {
  for (let i: usize = 0; i < LITERAL + (0x300 << CONTEXT); i++) store<u16>(i << 1, HALF);
  range = -1;
  code = 0;
  at = packed + 14; // 13 bytes of header, and one that is 0
  for (let i = 0; i < 4; i++) code = (code << 8) | load<u8>(at++);
  keep(0, 0, 0, 0, 0, out, out);
}

function keep(state: u32, first: usize, second: usize, third: usize, fourth: usize, to: usize, out: usize): void {
  store<u32>(KEPT, range);
  store<u32>(KEPT, code, 4);
  store<usize>(KEPT, at, 8);
  store<u32>(KEPT, state, 12);
  store<usize>(KEPT, first, 16);
  store<usize>(KEPT, second, 20);
  store<usize>(KEPT, third, 24);
  store<usize>(KEPT, fourth, 28);
  store<usize>(KEPT, to, 32);
  store<usize>(KEPT, out, 36);
}

/** Goes on up to where the content ends, or until the packed bytes before `until` are used up. */
export function unpack(end: usize, until: usize): void {
  range = load<u32>(KEPT);
  code = load<u32>(KEPT, 4);
  at = load<usize>(KEPT, 8);
  let state = load<u32>(KEPT, 12);
  let first = load<usize>(KEPT, 16);
  let second = load<usize>(KEPT, 20);
  let third = load<usize>(KEPT, 24);
  let fourth = load<usize>(KEPT, 28);
  let to = load<usize>(KEPT, 32);
  const out = load<usize>(KEPT, 36);
  while (to < end && at < until) {
    const done = <u32>(to - out);
    const place = done & PLACES;
    if (!bit(MATCH + (state << 4) + place)) {
      const before: u32 = done > 0 ? load<u8>(to - 1) : 0;
      const base = LITERAL + 0x300 * (before >> (8 - CONTEXT));
      let node: u32 = 1;
      if (state >= 7) {
        let matched: u32 = load<u8>(to - first - 1);
        do {
          const expected = (matched >> 7) & 1;
          matched <<= 1;
          const next = bit(base + ((1 + expected) << 8) + node);
          node = (node << 1) | next;
          if (next != expected) break;
        } while (node < 0x100);
      }
      while (node < 0x100) node = (node << 1) | bit(base + node);
      store<u8>(to++, <u8>node);
      state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
      continue;
    }
    let length: u32 = 0;
    if (!bit(REPEAT + state)) {
      fourth = third;
      third = second;
      second = first;
      length = lengthOf(LENGTH, place);
      first = distanceOf(length);
      state = state < 7 ? 7 : 10;
    } else {
      if (!bit(REPEAT_0 + state)) {
        if (!bit(SHORT + (state << 4) + place)) length = 1;
      } else {
        let distance = second;
        if (bit(REPEAT_1 + state)) {
          distance = third;
          if (bit(REPEAT_2 + state)) {
            distance = fourth;
            fourth = third;
          }
          third = second;
        }
        second = first;
        first = distance;
      }
      if (length == 1) state = state < 7 ? 9 : 11;
      else {
        length = lengthOf(REPEAT_LENGTH, place);
        state = state < 7 ? 8 : 11;
      }
    }
    for (; length > 0; length--, to++) store<u8>(to, load<u8>(to - first - 1));
  }
  keep(state, first, second, third, fourth, to, out);
}
