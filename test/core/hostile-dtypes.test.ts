// What users do to dtypes by mistake or on purpose: each line gives what Keras gives (on JAX, where backends differ), or an error that names
// the limit. Nothing is lost silently.

import t from "tap";
import { KerasmError } from "../../lib/core/errors.js";
import * as tf from "../../lib/index.js";

const { keras } = tf;
const { ops, layers, config, random, optimizers, dtypePolicies } = keras;

const c = (values: unknown, dtype?: string): tf.Tensor =>
  tf.constant(values as never, dtype === undefined ? {} : { dtype: dtype as never });
const ones = (dtype = "float32"): tf.Tensor => ops.ones([1, 2], { dtype }) as tf.Tensor;
const told = (x: unknown): string => {
  const value = (x as tf.Variable).value();
  return `${value.dtype}: ${[...value.data()].join(" ")}`;
};
/** Runs the action under a global setting, which is taken back. */
function under<T>(set: () => void, back: () => void, action: () => T): T {
  try {
    set();
    return action();
  } finally {
    back();
  }
}
const withFloatx = <T>(dtype: string, action: () => T): T =>
  under(() => config.setFloatx(dtype), () => config.setFloatx("float32"), action); // prettier-ignore
const withPolicy = <T>(policy: string, action: () => T): T =>
  under(() => config.setDtypePolicy(policy), () => config.setDtypePolicy("float32"), action); // prettier-ignore
const variable = (dtype: string): tf.Variable => new keras.Variable([1, 2] as never, { dtype } as never);
/** The error of a call that is not there by its types. */
const loosely = (object: object, name: string, ...given: unknown[]): unknown =>
  (object as Record<string, (...given: unknown[]) => unknown>)[name]!(...given);

