import { readFileSync } from "node:fs";
import t from "tap";
import type { Family } from "./cases.js";
import { PassComparison } from "./passes.js";
import { countUnsupported, type Expectations, expectationsFile, outcomes } from "./expectations.js";

const expectations = JSON.parse(readFileSync(expectationsFile, "utf8")) as Expectations;

/**
 * Passes for what no recorded layer has, compared with and without them in test/graph: conditions (control.test.ts), halves
 * (halves.test.ts), large values (again.test.ts).
 */
const withoutCases = ["choices", "roundings", "widening anew", "bands", "again"];

/** Families of shapes and dtypes alone. */
const inferredOnly: readonly Family[] = ["dtypes", "layers_symbolic"];

t.setTimeout(600_000); // thousands of cases, each checked with and without passes, on a machine that may be busy

/**
 * Every kept case of a family passes, eagerly and traced, but for what `expected.json` lists. Every traced program gives the same bits
 * without each of the passes that changed it.
 *
 * @param options.needsAllPasses  whether each pass must have something to do
 * @param options.comparesPasses  whether programs run without each pass as well
 */
export function checkFamily(family: Family, { needsAllPasses = false, comparesPasses = true } = {}): void {
  for (const mode of ["eager", "traced"] as const) {
    t.test(`${family}, ${mode}`, async (t) => {
      const { unsupported = {}, failing = {} } = expectations[family] ?? {};
      const comparison = mode === "traced" && comparesPasses ? new PassComparison() : undefined;
      const results = await outcomes(family, mode, comparison);
      comparison?.end();
      if (mode === "traced" && inferredOnly.includes(family)) t.equal(results.length, 0, "nothing is computed, so nothing traced");
      else t.ok(results.some(({ outcome }) => outcome.status === "passed"), "some case runs"); // prettier-ignore
      if (needsAllPasses && comparison)
        t.strictSame(
          [...comparison.changed].filter(([name, count]) => count === 0 && !withoutCases.includes(name)),
          [],
          "every pass changes some program",
        );
      const failed = results.filter(({ id, outcome }) => outcome.status === "failed" && !(id in failing));
      t.strictSame(
        failed.map(({ id, outcome }) => `${id}: ${outcome.status === "failed" ? outcome.message : ""}`),
        [],
        "no case fails",
      );
      const counts = countUnsupported(results);
      const lost = Object.entries(counts).filter(([subject, count]) => count > (unsupported[subject] ?? 0));
      t.strictSame(
        lost.map(([subject, count]) => `${subject}: ${count}`),
        [],
        "no more cases are unsupported than are listed",
      );
      const passing = results.filter(({ id, outcome }) => outcome.status === "passed" && id in failing);
      for (const { id } of passing) t.comment(`${id} passes now: run build/test/golden/expect.js`);
    });
  }
}
