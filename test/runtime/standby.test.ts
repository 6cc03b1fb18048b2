// More threads than cores: the workers that find no seat stand by, and nothing waits for them.

process.env["KERASM_NUM_CORES"] = "1";
import t from "tap";

const { platform } = await import("#platform");
const { kernels } = await import("../../lib/generated/kernels.js");
const { allocate } = await import("../../lib/runtime/heap.js");
const { setThreads } = await import("../../lib/runtime/machine.js");
const { floats } = await import("../../lib/runtime/memory.js");
const { Program } = await import("../../lib/runtime/program.js");

const length = 1 << 14;
const block = () => ({ address: allocate(length * 4), bytes: length * 4 });
const [x, y] = [block(), block()];
const view = () => floats().subarray(x.address / 4, x.address / 4 + length);
const double = (a: object, b: object) => kernels.add_f32({ a, b: a, y: b, sizes: [length], aStrides: [1], bStrides: [1] }, length, 512);
const program = new Program([double(x, y), double(y, x)], (operand) => operand as ReturnType<typeof block>);

for (const [who, mayBlock] of [
  ["the launching thread", true],
  ["a worker", false],
] as const) {
  t.test(`four threads on one core, launched by ${who}`, async (t) => {
    (platform as { mayBlock: boolean }).mayBlock = mayBlock;
    const alive = setInterval(() => {}, 1000);
    t.teardown(() => {
      clearInterval(alive);
      (platform as { mayBlock: boolean }).mayBlock = true;
      setThreads(1);
    });
    setThreads(4);
    for (let run = 0; run < 40; run++) {
      view().fill(run);
      await program.runAside();
      t.ok(
        view().every((value) => value === 4 * run),
        `run ${run}`,
      );
      await new Promise((resolve) => setTimeout(resolve, 2)); // let workers start, and park
    }
  });
}
