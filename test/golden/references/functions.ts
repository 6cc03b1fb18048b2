// Functions of whole tensors, against values worked out by hand or in plain JavaScript.

import jpeg from "jpeg-js";
import * as tf from "../../../lib/index.js";
import { expectValue, ints, named, reference, value } from "./rows.js";

const spd = [[4, 1], [1, 3]]; // prettier-ignore
const rows = [[1, 2], [3, 4], [5, 6], [7, 8]]; // prettier-ignore
const halves = ints([0, 0, 1, 1]);

// Shapes, norms, sums.
value("keras.ops.outer", [[1, 2], [3, 4, 5]], [[3, 4, 5], [6, 8, 10]]); // prettier-ignore
value("keras.ops.vstack", [[[1, 2], [3, 4]]], [[1, 2], [3, 4]]); // prettier-ignore
value("keras.ops.size", [[[1, 2, 3], [4, 5, 6]]], 6); // prettier-ignore
value("tf.nn.l2Loss", [[1, 2, -3]], 7);
value("tf.nn.scaleRegularizationLoss", [6], 6); // one replica: all of it
value("tf.globalNorm", [[[3, 0], [0, 4]]], 5); // prettier-ignore
value("tf.stopGradient", [[1, -2]], [1, -2]);
value("tf.executingEagerly", [], true);
reference("tf.initScope", () =>
  expectValue(
    named("tf.initScope")(() => 3),
    3,
  ),
);
value("tf.dtypes.asDtype", ["float"], "float32");
value("tf.zip", [[1, 2, 3], ["a", "b"]], [[1, "a"], [2, "b"]]); // prettier-ignore
value("keras.ops.bitwiseInvert", [[0, 5, -1]], [-1, -6, 0]);
value("keras.ops.nonzero", [[[0, 2], [3, 0]]], [[0, 1], [1, 0]]); // prettier-ignore
value("keras.ops.extractSequences", [[1, 2, 3, 4, 5], 3, 2], [[1, 2, 3], [3, 4, 5]]); // prettier-ignore
reference("keras.ops.dtype", () => expectValue(named("keras.ops.dtype")(ints([1])), "int32"));
reference("keras.ops.isTensor", () =>
  expectValue(
    [ints([1]), [1]].map((x) => named("keras.ops.isTensor")(x)),
    [true, false],
  ),
);
reference("keras.ops.convertToNumpy", () => expectValue(named("keras.ops.convertToNumpy")(tf.constant([1.5, -2])), [1.5, -2]));

