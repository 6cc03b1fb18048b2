// The base of all layers: builds at the first call, converts, masks, runs `call`, and records Keras tensors. The parts stand in base/.

import {
  asPolicyMap,
  type Arguments,
  automaticName,
  classNameOf,
  entryOf,
  sourceNameOf,
  type Config,
  type DTypePolicy,
  type DTypePolicyLike,
  type FromConfigOptions,
  getPolicy,
  isOursAlone,
  isPlainObject,
  type Json,
  serializeKerasObject,
  fixedOption,
  objectFromConfig,
  parseOptions,
  settingOption,
  type QuantizationMode,
  schemaOf,
} from "../config/index.js";
import type { OptionValues, Schema } from "../config/index.js";
import { refuseInPython } from "../config/python-names.js";
import { asTensor, type TensorLike } from "../core/convert.js";
import { isHalf, type Dtype } from "../core/dtype.js";
import { ArgumentError, NotSupportedError, StateError, text } from "../core/errors.js";
import { isTracing } from "../core/interpreter.js";
import { checkedFlag, checkRecord, checkThat, checkValues } from "../core/options.js";
import { asOneCall, presentCall } from "../core/ownership.js";
import type { Shape } from "../core/shape.js";
import { holdsText } from "../core/strings.js";
import { symbolic as symbolicOf, Tensor } from "../core/tensor.js";
import type { Tree } from "../core/tree.js";
import { cast, divide } from "../ops/index.js";
import { initScope, isReadingAs, readingAs, type Variable } from "../variables/variable.js";
import { checkShapes, ensureBuilt, isShape, shapesOf } from "./base/build.js";
import { callWith } from "./base/call-form.js";
import { callEntry, currentPath, inCall, inheritedTraining, inScope, isInferring } from "./base/context.js";
import { convertArguments, isSymbolic, type LayerCall } from "./base/convert.js";
import { nameLayer } from "./base/describe.js";
import { goesOn } from "./base/going-on.js";
import { hide, hideChecked } from "./base/hidden.js";
import { currentRematScope, remat, rematWhole, type RematScope } from "./base/remat.js";
import { inferOnly, kerasTensorsLike, symbolicLike } from "./base/infer.js";
import { checkInput, type InputSpec } from "./base/input-spec.js";
import { inputMask, maskOutputs, warnOfDroppedMask } from "./base/mask.js";
import { layerOptions } from "./base/options.js";
import { LayerState } from "./base/state.js";
import { Weight } from "./base/weight.js";
import { holdsStrings, plainStrings, runOnText } from "./base/text.js";
import type { CallOptions, LayerInput, Mask } from "./base/types.js";
import { Node, type Operation } from "./functional/node.js";
import { KerasTensor } from "./functional/keras-tensor.js";
import { flatten, mapLeaves } from "./functional/structure.js";
import { StatelessScope } from "../variables/stateless-scope.js";

/** Options that are read in each call, so that another value has an effect. */
const readByCalls: ReadonlySet<string> = new Set([
  "activation", "alpha", "dilationRate", "dropout", "epsilon", "maskValue", "maxValue", "momentum", "negativeSlope", "padding", "poolSize",
  "rate", "stddev", "strides", "theta", "threshold",
]); // prettier-ignore

/** Options that `build` reads: they may change until then. */
const readByBuild = /^(units|filters|kernelSize|useBias|depthMultiplier|center|inputDim|outputDim)$|Initializer$/;

/** What calling a layer gives: what its `call` returns, one tensor where that is not declared. */
export type ResultOf<L extends { call(...args: never[]): unknown }> =
  unknown extends ReturnType<L["call"]> ? Tensor : ReturnType<L["call"]>;

