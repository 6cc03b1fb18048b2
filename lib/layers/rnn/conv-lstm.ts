// Long short-term memory over sequences of images: gates and states are images, products are convolutions.

import { registerClasses } from "../../config/index.js";
import { regularizer } from "../base/fields.js";
import { InputSpec } from "../base/input-spec.js";
import { layerOptions } from "../base/options.js";
import type { Cell } from "./cell.js";
import { convLstmCell, convLstmFields } from "./conv-lstm-cell.js";
import { BaseRNN, rnnFields } from "./rnn.js";

const optionsOf = (rank: number) =>
  layerOptions.extend(["filters", "kernelSize"], { ...rnnFields, ...convLstmFields(rank), activityRegularizer: regularizer() });

const cells = [convLstmCell(1), convLstmCell(2), convLstmCell(3)] as const;

/** The cell of a layer: its options are the layer's. */
function cellOf(rank: number, options: object): Cell {
  const all = options as Record<string, unknown>;
  const own = Object.fromEntries([...Object.keys(convLstmFields(rank)), "trainable", "dtype"].map((name) => [name, all[name]]));
  return new cells[rank - 1]!({ ...own, name: "conv_lstm_cell" }) as unknown as Cell;
}

/**
 * Convolutional LSTM over `[batch, time, length, channels]`. Keras: keras.layers.ConvLSTM1D
 *
 * @see Shi et al., Convolutional LSTM Network: A Machine Learning Approach for Precipitation Nowcasting, 2015
 */
export class ConvLSTM1D extends BaseRNN<ReturnType<typeof optionsOf>> {
  static override readonly options = optionsOf(1);
  override readonly cell = cellOf(1, this.options);
  override inputSpec = new InputSpec({ ndim: 4 });
}

/** Convolutional LSTM over `[batch, time, height, width, channels]`. @see ConvLSTM1D. Keras: keras.layers.ConvLSTM2D */
export class ConvLSTM2D extends BaseRNN<ReturnType<typeof optionsOf>> {
  static override readonly options = optionsOf(2);
  override readonly cell = cellOf(2, this.options);
  override inputSpec = new InputSpec({ ndim: 5 });
}

/** Convolutional LSTM over `[batch, time, depth, height, width, channels]`. @see ConvLSTM1D. Keras: keras.layers.ConvLSTM3D */
export class ConvLSTM3D extends BaseRNN<ReturnType<typeof optionsOf>> {
  static override readonly options = optionsOf(3);
  override readonly cell = cellOf(3, this.options);
  override inputSpec = new InputSpec({ ndim: 6 });
}

registerClasses("keras.layers", { ConvLSTM1D, ConvLSTM2D, ConvLSTM3D });
