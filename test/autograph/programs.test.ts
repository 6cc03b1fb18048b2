// Programs that are written as for numbers: what they give on numbers, on tensors, and traced.

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import t from "tap";
import * as tf from "../../lib/index.js";
import { transformModule } from "../../tools/autograph/module.js";
import type { Program } from "./programs.js";

type Fn = Program["fn"];

/** Numbers of a result, in its structure. */
const plain = (value: unknown): unknown =>
  value instanceof tf.Tensor
    ? value.array()
    : Array.isArray(value)
      ? value.map(plain)
      : typeof value === "object" && value !== null
        ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]))
        : typeof value === "boolean"
          ? value
          : value;

const rounded = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, each: unknown) => (typeof each === "number" ? Number(Math.fround(each).toPrecision(5)) : each)) ?? "null",
  );

for (const file of ["programs", "natural"]) {
  const { programs } = (await import(`./${file}.js`)) as { programs: Record<string, Program> };
  // The module as the plugin makes it.
  const source = fileURLToPath(new URL(`./${file}.js`, import.meta.url));
  const transformed = `${file}.transformed.js`;
  const { code } = transformModule(`"use autograph";${readFileSync(source, "utf8")}`, {
    file: source,
    runtime: "../../lib/autograph/index.js",
  })!;
  writeFileSync(fileURLToPath(new URL(transformed, import.meta.url)), code);
  const built = (await import(`./${transformed}`)) as { programs: typeof programs };
  for (const [name, program] of Object.entries(programs)) check(name, program, built.programs[name]!.fn);
}

/** Numbers, eager tensors and traced functions give the same, converted at run time and by the plugin. */
function check(name: string, { fn, inputs, plain: kept = [], dtype = "int32" }: Program, built: Fn): void {
  t.test(name, async (t) => {
    const tensors = (input: readonly unknown[]) =>
      input.map((each, i) => (kept.includes(i) ? each : tf.constant(each as number, { dtype })));
    const ways: Record<string, Fn> = {
      "toGraph, eager": tf.autograph.toGraph(fn),
      "tf.function": tf.function(fn, { autograph: true }),
      "the plugin, eager": built,
      "the plugin, traced": tf.function(built),
    };
    for (const input of inputs) {
      const wanted = rounded(fn(...input));
      for (const [way, run] of Object.entries(ways))
        t.same(rounded(plain(run(...tensors(input)))), wanted, `${way}: ${JSON.stringify(input)}`);
      t.same(rounded(plain(built(...input))), wanted, `the plugin, on numbers: ${JSON.stringify(input)}`);
    }
  });
}
