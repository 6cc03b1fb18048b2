// The options of every layer: name, whether it trains, dtype policy, activity regularizer, the older form of an input's shape.

import {
  type Assigned,
  boolean,
  dtypePolicy,
  nullable,
  type Options,
  type OptionValues,
  positiveInteger,
  schema,
  schemaOf,
  shape,
  string,
  unwritten,
  writtenWhenSet,
} from "../../config/index.js";
import type { Shape } from "../../core/shape.js";
import { regularizers } from "../../regularizers/family.js";

/** The options of every layer. */
export const layerOptions = schema([], {
  /** Unique in a model; by default made from the class name: `dense`, `dense_1`. */
  name: nullable(string()),
  /** Whether an optimizer updates the layer's weights. */
  trainable: boolean(true),
  /** The dtype policy. */
  dtype: dtypePolicy("object"),
  /** Whether float inputs are brought to the dtype that the layer computes in. */
  autocast: unwritten(boolean(true)),
  /** A penalty on what the layer puts out. */
  activityRegularizer: writtenWhenSet(nullable(regularizers.field())),
  /** The shape of the input without its batch, where the layer is the first of a Sequential: an older form of `keras.Input({ shape })`. */
  inputShape: unwritten(nullable(shape())),
  /** The same for inputs of one axis: their length. */
  inputDim: unwritten(nullable(positiveInteger())),
});

/** What every layer takes beside its own options. */
export type LayerOptions = Options<typeof layerOptions>;

/** The shape without its batch that a layer was given as the first of a Sequential, or null. An Embedding's `inputDim` is its own. */
export function firstInputShape(layer: object): Shape | null {
  const { inputShape, inputDim } = (layer as { readonly options: Partial<OptionValues<typeof layerOptions>> }).options;
  if (inputDim !== null && inputDim !== undefined && schemaOf(layer).fields["inputDim"] === layerOptions.fields.inputDim) return [inputDim];
  return inputShape ?? null;
}

/** The attributes that a layer has from its options, beside those of all layers and those that its class declares itself (`Own`). */
export type LayerAttributes<S, Own extends PropertyKey = never> = Assigned<
  Omit<OptionValues<S>, keyof OptionValues<typeof layerOptions> | Own>
>;
