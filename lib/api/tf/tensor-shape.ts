// tf.TensorShape: a shape with the questions that TensorFlow asks of one. It is an array of lengths, so that it goes wherever a shape goes.

import { ArgumentError, ShapeError, text, ValueError } from "../../core/errors.js";
import { checkThat } from "../../core/options.js";
import type { Shape } from "../../core/shape.js";

/** A shape, an array of lengths, a length, or null for a shape of unknown rank. */
export type ShapeLike = TensorShape | Shape | null;

const lengthsOf = (dims: ShapeLike): (number | null)[] | null => {
  if (dims === null || (dims instanceof TensorShape && dims.rank === null)) return null;
  if (!Array.isArray(dims)) throw new ArgumentError("TensorShape.dims", { given: text(dims), expected: "an array of lengths, or null" });
  return dims.map((length: unknown) => {
    if (length === null || (Number.isInteger(length) && (length as number) >= 0)) return length as number | null;
    throw new ValueError("TensorShape.dims", { given: text(length), expected: "whole numbers from 0, or null" });
  });
};

const checkRank = (method: string, rank: unknown): void =>
  checkThat(Number.isInteger(rank) && (rank as number) >= 0, `TensorShape.${method}`, rank, "a whole number of at least 0");

/**
 * A shape: `new tf.TensorShape([2, null])`. Lengths that are not known are null; of `new tf.TensorShape(null)` even the rank is not known.
 *
 * ```ts
 * new tf.TensorShape([16, null]).isCompatibleWith([16, 3]);   // true
 * ```
 */
export class TensorShape extends Array<number | null> {
  /** Null where the rank is not known. */
  readonly rank: number | null;

  constructor(dims: ShapeLike) {
    super();
    const lengths = lengthsOf(dims);
    this.rank = lengths?.length ?? null;
    if (lengths) this.push(...lengths);
    Object.defineProperty(this, "rank", { enumerable: false });
  }

  /** What is made of a shape by `map`, `slice` and their kin is an array. */
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  get ndims(): number | null {
    return this.rank;
  }

  get dims(): (number | null)[] | null {
    return this.rank === null ? null : [...this];
  }

  /** The lengths. @throws ValueError where the rank is not known */
  asList(): (number | null)[] {
    if (this.rank === null) throw new ValueError("TensorShape.asList", { given: "a shape of unknown rank", expected: "a known one" });
    return [...this];
  }

  isFullyDefined(): boolean {
    return this.rank !== null && !this.includes(null);
  }

  /** The product of the lengths; null where one is not known. */
  numElements(): number | null {
    return this.isFullyDefined() ? (this as (number | null)[]).reduce<number>((product, length) => product * length!, 1) : null;
  }

  /** Whether there could be a tensor of both shapes. */
  isCompatibleWith(other: ShapeLike): boolean {
    const lengths = lengthsOf(other);
    if (lengths === null || this.rank === null) return true;
    return lengths.length === this.rank && lengths.every((length, i) => length === null || this[i] === null || this[i] === length);
  }

  assertIsCompatibleWith(other: ShapeLike): void {
    if (!this.isCompatibleWith(other)) this.#refuse("assertIsCompatibleWith", `a shape compatible with ${text(other)}`);
  }

  assertIsFullyDefined(): void {
    if (!this.isFullyDefined()) this.#refuse("assertIsFullyDefined", "a shape of which all is known");
  }

  assertHasRank(rank: number): void {
    checkRank("assertHasRank", rank);
    if (this.rank !== null && this.rank !== rank) this.#refuse("assertHasRank", `rank ${rank}`);
  }

  assertSameRank(other: ShapeLike): void {
    const lengths = lengthsOf(other);
    if (lengths && this.rank !== null && lengths.length !== this.rank) this.#refuse("assertSameRank", `rank ${lengths.length}`);
  }

  /** What is known of either. @throws ShapeError where they can't be one */
  mergeWith(other: ShapeLike): TensorShape {
    const lengths = lengthsOf(other);
    if (lengths === null) return new TensorShape(this);
    if (this.rank === null) return new TensorShape(lengths);
    this.assertIsCompatibleWith(lengths);
    return new TensorShape(lengths.map((length, i) => length ?? this[i]!));
  }

  /** The lengths of this shape, then those of the other. It goes by TensorFlow's name; an array's `concat` gives an array. */
  concatenate(other: ShapeLike): TensorShape {
    const lengths = lengthsOf(other);
    return new TensorShape(lengths === null || this.rank === null ? null : [...this, ...lengths]);
  }

  /** This shape, or the open one of that rank where the rank is not known. @throws ShapeError where it has another */
  withRank(rank: number): TensorShape {
    this.assertHasRank(rank);
    return this.rank === null ? new TensorShape(Array.from({ length: rank }, () => null)) : this;
  }

  withRankAtLeast(rank: number): TensorShape {
    checkRank("withRankAtLeast", rank);
    if (this.rank !== null && this.rank < rank) this.#refuse("withRankAtLeast", `a rank of at least ${rank}`);
    return this;
  }

  withRankAtMost(rank: number): TensorShape {
    checkRank("withRankAtMost", rank);
    if (this.rank !== null && this.rank > rank) this.#refuse("withRankAtMost", `a rank of at most ${rank}`);
    return this;
  }

  #refuse(method: string, expected: string): never {
    throw new ShapeError(`TensorShape.${method}`, { given: this.toString(), expected });
  }

  override toString(): string {
    return this.rank === null ? "<unknown>" : `(${this.map(String).join(", ")}${this.rank === 1 ? "," : ""})`;
  }
}
