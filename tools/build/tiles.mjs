// Writes assembly/generated/tiles.ts: the register tiles of assembly/matmul/tile.ts, each a function with a variable for every sum. The
// compiler has no loops over variables, and what is kept in memory is not kept in registers.

import { writeGenerated } from "./steps.mjs";

const output = "assembly/generated/tiles.ts";

export const tiles = {
  name: "tiles",
  inputs: () => ["tools/build/tiles.mjs"],
  outputs: () => [output],
  run: () => writeGenerated(output, tilesText()),
};

/** Rows and vectors of columns: the first two with relaxed_madd, the last one with mul and add. */
const sizes = [
  [6, 2],
  [4, 2],
  [2, 4],
];

/** Where the elements of the rows lie. `at(i, half)` is that of row i in each half of the loop, which has two steps along k. */
const forms = {
  rows: {
    parameters: "table: usize, entries: usize, k: usize, panel: usize",
    before: (rows) => [
      "do {",
      "let p = panel + load<u32>(table);",
      ...rows.map((i) => `let a${i}: usize = load<u32>(table, ${4 + 4 * i});`),
    ],
    first: [],
    second: [],
    at: (i, half) => (half ? `a${i}, 4` : `a${i}`),
    next: (rows, panel) => [panel, ...rows.map((i) => `a${i} += 8;`)],
    after: ["table += ENTRY << 2;", "} while (--entries);"],
  },
  columns: {
    parameters: "a: usize, stride: usize, k: usize, p: usize",
    before: () => [],
    first: [],
    second: ["a += stride;"],
    at: (i) => (i ? `a, ${4 * i}` : "a"),
    next: (_, panel) => ["a += stride;", panel],
    after: [],
  },
  apart: {
    parameters: "bases: usize, offsets: usize, k: usize, p: usize",
    before: (rows) => rows.map((i) => `const a${i}: usize = load<u32>(bases${offset(4 * i)});`),
    first: ["let o: usize = load<u32>(offsets);"],
    second: ["o = load<u32>(offsets, 4);"],
    at: (i) => `a${i} + o`,
    next: (_, panel) => [panel, "offsets += 8;"],
    after: [],
  },
};

const offset = (bytes) => (bytes ? `, ${bytes}` : "");
const upTo = (count) => Array.from({ length: count }, (_, i) => i);

function tilesText() {
  const functions = Object.keys(forms).flatMap((form) => sizes.map(([rows, vectors]) => tileText(form, upTo(rows), upTo(vectors))));
  return `// Generated from tools/build/tiles.mjs by npm run build. Do not edit.
import { madd } from "../lanes";
import { ADD, BIAS, ENTRY, RELU } from "../matmul/tile";

${functions.join("\n")}`;
}

function tileText(form, rows, vectors) {
  const { parameters, before, first, second, at, next, after } = forms[form];
  const all = (text) => rows.flatMap((i) => vectors.map((v) => text(i, v)));
  const row = (i) => (i ? `r${i}` : "c");
  const half = (number) => [
    "{",
    ...vectors.map((v) => `const b${v} = v128.load(p${offset(16 * (v + number * vectors.length))});`),
    ...rows.flatMap((i) => [
      `${i ? "" : "let "}x = v128.load32_splat(${at(i, number)});`,
      ...vectors.map((v) => `c${i}${v} = madd(x, b${v}, c${i}${v});`),
    ]),
    "}",
  ];
  const lines = [
    ...all((i, v) => `let c${i}${v} = f32x4.splat(0);`),
    ...before(rows),
    "let q = <i32>k;",
    "do {",
    ...first,
    ...half(0),
    "if (q == 1) break;",
    ...second,
    ...half(1),
    ...next(rows, `p += ${32 * vectors.length};`),
    "q -= 2;",
    "} while (q);",
    ...after,
    ...rows.slice(1).map((i) => `const ${row(i)} = ${row(i - 1)} + ldc;`),
    "if (flags & ADD) {",
    ...all((i, v) => `c${i}${v} = f32x4.add(v128.load(${row(i)}${offset(16 * v)}), c${i}${v});`),
    "}",
    "if (flags & BIAS) {",
    ...vectors.map((v) => `const d${v} = v128.load(bias${offset(16 * v)});`),
    ...all((i, v) => `c${i}${v} = f32x4.add(c${i}${v}, d${v});`),
    "}",
    "if (flags & RELU) {",
    "const zero = f32x4.splat(0);",
    ...all((i, v) => `c${i}${v} = f32x4.max(c${i}${v}, zero);`),
    "}",
    ...all((i, v) => `v128.store(${row(i)}, c${i}${v}${offset(16 * v)});`),
  ];
  const name = `${form}${rows.length}`;
  return `export function ${name}(${parameters}, c: usize, ldc: usize, bias: usize, flags: u32): void {\n${indented(lines)}}\n`;
}

function indented(lines) {
  let depth = 1;
  return lines
    .map((line) => {
      if (line.startsWith("}")) depth--;
      const text = `${"  ".repeat(depth)}${line}\n`;
      if (line.endsWith("{")) depth++;
      return text;
    })
    .join("");
}
