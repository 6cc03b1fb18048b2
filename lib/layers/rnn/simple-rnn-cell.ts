// The cell of SimpleRNN: one step.

import { registerClasses } from "../../config/index.js";
import type { Tensor } from "../../core/tensor.js";
import { add, matmul, tanh } from "../../ops/index.js";
import { simpleRnn } from "../../ops/recurrent/simple-rnn.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { cellFields, type CellOptions, firstOf, GatedCell, type States, type WholeSequence } from "./cell.js";
import { givenStates } from "./states.js";

/**
 * `h' = activation(x · kernel + h · recurrentKernel + bias)`. Keras: keras.layers.SimpleRNNCell
 *
 * ```ts
 * const cell = new keras.layers.SimpleRNNCell(4);
 * const [output] = cell(tf.ones([2, 5]), [tf.zeros([2, 4])]);
 * output.shape; // [2, 4]
 * ```
 */
export class SimpleRNNCell extends GatedCell<typeof SimpleRNNCell.options> {
  static override readonly options = layerOptions.extend(
    ["units", "activation", "useBias", "kernelInitializer", "recurrentInitializer"],
    cellFields,
  );
  protected override readonly gates = 1;

  override call(x: Tensor, states: States, options: CellOptions = {}): [Tensor, States] {
    const { projected, state } = this.prepared(x, firstOf(givenStates(this, states, 1)), options);
    const h = this.options.activation(add(projected, matmul(state, this.recurrentKernel)));
    return [h, Array.isArray(states) ? [h] : h];
  }

  /** One operation, for the activation that it has and a step that nobody replaced. */
  wholeSequence({ projected, initial, mask }: WholeSequence): readonly Tensor[] | null {
    if (this.options.activation !== tanh || this.call !== SimpleRNNCell.prototype.call) return null;
    const given = this.plainStates(projected, initial, mask);
    if (!given) return null;
    const recurrentKernel = this.recurrentKernel.value();
    return [simpleRnn({ projected, recurrentKernel, hidden0: given[0], mask: mask ?? undefined })];
  }
}

export interface SimpleRNNCell extends LayerAttributes<typeof SimpleRNNCell.options, "biasInitializer" | "units"> {}

registerClasses("keras.layers", { SimpleRNNCell });
