// `kerasm convert FROM TO`: a model, or weights, in another form of file.

import { existsSync, statSync } from "node:fs";
import { command, existing, kerasm, paths, Refusal, sizeText, withImports } from "./command.mjs";
import { isTensors, readTensors } from "./tensors.mjs";

const usage = `kerasm convert FROM TO [--import MODULE] [--overwrite] [--json]

Reads a model in one form and writes it in another; the ending says which: .keras, .h5, model.json (TensorFlow.js), .onnx, .weights.h5 and
.safetensors (weights alone), any other for kerasm's own form. Weights without a model go from .weights.h5, .safetensors or .npz to
.safetensors or .npz.

  --import MODULE  a module that registers classes of your own; may be given several times
  --overwrite      replace TO where it exists
  --json           one JSON object`;

export const run = command(
  "convert",
  usage,
  { ...withImports, overwrite: { type: "boolean", default: false } },
  async ({ values, positionals, say }) => {
    const [from, to] = paths(positionals, ["FROM", "TO"]);
    existing(from);
    if (!values.overwrite && existsSync(to)) throw new Refusal(`given ${to}, which exists; expected another path, or --overwrite.`);
    const tf = await kerasm(values);
    const what = isTensors(from) ? await convertTensors(from, to, tf) : await convertModel(from, to, tf);
    const bytes = existsSync(to) && statSync(to).isFile() ? statSync(to).size : null;
    say(`${from} → ${to}: ${what}${bytes === null ? "" : `, ${sizeText(bytes)}`}`, { from, to, what, bytes });
  },
);

async function convertTensors(from, to, tf) {
  const formats = await import("kerasm/formats");
  if (!/\.(safetensors|npz)$/.test(to)) {
    throw new Refusal(`given weights without a model and ${to}; expected a path that ends in .safetensors or .npz.`);
  }
  const tensors = await readTensors(from, tf, formats);
  await (to.endsWith(".npz") ? formats.saveNpz(to, tensors) : formats.saveSafetensors(to, tensors));
  return `${Object.keys(tensors).length} tensors`;
}

async function convertModel(from, to, tf) {
  const model = await tf.keras.models.loadModel(from);
  if (to.endsWith(".onnx")) await model.export(to);
  else if (isTensors(to)) {
    if (to.endsWith(".npz")) throw new Refusal(`given a model and ${to}; expected .weights.h5 or .safetensors for weights alone.`);
    await model.saveWeights(to);
  } else await model.save(to);
  return `${model.weights.length} weights`;
}
