// Examples in doc comments compile and run as they stand, and types know every option.

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import t from "tap";
import { run } from "../support/run.js";
import { repository } from "../support/sources.js";
import { examplesIn, runnerModule } from "./examples.js";
import { fits } from "./expect-result.js";
import { optionTypes } from "./option-types.js";

// Compiling and running a thousand programs takes long on a busy machine.
t.setTimeout(600_000);

// A folder of the repository: `kerasm` is the package itself there, by its own `exports`.
const folder = join(repository, "build/doc-examples");
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

const examples = examplesIn("lib", "datasets", "models", "tools/autograph").map((example, index) => ({
  ...example,
  file: `example-${index}`,
}));
for (const { file, program } of examples) writeFileSync(join(folder, `${file}.ts`), program);
writeFileSync(join(folder, "run.mjs"), runnerModule);
const options = optionTypes();
writeFileSync(join(folder, "option-types.ts"), options.program);
const compilerOptions = { strict: true, target: "ES2022", module: "NodeNext", lib: ["ES2023", "DOM"], types: [], noEmit: true };
writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
// Types are checked beside the run: what runs is TypeScript without them.
const checked = run(process.execPath, [join(repository, "node_modules/typescript/lib/tsc.js"), "-p", folder], { timeout: 500_000 });
const files = examples.map(({ file }) => file);
const javascript = {
  entryPoints: files.map((file) => join(folder, `${file}.ts`)),
  outdir: folder,
  format: "esm",
  target: "es2022",
} as const;
await build({ ...javascript, tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true, useDefineForClassFields: true } } });
const { stdout, stderr } = await run(process.execPath, [join(folder, "run.mjs"), ...files], { cwd: folder, timeout: 500_000 });
const compiled = await checked;
const results = new Map(
  Array.from(stdout.matchAll(/^@example (.*)$/gm), ([, line]) => JSON.parse(line!) as { file: string; error: string }).map(
    ({ file, error }) => [file, error],
  ),
);

t.test("there are examples", async (t) => t.ok(examples.length > 700, `${examples.length} examples`));

t.test("a result that is another one is noticed", async (t) => {
  for (const [found, shown] of [
    ["[1,2]", "[1, 2]"],
    ["[0.30000001192092896]", "[0.3]"],
    ["[0.761594,-2]", "[0.7616, -2]"],
    ["1.0000000116e-7", "1e-7"],
    ["relu", '"relu"'],
    ["[1,2,3]", "[1, 2…"],
    ["[NaN,1]", "[NaN, 1]"],
  ] as const)
    t.ok(fits(found, shown), `${found} is shown as ${shown}`);
  for (const [found, shown] of [
    ["[1,2]", "[1, 3]"],
    ["[1,2]", "[[1, 2]]"],
    ["[0.31]", "[0.3]"],
    ["0.7618", "0.7616"],
    ["0.2498", "0.25"],
    ["2e-7", "1e-7"],
    ["[1,2]", "[1, 2, 3]"],
    ["relu6", '"relu"'],
    ["true", "false"],
  ] as const)
    t.notOk(fits(found, shown), `${found} is not shown as ${shown}`);
});

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