// Linear algebra: what the factors give again.
value(["keras.ops.logdet", "tf.linalg.logdet"], [spd], Math.log(11));
value(["keras.ops.slogdet", "tf.linalg.slogdet"], [spd], [1, Math.log(11)]);
value("tf.linalg.pinv", [[[2, 0], [0, 4], [0, 0]]], [[0.5, 0, 0], [0, 0.25, 0]]); // prettier-ignore
value("keras.ops.lstsq", [[[1, 0], [0, 2], [0, 0]], [3, 4, 9]], [3, 2]); // prettier-ignore
value("tf.linalg.lstsq", [[[1, 0], [0, 2], [0, 0]], [[3], [4], [9]]], [[3], [2]]); // prettier-ignore
reference("keras.ops.qr", () => {
  const [q, r] = named("keras.ops.qr")(tf.constant(rows)) as [tf.Tensor, tf.Tensor];
  expectValue(tf.matmul(q, r), rows);
  expectValue(tf.matmul(tf.transpose(q), q), [[1, 0], [0, 1]]); // prettier-ignore
  expectValue((r.array() as number[][])[1]![0], 0);
});
reference("keras.ops.eigh", () => {
  const [values, vectors] = named("keras.ops.eigh")(tf.constant(spd)) as [tf.Tensor, tf.Tensor];
  expectValue(values, [(7 - Math.sqrt(5)) / 2, (7 + Math.sqrt(5)) / 2]);
  expectValue(tf.matmul(tf.constant(spd), vectors), tf.multiply(vectors, values).array(), 1e-4);
  expectValue(tf.reduceSum(tf.square(vectors), 0), [1, 1]);
});
reference("keras.ops.eig", () => {
  const [values, vectors] = named("keras.ops.eig")(tf.constant([[0, 1], [-2, -3]])) as [tf.Tensor[], tf.Tensor[]]; // prettier-ignore
  const sorted = (values[0]!.array() as number[]).sort((a, b) => a - b);
  expectValue(sorted, [-2, -1], 1e-4);
  expectValue(values[1], [0, 0]);
  const [re] = vectors;
  expectValue(tf.matmul(tf.constant([[0, 1], [-2, -3]]), re!), tf.multiply(re!, values[0]!).array(), 1e-4); // prettier-ignore
});
reference("keras.ops.eig of a rotation", () => {
  const [values, vectors] = named("keras.ops.eig")(tf.constant([[0, -1], [1, 0]])) as [tf.Tensor[], tf.Tensor[]]; // prettier-ignore
  expectValue(
    (values[1]!.array() as number[]).sort((a, b) => a - b),
    [-1, 1],
  );
  // The rotation of (re + i·im) is i·w times it, by parts.
  const [re, im] = vectors as [tf.Tensor, tf.Tensor];
  const rotate = (x: tf.Tensor): tf.Tensor => tf.matmul(tf.constant([[0, -1], [1, 0]]), x); // prettier-ignore
  expectValue(rotate(re), tf.negative(tf.multiply(im, values[1]!)).array(), 1e-4);
  expectValue(rotate(im), tf.multiply(re, values[1]!).array(), 1e-4);
  expectValue(tf.add(tf.square(re), tf.square(im)), [[0.5, 0.5], [0.5, 0.5]], 1e-4); // prettier-ignore
});
reference("svd", () => {
  const [u, s, v] = tf.keras.ops.svd(
    tf.constant([
      [3, 0],
      [4, 5],
    ]),
    false,
  ) as unknown as [tf.Tensor, tf.Tensor, tf.Tensor];
  expectValue(s, [Math.sqrt(45), Math.sqrt(5)]);
  expectValue(tf.matmul(tf.multiply(u, s), v), [[3, 0], [4, 5]], 1e-4); // prettier-ignore
});

// Fourier: the transform of an impulse is flat, and back.
const impulse = [[[1, 0], [0, 0]], [[0, 0], [0, 0]]] as const; // prettier-ignore
const flat = [[[1, 1], [1, 1]], [[0, 0], [0, 0]]] as const; // prettier-ignore
value("keras.ops.fft", [[[1, 2, 3, 4], [0, 0, 0, 0]]], [[10, -2, -2, -2], [0, 2, 0, -2]]); // prettier-ignore
value("tf.signal.fft2d", [impulse], flat);
value("tf.signal.ifft2d", [flat], impulse);
value("tf.signal.hammingWindow", [4], [0.08, 0.54, 1, 0.54]);
value("tf.signal.overlapAndAdd", [[[1, 2, 3], [10, 20, 30]], 2], [1, 2, 13, 20, 30]); // prettier-ignore
reference("tf.signal.mfccsFromLogMelSpectrograms", () => {
  const mels = [1, 2, 4, 8];
  // The orthogonal DCT-II, scaled as HTK does: every coefficient by √(2/n).
  const dct = mels.map((_, k) => Math.sqrt(2 / 4) * mels.reduce((sum, x, n) => sum + x * Math.cos((Math.PI / 4) * (n + 0.5) * k), 0));
  expectValue(named("tf.signal.mfccsFromLogMelSpectrograms")([mels]), [dct], 1e-4);
});

reference("tf.io.decodeJpeg", async () => {
  const { data } = jpeg.encode({ width: 8, height: 8, data: Buffer.alloc(8 * 8 * 4, 128) });
  expectValue(tf.reduceMean(tf.cast((await named("tf.io.decodeJpeg")(Uint8Array.from(data))) as tf.Tensor, "float32")), 128, 1e-3);
});

