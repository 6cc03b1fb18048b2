import { setMask } from "../../lib/core/mask.js";
import type { Tensor } from "../../lib/core/tensor.js";
import { surface } from "./surface.js";
import { type Encoded, isEncoded, isRecord, kindOf, toArgument, toTensor } from "./values.js";

/** The tensors in recorded arguments, taken out so that a traced run can put its own in their place. */
export class Leaves {
  /** What the arguments hold, masks last. */
  readonly tensors: Tensor[] = [];
  /** Whether each is of floats, so that it can have a gradient. */
  readonly isFloat: boolean[] = [];
  readonly #index = new Map<Encoded, number>();

  /** @param args  recorded arguments in any nesting */
  constructor(args: unknown) {
    this.#collect(args);
    for (const encoded of [...this.#index.keys()]) if (encoded.keras_mask) this.#add(encoded.keras_mask);
  }

  #collect(value: unknown): void {
    if (isEncoded(value)) this.#add(value);
    else if (Array.isArray(value)) value.forEach((item) => this.#collect(item));
    else if (isRecord(value)) Object.values(value).forEach((item) => this.#collect(item));
  }

  #add(encoded: Encoded): void {
    this.#index.set(encoded, this.tensors.push(toTensor(encoded)) - 1);
    this.isFloat.push(kindOf(encoded.dtype) === "float");
  }

  /** The arguments with these tensors in their places, masks attached. */
  restore(args: unknown, tensors: readonly Tensor[]): unknown {
    const at = (encoded: Encoded): Tensor => tensors[this.#index.get(encoded)!]!;
    return toArgument(args, (encoded) => (encoded.keras_mask ? setMask(at(encoded), at(encoded.keras_mask)) : at(encoded)));
  }

  /** The nesting of the arguments with one value for each tensor. */
  arrange<T>(args: unknown, values: readonly T[]): unknown {
    if (isEncoded(args)) return values[this.#index.get(args)!];
    if (Array.isArray(args)) return args.map((item) => this.arrange(item, values));
    if (isRecord(args)) return Object.fromEntries(Object.entries(args).map(([key, item]) => [key, this.arrange(item, values)]));
    return null;
  }
}

/** Outputs that have a recorded cotangent, with it. */
export function pairs(outputs: unknown, cotangent: unknown): (readonly [Tensor, Tensor])[] {
  if (cotangent === null || cotangent === undefined) return [];
  if (isEncoded(cotangent)) return [[outputs as Tensor, toTensor(cotangent)]];
  if (Array.isArray(cotangent)) return cotangent.flatMap((item, index) => pairs((outputs as readonly unknown[])[index], item));
  return Object.entries(cotangent as object).flatMap(([key, item]) => pairs((outputs as Record<string, unknown>)[key], item));
}

/** A Python list of numbers that stands where a tensor does: whole numbers are int32, as in Python. */
export function listAsTensor(values: unknown): Tensor {
  const flat = Array.isArray(values) ? (values.flat(Infinity) as unknown[]) : [values];
  const isWhole = flat.length > 0 && flat.every((value) => Number.isInteger(value));
  return surface.tf.constant(values as number[], isWhole ? { dtype: "int32" } : {});
}
