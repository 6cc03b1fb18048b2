// `kerasm convert FROM TO`: a model, or weights, in another form of file.

import { existsSync, statSync } from "node:fs";
import { command, existing, kerasm, paths, Refusal, sizeText, withImports } from "./command.mjs";
import { isTensors, readTensors } from "./tensors.mjs";

const usage = `kerasm convert FROM TO [--import MODULE] [--overwrite] [--json]

Reads a model in one form and writes it in another; the ending says which: .keras, .h5, model.json (TensorFlow.js), .onnx, .weights.h5 and
.safetensors (weights alone), any other for kerasm's own form. Weights without a model go from .weights.h5, .weights.json,
.safetensors or .npz to .safetensors or .npz.

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
    writable(to, values.overwrite);
    const tf = await kerasm(values);
    const what = isTensors(from) ? await convertTensors(from, to, tf) : await convertModel(from, to, tf);
    const bytes = existsSync(to) && statSync(to).isFile() ? statSync(to).size : null;
    say(`${from} → ${to}: ${what}${bytes === null ? "" : `, ${sizeText(bytes)}`}`, { from, to, what, bytes });
  },
);

/** Endings of forms that are not written: a file of kerasm's own form by such a name would be taken for another. */
const foreign = /\.(pb|tflite|pt|pth|bin|npy|mlmodel|mlpackage|pkl|joblib|gguf|zip|tar|gz|txt|mjs|js|py)$/i;

/** @throws Refusal for what can't be the file that is written */
function writable(to, overwrite) {
  const refuse = (what, expected) => {
    throw new Refusal(`given ${to || "an empty path"}${what}; expected ${expected}.`);
  };
  if (to === "" || /^[a-z][a-z0-9+.-]+:\/\//i.test(to)) refuse("", "a path of this machine");
  const isFolder = existsSync(to) && statSync(to).isDirectory();
  if (isFolder || /[/\\]$/.test(to)) refuse(isFolder ? ", a folder" : "", "the path of a file");
  if (foreign.test(to)) refuse("", ".keras, .h5, model.json, .onnx, .weights.h5, .safetensors, .npz, or an ending of your own");
  if (!overwrite && existsSync(to)) refuse(", which exists", "another path, or --overwrite");
}

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
  if (to.endsWith(".npz")) throw new Refusal(`given a model and ${to}; expected .weights.h5 or .safetensors for weights alone.`);
  const model = await tf.keras.models.loadModel(from);
  if (to.endsWith(".onnx")) await model.export(to);
  else if (isTensors(to)) await model.saveWeights(to);
  else await model.save(to);
  return `${model.weights.length} weights`;
}