export interface Layer<S extends Schema = typeof layerOptions> {
  /** Applies the layer. Arrays and numbers become tensors; the weights are made at the first call. */
  (inputs: LayerInput, options?: CallOptions): ResultOf<this>;
  (inputs: LayerInput, second: LayerInput, options?: CallOptions): ResultOf<this>;
  (inputs: LayerInput, second: LayerInput, third: LayerInput, options?: CallOptions): ResultOf<this>;
  /** The same, where the caller knows what comes: `model<tf.Tensor[]>(x)` of a model with several outputs. */
  <Output>(inputs: LayerInput, options?: CallOptions): Output;
}

/**
 * A layer: weights, made by `build` when the shape of the input is known, and a computation, `call`.
 *
 * ```ts
 * class Linear extends keras.layers.Layer {
 *   w!: tf.Variable;
 *   override build(inputShape: tf.Shape) { this.w = this.addWeight({ name: "w", shape: [inputShape.at(-1)!, 4] }); }
 *   override call(x: tf.Tensor) { return tf.matmul(x, this.w); }
 * }
 * ```
 *
 * Layers, variables and metrics that are assigned to fields, also in arrays and records, belong to the layer.
 */
export class Layer<S extends Schema = typeof layerOptions> extends LayerState implements Operation {
  /** What the constructor takes; a subclass with options of its own declares them here. */
  static readonly options: Schema = layerOptions;
  /** Whether a config says which shapes the layer was built for. Keras leaves it out for layers that need no building. */
  static readonly savesBuild: boolean = true;

  static {
    refuseInPython(this.prototype, { supports_masking: "supportsMasking", input_spec: "inputSpec" });
  }

  /** The checked options of the constructor. */
  declare readonly options: OptionValues<S>;
  declare readonly name: string;
  /** Whether the weights exist. */
  declare built: boolean;
  /** What the inputs must be like. */
  declare inputSpec: InputSpec | readonly (InputSpec | null)[] | null;
  /** Whether masks pass this layer. */
  declare supportsMasking: boolean;
  /** Calls on Keras tensors, as models record them. */
  declare readonly inboundNodes: Node[];

  #path: string | null = null;
  /** Says whether activations are computed anew for the gradient. */
  readonly #rematScope: RematScope | null;
  #buildShapes: readonly Json[] | null = null;
  /** The dtype policy that was set after the layer was made. */
  #policy: DTypePolicy | null = null;

