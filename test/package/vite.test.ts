// The packed package with Vite as its users have it: the server that they develop with, what is built, and workers of their own in both.

import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { build, createServer, preview } from "vite";
import { chromiumPath, launchChromium } from "../support/chromium.js";
import { installPacked } from "../support/packed.js";

t.setTimeout(600_000);

const headers = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

const files = {
  "index.html": '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/main.js"></script>',
  // A message that is posted before the worker has read anything must not be lost.
  "main.js": `
import * as tf from "kerasm";
import * as keras from "kerasm/keras";
import "kerasm/csp";
import { fashionMnist } from "kerasm/datasets";
async function main() {
  await tf.ready();
  tf.config.set({ threads: 2 });
  const model = new keras.Sequential([new keras.Input({ shape: [2] }), new keras.layers.Dense(1)]);
  model.compile({ optimizer: new keras.optimizers.SGD(0.1), loss: "mse" });
  const { history } = await model.fit(tf.constant([[0, 1], [1, 0]]), tf.constant([[1], [2]]), { epochs: 30, verbose: 0 });
  for (let i = 0; i < 20; i++) tf.matmul(tf.ones([512, 512]), tf.ones([512, 512]));
  const worker = new Worker(new URL("./mine.js", import.meta.url), { type: "module" });
  const answer = new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
  });
  worker.postMessage([1, 2, 3]);
  const [[images]] = await fashionMnist.loadData();
  return {
    learns: history.loss.at(-1) < history.loss[0] / 10,
    isSame: tf.keras.layers.Dense === keras.layers.Dense,
    shape: images.shape,
    answer: await answer,
    threads: tf.config.get().threads,
  };
}
globalThis.result = main().catch((error) => ({ error: String(error.stack) }));
`,
  "mine.js": `
import * as tf from "kerasm";
onmessage = ({ data }) => postMessage(tf.reduceSum(tf.square(tf.constant(data))).item());
`,
};

if (!chromiumPath) t.pass("no Chromium here");
else {
  const { folder, remove } = await installPacked();
  t.teardown(remove);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  const here = { root: folder, logLevel: "error" as const, configFile: false as const };

  /** What the page at an address finds, and what it complains of. */
  const visit = async (url: string): Promise<{ found: unknown; said: string[]; asked: string[] }> => {
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      const said: string[] = [];
      const asked: string[] = [];
      page.on("request", (request) => asked.push(new URL(request.url()).pathname));
      page.on("console", (message) => ["error", "warning"].includes(message.type()) && said.push(message.text()));
      page.on("pageerror", (error) => said.push(String(error)));
      await page.goto(url);
      // The server that one develops with reloads the page when it has found the packages that it imports.
      await page.waitForFunction("globalThis.result", undefined, { timeout: 120_000 });
      return { found: await page.evaluate("globalThis.result"), said, asked };
    } finally {
      await browser.close();
    }
  };

  const expected = { learns: true, isSame: true, shape: [60000, 28, 28], answer: 14, threads: 2 };

  t.test("the server that one develops with", async (t) => {
    const server = await createServer({ ...here, server: { port: 0, host: "127.0.0.1", headers } });
    t.teardown(() => server.close());
    await server.listen();
    const { found, said, asked } = await visit(server.resolvedUrls!.local[0]!);
    t.strictSame(found, expected);
    t.strictSame(said, []);
    for (const file of ["/node_modules/kerasm/dist/csp/relaxed.wasm", "/node_modules/kerasm/dist/csp/worker.js"])
      t.ok(asked.includes(file), file);
  });

  t.test("what is built, with a worker and the files of kerasm/csp", async (t) => {
    await build(here);
    const server = await preview({ ...here, preview: { port: 0, host: "127.0.0.1", headers } });
    t.teardown(() => server.close());
    const { found, said, asked } = await visit(server.resolvedUrls!.local[0]!);
    t.strictSame(found, expected);
    t.strictSame(said, []);
    for (const file of [/^\/assets\/relaxed-.*\.wasm$/, /^\/assets\/worker-.*\.js$/])
      t.ok(
        asked.some((path) => file.test(path)),
        `${file}`,
      );
    const assets = readdirSync(join(folder, "dist/assets")).join("\n");
    for (const file of [/^simd-.*\.wasm$/m, /^relaxed-.*\.wasm$/m, /^worker-.*\.js$/m, /^train-images.*\.gz$/m]) t.match(assets, file);
  });
}
