// The options of every layer: name, whether it trains, dtype policy, activity regularizer.

import { boolean, dtypePolicy, nullable, type Options, schema, string, unwritten, writtenWhenSet } from "../../config/index.js";
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
});

/** What every layer takes beside its own options. */
export type LayerOptions = Options<typeof layerOptions>;
