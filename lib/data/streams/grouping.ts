// Stages that put items together, choose among streams, or carry a state. They know no tensors.

import { ValueError } from "../../core/errors.js";
import { after, type Later } from "../later.js";
import { Random } from "../random.js";
import { replayed } from "./replay.js";
import { told } from "./map.js";
import { attempt, FAILED, pull, staged, tried } from "./staged.js";
import { END, type Cursor, type Stream } from "./stream.js";

export interface WindowOptions {
  readonly size: number;
  /** How many items later the next window begins. */
  readonly shift: number;
  /** How many items later the next one of a window stands. */
  readonly stride: number;
  readonly dropRemainder: boolean;
}

/** Lists of items, that may overlap or leave some out. */
export function windows<T>(input: Stream<T>, { size, shift, stride, dropRemainder }: WindowOptions): Stream<T[]> {
  const span = (size - 1) * stride + 1;
  const { count } = input;
  const made =
    count === null || count === Infinity
      ? count
      : dropRemainder
        ? Math.max(0, Math.floor((count - span) / shift) + 1)
        : Math.ceil(count / shift);
  return staged<T[]>("window", made, [input], function* () {
    let buffer: T[] = [];
    let ended = false;
    for (;;) {
      while (!ended && buffer.length < span) {
        const item = yield* tried<T>();
        if (item === END) ended = true;
        else if (item === FAILED) buffer = [];
        else buffer.push(item);
      }
      if (buffer.length === 0 || (dropRemainder && buffer.length < span)) return;
      yield { give: buffer.slice(0, span).filter((_, i) => i % stride === 0) };
      let missing = shift - buffer.length;
      buffer = buffer.slice(shift);
      for (; missing > 0 && !ended; missing--) if ((yield* pull<T>()) === END) ended = true;
      if (ended && buffer.length === 0) return;
    }
  });
}

/** Every count-th item, beginning with number index. */
export const sharded = <T>(input: Stream<T>, count: number, index: number): Stream<T> => ({
  kind: `shard < ${input.kind}`,
  count: input.count === null || input.count === Infinity ? input.count : Math.max(0, Math.ceil((input.count - index) / count)),
  open(part) {
    const cursor = input.open(part);
    let at = 0;
    const next = (): Later<T | typeof END> => {
      for (;;) {
        const item = cursor.next();
        if (item instanceof Promise) return item.then((it) => (it === END || at++ % count === index ? it : next()));
        if (item === END || at++ % count === index) return item;
      }
    };
    return {
      next,
      save: () => [at, cursor.save()],
      restore(position) {
        const [before, inner] = position as [number, ReturnType<Cursor<T>["save"]>];
        at = before;
        return cursor.restore(inner);
      },
      where: () => cursor.where?.() ?? null,
      close: () => cursor.close?.(),
    };
  },
});

/** What a function makes of a state and each item. After an error the state is what it was before. */
export const scanned = <S, T, U>(
  input: Stream<T>,
  initial: S,
  fn: (state: S, item: T) => Later<readonly [S, U]>,
  stage: string,
): Stream<U> =>
  staged<U>("scan", input.count, [input], function* (_, [from]) {
    let state = initial;
    const step = told(from!, (item: T) => fn(state, item), stage);
    for (;;) {
      const item = yield* pull<T>();
      if (item === END) return;
      const made = yield* attempt(() => step(item));
      if (made === FAILED) continue;
      [state] = made;
      yield { give: made[1] };
    }
  });

/** The items whose key was not there before. */
export const distinct = <T>(input: Stream<T>, key: (item: T) => string): Stream<T> =>
  staged<T>("unique", null, [input], function* () {
    const seen = new Set<string>();
    for (;;) {
      const item = yield* pull<T>();
      if (item === END) return;
      const own = key(item);
      if (seen.has(own)) continue;
      seen.add(own);
      yield { give: item };
    }
  });

export interface GroupOptions<T, U> {
  /** What the user calls this stage, for errors. */
  readonly stage: string;
  readonly key: (item: T) => Later<string>;
  /** How many items make a group of this key. */
  readonly size: (item: T) => Later<number>;
  /** The stream of a group. */
  readonly reduce: (first: T, items: readonly T[]) => Later<Stream<U>>;
}

