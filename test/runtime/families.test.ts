// Kernels by family: what is put together is what the compiler made, and families that come later are there before they are used.

import "../support/four-cores.js";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { kernels } from "../../lib/generated/kernels/core.js";
import { families } from "../../lib/runtime/bindings.js";
import { binaryOf, type Build } from "../../lib/runtime/binary.js";
import type { Command } from "../../lib/runtime/command.js";
import { allocate } from "../../lib/runtime/heap.js";
import { hasRelaxed } from "../../lib/runtime/kernels.js";
import { setThreads } from "../../lib/runtime/machine.js";
import { floats } from "../../lib/runtime/memory.js";
import { Program, runOnce } from "../../lib/runtime/program.js";
import { repository } from "../support/sources.js";

const builds: readonly Build[] = ["simd", "relaxed"];
const length = 1 << 14;
const block = () => ({ address: allocate(length * 4), bytes: length * 4 });
const place = (operand: object) => operand as ReturnType<typeof block>;
const view = ({ address }: { address: number }) => floats().subarray(address / 4, address / 4 + length);
const [x, y, z] = [block(), block(), block()];
const doubled = kernels.add_f32({ a: x, b: x, y, sizes: [length], aStrides: [1], bStrides: [1] }, length, 512);

/** Runs until workers take part. */
async function often(t: Test, command: Command, output: object, expected: (value: number) => number): Promise<Program> {
  const program = new Program([command], place);
  for (let run = 0; run < 20; run++) {
    view(x).fill(run);
    program.run();
    const wrong = view(place(output)).find((value) => Math.abs(value - expected(run)) > 1e-6);
    t.equal(wrong, undefined, `run ${run}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return program;
}

t.test("without other families a binary has the core's functions, all others end in an error", async (t) => {
  t.equal(families().length, 1);
  for (const build of builds) {
    const part = binaryOf(build, families());
    t.ok(WebAssembly.validate(part) || (build === "relaxed" && !hasRelaxed()));
    const whole = readFileSync(join(repository, "build/assembly", `${build}.wasm`));
    t.ok(part.length < whole.length * 0.7, `${part.length} bytes of ${whole.length}`);
  }
});

t.test("a family that comes later is there before its first use, on all threads, and programs of before go on", async (t) => {
  setThreads(4);
  t.teardown(() => setThreads(1));
  const before = await often(t, doubled, y, (value) => 2 * value);
  const { kernels: functions } = await import("../../lib/generated/kernels/functions.js");
  await often(t, functions.sin_f32({ x, y: z }, length, 512), z, Math.sin);
  view(x).fill(3);
  before.run();
  t.ok(view(y).every((value) => value === 6));
  // At once, without a program.
  const { kernels: activations } = await import("../../lib/generated/kernels/activations.js");
  view(x).fill(-1);
  runOnce([activations.relu_f32({ x, y }, length)], place);
  t.ok(view(y).every((value) => value === 0));
});

t.test("with all families a binary is what the compiler made, byte by byte", async (t) => {
  await import("../../lib/generated/kernels.js");
  for (const build of builds) {
    const compiled = readFileSync(join(repository, "build/assembly", `${build}.wasm`));
    t.ok(compiled.equals(binaryOf(build, families())), build);
  }
});
