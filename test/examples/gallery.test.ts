// Each program of the gallery runs in its quick form, and learns: the number in its last line says so.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { runProgram } from "../support/program.js";
import { repository } from "../support/sources.js";

t.setTimeout(600_000);
const folder = "examples/gallery";

/** What the last number of a program's output is, and where it has to lie. */
const results: Readonly<Record<string, readonly [least: number, most: number]>> = {
  "actor-critic.ts": [50, 200], // steps upright; without learning some 20
  "ddim.ts": [0.2, 0.6], // noise left; 0.8 at first
  "distillation.ts": [0.5, 0.9], // accuracy of the student
  "gan.ts": [0.2, 4], // loss of the generator
  "metric-learning.ts": [45, 90], // % of neighbours of the same kind; 10 by chance
  "miniature-gpt.ts": [0, 0.6], // loss; 2.9 at first
  "node-classification.ts": [0.4, 1], // accuracy with the graph; 0.25 by chance
  "ocr-ctc.ts": [60, 100], // strips without fault
  "recommender.ts": [0, 0.1], // error of ratings
  "seq2seq.ts": [0.8, 1], // accuracy of letters
  "text-transformer.ts": [0.9, 1], // accuracy
  "time-series.ts": [0, 0.04], // error; 0.056 for the value of the hour before
  "unet.ts": [0.6, 1], // mean IoU
  "variational-autoencoder.ts": [200, 520], // loss; 540 at first
};

t.strictSame(readdirSync(join(repository, folder)).sort(), Object.keys(results), "every program has its line here");

for (const [file, [least, most]] of Object.entries(results)) {
  t.test(file, async (t) => {
    const { stdout, stderr, status } = await runProgram(`${folder}/${file}`, ["--quick"], { cwd: t.testdir() });
    t.equal(status, 0, stderr);
    const last = file === "miniature-gpt.ts" ? /loss ([\d.]+)/.exec(stdout)?.[1] : stdout.match(/[\d.]+/g)?.at(-1);
    t.ok(Number(last) >= least && Number(last) <= most, `${last}, from ${least} to ${most}`);
    if (file === "miniature-gpt.ts") t.match(stdout, /^the dogs (sleep|eat|run)\b/m, "it has learned that verbs agree");
  });
}
