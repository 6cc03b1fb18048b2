import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import t from "tap";
import { writeNpy } from "../../lib/formats/npy.js";
import { writeZip } from "../../lib/formats/zip.js";
import * as tf from "../../lib/index.js";

const { utils, datasets } = tf.keras;
const folder = mkdtempSync(join(tmpdir(), "folder-"));
t.teardown(() => rmSync(folder, { recursive: true }));

/** A folder of classes with a file for each number. */
function classes(name: string, files: Readonly<Record<string, readonly (string | Uint8Array)[]>>, ending: string): string {
  for (const [label, contents] of Object.entries(files)) {
    mkdirSync(join(folder, name, label), { recursive: true });
    contents.forEach((content, i) => writeFileSync(join(folder, name, label, `${i}.${ending}`), content));
  }
  return join(folder, name);
}

/** Pixels that Pillow 12.3 gives: channels, filter, size, whether the ratio is kept, bytes. */
const resized: readonly (readonly [
  3 | 4,
  "box" | "bilinear" | "hamming" | "bicubic" | "lanczos",
  readonly [number, number],
  boolean,
  string,
])[] = [
  [3, "box", [3, 4], false, "NpyQeHFOrqaskFy2fJZ+ZFF4gGxmmpooeohkcn9uymqYXJDS"],
  [3, "box", [3, 4], true, "NpyQbGZumqhEgGLSfJZ+alhUkFKiboQoeohkYIJyvnR4lJ62"],
  [
    3,
    "box",
    [7, 5],
    false,
    "M1yTe3iDjEgS2NPcjFu4ONuMXFNYksgMg3h7k1yzm7hjm4yLdibkjHt4eLsMXHOYOCMcOGKac1xTu3hDXHOYOCMcOGKac1xTu3hDe4yrM5iL2HwuuJuMXJPYeIMcjGtYVnSg2zijW4zL",
  ],
  [
    3,
    "box",
    [7, 5],
    true,
    "SrIorD7ejEgSjEgS6tDEdFZGRFBqksgMksgMXr4sfNhCukDUdibkdibksIpyYjgcDg4cOGKaOGKa4DSWYjgcDg4cOGKaOGKa4DSWJnbUQLpC2Hwu2Hwu7ryYyJJqUERGVnSgVnSg2iJ4",
  ],
  [3, "bilinear", [3, 4], false, "TJ57eXJwm5SEj22pcZt4Z2Rui291hIpRd4NzaHVksHGHdIiz"],
  [3, "bilinear", [3, 4], true, "SZ1+cnlymY5ujnivcpl8ZW9nh2WBgX9XdYNwaHlqpG54kImi"],
  [
    3,
    "bilinear",
    [7, 5],
    false,
    "MV2FbouGqmZssr3WmGS+O7mGW3Nqf5s4j3Cql160d8BwgpZoiGiOiHd5gZVMe496bXxQdUSgeXVOkpgsZ3OZQGVeeWJqf3ZbkYN2dYiNVo6VqotXrY6eXYzQeYcjoXBNdFWBw2CrZIDO",
  ],
  [
    3,
    "bilinear",
    [7, 5],
    true,
    "TbE8j2GnnEN4qHFH5tHJZXRLX1VudXxIirMggbdaeq9FiWSOiFOihXKFkZZfcJI1Z0ViXjaceUyuumJ+TVtnLU05SVtOlGl+02eOUIC9RZZogI5FyoRd4ZaSx41hdFtRU1xzfluU2iaB",
  ],
  [3, "hamming", [3, 4], false, "P52KdmZto6SEjGG0d512ZE9vjGZ7j5I0fIZtY3xjw26KaZDG"],
  [3, "hamming", [3, 4], true, "O5yKbWxvmaBRhGnHeJd9Z19ajViWdIE4eIdoY35vtnJ4kpev"],
  [
    3,
    "hamming",
    [7, 5],
    false,
    "LVSGaY9tol5Twsrfmly7OtOJYGFZfq4lkV+imGOuhLpwiJ5miVSrhHZ6e6cufIyAbXRJbUSpanNUmJssZmyaQ0tCZlp3Y3FIp4BmeIedPI2nvo9IpY+SVY3VcIgfpXdYbF6K0VCyXH7Q",
  ],
  [
    3,
    "hamming",
    [7, 5],
    true,
    "SrIqoEzHnEN4mFko6tDFcV1FTlFrbog+jcERZr02e75DnVOvj0W7gFCun5Rkb4kwZTNvXjacZUe4xmCDVUZCIDMnOExUamSH4FCVL3jOP61TiZg71YNA7LOWyJFpX05KU1xzZmqb2iN5",
  ],
  [3, "bicubic", [3, 4], false, "RKF+fHFon5qGkGi0c594ZF9uhWh2ho8/d4FzZXhiunGFb4nB"],
  [3, "bicubic", [3, 4], true, "QKN/c3RynpdjjHTAdqB/X2phhlyLfYBEd4JwYHlor2tykY2r"],
  [
    3,
    "bicubic",
    [7, 5],
    false,
    "K1iFcI2Is2BttMnYkly8M8aLVmdoe6kijmyrmlTCfdBpjJptjGOaiXh5ep5AgJB4bntFcy63dXNGlaATZXCoLF1TeF9kfXNUmH91eomVTJWht5RJu5SjT47feYkapG9LbU2Czl6sXIbR",
  ],
  [
    3,
    "bicubic",
    [7, 5],
    true,
    "R7ktll27njB6pGkw8NfUaGZGVEdvcYM7jcoDdb5Pfb5ClWKfkUe7hHGKi55UdJcjbTNdUSGyb0DIxleBR0ljGD0iM1w9mW2C4WGVRX/SOKZqh5Yy34ZS6KeV0pJhcVNLQVp1dGCd4Bx7",
  ],
  [3, "lanczos", [3, 4], false, "RKV8gXRmnpeKkWi6c6N5Y2Nug2R1hJA4dX12ZHVhvHOBbojH"],
  [3, "lanczos", [3, 4], true, "QKl6d3NzoZZljnfCeKWBW21fg1eOf4E/eX11Wntnsmdrk42x"],
  [
    3,
    "lanczos",
    [7, 5],
    false,
    "KVuAco+PvFhwr9HUjlq6L8SMUl5tfa0VjG+vnUrNgeBjkZ1yjmaai3h3dZ9EhZBwcIA4cRXRdnc8lKUAZW67FV1RfWNWfnRWlXl4foqUT5iluJNExZerRo7hfYoYp21IZkKF02OoWorR",
  ],
  [
    3,
    "lanczos",
    [7, 5],
    true,
    "R8EsmmG/nyGEoGgk+NvdZmVFUDtsbYI6jdQAebxXgMVHl2qjm0XJhoB/gqFLeqUUeydWQRDJbzbczEuEPUJtCzITImsmsHSC3GiUToXWNaxzipUt54VX5KaU2ZNedk9IMVh4dWOf5BR7",
  ],
  [4, "box", [3, 4], false, "fWBWmnGCbMW+gXJ2x49ObpRnXpKNiU9zU2+bbkiCp2YzS3FKcpmEoHin6ia7XEte"],
  [4, "box", [3, 4], true, "fWBWmlVyU9LHg5mKsp5OgpRnXpKFikiKb3eNgoMwvTozS3FKmaieglWSdXp6VsYy"],
  [4, "bilinear", [3, 4], false, "bW1Np3J2Z7ewfHx7sJNZb4ZmV4mGj2SHaICWa2CBn1VcdWpbg5GHk2uQnFidYWpU"],
  [4, "bilinear", [3, 4], true, "cWdRomZ6Wb6qeIiIsIxbcodkW4mBiliKcoqOdmlvnlJWbmhYiZSFi2qQiXqNaZ0/"],
  [4, "hamming", [3, 4], false, "eGpRo25tZ8a+foB7vZJOcZBlWI2NjVWHXnWWd1N5o1xFYGxVhpeWkmaUm0irW1tW"],
  [4, "hamming", [3, 4], true, "emJVnFlzVM2+f5GKs5ZRfZFkXY6DiEuKb3uLfnJMq0M+VW9Ok6GXhVmQe3p/WbM2"],
  [4, "bicubic", [3, 4], false, "a2tLqW12Z8G+fX96tZVSb4piV4yFklyEYn2caE+BrFNRdG5RhpWInWCTolWtW2RR"],
  [4, "bicubic", [3, 4], true, "cmROol56WMq4dJKGtpFRdIxeW4yGj1GHbIySdmBmqE1FaWZNjpmMkWWTiX6VW601"],
  [4, "lanczos", [3, 4], false, "ZmlIrGt0Z8PEdn92splKcY1fVY2EmV2DXX6hZUaFslBQfWxJipaFpmCPp1e2VmBN"],
  [4, "lanczos", [3, 4], true, "bmNMpF55Wc+8aZeCtZVJco1aWo2Jkk2EZZOZdFVorU47cmNFkZiHmmeVjoOjUa0y"],
];

