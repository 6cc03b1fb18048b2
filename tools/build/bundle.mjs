// Bundles the compiled JavaScript into dist/node and dist/browser. The two differ in what `#platform` stands for, which the conditions
// of package.json's `imports` decide. Everything that the package needs is bundled in; licences of bundled packages go beside.

import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { rolldown } from "rolldown";
import { filesIn, root } from "./steps.mjs";

const entries = {
  index: "build/lib/index.js",
  csp: "build/lib/csp.js",
  keras: "build/lib/api/keras.js",
  ops: "build/lib/api/basics.js",
  numpy: "build/lib/api/numpy.js",
  data: "build/lib/data/index.js",
  formats: "build/lib/api/formats.js",
  onnx: "build/lib/api/onnx.js",
  tfjs: "build/lib/api/tfjs.js",
  visor: "build/lib/api/visor.js",
  datasets: "build/datasets/index.js",
  models: "build/models/index.js",
  mpi: "build/addons/mpi/index.js",
  autograph: "build/tools/autograph/index.js",
  "autograph-runtime": "build/tools/autograph/runtime.js",
  "autograph-source": "build/tools/autograph/source.js",
};
/** Entries of Node alone: modules that threads begin with. */
const nodeEntries = { "picture-worker": "build/lib/data/picture-worker.js" };
/** Plugins and commands: they run where code is built, and know nothing of the library. */
const tools = ["vite", "rollup", "rolldown", "webpack", "webpack-loader", "esbuild", "node", "hooks", "cli"];
const platforms = ["node", "browser"];
/** Everything in one file for pages without modules: `<script src="…/kerasm.global.js">` makes the global `kerasm`. */
const script = "dist/kerasm.global.js";
/** Kernels and a page's worker as files. */
const files = "dist/csp";
const licences = "dist/THIRD-PARTY-LICENSES.txt";
const presentEntries = (platform = "") =>
  Object.entries({ ...entries, ...(platform === "node" && nodeEntries) }).filter(([, file]) => existsSync(join(root, file)));

/** What package.json says of effects is said of dist/modules; here each module may have some. */
const asWritten = { moduleSideEffects: [{ test: /build[\\/]/, sideEffects: true }] };

/** Names of classes stay: layers and errors are called by them. */
const minify = { compress: true, mangle: { keepNames: { class: true, function: false } }, codegen: { removeWhitespace: true } };

export const bundle = {
  name: "bundle",
  inputs: () => [
    ...["build/lib", "build/models", "build/datasets", "build/addons", "build/tools"].flatMap((room) =>
      filesIn(room, (file) => file.endsWith(".js")),
    ),
    "package.json",
    "tools/build/bundle.mjs",
  ],
  outputs: () => [
    ...platforms.flatMap((platform) => presentEntries(platform).map(([name]) => `dist/${platform}/${name}.js`)),
    ...tools.map((name) => `dist/autograph/${name}.js`),
    script,
    `${files}/worker.js`,
  ],
  run: async () => {
    if (!presentEntries().length) return;
    const packages = new Set();
    for (const platform of platforms) for (const name of await bundleFor(platform)) packages.add(name);
    for (const name of await bundleScript()) packages.add(name);
    for (const name of await bundleTools()) packages.add(name);
    await writeFiles();
    writeFileSync(join(root, licences), [...packages].sort().map(licenceOf).join("\n"));
  },
};

/** One entry importing another imports the file that users import, not a copy: so `tf.keras` is the namespace of `kerasm/keras`. */
const entriesStayApart = {
  name: "entries-stay-apart",
  resolveId(source, importer) {
    if (!importer || !source.startsWith(".")) return null;
    const target = join(dirname(importer), source);
    const found = presentEntries().find(([, file]) => join(root, file) === target);
    return found ? { id: `./${found[0]}.js`, external: true } : null;
  },
};

const bodies = "build/lib/generated/bodies";

/** The packed kernels of all families side by side: among code, what compresses text would need a fifth more for them. */
const bodiesTogether = {
  name: "bodies-together",
  resolveId: (source) => (source === bodies ? source : null),
  load(id) {
    if (id === bodies) {
      const families = filesIn(bodies, (file) => file.endsWith(".js"));
      const bodyOf = (file) => /^export const body = (.*);$/m.exec(readFileSync(join(root, file), "utf8"))[1];
      return families.map((file) => `export const ${basename(file, ".js")} = ${bodyOf(file)};`).join("\n");
    }
    const isBody = dirname(id).replaceAll("\\", "/").endsWith(bodies);
    return isBody ? `export { ${basename(id, ".js")} as body } from "${bodies}";` : null;
  },
};

/** Returns the names of the packages that went into the bundle. */
async function bundleFor(platform) {
  rmSync(join(root, "dist", platform), { recursive: true, force: true });
  const input = {
    cwd: root,
    input: Object.fromEntries(presentEntries(platform)),
    platform,
    external: /^(node:|koffi$)/,
    plugins: [entriesStayApart, bodiesTogether],
    treeshake: asWritten,
    logLevel: "warn",
  };
  const written = {
    format: "esm",
    entryFileNames: "[name].js",
    // Files follow what each entry reaches: what one does not need it does not load, and what is imported at need is a file of its own.
    chunkFileNames: "[name]-[hash].js",
  };
  const apart = await rolldown(input);
  const { output: pieces } = await apart.generate(written);
  await apart.close();
  const build = await rolldown(input);
  const { output } = await build.write({
    ...written,
    dir: join(root, "dist", platform),
    minify,
    sourcemap: true,
    codeSplitting: { groups: groupsOf(pieces) },
  });
  await build.close();
  return packagesOf(output);
}

