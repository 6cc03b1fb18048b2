// The wrapper Bidirectional.

import { deserializeKerasObject, type Json, nullable, oneOf, registerClasses, serializeKerasObject } from "../../config/index.js";
import { ArgumentError } from "../../core/errors.js";
import type { Shape } from "../../core/shape.js";
import type { TensorLike } from "../../core/convert.js";
import type { Tensor } from "../../core/tensor.js";
import { add, concatenate, divide, flip, multiply } from "../../ops/index.js";
import { firstWeights } from "../base/fields.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import type { Mask } from "../base/types.js";
import { layerField } from "../base/wrapper.js";
import { Layer } from "../layer.js";
import type { States } from "./cell.js";
import type { BaseRNN, RNNCallOptions } from "./rnn.js";
import type { Schema } from "../../config/index.js";

type Recurrent = BaseRNN<Schema>;

const flags = ["stateful", "returnSequences", "returnState"] as const;

/**
 * A recurrent layer from front to back and one like it from back to front, their outputs merged.
 *
 * ```ts
 * new keras.layers.Bidirectional(new keras.layers.LSTM(4))(tf.ones([2, 3, 5])).shape; // [2, 8]
 * ```
 *
 * @see Schuster and Paliwal 1997. Keras: keras.layers.Bidirectional
 */
export class Bidirectional extends Layer<typeof Bidirectional.options> {
  static override readonly options = layerOptions.extend(["layer", "mergeMode", "weights", "backwardLayer"], {
    layer: layerField,
    mergeMode: nullable(oneOf(["sum", "mul", "ave", "concat"]), "concat"),
    backwardLayer: nullable(layerField),
    weights: firstWeights(),
  });

  readonly forwardLayer = renamed(this.options.layer, "forward");
  readonly backwardLayer = (this.options.backwardLayer as unknown as Recurrent | null) ?? renamed(this.options.layer, "backward");

  override supportsMasking = false;

  constructor(...given: ConstructorParameters<typeof Layer<typeof Bidirectional.options>>) {
    super(...given);
    const [forward, backward] = [optionsOf(this.forwardLayer), optionsOf(this.backwardLayer)];
    const wrong = flags.find((flag) => forward[flag] !== backward[flag]);
    if (wrong !== undefined || forward["goBackwards"] === backward["goBackwards"]) {
      throw new ArgumentError(`${this.name}.backwardLayer`, {
        given: `${wrong ?? "goBackwards"}: ${String(backward[wrong ?? "goBackwards"])}`,
        expected: wrong === undefined ? "goBackwards to differ from that of the layer" : `${wrong} to be that of the layer`,
      });
    }
    for (const layer of [this.forwardLayer, this.backwardLayer]) layer.forcedZeroOutput = optionsOf(layer)["returnSequences"] === true;
  }

  protected override get takesMask(): boolean {
    return true;
  }

  override build(inputShape: Shape): void {
    for (const layer of [this.forwardLayer, this.backwardLayer]) if (!layer.built) layer.build(inputShape);
    const { weights } = this.options;
    if (weights !== null) this.setWeights(weights as readonly TensorLike[]);
  }

  /** The states of both layers, where they are stateful; null where they are not. */
  get states(): readonly unknown[] | null {
    const both = [this.forwardLayer, this.backwardLayer].map((layer) => (layer as unknown as { states?: readonly unknown[] }).states);
    return both.every((states) => states !== undefined) ? both.flatMap((states) => states!) : null;
  }

  /** Sets the states of stateful layers to zero. Keras: reset_states */
  resetStates(): void {
    this.resetState();
  }

  /** Sets the states of stateful layers to zero. */
  resetState(): void {
    this.forwardLayer.resetState();
    this.backwardLayer.resetState();
  }

  override computeMask(_inputs: never, mask: never): Mask | undefined {
    const [given] = [mask as Mask].flat() as [Mask];
    const { returnSequences, returnState } = optionsOf(this.forwardLayer);
    const own = returnSequences ? given : null;
    const outputs = this.options.mergeMode === null ? [own, own] : [own];
    if (!returnState && outputs.length === 1) return own;
    const states = returnState ? this.forwardLayer.getInitialState(null).flatMap(() => [null, null]) : [];
    return [...outputs, ...states];
  }

  override call(sequence: Tensor, { initialState, training, mask }: RNNCallOptions = {}): unknown {
    const { returnSequences, returnState } = optionsOf(this.forwardLayer);
    const states = initialState as readonly States[] | null | undefined;
    const half = (states?.length ?? 0) / 2;
    const run = (layer: Recurrent, own: readonly States[] | undefined) => {
      const options = { training, mask, ...(own && { initialState: own }) };
      const result = (layer as unknown as (x: Tensor, options: object) => unknown)(sequence, options);
      return returnState ? (result as [Tensor, ...States[]]) : ([result] as [Tensor, ...States[]]);
    };
    const [y, ...forward] = run(this.forwardLayer, states?.slice(0, half));
    const [reversed, ...backward] = run(this.backwardLayer, states?.slice(half));
    const merged = this.#merge(y, returnSequences ? flip(reversed, 1) : reversed);
    if (!returnState) return merged;
    return [...(Array.isArray(merged) ? merged : [merged]), ...forward, ...backward];
  }

  #merge(a: Tensor, b: Tensor): Tensor | Tensor[] {
    switch (this.options.mergeMode) {
      case "concat":
        return concatenate([a, b], -1);
      case "sum":
        return add(a, b);
      case "ave":
        return divide(add(a, b), 2);
      case "mul":
        return multiply(a, b);
      case null:
        return [a, b];
    }
  }

  override getConfig(): Record<string, Json> {
    return {
      ...super.getConfig(),
      layer: serializeKerasObject(this.forwardLayer),
      backward_layer: serializeKerasObject(this.backwardLayer),
    };
  }
}

export interface Bidirectional extends LayerAttributes<typeof Bidirectional.options, "backwardLayer" | "weights"> {}

const optionsOf = (layer: Recurrent) => layer.options as unknown as Readonly<Record<string, unknown>>;

/** A new layer like the given one, for one of the two directions. */
function renamed(layer: Layer, direction: "forward" | "backward"): Recurrent {
  const envelope = serializeKerasObject(layer) as { config: Record<string, Json> };
  const name = `${direction}_${layer.name.replace(new RegExp(`^${direction}_`), "")}`;
  const config = { ...envelope.config, name, ...(direction === "backward" && { go_backwards: true }) };
  return deserializeKerasObject({ ...envelope, config }) as Recurrent;
}

registerClasses("keras.layers", { Bidirectional });
