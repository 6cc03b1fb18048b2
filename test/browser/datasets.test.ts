// keras.datasets in a page: files from the addresses that Keras has, kept in IndexedDB, or from beside the page.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { chromiumPath, openPage } from "../support/chromium.js";
import { datasetFiles } from "../support/dataset-files.js";
import { packedInChromium } from "../support/packed-page.js";
import { servePage } from "../support/page-server.js";
import { repository } from "../support/sources.js";

type Tf = typeof import("../../lib/index.js");

t.setTimeout(600_000);

if (!chromiumPath) t.plan(0, "no Chromium here");
else {
  const { home, browser } = await packedInChromium(t);
  const files = new Map(Object.entries(datasetFiles).map(([name, content]) => [`/${name}.file`, Buffer.from(content, "base64")]));
  const bundled = join(repository, "datasets/fashion-mnist");
  for (const name of readdirSync(bundled)) files.set(`/far/${name}`, readFileSync(join(bundled, name)));
  const server = await servePage(home, { isolated: false, files });
  t.teardown(server.close);
  const { page } = await openPage(browser, server.url);
  /** Sends what is asked of other sites to this one, and counts it; later there is no connection to them. */
  const far = async (isConnected: boolean): Promise<void> => {
    await page.reload();
    await page.evaluate((isConnected) => {
      const { fetch } = globalThis;
      const asked: string[] = [];
      Object.assign(globalThis, { asked });
      globalThis.fetch = (address, ...rest) => {
        if (!String(address).startsWith("https:")) return fetch(address, ...rest);
        asked.push(String(address));
        return isConnected ? fetch(`/far/${String(address).split("/").pop()}`) : Promise.reject(new TypeError("Failed to fetch"));
      };
    }, isConnected);
  };

  t.test("a data set is fetched once and kept", async (t) => {
    const load = (): Promise<unknown> =>
      page.evaluate(async () => {
        const tf = (await import("kerasm" as string)) as Tf;
        const [[x], [, y]] = await tf.keras.datasets.fashionMnist.loadData();
        return [x.shape, x.dtype, tf.reduceMax(x).item(), y.shape, (globalThis as unknown as { asked: string[] }).asked.length];
      });
    const wanted = [[60_000, 28, 28], "uint8", 255, [10_000]];
    await far(true);
    t.strictSame(await load(), [...wanted, 4]);
    await far(false);
    t.strictSame(await load(), [...wanted, 0], "without a connection");
  });

  t.test("files beside the page are read: archives of NumPy, lists of Python, a tar of pickles", async (t) => {
    const found = await page.evaluate(async () => {
      const tf = (await import("kerasm" as string)) as Tf;
      const { datasets } = tf.keras;
      const [[digits, labels]] = await datasets.mnist.loadData("/mnist.file");
      const [[reviews]] = await datasets.imdb.loadData({ path: "/imdb.file", maxlen: 5 });
      const [[houses]] = await datasets.californiaHousing.loadData({ path: new URL("/californiaHousing.file", location.href) });
      const [[pictures, kinds]] = await datasets.cifar10.loadData({ path: "/cifar10.file" });
      return [digits.shape, labels.array(), reviews.length, houses.shape, pictures.shape, pictures.at(4, 0, 0).array(), kinds.shape];
    });
    t.strictSame(found, [[2, 3, 3], [4, 2], 4, [9, 2], [10, 32, 32, 3], [202, 100, 2], [10, 1]]); // prettier-ignore
  });

  t.test("without a connection the error says what to do in a page", async (t) => {
    await far(false);
    const message = await page.evaluate(async () => {
      const tf = (await import("kerasm" as string)) as Tf;
      return tf.keras.datasets.cifar100.loadData().then(String, (error: Error) => error.message);
    });
    t.match(message, "no answer from https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz");
    t.match(message, "Put the file beside the page and pass its address: loadData({ path })");
  });
}
