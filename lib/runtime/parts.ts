// Long work in parts: it yields where it may pause. On a page's thread the event loop turns there every few milliseconds; elsewhere, and
// for who needs the result at once, it goes on.

import { platform } from "#platform";

/** Work that may pause wherever it yields; what it returns is its result. */
export type Parts<T> = Generator<void, T, void>;

/** Milliseconds of work after which the event loop gets its turn. */
export const SPELL = 8;

let lastTurn = 0;

/** Notes that the event loop has turned. */
export const turned = (): void => void (lastTurn = performance.now());

/** Whether the event loop has waited for its turn long enough. */
const isDue = (): boolean => performance.now() - lastTurn >= SPELL;

/** Lets the event loop turn now: timers, finalizers, and a page's own work. */
export const turn = (): Promise<void> => platform.turn().then(turned);

/** A promise when it is time to wait for a turn, else nothing. */
export const pause = (): Promise<void> | undefined => (isDue() ? turn() : undefined);

/** Whether the work that is done now is given turns. */
let hasTurns = false;

function nextOf<T>(work: Parts<T>, turns: boolean): IteratorResult<void, T> {
  const before = hasTurns;
  hasTurns = turns;
  try {
    return work.next();
  } finally {
    hasTurns = before;
  }
}

/** Whether the work that is done now is given turns: elsewhere it is quickest at once, on all threads. */
export const isGivenTurns = (): boolean => hasTurns;

/** Whether work that can be left only at some cost had better be left now: the event loop gets its turn then, and has waited for it. */
export const isBestLeft = (): boolean => hasTurns && isDue();

/** Does the work at once. */
export function finish<T>(work: Parts<T>): T {
  for (;;) {
    const { done, value } = nextOf(work, false);
    if (done) return value;
  }
}

/** Does the work, with turns of the event loop where the thread must stay free. */
export async function inParts<T>(work: Parts<T>): Promise<T> {
  for (;;) {
    const { done, value } = nextOf(work, !platform.mayBlock);
    if (done) return value;
    if (!platform.mayBlock && isDue()) await turn();
  }
}
