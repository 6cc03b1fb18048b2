// Kernels touch their operands and nothing else. Around every call that recorded cases and our rows make, up to some of each kernel, memory
// around them is a sentinel: it is left as it was, and what it holds changes no bit of the result. The same for public functions that are
// given impossible lengths and indices.

import t from "tap";
import { layoutOfKernel, scratchOfThread, watchKernels } from "../support/watched-kernels.js";
import { primitives } from "../../lib/core/primitive.js";
import { State } from "../../lib/core/state.js";
import { Tensor } from "../../lib/core/tensor.js";
import { THREAD_SCRATCH } from "../../lib/generated/constants.js";
import { kernelNames } from "../../lib/generated/kernels.js";
import { type Command, forEachAddress, type Operand, Part, Scratch } from "../../lib/runtime/command.js";
import { bytes, PAGE, words } from "../../lib/runtime/memory.js";
import { type Case, families, type Family, goldenDir } from "../golden/cases.js";
import { references } from "../golden/references/index.js";
import { casesOf, runCase } from "../golden/run.js";
import { isEncoded, isRecord } from "../golden/values.js";
import * as tf from "../../lib/index.js";

t.setTimeout(1_200_000); // thousands of cases, on a machine that may be busy

/** Bytes from `begin` to `end` that a command may read, or write too. */
interface Extent {
  readonly begin: number;
  readonly end: number;
  readonly kind: "in" | "out" | "inout";
}

/** The commands of the operation that runs now, whose operands say how many bytes are theirs. */
let current: readonly Command[] = [];
for (const op of primitives.values()) {
  const holder = op as { lower?: (...args: never[]) => Command | readonly Command[] };
  const { lower } = holder;
  if (lower)
    holder.lower = (...args) => {
      const made = lower(...args);
      current = Array.isArray(made) ? (made as readonly Command[]) : [made as Command];
      return made;
    };
}

/** Where an operand lies, where that can be told before it runs; how many bytes are its own. */
function placeOf(operand: Operand): { address?: number; bytes: number } {
  if (operand instanceof Tensor) {
    // Of the tensors of a program only the program knows where they lie; tiny ones are copied to where they are read.
    if (!operand.storage) return { address: -1, bytes: 0 };
    const { address, bytes } = operand.storage.block;
    return address === 0 ? { bytes } : { address, bytes };
  }
  if (operand instanceof State) return { address: operand.address, bytes: operand.bytes };
  if (operand instanceof Scratch) return { bytes: operand.bytes };
  const { whole, bytes: offset } = operand as Part;
  const { address, bytes: all } = placeOf(whole);
  return { bytes: all - offset, ...(address !== undefined && { address: address + offset }) };
}

/** Operands that are taken for shorter than they are: to see that the watch sees. */
let shortened: Extent["kind"] | undefined;

/** The extents of a call's operands; undefined where no command of the present operation made it. */
function extentsOf(slot: number, args: number, end: number): Extent[] | undefined {
  for (const command of current) {
    if (command.kernel !== slot || command.size < end) continue;
    const extents: Extent[] = [];
    let fits = true;
    forEachAddress(command, (operand, kind, word) => {
      const begin = words()[args / 4 + word]!;
      const { address = begin, bytes: length } = placeOf(operand);
      fits &&= begin === address;
      extents.push({ begin, end: begin + length - (shortened === kind ? 16 : 0), kind });
    });
    if (fits) return extents;
  }
  return undefined;
}

/** Calls of each kernel that are looked at. */
const MOST = 6;
const looked = new Map<number, Set<number>>();
const faults = new Set<string>();
let isWatching = false;

