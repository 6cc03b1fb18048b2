// The packed files in a page: the same code as in Node, with threads where the page is isolated and without where it is not.

import t from "tap";
import { chromiumPath, launchChromium, openPage } from "../support/chromium.js";
import { installPacked } from "../support/packed.js";
import { servePage } from "../support/page-server.js";

type Tf = typeof import("../../lib/index.js");
type Datasets = typeof import("../../datasets/index.js");

if (!chromiumPath) t.plan(0, "no Chromium here");
else {
  const installed = await installPacked();
  t.teardown(installed.remove);
  const browser = await launchChromium();
  t.teardown(() => browser.close());

  for (const isolated of [true, false])
    t.test(`${isolated ? "with" : "without"} cross-origin isolation`, async (t) => {
      const server = await servePage(installed.home, { isolated });
      t.teardown(server.close);
      const { page, complaints } = await openPage(browser, server.url);
      t.teardown(() => page.close());
      t.equal(await page.evaluate(() => crossOriginIsolated), isolated);

      t.test("importing is enough to compute and differentiate", async (t) => {
        const found = await page.evaluate(async () => {
          const tf = (await import("kerasm" as string)) as Tf;
          const keras = (await import("kerasm/keras" as string)) as Tf["keras"];
          const x = tf.constant([[1, 2], [3, 4]]); // prettier-ignore
          const w = tf.variable(tf.ones([2]));
          const tape = new tf.GradientTape();
          const loss = tape.record(() => tf.reduceSum(tf.square(tf.multiply(x, w))));
          return { loss: loss.item(), gradient: tape.gradient(loss, w)?.array(), same: tf.keras === keras };
        });
        t.strictSame(found, { loss: 30, gradient: [20, 40], same: true });
      });

      t.test("the data set comes by fetch", async (t) => {
        const shapes = await page.evaluate(async () => {
          const { fashionMnist } = (await import("kerasm/datasets" as string)) as Datasets;
          return (await fashionMnist.loadData()).flat().map((tensor) => tensor.shape);
        });
        t.strictSame(shapes, [[60000, 28, 28], [60000], [10000, 28, 28], [10000]]);
      });

      t.test("the page had nothing to complain of", async (t) => t.strictSame(complaints, []));
    });
}
