// compile, fit, evaluate, predict and their kin: what Model inherits to be trained.

import { checkedFlag, checkOptions, checkRecord, checkThat, checkValues } from "../../core/options.js";
import { StatelessScope } from "../../variables/stateless-scope.js";
import { GradientTape, gradientInParts } from "../../autodiff/tape.js";
import type { Logs } from "../../callbacks/callback.js";
import type { History } from "../../callbacks/history.js";
import {
  type Arguments,
  type Config,
  deserializeKerasObject,
  isPlainObject,
  type OptionValues,
  type Schema,
  toCamelCase,
} from "../../config/index.js";
import { refuseInPython } from "../../config/python-names.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import { isFloat } from "../../core/dtype.js";
import { StateError } from "../../core/errors.js";
import { Tensor } from "../../core/tensor.js";
import { leaves } from "../../core/tree.js";
import type { TracedFunction } from "../../graph/function.js";
import type { Profile } from "../../graph/profile.js";
import { isNumeric } from "../../layers/base/convert.js";
import { callInParts } from "../../layers/base/going-on.js";
import { hide, hideChecked } from "../../layers/base/hidden.js";
import type { layerOptions } from "../../layers/base/options.js";
import { finish, type Parts } from "../../runtime/parts.js";
import { unpackXYSampleWeight } from "../../data/pack.js";
import { Layer } from "../../layers/layer.js";
import type { Metric } from "../../metrics/index.js";
import { add, cast, sum } from "../../ops/index.js";
import type { Optimizer } from "../../optimizers/index.js";
import type { FilePath } from "../../saving/place.js";
import { type Child, children } from "../../saving/saveable.js";
import { type BatchesLike, type DataLike, givesBatches, isColumn } from "./batches.js";
import { buildFor } from "./building.js";
import { Compiled } from "./compiled.js";
import { arrayParts, epochBatches } from "./data.js";
import { isDataset } from "../../data/is-dataset.js";
import { shareOfLoss, wholeOfLoss } from "../../losses/reduction.js";
import { Distribution, lossOfPart } from "./distributed.js";
import { evaluate } from "./evaluate.js";
import { fit } from "./fit.js";
import { onBatch, predictOnBatch } from "./on-batch.js";
import { TrainingPlace } from "./place.js";
import {
  areOptions,
  type CompileOptions,
  compileOptions,
  type EvaluateOptions,
  evaluateOptions,
  type FitOptions,
  fitOptions,
  type PredictOptions,
  predictOptions,
  type TestOnBatchOptions,
  testOnBatchOptions,
  type TrainOnBatchOptions,
  trainOnBatchOptions,
} from "./options.js";
import { predict } from "./predict.js";
import type { Execution, StepAnswer, StepLogs } from "./run.js";
import { Runs } from "./runs.js";
import { placesOf, setStateTree, type StateGroups, type StateTree, stateTree, type ValueFormat } from "./state-tree.js";
import { type StepKind, Steps } from "./steps.js";
import { callModel, type Trained } from "./trained.js";

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
  static {
    const stops = { stop_training: "stopTraining", stop_evaluating: "stopEvaluating", stop_predicting: "stopPredicting" };
    refuseInPython(this.prototype, stops);
  }

  /** Callbacks set it to true to end training after the present batch. */
  declare stopTraining: boolean;
  /** Callbacks set it to true to end the evaluation that they are told of. */
  declare stopEvaluating: boolean;
  /** Callbacks set it to true to end the prediction that they are told of. */
  declare stopPredicting: boolean;
  /** Losses and metrics of the latest `fit`, which gives the same object back; null before. */
  declare history: History | null;
  /** Callbacks set it when training begins, to make it go on with a later epoch. */
  declare initialEpoch: number | null;
  #compiled: Compiled | null = null;
  readonly #distribution = new Distribution();
  readonly #steps = new Steps(this as never, this.#distribution, (kind, data) => this.#step(kind, data));
  readonly #runs = new Runs(() => this.#singleMetrics);
  readonly #place = new TrainingPlace();
  /** What the runs of the model share. */
  readonly #trained: Trained = {
    model: this as unknown as Trainer<Schema>,
    distribution: this.#distribution,
    steps: this.#steps,
    runs: this.#runs,
    place: this.#place,
    hasUsualStep: () => this.#hasUsualStep,
    compiledFor: (method) => this.#state(method),
    singleMetrics: () => this.#singleMetrics,
  };

  constructor(...given: Arguments<S>) {
    super(...given);
    // Flags of runs are no part of what a layer is made of.
    for (const key of ["initialEpoch", "history"]) hide(this, key, null);
    for (const key of ["stopTraining", "stopEvaluating", "stopPredicting"])
      hideChecked(this, key, false, (value) => checkedFlag(`${this.name}.${key}`, value));
  }

  /** Names of the outputs, where they have any. */
  abstract get outputNames(): readonly string[] | null;

  /** Lets go of traced steps: the model is another one. */
  protected forgetSteps(): void {
    this.#runs.refuseWhileTraining(`${this.name}.quantize`);
    this.#steps.forget();
  }

  /**
   * Says how the model is trained. To be called again when `trainable` of a layer changes.
   *
   * The parameters are written out, so that a class of one's own may override it with a method that takes options alone.
   *
   * @throws ArgumentError, ValueError for options, losses, metrics or optimizers that are not known
   */
  compile(
    optimizer?: CompileOptions | CompileOptions["optimizer"],
    loss?: CompileOptions | CompileOptions["loss"],
    lossWeights?: CompileOptions | CompileOptions["lossWeights"],
    metrics?: CompileOptions | CompileOptions["metrics"],
    weightedMetrics?: CompileOptions | CompileOptions["weightedMetrics"],
    options?: CompileOptions,
  ): void;
  compile(...given: readonly unknown[]): void {
    this.#runs.refuseWhileTraining(`${this.name}.compile`);
    this.#compiled = this.#distribution.scope(
      () => new Compiled(given as Arguments<typeof compileOptions>, this.outputNames, this.dtypePolicy.name),
    );
    this.#distribution.check(`${this.name}.compile`, () => this.weights);
    this.#steps.forget();
    this.stopTraining = false;
  }

  /** What checkpoints save: the state of training, once the model is compiled, beside that of the layers. */
  override *[children](): Iterable<Child> {
    yield* super[children]();
    if (!this.#compiled) return;
    yield ["optimizer", this.optimizer];
    yield ["metrics", this.#compiled.singleMetrics];
    yield ["data", this.#place];
  }

  /** Whether `compile` was called. */
  get compiled(): boolean {
    return this.#compiled !== null;
  }

  get optimizer(): Optimizer<Schema> {
    return this.#state("optimizer").optimizer;
  }

  set optimizer(_: unknown) {
    throw new StateError(`${this.name}.optimizer`, {
      given: "an assignment",
      expected: "another call of compile",
      hint: "model.compile({ optimizer, loss, metrics }).",
    });
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

  /**
   * The mean loss, the metrics of `compile` as one (named "compile_metrics"), losses of outputs, then metrics of the model and its layers.
   */
  override get metrics(): Metric[] {
    return this.#metricsBeside(this.#compiled?.allMetrics ?? []);
  }

  /** The same with each metric of `compile` by itself. */
  get #singleMetrics(): Metric[] {
    return this.#metricsBeside(this.#compiled?.singleMetrics ?? []);
  }

  #metricsBeside(compiled: readonly Metric<Schema>[]): Metric[] {
    const inner = this.flattenLayers()
      .filter((layer) => !(layer instanceof Trainer))
      .flatMap((layer) => layer.tracked().metrics);
    return [...new Set([...(compiled as unknown as Metric[]), ...this.tracked().metrics, ...inner])];
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
    for (const metric of this.metrics) {
      const result = metric.result();
      if (result instanceof Tensor) results[metric.name] = result;
      else Object.assign(results, result);
    }
    return results;
  }

  /** Whether steps run as compiled programs: always, unless `runEagerly` says otherwise. */
  get jitCompile(): boolean {
    return !(this.#compiled?.runEagerly ?? false);
  }

  /**
   * The loss with values in the place of variables, which stay as they are; gradients with respect to the values flow. Keras:
   * stateless_compute_loss
   *
   * @returns  `[loss, [trainable, nonTrainable, metrics]]`: the values of the variables afterwards
   */
  statelessComputeLoss(
    trainableVariables: readonly Tensor[],
    nonTrainableVariables: readonly Tensor[],
    metricsVariables: readonly Tensor[],
    options: LossArguments,
  ): [loss: Tensor, variables: [trainable: Tensor[], nonTrainable: Tensor[], metrics: Tensor[]]] {
    const groups = [this.trainableVariables, this.nonTrainableVariables, this.metricsVariables];
    const given = [trainableVariables, nonTrainableVariables, metricsVariables];
    groups.forEach((variables, i) => checkValues(`${this.name}.statelessComputeLoss`, given[i], variables.length));
    const stateMapping = groups.flatMap((variables, i) => variables.map((variable, j) => [variable, given[i]![j]!] as const));
    const scope = new StatelessScope({ stateMapping });
    const loss = scope.run(() => this.computeLoss(options));
    const after = groups.map((variables) => variables.map((variable) => scope.getCurrentValue(variable)!));
    return [loss, after as [Tensor[], Tensor[], Tensor[]]];
  }

  /**
   * The loss of a step: that of `compile`, and what layers add (`addLoss`, regularizers). To be overridden for a loss of one's own.
   *
   * @throws StateError where there is none
   */
  computeLoss(given: LossArguments): Tensor {
    checkRecord(`${this.name}.computeLoss`, given, "{ x, y, yPred, sampleWeight }");
    const where = `${this.name}.computeLoss`;
    const { sampleWeight } = given;
    const y = asTensors(`${where}.y`, given.y, true);
    const yPred = asTensors(`${where}.yPred`, given.yPred, false);
    const losses = this.losses.map((loss) => shareOfLoss(sum(isFloat(loss.dtype) ? loss : cast(loss, "float32"))));
    const called = this.#compiled?.loss?.call(y, yPred, sampleWeight);
    const compiled = called && lossOfPart(called); // what layers add counts for a replica without samples too
    const [first, ...rest] = compiled ? [compiled, ...losses] : losses;
    if (first) return rest.reduce((total, loss) => add(total, loss), first);
    throw new StateError(`${this.name}.computeLoss`, { given: "no loss", expected: "a loss in compile()" });
  }

  /** Updates the metrics and gives their results. To be overridden for metrics of one's own. */
  computeMetrics(_x: unknown, y: unknown, yPred: unknown, options: { sampleWeight?: unknown } = {}): StepLogs {
    const where = `${this.name}.computeMetrics`;
    checkOptions(where, arguments, 3, ["sampleWeight"]);
    const predictions = asTensors(`${where}.yPred`, yPred, false);
    this.#compiled?.metrics?.updateState(asTensors(`${where}.y`, y, true), predictions, {
      sampleWeight: (options.sampleWeight ?? null) as never,
    });
    return this.getMetricsResult();
  }

  /**
   * One step of training on a batch: `x`, `[x, y]` or `[x, y, sampleWeight]`, as `keras.utils.unpackXYSampleWeight` takes it. To be overridden for training of another kind; losses and metrics by
   * name are the answer.
   */
  trainStep(data: unknown): StepAnswer {
    return finish(this.#usualStep(data));
  }

  /** The same with pauses, for traces of pages. */
  *#usualStep(data: unknown): Parts<StepAnswer> {
    const [x, y, sampleWeight] = unpackXYSampleWeight(data);
    const { optimizer, lossTracker } = this.#state("trainStep");
    const tape = new GradientTape();
    const yPred = yield* callInParts(this, () => tape.record(() => callModel(this, x, true)));
    const [loss, scaled] = tape.record(() => {
      const loss = lossOfPart(this.computeLoss({ x, y, yPred, sampleWeight, training: true }));
      return [loss, optimizer.scaleLoss(loss)] as const;
    });
    yield;
    lossTracker.updateState(wholeOfLoss(loss), { sampleWeight: batchSizeOf(x) });
    const weights = this.trainableWeights;
    const gradients = weights.length > 0 ? yield* gradientInParts(tape, scaled, weights) : [];
    yield;
    if (weights.length > 0) optimizer.apply(gradients, weights);
    yield;
    return this.computeMetrics(x, y, yPred, { sampleWeight });
  }

  get #hasUsualStep(): boolean {
    return this.trainStep === Trainer.prototype.trainStep;
  }

  /** One step of evaluation on a batch. */
  testStep(data: unknown): StepAnswer {
    return finish(this.#usualTestStep(data));
  }

  *#usualTestStep(data: unknown): Parts<StepAnswer> {
    const [x, y, sampleWeight] = unpackXYSampleWeight(data);
    const yPred = yield* callInParts(this, () => callModel(this, x, false));
    const loss = lossOfPart(this.computeLoss({ x, y, yPred, sampleWeight, training: false }));
    this.#state("testStep").lossTracker.updateState(wholeOfLoss(loss), { sampleWeight: batchSizeOf(x) });
    return this.computeMetrics(x, y, yPred, { sampleWeight });
  }

  /** One step of prediction on a batch. */
  predictStep(data: unknown): unknown {
    return finish(this.#usualPredictStep(data));
  }

  *#usualPredictStep(data: unknown): Parts<unknown> {
    return yield* callInParts(this, () => callModel(this, unpackXYSampleWeight(data)[0], false));
  }

  /** A step as it runs: with pauses where it is Keras's own, a subclass's as it stands. */
  *#step(kind: StepKind, data: unknown): Parts<unknown> {
    if (kind === "train") return this.#hasUsualStep ? yield* this.#usualStep(data) : this.trainStep(data);
    if (kind === "test") return this.testStep === Trainer.prototype.testStep ? yield* this.#usualTestStep(data) : this.testStep(data);
    return this.predictStep === Trainer.prototype.predictStep ? yield* this.#usualPredictStep(data) : this.predictStep(data);
  }

  /** Data as the model takes them: nested strings may be one input or one for each of several, which the structure of the inputs tells. */
  protected asInputs(x: unknown): unknown {
    return x;
  }

  /** Makes the function that `fit` runs; with `force` anew, after a change of what a step does. */
  makeTrainFunction(force = false): Execution<StepLogs> {
    if (force) this.#steps.forget("train");
    return this.#steps.train();
  }

  /** Makes the function that `evaluate` runs; with `force` anew. */
  makeTestFunction(force = false): Execution<StepLogs> {
    if (force) this.#steps.forget("test");
    return this.#steps.test();
  }

  /** Makes the function that `predict` runs; with `force` anew. */
  makePredictFunction(force = false): Execution<unknown> {
    if (force) this.#steps.forget("predict");
    return this.#steps.predict();
  }

  /**
   * Trains the model. A checkpoint that was made while it ran, and is restored before it runs again, makes it go on inside the epoch.
   *
   * @param x  inputs, or what gives batches: a Dataset, a PyDataset, an iterable, a generator function
   * @param y  labels, where the batches don't hold them
   * @returns  losses and metrics of each epoch
   * @throws StateError while another `fit` of this model runs
   */
  async fit(all: AllArguments<FitOptions>): Promise<History>;
  async fit(x: DataLike | BatchesLike, y?: DataLike, ...options: Arguments<typeof fitOptions>): Promise<History>;
  async fit(x: DataLike | BatchesLike, options?: FitOptions): Promise<History>;
  async fit(...given: readonly unknown[]): Promise<History> {
    const { x: inputs, y, options } = argumentsOf("fit", fitOptions, given);
    const { stepsPerEpoch, validationSteps } = options;
    const x = this.#distribution.data("fit.x", this.asInputs(inputs), stepsPerEpoch);
    const validationData = this.#distribution.data("fit.validationData", options.validationData, validationSteps);
    return fit(this.#trained, x, y, { ...options, validationData: validationData as typeof options.validationData });
  }

  /**
   * The loss and the metrics of the model on data. It may be called inside callbacks of a running `fit`, and beside it: each run has its
   * own
   * metrics.
   *
   * @returns one number, or an array of the loss and the metrics, or with `returnDict` a record
   */
  async evaluate(all: AllArguments<EvaluateOptions & { returnDict: true }>): Promise<Logs>;
  async evaluate(all: AllArguments<EvaluateOptions>): Promise<number | number[]>;
  async evaluate(x: DataLike | BatchesLike, y: DataLike | undefined, options: EvaluateOptions & { returnDict: true }): Promise<Logs>;
  async evaluate(x: DataLike | BatchesLike, options: EvaluateOptions & { returnDict: true }): Promise<Logs>;
  async evaluate(x: DataLike | BatchesLike, y?: DataLike, ...options: Arguments<typeof evaluateOptions>): Promise<number | number[]>;
  async evaluate(x: DataLike | BatchesLike, options?: EvaluateOptions): Promise<number | number[]>;
  async evaluate(...given: readonly unknown[]): Promise<unknown> {
    const { x: inputs, y, options } = argumentsOf("evaluate", evaluateOptions, given);
    const x = this.#distribution.data("evaluate.x", this.asInputs(inputs), options.steps);
    return evaluate(this.#trained, x, y, options);
  }

  /**
   * What the model gives for inputs: a tensor, or tensors in the structure of the outputs, `model.predict<tf.Tensor[]>(x)`.
   *
   * The type is the one said, else one tensor, never what the place of the call would like: `tf.math.log(await model.predict(x))`.
   */
  async predict<Output = Tensor>(all: AllArguments<PredictOptions>): Promise<NoInfer<Output>>;
  async predict<Output = Tensor>(x: DataLike | BatchesLike, ...options: Arguments<typeof predictOptions>): Promise<NoInfer<Output>>;
  async predict(x: unknown, ...given: Arguments<typeof predictOptions>): Promise<unknown> {
    const named = given.length === 0 && byName(predictOptions, x);
    const options = predictOptions.parse("predict", named ? [named.options] : given);
    const inputs = this.asInputs(named ? named.x : x);
    // Rows of predictions stay in order: datasets are divided by rows, whatever their options say.
    const data = isDataset(inputs) ? inputs : this.#distribution.data("predict.x", inputs, options.steps);
    return predict(this.#trained, data, options);
  }

  /** One step of training on the given samples, with metrics of its own. @returns the loss, or the loss and the metrics */
  async trainOnBatch(x: DataLike, y: DataLike | undefined, options: TrainOnBatchOptions & { returnDict: true }): Promise<Logs>;
  async trainOnBatch(all: AllArguments<TrainOnBatchOptions>): Promise<number | number[]>;
  async trainOnBatch(x: DataLike, y?: DataLike, ...options: Arguments<typeof trainOnBatchOptions>): Promise<number | number[]>;
  async trainOnBatch(x: unknown, y?: DataLike, ...given: Arguments<typeof trainOnBatchOptions>): Promise<unknown> {
    return this.#onBatch("trainOnBatch", trainOnBatchOptions, () => this.makeTrainFunction(), x, y, given);
  }

  /** The loss and the metrics of the model on the given samples alone. */
  async testOnBatch(x: DataLike, y: DataLike | undefined, options: TestOnBatchOptions & { returnDict: true }): Promise<Logs>;
  async testOnBatch(all: AllArguments<TestOnBatchOptions>): Promise<number | number[]>;
  async testOnBatch(x: DataLike, y?: DataLike, ...options: Arguments<typeof testOnBatchOptions>): Promise<number | number[]>;
  async testOnBatch(x: unknown, y?: DataLike, ...given: Arguments<typeof testOnBatchOptions>): Promise<unknown> {
    return this.#onBatch("testOnBatch", testOnBatchOptions, () => this.makeTestFunction(), x, y, given);
  }

  /** One step on samples given by place, or all by name. */
  #onBatch(
    method: "trainOnBatch" | "testOnBatch",
    schema: typeof trainOnBatchOptions | typeof testOnBatchOptions,
    make: () => Execution<StepLogs>,
    x: unknown,
    y: unknown,
    given: readonly unknown[],
  ): Promise<unknown> {
    const named = y === undefined && given.length === 0 && byName(schema, x);
    const all = named ? [named.options] : given;
    const options = all.length === 0 ? schema.defaults : schema.parse(method, all);
    return onBatch(this.#trained, method, named ? named.x : x, named ? named.y : y, options, make, (x) => this.asInputs(x));
  }

  /** What the model gives for the given samples. */
  async predictOnBatch<Output = Tensor>(x: DataLike): Promise<NoInfer<Output>> {
    return predictOnBatch(this.#trained, this.asInputs(x)) as Promise<NoInfer<Output>>;
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
    const batches = epochBatches("profile", this.asInputs(x), y, { batchSize: Number.MAX_SAFE_INTEGER });
    const batch = await (y === undefined
      ? batches.only("profile")
      : buildFor(this.#trained, "profile", batches).finally(() => batches.close()));
    const step = y === undefined ? this.makePredictFunction() : this.makeTrainFunction();
    return (step as unknown as TracedFunction<Execution<unknown>>).profile([batch]);
  }

  /**
   * All state as nested records by path, under `trainable_variables`, `non_trainable_variables`, `optimizer_variables` and
   * `metrics_variables`. Keras: get_state_tree
   *
   * @param options.valueFormat  "backend_tensor" for tensors, "numpy_array" for typed arrays with a shape
   */
  getStateTree(options: { readonly valueFormat?: ValueFormat } = {}): StateTree {
    checkOptions("getStateTree", arguments, 0, ["valueFormat"]);
    return stateTree(this.#stateGroups(), options.valueFormat ?? "backend_tensor");
  }

  /**
   * Replaces state by what `getStateTree` gave, or by parts of it. @throws ArgumentError for a path that is none, or a value that does not
   * fit; then nothing changed
   */
  setStateTree(tree: StateTree): void {
    setStateTree(`${this.name}.setStateTree`, this.#stateGroups(), tree);
  }

  #stateGroups(): StateGroups {
    const optimizer = this.#compiled?.optimizer;
    const places = placesOf(this.flattenLayers());
    return {
      trainable_variables: this.trainableVariables.map((variable) => [places(variable), variable]),
      non_trainable_variables: this.nonTrainableVariables.map((variable) => [places(variable), variable]),
      ...(optimizer && { optimizer_variables: optimizer.variables.map((variable) => [`${optimizer.name}/${variable.name}`, variable]) }),
      metrics_variables: this.#singleMetrics.flatMap(({ name, variables }) =>
        variables.map((variable) => [`${name}/${variable.name}`, variable] as const),
      ),
    };
  }

  /** What `compile` was called with, as Keras saves it; nothing where it was not called. */
  getCompileConfig(): Config | null {
    return this.#compiled?.getConfig() ?? {};
  }

  /** Compiles the model from what `getCompileConfig` gave. */
  compileFromConfig(config: Config): void {
    checkRecord(`${this.name}.compileFromConfig`, config, "what getCompileConfig gives");
    const { jit_compile: _, ...rest } = config;
    const options = Object.entries(rest).map(([key, value]) => [toCamelCase(key), deserializeKerasObject(value)]);
    this.compile(Object.fromEntries(options.filter(([, value]) => value !== null)) as CompileOptions);
    if (this.built) this.optimizer.build(this.trainableWeights);
  }

  /** Saves the model. */
  abstract save(path: string, ...options: readonly unknown[]): Promise<void>;
  /** Saves the weights. */
  abstract saveWeights(path: string, ...options: readonly unknown[]): Promise<void>;
  /** Takes over saved weights. */
  abstract loadWeights(path: FilePath, ...options: readonly unknown[]): Promise<void>;
}

/** Labels or predictions: arrays of numbers become tensors, others are looked at where they are used. @throws ArgumentError for no data */
function asTensors(where: string, value: unknown, mayMiss: boolean): unknown {
  if (value instanceof Tensor) return value;
  if (isNumeric(value)) return asTensor(value as TensorLike);
  if (Array.isArray(value)) return value.map((item) => asTensors(where, item, mayMiss));
  if (isPlainObject(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asTensors(where, item, mayMiss)]));
  const isMissing = value === null || value === undefined;
  checkThat(mayMiss ? isMissing || isData(value) : isData(value), where, value, "a tensor, or tensors in the structure of the outputs");
  return value;
}

const isData = (value: unknown): boolean => typeof value === "object" && value !== null && !(value instanceof Promise);

/** The number of samples of a batch. */
const batchSizeOf = (x: unknown): number => leaves<unknown>(x).find(isColumn)?.shape[0] ?? 1;

/** Data and options of a call that has all of them by name, which the options tell; null where it is data by names of inputs. */
function byName({ fields }: Schema, given: unknown): { x: unknown; y: unknown; options: object } | null {
  if (!isPlainObject(given) || !("x" in given)) return null;
  const { x, y, ...options } = given;
  const names = Object.keys(options);
  const isCall = names.length === 0 ? "y" in given : names.some((name) => name in fields);
  return isCall ? { x, y, options } : null;
}

/** Everything by name: data and options. */
type AllArguments<O> = O & { readonly x: DataLike | BatchesLike; readonly y?: DataLike };

/** Data and options in the arguments of a method: `(x, y, options)`, `(x, options)` where x holds everything, or all in one record. */
function argumentsOf<S extends Schema>(
  method: string,
  schema: S,
  [x, second, third, ...more]: readonly unknown[],
): { x: unknown; y: unknown; options: OptionValues<S> } {
  const named = second === undefined && third === undefined && byName(schema, x);
  if (named) return { x: named.x, y: named.y, options: schema.parse(method, [named.options]) as OptionValues<S> };
  const isShort =
    third === undefined &&
    second !== undefined &&
    areOptions(schema, second) &&
    (givesBatches(x) || Object.keys(second as object).length > 0);
  const [y, given] = isShort ? [undefined, second] : [second, third ?? {}];
  return { x, y, options: schema.parse(method, [given, ...more]) as OptionValues<S> };
}