const rows: readonly (readonly [what: string, script: () => unknown, expected: string | RegExp])[] = [
  // Values into tensors.
  ["a number that float64 holds alone", () => c([1e300], "float64"), /1e\+300.*float32.*float64 as float32/],
  ["a Float64Array of one", () => tf.constant(new Float64Array([1e300])), /1e\+300/],
  ["an integer beyond 2⁵³ for int64", () => c([2 ** 53], "int64"), /9007199254740992.*-2147483648 to 2147483647.*int64 is kept as int32/],
  ["a BigInt64Array that fits", () => tf.constant(new BigInt64Array([1n, -2n])), "int32: 1 -2"],
  ["a BigInt64Array that does not", () => tf.constant(new BigInt64Array([2n ** 40n])), /1099511627776 for dtype int32/],
  ["a BigUint64Array in uint32's range", () => tf.constant(new BigUint64Array([3_000_000_000n])), "uint32: 3000000000"],
  ["a BigUint64Array beyond", () => tf.constant(new BigUint64Array([2n ** 32n])), /4294967296 for dtype uint32/],
  ["bigints", () => c([1n, 2n]), "int32: 1 2"],
  ["a bigint beyond int32", () => c([2n ** 60n]), /1152921504606846976/],
  ["bigints beside fractions", () => c([1n, 2.5]), "float32: 1 2.5"],
  ["truths beside fractions", () => c([true, 2.5]), "float32: 1 2.5"],
  ["truths beside bigints", () => c([true, 2n]), "int32: 1 2"],
  ["rows of bytes beside fractions", () => c([new Uint8Array([1, 2]), [3.5, 4]]), "float32: 1 2 3.5 4"],
  ["rows of bytes beside whole numbers", () => c([new Uint8Array([1, 2]), [3, 4]]), "uint8: 1 2 3 4"],
  ["300 for uint8", () => c([300], "uint8"), /300 for dtype uint8.*0 to 255/],
  ["-1 for uint8", () => c([-1], "uint8"), /-1 for dtype uint8/],
  ["NaN for int32", () => c([NaN], "int32"), /NaN for dtype int32/],
  ["70000 for float16", () => c([70000], "float16"), /70000 for dtype float16.*65504/],
  ["a bigint as an operand", () => ops.add(c([1, 2], "int32"), 3n as never), "int32: 4 5"],
  // Arithmetic that leaves the range.
  ["uint8 + uint8", () => ops.add(c([200], "uint8"), c([100], "uint8")), "uint8: 44"],
  ["uint8 − uint8", () => ops.subtract(c([1], "uint8"), c([2], "uint8")), "uint8: 255"],
  ["−uint8", () => ops.negative(c([1], "uint8")), "uint8: 255"],
  ["|−128| of int8", () => ops.absolute(c([-128], "int8")), "int8: -128"],
  ["int8 + 200", () => ops.add(c([1], "int8"), 200), /200 for dtype int8/],
  ["int8 · 0.5", () => ops.multiply(c([3], "int8"), 0.5), "float32: 1.5"],
  ["max(uint8, −1)", () => ops.maximum(c([3], "uint8"), -1), /-1 for dtype uint8/],
  ["int32 + 1 at its end", () => ops.add(c([2147483647], "int32"), 1), "int32: -2147483648"],
  ["uint32 beyond 2³¹ + 1", () => told(ops.add(c([4294967295], "uint32"), c([1], "uint32"))), /below 2 \*\* 31/],
  ["a sum of uint8", () => ops.sum(c([200, 100], "uint8")), "uint32: 300"],
  ["a sum of int8", () => ops.sum(c([127, 127], "int8")), "int32: 254"],
  ["a mean of uint8", () => ops.mean(c([255, 254], "uint8")), "float32: 254.5"],
  ["a product of int8 matrices", () => ops.matmul(c([[100, 100]], "int8"), c([[100], [100]], "int8")), "int32: 20000"], // prettier-ignore
  ["float16 · 2 beyond its end", () => ops.multiply(c([60000], "float16"), c([2], "float16")), "float16: Infinity"],
  ["a mean of float16 whose sum is too large", () => ops.mean(ops.full([100], 1000, { dtype: "float16" })), "float16: 1000"],
  ["float16 + bfloat16", () => ops.add(c([1], "float16"), c([1], "bfloat16")), "float32: 2"],
  ["a shift by more than the width", () => ops.leftShift(c([1], "int32"), 40), "int32: 0"],
  ["bits of fractions", () => ops.bitwiseAnd(c([1.5]), c([1])), /expected integers/],
  // Truths.
  ["truth + truth", () => ops.add(c([true, false]), c([true, true])), "bool: 1 1"],
  ["truth − truth", () => ops.subtract(c([true, false]), c([true, true])), /booleans.*logicalXor/],
  ["−truth", () => ops.negative(c([true])), /booleans.*logicalNot/],
  ["truth · truth", () => ops.multiply(c([true, false]), c([true, true])), "bool: 1 0"],
  ["truth / truth", () => ops.divide(c([true]), c([true])), "float32: 1"],
  ["truth + 1", () => ops.add(c([true]), 1), "int32: 2"],
  ["a sum of truths", () => ops.sum(c([true, true])), "int32: 2"],
  ["the largest truth", () => ops.max(c([true, false])), "bool: 1"],
  // Casts.
  ["NaN, infinities and more to int32", () => ops.cast(c([NaN, Infinity, -Infinity, 3e9]), "int32"), "int32: 0 2147483647 -2147483648 2147483647"],
  ["NaN, zeros and fractions to bool", () => ops.cast(c([NaN, 0, -0, 0.5]), "bool"), "bool: 1 0 0 1"],
  ["fractions to uint8", () => ops.cast(c([300.7, -1.5]), "uint8"), "uint8: 44 255"],
  ["300 of int32 to int8", () => ops.cast(c([300], "int32"), "int8"), "int8: 44"],
  ["3e9 to int64", () => told(ops.cast(c([3e9]), "int64")), /3000000000.*within int32/],
  ["beyond float16", () => ops.cast(c([65519, 65520, -1e9, NaN]), "float16"), "float16: 65504 Infinity -Infinity NaN"],
  ["beneath float16's least", () => ops.cast(c([2.9e-8, 3e-8]), "float16"), `float16: 0 ${2 ** -24}`],
  ["to a name that is none", () => ops.cast(c([1]), "flaot32" as never), /"flaot32"/],
  ["to complex64", () => ops.cast(c([1]), "complex64" as never), /"complex64"/],
  ["to a dtype of tf", () => ops.cast(c([0.5]), tf.float16), "float16: 0.5"],
  // What makes tensors.
  ["arange beyond int32", () => ops.arange(2147483647, 2147483650), /2147483649 for dtype int32/],
  ["arange of int8 to 200", () => ops.arange(0, 200, 1, { dtype: "int8" }), /199 for dtype int8/],
  ["arange of int8 to 127", () => ops.arange(126, 128, 1, { dtype: "int8" }), "int8: 126 127"],
  ["full of uint8 with 256", () => ops.full([2], 256, { dtype: "uint8" }), /256 for dtype uint8/],
  ["normal numbers of int32", () => random.normal([2], { dtype: "int32" }), /normal\.dtype.*int32.*randint/],
  ["uniform numbers of int32", () => random.uniform([2], { dtype: "int32" }), /uniform\.dtype/],
  ["gamma numbers of uint8", () => random.gamma([2], 1, { dtype: "uint8" }), /gamma\.dtype/],
  ["whole random numbers of float32", () => random.randint([2], 0, 3, { dtype: "float32" }), /randint\.dtype/],
  ["whole random numbers of uint8 up to 300", () => random.randint([2], 0, 300, { dtype: "uint8" }), /299 for dtype uint8/],
  ["bytes as indices", () => ops.take(c([1, 2, 3]), c([2], "uint8")), "float32: 3"],
  // Variables.
  ["300 into a variable of uint8", () => variable("uint8").assign([300, 1]), /300 for dtype uint8/],
  ["1e6 into a variable of float16", () => variable("float16").assign([1e6, 1]), /1000000 for dtype float16/],
  ["0.5 added to a variable of int32", () => { const v = variable("int32"); v.assignAdd([0.5, 1] as never); return v; }, "int32: 1 3"], // prettier-ignore
  // Global settings.
  ["setFloatx of integers", () => config.setFloatx("int32"), /"int32".*float16, bfloat16, float32, float64/],
  ["setFloatx of what is none", () => config.setFloatx("float33"), /"float33"/],
  ["setFloatx(bfloat16) reaches layers", () => withFloatx("bfloat16", () => new layers.Dense(2, { kernelInitializer: "ones" })(ones())), "bfloat16: 2 2"],
  ["an own weight without an initializer in bfloat16", () => withPolicy("bfloat16", () => {
    class Mine extends layers.Layer { w = this.addWeight({ shape: [40, 40] }); }
    return ops.any(ops.notEqual(new Mine().w, 0));
  }), "bool: 1"], // prettier-ignore
  ["setDtypePolicy of what is none", () => config.setDtypePolicy("mixed_float32"), /"mixed_float32".*mixed_bfloat16/],
  ["setDtypePolicy of a number", () => loosely(config, "setDtypePolicy", 3), /given 3/],
  ["setDtypePolicy of a mode alone", () => config.setDtypePolicy("int8"), /"int8".*int8_from_float32/],
  // Policies.
  ["a mode mis-spelt", () => new layers.Dense(1, { dtype: "int9_from_float32" }), /"int9_from_float32"/],
  ["a mode without _from_", () => dtypePolicies.get("int8from_float32"), /"int8from_float32".*int8_from_float32/],
  ["the policy before it mis-spelt", () => dtypePolicies.get("int8_from_float33"), /"float33"/],
  ["int8 from float16", () => dtypePolicies.get("int8_from_mixed_float16"), /another dtype than float16/],
  ["int4 in blocks of 0", () => dtypePolicies.get("int4/0_from_float32"), /"int4\/0"/],
  ["gptq without a group", () => dtypePolicies.get("gptq/4_from_float32"), /gptq\/<weightBits>\/<groupSize>/],
  ["gptq of 5 bits", () => dtypePolicies.get("gptq/5/128_from_float32"), /2, 3, 4 or 8 bits/],
  ["float8", () => new layers.Dense(2, { dtype: "float8_from_float32" })(ones()), /"float8"/],
  ["a layer that has nothing to quantize so", () => new layers.LSTM(2, { dtype: "int8_from_float32" })(ops.ones([1, 2, 2])), /LSTMCell has no weights.*int8/],
  ["a layer without weights", () => new layers.ReLU({ dtype: "int8_from_float32" })(ones()), "float32: 1 1"],
  ["mixed_float16 without autocast", () => new layers.Dense(2, { kernelInitializer: "ones", dtype: "mixed_float16", autocast: false } as never)(ones()), "float32: 2 2"],
  ["mixed_float16 without autocast, of halves", () => new layers.ReLU({ dtype: "mixed_float16", autocast: false } as never)(ones("bfloat16")), "bfloat16: 1 1"],
  ["layers of different policies behind each other", () =>
    new layers.ReLU({ dtype: "bfloat16" })(new layers.ReLU({ dtype: "mixed_float16" })(ones()) as tf.Tensor), "bfloat16: 1 1"],
  ["integers into a layer of halves", () => new layers.Dense(2, { kernelInitializer: "ones", dtype: "mixed_bfloat16" })(ones("int32")), "bfloat16: 2 2"],
  ["policies by path, two patterns for one", () => {
    const policies = new dtypePolicies.DTypePolicyMap({ policyMap: { "a/.*": "float16", ".*/b": "bfloat16" } });
    return policies.get("a/b");
  }, /one pattern/], // prettier-ignore
  ["a map in a map", () => new dtypePolicies.DTypePolicyMap({ defaultPolicy: new dtypePolicies.DTypePolicyMap() }), /no map/],
  ["a pattern that is none", () => new dtypePolicies.DTypePolicyMap({ policyMap: { "(": "float16" } }).get("x"), /regular expression/],
  // Scaled losses.
  ["a scale below 0", () => new optimizers.LossScaleOptimizer(new optimizers.SGD(), { initialScale: -1 }), /initialScale/],
  ["a scale before there are variables", () => new optimizers.LossScaleOptimizer(new optimizers.SGD(), { initialScale: 8 }).scaleLoss(c(2)), "float32: 16"],
]; // prettier-ignore

