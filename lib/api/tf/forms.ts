// The forms in which TensorFlow's functions are declared: of one tensor, of two, of an axis. Two tensors have one dtype, as in TensorFlow,
// and what is done element by element is done to ragged tensors too.

import type { TensorLike } from "../../core/convert.js";
import type { Dtype } from "../../core/dtype.js";
import { DtypeError } from "../../core/errors.js";
import { declare, type Declared } from "../../core/operation.js";
import { bind, type AnyFunction } from "../../core/signature.js";
import { Chainable, Tensor } from "../../core/tensor.js";
import { isRagged, overValues, type RaggedTensor } from "../../ragged/ragged-tensor.js";

/** A function of tensors that takes ragged tensors as well, and then gives one. */
export type Elementwise<F> = F & OfRagged;

type Argument = RaggedTensor | TensorLike | string | null;
/** Calls with a ragged tensor. */
export interface OfRagged {
  (x: RaggedTensor, ...others: readonly Argument[]): RaggedTensor;
  (x: TensorLike, y: RaggedTensor, ...others: readonly Argument[]): RaggedTensor;
}

/** The same function, of the elements of ragged tensors where one is among the arguments. */
export function elementwise<S extends string, F extends AnyFunction>(fn: Declared<S, F>): Elementwise<Declared<S, F>> {
  return dispatched(fn, (args) => overValues(fn.signature.where, fn as unknown as AnyFunction, args)) as never;
}

/** A declared function that hands calls with a ragged tensor among their arguments (or in a list of them) to somebody else. */
export function dispatched<F extends { readonly signature: unknown; readonly name: string }>(
  fn: F,
  ragged: (args: readonly unknown[]) => unknown,
): F {
  const plain = fn as unknown as AnyFunction;
  const call = (...args: unknown[]): unknown => {
    for (const arg of args) if (holdsRagged(arg)) return ragged(args);
    return plain(...args);
  };
  return Object.defineProperties(call, { name: { value: fn.name }, signature: { value: fn.signature } }) as unknown as F;
}

const holdsRagged = (value: unknown): boolean => isRagged(value) || (Array.isArray(value) && value.some(isRagged));

/** Refuses tensors of two dtypes: TensorFlow converts none. Numbers take the dtype of the tensor they meet. */
export function sameDtype(where: string, ...values: readonly unknown[]): void {
  let first: Dtype | undefined;
  let differs = false;
  for (const value of values) if (value instanceof Chainable) differs ||= dtypeOf(value) !== (first ??= dtypeOf(value));
  if (!differs) return;
  const dtypes = new Set(values.filter((value) => value instanceof Chainable).map(dtypeOf));
  throw new DtypeError(where, {
    given: `tensors of dtypes ${[...dtypes].join(" and ")}`,
    expected: "one dtype",
    hint: "Convert with tf.cast; keras.ops and the methods of tensors convert by themselves.",
  });
}

const dtypeOf = (value: Chainable): Dtype => (value instanceof Tensor ? value.dtype : value.value().dtype);

/** A function of the elements of one tensor. */
export const unary = <const N extends string>(name: N, run: (x: TensorLike) => Tensor) =>
  elementwise(declare(`tf.${name}(*x, name:string=null)` as const, (x: TensorLike, _: string | null): Tensor => run(x)));

/** The same, where TensorFlow calls its argument features. */
export const activation = <const N extends string>(name: N, run: (features: TensorLike) => Tensor) =>
  elementwise(
    declare(`tf.nn.${name}(*features, name:string=null)` as const, (features: TensorLike, _: string | null): Tensor => run(features)),
  );

/** A function of the elements of two tensors of one dtype, which are broadcast. */
export const binary = <const N extends string>(name: N, run: (x: TensorLike, y: TensorLike) => Tensor) =>
  elementwise(
    declare(`tf.${name}(*x, *y, name:string=null)` as const, (x: TensorLike, y: TensorLike, _: string | null): Tensor => {
      sameDtype(name, x, y);
      return run(x, y);
    }),
  );

export type Axes = number | readonly number[] | null;

/** A reduction along axes: all of them where none is given. */
export const reduction = <const N extends string>(
  name: N,
  run: (x: TensorLike, options: { axis: Axes; keepdims: boolean }) => Tensor,
  ragged?: (x: RaggedTensor, axis: Axes) => unknown,
) => {
  const fn = declare(
    `tf.${name}(*inputTensor, axis:ints=null, keepdims=false, name:string=null)` as const,
    (x: TensorLike, axis: Axes, keepdims: boolean, _: string | null): Tensor => run(x, { axis, keepdims }),
  );
  return ragged ? withRagged(fn, ([x, axis]) => ragged(x as RaggedTensor, (axis ?? null) as Axes)) : fn;
};

/** A declared function that does something else with ragged tensors: it gets all arguments in order. */
export function withRagged<S extends string, F extends AnyFunction>(
  fn: Declared<S, F>,
  run: (args: readonly unknown[]) => unknown,
): Declared<S, F> {
  return dispatched(fn, (given) => run(bind(fn.signature, given)));
}
