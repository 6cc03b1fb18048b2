import t from "tap";
import * as tf from "../../lib/index.js";
import { keras } from "../../lib/index.js";
import type { Schema } from "../../lib/config/index.js";

const { optimizers } = keras;
const variables = () => [tf.variable([1, 2, 3], { name: "kernel" }), tf.variable([4], { name: "bias" })];
const close = (t: { ok(pass: boolean, message: string): unknown }, got: unknown, expected: readonly number[]) => {
  const values = Array.from(got as ArrayLike<number>);
  t.ok(
    values.length === expected.length && values.every((value, i) => Math.abs(value - expected[i]!) < 1e-5),
    `${values.join(", ")} is ${expected.join(", ")}`,
  );
};

t.test("a step moves variables, counts, and takes pairs or lists", (t) => {
  const [kernel, bias] = variables();
  const sgd = new optimizers.SGD({ learningRate: 0.5 });
  sgd.applyGradients(tf.zip([tf.constant([1, 1, 1]), tf.constant([2])], [kernel!, bias!]));
  close(t, kernel!.data(), [0.5, 1.5, 2.5]);
  close(t, bias!.data(), [3]);
  sgd.apply([tf.constant([1, 1, 1]), null], [kernel!, bias!]);
  close(t, kernel!.data(), [0, 1, 2]);
  close(t, bias!.data(), [3]);
  t.equal((sgd.iterations as tf.Variable).item(), 2);
  t.end();
});

t.test("the learning rate is a variable that can be set, or what a schedule gives", (t) => {
  const [kernel] = variables();
  const sgd = new optimizers.SGD({ learningRate: 1 });
  sgd.learningRate = 0.25;
  sgd.apply([tf.constant([1, 1, 1])], [kernel!]);
  close(t, kernel!.data(), [0.75, 1.75, 2.75]);
  t.equal(sgd.getConfig()["learning_rate"], 0.25);
  const schedule = new optimizers.schedules.ExponentialDecay(1, 1, 0.5);
  const scheduled = new optimizers.SGD({ learningRate: schedule });
  const [other] = variables();
  for (let step = 0; step < 3; step++) scheduled.apply([tf.constant([1, 1, 1])], [other!]);
  close(t, other!.data(), [1 - 1.75, 2 - 1.75, 3 - 1.75]);
  t.throws(
    () => (scheduled.learningRate = 0.1),
    /given 0.1 for an optimizer that was made with a schedule; expected a schedule or a function/,
  );
  scheduled.learningRate = () => 2;
  scheduled.apply([tf.constant([1, 1, 1])], [other!]);
  close(t, other!.data(), [-2.75, -1.75, -0.75]);
  t.end();
});

t.test("a traced step follows the learning rate and the state of the optimizer", (t) => {
  const run = (wrap: (step: (g: tf.Tensor) => void) => (g: tf.Tensor) => void) => {
    const [kernel] = variables();
    const adam = new optimizers.Adam({ learningRate: 0.1, weightDecay: 0.01, useEma: true, gradientAccumulationSteps: 2 });
    const step = wrap((gradient) => adam.apply([gradient], [kernel!]));
    for (let i = 0; i < 6; i++) {
      if (i === 4) adam.learningRate = 0.01;
      step(tf.constant([i, 1, -i]));
    }
    return [...kernel!.data(), ...adam.variables.flatMap((variable) => [...variable.data()])];
  };
  close(
    t,
    run((step) => tf.function(step)),
    run((step) => step),
  );
  t.end();
});

t.test("gradients that accumulate update once, with their mean", (t) => {
  const [kernel] = variables();
  const sgd = new optimizers.SGD({ learningRate: 1, momentum: 0.9, gradientAccumulationSteps: 2 });
  sgd.apply([tf.constant([1, 1, 1])], [kernel!]);
  close(t, kernel!.data(), [1, 2, 3]);
  sgd.apply([tf.constant([3, 3, 3])], [kernel!]);
  close(t, kernel!.data(), [-1, 0, 1]);
  t.end();
});

t.test("weight decay leaves out what is excluded", (t) => {
  const [kernel, bias] = variables();
  const adamW = new optimizers.AdamW({ learningRate: 0.5, weightDecay: 0.1 });
  adamW.excludeFromWeightDecay({ varNames: ["bias"] });
  adamW.apply([tf.constant([0, 0, 0]), tf.constant([0])], [kernel!, bias!]);
  close(t, kernel!.data(), [0.95, 1.9, 2.85]);
  close(t, bias!.data(), [4]);
  t.throws(() => adamW.excludeFromWeightDecay({ varNames: ["kernel"] }), /given an optimizer that is built/);
  t.end();
});

t.test("constraints hold after a step", (t) => {
  const [kernel] = variables();
  kernel!.constraint = new keras.constraints.NonNeg();
  new optimizers.SGD({ learningRate: 1 }).apply([tf.constant([5, 1, 5])], [kernel!]);
  close(t, kernel!.data(), [0, 1, 0]);
  t.end();
});

