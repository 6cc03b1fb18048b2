// What a layer owns: weights, children, losses and metrics, found by its fields.

import { checkedFlag, checkOptions, checkThat, checkValues } from "../../core/options.js";
import { Callable, isPlainObject } from "../../config/index.js";
import { constraints } from "../../constraints/family.js";
import type { ConstraintIdentifier } from "../../constraints/index.js";
import { asTensor, constant, type TensorLike } from "../../core/convert.js";
import { type Dtype, isFloat, type TypedArray } from "../../core/dtype.js";
import { ArgumentError, ShapeError, StateError, text } from "../../core/errors.js";
import { checkLengths, sameShape, shapeText, type Shape } from "../../core/shape.js";
import { Chainable, Tensor } from "../../core/tensor.js";
import { initializers } from "../../initializers/family.js";
import { firstValue } from "../../initializers/initializer.js";
import type { InitializerIdentifier } from "../../initializers/index.js";
import { Metric } from "../../metrics/index.js";
import { regularizers } from "../../regularizers/family.js";
import type { RegularizerIdentifier } from "../../regularizers/index.js";
import { type Child, children, fieldsOf, type KerasState, kerasState, partsByName, addUsualMethods } from "../../saving/saveable.js";
import { SeedGenerator } from "../../variables/seed-generator.js";
import { Variable, type VariableAggregation } from "../../variables/variable.js";
import type { Layer } from "../layer.js";
import { inScope, isInferring } from "./context.js";
import { foundIn, revision, visitFields } from "./tracking.js";
import { penaltyOf, Weight } from "./weight.js";

/** What `addWeight` takes. */
export interface WeightOptions {
  name?: string;
  shape?: Shape;
  /** Default: "glorot_uniform" for floats, "zeros" for the rest. */
  initializer?: InitializerIdentifier | null;
  /** Default: true. */
  trainable?: boolean;
  dtype?: Dtype;
  regularizer?: RegularizerIdentifier | null;
  constraint?: ConstraintIdentifier | null;
  /** Whether it is read in the half in which the layer computes. Default: true. */
  autocast?: boolean;
  /** How the values of several replicas become one. Default: "none". */
  aggregation?: VariableAggregation;
  /** Whether an optimizer puts the gradient in its place instead of a step. Default: false. */
  overwriteWithGradient?: boolean;
}

const weightOptions: readonly (keyof WeightOptions)[] = [
  "name", "shape", "initializer", "trainable", "dtype", "regularizer", "constraint", "autocast", "aggregation", "overwriteWithGradient",
]; // prettier-ignore

/** What belongs to a layer by its fields. */
export interface Tracked {
  readonly layers: readonly Layer[];
  readonly metrics: readonly Metric[];
  readonly trainable: readonly Variable[];
  readonly nonTrainable: readonly Variable[];
  readonly seeds: readonly Variable[];
}

/** Whether some layer was ever given a loss: until then nobody has to look for one. */
let areLosses = false;

/** What a layer keeps: weights, losses, metrics and the layers inside it. */
export abstract class LayerState extends Callable {
  abstract readonly name: string;
  abstract readonly built: boolean;
  /** The dtype of weights unless they say otherwise. */
  abstract readonly variableDtype: Dtype;

  #trainable = true;
  #losses: Tensor[] = [];
  /** Own weights in the order in which they were made, and whether they are trained. */
  readonly #weights = new Map<Variable, boolean>();
  #revision = 0;