reference("tf.io.encodeJpeg", async () => {
  const decoded = await tf.io.decodeJpeg((await named("tf.io.encodeJpeg")(tf.cast(tf.fill([8, 8, 3], 128), "uint8"))) as Uint8Array);
  expectValue(tf.reduceMean(tf.cast(decoded, "float32")), 128, 1e-3);
});
reference("tf.io.encodePng", async () => {
  const pixels = [[[1, 2, 3], [4, 5, 250]]]; // prettier-ignore
  expectValue(await tf.io.decodePng((await named("tf.io.encodePng")(tf.constant(pixels, { dtype: "uint8" }))) as Uint8Array), pixels);
});

// Segments, scatters, windows.
value("tf.math.segmentMean", () => [rows, halves], [[2, 3], [6, 7]]); // prettier-ignore
value("tf.math.segmentMin", () => [rows, halves], [[1, 2], [5, 6]]); // prettier-ignore
value("tf.math.segmentProd", () => [rows, halves], [[3, 8], [35, 48]]); // prettier-ignore
value("tf.math.unsortedSegmentMax", () => [[1, 5, 2], ints([1, 0, 1]), 2], [5, 2]);
value("tf.math.unsortedSegmentMin", () => [[1, 5, 2], ints([1, 0, 1]), 2], [5, 1]);
value("tf.math.unsortedSegmentMean", () => [[1, 5, 2], ints([1, 0, 1]), 2], [5, 1.5]);
value("tf.math.unsortedSegmentProd", () => [[1, 5, 2], ints([1, 0, 1]), 2], [5, 2]);
value("tf.tensorScatterNdMax", () => [[1, 5, 2], ints([[0], [1]]), [4, 3]], [4, 5, 2]); // prettier-ignore
value("tf.tensorScatterNdMin", () => [[1, 5, 2], ints([[0], [1]]), [4, 3]], [1, 3, 2]); // prettier-ignore
value("tf.tensorScatterNdSub", () => [[1, 5, 2], ints([[0], [1]]), [4, 3]], [-3, 2, 2]); // prettier-ignore
value("tf.tensorScatterNdMax", () => [ints([1, 5]), ints([[0]]), ints([4])], [4, 5]); // prettier-ignore
value("tf.tensorScatterNdMin", () => [ints([1, 5]), ints([[1]]), ints([4])], [1, 4]); // prettier-ignore
value("tf.nn.maxPool1d", [[[[1], [5], [2], [3]]], 2, 2, "VALID"], [[[5], [3]]]); // prettier-ignore
value("tf.nn.avgPool1d", [[[[1], [5], [2], [3]]], 2, 2, "VALID"], [[[3], [2.5]]]); // prettier-ignore
const cube = () => tf.reshape(tf.range(8), [1, 2, 2, 2, 1]);
value("tf.nn.maxPool3d", () => [tf.cast(cube(), "float32"), 2, 2, "VALID"], [[[[[7]]]]]);
value("tf.nn.avgPool3d", () => [tf.cast(cube(), "float32"), 2, 2, "VALID"], [[[[[3.5]]]]]);

