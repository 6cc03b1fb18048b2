// Node as a page's main thread would be: it must not block, so that programs run aside. Until the test ends.

import { platform } from "#platform";
import { setThreads } from "../../lib/runtime/machine.js";

interface Ending {
  teardown(action: () => unknown): void;
}

/** @returns  tells how often the event loop was let through since the last call */
export function asPage(t: Ending, threads: number): () => number {
  const changeable = platform as { mayBlock: boolean; turn: () => Promise<void> };
  const { mayBlock, turn } = changeable;
  let turns = 0;
  const alive = setInterval(() => {}, 1000); // as a page is
  changeable.mayBlock = false;
  changeable.turn = () => {
    turns++;
    return turn();
  };
  setThreads(threads);
  t.teardown(() => {
    clearInterval(alive);
    Object.assign(changeable, { mayBlock, turn });
    setThreads(1);
  });
  return () => {
    const counted = turns;
    turns = 0;
    return counted;
  };
}