t.test("each line gives Keras's answer or a typed error", async (t) => {
  for (const [what, script, expected] of rows) {
    let given: string;
    try {
      const result = script();
      given = typeof result === "string" ? result : result === undefined ? "nothing" : told(result);
    } catch (error) {
      t.ok(error instanceof KerasmError, `${what}: ${String(error)}`);
      t.ok(expected instanceof RegExp && expected.test((error as Error).message), `${what}: ${(error as Error).message}`);
      continue;
    }
    t.equal(given, expected, what);
  }
  t.ok(rows.length >= 60);
  t.same([config.floatx(), config.dtypePolicy().name], ["float32", "float32"], "settings are as before");
});

// Recorded from Keras 3.15: gradients as they come, then the variable, the scale, steps since it changed last, updates.
t.test(
  "a scaled optimizer leaves out what is not finite, halves its scale, and doubles it after as many good steps as it was told",
  (t) => {
    const optimizer = new optimizers.LossScaleOptimizer(new optimizers.SGD(0.5), { initialScale: 8, dynamicGrowthSteps: 2 });
    const v = new keras.Variable([1, 2]);
    optimizer.build([v]);
    const steps = [
    [[8, 16], [0.5, 1], 8, 1], [[Infinity, 1], [0.5, 1], 4, 1], [[4, 4], [0, 0.5], 4, 2], [[4, 4], [-0.5, 0], 8, 3],
    [[8, 8], [-1, -0.5], 8, 4], [[NaN, 0], [-1, -0.5], 4, 4], [[2, 2], [-1.25, -0.75], 4, 5], [[0, -Infinity], [-1.25, -0.75], 2, 5],
    [[1, 1], [-1.5, -1], 2, 6], [[1, 1], [-1.75, -1.25], 4, 7],
  ] as const; // prettier-ignore
    for (const [gradient, value, scale, updates] of steps) {
      optimizer.apply([c(gradient)], [v]);
      t.same([v.value().array(), optimizer.scaleLoss(c(1)).item(), optimizer.iterations.value().item()], [value, scale, updates]);
    }
    t.end();
  },
);
