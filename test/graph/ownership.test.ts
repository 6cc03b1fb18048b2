// Symbolic tensors are read by the trace that made them, or one inside of it; anywhere else is an error that names both lines.

import t from "tap";
import * as tf from "../../lib/index.js";
import { messageOf } from "../support/message.js";

const x = tf.constant([1, 2]);
const place = /ownership\.test\.js:\d+:\d+/g;

/** Programs whose functions let a symbolic tensor out, and what reads it. */
const leaks: Readonly<Record<string, () => unknown>> = {
  "into another traced function": () => {
    let leaked!: tf.Tensor;
    tf.function((x: tf.Tensor) => (leaked = x.mul(2)))(x);
    return tf.function((x: tf.Tensor) => x.add(leaked))(x);
  },
  "into a later trace of the same function": () => {
    let leaked: tf.Tensor | undefined;
    const f = tf.function((x: tf.Tensor) => (leaked ??= x.mul(2)).add(1));
    f(x);
    return f(tf.constant([1, 2, 3]));
  },
  "out of traces": () => {
    let leaked!: tf.Tensor;
    tf.function((x: tf.Tensor) => (leaked = x.mul(2)))(x);
    return leaked.add(1);
  },
  "out of a branch": () =>
    tf.function((x: tf.Tensor) => {
      let leaked!: tf.Tensor;
      const y = tf.cond(
        tf.greater(tf.reduceSum(x), 0),
        () => (leaked = x.mul(2)),
        () => x,
      );
      return y.add(leaked);
    })(x),
  "from one branch into the other": () =>
    tf.function((x: tf.Tensor) => {
      let leaked: tf.Tensor | undefined;
      return tf.cond(
        tf.greater(tf.reduceSum(x), 0),
        () => (leaked = leaked?.add(1) ?? x.mul(2)),
        () => (leaked = leaked?.add(1) ?? x.mul(2)),
      );
    })(x),
  "into a variable": () => {
    let leaked!: tf.Tensor;
    tf.function((x: tf.Tensor) => (leaked = x.mul(2)))(x);
    const v = tf.variable([0, 0]);
    return v.assign(leaked);
  },
  "into a gradient outside": () => {
    const tape = new tf.GradientTape();
    let inside!: tf.Tensor;
    const y = tf.function((x: tf.Tensor) => {
      tape.watch(x);
      inside = x;
      return tape.record(() => x.mul(x));
    });
    let leaked!: tf.Tensor;
    tf.function((x: tf.Tensor) => (leaked = y(x)))(x);
    return tape.gradient(leaked, inside);
  },
};

for (const [way, program] of Object.entries(leaks))
  t.test(`a symbolic tensor that leaks ${way} is refused`, async (t) => {
    const message = await messageOf(program);
    t.match(message, /has no value outside of the function in which it was made/);
    t.ok((message.match(place) ?? []).length === 2 || way === "into a gradient outside", message);
  });

t.test("the result of another trace is refused as a result", async (t) => {
  let leaked!: tf.Tensor;
  tf.function((x: tf.Tensor) => (leaked = x.mul(2)))(x);
  t.match(await messageOf(() => tf.function((x: tf.Tensor) => [x, leaked])(x)), /the result of .*: given what multiply gave/);
});

t.test("a Keras tensor is no value in a traced function", async (t) => {
  const input = tf.keras.Input({ shape: [2] });
  t.match(await messageOf(() => tf.function((x: tf.Tensor) => tf.reduceSum(x.add(input)))(x)), /KerasTensor|model under construction/);
});

t.test("a variable is never given a symbolic value", async (t) => {
  const input = tf.keras.Input({ batchShape: [1, 2] });
  const v = tf.variable([[1, 2]]);
  for (const write of [() => v.assign(input), () => v.assignAdd(input), () => v.assignSub(input)])
    t.match(await messageOf(write), /given .*(Keras|symbolic)/);
  t.same(v.array(), [[1, 2]]);
});

t.test("tensors of the function around a branch or a loop are read inside", async (t) => {
  const f = tf.function((x: tf.Tensor) => {
    const outer = x.mul(10);
    return tf.cond(
      tf.greater(tf.reduceSum(x), 0),
      () => {
        const middle = outer.add(1);
        return tf.cond(
          tf.greater(tf.reduceSum(x), 100),
          () => middle,
          () => middle.add(outer),
        );
      },
      () => outer,
    );
  });
  t.same(f(x).array(), [21, 41]);
});

const asynchronous: Readonly<Record<string, () => unknown>> = {
  "tf.function": () => tf.function(async (x: tf.Tensor) => x),
  "tf.function of a function that gives a promise": () => tf.function((x: tf.Tensor) => Promise.resolve(x))(x),
  "GradientTape.record": () => new tf.GradientTape().record(async () => x),
  "GradientTape.record of a function that gives a promise": () => new tf.GradientTape().record(() => Promise.reject(new Error("late"))),
  "tf.tidy": () => tf.tidy(() => Promise.resolve(x) as never),
  "a branch": () =>
    tf.function((x: tf.Tensor) =>
      tf.cond(
        tf.greater(tf.reduceSum(x), 0),
        () => Promise.resolve(x) as unknown as tf.Tensor,
        () => x,
      ),
    )(x),
};

for (const [where, use] of Object.entries(asynchronous))
  t.test(`an async function is refused by ${where}`, async (t) => {
    t.match(await messageOf(async () => void use()), /given an async function, or one that gives a promise/);
  });
