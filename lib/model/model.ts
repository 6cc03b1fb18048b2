// The class Model: functional or subclassed; the trainer's methods on top of a layer, and saving.

import { checkFunction, checkOptions, checkRecord, refuseUnknown } from "../core/options.js";
import {
  type Arguments,
  classNameOf,
  type Config,
  currentCustomObjects,
  type CustomObjects,
  customObjectScope,
  type FromConfigOptions,
  isPlainObject,
  type Json,
  registerClasses,
  type Schema,
  serializeKerasObject,
  deserializeKerasObject,
} from "../config/index.js";
import { ArgumentError, StateError, text, ValueError } from "../core/errors.js";
import type { OneByOne } from "../core/one-by-one.js";
import type { Shape } from "../core/shape.js";
import { Tensor } from "../core/tensor.js";
import type { Tree } from "../core/tree.js";
import { checkInput } from "../layers/base/input-spec.js";
import { inferOnly, symbolicLike } from "../layers/base/infer.js";
import { layerOptions, type LayerOptions } from "../layers/base/options.js";
import type { CallOptions } from "../layers/base/types.js";
import type { KerasTensor } from "../layers/functional/keras-tensor.js";
import type { Operation } from "../layers/functional/node.js";
import { Layer, type ResultOf } from "../layers/layer.js";
import { type Backup, backup } from "../callbacks/watched.js";
import { type KerasState, kerasState, partsByName } from "../saving/saveable.js";
import type { Variable } from "../variables/variable.js";
import type { ExportOptions } from "./export.js";
import { readGraph, writeGraph } from "./graph/config.js";
import { LayerGraph } from "./graph/graph.js";
import { parseJson } from "../formats/json.js";
import type { FilePath } from "../saving/place.js";
import type { LoadOptions, LoadWeightsOptions, SaveOptions, SaveWeightsOptions } from "./saving.js";
import type { LayerStructure } from "../quantizers/calibrated.js";
import type { QuantizationReport } from "../quantizers/report.js";
import { quantizeModel, quantizeModelOptions, summarizeQuantized } from "./quantization/quantize.js";
import { summarize, type Summarized, type SummaryOptions } from "./summary.js";
import { Trainer } from "./training/trainer.js";
import { platform } from "#platform";

/** Comes with the first file: programs that neither save nor load need none of it. */
const files = () => import("./saving.js");

/** Keras tensors in arrays and records. */
export type Endpoints = Tensor | readonly Endpoints[] | { readonly [name: string]: Endpoints };

/** What `keras.Model` takes: the inputs and outputs of a graph, or the options of any layer. */
export type ModelOptions = LayerOptions & { readonly inputs?: Endpoints; readonly outputs?: Endpoints };

/**
 * Layers made into one thing that can be trained and used.
 *
 * ```ts
 * const inputs = keras.Input({ shape: [784] });
 * const model = new keras.Model({ inputs, outputs: new keras.layers.Dense(10)(inputs) });
 * ```
 *
 * A model of one's own extends this class: it makes layers in its constructor and applies them in `call`.
 */
export class Model extends Trainer {
  static override readonly options: Schema = layerOptions;

  #graph: LayerGraph | null = null;

  constructor(inputs: Endpoints, outputs: Endpoints, options?: LayerOptions);
  constructor(inputs: Endpoints, outputs: Endpoints, name: string);
  constructor(options?: ModelOptions);
  constructor(...given: readonly unknown[]) {
    const { inputs, outputs, ...options } = modelOptions(new.target, given);
    super(options);
    if (inputs === undefined && outputs === undefined) return;
    if (inputs === undefined || outputs === undefined) {
      throw new ArgumentError("Model", { given: inputs === undefined ? "outputs alone" : "inputs alone", expected: "inputs and outputs" });
    }
    this.setGraph(new LayerGraph(inputs, outputs));
  }

  /** The graph of a functional model, null for models of another kind. */
  get graph(): LayerGraph | null {
    return this.#graph;
  }

