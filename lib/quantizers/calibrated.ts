// The configs of modes that look at data: GPTQ and AWQ.

import {
  boolean, fraction, oneOf, positiveInteger, registerClasses, schema,
} from "../config/index.js"; // prettier-ignore
import { field, invalid, withDefault } from "../config/field.js";
import type { Tensor } from "../core/tensor.js";
import { Activations, awq } from "./awq.js";
import { type Calibrating, type CalibratedConfig, type Calibration, planCalibration } from "./calibration.js";
import { QuantizationConfig } from "./config.js";
import { type CalibratedMatrix, gptq, Hessian } from "./gptq.js";

/** What makes whole numbers of a text. */
export interface Tokenizer {
  tokenize(text: string): unknown;
}

/** Which layers are quantized, in which order: those before the blocks give the blocks their inputs. */
export interface LayerStructure {
  readonly preBlockLayers?: readonly unknown[];
  readonly sequentialBlocks: readonly unknown[];
}

/** Sees what a layer is given, and makes few bits of its weight. */
export interface Observer {
  see(x: Tensor): void;
  /** The weight `[inputs, outputs]` in few bits; null where nothing was seen. */
  finish(matrix: Tensor): CalibratedMatrix | null;
}

/** Things that no config holds: they are written as null. */
const outside = <T>(expected: string) =>
  withDefault(
    field<T | null, T | null>({
      expected,
      takesObjects: true,
      parse: (value) => (value === null || typeof value === "object" || typeof value === "function" ? (value as T | null) : invalid),
      serialize: () => null,
    }),
    null,
  );

const groupSize = withDefault(
  field<number>({
    expected: "a positive integer, or -1 for all rows",
    parse: (value) => (value === -1 || (Number.isInteger(value) && (value as number) > 0) ? (value as number) : invalid),
  }),
  128,
);

const calibration = {
  /** Texts, or token ids: anything that can be iterated over. */
  dataset: outside<Iterable<unknown>>("texts or token ids"),
  /** What makes token ids of texts. */
  tokenizer: outside<Tokenizer | ((text: string) => unknown)>("an object with a method tokenize"),
  quantizationLayerStructure: outside<LayerStructure>("an object with sequentialBlocks"),
};

/**
 * Weights of 2, 3, 4 or 8 bits, each column's error made up for by the columns after it, as the inputs of a calibration ask.
 *
 * ```ts
 * new keras.quantizers.GPTQConfig(null, null, { weightBits: 4, groupSize: 64 }).dtypePolicyString(); // "gptq/4/64"
 * ```
 *
 * @see Frantar et al., GPTQ: Accurate Post-Training Quantization for Generative Pre-trained Transformers, 2022. Keras:
 * keras.quantizers.GPTQConfig
 */
export class GPTQConfig extends QuantizationConfig<typeof GPTQConfig.options> {
  static override readonly options = schema(["dataset", "tokenizer"], {
    ...calibration,
    weightBits: oneOf([2, 3, 4, 8], 4),
    numSamples: positiveInteger(128),
    calibrationBatchSize: positiveInteger(8),
    perChannel: boolean(true),
    sequenceLength: positiveInteger(512),
    hessianDamping: fraction(0.01),
    groupSize,
    symmetric: boolean(false),
    activationOrder: boolean(false),
  });

  override get mode() {
    return "gptq" as const;
  }

  /** How many samples run at once. */
  get batchSize(): number {
    return this.options.calibrationBatchSize;
  }

  /** What sees the inputs of a layer. */
  observer(): Observer {
    const hessian = new Hessian();
    return { see: (x) => hessian.add(x), finish: (matrix) => (hessian.value ? gptq(matrix, hessian.value, this.options) : null) };
  }

  /** How a model is calibrated for it: to be run after its layers were told. */
  calibration(...[where, model, isQuantized]: Parameters<Calibrating["calibration"]>): Calibration {
    return planCalibration(where, model, this as unknown as CalibratedConfig, isQuantized);
  }

  /** What names the policy of layers: `gptq/4/128`. */
  dtypePolicyString(): string {
    return `gptq/${this.options.weightBits}/${this.options.groupSize}`;
  }
}

/**
 * Weights of 4 bits, scaled by how large the activations of a calibration are so that what matters most is rounded least.
 *
 * ```ts
 * new keras.quantizers.AWQConfig(null, null, { groupSize: 64 }).dtypePolicyString(); // "awq/4/64"
 * ```
 *
 * @see Lin et al., AWQ: Activation-aware Weight Quantization for LLM Compression and Acceleration, 2023. Keras: keras.quantizers.AWQConfig
 */
export class AWQConfig extends QuantizationConfig<typeof AWQConfig.options> {
  static override readonly options = schema(["dataset", "tokenizer"], {
    ...calibration,
    weightBits: oneOf([4], 4),
    numSamples: positiveInteger(128),
    sequenceLength: positiveInteger(512),
    groupSize,
    numGridPoints: positiveInteger(20),
    applyClip: boolean(true),
  });

  override get mode() {
    return "awq" as const;
  }

  /** What sees the inputs of a layer. */
  observer(): Observer {
    const seen = new Activations();
    return { see: (x) => seen.add(x), finish: (matrix) => (seen.sizes ? awq(matrix, seen, this.options) : null) };
  }

  /** How many samples run at once. */
  readonly batchSize = 1;

  /** How a model is calibrated for it: to be run after its layers were told. */
  calibration(...[where, model, isQuantized]: Parameters<Calibrating["calibration"]>): Calibration {
    return planCalibration(where, model, this as unknown as CalibratedConfig, isQuantized);
  }

  /** What names the policy of layers: `awq/4/128`. */
  dtypePolicyString(): string {
    return `awq/${this.options.weightBits}/${this.options.groupSize}`;
  }
}

registerClasses("keras.quantizers", { GPTQConfig, AWQConfig });
