// What only some shapes, dtypes or second derivatives reach: narrow numbers, large convolutions, gradients of gradients, open lengths.

import { allGather, allReduce, broadcast, reduceScatter } from "../../../lib/ops/collective/all-reduce.js";
import { allToAll, wholeOf } from "../../../lib/ops/collective/all-to-all.js";
import * as tf from "../../../lib/index.js";
import { int4Product } from "../../../lib/ops/linalg/matmul-int4.js";
import { expectValue, ints, named, reference } from "./rows.js";

const { ops } = tf.keras;
const of = (values: unknown, dtype: string): tf.Tensor => tf.cast(tf.constant(values as never), dtype as never);

/** The gradient of Σ f(x)·dy. */
function gradient(f: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor, dy?: tf.Tensor): tf.Tensor {
  const tape = new tf.GradientTape();
  tape.watch(x);
  const sum = tape.record(() => tf.reduceSum(dy ? tf.multiply(f(x), dy) : f(x)));
  return tape.gradient(sum, [x])[0]!;
}

// Casts: from each narrow dtype and back, by values that both ends hold, and by what does not fit.
const halves = [1.5, -2, 0.25];
for (const dtype of ["float16", "bfloat16"]) {
  reference(`cast to ${dtype} and back`, () => expectValue(tf.cast(of(halves, dtype), "float32"), halves));
  reference(`cast to ${dtype} rounds`, () => expectValue(of([1 + 2 ** -12], dtype), [1]));
}
for (const [dtype, values] of [
  ["int8", [-7, 5]],
  ["int16", [-700, 5]],
  ["uint16", [700, 5]],
  ["uint32", [70000, 5]],
  ["uint8", [200, 5]],
] as const)
  // prettier-ignore
  for (const other of ["float32", "int32"]) {
    reference(`cast ${dtype} to ${other}`, () => expectValue(tf.cast(tf.constant([...values], { dtype }), other as never), values));
    reference(`cast ${other} to ${dtype}`, () => expectValue(of([...values], other).cast(dtype), values));
  }
for (const [name, values] of [
  ["int64", [70000.5, -3.5]],
  ["uint64", [3e9, 5.5]],
] as const)
  reference(`cast float32 to ${name}`, () => expectValue(tf.cast(tf.constant([...values]), name as never), values.map(Math.trunc)));
reference("cast uint32 to int64", () => expectValue(tf.cast(tf.constant([70000, 5], { dtype: "uint32" }), "int64" as never), [70000, 5]));
reference("cast int32 to uint64", () => expectValue(tf.cast(ints([70000, 5]), "uint64" as never), [70000, 5]));
reference("cast uint8 to bool", () => expectValue(tf.cast(tf.constant([0, 3], { dtype: "uint8" }), "bool"), [false, true]));
reference("cast uint32 to int8", () => expectValue(tf.cast(tf.constant([5, 100], { dtype: "uint32" }), "int8"), [5, 100]));

// Halves where they lie: made, picked, and as matrices of products of few rows.
for (const dtype of ["float16", "bfloat16"]) {
  reference(`full of ${dtype}`, () => expectValue(tf.cast(ops.full([3], 1.5, dtype), "float32"), [1.5, 1.5, 1.5]));
  reference(`take of ${dtype}`, () => expectValue(tf.cast(ops.take(of([1, 2.5, -3], dtype), ints([2, 0])), "float32"), [-3, 1]));
  reference(`matmul of ${dtype}`, () => {
    const product = tf.matmul(of([[1, 2]], dtype), of([[1, 0.5], [-1, 2]], dtype)); // prettier-ignore
    expectValue(tf.cast(product, "float32"), [[-1, 4.5]]);
  });
}

