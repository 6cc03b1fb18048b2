// node build/bench/table.js FILE…: the tables of docs/performance.md from files that `npm run bench -- --json` wrote, one for each build.

import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { timeText } from "./harness/report.js";

/** A line of --json. */
interface Line {
  readonly case: string;
  readonly peer: string | null;
  readonly threads: number;
  readonly ours_ms: number;
  readonly ratio: number | null;
  readonly limit_fraction: number | null;
}

const files = process.argv.slice(2).map((path) => ({
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
const columns = files.flatMap(({ name }) => threads.map((count) => `${name}, ${count} ${count === 1 ? "thread" : "threads"}`));
console.log(`| case | ${columns.join(" | ")} | JavaScript peers |`);
console.log(`|${" --- |".repeat(columns.length + 2)}`);
for (const name of names) {
  const own = files.map(({ lines }) => lines.filter((line) => line.case === name));
  const each = own.flatMap((lines) => threads.map((count) => cells(lines, count)));
  console.log(`| ${[name, ...each, others(own.find((lines) => lines.length > 0)!)].join(" | ")} |`);
}
