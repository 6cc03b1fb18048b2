// The guides' programs in a page of both browsers: each prints there what it says it prints.

import { basename } from "node:path";
import { format } from "node:util";
import t from "tap";
import { chromiumPath, launchChromium } from "../support/chromium.js";
import { codeOf, inJavaScript, pagesIn, saidBy } from "../support/doc-programs.js";
import { firefoxPath } from "../support/firefox.js";
import { Firefox } from "../support/marionette.js";
import { installPacked } from "../support/packed.js";
import { servePage } from "../support/page-server.js";
import { printedAsSaid } from "../support/printed.js";

t.setTimeout(600_000);

const guides = pagesIn("docs/guides").map((page) => {
  const code = codeOf(page)
    .filter(({ words }) => !words.includes("node"))
    .map((block) => block.code)
    .join("\n");
  return { page, path: `/guides/${basename(page, ".md")}.js`, code, said: saidBy(code) };
});
const files = new Map(guides.map(({ path, code }) => [path, new TextEncoder().encode(inJavaScript(code))]));

/** What a program printed: plain values as they are, anything else as its text. */
interface Told {
  readonly printed: readonly (readonly unknown[])[];
  readonly error?: string;
}

/** A module script that runs a program and tells of it: what a driver evaluates knows neither import map nor console of the page in Firefox. */
const script = (path: string): string => `
  const printed = [];
  const isPlain = (value) => value === null || typeof value !== "object" || (Array.isArray(value) && value.every(isPlain));
  const shown = (value) => (isPlain(value) && value !== undefined && !Number.isNaN(value) ? value : String(value));
  console.log = (...values) => void printed.push(values.map(shown));
  const tell = (error) => {
    document.body.dataset.told = JSON.stringify({ printed, error });
    document.dispatchEvent(new Event("told"));
  };
  import(${JSON.stringify(path)}).then(() => tell(), (error) => tell([error, error?.stack].join(" ")));`;

const running = (path: string): string => `new Promise((resolve) => {
  document.addEventListener("told", () => resolve(document.body.dataset.told), { once: true });
  const textContent = ${JSON.stringify(script(path))};
  document.body.append(Object.assign(document.createElement("script"), { type: "module", textContent }));
})`;

/** A browser whose page can be sent to an address, and runs expressions there. */
interface Browser {
  goto(url: string): Promise<unknown>;
  evaluate<R>(expression: string): Promise<R>;
  close(): Promise<void>;
}

async function chromium(): Promise<Browser> {
  const browser = await launchChromium();
  const page = await browser.newPage();
  return {
    goto: (url) => page.goto(url),
    evaluate: <R>(expression: string) => page.evaluate<R>(expression),
    close: () => browser.close(),
  };
}

t.test("every guide has a program", async (t) => t.ok(guides.length >= 17 && guides.every(({ said }) => said.length > 0)));

const { home, remove } = await installPacked();
t.teardown(remove);

for (const [name, isThere, launch] of [
  ["Chromium", chromiumPath, chromium],
  ["Firefox", firefoxPath, () => Firefox.launch()],
] as const)
  t.test(name, { skip: isThere ? false : `no ${name} here` }, async (t) => {
    const server = await servePage(home, { isolated: true, files });
    t.teardown(server.close);
    const browser: Browser = await launch();
    t.teardown(() => browser.close());
    for (const { page, path, said } of guides) {
      await browser.goto(server.url);
      const { printed, error } = JSON.parse(await browser.evaluate<string>(running(path))) as Told;
      t.equal(error, undefined, page);
      t.strictSame(printedAsSaid(printed.map((values) => format(...values)).join("\n"), said), said, page);
    }
  });
