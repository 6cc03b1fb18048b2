// Several cells as one.

import { list, registerClasses } from "../../config/index.js";
import type { Shape } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { leaves } from "../../core/tree.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { layerField } from "../base/wrapper.js";
import { Layer } from "../layer.js";
import type { Cell, CellOptions, States, StateSize } from "./cell.js";
import { givenStates, zeroStates } from "./states.js";

/**
 * Several cells as one: what the first puts out is what the second takes. Keras: keras.layers.StackedRNNCells
 *
 * ```ts
 * const cells = [new keras.layers.GRUCell(4), new keras.layers.LSTMCell(6)];
 * new keras.layers.RNN(new keras.layers.StackedRNNCells(cells))(tf.ones([2, 3, 5])).shape; // [2, 6]
 * ```
 */
export class StackedRNNCells extends Layer<typeof StackedRNNCells.options> {
  static override readonly options = layerOptions.extend(["cells"], { cells: list(layerField) });

  readonly cells = this.options.cells as unknown as readonly Cell[];

  get stateSize(): StateSize {
    return this.cells.map((cell) => cell.stateSize);
  }

  get outputSize(): number {
    return outputSizeOf(this.cells.at(-1)!);
  }

  protected override get inputCount(): number {
    return 2;
  }

  getInitialState(batchSize: number): readonly States[] {
    return this.cells.map((cell) => zeroStates(cell.stateSize, batchSize));
  }

  override build(inputShape: Shape): void {
    let shape = inputShape;
    for (const cell of this.cells) {
      if (!cell.built) cell.build(shape as never);
      shape = [shape[0]!, outputSizeOf(cell)];
    }
  }

  override call(inputs: Tensor, states: readonly States[], { training }: CellOptions = {}): [Tensor, States] {
    let x = inputs;
    const all = this.cells.map((cell, i): States => {
      const given = givenStates(this, states, this.cells.length)[i]!;
      const [output, next] = cell<[Tensor, States]>(x, ...([Array.isArray(given) ? given : [given], { training }] as unknown as [never]));
      x = output;
      return !Array.isArray(given) && Array.isArray(next) && next.length === 1 ? (next[0] as States) : next;
    });
    return [x, all.length === 1 ? all[0]! : all];
  }
}

export interface StackedRNNCells extends LayerAttributes<typeof StackedRNNCells.options, "cells"> {}

/** The length of what a cell puts out. */
export function outputSizeOf({ outputSize, stateSize }: Cell): number {
  if (outputSize !== undefined) return outputSize;
  return leaves<number>(stateSize)[0]!;
}

registerClasses("keras.layers", { StackedRNNCells });
