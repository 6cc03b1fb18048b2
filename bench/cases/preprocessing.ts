// What stands between a file and a model: text, statistics, pictures.

import * as tf from "../../lib/index.js";
import type { Case } from "../harness/case.js";

const { layers } = tf.keras;

/** Lines of made-up words, frequent ones more often, of some ten million characters. */
function corpus(): string[] {
  let state = 12345;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const lines: string[] = [];
  for (let size = 0; size < 10_000_000;) {
    const line = Array.from({ length: 40 + Math.floor(next() * 120) }, () => `w${Math.floor(next() * next() * 20_000).toString(36)}`).join(
      " ",
    );
    size += line.length;
    lines.push(line);
  }
  return lines;
}

/** A picture of 500 × 375 pixels with slopes and grain. */
const picture = () => {
  const pixels = Float32Array.from({ length: 375 * 500 * 3 }, (_, i) => 128 + 100 * Math.sin(i / 900) + ((i * 13) % 17));
  return tf.constant(pixels, { shape: [375, 500, 3] });
};

/** Files that are decoded at once, by as many threads as there are. */
const ATONCE = 16;

/** The same picture in Pillow, and threads: its own loops let others run. */
const inPillow = `
import math
from concurrent.futures import ThreadPoolExecutor
from PIL import Image
pool = ThreadPoolExecutor(threads)
pixels = bytes(max(0, min(255, int(128 + 100 * math.sin(i / 900) + (i * 13) % 17))) for i in range(375 * 500 * 3))
whole = Image.frombytes("RGB", (500, 375), pixels)
picture = lambda: whole
`;

/** Two changes drawn from those that RandAugment has, as Pillow has them. */
const augmentation = `
import random
from PIL import ImageEnhance, ImageOps
random.seed(1)
affine = lambda *m: lambda image: image.transform(image.size, Image.Transform.AFFINE, m, Image.Resampling.BILINEAR)
changes = [
    affine(1, 0.2, 0, 0.2, 1, 0), affine(1, 0, 40, 0, 1, 40), lambda image: image.rotate(30, Image.Resampling.BILINEAR),
    lambda image: ImageEnhance.Brightness(image).enhance(1.3), lambda image: ImageEnhance.Color(image).enhance(0.5),
    lambda image: ImageEnhance.Contrast(image).enhance(1.3), lambda image: ImageEnhance.Sharpness(image).enhance(1.5),
    lambda image: ImageOps.posterize(image, 4), lambda image: ImageOps.solarize(image, 128), ImageOps.autocontrast, ImageOps.equalize,
]
images = [whole.resize((224, 224)) for _ in range(32)]
def augmented(image):
    for change in random.choices(changes, k=2):
        image = change(image)
    return image
`;

export const preprocessing: readonly Case[] = [
  {
    name: "preprocessing text: vectorize 10 MB in batches of 128",
    once: true,
    ours() {
      const batches = tf.data.Dataset.fromTensorSlices(corpus()).batch(128);
      const vectorize = new layers.TextVectorization({ maxTokens: 10_000, outputSequenceLength: 128 });
      void vectorize.adapt(batches.take(50));
      return () => [...batches.map((texts) => vectorize(texts as never))].length;
    },
  },
  {
    name: "preprocessing adapt: Normalization on 10 M numbers, streamed",
    once: true,
    ours() {
      const batches = tf.data.Dataset.fromTensorSlices(tf.random.uniform([1_000_000, 10], { seed: 1 })).batch(4096);
      return () => void new layers.Normalization().adapt(batches);
    },
  },
  {
    name: "preprocessing images: resize 500 × 375 to 224 × 224",
    ours() {
      const [resize, x] = [new layers.Resizing(224, 224), picture()];
      return () => resize(x);
    },
    peers: { pillow: { setup: inPillow, run: "picture().resize((224, 224), Image.Resampling.BILINEAR)" } },
  },
  {
    name: "preprocessing images: RandAugment of 32 × 224 × 224",
    ours() {
      const [augment, x] = [new layers.RandAugment({ seed: 1 }), tf.random.uniform([32, 224, 224, 3], { minval: 0, maxval: 255, seed: 2 })];
      return () => augment(x);
    },
    peers: { pillow: { setup: inPillow + augmentation, run: "list(pool.map(augmented, images))" } },
  },
  ...(["Jpeg", "Png"] as const).map((kind): Case => ({
    name: `preprocessing images: decode ${ATONCE} ${kind === "Jpeg" ? "JPEG" : "PNG"} files of 500 × 375`,
    async ours() {
      const bytes = await tf.io[`encode${kind}`](tf.cast(tf.clipByValue(picture(), 0, 255), "uint8"));
      return () => Promise.all(Array.from({ length: ATONCE }, () => tf.io[`decode${kind}`](bytes)));
    },
    peers: {
      pillow: {
        setup: `${inPillow}
import io
file = io.BytesIO()
picture().save(file, "${kind}"${kind === "Jpeg" ? ", quality=95" : ""})
data = file.getvalue()
decoded = lambda _: Image.open(io.BytesIO(data)).load()
`,
        run: `list(pool.map(decoded, range(${ATONCE})))`,
      },
    },
  })),
];
