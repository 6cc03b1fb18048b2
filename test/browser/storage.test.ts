// Tabs that save checkpoints into one database of the browser at once, and die while they do: nothing that was saved is lost or torn.

import { join } from "node:path";
import type { Page } from "playwright-core";
import t from "tap";
import * as tf from "../../lib/index.js";
import { chromiumPath } from "../support/chromium.js";
import { packedInChromium } from "../support/packed-page.js";
import { servePage } from "../support/page-server.js";

type Tf = typeof import("../../lib/index.js");

t.setTimeout(600_000);

const ROUNDS = 5;
const PLACE = "indexeddb://killed";

/** Saves one checkpoint after the other, every second number from `first` on, until the page is told to stop. All of one has its number. */
const saving = `async (first) => {
  const tf = await import("kerasm");
  const w = tf.variable(tf.zeros([20000])), step = tf.variable(0);
  const manager = new tf.train.CheckpointManager(new tf.train.Checkpoint({ w, step }), "${PLACE}");
  await manager.ready;
  for (let number = first; !globalThis.stops; number += 2) {
    w.assign(tf.fill([20000], number));
    step.assign(number);
    await manager.save({ checkpointNumber: number });
    await globalThis.saved(number);
  }
}`;

/** The checkpoints that another page finds, each with the numbers that are in it; and the one that it goes on from. */
async function found(page: Page): Promise<{ numbers: number[][]; latest: string | null; names: string[] }> {
  return page.evaluate(async (place) => {
    const tf = (await import("kerasm" as string)) as Tf;
    const w = tf.variable(tf.zeros([20000]));
    const step = tf.variable(0);
    const checkpoint = new tf.train.Checkpoint({ w, step });
    const manager = new tf.train.CheckpointManager(checkpoint, place);
    await manager.ready;
    const numbers: number[][] = [];
    for (const path of manager.checkpoints) {
      await checkpoint.restore(path);
      numbers.push([...new Set([...w.data(), step.item()])]);
    }
    return { numbers, latest: await manager.restoreOrInitialize(), names: [...manager.checkpoints] };
  }, PLACE);
}

