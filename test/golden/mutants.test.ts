// Every primitive, kernel, layer, loss, metric, optimizer, callback and function has a case that checks its value: it is made wrong, and a
// recorded case of Keras, or a row of ours against an independent reference, has to notice.

import { readdirSync } from "node:fs";
import t from "tap";
import "../support/watched-kernels.js";
import { families, goldenDir } from "./cases.js";
import { addTensorFlow, mutated, observed, subjects } from "./mutants.js";
import type { ModeName } from "./modes.js";
import type { Outcome } from "./outcome.js";
import { type Reference, references } from "./references/index.js";
import { casesOf, runCase, runsIn } from "./run.js";

t.setTimeout(1_200_000); // thousands of cases, on a machine that may be busy

const folder = new URL("../../lib/api/tf/", import.meta.url);
addTensorFlow(
  await Promise.all(
    readdirSync(folder)
      .filter((file) => file.endsWith(".js"))
      .map((file) => import(new URL(file, folder).href) as Promise<object>),
  ),
);

/** How many cases are asked to notice one mutant. */
const MOST_TRIES = 40;

const noticed = new Map<string, string>();
const tries = new Map<string, number>();

/** Runs a case as it is, then once for each of its subjects that nobody noticed yet. */
async function ask(id: string, run: () => Promise<Outcome>): Promise<void> {
  const { answer, took } = await observed(run);
  if (answer.status !== "passed") return;
  for (const subject of took) {
    subjects.add(subject);
    const count = tries.get(subject) ?? 0;
    if (noticed.has(subject) || count >= MOST_TRIES) continue;
    tries.set(subject, count + 1);
    for (const way of subject.startsWith("primitive ") ? (["replaced", "overwritten"] as const) : (["replaced"] as const)) {
      if (noticed.has(subject)) continue;
      const wrong = await mutated(subject, run, way).catch((error: unknown): Outcome => ({ status: "failed", message: String(error) }));
      if (wrong.status === "failed") noticed.set(subject, id);
    }
  }
}

const runReference = async ({ run }: Reference): Promise<Outcome> => {
  try {
    await run();
    return { status: "passed" };
  } catch (error) {
    return { status: "failed", message: String(error) };
  }
};

t.test("the rows of ours hold", async (t) => {
  for (const row of references) {
    const outcome = await runReference(row);
    t.equal(outcome.status === "passed" ? "" : outcome.message, "", row.id);
    await ask(row.id, () => runReference(row));
  }
  t.ok(references.length > 100);
});

const unnoticed = (): string[] => [...subjects].filter((subject) => !noticed.has(subject)).sort();

t.test("what is made wrong is noticed", async (t) => {
  const warn = console.warn;
  console.warn = () => {};
  for (const mode of ["eager", "traced"] satisfies ModeName[])
    for (const family of families)
      if (unnoticed().length > 0 && !(mode === "traced" && !["ops", "layers", "optimizers", "models"].includes(family)))
        for (const testCase of await casesOf(goldenDir, family))
          if (testCase.kind !== "symbolic" && runsIn(testCase, mode)) await ask(testCase.id, () => runCase(family, testCase, mode));
  console.warn = warn;
  t.comment(`${noticed.size} of ${subjects.size} are noticed`);
  t.strictSame(unnoticed(), []);
});
