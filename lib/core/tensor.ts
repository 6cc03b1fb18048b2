// The tensor: an immutable value with a spec; its elements are in a storage, or nowhere while it is symbolic.

import type { Operand } from "../runtime/command.js";
import { bytesOfElements, dtypes, isStoredOnly, type Dtype, type TypedArray } from "./dtype.js";
import { ShapeError, StateError } from "./errors.js";
import { maskOf } from "./mask.js";
import { printArray, printTensor } from "./print.js";
import { bytesIn, known, shapeText, sizeOf, sizeOrNull, type Shape } from "./shape.js";
import type { Step } from "./primitive.js";
import type { Owner } from "./ownership.js";
import { refuseWrites } from "./readonly.js";
import { Storage } from "./storage.js";

/** Shape and dtype: all that is known of a tensor before it has values. */
export interface Spec {
  readonly shape: Shape;
  readonly dtype: Dtype;
}

/** Numbers or booleans in arrays of arrays, as `tensor.array()` gives them. */
export type NestedArray = number | boolean | NestedArray[];

/** What has a present value and the chained operations: a tensor, a variable. `lib/ops/methods.ts` adds the methods. */
export abstract class Chainable {
  abstract value(): Tensor;

  /**
   * JavaScript's operators know no tensors: `x > 0` would compare one number, and could not be recorded. @throws StateError but for text
   */
  [Symbol.toPrimitive](hint: string): string {
    if (hint === "string") return this.toString();
    const tensor = this.value();
    tensor.view("an operator");
    throw new StateError("operator on a tensor", {
      given: `a tensor of shape ${shapeText(tensor.shape)} and dtype ${tensor.dtype}`,
      expected: "a method or function of tensors",
      hint: "Write x.mul(y), x.greater(0), or x.item() for its number; or let tf.autograph.toGraph, tf.function(fn, { autograph: true }) or the plugin kerasm/autograph convert the function.",
    });
  }

  /** Nested arrays of the values, for `JSON.stringify`. @throws StateError for a symbolic tensor */
  toJSON(): NestedArray {
    return this.value().array();
  }

  /**
   * The same as `array()`, by TensorFlow's name: nested arrays, a number for a scalar.
   *
   * ```ts
   * tf.constant([[1, 2]]).numpy(); // [[1, 2]]
   * ```
   *
   * @throws StateError for a symbolic tensor
   */
  numpy(): NestedArray {
    return this.value().array();
  }

  /** Whether it stands for a value inside a model under construction: an operation on it is a node of the model. */
  get isOfModel(): boolean {
    return false;
  }
}

let nextId = 1;

/** Whether a tensor was made whose dtype operations do not compute in: until then nobody has to look for one. */
export const widths = { areMixed: false };

/**
 * An immutable array of numbers with a shape and a dtype. A symbolic tensor has a spec only: it stands for a value
 * inside a traced function or for an input of a model. Nobody has to free it.
 *
 * ```ts
 * const t = tf.constant([[1, 2], [3, 4]]);
 * t.shape; // [2, 2]
 * t.add(1).mean().item(); // 3.5
 * ```
 */
export class Tensor extends Chainable implements Spec, Operand {
  /** Unique in the process. */
  readonly id = nextId++;
  readonly #shape: Shape;
  readonly #dtype: Dtype;
  /** The elements; null for a symbolic tensor. */
  readonly storage: Storage | null;
  /** The operation that made a symbolic tensor, or undefined for an input. */
  producer?: Step;
  /** The trace that a symbolic tensor belongs to; undefined where nobody's. */
  owner?: Owner;
  /** Name of a symbolic tensor, for messages. */
  name?: string;

  static {
    refuseWrites(Tensor.prototype, "tensor", {
      shape: "a tensor that stays as it is: x.reshape(shape) gives another one",
      dtype: "a tensor that stays as it is: x.cast(dtype) gives another one",
    });
  }

  constructor(spec: Spec, storage: Storage | null) {
    super();
    this.#shape = spec.shape;
    this.#dtype = spec.dtype;
    if (isStoredOnly(spec.dtype)) widths.areMixed = true;
    this.storage = storage;
  }

  get shape(): Shape {
    return this.#shape;
  }

  get dtype(): Dtype {
    return this.#dtype;
  }

  override value(): Tensor {
    return this;
  }

  get rank(): number {
    return this.shape.length;
  }