watchKernels((slot, args, begin, end, run) => {
  const sizes = looked.get(slot) ?? new Set<number>();
  const operands = isWatching && sizes.size < MOST && !sizes.has(end - begin) ? extentsOf(slot, args, end) : undefined;
  if (!operands) return run(args, begin, end);
  const extents: Extent[] = [...operands, { begin: args, end: args + layoutOfKernel(slot).words * 4, kind: "in" }];
  looked.set(slot, sizes.add(end - begin));
  const windows = windowsAround(extents);
  const before = windows.map(([begin, end]) => bytes().slice(begin, end));
  const held = extents.map((extent) => bytes().slice(extent.begin, extent.end));
  const own = extents.filter(({ kind }) => kind !== "in");
  /** Runs the call where everything around that is not its own holds one byte. */
  const among = (sentinel: number): Uint8Array => {
    const memory = bytes();
    for (const [begin, end] of windows) memory.fill(sentinel, begin, end);
    extents.forEach(({ begin, kind }, i) => kind !== "out" && memory.set(held[i]!, begin));
    run(args, begin, end);
    const results = own.map((extent) => memory.slice(extent.begin, extent.end));
    // Without its outputs all is as it was before: what it reads, and the sentinel.
    for (const extent of own) memory.fill(sentinel, extent.begin, extent.end);
    extents.forEach((extent, i) => {
      if (extent.kind !== "in") return;
      const isShared = own.some((other) => other.begin < extent.end && extent.begin < other.end);
      if (!isShared && Buffer.compare(memory.subarray(extent.begin, extent.end), held[i]!) !== 0)
        faults.add(`${kernelNames[slot]!} writes into what it only reads`);
    });
    for (const { begin, end } of extents) memory.fill(sentinel, begin, end);
    const scratch = scratchOfThread();
    memory.fill(sentinel, scratch, scratch + THREAD_SCRATCH);
    if (!windows.every(([begin, end]) => isFilled(memory.subarray(begin, end), sentinel)))
      faults.add(`${kernelNames[slot]!} writes outside of its outputs`);
    windows.forEach(([begin], i) => memory.set(before[i]!, begin));
    extents.forEach(({ begin }, i) => memory.set(held[i]!, begin)); // arguments lie before the heap
    return Buffer.concat(results);
  };
  const [first, second] = [among(0xa5), among(0x5a)];
  // A byte that the call left alone is the sentinel both times.
  if (first.some((byte, i) => byte !== second[i] && !(byte === 0xa5 && second[i] === 0x5a)))
    faults.add(`${kernelNames[slot]!} gives other values with other bytes around it`);
  run(args, begin, end);
});

/** How far around its operands a call is watched. */
const REACH = 1 << 14;

/** What lies around extents, as stretches that do not touch. */
function windowsAround(extents: readonly Extent[]): [begin: number, end: number][] {
  const windows: [number, number][] = [];
  const scratch = { begin: scratchOfThread(), end: scratchOfThread() + THREAD_SCRATCH };
  for (const { begin, end } of [...extents, scratch].sort((a, b) => a.begin - b.begin)) {
    const [from, to] = [Math.max(PAGE, begin - REACH), Math.min(bytes().length, Math.max(PAGE, end + REACH))];
    const last = windows.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else if (from < to) windows.push([from, to]);
  }
  return windows;
}

/** Whether an array holds one byte throughout. */
function isFilled(view: Uint8Array, byte: number): boolean {
  const pages = Buffer.from(view.buffer, view.byteOffset, view.byteLength);
  return pages.length === 0 || (pages[0] === byte && pages.compare(pages, 1, pages.length, 0, pages.length - 1) === 0);
}

/** Kernels that only programs call, which know the places of their operands: what they run are the kernels that are looked at. */
const onlyInPrograms = new Set(["fused"]);

