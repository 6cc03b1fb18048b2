import t from "tap";
import * as tf from "../../lib/index.js";

const { ops } = tf.keras;
const ints = (values: number[]) => tf.constant(values, { dtype: "int32" });

t.test("shapes that values decide: traced once, right for every value, and what follows goes on with them", async (t) => {
  const functions: Record<string, (x: tf.Tensor) => tf.Tensor | tf.Tensor[]> = {
    unique: (x) => {
      const [values, index, inverse, counts] = ops.unique(x, { returnIndex: true, returnInverse: true, returnCounts: true }) as tf.Tensor[];
      return [values!.mul(2), index!, ops.take(values!, inverse!), tf.reduceSum(counts!)];
    },
    "unique with a size": (x) => ops.unique(x, { size: 3 }) as tf.Tensor,
    nonzero: (x) => ops.nonzero(x).map((each) => each.add(1)),
    "nonzero of nonzero": (x) => ops.nonzero(ops.take(x, ops.nonzero(x)[0]!).sub(1))[0]!,
    bincount: (x) => ops.bincount(x),
    "bincount of rows": (x) => ops.bincount(tf.stack([x, tf.reverse(x, [0])]), { minlength: 2 }),
    segmentSum: (x) => ops.segmentSum(tf.cast(x, "float32"), x),
    segmentMax: (x) => ops.segmentMax(tf.cast(x, "float32"), x),
    "roll by a tensor": (x) => ops.roll(tf.range(0, 5), tf.reduceMax(x)),
  };
  for (const [name, f] of Object.entries(functions)) {
    const traced = tf.function(f);
    for (const values of [
      [3, 1, 3, 0],
      [0, 0, 0, 0],
      [1, 2, 3, 4],
    ]) {
      const numbers = (result: tf.Tensor | tf.Tensor[]) => [result].flat().map((each) => each.array());
      t.same(numbers(traced(ints(values))), numbers(f(ints(values))), `${name} of ${values.join()}`);
    }
    t.equal(traced.tracingCount, 1);
  }
});

t.test("effects before and after such a step keep their order, and gradients flow through it", async (t) => {
  const w = tf.variable([1, 2, 3]);
  const log: string[] = [];
  const f = (ids: tf.Tensor) => {
    const tape = new tf.GradientTape();
    const before = tf.reduceSum(w.value());
    const y = tape.record(() => tf.reduceSum(tf.square(ops.segmentSum(w.value(), ids))));
    tf.print("y", y, { toString: () => "" });
    w.assignAdd([1, 1, 1]);
    return [before, y, tape.gradient(y, w)!, tf.reduceSum(w.value())];
  };
  const { log: print } = console;
  console.log = (line: string) => log.push(line);
  t.teardown(() => (console.log = print));
  const run = (f: (ids: tf.Tensor) => tf.Tensor[]) => {
    w.assign([1, 2, 3]);
    return [
      [0, 0, 1],
      [4, 1, 4],
    ].map((ids) => f(ints(ids)).map((each) => each.array()));
  };
  t.same(run(tf.function(f)), run(f));
  t.same(log.slice(0, 2), log.slice(2));
});

t.test("under a tape outside", async (t) => {
  const x = tf.constant([1, 2, 3, 4]);
  const gradient = (f: (x: tf.Tensor, ids: tf.Tensor) => tf.Tensor) => {
    const tape = new tf.GradientTape();
    tape.watch(x);
    return tape
      .gradient(
        tape.record(() => f(x, ints([0, 2, 2, 1]))),
        x,
      )!
      .array();
  };
  const f = (x: tf.Tensor, ids: tf.Tensor) => tf.reduceSum(tf.square(ops.segmentSum(tf.sin(x), ids)));
  t.same(gradient(tf.function(f)), gradient(f));
});

t.test("the listing of such a function says why there is no single program", async (t) => {
  const f = tf.function((x: tf.Tensor) => ops.nonzero(x)[0]!, { name: "places" });
  t.throws(
    () => f.getConcreteFunction(new tf.TensorSpec([3])).graph,
    /places: given nonzero, which gives \[null\]; expected shapes that are known, where the program as a whole is asked for/,
  );
});
