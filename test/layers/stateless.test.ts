// Calls with values in the place of variables, calls for shapes alone, masks and states of recurrent cells.

import t from "tap";
import * as tf from "../../lib/index.js";

const { keras } = tf;
const { ops } = keras;

t.test("a stateless call reads given values, gives what it would write, and gradients flow to the values", async (t) => {
  const layer = new keras.layers.BatchNormalization({ momentum: 0.5 });
  const x = tf.constant([[1, 2], [3, 6]]); // prettier-ignore
  layer(x);
  const before = layer.getWeights().map((values) => [...values]);
  const trained = [tf.constant([2, 2]), tf.constant([1, 1])];
  const others = layer.nonTrainableVariables.map((variable) => variable.value());
  const tape = new tf.GradientTape();
  tape.watch(trained);
  const [y, after, loss] = tape.record(() => {
    const [outputs, values] = layer.statelessCall(trained, others, x, { training: true }) as [tf.Tensor, tf.Tensor[]];
    return [outputs, values, ops.sum(ops.square(outputs))] as const;
  });
  t.ok(ops.allclose(y, [[-1, -1], [3, 3]], 1e-3, 1e-3).item()); // prettier-ignore
  t.ok(ops.allclose(after[0]!, [1, 2]).item(), "the moving mean after the call");
  t.strictSame(
    layer.getWeights().map((values) => [...values]),
    before,
    "the layer is as it was",
  );
  const [dGamma] = tape.gradient(loss, trained);
  t.ok(ops.allclose(dGamma!, [8, 8], 1e-2).item());
  t.throws(() => layer.statelessCall([], others, x), { name: "ArgumentError" });
  t.throws(() => new keras.layers.Dense(2).statelessCall([], [], x), { name: "StateError" });
  const dense = new keras.layers.Dense(1, { kernelRegularizer: keras.regularizers.l2(0.5), useBias: false });
  dense.build([null, 2]);
  const [, , losses] = dense.statelessCall([tf.constant([[1], [2]])], [], x, { returnLosses: true }); // prettier-ignore
  t.strictSame(losses!.map((loss) => loss.item()), [2.5]); // prettier-ignore
});

t.test("a scope keeps what is written in it", async (t) => {
  const v = tf.variable([1]);
  const scope = new keras.StatelessScope({ stateMapping: [[v, tf.constant([5])]] });
  t.strictSame(
    scope.run(() => v.assignAdd([1]).value().array()),
    [6],
  );
  t.strictSame([scope.getCurrentValue(v)!.array(), v.array()], [[6], [1]]);
  t.throws(() => scope.run(async () => v), { name: "ArgumentError" });
  t.throws(() => new keras.StatelessScope({ mapping: [] } as never), { name: "ArgumentError" });
});

t.test("symbolic calls and output specs compute nothing", async (t) => {
  const dense = new keras.layers.Dense(3);
  const spec = dense.computeOutputSpec(keras.Input({ shape: [2] })) as tf.Tensor;
  t.strictSame([spec.shape, spec.dtype, dense.inboundNodes.length], [[null, 3], "float32", 0]);
  const y = dense.symbolicCall(keras.Input({ shape: [2] })) as tf.Tensor;
  t.ok(y instanceof keras.KerasTensor);
  const weight = dense.addVariable([4], "ones", { name: "extra" });
  t.strictSame(weight.array(), [1, 1, 1, 1]);
});

t.test("cells give states and keep masks until they are reset", async (t) => {
  const cell = new keras.layers.LSTMCell(3, { dropout: 0.5, seed: 1 });
  t.strictSame((cell.getInitialState(2) as tf.Tensor[]).map(({ shape }) => shape), [[2, 3], [2, 3]]); // prettier-ignore
  const x = tf.ones([2, 40]);
  const mask = cell.getDropoutMask(x)!;
  t.equal(cell.getDropoutMask(x), mask);
  cell.resetDropoutMask();
  t.notSame(cell.getDropoutMask(x)!.array(), mask.array());
  t.equal(cell.getRecurrentDropoutMask(x), null);
  const lstm = new keras.layers.LSTM(2, { stateful: true, useCudnn: false });
  const first = lstm(tf.ones([1, 3, 1])).array();
  t.notSame(lstm(tf.ones([1, 3, 1])).array(), first);
  lstm.resetStates();
  t.strictSame(lstm(tf.ones([1, 3, 1])).array(), first);
});

t.test("a convolutional LSTM drops the same at every step, goes on where it is stateful, and takes an open batch", async (t) => {
  const layer = new keras.layers.ConvLSTM1D(2, 3, { padding: "same", dropout: 0.5, recurrentDropout: 0.5, seed: 3, returnSequences: true });
  const x = tf.ones([2, 4, 5, 3]);
  t.strictSame(layer(x, { training: true }).shape, [2, 4, 5, 2]);
  t.notSame(layer(x, { training: true }).array(), layer(x).array());
  const open = tf.function((z: tf.Tensor) => layer(z), { inputSignature: [new tf.TensorSpec([null, 4, 5, 3])] });
  t.ok(ops.allclose(open(x), layer(x), 1e-4, 1e-5).item());
  const stateful = new keras.layers.ConvLSTM2D(1, 2, { stateful: true });
  const z = tf.ones([1, 2, 4, 4, 1]);
  const first = stateful(z).array();
  t.notSame(stateful(z).array(), first);
  stateful.resetStates();
  t.strictSame(stateful(z).array(), first);
  t.throws(() => new keras.layers.ConvLSTM1D(2, 3)(keras.Input({ shape: [4, null, 3] })), { name: "ShapeError" });
});
