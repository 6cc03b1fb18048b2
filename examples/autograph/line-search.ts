// Gradient descent whose step is halved until the loss falls enough (Armijo): one program, however many halvings there are.

import * as tf from "kerasm";

type Any = tf.autograph.Any;

function descend(x: Any, tolerance: Any) {
  const loss = (p: Any) => tf.reduceSum(tf.square(p - 3)).add(tf.reduceSum(p ** 4).mul(0.1));
  let steps = 0;
  for (let i = 0; i < 100; i++) {
    const tape = new tf.GradientTape();
    tape.watch(x);
    const value = tape.record(() => loss(x)) as Any;
    const slope = tape.gradient(value, x) as Any;
    if (tf.reduceMax(tf.abs(slope)) < tolerance) break;
    let size = tf.constant(1) as Any;
    while (
      loss(x - slope * size) >
      tf
        .reduceSum(tf.square(slope))
        .mul(size * -0.5)
        .add(value)
    )
      size = size / 2;
    x = x - slope * size;
    steps += 1;
  }
  return [x, steps];
}

export function run() {
  const start = tf.constant([0, 10, -4]);
  const ways = { eager: tf.autograph.toGraph(descend), traced: tf.function(descend, { autograph: true }) };
  return Object.entries(ways).map(([way, fn]) => {
    const [x, steps] = fn(start, 1e-3) as unknown as [tf.Tensor, tf.Tensor];
    return { way, x: x.array(), steps: steps.item() };
  });
}
