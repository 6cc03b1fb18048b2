// Iterations of datasets that replicas divide among themselves.
//
//  (1) Where processes walk through data of their own (their files, their own datasets), they may come to an end at different steps. So
//      before each step they tell each other what they have; it is the end when nobody has anything, and who has nothing takes part with an
//      empty batch.
//  (2) A batch of the global size that a process has read for itself is cut into batches of one replica's size, for one step after the
//      other.

import { StateError } from "../core/errors.js";
import { isPulledFrom, pulled, type Pullable } from "../core/pulls.js";
import { Strings } from "../core/strings.js";
import { mapTree, type Tree } from "../core/tree.js";
import { type DatasetIterator, nextOf, Optional } from "../data/iterator.js";
import { after, type Later } from "../data/later.js";
import { type Element, visible } from "../data/structure.js";
import type { Group } from "../core/replicas.js";
import type { TensorSpec } from "../graph/signature.js";
import { zeros } from "../ops/shaping/create.js";
import { batchLength, checkGlobalBatch, partsOf, rowsOf, shares } from "./batch-parts.js";
import { joined, PerReplica } from "./per-replica.js";

/** How parts are cut: of global batches, of global batches that this process has read for itself, or each replica's batches as they are. */
export type Cutting = "global" | "process" | "own";

/** What is iterated. */
export interface Divided {
  readonly group: Group;
  readonly cutting: Cutting;
  /** Whether all processes have equally many batches: then nothing need be said. */
  readonly isEndless: boolean;
  readonly spec: unknown;
}

/** What says that this process has nothing more. */
const NOTHING = -1;

/** One iteration: each element has a part for each replica of this process. TensorFlow: tf.distribute.DistributedIterator */
export class DistributedIterator<T = unknown> implements IterableIterator<T>, Pullable {
  /** In a traced function its elements are taken at every call. */
  readonly [isPulledFrom] = true;
  /** One for this process, or one for each of its replicas. */
  readonly #sources: readonly DatasetIterator<unknown>[];
  readonly #divided: Divided;
  #isFirst = true;
  /** Batches of one replica's size that wait for their steps. */
  #waiting: unknown[] = [];
  /** Sizes of one replica's batches, by turns; from the first batch. */
  #sizes: readonly number[] = [];
  #turn = 0;
  /** An element, for its structure. */
  #example: unknown;
  /** Ends the iteration of the dataset where a loop is left: of those that a loop has begun. */
  return?: () => IteratorResult<T>;

  constructor(sources: readonly DatasetIterator<unknown>[], divided: Divided, isOfLoop: boolean) {
    this.#sources = sources;
    this.#divided = divided;
    if (isOfLoop)
      this.return = () => {
        for (const source of sources) void source.close();
        return end;
      };
  }

  /** The next element. @throws StateError where it takes time */
  next(): IteratorResult<T> {
    return pulled(this, () => {
      const next = this.#advance();
      if (!(next instanceof Promise)) return next;
      next.catch(() => {});
      throw new StateError("strategy", {
        given: "synchronous iteration of a pipeline with an asynchronous stage",
        expected: "asynchronous iteration",
        hint: "Use `for await (const element of distributed)`.",
      });
    });
  }

  /** The next element. @throws ValueError where there is none */
  getNext(): T {
    return nextOf(this);
  }

  /** The next element, if there is one. TensorFlow: get_next_as_optional */
  getNextAsOptional(): Optional<T> {
    return new Optional(this.next());
  }

  get elementSpec(): unknown {
    return this.#divided.spec;
  }

  [Symbol.iterator](): this {
    return this;
  }

  /** The rest of this iteration; works with every pipeline. */
  [Symbol.asyncIterator](): AsyncIterableIterator<T> {
    const rest: AsyncIterableIterator<T> = {
      next: async () => this.#advance(),
      [Symbol.asyncIterator]: () => rest,
    };
    return rest;
  }

