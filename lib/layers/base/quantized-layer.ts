// The base of layers whose largest weight can be kept in few bits: Dense, EinsumDense, TernaryDense and the embeddings.
//
//  (1) A layer says how each mode keeps its weight (`keptIn`); this class makes the change, states it in policy and config, and orders
//      files.
//  (2) What a quantized weight stands for is never kept: products take it from the few bits.

import { boolean, getPolicy, GPTQDTypePolicy, AWQDTypePolicy, Int4DTypePolicy, type Json } from "../../config/index.js";
import { nullable, type QuantizationMode, type Schema, schema, serializeKerasObject, string } from "../../config/index.js";
import { NotSupportedError, StateError, text, ValueError } from "../../core/errors.js";
import { type Shape, sizeOf } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { customGradient } from "../../graph/custom-gradient.js";
import { add, cast, divide, matmul, multiply, reshape } from "../../ops/index.js";
import type { CalibratedMatrix } from "../../quantizers/gptq.js";
import { packInt2, packInt4 } from "../../quantizers/packing.js";
import { AbsMaxQuantizer } from "../../quantizers/abs-max.js";
import {
  Int4QuantizationConfig,
  Int8QuantizationConfig,
  QuantizationConfig,
  quantizationConfig,
  resolveQuantization,
} from "../../quantizers/config.js";
import type { Quantizer } from "../../quantizers/quantizer.js";
import { type KerasState, kerasState } from "../../saving/saveable.js";
import type { Variable } from "../../variables/variable.js";
import { AdaptedLayer } from "./adapted-layer.js";
import { CalibratedWeight, type FewBits, keep } from "./few-bits.js";
import { layerOptions } from "./options.js";
import type { WeightOptions } from "./state.js";

/** The option of layers that can be quantized: how they were. */
export const quantizationOption = { quantizationConfig } as const;

const quantizeOptions = schema(["mode", "typeCheck", "config"], {
  mode: nullable(string()),
  /** Whether classes that extend the layer's are refused: their `call` may not know of fewer bits. */
  typeCheck: boolean(true),
  config: quantizationConfig,
});

/** What a mode needs to know. */
export interface Settings {
  readonly mode: QuantizationMode;
  readonly config: QuantizationConfig | null;
  /** Of modes with blocks: elements that share a scale; null is all of them. */
  readonly groupSize: number | null;
  /** Of calibrations. */
  readonly bits: number;
}

/** A layer whose largest weight can be kept in few bits. */
export abstract class QuantizedLayer<S extends Schema = typeof layerOptions> extends AdaptedLayer<S> {
  /** The modes that a class knows; one that extends it has to say so itself. */
  static readonly modes: readonly QuantizationMode[] = [];

  #kept: FewBits | null = null;
  #config: QuantizationConfig | null | undefined;
  /** The float weight that a calibration is about to replace. */
  #waiting: Variable | null = null;
  #shown: ((x: Tensor) => void) | null = null;

  /** How a mode keeps the weight of this shape. */
  protected abstract keptIn(settings: Settings, shape: readonly number[]): FewBits;

  /** The weight in few bits; null where it is in floats. */
  get kept(): FewBits | null {
    return this.#waiting ? null : this.#kept;
  }

  /** How many elements the weight stands for. */
  get keptElements(): number {
    return sizeOf(this.adaptable.shape as number[]);
  }

  protected override get takesFewBits(): boolean {
    return true;
  }

  override get isQuantized(): boolean {
    return this.#kept !== null;
  }

  /** How the layer was quantized; null where it was not, or by its policy alone. */
  get quantizationConfig(): QuantizationConfig | null {
    return (
      this.#config ?? (this.options as unknown as { readonly quantizationConfig?: QuantizationConfig | null }).quantizationConfig ?? null
    );
  }

  /** Whether the policy alone makes the same layer again: quantizers of the user's it does not tell. */
  get isToldByPolicy(): boolean {
    const config = this.quantizationConfig;
    const plain =
      config instanceof Int4QuantizationConfig ? new Int4QuantizationConfig({ blockSize: config.blockSize })
      : config?.mode === "int8" ? new Int8QuantizationConfig()
      : config; // prettier-ignore
    return plain === config || JSON.stringify(plain!.getConfig()) === JSON.stringify(config!.getConfig());
  }

  /** Scales of the weight in few bits. Keras: kernel_scale, embeddings_scale */
  get scale(): Variable | null {
    return this.#kept?.scale ?? null;
  }

  /** Makes the largest weight: in floats, or in few bits where the policy says so. To be called in `build`. */
  protected makeWeight(name: string, shape: Shape, options: WeightOptions): Variable {
    const mode = this.quantizationMode;
    if (mode === null || shape.includes(null)) return this.addWeight({ name, shape, ...options });
    this.#checkMode(mode, "dtype");
    this.#kept = this.keptIn(this.#settings(mode, this.quantizationConfig), shape as number[]);
    return this.#kept.values;
  }

