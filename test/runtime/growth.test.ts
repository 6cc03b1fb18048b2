// Programs that lie in memory which has only just grown: workers hear of it late, look at nothing that they do not know of, and hold nobody
// up. (Before, one could end in the midst of a program, and the launching thread waited for it without end.)

import "../support/four-cores.js";
import t from "tap";

const { kernels } = await import("../../lib/generated/kernels.js");
const { allocate, release } = await import("../../lib/runtime/heap.js");
const { setThreads } = await import("../../lib/runtime/machine.js");
const { floats, memoryBytes, PAGE } = await import("../../lib/runtime/memory.js");
const { Program } = await import("../../lib/runtime/program.js");

const length = 1 << 13;
const ROUNDS = 400;

t.test("each program in new memory gives its result", async (t) => {
  setThreads(3);
  t.teardown(() => setThreads(1));
  const block = () => ({ address: allocate(length * 4), bytes: length * 4 });
  const [x, y] = [block(), block()];
  const view = () => floats().subarray(x.address / 4, x.address / 4 + length);
  const double = (a: object, b: object) => kernels.add_f32({ a, b: a, y: b, sizes: [length], aStrides: [1], bStrides: [1] }, length, 1024);
  const commands = Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? double(x, y) : double(y, x)));
  let grown = 0;
  const held: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    // What is left of the last step of growth is filled, so that programs lie behind what workers know.
    const before = memoryBytes();
    held.push(allocate(16 * PAGE));
    view().fill(1e-30);
    const program = new Program(commands, (operand) => operand as ReturnType<typeof block>);
    if (memoryBytes() > before) grown++;
    program.run();
    if (round % 100 === 0) t.ok(Math.abs(view()[length - 1]! / (1e-30 * 2 ** 200) - 1) < 1e-6, `round ${round}: ${view()[length - 1]}`);
    if (round % 10 === 0) await new Promise((resolve) => setTimeout(resolve));
  }
  for (const address of held) release(address, 16 * PAGE);
  t.ok(grown > 3, `the memory grew ${grown} times`);
});
