// Programs: lists of kernel calls in shared memory, executed by one thread or by all of them together.
//
//  (1) A program is segments; a segment is commands that don't depend on each other; between segments lies a barrier.
//  (2) Work is claimed, not dealt: a thread takes the next ticket of the segment, and a ticket is one chunk of one command. Chunks are cut
//      by (size, grain) of the command alone, so results don't depend on who takes them.
//  (3) A barrier waits for finished chunks, not for threads: a thread that comes late, or never, holds nobody up.
//  (4) Only the launching thread resets a program, while no worker is inside: `active` is 0 before a launch and after it.
//  (5) No more threads take part at once than there are cores; further workers stand by, since one that loses its core in the midst of a
//      chunk holds up all.
//  (6) A serial segment (its commands in order) belongs to the launching thread.
//  (7) Where a kernel refuses what it was given, nothing that depends on it runs: threads look before every segment, and in serial ones
//      before every command.
//  (8) A thread that did not hear yet that the memory has grown must not look at what lies there: engines check atomic accesses against the
//      size that the thread's own instance knows. They may keep that in a register for as long as a function runs, so a worker leaves WASM,
//      hands back what it was to launch, and enters anew.
//
// Words of a program:  0 segment count · 1 cursor (first unfinished segment, a hint) · 8–11 what a kernel refused · 16.. segments, 32 words
// each Words of a segment:  0 first command (address) · 1 command count · 2 tickets · 3 serial · 8 next ticket · 16 chunks done
// Words of a command:  0 kernel (table slot) · 1 args (address) · 2 size · 3 grain · 4 first ticket · 5 tickets · 6, 7 reserved
// Words of the pool, each on a cache line of its own:
//   0 signal (changes when there may be work) · 16 open program · 32 workers inside · 48 workers parked · 64 launcher parked · 80 launcher
//   may park 96 workers started · 112 quit · 128 spins before parking · 144 program that a worker shall launch · 160 such programs done
//   176 seats (workers that may be inside at once) · 192 pages of the memory when the program was opened

import { tellRefusalsAt } from "./abi";
import {
  ACTIVE,
  COMMAND,
  DELEGATED,
  DELEGATES_DONE,
  LAUNCHER_MAY_PARK,
  LAUNCHER_PARKED,
  OPEN,
  PAGES,
  PARKED,
  PROGRAM_HEADER,
  QUIT,
  REFUSAL,
  SEATS,
  SEGMENT,
  SIGNAL,
  SPINS,
  STARTED,
} from "./shared";

// @ts-ignore: decorator
@inline
function call(command: usize, begin: usize, end: usize): void {
  call_indirect<void>(load<i32>(command), load<usize>(command, 4), begin, end);
}

/** Runs the whole program on the calling thread. */
export function runAlone(program: usize): void {
  const segments = load<usize>(program);
  store<u32>(program, 0, REFUSAL);
  tellRefusalsAt(program + REFUSAL);
  for (let s: usize = 0; s < segments; s++) runInOrder(program, program + PROGRAM_HEADER + s * SEGMENT);
  tellRefusalsAt(0);
}

/** Whether a kernel of the program was given something impossible. */
// @ts-ignore: decorator
@inline
function isRefused(program: usize): bool {
  return atomic.load<u32>(program, REFUSAL) != 0;
}

function runInOrder(program: usize, segment: usize): void {
  let command = load<usize>(segment);
  for (let n = load<u32>(segment, 4); n > 0 && !isRefused(program); n--, command += COMMAND) call(command, 0, load<usize>(command, 8));
}

/** Takes tickets of the segment until none is left. */
function claim(segment: usize): void {
  const tickets = load<u32>(segment, 8);
  let finished: u32 = 0;
  let command = load<usize>(segment);
  while (atomic.load<u32>(segment, 32) < tickets) {
    const ticket = atomic.add<u32>(segment, 1, 32);
    if (ticket >= tickets) break;
    while (ticket >= load<u32>(command, 16) + load<u32>(command, 20)) command += COMMAND; // tickets only rise
    const size = load<usize>(command, 8);
    const grain = load<usize>(command, 12);
    const begin = <usize>(ticket - load<u32>(command, 16)) * grain;
    call(command, begin, min(begin + grain, size));
    finished++;
  }
  if (finished) atomic.add<u32>(segment, finished, 64);
}

// @ts-ignore: decorator
@inline
function isDone(segment: usize): bool {
  return atomic.load<u32>(segment, 64) >= load<u32>(segment, 8);
}

/** How many parked workers would find a seat. */
// @ts-ignore: decorator
@inline
function wanted(pool: usize): i32 {
  const parked = <i32>atomic.load<u32>(pool, PARKED);
  return parked ? min(parked, load<i32>(pool, SEATS) + parked - <i32>atomic.load<u32>(pool, STARTED)) : 0;
}

/** Tells workers that there is something to do, and wakes as many as have seats. */
function wake(pool: usize): void {
  atomic.add<u32>(pool, 1, SIGNAL);
  const count = wanted(pool);
  if (count > 0) atomic.notify(pool + SIGNAL, count);
}

/** Tells a parked launcher that a segment is done. */
// @ts-ignore: decorator
@inline
function report(pool: usize, segment: usize): void {
  if (isDone(segment) && atomic.load<u32>(pool, LAUNCHER_PARKED)) atomic.notify(segment + 64, 1);
}

