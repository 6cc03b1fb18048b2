// Loading the kernels: one of two builds of one source, compiled at first use, instantiated on every thread. A program has the families of
// kernels that its operations use; where a chunk that is loaded later brings others, all are compiled anew before the next use. Slots stay
// the same, so encoded programs stay valid.

import { instantiateSync } from "@assemblyscript/loader";
import { platform } from "#platform";
import { binaryOf, type Build } from "./binary.js";
import { families, kernelNamesOf } from "./bindings.js";
import { compileFile, files } from "./files.js";
import { memory } from "./memory.js";

/** What the wasm binary offers beside the kernels. */
interface Exports {
  readonly table: WebAssembly.Table;
  setThreadScratch(address: number): void;
  runAlone(program: number): void;
  launch(program: number, pool: number): void;
  delegate(program: number, pool: number): void;
}

/** The compiler keeps the first slot of the table for "no function". */
export const TABLE_BASE = 1;

export type Kernel = (args: number, begin: number, end: number) => void;

// (module (func (result v128) (f32x4.relaxed_madd (v128.const 0) (v128.const 0) (v128.const 0))))
const relaxedProbe = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 19, 1, 17, 0, 65, 0, 253, 15, 65, 0, 253, 15, 65, 0, 253, 15, 253,
  133, 2, 11,
]);

/** Whether this engine has fused multiply-add on vectors. */
export const hasRelaxed = (): boolean => WebAssembly.validate(relaxedProbe);

function withEmptySection(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const longer = new Uint8Array(bytes.length + 3);
  longer.set(bytes);
  longer.set([0, 1, 0], bytes.length); // a custom section of one byte, the length 0 of its name
  return longer;
}

/** The kernels of one build on the calling thread, and the module from which workers get theirs. */
export interface Kernels {
  readonly build: Build;
  readonly module: WebAssembly.Module;
  readonly exports: Exports;
  /** By table slot, with gaps where families are absent. */
  readonly functions: readonly (Kernel | undefined)[];
  /** The names of those. */
  readonly names: readonly string[];
  /** How many families the program had. */
  readonly families: number;
  /** Whether the module has all families, since it came from a file. */
  readonly isWhole: boolean;
}

/** Whether these are the kernels of all families that the program has by now. */
export const isComplete = (kernels: Kernels | undefined): kernels is Kernels => kernels?.families === families().length;

/** Engines keep the machine code of equal binaries: where it shall be made anew, the binary differs by an empty custom section. */
function bytesFor(build: Build, revectorized: boolean): Uint8Array<ArrayBuffer> {
  const bytes = binaryOf(build, families());
  return revectorized ? withEmptySection(bytes) : bytes;
}

/**
 * The kernels, compiled now.
 *
 * @param before  those in use, where families came since
 * @throws where the engine forbids that on this thread, with what to do instead
 */
export function loadKernels(build: Build, revectorized: boolean, before?: Kernels): Kernels {
  if (before?.isWhole) return instantiate(before.build, before.module, true);
  return instantiate(build, new WebAssembly.Module(bytesFor(build, revectorized)));
}

/** The same without keeping the thread busy. */
export async function loadKernelsAside(build: Build, revectorized: boolean, before?: Kernels): Promise<Kernels> {
  if (before?.isWhole) return instantiate(before.build, before.module, true);
  const file = platform.name === "browser" ? files()?.[build] : undefined;
  if (file) return instantiate(build, await compileFile(file), true);
  // Families that come while it compiles are not in it.
  const count = families().length;
  return { ...instantiate(build, await WebAssembly.compile(bytesFor(build, revectorized))), families: count };
}

function instantiate(build: Build, module: WebAssembly.Module, isWhole = false): Kernels {
  const { instance } = instantiateSync(module, { env: { memory } });
  const exports = instance.exports as unknown as Exports & Record<string, Kernel>;
  const names = kernelNamesOf();
  const functions = Array.from(names, (name) => exports[name]);
  const first = exports.table.grow(functions.length);
  if (first !== TABLE_BASE)
    throw new Error(
      `kernel table: given ${first} slots of its own; expected ${TABLE_BASE} (an AssemblyScript source uses a function reference).`,
    );
  functions.forEach((kernel, slot) => kernel && exports.table.set(TABLE_BASE + slot, kernel));
  return { build, module, exports, functions, names, families: families().length, isWhole };
}
