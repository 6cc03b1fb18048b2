// The class Sequential: layers in a row, a functional model as soon as the input shape is known.

import {
  type Config,
  customObjectScope,
  deserializeKerasObject,
  type FromConfigOptions,
  isPlainObject,
  type Json,
  registerClasses,
  serializeKerasObject,
} from "../config/index.js";
import { ArgumentError, StateError, text, ValueError } from "../core/errors.js";
import { gathered } from "../core/one-by-one.js";
import { checkRecord } from "../core/options.js";
import { sameShape, shapeText, type Shape } from "../core/shape.js";
import { isStrings, isText, Strings } from "../core/strings.js";
import type { Tensor } from "../core/tensor.js";
import { carriedMasks } from "../layers/base/mask.js";
import { firstInputShape, type LayerOptions } from "../layers/base/options.js";
import type { CallOptions } from "../layers/base/types.js";
import { InputLayer } from "../layers/core/input-layer.js";
import { KerasTensor } from "../layers/functional/keras-tensor.js";
import { Layer } from "../layers/layer.js";
import { type Child, children } from "../saving/saveable.js";
import { LayerGraph } from "./graph/graph.js";
import { Model } from "./model.js";

/** What stands in the list of a Sequential: a layer, or what `keras.Input` gives. */
export type SequentialItem = Layer | Tensor | object;

type SequentialItems = readonly SequentialItem[] | null;

/**
 * Layers in a row. With an input it is built at once, else by its first call.
 *
 * ```ts
 * const model = new keras.Sequential([new keras.Input({ shape: [784] }), new keras.layers.Dense(10)]);
 * ```
 *
 * Keras: keras.Sequential
 */
export class Sequential extends Model {
  /** All layers with the input, if there is one. */
  #layers: Layer[] = [];
  /** Whether a model that is not built was called on strings. */
  #takesStrings = false;

  constructor(layers: SequentialItems, trainable: boolean | undefined, name?: string | null);
  constructor(options: LayerOptions & { layers?: SequentialItems });
  constructor(layers?: SequentialItems, options?: LayerOptions);
  constructor(...args: readonly unknown[]) {
    const { name: where, options } = new.target;
    const known = ["layers", ...Object.keys(options.fields)];
    const { layers: given, ...rest } = gathered<LayerOptions & { layers?: unknown }>(where, ["layers", "trainable", "name"], args, known);
    super(rest);
    if (given === undefined || given === null) return;
    if (!Array.isArray(given)) throw new ArgumentError(`${where}.layers`, { given: text(given), expected: "an array of layers" });
    for (const layer of given as readonly SequentialItem[]) this.#append(layer);
    this.#rebuild();
  }

  /** Adds a layer at the end. @throws ArgumentError, ValueError for what is no layer, or has the name of another one */
  add(layer: SequentialItem): void {
    this.#append(layer);
    this.#rebuild();
  }

  /** Removes the last layer and gives it back. */
  pop(): Layer | undefined {
    const layer = this.#layers.pop();
    this.#rebuild();
    return layer;
  }