if (!chromiumPath) t.pass("no Chromium here");
else {
  const { home, browser } = await packedInChromium(t);
  const server = await servePage(home, { isolated: false });
  t.teardown(server.close);
  const context = await browser.newContext();
  const reader = await context.newPage();
  await reader.goto(server.url);

  let next = 1;
  for (let round = 0; round < ROUNDS; round++)
    t.test(`two tabs, one of which dies: ${round}`, async (t) => {
      const saved: Set<number>[] = [new Set(), new Set()];
      const waiting: (() => void)[] = [];
      const tabs = await Promise.all(
        saved.map(async (numbers, i) => {
          const tab = await context.newPage();
          await tab.exposeFunction("saved", (number: number) => {
            numbers.add(number);
            waiting.splice(0).forEach((go) => go());
          });
          await tab.goto(server.url);
          return { tab, run: tab.evaluate(`(${saving})(${next + i})`).catch(() => "died") };
        }),
      );
      /** Until a tab has saved so many. */
      const until = async (tab: number, count: number): Promise<void> => {
        while (saved[tab]!.size < count) await new Promise<void>((resolve) => waiting.push(resolve));
      };
      await Promise.all([until(0, 2), until(1, 2)]);
      await new Promise((resolve) => setTimeout(resolve, (round * 37) % 90)); // anywhere in a save
      const [dying, living] = round % 2 ? [1, 0] : [0, 1];
      void tabs[dying]!.tab.goto("chrome://crash").catch(() => {});
      t.equal(await tabs[dying]!.run, "died");
      const before = saved[living]!.size;
      await until(living, before + 3);
      t.pass("the other tab goes on: no lock is left behind");
      await tabs[living]!.tab.evaluate("globalThis.stops = true");
      await tabs[living]!.run;
      await Promise.all(tabs.map(({ tab }) => tab.close()));

      const { numbers, latest, names } = await found(reader);
      t.ok(
        numbers.every((inOne, i) => inOne.length === 1 && names[i] === `${PLACE}/ckpt-${inOne[0]}`),
        `each is whole: ${JSON.stringify(numbers)}`,
      );
      const all = new Set(numbers.flat());
      t.strictSame(
        [...saved[0]!, ...saved[1]!].filter((number) => !all.has(number)),
        [],
        "what was saved is there",
      );
      t.equal(latest, names.at(-1));
      next = Math.max(...all) + 1;
    });

  t.test("what a browser refuses is said as what it is", async (t) => {
    // A profile of its own: the browser remembers for a while how much room there was.
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(server.url);
    const refusal = (action: string): Promise<string> =>
      page.evaluate(`(async () => {
        const tf = await import("kerasm"), { keras } = tf;
        const model = new keras.Sequential([new keras.Input({ shape: [1000] }), new keras.layers.Dense(1000)]);
        try { ${action}; return "nothing"; } catch (error) { return error.name + ": " + error.message; }
      })()`);
    await page.evaluate(
      () =>
        new Promise((resolve, reject) => {
          const request = indexedDB.open("theirs", 3);
          request.onupgradeneeded = () => void request.result.createObjectStore("notes");
          request.onsuccess = () => resolve(request.result.close());
          request.onerror = () => reject(request.error!);
        }),
    );
    const theirs = /a database of another program/;
    t.match(await refusal('await model.save("indexeddb://theirs/m.keras")'), theirs);
    t.match(await refusal('await keras.models.loadModel("indexeddb://theirs/m.keras")'), theirs);
    t.match(await refusal('await model.save("localstorage://m.keras")'), /ValueError.*localstorage/);
    t.match(await refusal('await model.save("https://example.com/m.keras")'), /https/);
    for (const nothing of ["indexeddb://", "opfs://", "/"])
      t.match(await refusal(`await model.save("${nothing}")`), /ArgumentError.*expected the path of a file/, nothing);

    // Beside the page: from the root of its server, and what a server of an application in one page answers.
    const path = join(t.testdir(), "m.keras");
    await new tf.keras.Sequential([new tf.keras.Input({ shape: [2] }), new tf.keras.layers.Dense(2)]).save(path);
    await page.route("**/*", (route) => {
      const { pathname } = new URL(route.request().url());
      if (pathname === "/m.keras") return route.fulfill({ path });
      if (!/^\/(none|ckpts)/.test(pathname)) return route.continue();
      return route.fulfill({ contentType: "text/html; charset=utf-8", body: "<!doctype html><title>app</title>" });
    });
    t.equal(await refusal('await keras.models.loadModel("/m.keras")'), "nothing", "from the root");
    t.equal(await refusal('await keras.models.loadModel("m.keras")'), "nothing", "from beside the page");
    t.match(await refusal('await keras.models.loadModel("/none.keras")'), /none\.keras: given a path where there is no file/);
    t.match(await refusal('await keras.models.loadModel(new URL("/none.keras", location.href))'), /a page \(HTML\) as the answer/);
    t.equal(await refusal('await new tf.train.CheckpointManager(new tf.train.Checkpoint({ w: tf.variable(1) }), "ckpts").restoreOrInitialize()'), "nothing"); // prettier-ignore
    await page.unroute("**/*");

    const session = await context.newCDPSession(page);
    await session.send("Storage.overrideQuotaForOrigin", { origin: new URL(server.url).origin, quotaSize: 1_000_000 });
    for (const place of ["indexeddb://full/m.keras", "opfs://full/m.keras"]) {
      t.match(await refusal(`await model.save("${place}")`), /CheckpointError.*(a full quota|its quota is full)/, place);
      t.match(await refusal(`await keras.models.loadModel("${place}")`), /there is no file/, `${place}: nothing is left of it`);
    }
    await session.send("Storage.overrideQuotaForOrigin", { origin: new URL(server.url).origin });
    for (const place of ["indexeddb://full/m.keras", "opfs://full/m.keras"])
      t.equal(await refusal(`await model.save("${place}"); await keras.models.loadModel("${place}")`), "nothing", place);
  });
}
