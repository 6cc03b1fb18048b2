// Calls kernels directly, without the library: one memory, one instance per build, arguments as the generated bindings write them.

import { readFileSync } from "node:fs";
import { kernelNames } from "../../lib/generated/kernels.js";
import type { Command } from "../../lib/runtime/command.js";

export type Build = "simd" | "relaxed";
type Elements = Float32Array | Int32Array | Uint8Array;

/** Memory that a kernel is given. */
export class Block<T extends Elements = Float32Array> {
  constructor(
    readonly address: number,
    readonly view: T,
  ) {}
}

/** The builds that this engine runs. */
export const builds: readonly Build[] = ["simd", "relaxed"].filter((build) => WebAssembly.validate(binary(build as Build))) as Build[];

function binary(build: Build): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(new URL(`../../assembly/${build}.wasm`, import.meta.url)));
}

const SCRATCH = 65536 * 2;
const ARGS = SCRATCH + (1 << 19);
const FIRST = ARGS + 4096;

/** An instance of one build with a memory of its own. */
export class Harness {
  readonly memory: WebAssembly.Memory;
  readonly #exports: Record<string, (args: number, begin: number, end: number) => void>;
  #next = FIRST;

  constructor(build: Build, megabytes = 64) {
    this.memory = new WebAssembly.Memory({ initial: megabytes * 16, maximum: 65536, shared: true });
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(binary(build)), { env: { memory: this.memory } });
    this.#exports = exports as never;
    (exports.setThreadScratch as (address: number) => void)(SCRATCH);
  }

  /** Forgets all blocks. */
  reset(): void {
    this.#next = FIRST;
  }

  /** A block of floats with the given content, or one that holds 12345. */
  floats(content: ArrayLike<number> | number): Block {
    const view = new Float32Array(this.memory.buffer, this.#take(lengthOf(content)), lengthOf(content));
    if (typeof content === "number") view.fill(12345);
    else view.set(content);
    return new Block(view.byteOffset, view);
  }

  ints(content: ArrayLike<number> | number): Block<Int32Array> {
    const view = new Int32Array(this.memory.buffer, this.#take(lengthOf(content)), lengthOf(content));
    if (typeof content === "number") view.fill(12345);
    else view.set(content);
    return new Block(view.byteOffset, view);
  }

  bytes(content: ArrayLike<number> | number): Block<Uint8Array> {
    const view = new Uint8Array(this.memory.buffer, this.#take(lengthOf(content)), lengthOf(content));
    if (typeof content === "number") view.fill(123);
    else view.set(content);
    return new Block(view.byteOffset, view);
  }

  #take(length: number): number {
    const address = this.#next;
    this.#next += Math.ceil((length * 4) / 64) * 64 + 64;
    if (this.#next > this.memory.buffer.byteLength) throw new RangeError("the harness has no memory left");
    return address;
  }

  /** Runs a command, whole or in pieces: `cuts` are the places between them, in any order. */
  run({ kernel, layout, args, size }: Command, cuts: readonly number[] = []): void {
    const [words, signed, floats] = [
      new Uint32Array(this.memory.buffer),
      new Int32Array(this.memory.buffer),
      new Float32Array(this.memory.buffer),
    ];
    for (const { name, kind, word, count } of layout.fields)
      for (let i = 0; i < count; i++) {
        const value = count === 1 ? args[name] : (args[name] as readonly unknown[])[i];
        const at = ARGS / 4 + word + i;
        if (kind === "f32") floats[at] = (value as number | undefined) ?? 0;
        else if (kind === "i32") signed[at] = (value as number | undefined) ?? 0;
        else if (kind === "u32") words[at] = (value as number | undefined) ?? 0;
        else words[at] = (value as Block | null | undefined)?.address ?? 0;
      }
    const marks = [0, ...[...cuts].sort((a, b) => a - b), size];
    const pieces = marks.slice(1).map((end, i) => [marks[i]!, end] as const);
    for (const [begin, end] of cuts.length % 2 ? pieces.reverse() : pieces) this.#exports[kernelNames[kernel]!]!(ARGS, begin, end);
  }
}

const lengthOf = (content: ArrayLike<number> | number): number => (typeof content === "number" ? content : content.length);

/** Uniform numbers between −1 and 1 from a small generator, the same on every run. */
export function random(length: number, seed = 1): Float32Array {
  const values = new Float32Array(length);
  let state = seed * 2654435761 + 12345;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    values[i] = state / 2147483648;
  }
  return values;
}

/** Largest |a − b|, where both must agree on NaN and infinities. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < b.length; i++) {
    if (Object.is(a[i], b[i]) || a[i] === b[i]) continue;
    const difference = Math.abs(a[i]! - b[i]!);
    if (!(difference <= most)) most = difference;
    if (Number.isNaN(difference)) return Infinity;
  }
  return most;
}
