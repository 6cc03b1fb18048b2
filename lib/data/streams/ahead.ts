// Items made ahead of the one that is wanted, several at a time: what `prefetch` and parallel `map` are made of.

import { after, type Later } from "../later.js";
import { told } from "./map.js";
import type { Pace } from "./pace.js";
import { END, type Cursor, type End, type Position, type Stream } from "./stream.js";

export interface AheadOptions {
  /** Items that may be in the making at the same time. */
  readonly workers: number;
  /** Items that may be asked for before they are wanted. With a pace it is the most. */
  readonly queueSize: number;
  /** Whether items come in the order of the input; else whichever is ready first. Default: true. */
  readonly isOrdered?: boolean;
  /** Measures how long items take, which says how many are asked for ahead. Made anew for each pass. */
  readonly pace?: () => Pace;
  /** What the user calls this stage: what `make` throws then names it, and the element. */
  readonly stage?: string;
  /** Default: `ahead`. */
  readonly name?: string;
}

/**
 * Each item as `make` makes it. Where that takes time, or the input does, several are in the making at once, ahead of the one that is
 * wanted; where nothing takes time, each is made when it is wanted. The input is asked for one item at a time. An item whose making fails
 * is an error when its turn comes, and those behind it go on.
 */
export const ahead = <T, U>(input: Stream<T>, make: (item: T) => Later<U>, options: AheadOptions): Stream<U> => ({
  kind: `${options.name ?? "ahead"} < ${input.kind}`,
  count: input.count,
  open: (part) => {
    const cursor = input.open(part);
    return new Ahead(cursor, options.stage === undefined ? make : told(cursor, make, options.stage), options);
  },
});

/** An item that was asked for. */
interface Slot<U> {
  /** The position of the input before it. */
  readonly before: Position;
  /** Which it is of those that were asked for. */
  readonly number: number;
  readonly item: Promise<U | End>;
  /** Resolves when the item has come or has failed. */
  settled: Promise<unknown>;
  isDone: boolean;
}

class Ahead<T, U> implements Cursor<U> {
  /** Items asked for, in the order of the input. */
  #slots: Slot<U>[] = [];
  #running = 0;
  /** Whether the input is at work on an item. */
  #isAsking = false;
  #ended = false;
  #asked = 0;
  /** Numbers of items that were given before some ahead of them: after a restore they are not made again. */
  #given = new Set<number>();
  /** Counts restores: what was in the making before is nobody's. */
  #generation = 0;
  readonly #pace: Pace | null;

  constructor(
    readonly input: Cursor<T>,
    readonly make: (item: T) => Later<U>,
    readonly options: AheadOptions,
  ) {
    this.#pace = options.pace?.() ?? null;
  }

  next(): Later<U | End> {
    this.#pace?.wanted();
    if (this.#slots.length === 0) {
      const item = this.#first();
      if (!(item instanceof Promise)) return item;
    }
    this.#fill();
    return this.#take();
  }

  /** Asks for an item where none was asked for: it is given at once where it takes no time. */
  #first(): Later<U | End> {
    for (;;) {
      if (this.#ended) return END;
      const item = this.#ask();
      if (item !== SKIPPED) return item;
    }
  }

  /** Asks for one more. One that takes time has a slot from then on; others are given back. */
  #ask(): Later<U | End> | typeof SKIPPED {
    const before = this.input.save();
    const number = this.#asked++;
    const given = this.input.next();
    if (!(given instanceof Promise) && given !== END && this.#given.has(number)) return SKIPPED;
    const begun = performance.now();
    const item = given instanceof Promise ? (this.#makeLater(given, number) as Promise<U | End>) : this.#make(given);
    if (!(item instanceof Promise)) return item;
    this.#push(before, number, item, begun);
    return item;
  }

  #make(given: T | End): Later<U | End> {
    if (given !== END) return this.make(given);
    this.#ended = true;
    return END;
  }

