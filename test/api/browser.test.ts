// What those who come from TensorFlow.js find, as far as Node has it: pixels, frames, memory, the models that are kept.

import t from "tap";
import * as tf from "../../lib/index.js";
import { messageOf } from "../support/message.js";

const { keras } = tf;
/** Two columns, one row: red, then half transparent green. */
const pixels = { width: 2, height: 1, data: new Uint8ClampedArray([255, 1, 2, 255, 0, 128, 0, 127]) };

t.test("fromPixels takes as many channels as are asked for", async (t) => {
  const wanted = {
    1: [[[255], [0]]],
    2: [
      [
        [255, 1],
        [0, 128],
      ],
    ],
    3: [
      [
        [255, 1, 2],
        [0, 128, 0],
      ],
    ],
    4: [
      [
        [255, 1, 2, 255],
        [0, 128, 0, 127],
      ],
    ],
  };
  for (const [count, values] of Object.entries(wanted)) {
    const tensor = tf.browser.fromPixels(pixels, Number(count));
    t.equal(tensor.dtype, "int32");
    t.strictSame(tensor.array(), values);
    t.strictSame((await tf.browser.fromPixelsAsync(pixels, { numChannels: Number(count) })).array(), values);
  }
  t.strictSame(tf.browser.fromPixels(pixels).shape, [1, 2, 3]);
});

for (const [given, expected] of [
  [null, /given null; expected ImageData/],
  ["picture.png", /given "picture.png"; expected ImageData/],
  [{ width: 2, height: 1 }, /expected ImageData/],
  [{ ...pixels, width: 3 }, /given 8 bytes for 3 × 1 pixels; expected 12/],
  [{ ...pixels, width: 0 }, /expected ImageData/],
  [{ ...pixels, data: [255, 0, 0, 255, 0, 0, 0, 0] }, /expected ImageData/],
] as const)
  t.test(`fromPixels refuses ${JSON.stringify(given)}`, async (t) => {
    t.match(await messageOf(() => tf.browser.fromPixels(given as never)), expected);
  });

t.test("fromPixels refuses numbers of channels that there are not", async (t) => {
  for (const count of [0, 5, -1]) t.match(await messageOf(() => tf.browser.fromPixels(pixels, count)), /numChannels: given .*1 to 4/);
});

t.test("toPixels is the way back", async (t) => {
  const opaque = { ...pixels, data: pixels.data.map((value, i) => (i % 4 === 3 ? 255 : value)) };
  t.strictSame(await tf.browser.toPixels(tf.browser.fromPixels(opaque)), opaque.data);
  t.strictSame(await tf.browser.toPixels(tf.browser.fromPixels(pixels, 4)), pixels.data);
  t.strictSame([...(await tf.browser.toPixels([[0, 0.5, 1]]))], [0, 0, 0, 255, 128, 128, 128, 255, 255, 255, 255, 255]);
  t.strictSame([...(await tf.browser.toPixels(tf.constant([[[7]]], { dtype: "uint8" })))], [7, 7, 7, 255]);
  t.strictSame([...(await tf.browser.toPixels([[[0, 1, 0]]]))], [0, 255, 0, 255]);
});

for (const [what, image, expected] of [
  ["two channels", tf.zeros([2, 2, 2]), /shape \[2, 2, 2\]; expected \[height, width\]/],
  ["a batch", tf.zeros([1, 2, 2, 3]), /shape \[1, 2, 2, 3\]/],
  ["floats above 1", [[0, 1.5]], /given the value 1.5; expected float32 from 0 to 1/],
  ["NaN", [[NaN]], /given the value NaN/],
  ["whole numbers below 0", tf.constant([[-1]], { dtype: "int32" }), /given the value -1; expected int32 from 0 to 255/],
] as const)
  t.test(`toPixels refuses ${what}`, async (t) => t.match(await messageOf(() => tf.browser.toPixels(image as tf.Tensor)), expected));

t.test("toPixels refuses what is no canvas", async (t) => {
  t.match(await messageOf(() => tf.browser.toPixels([[0]], new Map() as never)), /canvas: given no canvas in two dimensions/);
});

