import { fileURLToPath } from "node:url";
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
