// One program through every plugin: bundled, minified, run, and its stack leads to the source.

import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import * as esbuild from "esbuild";
import { rolldown } from "rolldown";
import { rollup } from "rollup";
import t from "tap";
import { build as viteBuild } from "vite";
import webpack from "webpack";
import esbuildPlugin from "../../tools/autograph/esbuild.js";
import rolldownPlugin from "../../tools/autograph/rolldown.js";
import rollupPlugin from "../../tools/autograph/rollup.js";
import vitePlugin from "../../tools/autograph/vite.js";
import webpackPlugin from "../../tools/autograph/webpack.js";
import { nodes } from "../support/packed.js";
import { run as runWithoutHooks } from "../support/run.js";
import { repository } from "../support/sources.js";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const library = pathToFileURL(here("../../lib/index.js")).href;
const runtime = pathToFileURL(here("../../lib/autograph/index.js")).href;
t.setTimeout(240_000); // bundlers on busy machines
const folder = mkdtempSync(join(repository, "build", "autograph-"));
t.teardown(() => rmSync(folder, { recursive: true, force: true }));

/** What a user writes: closures, `this`, private names, a directive. `types` is what TypeScript adds. */
const app = (types: boolean) => {
  const any = types ? ": any" : "";
  return `import * as tf from "${library}";

const scale = 2;
class Model {
  limit${any} = 3;
  #by${any} = scale;
  grow = tf.function((x${any}) => {
    let y = x;
    while (y < this.limit * 10) {
      y = y * this.#by;
      if (y > 17) break;
    }
    return y;
  });
  call(x${any}) {
    "use autograph";
    if (x > this.limit) return x - 1;
    return -x;
  }
}
function positive(x${any}) {
  if (x > 0) x = x * x;
  else x = 0.0;
  return x;
}
const traced = tf.function(positive, { autograph: true });
const left = tf.function((x${any}) => (x ? tf.zeros([]) : x), { autograph: false });
function failing(x${any}) {
  "use autograph";
  if (x > 0) {
    throw new Error("on purpose"); // here
  }
  return x;
}
const model = new Model();
const call = tf.function((x${any}) => model.call(x));
console.log(JSON.stringify([
  [1, 5, 40].map((x) => model.grow(tf.constant(x)).item()),
  [9, -9].map((x) => traced(tf.constant(x)).item()),
  [4, 2].map((x) => call(tf.constant(x)).item()),
  left(tf.constant(3)).item(),
  positive.length,
]));
try {
  failing(tf.constant(1));
} catch (error) {
  console.log((error as Error).stack);
}
`.replace(types ? "\0" : "(error as Error)", types ? "\0" : "error");
};

const files = { js: join(folder, "app.js"), ts: join(folder, "app.ts") };
writeFileSync(files.js, app(false));
writeFileSync(files.ts, app(true));
const options = { runtime, exclude: /node_modules/ };
const external = (id: string) => id === library || id === runtime;

/** What people have before this plugin and after it, where the bundler itself has none: TypeScript compiled, and code made small. */
const small = {
  name: "esbuild",
  async transform(code: string, id: string) {
    return id.endsWith(".ts") ? esbuild.transform(code, { loader: "ts", sourcemap: true, sourcefile: id }) : null;
  },
  async renderChunk(code: string) {
    return esbuild.transform(code, { minify: true, format: "esm", sourcemap: true });
  },
};
const typescriptLoader = join(folder, "typescript-loader.cjs");
writeFileSync(
  typescriptLoader,
  `module.exports = function (code) {
    const done = this.async();
    require("esbuild").transform(code, { loader: "ts", sourcemap: true, sourcefile: this.resourcePath })
      .then((made) => done(null, made.code, JSON.parse(made.map)), done);
  };`,
);

type Bundle = (file: string, out: string) => Promise<unknown>;

const bundlers: Record<string, { bundle: Bundle; kinds: readonly ("js" | "ts")[] }> = {
  esbuild: {
    kinds: ["js", "ts"],
    bundle: (file, out) =>
      esbuild.build({
        entryPoints: [file],
        outfile: out,
        bundle: true,
        minify: true,
        format: "esm",
        sourcemap: true,
        external: ["file:*"],
        logLevel: "error",
        plugins: [esbuildPlugin(options)],
      }),
  },
  rolldown: {
    kinds: ["js", "ts"],
    bundle: async (file, out) => {
      const made = await rolldown({ input: file, external, plugins: [rolldownPlugin(options) as never] });
      await made.write({ file: out, format: "esm", minify: true, sourcemap: true });
      await made.close();
    },
  },
  rollup: {
    kinds: ["js", "ts"],
    bundle: async (file, out) => {
      const made = await rollup({ input: file, external, plugins: [small, rollupPlugin(options) as never] });
      await made.write({ file: out, format: "es", sourcemap: true });
      await made.close();
    },
  },
  vite: {
    kinds: ["js", "ts"],
    bundle: (file, out) =>
      viteBuild({
        root: folder, logLevel: "error", configFile: false, plugins: [vitePlugin(options) as never],
        build: { ssr: file, outDir: join(out, ".."), emptyOutDir: false, minify: true, sourcemap: true, target: "esnext",
          rollupOptions: { external, output: { entryFileNames: out.split("/").at(-1)!, format: "esm" } } },
      }), // prettier-ignore
  },
  webpack: {
    kinds: ["js", "ts"],
    bundle: (file, out) =>
      new Promise<void>((resolve, reject) => {
        webpack(
          {
            mode: "production",
            target: "node",
            entry: file,
            devtool: "source-map",
            context: folder,
            output: {
              path: join(out, ".."),
              filename: out.split("/").at(-1)!,
              module: true,
              devtoolModuleFilenameTemplate: "[absolute-resource-path]",
            },
            experiments: { outputModule: true },
            externals: [({ request }, done) => (external(request ?? "") ? done(undefined, `module ${request}`) : done())],
            module: { rules: [{ test: /\.ts$/, loader: typescriptLoader }] },
            plugins: [webpackPlugin(options) as never],
          },
          (error, stats) => (error ? reject(error) : stats?.hasErrors() ? reject(new Error(stats.toString())) : resolve()),
        );
      }),
  },
};