  /** The same as `rank`, by NumPy's name. */
  get ndim(): number {
    return this.shape.length;
  }

  /** Number of elements. @throws StateError where an axis is unknown */
  get size(): number {
    return sizeOf(known(this.shape, "tensor.size"));
  }

  get isSymbolic(): boolean {
    return this.storage === null;
  }

  /**
   * The elements as a flat typed array, a copy: the typed array of the dtype, Uint8Array for bool, Float32Array for float16 and bfloat16.
   */
  data(): TypedArray {
    return this.view("data()").slice();
  }

  /** The elements where they lie, without a copy: valid until the next operation, and not to be written. */
  view(asked = "view()"): TypedArray {
    if (this.storage) return this.storage.view(this.dtype);
    throw new StateError(`tensor.${asked}`, {
      given: `the symbolic ${this.toString()}`,
      expected: "a tensor with values",
      hint: "Inside a traced function or a model under construction there are no values yet: compute with tensors (tf.where, tf.cond), or run eagerly; tf.function(fn, { autograph: true }) converts if, while and operators.",
    });
  }

  /**
   * The elements as nested arrays of numbers (booleans for bool), a number for a scalar: `x.array<number[][]>()` where it matters to types.
   */
  array<Nested = any>(): Nested {
    const flat = this.view("array()");
    const shape = known(this.shape);
    const isBool = this.dtype === "bool";
    const nest = (axis: number, offset: number, step: number): NestedArray => {
      if (axis === shape.length) return isBool ? flat[offset] === 1 : flat[offset]!;
      const inner = step / shape[axis]!;
      return Array.from({ length: shape[axis]! }, (_, i) => nest(axis + 1, offset + i * inner, inner));
    };
    return nest(0, 0, flat.length) as Nested;
  }

  /** The only element, as a number (0 or 1 for bool). @throws StateError where there are more */
  item(): number {
    const flat = this.view("item()");
    if (flat.length === 1) return flat[0]!;
    throw new StateError("tensor.item()", {
      given: `a tensor of shape ${shapeText(this.shape)}`,
      expected: "exactly one element",
      hint: "Use data() or array().",
    });
  }

  /** Frees the memory now instead of when nobody refers to the tensor any more. Never needed. */
  dispose(): void {
    this.storage?.dispose();
  }

  /** The same as `dispose`, for `using x = …`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /**
   * The mask that it carries, bool, which says which of its steps are there: set by layers such as Embedding and Masking; null for none.
   */
  get mask(): Tensor | null {
    return maskOf(this) ?? null;
  }

  override toString(): string {
    if (this.storage) return printTensor(printArray(this.view(), known(this.shape), this.dtype), known(this.shape), this.dtype);
    const shape = this.shape.map((length) => (length === null ? "None" : length));
    return `Tensor("${this.name ?? `t${this.id}`}:0", shape=(${shape.join(", ")}${shape.length === 1 ? "," : ""}), dtype=${this.dtype})`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/** A symbolic tensor, that a trace or nobody owns. */
export function symbolic(spec: Spec, name?: string, owner?: Owner): Tensor {
  const tensor = new Tensor(spec, null);
  if (name !== undefined) tensor.name = name;
  if (owner !== undefined) tensor.owner = owner;
  return tensor;
}

/** A tensor that takes over the given elements. */
export function adoptTensor(elements: TypedArray, shape: readonly number[], dtype: Dtype): Tensor {
  return adoptBytes(bytesOfElements(dtype, elements), { shape, dtype });
}

/** A tensor that takes over its elements as they lie in memory. */
export function adoptBytes(stored: Uint8Array, { shape, dtype }: Spec): Tensor {
  const bytes = bytesIn({ shape, dtype }, "tensor");
  if (bytes !== stored.byteLength)
    throw new ShapeError("tensor", { given: `${stored.byteLength} bytes for ${dtype}${shapeText(shape)}`, expected: `${bytes} bytes` });
  return new Tensor({ shape, dtype }, Storage.adopt(stored));
}

/** An eager tensor with undefined content. */
export function allocateTensor(spec: Spec, where = "tensor"): Tensor {
  return new Tensor(spec, Storage.allocate(bytesIn(spec, where)));
}

/** Bytes of the elements, or null where an axis is unknown. */
export function bytesOf({ shape, dtype }: Spec): number | null {
  const size = sizeOrNull(shape);
  return size === null ? null : size * dtypes[dtype].bytes;
}
