// Names of TensorFlow that stand beside those of its list: the root's aliases of Keras, tf.dtypes, what tutorials call of tf.image.

import t from "tap";
import * as tf from "../../lib/index.js";

const { image, keras } = tf;

t.test("what the seed decides, and colours in other spaces, are TensorFlow 2.21's", async (t) => {
  const x = tf.divide(tf.reshape(tf.range(0, 24, 1, "float32"), [2, 4, 3]), 24);
  const part = x.at(":1", ":2");
  const whole = tf.reshape(tf.range(0, 63, 1, "float32"), [7, 9]);
  const rows: readonly [string, tf.Tensor, readonly number[]][] = [
    [
      "statelessRandomBrightness",
      image.statelessRandomBrightness(x, 0.3, [3, 5]),
      [
        -0.1148, -0.0731, -0.0315, 0.0102, 0.0519, 0.0935, 0.1352, 0.1769, 0.2185, 0.2602, 0.3019, 0.3435, 0.3852, 0.4269, 0.4685, 0.5102,
        0.5519, 0.5935, 0.6352, 0.6769, 0.7185, 0.7602, 0.8019, 0.8435,
      ],
    ],
    [
      "statelessRandomContrast",
      image.statelessRandomContrast(x, 0.2, 1.7, [3, 5]),
      [
        0.1474, 0.1891, 0.2308, 0.2303, 0.272, 0.3136, 0.3132, 0.3548, 0.3965, 0.3961, 0.4377, 0.4794, 0.4789, 0.5206, 0.5623, 0.5618,
        0.6035, 0.6452, 0.6447, 0.6864, 0.728, 0.7276, 0.7692, 0.8109,
      ],
    ],
    [
      "statelessRandomSaturation",
      image.statelessRandomSaturation(x, 0.2, 1.7, [3, 5]),
      [
        0.0281, 0.0557, 0.0833, 0.1531, 0.1807, 0.2083, 0.2781, 0.3057, 0.3333, 0.4031, 0.4307, 0.4583, 0.5281, 0.5557, 0.5833, 0.6531,
        0.6807, 0.7083, 0.7781, 0.8057, 0.8333, 0.9031, 0.9307, 0.9583,
      ],
    ],
    [
      "statelessRandomHue",
      image.statelessRandomHue(x, 0.4, [3, 5]),
      [
        0.0, 0.0833, 0.0485, 0.125, 0.2083, 0.1735, 0.25, 0.3333, 0.2985, 0.375, 0.4583, 0.4235, 0.5, 0.5833, 0.5485, 0.625, 0.7083, 0.6735,
        0.75, 0.8333, 0.7985, 0.875, 0.9583, 0.9235,
      ],
    ],
    ["statelessRandomCrop", image.statelessRandomCrop(x, [1, 2, 3], [3, 6]), [0.25, 0.2917, 0.3333, 0.375, 0.4167, 0.4583]],
    ["rgbToYuv", image.rgbToYuv(part), [0.034, 0.0243, -0.0298, 0.159, 0.0243, -0.0298]],
    ["yuvToRgb", image.yuvToRgb(part), [0.095, -0.0648, 0.0847, 0.3625, -0.0617, 0.4637]],
    ["rgbToYiq", image.rgbToYiq(part), [0.034, -0.0382, 0.0042, 0.159, -0.0382, 0.0042]],
    ["yiqToRgb", image.yiqToRgb(part), [0.0916, -0.0653, 0.0959, 0.4137, -0.0552, 0.2956]],
    [
      "cropOfTwoAxes",
      image.statelessRandomCrop(whole, [3, 4], [11, 2]),
      [0.0, 1.0, 2.0, 3.0, 9.0, 10.0, 11.0, 12.0, 18.0, 19.0, 20.0, 21.0],
    ],
  ];
  for (const [name, got, expected] of rows) {
    const far = [...got.data()].findIndex((value, i) => !(Math.abs(Number(value) - expected[i]!) < 1e-4));
    t.equal(far, -1, name);
    t.equal(got.size, expected.length, `${name}: as many`);
  }
});

