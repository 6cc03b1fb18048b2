// Sparse tensors as operations and layers see them: who makes them where `sparse: true` asks for them, and which dense tensor stands for one,
// so that a product with it multiplies what is there.

import { NotSupportedError } from "./errors.js";
import { Chainable, type Tensor } from "./tensor.js";
import { isComposite } from "./tree.js";

/** What a sparse tensor can do for an operation that gets it as a whole tensor. */
export interface SparseForm {
  /** Its product with a dense matrix, from either side; undefined where it has another rank. */
  product(other: Tensor, isLeft: boolean): Tensor | undefined;
}

/** A sparse tensor, as far as it is known without its own module: what begins a program has none. */
export interface Sparse extends Chainable {
  readonly shape: readonly number[];
  readonly rank: number;
  readonly dtype: string;
  readonly values: unknown;
  withValues(values: never): Sparse;
  gather(rows: readonly number[]): Sparse;
}

export const isSparse = (value: unknown): value is Sparse => value instanceof Chainable && "withValues" in value && isComposite(value);

let make: ((dense: Tensor) => Sparse) | undefined;
let forms: WeakMap<Tensor, SparseForm> | undefined;
let promised: WeakSet<Tensor> | undefined;

/** Says who makes sparse tensors: their own module, where it is loaded. */
export function setSparse(maker: (dense: Tensor) => Sparse): void {
  make = maker;
}

/**
 * The elements that are not 0 as a sparse tensor, where that is asked for: it stands wherever a tensor does. A result without values, in a
 * model under construction or a traced function, stays as it is: how many elements are not 0 is not known there.
 *
 * @param maker  who makes it; by default who said so when it was loaded
 * @throws NotSupportedError where nobody did
 */
export function inForm(where: string, sparse: boolean | null, dense: Tensor, maker = make): Tensor {
  if (!sparse) return dense;
  if (dense.isSymbolic) {
    (promised ??= new WeakSet()).add(dense);
    return dense;
  }
  if (maker) return maker(dense) as unknown as Tensor;
  throw new NotSupportedError(`${where}.sparse`, {
    given: "true",
    expected: "false",
    hint: 'Import SparseTensor from "kerasm", too: without it a bundler leaves sparse tensors out.',
  });
}

/** Whether a tensor without values stands for one that will be sparse. */
export const isPromisedSparse = (tensor: Tensor): boolean => promised?.has(tensor) === true;

/** A dense tensor that stands for a sparse one. */
export function standsFor(dense: Tensor, form: SparseForm): Tensor {
  (forms ??= new WeakMap()).set(dense, form);
  return dense;
}

/** The product of two matrices of which one stands for a sparse tensor; undefined where neither does. */
export function sparseProduct(a: Tensor, b: Tensor): Tensor | undefined {
  if (!forms) return undefined;
  return forms.get(a)?.product(b, true) ?? forms.get(b)?.product(a, false);
}
