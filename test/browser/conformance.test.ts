// A sample of the recorded cases of every family in a page of both browsers: they pass as in Node, and give the same bits.

import { build, type Plugin } from "esbuild";
import t from "tap";
import { families, goldenDir, type Case } from "../golden/cases.js";
import { casesOf } from "../golden/run.js";
import { chromiumPath, launchChromium } from "../support/chromium.js";
import { runSample, type Told } from "../support/conformance-sample.js";
import { firefoxPath, openInFirefox } from "../support/firefox.js";
import { installPacked } from "../support/packed.js";
import { servePage } from "../support/page-server.js";
import { repository } from "../support/sources.js";

t.setTimeout(600_000);

const EACH = 10;

/** Cases that read files from a disk: saved models, and logs that are read back. */
const needsDisk = (testCase: Case): boolean =>
  testCase.kind === "saving" || JSON.stringify({ ...testCase, source: null }).includes('"file"');

const sample = Object.fromEntries(
  await Promise.all(
    families.map(async (family) => {
      const cases = (await casesOf(goldenDir, family)).filter((testCase) => !needsDisk(testCase));
      const count = Math.min(EACH, cases.length);
      return [family, Array.from({ length: count }, (_, i) => cases[Math.floor((i * cases.length) / count)]!)] as const;
    }),
  ),
);

/** What the cases' code imports of Node and does not reach here; folders are places in memory. */
const withoutNode: Plugin = {
  name: "without-node",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace: "node" }));
    onLoad({ filter: /./, namespace: "node" }, () => ({
      contents: `const none = () => { throw new Error("there is no disk in a page"); };
        export const fileURLToPath = String, tmpdir = () => "memory://scratch", join = (...parts) => parts.join("/");
        export const mkdtempSync = (start) => start + Math.random(), rmSync = () => {};
        export { none as existsSync, none as readdirSync, none as readFileSync, none as readFile, none as gunzipSync };`,
    }));
  },
};

/** As much of Node's Buffer as reading the cases takes. */
const base64 = `globalThis.Buffer = {
  from: (data) => typeof data === "string"
    ? Uint8Array.from(atob(data), (character) => character.charCodeAt(0))
    : { toString: () => btoa(Array.from(new Uint8Array(data), (byte) => String.fromCharCode(byte)).join("")) },
};`;

const { outputFiles } = await build({
  stdin: {
    contents: `import "./build/tools/autograph/index.js"; export { runSample } from "./build/test/support/conformance-sample.js"; ${base64}`,
    resolveDir: repository,
  },
  bundle: true,
  format: "esm",
  platform: "browser",
  target: "es2022",
  write: false,
  ignoreAnnotations: true, // those are of the package's modules, not of build/lib
  plugins: [withoutNode],
  tsconfigRaw: {},
  logLevel: "error",
});
const files = new Map([
  ["/sample.js", outputFiles[0]!.contents],
  ["/sample.json", new TextEncoder().encode(JSON.stringify(sample))],
]);
const script = `const post = (found) => fetch("/posted", { method: "POST", body: JSON.stringify(found) });
  Promise.all([import("/sample.js"), fetch("/sample.json").then((response) => response.json())])
    .then(([{ runSample }, sample]) => runSample(sample))
    .then(post, (error) => post({ error: String(error?.stack ?? error) }));`;

const here = await runSample(sample);
t.test("Node", async (t) => {
  const passed = Object.entries(here).filter(([, { status }]) => status === "passed");
  for (const family of families)
    if (family !== "saving")
      t.ok(
        passed.some(([name]) => name.startsWith(`${family}, `)),
        `${family} has cases`,
      );
  t.ok(passed.filter(([, { bits }]) => bits !== 0).length > passed.length / 2, "most of them compute");
});

const { home, remove } = await installPacked();
t.teardown(remove);

for (const [name, isThere, open] of [
  ["Chromium", chromiumPath, openInChromium],
  ["Firefox", firefoxPath, openInFirefox],
] as const)
  t.test(name, { skip: isThere ? false : `no ${name} here` }, async (t) => {
    const server = await servePage(home, { isolated: false, files, script });
    t.teardown(server.close);
    t.teardown(await open(server.url));
    const there = JSON.parse(await server.posted) as Told;
    t.strictSame(Object.keys(there), Object.keys(here));
    for (const [name, { status, bits, message }] of Object.entries(there))
      t.strictSame([status, bits], [here[name]!.status, here[name]!.bits], `${name}: ${message ?? status}`);
  });

async function openInChromium(url: string): Promise<() => Promise<void>> {
  const browser = await launchChromium();
  await (await browser.newPage()).goto(url);
  return () => browser.close();
}
