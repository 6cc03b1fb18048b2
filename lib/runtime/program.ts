// Programs in the shared memory: the format that assembly/program.ts walks.
//
//  (1) Commands of one segment don't depend on each other: a command that touches what an earlier one of the segment writes, or writes what
//      one reads, begins a new segment.
//  (2) A run of commands that have one chunk each is a serial segment: the launching thread does it in order, without barriers.

import { COMMAND, PROGRAM_HEADER, SEGMENT } from "../generated/constants.js";
import { forEachAddress, type Command, type Field, type Operand } from "./command.js";
import { allocate, release } from "./heap.js";
import { TABLE_BASE } from "./kernels.js";
import { callKernel, runProgram, runProgramAside, threads } from "./machine.js";
import { EAGER_ADDRESS, EAGER_BYTES, floats, ints, words } from "./memory.js";
import { finish, type Parts } from "./parts.js";

/** Where an operand lies, and how many bytes from there belong to it. */
export interface Place {
  readonly address: number;
  readonly bytes: number;
}
export type Placing = (operand: Operand) => Place;

interface Segment {
  readonly commands: Command[];
  readonly serial: boolean;
}

const chunksOf = ({ size, grain }: Command): number => Math.ceil(size / grain);
const isSerial = ({ size, grain }: Command): boolean => size <= grain;

/** A segment as it is filled, with the places that its commands touch. */
class Filling implements Segment {
  readonly commands: Command[] = [];
  readonly reads: Place[] = [];
  readonly writes: Place[] = [];

  constructor(readonly serial: boolean) {}

  /** Whether a command that touches these places has to wait for this segment, or this segment would have had to wait for it. */
  conflicts({ reads, writes }: Touched): boolean {
    return overlaps(writes, this.writes) || overlaps(writes, this.reads) || overlaps(reads, this.writes);
  }

  add(command: Command, { reads, writes }: Touched): void {
    this.commands.push(command);
    this.reads.push(...reads);
    this.writes.push(...writes);
  }
}

interface Touched {
  readonly reads: readonly Place[];
  readonly writes: readonly Place[];
}

/** How many segments a command may move ahead. */
const REACH = 4;

/**
 * Cuts a list of commands at the places where a barrier is needed. A command goes into the first of the last segments for all threads with
 * which, and with everything after which, it has nothing to do: weight gradients and updates fill the gaps that others leave.
 */
export const segmentsOf = (commands: readonly Command[], place: Placing): Segment[] => finish(segmentsInParts(commands, place));

function* segmentsInParts(commands: readonly Command[], place: Placing): Parts<Segment[]> {
  const segments: Filling[] = [];
  for (const command of commands) {
    yield;
    if (command.size === 0) continue;
    const touched = touchedBy(command, place);
    let found: Filling | undefined;
    for (let s = segments.length - 1; s >= Math.max(0, segments.length - REACH) && !segments[s]!.conflicts(touched); s--)
      if (!segments[s]!.serial) found = segments[s];
    const isSerial = chunksOf(command) === 1;
    const last = segments.at(-1);
    if (!found && isSerial && last?.serial) found = last;
    if (!found) segments.push((found = new Filling(isSerial)));
    found.add(command, touched);
  }
  return segments;
}

function touchedBy(command: Command, place: Placing): Touched {
  const touched = { reads: [] as Place[], writes: [] as Place[] };
  forEachAddress(command, (operand, kind) => {
    const at = place(operand);
    if (kind !== "out") touched.reads.push(at);
    if (kind !== "in") touched.writes.push(at);
  });
  return touched;
}

function overlaps(some: readonly Place[], others: readonly Place[]): boolean {
  for (const { address, bytes } of some)
    for (const other of others) if (address < other.address + other.bytes && other.address < address + bytes) return true;
  return false;
}

function programBytes(segments: readonly Segment[]): number {
  let bytes = PROGRAM_HEADER + segments.length * SEGMENT;
  for (const { commands } of segments) for (const { layout } of commands) bytes += COMMAND + layout.words * 4;
  return bytes;
}

/** Writes a command's args at an address. */
function writeArgs({ layout, args }: Command, address: number, place: Placing): void {
  const at = address / 4;
  const { fields } = layout;
  for (let f = 0; f < fields.length; f++) {
    const { name, kind, word, count } = fields[f]!;
    if (count === 1) writeWord(kind, at + word, args[name], place);
    else writeList(kind, at + word, args[name] as readonly unknown[], count, place);
  }
}

