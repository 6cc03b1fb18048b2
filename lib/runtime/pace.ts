// Where a page's program runs fastest: on the page's thread alone, there with workers, or on workers alone. What its runs took decides,
// since that depends on its size, on the cores, and on what else the machine does.
//
//  (1) Runs are judged in bursts, and a way by the middle one of its last bursts: what a busy machine does to a single one is chance.
//  (2) Workers have to pay: where they make little difference the thread alone needs nobody to come in time.
//  (3) What was slower is tried again when that costs a small part of what has run since.
//  (4) Results are the same bits in each way, so nobody notices but by the clock.

import { SPELL } from "./parts.js";

/** `aside`: workers run it, the page's thread waits for their word; `here`: it takes part; `alone`: it runs the program by itself, in slices. */
export type Way = "aside" | "here" | "alone";

/** Milliseconds of runs that are judged together. */
const BURST = 10;
/** So many bursts of a way count. */
const COUNTED = 3;
/** What workers must be better by. */
const GAIN = 0.9;
/** Trials of a way are so many milliseconds of runs apart at least, */
const REST = 500;
/** and cost at most one part in so many. */
const SHARE = 50;

/** What is known of a program in one way. */
class Record {
  /** Milliseconds a run, in its last bursts. */
  readonly times: number[] = [];
  /** Milliseconds that the program had run in all when it ended. */
  last = 0;

  constructor(readonly way: Way) {}

  add(time: number, last: number): void {
    this.times.push(this.way === "alone" ? time * GAIN : time);
    if (this.times.length > COUNTED) this.times.shift();
    this.last = last;
  }

  get time(): number {
    return [...this.times].sort((a, b) => a - b)[this.times.length >> 1]!;
  }

  get best(): number {
    return Math.min(...this.times);
  }
}

/** What is known of a program's runs. */
export class Pace {
  readonly #records = [new Record("aside"), new Record("alone"), new Record("here")];
  #current = this.#records[0]!;
  #isWarm = false;
  #runs = 0;
  #time = 0;
  #total = 0;

  /** The way in which the next run goes. */
  get way(): Way {
    return this.#current.way;
  }

  /** Notes what a run took, in milliseconds. */
  took(milliseconds: number): void {
    this.#total += milliseconds;
    if (!this.#isWarm) {
      this.#isWarm = true; // engines compile with the first run
      return;
    }
    this.#runs++;
    this.#time += milliseconds;
    if (this.#time < BURST) return;
    this.#current.add(this.#time / this.#runs, this.#total);
    this.#runs = this.#time = 0;
    this.#current = this.#choose();
  }

  #choose(): Record {
    const tried = this.#records.filter(({ times }) => times.length > 0);
    const best = tried.reduce((a, b) => (b.time < a.time ? b : a));
    const possible = this.#records.filter(({ way }) => way !== "here" || best.time <= SPELL); // which can't be left before its end
    const fewest = possible.reduce((a, b) => (b.times.length < a.times.length ? b : a));
    if (fewest.times.length < COUNTED - 1) return fewest;
    if (this.#current.times.at(-1)! < best.time && possible.includes(this.#current)) return this.#current; // it may be better now
    const isDue = ({ best: time, last }: Record) =>
      this.#total - last > Math.max(REST, SHARE * Math.max(BURST, time) * (1 - best.time / time));
    return possible.find((record) => record !== best && isDue(record)) ?? best;
  }
}