  constructor(...given: Arguments<S>) {
    super();
    hide(this, "options", parseOptions<S>(this, given));
    const { name, trainable } = this.common;
    hideChecked(this, "name", name ?? automaticName(sourceNameOf(this) || "layer"), (name) => checkedName(this, name));
    hide(this, "built", false);
    hide(this, "inputSpec", null);
    hide(this, "supportsMasking", this.computeMask !== Layer.prototype.computeMask);
    hide(this, "inboundNodes", []);
    this.#rematScope = currentRematScope();
    hide(this, "build", (...shapes: never[]) => this.#build(shapes));
    if (!trainable) this.freeze();
  }

  /** The options that all layers have. */
  protected get common(): OptionValues<typeof layerOptions> {
    return this.options as unknown as OptionValues<typeof layerOptions>;
  }

  /**
   * Options that calls read may get other values, and so may regularizers and constraints, and what `build` reads as long as there are no
   * weights; others decided how the layer was made.
   */
  [settingOption](name: string, value: unknown): void {
    const [, stem, kind] = /^(.+)(Regularizer|Constraint)$/.exec(name) ?? [];
    const weight = stem === undefined ? undefined : (this as unknown as Record<string, unknown>)[stem];
    if (weight instanceof Weight) {
      if (kind === "Regularizer") weight.regularizer = value as Weight["regularizer"];
      else weight.constraint = value as Weight["constraint"];
    } else {
      const isRead = kind !== undefined || readByCalls.has(name) || (!this.built && readByBuild.test(name));
      if (!isRead) throw fixedOption(this, name, value);
    }
    // Noise without strength has no generator, nor has a layer around a cell options that are read.
    const { seedGenerator, cell } = this as { seedGenerator?: unknown; cell?: unknown };
    if (seedGenerator === null || cell !== undefined) throw fixedOption(this, name, value);
  }

  /** Makes the weights for inputs of the given shape. Called once, by the first call, or by hand. */
  build(..._shapes: never[]): void {}

  /** The computation. It sees tensors, and `training` and `mask` where they are known. */
  call(_inputs: never, _options: never): unknown {
    throw new StateError(this.name, { given: `a call of ${classNameOf(this)}`, expected: "a class with a method call" });
  }

  /** The mask of the output; by default that of the input, for layers that support masking. */
  computeMask(_inputs: never, mask: never): Mask | undefined {
    return mask;
  }

  /** The shape of the output for inputs of a shape, in the structure of either. */
  computeOutputShape<Output = Shape>(inputShape: Shape | object): Output {
    checkShapes(`${this.name}.computeOutputShape`, inputShape);
    if (!this.built) initScope(() => this.build(inputShape as never));
    const outputs = inferOnly(() => this.call(symbolicLike(inputShape, this.computeDtype) as never, {} as never));
    return shapesOf(outputs) as Output;
  }

  /**
   * The shape of the output for the shapes that the layer was built with; null where it was not built for a shape, or has no one output.
   */
  builtOutputShape(): Shape | null {
    if (!this.#buildShapes || this.#buildShapes.length === 0) return null;
    try {
      const shape = this.computeOutputShape<unknown>(this.#buildShapes[0] as Shape);
      return Array.isArray(shape) && shape.every((length) => length === null || typeof length === "number") ? shape : null;
    } catch {
      return null;
    }
  }

  protected override invoke(...given: unknown[]): unknown {
    const call = this.#withMask(convertArguments(this as unknown as Layer, given));
    this.checkInputs(call.args[0]);
    const inside = () => {
      if (!this.built) {
        ensureBuilt(this as unknown as Layer, call);
        // What a call builds can be built again from the shapes that it saw.
        if (this.buildsByCall) this.#buildShapes ??= call.args.map(shapesOf).filter((shape) => shape !== undefined) as Json[];
      }
      const mask = inputMask(call);
      const symbolic = !isInferring() && isSymbolic(call);
      const outputs = this.#compute(call, mask, symbolic);
      this.built = true;
      if (this.supportsMasking) maskOutputs(this as unknown as Layer, call.args[0], outputs, mask);
      else warnOfDroppedMask(this as unknown as Layer, call.args[0], this.takesMask);
      if (symbolic) new Node(this, call.given, this.#recorded(call, mask), outputs);
      return outputs;
    };
    if (!isTracing()) return inScope(this.name, inside);
    return asOneCall(isOursAlone(this) ? presentCall() : null, () => inScope(this.name, inside));
  }

  /** A second positional input of a layer that takes one is its mask. */
  #withMask(call: LayerCall): LayerCall {
    const mask = call.args[1];
    if (mask === undefined || !this.takesMask || this.inputCount > 1) return call;
    return { ...call, args: call.args.slice(0, 1), options: { ...call.options, mask: mask as Tensor } };
  }

  /** The Keras tensors that a call on Keras tensors gives; nothing is computed. Keras: symbolic_call */
  symbolicCall(...given: unknown[]): unknown {
    const keras = given.map((each) =>
      mapLeaves(each, (leaf) => (leaf instanceof Tensor && !leaf.isOfModel ? new KerasTensor(leaf) : leaf)),
    );
    return this.invoke(...keras);
  }

  /** Shapes and dtypes of the outputs, as Keras tensors of no model. Keras: compute_output_spec */
  computeOutputSpec(...given: unknown[]): unknown {
    const call = convertArguments(this as unknown as Layer, given);
    if (!this.built) ensureBuilt(this as unknown as Layer, call);
    const plain = (value: unknown): unknown => mapLeaves(value, (leaf) => (leaf instanceof Tensor ? symbolicOf(leaf) : leaf));
    return kerasTensorsLike(inferOnly(() => callWith(this as unknown as Layer, call.args.map(plain), plain(call.options) as CallOptions)));
  }

  /**
   * Calls the layer with values in the place of its variables, which stay as they are; gradients with respect to the values flow.
   *
   * @param given  the arguments of the call; `returnLosses: true` among the options asks for the losses, too
   * @returns      `[outputs, values of the non-trainable variables afterwards]`, then the losses where they are asked for
   * @throws StateError before the layer is built, ArgumentError for values of another number. Keras: stateless_call
   */
  statelessCall(
    trainableVariables: readonly TensorLike[],
    nonTrainableVariables: readonly TensorLike[],
    ...given: unknown[]
  ): [outputs: unknown, nonTrainableVariables: Tensor[], losses?: Tensor[]] {
    const where = `${this.name}.statelessCall`;
    if (!this.built)
      throw new StateError(where, {
        given: "a layer that is not built",
        expected: "variables",
        hint: "Call build(inputShape), or the layer.",
      });
    const last = given.at(-1);
    const hasOptions = isPlainObject(last) && "returnLosses" in last;
    const { returnLosses = false, ...options } = hasOptions ? last : {};
    const args = hasOptions ? [...given.slice(0, -1), ...(Object.keys(options).length > 0 ? [options] : [])] : given;
    const pairs = (variables: readonly Variable[], values: readonly TensorLike[]): [Variable, Tensor][] => {
      checkValues(where, values, variables.length);
      return variables.map((variable, i) => [variable, asTensor(values[i]!)]);
    };
    const { nonTrainableVariables: others } = this;
    const scope = new StatelessScope({
      stateMapping: [...pairs(this.trainableVariables, trainableVariables), ...pairs(others, nonTrainableVariables)],
    });
    const [outputs, losses] = scope.run(() => [this.invoke(...args), returnLosses ? this.losses : []] as const);
    const after = others.map((variable) => scope.getCurrentValue(variable)!);
    return returnLosses ? [outputs, after, losses] : [outputs, after];
  }

  /** Calls the layer, as a model does when it runs. */
  replay(args: readonly unknown[], options: Readonly<Record<string, unknown>>): unknown {
    return this.invoke(...args, options);
  }

  #compute({ args, options: given }: LayerCall, mask: Mask, symbolic: boolean): unknown {
    const asked = given.training ?? undefined;
    const own = asked === undefined || typeof asked === "boolean" ? asked : checkedFlag(`${this.name}.training`, asked);
    const training = own ?? inheritedTraining();
    const options = { ...given, training, mask: mask ?? undefined };
    const { inputCount } = this;
    const padded = inputCount > args.length ? Array.from({ length: inputCount }, (_, i) => args[i]) : args;
    const run: LayerRun = (args, options) => {
      const seen = holdsStrings(args) && this.convertsInputs && this.readsStrings ? plainStrings(args) : args;
      return this.#inItsDtype(() => callWith(this as unknown as Layer, seen, options));
    };
    const onText = padded.some(holdsText) && this.readsStrings;
    const compute = onText
      ? () => runOnText(this as unknown as Layer, padded, (args) => run(args, options), this.infersOfStrings)
      : () => (this.#rematScope ? this.rematerializedCall(run, padded, options) : run)(padded, options);
    const forget = () => goesOn(this) || this.clearLosses();
    return inCall(this, own, forget, () => {
      try {
        if (symbolic) return kerasTensorsLike(inferOnly(compute));
        if (isUntraced(args[0])) return inferOnly(compute);
        const outputs = compute();
        this.#penalizeActivity(outputs);
        return outputs;
      } catch (error) {
        throw nameLayer(error, classNameOf(this), this.name, args);
      }
    });
  }

  /**
   * The same computation, with the values in between computed anew for the gradient where the `keras.RematScope` says so in which the layer
   * was made. Keras: rematerialized_call
   */
  rematerializedCall(layerCall: LayerRun, args: readonly unknown[], options: CallOptions): LayerRun {
    const scope = this.#rematScope;
    if (!scope || isInferring()) return layerCall;
    const parts = this.sublayers();
    // What the user calls is recomputed part by part.
    if (callEntry() === this && parts.length > 0 && parts.some((part) => part.#rematScope)) return layerCall;
    if (scope.mode === "activations") return this.#withActivationAnew(layerCall);
    const symbolicOnes = (value: unknown): unknown => mapLeaves(value, (leaf) => (leaf instanceof Tensor ? symbolicOf(leaf) : leaf));
    const outputs = () => inferOnly(() => layerCall(args.map(symbolicOnes), symbolicOnes(options) as CallOptions));
    return scope.takes(this.name, outputs) ? rematWhole(layerCall) : layerCall;
  }

  #withActivationAnew(layerCall: LayerRun): LayerRun {
    const { options } = this;
    const { activation } = options as { activation?: unknown };
    if (typeof activation !== "function") return layerCall;
    return (...given) => {
      hide(this, "options", { ...options, activation: remat(activation as (x: Tensor) => Tensor) });
      try {
        return layerCall(...given);
      } finally {
        hide(this, "options", options);
      }
    };
  }

  /** Under a policy that computes in a half, float variables are read in it; without `autocast` only where no layer around did so. */
  #inItsDtype(compute: () => unknown): unknown {
    const { computeDtype } = this;
    const isInside = isReadingAs();
    const isMixed = isHalf(computeDtype) && (this.autocast || !isInside) && computeDtype !== this.variableDtype;
    return readingAs(isMixed ? computeDtype : isInside ? null : undefined, compute);
  }

  /** A penalty on the outputs. */
  protected get activityRegularizer(): OptionValues<typeof layerOptions>["activityRegularizer"] {
    return this.common.activityRegularizer;
  }

  #penalizeActivity(outputs: unknown): void {
    const { activityRegularizer } = this;
    if (!activityRegularizer || isInferring()) return;
    for (const output of flatten<unknown>(outputs)) {
      if (output instanceof Tensor) this.addLoss(divide(activityRegularizer(output), output.shape[0] ?? 1));
    }
  }

  /** The named arguments that a node of a model keeps; the mask only where Keras writes it. */
  #recorded({ args, options, given }: LayerCall, mask: Mask): CallOptions {
    const isPlain = Object.keys(options).length === 0 && given.length === 1 && given[0] === args[0] && args[0] instanceof Tensor;
    return isPlain && this.takesMask ? { mask } : options;
  }

  #build(shapes: readonly never[]): void {
    const { prototype } = this.constructor as typeof Layer;
    const where = `${this.name}.build`;
    for (const shape of shapes) if (shape !== null && shape !== undefined) checkShapes(where, shape);
    inScope(this.name, () => {
      this.#path = currentPath();
      try {
        prototype.build.apply(this as unknown as Layer, shapes as never[]);
      } catch (error) {
        // A structure of shapes, or none, where a layer of ours reads one shape.
        const isMisread = error instanceof TypeError && entryOf(this.constructor) && !(shapes.length > 0 && shapes.every(isShape));
        checkThat(!isMisread, where, shapes.length > 1 ? shapes : shapes[0], "a shape such as [null, 3]");
        throw error;
      }
    });
    this.#buildShapes = shapes;
    this.built = true;
  }

