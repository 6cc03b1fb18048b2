// A page that nobody sees goes on: its frames no longer come, its timers come once a second, and browsers freeze it at times. What is
// trained meanwhile is what is trained in a page that is seen. (Chromium without a window says of each page that it is seen: what hidden
// pages lack is taken from it here; a page is frozen and thawed as browsers do. Firefox hides a page behind another tab.)

import { setTimeout } from "node:timers/promises";
import t from "tap";
import { chromiumPath, openPage } from "../support/chromium.js";
import { firefoxPath } from "../support/firefox.js";
import { Firefox } from "../support/marionette.js";
import { installPacked } from "../support/packed.js";
import { packedInChromium } from "../support/packed-page.js";
import { servePage } from "../support/page-server.js";

t.setTimeout(240_000);

interface Found {
  readonly losses: readonly number[];
  readonly milliseconds: number;
}

/** Trains with live charts, a frame awaited after each epoch; `globalThis.epochs` counts them. */
const training = `(async () => {
  const [tf, { trainingCharts }] = await Promise.all([import("kerasm"), import("kerasm/visor")]);
  await tf.config.enableOpDeterminism();
  const { keras } = tf, { layers } = keras;
  const given = (shape, scale) => {
    const values = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => ((i * 37) % 101 / 101 - 0.5) * scale);
    return tf.constant(values, { shape });
  };
  const model = new keras.Sequential([new keras.Input({ shape: [256] })]);
  model.add(new layers.Dense(512, { activation: "relu" }));
  model.add(new layers.Dense(1));
  model.setWeights(model.weights.map((weight) => given(weight.shape, 0.1)));
  model.compile({ optimizer: "sgd", loss: "mse" });
  globalThis.epochs = 0;
  const told = new keras.callbacks.LambdaCallback({ onEpochEnd: async () => { globalThis.epochs++; await tf.nextFrame(); } });
  const charts = trainingCharts(document.body.appendChild(document.createElement("div")));
  const begin = performance.now();
  const how = { batchSize: 32, epochs: 40, verbose: 0, shuffle: false, callbacks: [told, charts] };
  const { history } = await model.fit(given([512, 256], 1), given([512, 1], 1), how);
  return { losses: history.loss, milliseconds: performance.now() - begin };
})()`;

/** What a page that is hidden lacks, as far as scripts see it: frames, quick timers, the word "visible". */
const hide = `
  Object.defineProperties(document, { hidden: { get: () => true }, visibilityState: { get: () => "hidden" } });
  globalThis.requestAnimationFrame = () => 1;
  const timer = globalThis.setTimeout;
  globalThis.setTimeout = (action, wait = 0, ...rest) => timer(action, Math.max(1000, wait), ...rest);`;

if (!chromiumPath) t.pass("no Chromium here");
else {
  const { home, browser } = await packedInChromium(t);
  for (const isolated of [true, false])
    t.test(isolated ? "isolated" : "plain", async (t) => {
      const server = await servePage(home, { isolated });
      t.teardown(server.close);
      const open = async () => {
        const { page, complaints } = await openPage(browser, server.url);
        t.teardown(() => page.close());
        return { page, complaints };
      };
      const seen = await (await open()).page.evaluate<Found>(training);
      t.equal(seen.losses.length, 40);
      t.ok(seen.losses.at(-1)! < seen.losses[0]!);

      t.test("without frames, with timers of a second", async (t) => {
        const { page, complaints } = await open();
        await page.evaluate(hide);
        const found = await page.evaluate<Found>(training);
        t.strictSame(found.losses, seen.losses);
        // Nothing waits for a frame or a timer: one of each epoch would take 40 seconds.
        t.ok(found.milliseconds < 20_000, `${found.milliseconds.toFixed(0)} ms for ${seen.milliseconds.toFixed(0)}`);
        t.strictSame(complaints, []);
      });

      t.test("frozen in the midst of it, and thawed", async (t) => {
        const { page, complaints } = await open();
        const session = await page.context().newCDPSession(page);
        const result = page.evaluate<Found>(training);
        await page.waitForFunction("globalThis.epochs >= 3");
        await session.send("Page.setWebLifecycleState", { state: "frozen" });
        await setTimeout(1500);
        await session.send("Page.setWebLifecycleState", { state: "active" });
        t.strictSame((await result).losses, seen.losses);
        t.strictSame(complaints, []);
      });
    });
}

if (!firefoxPath) t.pass("no Firefox here");
else {
  const { home, remove } = await installPacked();
  t.teardown(remove);
  for (const isolated of [true, false])
    t.test(`Firefox, ${isolated ? "isolated" : "plain"}: behind another tab, and seen again in the midst of it`, async (t) => {
      const server = await servePage(home, { isolated, script: `globalThis.train = () => (globalThis.trained = ${training})` });
      t.teardown(server.close);
      const firefox = await Firefox.launch();
      t.teardown(() => firefox.close());
      const until = async (condition: string): Promise<void> => {
        while (!(await firefox.evaluate<boolean>(condition))) await setTimeout(10);
      };
      await firefox.goto(server.url);
      const seen = await firefox.evaluate<Found>("train()");
      t.ok(seen.losses.length === 40 && seen.losses.at(-1)! < seen.losses[0]!);

      const uncover = await firefox.cover();
      await until("document.hidden");
      const hidden = await firefox.evaluate<Found>("train()");
      t.strictSame(hidden.losses, seen.losses);
      t.ok(hidden.milliseconds < 20_000, `${hidden.milliseconds.toFixed(0)} ms for ${seen.milliseconds.toFixed(0)}`);

      await firefox.evaluate("void train()");
      await until("globalThis.epochs >= 3");
      await uncover();
      await until("!document.hidden");
      t.strictSame((await firefox.evaluate<Found>("globalThis.trained")).losses, seen.losses);
      t.strictSame(await firefox.complaints(server.url), []);
    });
}
