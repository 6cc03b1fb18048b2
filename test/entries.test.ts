// Any module of lib/ may be the first one that a program loads: no import has to come before another. Each is loaded with
// nothing loaded before, as functions that call each other in the order of their imports: a process for each would take minutes.

import { createRequire } from "node:module";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { transformSync } from "esbuild";
import t from "tap";
import { repository } from "./support/sources.js";

t.setTimeout(240_000);

const root = join(repository, "build/lib");
const modules = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".js"))
  .sort();

/** Modules that a module imports when it is loaded. */
function importsOf(file: string): string[] {
  const text = readFileSync(file, "utf8");
  return Array.from(text.matchAll(/^(?:import|export)\b[^;'"]*?["'](\.[^"']+)["'];?$/gm), ([, specifier]) =>
    join(dirname(file), specifier!),
  );
}

/** Groups of modules that import each other in a circle. */
function circles(files: readonly string[]): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (file: string): void => {
    index.set(file, index.size);
    low.set(file, index.get(file)!);
    stack.push(file);
    for (const target of importsOf(file)) {
      if (!index.has(target)) visit(target);
      if (stack.includes(target)) low.set(file, Math.min(low.get(file)!, low.get(target)!));
    }
    if (low.get(file) !== index.get(file)) return;
    const group = stack.splice(stack.indexOf(file));
    if (group.length > 1) found.push(group.map((each) => relative(root, each)));
  };
  for (const file of files) if (!index.has(file)) visit(file);
  return found;
}

t.test("no module imports itself in a circle", async (t) => {
  t.ok(modules.length > 400);
  t.strictSame(circles(modules.map((name) => join(root, name))), []);
});

t.test("no module waits while it is loaded", async (t) => {
  const waits = modules.filter((name) =>
    /^(?:(?:export )?(?:const|let|var) [^=\n]*= )?await /m.test(readFileSync(join(root, name), "utf8")),
  );
  t.strictSame(waits, []);
});

/** One memory for all: each module that is loaded first would reserve 4 GB of addresses. */
const memory = new WebAssembly.Memory({ initial: 256, maximum: 65536, shared: true });
const platform = Object.assign(Object.create(WebAssembly) as typeof WebAssembly, {
  Memory: function (): WebAssembly.Memory {
    return memory;
  },
});

type Body = (require: (specifier: string) => unknown, exports: object, module: { exports: object }, wasm: typeof WebAssembly) => void;

const bodies = new Map<string, Body>();

/** A module as a function, in which imports are calls in the order in which they stand. */
function bodyOf(file: string): Body {
  let body = bodies.get(file);
  if (!body) {
    const url = JSON.stringify(pathToFileURL(file).href);
    const { code } = transformSync(readFileSync(file, "utf8"), { format: "cjs", define: { "import.meta.url": url }, target: "es2022" });
    body = new Function("require", "exports", "module", "WebAssembly", code) as Body;
    bodies.set(file, body);
  }
  return body;
}

const fromHere = createRequire(import.meta.url);

/** Loads a module, and what it imports, with nothing loaded before. */
function loadFirst(entry: string): void {
  const loaded = new Map<string, object>();
  const load = (file: string): unknown => {
    if (loaded.has(file)) return loaded.get(file);
    const module = { exports: {} };
    loaded.set(file, module.exports);
    const require = (specifier: string): unknown => {
      if (specifier.startsWith(".")) return load(join(dirname(file), specifier));
      if (specifier === "#platform") return load(join(root, "runtime/platform-node.js"));
      return fromHere(specifier);
    };
    bodyOf(file)(require, module.exports, module, platform);
    loaded.set(file, module.exports);
    return module.exports;
  };
  load(entry);
}

t.test("each module can be loaded first", async (t) => {
  const failures: string[] = [];
  for (const name of modules) {
    if (name.endsWith("platform-browser.js")) continue;
    try {
      loadFirst(join(root, name));
    } catch (error) {
      failures.push(`${name}: ${String(error)}`);
    }
  }
  t.strictSame(failures, []);
});
