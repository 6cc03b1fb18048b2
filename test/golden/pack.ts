// Keeps the cases that the tests use: node build/test/golden/pack.js DIR

import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { familiesIn, goldenDir, subjectOf, type Case } from "./cases.js";

/** Longer rows are left out, unless a class would have none: they are a tenth of the cases and half of the bytes. */
const longest = 50_000;

const dir = process.argv[2];
if (dir === undefined) throw new Error("pack: given no folder; expected the folder with the cases.");
mkdirSync(goldenDir, { recursive: true });
for (const family of familiesIn(dir)) {
  if (family === "saving") {
    cpSync(join(dir, family), join(goldenDir, family), { recursive: true });
    continue;
  }
  const lines = readFileSync(join(dir, `${family}.jsonl`), "utf8")
    .trimEnd()
    .split("\n");
  const shortest = new Map<string, string>();
  for (const line of lines) {
    const subject = subjectOf(JSON.parse(line) as Case);
    if (line.length < (shortest.get(subject)?.length ?? Infinity)) shortest.set(subject, line);
  }
  const needed = new Set(shortest.values());
  const kept = lines.filter((line) => line.length <= longest || needed.has(line));
  const packed = gzipSync(`${kept.join("\n")}\n`, { level: 9 });
  writeFileSync(join(goldenDir, `${family}.jsonl.gz`), packed);
  console.log(`${family}: ${kept.length} of ${lines.length} cases, ${packed.length} bytes`);
}
