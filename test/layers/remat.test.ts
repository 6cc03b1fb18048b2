// Gradients by computing anew: keras.remat, keras.RematScope, tf.recomputeGrad give what plain gradients give, in less memory.

import t from "tap";
import * as tf from "../../lib/index.js";

const { keras } = tf;

type Step = (x: tf.Tensor) => readonly (tf.Tensor | null)[];

/** Ways to run a step that takes a gradient. */
const ways: Readonly<Record<string, (step: Step) => Step>> = {
  eager: (step) => step,
  traced: (step) => tf.function(step),
  "traced with open axes": (step) => tf.function(step, { inputSignature: [new tf.TensorSpec([null, 2], "float32")] }),
};

const w = tf.variable([[1.5, 2]]);
const count = tf.variable(0, { trainable: false });
const functions: Readonly<Record<string, (x: tf.Tensor) => tf.Tensor | tf.Tensor[]>> = {
  "one result": (x) => tf.sin(tf.square(x.mul(w))),
  "several results, one of them an argument": (x) => [tf.sin(x.mul(w)), x, tf.cos(w)],
  "a variable that is written": (x) => {
    count.assignAdd(1);
    return x.mul(count).mul(w);
  },
  "integers beside": (x) => [tf.cast(x, "int32"), tf.exp(x.mul(w))],
};

for (const [name, fn] of Object.entries(functions))
  for (const [way, run] of Object.entries(ways))
    t.test(`the gradient of ${name} is that without recomputation (${way})`, async (t) => {
      const x = tf.constant([[0.3, -0.2], [1, 2]]); // prettier-ignore
      const results = [fn, tf.recomputeGrad(fn), keras.remat(fn)].map((each) => {
        count.assign(0);
        const step: Step = (given) => {
          const tape = new tf.GradientTape();
          tape.watch(given);
          const loss = tape.record(() => tf.addN([each(given)].flat().map((y) => tf.reduceSum(tf.cast(y, "float32").mul(2)))));
          return [loss, ...tape.gradient(loss, [given, w])];
        };
        const found = run(step)(x).map((each) => each?.array() ?? null);
        return [found, count.item()];
      });
      t.strictSame(results[1], results[0]);
      t.strictSame(results[2], results[0]);
    });

t.test("a traced function under a tape, second derivatives, and a function inside another", async (t) => {
  const x = tf.constant([0.5, 2]);
  const inner = tf.recomputeGrad((a: tf.Tensor) => tf.sin(a.mul(a)));
  const outer = tf.recomputeGrad((a: tf.Tensor) => inner(a).mul(a));
  const plain = (a: tf.Tensor) => tf.sin(a.mul(a)).mul(a);
  const second = (f: (a: tf.Tensor) => tf.Tensor) => {
    const [one, two] = [new tf.GradientTape(), new tf.GradientTape()];
    one.watch(x);
    two.watch(x);
    const first = one.record(() => two.gradient(two.record(() => f(x)), x)!); // prettier-ignore
    return one.gradient(first, x)!.array();
  };
  t.strictSame(second(outer), second(plain));
  t.strictSame(second(tf.function(outer)), second(tf.function(plain)));
});

t.test("what lies between is computed anew: a deep chain trains in less memory", async (t) => {
  const depth = 12;
  const kernels = Array.from({ length: depth }, () => tf.variable(tf.ones([64, 64])));
  const block = (from: number) => (x: tf.Tensor) => {
    for (let i = from; i < from + 4; i++) x = tf.tanh(tf.matmul(x, kernels[i]!));
    return x;
  };
  const arena = (wrap: (f: (x: tf.Tensor) => tf.Tensor) => (x: tf.Tensor) => tf.Tensor) => {
    const blocks = [0, 4, 8].map((from) => wrap(block(from)));
    const step = tf.function((x: tf.Tensor) => {
      const tape = new tf.GradientTape();
      const loss = tape.record(() => tf.reduceSum(blocks.reduce((y, each) => each(y), x)));
      for (const [i, gradient] of tape.gradient(loss, kernels).entries()) kernels[i]!.assignSub(gradient!);
      return loss;
    });
    const x = tf.ones([512, 64]);
    return step.getConcreteFunction(x).executable().plan.arenaBytes;
  };
  const [plain, less] = [arena((f) => f), arena(keras.remat)];
  t.ok(less < 0.75 * plain, `${less} of ${plain} bytes`);
});