// Pictures.
const pixel = [[[0.2, 0.4, 0.6]]]; // one pixel, RGB
const ramp = () => tf.reshape(tf.constant([1, 2, 3, 4, 5, 6]), [2, 3, 1]);
value("tf.image.adjustGamma", [pixel, 2, 3], [[[0.12, 0.48, 1.08]]]);
value("tf.image.rgbToGrayscale", [pixel], [[[0.2989 * 0.2 + 0.587 * 0.4 + 0.114 * 0.6]]], 1e-3);
// What TensorFlow 2.21 gave.
const colour = [[[0.2, 0.5, 0.8]]];
value("tf.image.rgbToYuv", [colour], [[[0.4445, 0.174945, -0.214496]]]);
value("tf.image.yuvToRgb", [colour], [[[1.111906, -0.461819, 1.216031]]]);
value("tf.image.rgbToYiq", [colour], [[[0.4445, -0.275173, 0.029892]]]);
value("tf.image.yiqToRgb", [colour], [[[1.174653, -0.45377, 1.010014]]]);
value("tf.image.statelessRandomBrightness", [colour, 0.3, [3, 5]], [[[0.085201, 0.3852, 0.6852]]]);
value("tf.image.statelessRandomContrast", [[[[0.25], [0.75]]], 0.2, 1.7, [3, 5]], [[[0.33425], [0.66575]]]); // prettier-ignore
value("tf.image.statelessRandomSaturation", [colour, 0.2, 1.7, [3, 5]], [[[0.402199, 0.6011, 0.8]]]);
value("tf.image.statelessRandomHue", [colour, 0.4, [3, 5]], [[[0.2, 0.8, 0.548963]]]);
value("tf.image.statelessRandomCrop", () => [ints([0, 1, 2, 3, 4, 5, 6, 7, 8]), [2], [3, 5]], [4, 5]);
value("tf.image.hsvToRgb", [[[[1 / 3, 1, 0.5]]]], [[[0, 0.5, 0]]]);
value("tf.image.adjustHue", [[[[1, 0, 0]]], 1 / 3], [[[0, 1, 0]]]);
value("tf.image.flipLeftRight", () => [ramp()], [[[3], [2], [1]], [[6], [5], [4]]]); // prettier-ignore
value("tf.image.transpose", () => [ramp()], [[[1], [4]], [[2], [5]], [[3], [6]]]); // prettier-ignore
value("tf.image.padToBoundingBox", [[[[9]]], 1, 0, 2, 2], [[[0], [0]], [[9], [0]]]); // prettier-ignore
value("tf.image.totalVariation", () => [ramp()], 3 * 3 + 4);
for (const name of ["tf.image.sobelEdges", "keras.ops.image.sobelEdges"])
  reference(name, () => {
    // A plane that rises by 1 downwards and by 10 to the right.
    const plane = Array.from({ length: 5 }, (_, i) => Array.from({ length: 5 }, (_, j) => [i + 10 * j]));
    const edges = ((named(name)(tf.constant([plane], { dtype: "float32" })) as tf.Tensor).array() as unknown[]).flat(Infinity) as number[];
    const middle = edges.slice(2 * (2 * 5 + 2), 2 * (2 * 5 + 2) + 2);
    expectValue(middle, [8, 80]);
  });
reference("keras.ops.image.gaussianBlur", () => {
  const impulse = Array.from({ length: 5 }, (_, i) => Array.from({ length: 5 }, (_, j) => [i === 2 && j === 2 ? 1 : 0]));
  const side = Math.exp(-0.5);
  const weight = (i: number): number => (Math.abs(i - 2) > 1 ? 0 : i === 2 ? 1 : side) / (1 + 2 * side);
  const expected = impulse.map((row, i) => row.map((_, j) => [weight(i) * weight(j)]));
  expectValue(named("keras.ops.image.gaussianBlur")(tf.constant([impulse], { dtype: "float32" }), [3, 3], [1, 1]), [expected]);
});
reference("keras.ops.image.scaleAndTranslate", () => {
  const picture = tf.reshape(tf.constant([1, 2, 3, 4]), [2, 2, 1]);
  const moved = named("keras.ops.image.scaleAndTranslate")(picture, [2, 2, 1], tf.constant([1, 1]), tf.constant([1, 0]), [0, 1], "linear");
  expectValue((moved as tf.Tensor).array(), [[[0], [0]], [[1], [2]]]); // prettier-ignore
});
reference("keras.ops.image.ssim", () => {
  const flat = (value: number): tf.Tensor => tf.fill([1, 12, 12, 1], value);
  // Of flat pictures only the term of the means is left.
  const expected = (2 * 0.2 * 0.6 + 1e-4) / (0.2 ** 2 + 0.6 ** 2 + 1e-4);
  expectValue(named("keras.ops.image.ssim")(flat(0.2), flat(0.6), 1), [expected], 1e-3);
});
reference("keras.ops.image.elasticTransform", () => {
  // Without strength nothing moves.
  const picture = tf.reshape(tf.range(16, { dtype: "float32" } as never), [1, 4, 4, 1]);
  expectValue(named("keras.ops.image.elasticTransform")(picture, 0, 1, { seed: 1 }), picture.array(), 1e-4);
});

