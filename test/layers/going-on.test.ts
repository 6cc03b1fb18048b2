// Calls of models that are left between two layers and made again: what they compute and leave behind is what one call does.

import t from "tap";
import * as tf from "../../lib/index.js";
import { platform } from "#platform";
import { GradientTape } from "../../lib/autodiff/tape.js";
import { callInParts } from "../../lib/layers/base/going-on.js";
import { inParts, type Parts } from "../../lib/runtime/parts.js";
import { asPage } from "../support/as-page.js";

const { keras } = tf;
const { layers } = keras;
type Model = InstanceType<typeof keras.Model>;
type Callable = (x: tf.Tensor, options?: object) => tf.Tensor;

/** A layer that a turn of the event loop is due after; it counts its calls. */
class Slow extends layers.Layer {
  calls = 0;
  trainings: unknown[] = [];
  override call(x: tf.Tensor, { training }: { training?: boolean }): tf.Tensor {
    if (!keras.backend.isKerasTensor(x)) {
      this.calls++;
      this.trainings.push(training);
      const end = performance.now() + 9;
      while (performance.now() < end);
    }
    return x.mul(2);
  }
}

function nested(): { model: Model; slow: Slow[] } {
  tf.random.setSeed(3);
  const slow = [0, 1, 2, 3].map(() => new Slow());
  const inner = new keras.Sequential([
    new keras.Input({ shape: [4] }),
    slow[0]!,
    new layers.Dense(4, { activityRegularizer: "l2", kernelRegularizer: "l2" }),
    slow[1]!,
  ]);
  const x = keras.Input({ shape: [4] });
  const z = (slow[2] as unknown as Callable)(inner(x));
  const model = new keras.Model(x, new layers.Dense(2)(layers.add([z, (slow[3] as unknown as Callable)(x)])));
  return { model, slow };
}

/** All parts, one turn after each. @returns the result, and how many turns there were */
async function counted<T>(work: Parts<T>): Promise<[T, number]> {
  const changeable = platform as { turn: () => Promise<void> };
  const { turn } = changeable;
  let turns = 0;
  changeable.turn = () => (turns++, turn());
  const result = await inParts(work);
  changeable.turn = turn;
  return [result, turns];
}

t.test("a call is left, layers are called once, and gradients and losses are those of one call", async (t) => {
  asPage(t, 1);
  const { model, slow } = nested();
  const x = tf.random.uniform([3, 4]);
  const gradients = (tape: GradientTape, y: tf.Tensor) => tape.gradient(tf.reduceSum(y.mul(y)), model.trainableWeights);
  const whole = new GradientTape();
  const expected = whole.record(() => (model as unknown as Callable)(x, { training: true }));
  const [losses, slopes] = [model.losses.map((loss) => loss.item()), gradients(whole, expected)];
  for (const each of slow) each.calls = each.trainings.length = 0;

  const tape = new GradientTape();
  const [y, turns] = await counted(callInParts(model, () => tape.record(() => (model as unknown as Callable)(x, { training: true }))));
  t.ok(turns >= 3, `left ${turns} times`);
  t.strictSame(slow.map(({ calls }) => calls), [1, 1, 1, 1]); // prettier-ignore
  t.ok(slow.every(({ trainings }) => trainings[0] === true));
  t.strictSame(y.array(), expected.array());
  t.strictSame(
    model.losses.map((loss) => loss.item()),
    losses,
    "also the penalty of a layer that was done before the call was left",
  );
  t.strictSame(
    gradients(tape, y).map((slope) => slope?.array()),
    slopes.map((slope) => slope?.array()),
  );
});

t.test("who has a call of its own is not left", async (t) => {
  asPage(t, 1);
  let entered = 0;
  class Own extends keras.Model {
    readonly inner = nested().model;
    override call(x: never): tf.Tensor {
      entered++;
      return (this.inner as unknown as Callable)(x);
    }
  }
  const model = new Own();
  const [, turns] = await counted(callInParts(model, () => (model as unknown as Callable)(tf.ones([2, 4]))));
  t.strictSame([entered, turns], [1, 0]);
});

for (const method of ["fit", "evaluate", "predict"] as const)
  t.test(`the trace of ${method} lets the event loop turn between layers, and gives the same bits`, async (t) => {
    const x = tf.random.uniform([4, 4]);
    const y = tf.ones([4, 2]);
    const run = async (model: Model): Promise<unknown> => {
      model.compile({ optimizer: "adam", loss: "mse", metrics: ["mae"] });
      if (method === "predict") return ((await model.predict(x, { verbose: 0 })) as tf.Tensor).array();
      if (method === "evaluate") return model.evaluate(x, y, { verbose: 0 });
      const { history } = await model.fit(x, y, { epochs: 2, verbose: 0, shuffle: false });
      return [history, ...model.weights.map((weight) => weight.array())];
    };
    const here = await run(nested().model);
    const turned = asPage(t, 1);
    const { model, slow } = nested();
    turned();
    for (const each of slow) each.calls = 0;
    t.strictSame(await run(model), here);
    t.ok(turned() >= 4, "turns");
    // Once for the shapes of losses and metrics, and once for the trace: not once for each part.
    t.strictSame(slow.map(({ calls }) => calls), Array(4).fill(method === "predict" ? 1 : 2)); // prettier-ignore
  });

t.test("a gradient in parts is the gradient", async (t) => {
  const { model } = nested();
  const tape = new GradientTape();
  const loss = tape.record(() => tf.reduceSum((model as unknown as Callable)(tf.ones([2, 4]))));
  const { gradientInParts } = await import("../../lib/autodiff/tape.js");
  const work = gradientInParts(tape, loss, model.trainableWeights);
  let parts = 0;
  let part = work.next();
  for (; !part.done; part = work.next()) parts++;
  t.ok(parts > 4, `${parts} parts`);
  t.ok(part.value.every((slope) => slope !== null));
});
