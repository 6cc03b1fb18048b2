// Names of TensorFlow beside operations: shapes, errors, settings, checks, moving averages.

import t from "tap";
import * as tf from "../../lib/index.js";

t.test("TensorShape is an array of lengths that answers TensorFlow's questions", async (t) => {
  const shape = new tf.TensorShape([2, null, 3]);
  t.equal(shape.rank, 3);
  t.strictSame(shape.asList(), [2, null, 3]);
  t.equal(shape.isFullyDefined(), false);
  t.equal(new tf.TensorShape([2, 3]).numElements(), 6);
  t.equal(shape.isCompatibleWith([2, 5, 3]), true);
  t.equal(shape.isCompatibleWith([2, 5]), false);
  t.strictSame(shape.mergeWith([2, 5, null]).asList(), [2, 5, 3]);
  t.strictSame(shape.concatenate([4]).asList(), [2, null, 3, 4]);
  t.equal(String(shape), "(2, null, 3)");
  t.equal(String(new tf.TensorShape([1])), "(1,)");
  t.equal(String(new tf.TensorShape(null)), "<unknown>");
  t.equal(new tf.TensorShape(null).rank, null);
  t.strictSame(tf.zeros(new tf.TensorShape([2, 2]) as unknown as number[]).array(), [[0, 0], [0, 0]]); // prettier-ignore
  t.strictSame(new tf.TensorShape(null).withRank(2).asList(), [null, null]);
  t.throws(() => shape.withRank(2), /rank 2/);
  t.throws(() => shape.mergeWith([3, 1, 3]), /compatible/);
  t.throws(() => new tf.TensorShape([-1]), /whole numbers from 0/);
  t.throws(() => new tf.TensorShape(null).asList(), /unknown rank/);
});

t.test("errors by TensorFlow's names are groups of kerasm's", async (t) => {
  const caught = (fn: () => unknown): unknown => {
    try {
      return fn();
    } catch (error) {
      return error;
    }
  };
  const misfit = caught(() => tf.matmul(tf.ones([2, 3]), tf.ones([2, 3])));
  t.ok(misfit instanceof tf.errors.InvalidArgumentError);
  t.ok(misfit instanceof tf.errors.OpError);
  t.notOk(misfit instanceof tf.errors.FailedPreconditionError);
  t.notOk(new Error("x") instanceof tf.errors.InvalidArgumentError);
  const own = new tf.errors.DataLossError("reader", { given: "half a record", expected: "a whole one" });
  t.ok(own instanceof tf.errors.DataLossError && own instanceof tf.errors.OpError);
  t.match(String(own), /DataLossError: reader: given half a record/);
});

t.test("tf.config lists one CPU and refuses what it can't do", async (t) => {
  const { config } = tf;
  t.strictSame(
    config.listPhysicalDevices().map(({ deviceType }) => deviceType),
    ["CPU"],
  );
  t.strictSame(config.listPhysicalDevices("GPU"), []);
  const [cpu] = config.listPhysicalDevices("CPU");
  config.experimental.setMemoryGrowth(cpu!, true);
  t.throws(() => config.experimental.setMemoryGrowth(cpu!, false), /memory is never taken as a whole/);
  t.throws(() => config.setVisibleDevices({ name: "x", deviceType: "GPU" }), /listPhysicalDevices/);
  t.throws(() => config.threading.setInterOpParallelismThreads(4), /0 or 1/);
});

t.test("functions run eagerly where they are told to", async (t) => {
  let calls = 0;
  const f = tf.function((x: tf.Tensor) => {
    calls++;
    return x.add(1);
  });
  f(tf.constant(1));
  f(tf.constant(2));
  t.equal(calls, 1);
  tf.config.runFunctionsEagerly(true);
  t.equal(tf.config.functionsRunEagerly(), true);
  t.equal(f(tf.constant(3)).item(), 4);
  tf.config.runFunctionsEagerly(false);
  t.equal(calls, 2);
  f(tf.constant(4));
  t.equal(calls, 2);
  t.throws(() => tf.config.runFunctionsEagerly(1 as never), /true or false/);
});

t.test("checked numerics name the operation that made the first NaN, in traced functions too", async (t) => {
  const f = tf.function((x: tf.Tensor) => tf.math.log(x).mul(2));
  tf.debugging.enableCheckNumerics();
  try {
    t.throws(() => tf.math.log(tf.constant([1, -1])), /^ValueError: log: given NaN at element 1|log: given NaN at element 1/);
    t.throws(() => f(tf.constant([0])), /log: given -Infinity/);
    t.same(f(tf.constant([1])).array(), [0]);
  } finally {
    tf.debugging.disableCheckNumerics();
  }
  t.same(f(tf.constant([0])).array(), [-Infinity]);
  t.equal(tf.config.functionsRunEagerly(), false);
});

