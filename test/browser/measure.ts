// npm run bench:page -- [freeze] [steps] [load]: the package in Chromium, with isolation and without.
//
//  freeze  the longest task of a page's thread from the call of fit, evaluate, predict or trainOnBatch on, and frames a second
//  steps   milliseconds a step, beside Node's with as many threads
//  load    milliseconds from the navigation to a page to the end of its first step
//
// --filter TEXT  only jobs whose name fits this regular expression; --busy N: beside so many threads that compute all the time

import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import type { Page } from "playwright-core";
import { build as vite } from "vite";
import { launchChromium } from "../support/chromium.js";
import { installPacked } from "../support/packed.js";
import { servePage } from "../support/page-server.js";
import type { Job, NetworkName, Watched } from "../support/page-program.js";

const { values, positionals } = parseArgs({
  options: { filter: { type: "string", default: "" }, busy: { type: "string", default: "0" }, rounds: { type: "string", default: "3" } },
  allowPositionals: true,
});
const wanted = positionals.length ? positionals : ["freeze", "steps", "load"];
const program = fileURLToPath(new URL("../support/page-program.js", import.meta.url));

const job = (network: NetworkName, batch: number, call: Job["call"], steps: number, stepsPerExecution = 1): Job => ({
  network,
  batch,
  call,
  steps,
  stepsPerExecution,
});
const nameOf = ({ network, batch, call, stepsPerExecution = 1 }: Job) =>
  `${network} ${batch} ${call}${stepsPerExecution > 1 ? ` ×${stepsPerExecution}` : ""}`;

const freezes: readonly Job[] = [
  ...(["fit", "evaluate", "predict", "trainOnBatch"] as const).flatMap((call) => [
    job("mlp", 32, call, 200),
    job("mlp", 1024, call, 24),
    job("cnn", 32, call, 100),
    job("cnn", 1024, call, 4),
    job("lstm", 32, call, 16),
    job("lstm", 256, call, 4),
    job("wide", 8, call, 3),
    job("embedding", 8, call, 3),
    job("resnet50", 2, call, 3),
  ]),
  job("mlp", 32, "fit", 200, 50),
  job("cnn", 128, "fit", 24, 8),
  job("resnet50", 8, "predict", 2),
];
const steps: readonly Job[] = [
  job("mlp", 32, "fit", 600),
  job("cnn", 32, "fit", 150),
  job("cnn", 256, "fit", 30),
  job("lstm", 32, "fit", 40),
];

const fits = (job: Job) => new RegExp(values.filter, "i").test(nameOf(job));
const workers = Array.from({ length: Number(values.busy) }, () => new Worker("for (;;) {}", { eval: true }));

const installed = await installPacked();
const browser = await launchChromium();
const files = new Map([["/program.js", await readFile(program)]]);
const servers = {
  isolated: await servePage(installed.home, { isolated: true, files }),
  plain: await servePage(installed.home, { isolated: false, files }),
};

/** Opens a page of its own, and asks it. */
async function inPage<R>(url: string, ask: (page: Page) => Promise<R>): Promise<R> {
  const page = await browser.newPage();
  try {
    await page.goto(url);
    return await ask(page);
  } finally {
    await page.close();
  }
}
const call = <R>(url: string, name: "time" | "watch", job: Job) =>
  inPage(url, (page) => page.evaluate<R>(`import("/program.js").then((program) => program.${name}(${JSON.stringify(job)}))`));

/** The same in a process of Node. */
async function inNode(job: Job, threads: number): Promise<{ best: number; middle: number }> {
  const folder = await mkdtemp(join(tmpdir(), "kerasm-page-"));
  const text = `import(${JSON.stringify(program)})
    .then((program) => program.time(${JSON.stringify(job)}))
    .then((found) => console.log(JSON.stringify(found)))`;
  const child = spawn(process.execPath, ["-e", text], { env: { ...process.env, KERASM_NUM_THREADS: String(threads) } });
  let out = "";
  child.stdout.on("data", (text: Buffer) => (out += text.toString()));
  child.stderr.pipe(process.stderr);
  await new Promise((resolve) => child.once("close", resolve));
  await rm(folder, { recursive: true });
  return JSON.parse(out) as { best: number; middle: number };
}

const short = (ms: number) => ms.toFixed(ms < 10 ? 2 : ms < 100 ? 1 : 0);

if (wanted.includes("freeze"))
  for (const each of freezes.filter(fits))
    for (const [name, { url }] of Object.entries(servers)) {
      const { longest, long, all, step, frames } = await call<Watched>(url, "watch", each);
      const told = long.map(({ at, took }) => `${took.toFixed(0)} at ${at}`).join(", ");
      console.log(
        `${nameOf(each).padEnd(24)} ${name.padEnd(9)} longest ${short(longest).padStart(5)} ms, step ${short(step)} ms, ` +
          `${frames.toFixed(0)} frames/s, ${(all / 1000).toFixed(1)} s${told && `; OVER 50: ${told}`}`,
      );
    }