  /** Whether the first call makes the weights by itself, without `build`. */
  get buildsByCall(): boolean {
    return false;
  }

  /**
   * Whether strings are this layer's own business: in a program it runs before, on the strings themselves. What is made of layers hands
   * them on.
   */
  protected get readsStrings(): boolean {
    return this.sublayers().length === 0;
  }

  /** Whether `call` gives shapes and dtypes for strings without values (`isText`); else empty strings are tried. */
  protected get infersOfStrings(): boolean {
    return false;
  }

  /** Whether inputs are converted to tensors before `call` sees them. */
  get convertsInputs(): boolean {
    return true;
  }

  /** Whether float inputs are brought to the dtype that the layer computes in: places of rows, which a half would round, are not. */
  get castsInputs(): boolean {
    return this.autocast;
  }

  /** Whether a call may be left between two of its layers and made again: it has no effect but theirs. */
  get mayBeLeft(): boolean {
    return false;
  }

  /** Whether values in between are computed anew for the gradient of its calls. */
  protected get recomputes(): boolean {
    return this.#rematScope !== null;
  }

  /** How many positional inputs `call` takes, at least; missing ones are undefined. */
  protected get inputCount(): number {
    return 1;
  }

  /** Whether `call` has a use for the mask of its input. */
  protected get takesMask(): boolean {
    return false;
  }