const scopes = [
  { mode: "full" },
  { mode: "activations" },
  { mode: "larger_than", outputSizeThreshold: 8 },
  { mode: "list_of_layers", layerNames: ["hidden", "drop"] },
  { mode: null },
] as const;

for (const options of scopes)
  t.test(`a model made in a scope of mode ${options.mode} trains as it does without`, async (t) => {
    const trained = async (scope: { run<T>(body: () => T): T }) => {
      keras.utils.setRandomSeed(1);
      const model = scope.run(
        () =>
          new keras.Sequential([
            // One layer of two, which have a loss and statistics.
            new keras.Sequential([
              new keras.layers.Dense(16, { activation: "gelu", name: "hidden", activityRegularizer: keras.regularizers.l2(0.01) }),
              new keras.layers.BatchNormalization(),
            ]),
            new keras.layers.Dropout(0.5, { name: "drop" }),
            new keras.layers.Dense(1),
          ]),
      );
      model.compile({ optimizer: "adam", loss: "mse" });
      const x = keras.random.normal([32, 8], { seed: 3 });
      const y = keras.random.normal([32, 1], { seed: 4 });
      const { history } = await model.fit(x, y, { epochs: 2, verbose: 0, shuffle: false });
      return [history["loss"], model.getWeights().map((values) => [...values].map((value) => value.toFixed(5)))];
    };
    t.strictSame(await trained(new keras.RematScope(options)), await trained({ run: (body) => body() }));
  });

t.test("what lies in a layer is computed anew with it, not once more by itself", async (t) => {
  let calls = 0;
  class Inner extends keras.layers.Layer {
    override call(x: tf.Tensor) {
      calls++;
      return tf.sin(x);
    }
  }
  class Outer extends keras.layers.Layer {
    readonly inner = new Inner();
    override call(x: tf.Tensor) {
      return tf.square(this.inner(x) as tf.Tensor);
    }
  }
  class Outermost extends keras.layers.Layer {
    readonly outer = new Outer();
    readonly own = this.addWeight({ shape: [], initializer: "ones" });
    override call(x: tf.Tensor) {
      return this.outer(x.mul(this.own));
    }
  }
  const x = tf.constant([0.5, 1.5]);
  const gradientOf = (layer: tf.keras.layers.Layer) => {
    layer(x);
    const tape = new tf.GradientTape();
    tape.watch(x);
    // Within a layer: what the user calls is recomputed part by part.
    const y = tape.record(() => new keras.layers.Lambda((x: tf.Tensor) => layer(x) as tf.Tensor)(x) as tf.Tensor);
    calls = 0;
    return tape.gradient(y, x)!.array<number[]>();
  };
  const plain = gradientOf(new Outermost());
  t.equal(calls, 0);
  t.strictSame(gradientOf(new keras.RematScope().run(() => new Outermost())), plain);
  t.equal(calls, 1);
});

t.test("a scope says which layers it takes, and refuses what it does not know", async (t) => {
  let calls = 0;
  class Counted extends keras.layers.Layer {
    override call(x: tf.Tensor) {
      calls++;
      return tf.sin(x);
    }
  }
  const runs = (mode: "full" | "larger_than" | "list_of_layers", x: tf.Tensor) => {
    const scope = new keras.RematScope({ mode, outputSizeThreshold: 4, layerNames: ["taken"] });
    const layer = scope.run(() => new Counted({ name: mode === "list_of_layers" && x.size > 4 ? "taken" : "other" }));
    layer.build(...([x.shape] as never[]));
    const tape = new tf.GradientTape();
    tape.watch(x);
    const y = tape.record(() => layer(x));
    calls = 0;
    tape.gradient(y, x);
    return calls;
  };
  t.strictSame(
    (["full", "larger_than", "list_of_layers"] as const).map((mode) => [runs(mode, tf.ones([2, 2])), runs(mode, tf.ones([2, 4]))]),
    [[1, 1], [0, 1], [0, 1]], // prettier-ignore
  );
  t.throws(() => new keras.RematScope({ mode: "some" as never }), { name: "ValueError" });
  t.throws(() => new keras.RematScope({ threshold: 1 } as never), { name: "ArgumentError" });
  t.throws(() => keras.remat(3 as never), { name: "ArgumentError" });
});
