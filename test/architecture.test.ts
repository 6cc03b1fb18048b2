// What docs/architecture.md promises, as tests.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { circle, roomOf, rooms, wrongWay } from "./support/rooms.js";
import { importsOf, repository, sourcesIn, type SourceFile } from "./support/sources.js";

const sources = sourcesIn("lib", "models", "datasets", "examples", "bench");
const file = (path: string, text: string): SourceFile => ({ path, text, imports: importsOf(path, text) });

/** Files that import something they may not, as sentences. */
function importers(forbidden: (target: string, path: string) => boolean): string[] {
  return sources.flatMap(({ path, imports }) =>
    imports.filter(({ target }) => forbidden(target, path)).map(({ specifier }) => `${path} imports ${specifier}`),
  );
}

t.test("the rules notice what they forbid", async (t) => {
  const up = file("lib/core/a.ts", 'import {\n  b,\n} from "../ops/b.js";\n');
  const down = file("lib/ops/b.ts", 'import type { A } from "../core/a.js";\n/**\n * import x from "../layers/x.js";\n */\n');
  const lazy = file("lib/layers/c.ts", 'const d = await import("../model/d.js");\n');
  t.strictSame(wrongWay([up, down]), ["lib/core/a.ts imports lib/ops/b.ts"]);
  t.strictSame(wrongWay([lazy]), ["lib/layers/c.ts imports lib/model/d.ts"]);
  t.strictSame(circle([up, down]), ["lib/core", "lib/ops", "lib/core"]);
  t.equal(circle([down]), undefined);
});

t.test("every folder is a known room", async (t) => {
  const known = rooms.flat();
  t.strictSame(
    [...new Set(sources.map(({ path }) => roomOf(path)))].filter((room) => !known.includes(room)),
    [],
  );
});

/** Files of lib that no other file names: they are entries, or their line in a table of contents was forgotten. */
const unnamed = (files: readonly SourceFile[]) => {
  const named = new Set(files.flatMap(({ imports }) => imports.map(({ target }) => target)));
  return files.map(({ path }) => path).filter((path) => path.startsWith("lib/") && !path.startsWith("lib/generated/") && !named.has(path));
};

t.test("a file whose line in a table of contents was forgotten is noticed", async (t) => {
  const entry = file("lib/index.ts", 'export { tanh } from "./ops/tanh.js";\n');
  t.strictSame(unnamed([entry, file("lib/ops/tanh.ts", ""), file("lib/ops/sinh.ts", "")]), ["lib/index.ts", "lib/ops/sinh.ts"]);
  const builds = ["package.json", "tools/build/bundle.mjs", "tools/build/entries.mjs", "lib/runtime/platform-node.ts"]
    .map((name) => join(repository, name))
    .filter((name) => existsSync(name))
    .map((name) => readFileSync(name, "utf8"))
    .join("\n");
  const isEntry = (path: string): boolean =>
    builds.includes(path.replace(/\.ts$/, ".js")) || builds.includes(path.replace(/\.ts$/, ".d.ts")) || builds.includes(path);
  const all = [...sources, ...sourcesIn("addons", "tools")];
  t.strictSame(unnamed(all).filter((path) => !isEntry(path)), []); // prettier-ignore
});

/** Files that begin with code, or with an instruction to a tool, instead of a sentence that says what they are for. */
const silent = (files: readonly SourceFile[]) =>
  files.filter(({ text }) => !/^(\/\/ (?!@ts-)|\/\*\*?\s)/.test(text)).map(({ path }) => path);

t.test("every file opens with what it is for", async (t) => {
  t.strictSame(silent([file("a.ts", "// What a is.\n"), file("b.ts", "// @ts-ignore\n"), file("c.ts", "const c = 1;\n")]), [
    "b.ts",
    "c.ts",
  ]);
  t.strictSame(silent(sourcesIn("lib", "assembly").filter(({ path }) => !path.startsWith("lib/generated/"))), []);
});

