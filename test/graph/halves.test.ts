// Programs on halves: the passes that move roundings and widen anew give the same bits as without them, join what can be joined, and keep
// activations in two bytes. And training in halves alone: each optimizer's step on a half is the rounded step on float32.

import t from "tap";
import * as tf from "../../lib/index.js";
import { passes, usePasses } from "../../lib/graph/passes/index.js";

const { keras } = tf;
const { layers, optimizers } = keras;

/** Without the passes on halves. */
const others = passes.filter(({ name }) => name !== "roundings" && name !== "widening anew" && name !== "bands");

const networks = {
  convolutions: () => [
    new layers.Conv2D(8, 3, { activation: "relu" }),
    new layers.MaxPooling2D(),
    new layers.DepthwiseConv2D(3, { activation: "relu" }),
    new layers.BatchNormalization(),
    new layers.ReLU(),
    new layers.Conv2DTranspose(4, 2, { strides: 2, activation: "gelu" }),
    new layers.Flatten(),
  ],
  products: () => [new layers.Flatten(), ...[64, 64, 64, 64, 64].map((units) => new layers.Dense(units, { activation: "relu" }))],
  mixture: () => [
    new layers.Reshape([12, 24]),
    new layers.Conv1D(8, 3),
    new layers.ReLU(),
    new layers.GRU(8, { returnSequences: true }),
    new layers.Permute([2, 1]),
    new layers.LayerNormalization(),
    new layers.Flatten(),
  ],
};

const x = keras.random.normal([16, 12, 12, 2], { seed: 3 });
const labels = tf.constant(Int32Array.from({ length: 16 }, (_, i) => i % 4));

for (const [name, make] of Object.entries(networks))
  for (const dtype of ["mixed_bfloat16", "mixed_float16", "bfloat16"])
    t.test(`${name} in ${dtype}: the same bits as without the passes`, async (t) => {
      const trained = async (among: typeof passes): Promise<unknown[]> => {
        const before = usePasses(among);
        try {
          keras.utils.setRandomSeed(5);
          keras.config.setDtypePolicy(dtype);
          const model = new keras.Sequential([
            new keras.Input({ shape: [12, 12, 2] }),
            ...make(),
            new layers.Dense(4, { dtype: "float32" }),
          ]);
          model.compile({
            optimizer: new optimizers.Adam(0.01),
            loss: new keras.losses.SparseCategoricalCrossentropy({ fromLogits: true }),
          });
          const losses: number[] = [];
          for (let i = 0; i < 4; i++) losses.push((await model.trainOnBatch(x, labels)) as number);
          return [losses, ...model.getWeights()];
        } finally {
          keras.config.setDtypePolicy("float32");
          usePasses(before);
        }
      };
      const [got, wanted] = [await trained(passes), await trained(others)];
      t.strictSame(got, wanted);
      const losses = got[0] as number[];
      t.ok(losses.every(Number.isFinite) && losses.at(-1)! < losses[0]!, `loss ${losses.join(", ")}`);
    });

t.test("under a half, what is kept for gradients is two bytes, and nothing is rounded that is a half already", async (t) => {
  const planned = async (dtype: string, among = passes): Promise<{ bytes: number; listing: string }> => {
    const before = usePasses(among);
    try {
      const convolution = () => new layers.Conv2D(32, 3, { padding: "same", activation: "relu", dtype });
      const model = new keras.Sequential([
        new keras.Input({ shape: [16, 16, 3] }),
        ...Array.from({ length: 12 }, convolution),
        new layers.GlobalAveragePooling2D({ dtype }),
        new layers.Dense(4),
      ]);
      model.compile({ optimizer: "sgd", loss: "mse" });
      const batch = [tf.zeros([8, 16, 16, 3]), tf.zeros([8, 4])] as const;
      await model.trainOnBatch(...batch);
      const train = model.makeTrainFunction() as unknown as tf.TracedFunction<(batches: readonly unknown[]) => unknown>;
      const listing = String(train.getConcreteFunction([batch]).graph);
      return { bytes: Number(/(\d+) bytes planned/.exec(listing)![1]), listing };
    } finally {
      usePasses(before);
    }
  };
  const [half, plain, without] = [await planned("mixed_bfloat16"), await planned("float32"), await planned("mixed_bfloat16", others)];
  // Of the roundings of each convolution two are left before its gradients: of the product, and of what is kept.
  t.equal(half.listing.match(/"cast cast add relu cast cast"/g)?.length, 12);
  t.ok(half.bytes < 0.8 * plain.bytes, `${half.bytes} of ${plain.bytes}`);
  t.ok(without.bytes > plain.bytes, `${without.bytes} without the passes`);
});

const steps: Readonly<Record<string, () => tf.keras.optimizers.Optimizer>> = {
  SGD: () => new optimizers.SGD({ learningRate: 0.1 }),
  momentum: () => new optimizers.SGD({ learningRate: 0.1, momentum: 0.9, nesterov: true }),
  RMSprop: () => new optimizers.RMSprop({ learningRate: 0.1 }),
  centered: () => new optimizers.RMSprop({ learningRate: 0.1, centered: true, momentum: 0.5 }),
  Adam: () => new optimizers.Adam({ learningRate: 0.1, weightDecay: 0.01 }),
  AMSGrad: () => new optimizers.Adam({ learningRate: 0.1, amsgrad: true }),
  AdamW: () => new optimizers.AdamW({ learningRate: 0.1 }),
  Adamax: () => new optimizers.Adamax({ learningRate: 0.1 }),
  Nadam: () => new optimizers.Nadam({ learningRate: 0.1 }),
  Adagrad: () => new optimizers.Adagrad({ learningRate: 0.1 }),
  Adadelta: () => new optimizers.Adadelta({ learningRate: 1 }),
  Ftrl: () => new optimizers.Ftrl({ learningRate: 0.1 }),
  Lion: () => new optimizers.Lion({ learningRate: 0.1 }),
  Lamb: () => new optimizers.Lamb({ learningRate: 0.1 }),
};

for (const [name, make] of Object.entries(steps))
  t.test(`${name}: a step on a half is the step on float32, rounded`, async (t) => {
    const start = [1, -0.5, 0.25, 2];
    const gradient = [0.5, 0.125, -1, 0.25];
    for (const dtype of ["bfloat16", "float16"] as const)
      for (const isTraced of [false, true]) {
        const run = (dtype: "float32" | "bfloat16" | "float16"): { value: tf.Tensor; slots: readonly string[] } => {
          const w = new tf.Variable(start, { dtype });
          const optimizer = make();
          optimizer.build([w]);
          const step = () => optimizer.apply([tf.constant(gradient, { dtype })], [w]);
          if (isTraced) tf.function(step)();
          else step();
          return { value: w.value(), slots: optimizer.variables.filter(({ shape }) => shape.length > 0).map((slot) => slot.dtype) };
        };
        const [half, plain] = [run(dtype), run("float32")];
        t.equal(half.value.dtype, dtype);
        t.ok(half.slots.every((each) => each === dtype), `slots ${half.slots.join()}`); // prettier-ignore
        t.notSame(half.value.array(), start);
        const unit = dtype === "bfloat16" ? 2 ** -7 : 2 ** -10;
        const wanted = plain.value.array() as number[];
        (half.value.array() as number[]).forEach((value, i) =>
          t.ok(Math.abs(value - wanted[i]!) <= unit * Math.max(1, Math.abs(wanted[i]!)), `${dtype}: ${value} for ${wanted[i]}`),
        );
      }
  });
