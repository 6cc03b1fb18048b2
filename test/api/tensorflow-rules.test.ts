// TensorFlow's rules of dtypes and of ragged tensors: what it refuses is refused, what it gives is given (numbers of TensorFlow 2.21).

import t from "tap";
import * as tf from "../../lib/index.js";

const int = (values: tf.NestedArray): tf.Tensor => tf.constant(values, { dtype: "int32" });
const byte = (values: tf.NestedArray): tf.Tensor => tf.constant(values, { dtype: "uint8" });
const float = (values: tf.NestedArray): tf.Tensor => tf.constant(values, { dtype: "float32" });
const bool = (values: tf.NestedArray): tf.Tensor => tf.constant(values, { dtype: "bool" });
const rows = (values: readonly unknown[]): tf.RaggedTensor => tf.ragged.constant(values as never) as tf.RaggedTensor;
const list = (value: unknown): unknown => {
  if (value instanceof tf.RaggedTensor) return value.toList();
  return value instanceof tf.Tensor ? value.array() : Array.isArray(value) ? value.map(list) : value;
};

t.test("dtypes that TensorFlow has no kernel for are refused", (t) => {
  const refused: Record<string, () => unknown> = {
    "sqrt of whole numbers": () => tf.sqrt(int([4])),
    "exp of booleans": () => tf.exp(bool([true])),
    "square of booleans": () => tf.square(bool([true])),
    "sums of booleans": () => tf.reduceSum(bool([true])),
    "logical of numbers": () => tf.logicalAnd(int([1]), int([0])),
    "logicalNot of numbers": () => tf.logicalNot(int([1])),
    "reduceAny of numbers": () => tf.reduceAny(int([1])),
    "adding booleans": () => tf.add(bool([true]), bool([true])),
    "a fraction beside whole numbers": () => tf.multiply(int([1]), 0.5),
    "a fraction that fills whole numbers": () => tf.pad(int([1]), [[1, 1]], { constantValues: 0.5 }),
    "fractions as whole numbers": () => tf.constant([1, 2.5], { dtype: "int32" }),
    "powers below 0 of whole numbers": () => tf.pow(int([2]), int([-1])),
    "where by numbers": () => tf.where(int([1]), float([1]), float([2])),
    "norms of whole numbers": () => tf.norm(int([3, 4])),
    "a place as a float": () => tf.argmax(float([1]), { outputType: "float32" }),
    "grids of two dtypes": () => tf.meshgrid(int([1]), float([1])),
    "matrix products of booleans": () => tf.matmul(bool([[true]]), bool([[true]])),
    "saturateCast to booleans": () => tf.saturateCast(float([1]), "bool"),
  };
  for (const [name, call] of Object.entries(refused)) t.throws(call, { name: /^(Dtype|Value|Shape|Argument)Error$/ }, name);
  t.end();
});

t.test("arguments that TensorFlow refuses are refused", (t) => {
  const refused: Record<string, () => unknown> = {
    "a range away from its limit": () => tf.range(5, 1),
    "a vector that fills": () => tf.fill([2], float([1, 2])),
    "an axis reversed twice": () => tf.reverse(float([[1]]), [0, 0]),
    "one number of multiples": () => tf.tile(float([1]), 2 as never),
    "sizes and another number of them": () => tf.split(float([1, 2, 3]), [1, 2], 0, 3),
    "sort of a scalar": () => tf.sort(float(1)),
    "transposed and adjoint": () => tf.matmul(float([[1]]), float([[1]]), { transposeA: true, adjointA: true }),
    "a norm of order 0": () => tf.norm(float([1]), { ord: 0 }),
    "oneHot along axis −2": () => tf.oneHot(int([0]), 2, { axis: -2 }),
    "weights of other numbers": () => tf.math.bincount(int([1, 1]), float([1])),
  };
  for (const [name, call] of Object.entries(refused)) t.throws(call, { name: /^(Dtype|Value|Shape|Argument)Error$/ }, name);
  t.end();
});