t.test("images are resized to the very pixels that Pillow gives", async (t) => {
  const path = join(folder, "resized.png");
  for (const [channels, interpolation, targetSize, keepAspectRatio, expected] of resized) {
    const values = Array.from({ length: 6 * 9 * channels }, (_, i) => (i * i * 7 + i * 13) % 256);
    await utils.saveImg(path, tf.constant(values, { shape: [6, 9, channels] }), { scale: false });
    const colorMode = channels === 3 ? "rgb" : "rgba";
    const loaded = await utils.loadImg(path, { colorMode, interpolation, targetSize, keepAspectRatio });
    const bytes = Buffer.from(Uint8Array.from(loaded.data())).toString("base64");
    t.equal(bytes, expected, `${interpolation}, ${channels} channels, ${targetSize.join(" × ")}${keepAspectRatio ? ", ratio kept" : ""}`);
  }
});

t.test("a color that stands for nothing is transparent", async (t) => {
  // A PNG of two grey pixels, 5 and 9, whose tRNS chunk names 9.
  const file = "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAAAAADRSSBWAAAAAnRSTlMACQ9PdZwAAAALSURBVHicY2RlAQAAFAALXD+UcAAAAABJRU5ErkJggg==";
  const loaded = await utils.loadImg(Uint8Array.from(Buffer.from(file, "base64")), { colorMode: "rgba" });
  t.strictSame(loaded.array(), [[[5, 5, 5, 255], [9, 9, 9, 0]]]); // prettier-ignore
});