/** Lines that nobody reads at one glance: over 140 columns, unless a string that can't be broken is what makes them long. */
const wide = (files: readonly SourceFile[]) =>
  files.flatMap(({ path, text }) =>
    text.split("\n").flatMap((line, i) => (line.length > 140 && !/["'`/].{40,}["'`/]/.test(line) ? [`${path}:${i + 1}`] : [])),
  );

t.test("no line is wider than a page", async (t) => {
  const [row, said] = [`const a = [${"1, ".repeat(60)}];`, `const a = "${"one ".repeat(60)}";`];
  t.strictSame(wide([file("a.ts", `// A.\n${row}\n`), file("b.ts", said), file("c.ts", `// ${"long ".repeat(30)}\n`)]), [
    "a.ts:2",
    "c.ts:1",
  ]);
  const all = sourcesIn("lib", "assembly", "models", "bench", "tools");
  t.strictSame(wide(all.filter(({ path }) => !path.startsWith("lib/generated/"))), []);
});

t.test("imports run along the arrows", async (t) => {
  t.strictSame(wrongWay(sources), []);
  t.equal(circle(sources), undefined);
});

t.test("models, datasets and examples see what a user sees", async (t) => {
  const outside = ["models", "datasets", "examples"];
  const open = ["lib/index.ts", "lib/api/keras.ts", "lib/api/data-files.ts", "models/index.ts", "datasets/index.ts"];
  const isClosed = (target: string, path: string) =>
    outside.includes(roomOf(path)) && target.endsWith(".ts") && roomOf(target) !== roomOf(path) && !open.includes(target);
  t.strictSame(importers(isClosed), []);
});

/** What a page never loads: the Node side of the platform, and the processes that it opens. */
const isNodeSide = (path: string) => path === "lib/runtime/platform-node.ts" || path.startsWith("lib/runtime/mpi/");

t.test("only the Node side of the platform knows Node", async (t) => {
  const free = ["examples", "bench"];
  const isNode = (target: string, path: string) => target.startsWith("node:") && !isNodeSide(path) && !free.includes(roomOf(path));
  t.strictSame(importers(isNode), []);
  t.strictSame(
    importers((target) => /platform-(node|browser)\.ts$/.test(target)),
    [],
  );
});

t.test("every dependency has its reason in docs/architecture.md", async (t) => {
  const { devDependencies, peerDependencies } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8")) as Record<
    string,
    object
  >;
  const page = readFileSync(join(repository, "docs/architecture.md"), "utf8");
  const rows = page.slice(page.indexOf("## Dependencies")).split("\n## ")[0]!;
  const packages = Object.keys({ ...devDependencies, ...peerDependencies });
  t.strictSame(
    packages.filter((name) => !rows.includes(`\`${name}\``)),
    [],
  );
});

t.test("each bundled package has one room", async (t) => {
  const home: Readonly<Record<string, string>> = {
    koffi: "lib/runtime",
    "@assemblyscript/loader": "lib/runtime",
    zod: "lib/config",
    fflate: "lib/formats",
    "fast-png": "lib/formats",
    "jpeg-js": "lib/formats",
    uplot: "lib/visor",
  };
  const isItself = (target: string, path: string) => packageOf(target) === "kerasm" && ["examples", "bench"].includes(roomOf(path));
  const isAstray = (target: string, path: string) =>
    !isItself(target, path) &&
    !target.endsWith(".ts") &&
    !target.startsWith("node:") &&
    target !== "#platform" &&
    home[packageOf(target)] !== roomOf(path);
  t.strictSame(importers(isAstray), []);
});

t.test("only operations name kernels", async (t) => {
  const isKernels = (target: string, path: string) =>
    /^lib\/generated\/(kernels|bodies)\b/.test(target) && !["lib/generated", "lib/ops", "lib/runtime", "bench"].includes(roomOf(path));
  t.strictSame(importers(isKernels), []);
  // Who imports all of them carries them.
  const isAll = (target: string, path: string) => target === "lib/generated/kernels.ts" && roomOf(path) !== "bench";
  t.strictSame(importers(isAll), []);
});

t.test("the package has no run-time dependency and no install script", async (t) => {
  const manifest = JSON.parse(readFileSync(join(repository, "package.json"), "utf8")) as Record<string, Record<string, string> | undefined>;
  for (const kind of ["dependencies", "optionalDependencies"]) t.notOk(manifest[kind], kind);
  const peers = manifest["peerDependenciesMeta"] as Record<string, { optional?: boolean }> | undefined;
  for (const peer of Object.keys(manifest["peerDependencies"] ?? {})) t.ok(peers?.[peer]?.optional, `${peer} is optional`);
  t.strictSame(
    Object.keys(manifest["scripts"] ?? {}).filter((name) => /install|prepare$/.test(name)),
    [],
  );
});

/** `zod/mini` is a part of `zod`. */
const packageOf = (target: string) => /^(?:@[^/]+\/)?[^/]+/.exec(target)?.[0] ?? target;

for (const build of ["simd", "relaxed"])
  t.test(`the ${build} build has no data segment`, async (t) => {
    const dataSection = 11;
    t.notOk(sectionIds(readFileSync(join(repository, "build/assembly", `${build}.wasm`))).includes(dataSection));
  });

/** The ids of a WebAssembly binary's sections: a byte each, followed by the length of the content in LEB128. */
function sectionIds(bytes: Uint8Array): number[] {
  const ids = [];
  for (let at = 8; at < bytes.length;) {
    ids.push(bytes[at++]!);
    let length = 0;
    for (let shift = 0, more = true; more; shift += 7) {
      const byte = bytes[at++]!;
      length += (byte & 0x7f) * 2 ** shift;
      more = byte >= 0x80;
    }
    at += length;
  }
  return ids;
}
