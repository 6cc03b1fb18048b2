import { deflateSync } from "node:zlib";
import t from "tap";
import { encode as encodePng } from "fast-png";
import jpeg from "jpeg-js";
import { decodeImage, encodeImage, type Picture } from "../../lib/formats/image.js";
import { crc32 } from "../../lib/formats/crc.js";
import { decodeWav } from "../../lib/formats/wav.js";
import { readPickle, pickledArray } from "../../lib/formats/pickle.js";
import { readTar } from "../../lib/formats/tar.js";
import { turned } from "../../lib/formats/exif.js";

const pixels = (count: number, most = 255): number[] => Array.from({ length: count }, (_, i) => (i * 37) % (most + 1));

t.test("PNG of every kind gives its own pixels", async (t) => {
  for (const [channels, depth] of [
    [1, 8],
    [2, 8],
    [3, 8],
    [4, 8],
    [1, 16],
    [3, 16],
    [4, 16],
  ] as const) {
    // prettier-ignore
    const data = depth === 16 ? Uint16Array.from(pixels(5 * 4 * channels, 65535)) : Uint8Array.from(pixels(5 * 4 * channels));
    const picture = await decodeImage(encodePng({ width: 5, height: 4, channels, depth, data }));
    t.strictSame([picture.width, picture.height, picture.channels, picture.depth], [5, 4, channels, depth]);
    t.strictSame([...picture.pixels], [...data], `${channels} channels of ${depth} bits`);
  }
});

const PASSES = [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2]] as const; // prettier-ignore

/** A chunk of a PNG file. */
function chunk(kind: string, data: Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.from(kind, "latin1"), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** A PNG file by the book: rows with the filters 0 to 4 in turn, `damage` changes the rows before they are packed. */
function pngOf(
  samples: readonly number[],
  [width, height]: readonly [number, number],
  { color, channels, depth, interlaced = false, extra = [], damage = (rows: number[]) => rows }: {
    color: number; channels: number; depth: number; interlaced?: boolean; extra?: readonly Uint8Array[]; damage?: (rows: number[]) => number[];
  }, // prettier-ignore
): Uint8Array {
  const rows: number[] = [];
  const step = Math.max(1, (channels * depth) >> 3);
  let filter = 0;
  for (const [x0, y0, dx, dy] of interlaced ? PASSES : ([[0, 0, 1, 1]] as const)) {
    if (x0 >= width) continue;
    let above: number[] | undefined;
    for (let y = y0; y < height; y += dy) {
      let bits = "";
      for (let x = x0; x < width; x += dx)
        for (let c = 0; c < channels; c++) bits += samples[(y * width + x) * channels + c]!.toString(2).padStart(depth, "0");
      const row = bits.match(/.{1,8}/g)!.map((byte) => parseInt(byte.padEnd(8, "0"), 2));
      above ??= row.map(() => 0);
      const guess = (i: number): number => {
        const [a, b, c] = [row[i - step] ?? 0, above![i]!, above![i - step] ?? 0];
        const nearest = [a, b, c].sort((m, n) => Math.abs(a + b - c - m) - Math.abs(a + b - c - n))[0]!;
        return [0, a, b, (a + b) >> 1, nearest][filter % 5]!;
      };
      rows.push(filter % 5, ...row.map((value, i) => (value - guess(i)) & 255));
      above = row;
      filter++;
    }
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([depth, color, 0, 0, Number(interlaced)], 8);
  const packed = deflateSync(Uint8Array.from(damage(rows)));
  const data = [packed.subarray(0, 9), packed.subarray(9)].map((part) => chunk("IDAT", part));
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", head),
    ...extra,
    ...data,
    chunk("IEND", new Uint8Array(0)),
  ]);
}