  /** Checks inputs before a call. @throws ShapeError, DtypeError that name the layer */
  protected checkInputs(inputs: unknown): void {
    if (this.inputSpec) checkInput(this.name, this.inputSpec, inputs);
  }

  /** The dtype policy: that of the options, until the layer was quantized or given another one. */
  get dtypePolicy(): DTypePolicy {
    return this.#policy ?? this.common.dtype;
  }

  /** Sets the policy: a name, a config or a policy. One of a mode of quantization quantizes a layer that is built. */
  set dtypePolicy(value: DTypePolicyLike) {
    const policy = getPolicy(value);
    const map = asPolicyMap(this.dtypePolicy);
    if (map && this.path !== null) {
      map.delete(this.path);
      map.set(this.path, policy);
    } else this.#policy = policy;
    const mode = policy.quantizationMode;
    if (mode !== null && this.built && !this.isQuantized) this.quantize(mode);
  }

  /** The policy of this layer, where there is a map of them. */
  get #ownPolicy(): DTypePolicy {
    return this.dtypePolicy.of(this.#path);
  }

  /** Whether weights are kept in fewer bits. */
  get isQuantized(): boolean {
    return false;
  }

  /**
   * Keeps the largest weight in fewer bits: Dense, EinsumDense, Embedding, ReversibleEmbedding and TernaryDense do.
   *
   * @throws NotSupportedError for other layers. Keras: quantize
   */
  quantize(..._given: unknown[]): unknown {
    throw new NotSupportedError(`${this.name}.quantize`, {
      given: `a layer of class ${classNameOf(this)}`,
      expected: "Dense, EinsumDense, Embedding, ReversibleEmbedding or TernaryDense",
      hint: "model.quantize leaves layers that cannot be quantized as they are.",
    });
  }

