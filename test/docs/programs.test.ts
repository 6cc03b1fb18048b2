// Code in pages of prose: the blocks of a page are one program, which compiles, runs, and prints what its comments say. A block that no
// program holds is a fault, but for pieces of kerasm's own sources in pages for those who work on it.

import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { type Block, codeOf, inJavaScript, pagesIn, saidBy } from "../support/doc-programs.js";
import { printedAsSaid } from "../support/printed.js";
import { run } from "../support/run.js";
import { repository } from "../support/sources.js";

t.setTimeout(600_000);

/** Pages that show pieces of kerasm's own sources. */
const withFragments = ["docs/adding-a-layer.md", "docs/adding-an-operation.md", "docs/kernels.md"];
/** Pages whose blocks are settings of other tools, too. */
const withConfigs = ["docs/getting-started.md"];
/** Pages whose programs somebody copies into a `.mjs` file first thing: they run without anything being taken out. */
const asTheyStand = ["README.md", "docs/getting-started.md"];
/** Less to do where a program would train for minutes. */
const less: Readonly<Record<string, readonly [string, string]>> = { "README.md": ["epochs: 5", "epochs: 1"] };
/** Pages with a program of several processes, which take MPI. */
const withProcesses = ["docs/guides/distribution.md"];
const hasMpi = ["mpirun", "mpiexec"].some((name) =>
  (process.env["PATH"] ?? "").split(":").some((folder) => existsSync(join(folder, name))),
);

const pages = ["README.md", ...pagesIn("docs"), ...pagesIn("docs/guides")];

// A folder of the repository: `kerasm` is the package itself there, by its own `exports`.
const folder = join(repository, "build/doc-programs");
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

const programs = pages.flatMap((page) => {
  const blocks = codeOf(page);
  for (const { words, line } of blocks) {
    if (words.includes("fragment")) t.ok(withFragments.includes(page), `${page}:${line}: a fragment of our own sources`);
    if (words.includes("config")) t.ok(withConfigs.includes(page), `${page}:${line}: settings of another tool`);
    t.strictSame(
      words.filter((word) => !["node", "fragment", "config"].includes(word)),
      [],
      `${page}:${line}: words that are known`,
    );
  }
  const isRun = ({ words, code }: Block) =>
    !words.includes("fragment") && !words.includes("config") && (hasMpi || !code.includes('"cluster"'));
  const own = blocks.filter(isRun);
  if (own.length === 0) return [];
  const code = own.map((block) => block.code).join("\n");
  const [from, to] = less[page] ?? ["", ""];
  t.ok(code.includes(from), `${page}: has ${from}`);
  const isChecked = own.every(({ language }) => language === "ts");
  const file = page.replace(/\.md$/, "").replaceAll("/", "-");
  return [{ page, file, code: code.replace(from, to), said: saidBy(code), isChecked }];
});

for (const { page, file, code, isChecked } of programs) {
  const module = `${code}\nexport {};\n`;
  if (isChecked) writeFileSync(join(folder, `${file}.ts`), module);
  writeFileSync(join(folder, `${file}.mjs`), asTheyStand.includes(page) ? module : inJavaScript(module));
}
const compilerOptions = {
  strict: true,
  noUncheckedIndexedAccess: true,
  noImplicitOverride: true,
  target: "ES2022",
  module: "NodeNext",
  lib: ["ES2023", "DOM"],
  types: ["node"],
  noEmit: true,
};
writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
const compiled = run(process.execPath, [join(repository, "node_modules/typescript/lib/tsc.js"), "-p", folder], { timeout: 300_000 });

t.test("there are programs in every part of the pages", async (t) => {
  t.ok(programs.length > 20, `${programs.length} pages`);
  t.ok(programs.filter(({ page }) => page.startsWith("docs/guides/")).length >= 17, "each guide");
});

for (const { page, file, said, isChecked } of programs)
  t.test(`${page} runs as it stands`, async (t) => {
    const work = join(folder, "work", file);
    mkdirSync(work, { recursive: true });
    const { status, stdout, stderr } = await run(process.execPath, [join(folder, `${file}.mjs`)], { cwd: work, timeout: 300_000 });
    t.equal(status, 0, stderr);
    if (said.length > 0) t.strictSame(printedAsSaid(stdout, said), said);
    if (isChecked) t.strictSame((await compiled).stdout.split("\n").filter((line) => line.includes(`${file}.ts`)), []); // prettier-ignore
  });
