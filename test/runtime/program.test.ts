import "../support/four-cores.js";
import t from "tap";
import { platform } from "#platform";
import { kernels } from "../../lib/generated/kernels.js";
import { allocate, release } from "../../lib/runtime/heap.js";
import { setThreads, threads } from "../../lib/runtime/machine.js";
import { floats } from "../../lib/runtime/memory.js";
import { Program, runOnce, segmentsOf, type Place } from "../../lib/runtime/program.js";

/** An array of float32 in the shared memory. */
class Block {
  readonly address: number;
  readonly bytes: number;
  constructor(readonly length: number) {
    this.bytes = length * 4;
    this.address = allocate(this.bytes);
  }
  view(): Float32Array {
    return floats().subarray(this.address / 4, this.address / 4 + this.length);
  }
  free(): void {
    release(this.address, this.bytes);
  }
}
const place = (operand: object): Place => operand as Block;
const strides = { sizes: [], aStrides: [1], bStrides: [1] };
const add = (a: Block, b: Block, y: Block, grain: number) => kernels.add_f32({ a, b, y, ...strides, sizes: [y.length] }, y.length, grain);

t.test("a long chain of dependent commands gives the same bits on 1, 2 and 4 threads, again and again", async (t) => {
  const length = 10_007;
  const [x, y, one] = [new Block(length), new Block(length), new Block(length)];
  one.view().fill(1);
  const commands = Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? add(x, one, y, 512) : add(y, one, x, 2048)));
  const program = new Program(commands, place);
  for (const count of [1, 2, 4, 3]) {
    setThreads(count);
    for (let run = 0; run < 40; run++) {
      x.view().forEach((_, i, view) => (view[i] = i % 7));
      program.run();
      const wrong = x.view().findIndex((value, i) => value !== (i % 7) + 100);
      if (wrong >= 0) t.fail(`${count} threads, run ${run}: element ${wrong} is ${x.view()[wrong]}`);
      if (run % 8 === 0) await new Promise((resolve) => setTimeout(resolve, 2)); // let workers start, and park
    }
  }
  t.pass("all elements right");
  program.free();
  for (const block of [x, y, one]) block.free();
});

t.test("a barrier stands only where a command touches what an earlier one writes", async (t) => {
  const [a, b, c, d] = [new Block(4096), new Block(4096), new Block(4096), new Block(4096)];
  t.equal(segmentsOf([add(a, b, c, 512), add(a, b, d, 512)], place).length, 1, "independent commands share a segment");
  t.equal(segmentsOf([add(a, b, c, 512), add(c, b, d, 512)], place).length, 2, "a read after a write waits");
  t.equal(segmentsOf([add(a, b, c, 512), add(b, d, a, 512)], place).length, 2, "a write after a read waits");
  t.equal(segmentsOf([add(a, b, c, 4096), add(c, b, d, 4096)], place).length, 1, "commands of one chunk run in order without a barrier");
  t.equal(segmentsOf([add(a, b, c, 512), add(a, b, d, 4096)], place).length, 1, "one of one chunk is a chunk among others");
  const [x, y] = [new Block(4096), new Block(4096)];
  const ahead = segmentsOf([add(a, b, c, 512), add(c, b, d, 512), add(a, b, x, 512), add(x, d, y, 512)], place);
  t.same(
    ahead.map(({ commands }) => commands.length),
    [2, 1, 1],
    "what needs nothing of the segments before moves ahead of them",
  );
  t.equal(
    segmentsOf([add(a, b, c, 512), add(c, b, d, 512), add(a, x, b, 512)], place).length,
    3,
    "but not before those who read what it writes",
  );
  for (const block of [a, b, c, d, x, y]) block.free();
});

t.test("where the launching thread must not block, the workers run the program, and it stays free", async (t) => {
  const length = 1 << 16;
  const [x, y, one] = [new Block(length), new Block(length), new Block(length)];
  const commands = Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? add(x, one, y, 4096) : add(y, one, x, 4096)));
  const program = new Program(commands, place);
  (platform as { mayBlock: boolean }).mayBlock = false;
  const alive = setInterval(() => {}, 1000); // as a page is
  t.teardown(() => {
    clearInterval(alive);
    (platform as { mayBlock: boolean }).mayBlock = true;
    setThreads(1);
  });
  one.view().fill(1);
  for (const count of [1, 2, 3]) {
    setThreads(count);
    for (let run = 0; run < 30; run++) {
      x.view().fill(run);
      const done = program.runAside();
      if (run % 3 === 1) program.run(); // an eager call meanwhile waits for its turn
      await done;
      const expected = run + (run % 3 === 1 ? 400 : 200);
      t.ok(
        x.view().every((value) => value === expected),
        `${count} threads, run ${run}`,
      );
    }
  }
  program.free();
  for (const block of [x, y, one]) block.free();
});

t.test("a worker that can't start means fewer threads, said once, and right results", async (t) => {
  const { startThread } = platform;
  const warnings: string[] = [];
  const { warn } = console;
  console.warn = (text: string) => warnings.push(text);
  (platform as { startThread: unknown }).startThread = () => {
    throw new Error("no threads here");
  };
  t.teardown(() => {
    (platform as { startThread: unknown }).startThread = startThread;
    console.warn = warn;
    setThreads(1);
  });
  setThreads(4);
  const [a, b, y] = [new Block(9000), new Block(9000), new Block(9000)];
  a.view().fill(2);
  b.view().fill(3);
  for (let i = 0; i < 5; i++) runOnce([add(a, b, y, 512)], place);
  t.ok(y.view().every((value) => value === 5));
  t.equal(threads(), 1);
  t.equal(warnings.length, 1);
  t.match(warnings[0], /no threads here.*fewer threads/);
  for (const block of [a, b, y]) block.free();
});
