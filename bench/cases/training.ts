// Whole training steps as `fit` runs them, and `fit` itself. The gradients of a layer take twice what its forward pass takes, but for the
// first one, whose inputs need none: the count of FLOPs leaves that aside.

import { compiled, networks, samples, type Network, type NetworkName } from "../networks.js";
import type { Case } from "../harness/case.js";
import { jaxCnn, tfjsTraining } from "./peer-networks.js";

function step(name: NetworkName, batch: number, quick: boolean): Case {
  const network: Network = networks[name];
  const isGuide = name === "cnn" && batch === 32;
  return {
    name: `training step ${name} batch ${batch}`,
    work: { flops: 3 * network.flops * batch },
    quick,
    slow: ["tfjs-cpu", "jax"],
    async ours() {
      const model = compiled(name);
      const [x, y] = samples(network, batch);
      await model.trainOnBatch(x, y);
      const train = model.makeTrainFunction();
      return () => void train([[x, y]]);
    },
    peers: {
      torch: { setup: `import models\nstep = models.training_step("${name}", ${batch})`, run: "step()" },
      ...((isGuide || name === "mlp") && { "tfjs-cpu": tfjsTraining(name, batch) }),
      ...(name === "mlp" && { "tfjs-wasm": tfjsTraining(name, batch) }),
      ...(isGuide && { jax: jaxCnn(batch) }),
    },
  };
}

/** `fit` over a hundred batches: beside the step there are shuffling, gathering, callbacks. */
function fit(name: NetworkName, batch: number): Case {
  const network: Network = networks[name];
  return {
    name: `fit ${name}, 100 steps of batch ${batch}`,
    work: { flops: 300 * network.flops * batch },
    async ours() {
      const model = compiled(name);
      const [x, y] = samples(network, 100 * batch);
      return () => model.fit(x, y, { batchSize: batch, epochs: 1, verbose: 0 });
    },
    peers: { torch: { setup: `import models\ntrain = models.epoch("${name}", ${100 * batch}, ${batch})`, run: "train()" } },
  };
}

export const training: readonly Case[] = [
  step("mlp", 32, true),
  step("cnn", 32, true),
  step("cnn", 256, false),
  step("resnet", 32, true),
  step("lstm", 32, true),
  step("gpt", 8, false),
  fit("mlp", 32),
  fit("cnn", 32),
];
