// The layer EinsumDense.

import { nullable, positiveInteger, type QuantizationMode, registerClasses, string, writtenWhenSet } from "../../config/index.js";
import { NotSupportedError } from "../../core/errors.js";
import { type Shape, shapeText, sizeOf } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { withFanAxes } from "../../initializers/variance-scaling.js";
import { add, cast, einsum, expandDims, ones, reshape, squeeze, transpose } from "../../ops/index.js";
import { mergeAxes, splitAxis } from "../../ops/shaping/reshape.js";
import type { Quantizer } from "../../quantizers/quantizer.js";
import type { Variable } from "../../variables/variable.js";
import { loraOptions } from "../base/adapted-layer.js";
import { CalibratedWeight, type FewBits, Int4Weight, Int8Weight } from "../base/few-bits.js";
import { byLargest, inputQuantizer, quantizationOption, QuantizedLayer, type Settings, wholeProduct } from "../base/quantized-layer.js";
import { activation, kernelAndBias, regularizer, severalOf, weightOptions } from "../base/fields.js";
import { InputSpec } from "../base/input-spec.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { equationAxes, weightShapes } from "./einsum-equation.js";

const { useBias: _, ...weights } = kernelAndBias;

/**
 * A dense layer along the axes that an equation names: `y = activation(einsum(equation, x, kernel) + bias)`.
 *
 * "abc,cd->abd" with `outputShape: [null, 64]` is a Dense layer of 64 units on sequences. Keras: keras.layers.EinsumDense
 *
 * ```ts
 * new keras.layers.EinsumDense("ab,bc->ac", 2, { kernelInitializer: "ones" })([[1, 2, 3]]); // [[6, 6]]
 * ```
 */
export class EinsumDense extends QuantizedLayer<typeof EinsumDense.options> {
  static override readonly modes: readonly QuantizationMode[] = ["int8", "int4", "gptq", "awq"];

  static override readonly options = layerOptions.extend(["equation", "outputShape", "activation", "biasAxes", "kernelInitializer"], {
    outputShape: severalOf(nullable(positiveInteger())),
    equation: string(),
    activation: activation(),
    biasAxes: nullable(string()),
    ...weights,
    activityRegularizer: regularizer(),
    ...quantizationOption,
    ...loraOptions,
    /** Columns that a kernel of a calibration has where they are not packed; it follows from the kernel. */
    gptqUnpackedColumnSize: writtenWhenSet(nullable(positiveInteger())),
  });

  declare kernel: Variable;
  declare bias?: Variable;