t.test("what is drawn from a seed is refused where it makes no sense", async (t) => {
  const x = tf.ones([4, 4, 3]);
  const wrong: readonly (() => unknown)[] = [
    () => image.statelessRandomBrightness(x, -1, [1, 2]),
    () => image.statelessRandomBrightness(x, 0.1, [1]),
    () => image.statelessRandomContrast(x, 2, 1, [1, 2]),
    () => image.statelessRandomSaturation(x, 1, 2),
    () => image.statelessRandomHue(x, 0.7, [1, 2]),
    () => image.statelessRandomCrop(x, [5, 5, 3], [1, 2]),
    () => image.statelessRandomCrop(x, [2, 2], [1, 2]),
    () => image.rgbToYuv(tf.ones([2, 2, 4])),
    () => image.rgbToYuv(tf.ones([2, 2, 3], { dtype: "int32" })),
  ];
  for (const call of wrong) t.throws(call, { name: /^(ArgumentError|DtypeError|ShapeError|ValueError)$/ }, String(call));
});

t.test("the root has Keras's names as TensorFlow's has", async (t) => {
  t.equal(tf.losses, keras.losses);
  t.equal(tf.metrics, keras.metrics);
  t.equal(tf.optimizers, keras.optimizers);
  t.equal(tf.initializers, keras.initializers);
  t.same(tf.zerosInitializer()([2]).array(), [0, 0]);
  t.same(new tf.onesInitializer()([2]).array(), [1, 1]);
  t.same(tf.constantInitializer(3)([1]).array(), [3]);
  t.same(tf.randomNormalInitializer(0, 0.02, 1)([2, 3]).shape, [2, 3]);
  t.same(tf.randomUniformInitializer({ minval: 0, maxval: 1 })([2]).shape, [2]);
  for (const [short, long] of [
    ["mae", "meanAbsoluteError"],
    ["MSE", "meanSquaredError"],
    ["mape", "meanAbsolutePercentageError"],
    ["MSLE", "meanSquaredLogarithmicError"],
    ["kld", "klDivergence"],
    ["logcosh", "logCosh"],
  ] as const) {
    t.equal(tf.losses[short], tf.losses[long], short);
    t.equal(tf.metrics[short], tf.losses[long], `metrics.${short}`);
  }
  t.equal(tf.dtypes.float32, "float32");
  t.same(tf.dtypes.cast([1.7], tf.dtypes.int32).array(), [1]);
  t.equal(tf.dtypes.asDtype("float"), "float32");
  t.throws(() => tf.dtypes.asDtype("flaot32"), { name: "UnknownNameError" });
  t.equal(tf.version.VERSION, tf.__version__);
});

t.test("whether operations run at once is known inside of a trace too", async (t) => {
  t.equal(tf.executingEagerly(), true);
  const seen: boolean[] = [];
  const traced = tf.function(() => {
    seen.push(
      tf.executingEagerly(),
      tf.initScope(() => tf.executingEagerly()),
    );
    return tf.constant(1);
  });
  t.equal(traced().item(), 1);
  t.strictSame(seen, [false, true]);
  const [a, b] = [tf.variable(2), tf.variable(3)];
  const tape = new tf.GradientTape();
  const target = tape.record(() => tf.multiply(a, 2));
  t.same(
    tape.gradient(target, [a, b], { unconnectedGradients: tf.UnconnectedGradients.ZERO }).map((each) => each!.item()),
    [2, 0],
  );
});

t.test("what TensorFlow itself has given up says what to use", async (t) => {
  t.throws(() => tf.estimator.LinearClassifier({}), { name: "NotSupportedError", message: /keras.Model/ });
  t.throws(() => tf.featureColumn.numericColumn("age"), { name: "NotSupportedError", message: /FeatureSpace/ });
});

t.test("numpy() is array()", async (t) => {
  t.strictSame(tf.constant([[1, 2], [3, 4]]).numpy(), [[1, 2], [3, 4]]); // prettier-ignore
  t.equal(tf.reduceSum([1, 2]).numpy(), 3);
  t.equal(tf.variable(3).numpy(), 3);
  t.throws(() => tf.function((x: tf.Tensor) => x.add(Number(x.numpy())))(tf.constant(1)), { name: "StateError" });
});
