// Operations that take lengths, or compute with them, where the batch and the time of their input are open: traced with open axes and in
// functional models they give what they give eagerly, and what a model infers of them is true.

import t from "tap";
import * as tf from "../../lib/index.js";

const { keras } = tf;
// Written as users write, without types: a length may be a scalar tensor wherever a number is expected.
const { ops, random, tf: root } = { ops: keras.ops, random: keras.random, tf } as any;

/** The lengths of the axes, as a user's layer takes them: numbers, or scalars while they are open. */
const L = (x: tf.Tensor) => ops.shape(x) as any;

const programs: Readonly<Record<string, (x: any) => any>> = {
  linspace: (x) => ops.linspace(0, 1, L(x)[0]),
  "linspace options": (x) => ops.linspace(0, 1, { num: L(x)[1] }),
  logspace: (x) => ops.logspace(0, 1, L(x)[0]),
  geomspace: (x) => ops.geomspace(1, 2, L(x)[1]),
  eye: (x) => ops.eye(L(x)[0]),
  "eye M": (x) => ops.eye(L(x)[0], L(x)[1]),
  tri: (x) => ops.tri(L(x)[1]),
  identity: (x) => ops.identity(L(x)[1]),
  arange: (x) => ops.arange(0, L(x)[1], 2),
  "arange neg": (x) => ops.arange(L(x)[1], 0, -1),
  zeros: (x) => ops.zeros([L(x)[0], L(x)[1], 2]),
  zerosLike: (x) => ops.zerosLike(x),
  full: (x) => ops.full(L(x), 3),
  "onehot classes": (x) => ops.oneHot(ops.cast(ops.zeros([L(x)[0]]), "int32"), L(x)[1]),
  "onehot arange": (x) => ops.oneHot(ops.arange(L(x)[1]), L(x)[1]),
  pad: (x) =>
    ops.pad(x, [
      [0, 0],
      [0, L(x)[1]],
      [0, 0],
    ]),
  "pad left": (x) =>
    ops.pad(x, [
      [0, 0],
      [ops.subtract(10, L(x)[1]), 0],
      [0, 0],
    ]),
  slice: (x) => ops.slice(x, [0, 1, 0], [L(x)[0], ops.subtract(L(x)[1], 1), 2]),
  "slice start": (x) => ops.slice(x, [0, ops.subtract(L(x)[1], 1), 0], [L(x)[0], 1, 2]),
  sliceUpdate: (x) => ops.sliceUpdate(x, [0, 0, 1], ops.ones([L(x)[0], L(x)[1], 1])),
  roll: (x) => ops.roll(x, 1, 1),
  "roll by length": (x) => ops.roll(x, L(x)[1], 1),
  "repeat nothing": (x: any) => ops.repeat(x, 0, 1),
  "reshape nothing": (x: any) => ops.reshape(ops.slice(x, [0, 0, 0], [0, -1, -1]), [0, -1]),
  repeat: (x) => ops.repeat(x, L(x)[1], 0),
  "repeat axis 1": (x) => ops.repeat(x, 2, 1),
  tile: (x) => ops.tile(x, [1, L(x)[0], 1]),
  "reshape bt": (x) => {
    const [b, t, d] = L(x);
    return ops.reshape(x, [ops.multiply(b, t), d]);
  },
  "reshape back": (x) => {
    const [b, t, d] = L(x);
    return ops.reshape(ops.reshape(x, [-1, d]), [b, t, d]);
  },
  "reshape heads": (x) => {
    const [b, t] = L(x);
    return ops.transpose(ops.reshape(x, [b, t, 3, 1]), [0, 2, 1, 3]);
  },
  "reshape -1 mid": (x) => ops.reshape(x, [L(x)[0], -1]),
  broadcastTo: (x) => ops.broadcastTo(ops.sum(x, { axis: 1, keepdims: true }), L(x)),
  vander: (x) => ops.vander(ops.reshape(ops.sum(x, [1, 2]), [-1])),
  "vander N": (x) => ops.vander(ops.ones([3]), L(x)[1]),
  "vander inc": (x) => ops.vander(ops.sum(x, [1, 2]), 3, true),
  segmentSum: (x) => ops.segmentSum(x, ops.arange(L(x)[0]), L(x)[0]),
  segmentMax: (x) => ops.segmentMax(x, ops.zeros([L(x)[0]], "int32"), { numSegments: L(x)[0] }),
  "segmentSum open": (x) => ops.segmentSum(x, ops.arange(L(x)[0]), 7),
  topK: (x) => ops.topK(ops.sum(x, -1), ops.cast(ops.divide(L(x)[1], 2), "int32"))[0],
  "topK 1": (x) => ops.topK(ops.sum(x, -1), 1)[1],
  scatter: (x) => ops.scatter(ops.reshape(ops.arange(L(x)[0]), [-1, 1]), ops.sum(x, [1, 2]), [L(x)[0]]),
  unravel: (x) => ops.unravelIndex(ops.arange(L(x)[1]), [L(x)[0], L(x)[1]])[0],
  scatterUpdate: (x) => ops.scatterUpdate(x, [[0, 0, 0]], [9]),
  bincount: (x) => ops.bincount(ops.arange(L(x)[1]), { minlength: L(x)[1] }),
  histogram: (x) => ops.histogram(x, L(x)[1])[0],
  rfft: (x) => ops.rfft(ops.transpose(x, [0, 2, 1]))[0],
  fft: (x) => ops.fft([x, ops.zerosLike(x)])[0],
  irfft: (x) => ops.irfft([x, ops.zerosLike(x)]),
  stft: (x) => ops.stft(ops.reshape(x, [L(x)[0], -1]), 4, 2, 4)[0],
  istft: (x) => {
    const [re, im] = ops.stft(ops.reshape(x, [L(x)[0], -1]), 4, 2, 4);
    return ops.istft([re, im], 4, 2, 4);
  },
  "istft length": (x) => {
    const [re, im] = ops.stft(ops.reshape(x, [L(x)[0], -1]), 4, 2, 4);
    return ops.istft([re, im], 4, 2, 4, { length: ops.multiply(L(x)[1], 3) });
  },
  extractSequences: (x) => ops.extractSequences(ops.reshape(x, [L(x)[0], -1]), 4, 2),
  ctcLoss: (x) => {
    const [b, t] = L(x);
    return ops.ctcLoss(ops.ones([b, 2], "int32"), x, ops.full([b], 2, "int32"), ops.full([b], t, "int32"));
  },
  ctcDecode: (x) => {
    const [b, t] = L(x);
    return ops.ctcDecode(x, ops.full([b], t, "int32"))[0];
  },
  padImages: (x) => ops.image.padImages(ops.expandDims(x, -1), { topPadding: 1, leftPadding: 2, bottomPadding: 1, rightPadding: 1 }),
  "padImages target": (x) =>
    ops.image.padImages(ops.expandDims(x, -1), { topPadding: 1, leftPadding: 2, targetHeight: 12, targetWidth: 6 }),
  cropImages: (x) => ops.image.cropImages(ops.expandDims(x, -1), { topCropping: 1, leftCropping: 0, bottomCropping: 0, rightCropping: 1 }),
  resize: (x) => ops.image.resize(ops.expandDims(x, -1), [L(x)[1], 6]),
  resize2: (x) => ops.image.resize(ops.expandDims(x, -1), [4, 4]),
  extractPatches: (x) => ops.image.extractPatches(ops.expandDims(x, -1), [2, 2]),
  split: (x) => ops.split(x, 3, -1)[1],
  arraySplit: (x) => ops.arraySplit(x, 2, 2)[0],
  unstack: (x) => ops.unstack(x, { axis: 2 })[0],
  "split idx": (x) => ops.split(x, [1], 1)[1],
  meshgrid: (x) => ops.meshgrid(ops.arange(L(x)[0]), ops.arange(L(x)[1]))[0],
  tril: (x) => ops.tril(ops.matmul(x, ops.transpose(x, [0, 2, 1]))),
  triu: (x) => ops.triu(ops.ones([L(x)[1], L(x)[1]]), 1),
  diag: (x) => ops.diag(ops.sum(x, [0, 2])),
  diagonal: (x) => ops.diagonal(ops.matmul(x, ops.transpose(x, [0, 2, 1])), 0, 1, 2),
  trace: (x) => ops.trace(ops.matmul(x, ops.transpose(x, [0, 2, 1])), 0, 1, 2),
  kron: (x) => ops.kron(ops.sum(x, [0]), ops.ones([2, 2])),
  outer: (x) => ops.outer(ops.sum(x, [1, 2]), ops.sum(x, [0, 2])),
  cumsum: (x) => ops.cumsum(x, 1),
  "cumsum flat": (x) => ops.cumsum(x),
  cumprod: (x) => ops.cumprod(x, 1),
  sort: (x) => ops.sort(x, 1),
  argsort: (x) => ops.argsort(x, 1),
  argmax: (x) => ops.argmax(x, 1),
  median: (x) => ops.median(x, 1),
  quantile: (x) => ops.quantile(x, [0.25, 0.75], { axis: 1 }),
  searchsorted: (x) => ops.searchsorted(ops.arange(L(x)[1]), [1, 2]),
  take: (x) => ops.take(x, ops.arange(L(x)[1]), 1),
  takeAlongAxis: (x) => ops.takeAlongAxis(x, ops.argsort(x, 1), 1),
  flip: (x) => ops.flip(x, 1),
  rot90: (x) => ops.rot90(x, { k: 1, axes: [1, 2] }),
  diff: (x) => ops.diff(x, 1, 1),
  norm: (x) => ops.norm(x, { axis: 1 }),
  corr: (x) => ops.corrcoef(ops.sum(x, 0)),
  average: (x) => ops.average(x, { axis: 1, weights: ops.ones([L(x)[1]]) }),
  var: (x) => ops.var(x, 1),
  moments: (x) => ops.moments(x, [0, 1])[1],
  cdist: (x) => ops.cdist(x, x),
  einsum: (x) => ops.einsum("btd,bsd->bts", x, x),
  tensordot: (x) => ops.tensordot(x, ops.ones([3, 4]), 1),
  dot: (x) => ops.dot(x, ops.ones([3, 2])),
  cross: (x) => ops.cross(x, x),
  isin: (x) => ops.isin(ops.cast(x, "int32"), [1, 2]),
  softmax2: (x) => ops.softmax(x, [1, 2]),
  sparsemax: (x) => ops.sparsemax(x),
  glu: (x) => ops.glu(ops.concatenate([x, x], -1)),
  attention: (x) => ops.dotProductAttention(ops.expandDims(x, 2), ops.expandDims(x, 2), ops.expandDims(x, 2), { isCausal: true }),
  conv: (x) => ops.conv(x, ops.ones([2, 3, 4])),
  convT: (x) => ops.convTranspose(x, ops.ones([2, 4, 3]), 2),
  maxPool: (x) => ops.maxPool(x, 2),
  adaptive: (x) => ops.adaptiveAveragePool(x, 2),
  unfold: (x) => ops.unfold(ops.expandDims(x, 1), 2),
  fold: (x) => ops.fold(ops.reshape(ops.ones([L(x)[0], 4, 4]), [L(x)[0], 4, 4]), [3, 3], [2, 2]),
  hstack: (x) => ops.hstack([x, x]),
  vstack: (x) => ops.vstack([x, x]),
  dstack: (x) => ops.dstack([x, x]),
  stack: (x) => ops.stack([x, x], 1),
  concat: (x) => ops.concatenate([x, ops.zeros([L(x)[0], 1, 3])], 1),
  append: (x) => ops.append(x, x, 1),
  ravel: (x) => ops.ravel(x),
  moveaxis: (x) => ops.moveaxis(x, 1, 0),
  squeeze: (x) => ops.squeeze(ops.expandDims(x, 1), 1),
  where: (x) => ops.where(ops.greater(x, 0), x, ops.zeros(L(x))),
  select: (x) => ops.select([ops.greater(x, 0)], [x], 0),
  mapFn: (x) => ops.map((r: any) => ops.sum(r), x),
  scanFn: (x) => ops.scan((c: any, r: any) => [ops.add(c, ops.sum(r)), c], 0, x)[1],
  vectorizedMap: (x) => ops.vectorizedMap((r: any) => ops.matmul(r, ops.ones([3, 2])), x),
  associativeScan: (x) => ops.associativeScan((a: any, b: any) => ops.add(a, b), x, { axis: 1 }),
  whileLoop: (x) =>
    ops.whileLoop(
      (i: any) => ops.less(i, L(x)[0]),
      (i: any) => [ops.add(i, 1)],
      [ops.cast(0, "int32")],
    )[0],
  foriLoop: (x) => ops.foriLoop(0, L(x)[0], (i: any, s: any) => ops.add(s, 1), 0),
  switch: (x) =>
    ops.cond(
      ops.greater(L(x)[0], 2),
      () => ops.sum(x),
      () => ops.mean(x),
    ),
  multiHot: (x) => ops.multiHot(ops.cast(ops.zeros([L(x)[0], 2]), "int32"), L(x)[1]),
  "length float": (x) => ops.divide(ops.sum(x), ops.cast(ops.multiply(L(x)[0], L(x)[1]), "float32")),
  "sqrt length": (x) => ops.multiply(x, ops.sqrt(ops.cast(L(x)[1], "float32"))),
  psnr: (x) => ops.psnr(x, ops.multiply(x, 2), 10),
  depthToSpace: (x) => ops.spaceToDepth(ops.reshape(ops.ones([L(x)[0], 4, 4, 1]), [L(x)[0], 4, 4, 1]), 2),
  percentile: (x) => ops.percentile(x, 30, { axis: 0 }),
  nanmedian: (x) => ops.nanmedian(x, { axis: 0 }),
  trapezoid: (x) => ops.trapezoid(x, { axis: 1 }),
  nonzero: (x) => ops.nonzero(x)[0],
  inv: (x) => ops.inv(ops.add(ops.matmul(ops.transpose(x, [0, 2, 1]), x), ops.eye(3))),
  "eye open add": (x) => ops.add(ops.matmul(x, ops.transpose(x, [0, 2, 1])), ops.eye(L(x)[1])),
  det: (x) => ops.det(ops.add(ops.matmul(x, ops.transpose(x, [0, 2, 1])), ops.eye(L(x)[1]))),
  cholesky: (x) => ops.cholesky(ops.add(ops.matmul(x, ops.transpose(x, [0, 2, 1])), ops.multiply(ops.eye(L(x)[1]), 9))),
  svd: (x) => ops.svd(x, { fullMatrices: false })[1],
  qr: (x) => ops.abs(ops.qr(ops.sum(x, 0))[1]),
  lstsq: (x) => ops.lstsq(ops.sum(x, 0), ops.ones([L(x)[1], 1])),
  "tf.sequenceMask": (x) => root.sequenceMask(ops.full([L(x)[0]], 2, "int32"), { maxlen: L(x)[1] }),
  "tf.fill": (x) => root.fill([L(x)[0], 2], 3),
  "tf.range": (x) => root.range(L(x)[0]),
  "tf.shape": (x) => root.zeros(root.shape(x)),
  "tf.shape slice": (x) => root.reshape(x, root.concat([[root.gather(root.shape(x), 0)], [-1]], 0)),
  "tf.linspace": (x) => root.linspace(0, 1, L(x)[0]),
  "tf.eye": (x) => root.eye(L(x)[0]),
  "tf.oneHot": (x) => root.oneHot(root.range(L(x)[1]), L(x)[1]),
  "tf.slice": (x) => root.slice(x, [0, 0, 0], [L(x)[0], 1, -1]),
  "tf.pad": (x) =>
    root.pad(x, [
      [0, 0],
      [1, 1],
      [0, 0],
    ]),
  "tf.tile": (x) => root.tile(x, [1, 1, 2]),
  "tf.size": (x) => root.size(x),
  "tf.rank": (x) => root.rank(x),
  "tf.broadcastTo": (x) => root.broadcastTo(root.constant([[[1]]]), root.shape(x)),
  "tf.reverse": (x) => root.reverse(x, [1]),
  "tf.gatherNd": (x) => root.gatherNd(x, [[0, 0]]),
  "tf.linalg.bandPart": (x) => root.linalg.bandPart(root.ones([L(x)[1], L(x)[1]]), -1, 0),
  "tf.math.segmentSum": (x) => root.math.unsortedSegmentSum(x, root.range(L(x)[0]), L(x)[0]),
  "tf.meshgrid": (x) => root.meshgrid(root.range(L(x)[0]), root.range(L(x)[1]))[1],
  "tf.signal.frame": (x) => root.signal.frame(root.reshape(x, [L(x)[0], -1]), 4, 2),
  "tf.image.resize": (x) => root.image.resize(root.expandDims(x, -1), [4, L(x)[1]]),
  "random.normal": (x) => random.normal([L(x)[0], 3], { seed: 1 }),
  "random.uniform": (x) => random.uniform(L(x), { seed: 1 }),
  "random.randint": (x) => random.randint([L(x)[1]], 0, 5, { seed: 1 }),
  "random.categorical": (x) => random.categorical(ops.sum(x, 1), L(x)[1], { seed: 1 }),
  "random.shuffle": (x) => random.shuffle(x, { axis: 1, seed: 1 }),
  "random.dropout": (x) => random.dropout(x, 0.5, { seed: 1 }),
  "random.gamma": (x) => random.gamma([L(x)[0]], 1, { seed: 1 }),
  "random.beta": (x) => random.beta([L(x)[0]], 1, 2, { seed: 1 }),
  "random.binomial": (x) => random.binomial([L(x)[0]], 3, 0.5, { seed: 1 }),
  "random.truncatedNormal": (x) => random.truncatedNormal([L(x)[0]], { seed: 1 }),
  "tf.random.uniform": (x) => root.shape(root.random.uniform([L(x)[0], 2])),
  "tf.random.normal": (x) => root.shape(root.random.normal([L(x)[0], 2])),
};

