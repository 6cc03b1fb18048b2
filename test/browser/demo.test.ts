// The demo page as static files on a host that sets no headers: trained, paused, loaded anew, drawn on, saved, taught. Screenshots of what it
// looks like go to build/demo-screenshots.

import { createServer } from "node:http";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { createRequire } from "node:module";
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import t from "tap";
import { encode } from "fast-png";
import { chromiumPath, launchChromium, openPage } from "../support/chromium.js";
import { run } from "../support/run.js";
import { repository } from "../support/sources.js";

t.setTimeout(900_000);

const folder = t.testdir();
const screenshots = join(repository, "build/demo-screenshots");
mkdirSync(screenshots, { recursive: true });
const { status, stderr } = await run(process.execPath, [join(repository, "tools/demo.mjs"), "build", folder], { cwd: repository });
if (status !== 0) throw new Error(stderr);

t.test("the page's own code is small", async (t) => {
  const own = readdirSync(join(folder, "assets")).filter((name) =>
    /^(index|fashion|teach|demo-page|training-charts|live-chart|uplot)-.*\.js$/.test(name),
  );
  const bytes = own.reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, "assets", name))).length, 0);
  t.ok(own.some((name) => name.startsWith("fashion")) && own.some((name) => name.startsWith("teach")));
  t.ok(bytes < 100_000, `${bytes} bytes`);
});

if (chromiumPath) {
  const server = createServer((request, response) => {
    const path = new URL(request.url!, "http://localhost").pathname.replace(/\/$/, "/index.html");
    const types: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };
    try {
      const content = readFileSync(join(folder, path));
      response.setHeader("Content-Type", types[extname(path)] ?? "application/octet-stream").end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.teardown(() => (server.close(), server.closeAllConnections()));
  const browser = await launchChromium();
  t.teardown(() => browser.close());
  const { page, complaints } = await openPage(browser, `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  page.setDefaultTimeout(240_000);
  const progress = page.locator("#progress");
  const says = (text: RegExp) => page.locator("#progress", { hasText: text }).waitFor();

  t.test("a service worker isolates the page", async (t) => {
    await page.locator("#machine", { hasText: "kernels" }).waitFor();
    t.equal(await page.evaluate("crossOriginIsolated"), true);
  });

  t.test("it trains, waits, and goes on after the page was loaded anew", async (t) => {
    await page.selectOption("[name=images]", "10000");
    await page.fill("[name=epochs]", "4");
    await page.click("#train");
    // Behind the first backup, and far from the end: a quick machine shows not every step.
    await says(/step (2[6-9]|[3-9]\d|1\d\d) of 157/);
    await page.click("#pause");
    await says(/^Paused/);
    await page.reload();
    await says(/was interrupted/);
    await page.click("#train");
    await says(/^Trained: /);
    t.match(await progress.textContent(), /Trained: [\d.]+% right/);
    for (const id of ["charts canvas", "confusion svg", "wrong image", "weights svg"]) t.ok((await page.locator(`#${id}`).count()) > 0, id);
  });

  t.test("it says what a drawing is", async (t) => {
    await page.locator("#pad").scrollIntoViewIfNeeded();
    const box = (await page.locator("#pad").boundingBox())!;
    await page.mouse.move(box.x + 80, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + 90, box.y + 200, { steps: 4 });
    await page.mouse.move(box.x + 200, box.y + 210, { steps: 4 });
    await page.mouse.up();
    await page.locator("#bars svg").waitFor();
    t.match(await page.locator("#bars svg").getAttribute("aria-label"), /^Your drawing: .* with [\d.]+%\.$/);
  });

  t.test("a network is saved, and loaded", async (t) => {
    const [download] = await Promise.all([page.waitForEvent("download"), page.click("#save")]);
    t.equal(download.suggestedFilename(), "fashion.keras");
    await page.setInputFiles("#load", { name: "mine.keras", mimeType: "application/zip", buffer: readFileSync((await download.path())!) });
    await says(/^Loaded mine.keras: \d+ weights/);
  });

  t.test("nothing serious for axe, wide and narrow, light and dark", async (t) => {
    await page.screenshot({ path: join(screenshots, "fashion.png"), fullPage: true });
    t.strictSame(await faults(page), []);
    await page.setViewportSize({ width: 360, height: 740 });
    await page.emulateMedia({ colorScheme: "dark" });
    await page.screenshot({ path: join(screenshots, "fashion-narrow-dark.png"), fullPage: true });
    t.strictSame(await faults(page), []);
    t.ok(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"));
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  t.test("three classes are learned from files, and told apart", async (t) => {
    await page.click("#tab-teach");
    for (let i = 0; i < 3; i++)
      await page.setInputFiles(
        `#pictures-${i}`,
        [0, 1, 2, 3, 4, 5].map((shade) => picture(i, shade)),
      );
    await page.click("#learn:not(:disabled)");
    await page.locator("#learned", { hasText: /^Learned 18 pictures/ }).waitFor();
    await page.setInputFiles("#guess", picture(2, 9));
    await page.locator("#teach-bars svg").waitFor();
    t.match(await page.locator("#teach-bars svg").getAttribute("aria-label"), /Class 3/);
    await page.screenshot({ path: join(screenshots, "teach.png"), fullPage: true });
    t.strictSame(await faults(page), []);
  });

  t.test("the page had nothing to complain of", async (t) => t.strictSame(complaints, []));
}

/** A picture of one of three colors. */
function picture(color: number, shade: number) {
  const data = new Uint8Array(32 * 32 * 3).map((_, i) => (i % 3 === color ? 200 + 5 * shade : 10 * shade));
  return {
    name: `${color}-${shade}.png`,
    mimeType: "image/png",
    buffer: Buffer.from(encode({ width: 32, height: 32, channels: 3, data })),
  };
}

/** What axe calls serious or critical. */
async function faults(page: Page): Promise<string[]> {
  await page.evaluate(readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"));
  const { violations } = (await page.evaluate("axe.run()")) as { violations: { id: string; impact: string; nodes: { html: string }[] }[] };
  return violations.filter(({ impact }) => ["serious", "critical"].includes(impact)).map(({ id, nodes }) => `${id}: ${nodes[0]!.html}`);
}
