import { spawn } from "node:child_process";
import t from "tap";

const program = (count: number, last: string) => `
  const { kernels } = await import("./build/lib/generated/kernels.js");
  const { allocate } = await import("./build/lib/runtime/heap.js");
  const { setThreads } = await import("./build/lib/runtime/machine.js");
  const { runOnce } = await import("./build/lib/runtime/program.js");
  const block = () => ({ address: allocate(400000), bytes: 400000 });
  const [a, b, y] = [block(), block(), block()];
  setThreads(${count});
  const run = () => runOnce([kernels.add_f32({ a, b, y, sizes: [100000], aStrides: [1], bStrides: [1] }, 100000, 1000)], (x) => x);
  for (let i = 0; i < 50; i++) { run(); await new Promise((resolve) => setTimeout(resolve, 2)); }
  ${last}`;

function exitOf(code: string): Promise<{ code: number | null; seconds: number }> {
  const begin = Date.now();
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], { stdio: "inherit" });
  const late = setTimeout(() => child.kill("SIGKILL"), 30_000);
  return new Promise((resolve) =>
    child.on("exit", (status) => {
      clearTimeout(late);
      resolve({ code: status, seconds: (Date.now() - begin) / 1000 });
    }),
  );
}

for (const count of [1, 2, 4]) {
  t.test(`a script with ${count} threads ends by itself when the pool is idle`, async (t) => {
    t.equal((await exitOf(program(count, ""))).code, 0);
  });
}

t.test("process.exit right after a program does not hang", async (t) => {
  t.equal((await exitOf(program(4, "run(); process.exit(7);"))).code, 7);
});

t.test("an error thrown while the pool is awake ends the process with its code", async (t) => {
  t.equal((await exitOf(program(2, "run(); process.exitCode = 3;"))).code, 3);
});