  #advance(): Later<IteratorResult<T>> {
    return after(this.#own(), (own) => this.#agreed(own));
  }

  /** What this process has next: parts by replica; null where it has nothing more. */
  #own(): Later<unknown[] | null> {
    const { group, cutting } = this.#divided;
    if (this.#waiting.length > 0) return [this.#waiting.shift()];
    if (cutting === "own" && group.local > 1) return this.#collected([]);
    return after(this.#sources[0]!.step(), ({ done, value }) => {
      if (done) return null;
      const length = batchLength(value) ?? 0;
      if (this.#isFirst && cutting !== "own") checkGlobalBatch("strategy.experimentalDistributeDataset", length, group.count);
      this.#isFirst = false;
      if (cutting === "own") return [value];
      if (cutting === "global") return partsOf(value, group);
      this.#cut(value, length);
      return this.#own();
    });
  }

  /** Invariant (2). */
  #cut(batch: unknown, length: number): void {
    const { count, id } = this.#divided.group;
    if (this.#sizes.length === 0) {
      const sizes = shares(length, count).filter((size) => size > 0);
      this.#sizes = [...sizes.slice(id % sizes.length), ...sizes.slice(0, id % sizes.length)];
    }
    for (let begin = 0; begin < length;) {
      const size = Math.min(length - begin, this.#sizes[this.#turn++ % this.#sizes.length]!);
      this.#waiting.push(rowsOf(batch, begin, size));
      begin += size;
    }
  }

  /** A batch for each replica of this process; those for which nothing is left get empty ones. */
  #collected(own: unknown[]): Later<unknown[] | null> {
    const { local } = this.#divided.group;
    if (own.length === local) {
      const example = own.find((each) => each !== null);
      return example === undefined ? null : own.map((each) => each ?? rowsOf(example, 0, 0));
    }
    return after(this.#sources[own.length % this.#sources.length]!.step(), ({ done, value }) =>
      this.#collected([...own, done ? null : value]),
    );
  }

  /** Invariant (1). */
  #agreed(own: unknown[] | null): IteratorResult<T> {
    const { group, cutting, isEndless } = this.#divided;
    if (own) this.#example = own[0];
    if (cutting === "global" || group.local === group.count || isEndless) return own ? { done: false, value: together<T>(own) } : end;
    const length = own ? batchLength(own[0]) : null;
    const lengths = group.lengths(own ? (length ?? 0) : NOTHING, true);
    if (lengths.every((each) => each === NOTHING)) return end;
    return { done: false, value: together<T>(own ?? [this.#empty()]) };
  }

  /** A batch without rows. */
  #empty(): unknown {
    if (this.#example !== undefined && batchLength(this.#example) !== null) return rowsOf(this.#example, 0, 0);
    let isKnown = this.#divided.spec !== null;
    const made = mapTree(this.#divided.spec as Tree<unknown>, (spec) => {
      const { shape, dtype } = spec as TensorSpec;
      isKnown &&= shape !== null && shape.length > 0 && !shape.slice(1).includes(null) && dtype !== "string";
      return isKnown ? zeros([0, ...(shape!.slice(1) as number[])], { dtype: dtype as "float32" }) : null;
    });
    if (isKnown) return made;
    throw new StateError("strategy", {
      given: "a process without data, while others have some",
      expected: "data for each process, or a dataset whose elementSpec is known",
      hint: "Make as many files as there are processes, or repeat() the dataset and give steps.",
    });
  }
}

const end: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** Parts as users see them: a value for each replica of this process, strings as plain ones. */
const together = <T>(parts: readonly unknown[]): T =>
  (parts.length === 1
    ? visible(parts[0] as Element)
    : mapTree(joined(parts) as Tree<unknown>, (leaf) =>
        leaf instanceof PerReplica && leaf.values[0] instanceof Strings
          ? new PerReplica((leaf.values as readonly Strings[]).map((each) => each.nested()))
          : leaf,
      )) as T;
