// The base of optimizers and their family: slots, clipping, decay, averages, accumulation, and one `update` for each rule.

import {
  type Arguments,
  automaticName,
  classNameOf,
  type Config,
  Family,
  type FromConfigOptions,
  type Identifier,
  isOursAlone,
} from "../config/index.js";
import {
  type Json,
  lowerCase,
  objectFromConfig,
  type OptionValues,
  fixedOption,
  parseOptions,
  settingOption,
  type Schema,
  schema,
  schemaOf,
  serializeKerasObject,
} from "../config/index.js";
import { checkSpelling, needMethods, refuseInPython } from "../config/python-names.js";
import { asTensor, type TensorLike } from "../core/convert.js";
import type { Dtype } from "../core/dtype.js";
import { ArgumentError, StateError, text, ValueError } from "../core/errors.js";
import { isTracing } from "../core/interpreter.js";
import { gathered } from "../core/one-by-one.js";
import { checkArray, checkOptions, checkThat } from "../core/options.js";
import { checkLengths } from "../core/shape.js";
import { asOneCall, presentCall } from "../core/ownership.js";
import { withParts } from "../core/replicas.js";
import type { Tensor } from "../core/tensor.js";
import { initializers } from "../initializers/family.js";
import type { InitializerIdentifier } from "../initializers/index.js";
import { firstValue } from "../initializers/initializer.js";
import { add, cast, divide, floorDivide, multiply } from "../ops/index.js";
import { flushed } from "../ops/optimizer/updates.js";
import { type Child, children, fieldsOf, type KerasState, kerasState, partsByName, addUsualMethods } from "../saving/saveable.js";
import { stateless } from "../variables/stateless.js";
import { Variable } from "../variables/variable.js";
import { MovingAverages } from "./averages.js";
import { GradientAccumulation } from "./accumulation.js";
import { checkGradients, checkSplit, checkUpdate, checkVariables, warnOfMissing } from "./checks.js";
import { clipped } from "./clipping.js";
import { crossReplicaSum } from "./cross-replica.js";
import type { LearningRate } from "./learning-rate.js";
import { assignAll, overwritten, pathOf } from "./values.js";
import { type Common, commonFields, commonOf, type OptimizerFields } from "./options.js";
import { LearningRateSchedule } from "./schedules/schedule.js";

export { type OptimizerFields, optimizerOptions } from "./options.js";

/** A variable of an optimizer for each variable of a model. */
export type Slots = ReadonlyMap<Variable, Variable>;

/** Options that each update reads, also where there was no value before. */
const readByUpdates: ReadonlySet<string> = new Set(["clipnorm", "clipvalue", "globalClipnorm", "weightDecay", "emaMomentum"]);
const countsUpdates: ReadonlySet<string> = new Set(["gradientAccumulationSteps", "emaOverwriteFrequency"]);

/**
 * The base of optimizers: learning rate, clipping, weight decay, moving averages and gradient accumulation are here, a
 * subclass makes its slots in `build` and updates one variable in `updateStep`.
 *
 * ```ts
 * class Plain extends keras.optimizers.Optimizer {
 *   override updateStep(gradient: tf.Tensor, variable: tf.Variable, learningRate: tf.Tensor) {
 *     this.assignSub(variable, tf.multiply(gradient, learningRate));
 *   }
 * }
 * ```
 *
 * Keras: keras.optimizers.Optimizer
 */
export abstract class Optimizer<S extends Schema = Schema<readonly ["learningRate"], OptimizerFields>> {
  static readonly options: Schema = schema(["learningRate", "weightDecay", "clipnorm", "clipvalue", "globalClipnorm"], commonFields);
  static {
    needMethods(this.prototype, ["updateStep"]);
    refuseInPython(this.prototype, { lr: "learningRate", learning_rate: "learningRate", weight_decay: "weightDecay" });
  }

  readonly options: OptionValues<S>;
  readonly name: string;
  built = false;
  readonly #own: Variable[] = [];
  readonly #steps: Variable;
  #learningRate: Variable | LearningRateSchedule | (() => TensorLike);
  #trainable: readonly Variable[] = [];
  #averages: MovingAverages | null = null;
  #accumulation: GradientAccumulation | null = null;
  /** Variables that weights decay has no hold of, and parts of their names. */
  #undecayed: { readonly variables: ReadonlySet<Variable>; readonly names: readonly string[] } = { variables: new Set(), names: [] };
  readonly #warned = new Set<Variable>();
  #version = 0;
  #commonOptions: Common | null = null;
  #lossScaleFactor: number | null;

