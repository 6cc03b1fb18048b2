// Live charts in a page: drawn while a model trains, reached with the keyboard, in light and dark, on a narrow screen.

import t from "tap";
import { chromiumPath } from "../support/chromium.js";
import { packedPage } from "../support/packed-page.js";

type Tf = typeof import("../../lib/index.js");
type Visor = typeof import("../../lib/api/visor.js");

t.setTimeout(600_000);

if (!chromiumPath) t.plan(0, "no Chromium here");
else {
  const { page, complaints } = await packedPage(t);
  await page.setViewportSize({ width: 360, height: 700 });

  t.test("charts of a training: a chart for each value, a status, a table", async (t) => {
    const found = await page.evaluate(async () => {
      const { keras, ...tf } = (await import("kerasm" as string)) as Tf;
      const { trainingCharts } = (await import("kerasm/visor" as string)) as Visor;
      const place = document.body.appendChild(document.createElement("main"));
      place.id = "charts";
      keras.utils.setRandomSeed(1);
      const model = new keras.Sequential([new keras.Input({ shape: [4] }), new keras.layers.Dense(1)]);
      model.compile({ optimizer: "sgd", loss: "mse", metrics: ["mae"] });
      const data = [tf.ones([64, 4]), tf.zeros([64, 1])] as const;
      await model.fit(...data, { epochs: 3, batchSize: 8, verbose: 0, validationData: [...data], callbacks: [trainingCharts(place)] });
      const captions = Array.from(place.querySelectorAll("figcaption"), ({ textContent }) => textContent);
      return {
        captions,
        canvases: place.querySelectorAll("canvas").length,
        status: place.querySelector("[role=status]")!.textContent,
        head: Array.from(place.querySelectorAll("thead th"), (cell) => cell.textContent),
        rows: place.querySelectorAll("tbody tr").length,
        isNarrow: document.documentElement.scrollWidth <= innerWidth,
      };
    });
    t.strictSame(found.captions.toSorted(), ["learning rate", "loss", "mae", "step time"]);
    t.equal(found.canvases, 4);
    t.match(found.status, /^Epoch 3 of 3: loss [\d.e-]+, mae [\d.e-]+, val_loss [\d.e-]+, val_mae [\d.e-]+$/);
    t.strictSame(found.head, ["epoch", "loss", "mae", "val_loss", "val_mae"]);
    t.equal(found.rows, 3);
    t.ok(found.isNarrow, "nothing sticks out of 360 pixels");
  });

  t.test("arrow keys go through the points of a chart, and what they stand on is read out", async (t) => {
    const chart = page.getByRole("group", { name: /^step time/ });
    await chart.focus();
    const values = page.locator("figure", { has: chart }).locator("p");
    await page.keyboard.press("Home");
    t.match(await values.textContent(), /^step 1: [\d.]+$/);
    t.equal(await values.getAttribute("aria-live"), "polite");
    await page.keyboard.press("ArrowRight");
    t.match(await values.textContent(), /^step 2: /);
    await page.keyboard.press("End");
    t.match(await values.textContent(), /^step 24: /);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Tab");
    t.equal(await values.getAttribute("aria-live"), null);
  });

  t.test("a chart has the colors of the reader's theme", async (t) => {
    const grid = () =>
      page.evaluate(async () => {
        await new Promise((resolve) => setTimeout(resolve, 100));
        const canvas = document.querySelector("canvas")!;
        const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
        let [sum, count] = [0, 0];
        for (let i = 0; i < data.length; i += 4) if (data[i + 3]! === 255) [sum, count] = [sum + data[i]!, count + 1];
        return sum / count;
      });
    const day = await grid();
    await page.emulateMedia({ colorScheme: "dark" });
    const night = await grid();
    await page.emulateMedia({ colorScheme: "light" });
    t.not(Math.round(day), Math.round(night));
  });

  t.test("losses that are no numbers, validation every second epoch, a container that leaves the page meanwhile", async (t) => {
    const found = await page.evaluate(async () => {
      const { keras, ...tf } = (await import("kerasm" as string)) as Tf;
      const { trainingCharts } = (await import("kerasm/visor" as string)) as Visor;
      const place = document.createElement("main"); // in no document at first
      const model = new keras.Sequential([new keras.Input({ shape: [4] }), new keras.layers.Dense(1)]);
      const data = [tf.ones([64, 4]), tf.zeros([64, 1])] as const;
      const charts = trainingCharts(place);
      let isIn = false;
      const moving = new keras.callbacks.LambdaCallback({
        onEpochEnd: () => ((isIn = !isIn) ? document.body.append(place) : place.remove()),
      });
      const how = { batchSize: 8, verbose: 0, callbacks: [charts, moving] } as const;
      model.compile({ optimizer: "sgd", loss: "mse" });
      await model.fit(...data, { ...how, epochs: 5, validationData: [...data], validationFreq: 2 });
      const table = () => Array.from(place.querySelectorAll("tr"), (row) => Array.from(row.cells, ({ textContent }) => textContent));
      const some = table();
      model.compile({ optimizer: new keras.optimizers.SGD({ learningRate: 1e30 }), loss: "mse" });
      charts.clear();
      await model.fit(...data, { ...how, epochs: 2 });
      const none = table();
      await new Promise((resolve) => setTimeout(resolve, 100));
      place.remove();
      return { some, none, captions: Array.from(place.querySelectorAll("figcaption"), ({ textContent }) => textContent) };
    });
    t.strictSame(found.some[0], ["epoch", "loss", "val_loss"]);
    t.strictSame(
      found.some.slice(1).map((row) => row[2] !== ""),
      [false, true, false, true, false],
    );
    t.match(found.none.at(-1), ["2", "NaN"]);
    t.strictSame(found.captions.toSorted(), ["learning rate", "loss", "step time"]);
  });

  t.test("pictures stand in their containers, as figures with their numbers", async (t) => {
    const found = await page.evaluate(async () => {
      const { keras, ...tf } = (await import("kerasm" as string)) as Tf;
      const visor = (await import("kerasm/visor" as string)) as Visor;
      const place = () => document.body.appendChild(document.createElement("section"));
      const model = new keras.Sequential([
        new keras.Input({ shape: [6, 6, 1] }),
        new keras.layers.Conv2D(2, 3),
        new keras.layers.Flatten(),
      ]);
      const texts = [
        visor.plotHistory({ loss: [2, 1] }, { container: place() }),
        visor.confusionMatrix([0, 1], [0, 0], { container: place() }),
        visor.imageGrid(tf.zeros([2, 4, 4]), { yTrue: [0, 1], container: place() }),
        visor.predictionBars([0.25, 0.75], { container: place() }),
        visor.layerWeights(model, { container: place() }),
        await visor.activations(model, tf.ones([1, 6, 6, 1]), { container: place() }),
      ];
      await visor.modelGraph(model, { container: place() });
      visor.summary(model, { container: place() });
      const parser = new DOMParser();
      return {
        wrong: texts.filter((text) => parser.parseFromString(text, "image/svg+xml").querySelector("parsererror")).length,
        labels: document.querySelectorAll("section svg[role=img][aria-label]").length,
        tables: document.querySelectorAll("section details table").length,
        alt: document.querySelector<HTMLImageElement>("section img")!.alt,
        rows: document.querySelectorAll("section:last-of-type tbody tr").length,
        isNarrow: document.documentElement.scrollWidth <= innerWidth,
        isDrawn: document.querySelector("section svg text")!.getBoundingClientRect().width > 0,
      };
    });
    t.equal(found.wrong, 0, "well-formed XML");
    t.equal(found.labels, 6);
    t.equal(found.tables, 6);
    t.match(found.alt, /^Layers of sequential.*: conv2d.*, flatten.*\.$/);
    t.equal(found.rows, 2);
    t.ok(found.isNarrow);
    t.ok(found.isDrawn);
  });

  t.test("the page had nothing to complain of", async (t) => {
    t.strictSame(
      complaints.filter((text) => !text.includes("willReadFrequently")),
      [],
    ); // this test reads a canvas again and again
  });
}