t.test("PNG of every color type, depth and filter, interlaced or not", async (t) => {
  for (const [color, channels, depths] of [
    [0, 1, [1, 2, 4, 8, 16]],
    [2, 3, [8, 16]],
    [4, 2, [8, 16]],
    [6, 4, [8, 16]],
  ] as const)
    // prettier-ignore
    for (const depth of depths)
      for (const interlaced of [false, true])
        for (const size of [[9, 11], [1, 1], [3, 2]] as const) { // prettier-ignore
          const samples = Array.from({ length: size[0] * size[1] * channels }, (_, i) => (i * i * 7919 + i * 31) % 2 ** depth);
          const picture = await decodeImage(pngOf(samples, size, { color, channels, depth, interlaced }));
          const scale = depth < 8 ? 255 / (2 ** depth - 1) : 1;
          const given = [picture.width, picture.height, picture.channels, picture.depth, ...picture.pixels];
          const wanted = [...size, channels, depth === 16 ? 16 : 8, ...samples.map((value) => value * scale)];
          t.strictSame(given, wanted, `color type ${color}, ${depth} bits, ${size.join(" × ")}${interlaced ? ", interlaced" : ""}`);
        }
  const palette = chunk("PLTE", Uint8Array.of(1, 2, 3, 40, 50, 60, 7, 8, 9));
  const places = [0, 1, 2, 1];
  for (const depth of [2, 4, 8]) {
    const plain = await decodeImage(pngOf(places, [2, 2], { color: 3, channels: 1, depth, extra: [palette] }));
    t.strictSame([plain.channels, ...plain.pixels], [3, 1, 2, 3, 40, 50, 60, 7, 8, 9, 40, 50, 60]);
    const alphas = chunk("tRNS", Uint8Array.of(5, 0));
    const seen = await decodeImage(pngOf(places, [2, 2], { color: 3, channels: 1, depth, extra: [palette, alphas] }));
    t.strictSame([seen.channels, ...seen.pixels], [4, 1, 2, 3, 5, 40, 50, 60, 0, 7, 8, 9, 255, 40, 50, 60, 0]);
  }
  const transparent = async (color: number, channels: number, depth: number, ...bytes: readonly number[]) =>
    (
      await decodeImage(
        pngOf(Array<number>(channels).fill(1), [1, 1], { color, channels, depth, extra: [chunk("tRNS", Uint8Array.from(bytes))] }),
      )
    ).transparent;
  t.strictSame(await transparent(0, 1, 2, 0, 1), [85]);
  t.strictSame(await transparent(2, 3, 16, 1, 0, 0, 2, 0, 3), [256, 2, 3]);
});