t.test("images are saved and loaded, in the colors and sizes that are asked for", async (t) => {
  const image = tf.constant(
    Array.from({ length: 4 * 6 * 3 }, (_, i) => (i * 11) % 256),
    { shape: [4, 6, 3] },
  );
  const path = join(folder, "image.png");
  await utils.saveImg(path, image, { scale: false });
  const loaded = await utils.loadImg(path);
  t.strictSame([loaded.dtype, loaded.array()], ["uint8", image.array()]);
  t.strictSame((await utils.loadImg(path, { colorMode: "rgba" })).shape, [4, 6, 4]);
  t.strictSame((await utils.loadImg(path, { colorMode: "grayscale", targetSize: [2, 3] })).shape, [2, 3, 1]);
  const cut = await utils.loadImg(path, { targetSize: [2, 2], keepAspectRatio: true });
  t.strictSame(cut.shape, [2, 2, 3]);
  t.strictSame(utils.imgToArray(loaded, { dataFormat: "channels_first" }).shape, [3, 4, 6]);
  await t.rejects(utils.loadImg(join(folder, "none.png")), { name: "ValueError", message: /none\.png/ });
  writeFileSync(join(folder, "broken.png"), "no picture");
  await t.rejects(utils.loadImg(join(folder, "broken.png")), { message: /broken\.png.*no picture/ });
  await t.rejects(utils.saveImg(join(folder, "image.webp"), image), { message: /png, \.jpg or \.jpeg/ });
});

t.test("bad files are errors that name them, or are left out one by one with their count", async (t) => {
  const noise = tf.cast(tf.random.uniform([160, 120, 3], { maxval: 256, seed: 1 }), "uint8");
  for (const [name, count] of [
    ["a", 5],
    ["b", 3],
  ] as const) {
    mkdirSync(join(folder, "some-bad", name), { recursive: true });
    for (let i = 0; i < count; i++)
      await utils.saveImg(join(folder, "some-bad", name, `${i}.${i % 2 ? "png" : "jpg"}`), noise, { scale: false });
  }
  writeFileSync(join(folder, "some-bad/a/2.jpg"), "no picture");
  const options = { imageSize: [8, 8], batchSize: 4, shuffle: false } as const;
  const dataset = await utils.imageDatasetFromDirectory(join(folder, "some-bad"), options);
  const sizes = async (batches: AsyncIterable<[tf.Tensor, tf.Tensor]>): Promise<number[]> => {
    const found = [];
    for await (const [x] of batches) found.push(x.shape[0]!);
    return found;
  };
  await t.rejects(sizes(dataset), /some-bad\/a\/2\.jpg/);
  const told: string[] = [];
  const { warn } = console;
  console.warn = (text: string) => void told.push(text);
  const good = dataset.ignoreErrors();
  t.strictSame(await sizes(good), [4, 3], "seven of eight");
  console.warn = warn;
  t.equal(good.ignoredErrors, 1);
  t.match(told, [/1 elements were left out.*2\.jpg/]);
});

t.test("large pictures are decoded by other threads, to the same pixels", async (t) => {
  const { decodeHere, decodeImage } = await import("../../lib/formats/image.js");
  const path = join(folder, "large.jpg");
  await utils.saveImg(path, tf.cast(tf.random.uniform([200, 150, 3], { maxval: 256, seed: 2 }), "uint8"), { scale: false });
  const bytes = await tf.io.readFile(path);
  t.ok(bytes.length > 8192);
  const [aside, here] = await Promise.all([decodeImage(bytes), decodeHere(bytes, "here")]);
  t.strictSame(aside, here);
  await t.rejects(decodeImage(bytes.subarray(0, 9000), "cut"), /cut: given a JPEG file that does not decode/);
});