  /** Whether there are ways to keep its weight in fewer bits. */
  protected get takesFewBits(): boolean {
    return false;
  }

  /** @throws NotSupportedError where the policy asks for fewer bits and the class has no way to keep weights so */
  protected override checkMayHaveWeights(): void {
    const mode = this.takesFewBits ? null : this.quantizationMode;
    if (mode === null) return;
    throw new NotSupportedError(`${this.name}.dtype`, {
      given: `the policy ${text(this.dtypePolicy.of(this.path).name)}`,
      expected: `one without quantization: ${classNameOf(this)} has no weights that are kept as ${mode}`,
      hint: "A keras.dtypePolicies.DTypePolicyMap names the layers that have.",
    });
  }

  /** The dtype of the weights. */
  get dtype(): Dtype {
    return this.variableDtype;
  }

  get variableDtype(): Dtype {
    return this.#ownPolicy.variableDtype;
  }

  /** The dtype that inputs are brought to. */
  get inputDtype(): Dtype {
    return this.computeDtype;
  }

  /** Whether float inputs, and variables as they are read, are brought to the dtype that the layer computes in. */
  get autocast(): boolean {
    return this.common.autocast !== false;
  }

  /** How the weights are kept in fewer bits; null where they are not. */
  get quantizationMode(): QuantizationMode | null {
    return this.#ownPolicy.quantizationMode;
  }

