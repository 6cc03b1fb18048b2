// What a case gave, for people (a line of a table) and for programs (an object a line).

import { appendFileSync, writeFileSync } from "node:fs";
import type { Timing } from "./compare.js";
import { peerNames, type Case, type PeerName } from "./case.js";

/** One case at one number of threads. */
export interface Outcome {
  readonly case: Case;
  readonly threads: number;
  readonly ours: Timing;
  /** Part of the machine's limit that we reach; null where the case has no work to count. */
  readonly limitFraction: number | null;
  /** Times, or why there are none. */
  readonly peers: ReadonlyMap<PeerName, Timing | string>;
}

/** Three significant digits, in the unit that suits. */
export function timeText(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toPrecision(3)} s`;
  return ms >= 1 ? `${ms.toPrecision(3)} ms` : `${(ms * 1000).toPrecision(3)} µs`;
}

function rateText({ case: { work }, ours }: Outcome): string {
  if (work?.flops) return `${(work.flops / ours.median / 1e6).toFixed(1)} GFLOP/s`;
  return work?.bytes ? `${(work.bytes / ours.median / 1e6).toFixed(1)} GB/s` : "";
}

const columns = (cells: readonly string[], widths: readonly number[]): string =>
  cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join("  ").trimEnd(); // prettier-ignore

const widths = [58, 7, 9, 13, 6, ...peerNames.map(() => 18)];

export const heading = (): string => columns(["case", "threads", "ours", "rate", "limit", ...peerNames], widths);

/** Ratios are ours / peer: below 1 we are faster. */
export function line(outcome: Outcome): string {
  const { case: entry, threads, ours, limitFraction, peers } = outcome;
  const limit = limitFraction === null ? "" : `${(limitFraction * 100).toFixed(0)} %`;
  const cells = peerNames.map((name) => {
    const theirs = peers.get(name);
    if (theirs === undefined) return "";
    return typeof theirs === "string" ? "–" : `${timeText(theirs.median)} (${(ours.median / theirs.median).toFixed(2)})`;
  });
  return columns([entry.name, String(threads), timeText(ours.median), rateText(outcome), limit, ...cells], widths);
}

const rounded = (value: number | null): number | null => (value === null ? null : Number(value.toPrecision(5)));

/** The file of --json: emptied at the start, a line added for each peer of each case (one with a null peer where there is none). */
export class JsonLines {
  readonly #path: string | undefined;

  constructor(path: string | undefined) {
    this.#path = path;
    if (path !== undefined) writeFileSync(path, "");
  }

  add({ case: { name }, threads, ours, limitFraction, peers }: Outcome): void {
    if (this.#path === undefined) return;
    const entries: (readonly [PeerName | null, Timing | string])[] = peers.size > 0 ? [...peers] : [[null, ""]];
    for (const [peer, result] of entries) {
      const theirs = typeof result === "string" ? null : result;
      const object = {
        case: name,
        peer,
        threads,
        ours_ms: rounded(ours.median),
        peer_ms: rounded(theirs && theirs.median),
        ratio: rounded(theirs && ours.median / theirs.median),
        limit_fraction: rounded(limitFraction),
        ours_best_ms: rounded(ours.best),
        peer_best_ms: rounded(theirs && theirs.best),
      };
      appendFileSync(this.#path, `${JSON.stringify(object)}\n`);
    }
  }
}
