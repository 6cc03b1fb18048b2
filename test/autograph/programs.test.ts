import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import t from "tap";
import * as tf from "../../lib/index.js";
import { transformModule } from "../../tools/autograph/module.js";
import { programs, type Program } from "./programs.js";

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

const rounded = (value: unknown): unknown => JSON.parse(JSON.stringify(value, (_, each: unknown) => (typeof each === "number" ? Number(Math.fround(each).toPrecision(5)) : each)) ?? "null"); // prettier-ignore

/** The module of the programs as the plugin makes it. */
const source = fileURLToPath(new URL("./programs.js", import.meta.url));
const transformed = fileURLToPath(new URL("./programs.transformed.js", import.meta.url));
const { code } = transformModule(`"use autograph";${readFileSync(source, "utf8")}`, {
  file: source,
  runtime: "../../lib/autograph/index.js",
})!;
writeFileSync(transformed, code);
const built = (await import("./programs.transformed.js" as string)) as { programs: typeof programs };

for (const [name, { fn, inputs, plain: kept = [], dtype = "int32" }] of Object.entries(programs)) {
  t.test(name, async (t) => {
    const free = / \btf\b/.test(String(fn));
    const tensors = (input: readonly unknown[]) =>
      input.map((each, i) => (kept.includes(i) ? each : tf.constant(each as number, { dtype })));
    const ways: Record<string, Fn> = {
      "toGraph, eager": tf.autograph.toGraph(fn),
      "tf.function": tf.function(fn, { autograph: true }),
      "the plugin, eager": built.programs[name]!.fn,
      "the plugin, traced": tf.function(built.programs[name]!.fn),
    };
    t.type(free, "boolean");
    for (const input of inputs) {
      const wanted = rounded(fn(...input));
      for (const [way, run] of Object.entries(ways))
        t.same(rounded(plain(run(...tensors(input)))), wanted, `${way}: ${JSON.stringify(input)}`);
      t.same(rounded(plain(built.programs[name]!.fn(...input))), wanted, `the plugin, on numbers: ${JSON.stringify(input)}`);
    }
  });
}
