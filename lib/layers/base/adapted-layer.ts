// The base of layers whose kernel can be frozen and adapted by a product of low rank (LoRA).

import { type Json, nullable, number, positiveInteger, type Schema, writtenWhenSet } from "../../config/index.js";
import { StateError } from "../../core/errors.js";
import type { Shape } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { add, matmul, multiply } from "../../ops/index.js";
import type { InitializerIdentifier } from "../../initializers/index.js";
import { type KerasState, kerasState } from "../../saving/saveable.js";
import type { Variable } from "../../variables/variable.js";
import { Layer } from "../layer.js";
import { layerOptions } from "./options.js";
import type { Weight } from "./weight.js";

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

/**
 * A layer whose largest weight can be frozen and adapted by a product of two small ones: `w + alpha / rank · a · b`.
 *
 * @see Hu et al. 2021, LoRA
 */
export abstract class AdaptedLayer<S extends Schema = typeof layerOptions> extends Layer<S> {
  #lora: { readonly a: Variable; readonly b: Variable; readonly rank: number; readonly alpha: number } | null = null;

  /** The weight that can be adapted, and its name. */
  protected abstract get adaptable(): { readonly weight: Variable; readonly name: string };

  /** To be called at the end of `build`. */
  protected adaptAsAsked(): void {
    const { loraRank, loraAlpha } = this.options as unknown as { loraRank: number | null; loraAlpha: number | null };
    if (loraRank !== null) this.#adapt(loraRank, { loraAlpha });
  }

  /** Freezes the weight and trains two factors of a small rank instead. @throws StateError before the layer is built, or the second time */
  enableLora(rank: number, options: LoraOptions = {}): void {
    const where = `${this.name}.enableLora`;
    positiveInteger().parse(rank, `${where}.rank`);
    if (!this.built) throw new StateError(where, { given: "a layer that is not built", expected: "weights" });
    if (this.#lora) throw new StateError(where, { given: "a second call", expected: "one call for each layer" });
    this.#adapt(rank, options);
  }

  #adapt(rank: number, { loraAlpha, aInitializer = "he_uniform", bInitializer = "zeros" }: LoraOptions): void {
    const { weight, name } = this.adaptable;
    const { constraint, regularizer } = weight as Weight;
    if (constraint) throw new StateError(`${this.name}.loraRank`, { given: `a constraint of the ${name}`, expected: "none beside LoRA" });
    const factor = (letter: string, shape: Shape, initializer: InitializerIdentifier) =>
      this.addWeight({ name: `lora_${name}_${letter}`, shape, initializer, regularizer });
    const a = factor("a", [...weight.shape.slice(0, -1), rank], aInitializer);
    const b = factor("b", [rank, weight.shape.at(-1)!], bInitializer);
    weight.trainable = false;
    this.#lora = { a, b, rank, alpha: loraAlpha ?? rank };
  }

  /** The weight with its adaptation. */
  protected adapted(): Variable | Tensor {
    const { weight } = this.adaptable;
    if (!this.#lora) return weight;
    const { a, b, rank, alpha } = this.#lora;
    return add(weight, multiply(matmul(a, b), alpha / rank));
  }

  /** Keras's files have the adapted weight in the place of the frozen one, and no factors. */
  override [kerasState](): KerasState {
    const state = super[kerasState]();
    if (!this.#lora) return state;
    const { a, b } = this.#lora;
    const { weight, name } = this.adaptable;
    const others = state.variables.filter((variable) => ![weight, a, b].includes(variable));
    const merged = new Map([[weight, () => this.adapted().value()]]);
    return { ...state, variables: [weight, ...others], merged, beside: { [name]: weight, [`lora_${name}_a`]: a, [`lora_${name}_b`]: b } };
  }

  override getConfig(): Record<string, Json> {
    const { lora_rank: given, lora_alpha: _, ...config } = super.getConfig();
    const rank = this.#lora?.rank ?? (given as number | undefined);
    if (rank === undefined) return config;
    const { loraAlpha } = this.options as unknown as { loraAlpha: number | null };
    return { ...config, lora_rank: rank, lora_alpha: this.#lora?.alpha ?? loraAlpha ?? rank };
  }
}