  #settings(mode: QuantizationMode, config: QuantizationConfig | null): Settings {
    const policy = this.dtypePolicy.of(this.path);
    const asked = config as { readonly options?: { readonly weightBits?: number; readonly groupSize?: number } } | null;
    const isCalibrated = policy instanceof GPTQDTypePolicy || policy instanceof AWQDTypePolicy;
    const blockSize =
      config instanceof Int4QuantizationConfig ? config.blockSize : policy instanceof Int4DTypePolicy ? policy.blockSize : null;
    const groupSize = asked?.options?.groupSize ?? (isCalibrated ? policy.groupSize : blockSize);
    return {
      mode,
      config,
      groupSize: groupSize === -1 ? null : groupSize,
      bits: asked?.options?.weightBits ?? (isCalibrated ? policy.weightBits : 4),
    };
  }

  /** The modes of the class itself. @throws NotSupportedError for another one */
  #checkMode(mode: QuantizationMode, option: string): void {
    const { modes } = this.constructor as typeof QuantizedLayer;
    if (modes.includes(mode)) return;
    throw new NotSupportedError(`${this.name}.${option}`, {
      given: `the mode ${text(mode)}`,
      expected: `one of ${modes.map((each) => text(each)).join(", ")}`,
      ...(mode === "float8" && { hint: "float8 is a way to train on hardware that has it; there is none for JavaScript." }),
    });
  }

  /**
   * Keeps the weight in fewer bits: "int8" (products in integers), "int4", "ternary", or what a config says. Variables, policy and config
   * become those that Keras would have.
   *
   * @param given  mode, typeCheck and config, by position or by name
   * @throws StateError before the layer is built or the second time, NotSupportedError for a mode that the layer does not have. Keras:
   * quantize
   */
  override quantize(...given: unknown[]): void {
    const where = `${this.name}.quantize`;
    const { mode: asked, typeCheck, config: givenConfig } = quantizeOptions.parse(where, given);
    const config = resolveQuantization(where, asked, givenConfig);
    const { mode } = config;
    if (typeCheck && !Object.hasOwn(this.constructor, "modes")) super.quantize();
    this.#checkMode(mode, "quantize");
    if (!this.built)
      throw new StateError(where, { given: "a layer that is not built", expected: "weights", hint: "Call it on data once." });
    if (this.#kept)
      throw new StateError(where, { given: `a layer of the policy ${text(this.dtypePolicy.name)}`, expected: "one that is not quantized" });
    if (mode === "int8" && this.computeDtype === "float16")
      throw new ValueError(where, { given: '"int8" beside float16', expected: "a layer that computes in float32 or bfloat16" });
    const { weight, name, shape } = this.adaptable;
    const before = weight.value();
    const kept = this.keptIn(this.#settings(mode, config), shape as number[]);
    this.#kept = kept;
    this.#config = config;
    if (kept instanceof CalibratedWeight) this.#waiting = weight;
    else {
      keep(kept, before);
      this.#replace(weight, name, kept);
    }
    if (this.dtypePolicy.of(this.path).quantizationMode !== null) return;
    const named = (config as { dtypePolicyString?(): string }).dtypePolicyString?.();
    const block = config instanceof Int4QuantizationConfig ? `int4/${config.blockSize ?? -1}` : mode;
    this.dtypePolicy = getPolicy(`${named ?? block}_from_${this.dtypePolicy.of(this.path).name}`);
  }

  /** Shows the inputs of later calls to somebody; null ends it. */
  showInputs(to: ((x: Tensor) => void) | null): void {
    this.#shown = to;
  }

  /** To be called with the input of a product. */
  protected shown(x: Tensor): void {
    this.#shown?.(x);
  }

  /** Takes over what a calibration made of the weight: the float weight goes. */
  calibrate(made: CalibratedMatrix): void {
    const kept = this.#kept as CalibratedWeight;
    const { bits } = kept.form;
    const whole = cast(made.whole, "uint8");
    kept.values.assign(bits === 4 ? packInt4(whole, 0, "uint8")[0] : bits === 2 ? packInt2(whole, 0, "uint8")[0] : whole);
    kept.scale.assign(cast(made.scale, kept.scale.dtype));
    kept.zero.assign(cast(made.zero, "uint8"));
    kept.groups.assign(cast(made.groups, "float32"));
    if (made.rowScales) kept.rowScales!.assign(cast(made.rowScales, kept.rowScales!.dtype));
    this.#settle();
  }

  #settle(): void {
    const { name } = this.adaptable;
    if (this.#waiting && this.#kept) this.#replace(this.#waiting, name, this.#kept);
    this.#waiting = null;
  }

  /** The weight that a calibration is to make few bits of, as a matrix; null where none is. */
  get waiting(): Tensor | null {
    if (!this.#waiting) return null;
    const { rows, columns } = (this.#kept as CalibratedWeight).form;
    return reshape(this.#waiting.value(), [rows, columns]);
  }

  #replace(weight: Variable, name: string, kept: FewBits): void {
    this.dropWeight(weight);
    (this as unknown as Record<string, Variable>)[name] = kept.values;
    this.replaced();
  }

  /** To be done after the weight has been replaced. */
  protected replaced(): void {}

  /** The variables of files: values, bias, scales; with the adaptation made part of the values. */
  override [kerasState](): KerasState {
    const kept = this.#kept;
    if (!kept) return super[kerasState]();
    const { name, parts } = super[kerasState]();
    const [values, ...others] = kept.variables;
    const own = (this as unknown as { readonly bias?: Variable }).bias;
    const bias = own ? [own] : [];
    const variables = kept instanceof CalibratedWeight ? [...bias, values!, ...others] : [values!, ...bias, ...others];
    const all = [...variables, ...this.otherVariables()];
    const state = { name, parts, variables: all, loaded: () => this.#settle() };
    if (this.#waiting) return { ...state, merged: new Map([[values!, () => this.#refuseUncalibrated()]]) };
    if (!this.lora) return state;
    const known = kept.variables.map((variable) => [variable.name, variable] as const);
    return { ...state, merged: this.#mergedValues(kept), beside: { ...Object.fromEntries(known), ...this.factorsByName() } };
  }

  /** What the adapted weight is in few bits. A calibration is none that could be made again: there the factors stand beside alone. */
  #mergedValues(kept: FewBits): ReadonlyMap<Variable, () => Tensor> {
    if (kept instanceof CalibratedWeight) return new Map();
    let made: readonly Tensor[] | undefined;
    const all = (): readonly Tensor[] => (made ??= kept.encode(this.merged(this.keptFloat())));
    const counted = kept.variables.filter((variable) => variable.name !== "g_idx");
    return new Map(counted.map((variable, i) => [variable, () => cast(all()[i] ?? variable.value(), variable.dtype)] as const));
  }

  #refuseUncalibrated(): never {
    throw new StateError(`${this.name}.save`, {
      given: `a layer of the policy ${text(this.dtypePolicy.name)} that was not calibrated`,
      expected: "values in few bits",
      hint: "Let model.quantize calibrate it, or leave it out with filters.",
    });
  }

  /** Variables of the layer that stand behind those of the weight in files. */
  protected otherVariables(): readonly Variable[] {
    return [];
  }

  /** What the weight in few bits stands for, in its own shape. */
  protected keptFloat(): Tensor {
    return this.#kept!.float();
  }

  /** y and what the adaptation adds to it: the product of the input with both factors. */
  protected withAdaptation(y: Tensor, byFirst: (a: Variable) => Tensor): Tensor {
    const { lora } = this;
    return lora ? cast(add(y, multiply(matmul(byFirst(lora.a), lora.b), lora.factor)), y.dtype) : y;
  }

  override getConfig(): Record<string, Json> {
    const config = super.getConfig();
    return this.#config && "quantization_config" in config
      ? { ...config, quantization_config: serializeKerasObject(this.#config) }
      : config;
  }
}

/** The quantizer of inputs that a config names, or the mode's own. */
export const inputQuantizer = (config: QuantizationConfig | null, byDefault: () => Quantizer | null): Quantizer | null =>
  config ? config.activationQuantizer : byDefault();

/** A product whose operands are whole numbers. */
export interface WholeProduct {
  readonly quantizer: Quantizer | null;
  /** The axes of the input along which its elements share a scale. */
  readonly axes: number | readonly number[];
  /** The product with the weight, of whole numbers or floats. */
  product(x: Tensor): Tensor;
  /** The scale of the weight, as it stands beside the product. */
  readonly scale: Tensor;
  /** The scale of the input, as it stands beside the product. */
  spread(scale: Tensor): Tensor;
  /** The gradient of the input from that of the product, by what the weight stands for. */
  gradient(dy: Tensor): Tensor;
}

/** The product of quantized inputs and weights; gradients pass the rounding of inputs as if there was none. */
export function wholeProduct(x: Tensor, { quantizer, axes, product, scale, spread, gradient }: WholeProduct): Tensor {
  return customGradient((x: Tensor) => {
    if (!quantizer) return { value: divide(product(x), scale), gradient };
    const [whole, inputScale] = quantizer(x, { axis: axes });
    return { value: divide(cast(product(whole), x.dtype), multiply(scale, spread(inputScale))), gradient };
  })(x);
}

/** The mode's own quantizer of inputs. */
export const byLargest = (): Quantizer => new AbsMaxQuantizer() as unknown as Quantizer;
