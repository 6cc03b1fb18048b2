// Programs of a page's own thread: in slices, with what happens in between.

import t from "tap";
import { kernels } from "../../lib/generated/kernels.js";
import { allocate, release } from "../../lib/runtime/heap.js";
import { floats } from "../../lib/runtime/memory.js";
import { Program, type Place } from "../../lib/runtime/program.js";
import { SlicedRun } from "../../lib/runtime/slices.js";
import { asPage } from "../support/as-page.js";

const block = (length: number) => ({ length, bytes: length * 4, address: allocate(length * 4) });
type Block = ReturnType<typeof block>;
const view = ({ address, length }: Block) => floats().subarray(address / 4, address / 4 + length);
const place = (operand: object): Place => operand as Block;
const strides = { sizes: [], aStrides: [1], bStrides: [1] };
const add = (a: Block, b: Block, y: Block, grain: number) => kernels.add_f32({ a, b, y, ...strides, sizes: [y.length] }, y.length, grain);

t.test("every command is done once, in order, in ranges that end where chunks do", async (t) => {
  const [a, b, y] = [block(10_007), block(10_007), block(10_007)];
  const program = new Program([add(a, b, y, 512), add(y, b, a, 10_007), add(a, y, b, 1), add(a, y, b, 4096)], place);
  for (const milliseconds of [1e-9, Infinity]) {
    const ranges: [begin: number, end: number][] = [];
    const run = new SlicedRun<string>(program.memory.address, (_slot, _args, begin, end) => (ranges.push([begin, end]), null));
    for (let n = 0; !run.isOver && n < 1e6; n++) run.go(milliseconds);
    t.equal(run.refusal, null);
    const firsts = ranges.flatMap(([begin], i) => (begin === 0 ? [i] : []));
    t.equal(firsts.length, 4, "four commands");
    const grains = [512, 10_007, 1, 4096];
    const commands = firsts.map((first, c) => ranges.slice(first, firsts[c + 1]));
    for (const [c, own] of commands.entries()) {
      t.equal(own.at(-1)![1], 10_007);
      t.ok(
        own.every(([begin, end], i) => begin === (i === 0 ? 0 : own[i - 1]![1]) && end > begin && begin % grains[c]! === 0),
        `command ${c} in ${own.length} ranges`,
      );
    }
  }
  program.free();
  for (const each of [a, b, y]) release(each.address, each.bytes);
});

t.test("what a kernel refuses ends the program", async (t) => {
  const [a, b, y] = [block(64), block(64), block(64)];
  const program = new Program([add(a, b, y, 16), add(y, b, a, 16)], place);
  let calls = 0;
  const run = new SlicedRun<string>(program.memory.address, () => (++calls === 2 ? "an index" : null));
  run.go(Infinity);
  t.same([run.isOver, run.refusal, calls], [true, "an index", 2]);
  program.free();
  for (const each of [a, b, y]) release(each.address, each.bytes);
});

t.test("a program without workers lets the event loop turn, and one that runs at once finishes it first", async (t) => {
  const turns = asPage(t, 1);
  const length = 1 << 18;
  const [x, y, one] = [block(length), block(length), block(length)];
  view(one).fill(1);
  const commands = Array.from({ length: 600 }, (_, i) => (i % 2 === 0 ? add(x, one, y, 4096) : add(y, one, x, 4096)));
  const program = new Program(commands, place);
  for (const isMet of [false, true]) {
    view(x).fill(0);
    turns();
    const done = program.runAside();
    if (isMet) {
      await new Promise((resolve) => setImmediate(resolve));
      program.run();
    }
    await done;
    t.ok(
      view(x).every((value) => value === (isMet ? 1200 : 600)),
      "the elements are right",
    );
    if (!isMet) t.ok(turns() > 0, "there were turns");
  }
  const both = [program.runAside(), program.runAside()];
  await Promise.all(both);
  t.ok(
    view(x).every((value) => value === 2400),
    "two at once come one after the other",
  );
  program.free();
  for (const each of [x, y, one]) release(each.address, each.bytes);
});