  async #makeLater(given: Promise<T | End>, number: number): Promise<U | End | typeof SKIPPED> {
    const generation = this.#generation;
    this.#isAsking = true;
    let input: T | End;
    try {
      input = await given;
    } finally {
      if (generation === this.#generation) this.#isAsking = false;
    }
    if (generation !== this.#generation) return END;
    if (input !== END && this.#given.has(number)) return SKIPPED;
    const made = this.#make(input);
    this.#fill();
    return made;
  }

  #push(before: Position, number: number, item: Promise<U | End | typeof SKIPPED>, begun: number): void {
    const slot = { before, number, item: item as Promise<U | End>, isDone: false } as Slot<U>;
    const generation = this.#generation;
    this.#running++;
    const done = (made?: unknown): void => {
      slot.isDone = true;
      if (generation !== this.#generation) return;
      this.#running--;
      this.#pace?.made(performance.now() - begun);
      if (made === END || made === SKIPPED) this.#leave(slot);
      else this.#fill();
    };
    slot.settled = item.then(done, () => done());
    this.#slots.push(slot);
  }

  #fill(): void {
    const { workers, queueSize } = this.options;
    while (!this.#isAsking && !this.#ended && this.#running < workers && this.#slots.length < this.#depth(queueSize)) {
      const [before, number] = [this.input.save(), this.#asked];
      let item: Later<U | End> | typeof SKIPPED;
      try {
        item = this.#ask();
      } catch (error) {
        item = Promise.reject(error as Error);
        this.#push(before, number, item, performance.now());
      }
      if (item instanceof Promise || item === SKIPPED) continue;
      if (item === END) return;
      this.#push(before, number, Promise.resolve(item), performance.now());
    }
  }

  #depth(most: number): number {
    return this.#pace ? this.#pace.depth(most) : most;
  }

  /**
   * The next item of those that were asked for. It stays in its slot until it is given, so that a position saved meanwhile has it ahead.
   */
  async #take(): Promise<U | End> {
    for (;;) {
      const slot = this.options.isOrdered === false ? await this.#ready() : this.#slots[0];
      if (!slot) {
        if (this.#ended) return END;
        const item = this.#first();
        if (!(item instanceof Promise)) return item;
        continue;
      }
      try {
        const item = await slot.item;
        if (item === END || item === (SKIPPED as unknown)) continue;
        this.#pace?.given();
        return item;
      } finally {
        this.#leave(slot);
      }
    }
  }

  /** The first slot whose item has come. */
  async #ready(): Promise<Slot<U> | undefined> {
    for (;;) {
      const done = this.#slots.find(({ isDone }) => isDone);
      if (done || this.#slots.length === 0) return done;
      await Promise.race(this.#slots.map(({ settled }) => settled));
    }
  }

  /** An item was given, or its error was. */
  #leave(slot: Slot<U>): void {
    const at = this.#slots.indexOf(slot);
    if (at < 0) return;
    this.#slots.splice(at, 1);
    const first = this.#slots[0]?.number ?? this.#asked;
    if (slot.number > first && this.options.isOrdered === false) this.#given.add(slot.number);
    for (const number of this.#given) if (number < first) this.#given.delete(number);
    this.#fill();
  }

  save(): Position {
    const [first] = this.#slots;
    const before = first?.before ?? this.input.save();
    if (this.options.isOrdered !== false) return before;
    const begin = first?.number ?? this.#asked;
    const given = [...this.#given].filter((number) => number >= begin);
    return [before, given.map((number) => number - begin).sort((a, b) => a - b)];
  }

  restore(position: Position): Later<void> {
    this.#generation++;
    [this.#slots, this.#ended, this.#asked, this.#running, this.#isAsking] = [[], false, 0, 0, false];
    const [before, given] = this.options.isOrdered === false ? (position as [Position, number[]]) : [position, []];
    this.#given = new Set(given);
    return this.input.restore(before);
  }

  where(): string | null {
    return this.input.where?.() ?? null;
  }

  close(): Later<void> {
    [this.#slots, this.#ended] = [[], true];
    return after(this.input.close?.(), () => {});
  }
}

/** An item that was given before the pass was restored. */
const SKIPPED: unique symbol = Symbol("skipped");
