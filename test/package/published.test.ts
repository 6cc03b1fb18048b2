// The tarball as others' tools see it, and the files that come with a release.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import t from "tap";
import { packedTarball } from "../support/packed.js";
import { run } from "../support/run.js";
import { repository } from "../support/sources.js";

t.setTimeout(600_000);

const folder = mkdtempSync(join(tmpdir(), "kerasm-published-"));
t.teardown(() => rmSync(folder, { recursive: true, force: true }));
const tarball = readFileSync(await packedTarball());

interface Manifest {
  readonly version: string;
  readonly license: string;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly engines: { readonly node: string };
}
const read = (name: string) => readFileSync(join(repository, name), "utf8");
const manifest = JSON.parse(read("package.json")) as Manifest;

t.test("publint has nothing to say", async (t) => {
  const { messages } = await publint({ pack: { tarball: new Uint8Array(tarball).buffer }, strict: true });
  t.strictSame(messages, []);
});

t.test("types resolve as the code does, for modules; those who require it get the modules", async (t) => {
  const entrypoints = Object.keys(manifest.exports).filter((entry) => !entry.endsWith(".json"));
  t.ok(entrypoints.length > 15, `${entrypoints.length} entries`);
  const found = await checkPackage(createPackageFromTarballData(new Uint8Array(tarball)), { entrypoints });
  const problems = "problems" in found ? found.problems : [{ kind: "no types" }];
  // A CommonJS program gets a module, which Node 20.19, 22.12 and later require: the next test does.
  t.strictSame(
    problems.filter(({ kind }) => kind !== "CJSResolvesToESM"),
    [],
  );
});

t.test("require gives the same as import, where Node can", async (t) => {
  const [major, minor] = process.versions.node.split(".").map(Number) as [number, number];
  const can = major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19);
  const file = join(folder, "program.cjs");
  const home = JSON.stringify(join(repository, "dist/node/index.js"));
  writeFileSync(
    file,
    `const tf = require(${home}); import(${home}).then((other) => console.log(tf.add(1, 2).item(), other.Tensor === tf.Tensor));`,
  );
  const done = await run(process.execPath, ["--no-warnings", file], { cwd: folder });
  if (can) t.same([done.stdout, done.stderr], ["3 true\n", ""]);
  else t.match(done.stderr, /ERR_REQUIRE_ESM/);
});

t.test("a release says what it is in every place", async (t) => {
  t.match(read("CHANGELOG.md"), new RegExp(`^## \\[${manifest.version.replaceAll(".", "\\.")}\\]`, "m"));
  t.match(read("CITATION.cff"), new RegExp(`^version: ${manifest.version}$`, "m"));
  t.match(read("CITATION.cff"), new RegExp(`^license: ${manifest.license}$`, "m"));
  t.match(read(".github/workflows/publish.yml"), /id-token: write[\s\S]*npm publish --provenance/);
  for (const [, file] of read("CONTRIBUTING.md").matchAll(/\]\(([^)h][^)]*)\)/g)) t.ok(read(file!).length > 0, String(file));
});
