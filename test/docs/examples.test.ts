// Examples in doc comments compile and run as they stand, and types know every option.

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { run } from "../support/run.js";
import { repository } from "../support/sources.js";
import { examplesIn, expectResultModule, runnerModule } from "./examples.js";
import { optionTypes } from "./option-types.js";

// A folder of the repository: `kerasm` is the package itself there, by its own `exports`.
const folder = join(repository, "build/doc-examples");
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

const examples = examplesIn("lib", "datasets", "models").map((example, index) => ({ ...example, file: `example-${index}` }));
for (const { file, program } of examples) writeFileSync(join(folder, `${file}.ts`), program);
writeFileSync(join(folder, "expect-result.ts"), expectResultModule);
writeFileSync(join(folder, "run.mjs"), runnerModule);
const options = optionTypes();
writeFileSync(join(folder, "option-types.ts"), options.program);
const compilerOptions = { strict: true, target: "ES2022", module: "NodeNext", lib: ["ES2023", "DOM"], types: [] };
writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
const compiled = await run(process.execPath, [join(repository, "node_modules/typescript/lib/tsc.js"), "-p", folder]);

const files = examples.map(({ file }) => file);
const { stdout, stderr } = await run(process.execPath, [join(folder, "run.mjs"), ...files], { cwd: folder });
const results = new Map(
  Array.from(stdout.matchAll(/^@example (.*)$/gm), ([, line]) => JSON.parse(line!) as { file: string; error: string }).map(
    ({ file, error }) => [file, error],
  ),
);

t.test("there are examples", async (t) => t.ok(examples.length > 5));

t.test("types show every option of every class", async (t) => {
  t.ok(options.count > 2000, `${options.count} options`);
  t.strictSame(compiled.stdout.split("\n").filter((line) => line.includes("option-types.ts")), []); // prettier-ignore
});

for (const { name, file } of examples)
  t.test(`the example of ${name} runs as it stands`, async (t) => {
    const complaints = compiled.stdout.split("\n").filter((line) => line.includes(`${file}.ts`));
    t.strictSame(complaints, []);
    t.equal(results.get(file) ?? `the process ended before: ${stderr}`, "");
  });