  protected override get adaptable() {
    return { weight: this.kernel, name: "kernel", shape: this.#shape };
  }

  #shape: readonly number[] = [];
  #rank = 0;
  /** What makes whole numbers of inputs; null where they stay floats. */
  #quantizer: Quantizer | null = null;

  override build(inputShape: Shape): void {
    const { equation, outputShape, biasAxes, kernelInitializer } = this.options;
    const { kernel, bias, inputAxes, outputAxes } = weightShapes(this.name, equation, inputShape, outputShape, biasAxes);
    const initializer = withFanAxes(kernelInitializer, inputAxes, outputAxes);
    this.#shape = kernel as number[];
    this.#rank = inputShape.length;
    this.kernel = this.makeWeight("kernel", kernel, { ...weightOptions(this.options, "kernel"), initializer });
    if (bias) this.bias = this.addWeight({ name: "bias", shape: bias, ...weightOptions(this.options, "bias") });
    this.adaptAsAsked();
    this.inputSpec = new InputSpec({ ndim: inputShape.length });
  }

  protected override keptIn({ mode, config, groupSize, bits }: Settings, shape: readonly number[]): FewBits {
    const { weights, outputs } = this.#axes;
    const name = "kernel";
    const isSummed = (letter: string): boolean => !outputs.includes(letter);
    const quantizer = config?.weightQuantizer ?? null;
    if (mode === "int8") {
      this.#quantizer = inputQuantizer(config, byLargest);
      return new Int8Weight(this, {
        name, shape,
        axes: weights.flatMap((letter, axis) => (isSummed(letter) ? [axis] : [])),
        scaleShape: outputs.map((letter) => shape[weights.indexOf(letter)] ?? 1),
        folded: (scale) => beside(scale, weights, outputs),
        spread: (scale) => beside(scale, outputs, weights),
      }, quantizer); // prettier-ignore
    }
    if (mode === "int4") {
      const rows = shape.reduce((count, length, axis) => (isSummed(weights[axis]!) ? count * length : count), 1);
      const columns = sizeOf(shape) / rows;
      this.#quantizer = groupSize === null ? inputQuantizer(config, () => null) : null;
      return new Int4Weight(this, { name, rows, columns, sharedAxis: 0, packedAxis: 1 }, { blockSize: groupSize, quantizer });
    }
    const [rows, columns] = matrixOf(this.name, shape);
    return new CalibratedWeight(this, {
      rows,
      columns,
      bits,
      groupSize: groupSize ?? -1,
      scalesRows: mode === "awq",
      zeroName: "zero_point",
    });
  }

  override getConfig() {
    const { kept } = this;
    const config = super.getConfig();
    return kept instanceof CalibratedWeight && this.quantizationMode === "gptq"
      ? { ...config, gptq_unpacked_column_size: kept.form.columns }
      : config;
  }

  get #axes() {
    return equationAxes(this.name, this.options.equation, this.#rank);
  }

  protected override keptFloat(): Tensor {
    return reshape(this.kept!.float(), this.#shape);
  }

  /** The product with a kernel in few bits. */
  #product(x: Tensor, kept: FewBits): Tensor {
    return this.withAdaptation(this.#bareProduct(x, kept), (a) => einsum(this.options.equation, x, a));
  }

  #bareProduct(x: Tensor, kept: FewBits): Tensor {
    const { equation } = this.options;
    const { inputs, weights, outputs } = this.#axes;
    const isWhole = kept instanceof Int8Weight;
    const float = (): Tensor => cast(this.keptFloat(), x.dtype);
    if (kept instanceof Int4Weight && !this.#quantizer) return this.#asMatrix(x, kept) ?? einsum(equation, x, float());
    if (!isWhole && !this.#quantizer) return einsum(equation, x, float());
    return wholeProduct(x, {
      quantizer: this.#quantizer,
      axes: inputs.flatMap((letter, axis) => (outputs.includes(letter) ? [] : [axis])),
      product: (x) => einsum(equation, x, isWhole ? kept.values : float()),
      scale: isWhole ? cast(kept.scale, x.dtype) : ones([], { dtype: x.dtype }),
      spread: (scale) => beside(scale, inputs, outputs),
      gradient: (dy) => einsum(`${outputs.join("")},${weights.join("")}->${inputs.join("")}`, dy, float()),
    });
  }

  /** The product, where it is one of matrices as they lie: axes that are summed end the input and begin the kernel, in one order. */
  #asMatrix(x: Tensor, kept: Int4Weight): Tensor | null {
    const { inputs, weights, outputs } = this.#axes;
    const summed = inputs.filter((letter) => !outputs.includes(letter));
    const before = inputs.slice(0, inputs.length - summed.length);
    const columns = weights.slice(summed.length);
    const isOne =
      before.length > 0 &&
      [...before, ...summed].join() === inputs.join() &&
      [...summed, ...columns].join() === weights.join() &&
      [...before, ...columns].join() === outputs.join();
    if (!isOne || summed.length === 0 || columns.length === 0) return null;
    const y = kept.product(mergeAxes(x, before.length, summed.length));
    return y && splitAxis(y, before.length, this.#shape.slice(summed.length));
  }

  override call(x: Tensor): Tensor {
    const { kept } = this;
    this.shown(x);
    const y = kept ? this.#product(x, kept) : einsum(this.options.equation, x, this.adapted());
    return this.options.activation(this.bias ? add(y, this.bias) : y);
  }
}

export interface EinsumDense extends LayerAttributes<typeof EinsumDense.options, "loraAlpha" | "loraRank" | "quantizationConfig"> {}

/** Scales of the axes `from`, where they are not 1, as they stand beside the axes `to`. */
function beside(scale: Tensor, from: readonly string[], to: readonly string[]): Tensor {
  const kept = from.filter((letter) => to.includes(letter));
  const bare = squeeze(scale, from.flatMap((letter, axis) => (to.includes(letter) ? [] : [axis]))); // prettier-ignore
  const order = to.filter((letter) => from.includes(letter)).map((letter) => kept.indexOf(letter));
  return expandDims(transpose(bare, order), to.flatMap((letter, axis) => (from.includes(letter) ? [] : [axis]))); // prettier-ignore
}

/** Rows and columns that a calibration sees in a kernel: of three axes, the longest one is a side by itself. */
function matrixOf(layer: string, shape: readonly number[]): [rows: number, columns: number] {
  if (shape.length === 2) return [shape[0]!, shape[1]!];
  if (shape.length === 3) {
    const isFirst = shape.indexOf(Math.max(...shape)) === 0;
    return isFirst ? [shape[0]!, shape[1]! * shape[2]!] : [shape[0]! * shape[1]!, shape[2]!];
  }
  throw new NotSupportedError(`${layer}.quantize`, { given: `a kernel of shape ${shapeText(shape)}`, expected: "two or three axes" });
}

registerClasses("keras.layers", { EinsumDense });
