import { compiled, networks, samples, type Network, type NetworkName } from "../networks.js";
import type { Case } from "../harness/case.js";
import { tfjsPrediction } from "./peer-networks.js";

function prediction(name: NetworkName, batch: number, quick: boolean): Case {
  const network: Network = networks[name];
  const tfjs = name === "resnet" ? {} : { "tfjs-wasm": tfjsPrediction(name, batch) };
  return {
    name: `prediction ${name} batch ${batch}`,
    work: { flops: network.flops * batch },
    quick,
    ours() {
      const model = compiled(name);
      const [x] = samples(network, batch);
      return () => model.predictOnBatch(x);
    },
    peers: { torch: { setup: `import models\npredict = models.prediction("${name}", ${batch})`, run: "predict()" }, ...tfjs },
  };
}

export const predictions: readonly Case[] = [
  prediction("mlp", 1, true),
  prediction("cnn", 1, true),
  prediction("cnn", 32, true),
  prediction("resnet", 1, false),
  prediction("lstm", 1, true),
];