if (wanted.includes("steps"))
  for (const each of steps.filter(fits)) {
    const found = new Map<string, number[]>();
    const note = (name: string, time: number) => found.set(name, [...(found.get(name) ?? []), time]);
    for (let round = 0; round < Number(values.rounds); round++) {
      note("node 2", (await inNode(each, 2)).middle);
      for (const [name, { url }] of Object.entries(servers)) note(name, (await call<{ middle: number }>(url, "time", each)).middle);
      note("node 1", (await inNode(each, 1)).middle);
    }
    const best = (name: string) => Math.min(...found.get(name)!);
    const all = [...found].map(([name, times]) => `${name}: ${times.map(short).join(" ")}`).join("; ");
    console.log(
      `${nameOf(each).padEnd(16)} isolated/node ${(best("isolated") / best("node 2")).toFixed(2)}, ` +
        `plain/node ${(best("plain") / best("node 1")).toFixed(2)}, ` +
        `isolated/plain ${(best("isolated") / best("plain")).toFixed(2)} (ms: ${all})`,
    );
  }

if (wanted.includes("load")) {
  const app = (csp: string, from: string) => `${csp}import * as keras from "${from}";
const { layers } = keras;
const marks = { begin: globalThis.begin, imported: performance.now() };
const dense = new layers.Dense(128, { activation: "relu" });
const model = new keras.Sequential([new keras.Input({ shape: [784] }), dense, new layers.Dense(10)]);
model.compile({ optimizer: new keras.optimizers.Adam(), loss: new keras.losses.SparseCategoricalCrossentropy({ fromLogits: true }) });
const x = Array.from({ length: 32 }, (_, i) => Array.from({ length: 784 }, (_, k) => ((i + k) % 7) / 7));
marks.compiled = performance.now();
await model.trainOnBatch(x, x.map((_, i) => i % 10));
marks.step = performance.now();
globalThis.marks = marks;`;
  const apps = new Map<string, { script: string; files: Map<string, Uint8Array> }>();
  const csp = 'import "kerasm/csp";\n';
  const shipped = new Map([["/app.js", Buffer.from(app("", "kerasm/keras"))]]);
  apps.set("nothing", { script: "globalThis.marks = { imported: 0, compiled: 0, step: performance.now() }", files: new Map() });
  apps.set("as it ships", { script: 'globalThis.begin = performance.now(); await import("/app.js");', files: shipped });
  for (const [name, code] of Object.entries({
    "through Vite": app("", "kerasm/keras"),
    "through Vite, kerasm/csp": app(csp, "kerasm/keras"),
  })) {
    const entry = join(installed.folder, "app.mjs");
    await writeFile(entry, code);
    const build = { write: false, modulePreload: false, target: "esnext", rollupOptions: { input: entry } } as const;
    const { output } = (await vite({ root: installed.folder, configFile: false, logLevel: "silent", build })) as unknown as {
      output: readonly { fileName: string; isEntry?: boolean; code?: string; source?: string | Uint8Array }[];
    };
    const files = new Map(output.map((file) => [`/${file.fileName}`, new Uint8Array(Buffer.from(file.code ?? file.source!))]));
    apps.set(name, {
      script: `globalThis.begin = performance.now(); await import("/${output.find(({ isEntry }) => isEntry)!.fileName}");`,
      files,
    });
  }
  for (const [name, { script, files }] of apps)
    for (const isolated of [true, false]) {
      const server = await servePage(installed.home, { isolated, script, files });
      const found: { begin?: number; imported: number; compiled: number; step: number }[] = [];
      for (let round = 0; round < Number(values.rounds) * 2; round++) {
        const context = await browser.newContext();
        const page = await context.newPage();
        await page.goto("about:blank");
        await new Promise((resolve) => setTimeout(resolve, 1000)); // the browser's own first page is loaded beside
        await page.goto(server.url);
        found.push(await (await page.waitForFunction("globalThis.marks")).evaluate((marks) => marks as (typeof found)[number]));
        await context.close();
      }
      await server.close();
      found.sort((a, b) => a.step - b.step);
      const { begin = 0, imported, compiled, step } = found[found.length >> 1]!;
      console.log(
        `load ${name}, ${isolated ? "isolated" : "plain"}: first step after ${short(step)} ms ` +
          `(best ${short(found[0]!.step)}, worst ${short(found.at(-1)!.step)}); begun ${short(begin)}, ` +
          `imported ${short(imported)}, compiled ${short(compiled)}`,
      );
    }
}

for (const { close } of Object.values(servers)) await close();
await browser.close();
installed.remove();
for (const worker of workers) await worker.terminate();
