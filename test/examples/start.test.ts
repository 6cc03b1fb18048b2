// npm start as users run it: options, interrupting it, going on.

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { type Outcome, runProgram } from "../support/program.js";
import { repository } from "../support/sources.js";

const start = (cwd: string, ...args: string[]) => runProgram("examples/start.ts", args, { cwd });

/** Starts, and sends a signal a while after the training has begun. */
function startAndSignal(cwd: string, signal: "SIGINT" | "SIGKILL", milliseconds: number, ...args: string[]): Promise<Outcome> {
  const child = spawn(process.execPath, [join(repository, "build/examples/start.js"), ...args], { cwd });
  let [stdout, stderr] = ["", ""];
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdout.on("data", (chunk: Buffer) => {
    const begins = !stdout.includes("images to train on") && (stdout + chunk.toString()).includes("images to train on");
    stdout += chunk.toString();
    if (begins) setTimeout(() => child.kill(signal), milliseconds);
  });
  return new Promise((resolve) => child.once("close", (status) => resolve({ stdout, stderr, status })));
}

/** The weights and everything else in the newest checkpoint, but the number of saves, which differs between ways that led here. */
function trained(folder: string): string {
  const latest = readdirSync(folder)
    .filter((name) => name.startsWith("ckpt"))
    .sort((a, b) => Number(a.slice(5)) - Number(b.slice(5)))
    .at(-1)!;
  const bytes = readFileSync(join(folder, latest));
  const data = 16 * Math.ceil((24 + bytes.readUInt32LE(12)) / 16);
  const { tensors } = JSON.parse(bytes.subarray(24, 24 + bytes.readUInt32LE(12)).toString()) as {
    tensors: { name: string; offset: number; bytes: number }[];
  };
  const hash = createHash("sha256");
  for (const { name, offset, bytes: length } of tensors) {
    if (name !== "save_counter") hash.update(name).update(bytes.subarray(data + offset, data + offset + length));
  }
  return hash.digest("hex");
}

t.test("--help lists the options, and what there is not is refused", async (t) => {
  const { stdout, status } = await start(t.testdir(), "--help");
  t.equal(status, 0);
  for (const option of ["--epochs", "--batch-size", "--fresh", "--model", "--threads"]) t.match(stdout, option);
  const refusals: [string[], RegExp][] = [
    [["--model", "rnn"], /--model: given rnn; expected cnn or mlp/],
    [["--epochs", "0"], /--epochs: given 0; expected a positive integer/],
    [["--batchsize", "3"], /--batchsize/],
  ];
  for (const [args, message] of refusals) {
    const { stderr, status } = await start(t.testdir(), ...args);
    t.equal(status, 2);
    t.match(stderr, message);
    t.notMatch(stderr, /^\s+at /m, "no stack");
  }
});

t.test("trains, evaluates, shows ten images, and goes on when it is run again", async (t) => {
  const folder = t.testdir();
  const args = ["--model", "mlp", "--batch-size", "256", "--epochs", "1", "--threads", "1"];
  const first = await start(folder, ...args);
  t.equal(first.status, 0, first.stderr);
  t.match(first.stdout, /Model: "simple_mlp"/);
  t.match(first.stdout, /60000 images to train on, 10000 to test, 1 threads\.\nTraining from the beginning\./);
  t.match(first.stdout, /235\/235 ━+ \d+s \d+(ms|us)\/step - accuracy: 0\.\d+ - loss: \d/);
  t.equal(first.stdout.match(/^[✓✗] |  [✓✗] /gm)?.length, 10);
  const accuracy = Number(/test accuracy (\d\.\d+)/.exec(first.stdout)?.[1]);
  t.ok(accuracy > 0.75, `accuracy ${accuracy}`);
  const second = await start(folder, ...args);
  t.match(second.stdout, /Going on from checkpoints\/mlp\/ckpt-1: 1 epoch\.\nEpoch 2\/2\n/);
  t.match(second.stdout, /Saved checkpoints\/mlp\/ckpt-2: 2 epochs\./);
  const fresh = await start(folder, ...args, "--fresh", "--steps", "3");
  t.match(fresh.stdout, /Training from the beginning\.\n +3\/235 /);
  t.match(fresh.stdout, /Saved checkpoints\/mlp\/ckpt-1: 0 epochs and 768 images of the next/);
});

t.test("Ctrl-C at any moment saves, and going on gives the same bits as never having stopped", async (t) => {
  const folder = t.testdir({ through: {}, stopped: {} });
  const args = ["--model", "mlp", "--batch-size", "256", "--epochs", "2"];
  // Both ways begin with the same few steps, since initial weights and order are drawn at random.
  await start(`${folder}/through`, ...args, "--steps", "5");
  cpSync(`${folder}/through`, `${folder}/stopped`, { recursive: true });
  const through = await start(`${folder}/through`, ...args);
  t.match(through.stdout, /Saved checkpoints\/mlp\/ckpt-3: 2 epochs/);
  let stops = 0;
  for (; stops < 3; stops++) {
    const { stdout, stderr, status } = await startAndSignal(`${folder}/stopped`, "SIGINT", 50 + Math.random() * 250, ...args);
    if (status === 0) t.match(stdout, /Saved .* The next run goes on from there/);
    else t.match(stdout, /Epoch 2\/2/, `all is saved before it evaluates: ${stderr}`);
    if (status !== 0) break;
  }
  if (stops === 3) await start(`${folder}/stopped`, ...args);
  t.ok(stops > 0, `stopped ${stops} times`);
  const last = await start(`${folder}/stopped`, ...args, "--steps", "1");
  t.match(last.stdout, /: 2 epochs\.\n/, "the training was finished");
  cpSync(`${folder}/through`, `${folder}/again`, { recursive: true });
  await start(`${folder}/again`, ...args, "--steps", "1");
  t.equal(trained(`${folder}/stopped/checkpoints/mlp`), trained(`${folder}/again/checkpoints/mlp`));
});

t.test("kill -9 loses no more than the epoch, and a damaged checkpoint is named", async (t) => {
  const folder = t.testdir();
  const args = ["--model", "mlp", "--batch-size", "256", "--epochs", "1"];
  await start(folder, ...args);
  await startAndSignal(folder, "SIGKILL", 200, ...args);
  const next = await start(folder, ...args, "--steps", "2");
  t.match(next.stdout, /Going on from checkpoints\/mlp\/ckpt-1: 1 epoch\.\n/);
  writeFileSync(join(folder, "checkpoints/mlp/ckpt-2"), "text");
  const broken = await start(folder, ...args);
  t.equal(broken.status, 1);
  t.match(broken.stderr, /checkpoints\/mlp\/ckpt-2: given a file of 4 bytes that begins with "text"; expected a checkpoint of kerasm/);
  t.match(broken.stderr, /--fresh/);
});
