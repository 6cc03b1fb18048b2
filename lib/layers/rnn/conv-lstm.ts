// Long short-term memory over sequences of images: gates and states are images, products are convolutions.

import { type OptionValues, registerClasses } from "../../config/index.js";
import { regularizer } from "../base/fields.js";
import { InputSpec } from "../base/input-spec.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import type { Cell } from "./cell.js";
import { convLstmCell, convLstmFields } from "./conv-lstm-cell.js";
import { BaseRNN, rnnFields } from "./rnn.js";

const optionsOf = (rank: number) =>
  layerOptions.extend(["filters", "kernelSize", "strides", "padding", "dataFormat"], {
    ...rnnFields,
    ...convLstmFields(rank),
    activityRegularizer: regularizer(),
  });

const cells = [convLstmCell(1), convLstmCell(2), convLstmCell(3)] as const;

/** The cell of a layer: its options are the layer's. */
function cellOf(rank: number, options: object): Cell {
  const all = options as Record<string, unknown>;
  const own = Object.fromEntries([...Object.keys(convLstmFields(rank)), "trainable", "dtype"].map((name) => [name, all[name]]));
  return new cells[rank - 1]!({ ...own, name: "conv_lstm_cell" }) as unknown as Cell;
}

type Values = OptionValues<ReturnType<typeof optionsOf>>;

/** The options of the cell, by the names that Keras has on the layer. */
abstract class ConvLSTM extends BaseRNN<ReturnType<typeof optionsOf>> {
  get filters(): Values["filters"] {
    return this.options.filters;
  }

  get kernelSize(): Values["kernelSize"] {
    return this.options.kernelSize;
  }

  get strides(): Values["strides"] {
    return this.options.strides;
  }

  get padding(): Values["padding"] {
    return this.options.padding;
  }

  get dataFormat(): Values["dataFormat"] {
    return this.options.dataFormat;
  }

  get dilationRate(): Values["dilationRate"] {
    return this.options.dilationRate;
  }

  get activation(): Values["activation"] {
    return this.options.activation;
  }

  get recurrentActivation(): Values["recurrentActivation"] {
    return this.options.recurrentActivation;
  }

  get useBias(): Values["useBias"] {
    return this.options.useBias;
  }

  get kernelInitializer(): Values["kernelInitializer"] {
    return this.options.kernelInitializer;
  }

  get recurrentInitializer(): Values["recurrentInitializer"] {
    return this.options.recurrentInitializer;
  }

  get biasInitializer(): Values["biasInitializer"] {
    return this.options.biasInitializer;
  }

  get unitForgetBias(): Values["unitForgetBias"] {
    return this.options.unitForgetBias;
  }

  get kernelRegularizer(): Values["kernelRegularizer"] {
    return this.options.kernelRegularizer;
  }

  get recurrentRegularizer(): Values["recurrentRegularizer"] {
    return this.options.recurrentRegularizer;
  }

  get biasRegularizer(): Values["biasRegularizer"] {
    return this.options.biasRegularizer;
  }

  get kernelConstraint(): Values["kernelConstraint"] {
    return this.options.kernelConstraint;
  }

  get recurrentConstraint(): Values["recurrentConstraint"] {
    return this.options.recurrentConstraint;
  }

  get biasConstraint(): Values["biasConstraint"] {
    return this.options.biasConstraint;
  }

  get dropout(): Values["dropout"] {
    return this.options.dropout;
  }

  get recurrentDropout(): Values["recurrentDropout"] {
    return this.options.recurrentDropout;
  }
}

interface ConvLSTM extends LayerAttributes<ReturnType<typeof optionsOf>> {}

/**
 * Convolutional LSTM over `[batch, time, length, channels]`. Keras: keras.layers.ConvLSTM1D
 *
 * ```ts
 * new keras.layers.ConvLSTM1D(4, 3)(tf.ones([1, 2, 8, 3])).shape; // [1, 6, 4]
 * ```
 *
 * @see Shi et al., Convolutional LSTM Network: A Machine Learning Approach for Precipitation Nowcasting, 2015
 */
export class ConvLSTM1D extends ConvLSTM {
  static override readonly options = optionsOf(1);
  override readonly cell = cellOf(1, this.options);
  override inputSpec = new InputSpec({ ndim: 4 });
}

/**
 * Convolutional LSTM over `[batch, time, height, width, channels]`.
 *
 * ```ts
 * new keras.layers.ConvLSTM2D(4, 3)(tf.ones([1, 2, 8, 8, 3])).shape; // [1, 6, 6, 4]
 * ```
 *
 * @see ConvLSTM1D. Keras: keras.layers.ConvLSTM2D
 */
export class ConvLSTM2D extends ConvLSTM {
  static override readonly options = optionsOf(2);
  override readonly cell = cellOf(2, this.options);
  override inputSpec = new InputSpec({ ndim: 5 });
}

/**
 * Convolutional LSTM over `[batch, time, depth, height, width, channels]`.
 *
 * ```ts
 * new keras.layers.ConvLSTM3D(2, 2)(tf.ones([1, 2, 4, 4, 4, 1])).shape; // [1, 3, 3, 3, 2]
 * ```
 *
 * @see ConvLSTM1D. Keras: keras.layers.ConvLSTM3D
 */
export class ConvLSTM3D extends ConvLSTM {
  static override readonly options = optionsOf(3);
  override readonly cell = cellOf(3, this.options);
  override inputSpec = new InputSpec({ ndim: 6 });
}

registerClasses("keras.layers", { ConvLSTM1D, ConvLSTM2D, ConvLSTM3D });
