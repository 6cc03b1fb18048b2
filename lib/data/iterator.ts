// One iteration of a dataset, which can be left, saved and taken up again; it lets the event loop turn.

import { text, StateError, ValueError } from "../core/errors.js";
import { isPulledFrom, pulled, type Pullable } from "../core/pulls.js";
import { platform } from "#platform";
import { after, type Later } from "./later.js";
import type { FilePart } from "./streams/part.js";
import { END, type Cursor, type End, type Position, type Stream } from "./streams/stream.js";
import { visible, type Element } from "./structure.js";
import { atOnce } from "./walking.js";

/** Milliseconds of synchronous work after which an asynchronous iteration lets the event loop turn, so that memory can be freed. */
const TURN_AFTER = 8;

/** A position and the kind of pipeline that it is of, as JSON. */
export interface SavedPosition {
  readonly [key: string]: Position;
  readonly pipeline: string;
  readonly position: Position;
  /** Whether the iteration came to its end. */
  readonly over: boolean;
}

/**
 * One iteration of a dataset. It can be left and taken up again, and a checkpoint saves where it stands:
 *
 * ```ts
 * const iterator = dataset.iterator();
 * const checkpoint = new tf.train.Checkpoint({ step, iterator });
 * for await (const batch of iterator) { … }
 * ```
 */
export class DatasetIterator<T> implements IterableIterator<T>, Pullable {
  /** In a traced function its elements are taken at every call. */
  readonly [isPulledFrom] = true;
  readonly #stream: Stream<Element>;
  readonly #cursor: Cursor<Element>;
  /** A position that was loaded and is gone to with the next element. */
  #goal: { readonly position: Position } | null = null;
  #over = false;
  #lastTurn = performance.now();

  /** @param part  which files are read, where processes divide them */
  constructor(stream: Stream<Element>, part?: FilePart) {
    this.#stream = stream;
    this.#cursor = stream.open(part);
  }

  /** The next element, where nothing in the pipeline is asynchronous. @throws StateError where something is */
  next(): IteratorResult<T> {
    return pulled(this, () => this.#next());
  }

  /** The next element. @throws ValueError where there is none */
  getNext(): T {
    return nextOf(this);
  }

  /** The next element, if there is one. TensorFlow: get_next_as_optional */
  getNextAsOptional(): Optional<T> {
    return new Optional(this.next());
  }

  #next(): IteratorResult<T> {
    const item = atOnce(() => this.#advance());
    if (!(item instanceof Promise)) return resultOf(item);
    item.catch(() => {});
    throw new StateError("dataset", {
      given: "synchronous iteration of a pipeline with an asynchronous stage",
      expected: "asynchronous iteration",
      hint: "Use `for await (const element of dataset)`.",
    });
  }

  /** The next element, its strings in one piece: at once where nothing in the pipeline is asynchronous, else when it comes. */
  step(): Later<IteratorResult<Element>> {
    return after(this.#advance(), (item) => (item === END ? { done: true, value: undefined } : { done: false, value: item }));
  }

  [Symbol.iterator](): this {
    return this;
  }

  /** The rest of this iteration; works with every pipeline. */
  [Symbol.asyncIterator](): AsyncIterableIterator<T> {
    const rest: AsyncIterableIterator<T> = {
      next: async () => {
        if (performance.now() - this.#lastTurn > TURN_AFTER) {
          await platform.turn();
          this.#lastTurn = performance.now();
        }
        return resultOf<T>(await this.#advance());
      },
      [Symbol.asyncIterator]: () => rest,
    };
    return rest;
  }

  /** Whether the iteration came to its end or was closed. */
  get isOver(): boolean {
    return this.#over;
  }

  /** Ends the iteration: generators run their `finally`. */
  close(): Later<void> {
    if (this.#over) return;
    this.#over = true;
    return this.#cursor.close?.();
  }

  /** Gives files and generators back where an iteration was left by an error. Its position stays: who asks for more gets what follows. */
  release(): Later<void> {
    if (this.#over) return;
    this.#goal ??= { position: this.#cursor.save() };
    return this.#cursor.close?.();
  }

  /** Where the iteration stands, as JSON: behind the last element given. */
  saveState(): SavedPosition {
    return { pipeline: this.#stream.kind, position: this.#goal ? this.#goal.position : this.#cursor.save(), over: this.#over };
  }

  /** Goes where `saveState` was called. @throws ValueError where that was another pipeline */
  loadState({ pipeline, position, over }: SavedPosition): void {
    if (pipeline !== this.#stream.kind) {
      throw new ValueError("dataset", {
        given: `the position of an iteration of ${pipeline}`,
        expected: `one of ${this.#stream.kind}`,
        hint: "The dataset must be made by the same stages as when it was saved.",
      });
    }
    if (!isPosition(position, 0) || typeof over !== "boolean") {
      throw new ValueError("dataset", { given: `the position ${text(position)}`, expected: "what saveState gave" });
    }
    this.#over = over;
    this.#goal = { position };
  }

  #advance(): Later<Element | End> {
    if (!this.#goal) return this.#over ? END : this.#give(this.#cursor.next());
    const { position } = this.#goal;
    return after(this.#cursor.restore(position), () => {
      this.#goal = null;
      return this.#advance();
    });
  }

  #give(item: Later<Element | End>): Later<Element | End> {
    if (item instanceof Promise) return item.then((it) => this.#give(it));
    return item === END ? after(this.close(), () => END) : item;
  }
}

/** An element that may be missing. TensorFlow: tf.experimental.Optional */
export class Optional<T> {
  readonly #result: IteratorResult<T>;

  constructor(result: IteratorResult<T>) {
    this.#result = result;
  }

  hasValue(): boolean {
    return !this.#result.done;
  }

  /** @throws ValueError where there is none */
  getValue(): T {
    if (!this.#result.done) return this.#result.value;
    throw new ValueError("Optional.getValue", { given: "no element", expected: "one", hint: "Ask hasValue() before." });
  }
}

/** The next element of an iterator. @throws ValueError where there is none */
export function nextOf<T>(iterator: { next(): IteratorResult<T> }): T {
  const result = iterator.next();
  if (!result.done) return result.value;
  throw new ValueError("iterator.getNext", { given: "an iterator at its end", expected: "a further element" });
}

const resultOf = <T>(item: Element | End): IteratorResult<T> =>
  item === END ? { done: true, value: undefined } : { done: false, value: visible(item) as T };

/** Whether a value is what positions are made of: whole numbers from 0, flags and texts, in lists and records of bounded depth. */
function isPosition(value: unknown, depth: number): boolean {
  if (typeof value === "number") return Number.isSafeInteger(value) && value >= 0;
  if (value === null || typeof value === "boolean" || typeof value === "string") return true;
  if (typeof value !== "object" || depth > 100) return false;
  return (Array.isArray(value) ? value : Object.values(value)).every((each) => isPosition(each, depth + 1));
}
