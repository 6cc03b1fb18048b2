// Pages with a strict Content-Security-Policy: kerasm/csp has files of its own for them; what a page forbids is said by name.

import type { Page } from "playwright-core";
import t, { type Test } from "tap";
import * as datasets from "../../datasets/index.js";
import * as tf from "../../lib/index.js";
import { chromiumPath } from "../support/chromium.js";
import { firefoxPath, openInFirefox } from "../support/firefox.js";
import { trainMlp, type Trained } from "../support/mlp.js";
import { packedInChromium } from "../support/packed-page.js";
import { installPacked } from "../support/packed.js";
import { servePage } from "../support/page-server.js";

t.setTimeout(600_000);

const steps = 20;

const parts = {
  "default-src": "'none'",
  "script-src": "'self' 'nonce-page' 'wasm-unsafe-eval'",
  "worker-src": "'self'",
  "connect-src": "'self'",
  "img-src": "data:",
};
const policyOf = (changes: Readonly<Record<string, string>> = {}) =>
  Object.entries({ ...parts, ...changes })
    .map(([directive, value]) => `${directive} ${value}`)
    .join("; ");
const trusted = { "require-trusted-types-for": "'script'", "trusted-types": "kerasm" };

/** What the page does, as text: trains on two threads. */
const training = (entries: readonly string[]) => `Promise.all([import("kerasm"), import("kerasm/datasets")${entries
  .map((entry) => `, import("${entry}")`)
  .join("")}]).then(async ([tf, datasets]) => {
    const train = ${trainMlp.toString()};
    await tf.ready();
    tf.config.set({ threads: 2 });
    const trained = await train({ tf, datasets }, { steps: ${steps} });
    await new Promise((resolve) => setTimeout(resolve, 200)); // for what the page is told later
    return trained;
  })`;

const here = await trainMlp({ tf, datasets }, { steps });