// Control flow and mapped functions.
const double = (x: tf.Tensor): tf.Tensor => tf.multiply(x, 2);
const sum = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => tf.add(a, b);
value("keras.ops.cond", [true, () => tf.constant(1), () => tf.constant(2)], 1);
value("keras.ops.switch", () => [1, [() => tf.constant(3), () => tf.constant(4)]], 4);
value(["tf.switchCase"], () => [ints([1]).reshape([]), [() => tf.constant(3), () => tf.constant(4)]], 4);
value("tf.case", () => [[[tf.constant(false), () => tf.constant(1)], [tf.constant(true), () => tf.constant(2)]]], 2); // prettier-ignore
for (const name of ["keras.ops.map", "keras.ops.vectorizedMap", "tf.mapFn", "tf.vectorizedMap"])
  value(name, () => [double, tf.constant([1, 2, 3])], [2, 4, 6]);
value("keras.ops.foriLoop", () => [0, 4, (_: unknown, x: tf.Tensor) => double(x), tf.constant(1)], 16);
value("keras.ops.whileLoop", () => [(x: tf.Tensor) => tf.less(x, 10), (x: tf.Tensor) => [double(x)], [tf.constant(1)]], [16]);
value("keras.ops.scan", () => [(c: tf.Tensor, x: tf.Tensor) => [sum(c, x), double(x)], tf.constant(0), tf.constant([1, 2, 3])], [
  6,
  [2, 4, 6],
]);
value("keras.ops.associativeScan", () => [sum, tf.constant([1, 2, 3, 4])], [1, 3, 6, 10]);
value("tf.scan", () => [sum, tf.constant([1, 2, 3])], [1, 3, 6]);
value("tf.foldl", () => [(a: tf.Tensor, b: tf.Tensor) => tf.subtract(a, b), tf.constant([1, 2, 3])], -4);
value("tf.foldr", () => [(a: tf.Tensor, b: tf.Tensor) => tf.subtract(a, b), tf.constant([1, 2, 3])], 0);
reference("keras.ops.vectorize", () => expectValue((named("keras.ops.vectorize")(double) as typeof double)(tf.constant([1, 2])), [2, 4]));
reference("keras.ops.jvp", () => {
  const [value, slope] = named("keras.ops.jvp")((x: tf.Tensor) => tf.square(x), [tf.constant([3])], [tf.constant([0.5])]) as tf.Tensor[];
  expectValue([value, slope], [[9], [3]]);
});
for (const name of ["keras.ops.customGradient", "tf.recomputeGrad"])
  reference(name, () => {
    const body = name.endsWith("Grad")
      ? (x: tf.Tensor) => tf.square(x)
      : (x: tf.Tensor) => ({ value: tf.square(x), gradient: (dy: tf.Tensor) => tf.multiply(dy, 7) });
    const own = named(name)(body) as (x: tf.Tensor) => tf.Tensor;
    const x = tf.constant([3]);
    const tape = new tf.GradientTape();
    tape.watch(x);
    const y = tape.record(() => own(x));
    expectValue([y, tape.gradient(y, [x])[0]], [[9], [name.endsWith("Grad") ? 6 : 7]]);
  });
reference("tf.numpyFunction in a trace", () => {
  const traced = tf.function((x: tf.Tensor) =>
    tf.add(named("tf.numpyFunction")((y: tf.Tensor) => double(y), [x], "float32", { shapes: [[2]] }) as tf.Tensor, 1),
  );
  expectValue(traced(tf.constant([1, 2], { dtype: "float32" })), [3, 5]);
});
value("tf.numpyFunction", () => [(x: tf.Tensor) => double(x), [tf.constant([1, 2])], "float32"], [2, 4]);

