// Beam search over a chain of states: loops, conditions and indices of JavaScript, no cond and no whileLoop.

import * as tf from "kerasm";

type Any = tf.autograph.Any;

/**
 * The best path of states by the sum of log-probabilities; it ends early where the end state is the best of all beams.
 *
 * @param logits  [state, state]: of going from one to another
 */
function search(logits: Any, start: Any, end: Any, width: number, limit: Any) {
  const states = logits.shape[0];
  const costs = tf.subtract(logits, tf.reduceLogsumexp(logits, { axis: 1, keepdims: true }));
  let scores = tf.where(tf.equal(tf.range(width), 0), tf.zeros([width]), tf.fill([width], -1e9)) as Any;
  let beams = tf.fill([width], 0) as Any;
  beams = tf.cast(beams, "int32") + start;
  const path = new tf.TensorArray("int32", { dynamicSize: true });
  let step = 0;
  while (step < limit) {
    const all = tf.reshape(tf.expandDims(scores, 1).add(tf.gather(costs, beams)), [width * states]);
    const [best, places] = tf.topK(all, width) as Any;
    scores = best;
    beams = places % states;
    path.write(step, beams[0]);
    step += 1;
    if (beams[0] === end) break;
  }
  return [path.stack(), scores[0], step];
}

export function run() {
  const logits = tf.constant([[0, 2, 1, 0], [0, 0, 3, 1], [1, 0, 0, 4], [0, 0, 0, 0]]); // prettier-ignore
  const int = (value: number) => tf.constant(value, { dtype: "int32" });
  const ways = { eager: tf.autograph.toGraph(search), traced: tf.function(search, { autograph: true }) };
  return Object.entries(ways).map(([way, fn]) => {
    const [path, score, steps] = fn(logits, int(0), int(3), 2, int(10)) as unknown as tf.Tensor[];
    return { way, path: path!.array(), score: Number(score!.item().toFixed(4)), steps: steps!.item() };
  });
}
