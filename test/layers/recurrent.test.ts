// LSTM, GRU and SimpleRNN layers run as one operation where that gives what their cells give step by step.

import fc from "fast-check";
import t from "tap";
import * as tf from "../../lib/index.js";
import { gru } from "../../lib/ops/recurrent/gru.js";
import { lstm } from "../../lib/ops/recurrent/lstm.js";
import { simpleRnn } from "../../lib/ops/recurrent/simple-rnn.js";

const { layers, ops } = tf.keras;

// The cells without a way to do all steps at once: their step is their own.
class StepByStep extends layers.LSTMCell {
  override call(...args: Parameters<tf.keras.layers.LSTMCell["call"]>) {
    return super.call(...args);
  }
}
class GRUStepByStep extends layers.GRUCell {
  override call(...args: Parameters<tf.keras.layers.GRUCell["call"]>) {
    return super.call(...args);
  }
}
class SimpleStepByStep extends layers.SimpleRNNCell {
  override call(...args: Parameters<tf.keras.layers.SimpleRNNCell["call"]>) {
    return super.call(...args);
  }
}

const kinds = {
  LSTM: {
    states: 2,
    whole: (units: number, options: object) => new layers.LSTMCell(units, options),
    stepwise: (units: number, options: object) => new StepByStep(units, options),
    layer: (units: number, options: object) => new layers.LSTM(units, options),
  },
  GRU: {
    states: 1,
    whole: (units: number, options: object) => new layers.GRUCell(units, options),
    stepwise: (units: number, options: object) => new GRUStepByStep(units, options),
    layer: (units: number, options: object) => new layers.GRU(units, options),
  },
  "GRU with the reset before the product": {
    states: 1,
    whole: (units: number, options: object) => new layers.GRUCell(units, { ...options, resetAfter: false }),
    stepwise: (units: number, options: object) => new GRUStepByStep(units, { ...options, resetAfter: false }),
    layer: (units: number, options: object) => new layers.GRU(units, { ...options, resetAfter: false }),
  },
  SimpleRNN: {
    states: 1,
    whole: (units: number, options: object) => new layers.SimpleRNNCell(units, options),
    stepwise: (units: number, options: object) => new SimpleStepByStep(units, options),
    layer: (units: number, options: object) => new layers.SimpleRNN(units, options),
  },
} as const;

interface Shape {
  readonly batch: number;
  readonly time: number;
  readonly features: number;
  readonly units: number;
}

const shapes = fc.record({
  batch: fc.constantFrom(0, 1, 2, 3, 8, 11),
  time: fc.integer({ min: 1, max: 5 }),
  features: fc.integer({ min: 1, max: 5 }),
  units: fc.constantFrom(1, 3, 4, 5, 9, 16),
});
const flags = fc.record({
  goBackwards: fc.boolean(),
  returnSequences: fc.boolean(),
  zeroOutputForMask: fc.boolean(),
  isMasked: fc.boolean(),
  isGiven: fc.boolean(),
  useBias: fc.boolean(),
});

const isFused = (fn: (x: tf.Tensor) => unknown, x: tf.Tensor): boolean =>
  tf
    .function(fn)
    .getConcreteFunction(x)
    .tracedGraph.steps.some(({ op }) => ["lstm", "gru", "simple_rnn"].includes(op.name));

