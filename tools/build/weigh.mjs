// What a program pays for, module by module, after tree shaking, and through which imports.
//
//   node tools/build/weigh.mjs PROGRAM.js          sizes by folder and by module; "alone" is what would go if the module were not imported
//   node tools/build/weigh.mjs PROGRAM.js NAME…    the chain of imports to each module whose path holds the name
//
// Programs import `kerasm/…` as users do; `npm run build` comes first. `-` reads the program from standard input.

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { ModuleGraph } from "./module-graph.mjs";
import { root } from "./steps.mjs";

const home = "dist/modules/";

/** The modules of a program with the bytes that are left of each, and the gzipped size of what it loads at once. */
export async function weigh(contents) {
  const { metafile, outputFiles } = await build({
    tsconfigRaw: {},
    stdin: { contents, resolveDir: root, sourcefile: "program.js" },
    bundle: true,
    minify: true,
    charset: "utf8",
    format: "esm",
    splitting: true,
    outdir: join(root, "build/weighed"),
    write: false,
    metafile: true,
    logLevel: "error",
  });
  const { outputs, inputs } = metafile;
  const first = Object.keys(outputs).find((file) => outputs[file].entryPoint === "program.js");
  const loaded = new Set([first]);
  for (const file of loaded)
    for (const { kind, path } of outputs[file].imports) if (kind === "import-statement" && outputs[path]) loaded.add(path);
  const bytes = new Map();
  for (const file of loaded)
    for (const [input, { bytesInOutput }] of Object.entries(outputs[file].inputs))
      bytes.set(input, (bytes.get(input) ?? 0) + bytesInOutput);
  const files = outputFiles.filter(({ path }) => [...loaded].some((file) => path === join(root, file)));
  const gzipped = files.reduce((sum, { contents: content }) => sum + gzipSync(content, { level: 9 }).length, 0);
  return { gzipped, bytes, inputs: Object.keys(inputs) };
}

const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const entryOf = (specifier) => exports[`.${specifier.slice("kerasm".length)}`]?.module?.slice(2);

function chainsFrom(start, imports, without) {
  const before = new Map([[start, null]]);
  for (const [file] of before)
    for (const target of imports.get(file) ?? []) if (target !== without && !before.has(target)) before.set(target, file);
  return before;
}

async function main([program, ...names]) {
  const contents = readFileSync(program === "-" ? 0 : program, "utf8");
  const { gzipped, bytes, inputs } = await weigh(contents);
  const files = ["program.js", ...inputs.filter((file) => file !== "program.js" && bytes.get(file) > 0)];
  const graph = new ModuleGraph(root, entryOf);
  graph.add("program.js", contents);
  const imports = new Map(files.map((file) => [file, graph.imports(file).filter((target) => files.includes(target))]));
  const before = chainsFrom("program.js", imports);
  const short = (file) => file.replace(home, "");
  if (names.length > 0) {
    for (const file of files.filter((each) => bytes.get(each) > 0 && names.some((name) => each.includes(name)))) {
      const chain = [];
      for (let at = file; at; at = before.get(at)) chain.push(short(at));
      console.log(`${String(bytes.get(file)).padStart(7)}  ${chain.join(" ← ")}`);
    }
    return;
  }
  console.log(`${(gzipped / 1000).toFixed(1)} kB gzipped; bytes minified:`);
  const rows = files
    .filter((file) => bytes.get(file) > 0 && file !== "program.js")
    .map((file) => {
      const left = chainsFrom("program.js", imports, file);
      const alone = [...before.keys()].filter((each) => !left.has(each)).reduce((sum, each) => sum + (bytes.get(each) ?? 0), 0);
      return { file: short(file), own: bytes.get(file), alone };
    });
  const folders = new Map();
  for (const { file, own } of rows) folders.set(dirname(file), (folders.get(dirname(file)) ?? 0) + own);
  for (const [folder, own] of [...folders].sort((a, b) => b[1] - a[1])) console.log(`${String(own).padStart(7)}  ${folder}/`);
  console.log("    own   alone");
  for (const { file, own, alone } of rows.sort((a, b) => b.alone - a.alone || b.own - a.own))
    console.log(`${String(own).padStart(7)} ${String(alone).padStart(7)}  ${file}`);
}

if (process.argv[1] === join(root, "tools/build/weigh.mjs")) await main(process.argv.slice(2));
