import { GradientTape } from "../../autodiff/tape.js";
import { type Config, deserializeKerasObject, type Schema, toCamelCase } from "../../config/index.js";
import { isFloat } from "../../core/dtype.js";
import { StateError } from "../../core/errors.js";
import { symbolic, Tensor } from "../../core/tensor.js";
import type { FilePath } from "../../saving/place.js";
import { tracedFunction, type TracedFunction } from "../../graph/function.js";
import type { Profile } from "../../graph/profile.js";
import { flatten as flattenArguments, specKey } from "../../graph/signature.js";
import { inferOnly } from "../../layers/base/infer.js";
import type { layerOptions } from "../../layers/base/options.js";
import { flatten, mapLeaves } from "../../layers/functional/structure.js";
import { Layer } from "../../layers/layer.js";
import type { Metric } from "../../metrics/index.js";
import { add, cast, sum } from "../../ops/index.js";
import type { Optimizer } from "../../optimizers/index.js";
import { type Child, children } from "../../saving/saveable.js";
import { CallbackList } from "../../callbacks/callback-list.js";
import type { Hook, Logs } from "../../callbacks/callback.js";
import type { History } from "../../callbacks/history.js";
import { type Batch, type BatchesLike, type DataLike, type EpochBatches, givesBatches } from "./batches.js";
import { Compiled } from "./compiled.js";
import { Distribution, lossOfPart, type Merge, shareOfLoss } from "./distributed.js";
import { arrayParts, epochBatches, splitForValidation, unpack } from "./data.js";
import { areOptions, checkOptions, type CompileOptions, checkWhole, type EvaluateOptions, type FitOptions, type Method, type OnBatchOptions, type PredictOptions, type RunOptions, verbosity } from "./options.js"; // prettier-ignore
import { Breather, type Execution, inGroups, lazyLogs, Outputs, readLogs, runAside, type StepLogs } from "./run.js";

/** What a loss is computed from. */
export interface LossArguments {
  readonly x?: unknown;
  readonly y?: unknown;
  readonly yPred?: unknown;
  readonly sampleWeight?: unknown;
  readonly training?: boolean;
}

/** What makes a layer a model: training, evaluation and prediction. */
export abstract class Trainer<S extends Schema = typeof layerOptions> extends Layer<S> {
  /** Callbacks set it to true to end training after the present batch. */
  stopTraining = false;
  /** The replicas of the strategy in whose scope the model is made. */
  readonly #distribution = new Distribution();
  #compiled: Compiled | null = null;
  #train: Execution<StepLogs> | null = null;
  #test: Execution<StepLogs> | null = null;
  #predict: Execution<unknown> | null = null;

  /** Names of the outputs, where they have any. */
  abstract get outputNames(): readonly string[] | null;

  /**
   * Says how the model is trained. To be called again when `trainable` of a layer changes.
   *
   * @throws ArgumentError, ValueError for options, losses, metrics or optimizers that are not known
   */
  compile(options: CompileOptions = {}): void {
    this.#compiled = this.#distribution.scope(() => new Compiled(options, this.outputNames));
    this.#distribution.check(`${this.name}.compile`, this.weights);
    this.#train = this.#test = this.#predict = null;
    this.stopTraining = false;
  }

