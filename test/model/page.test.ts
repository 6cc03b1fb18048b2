// Training in a page: steps run aside, and give what they give in Node.

import "../support/four-cores.js";
import { platform } from "#platform";
import t from "tap";
import * as tf from "../../lib/index.js";
import { asPage } from "../support/as-page.js";

const { keras } = tf;

const x = tf.constant(Float32Array.from({ length: 256 * 20 }, (_, i) => ((i * 37) % 101) / 101 - 0.5), { shape: [256, 20] }); // prettier-ignore
const y = tf.constant(
  Int32Array.from({ length: 256 }, (_, i) => (i * 7) % 3),
  { shape: [256] },
);

function modelOf(stepsPerExecution = 1) {
  tf.random.setSeed(3);
  const model = new keras.Sequential([
    new keras.Input({ shape: [20] }),
    new keras.layers.Dense(64, { activation: "relu" }),
    new keras.layers.BatchNormalization(),
    new keras.layers.Dropout(0.2),
    new keras.layers.Dense(3),
  ]);
  const loss = new keras.losses.SparseCategoricalCrossentropy({ fromLogits: true });
  model.compile({ optimizer: "adam", loss, metrics: ["accuracy"], stepsPerExecution });
  return model;
}

const equal = (a: ArrayLike<number>, b: ArrayLike<number>): boolean =>
  a.length === b.length && Array.from(a).every((value, i) => Object.is(value, b[i]));

async function everything() {
  const model = modelOf();
  const { history } = await model.fit(x, y, { batchSize: 32, epochs: 2, verbose: 0, validationData: [x, y] });
  const losses: unknown[] = [];
  for (let i = 0; i < 3; i++) losses.push(await model.trainOnBatch(x, y));
  losses.push(await model.testOnBatch(x, y), await model.evaluate(x, y, { verbose: 0 }));
  const predictions = [await model.predict(x, { verbose: 0 }), await model.predictOnBatch(x)].map((tensor) => [...tensor.data()]);
  return { history, losses, predictions, weights: model.weights.map((weight) => [...weight.data()]) };
}

/** Models of large first values, which have been made. */
const largeModels: Readonly<Record<string, () => Promise<tf.keras.Model>>> = {
  async "orthogonal matrices"() {
    tf.random.setSeed(3);
    const model = new keras.Sequential([new keras.Input({ shape: [2, 4] }), new keras.layers.LSTM(320)]);
    await model.predict(tf.ones([1, 2, 4]), { verbose: 0 });
    return model;
  },
  async "random numbers, and an optimizer's zeros"() {
    tf.random.setSeed(3);
    const model = new keras.Sequential([
      new keras.Input({ shape: [1021] }),
      new keras.layers.Dense(2003, { kernelInitializer: "he_normal" }),
      new keras.layers.Dense(509, { kernelInitializer: "random_normal" }),
      new keras.layers.Dense(1031),
      new Doubled(1500),
      new keras.layers.Dense(1, { kernelInitializer: "ones" }),
    ]);
    model.compile({ optimizer: "adam", loss: "mse" });
    await model.trainOnBatch(tf.ones([2, 1021]), tf.ones([2, 1]));
    return model;
  },
  async "numbers that are halves"() {
    tf.random.setSeed(3);
    const model = new keras.Sequential([new keras.Input({ shape: [2000] }), new keras.layers.Dense(2500, { dtype: "bfloat16" })]);
    await model.predict(tf.ones([1, 2000]), { verbose: 0 });
    return model;
  },
};

/** Draws in a way of its own. */
class Doubled extends keras.layers.Dense {
  constructor(units: number) {
    class Twice extends keras.initializers.GlorotUniform {
      override call(shape: readonly number[], dtype: "float32"): tf.Tensor {
        return super.call(shape, dtype).mul(2);
      }
    }
    super(units, { kernelInitializer: new Twice({ seed: 4 }) });
  }
}

const here = await everything();
const large: Record<string, readonly ArrayLike<number>[]> = {};
for (const [name, make] of Object.entries(largeModels)) large[name] = (await make()).weights.map((weight) => weight.data());