  #append(given: SequentialItem): void {
    const layer: unknown = given instanceof KerasTensor ? given.history?.operation : given;
    const where = `${this.name}.add`;
    if (!(layer instanceof Layer)) throw new ArgumentError(where, { given: text(given), expected: "a layer, or what keras.Input gives" });
    if (this.#layers.some(({ name }) => name === layer.name)) {
      throw new ValueError(where, { given: `another layer named "${layer.name}"`, expected: "a name of its own for each layer" });
    }
    if (layer instanceof InputLayer && this.#layers[0] instanceof InputLayer) {
      throw new StateError(where, { given: "a second input", expected: `one: the model takes ${shapeText(this.#layers[0].batchShape)}` });
    }
    const shape = this.#layers.length === 0 && !(layer instanceof InputLayer) ? firstInputShape(layer) : null;
    if (shape !== null) this.#layers.push(new InputLayer({ shape, dtype: layer.computeDtype }) as unknown as Layer);
    this.#layers.push(layer as unknown as Layer);
  }

  #rebuild(): void {
    this.setGraph(null);
    const [first] = this.#layers;
    if (this.#layers.length < 2) return;
    if (first instanceof InputLayer) this.build(first.batchShape);
    else if (first instanceof Model && first.graph) this.build(first.inputShape as Shape);
  }

  /** Makes the weights for inputs of a shape. */
  override build(inputShape: Shape): void {
    if (this.#layers.length === 0) {
      throw new StateError(this.name, { given: "a Sequential without layers", expected: "at least one", hint: "Call add(layer)." });
    }
    // Inputs of several tensors have no one shape: then the layers are applied as they stand.
    if (!Array.isArray(inputShape) || inputShape.some((length) => length !== null && typeof length !== "number")) return;
    const [first] = this.#layers;
    if (!(first instanceof InputLayer)) {
      this.#layers.unshift(
        new InputLayer({ batchShape: inputShape, dtype: this.#takesStrings ? "string" : first!.computeDtype }) as unknown as Layer,
      );
    } else if (!sameShape(first.batchShape, inputShape)) {
      throw new StateError(`${this.name}.build`, {
        given: shapeText(inputShape),
        expected: `${shapeText(first.batchShape)}, which the model was made for`,
      });
    }
    const input = (this.#layers[0] as unknown as InputLayer).output;
    const output = this.#layers.slice(1).reduce<unknown>((x, layer) => layer(x as Tensor), input);
    this.setGraph(new LayerGraph(input, output));
  }

  /** The layers check what they are given. */
  protected override checkInputs(): void {}

  protected override invoke(...given: unknown[]): unknown {
    const [inputs] = given;
    if (!this.graph) this.#takesStrings = inputs instanceof Strings || isText(inputs) || isStrings(inputs);
    return super.invoke(...given);
  }

  override get buildsByCall(): boolean {
    return false;
  }

  protected override get takesMask(): boolean {
    return true;
  }

  override call(inputs: never, options: never): unknown {
    if (this.graph) return super.call(inputs, options);
    let mask: unknown = (options as CallOptions | undefined)?.mask;
    return this.layers.reduce<unknown>((x, layer) => {
      const y = layer<unknown>(x as Tensor, mask ? { mask: mask as Tensor } : {});
      mask = carriedMasks(y);
      return y;
    }, inputs);
  }

  override get mayBeLeft(): boolean {
    return this.graph !== null && this.call === Sequential.prototype.call && !this.recomputes;
  }

  /** The layers that were added, without the input. */
  override get layers(): Layer[] {
    return this.#layers[0] instanceof InputLayer ? this.#layers.slice(1) : [...this.#layers];
  }

  /** What checkpoints save: layers by their place in the row, whether the model is built or not. */
  override *[children](): Iterable<Child> {
    for (const child of super[children]()) yield child[0] === "layers" ? ["layers", this.layers] : child;
  }

  override sublayers(): Layer[] {
    return [...new Set([...this.#layers, ...this.tracked().layers])];
  }

  override get isSequence(): boolean {
    return true;
  }

  override getConfig(): Record<string, Json> {
    const config = super.getConfig();
    const layers = this.#layers.map(serializeKerasObject);
    if (!this.graph) return { ...config, layers };
    return { ...config, layers, build_input_shape: (this.#layers[0] as unknown as InputLayer).batchShape };
  }

  override getBuildConfig(): Config | null {
    return this.graph ? { input_shape: this.graph.inputs[0]!.shape } : null;
  }

  static override fromConfig<T>(this: new (...args: never[]) => T, config: Config, options: FromConfigOptions = {}): T {
    if (options.customObjects)
      return customObjectScope(options.customObjects, () => Sequential.fromConfig.call(this as never, config) as T);
    checkRecord("Sequential.fromConfig", config, "a config with layers");
    const { layers, build_input_shape: shape, ...common } = config;
    const { trainable, ...others } = common;
    if (!Array.isArray(layers)) throw new ArgumentError("Sequential.fromConfig", { given: text(config), expected: "a config with layers" });
    const made = layers.map((layer) => deserializeKerasObject(layer) as Layer);
    const model =
      (this as unknown) === Sequential
        ? (new Sequential(made, Sequential.options.fromConfig("Sequential", others)) as T & Sequential)
        : ofOwnClass(this as never as new (options: object) => T & Sequential, common, made);
    if (!model.graph && Array.isArray(shape)) model.build(shape as Shape);
    if (trainable === false) model.freeze(); // as Model.fromConfig: the layers say it themselves
    return model;
  }
}

/**
 * A model of a class of the user's own. Its constructor gets the config; where the layers that it makes are others than those of the config
 * (another number of units, say, which the config does not tell), those of the config are taken.
 */
function ofOwnClass<T extends Sequential>(make: new (options: object) => T, config: Config, layers: readonly Layer[]): T {
  const model = Layer.fromConfig.call(make as never, config) as T;
  const text = (all: readonly Layer[]) =>
    JSON.stringify(all.filter((layer) => !(layer instanceof InputLayer)).map((layer) => nameless(serializeKerasObject(layer))));
  if (text(model.layers) === text(layers)) return model;
  const before = model.layers.filter((layer) => !(layer instanceof InputLayer));
  while (model.pop());
  for (const layer of layers) model.add(layer);
  // Fields that name a layer of the constructor name the one in its place.
  const after = layers.filter((layer) => !(layer instanceof InputLayer));
  for (const [field, value] of Object.entries(model) as [string, unknown][]) {
    const place = before.indexOf(value as Layer);
    if (place >= 0) (model as unknown as Record<string, unknown>)[field] = after[place] ?? null;
  }
  return model;
}

/** A config without what belongs to one object of many that are alike. */
function nameless(value: Json): Json {
  if (Array.isArray(value)) return value.map(nameless);
  if (!isPlainObject(value)) return value;
  const entries = Object.entries(value).filter(([key]) => key !== "name" && key !== "build_config");
  return Object.fromEntries(entries.map(([key, item]) => [key, nameless(item as Json)]));
}

registerClasses("keras", { Sequential });
registerClasses("keras.models", { Sequential });