  constructor(...given: Arguments<S>) {
    checkSpelling(new.target);
    this.options = parseOptions<S>(this, given);
    const { name, learningRate: rate, clipnorm, globalClipnorm, clipvalue, lossScaleFactor } = this.#common;
    this.name = name ?? automaticName(classNameOf(this));
    if ([clipnorm, globalClipnorm, clipvalue].filter((limit) => limit !== null).length > 1) {
      throw new ArgumentError(classNameOf(this), {
        given: `clipnorm ${text(clipnorm)}, globalClipnorm ${text(globalClipnorm)} and clipvalue ${text(clipvalue)}`,
        expected: "at most one of them",
      });
    }
    this.#steps = this.#track(new Variable(0, { name: "iteration", dtype: "int32", trainable: false }));
    this.#learningRate = typeof rate === "number" ? this.#track(rateVariable(rate)) : rate;
    this.#lossScaleFactor = lossScaleFactor;
  }

  /** Numbers that every update reads may get other values; with one that was 0 there is no state to go on with. */
  [settingOption](name: string, value: unknown): void {
    const before = (this.options as Readonly<Record<string, unknown>>)[name];
    const isStrength = typeof value === "number" && typeof before === "number" && value !== 0 && before !== 0;
    if (this.built && !readByUpdates.has(name) && !(isStrength && !countsUpdates.has(name))) throw fixedOption(this, name, value);
    this.#commonOptions = null;
    this.#version++;
  }

  get #common(): Common {
    return (this.#commonOptions ??= commonOf(this.options));
  }

