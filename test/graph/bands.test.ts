// Programs on halves that are computed some examples at a time: the same bits for each example as when all are computed at once, gradients
// but for the order in which examples are added; in a part of the memory; and nothing of it where no half is.

import t from "tap";
import * as tf from "../../lib/index.js";
import { inBandsOf } from "../../lib/graph/passes/bands.js";
import { passes, usePasses } from "../../lib/graph/passes/index.js";

const { keras } = tf;
const { layers } = keras;
type T = tf.Tensor;

/** The passes, with bands as small networks have them. */
const banded = passes.map((pass) =>
  pass.name === "bands" ? { ...pass, run: (graph: Parameters<typeof pass.run>[0]) => inBandsOf(1 << 22, graph) } : pass,
);
const whole = passes.filter(({ name }) => name !== "bands");

const among = <R>(list: typeof passes, action: () => R): R => {
  const before = usePasses(list);
  try {
    return action();
  } finally {
    usePasses(before);
  }
};

/** A layer's output as a tensor: models are functions of tensors here. */
const on = (layer: object) => layer as (x: T | readonly T[]) => T;

/** Networks of which each has other steps that go by rows, or that stand in their way. */
const networks: Readonly<Record<string, (x: T) => T>> = {
  "convolutions and pools": (x) => {
    const a = on(new layers.Conv2D(16, 3, { activation: "relu" }))(x);
    const b = on(new layers.Conv2D(16, 3, { padding: "same", activation: "gelu" }))(on(new layers.MaxPooling2D())(a));
    return on(new layers.AveragePooling2D(3, { strides: 2, padding: "same" }))(b);
  },
  "a sum of two ways": (x) => {
    const a = on(new layers.Conv2D(24, 3, { strides: 2, padding: "same", activation: "relu" }))(x);
    const b = on(new layers.DepthwiseConv2D(3, { padding: "same" }))(a);
    const c = on(new layers.BatchNormalization())(b);
    return on(new layers.ReLU())(on(new layers.Add())([a, on(new layers.Conv2D(24, 1))(c)]));
  },
  "each example scaled by what all give": (x) => {
    const a = on(new layers.Conv2D(16, 3, { activation: "relu" }))(x);
    const scale = keras.ops.divide(a, keras.ops.add(keras.ops.max(a), 1));
    return on(new layers.Conv2D(16, 3))(scale as T);
  },
  "examples by examples": (x) => {
    const a = on(new layers.Conv2D(16, 3, { activation: "relu" }))(x);
    const flat = on(new layers.GlobalAveragePooling2D())(a);
    const likeness = keras.ops.softmax(keras.ops.matmul(flat, keras.ops.transpose(flat)) as T);
    const mixed = keras.ops.matmul(likeness, keras.ops.reshape(a, [a.shape[0]!, -1])) as T;
    return on(new layers.Conv2DTranspose(4, 2, { strides: 2 }))(keras.ops.reshape(mixed, a.shape as number[]) as T);
  },
};

/** The program of a step, as text. */
const listingOf = (step: tf.TracedFunction<(x: T) => unknown>, x: T) => String(step.getConcreteFunction([x]).graph);

/** Outputs and gradients of a network under a policy, in one traced program. */
function run(make: (x: T) => T, policy: string, batch: number, list: typeof passes) {
  keras.utils.setRandomSeed(7);
  keras.config.setDtypePolicy(policy);
  try {
    return among(list, () => {
      const x = keras.random.normal([batch, 32, 32, 3], { seed: 3 });
      const inputs = keras.Input({ batchShape: [batch, 32, 32, 3] });
      const model = new keras.Model({ inputs, outputs: make(inputs as unknown as T) as never });
      const variables = model.trainableVariables as unknown as tf.Variable[];
      const step = tf.function((given: T) => {
        const tape = new tf.GradientTape();
        let y!: T;
        const loss = tape.record(() => {
          y = model(given, { training: false }) as T;
          return tf.reduceMean(tf.square(tf.cast(y, "float32")));
        });
        return [y, ...(tape.gradient(loss, variables) as T[])];
      });
      const results = step(x) as unknown as T[];
      return { results: results.map((each) => [...(tf.cast(each, "float32").data() as Float32Array)]), listing: listingOf(step, x) };
    });
  } finally {
    keras.config.setDtypePolicy("float32");
  }
}

for (const [name, make] of Object.entries(networks))
  t.test(`${name}: each example the same, gradients but for their order`, async (t) => {
    for (const [policy, batch] of [
      ["mixed_bfloat16", 24],
      ["mixed_float16", 24],
      ["mixed_bfloat16", 22],
    ] as const) {
      const [got, wanted] = [run(make, policy, batch, banded), run(make, policy, batch, whole)];
      t.match(got.listing, /bands: \d+/, `${policy}, ${batch}: in bands`);
      t.notMatch(wanted.listing, /bands\(/);
      for (const [i, values] of got.results.entries()) {
        const all = wanted.results[i]!;
        const scale = all.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        const far = values.filter((value, at) => !(Math.abs(value - all[at]!) <= (i === 0 ? 0 : 0.01) * scale));
        t.equal(far.length, 0, `${policy}, ${batch}: ${i === 0 ? "outputs" : `gradient ${i}`}, of ${scale}`);
      }
    }
  });

t.test("float32 and small programs stay whole", async (t) => {
  t.notMatch(run(networks["convolutions and pools"]!, "float32", 24, banded).listing, /bands\(/);
  t.notMatch(run(networks["convolutions and pools"]!, "mixed_bfloat16", 2, banded).listing, /bands\(/);
});

t.test("a step of training needs at most 0.65 of float32's memory", async (t) => {
  const planned = async (policy: string): Promise<number> => {
    keras.config.setDtypePolicy(policy);
    try {
      const model = new keras.Sequential([
        new keras.Input({ shape: [28, 28, 1] }),
        new layers.Conv2D(32, 3, { activation: "relu" }),
        new layers.MaxPooling2D(),
        new layers.Conv2D(64, 3, { activation: "relu" }),
        new layers.MaxPooling2D(),
        new layers.Flatten(),
        new layers.Dropout(0.5),
        new layers.Dense(10, { activation: "softmax", dtype: "float32" }),
      ]);
      model.compile({ optimizer: "adam", loss: "sparse_categorical_crossentropy" });
      const batch = [tf.zeros([128, 28, 28, 1]), tf.zeros([128], { dtype: "int32" })] as const;
      await model.trainOnBatch(...batch);
      const train = model.makeTrainFunction() as unknown as tf.TracedFunction<(batches: readonly unknown[]) => unknown>;
      return Number(/(\d+) bytes planned/.exec(String(train.getConcreteFunction([batch]).graph))![1]);
    } finally {
      keras.config.setDtypePolicy("float32");
    }
  };
  const [half, plain] = [await planned("mixed_bfloat16"), await planned("float32")];
  t.ok(half <= 0.65 * plain, `${half} of ${plain} bytes`);
});
