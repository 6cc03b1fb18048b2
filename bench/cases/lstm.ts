// The recurrent layer alone, as one program: over all steps forward, and with the gradients of its input and its weights.

import * as tf from "../../lib/index.js";
import type { Case } from "../harness/case.js";

const [steps, features, units] = [50, 128, 128];

const layer = (batch: number): Case[] => {
  const name = `lstm ${batch}×${steps}×${features} of ${units} units`;
  const flops = 2 * batch * steps * 4 * units * (features + units);
  const ours = (): [layer: tf.keras.layers.LSTM, x: tf.Tensor] => {
    const layer = new tf.keras.layers.LSTM(units, { returnSequences: true });
    const x = tf.random.normal([batch, steps, features]);
    layer.build([null, steps, features]);
    return [layer, x];
  };
  const setup = `m, x = nn.LSTM(${features}, ${units}, batch_first=True), torch.randn(${batch}, ${steps}, ${features}, requires_grad=True)`;
  return [
    {
      name: `${name} forward`,
      work: { flops },
      quick: batch > 1,
      ours() {
        const [layer, x] = ours();
        const forward = tf.function((x: tf.Tensor) => layer(x) as tf.Tensor);
        return () => tf.tidy(() => void forward(x));
      },
      peers: { torch: { setup, run: "with torch.inference_mode(): m(x)" } },
    },
    {
      name: `${name} with gradients`,
      work: { flops: 3 * flops },
      ours() {
        const [layer, x] = ours();
        const both = tf.function((x: tf.Tensor) => {
          const tape = new tf.GradientTape();
          tape.watch(x);
          const y = tape.record(() => layer(x) as tf.Tensor);
          return tape.gradient(y, [x, ...layer.trainableVariables]);
        });
        return () => tf.tidy(() => void both(x));
      },
      peers: { torch: { setup, run: "y = m(x)[0]\ntorch.autograd.grad(y, [x, *m.parameters()], torch.ones_like(y))" } },
    },
  ];
};

export const lstm: readonly Case[] = [...layer(32), ...layer(1)];