t.test("wrong use is refused with a reason", (t) => {
  const [kernel, bias] = variables();
  const sgd = new optimizers.SGD();
  sgd.build([kernel!]);
  t.throws(() => sgd.apply([tf.constant([1])], [bias!]), /given the variable bias; expected variables that the optimizer was built with/);
  t.throws(() => sgd.apply([null], [kernel!]), /given no gradient for any variable/);
  t.throws(() => sgd.apply([tf.constant([1]), tf.constant([1])], [kernel!]), /given 2 gradients for 1 variables/);
  t.throws(() => sgd.apply([tf.constant([1])], [kernel!]), /given a gradient of shape \[1\]; expected the variable's \[3\]/);
  t.throws(
    () => new optimizers.SGD({ clipnorm: 1, clipvalue: 1 }),
    /SGD: given clipnorm 1, globalClipnorm null and clipvalue 1; expected at most one/,
  );
  t.throws(() => new optimizers.SGD({ momentum: 2 }), /SGD\.momentum: given 2; expected a number from 0 to 1/);
  t.throws(() => optimizers.get("adamm"), /given "adamm"; expected the name of an optimizer: .*Did you mean adam\?/);
  t.throws(() => new optimizers.Adam({ learning_rate: 1 } as never), /unknown option "learning_rate".*Did you mean learningRate\?/);
  t.strictSame([...kernel!.data()], [1, 2, 3], "nothing has changed");
  sgd.apply([tf.constant([1, 0, 0])], [kernel!]);
  close(t, kernel!.data(), [0.99, 2, 3]);
  t.end();
});

t.test("every optimizer is found by name, and its config makes the same again", (t) => {
  const classes = Object.entries(optimizers).filter(
    ([name]) => /^[A-Z]/.test(name) && !["Optimizer", "LossScaleOptimizer", "MultiOptimizer", "OptimizerMap"].includes(name),
  );
  t.ok(classes.length >= 14);
  for (const [name] of classes) {
    const optimizer = optimizers.get(name.toLowerCase())!;
    const config = optimizers.serialize(optimizer);
    t.match(config, { module: "keras.optimizers", class_name: name });
    t.strictSame((optimizers.deserialize(config) as keras.optimizers.Optimizer<Schema>).getConfig(), optimizer.getConfig(), name);
  }
  t.end();
});

t.test("what is no pair of a gradient and a variable is refused", (t) => {
  const optimizer = new optimizers.SGD();
  for (const given of [null, undefined, 3, [3], [[tf.constant([1])]], tf.constant([1])])
    t.throws(() => optimizer.applyGradients(given as never), { name: "ArgumentError", where: "applyGradients" });
  t.doesNotThrow(() => optimizer.applyGradients([]));
  t.end();
});

t.test(
  "means of gradients that shrink for long end at zero, not as denormal numbers, on which operations take a hundred times as long",
  (t) => {
    const isDenormal = (x: number) => x !== 0 && Math.abs(x) < 2 ** -126;
    const made: Record<string, keras.Optimizer> = {
      "SGD with momentum": new optimizers.SGD({ momentum: 0.8 }),
      "SGD by Nesterov": new optimizers.SGD({ momentum: 0.8, nesterov: true }),
      RMSprop: new optimizers.RMSprop({ rho: 0.8 }),
      "RMSprop, centered": new optimizers.RMSprop({ rho: 0.8, momentum: 0.8, centered: true }),
      Adam: new optimizers.Adam({ beta1: 0.8, beta2: 0.85 }),
      AdamW: new optimizers.AdamW({ beta1: 0.8, beta2: 0.85 }),
      AMSGrad: new optimizers.Adam({ beta1: 0.8, beta2: 0.85, amsgrad: true }),
      Nadam: new optimizers.Nadam({ beta1: 0.8, beta2: 0.85 }),
      Adamax: new optimizers.Adamax({ beta1: 0.8, beta2: 0.85 }),
      Adadelta: new optimizers.Adadelta({ rho: 0.8 }),
      Lion: new optimizers.Lion({ beta1: 0.8, beta2: 0.8 }),
      Lamb: new optimizers.Lamb({ beta1: 0.8, beta2: 0.85 }),
      Muon: new optimizers.Muon({ adamBeta1: 0.8, adamBeta2: 0.85 }),
    };
    for (const [name, optimizer] of Object.entries(made)) {
      const weight = tf.variable(new Float32Array(7).fill(1));
      const step = tf.function((gradient: tf.Tensor) => optimizer.apply([gradient], [weight]));
      step(tf.constant([1e-3, 1, 1e-10, 0, -1e-3, -1, 1e-18]));
      const still = tf.zeros([7]);
      for (let i = 0; i < 639; i++) step(still);
      const slots = optimizer.variables.filter(({ rank }) => rank === 1).map((slot) => [slot.name, [...slot.data()]] as const);
      t.ok(slots.length > 0 && slots.every(([, values]) => !values.some(isDenormal)), `${name}: ${JSON.stringify(slots)}`);
      t.ok([...weight.data()].every(Number.isFinite), `${name}: weights stay finite`);
    }
    t.end();
  },
);

t.test("Adam's means follow gradients whose squares are small but no denormal numbers", (t) => {
  const adam = new optimizers.Adam({ learningRate: 1, epsilon: 0 });
  const weight = tf.variable([0, 0]);
  for (let i = 0; i < 64; i++) adam.apply([tf.constant([1e-15, -1e-12])], [weight]);
  t.ok(
    [...weight.data()].every((value) => Math.abs(Math.abs(value) - 64) < 0.01),
    `${[...weight.data()]}: a whole step each`,
  );
  t.end();
});