  /** Makes a weight of this layer: `addWeight({ shape, initializer })`, or with the shape and the initializer by place. */
  addWeight(options?: WeightOptions): Weight;
  addWeight(shape: Shape, initializer?: InitializerIdentifier | null, options?: Omit<WeightOptions, "shape" | "initializer">): Weight;
  addWeight(first: WeightOptions | Shape = {}, second?: InitializerIdentifier | null, others: WeightOptions = {}): Weight {
    if (Array.isArray(first)) {
      const named =
        isPlainObject(second) && !("class_name" in second) ? (second as WeightOptions) : { initializer: second ?? null, ...others };
      return this.addWeight({ shape: first as Shape, ...named });
    }
    const options = first as WeightOptions;
    checkOptions(`${this.name}.addWeight`, arguments, 0, weightOptions);
    const { initializer, trainable = true, dtype, regularizer, constraint } = options;
    const name = options.name ?? "weight";
    const shape = options.shape ?? [];
    this.checkMayHaveWeights();
    const kept = dtype ?? this.variableDtype;
    checkThat(typeof name === "string", `${this.name}.addWeight.name`, name, "a string");
    const where = `${this.name}.${name}`;
    checkLengths(shape, where);
    if (shape.includes(null)) {
      throw new ShapeError(where, {
        given: `a weight of shape ${shapeText(shape)}`,
        expected: "all axes to be known",
        hint: "Give the layer an input whose last axes are known.",
      });
    }
    const make = initializers.get(initializer ?? (isFloat(kept) ? "glorot_uniform" : "zeros"), `${where}.initializer`);
    const [initial, made] = firstValue(make, shape as readonly number[], kept);
    const weight = inScope(this.name, () => new Weight(initial, { ...made, name, trainable, aggregation: options.aggregation ?? "none" }));
    weight.autocast = options.autocast ?? true;
    weight.overwriteWithGradient = options.overwriteWithGradient ?? false;
    if (regularizer !== null && regularizer !== undefined) weight.regularizer = regularizers.get(regularizer, `${where}.regularizer`);
    if (constraint !== null && constraint !== undefined) weight.constraint = constraints.get(constraint, `${where}.constraint`);
    this.#weights.set(weight, trainable);
    this.revise();
    if (!this.#trainable) weight.trainable = false;
    return weight;
  }

  /** Throws where the layer can have no weights. */
  protected checkMayHaveWeights(): void {}

  /** Lets go of a weight: another one takes its place. */
  protected dropWeight(weight: Variable): void {
    this.#weights.delete(weight);
    this.revise();
  }

  /** To be called when weights or layers came or went that no field holds. */
  protected revise(): void {
    this.#revision++;
  }

  get [revision](): number {
    return this.#revision;
  }

  /** The same as addWeight, with shape and initializer by position. Keras: add_variable */
  addVariable(shape: Shape, initializer: InitializerIdentifier | null, options: Omit<WeightOptions, "shape" | "initializer"> = {}): Weight {
    return this.addWeight(shape, initializer, options);
  }

  /** The variables of the metrics of this layer and the layers inside. */
  get metricsVariables(): Variable[] {
    return this.metrics.flatMap(({ variables }) => variables);
  }

  /** Adds to the losses of the present call; to be used inside `call`. */
  addLoss(loss: Tensor | readonly Tensor[]): void {
    if (isInferring()) return;
    for (const each of Array.isArray(loss) ? loss : [loss]) {
      if (!(each instanceof Tensor)) throw new ArgumentError(`${this.name}.addLoss`, { given: text(each), expected: "a tensor" });
      this.#losses.push(each);
      areLosses = true;
    }
  }

  /** What `addLoss` was given in the latest call, here and in all layers inside, then the penalties of weights. */
  get losses(): Tensor[] {
    const losses = [...this.#losses];
    for (const layer of this.flattenLayers()) losses.push(...layer.ownLosses);
    for (const weight of this.trainableWeights) {
      const penalty = penaltyOf(weight);
      if (penalty) losses.push(penalty);
    }
    return losses;
  }

  /** What `addLoss` of this layer alone was given in the latest call. */
  get ownLosses(): readonly Tensor[] {
    return this.#losses;
  }

  /** Puts others in the place of the losses of the latest call. */
  replaceLosses(losses: readonly Tensor[]): void {
    this.#losses = [...losses];
    areLosses ||= losses.length > 0;
  }

  /** Forgets the losses of the latest call. */
  clearLosses(): void {
    if (!areLosses) return;
    if (this.#losses.length > 0) this.#losses = [];
    for (const layer of this.sublayers()) layer.clearLosses();
  }

  /** The layers that this one holds, without theirs. */
  sublayers(): Layer[] {
    return [...this.tracked().layers];
  }

  /** All layers inside this one, depth first. */
  flattenLayers(): Layer[] {
    const found = new Set<Layer>();
    const visit = (layer: Layer): void => {
      if (found.has(layer)) return;
      found.add(layer);
      layer.sublayers().forEach(visit);
    };
    this.sublayers().forEach(visit);
    return [...found];
  }

  /** What the fields of this layer hold: assigning is enough to track. */
  tracked(): Tracked {
    return foundIn(this, () => this.#track());
  }

  #track(): Tracked {
    const [layers, metrics, trainable, nonTrainable, seeds]: [Layer[], Metric[], Variable[], Variable[], Variable[]] = [[], [], [], [], []];
    const tracked = { layers, metrics, trainable, nonTrainable, seeds };
    for (const [weight, trainable] of this.#weights) (trainable ? tracked.trainable : tracked.nonTrainable).push(weight);
    visitFields(this, (value) => {
      if (value instanceof LayerState) tracked.layers.push(value as Layer);
      else if (value instanceof Metric) tracked.metrics.push(value);
      else if (value instanceof SeedGenerator) tracked.seeds.push(value.state);
      else if (value instanceof Variable && !this.#weights.has(value))
        (value.madeTrainable ? tracked.trainable : tracked.nonTrainable).push(value);
    });
    return tracked;
  }

  /** What checkpoints save. */
  *[children](): Iterable<Child> {
    yield* fieldsOf(this);
    yield ["layers", this.sublayers()];
    yield ["weights", [...this.#weights.keys()]];
  }

  /** What Keras's files save. */
  [kerasState](): KerasState {
    const { trainable, nonTrainable } = this.tracked();
    return { name: this.name, variables: [...trainable, ...nonTrainable], parts: partsByName(fieldsOf(this)) };
  }

  /** All weights: own trainable ones, own others, then those of the layers inside. */
  get weights(): Variable[] {
    return collect(this, ({ trainable, nonTrainable }) => [...trainable, ...nonTrainable]);
  }

  /** The weights that an optimizer updates. */
  get trainableWeights(): Variable[] {
    return this.trainable ? this.weights.filter(({ trainable }) => trainable) : [];
  }

  /** The weights that no optimizer updates: moving statistics, or all of them where the layer is not trainable. */
  get nonTrainableWeights(): Variable[] {
    return this.trainable ? this.weights.filter(({ trainable }) => !trainable) : this.weights;
  }

  /** All state: the weights, and the states of random generators. */
  get variables(): Variable[] {
    return collect(this, ({ trainable, nonTrainable, seeds }) => [...trainable, ...nonTrainable, ...seeds]);
  }

  get trainableVariables(): Variable[] {
    return this.trainable ? this.variables.filter(({ trainable }) => trainable) : [];
  }

  get nonTrainableVariables(): Variable[] {
    return this.trainable ? this.variables.filter(({ trainable }) => !trainable) : this.variables;
  }

  /** Metrics of this layer and the layers inside. */
  get metrics(): Metric[] {
    return [...this.tracked().metrics, ...this.sublayers().flatMap((layer) => layer.metrics)];
  }

  /** Whether the weights are updated by an optimizer; setting it sets it for all layers inside. */
  get trainable(): boolean {
    return this.#trainable;
  }

  set trainable(value: boolean) {
    const on = checkedFlag(`${this.name}.trainable`, value);
    this.#trainable = on;
    for (const weight of this.tracked().trainable) weight.trainable = on;
    for (const layer of this.sublayers()) layer.trainable = on;
  }

  /** Says of the layer alone that it is not trained: those inside, and weights that are there, stay as they are. */
  freeze(): void {
    this.#trainable = false;
  }

  /** The values of `weights`: flat typed arrays, each with the `shape` of its weight. */
  getWeights(): WeightValue[] {
    return this.weights.map(valueOf);
  }

  /**
   * Replaces the values of `weights`: tensors, nested arrays, or flat typed arrays as `getWeights` gives them.
   *
   * @throws ArgumentError, ShapeError where they do not fit; then nothing was changed
   */
  setWeights(values: readonly (TensorLike | WeightValue)[]): void {
    const { weights } = this;
    const where = `${this.name}.setWeights`;
    checkValues(where, values, weights.length, "weight");
    const fitting = values.map((value, i) => fit(`${where}[${i}] (${weights[i]!.name})`, weights[i]!, value));
    weights.forEach((weight, i) => weight.assign(fitting[i]!));
  }

  /** How many numbers the weights hold. @throws StateError before the layer is built */
  countParams(): number {
    if (!this.built) {
      throw new StateError(`${this.name}.countParams`, {
        given: "a layer that is not built",
        expected: "weights",
        hint: "Call the layer on a tensor, or build(inputShape).",
      });
    }
    return this.weights.reduce((sum, { size }) => sum + size, 0);
  }
}

addUsualMethods(LayerState.prototype);

/** The elements of a weight, in a flat typed array that knows their shape. */
export type WeightValue = TypedArray & { readonly shape: readonly number[] };

/** A copy of a variable's elements, with its shape. */
export const valueOf = (variable: Variable): WeightValue =>
  Object.defineProperty(variable.data(), "shape", { value: variable.shape, enumerable: false }) as WeightValue;

/** Own state first, then that of the layers inside; what several hold is named once. */
function collect(root: LayerState, own: (tracked: Tracked) => readonly Variable[]): Variable[] {
  const found = new Set<Variable>();
  const seen = new Set<LayerState>();
  const visit = (layer: LayerState): void => {
    if (seen.has(layer)) return;
    seen.add(layer);
    for (const variable of own(layer.tracked())) found.add(variable);
    layer.sublayers().forEach(visit);
  };
  visit(root);
  return [...found];
}

/** The value as a tensor of the weight's shape and dtype. */
function fit(where: string, weight: Variable, value: TensorLike | WeightValue): Tensor {
  const flat = ArrayBuffer.isView(value) && (value as TypedArray).length === weight.size;
  const shape = (flat ? (value as Partial<WeightValue>).shape : undefined) ?? weight.shape;
  const tensor = flat
    ? constant(value, { dtype: weight.dtype, shape })
    : asTensor(value as TensorLike, value instanceof Chainable ? undefined : weight.dtype);
  if (sameShape(tensor.shape, weight.shape)) return tensor;
  throw new ShapeError(where, { given: `a value of shape ${shapeText(tensor.shape)}`, expected: shapeText(weight.shape) });
}
