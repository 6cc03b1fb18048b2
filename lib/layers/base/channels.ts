// What layers say of themselves so that two that follow each other can become one: sums for each channel, and a number to multiply and to
// add.

import { linear } from "../../activations/functions.js";
import type { Tensor } from "../../core/tensor.js";
import type { Variable } from "../../variables/variable.js";

/** A layer whose output is, in each channel, a sum of products with `weight`, plus `bias`, and then its activation. */
export interface ChannelSums {
  readonly weight: Variable;
  /** The axes of the weight that count the channels of the output, in their order; negative. */
  readonly weightAxes: readonly number[];
  readonly bias: Variable | undefined;
  /** The axis of the output that counts channels; negative from the end. */
  readonly axis: number;
  /** Whether the activation leaves everything as it is. */
  readonly isLinear: boolean;
}

/** A layer that, beside training, multiplies each channel by a number and adds one. */
export interface ChannelScaling {
  readonly axis: number;
  /** Both `[channels]`. */
  values(): { readonly scale: Tensor; readonly offset: Tensor };
}

/** What a layer may say; null where it does not hold for this one: its weight is adapted, say. */
export interface ChannelFacts {
  readonly channelSums?: ChannelSums | null;
  readonly channelScaling?: ChannelScaling | null;
}

export const isLinear = (activation: unknown): boolean => activation === linear;
