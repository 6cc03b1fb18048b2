// Weights that a program packs or transforms are made anew exactly when they have been written: a stale copy would be a wrong result.

import t, { type Test } from "tap";
import * as tf from "../../lib/index.js";
import type { Executable } from "../../lib/graph/executable.js";

const { ops } = tf.keras;
type Traced = { getConcreteFunction(...inputs: unknown[]): { executable(): Executable } };

const executableOf = (f: unknown, ...inputs: tf.Tensor[]): Executable => (f as Traced).getConcreteFunction(...inputs).executable();

let seed = 1;
const random = (...shape: number[]): tf.Tensor => tf.random.normal(shape, { seed: seed++ });

/** What a traced function gives is what the same function gives eagerly, whatever `write` did. */
function same(t: Test, traced: (x: tf.Tensor) => tf.Tensor, eager: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor, what: string): void {
  t.strictSame([...traced(x).data()], [...eager(x).data()], what);
}

/** Operations that prepare their weights: by minimal filtering, in panels for pixels, in panels for rows. */
const layers: Readonly<Record<string, { x: tf.Tensor; w: () => tf.Tensor; op: (x: tf.Tensor, w: tf.Tensor) => tf.Tensor }>> = {
  "3 × 3": { x: random(1, 9, 10, 16), w: () => random(3, 3, 16, 20), op: (x, w) => ops.conv(x, w) as tf.Tensor },
  "5 × 5": { x: random(1, 9, 10, 16), w: () => random(5, 5, 16, 20), op: (x, w) => ops.conv(x, w) as tf.Tensor },
  "many rows": { x: random(300, 70), w: () => random(70, 40), op: (x, w) => ops.matmul(x, w) as tf.Tensor },
};

for (const [name, { x, w, op }] of Object.entries(layers)) {
  t.test(`${name}: weights are made anew after every way of writing them`, async (t) => {
    const weights = tf.variable(w());
    const eager = (x: tf.Tensor) => op(x, weights.value());
    const f = tf.function(eager);
    same(t, f, eager, x, "the first time");
    const { preparation } = executableOf(f, x);
    t.equal(preparation.commands.length, 1, "one command is done beforehand");
    t.notOk(preparation.noteWrites(), "nothing to do for the next run");
    same(t, f, eager, x, "again");

    weights.assign(w());
    same(t, f, eager, x, "after an eager assignment");
    weights.assignAdd(tf.onesLike(weights.value()));
    same(t, f, eager, x, "after an eager addition");
    const train = tf.function((step: tf.Tensor) => void weights.assignSub(ops.multiply(weights.value(), step) as tf.Tensor));
    train(tf.constant(0.3));
    same(t, f, eager, x, "after a traced assignment");
    train(tf.constant(0.2));
    t.ok(preparation.noteWrites(), "a traced assignment is a write");
    weights.assign(w());
    same(t, f, eager, x, "after another");
    t.equal(executableOf(train, tf.constant(0.3)).preparation.commands.length, 0, "a program that writes the weights prepares none");
  });

  t.test(`${name}: weights that are constants`, async (t) => {
    const weights = w();
    const eager = (x: tf.Tensor) => op(x, weights);
    const f = tf.function(eager);
    for (const time of ["the first time", "again"]) same(t, f, eager, x, time);
  });

  t.test(`${name}: within one program that also writes the weights`, async (t) => {
    const weights = tf.variable(w());
    const begin = weights.value();
    const run = () => {
      const first = op(x, weights.value());
      weights.assign(ops.multiply(weights.value(), 0.5) as tf.Tensor);
      return [first, op(x, weights.value())];
    };
    const expected = run().map((y) => [...y.data()]);
    weights.assign(begin);
    t.strictSame(tf.function(run)().map((y) => [...y.data()]), expected); // prettier-ignore
  });

  t.test(`${name}: in a loop whose body reads them, between writes`, async (t) => {
    const weights = tf.variable(w());
    const begin = weights.value();
    const run = () => {
      let sum = tf.constant(0);
      for (let i = 0; i < 3; i++) {
        [sum] = tf
          .whileLoop(
            (k: tf.Tensor) => ops.less(k, 2) as tf.Tensor,
            (k: tf.Tensor, s: tf.Tensor) => [tf.add(k, 1), tf.add(s, tf.reduceSum(op(x, weights.value())))],
            [tf.constant(0), sum],
          )
          .slice(1) as [tf.Tensor];
        weights.assign(ops.multiply(weights.value(), 0.5) as tf.Tensor);
      }
      return sum;
    };
    const expected = run().item();
    weights.assign(begin);
    const traced = tf.function(run);
    t.equal(traced().item(), expected);
    weights.assign(begin);
    t.equal(traced().item(), expected, "again");
  });
}

t.test("a model predicts with the weights it has just been trained to", async (t) => {
  const { layers: l } = tf.keras;
  const model = new tf.keras.Sequential([
    new tf.keras.Input({ shape: [10, 10, 8] }),
    new l.Conv2D(16, 3, { activation: "relu" }),
    new l.Flatten(),
    new l.Dense(4),
  ]);
  model.compile({ optimizer: "sgd", loss: "mse" });
  const [x, y] = [random(4, 10, 10, 8), random(4, 4)];
  const before = [...(await model.predictOnBatch(x)).data()];
  for (let i = 0; i < 2; i++) {
    await model.trainOnBatch(x, y);
    const after = [...(await model.predictOnBatch(x)).data()];
    t.notSame(after, before);
    const eager = [...(model(x) as tf.Tensor).data()];
    t.ok(after.every((value, i) => Math.abs(value - eager[i]!) < 1e-5));
  }
});
