// What TensorBoard shows of a training.

import {
  type Arguments,
  boolean,
  either,
  nonNegativeInteger,
  nullable,
  oneOf,
  positiveInteger,
  schema,
  string,
  withDefault,
} from "../config/index.js";
import { fixed, json } from "../config/index.js";
import { writePng } from "../formats/png.js";
import { histogramValue, imageValue, kerasModelValue, scalarValue, type SummaryValue, textValue } from "../formats/tfevents.js";
import { placeOf, write } from "../saving/place.js";
import type { Variable } from "../variables/variable.js";
import { Callback, type Logs, logsOf } from "./callback.js";
import { EventWriter } from "./event-writer.js";
import { optimizersIn } from "./swap-ema-weights.js";
import type { WatchedModel } from "./watched.js";

const options = schema(["logDir", "histogramFreq", "writeGraph", "writeImages", "writeStepsPerSecond", "updateFreq", "profileBatch"], {
  /** The folder of the run; training and validation have folders of their own in it. Default: "logs". */
  logDir: string("logs"),
  /** Epochs from one histogram of the weights to the next; 0 for none. Default: 0. */
  histogramFreq: nonNegativeInteger(0),
  /** Whether the model is drawn. Default: true. */
  writeGraph: boolean(true),
  /** Whether weights are shown as images where there are histograms. Default: false. */
  writeImages: boolean(false),
  /** Whether steps per second are told. Default: false. */
  writeStepsPerSecond: boolean(false),
  /** "epoch", "batch", or a number of batches. Default: "epoch". */
  updateFreq: withDefault(either(oneOf(["epoch", "batch"]), positiveInteger()), "epoch"),
  /** Only 0: `model.profile` gives profiles of steps. */
  profileBatch: fixed(0),
  /** Epochs from one saving of the weights for the projector to the next; 0 for none. Default: 0. */
  embeddingsFreq: nonNegativeInteger(0),
  /** The file with the names of the rows of an embedding, or a record of such by names of layers. */
  embeddingsMetadata: nullable(either(string(), json())),
});

/**
 * Writes what TensorBoard shows: losses and metrics of epochs and batches, the learning rate, histograms and images of weights, the graph
 * of
 * the model and its summary. Nothing has to be installed to write it. Keras: keras.callbacks.TensorBoard
 *
 * ```ts
 * model.compile({ optimizer: "sgd", loss: "mse" });
 * await model.fit(x, y, { callbacks: [new keras.callbacks.TensorBoard({ logDir: "logs/run1", histogramFreq: 1 })] });
 * // tensorboard --logdir logs
 * ```
 */
export class TensorBoard extends Callback {
  readonly #options: ReturnType<typeof options.parse>;
  readonly #train: EventWriter;
  readonly #validation: EventWriter;
  /** Batches of training and of evaluation so far. */
  #trainBatch = 0;
  #wroteModel = false;
  #epochStart = 0;
  #epochSteps = 0;
  #batchStart = 0;

  constructor(...given: Arguments<typeof options>) {
    super();
    this.#options = options.parse("TensorBoard", given);
    this.#train = new EventWriter(`${this.#options.logDir}/train`);
    this.#validation = new EventWriter(`${this.#options.logDir}/validation`);
  }

  override setModel(model: WatchedModel): void {
    super.setModel(model);
    this.#wroteModel = false;
  }

