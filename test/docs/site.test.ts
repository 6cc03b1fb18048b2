// The site as a reader's browser gets it: every link leads somewhere, nothing asks another host, the first page is small, nothing serious
// is in the way of those who cannot see or point, narrow and dark screens do, and Run buttons run.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, posix } from "node:path";
import type { Browser, Page } from "playwright-core";
import t from "tap";
import { chromiumPath, launchChromium } from "../support/chromium.js";
import { run } from "../support/run.js";
import { serveFolder } from "../support/page-server.js";
import { repository } from "../support/sources.js";
import { withoutExample } from "./without-example.js";

t.setTimeout(600_000);

const made = await run(process.execPath, [join(repository, "site/build.mjs")], { cwd: repository, timeout: 500_000 });
if (made.status !== 0) throw new Error(made.stdout + made.stderr);
const home = join(repository, "build/site");
const pages = readdirSync(home, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".html") && file !== "runner.html");
const read = (file: string) => readFileSync(join(home, file), "utf8");

t.test("every link of every page leads to a file, and to a heading that is there", async (t) => {
  t.ok(pages.length > 1000, `${pages.length} pages`);
  const anchors = new Map(pages.map((page) => [page, new Set(Array.from(read(page).matchAll(/ id="([^"]*)"/g), ([, id]) => id))]));
  const broken: string[] = [];
  for (const page of pages)
    for (const [, target] of read(page).matchAll(/ (?:href|src)="([^"]*)"/g)) {
      if (/^(https?:|data:|mailto:)/.test(target!)) continue;
      const [path, anchor] = target!.replaceAll("&amp;", "&").split("#") as [string, string?];
      const file = path === "" ? page : posix.join(posix.dirname(page), path);
      if (!existsSync(join(home, file))) broken.push(`${page}: ${target}`);
      else if (anchor && !anchors.get(file)?.has(anchor)) broken.push(`${page}: no heading ${target}`);
    }
  t.strictSame(broken, []);
});

t.test("what a page loads by itself is its own", async (t) => {
  for (const page of pages) {
    const loaded = Array.from(read(page).matchAll(/<(?:script|img|link|iframe)[^>]* (?:src|href)="(https?:[^"]*)"/g), ([, url]) => url);
    if (loaded.length > 0) t.fail(`${page}: ${loaded}`);
  }
  for (const file of readdirSync(join(home, "assets"), { recursive: true, encoding: "utf8" }).filter((name) => /\.(js|css)$/.test(name)))
    t.notMatch(readFileSync(join(home, "assets", file), "utf8"), /(?:url\(|fetch\(|import\()["']?https?:/, file);
});

const { silent, unshown } = JSON.parse(readFileSync(join(repository, "build/site-undocumented.json"), "utf8")) as Record<
  "silent" | "unshown",
  string[]
>;

t.test("every public name has a doc comment", async (t) => t.strictSame(silent, []));

t.test("every public name shows an example, or says why not", async (t) => {
  const excused = [...withoutExample.values()].flat();
  t.strictSame([...new Set(unshown)].sort(), excused.sort());
});

t.test("every part that the site promises is there", async (t) => {
  const guides =
    "sequential-model functional-api subclassing training-and-evaluation custom-train-step custom-training-loop saving callbacks transfer-learning rnn masking-and-padding preprocessing-layers mixed-precision quantization distribution autograph tf-data";
  for (const name of guides.split(" ")) t.ok(pages.includes(`guides/${name}.html`), name);
  for (const name of "getting-started from-keras from-tensorflow-js from-pytorch how-it-works performance limits security coverage".split(
    " ",
  ))
    t.ok(pages.includes(`${name}.html`), name);
  t.ok(pages.filter((page) => page.startsWith("examples/") && page !== "examples/index.html").length >= 20, "examples");
  for (const name of ["keras/ops/add", "tf/reduceSum", "models/SimpleCNN.class", "visor/plotHistory", "autograph/convertSource"])
    t.ok(pages.includes(`reference/${name}.html`), name);
  const dense = read("reference/keras/layers/Dense.class.html");
  for (const part of [/units/, /activation/, /tensorflow\.org[^"]*keras\/layers\/Dense/, /&quot;glorot_uniform&quot;/])
    t.match(dense, part);
});

if (!chromiumPath) t.pass("no Chromium here");
else {
  const browser = await launchChromium();
  t.teardown(() => browser.close());
  const server = await serveFolder(home);
  t.teardown(() => server.close());
  const axe = readFileSync(join(dirname(createRequire(import.meta.url).resolve("axe-core")), "axe.min.js"), "utf8");

  const shown = [
    "index",
    "guides/functional-api",
    "examples/index",
    "examples/gallery/unet",
    "reference/keras/layers/Dense.class",
    "reference/keras/ops/index",
    "from-pytorch",
  ];
  t.test("the first page is under 200 kB, before anything is compressed, and asks nobody else", async (t) => {
    const { page, bytes, foreign, complaints } = await open(browser, `${server.url}index.html`);
    t.ok(bytes() < 200_000, `${bytes()} bytes`);
    t.ok(bytes() > 5_000, `${bytes()} bytes`);
    t.strictSame([foreign, complaints], [[], []]);
    await page.close();
  });

  for (const colorScheme of ["light", "dark"] as const)
    t.test(`axe finds nothing serious on a ${colorScheme} screen`, async (t) => {
      for (const name of shown) {
        const { page } = await open(browser, `${server.url}${name}.html`, { colorScheme });
        t.equal(await page.evaluate(() => document.documentElement.dataset["theme"]), colorScheme);
        await page.evaluate(axe);
        const found = await page.evaluate(async () => {
          const { axe } = globalThis as unknown as {
            axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> };
          };
          const { violations } = await axe.run();
          return violations
            .filter(({ impact }) => impact === "serious" || impact === "critical")
            .map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
        });
        t.strictSame(found, [], name);
        await page.close();
      }
    });

  t.test("at 360 pixels nothing is cut off, and the menu opens", async (t) => {
    for (const name of shown) {
      const { page } = await open(browser, `${server.url}${name}.html`, { viewport: { width: 360, height: 700 } });
      t.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 360), name);
      t.notOk(await page.locator("#menu").isVisible());
      await page.click("#menu-button");
      t.ok(await page.locator("#menu").isVisible());
      await page.close();
    }
  });

  t.test("the search finds names and pages without a server's help", async (t) => {
    const { page, foreign } = await open(browser, `${server.url}guides/rnn.html`);
    for (const [words, wanted] of [
      ["Conv2D", "keras/layers/Conv2D"],
      ["early stopping", "EarlyStopping"],
      ["reduceSum", "reduceSum"],
      ["masking padding", "guides/masking-and-padding"],
    ] as const) {
      // prettier-ignore
      await page.fill("#search input", words);
      await page.waitForFunction(
        (part) => Array.from(document.querySelectorAll<HTMLAnchorElement>("#found a")).some(({ href }) => href.includes(part)),
        wanted,
        { timeout: 120_000 },
      );
      t.pass(words);
    }
    t.strictSame(foreign, []);
    await page.close();
  });

  t.test("Run buttons run the page's programs on the package, and print what the page says", async (t) => {
    for (const [name, block, wanted] of [
      ["guides/sequential-model", 3, /\[ 1, 4 \] true 6/],
      ["guides/autograph", 2, /42 6/],
      ["reference/keras/metrics/Mean.class", 0, /Done/],
      ["examples/guide/gradients", 0, /\[ \[ 2, 0 \], \[ 0, 4 \] \]/],
    ] as const) {
      const { page, foreign } = await open(browser, `${server.url}${name}.html`);
      await page.locator(".run").nth(block).click();
      await page.waitForFunction(
        () => /^(Done|Ended)/m.test(Array.from(document.querySelectorAll<HTMLElement>(".output"), (each) => each.innerText).join("\n")),
        null,
        { timeout: 240_000 },
      );
      const printed = await page.evaluate(() =>
        Array.from(document.querySelectorAll<HTMLElement>(".output"), (each) => each.innerText).join("\n"),
      );
      t.match(printed, wanted, name);
      t.match(printed, /^Done/m, name);
      t.strictSame(foreign, []);
      await page.close();
    }
  });
}

interface Opened {
  readonly page: Page;
  /** What came over the wire. */
  bytes(): number;
  /** Requests to other hosts. */
  readonly foreign: readonly string[];
  readonly complaints: readonly string[];
}

async function open(browser: Browser, url: string, options: Parameters<Browser["newPage"]>[0] = {}): Promise<Opened> {
  const page = await browser.newPage({ colorScheme: "light", ...options });
  const foreign: string[] = [];
  const complaints: string[] = [];
  let bytes = 0;
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== new URL(url).origin && !/^(data|blob):/.test(request.url())) foreign.push(request.url());
  });
  page.on("response", (response) => void response.body().then((body) => (bytes += body.length), () => {})); // prettier-ignore
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  await page.goto(url, { waitUntil: "networkidle" });
  return { page, bytes: () => bytes, foreign, complaints };
}