// Bytes and whole numbers.
const bytes = (values: readonly number[]): tf.Tensor => tf.constant([...values], { dtype: "uint8" });
reference("maximum of bytes", () => expectValue(tf.maximum(bytes([3, 200]), bytes([5, 100])), [5, 200]));
reference("minimum of bytes", () => expectValue(tf.minimum(bytes([3, 200]), bytes([5, 100])), [3, 100]));
reference("bitwise not of bytes", () => expectValue(tf.bitwise.invert(bytes([0, 5])), [255, 250]));
reference("put of bytes", () => expectValue(ops.scatterUpdate(bytes([1, 2, 3]), [[1]], bytes([9])), [1, 9, 3]));
reference("take along of bools", () => expectValue(ops.takeAlongAxis([[true, false]], [[1, 0]], 1), [[false, true]]));
reference("product of segments of whole numbers", () =>
  expectValue(ops.segmentProd(ints([2, 3, 5]), ints([0, 0, 1]), { numSegments: 2 }), [6, 5]),
);
reference("product of int8 matrices", () => {
  const int8 = (values: readonly (readonly number[])[]): tf.Tensor => tf.constant(values as never, { dtype: "int8" });
  expectValue(
    ops.matmul(
      int8([
        [1, -2, 100],
        [4, 5, 6],
      ]),
      int8([
        [7, 8],
        [9, 10],
        [100, -100],
      ]),
    ),
    [
      [9989, -10012],
      [673, -518],
    ],
  );
});
reference("int8 matrices of many rows and columns", () => {
  const a = Array.from({ length: 24 }, (_, i) => [i - 12, 3, -i]);
  const b = [0, 1, 2].map((k) => Array.from({ length: 40 }, (_, j) => ((j * 7 + k * 5) % 11) - 5));
  const expected = a.map((row) => b[0]!.map((_, j) => row.reduce((sum, x, k) => sum + x * b[k]![j]!, 0)));
  expectValue(ops.matmul(tf.constant(a, { dtype: "int8" }), tf.constant(b, { dtype: "int8" })), expected);
});
reference("arithmetic on uint32", () =>
  expectValue(tf.add(tf.constant([70000], { dtype: "uint32" }), tf.constant([6], { dtype: "uint32" })), [70006]),
);
reference("gradient of fmod by the divisor", () => {
  const tape = new tf.GradientTape();
  const x = tf.constant([2, 2], { dtype: "float32" });
  tape.watch(x);
  const sum = tape.record(() => tf.reduceSum(ops.fmod(tf.constant([7.5, -7.5]), x)));
  expectValue(tape.gradient(sum, [x])[0], [-3, 3]);
});
reference("towards zero", () => expectValue(tf.cast(tf.constant([3.7, -3.7]), "int8"), [3, -3]));
reference("roll", () => expectValue(ops.roll([1, 2, 3, 4], 1), [4, 1, 2, 3]));
reference("full like", () => expectValue(ops.fullLike([[1, 2]], 7), [[7, 7]]));

// Derivatives that no recorded case has.
reference("gradient of log_softmax", () => {
  const x = [1, 2, 4];
  const total = x.reduce((sum, each) => sum + Math.exp(each), 0);
  const dy = [1, 0, 2];
  expectValue(
    gradient((x) => tf.nn.logSoftmax(x), tf.constant(x), tf.constant(dy)),
    x.map((each, i) => dy[i]! - (Math.exp(each) / total) * 3),
  );
});
reference("gradient of gammainc", () => {
  const x = [0.5, 2, 3];
  expectValue(
    gradient((x) => ops.gammainc(tf.constant([3, 3, 3], { dtype: "float32" }), x), tf.constant(x)),
    x.map((each) => (each ** 2 * Math.exp(-each)) / 2),
  );
});
reference("second derivative of max_pool: the gradient by its own cotangent picks", () => {
  const x = tf.constant([[[[1], [5]], [[4], [2]]]], { dtype: "float32" }); // prettier-ignore
  const v = tf.constant([[[[10], [20]], [[30], [40]]]], { dtype: "float32" }); // prettier-ignore
  expectValue(
    gradient(
      (dy) =>
        tf.multiply(
          gradient((x) => ops.maxPool(x, 2), x, dy),
          v,
        ),
      tf.ones([1, 1, 1, 1]),
    ),
    [[[[20]]]],
  );
});
reference("gradient of a strided slice", () =>
  expectValue(
    gradient((x) => ops.getItem(x, [{ start: 0, stop: null, step: 2 }]), tf.constant([1, 2, 3]), tf.constant([5, 7])),
    [5, 0, 7],
  ),
);
reference("gradient of LSTM by its first state", () => {
  const layer = new tf.keras.layers.LSTM(2, { kernelInitializer: "ones", recurrentInitializer: "ones", biasInitializer: "zeros" });
  const x = tf.constant([[[0.1], [0.2]]], { dtype: "float32" }); // prettier-ignore
  const state = (h: number): tf.Tensor => tf.constant([[h, -0.3]], { dtype: "float32" });
  const run = (h: tf.Tensor, c: tf.Tensor): tf.Tensor => tf.reduceSum(layer(x, { initialState: [h, c] }) as tf.Tensor);
  const step = 1e-2;
  const slope = (f: (x: number) => tf.Tensor): number => (Number(f(0.5 + step).item()) - Number(f(0.5 - step).item())) / (2 * step);
  const byHidden = gradient((h) => run(h, state(0.1)), state(0.5));
  const byCell = gradient((c) => run(state(0.1), c), state(0.5));
  expectValue(
    (byHidden.array() as number[][])[0]![0],
    slope((h) => run(state(h), state(0.1))),
    1e-3,
  );
  expectValue(
    (byCell.array() as number[][])[0]![0],
    slope((c) => run(state(0.1), state(c))),
    1e-3,
  );
});

