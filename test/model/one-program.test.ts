// A step of `fit` is one call of one program, whatever is in it; the last, smaller batch is a trace of its own.

import t from "tap";
import * as tf from "../../lib/index.js";
import { Program } from "../../lib/runtime/program.js";

const { keras } = tf;

/** How often programs are run meanwhile. */
async function runsDuring(action: () => Promise<unknown>): Promise<number> {
  let runs = 0;
  const { run } = Program.prototype;
  Program.prototype.run = function (this: Program) {
    runs++;
    run.call(this);
  };
  try {
    await action();
  } finally {
    Program.prototype.run = run;
  }
  return runs;
}

function network(options: object = {}) {
  const model = new keras.Sequential([
    new keras.Input({ shape: [8, 8, 1] }),
    new keras.layers.Conv2D(4, 3, { activation: "relu" }),
    new keras.layers.BatchNormalization(),
    new keras.layers.MaxPooling2D(2),
    new keras.layers.Flatten(),
    new keras.layers.Dropout(0.3, { seed: 1 }),
    new keras.layers.Dense(3, { kernelRegularizer: "l2" }),
  ]);
  const optimizer = new keras.optimizers.Adam({
    clipnorm: 1,
    learningRate: new keras.optimizers.schedules.ExponentialDecay(0.01, 10, 0.9),
  });
  const loss = new keras.losses.SparseCategoricalCrossentropy({ fromLogits: true });
  model.compile({ optimizer, loss, metrics: ["accuracy"], ...options });
  return model;
}

const data = (count: number) =>
  [tf.random.normal([count, 8, 8, 1], { seed: 1 }), tf.constant(Int32Array.from({ length: count }, (_, i) => i % 3))] as const;

t.test("forward, backward, clipping, optimizer and metrics: one run for each step, or for several at once", async (t) => {
  const [x, y] = data(64);
  const fit = (model: ReturnType<typeof network>) => () => model.fit(x, y, { batchSize: 16, epochs: 1, verbose: 0 });
  const [each, several] = [network(), network({ stepsPerExecution: 2 })];
  for (const [model, runs] of [
    [each, 4],
    [several, 2],
  ] as const) {
    await fit(model)(); // builds and traces
    t.equal(await runsDuring(fit(model)), runs);
  }
  const evaluate = () => each.evaluate(x, y, { batchSize: 16, verbose: 0 });
  t.equal(await runsDuring(evaluate), 5, "weights are packed once beforehand");
  t.equal(await runsDuring(evaluate), 4);
});

t.test("the last, smaller batch is a second trace", async (t) => {
  const model = network();
  const [x, y] = data(40);
  await model.fit(x, y, { batchSize: 16, epochs: 2, verbose: 0 });
  const train = model.makeTrainFunction() as unknown as {
    tracingCount: number;
    getConcreteFunction(...args: unknown[]): { executable(): object };
  };
  const before = train.tracingCount;
  await model.fit(x, y, { batchSize: 16, epochs: 1, verbose: 0 });
  t.equal(train.tracingCount, before, "nothing is traced again");
  t.equal(before, 2);
});