// Ragged and sparse.
const ragged = () => tf.ragged.constant([[1, 2, 3], [4]]); // prettier-ignore
const sparse = () => new tf.SparseTensor([[0, 1], [1, 0]], [5, 7], [2, 3]); // prettier-ignore
const mixed = () => new tf.SparseTensor([[1, 0], [0, 1]], [7, 5], [2, 3]); // prettier-ignore
value("tf.ragged.booleanMask", [[[1, 2], [3, 4]], [[true, false], [true, true]]], [[1], [3, 4]]); // prettier-ignore
value("tf.ragged.mapFlatValues", () => [double, ragged()], [[2, 4, 6], [8]]); // prettier-ignore
value("tf.ragged.range", () => [ints([0, 5]), ints([3, 6])], [[0, 1, 2], [5]]); // prettier-ignore
value("tf.ragged.stack", () => [[ragged(), ragged()]], [[[1, 2, 3], [4]], [[1, 2, 3], [4]]]); // prettier-ignore
value("tf.sparse.add", () => [sparse(), sparse()], [[[0, 1], [1, 0]], [10, 14], [2, 3]]); // prettier-ignore
value("tf.sparse.mapValues", () => [double, sparse()], [[[0, 1], [1, 0]], [10, 14], [2, 3]]); // prettier-ignore
value("tf.sparse.reduceSum", () => [sparse(), 1], [5, 7]);
value("tf.sparse.reorder", () => [mixed()], [[[0, 1], [1, 0]], [5, 7], [2, 3]]); // prettier-ignore
value("tf.sparse.reshape", () => [sparse(), [3, 2]], [[[0, 1], [1, 1]], [5, 7], [3, 2]]); // prettier-ignore
value("tf.sparse.retain", () => [sparse(), [true, false]], [[[0, 1]], [5], [2, 3]]); // prettier-ignore
value("tf.sparse.concat", () => [0, [sparse(), sparse()]], [[[0, 1], [1, 0], [2, 1], [3, 0]], [5, 7, 5, 7], [4, 3]]); // prettier-ignore
value("tf.sparse.slice", () => [sparse(), [1, 0], [1, 2]], [[[0, 0]], [7], [1, 2]]); // prettier-ignore
value("tf.sparse.split", () => [sparse(), 2, 0], [[[[0, 1]], [5], [1, 3]], [[[0, 0]], [7], [1, 3]]]); // prettier-ignore
value(
  "tf.sparse.softmax",
  () => [
    new tf.SparseTensor(
      [
        [0, 0],
        [0, 2],
      ],
      [1, 1],
      [1, 3],
    ),
  ],
  [
    [
      [0, 0],
      [0, 2],
    ],
    [0.5, 0.5],
    [1, 3],
  ],
);
value("tf.sparse.maximum", () => [sparse(), new tf.SparseTensor([[0, 1]], [9], [2, 3])], [
  [
    [0, 1],
    [1, 0],
  ],
  [9, 7],
  [2, 3],
]);
value("tf.sparse.minimum", () => [sparse(), new tf.SparseTensor([[0, 1]], [-9], [2, 3])], [
  [
    [0, 1],
    [1, 0],
  ],
  [-9, 0],
  [2, 3],
]);
value("tf.sparse.toIndicator", () => [new tf.SparseTensor([[0, 0]], [2], [1, 1]), 3], [[false, false, true]]); // prettier-ignore
value("tf.sparse.expandDims", () => [sparse(), 0], [[[0, 0, 1], [0, 1, 0]], [5, 7], [1, 2, 3]]); // prettier-ignore
value("tf.sparse.reduceMax", () => [sparse(), 0], [7, 5, 0]);
value("tf.sparse.eye", () => [2], [[[0, 0], [1, 1]], [1, 1], [2, 2]]); // prettier-ignore
value("tf.sparse.fillEmptyRows", () => [new tf.SparseTensor([[1, 1]], [5], [2, 2]), 3], [
  [
    [
      [0, 0],
      [1, 1],
    ],
    [3, 5],
    [2, 2],
  ],
  [true, false],
]);
value("tf.sparse.resetShape", () => [sparse()], [[[0, 1], [1, 0]], [5, 7], [2, 2]]); // prettier-ignore
value("tf.sparse.segmentSum", () => [tf.constant([[1], [2], [3]]), ints([0, 2]), ints([0, 0])], [[4]]);
value("tf.sparse.segmentMean", () => [tf.constant([[1], [2], [3]]), ints([0, 2]), ints([0, 0])], [[2]]);
value("tf.sparse.segmentSqrtN", () => [tf.constant([[1], [2], [3]]), ints([0, 2]), ints([0, 0])], [[4 / Math.SQRT2]]);
value("tf.sparse.bincount", () => [ints([0, 2, 2])], [[[0], [2]], [1, 2], [3]]); // prettier-ignore
value("tf.ragged.rowSplitsToSegmentIds", () => [ints([0, 2, 2, 3])], [0, 0, 2]);
value("tf.ragged.segmentIdsToRowSplits", () => [ints([0, 0, 2])], [0, 2, 2, 3]);
value("tf.sparse.sparseDenseMatmul", () => [sparse(), tf.constant([[1], [2], [3]])], [[10], [7]]); // prettier-ignore
value("tf.sparse.toDense", () => [sparse()], [[0, 5, 0], [7, 0, 0]]); // prettier-ignore
value("tf.sparse.transpose", () => [sparse()], [[[0, 1], [1, 0]], [7, 5], [3, 2]]); // prettier-ignore
value("tf.ragged.toSparse", () => [ragged()], [[[0, 0], [0, 1], [0, 2], [1, 0]], [1, 2, 3, 4], [2, 3]]); // prettier-ignore
value("tf.ragged.fromSparse", () => [new tf.SparseTensor([[0, 0], [0, 1], [1, 0]], [5, 6, 7], [2, 3])], [[5, 6], [7]]); // prettier-ignore
value("tf.nest.flatten", [{ b: [2, 3], a: 1 }], [1, 2, 3]);
value("tf.nest.packSequenceAs", [[[0, 0], [0, 0]], [1, 2, 3, 4]], [[1, 2], [3, 4]]); // prettier-ignore
value("tf.nest.mapStructure", [(x: number, y: number) => x + y, [1, 2], [10, 20]], [11, 22]);
reference("tf.nest.assertSameStructure", () => {
  const assert = named("tf.nest.assertSameStructure");
  expectValue(
    [[3, [4]], [3, 4]].map((other) => throws(() => assert([1, [2]], other))), // prettier-ignore
    [false, true],
  );
});
reference("tf.nest.isNested", () => expectValue([[1], 1].map((x) => named("tf.nest.isNested")(x)), [true, false])); // prettier-ignore
reference("tf.nest.flatten and packSequenceAs of what is composed", () => {
  const [indices, values] = named("tf.nest.flatten")([sparse()], { expandComposites: true }) as [tf.Tensor, tf.Tensor];
  expectValue(indices, [[0, 1], [1, 0]]); // prettier-ignore
  const [packed] = named("tf.nest.packSequenceAs")([sparse()], [indices, tf.multiply(values, 2)], { expandComposites: true }) as [never];
  expectValue(tf.sparse.toDense(packed), [[0, 10, 0], [14, 0, 0]]); // prettier-ignore
});
value("tf.strings.regexFullMatch", [["aab", "ab"], "a+b?c?"], [true, true]);
value("tf.strings.regexFullMatch", [["abz"], "ab"], [false]);
value("tf.strings.strip", [["  a b "]], ["a b"]);
value("tf.strings.bytesSplit", [["ab", "c"]], [["a", "b"], ["c"]]); // prettier-ignore
value("tf.strings.ngrams", [["a", "b", "c"], 2], ["a b", "b c"]);
value("tf.strings.toHashBucketFast", [["Hello", "TensorFlow", "2.x"], 3], [0, 2, 2]); // TensorFlow's documentation
value("tf.strings.unicodeDecode", [["aé", "b"], "UTF-8"], [[97, 233], [98]]); // prettier-ignore
value("tf.strings.unicodeEncode", () => [tf.ragged.constant([[97, 233], [98]]), "UTF-8"], ["aé", "b"]); // prettier-ignore

