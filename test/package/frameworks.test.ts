// The packed package in frameworks that bring bundlers of their own, and in other runtimes: what they build runs in a page and on a server.
// They are no dependencies: `.ci/run` installs them into build/bundlers, and where they are not, a line says so.

import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, extname, join } from "node:path";
import t, { type Test } from "tap";
import { chromiumPath, launchChromium } from "../support/chromium.js";
import { installPacked } from "../support/packed.js";
import { run } from "../support/run.js";
import { repository } from "../support/sources.js";

t.setTimeout(1_200_000);

const bundlers = join(repository, "build/bundlers");
const missing = (name: string): string | false =>
  existsSync(join(bundlers, "node_modules", name)) ? false : `${name} is not in build/bundlers, where .ci/run installs it`;

/** Trains for a moment and asks for the data set. */
const program = `
import { constant } from "kerasm";
import * as keras from "kerasm/keras";
import { fashionMnist } from "kerasm/datasets";
export async function main() {
  const model = new keras.Sequential([new keras.Input({ shape: [2] }), new keras.layers.Dense(1)]);
  model.compile({ optimizer: new keras.optimizers.SGD(0.1), loss: "mse" });
  const { history } = await model.fit(constant([[0, 1], [1, 0]]), constant([[1], [2]]), { epochs: 30, verbose: 0 });
  const [[images]] = await fashionMnist.loadData();
  return { learns: history.loss.at(-1) < history.loss[0] / 10, shape: images.shape };
}
`;
/** Tensors and gradients alone, with kernels and workers as files of their own. */
const small = `
import { constant, GradientTape, ready, square } from "kerasm/ops";
import "kerasm/csp";
export async function main() {
  await ready();
  const x = constant([1, 2, 3]), tape = new GradientTape();
  tape.watch(x);
  return { gradient: tape.gradient(tape.record(() => square(x)), x).array() };
}
`;
const differentiated = { gradient: [2, 4, 6] };
const inPage = `import { main } from "./program.js";
globalThis.result = main().catch((error) => ({ error: String(error.stack) }));
`;
const learned = { learns: true, shape: [60000, 28, 28] };