t.test("assertions about ranks and dtypes", async (t) => {
  const { debugging } = tf;
  debugging.assertRankAtLeast(tf.ones([1, 2]), 2);
  t.throws(() => debugging.assertRankAtLeast(tf.ones([1]), 2), /at least 2/);
  debugging.assertRankIn(tf.ones([1]), [0, 1]);
  t.throws(() => debugging.assertRankIn(tf.ones([1]), [0, 2]), /a rank of/);
  debugging.assertType(tf.ones([1]), "float32");
  t.throws(() => debugging.assertType(tf.ones([1]), "int32"), /given float32; expected int32/);
  debugging.assertInteger(tf.range(3));
  t.throws(() => debugging.assertInteger(tf.ones([1])), /whole numbers/);
  t.throws(() => debugging.assertScalar(tf.ones([1])), /a scalar/);
  t.equal(debugging.isNumericTensor(tf.ones([1])), true);
});

t.test("moving averages follow their variables, and are saved", async (t) => {
  const v = tf.variable([1, 2]);
  const ema = new tf.train.ExponentialMovingAverage(0.9);
  ema.apply([v]);
  v.assign([2, 4]);
  ema.apply([v]);
  const close = (a: tf.Tensor | tf.Variable | null, b: number[]) =>
    (a!.array() as number[]).forEach((x, i) => t.ok(Math.abs(x - b[i]!) < 1e-6));
  close(ema.average(v), [1.1, 2.2]);
  t.equal(ema.averageName(v), "Variable/ExponentialMovingAverage");
  t.strictSame(Object.keys(ema.variablesToRestore()), ["Variable/ExponentialMovingAverage"]);
  const few = new tf.train.ExponentialMovingAverage(0.99, { numUpdates: 0 });
  const w = tf.variable(0);
  few.apply([w]);
  w.assign(10);
  few.apply([w]);
  t.ok(Math.abs(few.average(w)!.item() - 9) < 1e-5, "the decay is at most 1 / 10 at first");
  const unbiased = new tf.train.ExponentialMovingAverage(0.9, { zeroDebias: true });
  unbiased.apply([w]);
  t.ok(Math.abs(unbiased.average(w)!.item() - 10) < 1e-4);
  t.equal(ema.average(w), null);
  t.throws(() => ema.apply([1 as never]), /variables/);
  const path = await new tf.train.Checkpoint({ ema }).save("memory://ema/ckpt");
  await new tf.train.Checkpoint({ ema }).restore(path);
  close(ema.average(v), [1.1, 2.2]);
});

t.test("messages of Examples are made with and without new, and read back", async (t) => {
  const { BytesList, Example, Feature, Features, FloatList, Int64List } = tf.train;
  const feature = {
    text: Feature({ bytesList: BytesList({ value: ["goat", Uint8Array.of(1, 2)] }) }),
    x: new Feature({ floatList: new FloatList({ value: [0.5, -1] }) }),
    n: Feature({ int64List: Int64List({ value: [-3, 2 ** 40] }) }),
  };
  const bytes = Example({ features: Features({ feature }) }).serializeToString();
  const { feature: read } = Example.fromString(bytes).features;
  t.strictSame(Object.keys(read).sort(), ["n", "text", "x"]);
  t.strictSame(read.x!.floatList!.value, [0.5, -1]);
  t.strictSame(read.n!.int64List!.value, [-3, 2 ** 40]);
  t.same(read.text!.bytesList!.value[1], Uint8Array.of(1, 2));
  t.ok(Example({}) instanceof Example);
  t.throws(() => Int64List({ value: [0.5] }), /whole numbers/);
  t.throws(() => Feature({ intList: 1 } as never), /the field intList/);
  t.throws(() => Feature({ floatList: [1] as never }), /a tf\.train\.FloatList/);
  t.throws(() => Feature({ floatList: FloatList(), int64List: Int64List() }), /one of them/);
  t.throws(() => Example.fromString(Uint8Array.of(255, 255)), /train\.Example/);
});

t.test("a version, and functions that are not converted", async (t) => {
  t.match(tf.__version__, /^2\.\d+\.\d+$/);
  t.equal(tf.autograph.experimental.doNotConvert, tf.autograph.doNotConvert);
});
