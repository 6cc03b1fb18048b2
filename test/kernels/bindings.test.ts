// The generator of lib/generated/kernels/, on small sources.

import t from "tap";
import { bind, families, kernelNamesOf, layoutOf, type Kernel } from "../../lib/runtime/bindings.js";
import type { Field } from "../../lib/runtime/command.js";

interface Kernels {
  kernels: { name: string; layout: string; doc: string }[];
  layouts: { name: string; words: number; doc: string; fields: (Field & { array: boolean; doc: string })[] }[];
}
const load = async (name: string) => import(new URL(`../../../tools/build/${name}.mjs`, import.meta.url).href) as Promise<unknown>;
const { readKernels } = (await load("kernels")) as { readKernels(entry: string, read: (path: string) => string | undefined): Kernels };
const { bindingsOf } = (await load("bindings")) as { bindingsOf(family: Kernels & { family: string; first: number }): string };

const read = (files: Record<string, string>) => readKernels("index.ts", (path) => files[path]);
const oneFile = (text: string) => read({ "index.ts": text });
const pair = "@unmanaged class Pair { x: In = 0; y: Out = 0 }";

t.test("a kernel is an exported function of the one signature, anywhere among the exported modules", async (t) => {
  const { kernels } = read({
    "index.ts": 'export * from "./abi";\nexport * from "./family";\nexport * from "./family/b";',
    "abi.ts": "export type In = usize;\nexport function setScratch(address: usize): void {}",
    "family/index.ts": `export * from "./b";\nexport * from "./a";`,
    "family/a.ts": `import { Pair } from "./b";\nexport function a_f32(a: Pair, begin: usize, end: usize): void {}`,
    "family/b.ts": `${pair.replace("class", "export class")}
      export function b_f32(a: Pair, begin: usize, end: usize): void {}
      function hidden_f32(a: Pair, begin: usize, end: usize): void {}
      export function counts(a: usize, begin: usize, end: usize): void {}
      export function answers(a: Pair, begin: usize, end: usize): i32 { return 0 }`,
  });
  t.strictSame(
    kernels.map(({ name }) => name),
    ["b_f32", "a_f32"],
  );
});

t.test("fields become words, inherited ones first, numbered ones as one array", async (t) => {
  const { layouts } = oneFile(`${pair}
    @unmanaged export class Wide extends Pair { n0: Size = 0; n1: Size = 0; n2: Size = 0; k: i32 = 0; s: f32 = 0; only0: u32 = 0; z: InOut = 0; p0: In = 0; p1: In = 0; q0: In = 0; q1: Out = 0 }
    export function wide_f32(a: Wide, begin: usize, end: usize): void {}`);
  t.equal(layouts[0]?.words, 13);
  t.strictSame(
    layouts[0]?.fields.map(({ name, kind, word, count, array }) => [name, kind, word, count, array]),
    [
      ["x", "in", 0, 1, false],
      ["y", "out", 1, 1, false],
      ["n", "u32", 2, 3, true],
      ["k", "i32", 5, 1, false],
      ["s", "f32", 6, 1, false],
      ["only0", "u32", 7, 1, false],
      ["z", "inout", 8, 1, false],
      ["p", "in", 9, 2, true],
      ["q0", "in", 11, 1, false],
      ["q1", "out", 12, 1, false],
    ],
  );
});

t.test("doc comments go with the kernel, the class and the field that they stand before", async (t) => {
  const { kernels, layouts } = oneFile(`
    /** Two addresses. */
    @unmanaged export class Pair { /** what is read */ x: In = 0; y: Out = 0 }
    /**
     * y = x
     */
    export function copy_f32(a: Pair, begin: usize, end: usize): void {}
    /* no doc */
    export function move_f32(a: Pair, begin: usize, end: usize): void {}
    /** Decorated. */
    // @ts-ignore: decorator
    @lazy
    export function late_f32(a: Pair, begin: usize, end: usize): void {}`);
  t.strictSame(
    kernels.map(({ doc }) => doc),
    ["/**\n * y = x\n */", "", "/** Decorated. */"],
  );
  t.equal(layouts[0]?.doc, "/** Two addresses. */");
  t.strictSame(
    layouts[0]?.fields.map(({ doc }) => doc),
    ["/** what is read */", ""],
  );
});

t.test("a source that breaks the contract is refused by name", async (t) => {
  const kernel = "export function k_f32(a: Pair, begin: usize, end: usize): void {}";
  t.throws(() => oneFile(`class Pair { x: In = 0 }\n${kernel}`), /Pair .* must be @unmanaged/);
  t.throws(() => oneFile(`@unmanaged class Pair { x: f64 = 0 }\n${kernel}`), /Pair\.x has the type f64; expected one of In, Out/);
  t.throws(() => oneFile(kernel), /cannot find the class Pair/);
  t.throws(() => oneFile(`${pair}\n${kernel}\nexport function`), /expected/i);
  const twice = { "index.ts": 'export * from "./a";\nexport * from "./b";', "a.ts": `${pair}\n${kernel}`, "b.ts": `${pair}\n${kernel}` };
  t.throws(() => read(twice), /a second kernel named k_f32/);
  t.throws(() => read({ ...twice, "b.ts": twice["b.ts"].replace("k_f32", "l_f32") }), /Pair is also the name of another class in a\.ts/);
});

t.test("the bindings number the kernels by table slot", async (t) => {
  const all = oneFile(`${pair}
    @unmanaged class Other { z: In = 0 }
    export function c_f32(a: Other, begin: usize, end: usize): void {}
    export function a_f32(a: Pair, begin: usize, end: usize): void {}
    export function b_f32(a: Pair, begin: usize, end: usize): void {}`);
  const text = bindingsOf({ ...all, kernels: all.kernels.slice(1), family: "pairs", first: 1 });
  t.match(text, /readonly a_f32: Kernel<args.Pair>;\n.*readonly b_f32: Kernel<args.Pair>;/);
  t.match(text, "  1,\n  `<x >y`,\n  `a_f32 0\nb_f32 0`");
  t.match(text, 'from "../bodies/pairs.js"');
});

t.test("a line of fields is read as the words that the kernel sees", async (t) => {
  const { words, fields } = layoutOf("<x >y =state n axes*3 -offset ~scale");
  t.equal(words, 9);
  t.strictSame(
    fields.map(({ name, kind, word, count }) => `${name} ${kind} ${word} ${count}`),
    ["x in 0 1", "y out 1 1", "state inout 2 1", "n u32 3 1", "axes u32 4 3", "offset i32 7 1", "scale f32 8 1"],
  );
});

t.test("bound kernels make commands of their slot, with the whole range as grain unless told otherwise", async (t) => {
  const body = { packed: "", length: 0 };
  const kernels = bind<Readonly<Record<string, Kernel<object>>>>(body, 5, "<x\n>y n", "a_f32 1\nb_f32 0");
  t.strictSame(kernelNamesOf().slice(5), ["a_f32", "b_f32"]);
  t.strictSame(families().at(-1), { body, first: 5, names: ["a_f32", "b_f32"] });
  const { kernel, layout, size, grain } = kernels["a_f32"]!({ y: null, n: 4 }, 8);
  t.strictSame([kernel, layout.words, size, grain], [5, 2, 8, 8]);
  t.equal(kernels["b_f32"]!({ x: null }, 8, 2).grain, 2);
});
