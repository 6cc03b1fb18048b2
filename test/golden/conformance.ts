import { existsSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { familiesIn, type Family, families, goldenDir } from "./cases.js";
import { type Result, runIsolated } from "./isolated.js";
import type { ModeName } from "./modes.js";

const usage = `Runs Keras's recorded cases and prints, for each family and class, how many passed, failed and are not supported.

  npm run conformance -- [--dir DIR] [--family NAME]... [--mode eager|traced|both] [--filter TEXT] [--json FILE] [--verbose]

  --dir      folder with the cases (default: the ones this repository keeps)
  --family   ${families.join(", ")}
  --mode     run eagerly (default), as traced functions, or both
  --filter   only cases whose id contains the text
  --json     writes one JSON object a line for each case: id, family, class, mode, status, message
  --verbose  prints why cases failed`;

const { values: options } = parseArgs({
  options: {
    dir: { type: "string", default: goldenDir },
    family: { type: "string", multiple: true },
    mode: { type: "string", default: "eager" },
    filter: { type: "string" },
    json: { type: "string" },
    verbose: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

/** Passed, failed, not supported. */
class Count {
  passed = 0;
  failed = 0;
  unsupported = 0;

  line(name: string): string {
    const cell = (value: number): string => String(value).padStart(8);
    return `${name.padEnd(36)}${cell(this.passed)}${cell(this.failed)}${cell(this.unsupported)}`;
  }
}

function refuse(message: string): never {
  console.error(`${message}\n\n${usage}`);
  process.exit(2);
}

async function main(): Promise<void> {
  if (options.help) return console.log(usage);
  const dir = resolve(options.dir);
  if (!existsSync(dir)) refuse(`conformance: there is no folder ${dir}.`);
  const unknown = options.family?.find((family) => !(families as readonly string[]).includes(family));
  if (unknown !== undefined) refuse(`conformance: given the family "${unknown}".`);
  if (!["eager", "traced", "both"].includes(options.mode)) refuse(`conformance: given the mode "${options.mode}".`);
  const modes: ModeName[] = options.mode === "both" ? ["eager", "traced"] : [options.mode as ModeName];
  const results: Result[] = [];
  const totals = new Count();
  console.log(`${"".padEnd(36)}  passed  failed  not supported`);
  for (const family of familiesIn(dir)) {
    if (options.family !== undefined && !options.family.includes(family)) continue;
    const counts = new Map<string, Count>();
    const total = new Count();
    await runIsolated({ dir, family, modes, filter: options.filter }, (result) => {
      results.push(result);
      let count = counts.get(result.subject);
      if (count === undefined) counts.set(result.subject, (count = new Count()));
      for (const each of [count, total, totals]) each[result.outcome.status]++;
    });
    console.log(`\n${total.line(family)}`);
    for (const [subject, count] of [...counts].sort(([a], [b]) => a.localeCompare(b, "en"))) console.log(count.line(`  ${subject}`));
    if (options.verbose) printFailures(results, family);
  }
  console.log(`\n${totals.line("all")}`);
  if (results.length === 0) {
    console.error("conformance: no case ran; expected some of the folder, the families and the filter given.");
    process.exitCode = 1;
  }
  if (options.json !== undefined) writeFileSync(options.json, results.map(jsonLine).join(""));
}

function printFailures(results: readonly Result[], family: Family): void {
  for (const { id, mode, outcome, ...rest } of results) {
    if (rest.family === family && outcome.status === "failed") console.log(`    ${id} (${mode}): ${outcome.message}`);
  }
}

function jsonLine({ id, family, subject, mode, outcome }: Result): string {
  const message = outcome.status === "passed" ? {} : { message: outcome.message };
  return `${JSON.stringify({ id, family, class: subject, mode, status: outcome.status, ...message })}\n`;
}

await main();
