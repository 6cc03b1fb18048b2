// The packed package through the bundlers of the field, without configuration, and what they make run in a page or in Node.

import { createServer } from "node:http";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import { build as esbuild } from "esbuild";
import { rolldown } from "rolldown";
import { rollup } from "rollup";
import t from "tap";
import { build as vite } from "vite";
import webpack from "webpack";
import type { Browser } from "playwright-core";
import { chromiumPath, launchChromium } from "../support/chromium.js";
import { installPacked } from "../support/packed.js";
import { run } from "../support/run.js";

t.setTimeout(900_000);

const { folder, home, remove } = await installPacked();
t.teardown(remove);

/** Trains for a moment, goes through config and file, then asks for the data set: of all else, bundlers leave nothing. */
const program = `
import { constant } from "kerasm";
import * as keras from "kerasm/keras";
import { fashionMnist } from "kerasm/datasets";
async function main() {
  const input = new keras.Input({ shape: [2] });
  const model = new keras.Model({ inputs: input, outputs: keras.ops.add(new keras.layers.Dense(1)(input), 1) });
  model.compile({ optimizer: new keras.optimizers.SGD(0.1), loss: "mse", metrics: ["mae"] });
  const [x, y] = [constant([[0, 1], [1, 0], [1, 1], [0, 0]]), constant([[1], [2], [3], [0]])];
  const { history } = await model.fit(x, y, { epochs: 60, verbose: 0 });
  const { loss } = history;
  const again = keras.Model.fromConfig(model.getConfig());
  again.setWeights(model.getWeights());
  await model.save("memory://m.keras");
  const loaded = await keras.models.loadModel("memory://m.keras");
  const [ofModel, ...others] = [model, again, loaded].map((each) => each(x).mul(2).array().join());
  const told = [];
  const data = await fashionMnist.loadData({ progress: ({ loaded, total }) => told.push(loaded / total) }).then(
    ([[images]]) => images.shape.join(),
    (error) => error.message,
  );
  const learns = loss.at(-1) < loss[0] / 10 && others.every((other) => other === ofModel) && Object.keys(history).join() === "loss,mae";
  return { learns, data, isWhole: told.at(-1) === 1 };
}
const result = main().catch((error) => ({ error: String(error.stack) }));
if (typeof document === "undefined") result.then((found) => console.log(JSON.stringify(found)));
else globalThis.result = result;
`;
const entry = join(folder, "main.js");
writeFileSync(entry, program);

const out = (name: string): string => {
  const path = join(folder, "out", name);
  mkdirSync(path, { recursive: true });
  return path;
};

interface Case {
  readonly build: (outdir: string) => Promise<unknown>;
  /** The script of the page, of what kind. */
  readonly file: string;
  readonly isModule: boolean;
  /** Whether the bundler ships the files of the data set. */
  readonly ships: boolean;
}

const cases: Readonly<Record<string, Case>> = {
  Vite: {
    build: async (outDir) => {
      writeFileSync(join(folder, "index.html"), '<!doctype html><script type="module" src="/main.js"></script>');
      await vite({ root: folder, logLevel: "error", build: { outDir, emptyOutDir: true, minify: false } });
      const [, script] = /src="\/(assets\/[^"]+\.js)"/.exec(readFileSync(join(outDir, "index.html"), "utf8"))!;
      writeFileSync(join(outDir, "main.js"), `import "./${script}";`);
    },
    file: "main.js",
    isModule: true,
    ships: true,
  },
  webpack: {
    build: async (path) => {
      const options = { mode: "production", context: folder, entry, output: { path, filename: "main.js" }, performance: false } as const;
      await new Promise<void>((resolve, reject) =>
        webpack({ ...options, optimization: { minimize: false } }, (error, stats) =>
          error || stats!.hasErrors() || stats!.hasWarnings() ? reject(error ?? new Error(stats!.toString())) : resolve(),
        ),
      );
    },
    file: "main.js",
    isModule: false,
    ships: true,
  },
  Rollup: {
    build: async (dir) =>
      (await rollup({ input: entry, plugins: [nodeResolve({ browser: true })], onwarn: complain })).write({ dir, format: "es" }),
    file: "main.js",
    isModule: true,
    ships: false,
  },
  Rolldown: {
    build: async (dir) => (await rolldown({ cwd: folder, input: entry, platform: "browser" })).write({ dir, format: "esm" }),
    file: "main.js",
    isModule: true,
    ships: false,
  },
  "esbuild, ESM": {
    build: (outdir) => esbuild({ entryPoints: [entry], outdir, bundle: true, format: "esm", splitting: true }),
    file: "main.js",
    isModule: true,
    ships: false,
  },
  "esbuild, IIFE": {
    build: (outdir) => esbuild({ entryPoints: [entry], outdir, bundle: true, format: "iife", logLevel: "error" }),
    file: "main.js",
    isModule: false,
    ships: false,
  },
};

