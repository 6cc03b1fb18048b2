// node build/bench/table.js [--write PAGE] FILE…: the tables of docs/performance.md from files that `npm run bench -- --json` wrote, one for
// each build: printed, or in the place of those that the page has.

import { readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { timeText } from "./harness/report.js";

/** A line of --json. */
interface Line {
  readonly case: string;
  readonly peer: string | null;
  readonly threads: number;
  readonly ours_ms: number;
  readonly ours_best_ms: number;
  readonly peer_ms: number | null;
  readonly peer_best_ms: number | null;
  readonly ratio: number | null;
  readonly limit_fraction: number | null;
}

const { values, positionals } = parseArgs({ options: { write: { type: "string" } }, allowPositionals: true });
const files = positionals.map((path) => ({
  name: basename(path).replace(/\.\w+$/, ""),
  lines: readFileSync(path, "utf8").trim().split("\n").map((line) => JSON.parse(line) as Line), // prettier-ignore
}));

/** Ours, the part of the limit, and ours / PyTorch's, at one number of threads. */
function cells(lines: readonly Line[], threads: number): string {
  const those = lines.filter((line) => line.threads === threads);
  const [first] = those;
  if (!first) return "";
  const torch = those.find(({ peer }) => peer === "torch")?.ratio;
  const limit = first.limit_fraction === null ? "" : `, ${Math.round(first.limit_fraction * 100)} %`;
  return `${timeText(first.ours_ms)}${limit}${torch ? `, ${torch.toFixed(2)}×` : ""}`;
}

/** The other peers, which run on one thread: ours / theirs. */
const others = (lines: readonly Line[]): string =>
  lines
    .filter(({ peer, ratio, threads }) => peer !== "torch" && ratio !== null && threads === lines[0]!.threads)
    .map(({ peer, ratio }) => `${peer} ${ratio! < 0.1 ? ratio!.toPrecision(1) : ratio!.toFixed(2)}×`)
    .join(", ");

const names = [...new Set(files.flatMap(({ lines }) => lines.map((line) => line.case)))];
const threads = [...new Set(files.flatMap(({ lines }) => lines.map((line) => line.threads)))];
const count = (threads: number) => `${threads} ${threads === 1 ? "thread" : "threads"}`;

/** A table in Markdown. */
const table = (rows: readonly (readonly string[])[]): string[] => {
  const [head, ...rest] = rows.map((cells) => `| ${cells.join(" | ")} |`);
  return [head!, `|${" --- |".repeat(rows[0]!.length)}`, ...rest];
};

/** Every case at every number of threads. */
const cases = table([
  ["case", ...files.flatMap(({ name }) => threads.map((each) => `${name}, ${count(each)}`)), "JavaScript peers"],
  ...names.map((name) => {
    const own = files.map(({ lines }) => lines.filter((line) => line.case === name));
    const each = own.flatMap((lines) => threads.map((count) => cells(lines, count)));
    return [name, ...each, others(own.find((lines) => lines.length > 0)!)];
  }),
]);

/** Whole training steps beside PyTorch's: median (best) of both. */
const steps = table([
  ["whole training step, median (best)", ...files.flatMap(({ name }) => [name, "PyTorch beside it"])],
  ...names
    .filter((name) => name.startsWith("training step "))
    .flatMap((name) =>
      threads.map((each) => {
        const both = files.flatMap(({ lines }) => {
          const own = lines.filter((line) => line.case === name && line.threads === each);
          const torch = own.find(({ peer }) => peer === "torch");
          const text = (median?: number | null, best?: number | null) => (median && best ? `${timeText(median)} (${timeText(best)})` : "");
          return [text(own[0]?.ours_ms, own[0]?.ours_best_ms), text(torch?.peer_ms, torch?.peer_best_ms)];
        });
        return [`${name.slice("training step ".length)}, ${count(each)}`, ...both];
      }),
    ),
]);

/** The page with these tables in the place of those that begin in the same way. */
function replaced(page: string): string {
  const lines = page.split("\n");
  for (const [start, made] of [
    ["| whole training step", steps],
    ["| case |", cases],
  ] as const) {
    const from = lines.findIndex((line) => line.startsWith(start));
    if (from < 0) throw new Error(`table: given ${values.write} without a table that begins with "${start}"`);
    let to = from;
    while (lines[to]?.startsWith("|")) to++;
    lines.splice(from, to - from, ...made);
  }
  return lines.join("\n");
}

if (values.write === undefined) console.log([...steps, "", ...cases].join("\n"));
else writeFileSync(values.write, replaced(readFileSync(values.write, "utf8")));
