// Several elementwise commands as one pass over blocks that stay in the cache.
//
//  (1) The table behind the arguments holds the commands as a program has them. A value that only commands of the group use is no array: it
//      lies in thread scratch, one block long, and the words that refer to it are set anew for each block, so that its element i is found
//      where the command looks for it.
//  (2) Every command runs over the same block, in order, before the next block begins: all of them write element i from elements i of what
//      has the length of the output, and read what is shorter (it is broadcast) from outside of the group.
//  (3) A short operand that repeats with a period is written out once for each call, so that the commands read it as a long one.
//  (4) The commands use the first FUSED_SCRATCH bytes of thread scratch as their own, the group what lies behind.
//
// Behind the arguments: repeats × 4 words   source · period, elements · shift of an element's bytes · where its copies lie
//                       commands × 2 words  table slot · where its arguments lie, bytes
//                       patches × 4 words   where the word lies, bytes · where the value lies · shift · period, or 0
//                       argument words
import { Size, threadScratch } from "../abi";
import { FUSED_SCRATCH } from "../shared";

@unmanaged
export class FusedArgs {
  /** Elements of a block. */
  block: Size = 0;
  repeats: u32 = 0;
  commands: u32 = 0;
  patches: u32 = 0;
  /** Words of the commands' arguments, at most 4096. */
  words: u32 = 0;
}

/** Bytes for the arguments of the commands. */
const ARGUMENTS: usize = 16384;

/** Runs the commands of the table. Units are elements of the output. */
export function fused(a: FusedArgs, begin: usize, end: usize): void {
  if (begin >= end) return;
  const words = threadScratch() + FUSED_SCRATCH;
  const values = words + ARGUMENTS;
  const repeats = changetype<usize>(a) + offsetof<FusedArgs>();
  const commands = repeats + (a.repeats << 4);
  const patches = commands + (a.commands << 3);
  const args = patches + (a.patches << 4);
  memory.copy(words, args, a.words << 2);
  const longest = min<usize>(a.block, end - begin);
  for (let each = repeats; each < commands; each += 16)
    repeat(load<usize>(each), load<u32>(each, 4), load<u32>(each, 8), values + load<u32>(each, 12), longest);
  for (let from = begin; from < end; from += a.block) {
    for (let each = patches; each < args; each += 16) {
      const period = load<u32>(each, 12);
      const first = period ? from - (from % period) : from;
      store<usize>(words + load<u32>(each), values + load<u32>(each, 4) - (first << load<u32>(each, 8)));
    }
    const to = min(from + a.block, end);
    for (let each = commands; each < patches; each += 8) call_indirect<void>(load<i32>(each), words + load<u32>(each, 4), from, to);
  }
}

/** Writes an operand again and again, so that `length` elements can be read from any place of the first period on. */
function repeat(source: usize, period: usize, shift: usize, to: usize, length: usize): void {
  const bytes = period << shift;
  const whole = ((period + length) << shift) as usize;
  memory.copy(to, source, bytes);
  for (let done = bytes; done < whole;) {
    const next = min(done, whole - done);
    memory.copy(to + done, to, next);
    done += next;
  }
}