// A convolution that is large enough for Winograd's tiles, and its gradients, against the sum that it is.
const [side, channels] = [16, 16];
const wave = (length: number, phase: number): number[] => Array.from({ length }, (_, i) => Math.round(8 * Math.sin(i * phase)) / 8);
reference("convolution of 3 × 3 and its gradients", () => {
  const x = wave(side * side * channels, 1.3);
  const w = wave(9 * channels * channels, 2.1);
  const dy = wave(side * side * channels, 0.7);
  const [y, dx, dw] = [x.map(() => 0), x.map(() => 0), w.map(() => 0)];
  for (let i = 0; i < side; i++)
    for (let j = 0; j < side; j++)
      for (let k = 0; k < 9; k++) {
        const [row, column] = [i + Math.floor(k / 3) - 1, j + (k % 3) - 1];
        if (row < 0 || row >= side || column < 0 || column >= side) continue;
        const [from, to] = [(row * side + column) * channels, (i * side + j) * channels];
        for (let c = 0; c < channels; c++)
          for (let o = 0; o < channels; o++) {
            const weight = (k * channels + c) * channels + o;
            y[to + o]! += x[from + c]! * w[weight]!;
            dx[from + c]! += dy[to + o]! * w[weight]!;
            dw[weight]! += dy[to + o]! * x[from + c]!;
          }
      }
  const image = tf.constant(x, { shape: [1, side, side, channels] });
  const kernel = tf.constant(w, { shape: [3, 3, channels, channels] });
  const cotangent = tf.constant(dy, { shape: [1, side, side, channels] });
  const conv = (x: tf.Tensor, w: tf.Tensor): tf.Tensor => ops.conv(x, w, { padding: "same" });
  expectValue(Array.from(conv(image, kernel).data()), y, 1e-4);
  expectValue(Array.from(gradient((x) => conv(x, kernel), image, cotangent).data()), dx, 1e-4);
  expectValue(Array.from(gradient((w) => conv(image, w), kernel, cotangent).data()), dw, 1e-4);
});

reference("gradient of a convolution's kernel, summed in parts", () => {
  const [length, taps, channels] = [32768, 5, 4];
  const x = wave(length * channels, 1.3);
  const dy = wave((length - taps + 1) * channels, 0.7);
  const expected = Array.from({ length: taps * channels * channels }, (_, at) => {
    const [k, c, o] = [Math.floor(at / channels ** 2), Math.floor(at / channels) % channels, at % channels];
    let sum = 0;
    for (let i = 0; i + taps <= length; i++) sum += dy[i * channels + o]! * x[(i + k) * channels + c]!;
    return sum;
  });
  const [signal, cotangent] = [
    tf.constant(x, { shape: [1, length, channels] }),
    tf.constant(dy, { shape: [1, length - taps + 1, channels] }),
  ];
  const dw = gradient((w) => ops.conv(signal, w), tf.ones([taps, channels, channels]), cotangent);
  expectValue(Array.from(dw.data()), expected); // eighths, whose sums float32 holds exactly
});

// Lengths that are known when the function runs.
const open = <R>(body: (x: tf.Tensor) => R): ((x: tf.Tensor) => R) =>
  tf.function(body as never, { inputSignature: [new tf.TensorSpec([null, null], "float32")] }) as never;
