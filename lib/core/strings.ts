// Strings beside tensors: JavaScript strings in nested arrays. They are looked up, hashed and split on the host and never reach a kernel.

import { MAX_DEPTH } from "./tree.js";
import { ShapeError, text } from "./errors.js";
import { sizeOf } from "./shape.js";

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
