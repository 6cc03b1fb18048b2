// What comes before a step: shuffling and batching, tables, records, pictures from disk, and how long a step waits for them.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "../../lib/index.js";
import { type Case, type Contestant } from "../harness/case.js";
import { now } from "../harness/clock.js";

const folders: string[] = [];
const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), "kerasm-bench-"));
  folders.push(made);
  return made;
};
process.once("exit", () => folders.forEach((made) => rmSync(made, { recursive: true, force: true })));

async function count(dataset: AsyncIterable<unknown>): Promise<number> {
  let elements = 0;
  for await (const _ of dataset) elements++;
  return elements;
}

/** A folder of two classes with pictures of 224 × 224 pixels. */
async function pictures(files: number): Promise<string> {
  const made = folder();
  const noise = tf.random.uniform([28, 28, 3], { maxval: 255, seed: 1 });
  const picture = tf.cast(tf.image.resize(noise, [224, 224]), "uint8");
  const bytes = await Promise.all([tf.io.encodeJpeg(picture, { quality: 85 }), tf.io.encodePng(picture)]);
  for (const label of ["a", "b"]) mkdirSync(join(made, label));
  for (let i = 0; i < files; i++)
    writeFileSync(join(made, i % 2 ? "a" : "b", `${i}.${i % 4 === 3 ? "png" : "jpg"}`), bytes[i % 4 === 3 ? 1 : 0]);
  return made;
}

const images = (directory: string) =>
  tf.keras.utils.imageDatasetFromDirectory(directory, { imageSize: [224, 224], batchSize: 32, seed: 1 });

/** How many milliseconds a loop waits for its batches, when each step of it takes `step` milliseconds on this thread. */
async function waiting(dataset: AsyncIterable<unknown>, step: number): Promise<number> {
  let [waited, begun] = [0, now()];
  let isFirst = true;
  for await (const _ of dataset) {
    if (!isFirst) waited += now() - begun;
    isFirst = false;
    const until = now() + step;
    while (now() < until);
    begun = now();
  }
  return waited;
}

/** How long an epoch of `fit` over arrays takes beyond its steps, from begin to end of each: milliseconds. */
async function beyondSteps(): Promise<number> {
  const { layers } = tf.keras;
  const x = tf.random.uniform([12_800, 28, 28, 1], { seed: 1 });
  const y = tf.cast(tf.random.uniform([12_800], { maxval: 10, seed: 2 }), "int32");
  const model = new tf.keras.Sequential([
    new layers.Input({ shape: [28, 28, 1] }),
    new layers.Conv2D(16, 3, { activation: "relu" }),
    new layers.MaxPooling2D(2),
    new layers.Flatten(),
    new layers.Dense(10),
  ]);
  model.compile({ optimizer: "adam", loss: new tf.keras.losses.SparseCategoricalCrossentropy({ fromLogits: true }) });
  let [steps, epoch, step, whole] = [0, 0, 0, 0];
  const clock = new tf.keras.callbacks.LambdaCallback({
    onEpochBegin: () => void ([whole, steps] = [now(), 0]),
    onTrainBatchBegin: () => void (step = now()),
    onTrainBatchEnd: () => void (steps += now() - step),
    onEpochEnd: () => void (epoch = now() - whole),
  });
  await model.fit(x, y, { batchSize: 128, epochs: 3, verbose: 0, callbacks: [clock] });
  console.log(`fit from memory: an epoch is ${(epoch / steps).toFixed(3)} times the sum of its steps (${steps.toFixed(0)} ms)`);
  return epoch - steps;
}