  /** What checkpoints save: the state of training, once the model is compiled, beside that of the layers. */
  override *[children](): Iterable<Child> {
    yield* super[children]();
    if (!this.#compiled) return;
    yield ["optimizer", this.optimizer];
    yield ["metrics", this.#compiled.allMetrics];
  }

  /** Whether `compile` was called. */
  get compiled(): boolean {
    return this.#compiled !== null;
  }

  get optimizer(): Optimizer<Schema> {
    return this.#state("optimizer").optimizer;
  }

  get runEagerly(): boolean {
    return this.#compiled?.runEagerly ?? false;
  }

  #state(method: string): Compiled {
    if (this.#compiled) return this.#compiled;
    throw new StateError(`${this.name}.${method}`, {
      given: "a model that is not compiled",
      expected: "compile() to be called first",
      hint: 'model.compile({ optimizer: "adam", loss: "mse" }).',
    });
  }

  /** The loss, the metrics of `compile`, then metrics of the model and its layers. */
  override get metrics(): Metric[] {
    const own = this.#compiled?.allMetrics ?? [];
    const inner = this.flattenLayers().filter((layer) => !(layer instanceof Trainer)).flatMap((layer) => layer.tracked().metrics); // prettier-ignore
    return [...new Set([...(own as unknown as Metric[]), ...this.tracked().metrics, ...inner])];
  }

  /** Names of the metrics. */
  get metricsNames(): string[] {
    return this.metrics.map(({ name }) => name);
  }

  /** Forgets what metrics have seen. */
  resetMetrics(): void {
    for (const metric of this.metrics) metric.resetState();
  }

  /** The results of all metrics by name. */
  getMetricsResult(): Record<string, Tensor> {
    const results: Record<string, Tensor> = {};
    const compiled = this.#compiled;
    const named = new Set<unknown>(compiled?.metrics?.metrics);
    for (const metric of this.metrics) {
      if (named.has(metric)) continue;
      const result = metric.result();
      if (result instanceof Tensor) results[metric.name] = result;
      else Object.assign(results, result);
    }
    return { ...results, ...compiled?.metrics?.result() };
  }

  /**
   * The loss of a step: that of `compile`, and what layers add (`addLoss`, regularizers). To be overridden for a loss of one's own.
   *
   * @throws StateError where there is none
   */
  computeLoss({ y, yPred, sampleWeight }: LossArguments): Tensor {
    const losses = this.losses.map((loss) => sum(isFloat(loss.dtype) ? loss : cast(loss, "float32")));
    const compiled = this.#compiled?.loss?.call(y, yPred, sampleWeight);
    const [first, ...rest] = compiled ? [compiled, ...losses] : losses;
    if (first) return rest.reduce((total, loss) => add(total, loss), first);
    throw new StateError(`${this.name}.computeLoss`, { given: "no loss", expected: "a loss in compile()" });
  }

  /** Updates the metrics and gives their results. To be overridden for metrics of one's own. */
  computeMetrics(_x: unknown, y: unknown, yPred: unknown, { sampleWeight = null }: { sampleWeight?: unknown } = {}): StepLogs {
    this.#compiled?.metrics?.updateState(y, yPred, sampleWeight);
    return this.getMetricsResult();
  }

  /** One step of training on a batch. To be overridden for training of another kind; losses and metrics by name are the answer. */
  trainStep(data: Batch): StepLogs {
    const { x, y, sampleWeight } = unpack(data);
    const { optimizer, lossTracker } = this.#state("trainStep");
    const tape = new GradientTape();
    const [loss, yPred, scaled] = tape.record(() => {
      const yPred = this.#call(x, true);
      const loss = lossOfPart(this.computeLoss({ x, y, yPred, sampleWeight, training: true }));
      return [loss, yPred, optimizer.scaleLoss(shareOfLoss(loss))] as const;
    });
    lossTracker.updateState(loss, { sampleWeight: batchSizeOf(x) });
    const weights = this.trainableWeights;
    if (weights.length > 0) optimizer.apply(tape.gradient(scaled, weights), weights);
    return this.computeMetrics(x, y, yPred, { sampleWeight });
  }

  /** One step of evaluation on a batch. */
  testStep(data: Batch): StepLogs {
    const { x, y, sampleWeight } = unpack(data);
    const yPred = this.#call(x, false);
    const loss = lossOfPart(this.computeLoss({ x, y, yPred, sampleWeight, training: false }));
    this.#state("testStep").lossTracker.updateState(loss, { sampleWeight: batchSizeOf(x) });
    return this.computeMetrics(x, y, yPred, { sampleWeight });
  }

  /** One step of prediction on a batch. */
  predictStep(data: Batch): unknown {
    return this.#call(unpack(data).x, false);
  }

  #call(x: unknown, training: boolean): unknown {
    return (this as unknown as (x: unknown, options: object) => unknown)(x, { training });
  }

  /** Makes the function that `fit` runs; with `force` anew, after a change of what a step does. */
  makeTrainFunction(force = false): Execution<StepLogs> {
    if (force) this.#train = null;
    return (this.#train ??= this.#execution("train_step", (batch) => this.trainStep(batch)));
  }

  #makeTestFunction(): Execution<StepLogs> {
    return (this.#test ??= this.#execution("test_step", (batch) => this.testStep(batch)));
  }

  #makePredictFunction(): Execution<unknown> {
    return (this.#predict ??= this.#execution("predict_step", (batch) => this.predictStep(batch), "concatenate"));
  }

  #execution<R>(name: string, given: (batch: Batch) => R, merge: Merge = "first"): Execution<R> {
    const step = this.#distribution.step(given, merge);
    const execute = (batches: readonly Batch[]): R => {
      let answer: R | undefined;
      for (const batch of batches) answer = step(batch);
      return answer!;
    };
    return this.#distribution.execution(this.runEagerly ? execute : (tracedFunction(execute, { name }) as Execution<R>), merge);
  }

  /**
   * Trains the model.
   *
   * @param x  inputs, or what gives batches: a Dataset, an iterable, a generator function
   * @param y  labels, where the batches don't hold them
   * @returns  losses and metrics of each epoch
   */
  async fit(x: DataLike | BatchesLike, y?: DataLike, options?: FitOptions): Promise<History>;
  async fit(x: DataLike | BatchesLike, options?: FitOptions): Promise<History>;
  async fit(...given: readonly unknown[]): Promise<History> {
    const { x, y, options } = argumentsOf<FitOptions>("fit", given);
    const state = this.#state("fit");
    const { epochs = 1, initialEpoch = 0, validationFreq = 1 } = options;
    checkWhole("fit.epochs", epochs, 0);
    checkWhole("fit.initialEpoch", initialEpoch, 0);
    const { batches, validation } = fitData(x, y, options);
    await this.#buildFor("fit", batches);
    const callbacks = this.#callbackList(options, { epochs, steps: batches.count }, true);
    this.stopTraining = false;
    const train = this.makeTrainFunction();
    const breather = new Breather();
    await callbacks.call("onTrainBegin", {});
    let logs: Logs = {};
    for (let epoch = initialEpoch; epoch < epochs && !this.stopTraining; epoch++) {
      this.resetMetrics();
      await callbacks.call("onEpochBegin", epoch, {});
      const last = await this.#runEpoch(batches, state, train, callbacks, "Train", breather);
      logs = this.#epochLogs(last);
      if (validation && isValidated(epoch, validationFreq)) {
        const found = await this.#evaluate(validation, state, callbacks, breather);
        for (const [name, value] of Object.entries(found)) logs[`val_${name}`] = value;
      }
      await callbacks.call("onEpochEnd", epoch, logs);
    }
    if (epochs > 0) state.optimizer.finalizeVariableValues(this.trainableWeights);
    await callbacks.call("onTrainEnd", logs);
    return callbacks.history!;
  }

  /** Runs the batches of one epoch. @returns what the last step answered */
  async #runEpoch(
    batches: EpochBatches,
    state: Compiled,
    run: Execution<StepLogs>,
    callbacks: CallbackList,
    kind: "Train" | "Test",
    breather: Breather,
  ): Promise<StepLogs> {
    const [begin, end] = [`on${kind}BatchBegin`, `on${kind}BatchEnd`] as [Hook, Hook];
    let answer: StepLogs = {};
    let step = 0;
    this.#distribution.begin();
    for await (const group of inGroups(batches.epoch(), state.stepsPerExecution)) {
      await callbacks.call(begin, step, {});
      for (const batch of group) state.loss?.checkLabels(batch[1]);
      answer = await runAside(run, group);
      step += group.length;
      await callbacks.call(end, step - 1, lazyLogs(answer));
      if (kind === "Train" && this.stopTraining) break;
      await breather.pause();
    }
    return answer;
  }