t.test("totals, segments and counts have TensorFlow's dtypes and values", (t) => {
  t.same([tf.reduceSum(byte([200, 100])).dtype, tf.reduceSum(byte([200, 100])).item()], ["uint8", 44], "sums of bytes");
  t.equal(tf.reduceProd(byte([200, 100])).item(), 32, "products of bytes");
  t.equal(tf.reduceMax(float([])).item(), -Infinity, "the largest of nothing");
  t.same(list(tf.clipByValue(float([1, 5]), 2, 1)), [2, 2], "limits the wrong way round");
  t.same(list(tf.math.bincount(int([1, 1, 3]), float([0.5, 1, 2]))), [0, 1.5, 0, 2], "counts by weights");
  t.same(list(tf.math.segmentSum(float([]), int([]))), [], "no segments");
  t.same(list(tf.math.segmentMean(int([1, 2, 3]), int([1, 1, 3]))), [0, 1, 0, 3], "means of whole numbers");
  t.equal((tf.math.unsortedSegmentMax(float([1]), int([0]), 2).array() as number[])[1], -3.4028234663852886e38, "an empty segment");
  t.same(list(tf.math.inTopK(int([-1, 0]), float([[1, 2], [NaN, 1]]), 2)), [false, false], "classes that are none"); // prettier-ignore
  t.end();
});

t.test("ragged tensors are reduced along any axes", (t) => {
  const x = rows([[[1, 2], [3]], [[4]], []]);
  const cases: readonly [string, unknown, unknown][] = [
    ["sum 0", tf.reduceSum(x, 0), [[5, 2], [3]]],
    ["sum 1", tf.reduceSum(x, 1), [[4, 2], [4], []]],
    ["sum 2", tf.reduceSum(x, 2), [[3, 3], [4], []]],
    ["sum 1, 2", tf.reduceSum(x, [1, 2]), [6, 4, 0]],
    ["mean 0, 1", tf.reduceMean(x, [0, 1]), [8 / 3, 2]],
    ["max 0", tf.reduceMax(x, 0), [[4, 2], [3]]],
    ["prod of all", tf.reduceProd(x), 24],
    ["keepdims", tf.reduceSum(rows([[1, 2], [3]]), 1, true), [[3], [3]]],
    ["any 1", tf.reduceAny(rows([[true, false], [false]]), 1), [true, false]],
    ["all 0", tf.reduceAll(rows([[true, false], [true]]), 0), [true, false]],
    ["variance 1", tf.math.reduceVariance(rows([[1, 3], [5]]), 1), [1, 0]],
  ]; // prettier-ignore
  const rounded = (value: unknown): unknown => (Array.isArray(value) ? value.map(rounded) : Math.fround(value as number) || value);
  for (const [name, made, wanted] of cases) t.same(rounded(list(made)), rounded(wanted), name);
  t.ok(Math.abs((tf.reduceLogsumexp(rows([[1, 2], [3]])) as tf.Tensor).item() - 3.4076) < 1e-4, "logsumexp");
  t.throws(() => tf.reduceSum(x, 3), "an axis that is none");
  t.end();
});

t.test("ragged tensors meet dense ones, and go through what chooses and arranges", (t) => {
  const x = rows([[1, 2], [3]]);
  const column = float([[10], [20]]);
  const cases: readonly [string, unknown, unknown][] = [
    ["add a column", tf.add(x, column), [[11, 12], [23]]],
    ["subtract from a column", tf.subtract(column, x), [[9, 8], [17]]],
    ["where", tf.where(rows([[true, false], [false]]), x, rows([[7, 8], [9]])), [[1, 8], [9]]],
    ["expandDims 0", tf.expandDims(x as never, 0), [[[1, 2], [3]]]],
    ["expandDims 1", tf.expandDims(x as never, 1), [[[1, 2]], [[3]]]],
    ["expandDims 2", tf.expandDims(x as never, -1), [[[1], [2]], [[3]]]],
    ["stack along axis 1", tf.stack([x, x] as never, 1), [[[1, 2], [1, 2]], [[3], [3]]]],
    ["reverse rows", tf.reverse(x as never, [0]), [[3], [1, 2]]],
    ["reverse each row", tf.reverse(x as never, [1]), [[2, 1], [3]]],
    ["gather by ragged places", tf.gather(float([5, 6, 7]), rows([[2], [0, 1]]) as never), [[7], [5, 6]]],
    ["gather rows by ragged places", tf.gather(x as never, rows([[1], [0, 1]]) as never), [[[3]], [[1, 2], [3]]]],
    ["gather of each row", tf.gather(x as never, int([[1], [0]]), { batchDims: 1 }), [[2], [3]]],
    ["size", tf.size(x as never), 3],
    ["rank", tf.rank(x as never), 2],
    ["oneHot", tf.oneHot(rows([[0], [1]]) as never, 2), [[[1, 0]], [[0, 1]]]],
  ]; // prettier-ignore
  for (const [name, made, wanted] of cases) t.same(list(made), wanted, name);
  t.throws(
    () =>
      tf.add(
        x,
        float([
          [1, 2],
          [3, 4],
        ]),
      ),
    "a dense tensor with other rows",
  );
  t.throws(() => tf.gather(x as never, int([[2], [0]]), { batchDims: 1 }), "a place outside of its row");
  const tape = new tf.GradientTape();
  const weights = tf.variable([[2], [3]]);
  const loss = tape.record(() => tf.reduceSum(tf.multiply(x, weights as never)) as tf.Tensor);
  t.same(list(tape.gradient(loss, weights as never)), [[3], [3]], "gradients go to the dense one");
  t.end();
});

