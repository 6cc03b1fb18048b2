// Every primitive is tried: a recorded case of Keras applies it, or a test of ours names it.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import "../../lib/index.js";
import { primitives } from "../../lib/core/primitive.js";
import { repository } from "../support/sources.js";
import { families, goldenDir } from "./cases.js";
import { casesOf, runCase } from "./run.js";

t.setTimeout(600_000); // many cases, on a machine that may be busy

const applied = new Set<string>();
for (const op of primitives.values() as Iterable<{ name: string; infer: (...args: never[]) => unknown }>) {
  const { infer } = op;
  op.infer = (...args) => {
    applied.add(op.name);
    return infer(...args);
  };
}

/** Primitives that no recorded case applies; families are run only as long as there are such. */
async function untouched(): Promise<string[]> {
  const remaining = () => [...primitives.keys()].filter((name) => !applied.has(name));
  const computing = families.filter((family) => !["dtypes", "layers_symbolic", "training", "saving"].includes(family));
  for (const family of computing)
    if (remaining().length > 0) for (const testCase of await casesOf(goldenDir, family)) await runCase(family, testCase, "eager");
  return remaining();
}

t.test("every primitive has a recorded case or a test of ours that names it", async (t) => {
  const names = await untouched();
  t.ok(applied.size > 0);
  const tests = readdirSync(join(repository, "test"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".test.ts"))
    .map((file) => readFileSync(join(repository, "test", file), "utf8"))
    .join("\n");
  const isNamed = (name: string) => new RegExp(`\\b(${name}|${camelCase(name)})\\b`).test(tests);
  t.strictSame(
    names.filter((name) => !isNamed(name)),
    [],
  );
});

const camelCase = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
