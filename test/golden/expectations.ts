import { fileURLToPath } from "node:url";
import { type Family, goldenDir, subjectOf } from "./cases.js";
import type { ModeName } from "./modes.js";
import type { Outcome } from "./outcome.js";
import type { PassComparison } from "./passes.js";
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

export interface Result {
  readonly id: string;
  readonly subject: string;
  readonly outcome: Outcome;
}

/** @param comparison  what makes a case fail whose programs give other bits without a pass */
export async function outcomes(family: Family, mode: ModeName, comparison?: PassComparison): Promise<Result[]> {
  const results: Result[] = [];
  for (const testCase of await casesOf(goldenDir, family)) {
    if (!runsIn(testCase, mode)) continue;
    const outcome = await runCase(family, testCase, mode).catch((error: unknown): Outcome => ({
      status: "failed",
      message: String(error),
    }));
    const differences = comparison?.differences() ?? [];
    results.push({
      id: testCase.id,
      subject: subjectOf(testCase),
      outcome: differences.length > 0 ? { status: "failed", message: differences.join("\n") } : outcome,
    });
  }
  return results;
}

export function countUnsupported(results: readonly Result[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { subject, outcome } of results) if (outcome.status === "unsupported") counts[subject] = (counts[subject] ?? 0) + 1;
  return counts;
}