/** Runs the program on the calling thread and all workers that take part; returns when all of it is done. */
export function launch(program: usize, pool: usize): void {
  launchFrom(program, pool, load<u32>(pool, LAUNCHER_MAY_PARK) != 0);
}

/** Whether this thread knows of all memory that the opened program may use. */
// @ts-ignore: decorator
@inline
function knowsAll(pool: usize): bool {
  return memory.size() >= atomic.load<i32>(pool, PAGES);
}

/** Has a worker launch the program, so that the calling thread stays free; `delegates done` rises by one when it has run. */
export function delegate(program: usize, pool: usize): void {
  atomic.store<u32>(pool, memory.size(), PAGES);
  atomic.store<usize>(pool, program, DELEGATED);
  wake(pool);
}

function launchFrom(program: usize, pool: usize, mayPark: bool): void {
  const segments = load<usize>(program);
  for (let s: usize = 0; s < segments; s++) {
    const segment = program + PROGRAM_HEADER + s * SEGMENT;
    store<u32>(segment, 0, 32);
    store<u32>(segment, 0, 64);
  }
  atomic.store<u32>(program, 0, 4);
  atomic.store<u32>(program, 0, REFUSAL);
  tellRefusalsAt(program + REFUSAL);
  atomic.store<u32>(pool, memory.size(), PAGES);
  atomic.store<usize>(pool, program, OPEN);
  wake(pool);
  for (let s: usize = 0; s < segments && !isRefused(program); s++) {
    const segment = program + PROGRAM_HEADER + s * SEGMENT;
    if (load<u32>(segment, 12)) {
      runInOrder(program, segment);
      atomic.store<u32>(segment, load<u32>(segment, 8), 64);
    } else {
      if (wanted(pool) > 0) wake(pool);
      claim(segment);
      awaitSegment(segment, pool, mayPark);
    }
    atomic.store<u32>(program, <u32>s + 1, 4);
  }
  atomic.store<u32>(pool, 0, OPEN);
  while (atomic.load<u32>(pool, ACTIVE)) {}
  tellRefusalsAt(0);
}

function awaitSegment(segment: usize, pool: usize, mayPark: bool): void {
  const spins = load<u32>(pool, SPINS);
  let n: u32 = 0;
  while (!isDone(segment)) {
    if (++n < spins || !mayPark) continue;
    atomic.store<u32>(pool, 1, LAUNCHER_PARKED);
    const done = atomic.load<u32>(segment, 64);
    if (done < load<u32>(segment, 8)) atomic.wait<i32>(segment + 64, <i32>done, 1_000_000); // 1 ms: a lost wake-up costs no more
    atomic.store<u32>(pool, 0, LAUNCHER_PARKED);
  }
}

/** Takes part in the open program from its first unfinished segment on. Leaves (false) when a barrier takes long. */
function join(program: usize, pool: usize): bool {
  const segments = load<usize>(program);
  const spins = load<u32>(pool, SPINS);
  tellRefusalsAt(program + REFUSAL);
  for (let s: usize = atomic.load<u32>(program, 4); s < segments && !isRefused(program); s++) {
    const segment = program + PROGRAM_HEADER + s * SEGMENT;
    if (!load<u32>(segment, 12)) {
      claim(segment);
      report(pool, segment);
    }
    let n: u32 = 0;
    while (!isDone(segment)) if (++n > spins) return false;
  }
  return true;
}

/** A worker's life: wait for programs, take part, until told to quit. @returns whether it has to be called again */
export function work(pool: usize): bool {
  atomic.add<u32>(pool, 1, STARTED);
  const again = takePart(pool);
  atomic.sub<u32>(pool, 1, STARTED);
  return again;
}

function takePart(pool: usize): bool {
  const signal = pool + SIGNAL;
  const spins = load<u32>(pool, SPINS);
  let seen = atomic.load<u32>(signal) - 1;
  let patience: u32 = spins;
  while (!atomic.load<u32>(pool, QUIT)) {
    let n: u32 = spins - patience;
    while (atomic.load<u32>(signal) == seen) {
      if (++n < spins) continue;
      atomic.add<u32>(pool, 1, PARKED);
      atomic.wait<i32>(signal, <i32>seen, -1);
      atomic.sub<u32>(pool, 1, PARKED);
    }
    seen = atomic.load<u32>(signal);
    const delegated = atomic.xchg<usize>(pool, 0, DELEGATED);
    if (delegated) {
      if (!knowsAll(pool)) {
        atomic.store<usize>(pool, delegated, DELEGATED);
        return true;
      }
      launchFrom(delegated, pool, true);
      atomic.add<u32>(pool, 1, DELEGATES_DONE);
      atomic.notify(pool + DELEGATES_DONE, -1);
      continue;
    }
    const seated = atomic.add<u32>(pool, 1, ACTIVE) < load<u32>(pool, SEATS);
    const program = atomic.load<usize>(pool, OPEN);
    const knows = knowsAll(pool);
    if (program && seated && knows) join(program, pool);
    atomic.sub<u32>(pool, 1, ACTIVE);
    if (!knows) return true;
    patience = seated ? spins : 0; // who found no seat leaves the cores to the others
  }
  return false;
}