t.test("constant of a picture says what to call", async (t) => {
  t.match(await messageOf(() => tf.constant(pixels as never)), /tf\.browser\.fromPixels/);
  t.notMatch(await messageOf(() => tf.constant({ length: 3 } as never)), /fromPixels/);
});

t.test("devices of a page are told of where there is none", async (t) => {
  t.match(await messageOf(() => tf.data.webcam()), /data\.webcam: given no page/);
  t.match(await messageOf(() => tf.data.microphone()), /data\.microphone: given no page/);
  t.match(await messageOf(() => tf.data.webcam(null, { resizeWidth: 3 })), /a width or a height alone/);
  t.match(await messageOf(() => tf.data.webcam(null, { centerCrop: true })), /true without a size/);
  t.match(await messageOf(() => tf.data.webcam(null, { size: 3 } as never)), /size/);
  t.match(await messageOf(() => tf.data.webcam({ play: async () => {} })), /a <video> element/);
  t.match(await messageOf(() => tf.data.microphone({ fftSize: 1000 })), /fftSize: given 1000; expected a power of two/);
  t.match(await messageOf(() => tf.data.microphone({ fftSize: 64, columnTruncateLength: 33 })), /given 33; expected at most 32/);
  t.match(await messageOf(() => tf.data.microphone({ includeSpectrogram: false })), /neither spectrogram nor waveform/);
});

t.test("a frame is a turn of the event loop", async (t) => {
  let isLater = false;
  setImmediate(() => (isLater = true));
  await tf.nextFrame();
  await tf.nextFrame();
  t.ok(isLater);
});

t.test("memory counts what there is", async (t) => {
  const before = tf.memory();
  const tensor = tf.zeros([1000]).add(1);
  const held = tf.memory();
  t.ok(held.numBytes >= before.numBytes + 4000, `${held.numBytes} after ${before.numBytes}`);
  t.ok(held.numTensors > before.numTensors);
  t.ok(held.memoryBytes >= held.usedBytes && held.usedBytes >= held.numBytes);
  tensor.dispose();
  t.equal(tf.memory().numBytes, held.numBytes - 4000);
});

t.test("models in memory are listed, copied, moved and removed", async (t) => {
  const model = new keras.Sequential([new keras.Input({ shape: [2] }), new keras.layers.Dense(1)]);
  await model.save("memory://kept/a.keras");
  await tf.io.writeFile("memory://kept/notes.txt", "no model");
  t.strictSame(Object.keys(await tf.io.listModels()), ["memory://kept/a.keras"]);
  const { bytes, dateSaved } = (await tf.io.listModels())["memory://kept/a.keras"]!;
  t.ok(bytes > 100);
  t.equal(dateSaved, null);
  await tf.io.copyModel("memory://kept/a.keras", "memory://b.keras");
  await tf.io.moveModel({ sourceURL: "memory://kept/a.keras", destURL: "memory://c.keras" });
  t.strictSame(Object.keys(await tf.io.listModels()), ["memory://b.keras", "memory://c.keras"]);
  const moved = await keras.models.loadModel("memory://c.keras");
  t.strictSame(moved(tf.ones([1, 2])).array(), model(tf.ones([1, 2])).array());
  t.strictSame(await tf.io.removeModel("memory://b.keras"), { bytes, dateSaved: null });
  t.match(await messageOf(() => tf.io.removeModel("memory://b.keras")), /no model; expected one of memory:\/\/c.keras/);
  t.match(await messageOf(() => tf.io.copyModel("memory://c.keras", "memory://c.keras")), /twice/);
  t.match(await messageOf(() => tf.io.moveModel("memory://c.keras", "https://example.org/m.keras")), /can be written/);
  t.strictSame(Object.keys(await tf.io.listModels()), ["memory://c.keras"], "what could not be moved is where it was");
  t.match(await messageOf(() => tf.io.removeModel("memory://kept/notes.txt")), /a model in one file/);
  await tf.io.removeModel("memory://c.keras");
});
