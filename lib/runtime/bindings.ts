// What lib/generated/kernels.ts says of the kernels in little text: a line for each args class, then a line for each kernel.

import { command, type Command, type Field, Layout } from "./command.js";

/**
 * Makes a command of one kernel: its arguments, the size of the whole range in the kernel's units, the units that one claim of a thread
 * takes.
 */
export type Kernel<Args> = (args: Args, size: number, grain?: number) => Command;

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

/** A function for each line `name index`, the index being that of its args class. */
export function bind<Kernels>(classes: string, lines: string): { kernels: Kernels; kernelNames: readonly string[] } {
  const layouts = classes.split("\n").map(layoutOf);
  const kernels: Record<string, Kernel<object>> = {};
  const kernelNames = lines.split("\n").map((line, slot) => {
    const [name, index] = line.split(" ");
    const layout = layouts[Number(index)]!;
    kernels[name!] = (args, size, grain = size) => command(slot, layout, args, size, grain);
    return name!;
  });
  return { kernels: kernels as Kernels, kernelNames };
}
