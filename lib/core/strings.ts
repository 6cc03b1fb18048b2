// Strings beside tensors: JavaScript strings in nested arrays. They are looked up, hashed and split on the host and never reach a kernel.
//
//  (1) In a model under construction and in a traced function strings have no values: a symbolic tensor of dtype "string" stands for them,
//      which no operation takes (`asTensor`). Layers that read strings are asked instead, before the program runs (`AsksBefore`).
//  (2) Strings that the numbers of a program decide are made after it ran: `LaterStrings`.

import type { Dtype } from "./dtype.js";
import { isBranch, MAX_DEPTH, parts, type Composite } from "./tree.js";
import { ShapeError, text } from "./errors.js";
import type { Owner } from "./ownership.js";
import { sizeOf, type Shape } from "./shape.js";
import { symbolic, Tensor } from "./tensor.js";

/** A string, or nested arrays of strings. */
export type NestedStrings = string | readonly NestedStrings[];

/** Strings with a shape: what a dataset keeps where a tensor would stand. Users see plain strings and arrays. */
export class Strings {
  readonly dtype = "string";

  /** @param values  in row-major order, as many as the shape has places */
  constructor(
    readonly shape: readonly number[],
    readonly values: readonly string[],
  ) {}

  /** The strings of nested arrays. @throws ShapeError for ragged arrays and for leaves that are no strings */
  static of(nested: NestedStrings, where: string): Strings {
    const shape: number[] = [];
    for (let at: NestedStrings | undefined = nested; Array.isArray(at); at = at[0] as NestedStrings | undefined) shape.push(at.length);
    const values: string[] = [];
    const visit = (value: NestedStrings, axis: number): void => {
      if (typeof value === "string" && axis === shape.length) values.push(value);
      else if (Array.isArray(value) && value.length === shape[axis]) for (const each of value as NestedStrings[]) visit(each, axis + 1);
      else {
        throw new ShapeError(where, {
          given: Array.isArray(value) ? `${value.length} values along axis ${axis}` : text(value),
          expected: axis < shape.length ? `${shape[axis]} as in the first row` : "a string",
          hint: "Rows of strings must have equal lengths.",
        });
      }
    };
    visit(nested, 0);
    return new Strings(shape, values);
  }

  get rank(): number {
    return this.shape.length;
  }

  /** As plain strings in nested arrays. */
  nested(): NestedStrings {
    let level: NestedStrings[] = [...this.values];
    for (let axis = this.shape.length - 1; axis > 0; axis--) {
      const length = this.shape[axis]!;
      const rows = sizeOf(this.shape.slice(0, axis));
      level = Array.from({ length: rows }, (_, row) => level.slice(row * length, (row + 1) * length));
    }
    return this.shape.length === 0 ? level[0]! : level;
  }

  /** The same strings in row-major order under another shape of as many places. */
  reshaped(shape: readonly number[]): Strings {
    return new Strings(shape, this.values);
  }

  /** The rows with these numbers, along the first axis. */
  pick(rows: readonly number[]): Strings {
    const size = sizeOf(this.shape.slice(1));
    return new Strings(
      [rows.length, ...this.shape.slice(1)],
      rows.flatMap((row) => this.values.slice(row * size, (row + 1) * size)),
    );
  }

  /** One row along the first axis, without that axis. */
  row(index: number): Strings {
    const size = sizeOf(this.shape.slice(1));
    return new Strings(this.shape.slice(1), this.values.slice(index * size, (index + 1) * size));
  }
}

/** Whether a value is a string, or nested arrays whose first leaves are strings. */
export function isStrings(value: unknown, depth = 0): value is NestedStrings {
  if (typeof value === "string") return true;
  return Array.isArray(value) && value.length > 0 && depth <= MAX_DEPTH && value.every((each) => isStrings(each, depth + 1));
}

/** Strings without values: what stands for them in a model under construction or in a traced function. */
export const symbolicStrings = (shape: Shape, owner?: Owner): Tensor => symbolic({ shape, dtype: "string" as Dtype }, undefined, owner);

declare const textual: unique symbol;

/** A symbolic tensor that stands for strings. */
export type TextTensor = Tensor & { readonly [textual]: true };

/** Whether a value stands for strings that have no values yet. */
export const isText = (value: unknown): value is TextTensor => value instanceof Tensor && (value.dtype as string) === "string";

/** Whether there are strings without values among the leaves. */
export const holdsText = (value: unknown): boolean =>
  value instanceof Tensor ? isText(value) : isBranch(value) && Object.values(value).some(holdsText);

/** A trace of a function that was given strings: it gets what is made of them before the program runs. */
export interface AsksBefore extends Owner {
  /**
   * @param operands  strings and tensors of the trace
   * @param compute   what is called with their values, now and before each later run; gives tensors and strings, in arrays and records
   * @returns         the same structure, of tensors that belong to the trace
   */
  before(operands: readonly Tensor[], compute: (values: readonly (Tensor | Strings)[]) => unknown): unknown;
}

/** Strings that the numbers of a program decide: made when it ran. */
export class LaterStrings implements Composite {
  constructor(
    readonly numbers: Tensor,
    readonly make: (numbers: Tensor) => NestedStrings,
  ) {}

  [parts](): { values: readonly unknown[]; like(values: readonly unknown[]): unknown } {
    const like = ([numbers]: readonly unknown[]): unknown => {
      const tensor = numbers as Tensor;
      return tensor.isSymbolic ? new LaterStrings(tensor, this.make) : this.make(tensor);
    };
    return { values: [this.numbers], like };
  }
}