t.test("the watch sees reading and writing elsewhere", async (t) => {
  const [a, b] = [0, 1].map((i) => tf.add(tf.cast(tf.range(1000), "float32"), i)) as [tf.Tensor, tf.Tensor];
  isWatching = true;
  for (const [kind, fault] of [
    ["out", "add_f32 writes outside of its outputs"],
    ["in", "add_f32 gives other values with other bytes around it"],
  ] as const) // prettier-ignore
  {
    shortened = kind;
    tf.add(a, b);
    t.ok(faults.has(fault), fault);
    looked.clear();
    faults.clear();
  }
  [shortened, isWatching] = [undefined, false];
  t.equal(Number(tf.add(a, b).data()[999]), 999 + 1000);
});

t.test("every kernel reads and writes its operands alone", async (t) => {
  isWatching = true;
  for (const { run } of references) await Promise.resolve(run()).catch(() => undefined);
  const missing = (): string[] => kernelNames.filter((name, slot) => !looked.has(slot) && !onlyInPrograms.has(name));
  for (const family of families)
    if (!["dtypes", "layers_symbolic", "training", "saving"].includes(family) && missing().length > 0)
      for (const testCase of await casesOf(goldenDir, family)) await runCase(family, testCase, "eager");
  isWatching = false;
  t.strictSame([...faults], []);
  t.strictSame(missing(), [], "all kernels were called");
});

// Public functions with impossible lengths and indices.

const impossible: readonly unknown[] = [-1, 0, 7, 2 ** 40, { $float: "NaN" }, { $float: "1.5" }];

/** The integers among arguments, as ways to put another in their place. */
function* integersIn(value: unknown, replace: (other: unknown) => unknown): Generator<(other: unknown) => unknown> {
  if (typeof value === "number" && Number.isInteger(value)) yield replace;
  else if (isEncoded(value)) {
    if (value.dtype === "int32" && value.shape.length <= 1 && value.data !== undefined)
      yield (other) => {
        const elements = new Int32Array(Uint8Array.from(Buffer.from(value.data!, "base64")).buffer);
        elements[0] = typeof other === "number" ? other : -7;
        return replace({ ...value, data: Buffer.from(elements.buffer).toString("base64") });
      };
  } else if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) yield* integersIn(item, (other) => replace(value.with(i, other)));
  } else if (isRecord(value) && !("$float" in value) && !("$floats" in value))
    for (const [key, item] of Object.entries(value)) yield* integersIn(item, (other) => replace({ ...value, [key]: other }));
}

t.test("functions that are given impossible lengths and indices refuse them, or leave all other tensors as they were", async (t) => {
  const sentinels = [1, 5, 16, 100, 1000, 40_000].map((length, i) => tf.add(tf.range(length), i));
  const expected = sentinels.map((tensor) => Buffer.from(tensor.data().slice().buffer));
  const harmed: string[] = [];
  const tried = new Set<string>();
  let count = 0;
  for (const family of ["ops", "utils", "tf_ops"] satisfies Family[])
    for (const testCase of await casesOf(goldenDir, family)) {
      const name = `${family} ${String(testCase["function"] ?? testCase["name"])}`;
      if (testCase.kind === "symbolic" || tried.has(name)) continue;
      tried.add(name);
      for (const field of ["args", "kwargs"])
        for (const put of integersIn(testCase[field], (other) => ({ ...testCase, grads: undefined, [field]: other })))
          for (const other of impossible) {
            count++;
            // A trap is thrown, an error of ours or another value is an outcome.
            const outcome = await runCase(family, put(other) as Case, "eager").catch((error: unknown) => String(error));
            const isTrap = typeof outcome === "string" || /RuntimeError/.test("message" in outcome ? outcome.message : "");
            const isHarmed = sentinels.some((tensor, i) => Buffer.compare(Buffer.from(tensor.data().slice().buffer), expected[i]!) !== 0);
            if (isTrap || isHarmed)
              harmed.push(
                `${testCase.id}: ${field} with ${JSON.stringify(other)}: ${isTrap ? JSON.stringify(outcome) : "another tensor changed"}`,
              );
          }
    }
  t.ok(count > 2000, `${count} calls`);
  t.strictSame(harmed, []);
});
