// Impossible lengths are an error at every door, eager and traced, and nothing in memory changes: tensors that stand beside tell.

import t from "tap";
import * as tf from "../../lib/index.js";

const { keras } = tf;
const { ops } = keras;
const x = tf.constant([
  [1, 2],
  [3, 4],
]);
const image = tf.ones([1, 4, 4, 1]);

class WithWeight extends keras.layers.Layer {
  rows = 0;
  override build() {
    this.addWeight({ name: "w", shape: [this.rows, 2] });
  }
  override call(x: tf.Tensor) {
    return x;
  }
}

function layerOf(rows: number): tf.keras.layers.Layer {
  const layer = new WithWeight();
  layer.rows = rows;
  return layer;
}

/** What takes a length from its caller. */
const doors: Readonly<Record<string, (n: number) => unknown>> = {
  zeros: (n) => tf.zeros([n]),
  "zeros, second axis": (n) => tf.zeros([2, n]),
  ones: (n) => tf.ones([n]),
  full: (n) => ops.full([n], 1),
  constant: (n) => tf.constant(1, { shape: [n] }),
  tile: (n) => ops.tile(x, [n, 1]),
  repeat: (n) => ops.repeat(x, n),
  oneHot: (n) => ops.oneHot([0, 1], n),
  linspace: (n) => ops.linspace(0, 1, n),
  logspace: (n) => ops.logspace(0, 1, n),
  eye: (n) => ops.eye(n),
  "eye, columns": (n) => ops.eye(2, n),
  resize: (n) => ops.image.resize(image, [n, 4]),
  vander: (n) => ops.vander([1, 2], n),
  broadcastTo: (n) => ops.broadcastTo(x, [n, 2, 2]),
  pad: (n) => ops.pad(image, [[0, 0], [n, 0], [0, 0], [0, 0]]), // prettier-ignore
  histogram: (n) => ops.histogram(x, { bins: n }),
  bincount: (n) => ops.bincount([0, 1], { minlength: n }),
  segmentSum: (n) => ops.segmentSum(x, [0, 1], { numSegments: n }),
  toCategorical: (n) => keras.utils.toCategorical([0, 1], { numClasses: n }),
  normal: (n) => keras.random.normal([n]),
  uniform: (n) => keras.random.uniform([n]),
  randint: (n) => keras.random.randint([n], 0, 3),
  GlorotUniform: (n) => new keras.initializers.GlorotUniform().call([n, 2], "float32"),
  Orthogonal: (n) => new keras.initializers.Orthogonal().call([n, 2], "float32"),
  Zeros: (n) => new keras.initializers.Zeros().call([n], "float32"),
  addWeight: (n) => layerOf(n)(x),
  RepeatVector: (n) => new keras.layers.RepeatVector(n)(x),
  Input: (n) => keras.Input({ shape: [n] }),
  "build_config of a stranger": (n) => new keras.layers.Dense(2).buildFromConfig({ input_shape: [null, n] }),
  Reshape: (n) => new keras.layers.Reshape([n, 3])(x),
  UpSampling2D: (n) => new keras.layers.UpSampling2D({ size: [n, 2] })(image),
  TensorSpec: (n) => tf.function((x: tf.Tensor) => x, { inputSignature: [new tf.TensorSpec([n])] })(tf.ones([2])),
  traced: (n) => tf.function((x: tf.Tensor) => tf.zeros([n]).add(x))(x),
  "traced, of an operation": (n) => tf.function((x: tf.Tensor) => ops.tile(x, [n, 1]))(x),
};

/** What the action throws, or what it gives. */
function refusal(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}

/** What an operation takes in place of a length has a meaning of its own here. */
const meanings: Readonly<Record<string, readonly number[]>> = { linspace: [], broadcastTo: [-1], Reshape: [-1], Input: [2 ** 33, 1e300] };

for (const [door, open] of Object.entries(doors))
  t.test(`an impossible length is refused by ${door}`, async (t) => {
    const before = tf.config.get().usedBytes;
    const sentinels = Array.from({ length: 8 }, () => tf.fill([64], 7).add(0));
    for (const length of [-1, -4, 1.5, NaN, Infinity, -Infinity, 2 ** 33, 1e300]) {
      if (meanings[door]?.includes(length)) continue;
      t.ok(refusal(() => open(length)) instanceof tf.KerasmError, `${length}`);
    }
    for (const each of sentinels) t.ok(each.data().every((value) => value === 7));
    t.ok(Number.isInteger(tf.config.get().usedBytes), "memory is accounted for");
    for (const each of sentinels) each.dispose();
    t.ok(tf.config.get().usedBytes - before < 1 << 20);
  });

t.test("a length of zero is a length", async (t) => {
  t.same(tf.zeros([0, 3]).array(), []);
  t.same(tf.zeros([2, 0]).array(), [[], []]);
  t.same(ops.tile(x, [0, 1]).shape, [0, 2]);
  t.same(tf.ones([2 ** 33, 0]).shape, [2 ** 33, 0]);
});