/** The main entry names itself (`tf` as a value), which Rollup calls a circle. */
function complain(warning: { message: string; code?: string }): void {
  if (warning.code !== "CIRCULAR_DEPENDENCY") throw new Error(warning.message);
}

interface Found {
  readonly learns: boolean;
  readonly data: string;
  readonly isWhole: boolean;
}

if (chromiumPath) {
  const outdirs: Record<string, string> = {};
  for (const [name, { build }] of Object.entries(cases))
    t.test(`${name}: builds`, async () => {
      const outdir = out(name.replace(/\W+/g, "-"));
      await build(outdir);
      outdirs[name] = outdir;
    });

  // Bundlers keep this process busy for longer than a connection to a browser lasts: it comes after them.
  let browser: Browser;
  t.test("a browser", async () => void (browser = await launchChromium()));
  t.teardown(() => browser.close());
  for (const [name, { file, isModule, ships }] of Object.entries(cases))
    t.test(`${name}: what it made runs in a page`, async (t) => {
      const outdir = outdirs[name]!;
      const { url, close } = await serve(outdir, `<script ${isModule ? 'type="module"' : "defer"} src="./${file}"></script>`);
      t.teardown(close);
      const page = await browser.newPage();
      t.teardown(() => page.close());
      await page.goto(url);
      const found = (await page.evaluate("globalThis.result")) as Found;
      t.equal(found.learns, true, JSON.stringify(found));
      t.match(found.data, ships ? /^60000,28,28$/ : /baseUrl/);
      t.equal(found.isWhole, ships);
    });

  t.test("a script tag is enough", async (t) => {
    const { url, close } = await serve(join(home, "dist"), '<script src="./kerasm.global.js"></script>');
    t.teardown(close);
    const page = await browser.newPage();
    t.teardown(() => page.close());
    await page.goto(url);
    t.same(await page.evaluate("kerasm.constant([1, 2]).add(1).array()"), [2, 3]);
  });
}

t.test("esbuild, CommonJS: runs in Node", async (t) => {
  const outfile = join(out("cjs"), "main.cjs");
  await esbuild({ entryPoints: [entry], outfile, bundle: true, format: "cjs", platform: "node", logLevel: "error" });
  const { stdout, stderr } = await run(process.execPath, [outfile], { cwd: folder });
  t.equal(stderr, "");
  const { learns, data } = JSON.parse(stdout) as Found;
  t.ok(learns);
  t.match(data, /without its address.*baseUrl/);
});

/** A server as they are for pages of one file: what it does not have, it answers with the page. */
async function serve(root: string, body: string): Promise<{ url: string; close: () => void }> {
  const types: Readonly<Record<string, string>> = { ".js": "text/javascript", ".gz": "application/gzip" };
  const server = createServer((request, response) => {
    const path = new URL(request.url!, "http://localhost").pathname;
    try {
      const content = readFileSync(join(root, path));
      response.setHeader("Content-Type", types[extname(path)] ?? "application/octet-stream").end(content);
    } catch {
      response.setHeader("Content-Type", "text/html").end(`<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">${body}`);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close };
}
