// Writes expected.json anew from what the kept cases give now: node build/test/golden/expect.js [family]...
// A case that fails and is not listed stays unlisted: it is to be mended, or listed by hand with the reason.

import { readFileSync, writeFileSync } from "node:fs";
import { countUnsupported, type Expectation, expectationsFile, outcomes } from "./expectations.js";
import { familiesIn, type Family, goldenDir } from "./cases.js";

const before = JSON.parse(readFileSync(expectationsFile, "utf8")) as Partial<Record<Family, Expectation>>;
const wanted = process.argv.slice(2);
const after: Partial<Record<Family, Expectation>> = { ...before };
for (const family of familiesIn(goldenDir)) {
  if (wanted.length > 0 && !wanted.includes(family)) continue;
  const eager = await outcomes(family, "eager");
  const results = [...eager, ...(await outcomes(family, "traced"))];
  const passed = new Set(results.filter(({ outcome }) => outcome.status === "passed").map(({ id }) => id));
  const failed = results.filter(({ outcome }) => outcome.status === "failed");
  for (const { id } of failed) passed.delete(id);
  const failing = Object.fromEntries(Object.entries(before[family]?.failing ?? {}).filter(([id]) => !passed.has(id)));
  after[family] = { unsupported: countUnsupported(eager), failing };
  console.log(`${family}: ${passed.size} passed, ${failed.length} failed`);
  for (const { id, outcome } of failed) if (!(id in failing)) console.log(`  ${id}: ${outcome.status === "failed" ? outcome.message : ""}`);
}
writeFileSync(expectationsFile, `${JSON.stringify(after, null, 2)}\n`);