for (const threads of [1, 3])
  t.test(`${threads} threads`, async (t) => {
    const turns = asPage(t, threads);
    t.strictSame(await everything(), here, "the same bits");

    const loops: Readonly<Record<string, (model: tf.keras.Model) => unknown>> = {
      async "single steps"(model) {
        for (let i = 0; i < 200; i++) await model.trainOnBatch(x, y);
      },
      "epochs of fewer batches than one execution takes": (model) => model.fit(x, y, { batchSize: 128, epochs: 200, verbose: 0 }),
      async "evaluations of one batch"(model) {
        for (let i = 0; i < 200; i++) await model.evaluate(x, y, { batchSize: 256, verbose: 0 });
      },
      async "predictions of one batch"(model) {
        for (let i = 0; i < 800; i++) await model.predict(x, { batchSize: 256, verbose: 0 });
      },
    };
    for (const [name, loop] of Object.entries(loops))
      t.test(`the event loop is let through by ${name}`, async (t) => {
        const model = modelOf(50);
        await loop(model); // traced
        turns();
        const begin = performance.now();
        await loop(model);
        const [all, count] = [performance.now() - begin, turns()];
        t.ok(count > 5, `${count} turns in ${all.toFixed(0)} ms`);
      });

    for (const [name, make] of Object.entries(largeModels))
      t.test(`the event loop is let through while first values are made: ${name}`, async (t) => {
        turns();
        const begin = performance.now();
        const { weights } = await make();
        const [all, count] = [performance.now() - begin, turns()];
        t.ok(count > 2, `${count} turns in ${all.toFixed(0)} ms`);
        t.ok(
          weights.every((weight, i) => equal(weight.data(), large[name]![i]!)),
          "the same bits",
        );
      });

    t.test("whoever reads or writes a weight while it is made has what is there, and what was written stays", async (t) => {
      const fives = new Float32Array(1100 * 1100).fill(5);
      const meddlings: Readonly<Record<string, (weight: tf.Variable) => unknown>> = {
        "a read": (weight) => weight.value().data(),
        "a file": (weight) => weight.loadElements(fives),
        "an assignment": (weight) => weight.assign(tf.fill([1100, 1100], 5)),
        "a sum": (weight) => weight.assignAdd(tf.ones([1100, 1100])),
        zeros: (weight) => weight.clear(),
      };
      const modelOf = (begin: "he_normal" | "ones") => {
        tf.random.setSeed(5);
        const dense = new keras.layers.Dense(1100, { kernelInitializer: begin, useBias: false });
        return new keras.Sequential([new keras.Input({ shape: [1100] }), dense]);
      };
      const x = tf.ones([1, 1100]);
      for (const begin of ["he_normal", "ones"] as const)
        for (const [name, meddle] of Object.entries(meddlings)) {
          const after = modelOf(begin);
          meddle(after.weights[0]!);
          const expected = after(x).data();
          for (const at of [1, 2, 4]) {
            const model = modelOf(begin);
            const changeable = platform as { turn: () => Promise<void> };
            const { turn } = changeable;
            let left = at;
            changeable.turn = () => turn().then(() => void (--left === 0 && meddle(model.weights[0]!)));
            await model.predict(x, { verbose: 0 });
            changeable.turn = turn;
            if (left > 0) break; // it was made before
            t.ok(equal(model.weights[0]!.data(), after.weights[0]!.data()), `${begin}, ${name} at turn ${at}`);
            t.ok(equal((await model.predict(x, { verbose: 0 })).data(), expected), `${begin}, ${name} at turn ${at}: what is computed`);
          }
        }
    });

    t.test("steps that are not awaited come one after the other", async (t) => {
      const [alone, together] = [modelOf(), modelOf()];
      const one: unknown[] = [];
      for (let i = 0; i < 4; i++) one.push(await alone.trainOnBatch(x, y));
      const all = await Promise.all([1, 2, 3, 4].map(() => together.trainOnBatch(x, y)));
      t.strictSame(all, one);
    });

    t.test("evaluate and predict beside fit: each run has the metrics of its own", async (t) => {
      const model = modelOf();
      const fit = model.fit(x, y, { batchSize: 16, epochs: 3, verbose: 0 });
      const others: Promise<unknown>[] = [];
      for (let i = 0; i < 3; i++) {
        others.push(model.evaluate(x, y, { batchSize: 64, verbose: 0 }), model.predict(x, { batchSize: 100, verbose: 0 }));
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      const { history } = await fit;
      await Promise.all(others);
      tf.random.setSeed(3);
      const reference = modelOf();
      const { history: expected } = await reference.fit(x, y, { batchSize: 16, epochs: 3, verbose: 0 });
      t.strictSame(history, expected);
    });
  });
