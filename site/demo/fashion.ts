// The first tab: Fashion-MNIST, trained, looked at, and tried.
//
// A training is backed up in the page's database every few steps. It can wait, and goes on after the page was loaded anew.

import * as tf from "kerasm";
import { fashionMnist } from "kerasm/datasets";
import { confusionMatrix, imageGrid, layerWeights, predictionBars, trainingCharts } from "kerasm/visor";
import { Pad } from "./pad.js";
import { byId, onDrop, onFiles, telling } from "./page.js";

const { keras } = tf;
type Model = InstanceType<typeof keras.Model>;
type Callable = (x: tf.Tensor, options?: object) => tf.Tensor;

const classNames = ["T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];
const backupDir = "indexeddb://kerasm-demo-fashion";
/** Steps between two backups. */
const SAVE_EVERY = 25;
const BATCH = 64;
/** Test images by which the network is judged after each epoch. */
const JUDGED = 1000;

/** What is to be trained; kept, so that a page that is loaded anew goes on with it. */
interface Plan {
  readonly network: "cnn" | "mlp";
  readonly images: number;
  readonly epochs: number;
}
const planKey = "kerasm-demo-plan";

/** The kept plan; what is no plan (an older page's, a damaged one) is forgotten. */
function readPlan(): Plan | null {
  const text = localStorage.getItem(planKey);
  try {
    const { network, images, epochs } = JSON.parse(text ?? "{}") as Partial<Plan>;
    const isCount = (value: unknown): value is number => Number.isInteger(value) && (value as number) > 0;
    if ((network === "cnn" || network === "mlp") && isCount(images) && isCount(epochs)) return { network, images, epochs };
  } catch {
    // no JSON
  }
  localStorage.removeItem(planKey);
  return null;
}

/** Resolves when the database is gone, or will be when another page lets go of it. */
const deleteDatabase = (name: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = request.onblocked = () => resolve();
    request.onerror = () => reject(request.error!);
  });

function makeModel({ network }: Plan): Model {
  const { layers } = keras;
  const start = [new keras.Input({ shape: [28, 28, 1] }), new layers.Rescaling(1 / 255)];
  const middle =
    network === "mlp"
      ? [new layers.Flatten(), new layers.Dense(128, { activation: "relu" })]
      : [
          new layers.Conv2D(16, 3, { activation: "relu" }),
          new layers.MaxPooling2D(),
          new layers.Conv2D(32, 3, { activation: "relu" }),
          new layers.MaxPooling2D(),
          new layers.Flatten(),
          new layers.Dense(36, { activation: "relu" }),
        ];
  return new keras.Sequential([...start, ...middle, new layers.Dense(10, { activation: "softmax" })]);
}

function compile(model: Model): void {
  model.compile({ optimizer: "adam", loss: "sparse_categorical_crossentropy", metrics: ["accuracy"] });
}

const progress = byId("progress");
const [train, pause, save] = ["train", "pause", "save"].map((id) => byId<HTMLButtonElement>(id)) as [
  HTMLButtonElement,
  HTMLButtonElement,
  HTMLButtonElement,
];
const form = train.closest("form")!;
const charts = trainingCharts(byId("charts"));
const pad = new Pad(byId<HTMLCanvasElement>("pad"), () => void telling(progress, predict)());

let model: Model | null = null;
let running: AbortController | null = null;
/** Resolves when a training that waits shall go on; null where none waits. */
let waiting: { promise: Promise<void>; go: () => void } | null = null;
let data: ReturnType<typeof loadData> | undefined;

/** First rows of a tensor. */
const first = (x: tf.Tensor, count: number, from = 0): tf.Tensor =>
  tf.slice(x, [from, ...x.shape.slice(1).map(() => 0)], [count, ...(x.shape.slice(1) as number[])]);

async function loadData() {
  const [[x, y], [testX, testY]] = await fashionMnist.loadData({
    progress: ({ loaded, total }) => (progress.textContent = `Fetching images: ${Math.round((100 * loaded) / total)}%`),
  });
  return { x: tf.expandDims(x, -1), y, testX: tf.expandDims(testX, -1), testY };
}

/** Waits while the training is paused, shows step time, and after each epoch what the network is like. */
class Demo extends keras.callbacks.Callback {
  #began = 0;
  #last = 0;

  constructor(readonly plan: Plan) {
    super();
  }

  override onTrainBatchBegin(): void {
    this.#began = performance.now();
  }