/** Items with one key, so many at a time, and at the end what is left: each group as a stream of its own. */
export const grouped = <T, U>(input: Stream<T>, { stage, key, size, reduce }: GroupOptions<T, U>): Stream<U> =>
  staged<U>("groupByWindow", null, [input], function* (_, [from]) {
    const groups = new Map<string, { readonly items: T[]; readonly most: number }>();
    const place = (item: T): Later<string> =>
      after(key(item), (own) =>
        groups.has(own)
          ? own
          : after(size(item), (most) => {
              if (!(most > 0)) throw new ValueError(`${stage}.windowSize`, { given: String(most), expected: "at least 1" });
              groups.set(own, { items: [], most });
              return own;
            }),
      );
    const keyOf = told(from!, place, stage);
    const reduced = told(from!, (items: readonly T[]) => reduce(items[0]!, items), stage);
    function* give(items: readonly T[]) {
      const made = yield* attempt(() => reduced(items));
      if (made === FAILED) return;
      const cursor = made.open();
      try {
        for (;;) {
          const item = yield* attempt(() => cursor.next());
          if (item === END) return;
          if (item !== FAILED) yield { give: item };
        }
      } finally {
        yield* attempt(() => cursor.close?.());
      }
    }
    for (;;) {
      const item = yield* pull<T>();
      if (item === END) break;
      const own = yield* attempt(() => keyOf(item));
      if (own === FAILED) continue;
      const group = groups.get(own)!;
      group.items.push(item);
      if (group.items.length < group.most) continue;
      groups.delete(own);
      yield* give(group.items);
    }
    const left = [...groups].sort(([a], [b]) => Number(a) - Number(b) || (a < b ? -1 : a > b ? 1 : 0));
    for (const [, { items }] of left) yield* give(items);
  });

/** An item of the stream that each choice names. @param stopOnEmpty  whether the first stream that ends ends all */
export const chosen = <T>(choices: Stream<number>, inputs: readonly Stream<T>[], stopOnEmpty: boolean): Stream<T> =>
  staged<T>("choose", null, [...inputs, choices], function* () {
    const over = new Set<number>();
    while (over.size < inputs.length) {
      const at = yield* pull<number>(inputs.length);
      if (at === END) return;
      if (!(at >= 0 && at < inputs.length)) {
        const facts = { given: `the choice ${at}`, expected: `a number from 0 to ${inputs.length - 1}` };
        yield { fail: new ValueError("Dataset.chooseFromDatasets", facts) };
        continue;
      }
      if (over.has(at)) continue;
      const item = yield* tried<T>(at);
      if (item === FAILED) continue;
      if (item !== END) yield { give: item };
      else if (stopOnEmpty) return;
      else over.add(at);
    }
  });

/** How passes draw: from one seed, each anew where asked. */
export interface Drawing {
  readonly seed: number;
  /** Whether each pass draws others than the one before. */
  readonly isAnew: boolean;
}

/** The order of the next pass, and what is told of a restored one. */
function orders({ seed, isAnew }: Drawing) {
  let upcoming = 0;
  const follow = (pass: number): void => void (upcoming = isAnew ? pass + 1 : pass);
  return {
    order() {
      const pass = upcoming;
      follow(pass);
      return pass;
    },
    follow,
    // The first pass draws what a dataset that never draws anew does.
    random: (pass: number, ...more: readonly number[]) => new Random(...[seed, ...(pass > 0 ? [pass] : []), ...more]),
  };
}

/** Items of streams drawn at random, by weight. */
export function sampled<T>(inputs: readonly Stream<T>[], weights: readonly number[], drawing: Drawing, stopOnEmpty: boolean): Stream<T> {
  const total = inputs.reduce<number | null>((sum, { count }) => (sum === null || count === null ? null : sum + count), 0);
  const used = inputs.filter((_, i) => weights[i]! > 0);
  const count =
    used.length === 1 ? used[0]!.count : stopOnEmpty || used.length < inputs.length ? null : total === Infinity ? Infinity : null;
  const { random: randomOf, ...passes } = orders(drawing);
  const body = function* (pass: number) {
    const random = randomOf(pass);
    const left = weights.map((weight) => weight);
    for (;;) {
      const sum = left.reduce((all, each) => all + each, 0);
      if (!(sum > 0)) return;
      let place = (random.next() / 2 ** 32) * sum;
      let at = left.findIndex((weight) => (place -= weight) < 0);
      if (at < 0) at = left.findLastIndex((weight) => weight > 0);
      const item = yield* tried<T>(at);
      if (item === FAILED) continue;
      if (item !== END) yield { give: item };
      else if (stopOnEmpty) return;
      else left[at] = 0;
    }
  };
  return staged<T, number>("sample", count, inputs, body, passes);
}

