// Processes that end and begin again.

import { spawn, spawnSync } from "node:child_process";
import { readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import t from "tap";
import * as tf from "../../lib/index.js";

const trainer = fileURLToPath(new URL("trainer.js", import.meta.url));

function train(folder: string, steps: number, saveEvery: number, padding = 0): string {
  const args = [trainer, folder, steps, saveEvery, padding].map(String);
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return stdout.trim().split("\n").at(-1)!;
}

// Children that train take long on a busy machine.
t.setTimeout(600_000);

t.test("2N steps, or N steps, a new process and N more: the same bits", async (t) => {
  const folder = t.testdir({ whole: {}, halves: {}, thirds: {} });
  // Steps are no multiple of an epoch (13 batches), so the position in the data counts, and so does the order that was drawn without a
  // seed.
  const first = train(`${folder}/whole`, 20, 20);
  t.match(first, /^done 20 /);
  for (const name of ["halves", "thirds"]) {
    // The first 20 steps come from the one run: an order drawn at random can't be drawn twice.
    spawnSync("cp", ["-r", `${folder}/whole/.`, `${folder}/${name}`]);
  }
  const whole = train(`${folder}/whole`, 60, 60);
  t.match(whole, /^done 60 /);
  train(`${folder}/halves`, 40, 40);
  t.equal(train(`${folder}/halves`, 60, 60), whole);
  for (const steps of [33, 46]) train(`${folder}/thirds`, steps, steps);
  t.equal(train(`${folder}/thirds`, 60, 60), whole);
});

t.test("kill -9 at any moment leaves a latest checkpoint that works", async (t) => {
  const folder = t.testdir();
  let before = 0;
  for (let round = 0; round < 4; round++) {
    const child = spawn(process.execPath, [trainer, folder, "1000000", "1", "300000"], { stdio: ["ignore", "pipe", "inherit"] });
    let told = 0;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    for await (const line of createInterface(child.stdout)) {
      told = Number(/^saved (\d+)/.exec(line)?.[1] ?? told);
      if (told === before + 2) setTimeout(() => child.kill("SIGKILL"), Math.random() * 60);
    }
    await ended;
    const step = tf.variable(0, { dtype: "int32" });
    const checkpoint = new tf.train.Checkpoint({ step });
    const manager = new tf.train.CheckpointManager(checkpoint, folder);
    t.ok(manager.checkpoints.length <= 2);
    for (const path of manager.checkpoints) await checkpoint.restore(path);
    t.ok(step.item() >= told && told >= before + 2, `step ${step.item()} after ${told} was told of, ${before} before`);
    before = step.item();
  }
  writeFileSync(join(folder, `ckpt-9.${2 ** 30}.tmp`), "");
  for (const name of readdirSync(folder)) utimesSync(join(folder, name), 0, 0);
  train(folder, before + 1, 1, 300_000);
  t.notOk(
    readdirSync(folder).some((name) => name.endsWith(".tmp")),
    "what killed writers left aside is cleared away",
  );
});

t.test("a disk that refuses in the middle of a file", async (t) => {
  const folder = t.testdir();
  const args = [trainer, folder, "6", "1", "300000"];
  // tap's hooks, which NODE_OPTIONS brings, end a process on this signal.
  // A limit of 600 blocks of 1024 bytes: the padding alone is twice that.
  const limited = spawnSync("bash", ["-c", `unset NODE_OPTIONS; trap '' XFSZ; ulimit -f 600; exec "$0" "$@"`, process.execPath, ...args], {
    encoding: "utf8",
  });
  if (limited.error) return void t.comment("needs bash");
  t.match(limited.stderr as string, /CheckpointError: .*ckpt-1: given a limit on the size of files \(EFBIG\)/);
  t.strictSame(readdirSync(folder), []);
});
