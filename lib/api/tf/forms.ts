// The forms in which TensorFlow's functions are declared: of one tensor, of two, of an axis. Two tensors have one dtype, as in TensorFlow,
// and what is done element by element is done to ragged tensors too.

import type { TensorLike } from "../../core/convert.js";
import { type Dtype, isFloat } from "../../core/dtype.js";
import { DtypeError } from "../../core/errors.js";
import { declare, type Declared } from "../../core/operation.js";
import { bind, type AnyFunction } from "../../core/signature.js";
import { Chainable, Tensor } from "../../core/tensor.js";
import { isRagged, overValues, type RaggedTensor } from "../../ragged/ragged-tensor.js";
import { type RaggedReduction, reduceRagged } from "../../ragged/reduce.js";

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
  if (!differs) {
    const odd = first === undefined || isFloat(first) ? undefined : values.find((value) => typeof value === "number" && value % 1 !== 0);
    if (odd === undefined) return;
    throw new DtypeError(where, {
      given: `${String(odd)} beside a tensor of dtype ${first}`,
      expected: "a whole number",
      hint: "Convert the tensor with tf.cast.",
    });
  }
  const dtypes = new Set(values.filter((value) => value instanceof Chainable).map(dtypeOf));
  throw new DtypeError(where, {
    given: `tensors of dtypes ${[...dtypes].join(" and ")}`,
    expected: "one dtype",
    hint: "Convert with tf.cast; keras.ops and the methods of tensors convert by themselves.",
  });
}

const dtypeOf = (value: Chainable): Dtype => (value instanceof Tensor ? value.dtype : value.value().dtype);

/** The dtypes that a function of TensorFlow's has kernels for. */
export type Kind = "floats" | "numbers" | "booleans" | "any";

/** Refuses tensors of dtypes that TensorFlow's function refuses; plain numbers become what is wanted. */
export function checkKind(where: string, kind: Kind, ...values: readonly unknown[]): void {
  if (kind === "any") return;
  for (const value of values) {
    if (!(value instanceof Chainable)) continue;
    const dtype = dtypeOf(value);
    if (kind === "floats" ? isFloat(dtype) : (dtype === "bool") === (kind === "booleans")) continue;
    throw new DtypeError(where, {
      given: `a tensor of dtype ${dtype}`,
      expected: kind,
      hint: "Convert with tf.cast; keras.ops and the methods of tensors convert by themselves.",
    });
  }
}

/** A function of the elements of one tensor, of floats where nothing else is said. */
export const unary = <const N extends string>(name: N, run: (x: TensorLike) => Tensor, kind: Kind = "floats") =>
  elementwise(
    declare(`tf.${name}(*x, name:string=null)` as const, (x: TensorLike, _: string | null): Tensor => {
      checkKind(name, kind, x);
      return run(x);
    }),
  );

/** The same, where TensorFlow calls its argument features. */
export const activation = <const N extends string>(name: N, run: (features: TensorLike) => Tensor, kind: Kind = "floats") =>
  elementwise(
    declare(`tf.nn.${name}(*features, name:string=null)` as const, (features: TensorLike, _: string | null): Tensor => {
      checkKind(name, kind, features);
      return run(features);
    }),
  );

/** A function of the elements of two tensors of one dtype, which are broadcast. */
export const binary = <const N extends string>(name: N, run: (x: TensorLike, y: TensorLike) => Tensor, kind: Kind = "numbers") =>
  elementwise(
    declare(`tf.${name}(*x, *y, name:string=null)` as const, (x: TensorLike, y: TensorLike, _: string | null): Tensor => {
      sameDtype(name, x, y);
      checkKind(name, kind, x, y);
      return run(x, y);
    }),
  );

export type Axes = number | readonly number[] | null;

/** Calls with a ragged tensor: dense where one axis of rows is left, or none. */
export type ReducesRagged = (
  x: RaggedTensor,
  axis?: Axes | { readonly axis?: Axes; readonly keepdims?: boolean },
  keepdims?: boolean,
) => RaggedTensor | Tensor;

type Reduction<N extends string> = Declared<
  `tf.${N}(*inputTensor, axis:ints=null, keepdims=false, name:string=null)`,
  (x: TensorLike, axis: Axes, keepdims: boolean, name: string | null) => Tensor
> &
  ReducesRagged;

/** A reduction along axes: all of them where none is given. */
export const reduction = <const N extends string>(
  name: N,
  run: (x: TensorLike, options: { axis: Axes; keepdims: boolean }) => Tensor,
  ragged: RaggedReduction,
  kind: Kind = "numbers",
) =>
  withRagged(
    declare(
      `tf.${name}(*inputTensor, axis:ints=null, keepdims=false, name:string=null)` as const,
      (x: TensorLike, axis: Axes, keepdims: boolean, _: string | null): Tensor => {
        checkKind(name, kind, x);
        return run(x, { axis, keepdims });
      },
    ),
    ([x, axis, keepdims]) => {
      checkKind(name, kind, (x as RaggedTensor).flatValues);
      return reduceRagged(ragged, x as RaggedTensor, (axis ?? null) as Axes, keepdims === true);
    },
  ) as Reduction<N>;

/** A declared function that does something else with ragged tensors: it gets all arguments in order. */
export function withRagged<S extends string, F extends AnyFunction>(
  fn: Declared<S, F>,
  run: (args: readonly unknown[]) => unknown,
): Declared<S, F> {
  return dispatched(fn, (given) => run(bind(fn.signature, given)));
}