/** A folder of an application's beside what it needs. */
function application(name: string, files: Readonly<Record<string, string>>): string {
  const folder = join(bundlers, "applications", name);
  rmSync(folder, { recursive: true, force: true });
  const all = { "package.json": '{ "private": true, "type": "module" }', ...files };
  for (const [path, content] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

/** Runs a tool of theirs to its end, in an application's folder. */
async function build(t: Test, cwd: string, tool: string, ...args: readonly string[]): Promise<void> {
  const env = { NEXT_TELEMETRY_DISABLED: "1", ASTRO_TELEMETRY_DISABLED: "1", CI: "1" };
  const { status, stdout, stderr } = await run(process.execPath, [join(bundlers, "node_modules", tool), ...args], {
    cwd,
    env,
    timeout: 600_000,
  });
  t.equal(status, 0, status === 0 ? `${tool} builds` : `${stdout.slice(-4000)}${stderr.slice(-4000)}`);
}

/** A server of static files. */
async function serve(t: Test, root: string): Promise<string> {
  const types: Readonly<Record<string, string>> = { ".js": "text/javascript", ".html": "text/html", ".wasm": "application/wasm" };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, "http://localhost");
    const path = join(root, pathname.endsWith("/") ? `${pathname}index.html` : pathname);
    if (!existsSync(path)) return void response.writeHead(404).end();
    response.setHeader("Content-Type", types[extname(path)] ?? "application/octet-stream").end(readFileSync(path));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** What `main` gives in the page at an address. A browser of its own: builds keep this process busy for longer than a connection lasts. */
async function visit(url: string): Promise<unknown> {
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.goto(url);
    await page.waitForFunction("globalThis.result", undefined, { timeout: 120_000 });
    return await page.evaluate("globalThis.result");
  } finally {
    await browser.close();
  }
}

if (existsSync(join(bundlers, "node_modules"))) {
  const { home, remove } = await installPacked();
  t.teardown(remove);
  const package_ = join(bundlers, "node_modules/kerasm");
  rmSync(package_, { recursive: true, force: true });
  cpSync(home, package_, { recursive: true });
  t.teardown(() => [package_, join(bundlers, "applications")].forEach((path) => rmSync(path, { recursive: true, force: true })));
}
const noPage = (name: string): string | false => (chromiumPath ? missing(name) : "no Chromium here");
const isOld = process.versions.node.startsWith("20.") && Number(process.versions.node.split(".")[1]) < 9;

t.test("Parcel", { skip: noPage("parcel") }, async (t) => {
  const page = '<!doctype html><link rel="icon" href="data:,"><script type="module" src="./main.js"></script>';
  const folder = application("parcel", { "index.html": page, "main.js": inPage, "program.js": program });
  await build(
    t,
    folder,
    "parcel/lib/bin.js",
    "build",
    "index.html",
    "--no-optimize",
    "--no-source-maps",
    "--no-cache",
    "--dist-dir",
    "out",
  );
  t.strictSame(await visit(await serve(t, join(folder, "out"))), learned);
});

t.test("Astro, in a page and on the server", { skip: noPage("astro") }, async (t) => {
  const page = `---
import { constant, reduceSum } from "kerasm";
const sum = reduceSum(constant([1, 2, 3])).item();
---
<p id="sum">{sum}</p><script>import "../main.js";</script>`;
  const folder = application("astro", { "src/pages/index.astro": page, "src/main.js": inPage, "src/program.js": small });
  await build(t, folder, "astro/astro.js", "build");
  t.match(readFileSync(join(folder, "dist/index.html"), "utf8"), /id="sum"[^>]*>6</);
  t.strictSame(await visit(await serve(t, join(folder, "dist"))), differentiated);
});

const nextApplication = (name: string, code: string): string =>
  application(name, {
    "next.config.mjs": `const root = ${JSON.stringify(bundlers)};
export default { serverExternalPackages: ["kerasm"], turbopack: { root }, outputFileTracingRoot: root };`,
    "program.js": code,
    "app/layout.js": "export default ({ children }) => <html><body>{children}</body></html>;",
    "app/page.js": `"use client";
import { useEffect } from "react";
import { main } from "../program.js";
export default function Page() {
  useEffect(() => void (globalThis.result = main().catch((error) => ({ error: String(error.stack) }))), []);
  return <p>kerasm</p>;
}`,
    "app/served/route.js": `import { main } from "../../program.js";
export const dynamic = "force-dynamic";
export const GET = async () => Response.json(await main());`,
  });

for (const [name, code, found, switches] of [
  ["Turbopack", program, learned, []],
  ["webpack", small, differentiated, ["--webpack"]],
] as const)
  t.test(
    `Next.js with ${name}, in a page and on the server`,
    { skip: isOld ? "Next.js takes Node 20.9 or later" : noPage("next") },
    async (t) => {
      const folder = nextApplication(`next-${name}`, code);
      await build(t, folder, "next/dist/bin/next", "build", ...switches);
      const url = await startNext(t, folder);
      t.strictSame(await (await fetch(`${url}/served`)).json(), found);
      t.strictSame(await visit(url), found);
    },
  );

/** Starts what was built, until the test ends. @returns its address */
async function startNext(t: Test, cwd: string): Promise<string> {
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|TAP|_TAPJS|NODE_OPTIONS$)/.test(name)));
  const server = spawn(process.execPath, [join(bundlers, "node_modules/next/dist/bin/next"), "start", "-p", "0", "-H", "127.0.0.1"], {
    cwd,
    env: { ...own, NEXT_TELEMETRY_DISABLED: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  t.teardown(() => server.kill("SIGKILL"));
  let said = "";
  return new Promise((resolve, reject) => {
    const read = (piece: Buffer): void => {
      said += piece;
      const address = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0];
      if (address && /Ready/.test(said)) resolve(address);
    };
    server.stdout.on("data", read);
    server.stderr.on("data", read);
    server.once("exit", () => reject(new Error(said)));
  });
}

const architecture = { x64: { bun: "x64", deno: "x64" }, arm64: { bun: "aarch64", deno: "arm64" } }[process.arch as "x64"];
for (const [name, packageName, path, args] of [
  ["Bun", `@oven/bun-linux-${architecture?.bun}`, "bin/bun", []],
  ["Deno", `@deno/linux-${architecture?.deno}-glibc`, "deno", ["run", "--allow-all", "--node-modules-dir=manual"]],
] as const)
  t.test(name, { skip: missing(packageName) }, async (t) => {
    const saves = `
import { main } from "./program.js";
import * as tf from "kerasm";
const model = new tf.keras.Sequential([new tf.keras.Input({ shape: [2] }), new tf.keras.layers.Dense(1)]);
await model.save("model.keras");
const again = await tf.keras.models.loadModel("model.keras"), x = tf.ones([1, 2]);
tf.config.set({ threads: 2 });
const product = tf.matmul(tf.ones([256, 256]), tf.ones([256, 256]));
console.log(JSON.stringify({ ...(await main()), same: again(x).item() === model(x).item(), sum: tf.reduceSum(product).item() }));
`;
    // An empty tsconfig.json: Bun would look for one further up, and take the paths of this repository's.
    const folder = application(name, { "main.js": saves, "program.js": program, "tsconfig.json": "{}" });
    const { status, stdout, stderr } = await run(join(bundlers, "node_modules", packageName, path), [...args, "main.js"], { cwd: folder });
    t.equal(status, 0, stderr);
    t.strictSame(JSON.parse(stdout), { ...learned, same: true, sum: 2 ** 24 });
  });
