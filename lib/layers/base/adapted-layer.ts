// The base of layers whose kernel can be frozen and adapted by a product of low rank (LoRA).

import { checkOptions } from "../../core/options.js";
import { type Json, nullable, number, positiveInteger, type Schema, writtenWhenSet } from "../../config/index.js";
import { StateError, text } from "../../core/errors.js";
import type { Shape } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { add, cast, matmul, multiply } from "../../ops/index.js";
import type { InitializerIdentifier } from "../../initializers/index.js";
import type { Variable } from "../../variables/variable.js";
import { Layer } from "../layer.js";
import { layerOptions } from "./options.js";
import { weightOptions } from "./fields.js";
import { type KerasState, kerasState } from "../../saving/saveable.js";

/** The options of layers whose largest weight can be adapted by one of low rank. */
export const loraOptions = {
  loraRank: writtenWhenSet(nullable(positiveInteger())),
  loraAlpha: writtenWhenSet(nullable(number())),
} as const;

/** What `enableLora` takes beside the rank. */
export interface LoraOptions {
  /** What the product of the two factors is multiplied by, times the rank. Default: the rank. */
  readonly loraAlpha?: number | null;
  readonly aInitializer?: InitializerIdentifier;
  readonly bInitializer?: InitializerIdentifier;
}

/** A weight that can be adapted. */
export interface Adaptable {
  /** The variable that keeps it. */
  readonly weight: Variable;
  readonly name: string;
  /** The shape of what it stands for. */
  readonly shape: Shape;
}

/** The two factors of an adaptation, and what their product is multiplied by. */
export interface Lora {
  readonly a: Variable;
  readonly b: Variable;
  readonly rank: number;
  readonly alpha: number;
  readonly factor: number;
}

/**
 * A layer whose largest weight can be frozen and adapted by a product of two small ones: `w + alpha / rank · a · b`. Files have the adapted
 * weight, as Keras's have; the factors stand beside it.
 *
 * @see Hu et al. 2021, LoRA
 */
export abstract class AdaptedLayer<S extends Schema = typeof layerOptions> extends Layer<S> {
  #lora: Lora | null = null;

  /** The weight that can be adapted. */
  protected abstract get adaptable(): Adaptable;

  /** Whether the weight is frozen and adapted. */
  get loraEnabled(): boolean {
    return this.#lora !== null;
  }

  /** The rank of the adaptation: that of the options before there is one; null for none. */
  get loraRank(): number | null {
    return this.#lora?.rank ?? this.#asked.loraRank ?? null;
  }

  set loraRank(rank: number | null) {
    throw this.#assigned("loraRank", rank);
  }

  /** What the adaptation is multiplied by, times the rank; null for none. */
  get loraAlpha(): number | null {
    return this.#lora?.alpha ?? this.#asked.loraAlpha ?? this.loraRank;
  }

  set loraAlpha(alpha: number | null) {
    throw this.#assigned("loraAlpha", alpha);
  }

  /** LoRA is made by a call, once: an attribute cannot change its shapes. */
  #assigned(name: string, given: unknown): StateError {
    return new StateError(`${this.name}.${name}`, { given: `${text(given)} by assignment`, expected: "enableLora(rank, { loraAlpha })" });
  }

  get #asked() {
    return this.options as unknown as { readonly loraRank?: number | null; readonly loraAlpha?: number | null };
  }

  /** The factors of the adaptation, null where there is none. */
  get lora(): Lora | null {
    return this.#lora;
  }

  /** To be called at the end of `build`. */
  protected adaptAsAsked(): void {
    const { loraRank, loraAlpha } = this.#asked;
    if (loraRank !== null && loraRank !== undefined) this.#adapt(loraRank, { loraAlpha: loraAlpha ?? null });
  }

  /** Freezes the weight and trains two factors of a small rank instead. @throws StateError before the layer is built, or the second time */
  enableLora(rank: number, options: LoraOptions = {}): void {
    const where = `${this.name}.enableLora`;
    checkOptions(where, arguments, 1, ["loraAlpha", "aInitializer", "bInitializer"]);
    positiveInteger().parse(rank, `${where}.rank`);
    nullable(number()).parse(options.loraAlpha ?? null, `${where}.loraAlpha`);
    if (!this.built) throw new StateError(where, { given: "a layer that is not built", expected: "weights" });
    if (this.#lora) throw new StateError(where, { given: "a second call", expected: "one call for each layer" });
    this.#adapt(rank, options);
  }

  #adapt(rank: number, { loraAlpha, aInitializer = "he_uniform", bInitializer = "zeros" }: LoraOptions): void {
    const { weight, name, shape } = this.adaptable;
    const { constraint, regularizer } = weightOptions(this.options as object, name);
    if (constraint) throw new StateError(`${this.name}.loraRank`, { given: `a constraint of the ${name}`, expected: "none beside LoRA" });
    const factor = (letter: string, shape: Shape, initializer: InitializerIdentifier) =>
      this.addWeight({ name: `lora_${name}_${letter}`, shape, initializer, dtype: "float32", regularizer: regularizer ?? null });
    const a = factor("a", [...shape.slice(0, -1), rank], aInitializer);
    const b = factor("b", [rank, shape.at(-1)!], bInitializer);
    weight.trainable = false;
    const alpha = loraAlpha ?? rank;
    this.#lora = { a, b, rank, alpha, factor: alpha / rank };
  }

  /** The weight with its adaptation. */
  protected adapted(): Variable | Tensor {
    const { weight } = this.adaptable;
    return this.#lora ? this.merged(weight.value()) : weight;
  }

  /** A weight of floats with the adaptation. */
  protected merged(weight: Tensor): Tensor {
    const { a, b, factor } = this.#lora!;
    return add(weight, cast(multiply(matmul(a, b), factor), weight.dtype));
  }

  /** Keras's files have the adapted weight in the place of the frozen one, and no factors. */
  override [kerasState](): KerasState {
    const state = super[kerasState]();
    if (!this.#lora) return state;
    const { a, b } = this.#lora;
    const { weight, name } = this.adaptable;
    const others = state.variables.filter((variable) => ![weight, a, b].includes(variable));
    const merged = new Map([[weight, () => this.adapted().value()]]);
    return { ...state, variables: [weight, ...others], merged, beside: { [name]: weight, ...this.factorsByName() } };
  }

  /** The factors as files have them beside what Keras reads; nothing where there are none. */
  protected factorsByName(): Readonly<Record<string, Variable>> {
    const { name } = this.adaptable;
    return this.#lora ? { [`lora_${name}_a`]: this.#lora.a, [`lora_${name}_b`]: this.#lora.b } : {};
  }

  override getConfig(): Record<string, Json> {
    const { lora_rank: _, lora_alpha: __, ...config } = super.getConfig();
    const { loraRank, loraAlpha } = this;
    return loraRank === null ? config : { ...config, lora_rank: loraRank, lora_alpha: loraAlpha };
  }
}