  /** What the metrics say; where a step of one's own answers other names, its last answer. */
  #epochLogs(last: StepLogs): Logs {
    const results = this.getMetricsResult();
    const names = Object.keys(last);
    const isOwn = names.length === Object.keys(results).length && names.every((name) => name in results);
    return readLogs(isOwn || names.length === 0 ? results : last);
  }

  /**
   * The loss and the metrics of the model on data.
   *
   * @returns one number, or an array of the loss and the metrics, or with `returnDict` a record
   */
  async evaluate(x: DataLike | BatchesLike, y: DataLike | undefined, options: EvaluateOptions & { returnDict: true }): Promise<Logs>;
  async evaluate(x: DataLike | BatchesLike, options: EvaluateOptions & { returnDict: true }): Promise<Logs>;
  async evaluate(x: DataLike | BatchesLike, y?: DataLike, options?: EvaluateOptions): Promise<number | number[]>;
  async evaluate(x: DataLike | BatchesLike, options?: EvaluateOptions): Promise<number | number[]>;
  async evaluate(...given: readonly unknown[]): Promise<unknown> {
    const { x, y, options } = argumentsOf<EvaluateOptions>("evaluate", given);
    const state = this.#state("evaluate");
    const batches = epochBatches("evaluate", x, y, options);
    await this.#buildFor("evaluate", batches);
    const callbacks = this.#callbackList(options, { epochs: 1, steps: batches.count });
    const logs = await this.#evaluate(batches, state, callbacks, new Breather());
    return options.returnDict ? logs : this.#inOrder(logs);
  }

  async #evaluate(batches: EpochBatches, state: Compiled, callbacks: CallbackList, breather: Breather): Promise<Logs> {
    await callbacks.call("onTestBegin", {});
    this.resetMetrics();
    const last = await this.#runEpoch(batches, state, this.#makeTestFunction(), callbacks, "Test", breather);
    const logs = this.#epochLogs(last);
    await callbacks.call("onTestEnd", logs);
    return logs;
  }

  /** Logs in the order of the metrics; one value stands alone. */
  #inOrder(logs: Logs): number | number[] {
    const names = this.metricsNames;
    const others = Object.keys(logs).filter((name) => !names.includes(name)).sort(); // prettier-ignore
    const values = [...names.filter((name) => name in logs), ...others].map((name) => logs[name]!);
    return values.length === 1 ? values[0]! : values;
  }

  /** What the model gives for inputs: a tensor, or tensors in the structure of the outputs. */
  async predict<Output = Tensor>(x: DataLike | BatchesLike, options: PredictOptions = {}): Promise<Output> {
    checkOptions("predict", options);
    const batches = epochBatches("predict", x, undefined, options);
    const callbacks = this.#callbackList(options, { epochs: 1, steps: batches.count });
    const breather = new Breather();
    const predict = this.#makePredictFunction();
    const outputs = new Outputs();
    this.#distribution.begin();
    await callbacks.call("onPredictBegin", {});
    let step = 0;
    for await (const group of inGroups(batches.epoch(), 1)) {
      await callbacks.call("onPredictBatchBegin", step, {});
      outputs.add(await runAside(predict, group));
      await callbacks.call("onPredictBatchEnd", step++, {});
      await breather.pause();
    }
    await callbacks.call("onPredictEnd", {});
    return outputs.join() as Output;
  }

  /** One step of training on the given samples. @returns the loss, or the loss and the metrics */
  async trainOnBatch(x: DataLike, y: DataLike | undefined, options: OnBatchOptions & { returnDict: true }): Promise<Logs>;
  async trainOnBatch(x: DataLike, y?: DataLike, options?: OnBatchOptions): Promise<number | number[]>;
  async trainOnBatch(x: DataLike, y?: DataLike, options: OnBatchOptions = {}): Promise<unknown> {
    return this.#onBatch("trainOnBatch", x, y, options, () => this.makeTrainFunction());
  }

  /** The loss and the metrics of the model on the given samples. */
  async testOnBatch(x: DataLike, y: DataLike | undefined, options: OnBatchOptions & { returnDict: true }): Promise<Logs>;
  async testOnBatch(x: DataLike, y?: DataLike, options?: OnBatchOptions): Promise<number | number[]>;
  async testOnBatch(x: DataLike, y?: DataLike, options: OnBatchOptions = {}): Promise<unknown> {
    return this.#onBatch("testOnBatch", x, y, options, () => this.#makeTestFunction());
  }

  /** What the model gives for the given samples. */
  async predictOnBatch<Output = Tensor>(x: DataLike): Promise<Output> {
    const [inputs] = arrayParts("predictOnBatch", x, undefined, undefined);
    return this.#makePredictFunction()([[inputs]]) as Output;
  }

  async #onBatch(
    method: "trainOnBatch" | "testOnBatch",
    x: DataLike,
    y: DataLike | undefined,
    options: OnBatchOptions,
    make: () => Execution<StepLogs>,
  ): Promise<unknown> {
    checkOptions(method, options);
    const state = this.#state(method);
    const batches = epochBatches(method, x, y, { ...options, batchSize: Number.MAX_SAFE_INTEGER });
    const batch = await this.#buildFor(method, batches);
    state.loss?.checkLabels(batch[1]);
    this.#distribution.begin();
    const logs = readLogs(make()([batch]));
    return options.returnDict ? logs : this.#inOrder(logs);
  }

  /**
   * Where the time of one step goes, operation by operation: of training where labels are given, else of prediction. `String(…)` of it is a
   * table, its `chromeTrace()` a file for ui.perfetto.dev. Weights, optimizer and metrics are afterwards what they were.
   *
   * @param x, y  one batch
   * @throws StateError for a model that runs eagerly: it has no program
   */
  async profile(x: DataLike, y?: DataLike): Promise<Profile> {
    if (this.runEagerly) {
      throw new StateError(`${this.name}.profile`, {
        given: "a model that runs eagerly",
        expected: "a compiled step",
        hint: "Leave runEagerly out of compile.",
      });
    }
    const batches = epochBatches("profile", x, y, { batchSize: Number.MAX_SAFE_INTEGER });
    const batch = y === undefined ? await batches.peek("profile") : await this.#buildFor("profile", batches);
    const step = y === undefined ? this.#makePredictFunction() : this.makeTrainFunction();
    const { tensors } = flattenArguments([[batch]], [], specKey);
    return (step as unknown as TracedFunction<Execution<unknown>>).getConcreteFunction([batch]).profile(...tensors);
  }

  /** Makes all variables for batches like the first one, so that steps find them. @returns the first batch */
  async #buildFor(method: string, batches: EpochBatches): Promise<Batch> {
    const batch = await batches.peek(method);
    const state = this.#state(method);
    const isBuilt = state.built && this.built && this.flattenLayers().every((layer) => layer.built);
    this.#distribution.scope(() => {
      if (!isBuilt && !state.runEagerly && this.trainStep === Trainer.prototype.trainStep) this.#infer(state, batch);
      if (!state.optimizer.built && this.built) state.optimizer.build(this.trainableWeights);
    });
    this.#distribution.check(`${this.name}.${method}`, [...this.weights, ...this.metrics.flatMap(({ variables }) => variables)]);
    return batch;
  }

  #infer(state: Compiled, batch: Batch): void {
    const specs = mapLeaves(batch, (leaf) => (leaf instanceof Tensor ? symbolic({ shape: leaf.shape, dtype: leaf.dtype }) : leaf)) as Batch;
    const { x, y, sampleWeight } = unpack(specs);
    inferOnly(() => {
      const yPred = this.#call(x, false);
      if (state.loss) this.computeLoss({ x, y, yPred, sampleWeight, training: false });
      this.computeMetrics(x, y, yPred, { sampleWeight });
    });
  }

  #callbackList(
    { callbacks = [], verbose }: RunOptions,
    params: { epochs: number; steps: number | null },
    addHistory = false,
  ): CallbackList {
    if (callbacks instanceof CallbackList) return callbacks;
    return new CallbackList(callbacks, this as unknown as Trainer, { ...params, verbose: verbosity(verbose) }, addHistory);
  }

  /** What `compile` was called with, as Keras saves it; nothing where it was not called. */
  getCompileConfig(): Config | null {
    return this.#compiled?.getConfig() ?? {};
  }

  /** Compiles the model from what `getCompileConfig` gave. */
  compileFromConfig(config: Config): void {
    const { jit_compile: _, ...rest } = config;
    const options = Object.entries(rest).map(([key, value]) => [toCamelCase(key), deserializeKerasObject(value)]);
    this.compile(Object.fromEntries(options.filter(([, value]) => value !== null)) as CompileOptions);
    if (this.built) this.optimizer.build(this.trainableWeights);
  }

  /** Saves the model. */
  abstract save(path: string, options?: object): Promise<void>;
  /** Saves the weights. */
  abstract saveWeights(path: string, options?: object): Promise<void>;
  /** Takes over saved weights. */
  abstract loadWeights(path: FilePath, options?: object): Promise<void>;
}

