// Pixels, cameras and microphones of a page, and the models that it keeps.

import type { Page } from "playwright-core";
import t from "tap";
import { chromiumPath, fakeDevices } from "../support/chromium.js";
import { packedPage } from "../support/packed-page.js";

type Tf = typeof import("../../lib/index.js");

t.setTimeout(600_000);

const drawn = [[[255, 0, 0], [0, 0, 255]]]; // prettier-ignore
const wantedSources = Object.fromEntries(["canvas", "offscreen", "bitmap", "img", "frame", "data"].map((name) => [name, drawn]));

/** What fromPixels makes of one picture, a red and a blue pixel, in every form that a page has. */
const fromSources = (page: Page): Promise<Record<string, unknown>> =>
  page.evaluate(async () => {
    const tf = (await import("kerasm" as string)) as Tf;
    const data = new ImageData(new Uint8ClampedArray([255, 0, 0, 255, 0, 0, 255, 255]), 2, 1);
    const canvas = Object.assign(document.createElement("canvas"), { width: 2, height: 1 });
    canvas.getContext("2d")!.putImageData(data, 0, 0);
    const offscreen = new OffscreenCanvas(2, 1);
    offscreen.getContext("2d")!.putImageData(data, 0, 0);
    const img = Object.assign(new Image(), { src: canvas.toDataURL(), width: 300 });
    await img.decode();
    const frame = new VideoFrame(canvas, { timestamp: 0 });
    const sources = { canvas, offscreen, bitmap: await createImageBitmap(data), img, frame, data };
    return Object.fromEntries(Object.entries(sources).map(([name, source]) => [name, tf.browser.fromPixels(source).array()]));
  });

if (!chromiumPath) t.plan(0, "no Chromium here");
else {
  const { page, complaints } = await packedPage(t, fakeDevices);

  t.test("every kind of source has the pixels that were drawn", async (t) => t.strictSame(await fromSources(page), wantedSources));

  t.test("sources without pixels are told of", async (t) => {
    const found = await page.evaluate(async () => {
      const tf = (await import("kerasm" as string)) as Tf;
      const closed = await createImageBitmap(new ImageData(1, 1));
      closed.close();
      const messages: Record<string, string> = {};
      for (const [name, source] of Object.entries({ img: new Image(), video: document.createElement("video"), bitmap: closed }))
        try {
          messages[name] = String(tf.browser.fromPixels(source));
        } catch (error) {
          messages[name] = (error as Error).message;
        }
      return messages;
    });
    t.match(found["img"], /given a picture without pixels.*decode/);
    t.match(found["video"], /given a video without pixels.*loadeddata/);
    t.match(found["bitmap"], /without pixels/);
  });

  t.test("toPixels draws on a canvas", async (t) => {
    const found = await page.evaluate(async () => {
      const tf = (await import("kerasm" as string)) as Tf;
      const canvas = document.createElement("canvas");
      await tf.browser.toPixels([[[1, 0, 0], [0, 0, 1]]], canvas); // prettier-ignore
      return [canvas.width, canvas.height, ...canvas.getContext("2d")!.getImageData(0, 0, 2, 1).data];
    });
    t.strictSame(found, [2, 1, 255, 0, 0, 255, 0, 0, 255, 255]);
  });

  t.test("a camera gives pictures of the size that is asked for, until it is stopped", async (t) => {
    const found = await page.evaluate(async () => {
      const tf = (await import("kerasm" as string)) as Tf;
      const video = document.createElement("video");
      const whole = await tf.data.webcam(video);
      const { shape } = await whole.capture();
      const size = [video.videoHeight, video.videoWidth];
      whole.stop();
      const after = await whole.capture().catch((error: Error) => error.message);
      const camera = await tf.data.webcam(null, { resizeWidth: 32, resizeHeight: 24, centerCrop: true });
      const pictures = [];
      for await (const picture of camera) if (pictures.push(picture) === 2) break;
      const [first] = pictures;
      const [least, most] = [tf.reduceMin(first!).item(), tf.reduceMax(first!).item()];
      return { whole: [...shape, ...size], shapes: pictures.map((each) => each.shape), dtype: first!.dtype, least, most, after };
    });
    const [height, width, channels, ...ofVideo] = found.whole as number[];
    t.strictSame([height, width], ofVideo);
    t.equal(channels, 3);
    t.strictSame(found.shapes, [[24, 32, 3], [24, 32, 3]]); // prettier-ignore
    t.equal(found.dtype, "int32");
    t.ok(found.least < found.most, "the fake camera shows a pattern");
    t.match(found.after, /a camera that was stopped/);
  });

  t.test("a microphone gives spectrograms and waveforms", async (t) => {
    const found = await page.evaluate(async () => {
      const tf = (await import("kerasm" as string)) as Tf;
      const ears = await tf.data.microphone({ fftSize: 256, numFramesPerSpectrogram: 5, columnTruncateLength: 100, includeWaveform: true });
      const { spectrogram, waveform } = await ears.capture();
      const isHeard = tf.reduceAll(tf.math.isFinite(waveform!)).item() === 1;
      ears.stop();
      const after = await ears.capture().catch((error: Error) => error.message);
      return { spectrogram: spectrogram!.shape, waveform: waveform!.shape, isHeard, rate: ears.sampleRate, after };
    });
    t.strictSame(found.spectrogram, [5, 100, 1]);
    t.strictSame(found.waveform, [1280, 1]);
    t.ok(found.isHeard);
    t.ok(found.rate >= 8000);
    t.match(found.after, /a microphone that was stopped/);
  });

  t.test("models in databases and folders of the page are listed, moved and removed; others' databases are left alone", async (t) => {
    const found = await page.evaluate(async () => {
      const { keras, ...tf } = (await import("kerasm" as string)) as Tf;
      const opened = (name: string, version: number) =>
        new Promise<void>((resolve) => {
          const request = indexedDB.open(name, version);
          request.onupgradeneeded = () => void request.result.createObjectStore("things");
          request.onsuccess = () => (request.result.close(), resolve());
        });
      await opened("foreign", 1);
      await opened("newer", 7);
      const model = new keras.Sequential([new keras.Input({ shape: [2] }), new keras.layers.Dense(1)]);
      await model.save("indexeddb://mine/a.keras");
      await model.save("opfs://deep/er/b.h5");
      const before = await tf.io.listModels();
      await tf.io.moveModel("indexeddb://mine/a.keras", "opfs://c.keras");
      const moved = Object.keys(await tf.io.listModels());
      await tf.io.removeModel("opfs://deep/er/b.h5");
      return {
        before: Object.keys(before),
        dated: before["opfs://deep/er/b.h5"]!.dateSaved !== null,
        moved,
        left: Object.keys(await tf.io.listModels()),
      };
    });
    t.strictSame(found.before, ["indexeddb://mine/a.keras", "opfs://deep/er/b.h5"]);
    t.ok(found.dated);
    t.strictSame(found.moved, ["opfs://c.keras", "opfs://deep/er/b.h5"]);
    t.strictSame(found.left, ["opfs://c.keras"]);
  });

  t.test("frames come, in a page", async (t) => {
    const frames = await page.evaluate(async () => {
      const tf = (await import("kerasm" as string)) as Tf;
      let count = 0;
      for (; count < 3; count++) await tf.nextFrame();
      return count;
    });
    t.equal(frames, 3);
  });

  t.test("the page had nothing to complain of", async (t) => t.strictSame(complaints, []));
}
