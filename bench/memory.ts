// node build/bench/memory.js NETWORK SAMPLES BATCH STEPS: the most memory that is resident while a network trains for some steps, here with
// the package as it ships and in PyTorch (KERASM_BENCH_PYTHON), each in a process of its own. `resnet50` is that of keras.applications.

import { execFileSync } from "node:child_process";
import * as modules from "node:module";
import { join } from "node:path";
import type * as Tf from "../lib/index.js";
import { repository } from "./harness/repository.js";
import { findPython } from "./peers/peer.js";

// What lies in build/ is hundreds of modules, which take 80 MB to load; users load one file. Node 20 can't be told so.
const lib = new URL("../lib/index.js", import.meta.url).href;
type Resolve = (specifier: string, context: object) => { readonly url: string };
interface Hooks {
  registerHooks?(hooks: { resolve(...given: [...Parameters<Resolve>, next: Resolve]): ReturnType<Resolve> }): void;
}
(modules as Hooks).registerHooks?.({
  resolve: (specifier, context, next) => (next(specifier, context).url === lib ? next("kerasm", context) : next(specifier, context)),
});
const { compiled, networks, samples } = await import("./networks.js");
const tf: typeof Tf = await import("../lib/index.js");

async function resnet50(): Promise<Tf.keras.Model> {
  const { applications, losses, optimizers } = tf.keras;
  const model = await applications.ResNet50({ weights: null });
  model.compile({
    optimizer: new optimizers.SGD({ learningRate: 1e-2, momentum: 0.9 }),
    loss: new losses.SparseCategoricalCrossentropy(),
  });
  return model;
}

const [name = "cnn", ...numbers] = process.argv.slice(2);
const [count = 60_000, batchSize = 32, stepsPerEpoch = 10] = numbers.map(Number);
const isKnown = (name: string): name is keyof typeof networks => name in networks;
if (!isKnown(name) && name !== "resnet50")
  throw new Error(`memory: given ${name}; expected one of ${Object.keys(networks).join(", ")}, resnet50`);
const [model, [x, y]] = isKnown(name)
  ? [compiled(name), samples(networks[name], count)]
  : [await resnet50(), [tf.random.uniform([count, 224, 224, 3]), tf.zeros([count], { dtype: "int32" })] as const];
await model.fit(x, y, { batchSize, stepsPerEpoch, epochs: 1, verbose: 0 });
const ours = process.resourceUsage().maxRSS / 1024;
console.log(`${name}: ${ours.toFixed(0)} MB`);
const python = findPython();
if (python) {
  const args = [join(repository, "bench/peers/memory.py"), name, ...[count, batchSize, stepsPerEpoch].map(String)];
  const theirs = Number(execFileSync(python, args, { encoding: "utf8" }));
  console.log(`PyTorch: ${theirs.toFixed(0)} MB, ours / its ${(ours / theirs).toFixed(2)}`);
} else console.log("missing: a python3 that can import torch");
