// node build/bench/memory.js NETWORK SAMPLES BATCH STEPS: the most memory that is resident while a network trains for some steps, here and
// in PyTorch (KERASM_BENCH_PYTHON), each in a process of its own.

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { repository } from "./harness/repository.js";
import { compiled, networks, samples, type NetworkName } from "./networks.js";
import { findPython } from "./peers/peer.js";

const [name = "cnn", ...numbers] = process.argv.slice(2);
if (!(name in networks)) throw new Error(`memory: given ${name}; expected one of ${Object.keys(networks).join(", ")}`);
const [count = 60_000, batchSize = 32, stepsPerEpoch = 10] = numbers.map(Number);
const model = compiled(name as NetworkName);
const [x, y] = samples(networks[name as NetworkName], count);
await model.fit(x, y, { batchSize, stepsPerEpoch, epochs: 1, verbose: 0 });
const ours = process.resourceUsage().maxRSS / 1024;
console.log(`${name}: ${ours.toFixed(0)} MB`);
const python = findPython();
if (python) {
  const args = [join(repository, "bench/peers/memory.py"), name, ...[count, batchSize, stepsPerEpoch].map(String)];
  const theirs = Number(execFileSync(python, args, { encoding: "utf8" }));
  console.log(`PyTorch: ${theirs.toFixed(0)} MB, ours / its ${(ours / theirs).toFixed(2)}`);
} else console.log("missing: a python3 that can import torch");
