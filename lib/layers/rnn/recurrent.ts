// SimpleRNN, LSTM and GRU: RNN with a given cell, in one kernel for the whole sequence where the options allow it.

import { field, invalid, oneOf, registerClasses, unwritten, withDefault } from "../../config/index.js";
import { regularizer, seed } from "../base/fields.js";
import { InputSpec } from "../base/input-spec.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { cellFields, type Cell } from "./cell.js";
import { GRUCell, gruFields } from "./gru-cell.js";
import { LSTMCell, lstmFields } from "./lstm-cell.js";
import { BaseRNN, rnnFields } from "./rnn.js";
import { SimpleRNNCell } from "./simple-rnn-cell.js";

/** Which library computes, in Keras on a GPU: accepted, and without effect here. */
const useCudnn = unwritten(
  withDefault(
    field<boolean | "auto", boolean | "auto">({
      expected: '"auto", true or false',
      parse: (value) => (value === "auto" || typeof value === "boolean" ? value : invalid),
    }),
    "auto",
  ),
);

/** In which order the products of a step are made, in Keras: accepted, and without effect here. */
const implementation = unwritten(oneOf([0, 1, 2], 2));

const common = { ...rnnFields, activityRegularizer: regularizer() } as const;

/** The options of a layer that are those of its cell. */
function cellOptionsOf<F extends object>(options: object, fields: F): never {
  const all = options as Record<string, unknown>;
  return Object.fromEntries([...Object.keys(fields), "trainable", "dtype"].map((name) => [name, all[name]])) as never;
}

/**
 * A fully connected recurrent layer: the output of a step is fed back. Keras: keras.layers.SimpleRNN
 *
 * ```ts
 * new keras.layers.SimpleRNN(4)(tf.ones([2, 3, 5])).shape; // [2, 4]
 * ```
 */
export class SimpleRNN extends BaseRNN<typeof SimpleRNN.options> {
  static override readonly options = layerOptions.extend(["units", "activation", "useBias", "kernelInitializer", "recurrentInitializer"], {
    ...cellFields,
    ...common,
    seed: unwritten(seed()),
  });
  override readonly cell = new SimpleRNNCell({
    ...(cellOptionsOf(this.options, cellFields) as object),
    name: "simple_rnn_cell",
  } as never) as unknown as Cell;
  override inputSpec = new InputSpec({ ndim: 3 });
}

export interface SimpleRNN extends LayerAttributes<typeof SimpleRNN.options> {}

/**
 * Long short-term memory over `[batch, time, features]`. Keras: keras.layers.LSTM
 *
 * ```ts
 * new keras.layers.LSTM(4, { returnSequences: true })(tf.ones([2, 3, 5])).shape; // [2, 3, 4]
 * ```
 *
 * @see LSTMCell
 */
export class LSTM extends BaseRNN<typeof LSTM.options> {
  static override readonly options = layerOptions.extend(["units", "activation", "recurrentActivation", "useBias", "kernelInitializer"], {
    ...lstmFields,
    ...common,
    implementation,
    useCudnn,
  });
  override readonly cell = new LSTMCell({
    ...(cellOptionsOf(this.options, lstmFields) as object),
    name: "lstm_cell",
  } as never) as unknown as Cell;
  override inputSpec = new InputSpec({ ndim: 3 });
}

export interface LSTM extends LayerAttributes<typeof LSTM.options> {}

/**
 * Gated recurrent units over `[batch, time, features]`. Keras: keras.layers.GRU
 *
 * ```ts
 * new keras.layers.GRU(4)(tf.ones([2, 3, 5])).shape; // [2, 4]
 * ```
 *
 * @see GRUCell
 */
export class GRU extends BaseRNN<typeof GRU.options> {
  static override readonly options = layerOptions.extend(["units", "activation", "recurrentActivation", "useBias", "kernelInitializer"], {
    ...gruFields,
    ...common,
    implementation,
    useCudnn,
  });
  override readonly cell = new GRUCell({
    ...(cellOptionsOf(this.options, gruFields) as object),
    name: "gru_cell",
  } as never) as unknown as Cell;
  override inputSpec = new InputSpec({ ndim: 3 });
}

export interface GRU extends LayerAttributes<typeof GRU.options> {}

/** Options of the cell that can be read from the layer: `lstm.units`. */
function showOptions(prototype: object, fields: object): void {
  for (const name of Object.keys(fields)) {
    if (name in prototype) continue;
    const get = function (this: { options: Record<string, unknown> }): unknown {
      return this.options[name];
    };
    Object.defineProperty(prototype, name, { get, configurable: true });
  }
}
showOptions(SimpleRNN.prototype, cellFields);
showOptions(LSTM.prototype, lstmFields);
showOptions(GRU.prototype, gruFields);

registerClasses("keras.layers", { SimpleRNN, LSTM, GRU });