/** PyTorch's DataLoader over such files, which Pillow decodes, with as many workers as we have threads. */
const loader = (files: number): string => `
import atexit, glob, os, shutil, tempfile
import numpy as np
from PIL import Image
from torch.utils.data import DataLoader, Dataset
folder = tempfile.mkdtemp()
atexit.register(shutil.rmtree, folder, True)
noise = np.random.default_rng(1).integers(0, 255, (28, 28, 3), dtype=np.uint8)
picture = Image.fromarray(noise).resize((224, 224), Image.Resampling.BILINEAR)
for label in "ab": os.mkdir(os.path.join(folder, label))
for i in range(${files}):
    name = os.path.join(folder, "ab"[i % 2], f"{i}." + ("png" if i % 4 == 3 else "jpg"))
    picture.save(name, **({} if i % 4 == 3 else {"quality": 85}))
class Pictures(Dataset):
    files = glob.glob(folder + "/*/*")
    def __len__(self): return len(self.files)
    def __getitem__(self, i):
        x = torch.from_numpy(np.array(Image.open(self.files[i]).convert("RGB"))).permute(2, 0, 1).float()
        return (x.flip(2) if torch.rand(()) < 0.5 else x), self.files[i].split("/")[-2] == "a"
loader = DataLoader(Pictures(), batch_size=32, shuffle=True, num_workers=threads, persistent_workers=True)
`;

export const data: readonly Case[] = [
  {
    name: "data shuffle + batch 128 of 60,000 images of 28 × 28",
    quick: true,
    ours() {
      const x = tf.cast(tf.random.uniform([60_000, 28, 28], { maxval: 255, seed: 1 }), "uint8");
      const dataset = tf.data.Dataset.fromTensorSlices([x, tf.range(60_000)])
        .shuffle(60_000)
        .batch(128);
      return () => count(dataset);
    },
    peers: {
      torch: {
        setup:
          "from torch.utils.data import DataLoader, TensorDataset\nloader = DataLoader(TensorDataset(torch.zeros(60000, 28, 28, dtype=torch.uint8), torch.arange(60000)), batch_size=128, shuffle=True)",
        run: "for x, y in loader: pass",
      },
    },
  },
  {
    name: "data CSV of 1 M rows, 4 columns, batches of 1024",
    once: true,
    ours() {
      const path = join(folder(), "table.csv");
      const rows = Array.from({ length: 1_000_000 }, (_, i) => `${i},${(i % 997) / 8},${i % 7},name ${i % 50}`);
      writeFileSync(path, `id,x,label,name\n${rows.join("\n")}\n`);
      const options = { numEpochs: 1, shuffle: false, labelName: "label" } as const;
      return () => count(tf.data.experimental.makeCsvDataset(path, 1024, options));
    },
  },
  {
    name: "data TFRecord: 100,000 Examples read, checked and parsed in batches of 256",
    once: true,
    async ours() {
      const path = join(folder(), "examples.tfrecord");
      const writer = new tf.io.TFRecordWriter(path);
      const { Example, Feature, Features, FloatList, Int64List } = tf.train;
      for (let i = 0; i < 100_000; i++) {
        const x = Feature({ floatList: FloatList({ value: [i, i / 2, 1, 0] }) });
        writer.write(
          Example({ features: Features({ feature: { x, n: Feature({ int64List: Int64List({ value: [i] }) }) } }) }).serializeToString(),
        );
      }
      await writer.close();
      const features = { x: new tf.io.FixedLenFeature([4], "float32"), n: new tf.io.FixedLenFeature([], "int64") };
      return () =>
        count(new tf.data.TFRecordDataset(path).batch(256).map((bytes) => tf.io.parseExample(bytes as never, features) as never));
    },
  },
  {
    name: "data 10,000 JPEG and PNG files of 224 × 224, decoded and flipped in batches of 32",
    once: true,
    async ours() {
      const dataset = await images(await pictures(10_000));
      const flip = new tf.keras.layers.RandomFlip("horizontal");
      return () => count(dataset.map((x, y) => [flip(x, { training: true }), y]));
    },
    peers: { torch: { setup: loader(10_000), run: "for x, y in loader: pass" } },
  },
  {
    name: "data waiting: of 16 steps of 250 ms for batches of 32 such files (ms)",
    once: true,
    async ours(): Promise<Contestant> {
      const dataset = await images(await pictures(512));
      return { name: "ours", time: () => waiting(dataset, 250) };
    },
  },
  {
    name: "data fit from memory: an epoch of 100 steps beyond the sum of its steps (ms)",
    once: true,
    ours: (): Contestant => ({ name: "ours", time: beyondSteps }),
  },
];