if (!chromiumPath) t.pass("no Chromium here");
else {
  const { home, browser } = await packedInChromium(t);

  /** A page under the policy, with all that it was told and all that it asked for. */
  const open = async (policy: string | undefined, isolated = true): Promise<{ page: Page; said: string[]; requests: string[] }> => {
    const server = await servePage(home, { isolated, ...(policy && { policy }) });
    t.teardown(server.close);
    const page = await browser.newPage();
    const said: string[] = [];
    const requests: string[] = [];
    page.on("console", (message) => said.push(message.text()));
    page.on("pageerror", (error) => said.push(String(error)));
    page.on("request", (request) => requests.push(new URL(request.url()).pathname));
    await page.goto(server.url);
    return { page, said, requests };
  };

  for (const [name, changes] of [
    ["worker-src 'self'", {}],
    ["worker-src 'self' and trusted types", trusted],
  ] as const)
    t.test(`${name}: kernels and workers come from files`, async (t) => {
      const { page, said, requests } = await open(policyOf(changes));
      const there = (await page.evaluate(training(["kerasm/csp"]))) as Trained;
      t.strictSame([there.losses, there.weights], [here.losses, here.weights], "the same bits as in Node");
      t.strictSame(said, []);
      const files = new Set(requests.filter((path) => path.startsWith("/kerasm/dist/csp/")));
      t.strictSame([...files].sort(), ["/kerasm/dist/csp/relaxed.wasm", "/kerasm/dist/csp/simd.wasm", "/kerasm/dist/csp/worker.js"]);
    });

  t.test("without these files the page says which directive forbids the workers, once, and trains all the same", async (t) => {
    const { page, said } = await open(policyOf());
    const there = (await page.evaluate(training([]))) as Trained;
    t.strictSame([there.losses, there.weights], [here.losses, here.weights]);
    const ours = said.filter((text) => text.startsWith("kerasm: "));
    t.equal(ours.length, 1, said.join("\n"));
    t.match(ours[0], /worker thread did not start \(.*worker-src has to allow blob:, or import "kerasm\/csp"/);
  });

  t.test("a page that allows no policy of ours says so", async (t) => {
    const { page, said } = await open(policyOf({ ...trusted, "trusted-types": "'none'" }));
    const there = (await page.evaluate(training(["kerasm/csp"]))) as Trained;
    t.strictSame(there.losses, here.losses);
    t.match(
      said.find((text) => text.startsWith("kerasm: ")),
      /add kerasm to trusted-types/,
    );
  });

  t.test("a page that allows no WebAssembly says which word is missing", async (t) => {
    const { page } = await open(policyOf({ "script-src": "'self' 'nonce-page'" }));
    for (const entries of ['["kerasm"]', '["kerasm", "kerasm/csp"]'])
      for (const first of ["tf.ready()", "tf.ones([2]).add(1)"]) {
        const found = await page.evaluate(
          `Promise.all(${entries}.map((entry) => import(entry))).then(async ([tf]) => { await ${first}; return "compiled"; }).catch(String)`,
        );
        t.match(found, /Content-Security-Policy forbids WebAssembly; expected 'wasm-unsafe-eval' in script-src/, `${entries} ${first}`);
      }
  });

  t.test("a page that is not isolated is told of the two headers, in one line", async (t) => {
    const { page, said } = await open(undefined, false);
    await page.evaluate(training([]).replace("tf.config.set({ threads: 2 });", ""));
    const ours = said.filter((text) => text.startsWith("kerasm: "));
    t.equal(ours.length, 1, said.join("\n"));
    t.match(ours[0], /Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp/);
  });
}

if (!firefoxPath) t.pass("no Firefox here");
else {
  const { home, remove } = await installPacked();
  t.teardown(remove);
  /** What a page under the policy posts, in Firefox. */
  const inFirefox = async (t: Test, policy: string, action: string): Promise<Trained & { said: readonly string[]; error?: string }> => {
    const script = `const post = (found) => fetch("/posted", { method: "POST", body: JSON.stringify(found) });
      const said = [];
      console.warn = (...texts) => said.push(texts.join(" "));
      ${action}.then((found) => post({ ...found, said }), (error) => post({ error: String(error?.stack ?? error), said }));`;
    const server = await servePage(home, { isolated: true, policy, script });
    t.teardown(server.close);
    t.teardown(await openInFirefox(server.url));
    return JSON.parse(await server.posted) as Trained & { said: readonly string[] };
  };

  t.test("Firefox: kernels and workers come from files", async (t) => {
    const found = await inFirefox(t, policyOf(), training(["kerasm/csp"]));
    t.equal(found.error, undefined);
    t.strictSame([found.losses, found.weights], [here.losses, here.weights], "the same bits as in Node");
    t.strictSame(found.said, []);
  });

  t.test("Firefox: which directive forbids the workers is said once, and the page trains all the same", async (t) => {
    const found = await inFirefox(t, policyOf(), training([]));
    t.strictSame([found.losses, found.weights], [here.losses, here.weights]);
    t.equal(found.said.length, 1, found.said.join("\n"));
    t.match(found.said[0], /worker thread did not start \(.*worker-src has to allow blob:, or import "kerasm\/csp"/);
  });

  t.test("Firefox: which word is missing where a page allows no WebAssembly", async (t) => {
    const tried = ["kerasm", "kerasm/csp"].map(
      (entry) =>
        `import("${entry}").then(() => import("kerasm")).then((tf) => Promise.allSettled([tf.ready(), (async () => tf.ones([2]))()]))`,
    );
    const action = `Promise.all([${tried.join()}]).then((all) => ({ losses: all.flat().map(({ reason }) => String(reason)) }))`;
    const { losses: reasons } = await inFirefox(t, policyOf({ "script-src": "'self' 'nonce-page'" }), action);
    t.equal(reasons.length, 4);
    for (const reason of reasons) t.match(reason, /Content-Security-Policy forbids WebAssembly; expected 'wasm-unsafe-eval' in script-src/);
  });
}