  /** The dtype that float inputs are brought to. */
  get computeDtype(): Dtype {
    return this.#ownPolicy.computeDtype;
  }

  /** The names of the layers around and of this one: `sequential/dense`; null before it is built. */
  get path(): string | null {
    return this.#path;
  }

  /** The Keras tensors that the first call on Keras tensors was given. */
  get input(): Tree<Tensor> {
    return this.#node().args[0] as Tree<Tensor>;
  }

  /** The Keras tensors that the first call on Keras tensors gave. */
  get output(): ResultOf<this> {
    const { outputs } = this.#node();
    return (outputs.length === 1 ? outputs[0] : outputs) as ResultOf<this>;
  }

  #node(): Node {
    const node = this.inboundNodes[0];
    if (node) return node;
    throw new StateError(this.name, { given: "a layer that was not called on Keras tensors", expected: "a layer of a functional model" });
  }

  /** The options as Keras saves them. */
  getConfig(): Record<string, Json> {
    const options = this.#policy ? { ...(this.options as object), dtype: this.#policy } : this.options;
    const config = schemaOf(this).getConfig(options as never);
    config["name"] = this.name;
    if ("trainable" in config) config["trainable"] = this.trainable;
    return config;
  }

  /** What it is without its state, as Keras's serialized objects say it: for `JSON.stringify`. */
  toJSON(): Json {
    return serializeKerasObject(this);
  }

  /** A layer from what `getConfig` gave. */
  static fromConfig<T>(this: new (...args: never[]) => T, config: Config, options?: FromConfigOptions): T {
    return objectFromConfig(this, config, options);
  }

  /** Not there in Keras 3 either. @throws NotSupportedError that says how metrics are tracked */
  addMetric(): never {
    throw new NotSupportedError(`${this.name}.addMetric`, {
      given: "a call",
      expected: "a metric in a field",
      hint: "Assign the metric to a field of the layer, and call its updateState in call.",
    });
  }

  /** What Keras calls the shapes that `build` takes; layers with several inputs name them. */
  protected get shapeNames(): readonly string[] {
    return ["input_shape"];
  }

  /** What the layer was built with, as Keras saves it. */
  getBuildConfig(): Config | null {
    const shapes = this.#buildShapes;
    const names = this.shapeNames;
    if (!shapes || shapes.length === 0 || shapes.length > names.length || !(this.constructor as typeof Layer).savesBuild) return null;
    const named = Object.fromEntries(shapes.map((shape, i) => [names[i]!, shape]));
    return names.length === 1 ? named : { shapes_dict: named };
  }

  /** Builds the layer from what `getBuildConfig` gave. */
  buildFromConfig(config: Config): void {
    if ((config as unknown) === null || config === undefined) return;
    checkRecord(`${this.name}.buildFromConfig`, config, "what getBuildConfig gives");
    const named = (config["shapes_dict"] ?? config) as Config;
    const shapes = this.shapeNames.map((name) => named[name]).filter((shape) => shape !== undefined);
    if (shapes.length > 0) this.build(...(shapes as never[]));
  }

  override toString(): string {
    return `<${classNameOf(this)} name=${this.name}, built=${this.built}>`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/** What a call computes of its arguments. */
type LayerRun = (args: readonly unknown[], options: CallOptions) => unknown;

/** Whether an input has no values although nothing is traced: the call is for shapes alone. */
const isUntraced = (input: unknown): boolean => input instanceof Tensor && input.isSymbolic && !isTracing();

function checkedName(layer: object, name: unknown): string {
  if (typeof name === "string" && !name.includes("/") && name !== "") return name;
  throw new ArgumentError(`${classNameOf(layer)}.name`, { given: text(name), expected: 'a name without "/"' });
}

/** A property that belongs to the machinery: fields that enumerate are the layer's own state. */