t.test("other threads make batches of the same bits; what they can't is made here, and tells the file and the element", async (t) => {
  const { batchesAhead, pictureOf, picturesAside } = await import("../../lib/data/folder-pictures.js");
  const inner = join(folder, "aside");
  mkdirSync(inner);
  const files = await Promise.all(
    Array.from({ length: 40 }, async (_, i) => {
      const path = join(inner, `${String(i).padStart(2, "0")}.${i % 2 ? "png" : "jpg"}`);
      const noise = tf.random.uniform([20 + (i % 3), 30 - (i % 5), 3], { maxval: 256, seed: i });
      await utils.saveImg(path, tf.cast(noise, "uint8"), { scale: false });
      return path;
    }),
  );
  const form = { colorMode: "rgb", size: [18, 22], interpolation: "bilinear", fit: "stretch", isChannelsFirst: false } as const;
  for (const other of [
    {},
    { fit: "crop", interpolation: "bicubic" },
    { fit: "pad", interpolation: "area", colorMode: "grayscale" },
    { interpolation: "nearest", colorMode: "rgba", isChannelsFirst: true },
  ] as const) {
    const wanted = { ...form, ...other };
    const here = await Promise.all(files.map(async (file) => pictureOf(await tf.io.readFile(file), file, wanted)));
    const aside = await picturesAside(files, "pictures", wanted);
    t.ok(aside, "more files than one thread takes at once");
    t.strictSame([aside!.shape, aside!.dtype], [[40, ...here[0]!.shape], here[0]!.dtype], JSON.stringify(other));
    t.strictSame(aside!.data(), tf.stack(here).data(), JSON.stringify(other));
  }
  t.equal(batchesAhead({ ...form, size: [4096, 4096] }, 64), 2, "memory bounds what is ahead");
  t.ok(batchesAhead(form, 1) >= 64);

  writeFileSync(files[37]!, (await tf.io.readFile(files[0]!)).subarray(0, 400));
  t.equal(await picturesAside(files, "pictures", form), null);
  const dataset = await utils.imageDatasetFromDirectory(inner, { labels: null, shuffle: false, batchSize: 16, verbose: false });
  const batches = dataset[Symbol.asyncIterator]() as unknown as AsyncIterator<tf.Tensor, tf.Tensor>;
  for (const _ of [0, 1]) t.strictSame((await batches.next()).value.shape, [16, 256, 256, 3]);
  await t.rejects(batches.next(), { stage: "dataset.map", element: 37, message: /aside\/37\.png.*JPEG file that does not decode/s });
});

t.test("a folder of images is a dataset of its classes", async (t) => {
  for (const [name, level] of [
    ["black", 0],
    ["white", 255],
  ] as const) {
    // prettier-ignore
    mkdirSync(join(folder, "images", name), { recursive: true });
    for (let i = 0; i < 5; i++)
      await utils.saveImg(join(folder, "images", name, `${i}.png`), tf.fill([4 + i, 6, 3], level), { scale: false });
  }
  const dataset = await utils.imageDatasetFromDirectory(join(folder, "images"), { imageSize: [8, 8], batchSize: 4, seed: 1 });
  t.strictSame(dataset.classNames, ["black", "white"]);
  const seen: number[] = [];
  for await (const [x, y] of dataset) {
    t.strictSame([x.shape.slice(1), x.dtype, y.dtype], [[8, 8, 3], "float32", "int32"]);
    const means = tf.reduceMean(x, { axis: [1, 2, 3] }).data();
    y.data().forEach((label, i) => t.equal(means[i], label * 255, "labels are those of their images"));
    seen.push(...y.data());
  }
  t.strictSame([seen.length, seen.filter((label) => label === 1).length], [10, 5]);
  const both = { validationSplit: 0.3, subset: "both", seed: 2, imageSize: [8, 8] } as const;
  const [train, validation] = await utils.imageDatasetFromDirectory(join(folder, "images"), both);
  t.strictSame([train.filePaths.length, validation.filePaths.length], [7, 3]);
  t.strictSame([...train.filePaths, ...validation.filePaths].sort(), [...dataset.filePaths].sort(), "the parts make the whole");
  const one = await utils.imageDatasetFromDirectory(join(folder, "images"), {
    labelMode: "categorical",
    batchSize: null,
    cropToAspectRatio: true,
    colorMode: "grayscale",
    shuffle: false,
  });
  for await (const [x, y] of one.take(1))
    t.strictSame(
      [x.shape, y.array()],
      [
        [256, 256, 1],
        [1, 0],
      ],
    );
});