/** The number of samples of a batch. */
const batchSizeOf = (x: unknown): number => flatten<unknown>(x).find((leaf): leaf is Tensor => leaf instanceof Tensor)?.shape[0] ?? 1;

/** Data and options in the arguments of a method: `(x, y, options)`, or `(x, options)` where x holds everything. */
function argumentsOf<O>(method: Method, [x, second, third]: readonly unknown[]): { x: unknown; y: unknown; options: O } {
  const isShort =
    third === undefined &&
    second !== undefined &&
    areOptions(method, second) &&
    (givesBatches(x) || Object.keys(second as object).length > 0);
  const [y, options] = isShort ? [undefined, second] : [second, third ?? {}];
  checkOptions(method, options);
  return { x, y, options: options as O };
}

/** Batches for training and for validation. */
function fitData(x: unknown, y: unknown, options: FitOptions): { batches: EpochBatches; validation: EpochBatches | null } {
  const { batchSize, classWeight, sampleWeight, shuffle = true, stepsPerEpoch, validationSplit = 0, validationData = null } = options;
  const train = { batchSize, shuffle, steps: stepsPerEpoch };
  const validate = { batchSize: options.validationBatchSize ?? batchSize, steps: options.validationSteps };
  if (validationData === null && validationSplit !== 0) {
    if (givesBatches(x))
      throw new StateError("fit.validationSplit", { given: "batches", expected: "data in memory", hint: "Use validationData." });
    const { training, validation } = splitForValidation(arrayParts("fit", x, y, sampleWeight, classWeight), validationSplit);
    const weights = { sampleWeight: training[2] };
    return {
      batches: epochBatches("fit", training[0], training[1], { ...train, ...weights }),
      validation: epochBatches("fit", validation[0], validation[1], { ...validate, sampleWeight: validation[2] }),
    };
  }
  const batches = epochBatches("fit", x, y, { ...train, sampleWeight, classWeight });
  if (validationData === null) return { batches, validation: null };
  if (givesBatches(validationData)) return { batches, validation: epochBatches("fit.validationData", validationData, undefined, validate) };
  const [valX, valY, valWeight] = validationData as readonly unknown[];
  return { batches, validation: epochBatches("fit.validationData", valX, valY, { ...validate, sampleWeight: valWeight }) };
}

const isValidated = (epoch: number, frequency: number | readonly number[]): boolean => typeof frequency === "number" ? (epoch + 1) % frequency === 0 : frequency.includes(epoch + 1); // prettier-ignore
