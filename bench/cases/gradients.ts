import * as tf from "../../lib/index.js";
import type { Run } from "../harness/case.js";

/** Forward pass and the gradients of its sum with respect to all inputs, step by step. */
export function forwardAndGradients(inputs: readonly tf.Tensor[], forward: (...inputs: tf.Tensor[]) => tf.Tensor): Run {
  return () =>
    tf.tidy(() => {
      const tape = new tf.GradientTape();
      for (const input of inputs) tape.watch(input);
      const y = tape.record(() => forward(...inputs));
      tape.gradient(y, [...inputs]);
    });
}
