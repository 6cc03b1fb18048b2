// The examples that begin with strings, tables and files learn what there is to learn.

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import * as tf from "../../lib/index.js";
import { runProgram } from "../support/program.js";

const accuracyIn = (stdout: string): number => Number(/accuracy ([\d.]+)/.exec(stdout)?.[1]);

t.test("text classification from raw strings", async (t) => {
  const { stdout, stderr, status } = await runProgram("examples/text-classification.ts", ["--epochs", "20"], { cwd: tmpdir() });
  t.equal(status, 0, stderr);
  t.ok(accuracyIn(stdout) > 0.9, stdout);
  t.equal(Number(/end to end ([\d.]+)/.exec(stdout)?.[1]), accuracyIn(stdout), "strings in a model give the same");
});

t.test("structured data with a FeatureSpace", async (t) => {
  const { stdout, stderr, status } = await runProgram("examples/structured-data.ts", ["--epochs", "15"], { cwd: tmpdir() });
  t.equal(status, 0, stderr);
  t.ok(accuracyIn(stdout) > 0.9, stdout);
  t.ok(Number(/buys: ([\d.]+)/.exec(stdout)?.[1]) > 0.5, stdout);
});

t.test("images of a folder with augmentation", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "pictures-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  for (const [name, color] of [
    ["red", [220, 30, 30]],
    ["blue", [30, 30, 220]],
  ] as const) {
    // prettier-ignore
    mkdirSync(join(folder, name));
    for (let i = 0; i < 12; i++) {
      const noise = tf.random.uniform([12, 12, 3], { minval: -20, maxval: 20, seed: i });
      const path = join(folder, name, `${i}.${i % 2 ? "png" : "jpg"}`);
      await tf.keras.utils.saveImg(path, noise.add(tf.constant([...color])), { scale: false });
    }
  }
  const { stdout, stderr, status } = await runProgram("examples/image-classification.ts", [folder, "--size", "12", "--epochs", "8"], {
    cwd: tmpdir(),
  });
  t.equal(status, 0, stderr);
  t.match(stdout, "classes blue, red");
  t.ok(accuracyIn(stdout) > 0.9, stdout);
});
