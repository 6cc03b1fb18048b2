// What lib/generated/kernels/ says of a family of kernels in little text: a line for each args class, then a line for each kernel.

import { command, type Command, type Field, Layout } from "./command.js";

/**
 * Makes a command of one kernel: its arguments, the size of the whole range in the kernel's units, the units that one claim of a thread
 * takes.
 */
export type Kernel<Args> = (args: Args, size: number, grain?: number) => Command;

/** What the functions of a family are unpacked from (lib/runtime/binary.ts). */
export interface Body {
  /** In base64, behind what all families begin with. */
  readonly packed: string;
  /** Bytes that come of it. */
  readonly length: number;
}

/** A family of kernels that some module of the program uses. */
export interface Family {
  readonly body: Body;
  /** The slot of its first kernel. */
  readonly first: number;
  /** In the order of their slots. */
  readonly names: readonly string[];
}

const present: Family[] = [];

/** The families that the program has: with a chunk that is loaded later, others come. */
export const families = (): readonly Family[] => present;

/** Names by table slot, with gaps where families are absent. */
export function kernelNamesOf(families: readonly Family[] = present): readonly string[] {
  const names: string[] = [];
  for (const family of families) family.names.forEach((name, i) => (names[family.first + i] = name));
  return names;
}

const kinds: Readonly<Record<string, Field["kind"]>> = { "<": "in", ">": "out", "=": "inout", "": "u32", "-": "i32", "~": "f32" };

/** The fields of `<x >y columns axes*2 ~scale`, one after the other in 32-bit words. */
export function layoutOf(line: string): Layout {
  let words = 0;
  const fields = Array.from(line.matchAll(/([<>=~-]?)(\w+)(?:\*(\d+))?/g), ([, sign, name, times = "1"]): Field => {
    const count = Number(times);
    words += count;
    return { name: name!, kind: kinds[sign!]!, word: words - count, count };
  });
  return new Layout(words, fields);
}

/** A function for each line `name index`, the index being that of its args class; the family is present from here on. */
export function bind<Kernels>(body: Body, first: number, classes: string, lines: string): Kernels {
  const layouts = classes.split("\n").map(layoutOf);
  const kernels: Record<string, Kernel<object>> = {};
  const names = lines.split("\n").map((line, i) => {
    const [name, index] = line.split(" ");
    const layout = layouts[Number(index)]!;
    kernels[name!] = (args, size, grain = size) => command(first + i, layout, args, size, grain);
    return name!;
  });
  present.push({ body, first, names });
  return kernels as Kernels;
}