const table = tf.constant([[1, 2, 3], [4, 5, 6]], { dtype: "float32" }); // prettier-ignore
const lengths: Readonly<Record<string, readonly [(x: tf.Tensor) => unknown, unknown]>> = {
  shape: [(x) => tf.shape(x), [2, 3]],
  size: [(x) => tf.size(x), 6],
  "ones of lengths": [
    (x) => tf.ones([ops.shape(x)[1] as never, 2]),
    [
      [1, 1],
      [1, 1],
      [1, 1],
    ],
  ],
  "zeros like": [
    (x) => tf.zerosLike(x),
    [
      [0, 0, 0],
      [0, 0, 0],
    ],
  ],
  "full like": [
    (x) => ops.fullLike(x, 7),
    [
      [7, 7, 7],
      [7, 7, 7],
    ],
  ],
  "rows of an array that grows": [
    (x) => {
      let array = new tf.TensorArray("float32", { size: 0, dynamicSize: true });
      array = array.unstack(x).write(2, tf.constant([7, 8, 9], { dtype: "float32" }));
      return array.stack();
    },
    [
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
    ],
  ],
  rolled: [
    (x) => ops.roll(x, 1, 1),
    [
      [3, 1, 2],
      [6, 4, 5],
    ],
  ],
  mean: [(x) => tf.reduceMean(x), 3.5],
  "gradient of a mean": [
    (x) => gradient((x) => tf.reduceMean(x), x),
    [
      [1 / 6, 1 / 6, 1 / 6],
      [1 / 6, 1 / 6, 1 / 6],
    ],
  ],
  "resize with the side kept": [
    (x) => tf.shape(ops.image.resize(tf.expandDims(tf.expandDims(x, 0), -1), [2, 2], { padToAspectRatio: true })),
    [1, 2, 2, 1],
  ],
};
for (const [what, [body, expected]] of Object.entries(lengths))
  reference(`open lengths: ${what}`, () => expectValue(open(body)(table), expected));

// Several replicas.
const strategy = (): tf.distribute.MirroredStrategy => new tf.distribute.MirroredStrategy({ devices: ["cpu:0", "cpu:1"] });
const collectives: Readonly<Record<string, readonly [(x: tf.Tensor) => tf.Tensor, readonly unknown[]]>> = {
  allReduce: [(x) => allReduce(x, "sum"), [[11, 22], [11, 22]]],
  allGather: [(x) => allGather(x, 0), [[1, 2, 10, 20], [1, 2, 10, 20]]],
  broadcast: [(x) => broadcast(x, 1), [[10, 20], [10, 20]]],
  reduceScatter: [(x) => reduceScatter(x), [[11], [22]]],
  allToAll: [(x) => allToAll(x), [[1, 10], [2, 20]]],
  gatherParts: [(x) => wholeOf(x, { axis: 0, parts: 2, index: 0, keepers: null }), [[1, 2, 10, 20], [1, 2, 10, 20]]],
}; // prettier-ignore
for (const [name, [body, expected]] of Object.entries(collectives))
  reference(name, () => {
    const replicas = strategy();
    const values = replicas.experimentalDistributeValuesFromFunction((context) =>
      tf.constant(context.replicaIdInSyncGroup === 0 ? [1, 2] : [10, 20], { dtype: "float32" }),
    );
    expectValue(replicas.experimentalLocalResults(replicas.run(body as never, [values])), expected);
  });

reference("keras.ops.batchNormalizationTraining", () => {
  const y = named("keras.ops.batchNormalizationTraining")(tf.constant([[1], [3]], { dtype: "float32" }), { epsilon: 0 }) as unknown;
  expectValue((y as { y: tf.Tensor }).y ?? (y as tf.Tensor[])[0], [[-1], [1]]);
});

reference("more than two rows by a matrix of 4 bits", () => {
  const [b] = tf.keras.quantizers.packInt4(tf.constant([[1, -2], [3, 4]], { dtype: "int8" }), 1); // prettier-ignore
  const x = tf.constant([[1, 0], [0, 1], [1, 1], [2, -1]]); // prettier-ignore
  expectValue(int4Product(x, { b, columns: 2 }), [[1, -2], [3, 4], [4, 2], [-1, -8]]); // prettier-ignore
});

reference("rows as whole numbers of a byte", () => {
  const [whole, scale] = tf.keras.quantizers.absMaxQuantize(tf.constant([[0.5, -1], [3, 0]]), -1); // prettier-ignore
  expectValue(whole, [[63, -127], [127, 0]]); // prettier-ignore
  expectValue(scale, [[127], [127 / 3]]);
});