for (const [name, { whole, stepwise, states }] of Object.entries(kinds))
  t.test(`${name}: all steps at once give the values and gradients of step by step`, async (t) => {
    fc.assert(
      fc.property(shapes, flags, ({ batch, time, features, units }: Shape, { isMasked, isGiven, useBias, ...how }) => {
        const x = tf.random.normal([batch, time, features]);
        const [cell, own] = [whole(units, { useBias }), stepwise(units, { useBias })];
        const [fused, plain] = [cell, own].map((each) => new layers.RNN(each, { ...how, returnState: true })) as [
          tf.keras.layers.RNN,
          tf.keras.layers.RNN,
        ];
        const options = {
          ...(isMasked && { mask: ops.greater(tf.random.normal([batch, time]), -0.3) }),
          ...(isGiven && { initialState: Array.from({ length: states }, () => tf.random.normal([batch, units])) }),
        };
        const run = (layer: tf.keras.layers.RNN) => (layer as unknown as (x: tf.Tensor, options: object) => tf.Tensor[])(x, options);
        run(fused);
        run(plain);
        fused.setWeights(fused.getWeights().map((w) => w.map((value, i) => value + 0.1 * ((i % 5) - 2)))); // biases begin as zeros
        plain.setWeights(fused.getWeights());
        const all = (layer: tf.keras.layers.RNN): tf.Tensor[] => {
          const tape = new tf.GradientTape();
          const sources = [x, ...(options.initialState ?? []), ...layer.trainableVariables];
          tape.watch([x, ...(options.initialState ?? [])]);
          const outputs: tf.Tensor[] = [];
          const loss = tape.record(() => {
            outputs.push(...run(layer));
            return outputs.map((y, i) => ops.sum(ops.multiply(ops.square(y), i + 1))).reduce((a, b) => ops.add(a, b));
          });
          return [...outputs, ...tape.gradient(loss, sources).map((g) => g!)];
        };
        const expected = all(plain);
        for (const found of [all(fused), tf.function(() => all(fused))()])
          found.forEach((y, i) => {
            const most = batch === 0 && y.size === 0 ? 0 : ops.max(ops.abs(ops.subtract(y, expected[i]!))).item();
            if (!(most < 2e-5)) throw new Error(`value ${i} is ${most} off`);
          });
      }),
      { numRuns: 40 },
    );
    t.pass();
  });

t.test("what takes the operation, and what does not", async (t) => {
  const x = tf.random.normal([2, 3, 4]);
  const taken = (layer: tf.keras.layers.Layer) => {
    (layer as unknown as (x: tf.Tensor) => unknown)(x);
    return isFused(layer as never, x);
  };
  t.ok(taken(new layers.LSTM(5)), "LSTM");
  t.ok(taken(new layers.GRU(5)), "GRU");
  t.ok(taken(new layers.GRU(5, { resetAfter: false })), "GRU with the reset before the product");
  t.ok(taken(new layers.SimpleRNN(5)), "SimpleRNN");
  t.notOk(taken(new layers.SimpleRNN(5, { activation: "relu" })), "SimpleRNN with another activation");
  t.notOk(taken(new layers.RNN(new SimpleStepByStep(5))), "a simple cell with a step of its own");
  t.ok(taken(new layers.LSTM(5, { stateful: true })), "stateful LSTM");
  t.ok(taken(new layers.LSTM(5, { dropout: 0.5 })), "LSTM with dropout of inputs");
  t.ok(taken(new layers.RNN(new layers.LSTMCell(5))), "RNN of an LSTM cell");
  t.ok(taken(new layers.Bidirectional(new layers.LSTM(5))), "Bidirectional");
  t.ok(taken(new tf.keras.Sequential([new layers.LSTM(5, { returnSequences: true }), new layers.LSTM(3)])), "layers on top of each other");
  t.notOk(taken(new layers.LSTM(5, { activation: "relu" })), "another activation");
  t.notOk(taken(new layers.LSTM(5, { recurrentActivation: "hard_sigmoid" })), "another recurrent activation");
  t.notOk(taken(new layers.RNN(new StepByStep(5))), "a cell with a step of its own");
  const dropping = new layers.LSTM(5, { recurrentDropout: 0.5 });
  dropping(x);
  t.notOk(
    isFused((each) => dropping(each, { training: true }), x),
    "dropout of states while training",
  );
});

t.test("a state for all rows, or of whole numbers, is taken as step by step", async (t) => {
  const x = tf.random.normal([3, 2, 4]);
  const [fused, plain] = [new layers.RNN(new layers.LSTMCell(5)), new layers.RNN(new StepByStep(5))];
  const states = [
    [tf.ones([1, 5]), tf.ones([1, 5])],
    [tf.ones([3, 5], { dtype: "int32" }), tf.ones([3, 5], { dtype: "int32" })],
  ];
  for (const initialState of states) {
    const found = fused(x, { initialState }) as tf.Tensor;
    plain(x);
    plain.setWeights(fused.getWeights());
    t.ok(ops.max(ops.abs(ops.subtract(found, plain(x, { initialState }) as tf.Tensor))).item() < 1e-6);
  }
});

