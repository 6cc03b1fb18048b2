// kerasm/numpy: what TensorFlow's own numpy has beside the operations of Keras. Values are those of tf.experimental.numpy 2.21.

import t from "tap";
import * as np from "../../lib/api/numpy.js";

const values = (made: unknown): unknown => (made instanceof np.ndarray ? made.array() : Array.isArray(made) ? made.map(values) : made);

const tensor = (numbers: readonly number[]): np.ndarray => np.array(numbers, { dtype: "int32" });

t.test("functions", async (t) => {
  const grid = [[1, 2, 3], [4, 5, 6]]; // prettier-ignore
  const rows: readonly [string, unknown, unknown][] = [
    ["around", np.around([0.5, 1.5, 2.345], 0), [0, 2, 2]],
    ["around to tens", np.around(tensor([12, 17]), { decimals: -1 }), [10, 20]],
    ["arrayEqual", [np.arrayEqual([1, 2], [1, 2]), np.arrayEqual([1, 2], [1, 3]), np.arrayEqual([1, 2], [1, 2, 3])], [true, false, false]],
    ["atleast3d", [np.shape(np.atleast3d(5)), np.shape(np.atleast3d([1, 2])), np.shape(np.atleast3d(grid))], [[1, 1, 1], [1, 2, 1], [2, 3, 1]]], // prettier-ignore
    ["broadcastArrays", np.broadcastArrays([1, 2], [[3], [4]], 5), [[[1, 2], [1, 2]], [[3, 3], [4, 4]], [[5, 5], [5, 5]]]], // prettier-ignore
    ["compress", np.compress([true, false, true], [1, 2, 3]), [1, 3]],
    ["compress along an axis", np.compress([false, true], grid, { axis: 1 }), [[2], [5]]],
    ["compress of all", np.compress([0, 1, 0, 0, 1], grid), [2, 5]],
    ["diagIndices", np.diagIndices(2, 3), [[0, 1], [0, 1], [0, 1]]], // prettier-ignore
    ["divmod", np.divmod([7, -7], 2), [[3, -4], [1, 1]]], // prettier-ignore
    ["fix", np.fix([1.7, -1.7]), [1, -1]],
    ["flatten", np.flatten(grid), [1, 2, 3, 4, 5, 6]],
    ["floatPower", np.floatPower(tensor([2, 4]), tensor([-1, -1])), [0.5, 0.25]],
    ["isscalar", [3, true, "a", [1], np.array(3)].map(np.isscalar), [true, true, true, false, false]],
    ["ix_", np.ix_([0, 1], [true, false, true]), [[[0], [1]], [[0, 2]]]], // prettier-ignore
    ["polyval", np.polyval([3, 0, 1], [5, 2]), [76, 13]],
    ["positive", np.positive([-1]), [-1]],
    ["remainder", np.remainder([-7, 7], [2, -2]), [1, -1]],
    ["promoteTypes", [np.promoteTypes("int32", "float16"), np.resultType("int8", "uint8")], ["float16", "int16"]],
    ["finfo", [np.finfo("float32").eps, np.finfo("float32").max, np.finfo("bfloat16").max, np.finfo("float16").min], [2 ** -23, 3.4028234663852886e38, 3.3895313892515355e38, -65504]], // prettier-ignore
    ["iinfo", [np.iinfo("int8"), np.iinfo("uint32").max, np.iinfo("int32").min], [{ bits: 8, max: 127, min: -128 }, 4294967295, -2147483648]], // prettier-ignore
  ];
  for (const [name, made, expected] of rows) t.strictSame(values(made), expected, name);
});

t.test("what makes no sense is refused", async (t) => {
  const typed = { name: /^(ArgumentError|ShapeError|ValueError|DtypeError)$/ };
  const wrong: readonly (() => unknown)[] = [
    () => np.compress([[true]], [1]),
    () => np.compress([false, false, true], [1, 2], 0),
    () => np.broadcastArrays([1, 2], [1, 2, 3]),
    () => np.ix_([[1]]),
    () => np.finfo("int32"),
    () => np.iinfo("float32"),
    () => np.around([1], { decimal: 1 } as object),
  ];
  for (const call of wrong) t.throws(call, typed, String(call));
});