t.test("sparse tensors are put together, cut, compared, reduced and filled", (t) => {
  const sparse = (indices: number[][], values: number[], shape: number[]): tf.SparseTensor => new tf.SparseTensor(indices, values, shape);
  const a = sparse([[0, 0], [0, 3], [2, 1]], [1, -2, 3], [3, 4]); // prettier-ignore
  const b = sparse([[0, 3], [1, 0], [2, 1]], [5, -6, 1], [3, 4]); // prettier-ignore
  const dense = (x: tf.SparseTensor): unknown => list(tf.sparse.toDense(x));
  const cases: readonly [string, unknown, unknown][] = [
    ["concat 0", dense(tf.sparse.concat(0, [sparse([[0, 1]], [4], [1, 2]), sparse([[0, 2]], [7], [1, 3])], true)), [[0, 4, 0], [0, 0, 7]]],
    ["concat 1", tf.sparse.concat(1, [a, b]).shape, [3, 8]],
    ["slice", dense(tf.sparse.slice(a, [0, 1], [3, 9])), [[0, 0, -2], [0, 0, 0], [3, 0, 0]]],
    ["split", tf.sparse.split(a, 2, 0).map(dense), [[[1, 0, 0, -2], [0, 0, 0, 0]], [[0, 3, 0, 0]]]],
    ["maximum", dense(tf.sparse.maximum(a, b)), [[1, 0, 0, 5], [0, 0, 0, 0], [0, 3, 0, 0]]],
    ["minimum", dense(tf.sparse.minimum(a, b)), [[0, 0, 0, -2], [-6, 0, 0, 0], [0, 1, 0, 0]]],
    ["softmax", list(tf.sparse.softmax(sparse([[0, 0], [0, 2], [1, 1]], [1, 1, 9], [2, 3])).values), [0.5, 0.5, 1]],
    ["toIndicator", list(tf.sparse.toIndicator(sparse([[0, 0], [0, 1]], [2, 0], [1, 2]), 3)), [[true, false, true]]],
    ["reduceMax 1", list(tf.sparse.reduceMax(a, { axis: 1 })), [1, 0, 3]],
    ["reduceMax 0, keepdims", list(tf.sparse.reduceMax(a, { axis: 0, keepdims: true })), [[1, 3, 0, -2]]],
    ["expandDims", tf.sparse.expandDims(a, 1).shape, [3, 1, 4]],
    ["fillEmptyRows", dense(tf.sparse.fillEmptyRows(a, 9)[0]), [[1, 0, 0, -2], [9, 0, 0, 0], [0, 3, 0, 0]]],
    ["empty rows", list(tf.sparse.fillEmptyRows(a, 9)[1]), [false, true, false]],
    ["resetShape", tf.sparse.resetShape(a).shape, [3, 4]],
    ["eye", dense(tf.sparse.eye(2, 3)), [[1, 0, 0], [0, 1, 0]]],
    ["segmentMean", list(tf.sparse.segmentMean([[1], [2], [3]], [0, 2, 1], [0, 0, 2])), [[2], [0], [2]]],
    ["bincount", list(tf.sparse.bincount(int([0, 2, 2])).values), [1, 2]],
  ]; // prettier-ignore
  for (const [name, made, wanted] of cases) t.same(made, wanted, name);
  const refused: Record<string, () => unknown> = {
    "axes that differ": () => tf.sparse.concat(0, [a, sparse([[0, 4]], [7], [1, 5])]),
    "more parts than rows": () => tf.sparse.split(a, 4, 0),
    "shapes that differ": () => tf.sparse.maximum(a, sparse([[0, 0]], [1], [2, 2])),
    "a value outside of the vocabulary": () => tf.sparse.toIndicator(sparse([[0, 0]], [3], [1, 2]), 3),
    "a slice of another rank": () => tf.sparse.slice(a, [0], [1]),
    "a shape that is too small": () => tf.sparse.resetShape(a, [2, 4]),
  };
  for (const [name, call] of Object.entries(refused)) t.throws(call, { name: /^(Dtype|Value|Shape|Argument)Error$/ }, name);
  const values = tf.variable([1, 2]);
  const tape = new tf.GradientTape();
  const made = tape.record(() => {
    const shares = tf.sparse.softmax(new tf.SparseTensor([[0, 0], [0, 1]], values, [1, 2])); // prettier-ignore
    return tf.reduceSum(tf.square(shares.values as tf.Tensor));
  });
  const [slope] = list(tape.gradient(made, values)) as number[];
  t.ok(Math.abs(slope! + 0.1817) < 1e-3, "gradients go to the values");
  t.end();
});