t.test("folders of texts and sounds", async (t) => {
  const texts = classes("texts", { bad: ["awful", "dull"], good: ["great"] }, "txt");
  const dataset = await utils.textDatasetFromDirectory(texts, { labelMode: "binary", shuffle: false, maxLength: 4 });
  for await (const [x, y] of dataset)
    t.strictSame(
      [x, y.array()],
      [
        ["awfu", "dull", "grea"],
        [[0], [0], [1]],
      ],
    );
  const vectorize = new tf.keras.layers.TextVectorization({ outputSequenceLength: 2 });
  await vectorize.adapt(dataset.map((x) => x));
  t.equal(vectorize.vocabularySize(), 5, "a layer learns from an asynchronous dataset");
  const riff = (samples: readonly number[]): Uint8Array => {
    const head = Buffer.from("RIFF....WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\0\0\0\0\x02\0\x10\0data....", "latin1");
    head.writeUInt32LE(samples.length * 2, 40);
    return Buffer.concat([head, Buffer.from(Int16Array.from(samples).buffer)]);
  };
  const sounds = classes("sounds", { a: [riff([16384, -16384])], b: [riff([8192])] }, "wav");
  const audio = await utils.audioDatasetFromDirectory(sounds, { outputSequenceLength: 2, shuffle: false });
  for await (const [x, y] of audio)
    t.strictSame(
      [x.array(), y.array()],
      [
        [
          [[0.5], [-0.5]],
          [[0.25], [0]],
        ],
        [0, 1],
      ],
    );
});

t.test("a seed orders files as in Keras; some classes are taken, in their order; pictures are padded as by resize_with_pad", async (t) => {
  const images = join(folder, "images");
  const [train, validation] = await utils.imageDatasetFromDirectory(images, { validationSplit: 0.3, subset: "both", seed: 5 });
  // What Keras 3.15 lists for seed 5.
  const order = [9, 5, 2, 4, 7, 1, 0, 8, 6, 3].map((place) => join(images, place < 5 ? "black" : "white", `${place % 5}.png`));
  t.strictSame([train.filePaths, validation.filePaths], [order.slice(0, 7), order.slice(7)]);
  const white = await utils.imageDatasetFromDirectory(images, { classNames: ["white"], shuffle: false });
  t.strictSame([white.classNames, white.filePaths.length, white.filePaths[0]], [["white"], 5, join(images, "white/0.png")]);
  const turned = await utils.imageDatasetFromDirectory(images, { classNames: ["white", "black"], shuffle: false });
  t.equal(turned.filePaths[0], join(images, "white/0.png"));
  const padded = { classNames: ["white"], shuffle: false, padToAspectRatio: true, imageSize: [8, 8], batchSize: null } as const;
  for await (const [x] of (await utils.imageDatasetFromDirectory(images, padded)).take(1))
    t.strictSame(tf.reduceMax(x, { axis: [1, 2] }).array(), [0, 255, 255, 255, 255, 255, 0, 0], "4 × 6 pixels become 5 × 8");
});

t.test("what a folder lists is what Keras lists: order, links, hidden files, empty classes", async (t) => {
  const listing = join(folder, "listing");
  // As Keras 3.15.1 on TensorFlow lists them.
  const names = [
    "b/0.png",
    "b/1.png",
    "b/.dot.png",
    "b/sub/z.png",
    "b/sub-a/y.png",
    "c/0.PNG",
    "c/1.PNG",
    "c/.git/q.png",
    "root.png",
    ".hid/x.png",
  ];
  mkdirSync(join(listing, "a"), { recursive: true });
  for (const name of names) {
    mkdirSync(join(listing, name, ".."), { recursive: true });
    writeFileSync(join(listing, name), "");
  }
  symlinkSync(join(listing, "b/sub"), join(listing, "c/link"));
  symlinkSync(join(listing, "c"), join(listing, "d"));
  symlinkSync(join(listing, "b"), join(listing, "b/sub/up"));
  symlinkSync(join(listing, "b/0.png"), join(listing, "c/file.png"));
  const paths = async (options: Record<string, unknown>): Promise<string[]> => {
    const made = await utils.imageDatasetFromDirectory(listing, { verbose: false, shuffle: false, ...options });
    return [String(made.classNames), ...made.filePaths.map((path) => relative(listing, path))];
  };
  const b = ["b/.dot.png", "b/0.png", "b/1.png", "b/sub/z.png", "b/sub-a/y.png"];
  const c = ["c/0.PNG", "c/1.PNG", "c/file.png", "c/.git/q.png"];
  const d = c.map((path) => path.replace("c/", "d/"));
  const link = ["c/link/z.png", "d/link/z.png"];
  t.strictSame(await paths({}), ["a,b,c,d", ...b, ...c, ...d]);
  // Links that lead to where they stand are left out; those in what they lead to are not.
  const followed = await paths({ followLinks: true });
  t.strictSame(
    followed.filter((path) => !path.includes("up/")),
    ["a,b,c,d", ...b, ...c, link[0], ...d, link[1]],
  );
  t.notOk(followed.some((path) => path.startsWith("b/sub/up")));
  const flat = ["root.png", ".hid/x.png", ...b, ...c];
  t.strictSame(await paths({ labels: null }), ["null", ...flat]);
  t.strictSame(await paths({ labelMode: null }), ["null", ...flat]);
  const labels = flat.map((_, i) => (i % 2 ? 7 : 12));
  t.strictSame(await paths({ labels }), ["7,12", ...flat]);
  await t.rejects(paths({ labels, labelMode: "categorical" }), { message: /the label 12 with 2 classes.*labels from 0 to 1/ });
  await t.rejects(paths({ labels: [0, 1] }), { message: /2 labels for 11 files/ });
  await t.rejects(paths({ labels, classNames: ["a"] }), { message: /classNames.*labels "inferred"/ });
  await t.rejects(paths({ labelMode: null, classNames: ["b"] }), { message: /classNames.*a labelMode/ });
  await t.rejects(paths({ labelMode: "binary" }), { message: /"binary" with 4 classes/ });
  await t.rejects(paths({ classNames: ["a"] }), { message: /files that end in \.bmp/ });
  await t.rejects(paths({ validationSplit: 0.01, subset: "training" }), { message: /0\.01 of 13 files.*files for both parts/ });
  t.equal((await paths({ validationSplit: 0 })).length, 14, "0 is no split");
});

