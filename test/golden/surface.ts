import type { ConstantOptions, TensorLike } from "../../lib/core/convert.js";
import type { Shape } from "../../lib/core/shape.js";
import type { Tensor } from "../../lib/core/tensor.js";
import { Unsupported } from "./outcome.js";

// The public API as the cases reach it: by name, so that what is missing is found out case by case.

type AnyFunction = (...args: never[]) => unknown;
export type Namespace = { readonly [name: string]: unknown };

/** A tape as API.md has it. */
export interface Tape {
  watch(tensor: Tensor): void;
  record<T>(body: () => T): T;
  gradient(target: Tensor, sources: readonly object[]): readonly (Tensor | null)[];
}

interface Root {
  constant(values: TensorLike, options?: ConstantOptions): Tensor;
  function<A extends unknown[], R>(body: (...args: A) => R): (...args: A) => R;
  GradientTape: new (options?: { persistent?: boolean }) => Tape;
  multiply(a: Tensor, b: Tensor): Tensor;
  reduceSum(x: Tensor): Tensor;
  addN(tensors: readonly Tensor[]): Tensor;
  variable(value: Tensor, options?: object): Tensor & { assign(value: Tensor): void };
  keras: Namespace;
}

const root = (await import("../../lib/index.js")) as unknown as Root;
const core = (await import("../../lib/core/tensor.js")) as { symbolic(spec: { shape: Shape; dtype: string }): Tensor };

export const surface = {
  tf: root,
  keras: root.keras,

  /** A tensor without values. */
  symbolic({ shape, dtype }: { shape: Shape; dtype: string }): Tensor {
    return core.symbolic({ shape, dtype: keptSymbolicDtype(dtype) });
  },

  slice([start, stop, step]: readonly (number | null)[]): unknown {
    return { start, stop, step };
  },

  ellipsis(): unknown {
    return "...";
  },
};

function keptSymbolicDtype(dtype: string): string {
  if (dtype === "bool" || /^u?int(8|16)$/.test(dtype)) return dtype;
  if (/^b?float\d+$/.test(dtype)) return "float32";
  if (/^u?int\d+$/.test(dtype)) return "int32";
  throw new Unsupported(`dtype ${dtype}`);
}

const camel = (name: string): string => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

type Around = (fn: AnyFunction) => AnyFunction;
let around: Around = (fn) => fn;
const originals = new WeakMap<object, AnyFunction>();

/** Says what stands around the functions that cases call: for tests of the cases themselves. */
export function setAround(wrap: Around): void {
  around = wrap;
}

/** A function as cases call it. */
export function wrapped(fn: AnyFunction): AnyFunction {
  const outer = around(fn);
  return outer === fn ? fn : standingFor(fn, outer);
}

/** Says that a function takes the arguments of another. */
export function standingFor<F extends object>(fn: AnyFunction, outer: F): F {
  originals.set(outer, fn);
  return outer;
}

/** The function that another was put around. */
export const originalOf = (fn: AnyFunction): AnyFunction => originals.get(fn) ?? fn;

/** A function of the public API by its Keras name: `find("ops", "image.rgb_to_hsv")`. @throws Unsupported where there is none */
export function find(namespace: string, name: string): AnyFunction {
  let found: unknown = surface.keras[namespace];
  for (const part of name.split(".")) found = (found as Namespace | undefined)?.[camel(part)];
  if (typeof found !== "function") throw new Unsupported(`keras.${namespace}.${name}`);
  return wrapped(found as AnyFunction);
}

/** The object that a config describes. */
export function revive(config: unknown): object {
  const deserialize = find("saving", "deserialize_keras_object") as unknown as (config: unknown) => object;
  return deserialize(config);
}
