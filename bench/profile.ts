// npm run profile -- [network] [batch]: where the time of a training step goes, operation by operation.
//   --graph  prints the steps of the program as well
//   --trace FILE  writes one run for chrome://tracing

import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import * as tf from "../lib/index.js";
import { compiled, networks, samples, type Network, type NetworkName } from "./networks.js";

type Train = tf.TracedFunction<(batches: readonly unknown[]) => unknown>;

const { values, positionals } = parseArgs({
  options: { graph: { type: "boolean" }, trace: { type: "string" } },
  allowPositionals: true,
});
const name = (positionals[0] ?? "cnn") as NetworkName;
const batch = Number(positionals[1] ?? 32);
const network: Network | undefined = networks[name];
if (!network) throw new Error(`profile: given ${name}; expected one of ${Object.keys(networks).join(", ")}`);

const model = compiled(name);
const [x, y] = samples(network, batch);
await model.trainOnBatch(x, y);
const train = model.makeTrainFunction() as unknown as Train;
const begin = performance.now();
for (let i = 0; performance.now() - begin < 300; i++) train([[x, y]]); // until the engine has compiled its best code
const step = train.getConcreteFunction([[x, y]]);
if (values.graph) console.log(step.graph, "\n");
const profile = step.profile(x, y);
console.log(String(profile));
if (values.trace) writeFileSync(values.trace, profile.chromeTrace());