t.test("found files are told, but for verbose false; what validates beside what trains is not shuffled", async (t) => {
  const images = join(folder, "images");
  const told: string[] = [];
  const { write } = process.stdout;
  process.stdout.write = ((line: string) => told.push(line) > 0) as never;
  try {
    const options = { validationSplit: 0.4, subset: "both", seed: 5, imageSize: 8 } as const;
    await utils.imageDatasetFromDirectory(images, options);
    await utils.imageDatasetFromDirectory(images, { labels: null });
    await utils.imageDatasetFromDirectory(images, { ...options, verbose: false });
  } finally {
    process.stdout.write = write;
  }
  const both = ["Found 10 files belonging to 2 classes.\n", "Using 6 files for training.\n", "Using 4 files for validation.\n"];
  t.strictSame(told, [...both, "Found 10 files.\n"]);
  const options = { labels: [...Array(10).keys()], validationSplit: 0.9, subset: "both", seed: 5, batchSize: 9, verbose: false } as const;
  const [, validation] = await utils.imageDatasetFromDirectory(images, { ...options, imageSize: 2 });
  // The order of seed 5 but for its first file.
  for (let epoch = 0; epoch < 2; epoch++) for await (const [, y] of validation) t.strictSame(y.array(), [5, 2, 4, 7, 1, 0, 8, 6, 3]);
});

/** A row of the green of a picture of 5 × 7 in 4 × 6 (padded: 6 × 6), as Keras 3.15.1 on TensorFlow gives it. */
const methods: readonly [string, "" | "pad" | "crop", readonly number[]][] = [
  ["bilinear", "", [105.52, 56.81, 109.44, 154.06, 190.69, 93.98]],
  ["bilinear", "pad", [105.52, 56.81, 109.44, 154.06, 190.69, 93.98]],
  ["bilinear", "crop", [178.33, 46.5, 82.67, 137.5, 211, 217.83]],
  ["nearest", "", [64, 38, 138, 204, 170, 6]],
  ["nearest", "pad", [64, 38, 138, 204, 170, 6]],
  ["nearest", "crop", [190, 50, 36, 130, 238, 216]],
  ["bicubic", "", [97, 47.46, 110.92, 162.88, 211.64, 80.19]],
  ["bicubic", "pad", [97, 47.46, 110.92, 162.88, 211.64, 80.19]],
  ["bicubic", "crop", [183.11, 34.69, 80.36, 135.17, 217.19, 217.42]],
  ["area", "", [104.17, 58.34, 108.69, 152.8, 190.69, 105.31]],
  ["area", "pad", [104.17, 58.34, 108.69, 152.8, 190.69, 105.31]],
  ["area", "crop", [170, 46, 84, 137.71, 207.14, 219.14]],
  ["lanczos3", "", [88.89, 43.19, 108.1, 163, 239.8, 80.05]],
  ["lanczos3", "pad", [88.89, 43.19, 108.1, 163, 239.8, 80.05]],
  ["lanczos3", "crop", [182.56, 20.59, 86.89, 135.16, 215.62, 219.16]],
  ["lanczos5", "", [81.05, 49.44, 109.28, 151.41, 256.67, 83.62]],
  ["lanczos5", "pad", [81.05, 49.44, 109.28, 151.41, 256.67, 83.62]],
  ["lanczos5", "crop", [183.28, 11.93, 96.87, 133.69, 212.27, 220.42]],
  ["gaussian", "", [102.39, 59.57, 107.27, 153.05, 185.28, 102.58]],
  ["gaussian", "pad", [102.39, 59.57, 107.27, 153.05, 185.28, 102.58]],
  ["mitchellcubic", "", [99.89, 53.15, 109.09, 157.89, 200.03, 93.47]],
  ["mitchellcubic", "pad", [99.89, 53.15, 109.09, 157.89, 200.03, 93.47]],
];