/** What a list lacks is 0. */
function writeList(kind: Field["kind"], at: number, values: readonly unknown[], count: number, place: Placing): void {
  const given = Math.min(values.length, count);
  if (kind === "u32") {
    const view = words();
    for (let i = 0; i < given; i++) view[at + i] = (values[i] as number | undefined) ?? 0;
  } else for (let i = 0; i < given; i++) writeWord(kind, at + i, values[i], place);
  const view = words();
  for (let i = given; i < count; i++) view[at + i] = 0;
}

/** A missing value is 0. */
function writeWord(kind: Field["kind"], at: number, value: unknown, place: Placing): void {
  switch (kind) {
    case "u32":
      words()[at] = (value as number | undefined) ?? 0;
      break;
    case "i32":
      ints()[at] = (value as number | undefined) ?? 0;
      break;
    case "f32":
      floats()[at] = (value as number | undefined) ?? 0;
      break;
    default:
      words()[at] = value ? place(value as Operand).address : 0;
  }
}

/** Writes a program at an address (64-byte aligned). */
function write(segments: readonly Segment[], address: number, place: Placing): void {
  let command = address + PROGRAM_HEADER + segments.length * SEGMENT;
  let args = command + COMMAND * segments.reduce((sum, { commands }) => sum + commands.length, 0);
  const view = words();
  view.fill(0, address / 4, command / 4);
  view[address / 4] = segments.length;
  segments.forEach(({ commands, serial }, s) => {
    const segment = (address + PROGRAM_HEADER + s * SEGMENT) / 4;
    view[segment] = command;
    view[segment + 1] = commands.length;
    view[segment + 3] = serial ? 1 : 0;
    let tickets = 0;
    for (const each of commands) {
      const chunks = chunksOf(each);
      view.set([TABLE_BASE + each.kernel, args, each.size, each.grain, tickets, chunks, 0, 0], command / 4);
      writeArgs(each, args, place);
      tickets += chunks;
      command += COMMAND;
      args += each.layout.words * 4;
    }
    view[segment + 2] = tickets;
  });
}

/** A program that stays in memory and runs many times. */
export class Program {
  readonly #bytes: number;
  readonly #address: number;
  readonly #parallel: boolean;
  readonly segments: readonly Segment[];

  constructor(commands: readonly Command[], place: Placing, segments = segmentsOf(commands, place)) {
    this.segments = segments;
    this.#parallel = this.segments.some(({ serial }) => !serial);
    this.#bytes = programBytes(this.segments);
    this.#address = allocate(this.#bytes);
    write(this.segments, this.#address, place);
  }

  /** The same in parts. */
  static *inParts(commands: readonly Command[], place: Placing): Parts<Program> {
    return new Program(commands, place, yield* segmentsInParts(commands, place));
  }

  run(): void {
    runProgram(this.#address, this.#parallel);
  }

  /**
   * The same without keeping a page's thread busy: where that must stay free, the workers run it, or it runs there in slices.
   *
   * @param begin  called right before it begins: others may have to end first
   */
  runAside(begin: () => void = () => {}): Promise<void> {
    return runProgramAside(this, this.#address, this.#parallel, begin);
  }

  /** Where it lies. */
  get memory(): { address: number; bytes: number } {
    return { address: this.#address, bytes: this.#bytes };
  }

  /** Gives the program's memory back. */
  free(): void {
    release(this.#address, this.#bytes);
  }
}

/** Runs commands once, now: one after the other where no thread but this one would take part. */
export function runOnce(commands: readonly Command[], place: Placing): void {
  if (threads() === 1 || commands.every(isSerial)) {
    for (const each of commands) {
      if (each.size === 0) continue;
      writeArgs(each, EAGER_ADDRESS, place);
      callKernel(each.kernel, EAGER_ADDRESS, 0, each.size);
    }
    return;
  }
  const segments = segmentsOf(commands, place);
  const bytes = programBytes(segments);
  if (bytes > EAGER_BYTES) {
    const program = new Program(commands, place, segments);
    program.run();
    program.free();
    return;
  }
  write(segments, EAGER_ADDRESS, place);
  runProgram(EAGER_ADDRESS, true);
}

/** Runs a command in parts, on this thread: the same bits, since it is cut where chunks are. Operands may lie elsewhere after each part. */
export function* runInParts(each: Command, place: Placing): Parts<void> {
  for (let begin = 0; begin < each.size; begin += each.grain) {
    writeArgs(each, EAGER_ADDRESS, place);
    callKernel(each.kernel, EAGER_ADDRESS, begin, Math.min(begin + each.grain, each.size));
    yield;
  }
}
