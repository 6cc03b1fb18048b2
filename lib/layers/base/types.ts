// The types of a layer's inputs, masks, shapes and call options.

import type { TensorLike } from "../../core/convert.js";
import type { Shape } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";

/**
 * What a layer can be called on: a tensor, anything that becomes one, strings where the layer reads them, or arrays and records of these.
 */
export type LayerInput = TensorLike | string | null | readonly LayerInput[] | { readonly [name: string]: LayerInput };

/** A mask in the structure of what it masks. */
export type Mask = Tensor | null | readonly Mask[] | { readonly [name: string]: Mask };

/** Shapes in the structure of a layer's input. */
export type Shapes = Shape | readonly Shapes[] | { readonly [name: string]: Shapes };

/** What a layer call takes beside its inputs. Layers with options of their own name them in their `call`. */
export interface CallOptions {
  /** Whether the call is a step of training: switches dropout and batch statistics. Inherited from the surrounding call. */
  readonly training?: boolean | null | undefined;
  /** Which steps of the input are there; by default the mask that the input carries. */
  readonly mask?: Mask | TensorLike | undefined;
  readonly [name: string]: unknown;
}