t.test("the operation says which input does not fit", async (t) => {
  const given = { projected: tf.zeros([2, 3, 8]), recurrentKernel: tf.zeros([2, 8]) };
  t.throws(() => lstm({ ...given, projected: tf.zeros([2, 3, 6]) }), /given projected \[2, 3, 6\] and recurrentKernel \[2, 8\]/);
  t.throws(() => lstm({ ...given, hidden0: tf.zeros([1, 2]), cell0: tf.zeros([2, 2]) }), /given hidden0 \[1, 2\]; expected \[2, 2\]/);
  t.throws(
    () => gru({ projected: tf.zeros([2, 3, 6]), recurrentKernel: tf.zeros([2, 6]), bias: tf.zeros([5]) }),
    /given bias \[5\]; expected \[6\]/,
  );
  t.throws(
    () => gru({ projected: tf.zeros([2, 3, 6]), recurrentKernel: tf.zeros([2, 6]), bias: tf.zeros([6]), resetAfter: false }),
    /given bias \[6\]; expected \[0\]/,
    "no bias where the reset comes first",
  );
  t.throws(
    () => simpleRnn({ projected: tf.zeros([2, 3, 4]), recurrentKernel: tf.zeros([4, 5]) }),
    /given projected \[2, 3, 4\] and recurrentKernel \[4, 5\]/,
  );
  t.throws(
    () => simpleRnn({ projected: tf.zeros([2, 3, 4]), recurrentKernel: tf.zeros([4, 4]), hidden0: tf.zeros([3, 4]) }),
    /given hidden0 \[3, 4\]; expected \[2, 4\]/,
  );
  t.throws(() => lstm({ ...given, mask: tf.zeros([2, 4], { dtype: "bool" }) }), /given mask \[2, 4\]; expected \[2, 3\]/);
});

t.test("dropout of inputs drops the same features at every step", async (t) => {
  const layer = new layers.LSTM(3, { dropout: 0.5, seed: 1, returnSequences: true });
  const x = tf.ones([4, 2, 6]);
  layer(x);
  const tape = new tf.GradientTape();
  tape.watch(x);
  const y = tape.record(() => ops.sum(layer(x, { training: true }) as tf.Tensor));
  const zeros = ops.cast(ops.equal(tape.gradient(y, x)!, 0), "float32");
  const dropped = ops.sum(zeros).item();
  t.ok(dropped > 0 && dropped < 48, `${dropped} of 48`);
  t.equal(ops.max(ops.abs(ops.subtract(...(ops.unstack(zeros, 2, 1) as [tf.Tensor, tf.Tensor])))).item(), 0);
});

t.test("one trace serves batches of all sizes", async (t) => {
  const layer = new layers.LSTM(6, { returnSequences: true });
  layer(tf.zeros([1, 5, 3]));
  const traced = tf.function((x: tf.Tensor) => layer(x) as tf.Tensor, { inputSignature: [new tf.TensorSpec([null, 5, 3], "float32")] });
  for (const batch of [1, 4, 9]) {
    const x = tf.random.normal([batch, 5, 3]);
    t.ok(ops.max(ops.abs(ops.subtract(traced(x), layer(x) as tf.Tensor))).item() < 1e-6, `${batch}`);
  }
  t.equal(traced.tracingCount, 1);
});

for (const [name, { layer: make }] of Object.entries(kinds))
  t.test(`${name}: the same bits on any number of threads`, async (t) => {
    const layer = make(19, { returnSequences: true });
    const x = tf.random.normal([21, 6, 7]);
    layer(x);
    const step = tf.function((x: tf.Tensor) => {
      const tape = new tf.GradientTape();
      const y = tape.record(() => ops.sum(ops.square(layer(x) as tf.Tensor)));
      return tape.gradient(y, layer.trainableVariables);
    });
    const before = tf.config.get().threads;
    const bits = [1, 2, 4].map((threads) => {
      tf.config.threading.setIntraOpParallelismThreads(threads);
      return step(x).map((gradient) => new Uint8Array(gradient!.data().slice().buffer));
    });
    tf.config.threading.setIntraOpParallelismThreads(before);
    t.strictSame(bits[1], bits[0]);
    t.strictSame(bits[2], bits[0]);
  });

