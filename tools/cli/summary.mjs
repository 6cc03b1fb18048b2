// `kerasm summary FILE`: what a model, or a file of weights, consists of.

import { command, existing, kerasm, paths, table, withImports } from "./command.mjs";
import { facts, isTensors, readTensors } from "./tensors.mjs";

const usage = `kerasm summary FILE [--import MODULE] [--json]

Prints the layers of a model (.keras, .h5, model.json, .onnx, a saved model of kerasm) or the tensors of a file of weights
(.weights.h5, .weights.json, .safetensors, .npz).

  --import MODULE  a module that registers classes of your own; may be given several times
  --json           one JSON object`;

export const run = command("summary", usage, withImports, async ({ values, positionals, say }) => {
  const [path] = paths(positionals, ["FILE"]);
  existing(path);
  const tf = await kerasm(values);
  if (isTensors(path)) {
    const found = facts(await readTensors(path, tf, await import("kerasm/formats")));
    const total = found.reduce((sum, { size }) => sum + size, 0);
    const rows = [
      ["tensor", "dtype", "shape", "elements"],
      ...found.map(({ name, dtype, shape, size }) => [name, dtype, `[${shape}]`, size]),
    ];
    say(`${table(rows)}\n\n${found.length} tensors, ${total} elements`, { tensors: found, elements: total });
    return;
  }
  const model = await tf.keras.models.loadModel(path, { compile: false });
  const lines = [];
  model.summary({ printFn: (text) => lines.push(text) });
  const sizeOf = (variables) => variables.reduce((sum, { shape }) => sum + shape.reduce((product, length) => product * length, 1), 0);
  say(lines.join("\n").trimEnd(), {
    name: model.name,
    layers: model.layers.map((layer) => ({ name: layer.name, class: layer.constructor.name, parameters: sizeOf(layer.weights) })),
    parameters: {
      total: sizeOf(model.weights),
      trainable: sizeOf(model.trainableWeights),
      nonTrainable: sizeOf(model.nonTrainableWeights),
    },
  });
});