  protected setGraph(graph: LayerGraph | null): void {
    this.#graph = graph;
    this.revise();
    this.built = graph !== null;
    if (graph && !this.trainable) for (const layer of graph.layers) layer.trainable = false;
  }

  override get convertsInputs(): boolean {
    return this.#graph === null;
  }

  protected override get takesMask(): boolean {
    return this.#graph !== null;
  }

  protected override checkInputs(inputs: unknown): void {
    const specs = this.#graph?.inputSpecs;
    if (!specs) return super.checkInputs(inputs);
    if (!isPlainObject(inputs) || isPlainObject(this.#graph!.inputStructure)) checkInput(this.name, specs, inputs);
  }

  /** Makes the weights of a model of one's own by a call that computes nothing. */
  override build(inputShape: Shape): void {
    if (this.#graph !== null) return;
    inferOnly(() => this.call(symbolicLike(inputShape, this.computeDtype) as never, {} as never));
  }

  /** A model of one's own is built by its first call: its layers build themselves. */
  override get buildsByCall(): boolean {
    return this.#graph === null && (this.constructor.prototype as Model).build === Model.prototype.build;
  }

  /** Arrays, numbers and variables become the tensors that the graph begins with. */
  protected override invoke(...given: unknown[]): unknown {
    if (this.#graph && !(given[0] instanceof Tensor)) given[0] = this.#graph.converted(given[0]);
    return super.invoke(...given);
  }

  protected override asInputs(x: unknown): unknown {
    return this.#graph?.splitStrings(x) ?? x;
  }

  override call(inputs: never, options: never): unknown {
    if (this.#graph) return this.#graph.run(this.name, inputs, (options as CallOptions | undefined)?.mask);
    throw new StateError(this.name, {
      given: `a call of ${this.constructor.name}`,
      expected: "a class with a method call, or inputs and outputs",
    });
  }

  override get mayBeLeft(): boolean {
    return this.#graph !== null && this.call === Model.prototype.call && !this.recomputes;
  }

  override sublayers(): Layer[] {
    return this.#graph ? [...new Set([...this.#graph.layers, ...super.sublayers()])] : super.sublayers();
  }

  /** What BackupAndRestore does where its path names one of Keras's files. */
  async [backup](): Promise<Backup> {
    return (await import("./backup.js")).backupOf(this);
  }

  /** What Keras's files save: the layers, and the optimizer once the model is compiled. */
  override [kerasState](): KerasState {
    const own = super[kerasState]();
    const layers = ["layers", this.layers] as const;
    const rest = this.compiled ? partsByName([...own.parts, ["optimizer", this.optimizer]]) : own.parts;
    return { ...own, parts: this.#graph ? [layers, ...rest] : partsByName([...rest, layers]) };
  }

  /** The layers of the model, without those inside them. */
  get layers(): Layer[] {
    return this.#graph ? this.#graph.layers : this.sublayers();
  }

  /** A layer by its name, or by its place: `getLayer("dense")`, `getLayer({ index: 1 })`. @throws ValueError where there is none */
  getLayer(which: string | { readonly name?: string; readonly index?: number }): Layer {
    const { name, index } = (typeof which === "string" ? { name: which } : isPlainObject(which) ? which : {}) as {
      name?: string;
      index?: number;
    };
    const { layers } = this;
    if ((name ?? null) === null ? !Number.isInteger(index) : (index ?? null) !== null) {
      throw new ArgumentError(`${this.name}.getLayer`, { given: text(which), expected: "a name or an index" });
    }
    const found = index === undefined ? layers.find((layer) => layer.name === name) : layers.at(index);
    if (found) return found;
    throw new ValueError(`${this.name}.getLayer`, {
      given: index === undefined ? text(name) : `index ${index}`,
      expected: index === undefined ? `one of ${layers.map((layer) => layer.name).join(", ")}` : `an index below ${layers.length}`,
    });
  }

  #needGraph(what: string): LayerGraph {
    if (this.#graph) return this.#graph;
    throw new StateError(`${this.name}.${what}`, {
      given: "a model without a graph",
      expected: "a functional model, or a Sequential that is built",
    });
  }

  /** Which layers and operations get their inputs from which, in the order in which they run; null for a model without a graph. */
  describeGraph(): { name: string; op: string; inputs: string[] }[] | null {
    const graph = this.#graph;
    return graph && graph.operations.map((operation) => {
      const calls = graph.nodes.filter((node) => node.operation === operation);
      const inputs = calls.flatMap((node) => node.inputs.flatMap(({ history }) => (history ? [history.operation.name] : [])));
      return { name: operation.name, op: classNameOf(operation), inputs: [...new Set(inputs)] };
    }); // prettier-ignore
  }

  /** The Keras tensors that the model begins with, in order. */
  get inputs(): readonly KerasTensor[] {
    return this.#needGraph("inputs").inputs;
  }

  /** The Keras tensors that the model ends with, in order. */
  get outputs(): readonly KerasTensor[] {
    return this.#needGraph("outputs").outputs;
  }

  override get input(): Tree<Tensor> {
    return this.#graph ? (this.#graph.inputStructure as Tree<Tensor>) : super.input;
  }

  override get output(): ResultOf<this> {
    return this.#graph ? (this.#graph.outputStructure as ResultOf<this>) : super.output;
  }

  get inputShape(): Shape | Shape[] {
    return single(this.inputs.map(({ shape }) => shape));
  }

  get outputShape(): Shape | Shape[] {
    return single(this.outputs.map(({ shape }) => shape));
  }

  override get outputNames(): readonly string[] | null {
    return this.#graph?.outputNames ?? null;
  }

  /** Prints the layers, their outputs and how many parameters they have. */
  summary(options: SummaryOptions = {}): void {
    checkOptions("summary", arguments, 0, summaryOptions);
    const text = summarize(this as unknown as Summarized, options);
    const printFn = options.printFn ?? null;
    if (printFn !== null) checkFunction("summary.printFn", printFn);
    if (printFn) printFn(text);
    else platform.output.write(text);
  }

  /** Whether a summary lists the layers as a row. */
  get isSequence(): boolean {
    return this.#graph === null;
  }

  get optimizerVariables(): readonly Variable[] | null {
    return this.compiled && this.optimizer.built ? this.optimizer.variables : null;
  }

  override getConfig(): Record<string, Json> {
    const config = super.getConfig();
    if (!this.#graph || this.constructor !== Model) return config;
    return { name: config["name"]!, trainable: config["trainable"]!, ...writeGraph(this.#graph, isFunctional) };
  }

  override getBuildConfig(): Config | null {
    return this.#graph && this.constructor === Model ? { input_shape: null } : super.getBuildConfig();
  }

  static override fromConfig<T>(this: new (...args: never[]) => T, config: Config, options: FromConfigOptions = {}): T {
    if (options.customObjects) return customObjectScope(options.customObjects, () => Model.fromConfig.call(this as never, config) as T);
    checkRecord("Model.fromConfig", config, "a config, as getConfig gives it");
    const make = this as unknown as new (options: ModelOptions) => T;
    if (!("input_layers" in config)) return Layer.fromConfig.call(this as never, config) as T;
    const { name, trainable } = config;
    const graph = readGraph("Model.fromConfig", config, isFunctional) as { inputs: Endpoints; outputs: Endpoints };
    const model = new make({ ...(typeof name === "string" && { name }), ...graph });
    // Each layer of the config says itself whether it trains: a frozen network may end with layers that do.
    if (trainable === false) (model as Model).freeze();
    return model;
  }

  /** What the latest `quantize` did. */
  #report: QuantizationReport | null = null;

  /** What the latest `quantize` did; null before there was one. */
  get quantizationReport(): QuantizationReport | null {
    return this.#report;
  }

  /**
   * Keeps the weights of layers in fewer bits, for less memory and faster predictions. Layers that cannot be quantized stay as they are;
   * the report, which `verbose` prints, names them.
   *
   * ```ts
   * model.build([null, 64]);
   * model.quantize({ config: new keras.quantizers.Int4QuantizationConfig({ blockSize: 64 }), filters: "dense" });
   * ```
   *
   * @param given  `mode` ("int8", "int4", "ternary", "gptq", "awq"), `config`, `filters` (which layers, by name), `verbose` (default:
   * true); by
   *               position or in one object. "gptq" and "awq" need a config that names data
   * @throws StateError before the model is built, NotSupportedError for "float8", ValueError for another mode; then nothing changed.
   *         Keras: quantize
   */
  override quantize(...given: Arguments<typeof quantizeModelOptions>): QuantizationReport {
    this.forgetSteps();
    const report = quantizeModel(this as never, given, (layer) => layer instanceof Model);
    this.#report = report;
    const warning = report.summaryWarning();
    if (warning !== null) console.warn(`kerasm: ${warning}`);
    const { verbose } = quantizeModelOptions.parse(`${this.name}.quantize`, given);
    if (verbose) platform.output.write(`${report.render()}\n`);
    return report;
  }

  /**
   * Which layers are quantized, how, and in how many bytes; `verbose` (default: true) prints it. @returns the text. Keras:
   * quantization_summary
   */
  quantizationSummary(options: { readonly verbose?: boolean } = {}): string {
    checkOptions("quantizationSummary", arguments, 0, ["verbose"]);
    const { verbose = true } = options;
    const summary = summarizeQuantized(this.flattenLayers());
    if (verbose) platform.output.write(`${summary}\n`);
    return summary;
  }

  /**
   * Which layers "gptq" and "awq" quantize: `{ preBlockLayers, sequentialBlocks }`. Null here; models of one's own say it.
   *
   * Keras: get_quantization_layer_structure
   */
  getQuantizationLayerStructure(_mode: string): LayerStructure | null {
    return null;
  }

  /** The model without its weights, as the object that Keras's `to_json` writes. */
  override toJSON(): Json {
    return serializeKerasObject(this);
  }

  /** The model without its weights, as the text that Keras's `to_json` gives. */
  toJson(): string {
    return JSON.stringify(this.toJSON());
  }

  /**
   * Saves config, weights and the optimizer's state; `loadModel` reads it. `.keras` and `.h5` are Keras's own forms, any other ending is
   * that of checkpoints. The path is one of this machine, or `indexeddb://`, `opfs://`, `memory://`, `downloads://`.
   *
   * @throws CheckpointError where it can't be written; then what was there before is intact. Keras: save
   */
  override async save(path: string, ...options: OneByOne<SaveOptions>): Promise<void> {
    return (await files()).saveModel(this, path, options);
  }

  /**
   * Writes the model for inference elsewhere: `model.export("m.onnx")`.
   *
   * @throws OnnxError that names the operation that ONNX cannot express, and the line that recorded it. Keras: export
   */
  async export(path: string, options?: ExportOptions): Promise<void> {
    return (await import("./export.js")).exportModel(this, path, options);
  }

  /**
   * A copy for inference: batch normalization is taken into the convolution or dense layer before it, where nothing else sees what is
   * between them. It predicts what this model does with `training: false`, is not trained, and knows nothing of later changes of this one.
   *
   * ```ts
   * const model = new keras.Sequential([keras.Input({ shape: [4] }), new keras.layers.Dense(3), new keras.layers.BatchNormalization()]);
   * const quick = await model.optimizeForInference();
   * quick.layers.length; // 1
   * ```
   *
   * @throws StateError for a model without a graph
   */
  async optimizeForInference(): Promise<Model> {
    return (await import("./inference.js")).optimizedForInference(this);
  }

  /** Saves the weights: `.weights.h5` as Keras does, with `maxShardSize` several files that a `.weights.json` names. Keras: save_weights */
  override async saveWeights(path: string, ...options: OneByOne<SaveWeightsOptions>): Promise<void> {
    return (await files()).saveWeights(this, path, options);
  }

  /**
   * Takes over the weights that `saveWeights` of such a model wrote, those of a whole model, or those of legacy `.h5` files.
   *
   * @throws CheckpointError where they do not fit, FormatError for a file that is damaged; then nothing changed. Keras: load_weights
   */
  override async loadWeights(path: FilePath, ...options: OneByOne<LoadWeightsOptions>): Promise<void> {
    return (await files()).loadWeights(this, path, options);
  }
}

/** The arguments of a model: `(inputs, outputs, options)`, or all in one object. @throws ArgumentError for what is not known */
function modelOptions(target: typeof Model, given: readonly unknown[]): ModelOptions {
  const { options } = target;
  const name = target === Model ? "Model" : target.name;
  const [first, second, third, ...more] = given;
  if (more.length > 0) {
    throw new ArgumentError(name, { given: `${text(more[0])} as argument 4`, expected: "inputs, outputs, then one options object" });
  }
  if (third !== undefined && third !== null && typeof third !== "string" && !isPlainObject(third)) {
    throw new ArgumentError(name, { given: `${text(third)} as argument 3`, expected: "a name, or an options object" });
  }
  const isPositional = second !== undefined || (first !== undefined && !isPlainObject(first));
  const all: unknown = isPositional
    ? { ...(typeof third === "string" ? { name: third } : ((third ?? {}) as object)), inputs: first, outputs: second }
    : (first ?? {});
  const known = ["inputs", "outputs", ...Object.keys(options.fields)];
  refuseUnknown(name, Object.keys(all as object), known);
  return all as ModelOptions;
}

const summaryOptions: readonly (keyof SummaryOptions)[] = [
  "lineLength", "positions", "printFn", "expandNested", "showTrainable", "layerRange",
]; // prettier-ignore

const single = <T>(values: readonly T[]): T | T[] => (values.length === 1 ? values[0]! : [...values]);

/** Whether an operation is a functional model by its class, not a Sequential or a class of the user's own. */
const isFunctional = (operation: Operation): boolean => operation.constructor === Model;

/** A model from the text that `toJson` gave, or from what it parses to. Keras: keras.models.model_from_json */
export function modelFromJson(json: string | object, options: { readonly customObjects?: CustomObjects } = {}): Model {
  const config: unknown = typeof json === "string" ? parseJson(json, "modelFromJson") : json;
  const model = deserializeKerasObject(config, options);
  if (model instanceof Model) return model;
  throw new ArgumentError("modelFromJson", { given: text(model), expected: "the JSON of a model" });
}

/**
 * The model in a file, or the FeatureSpace: what `save` wrote, here or in Keras. The path is one of this machine, a URL, or a `File` that the user chose.
 *
 * ```ts
 * const small = new keras.Sequential([keras.Input({ shape: [3] }), new keras.layers.Dense(2)]);
 * await small.save("small.keras");
 * (await keras.models.loadModel("small.keras")).countParams(); // 8
 * ```
 *
 * @throws CheckpointError, FormatError for a file that is missing, damaged or of something else. Keras: keras.models.load_model
 */
export async function loadModel<Saved extends object = Model>(path: FilePath, ...options: OneByOne<LoadOptions>): Promise<Saved> {
  // The scope of the call, which may have ended when the file is read.
  const scope = currentCustomObjects();
  const model = await (await files()).readModel(path, options, scope);
  if (model instanceof Layer) return model as unknown as Saved;
  throw new ValueError("loadModel", { given: text(path), expected: "a file with a model or a layer" });
}

registerClasses("keras.src.models.functional", { Functional: Model });
registerClasses("keras", { Model });
registerClasses("keras.models", { Model });