/** The states of a recurrence of some kind, from those given. */
const recurrences: Readonly<
  Record<string, (projected: tf.Tensor, recurrentKernel: tf.Tensor, states: readonly tf.Tensor[]) => tf.Tensor[]>
> = {
  lstm: (projected, recurrentKernel, [hidden0, cell0]) => Object.values(lstm({ projected, recurrentKernel, hidden0, cell0 })),
  gru: (projected, recurrentKernel, [hidden0]) => [gru({ projected, recurrentKernel, hidden0 })],
  simple_rnn: (projected, recurrentKernel, [hidden0]) => [simpleRnn({ projected, recurrentKernel, hidden0 })],
};

for (const [name, { gates, units, time }] of Object.entries({
  lstm: { gates: 4, units: 256, time: 80 },
  gru: { gates: 3, units: 256, time: 100 },
  simple_rnn: { gates: 1, units: 512, time: 80 },
}))
  t.test(`${name}: a sequence whose steps are several commands gives what its halves give`, async (t) => {
    const recurrence = recurrences[name]!;
    const half = time / 2;
    const projected = tf.random.normal([2, time, gates * units], { seed: 1 });
    const kernel = tf.random.normal([units, gates * units], { seed: 2, stddev: 0.05 });
    const weights = tf.random.normal([2, time, units], { seed: 3 });
    const part = (x: tf.Tensor, from: number) => tf.slice(x, [0, from, 0], [-1, half, -1]);
    const ways = {
      whole: () => recurrence(projected, kernel, [])[0]!,
      halves: () => {
        const first = recurrence(part(projected, 0), kernel, []);
        const states = first.map((all) => tf.reshape(tf.slice(all, [0, half - 1, 0], [-1, 1, -1]), [2, units]));
        return tf.concat([first[0]!, recurrence(part(projected, half), kernel, states)[0]!], 1);
      },
    };
    const [whole, halves] = Object.values(ways).map((hidden) => {
      const tape = new tf.GradientTape();
      tape.watch([projected, kernel]);
      let y!: tf.Tensor;
      const loss = tape.record(() => ops.sum(ops.multiply((y = hidden()), weights)));
      return [y, ...tape.gradient(loss, [projected, kernel])] as tf.Tensor[];
    }) as [tf.Tensor[], tf.Tensor[]];
    t.strictSame(whole[0]!.data(), halves[0]!.data(), "states have the same bits");
    for (const i of [1, 2]) t.ok(ops.max(ops.abs(ops.subtract(whole[i]!, halves[i]!))).item() < 1e-4, `gradient ${i}`);
  });

for (const make of [layers.LSTM, layers.GRU, layers.SimpleRNN])
  t.test(
    `${make.name}: a gradient that vanishes on its way ends at zero, not as denormal numbers, on which products take a hundred times as long`,
    async (t) => {
      const recurrentInitializer = new tf.keras.initializers.Orthogonal({ gain: 0.5, seed: 1 });
      const layer: tf.keras.Layer = new (make as typeof layers.LSTM)(8, { recurrentInitializer, seed: 2 });
      const x = tf.random.normal([2, 600, 4], { seed: 3 });
      const tape = new tf.GradientTape();
      tape.watch(x);
      const loss = tape.record(() => tf.reduceSum(layer(x)));
      const gradient = [...tape.gradient(loss, x)!.data()];
      const isDenormal = (value: number) => value !== 0 && Math.abs(value) < 2 ** -126;
      t.equal(gradient.filter(isDenormal).length, 0);
      t.ok(gradient.slice(0, 4).every((value) => value === 0) && gradient.slice(-4).every((value) => value !== 0), "from the end alone");
    },
  );
