// The demo page as static files on a host that sets no headers, in Chromium and in Firefox: trained, paused, loaded anew, drawn on, saved,
// taught. Screenshots of what it looks like go to build/demo-screenshots.

import { createServer } from "node:http";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { createRequire } from "node:module";
import { gzipSync } from "node:zlib";
import { setTimeout } from "node:timers/promises";
import t, { type Test } from "tap";
import { encode } from "fast-png";
import * as tf from "../../lib/index.js";
import { chromiumPath, fakeDevices, launchChromium, openPage } from "../support/chromium.js";
import { firefoxPath } from "../support/firefox.js";
import { Firefox } from "../support/marionette.js";
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

/** What a user does in a browser. */
interface User {
  readonly browser: string;
  goto(url: string): Promise<unknown>;
  reload(): Promise<unknown>;
  evaluate<R>(expression: string): Promise<R>;
  click(selector: string): Promise<void>;
  setFiles(selector: string, paths: readonly string[]): Promise<void>;
  /** Draws a line through points, which are measured from the middle of the element. */
  drag(selector: string, points: readonly (readonly [number, number])[]): Promise<void>;
  press(key: "Tab" | "Enter" | "ArrowRight" | "ArrowLeft"): Promise<void>;
  resize(width: number, height: number): Promise<unknown>;
  dark(isDark: boolean): Promise<unknown>;
  screenshot(path: string): Promise<unknown>;
  /** Saves what a click gives. @returns where it lies */
  download(selector: string): Promise<string>;
  complaints(url: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

async function inChromium(): Promise<User> {
  const browser = await launchChromium(fakeDevices);
  const { page, complaints } = await openPage(browser, "about:blank");
  page.setDefaultTimeout(60_000);
  return {
    browser: "Chromium",
    goto: (url) => page.goto(url),
    reload: () => page.reload(),
    evaluate: (expression) => page.evaluate(expression),
    click: (selector) => page.click(selector),
    setFiles: (selector, paths) => page.setInputFiles(selector, paths),
    async drag(selector, points) {
      await page.locator(selector).scrollIntoViewIfNeeded();
      const box = (await page.locator(selector).boundingBox())!;
      const [middleX, middleY] = [box.x + box.width / 2, box.y + box.height / 2];
      for (const [i, [x, y]] of points.entries()) {
        await page.mouse.move(middleX + x, middleY + y, { steps: 4 });
        if (i === 0) await page.mouse.down();
      }
      await page.mouse.up();
    },
    press: (key) => page.keyboard.press(key),
    resize: (width, height) => page.setViewportSize({ width, height }),
    dark: (isDark) => page.emulateMedia({ colorScheme: isDark ? "dark" : "light" }),
    screenshot: (path) => page.screenshot({ path, fullPage: true }),
    async download(selector) {
      const [download] = await Promise.all([page.waitForEvent("download"), page.click(selector)]);
      const path = join(folder, download.suggestedFilename());
      await download.saveAs(path);
      return path;
    },
    complaints: () => Promise.resolve(complaints),
    close: () => browser.close(),
  };
}

async function inFirefox(): Promise<User> {
  const firefox = await Firefox.launch(undefined, {
    "media.navigator.streams.fake": true,
    "media.navigator.permission.disabled": true,
  });
  return Object.assign(firefox, {
    browser: "Firefox",
    async download(selector: string) {
      await firefox.click(selector);
      for (let i = 0; i < 300; i++) {
        const names = readdirSync(firefox.profile).filter((name) => name.includes(".keras"));
        if (names.length > 0 && names.every((name) => name.endsWith(".keras"))) return join(firefox.profile, names[0]!);
        await setTimeout(100);
      }
      throw new Error("nothing was saved within 30 s");
    },
  });
}

const users = [...(chromiumPath ? [inChromium] : []), ...(firefoxPath ? [inFirefox] : [])];
if (users.length > 0) {
  const types: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };
  const server = createServer((request, response) => {
    const path = new URL(request.url!, "http://localhost").pathname.replace(/\/$/, "/index.html");
    try {
      const content = readFileSync(join(folder, path));
      response.setHeader("Content-Type", types[extname(path)] ?? "application/octet-stream").end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.teardown(() => (server.close(), server.closeAllConnections()));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  for (const begin of users)
    t.test(begin.name.slice("in".length), async (t) => {
      const user = await begin();
      t.teardown(() => user.close());
      await useDemo(t, user, url);
    });
}

async function useDemo(t: Test, user: User, url: string): Promise<void> {
  const shot = (name: string) => user.screenshot(join(screenshots, `${user.browser.toLowerCase()}-${name}.png`));
  const texts = (selector: string) =>
    user.evaluate<string>(`document.querySelector(${JSON.stringify(selector)})?.textContent ?? ""`).catch(() => ""); // the page goes
  /** Waits for a text, four minutes at most. */
  const says = async (selector: string, wanted: RegExp): Promise<string> => {
    for (let i = 0; i < 4800; i++) {
      const text = await texts(selector);
      if (wanted.test(text)) return text;
      await setTimeout(50);
    }
    throw new Error(`${selector} says "${await texts(selector)}"; expected ${wanted}`);
  };
  const progress = (wanted: RegExp) => says("#progress", wanted);
  const label = (selector: string) => user.evaluate<string | null>(`document.querySelector("${selector}").getAttribute("aria-label")`);

  await t.test("a service worker isolates the page", async (t) => {
    await user.goto(url);
    await says("#machine", /kernels/);
    t.equal(await user.evaluate("crossOriginIsolated"), true);
  });

  await t.test("it trains, waits, and goes on after the page was loaded anew", async (t) => {
    await user.evaluate(`Object.assign(document.querySelector("[name=images]"), { value: "10000" })`);
    await user.evaluate(`Object.assign(document.querySelector("[name=epochs]"), { value: "4" })`);
    await user.click("#train");
    // Behind the first backup, and far from the end: a quick machine shows not every step.
    await progress(/step (2[6-9]|[3-9]\d|1\d\d) of 157/);
    await user.click("#pause");
    const paused = await progress(/^Paused/);
    await setTimeout(500);
    t.equal(await texts("#progress"), paused, "it waits");
    await user.click("#pause");
    await progress(/^Training/);
    await user.reload();
    await progress(/was interrupted/);
    t.equal(await user.evaluate("crossOriginIsolated"), true, "isolated as before");
    await user.click("#train");
    const [, right] = /Trained: ([\d.]+)% right/.exec(await progress(/^Trained: /))!;
    t.ok(Number(right) > 70, `${right}% right`);
    for (const id of ["charts canvas", "confusion svg", "wrong image", "weights svg"])
      t.ok(await user.evaluate(`document.querySelector("#${id}") !== null`), id);
  });

  await t.test("it says what a drawing is", async (t) => {
    await user.drag("#pad", [
      [-60, -80],
      [-50, 60],
      [60, 70],
    ]);
    await says("#bars", /%/);
    t.match(await label("#bars svg"), /^Your drawing: .* with [\d.]+%\.$/);
  });

  await t.test("a picture is dropped on the pad", async (t) => {
    const before = await label("#bars svg");
    await user.evaluate(`(async () => {
      const canvas = new OffscreenCanvas(60, 60);
      const context = canvas.getContext("2d");
      context.fillStyle = "#fff";
      context.fillRect(0, 0, 60, 60);
      context.fillStyle = "#000";
      context.fillRect(20, 5, 8, 50);
      context.fillRect(34, 5, 8, 50);
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([await canvas.convertToBlob()], "trousers.png", { type: "image/png" }));
      document.getElementById("pad").dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
    })()`);
    for (let i = 0; i < 200 && (await label("#bars svg")) === before; i++) await setTimeout(50);
    t.match(await label("#bars svg"), /^Your drawing: Trouser with/, "two legs");
  });

  await t.test("a network is saved, and loaded", async (t) => {
    const path = await user.download("#save");
    t.match(path, /fashion\.keras$/);
    await user.setFiles("#load", [path]);
    t.match(await progress(/^Loaded/), /^Loaded fashion\.keras: \d+ weights/);
  });

  await t.test("files that are something else are named, and change nothing", async (t) => {
    const text = join(folder, "text.txt");
    writeFileSync(text, "no picture");
    await user.setFiles("#picture", [text]);
    await progress(/^text\.txt is no picture/);
    const other = join(folder, "other.keras");
    await new tf.keras.Sequential([new tf.keras.Input({ shape: [3] }), new tf.keras.layers.Dense(2)]).save(other);
    await user.setFiles("#load", [other]);
    await progress(/^other\.keras takes \[null,3\] and gives \[null,2\]; expected \[null,28,28,1\]/);
    const before = await label("#bars svg");
    await user.drag("#pad", [
      [-90, -100],
      [90, 100],
    ]);
    for (let i = 0; i < 200 && (await label("#bars svg")) === before; i++) await setTimeout(50);
    t.match(await label("#bars svg"), /^Your drawing: /, "the network of before is there");
  });

  await t.test("the keyboard alone reaches everything", async (t) => {
    await user.evaluate(`document.getElementById("tab-fashion").focus()`);
    const focused = () => user.evaluate<string>(`document.activeElement.id || document.activeElement.className`);
    await user.press("ArrowRight");
    t.equal(await focused(), "tab-teach");
    t.equal(await user.evaluate(`document.getElementById("teach").hidden`), false);
    await user.press("ArrowLeft");
    // As far as the last one, and no further: then the browser's own buttons have their turn.
    const wanted = ["train", "reset", "save", "load", "kerasm-chart", "pad", "clear", "sample"];
    const reached: string[] = [];
    while (reached.length < 40 && reached.at(-1) !== "sample") {
      await user.press("Tab");
      reached.push(await focused());
    }
    for (const id of wanted) t.ok(reached.includes(id), `${id} among ${reached.join(", ")}`);
    if (user.browser === "Firefox") return; // without a window it takes Enter for nobody's, once files were chosen
    const before = await label("#bars svg");
    await user.press("Enter");
    for (let i = 0; i < 200 && (await label("#bars svg")) === before; i++) await setTimeout(50);
    t.not(await label("#bars svg"), before, "a test image is shown, and taken for something");
  });

  await t.test("nothing serious for axe, wide and narrow, light and dark", async (t) => {
    await shot("fashion");
    t.strictSame(await faults(user), []);
    await user.resize(360, 740);
    await user.dark(true);
    await shot("fashion-narrow-dark");
    t.strictSame(await faults(user), []);
    t.ok(await user.evaluate("document.documentElement.scrollWidth <= innerWidth"));
    await user.dark(false);
    await user.resize(1280, 800);
  });

  await t.test("three classes are learned from files, and told apart", async (t) => {
    await user.click("#tab-teach");
    await says("#classes", /Class 3/);
    for (let i = 0; i < 3; i++)
      await user.setFiles(
        `#pictures-${i}`,
        [0, 1, 2, 3, 4, 5].map((shade) => picture(i, shade)),
      );
    await says("#learned", /^Ready/);
    await user.click("#learn");
    await says("#learned", /^Learned 18 pictures/);
    await user.setFiles("#guess", [picture(2, 9)]);
    await says("#teach-bars", /%/);
    t.match(await label("#teach-bars svg"), /Class 3/);
    await shot("teach");
    t.strictSame(await faults(user), []);
  });

  await t.test("on what MobileNet has learned, and with a camera", async (t) => {
    await user.setFiles("#mobilenet", [join(folder, "text.txt")]);
    await says("#learned", /text\.txt/);
    t.match(await texts("#features"), /from nothing/);
    const weights = join(folder, "mobilenet.weights.h5");
    const options = { alpha: 0.25, inputShape: [128, 128, 3], includeTop: false, weights: null } as const;
    await (await tf.keras.applications.MobileNet(options)).saveWeights(weights);
    await user.setFiles("#mobilenet", [weights]);
    await says("#features", /on MobileNet's features/);
    t.equal(await user.evaluate(`document.querySelector("#teach-bars svg")`), null, "what was learned from pictures is forgotten");
    await user.click("#classes fieldset:nth-child(2) button");
    await says("#classes fieldset:nth-child(2)", /16 pictures/);
    t.equal(await user.evaluate(`document.getElementById("video").videoWidth > 0`), true);
    t.equal(await texts("#camera"), "Camera off");
    await user.click("#camera");
    await user.click("#learn");
    await says("#learned", /^Learned 28 pictures/);
    t.equal(await user.evaluate(`document.querySelector("#teach-bars svg")`), null);
    await user.click("#camera");
    await says("#teach-bars", /%/);
    await user.click("#camera");
    await user.resize(360, 740);
    await user.dark(true);
    await shot("teach-narrow-dark");
    t.strictSame(await faults(user), []);
    t.ok(await user.evaluate("document.documentElement.scrollWidth <= innerWidth"));
  });

  await t.test("the page had nothing to complain of, but for those files", async (t) => {
    const complaints = await user.complaints(url);
    t.strictSame(complaints.filter((text) => !/(text\.txt|other\.keras)/.test(text)), []); // prettier-ignore
  });
}

/** A picture of one of three colors, as a file. */
function picture(color: number, shade: number): string {
  const data = new Uint8Array(32 * 32 * 3).map((_, i) => (i % 3 === color ? 200 + 5 * shade : 10 * shade));
  const path = join(folder, `${color}-${shade}.png`);
  writeFileSync(path, encode({ width: 32, height: 32, channels: 3, data }));
  return path;
}

/** What axe calls serious or critical. */
async function faults(user: User): Promise<string[]> {
  await user.evaluate(readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"));
  const { violations } = await user.evaluate<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }>("axe.run()");
  return violations.filter(({ impact }) => ["serious", "critical"].includes(impact)).map(({ id, nodes }) => `${id}: ${nodes[0]!.html}`);
}
