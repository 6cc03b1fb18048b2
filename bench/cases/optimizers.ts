// Updates of a variable beyond the cache, all slots in one pass: bytes are those of everything read and written once.

import * as tf from "../../lib/index.js";
import type { Case } from "../harness/case.js";

const { SGD, RMSprop, Adam, AdamW } = tf.keras.optimizers;

const shape = [2048, 2048];
const elements = 2048 * 2048;

type Optimizer = InstanceType<typeof SGD | typeof RMSprop | typeof Adam | typeof AdamW>;

const update = (name: string, words: number, make: () => Optimizer, torch: string, quick = false): Case => ({
  name: `optimizer ${name} 4M`,
  work: { bytes: 4 * words * elements },
  quick,
  ours() {
    const variable = tf.variable(tf.random.uniform(shape));
    const gradient = tf.random.uniform(shape);
    const optimizer = make();
    return () => tf.tidy(() => optimizer.apply([gradient], [variable]));
  },
  peers: {
    torch: {
      setup: `w = torch.rand(${shape.join()}, requires_grad=True)\nw.grad = torch.rand(${shape.join()})\no = torch.optim.${torch}`,
      run: "o.step()",
    },
  },
});

export const optimizers: readonly Case[] = [
  update("sgd", 3, () => new SGD({ learningRate: 1e-3 }), "SGD([w], 1e-3)"),
  update("sgd with momentum", 5, () => new SGD({ learningRate: 1e-3, momentum: 0.9 }), "SGD([w], 1e-3, 0.9)", true),
  update("rmsprop", 5, () => new RMSprop({ learningRate: 1e-3 }), "RMSprop([w], 1e-3)", true),
  update("adam", 7, () => new Adam({ learningRate: 1e-3 }), "Adam([w], 1e-3)", true),
  update("adamw", 7, () => new AdamW({ learningRate: 1e-3 }), "AdamW([w], 1e-3)"),
];