  override async onTrainBegin(): Promise<void> {
    this.#trainBatch = 0;
    if (this.#options.embeddingsFreq > 0) await this.#configureEmbeddings();
  }

  #writeModel(): void {
    if (this.#wroteModel || !this.#options.writeGraph) return;
    this.#wroteModel = true;
    let summary = "";
    this.model.summary({ printFn: (text) => void (summary += text), lineLength: 88 });
    const values: SummaryValue[] = [textValue("model_summary", summary.replace(/^/gm, "    "))];
    const nodes = this.model.describeGraph();
    if (nodes) {
      values.push(kerasModelValue("keras", this.model.toJson()));
      this.#train.addGraph(nodes);
    }
    this.#train.add(0, values);
  }

  override onEpochBegin(): void {
    this.#epochStart = performance.now();
    this.#epochSteps = 0;
  }

  override onTrainBatchBegin(): void {
    this.#batchStart = performance.now();
  }

  override onTrainBatchEnd(batch: number, logs: Logs): void {
    this.#writeModel();
    const steps = batch + 1 - this.#epochSteps;
    this.#epochSteps = batch + 1;
    this.#trainBatch += steps;
    const { updateFreq, writeStepsPerSecond } = this.#options;
    if (updateFreq === "epoch" || this.#trainBatch % (updateFreq === "batch" ? 1 : updateFreq) !== 0) return;
    const values = Object.entries(logsOf(this, logs)).map(([name, value]) => scalarValue(`batch_${name}`, value));
    if (writeStepsPerSecond) values.push(scalarValue("batch_steps_per_second", perSecond(steps, this.#batchStart)));
    this.#train.add(this.#trainBatch, values);
  }

  override async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    this.#writeModel();
    const { histogramFreq, embeddingsFreq, writeStepsPerSecond } = this.#options;
    const all = Object.entries(logsOf(this, logs));
    const own = all.filter(([name]) => !name.startsWith("val_") && name !== "learning_rate");
    this.#train.add(epoch, own.map(([name, value]) => scalarValue(`epoch_${name}`, value))); // prettier-ignore
    this.#train.add(epoch, this.#rates());
    if (writeStepsPerSecond) {
      this.#train.add(epoch, [scalarValue("epoch_steps_per_second", perSecond(this.#epochSteps, this.#epochStart))]);
    }
    const validated = all.filter(([name]) => name.startsWith("val_"));
    this.#validation.add(epoch, validated.map(([name, value]) => scalarValue(`epoch_${name.slice(4)}`, value))); // prettier-ignore
    if (histogramFreq > 0 && epoch % histogramFreq === 0) this.#logWeights(epoch);
    await this.#flush();
    if (embeddingsFreq > 0 && epoch % embeddingsFreq === 0) {
      await this.model.saveWeights(`${this.#options.logDir}/train/keras_embedding.ckpt-${epoch}.weights.h5`);
    }
  }

  #rates(): SummaryValue[] {
    const optimizers = optimizersIn(this.model.optimizer);
    const name = (i: number) => (optimizers.length === 1 ? "epoch_learning_rate" : `epoch_learning_rate_${optimizers[i]!.name}`);
    return optimizers.map((optimizer, i) => scalarValue(name(i), optimizer.learningRate.item()));
  }

  override async onTestEnd(logs: Logs): Promise<void> {
    const step = this.model.optimizer.iterations.item();
    const values = Object.entries(logsOf(this, logs)).map(([name, value]) => scalarValue(`evaluation_${name}_vs_iterations`, value));
    this.#validation.add(step, values);
    await this.#validation.flush();
  }

  override async onTrainEnd(): Promise<void> {
    await this.#train.close();
    await this.#validation.close();
  }

  async #flush(): Promise<void> {
    await this.#train.flush();
    await this.#validation.flush();
  }

  #logWeights(epoch: number): void {
    for (const layer of this.model.layers) {
      for (const weight of layer.weights) {
        const path = ((weight as { readonly path?: string }).path ?? `${layer.name}/${weight.name}`).replaceAll(":", "_");
        const values = [histogramValue(`${path}/histogram`, weight.data())];
        const image = this.#options.writeImages ? imageOf(`${path}/image`, weight) : null;
        this.#train.add(epoch, image ? [...values, image] : values);
      }
    }
  }

  /** The file that tells TensorBoard's projector which weights are embeddings. */
  async #configureEmbeddings(): Promise<void> {
    const { embeddingsMetadata: given, logDir } = this.#options;
    const layers = this.model.layers.filter((layer) => "embeddings" in layer);
    const entries = layers.map(({ name }) => {
      const file = typeof given === "string" ? given : (given as Record<string, string> | null)?.[name];
      const metadata = file === undefined ? "" : `  metadata_path: ${JSON.stringify(file)}\n`;
      return `embeddings {\n  tensor_name: "layer_with_weights-${name}/embeddings/.ATTRIBUTES/VARIABLE_VALUE"\n${metadata}}\n`;
    });
    await write(placeOf(`${logDir}/train/projector_config.pbtxt`), new TextEncoder().encode(entries.join("")));
  }
}

const perSecond = (steps: number, since: number): number => (steps * 1000) / Math.max(performance.now() - since, 1e-3);

/** A weight as an image, or images, from its least value (black) to its largest (white); null for one of more axes. */
function imageOf(tag: string, weight: Variable): SummaryValue | null {
  const shape = weight.shape.filter((length) => length !== 1);
  if (shape.length > 3 || weight.size === 0) return null;
  const data = weight.data();
  const [count, height, width] =
    shape.length === 3
      ? [shape[2]!, shape[0]!, shape[1]!]
      : shape.length === 2
        ? [1, Math.min(...shape), Math.max(...shape)]
        : [1, shape[0] ?? 1, 1];
  const isTurned = shape.length === 2 && shape[0]! > shape[1]!;
  let [least, most] = [Infinity, -Infinity];
  for (let i = 0; i < data.length; i++) [least, most] = [Math.min(least, data[i]!), Math.max(most, data[i]!)];
  const images = Array.from({ length: count }, (_, image) => {
    const pixels = new Uint8Array(height * width);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const value = data[isTurned ? x * height + y : (y * width + x) * count + image]!;
        pixels[y * width + x] = most > least ? Math.round(((value - least) / (most - least)) * 255) : 128;
      }
    }
    return writePng({ width, height, channels: 1, data: pixels });
  });
  return imageValue(tag, width, height, images);
}
