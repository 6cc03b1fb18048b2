import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import t from "tap";
import { type Family, goldenDir, subjectOf } from "./cases.js";
import type { ModeName } from "./modes.js";
import type { Outcome } from "./outcome.js";
import { casesOf, runCase, runsIn } from "./run.js";

/** What is expected of a family beside that every case passes. `expect.ts` writes it. */
export interface Expectation {
  /** How many cases of a class or function need what kerasm does not have. */
  readonly unsupported: Readonly<Record<string, number>>;
  /** Cases that are known to fail, and why. */
  readonly failing: Readonly<Record<string, string>>;
}

export const expectationsFile = fileURLToPath(new URL("../../../test/golden/expected.json", import.meta.url));

export type Expectations = Readonly<Partial<Record<Family, Expectation>>>;

const expectations = JSON.parse(readFileSync(expectationsFile, "utf8")) as Expectations;

/** Every kept case of a family passes, eagerly and traced, but for what `expected.json` lists. */
export function checkFamily(family: Family): void {
  for (const mode of ["eager", "traced"] as const) {
    t.test(`${family}, ${mode}`, async (t) => {
      const { unsupported = {}, failing = {} } = expectations[family] ?? {};
      const results = await outcomes(family, mode);
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

export interface Result {
  readonly id: string;
  readonly subject: string;
  readonly outcome: Outcome;
}

export async function outcomes(family: Family, mode: ModeName): Promise<Result[]> {
  const results: Result[] = [];
  for (const testCase of await casesOf(goldenDir, family)) {
    if (!runsIn(testCase, mode)) continue;
    const outcome = await runCase(family, testCase, mode).catch((error: unknown): Outcome => ({
      status: "failed",
      message: String(error),
    }));
    results.push({ id: testCase.id, subject: subjectOf(testCase), outcome });
  }
  return results;
}

export function countUnsupported(results: readonly Result[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { subject, outcome } of results) if (outcome.status === "unsupported") counts[subject] = (counts[subject] ?? 0) + 1;
  return counts;
}