const wanted = [[32, 20, 40], [81, 0], [3, -2], 0, 1]; // prettier-ignore
const lineOfThrow = (kind: "js" | "ts") =>
  readFileSync(files[kind], "utf8")
    .split("\n")
    .findIndex((line) => line.includes("// here")) + 1;

for (const [name, { bundle, kinds }] of Object.entries(bundlers))
  for (const kind of kinds)
    t.test(`${name} converts ${kind === "ts" ? "TypeScript" : "JavaScript"}, and stacks lead to the source`, async (t) => {
      const out = join(folder, `${name}-${kind}.mjs`);
      await bundle(files[kind], out);
      const { stdout, stderr } = await promisify(execFile)(process.execPath, ["--enable-source-maps", out]);
      const [line, ...stack] = stdout.split("\n");
      t.same(JSON.parse(line!), wanted);
      t.equal(stderr, "");
      const frame = stack.find((each) => each.includes(`app.${kind}`)) ?? stack.join("\n");
      t.match(frame, new RegExp(`app\\.${kind}:${lineOfThrow(kind)}:\\d+`));
    });

t.test("what can't be converted is refused with file, line and column", async (t) => {
  const bad = join(folder, "bad.js");
  writeFileSync(bad, `"use autograph";\nexport function f(x) {\n  outer: while (x > 0) break outer;\n}\n`);
  const message = `${bad}:3:3: autograph: given the label outer; expected loops without labels. Use a variable that the loops ask.`;
  await t.rejects(bundlers["rolldown"]!.bundle(bad, join(folder, "bad.mjs")), {
    message: new RegExp(message.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")),
  });
  await t.rejects(bundlers["esbuild"]!.bundle(bad, join(folder, "bad.mjs")), /bad\.js:3:2: ERROR.*given the label outer/s);
});

t.test("options that are none are refused", async (t) => {
  t.throws(() => rollupPlugin({ includes: /x/ } as never), /given the option includes; expected include, exclude, operators, runtime/);
});

t.test("Node converts modules as they are loaded, and the command converts files", async (t) => {
  const run = promisify(execFile);
  const hook = pathToFileURL(here("../../tools/autograph/node.js")).href;
  // A package of its own, so that the name kerasm is not the repository's, with the test's build under that name.
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "app", type: "module" }));
  const packageFolder = join(folder, "node_modules", "kerasm");
  mkdirSync(join(packageFolder, "autograph"), { recursive: true });
  writeFileSync(
    join(packageFolder, "package.json"),
    JSON.stringify({ name: "kerasm", type: "module", exports: { "./autograph/runtime": "./runtime.js" } }),
  );
  writeFileSync(join(packageFolder, "runtime.js"), `export * from "${runtime}";`);
  for (const { name, path } of nodes()) {
    const [major, minor] = /\d+\.\d+/
      .exec((await run(path, ["--version"])).stdout)![0]!
      .split(".")
      .map(Number) as [number, number];
    const started = (file: string) => run(path, ["--import", hook, "--enable-source-maps", "--no-warnings", file], { cwd: folder });
    if (major === 20 && minor < 6) {
      // Without tap's own hooks, which end in an error of theirs on such a Node.
      const { status, stderr } = await runWithoutHooks(path, ["--import", hook, "--no-warnings", files.js], { cwd: folder });
      t.not(status, 0);
      t.match(stderr, /kerasm\/autograph\/node: given Node 20\..*; expected Node 20\.6 or later/, name);
      continue;
    }
    // Node strips types by itself from 22.18 on.
    for (const kind of major > 22 || (major === 22 && minor >= 18) ? (["js", "ts"] as const) : (["js"] as const)) {
      const { stdout } = await started(files[kind]);
      const [line, ...stack] = stdout.split("\n");
      t.same(JSON.parse(line!), wanted, `${name}, ${kind}`);
      t.match(stack.join("\n"), new RegExp(`app\\.${kind}:${lineOfThrow(kind)}:\\d+`));
    }
  }

  const cli = here("../../tools/autograph/cli.js");
  await run(process.execPath, [cli, files.js, "--out", join(folder, "out")]);
  const converted = await run(process.execPath, ["--enable-source-maps", join(folder, "out", "app.js")]);
  t.same(JSON.parse(converted.stdout.split("\n")[0]!), wanted);
  t.match(converted.stdout, new RegExp(`app\\.js:${lineOfThrow("js")}:\\d+`));
  const printed = await run(process.execPath, [cli, files.js, "--print", "--no-operators"]);
  t.match(printed.stdout, "$ag.while");
  t.notMatch(printed.stdout, "$ag.mul");
  await t.rejects(run(process.execPath, [cli, files.js]), { code: 2 });
  await t.rejects(run(process.execPath, [cli, join(folder, "none.js"), "--print"]), { code: 1 });
});