const data = (b: number, t: number): tf.Tensor =>
  tf.constant(
    Float32Array.from({ length: b * t * 3 }, (_, i) => Math.sin(i * 1.7) * 2),
    { shape: [b, t, 3] },
  );
const shapes = [[2, 4], [3, 6], [1, 4]] as const; // prettier-ignore
const tensorOf = (y: unknown): tf.Tensor => (y instanceof tf.Tensor ? y : tf.constant(y as number));

/** What differs, or null. */
function difference(found: tf.Tensor, wanted: tf.Tensor): string | null {
  if (String(found.shape) !== String(wanted.shape)) return `shape [${found.shape.join()}], not [${wanted.shape.join()}]`;
  if (found.dtype !== wanted.dtype) return `${found.dtype}, not ${wanted.dtype}`;
  const [a, b] = [found.data(), wanted.data()];
  const i = a.findIndex((value, i) => !Object.is(value, b[i]) && !(Math.abs(value - b[i]!) < 1e-5));
  return i < 0 ? null : `element ${i} is ${a[i]}, not ${b[i]}`;
}

for (const [name, fn] of Object.entries(programs))
  t.test(name, async (t) => {
    const eager = shapes.map(([b, time]) => tensorOf(fn(data(b, time))));
    const faults: string[] = [];
    const check = (mode: string, run: (x: tf.Tensor) => tf.Tensor, takes: (b: number, time: number) => boolean): void => {
      shapes.forEach(([b, time], i) => {
        if (!takes(b, time)) return;
        const fault = difference(run(data(b, time)), eager[i]!);
        if (fault !== null) faults.push(`${mode}, [${b}, ${time}, 3]: ${fault}`);
      });
    };
    for (const spec of [
      [null, null, 3],
      [null, 4, 3],
      [2, null, 3],
    ] as const)
      check(
        `traced [${spec.map(String).join()}]`,
        tf.function((x: tf.Tensor) => tensorOf(fn(x)), { inputSignature: [new tf.TensorSpec(spec)] }),
        (b, time) => (spec[0] ?? b) === b && (spec[1] ?? time) === time,
      );
    class Own extends keras.layers.Layer {
      override call(x: tf.Tensor) {
        return tensorOf(fn(x));
      }
    }
    for (const time of [null, 4]) {
      const input = keras.Input({ shape: [time, 3] });
      const output = new Own()(input) as tf.Tensor;
      const model = new keras.Model({ inputs: input, outputs: output });
      check(
        `a model on [null, ${time}, 3]`,
        (x) => model(x) as tf.Tensor,
        (_, given) => (time ?? given) === given,
      );
      const first = eager[0]!.shape;
      t.equal(output.rank, first.length, "the rank that is inferred");
      output.shape.forEach((length, axis) =>
        t.ok(length === null || length === first[axis], `axis ${axis} of [${output.shape.map(String).join()}] for [${first.join()}]`),
      );
    }
    t.strictSame(faults, []);
  });
