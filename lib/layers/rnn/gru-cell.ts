// The cell of GRU: one step.

import { boolean, registerClasses } from "../../config/index.js";
import type { Tensor } from "../../core/tensor.js";
import { add, matmul, multiply, sigmoid, slice, split, squeeze, subtract, tanh } from "../../ops/index.js";
import { gru } from "../../ops/recurrent/gru.js";
import { activation } from "../base/fields.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { cellFields, type CellOptions, firstOf, GatedCell, type States, type WholeSequence } from "./cell.js";
import { givenStates } from "./states.js";

/** The options of gated recurrent units. */
export const gruFields = { ...cellFields, recurrentActivation: activation("sigmoid"), resetAfter: boolean(true) } as const;

/**
 * Gated recurrent unit: gates z and r, candidate g; `h' = z · h + (1 − z) · g`. With `resetAfter`, r applies to the
 * product of h with the recurrent kernel, which has a bias of its own.
 *
 * ```ts
 * const cell = new keras.layers.GRUCell(4);
 * const [output] = cell(tf.ones([2, 5]), [tf.zeros([2, 4])]);
 * output.shape; // [2, 4]
 * ```
 *
 * @see Cho et al. 2014. Keras: keras.layers.GRUCell
 */
export class GRUCell extends GatedCell<typeof GRUCell.options> {
  static override readonly options = layerOptions.extend(
    ["units", "activation", "recurrentActivation", "useBias", "kernelInitializer"],
    gruFields,
  );
  protected override readonly gates = 3;

  protected override get biasShape(): readonly number[] {
    return this.options.resetAfter ? [2, this.units * 3] : [this.units * 3];
  }

  protected override inputBias(): Tensor | undefined {
    if (!this.bias) return undefined;
    return this.options.resetAfter ? this.#biasRow(0) : this.bias.value();
  }

  #biasRow(row: number): Tensor {
    return squeeze(slice(this.bias!, [row, 0], [1, this.units * 3]), 0);
  }

  override call(x: Tensor, states: States, options: CellOptions = {}): [Tensor, States] {
    const { activation, recurrentActivation, resetAfter } = this.options;
    const { units } = this;
    const h = firstOf(givenStates(this, states, 1));
    const { projected, state } = this.prepared(x, h, options);
    const [xz, xr, xg] = split(projected, 3, -1) as [Tensor, Tensor, Tensor];
    const kernel = this.recurrentKernel;
    let inner = matmul(state, resetAfter ? kernel : slice(kernel, [0, 0], [units, units * 2]));
    if (resetAfter && this.bias) inner = add(inner, this.#biasRow(1));
    const [hz, hr, hg] = split(inner, resetAfter ? 3 : 2, -1) as [Tensor, Tensor, Tensor];
    const z = recurrentActivation(add(xz, hz));
    const r = recurrentActivation(add(xr, hr));
    const recurrent = resetAfter ? multiply(r, hg) : matmul(multiply(r, state), slice(kernel, [0, units * 2], [units, units]));
    const g = activation(add(xg, recurrent));
    const output = add(multiply(z, h), multiply(subtract(1, z), g));
    return [output, Array.isArray(states) ? [output] : output];
  }

  /** One operation, for the activations that it has and a step that nobody replaced. */
  wholeSequence({ projected, initial, mask }: WholeSequence): readonly Tensor[] | null {
    const { activation, recurrentActivation, resetAfter } = this.options;
    if (activation !== tanh || recurrentActivation !== sigmoid || this.call !== GRUCell.prototype.call) return null;
    const given = this.plainStates(projected, initial, mask);
    if (!given) return null;
    const bias = resetAfter && this.bias ? this.#biasRow(1) : undefined;
    const recurrentKernel = this.recurrentKernel.value();
    return [gru({ projected, recurrentKernel, bias, hidden0: given[0], mask: mask ?? undefined, resetAfter })];
  }
}

export interface GRUCell extends LayerAttributes<typeof GRUCell.options, "biasInitializer" | "units"> {}

registerClasses("keras.layers", { GRUCell });