// A TensorProto: dtype 1, a shape of one axis of 2, 8 bytes of elements.
const proto = [8, 1, 18, 4, 18, 2, 8, 2, 34, 8, 0, 0, 128, 63, 0, 0, 0, 192];
value("tf.io.serializeTensor", () => [tf.constant([1, -2], { dtype: "float32" })], proto);
value("tf.io.parseTensor", () => [Uint8Array.from(proto), "float32"], [1, -2]);

// Complex numbers are pairs.
const complex = () => [tf.constant([1, 0], { dtype: "float32" }), tf.constant([1, 2], { dtype: "float32" })];
value("tf.math.real", () => [complex()], [1, 0]);
value("tf.math.imag", () => [complex()], [1, 2]);
value("tf.math.angle", () => [complex()], [Math.PI / 4, Math.PI / 2]);
value("tf.stridedSlice", [[[1, 2, 3], [4, 5, 6]], [1, 2], [0, 0], [-1, -1]], [[6, 5]]); // prettier-ignore

// Assertions: nothing for what holds, an error for what does not.
const assertions: Readonly<Record<string, readonly [right: readonly unknown[], wrong: readonly unknown[]]>> = {
  Assert: [[true, []], [false, []]],
  assertEqual: [[[1, 2], [1, 2]], [[1, 2], [1, 3]]],
  assertNoneEqual: [[[1, 2], [2, 1]], [[1, 2], [2, 2]]],
  assertGreater: [[[2], [1]], [[1], [1]]],
  assertGreaterEqual: [[[1], [1]], [[0], [1]]],
  assertLess: [[[0], [1]], [[1], [1]]],
  assertLessEqual: [[[1], [1]], [[2], [1]]],
  assertNear: [[[1], [1 + 1e-7]], [[1], [1.1]]],
  assertNegative: [[[-1]], [[0]]],
  assertNonNegative: [[[0]], [[-1]]],
  assertPositive: [[[1]], [[0]]],
  assertNonPositive: [[[0]], [[1]]],
  assertRank: [[[1], 1], [[1], 2]],
  assertAllFinite: [[[1], "x"], [[Infinity], "x"]],
  assertInteger: [[ints([1])], [tf.constant([0.5])]],
  assertRankAtLeast: [[[[1]], 1], [[1], 2]],
  assertRankIn: [[[1], [1, 2]], [[1], [2, 3]]],
  assertScalar: [[1], [[1]]],
  assertType: [[ints([1]), "int32"], [ints([1]), "float32"]],
  checkNumerics: [[[1], "x"], [[NaN], "x"]],
}; // prettier-ignore
for (const [name, [right, wrong]] of Object.entries(assertions))
  reference(`tf.debugging.${name}`, () => {
    const assert = named(`tf.debugging.${name}`);
    assert(...right);
    expectValue(
      throws(() => assert(...wrong)),
      true,
    );
  });
