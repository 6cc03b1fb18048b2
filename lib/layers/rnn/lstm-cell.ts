// The cell of LSTM: one step.

import { boolean, registerClasses } from "../../config/index.js";
import type { Tensor } from "../../core/tensor.js";
import type { InitializerLike } from "../../initializers/index.js";
import { add, matmul, multiply, sigmoid, split, tanh } from "../../ops/index.js";
import { lstm } from "../../ops/recurrent/lstm.js";
import { activation } from "../base/fields.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { cellFields, type CellOptions, GatedCell, initializeParts, type States, type StateSize, type WholeSequence } from "./cell.js";
import { givenStates } from "./states.js";

/** The options of long short-term memory. */
export const lstmFields = { ...cellFields, recurrentActivation: activation("sigmoid"), unitForgetBias: boolean(true) } as const;

/**
 * Long short-term memory: gates i, f, o and candidate g from `x · kernel + h · recurrentKernel + bias`;
 * `c' = f · c + i · g`, `h' = o · activation(c')`. States: h and c.
 *
 * ```ts
 * const cell = new keras.layers.LSTMCell(4);
 * const [output] = cell(tf.ones([2, 5]), [tf.zeros([2, 4]), tf.zeros([2, 4])]);
 * output.shape; // [2, 4]
 * ```
 *
 * @see Hochreiter and Schmidhuber 1997. Keras: keras.layers.LSTMCell
 */
export class LSTMCell extends GatedCell<typeof LSTMCell.options> {
  static override readonly options = layerOptions.extend(
    ["units", "activation", "recurrentActivation", "useBias", "kernelInitializer"],
    lstmFields,
  );
  protected override readonly gates = 4;

  override get stateSize(): StateSize {
    return [this.units, this.units];
  }

  /** With `unitForgetBias` the gate that forgets begins open. */
  protected override get biasInitializer(): InitializerLike {
    const { biasInitializer, unitForgetBias, units } = this.options;
    if (!unitForgetBias) return biasInitializer;
    return initializeParts([biasInitializer, units], ["ones", units], [biasInitializer, units * 2]);
  }

  override call(x: Tensor, states: readonly Tensor[], options: CellOptions = {}): [Tensor, States] {
    const [h, c] = givenStates(this, states, 2);
    const { activation, recurrentActivation } = this.options;
    const { projected, state } = this.prepared(x, h!, options);
    const [i, f, g, o] = split(add(projected, matmul(state, this.recurrentKernel)), 4, -1) as [Tensor, Tensor, Tensor, Tensor];
    const kept = multiply(recurrentActivation(f), c!);
    const carry = add(kept, multiply(recurrentActivation(i), activation(g)));
    const output = multiply(recurrentActivation(o), activation(carry));
    return [output, [output, carry]];
  }

  /** One operation, for the activations that it has and a step that nobody replaced. */
  wholeSequence({ projected, initial, mask }: WholeSequence): readonly Tensor[] | null {
    const { activation, recurrentActivation } = this.options;
    if (activation !== tanh || recurrentActivation !== sigmoid || this.call !== LSTMCell.prototype.call) return null;
    const given = this.plainStates(projected, initial, mask);
    if (!given) return null;
    const [hidden0, cell0] = given;
    const recurrentKernel = this.recurrentKernel.value();
    const { hidden, cells } = lstm({ projected, recurrentKernel, hidden0, cell0, mask: mask ?? undefined });
    return [hidden, cells];
  }
}

export interface LSTMCell extends LayerAttributes<typeof LSTMCell.options, "biasInitializer" | "units"> {}

registerClasses("keras.layers", { LSTMCell });