t.test("damaged PNG files are errors that say what is wrong", async (t) => {
  const grey = { color: 0, channels: 1, depth: 8 } as const;
  const good = pngOf([1, 2, 3, 4], [2, 2], grey);
  const changed = (at: number, value: number): Uint8Array => good.map((byte, i) => (i === at ? value : byte));
  const hugePng = (): Uint8Array => {
    const head = Uint8Array.from([0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60, 8, 0, 0, 0, 0]);
    return Buffer.concat([good.subarray(0, 8), chunk("IHDR", head), good.subarray(33)]);
  };
  const damaged: readonly [string, Uint8Array, RegExp][] = [
    ["cut in a chunk", good.subarray(0, good.length - 20), /ends inside of a chunk/],
    ["cut after the header", good.subarray(0, 33), /bytes can't hold 2 × 2/],
    ["a wrong checksum", changed(18, 9), /checksum of IHDR/],
    ["a wrong length", changed(8, 200), /ends inside of a chunk/],
    ["no palette", pngOf([0], [1, 1], { ...grey, color: 3 }), /no palette/],
    ["a color outside", pngOf([3], [1, 1], { ...grey, color: 3, extra: [chunk("PLTE", new Uint8Array(9))] }), /color 3 of 3/],
    ["a depth that is not", pngOf([0], [1, 1], { color: 2, channels: 1, depth: 4 }), /no color type 2 with 4 bits/],
    ["no pixels", pngOf([0], [1, 1], { ...grey, damage: (rows) => rows.slice(0, 1) }), /1 of 2 bytes of pixels/],
    ["a filter that is not", pngOf([0], [1, 1], { ...grey, damage: ([, ...row]) => [7, ...row] }), /Row 0 has the filter 7/],
    ["no size", pngOf([], [0, 1], { ...grey, damage: () => [0] }), /0 × 1 pixels/],
    ["a size that the data can't have", hugePng(), /bytes can't hold 60000 × 60000 pixels/],
    ["no header", Buffer.concat([good.subarray(0, 8), good.subarray(33)]), /begins with "IDAT"/],
  ];
  for (const [name, bytes, wanted] of damaged)
    await t.rejects(decodeImage(bytes, "picture"), { name: "ValueError", hint: wanted, message: /^picture: given a PNG file that/ }, name);
});

/** A picture that JPEG keeps well: a slope. */
const slope = (width: number, height: number): Picture => ({
  width,
  height,
  channels: 3,
  depth: 8,
  pixels: Uint8Array.from({ length: width * height * 3 }, (_, i) => Math.floor(i / 3) % width * 10 + 40 * (i % 3)), // prettier-ignore
});

t.test("JPEG comes back nearly as it went, turned as its EXIF data says", async (t) => {
  const original = slope(16, 8);
  const bytes = await encodeImage(original, "jpeg", { quality: 95 });
  const plain = await decodeImage(bytes);
  t.strictSame([plain.width, plain.height, plain.channels], [16, 8, 3]);
  plain.pixels.forEach((value, i) => Math.abs(value - original.pixels[i]!) < 12 || t.fail(`pixel ${i}: ${value}`));
  for (const orientation of [3, 6, 8]) {
    const tiff = [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0];
    const segment = [0xff, 0xe1, 0, 2 + 6 + tiff.length, 0x45, 0x78, 0x69, 0x66, 0, 0, ...tiff];
    const seen = await decodeImage(Uint8Array.from([...bytes.subarray(0, 2), ...segment, ...bytes.subarray(2)]));
    t.strictSame(seen, turned(plain, orientation), `orientation ${orientation}`);
    t.strictSame([seen.width, seen.height], orientation === 3 ? [16, 8] : [8, 16]);
  }
});

t.test("the eight orientations are those of the standard", (t) => {
  // 1 2 / 3 4 / 5 6 as stored, and as each orientation shows it.
  const stored: Picture = { width: 2, height: 3, channels: 1, depth: 8, pixels: Uint8Array.of(1, 2, 3, 4, 5, 6) };
  const shown = {
    2: [2, 1, 4, 3, 6, 5],
    3: [6, 5, 4, 3, 2, 1],
    4: [5, 6, 3, 4, 1, 2],
    5: [1, 3, 5, 2, 4, 6],
    6: [5, 3, 1, 6, 4, 2],
    7: [6, 4, 2, 5, 3, 1],
    8: [2, 4, 6, 1, 3, 5],
  };
  for (const [orientation, expected] of Object.entries(shown))
    t.strictSame([...turned(stored, Number(orientation)).pixels], expected, orientation);
  t.end();
});

t.test("GIF and BMP are read", async (t) => {
  // Two pixels, red and blue: a palette of two, LZW codes of three bits.
  const gif = Uint8Array.from([
    0x47, 0x49, 0x46, 0x38, 0x39, 0x61, 2, 0, 1, 0, 0x80, 0, 0, 255, 0, 0, 0, 0, 255, 0x2c, 0, 0, 0, 0, 2, 0, 1, 0, 0, 2, 2, 0x44, 0x0a, 0,
    0x3b,
  ]);
  t.strictSame([...(await decodeImage(gif)).pixels], [255, 0, 0, 0, 0, 255]);
  const bmp = new Uint8Array(54 + 8);
  bmp.set([0x42, 0x4d]);
  const view = new DataView(bmp.buffer);
  [[10, 54], [14, 40], [18, 1], [22, 2]].forEach(([at, value]) => view.setUint32(at!, value!, true)); // prettier-ignore
  view.setUint16(28, 24, true);
  bmp.set([10, 20, 30, 0, 40, 50, 60, 0], 54);
  t.strictSame([...(await decodeImage(bmp)).pixels], [60, 50, 40, 30, 20, 10], "rows from below, blue first");
});

t.test("what does not decode is an error that names the file", async (t) => {
  const png = encodePng({ width: 9, height: 9, channels: 3, depth: 8, data: Uint8Array.from(pixels(243)) });
  const jpg = jpeg.encode({ width: 8, height: 8, data: new Uint8Array(256).fill(9) }, 90).data;
  for (const bytes of [png.subarray(0, 60), new Uint8Array(jpg).subarray(0, 100), new Uint8Array(3), new Uint8Array(0)]) {
    await t.rejects(decodeImage(bytes, 'loadImg "a.png"'), { name: "ValueError", message: /loadImg "a\.png"/ });
  }
  const damaged = png.slice();
  damaged[50]! ^= 0xff;
  await t.rejects(decodeImage(damaged), { name: "ValueError" }, "checksums are looked at");
  await t.rejects(decodeImage(Uint8Array.from([..."RIFF....WEBP"].map((char) => char.charCodeAt(0)))), {
    message: /webp.*PNG, JPEG, GIF or BMP in Node/,
  });
});

/** A WAV file of samples that are written by a function. */
function wav(
  kind: number,
  bits: number,
  channels: number,
  count: number,
  write: (view: DataView, at: number, i: number) => void,
): Uint8Array {
  const size = (count * bits) / 8;
  const view = new DataView(new ArrayBuffer(44 + size));
  const ascii = (at: number, text: string): void => [...text].forEach((char, i) => view.setUint8(at + i, char.charCodeAt(0)));
  ascii(0, "RIFF");
  ascii(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, kind, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, 8000, true);
  view.setUint16(34, bits, true);
  ascii(36, "data");
  view.setUint32(40, size, true);
  for (let i = 0; i < count; i++) write(view, 44 + (i * bits) / 8, i);
  return new Uint8Array(view.buffer);
}

t.test("WAV of every width gives the same sound", (t) => {
  const values = [0, 0.5, -0.5, -1];
  const files: Readonly<Record<string, Uint8Array>> = {
    8: wav(1, 8, 2, 4, (view, at, i) => view.setUint8(at, 128 + values[i]! * 128)),
    16: wav(1, 16, 2, 4, (view, at, i) => view.setInt16(at, values[i]! * 2 ** 15, true)),
    24: wav(1, 24, 2, 4, (view, at, i) => [0, 8, 16].forEach((by, k) => view.setUint8(at + k, ((values[i]! * 2 ** 23) >> by) & 0xff))),
    32: wav(1, 32, 2, 4, (view, at, i) => view.setInt32(at, values[i]! * 2 ** 31, true)),
    float: wav(3, 32, 2, 4, (view, at, i) => view.setFloat32(at, values[i]!, true)),
  };
  for (const [name, file] of Object.entries(files)) {
    const { samples, channels, samplingRate } = decodeWav(file);
    t.strictSame([[...samples], channels, samplingRate], [values, 2, 8000], name);
  }
  t.throws(() => decodeWav(new Uint8Array(20), "a.wav"), { message: /a\.wav.*signature/ });
  t.throws(() => decodeWav(wav(85, 16, 1, 1, () => {})), { message: /kind 85/ });
  t.end();
});

t.test("pickles are read and nothing in them is called", (t) => {
  // pickle.dumps({b"data": [1, -2, 300]}, 2), and os.system("x"), by hand.
  const ascii = (text: string): number[] => [...text].map((char) => char.charCodeAt(0));
  const data = [
    0x80,
    2,
    0x7d,
    0x71,
    0,
    0x55,
    4,
    ...ascii("data"),
    0x5d,
    0x28,
    0x4b,
    1,
    0x4a,
    0xfe,
    0xff,
    0xff,
    0xff,
    0x4d,
    0x2c,
    1,
    0x65,
    0x73,
    0x2e,
  ];
  const [[key, value]] = [...(readPickle(Uint8Array.from(data), "p") as Map<Uint8Array, number[]>)] as [[Uint8Array, number[]]];
  t.strictSame([new TextDecoder().decode(key), value], ["data", [1, -2, 300]]);
  const call = readPickle(Uint8Array.from([0x80, 2, ...ascii("cos\nsystem\n"), 0x55, 1, 120, 0x85, 0x52, 0x2e]), "p") as {
    of: { name: string };
  };
  t.equal(call.of.name, "os.system");
  t.equal(pickledArray(call), null);
  for (const bytes of [[0x80, 2], [0x65, 0x2e], [0xff], [0x58, 255, 255, 255, 255]]) {
    t.throws(() => readPickle(Uint8Array.from(bytes), "p"), { name: "FormatError" });
  }
  t.throws(() => readTar(new Uint8Array(1024).fill(120), "a.tar"), { name: "FormatError" });
  t.end();
});
