// Contestants take turns: each round calls every one of them for about the same time, so that whatever else the machine does meets all
// alike.

import { setTimeout } from "node:timers/promises";
import type { Contestant } from "./case.js";
import { median } from "./statistics.js";

export interface Patience {
  /** Milliseconds of calls before any counts: the engine compiles its best code meanwhile. */
  readonly warmUp: number;
  /** Milliseconds that one contestant has in all. */
  readonly budget: number;
  /** Turns that each has at least, unless one takes ten budgets. */
  readonly turns: number;
  /** Milliseconds of one turn. */
  readonly turn: number;
  /** Milliseconds of peace before a turn, where pools of other processes spin on after their last work. */
  readonly pause: number;
}

interface Entry {
  readonly contestant: Contestant;
  readonly samples: number[];
  readonly calls: number;
  readonly rehearsals: number;
  spent: number;
}

/** Milliseconds of one call, over all turns. */
export interface Timing {
  readonly median: number;
  readonly best: number;
}

/** The contestants' times, by their names. */
export async function compare(contestants: readonly Contestant[], patience: Patience): Promise<Map<string, Timing>> {
  const { budget, turns } = patience;
  const entries: Entry[] = [];
  for (const contestant of contestants) entries.push(await warmedUp(contestant, patience));
  for (;;) {
    const due = entries.filter(({ spent, samples }) => spent < budget || (samples.length < turns && spent < 10 * budget * samples.length));
    if (due.length === 0) break;
    for (const entry of due) {
      if (patience.pause > 0) await setTimeout(patience.pause);
      const begin = performance.now();
      entry.samples.push(await entry.contestant.time(entry.calls, entry.rehearsals));
      entry.spent += Math.max(performance.now() - begin, patience.turn / 2);
    }
  }
  return new Map(entries.map(({ contestant, samples }) => [contestant.name, { median: median(samples), best: Math.min(...samples) }]));
}

/** Calls until the engine has compiled its best code, and finds how many calls make a turn, and how many a fifth of one before it. */
async function warmedUp(contestant: Contestant, { warmUp, budget, turn }: Patience): Promise<Entry> {
  const begin = performance.now();
  let ms = await contestant.time(1, 0);
  const spent = performance.now() - begin;
  if (spent > 10 * budget) return { contestant, samples: [ms], calls: 1, rehearsals: 0, spent };
  const until = performance.now() + warmUp;
  for (let calls = 1; performance.now() < until; calls = Math.min(calls * 2, Math.ceil(turn / ms))) ms = await contestant.time(calls, 0);
  return { contestant, samples: [], calls: Math.max(1, Math.round(turn / ms)), rehearsals: Math.ceil(turn / 5 / ms), spent: 0 };
}
