import t from "tap";
import * as tf from "../../lib/index.js";

// Keras's cases have momentum only with centered: true; without it the update is rmsprop_momentum.
t.test("rmsprop_momentum: RMSprop with momentum and without centering follows its formula", async (t) => {
  const [learningRate, rho, momentum, epsilon] = [0.01, 0.8, 0.6, 1e-7];
  const optimizer = new tf.keras.optimizers.RMSprop({ learningRate, rho, momentum, epsilon });
  const start = [1, -2, 0.5, 3, -0.25];
  const variable = tf.variable(start);
  let expected = start.map((value) => ({ value, velocity: 0, moment: 0 }));
  for (let step = 1; step <= 5; step++) {
    const gradients = start.map((_, i) => Math.sin(step + i));
    optimizer.apply([tf.constant(gradients)], [variable]);
    expected = expected.map(({ value, velocity, moment }, i) => {
      const nextVelocity = rho * velocity + (1 - rho) * gradients[i]! ** 2;
      const nextMoment = momentum * moment + (learningRate * gradients[i]!) / Math.sqrt(nextVelocity + epsilon);
      return { value: value - nextMoment, velocity: nextVelocity, moment: nextMoment };
    });
    for (const [i, value] of Array.from(variable.data()).entries())
      t.ok(Math.abs(value - expected[i]!.value) < 2e-6, `step ${step}: ${value} is ${expected[i]!.value}`);
  }
});