  override onTrainBatchEnd(batch: number, logs: Record<string, number>): Promise<void> | void {
    const now = performance.now();
    if (now - this.#last > 200 || waiting) {
      this.#last = now;
      const { steps } = this.params;
      const time = (now - this.#began).toFixed(1);
      const state = waiting ? "Paused" : "Training";
      progress.textContent = `${state}: step ${batch + 1} of ${steps}, ${time} ms a step, loss ${logs["loss"]!.toFixed(3)}.`;
    }
    return waiting?.promise;
  }

  override onEpochEnd(): Promise<void> {
    return judge();
  }
}

/** Trains from the beginning, or from where the last backup was. */
async function run(plan: Plan): Promise<void> {
  if (running) return;
  running = new AbortController();
  train.disabled = true;
  pause.disabled = false;
  localStorage.setItem(planKey, JSON.stringify(plan));
  try {
    const { x, y } = await (data ??= loadData());
    model = makeModel(plan);
    compile(model);
    const backup = new keras.callbacks.BackupAndRestore({ backupDir, saveFreq: SAVE_EVERY });
    const { history } = await model.fit(first(x, plan.images), first(y, plan.images), {
      batchSize: BATCH,
      epochs: plan.epochs,
      verbose: 0,
      callbacks: [backup, charts, new Demo(plan)],
      signal: running.signal,
    });
    const accuracy = history["accuracy"]?.at(-1);
    if (!running.signal.aborted)
      progress.textContent = `Trained${accuracy === undefined ? "" : `: ${(100 * accuracy).toFixed(1)}% right`}.`;
    localStorage.removeItem(planKey);
    await judge();
  } finally {
    running = waiting = null;
    train.disabled = false;
    train.textContent = "Train";
    pause.disabled = true;
    pause.textContent = "Pause";
  }
}

/** Confusions, mistakes and filters, of test images. */
async function judge(): Promise<void> {
  if (!model) return;
  const { testX, testY } = await (data ??= loadData());
  const [x, y] = [first(testX, JUDGED), first(testY, JUDGED)];
  const found = (await model.predict(x, { verbose: 0, batchSize: 100 })) as tf.Tensor;
  confusionMatrix(y, found, { container: byId("confusion"), classNames, title: `${JUDGED} test images` });
  const [truth, guesses] = [y.data(), tf.argmax(found, -1).data()];
  const wrong = [...truth.keys()].filter((i) => truth[i] !== guesses[i]).slice(0, 24);
  if (wrong.length > 0) {
    const at = tf.constant(wrong, { dtype: "int32" });
    const [yTrue, yPred] = [tf.gather(y, at), tf.gather(found, at)];
    imageGrid(tf.gather(x, at), { container: byId("wrong"), yTrue, yPred, classNames });
  }
  const seen = model.layers.find((layer) => layer.weights.length > 0);
  if (seen) layerWeights(seen, { container: byId("weights"), title: `Weights of ${seen.name}` });
  save.disabled = false;
  await predict();
}

/** What the network takes the drawing for. */
async function predict(): Promise<void> {
  if (!model || pad.isEmpty) return;
  const found = (model as unknown as Callable)(pad.image(), { training: false });
  predictionBars(found, { container: byId("bars"), classNames, title: "Your drawing" });
}

/** Takes a model from a file, and shows it as it is. */
async function load([file]: File[]): Promise<void> {
  if (running) throw new Error("A training is running: pause and forget it before.");
  const loaded = (await keras.models.loadModel(file!)) as Model;
  const [takes, gives] = [loaded.inputShape, loaded.outputShape].map((shape) => JSON.stringify(shape));
  if (takes !== "[null,28,28,1]" || gives !== "[null,10]")
    throw new Error(
      `${file!.name} takes ${takes} and gives ${gives}; expected [null,28,28,1] and [null,10], as the networks of this page.`,
    );
  model = loaded;
  progress.textContent = `Loaded ${file!.name}: ${model.countParams()} weights.`;
  await judge();
}

async function forget(): Promise<void> {
  running?.abort();
  waiting?.go();
  while (running) await tf.nextFrame();
  localStorage.removeItem(planKey);
  await deleteDatabase(backupDir.replace("indexeddb://", ""));
  charts.clear();
  model = null;
  save.disabled = true;
  for (const id of ["bars", "confusion", "wrong", "weights"]) byId(id).replaceChildren();
  progress.textContent = "Nothing was trained yet.";
}

function togglePause(): void {
  if (waiting) {
    waiting.go();
    waiting = null;
  } else {
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting = { promise, go: resolve };
  }
  pause.textContent = waiting ? "Resume" : "Pause";
}

/** Wires the tab. */
export function start(): void {
  const values = (): Plan => {
    const given = new FormData(form);
    return {
      network: given.get("network") as Plan["network"],
      images: Number(given.get("images")),
      epochs: Number(given.get("epochs")),
    };
  };
  const began = readPlan();
  if (began) {
    for (const [name, value] of Object.entries(began)) (form.elements.namedItem(name) as HTMLInputElement).value = String(value);
    train.textContent = "Go on";
    progress.textContent = "A training was interrupted: it goes on from its last backup.";
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const interrupted = readPlan();
    void telling(progress, () => run(interrupted ?? values()))();
  });
  pause.addEventListener("click", togglePause);
  byId("reset").addEventListener("click", telling(progress, forget));
  save.addEventListener(
    "click",
    telling(progress, () => model?.save("downloads://fashion.keras")),
  );
  onFiles(byId("load"), (files) => void telling(progress, () => load(files))());
  onDrop(byId("load").closest("label")!, (files) => void telling(progress, () => load(files))());
  onFiles(byId("picture"), ([file]) => void telling(progress, () => pad.show(file!))());
  onDrop(byId("pad"), ([file]) => file && void telling(progress, () => pad.show(file))());
  byId("clear").addEventListener("click", () => pad.clear());
  byId("sample").addEventListener(
    "click",
    telling(progress, async () => {
      const { testX } = await (data ??= loadData());
      pad.draw(first(testX, 1, Math.floor(Math.random() * 10_000)));
    }),
  );
}
