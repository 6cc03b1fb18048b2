// JPEG: to the pixel what libjpeg-turbo 3.1 gives (through Pillow), sequential and progressive; what we write is read by another decoder.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import jpeg from "jpeg-js";
import t from "tap";
import { decodeImage } from "../../lib/formats/image.js";
import { decode } from "../../lib/formats/jpeg/decode.js";
import { encode } from "../../lib/formats/jpeg/encode.js";
import * as tf from "../../lib/index.js";
import { goldenDir } from "../golden/cases.js";

interface Row {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly bytes: string;
  readonly pixels: string;
  readonly grey?: string | null;
}

const rows = JSON.parse(gunzipSync(readFileSync(join(goldenDir, "jpeg.json.gz"))).toString()) as Row[];
const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "base64"));

t.test("pixels are libjpeg's own", (t) => {
  t.ok(rows.length > 10);
  for (const { name, width, height, channels, bytes, pixels, grey } of rows) {
    const picture = decode(bytesOf(bytes));
    t.strictSame([picture.width, picture.height, picture.channels], [width, height, channels], name);
    t.ok(Buffer.from(picture.pixels).equals(bytesOf(pixels)), name);
    if (grey) t.ok(Buffer.from(decode(bytesOf(bytes), { channels: 1 }).pixels).equals(bytesOf(grey)), `${name}: brightness`);
  }
  t.end();
});

t.test("what is cut short or damaged is an error or a picture of the same size, and ends", async (t) => {
  for (const { name, bytes } of rows.filter((row) => /4:2:0|restarts/.test(row.name))) {
    const whole = bytesOf(bytes);
    for (let length = 0; length < whole.length; length += 7) t.throws(() => decode(whole.subarray(0, length)), `${name}, ${length} bytes`);
    for (let at = 2; at < whole.length; at += 3) {
      const damaged = whole.slice();
      damaged[at]! ^= 0x55;
      try {
        const { width, height, channels, pixels } = decode(damaged);
        if (pixels.length !== width * height * channels) t.fail(`${name}: ${pixels.length} bytes for ${width} × ${height}`);
      } catch (error) {
        if (!(error instanceof Error)) t.fail(String(error));
      }
    }
  }
  const huge = bytesOf(rows[0]!.bytes);
  const frame = huge.findIndex((byte, i) => byte === 0xff && huge[i + 1] === 0xc0);
  huge.set([0xff, 0xff, 0xff, 0xff], frame + 5);
  t.throws(() => decode(huge), /65535 × 65535 pixels are more than \d+ bytes can hold/);
  await t.rejects(decodeImage(huge, "io.decodeJpeg"), { name: "ValueError", message: /io\.decodeJpeg.*65535/ });
  const arithmetic = bytesOf(rows[0]!.bytes);
  arithmetic[frame + 1] = 0xc9;
  t.throws(() => decode(arithmetic), /arithmetically/);
});

const waves = (width: number, height: number, channels: number): Uint8Array =>
  Uint8Array.from({ length: width * height * channels }, (_, i) => {
    const [x, y] = [Math.floor(i / channels) % width, Math.floor(i / channels / width)];
    return 128 + 80 * Math.sin(x / 9 + (i % channels)) + 30 * Math.cos(y / 5);
  });

t.test("files of every size and quality are read by another decoder, as we read them", (t) => {
  for (const [width, height] of [
    [1, 1],
    [7, 9],
    [17, 33],
    [64, 40],
  ] as const)
    // prettier-ignore
    for (const channels of [1, 3] as const)
      for (const quality of [1, 50, 95])
        for (const halvesColors of [true, false]) {
          const pixels = waves(width, height, channels);
          const bytes = encode({ width, height, channels, pixels }, { quality, halvesColors });
          const [own, other] = [decode(bytes, { isFancy: false }), jpeg.decode(bytes, { useTArray: true, formatAsRGBA: false })];
          const what = `${width} × ${height} × ${channels}, quality ${quality}${halvesColors ? ", colours halved" : ""}`;
          t.strictSame([own.width, own.height, own.channels], [other.width, other.height, channels], what);
          const apart = own.pixels.map((value, i) => Math.abs(value - other.data[channels === 1 ? i * 3 : i]!));
          t.ok(apart.every((each) => each <= 3), `${what}: ${Math.max(...apart)} apart`); // prettier-ignore
          if (quality === 95 && !halvesColors) t.ok(own.pixels.every((value, i) => Math.abs(value - pixels[i]!) <= 6), what); // prettier-ignore
        }
  t.throws(() => encode({ width: 70_000, height: 1, channels: 1, pixels: new Uint8Array(70_000) }, { quality: 9 }), /65535/);
  t.end();
});

t.test("tf.io writes grey pictures as grey, knows how colours are kept, and refuses what it does not know", async (t) => {
  const grey = tf.constant(waves(16, 8, 1), { shape: [8, 16, 1], dtype: "uint8" });
  const bytes = await tf.io.encodeJpeg(grey);
  t.strictSame((await tf.io.decodeJpeg(bytes)).shape, [8, 16, 1]);
  t.strictSame((await tf.io.decodeJpeg(bytes, { channels: 3 })).shape, [8, 16, 3]);
  const colors = tf.constant(waves(16, 16, 3), { shape: [16, 16, 3], dtype: "uint8" });
  const [halved, full] = await Promise.all(
    [true, false].map(async (chromaDownsampling) => tf.io.encodeJpeg(colors, { chromaDownsampling })),
  );
  t.ok(halved!.length < full!.length);
  const [fancy, plain] = await Promise.all([true, false].map(async (fancyUpscaling) => tf.io.decodeJpeg(halved!, { fancyUpscaling })));
  t.notSame(fancy!.array(), plain!.array());
  const [fast, accurate] = await Promise.all(
    ["", "INTEGER_ACCURATE"].map(async (dctMethod) => tf.io.decodeJpeg(bytesOf(rows[4]!.bytes), { dctMethod })),
  );
  t.notSame(fast!.array(), accurate!.array());
  await t.rejects(tf.io.decodeJpeg(bytes, { dctMethod: "FLOAT" }), /dctMethod: given "FLOAT"/);
  await t.rejects(tf.io.decodeJpeg(bytes, { channels: 4 }), /channels: given 4; expected 0, 1 or 3/);
  await t.rejects(tf.io.decodeJpeg(bytes, { tryRecoverTruncated: true }), /tryRecoverTruncated/);
  await t.rejects(tf.io.encodeJpeg(grey, { densityUnit: "mm" }), /densityUnit/);
  await t.rejects(tf.io.encodeJpeg(grey, { format: "rgb" }), /1 channels; expected 3/);
});
