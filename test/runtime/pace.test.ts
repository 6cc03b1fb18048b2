// Where a page's program runs: its pace follows what runs take, and what trials cost stays small.

import t from "tap";
import { Pace, type Way } from "../../lib/runtime/pace.js";
import { SPELL } from "../../lib/runtime/parts.js";

type Machine = Readonly<Record<Way, number>>;

/** Runs a program so often on a machine where a run takes that many milliseconds. @returns  how often it went which way, and what all took */
function runs(pace: Pace, count: number, machine: Machine, noise = () => 1): { counts: Record<Way, number>; time: number } {
  const counts = { aside: 0, here: 0, alone: 0 };
  let time = 0;
  for (let i = 0; i < count; i++) {
    const { way } = pace;
    const took = machine[way] * noise();
    counts[way]++;
    time += took;
    pace.took(took);
  }
  return { counts, time };
}

const machines: readonly (readonly [string, Way, Machine])[] = [
  ["a small program, which workers hold up", "alone", { aside: 0.9, here: 0.5, alone: 0.3 }],
  ["a program that gains from workers, with the page's thread among them", "here", { aside: 2.4, here: 2, alone: 3.6 }],
  ["workers that make little difference", "alone", { aside: 5, here: 4.8, alone: 5 }],
  ["a long program", "aside", { aside: 60, here: 50, alone: 100 }],
  ["a long program on a busy machine", "alone", { aside: 200, here: 180, alone: 100 }],
];

for (const [name, best, machine] of machines)
  t.test(name, async (t) => {
    const pace = new Pace();
    runs(pace, Math.ceil(200 / machine[best]), machine);
    const count = Math.ceil(20_000 / machine[best]);
    const { counts, time } = runs(pace, count, machine);
    t.ok(counts[best] > 0.9 * count, `${best}: ${JSON.stringify(counts)}`);
    t.ok(time < 1.06 * count * machine[best], `trials cost ${((time / (count * machine[best]) - 1) * 100).toFixed(1)} %`);
  });

t.test("what can't be left before its end is not tried where it would keep the page's thread", async (t) => {
  const long = 4 * SPELL;
  t.equal(runs(new Pace(), 1000, { aside: long, here: long / 2, alone: long }).counts.here, 0);
});

t.test("another machine: what others do on it begins and ends", async (t) => {
  const quiet = { aside: 2.4, here: 2, alone: 3.6 };
  const busy = { aside: 20, here: 12, alone: 5 };
  const pace = new Pace();
  for (const [machine, best] of [
    [quiet, "here"],
    [busy, "alone"],
    [quiet, "here"],
  ] as const) {
    runs(pace, 1000, machine); // prettier-ignore
    t.ok(runs(pace, 1000, machine).counts[best] > 900, best);
  }
});

t.test("a run that lost its core now and then changes nothing", async (t) => {
  let runsSoFar = 0;
  const noise = () => (++runsSoFar % 37 === 0 ? 30 : 1);
  const { counts } = runs(new Pace(), 5000, { aside: 1.2, here: 1, alone: 2 }, noise);
  t.ok(counts.here > 4000, JSON.stringify(counts));
});
