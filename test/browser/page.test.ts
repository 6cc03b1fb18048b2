// The packed files in a page: the same code as in Node, with threads where the page is isolated and without where it is not.

import type { Page } from "playwright-core";
import t from "tap";
import * as datasets from "../../datasets/index.js";
import * as tf from "../../lib/index.js";
import { chromiumPath, openPage } from "../support/chromium.js";
import { trainMlp, type Trained, type TrainingOptions } from "../support/mlp.js";
import { packedInChromium } from "../support/packed-page.js";
import { servePage } from "../support/page-server.js";

type Tf = typeof import("../../lib/index.js");
type Datasets = typeof import("../../datasets/index.js");

t.setTimeout(240_000);

const steps = 50;

/** Trains in a page: the same program that runs here, with the package as the page imports it. */
const trainIn = (page: Page, options: TrainingOptions): Promise<Trained> =>
  page.evaluate(`Promise.all([import("kerasm"), import("kerasm/datasets")]).then(([tf, datasets]) => {
    const train = ${trainMlp.toString()};
    return train({ tf, datasets }, ${JSON.stringify(options)});
  })`);

/** fit, and a step of one's own, on two replicas. */
async function trainReplicas(tf: Tf) {
  const { keras } = tf;
  tf.random.setSeed(6);
  const strategy = new tf.distribute.MirroredStrategy({ devices: ["cpu:0", "cpu:1"] });
  const model = strategy.scope(() => {
    const model = new keras.Sequential([
      new keras.Input({ shape: [3] }),
      new keras.layers.Dense(4, { activation: "relu" }),
      new keras.layers.BatchNormalization({ synchronized: true }),
      new keras.layers.Dense(1),
    ]);
    model.compile({ optimizer: "sgd", loss: "mse" });
    return model;
  });
  const x = tf.constant(Float32Array.from({ length: 30 }, (_, i) => ((i * 7) % 11) / 11), { shape: [10, 3] }); // prettier-ignore
  const { history } = await model.fit(x, tf.reshape(tf.reduceSum(x, 1), [10, 1]), { batchSize: 4, epochs: 2, shuffle: false, verbose: 0 });
  const count = strategy.reduce(
    "SUM",
    strategy.run((x: tf.Tensor) => tf.reduceSum(x), [strategy.experimentalDistributeValuesFromFunction(() => tf.ones([2]))]),
  );
  return { loss: history["loss"], weights: model.weights.map((weight) => [...weight.data()]), count: count.item() };
}