/**
 * What the same entries load at once, and the same entries may load later, goes into one file: each file is compressed alone, and many small
 * ones cost an entry some percent. What more entries load goes first, so that it is not taken along by what needs it.
 */
function groupsOf(pieces) {
  const chunks = new Map(pieces.filter((piece) => piece.type === "chunk").map((chunk) => [chunk.fileName, chunk]));
  const reached = (entry, isLater) => {
    const files = new Set([entry]);
    for (const file of files) {
      const { imports = [], dynamicImports = [] } = chunks.get(file) ?? {};
      for (const next of isLater ? [...imports, ...dynamicImports] : imports) files.add(next.replace("./", ""));
    }
    return files;
  };
  const entries = [...chunks.values()].filter((chunk) => chunk.isEntry).map((chunk) => chunk.fileName);
  const [now, later] = [false, true].map((isLater) => new Map(entries.map((entry) => [entry, reached(entry, isLater)])));
  const groups = new Map();
  for (const [file, chunk] of chunks) {
    if (chunk.isEntry || chunk.isDynamicEntry) continue;
    const [atOnce, ever] = [now, later].map((files) => entries.filter((entry) => files.get(entry).has(file)));
    if (atOnce.length === 0) continue;
    const key = `${atOnce}|${ever}`;
    const group = groups.get(key) ?? { priority: 100 * atOnce.length + ever.length, modules: new Set() };
    groups.set(key, group);
    for (const module of chunk.moduleIds) group.modules.add(module);
  }
  return [...groups.values()].map(({ priority, modules }, i) => ({ name: `shared${i}`, priority, test: (id) => modules.has(id) }));
}

/**
 * The files of kerasm/csp. Bundlers make addresses of data out of small files (Vite: below 4 kB), which `worker-src 'self'` forbids, so the
 * worker says at length what it is.
 */
async function writeFiles() {
  const { pageWorker } = await import(pathToFileURL(join(root, "build/lib/runtime/worker-source.js")));
  mkdirSync(join(root, files), { recursive: true });
  for (const build of ["simd", "relaxed"]) copyFileSync(join(root, `build/assembly/${build}.wasm`), join(root, files, `${build}.wasm`));
  const line = "// A worker of kerasm: it gets the compiled kernels and the shared memory, and computes until it is told to quit.\n";
  writeFileSync(join(root, files, "worker.js"), line.repeat(Math.ceil(4500 / line.length)) + pageWorker);
}

/** The whole library as a script. Returns the names of the packages that went in. */
async function bundleScript() {
  const build = await rolldown({
    cwd: root,
    input: "build/lib/index.js",
    platform: "browser",
    // A script has no address of its own; what asks for it knows.
    transform: { define: { "import.meta": "{}" } },
    plugins: [bodiesTogether],
    treeshake: asWritten,
    logLevel: "warn",
  });
  const { output } = await build.write({
    file: join(root, script),
    format: "iife",
    name: "kerasm",
    codeSplitting: false,
    minify,
    sourcemap: true,
  });
  await build.close();
  return packagesOf(output);
}

/** The plugins, each an entry of its own. Returns the names of the packages that went in. */
async function bundleTools() {
  rmSync(join(root, "dist/autograph"), { recursive: true, force: true });
  const build = await rolldown({
    cwd: root,
    input: Object.fromEntries(tools.map((name) => [name, `build/tools/autograph/${name}.js`])),
    platform: "node",
    external: /^(node:|rolldown)/,
    logLevel: "warn",
  });
  const { output } = await build.write({
    dir: join(root, "dist/autograph"),
    format: "esm",
    entryFileNames: "[name].js",
    // Files follow what each entry reaches: what one does not need it does not load, and what is imported at need is a file of its own.
    chunkFileNames: "[name]-[hash].js",
    minify: true,
    sourcemap: true,
  });
  await build.close();
  return packagesOf(output);
}

function packagesOf(output) {
  return output
    .filter((file) => file.type === "chunk")
    .flatMap((chunk) => Object.keys(chunk.modules))
    .map((module) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(module)?.[1])
    .filter((name) => name !== undefined);
}

/** Packages without a licence file of their own, and the package of the same project that has it. */
const licencedWith = { "@assemblyscript/loader": "assemblyscript" };

function licenceOf(name) {
  const { version, license } = JSON.parse(readFileSync(join(root, "node_modules", name, "package.json"), "utf8"));
  const folder = join("node_modules", licencedWith[name] ?? name);
  const files = readdirSync(join(root, folder)).filter((file) => /^(licen[cs]e|notice)(\.\w+)?$/i.test(file));
  if (!files.length) throw new Error(`${name} is bundled but has no licence file`);
  const texts = files.map((file) => readFileSync(join(root, folder, file), "utf8").trim());
  return [`${name} ${version} (${license})`, ...texts, `${"-".repeat(80)}\n`].join("\n\n");
}
