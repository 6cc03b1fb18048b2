// `kerasm inspect CHECKPOINT`: what a checkpoint holds.

import { statSync } from "node:fs";
import { command, existing, kerasm, paths, Refusal, sizeText, table } from "./command.mjs";

const usage = `kerasm inspect CHECKPOINT [--json]

Prints what a checkpoint of tf.train.Checkpoint, BackupAndRestore or model.save holds: variables with dtype and shape, and other state. Every
checksum is checked. For a folder it is the newest checkpoint in it.

  --json  one JSON object`;

export const run = command("inspect", usage, {}, async ({ positionals, say }) => {
  const [given] = paths(positionals, ["CHECKPOINT"]);
  existing(given);
  if (/\.(keras|h5|hdf5|json|onnx|safetensors|npz)$/.test(given))
    throw new Refusal(`given ${given}, a model or weights in another form; expected a checkpoint. kerasm summary tells what is in it.`);
  const tf = await kerasm();
  const path = statSync(given, { throwIfNoEntry: false })?.isDirectory() ? await tf.train.latestCheckpoint(given) : given;
  if (path === null) throw new Refusal(`given ${given}, a folder without a list of checkpoints; expected a checkpoint.`);
  const { inspectCheckpoint } = await import("kerasm/formats");
  const { variables, states, bytes } = await inspectCheckpoint(path);
  const rows = [
    ["variable", "dtype", "shape", "bytes"],
    ...variables.map(({ name, dtype, shape, bytes }) => [name, dtype, `[${shape}]`, bytes]),
  ];
  const others = states.map(({ name, state }) => `${name}: ${shortened(JSON.stringify(state))}`);
  const parts = [
    path,
    table(rows),
    ...(others.length > 0 ? [`other state\n${others.join("\n")}`] : []),
    `${variables.length} variables, ${sizeText(bytes)}; checksums agree`,
  ];
  say(parts.join("\n\n"), { path, bytes, variables, states });
});

const shortened = (text) => (text.length > 160 ? `${text.slice(0, 159)}…` : text);