  #track(variable: Variable): Variable {
    this.#own.push(variable);
    return variable;
  }

  /** All variables of the optimizer: iterations, the learning rate, then what `build` made. */
  get variables(): readonly Variable[] {
    return [...this.#own];
  }

  /** What checkpoints save. */
  *[children](): Iterable<Child> {
    yield* fieldsOf(this);
    yield ["variables", this.#own];
  }

  /** What Keras's files save. */
  [kerasState](): KerasState {
    return { name: this.name, variables: this.#own, parts: partsByName(fieldsOf(this)) };
  }

  /** Another number after each change that a compiled step can't see: of what the learning rate comes from. */
  get version(): number {
    return this.#version;
  }

  /** What losses are multiplied by before gradients are taken, and gradients divided by; null: nothing. */
  get lossScaleFactor(): number | null {
    return this.#lossScaleFactor;
  }

  set lossScaleFactor(factor: number | null) {
    if (factor === this.#lossScaleFactor) return;
    this.#lossScaleFactor = commonFields.lossScaleFactor.parse(factor, `${this.name}.lossScaleFactor`);
    this.#version++;
  }

  /** How many updates there were. */
  get iterations(): Variable | Tensor {
    const { gradientAccumulationSteps: every } = this.#common;
    return every === null ? this.#steps : floorDivide(this.#steps, every);
  }

  /** The present learning rate: a variable, or what the schedule gives for the present step. */
  get learningRate(): Variable | Tensor {
    const rate = this.#learningRate;
    if (rate instanceof Variable) return rate;
    return rate instanceof LearningRateSchedule ? rate(this.#steps) : asTensor(rate());
  }

  set learningRate(rate: TensorLike | LearningRate) {
    if (typeof rate === "function") {
      const variable = this.#learningRate;
      if (variable instanceof Variable) this.#own.splice(this.#own.indexOf(variable), 1);
      this.#learningRate = rate;
      this.#version++;
    } else if (this.#learningRate instanceof Variable) {
      if (typeof rate === "number" && !Number.isFinite(rate))
        throw new ValueError(`${this.name}.learningRate`, { given: String(rate), expected: "a finite number" });
      this.#learningRate.assign(rate);
    } else {
      throw new StateError(`${this.name}.learningRate`, {
        given: `${text(rate)} for an optimizer that was made with a schedule`,
        expected: "a schedule or a function",
        hint: "Make the optimizer with a number to set its learning rate.",
      });
    }
  }

  /** Makes the optimizer's variables for those of a model. A subclass calls this first, then makes its slots. */
  build(variables: readonly Variable[]): void {
    checkVariables(`${this.name}.build`, variables);
    const { useEma, emaMomentum, emaOverwriteFrequency, gradientAccumulationSteps } = this.#common;
    if (useEma) this.#averages = new MovingAverages(this.addSlots(variables, "average"), emaMomentum, emaOverwriteFrequency);
    if (gradientAccumulationSteps !== null) {
      this.#accumulation = new GradientAccumulation(this.addSlots(variables, "gradient_accumulator"), gradientAccumulationSteps);
    }
    this.#trainable = [...variables];
    this.built = true;
  }

  /** The variables of the model that the optimizer was built for. */
  protected get trainableVariables(): readonly Variable[] {
    return this.#trainable;
  }

  /** A variable of the optimizer. */
  addVariable(variable: OptimizerVariable): Variable;
  addVariable(
    shape: readonly number[],
    initializer?: InitializerIdentifier,
    others?: Omit<OptimizerVariable, "shape" | "initializer">,
  ): Variable;
  addVariable(...given: readonly unknown[]): Variable {
    const wanted = gathered<OptimizerVariable>(`${this.name}.addVariable`, ["shape", "initializer", "dtype"], given, variableOptions);
    const { name = "variable", dtype = "float32", initializer = "zeros", like } = wanted;
    const shape = wanted.shape ?? [];
    const where = `${this.name}.${name}`;
    checkLengths(shape, where);
    const [initial, options] = firstValue(initializers.get(initializer, where), shape, dtype);
    return this.#track(new Variable(initial, { ...options, name, trainable: false, ...(like && { like }) }));
  }

  /** A variable of the shape of another one, named after it. */
  addVariableFromReference(reference: Variable, name: string, initializer: InitializerIdentifier = "zeros"): Variable {
    const where = `${this.name}.addVariableFromReference`;
    checkVariables(where, [reference]);
    checkThat(typeof name === "string", `${where}.name`, name, "a string");
    const { shape, dtype } = reference;
    return this.addVariable({ name: `${pathOf(reference)}_${name}`, shape, dtype, initializer, like: reference });
  }

  /** A variable for each of a model's. */
  protected addSlots(variables: readonly Variable[], name: string, initializer: InitializerIdentifier = "zeros"): Slots {
    return new Map(variables.map((variable) => [variable, this.addVariableFromReference(variable, name, initializer)]));
  }

  /** A variable for each of the given ones, named after them. Keras: add_optimizer_variables */
  addOptimizerVariables(
    trainableVariables: readonly Variable[],
    name: string,
    { initializer = "zeros" }: { readonly initializer?: InitializerIdentifier } = {},
  ): Variable[] {
    checkVariables(`${this.name}.addOptimizerVariables`, trainableVariables);
    return trainableVariables.map((variable) => this.addVariableFromReference(variable, name, initializer));
  }

  /** Two variables for each of a model's, in turns. */
  protected addSlotPairs(
    variables: readonly Variable[],
    names: readonly [string, string],
    first: InitializerIdentifier = "zeros",
  ): [Slots, Slots] {
    const slots: [Map<Variable, Variable>, Map<Variable, Variable>] = [new Map(), new Map()];
    for (const variable of variables) {
      slots[0].set(variable, this.addVariableFromReference(variable, names[0], first));
      slots[1].set(variable, this.addVariableFromReference(variable, names[1]));
    }
    return slots;
  }

  /** Updates one variable. */
  abstract updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void;

  /** Updates all variables of a step; a subclass that computes something once for all of them does it here. */
  protected updateAll(gradients: readonly Tensor[], variables: readonly Variable[], rate: Tensor): void {
    for (const [index, gradient] of gradients.entries()) this.updateStep(gradient, variables[index]!, rate);
  }

  /** The number of the present update, from 1: a float32 scalar. */
  protected get step(): Tensor {
    return cast(add(this.iterations, 1), "float32");
  }

  /**
   * Gives a variable a new value, rounded to the variable's width. In the optimizer's own ones denormal numbers count as 0, as in
   * TensorFlow: means of gradients come to them in any long training, and each operation on one takes the processor some hundred cycles.
   */
  protected assign(variable: Variable, value: TensorLike): void {
    const { dtype, rank, trainable } = variable;
    const rounded = cast(value, dtype);
    variable.assign(dtype === "float32" && rank > 0 && !trainable ? flushed(rounded) : rounded);
  }

  protected assignAdd(variable: Variable, delta: TensorLike): void {
    variable.assignAdd(cast(delta, variable.dtype));
  }

  protected assignSub(variable: Variable, delta: TensorLike): void {
    variable.assignSub(cast(delta, variable.dtype));
  }

  /** Updates variables from `[gradient, variable]` pairs; pairs without a gradient are left out. @returns the iterations */
  applyGradients(pairs: Iterable<readonly [Tensor | null, Variable]>): Variable | Tensor {
    const all: unknown = typeof pairs === "object" && (pairs as unknown) !== null && Symbol.iterator in pairs ? [...pairs] : [null];
    if (!isPairs(all)) {
      throw new ArgumentError("applyGradients", { given: text(pairs), expected: "pairs of a gradient, or null, and its variable" });
    }
    this.apply(
      all.map(([gradient]) => gradient),
      all.map(([, variable]) => variable),
    );
    return this.iterations;
  }

  /**
   * Updates variables by their gradients.
   *
   * @param variables  default: those that the optimizer was built with
   * @throws ValueError where no gradient is there, or a variable is not one that the optimizer was built with
   */
  apply(gradients: readonly (Tensor | null)[], variables: readonly Variable[] = this.#trainable): void {
    const where = `${this.name}.apply`;
    checkGradients(`${where}.gradients`, gradients);
    checkVariables(`${where}.variables`, variables);
    if (gradients.length === 0) return;
    if (!this.built) this.build(variables);
    checkUpdate(this.name, gradients, variables, this.#trainable);
    warnOfMissing(this.name, gradients, variables, this.#warned);
    const isSplit = variables.some(({ splitAxis }) => splitAxis !== null);
    if (isSplit) checkSplit(this.name, this.isElementwise ? null : classNameOf(this), variables, this.#common);
    const update = () => this.#apply(gradients, variables);
    asOneCall(isTracing() && isOursAlone(this) ? presentCall() : null, () => (isSplit ? withParts(update) : update()));
  }

  /** Whether element i of an update depends on elements i alone: then variables may be split. */
  protected get isElementwise(): boolean {
    return true;
  }

  #apply(given: readonly (Tensor | null)[], all: readonly Variable[]): void {
    const [gradients, variables] = overwritten(given, all);
    const known = variables.filter((_, index) => gradients[index] !== null);
    let present = gradients.filter((gradient) => gradient !== null);
    const scale = this.#lossScaleFactor;
    if (scale !== null) present = present.map((gradient) => divide(gradient, scale));
    if (this.#accumulation) this.#accumulate(present, known, this.#accumulation);
    else this.#update(present, known);
    this.#averages?.update(this.iterations);
    const constrained = (variable: Variable) => variable.constraint!(variable.value());
    for (const variable of known) if (variable.constraint) variable.assign(asOneCall(null, () => constrained(variable)));
    this.#steps.assignAdd(1);
  }

  #update(gradients: readonly Tensor[], variables: readonly Variable[]): void {
    const sums = crossReplicaSum(this.name, clipped(gradients, this.#common), variables);
    this.decayWeights(variables);
    this.updateAll(sums, variables, cast(this.learningRate, "float32"));
  }

  /** Moves variables towards 0 before the update, by their decay times the learning rate. */
  protected decayWeights(variables: readonly Variable[]): void {
    const rate = cast(this.learningRate, "float32");
    for (const variable of variables) {
      const decay = this.weightDecayOf(variable);
      if (decay !== 0) this.assignSub(variable, multiply(variable, multiply(rate, decay)));
    }
  }

  /** The weight decay of a variable; 0 where there is none. */
  protected weightDecayOf(variable: Variable): number {
    const { variables, names } = this.#undecayed;
    const isExcluded = variables.has(variable) || names.some((name) => variable.name.includes(name));
    return isExcluded ? 0 : (this.decayFor(variable) ?? 0);
  }

  /** The weight decay that the options give a variable. */
  protected decayFor(_variable: Variable): number | null {
    return this.#common.weightDecay;
  }

  /** Leaves variables out of weight decay: these, and those whose names contain one of `varNames`. */
  excludeFromWeightDecay(
    options: { readonly varList?: readonly Variable[] | null; readonly varNames?: readonly string[] | null } = {},
  ): void {
    const where = `${this.name}.excludeFromWeightDecay`;
    checkOptions(where, arguments, 0, ["varList", "varNames"]);
    const varList = options.varList ?? [];
    const varNames = options.varNames ?? [];
    checkVariables(`${where}.varList`, varList);
    const areNames = Array.isArray(varNames) && varNames.every((name) => typeof name === "string");
    checkThat(areNames, `${where}.varNames`, varNames, "an array of parts of names");
    if (this.built) throw new StateError(where, { given: "an optimizer that is built", expected: "a call before" });
    this.#undecayed = { variables: new Set(varList), names: varNames };
  }

  #accumulate(gradients: readonly Tensor[], variables: readonly Variable[], accumulation: GradientAccumulation): void {
    // Every step updates; in those between, all that an update writes is put back.
    const averages = this.#averages?.slots.values() ?? [];
    const waiting = new Set([...accumulation.sums.values(), ...averages, this.#steps, this.#learningRate]);
    const written = [...variables, ...this.#own.filter((variable) => !waiting.has(variable))];
    accumulation.step(this.#steps, gradients, variables, written, (means) => this.#update(means, variables));
  }

  /** With `useEma` the moving averages of the variables; null otherwise, and before the optimizer is built. */
  get movingAverages(): MovingAverages | null {
    return this.#averages;
  }

  /** At the end of training: with `useEma` the variables take their moving averages. */
  finalizeVariableValues(variables: readonly Variable[]): void {
    checkVariables(`${this.name}.finalizeVariableValues`, variables);
    this.#averages?.finalize(variables);
  }

  /**
   * The variables of the model and of the optimizer after an update; they themselves stay as they are. Keras: stateless_apply
   *
   * @returns `[trainableVariables, optimizerVariables]`
   * @throws StateError for an optimizer that is not built
   */
  statelessApply(
    optimizerVariables: readonly TensorLike[],
    gradients: readonly (Tensor | null)[],
    trainableVariables: readonly TensorLike[],
  ): [trainableVariables: Tensor[], optimizerVariables: Tensor[]] {
    const where = `${this.name}.statelessApply`;
    this.#needBuilt(where);
    const trained = this.#trainable;
    checkArray(`${where}.optimizerVariables`, optimizerVariables, "an array of values");
    checkArray(`${where}.trainableVariables`, trainableVariables, "an array of values");
    const values = [...trainableVariables, ...optimizerVariables];
    const after = stateless([...trained, ...this.variables], values, () => this.apply(gradients, trained), where).values;
    return [after.slice(0, trained.length), after.slice(trained.length)];
  }

  /**
   * Replaces the values of `variables`. @throws StateError for an optimizer that is not built, ArgumentError where they do not fit; then
   * nothing changed
   */
  setWeights(weights: readonly TensorLike[]): void {
    const where = `${this.name}.setWeights`;
    this.#needBuilt(where);
    assignAll(where, this.variables, weights);
  }

  #needBuilt(where: string): void {
    if (this.built) return;
    throw new StateError(where, {
      given: "an optimizer that is not built",
      expected: "its variables",
      hint: "optimizer.build(model.trainableVariables).",
    });
  }

  /** The loss as its gradient is to be computed: with `lossScaleFactor` it is scaled, and gradients are scaled back. */
  scaleLoss(loss: Tensor): Tensor {
    const scale = this.#lossScaleFactor;
    return scale === null ? loss : multiply(loss, scale);
  }

  getConfig(): Record<string, Json> {
    const rate = this.#learningRate;
    const present = {
      ...this.options,
      name: this.name,
      lossScaleFactor: this.#lossScaleFactor,
      learningRate: rate instanceof Variable ? rate.item() : rate,
    };
    return schemaOf(this).getConfig(present);
  }

  /** What it is without its state, as Keras's serialized objects say it: for `JSON.stringify`. */
  toJSON(): Json {
    return serializeKerasObject(this);
  }

  static fromConfig<T>(this: new (...args: never[]) => T, config: Config, options?: FromConfigOptions): T {
    return objectFromConfig(this, config, options);
  }
}

/** A variable that an optimizer makes for itself. */
export interface OptimizerVariable {
  /** Default: "variable". */
  readonly name?: string;
  readonly shape?: readonly number[];
  readonly dtype?: Dtype;
  readonly initializer?: InitializerIdentifier;
  /** A variable of the same shape that it goes with. */
  readonly like?: Variable;
}

const variableOptions: readonly (keyof OptimizerVariable)[] = ["name", "shape", "dtype", "initializer", "like"];

const rateVariable = (rate: number): Variable => new Variable(rate, { name: "learning_rate", dtype: "float32", trainable: false });

addUsualMethods(Optimizer.prototype);

/** What names an optimizer. */
export type OptimizerIdentifier = Identifier<Optimizer<Schema>>;

/** Optimizers by name, config or class. Keras: keras.optimizers.get */
export const optimizers = new Family<Optimizer<Schema>>({
  module: "keras.optimizers",
  noun: "optimizer",
  spelling: lowerCase,
  ignoresCase: true,
  accepts: (value): value is Optimizer<Schema> => value instanceof Optimizer,
});

const isPairs = (all: unknown): all is (readonly [Tensor | null, Variable])[] =>
  (all as readonly unknown[]).every((pair) => Array.isArray(pair) && pair.length === 2);