if (!chromiumPath) t.plan(0, "no Chromium here");
else {
  const { home, browser } = await packedInChromium(t);
  const here = await trainMlp({ tf, datasets }, { steps });

  for (const isolated of [true, false])
    t.test(`${isolated ? "with" : "without"} cross-origin isolation`, async (t) => {
      const server = await servePage(home, { isolated });
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

      t.test(`${steps} steps of an MLP give the same bits as in Node`, async (t) => {
        const there = await trainIn(page, { steps });
        t.strictSame(there.losses, here.losses);
        t.ok(there.losses[0]! < 1.5, `it learns: ${there.losses[0]}`);
        t.equal(there.weights, here.weights);
      });

      t.test("two replicas in lockstep compute what they compute in Node; workers are refused", async (t) => {
        const there = await page.evaluate(`import("kerasm").then(${trainReplicas.toString()})`);
        t.strictSame(there, await trainReplicas(tf));
        t.match(
          await page.evaluate(async () => {
            const tf = (await import("kerasm" as string)) as Tf;
            try {
              return new tf.distribute.MultiWorkerMirroredStrategy().name;
            } catch (error) {
              return String(error);
            }
          }),
          /MultiWorkerMirroredStrategy: given a page; expected Node\. MirroredStrategy works here\./,
        );
      });

      t.test("a checkpoint in IndexedDB is restored in the next visit, bit for bit", async (t) => {
        const checkpoints = "indexeddb://mlp";
        t.equal((await trainIn(page, { steps: 20, checkpoints })).step, 20);
        await page.reload();
        const there = await trainIn(page, { steps: steps - 20, checkpoints });
        t.equal(there.step, steps);
        t.equal(there.weights, here.weights);
      });

      t.test("models go to the places of a page and come back", async (t) => {
        const download = page.waitForEvent("download");
        const found = await page.evaluate(async () => {
          const { keras, ...tf } = (await import("kerasm" as string)) as Tf;
          const model = new keras.Sequential([new keras.Input({ shape: [3] }), new keras.layers.Dense(2)]);
          const x = tf.ones([1, 3]);
          const same: Record<string, boolean> = {};
          const check = async (name: string, path: string | Blob | ArrayLike<Blob> | Uint8Array) => {
            const loaded = await keras.models.loadModel(path);
            same[name] = JSON.stringify(loaded(x).array()) === JSON.stringify(model(x).array());
          };
          for (const place of ["indexeddb://models/m.keras", "opfs://models/deep/m.keras", "opfs://m.h5", "memory://m.keras"]) {
            await model.save(place);
            await check(place, place);
          }
          const root = await navigator.storage.getDirectory();
          const folder = await (await root.getDirectoryHandle("models")).getDirectoryHandle("deep");
          const file = await (await folder.getFileHandle("m.keras")).getFile();
          await check("File", file);
          // What has no name: a Blob, its URL, its bytes; and what an input element gives, which is no array.
          const nameless = file.slice();
          await check("Blob", nameless);
          await check("URL of a Blob", URL.createObjectURL(nameless));
          await check("bytes", new Uint8Array(await nameless.arrayBuffer()));
          const input = Object.assign(document.createElement("input"), { type: "file", multiple: true });
          const choose = (...files: File[]) => {
            const chosen = new DataTransfer();
            for (const each of files) chosen.items.add(each);
            input.files = chosen.files;
            return input.files;
          };
          await check("chosen", choose(file));
          await model.save("opfs://layers/model.json");
          const layers = await root.getDirectoryHandle("layers");
          const parts: File[] = [];
          for await (const each of (layers as unknown as { values(): AsyncIterable<FileSystemFileHandle> }).values())
            parts.push(await each.getFile());
          await check("chosen together", choose(...parts.sort((a, b) => (a.name < b.name ? -1 : 1))));
          await model.save("downloads://mine.keras");
          return same;
        });
        t.strictSame(
          Object.values(found),
          Array.from({ length: 10 }, () => true),
          JSON.stringify(found),
        );
        t.equal((await download).suggestedFilename(), "mine.keras");
      });

      t.test("data that are cleared while a page is open are no end: the next save begins anew", async (t) => {
        const found = await page.evaluate(async () => {
          const tf = (await import("kerasm" as string)) as Tf;
          const checkpoint = new tf.train.Checkpoint({ w: tf.variable([1, 2]) });
          const manager = new tf.train.CheckpointManager(checkpoint, "indexeddb://cleared");
          await manager.save();
          const outcome = await new Promise<string>((resolve) => {
            const request = indexedDB.deleteDatabase("cleared");
            request.onsuccess = () => resolve("deleted");
            request.onblocked = () => resolve("blocked");
          });
          const path = await manager.save();
          return { outcome, path, restored: await manager.restoreOrInitialize() };
        });
        t.strictSame(found, { outcome: "deleted", path: "indexeddb://cleared/ckpt-2", restored: "indexeddb://cleared/ckpt-2" });
      });

      t.test("two tabs keep each other's checkpoints, and each sees the latest", async (t) => {
        const [other] = await Promise.all([page.waitForEvent("popup"), page.evaluate((url) => void window.open(url), server.url)]);
        t.teardown(() => other.close());
        await other.waitForLoadState();
        const save = (each: Page, begin: number) =>
          each.evaluate(async (begin) => {
            const tf = (await import("kerasm" as string)) as Tf;
            const checkpoint = new tf.train.Checkpoint({ w: tf.variable([1]) });
            const manager = new tf.train.CheckpointManager(checkpoint, "indexeddb://shared");
            await manager.ready;
            for (let i = 0; i < 5; i++) await manager.save({ checkpointNumber: begin + 2 * i });
          }, begin);
        await Promise.all([save(page, 1), save(other, 2)]);
        const kept = await page.evaluate(async () => {
          const tf = (await import("kerasm" as string)) as Tf;
          const manager = new tf.train.CheckpointManager(new tf.train.Checkpoint({ w: tf.variable([1]) }), "indexeddb://shared");
          await manager.ready;
          return { names: manager.checkpoints.length, latest: manager.checkpoints.at(-1) === (await manager.restoreOrInitialize()) };
        });
        t.strictSame(kept, { names: 10, latest: true });
      });

      t.test("a data set is fetched once, and told of while it comes", async (t) => {
        const requests: string[] = [];
        const listen = (request: { url(): string }) => void requests.push(request.url());
        await page.reload();
        page.on("request", listen);
        const found = await page.evaluate(async () => {
          const { fashionMnist } = (await import("kerasm/datasets" as string)) as Datasets;
          await fashionMnist.loadData();
          let last = 0;
          await fashionMnist.loadData({
            baseUrl: "kerasm/datasets/fashion-mnist",
            progress: ({ loaded, total }) => (last = loaded / total),
          });
          const wrong = await fashionMnist.loadData({ baseUrl: "./" }).catch((error: Error) => `${error.name}: ${error.message}`);
          return { last, wrong: String(wrong) };
        });
        page.off("request", listen);
        t.strictSame(
          requests.filter((url) => url.includes("/kerasm/") && url.endsWith(".gz")),
          [],
        );
        t.equal(found.last, 1);
        t.match(found.wrong, /ValueError.*the server answered 404/);
        complaints.splice(0, complaints.length, ...complaints.filter((text) => !text.includes("404")));
      });

      t.test("the page had nothing to complain of", async (t) => t.strictSame(complaints, []));
    });
}