/** Random numbers of 32 bits without end. */
export function drawn(seed: number, isAnew: boolean): Stream<number> {
  const { random, ...passes } = orders({ seed, isAnew });
  return replayed<number, number, number>("random", Infinity, counted(0, 1), {
    ...passes,
    begin: (cursor, pass) => ({ next: () => after(cursor.next(), (i) => (i === END ? END : random(pass, i).next())) }),
  });
}

export interface Resampling<T> {
  /** The class of an item. */
  readonly label: (item: T) => number;
  /** The share that each class shall have. */
  readonly target: readonly number[];
  /** The share that each class has; null counts what came. */
  readonly initial: readonly number[] | null;
  readonly seed: number;
}

/** Items of the classes in other proportions: of frequent ones some are left out at random. */
export const resampled = <T>(input: Stream<T>, { label, target, initial, seed }: Resampling<T>, stage: string): Stream<T> =>
  staged<T>("resample", null, [input], function* (_, [from]) {
    const labelOf = told(from!, label, stage);
    const random = new Random(seed);
    const shares = initial ? [...initial] : target.map(() => 1);
    for (;;) {
      const item = yield* pull<T>();
      if (item === END) return;
      const own = yield* attempt(() => labelOf(item));
      if (own === FAILED) continue;
      if (!initial) shares[own]!++;
      const sum = shares.reduce((all, each) => all + each, 0);
      const ratios = target.map((share, i) => (shares[i]! > 0 ? (share * sum) / shares[i]! : 0));
      if ((random.next() / 2 ** 32) * Math.max(...ratios) < ratios[own]!) yield { give: item };
    }
  });

/** Who is told of what is left out: of each error, and at the end of how many there were. */
export interface LeftOut {
  error(error: unknown): void;
  end(): void;
}

/** The same items, without those whose making failed. @throws what fails again and again at the same place */
export const withoutErrors = <T>(input: Stream<T>, begin: () => LeftOut): Stream<T> => ({
  kind: `ignoreErrors < ${input.kind}`,
  count: null,
  open(part) {
    const cursor = input.open(part);
    let leftOut = begin();
    let place: string | null = null;
    const leave = (error: unknown): void => {
      const here = JSON.stringify(cursor.save());
      if (here === place) throw error;
      place = here;
      leftOut.error(error);
    };
    const given = (item: T | typeof END): T | typeof END => {
      place = null;
      if (item === END) leftOut.end();
      return item;
    };
    const next = (): Later<T | typeof END> => {
      for (;;) {
        let item: Later<T | typeof END>;
        try {
          item = cursor.next();
        } catch (error) {
          leave(error);
          continue;
        }
        if (!(item instanceof Promise)) return given(item);
        return item.then(given, (error: unknown) => {
          leave(error);
          return next();
        });
      }
    };
    return {
      next,
      save: () => cursor.save(),
      restore(position) {
        [leftOut, place] = [begin(), null];
        return cursor.restore(position);
      },
      where: () => cursor.where?.() ?? null,
      close: () => cursor.close?.(),
    };
  },
});

/** Rows of batches in batches of other sizes, which repeat in turn. */
export const resized = <T>(rows: Stream<T>, sizes: readonly number[], dropRemainder: boolean): Stream<T[]> =>
  staged<T[]>("rebatch", null, [rows], function* () {
    for (let i = 0; ; i++) {
      let chunk: T[] = [];
      const size = sizes[i % sizes.length]!;
      while (chunk.length < size) {
        const item = yield* tried<T>();
        if (item === FAILED) {
          chunk = [];
          continue;
        }
        if (item === END) {
          if (chunk.length > 0 && !dropRemainder) yield { give: chunk };
          return;
        }
        chunk.push(item);
      }
      yield { give: chunk };
    }
  });

/** Numbers without end. Its position is how many were given, since positions have no numbers below 0. */
export const counted = (start: number, step: number): Stream<number> => ({
  kind: "counter",
  count: Infinity,
  open() {
    let given = 0;
    return {
      next: () => start + step * given++,
      save: () => given,
      restore: (position) => void (given = position as number),
    };
  },
});
