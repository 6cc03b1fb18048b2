// Kernels under watch: every call of one goes through a function of the test's, whoever made it. Import this before the library computes.

import { kernelNames, kernels } from "../../lib/generated/kernels.js";
import type { Layout } from "../../lib/runtime/command.js";

type Run = (args: number, begin: number, end: number) => void;

/** Is told of each call of a kernel, and makes it: `run` is the kernel itself. */
export type Watch = (slot: number, args: number, begin: number, end: number, run: Run) => void;

const plainly: Watch = (_, args, begin, end, run) => run(args, begin, end);
let watch = plainly;

/** Sets who watches; nobody by default. */
export function watchKernels(next: Watch | null): void {
  watch = next ?? plainly;
}

/** The words of a kernel's args class. */
export const layoutOfKernel = (slot: number): Layout => layouts[slot]!;
const layouts = kernelNames.map(
  (name) => (kernels as unknown as Record<string, (args: object, size: number) => { layout: Layout }>)[name]!({}, 0).layout,
);

let scratch = 0;
/** Where kernels keep what they need while they run. */
export const scratchOfThread = (): number => scratch;

// Workers would call kernels without a watch.
process.env["KERASM_NUM_THREADS"] = "1";

const { Instance } = WebAssembly;
WebAssembly.Instance = function (module: WebAssembly.Module, imports: WebAssembly.Imports): { exports: object } {
  const { exports } = new Instance(module, imports);
  if (!kernelNames.every((name) => name in exports)) return { exports };
  const watched = kernelNames.map((name, slot): Run => {
    const run = exports[name] as Run;
    return (args, begin, end) => watch(slot, args, begin, end, run);
  });
  const doors = new Instance(new WebAssembly.Module(passingOn(watched.length)), { m: { ...watched } as never }).exports;
  const setThreadScratch = (address: number): void => {
    scratch = address;
    (exports["setThreadScratch"] as (address: number) => void)(address);
  };
  return { exports: { ...exports, setThreadScratch, ...Object.fromEntries(kernelNames.map((name, slot) => [name, doors[slot]])) } };
} as never;

/** A module that exports what it imports, so that functions of JavaScript have a place in a table. */
function passingOn(count: number): Uint8Array<ArrayBuffer> {
  const number = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...number(value >>> 7)]);
  const name = (text: string): number[] => [text.length, ...Buffer.from(text)];
  const section = (id: number, items: readonly (readonly number[])[]): number[] => {
    const content = [...number(items.length), ...items.flat()];
    return [id, ...number(content.length), ...content];
  };
  const each = Array.from({ length: count }, (_, i) => i);
  return Uint8Array.from([
    ...[0, 97, 115, 109, 1, 0, 0, 0],
    ...section(1, [[96, 3, 127, 127, 127, 0]]), // (func (param i32 i32 i32))
    ...section(
      2,
      each.map((i) => [...name("m"), ...name(String(i)), 0, 0]),
    ),
    ...section(
      7,
      each.map((i) => [...name(String(i)), 0, ...number(i)]),
    ),
  ]);
}
