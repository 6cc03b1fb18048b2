// The second tab: three classes of the user's own pictures, learned in seconds; by a small network from nothing, or on MobileNet's features
// where its weights are given as a file.

import * as tf from "kerasm";
import { predictionBars, trainingCharts } from "kerasm/visor";
import { byId, onDrop, onFiles, pictureOf, telling } from "./page.js";

const { keras } = tf;
type Model = InstanceType<typeof keras.Model>;
type Callable = (x: tf.Tensor, options?: object) => tf.Tensor;
type Camera = Awaited<ReturnType<typeof tf.data.webcam>>;

const COUNT = 3;
const LEAST = 3;
/** Pixels of a side: what the small network sees, and what MobileNet does. */
const [SMALL, LARGE] = [48, 128];

/** A class: its name and the pictures of it. */
class Taught {
  readonly pictures: ImageBitmap[] = [];
  readonly name: HTMLInputElement;
  readonly #shown: HTMLElement;
  readonly #count: HTMLElement;

  constructor(
    index: number,
    readonly changed: () => void,
  ) {
    const box = document.createElement("fieldset");
    const legend = Object.assign(document.createElement("legend"), { textContent: `Class ${index + 1}` });
    const label = Object.assign(document.createElement("label"), { textContent: "Name " });
    this.name = Object.assign(document.createElement("input"), { type: "text", value: `Class ${index + 1}`, maxLength: 20 });
    label.append(this.name);
    const bar = Object.assign(document.createElement("div"), { className: "bar" });
    const record = Object.assign(document.createElement("button"), { type: "button", textContent: "Ten pictures from the camera" });
    record.addEventListener(
      "click",
      telling(status, () => this.#record()),
    );
    const files = Object.assign(document.createElement("label"), { className: "button", textContent: "Pictures " });
    const input = Object.assign(document.createElement("input"), {
      type: "file",
      accept: "image/*",
      multiple: true,
      id: `pictures-${index}`,
    });
    files.append(input);
    onFiles(input, (chosen) => void telling(status, () => this.#add(chosen))());
    bar.append(record, files);
    this.#count = Object.assign(document.createElement("p"), { textContent: "No pictures yet: drop some here." });
    this.#shown = Object.assign(document.createElement("div"), { className: "pictures" });
    box.append(legend, label, bar, this.#count, this.#shown);
    onDrop(box, (dropped) => void telling(status, () => this.#add(dropped))());
    byId("classes").append(box);
  }

  async #record(): Promise<void> {
    await turnOn();
    for (let i = 0; i < 10; i++) {
      await this.take(await createImageBitmap(video));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async #add(files: readonly File[]): Promise<void> {
    const found = await Promise.allSettled(files.map(pictureOf));
    for (const each of found) if (each.status === "fulfilled") await this.take(each.value);
    for (const each of found) if (each.status === "rejected") throw each.reason;
  }

  async take(picture: ImageBitmap): Promise<void> {
    this.pictures.push(picture);
    const shown = Object.assign(document.createElement("canvas"), { width: 48, height: 48 });
    shown.getContext("2d")!.drawImage(picture, 0, 0, 48, 48);
    this.#shown.append(shown);
    this.#count.textContent = `${this.pictures.length} pictures`;
    this.changed();
  }
}

const status = byId("learned");
const video = byId<HTMLVideoElement>("video");
const learn = byId<HTMLButtonElement>("learn");
const onOff = byId("camera");
const taught: Taught[] = [];
let camera: Camera | null = null;
/** MobileNet without its last layer, where its weights were given. */
let features: Model | null = null;
let model: Model | null = null;

/** Turns the camera on, shows what it sees, and says it where something was learned. */
async function turnOn(): Promise<void> {
  camera ??= await tf.data.webcam(video, { resizeWidth: LARGE, resizeHeight: LARGE, centerCrop: true });
  video.hidden = false;
  onOff.textContent = "Camera off";
  if (model) void telling(status, watch)();
}

/** A picture as a tensor `[side, side, 3]`, its middle. */
function tensorOf(picture: ImageBitmap): tf.Tensor {
  const side = features ? LARGE : SMALL;
  const canvas = new OffscreenCanvas(side, side);
  const cut = Math.min(picture.width, picture.height);
  const context = canvas.getContext("2d")!;
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, (picture.width - cut) / 2, (picture.height - cut) / 2, cut, cut, 0, 0, side, side);
  return tf.browser.fromPixels(canvas);
}

/** What the last layers see of pictures: MobileNet's features, or the pictures. */
async function inputsOf(pictures: readonly ImageBitmap[]): Promise<tf.Tensor> {
  const x = tf.cast(tf.stack(pictures.map(tensorOf)), "float32");
  if (!features) return x;
  return (await features.predict(x.div(127.5).sub(1), { verbose: 0, batchSize: 8 })) as tf.Tensor;
}

function makeModel(): Model {
  const { layers } = keras;
  if (features)
    return new keras.Sequential([
      new keras.Input({ shape: [features.outputShape.at(-1) as number] }),
      new layers.Dense(64, { activation: "relu" }),
      new layers.Dense(COUNT, { activation: "softmax" }),
    ]);
  return new keras.Sequential([
    new keras.Input({ shape: [SMALL, SMALL, 3] }),
    new layers.Rescaling(1 / 127.5, { offset: -1 }),
    new layers.Conv2D(16, 3, { strides: 2, activation: "relu" }),
    new layers.Conv2D(32, 3, { strides: 2, activation: "relu" }),
    new layers.Conv2D(32, 3, { strides: 2, activation: "relu" }),
    new layers.Flatten(),
    new layers.Dropout(0.3),
    new layers.Dense(COUNT, { activation: "softmax" }),
  ]);
}

async function train(): Promise<void> {
  const began = performance.now();
  learn.disabled = true;
  status.textContent = "Learning…";
  try {
    const x = await inputsOf(taught.flatMap(({ pictures }) => pictures));
    const y = tf.constant(
      taught.flatMap(({ pictures }, i) => pictures.map(() => i)),
      { dtype: "int32" },
    );
    const made = makeModel();
    made.compile({ optimizer: new keras.optimizers.Adam(0.002), loss: "sparse_categorical_crossentropy", metrics: ["accuracy"] });
    const stop = new keras.callbacks.EarlyStopping({ monitor: "loss", patience: 3, minDelta: 0.002 });
    const callbacks = [trainingCharts(byId("teach-charts"), { metrics: ["loss", "accuracy"] }), stop];
    const { history } = await made.fit(x, y, { epochs: 40, batchSize: 16, verbose: 0, callbacks });
    model = made;
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    const accuracy = history["accuracy"]!.at(-1)!;
    status.textContent = `Learned ${x.shape[0]} pictures in ${seconds} s, ${Math.round(100 * accuracy)}% of them right.`;
    if (camera) void telling(status, watch)();
  } finally {
    ready();
  }
}

/** What the model takes a picture for. */
async function guess(picture: ImageBitmap): Promise<void> {
  if (!model) throw new Error("Train before: there is no network yet.");
  const found = (model as unknown as Callable)(await inputsOf([picture]), { training: false });
  predictionBars(found, { container: byId("teach-bars"), classNames: taught.map(({ name }) => name.value), table: false });
}

/** Says what the camera sees, some times a second, for as long as the same model is there. */
async function watch(): Promise<void> {
  const [seen, watched] = [camera, model];
  while (camera && camera === seen && model === watched) {
    if (!byId("teach").hidden) await guess(await createImageBitmap(video));
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
}

function ready(): void {
  const isReady = taught.every(({ pictures }) => pictures.length >= LEAST);
  learn.disabled = !isReady;
  if (!model) status.textContent = isReady ? "Ready to learn." : `Each class needs ${LEAST} pictures or more.`;
}

/** Takes MobileNet's weights from a file of Keras: `mobilenet_2_5_128_tf_no_top.h5`, or what `save_weights` of that network wrote. */
async function useMobileNet([file]: File[]): Promise<void> {
  const told = byId("features");
  const before = told.textContent;
  told.textContent = "Reading MobileNet's weights…";
  try {
    const net = await keras.applications.MobileNet({
      alpha: 0.25,
      inputShape: [LARGE, LARGE, 3],
      includeTop: false,
      pooling: "avg",
      weights: null,
    });
    await net.loadWeights(file!);
    features = net;
    model = null; // it sees something else
    byId("teach-bars").replaceChildren();
    ready();
    told.textContent = "Trains the last layers on MobileNet's features.";
  } catch (error) {
    told.textContent = before;
    throw error;
  }
}

/** Wires the tab. */
export function start(): void {
  for (let i = 0; i < COUNT; i++) taught.push(new Taught(i, ready));
  onOff.addEventListener(
    "click",
    telling(status, async () => {
      if (camera) {
        camera.stop();
        camera = null;
        video.hidden = true;
        onOff.textContent = "Camera on";
      } else await turnOn();
    }),
  );
  learn.addEventListener("click", telling(status, train));
  onFiles(byId("mobilenet"), (files) => void telling(status, () => useMobileNet(files))());
  onDrop(byId("mobilenet").closest("label")!, (files) => void telling(status, () => useMobileNet(files))());
  onFiles(byId("guess"), ([file]) => void telling(status, async () => guess(await pictureOf(file!)))());
}
