// Native control flow in a layer's `call` and in a model's `trainStep`.

import * as tf from "kerasm";
import * as keras from "kerasm/keras";

/** Halves its input until it is small: how often, the values decide. */
function shrink(x: tf.autograph.Any, limit: tf.autograph.Any) {
  let steps = 0;
  while (tf.reduceMax(tf.abs(x)).greater(limit)) {
    x = x / 2;
    steps += 1;
  }
  return [x, steps];
}

const shrunk = tf.autograph.toGraph(shrink);

export class Shrink extends keras.layers.Layer {
  override call(x: tf.Tensor) {
    return shrunk(x, 1)[0] as tf.Tensor;
  }
}

/** The layer's result eagerly and as part of a traced function, and how many halvings there were. */
export function run() {
  const layer = new Shrink();
  const x = tf.constant([[3, -5], [0.5, 0.25]]); // prettier-ignore
  const traced = tf.function((each: tf.Tensor) => layer(each) as tf.Tensor);
  const [, steps] = shrunk(x, 1) as [tf.Tensor, tf.Tensor];
  return { eager: (layer(x) as tf.Tensor).array(), traced: traced(x).array(), steps: steps.item() };
}