reference("tf.debugging.isNumericTensor", () =>
  expectValue(
    [ints([1]), "a"].map((x) => named("tf.debugging.isNumericTensor")(x)),
    [true, false],
  ),
);
reference("tf.debugging.enableCheckNumerics", () => {
  const nan = (): tf.Tensor => tf.math.log(tf.constant([-1], { dtype: "float32" }));
  try {
    named("tf.debugging.enableCheckNumerics")();
    expectValue(throws(nan), true);
    named("tf.debugging.disableCheckNumerics")();
    expectValue(throws(nan), false);
  } finally {
    tf.debugging.disableCheckNumerics();
  }
});
reference("tf.debugging.assertShapes", () => {
  const assert = named("tf.debugging.assertShapes");
  assert([[tf.ones([2, 3]), ["N", 3]], [tf.ones([2]), ["N"]]]); // prettier-ignore
  expectValue(throws(() => assert([[tf.ones([2, 3]), ["N", 3]], [tf.ones([3]), ["N"]]])), true); // prettier-ignore
});

function throws(run: () => unknown): boolean {
  try {
    run();
  } catch {
    return true;
  }
  return false;
}

reference("tf.audio.encodeWav", async () => {
  const bytes = (await named("tf.audio.encodeWav")([[0, -0.5], [0.5, 1]], 8000)) as Uint8Array; // prettier-ignore
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const text = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));
  expectValue([text(0), text(8), view.getUint16(22, true), view.getUint32(24, true)], ["RIFF", "WAVE", 2, 8000]);
  expectValue([0, 1, 2, 3].map((i) => view.getInt16(44 + 2 * i, true) / 32768), [0, -0.5, 0.5, 1], 1e-4); // prettier-ignore
});