t.test("pictures get their size by each method of tf.image.resize, stretched, padded and cut", async (t) => {
  const directory = join(folder, "methods");
  mkdirSync(join(directory, "a"), { recursive: true });
  const values = Array.from({ length: 5 * 7 * 3 }, (_, i) => (i * i * 7 + i * 13) % 256);
  await utils.saveImg(join(directory, "a/0.png"), tf.constant(values, { shape: [5, 7, 3] }), { scale: false });
  const first = async (options: Record<string, unknown>): Promise<tf.Tensor> => {
    const made = await utils.imageDatasetFromDirectory(directory, { verbose: false, batchSize: null, ...options });
    for await (const [x] of made) return x;
    throw new Error("no picture");
  };
  for (const [interpolation, fit, expected] of methods) {
    const imageSize = fit === "pad" ? [6, 6] : [4, 6];
    const x = await first({ imageSize, interpolation, padToAspectRatio: fit === "pad", cropToAspectRatio: fit === "crop" });
    const row = x.at(2, {}, 1).data();
    t.equal(x.dtype, interpolation === "nearest" ? "uint8" : "float32", interpolation);
    expected.forEach((value, i) => t.ok(Math.abs(row[i]! - value) < 0.011, `${interpolation} ${fit}: ${row[i]} for ${value}`));
  }
  const grey = await first({ imageSize: [5, 7], interpolation: "AREA", colorMode: "grayscale" });
  t.strictSame(grey.at(0).reshape([-1]).array(), [17, 154, 131, 113, 86, 214, 212], "TensorFlow rounds the grey of a PNG down");
  await t.rejects(first({ interpolation: "box" }), { message: /interpolation: given "box"; expected bilinear, nearest/ });
  await t.rejects(first({ format: "grain" }), { message: /format: given "grain"/ });
});

t.test("sounds: padded to the longest of a batch, cut, ragged, at another rate", async (t) => {
  const riff = (rate: number, samples: Int16Array): Uint8Array => {
    const head = Buffer.from("RIFF....WAVEfmt \x10\0\0\0\x01\0\x01\0....\0\0\0\0\x02\0\x10\0data....", "latin1");
    head.writeUInt32LE(rate, 24);
    head.writeUInt32LE(samples.length * 2, 40);
    return Buffer.concat([head, Buffer.from(samples.buffer)]);
  };
  const sounds = classes("rates", { a: [riff(8000, Int16Array.of(16384, -16384, 8192))], b: [riff(16000, Int16Array.of(8192))] }, "wav");
  const first = async (options: Record<string, unknown>, path = sounds): Promise<[tf.Tensor, tf.Tensor]> => {
    const made = await utils.audioDatasetFromDirectory(path, { shuffle: false, verbose: false, ...options });
    for await (const element of made) return element as [tf.Tensor, tf.Tensor];
    throw new Error("no sound");
  };
  t.strictSame((await first({}))[0].array(), [[[0.5], [-0.5], [0.25]], [[0.25], [0], [0]]]); // prettier-ignore
  const [ragged, labels] = await first({ ragged: true });
  t.ok((ragged as unknown) instanceof tf.RaggedTensor);
  t.strictSame(
    [(ragged as unknown as tf.RaggedTensor).toList(), labels.array()],
    [
      [[[0.5], [-0.5], [0.25]], [[0.25]]],
      [0, 1],
    ],
  );
  t.strictSame(((await first({ ragged: true, batchSize: null }))[0] as unknown as tf.RaggedTensor).toList(), [[0.5], [-0.5], [0.25]]);
  await t.rejects(first({ ragged: true, outputSequenceLength: 2 }), { message: /ragged and outputSequenceLength; expected one of them/ });
  await t.rejects(first({ samplingRate: 1.5 }), { message: /samplingRate: given 1\.5/ });
  // Half a second of a tone of 440 Hz at several rates is the same tone at one rate, but for the edges.
  const tone = (rate: number): Float64Array =>
    Float64Array.from({ length: rate / 2 }, (_, i) => Math.sin((2 * Math.PI * 440 * i) / rate) / 2);
  const rates = [8000, 11025, 16000, 44100, 48000];
  const tones = classes(
    "tones",
    {
      a: rates.map((rate) =>
        riff(
          rate,
          Int16Array.from(tone(rate), (value) => Math.round(value * 32768)),
        ),
      ),
    },
    "wav",
  );
  const [resampled] = await first({ samplingRate: 16000 }, tones);
  t.strictSame(resampled.shape, [5, 8000, 1]);
  const wanted = tone(16000);
  for (const [i, rate] of rates.entries()) {
    const made = resampled.at(i, {}, 0).data();
    const errors = Array.from({ length: 7600 }, (_, k) => Math.abs(made[k + 200]! - wanted[k + 200]!));
    t.ok(Math.max(...errors) < 2e-4, `${rate} Hz: ${Math.max(...errors)}`);
  }
  // What is above half of the new rate is gone.
  const high = classes(
    "high",
    {
      a: [
        riff(
          16000,
          Int16Array.from({ length: 8000 }, (_, i) => 16384 * Math.sin((2 * Math.PI * 6000 * i) / 16000)),
        ),
      ],
    },
    "wav",
  );
  const [silent] = await first({ samplingRate: 8000 }, high);
  t.ok(tf.reduceMax(tf.abs(silent.at(0, { start: 100, stop: 3900 }))).item() < 1e-3);
});