t.test("ragged tensors have operators as methods", (t) => {
  const x = rows([[1, 2], [3]]); // prettier-ignore
  const made = [x.add(x), x.mul(2), x.sub([[1], [2]]), x.neg(), x.less(3)].map(list); // prettier-ignore
  t.same(made, [[[2, 4], [6]], [[2, 4], [6]], [[0, 1], [1]], [[-1, -2], [-3]], [[true, true], [false]]]); // prettier-ignore
  t.same(list(tf.ragged.rowSplitsToSegmentIds([0, 3, 3, 5])), [0, 0, 0, 2, 2]);
  t.same(list(tf.ragged.segmentIdsToRowSplits([0, 0, 2], 4)), [0, 2, 2, 3, 3]);
  t.end();
});

t.test("methods of ragged tensors take arguments by place and by name; axes are merged", async (t) => {
  const x = rows([[1, 2], [3]]); // prettier-ignore
  const deep = rows([[[1], [2, 3]], [[4]]]);
  const cases: readonly [string, unknown, unknown][] = [
    ["toTensor by place", x.toTensor(-1), [[1, 2], [3, -1]]],
    ["toTensor of a shape", x.toTensor(0, [2, 1]), [[1], [3]]],
    ["toTensor by name", x.toTensor({ shape: [null, 3] }), [[1, 2, 0], [3, 0, 0]]],
    ["rowLengths of an axis", deep.rowLengths(2), [[1, 2], [1]]],
    ["boundingShape", deep.boundingShape([0, 2]), [2, 2]],
    ["nestedValueRowids", deep.nestedValueRowids(), [[0, 0, 1], [0, 1, 1, 2]]],
    ["mergeDims 0, 2", deep.mergeDims(0, 2), [1, 2, 3, 4]],
    ["mergeDims -2, -1", deep.mergeDims(-2, -1), [[1, 2, 3], [4]]],
    ["all by name", tf.RaggedTensor.fromRowLengths({ values: [1, 2, 3], rowLengths: [1, 2] }), [[1], [2, 3]]],
    ["fromNestedRowLengths", tf.RaggedTensor.fromNestedRowLengths([1, 2, 3], [[1, 1], [2, 1]]), [[[1, 2]], [[3]]]],
  ]; // prettier-ignore
  for (const [name, made, wanted] of cases) t.same(list(made), wanted, name);
  t.throws(() => x.toTensor(0, [2]), { name: "ShapeError" });
  t.throws(() => x.boundingShape(5), { name: /Error$/ });
  const windows = tf.data.Dataset.range(5).window(3, 2, 1, true);
  const sums = windows.map((each) => (each as unknown as tf.data.Dataset<tf.Tensor>).reduce(int(0), (a, b) => tf.add(a, b)) as never);
  const found: unknown[] = [];
  for await (const sum of sums) found.push((sum as unknown as tf.Tensor).item());
  t.same(found, [3, 9], "a window's shift, stride and rest by place");
  t.end();
});

t.test("strings and pictures", (t) => {
  t.same(tf.strings.substr(["hello"], 1, -1), ["ello"], "a length below 0 goes to the end");
  t.same(tf.strings.reduceJoin([["a", "b"], ["c", "d"]], [0, 1]), "acbd", "axes in the order given"); // prettier-ignore
  t.same(tf.strings.asString(bool([true]), { width: 6 }), ["true"]);
  t.same(list(tf.strings.regexFullMatch(["HELLO"], "(?i)hello")), [true]);
  const wide = tf.constant([[[256]]], { dtype: "uint16" });
  t.ok(Math.abs((list(tf.image.convertImageDtype(wide, "float32")) as number[][][])[0]![0]![0]! - 256 / 65535) < 1e-6, "16 bits");
  t.throws(() => tf.image.convertImageDtype(wide, "bool"), { name: "DtypeError" });
  const ramp = tf.reshape(tf.range(9, { dtype: "float32" } as never), [1, 3, 3, 1]);
  t.same((list(tf.image.sobelEdges(ramp)) as number[][][][][])[0]![0]![0], [[0, 0]], "pictures are mirrored at their edges");
  t.end();
});
