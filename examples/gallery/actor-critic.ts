// Reinforcement learning: an actor and a critic with a common trunk learn to balance a pole on a cart.
//   node build/examples/gallery/actor-critic.js [--quick]

import { parseArgs } from "node:util";
import * as tf from "kerasm";
import * as keras from "kerasm/keras";

const { quick } = parseArgs({ options: { quick: { type: "boolean", default: false } } }).values;
const { layers, ops } = keras;
keras.utils.setRandomSeed(4);

/** The cart and pole of Barto, Sutton and Anderson (1983), pushed left or right fifty times a second. */
class CartPole {
  state = [0, 0, 0, 0];

  reset(random: () => number): number[] {
    return (this.state = Array.from({ length: 4 }, () => random() * 0.1 - 0.05));
  }

  /** @returns the next state, and whether the pole has fallen */
  step(action: number): [state: number[], isOver: boolean] {
    const [x, v, angle, turn] = this.state as [number, number, number, number];
    const force = action === 1 ? 10 : -10;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const push = (force + 0.05 * turn ** 2 * sin) / 1.1;
    const turning = (9.8 * sin - cos * push) / (0.5 * (4 / 3 - (0.1 * cos ** 2) / 1.1));
    const speeding = push - (0.05 * turning * cos) / 1.1;
    this.state = [x + 0.02 * v, v + 0.02 * speeding, angle + 0.02 * turn, turn + 0.02 * turning];
    return [this.state, Math.abs(this.state[0]!) > 2.4 || Math.abs(this.state[2]!) > 0.2095];
  }
}

const inputs = keras.Input({ shape: [4] });
const common = new layers.Dense(64, { activation: "relu" })(inputs);
const action = new layers.Dense(2, { activation: "softmax" })(common);
const critic = new layers.Dense(1)(common);
const model = new keras.Model({ inputs, outputs: [action, critic] });
const optimizer = new keras.optimizers.Adam({ learningRate: 0.01 });
const huber = new keras.losses.Huber({ reduction: "sum" });

let seed = 1;
const random = (): number => (seed = (seed * 16807) % 2147483647) / 2147483647;
const act = tf.function((state: tf.Tensor) => model<[tf.Tensor, tf.Tensor]>(state));

/** One update from an episode: probabilities of the actions taken go with how much better than expected it went. */
const learn = tf.function(
  (states: tf.Tensor, actions: tf.Tensor, returns: tf.Tensor) => {
    const tape = new tf.GradientTape();
    const loss = tape.record(() => {
      const [probabilities, values] = model<[tf.Tensor, tf.Tensor]>(states);
      const taken = ops.sum(tf.multiply(probabilities, ops.oneHot(actions, 2)), 1);
      const value = ops.reshape(values, [-1]);
      const advantage = tf.stopGradient(tf.subtract(returns, value));
      const actorLoss = tf.negative(ops.sum(tf.multiply(ops.log(taken), advantage)));
      return tf.add(actorLoss, huber(ops.expandDims(returns, 1), ops.expandDims(value, 1)));
    });
    const weights = model.trainableVariables;
    optimizer.applyGradients(tape.gradient(loss, weights).map((gradient, i) => [gradient, weights[i]!]));
    return loss;
  },
  {
    inputSignature: [new tf.TensorSpec([null, 4], "float32"), new tf.TensorSpec([null], "int32"), new tf.TensorSpec([null], "float32")],
  },
);

const world = new CartPole();
const [episodes, longest] = quick ? [60, 200] : [400, 500];
let running = 0;
for (let episode = 1; episode <= episodes; episode++) {
  let state = world.reset(random);
  const [states, actions]: [number[][], number[]] = [[], []];
  for (let t = 0; t < longest; t++) {
    const [probabilities] = act(tf.constant([state]));
    const choice = random() < probabilities.array()[0][0] ? 0 : 1;
    states.push(state);
    actions.push(choice);
    const [next, isOver] = world.step(choice);
    state = next;
    if (isOver) break;
  }
  // What came of each step, later rewards counting less, around 0 with deviation 1.
  let sum = 0;
  const returns = actions.map(() => (sum = 1 + 0.99 * sum)).reverse();
  const mean = returns.reduce((a, b) => a + b, 0) / returns.length;
  const deviation = Math.sqrt(returns.reduce((a, b) => a + (b - mean) ** 2, 0) / returns.length);
  learn(tf.constant(states), tf.constant(actions, { dtype: "int32" }), tf.constant(returns.map((r) => (r - mean) / (deviation + 1e-7))));
  running = episode === 1 ? actions.length : 0.9 * running + 0.1 * actions.length;
  if (!quick && episode % 20 === 0) console.log(`episode ${episode}: ${running.toFixed(0)} steps upright`);
  if (running > 195) break;
}
console.log(`steps upright ${running.toFixed(0)}`);