t.test("texts are cut by bytes between characters, as far as they are whole", async (t) => {
  const texts = classes("bytes", { a: ["äöü\n", "\ufeffab", "", "plain"] }, "txt");
  const made = async (maxLength: number | null): Promise<unknown> => {
    for await (const [x] of await utils.textDatasetFromDirectory(texts, { maxLength, shuffle: false, verbose: false })) return x;
    return null;
  };
  t.strictSame(await made(null), ["äöü\n", "\ufeffab", "", "plain"]);
  t.strictSame(await made(4), ["äö", "\ufeffa", "", "plai"]);
  t.strictSame(await made(3), ["ä", "\ufeff", "", "pla"]);
});

t.test("folders that do not fit are refused by name", async (t) => {
  const flat = join(folder, "flat");
  mkdirSync(flat);
  writeFileSync(join(flat, "a.png"), "");
  const images = (path: string, options = {}) => utils.imageDatasetFromDirectory(path, options);
  await t.rejects(images(join(folder, "nowhere")), { message: /nowhere.*a folder that can be read/ });
  await t.rejects(images(flat), { message: /no folders; expected a folder for each class/ });
  await t.rejects(images(join(folder, "texts")), { message: /files that end in \.bmp/ });
  await t.rejects(images(join(folder, "images"), { validationSplit: 0.5, subset: "training" }), { message: /seed: given no seed/ });
  await t.rejects(images(join(folder, "images"), { validationSplit: 0.5 }), { message: /both or neither/ });
  await t.rejects(images(join(folder, "images"), { classNames: ["black", "red"] }), { message: /"red"\].*names of folders, each once/ });
  await t.rejects(images(join(folder, "images"), { classNames: ["black", "black"] }), { message: /names of folders, each once/ });
  await t.rejects(images(join(folder, "images"), { imageSise: [1, 1] }), { message: /unknown option "imageSise"/ });
  const unlabelled = await images(flat, { labels: null });
  await t.rejects(async () => { for await (const _ of unlabelled); }, { message: /flat\/a\.png/ }); // prettier-ignore
});

t.test("Keras's files are read from where they are, shuffled as Keras shuffles them", async (t) => {
  const npy = (shape: readonly number[], values: Float64Array) => writeNpy("float64", shape, new Uint8Array(values.buffer));
  const rows = 10;
  const file = join(folder, "boston.npz");
  const members = [
    {
      name: "x.npy",
      content: npy(
        [rows, 2],
        Float64Array.from({ length: rows * 2 }, (_, i) => i),
      ),
    },
    {
      name: "y.npy",
      content: npy(
        [rows],
        Float64Array.from({ length: rows }, (_, i) => i),
      ),
    },
  ];
  writeFileSync(file, Buffer.concat(writeZip(members)));
  const [[trainX, trainY], [, testY]] = await datasets.bostonHousing.loadData({ path: file });
  // numpy.random.RandomState(113).shuffle(numpy.arange(10)), first eight and last two.
  t.strictSame([trainX.shape, trainY.shape, testY.shape], [[8, 2], [8], [2]]);
  t.strictSame([...trainY.data(), ...testY.data()].sort(), [...Array(rows).keys()]);
  trainY.data().forEach((y, i) => t.equal(trainX.data()[i * 2], y * 2, "rows stay together"));
  await t.rejects(datasets.mnist.loadData({ path: join(folder, "none.npz") }), { message: /mnist\.loadData.*none\.npz/ });
  await t.rejects(datasets.bostonHousing.loadData({ path: file, testSplit: 1 }), { message: /testSplit: given 1/ });
  await t.rejects(datasets.mnist.loadData({ path: join(folder, "image.png") }), "no archive");
});
