import t from "tap";
import * as tf from "../../lib/index.js";

const operations = (
  f: { getConcreteFunction(...specs: unknown[]): { executable(): { graph: { steps: readonly { op: { name: string } }[] } } } },
  ...specs: unknown[]
) =>
  f
    .getConcreteFunction(...specs)
    .executable()
    .graph.steps.map(({ op }) => op.name);

t.test("a bias is added by the product that it follows", async (t) => {
  const [w, b] = [
    tf.variable([
      [1, -2],
      [3, 4],
    ]),
    tf.variable([10, 20]),
  ];
  const f = tf.function((x: tf.Tensor) => tf.matmul(x, w).add(b));
  const x = tf.constant([
    [1, 2],
    [0, -1],
  ]);
  t.same(f(x).array(), f.pythonFunction(x).array());
  t.same(
    operations(f, new tf.TensorSpec([2, 2])).filter((name) => name !== "read"),
    ["matmul"],
  );
});

t.test("a product that somebody else uses stays as it is", async (t) => {
  const b = tf.constant([10, 20]);
  const f = tf.function((x: tf.Tensor) => {
    const y = tf.matmul(x, x);
    return [y.add(b), y];
  });
  const x = tf.constant([
    [1, 2],
    [3, 4],
  ]);
  t.same(
    f(x).map((each) => each.array()),
    [
      [
        [17, 30],
        [25, 42],
      ],
      [
        [7, 10],
        [15, 22],
      ],
    ],
  );
  t.ok(operations(f, new tf.TensorSpec([2, 2])).includes("add"));
});

t.test("a vector along another axis is no bias", async (t) => {
  const column = tf.constant([[10], [20]]);
  const f = tf.function((x: tf.Tensor) => tf.matmul(x, x).add(column));
  t.same(
    f(
      tf.constant([
        [1, 2],
        [3, 4],
      ]),
    ).array(),
    [
      [17, 20],
      [35, 42],
    ],
  );
});

t.test("the gradient of relu is done by the pooling that follows it", async (t) => {
  const f = tf.function((x: tf.Tensor) => {
    const tape = new tf.GradientTape();
    tape.watch(x);
    return tape.gradient(
      tape.record(() => tf.reduceSum(tf.square(tf.keras.ops.maxPool(tf.keras.ops.relu(x), 2)))),
      x,
    )!;
  });
  const x = tf.random.normal([2, 5, 6, 5], { seed: 3 });
  t.same(f(x).array(), f.pythonFunction(x).array());
  t.notOk(operations(f, new tf.TensorSpec([2, 5, 6, 5])).includes("relu_grad"));
});

t.test("a normalization cuts at zero while it stores, and its statistics are there for those who need them before", async (t) => {
  const x = tf.random.normal([40, 6], { seed: 4 });
  for (const training of [true, false]) {
    const layer = new tf.keras.layers.BatchNormalization();
    layer(x);
    const [first, second] = [0, 1].map(() => layer.getWeights());
    const step = (x: tf.Tensor) => tf.keras.ops.relu(layer(x, { training }) as tf.Tensor);
    const expected = step(x).data();
    const statistics = layer.getWeights();
    layer.setWeights(first!);
    const f = tf.function(step);
    t.same(f(x).data(), expected);
    t.same(layer.getWeights(), statistics, "moving statistics");
    layer.setWeights(second!);
    t.notOk(operations(f, new tf.TensorSpec([40, 6])).includes("relu"));
  }
});

t.test("what a normalization gives is there where somebody else needs it without the relu", async (t) => {
  const layer = new tf.keras.layers.BatchNormalization();
  const x = tf.random.normal([40, 6], { seed: 5 });
  layer(x);
  const f = tf.function((x: tf.Tensor) => {
    const y = layer(x) as tf.Tensor;
    return [tf.keras.ops.relu(y), tf.reduceSum(y)];
  });
  t.same(
    f(x).map((y) => y.array()),
    f.pythonFunction(x).map((y) => y.array()),
  );
});
