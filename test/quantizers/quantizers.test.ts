// keras.quantizers: whole numbers with scales, packing into bytes, simulated quantization and its gradients, floats of 8 bits, configs.

import t from "tap";
import fc from "fast-check";
import * as tf from "../../lib/index.js";

const { keras } = tf;
const { ops, quantizers } = keras;
const int8 = (values: object) => tf.constant(values as number[], { dtype: "int8" });

t.test("packed numbers are those of Keras's documentation", async (t) => {
  const values4 = int8([[-3, 7], [2, -8], [1, 0]]); // prettier-ignore
  const across4 = int8([[-3, 7, 2], [-8, 1, 0]]); // prettier-ignore
  const values2 = int8([[-2, 1], [0, -1], [1, -2], [0, 1], [-1, 0]]); // prettier-ignore
  const across2 = int8([[-2, 1, 0, -1, 1], [-2, 0, 1, -1, 0]]); // prettier-ignore
  const cases = [
    [quantizers.packInt4(values4), [[45, -121], [1, 0]], [2, 2], 3],
    [quantizers.packInt4(across4, { axis: 1 }), [[125, 2], [24, 0]], [2, 2], 3],
    [quantizers.packInt2(values2), [[18, 109], [3, 0]], [2, 2], 5],
    [quantizers.packInt2(across2, { axis: -1 }), [[-58, 1], [-46, 0]], [2, 2], 5],
  ] as const; // prettier-ignore
  for (const [[packed, shape, length], wanted, wantedShape, wantedLength] of cases)
    t.strictSame([packed.array(), packed.dtype, shape, length], [wanted, "int8", wantedShape, wantedLength]);
  const digits = (list: readonly number[]) => list.reduce((sum, digit, place) => sum + (digit + 1) * 3 ** place, 0);
  const [packed] = quantizers.packTernary([1, -1, 0, 1, 1, -1]);
  t.strictSame([packed.array(), packed.dtype], [[digits([1, -1, 0, 1, 1]), digits([-1, 0, 0, 0, 0])], "uint8"]);
  t.strictSame(quantizers.packTernary([1.6, -7, 0.2, 0.5, 0])[0].array(), [digits([1, -1, 0, 0, 0])]);
});

t.test("what was packed comes back, along any axis and for any length", async (t) => {
  const kinds = [
    { pack: quantizers.packInt4, unpack: quantizers.unpackInt4, range: [-8, 7], dtype: "int8" },
    { pack: quantizers.packInt4, unpack: quantizers.unpackInt4, range: [0, 15], dtype: "uint8" },
    { pack: quantizers.packInt2, unpack: quantizers.unpackInt2, range: [-2, 1], dtype: "int8" },
    { pack: quantizers.packInt2, unpack: quantizers.unpackInt2, range: [0, 3], dtype: "uint8" },
  ] as const;
  const shapes = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 3 });
  const values = (shape: readonly number[], [low, high]: readonly [number, number]) =>
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => low + ((i * 7 + i * i) % (high - low + 1)));
  for (const { pack, unpack, range, dtype } of kinds)
    fc.assert(
      fc.property(shapes, fc.nat(), (shape, place) => {
        const axis = (place % (2 * shape.length)) - shape.length;
        const x = tf.constant(values(shape, range), { dtype, shape });
        const [packed, , length] = pack(x, { axis, dtype });
        t.strictSame(unpack(packed, length, { axis, dtype }).array(), x.array());
      }),
      { numRuns: 25 },
    );
  const x = int8([[-1, 0, 1, 1, 1, -1, 0]]); // prettier-ignore
  const [packed, shape, length] = quantizers.packTernary(x, { axis: 1 });
  t.strictSame([quantizers.unpackTernary(packed, length, { axis: 1 }).array(), shape], [x.array(), [1, 2]]);
  t.throws(() => quantizers.packInt4([1, 2]), { name: "DtypeError" });
  t.throws(() => quantizers.packInt4(x, { dtype: "int16" }), { name: "ValueError" });
  t.throws(() => quantizers.packInt4(x, { axis: 2 }), { name: "ValueError" });
  t.throws(() => quantizers.unpackInt4(int8([1]), 3), { name: "ValueError" });
});

t.test("quantized by the largest size: values are within half a step, and no number is outside of the range", async (t) => {
  const x = keras.random.normal([16, 8], { seed: 1 });
  for (const axis of [-1, 0, [0, 1]]) {
    const [q, scale] = quantizers.absMaxQuantize(x, axis);
    t.strictSame([q.dtype, scale.shape], ["int8", axis === -1 ? [16, 1] : axis === 0 ? [1, 8] : [1, 1]]);
    const back = ops.divide(ops.cast(q, "float32"), scale);
    t.ok(ops.all(ops.lessEqual(ops.abs(back.sub(x)), ops.divide(0.5001, scale))).item(), `${String(axis)}`);
    t.equal(ops.max(ops.abs(ops.cast(q, "int32"))).item(), 127);
  }
  const [q4] = quantizers.absMaxQuantize([[1, -2, 4]], -1, { valueRange: [-8, 7] });
  t.strictSame(q4.array(), [[2, -4, 7]]); // prettier-ignore
  t.throws(() => quantizers.absMaxQuantize(x, 0, { valueRange: [1, 0] }), { name: "ValueError" });
});

t.test("groups have scales and zero points of their own", async (t) => {
  const x = keras.random.uniform([10, 3], { minval: 2, maxval: 5, seed: 1 });
  const [q, scale, zero] = quantizers.absMaxQuantizeGroupedWithZeroPoint(x, 4);
  t.strictSame([q.shape, q.dtype, scale.shape, zero.shape, zero.dtype], [[10, 3], "int8", [3, 3], [3, 3], "int8"]);
  const of = (each: tf.Tensor) => ops.slice(ops.repeat(ops.cast(each, "float32"), 4, { axis: 0 }), [0, 0], [10, 3]);
  // [2, 5] has no zero in it: q is cut at 7, which Keras does as well; a range around zero comes back.
  const y = keras.random.uniform([10, 3], { minval: -3, maxval: 2, seed: 2 });
  const [qy, sy, zy] = quantizers.absMaxQuantizeGroupedWithZeroPoint(y, 4);
  const back = ops.multiply(ops.subtract(ops.cast(qy, "float32"), of(zy)), of(sy));
  t.ok(ops.all(ops.lessEqual(ops.abs(back.sub(y)), ops.multiply(of(sy), 1.01))).item());
  t.throws(() => quantizers.absMaxQuantizeGroupedWithZeroPoint([1], 4), { name: "ShapeError" });
  t.throws(() => quantizers.absMaxQuantizeGroupedWithZeroPoint(x, 0), { name: "ValueError" });
});

// Ranges as Keras's tests have them: [least, most, bits, narrow, nudged least, nudged most, step].
const ranges = [
  [0, 255, 8, false, 0, 255, 1],
  [0.5, 128, 8, false, 0, 127.5, 0.5],
  [-128, -0.5, 8, false, -127.5, 0, 0.5],
  [0, 254, 8, true, 0, 254, 1],
  [0.1, 127.1, 8, true, 0, 127, 0.5],
  [-127.1, -0.1, 8, true, -127, 0, 0.5],
  [-0.1, 126.9, 8, true, 0, 127, 0.5],
] as const;

for (const [least, most, numBits, narrowRange, low, high, step] of ranges)
  t.test(
    `simulated quantization between ${least} and ${most}${narrowRange ? ", narrow" : ""}: the grid, and where gradients go`,
    async (t) => {
      const x = tf.constant([
        low - step,
        low - 0.01,
        low,
        low + 0.01,
        low + step - 0.01,
        low + step,
        high - step,
        high,
        high + 0.01,
        high + step,
      ]);
      const wanted = [low, low, low, low, low + step, low + step, high - step, high, high, high];
      const expected = [0, 0, 1, 1, 1, 1, 1, 1, 0, 0];
      for (const run of [<F>(f: F) => f, tf.function as <F>(f: F) => F]) {
        const step_ = run((given: tf.Tensor) => {
          const [a, b] = [tf.constant(least), tf.constant(most)];
          const tape = new tf.GradientTape();
          tape.watch([given, a, b]);
          const y = tape.record(() => quantizers.fakeQuantWithMinMaxVars(given, a, b, { numBits, narrowRange }));
          return [y, ...tape.gradient(y, [given, a, b])];
        });
        const [y, dx, da, db] = step_(x);
        t.ok(ops.allclose(y!, wanted, 1e-6, 1e-4).item(), String(y));
        t.strictSame(dx!.array(), expected);
        t.ok(da!.item() >= 2 && da!.item() <= 4 && db!.item() >= 2 && db!.item() <= 4, "what is cut moves the range");
      }
    },
  );

t.test("each channel has a range, and a model holds the operation", async (t) => {
  const x = tf.constant([[0.1, 0.1], [0.9, 5]]); // prettier-ignore
  const y = quantizers.fakeQuantWithMinMaxVars(x, [0, 0], [1, 15], { numBits: 4, axis: 1 });
  t.ok(ops.allclose(y, [[2 / 15, 0], [14 / 15, 5]], 1e-5, 1e-5).item()); // prettier-ignore
  const input = keras.Input({ shape: [2] });
  const model = new keras.Model({ inputs: input, outputs: quantizers.fakeQuantWithMinMaxVars(input, 0, 1, { numBits: 2 }) });
  const copy = keras.Model.fromConfig(JSON.parse(JSON.stringify(model.getConfig())));
  const wanted = quantizers.fakeQuantWithMinMaxVars(x, 0, 1, { numBits: 2 }).array();
  for (const each of [model, copy]) t.strictSame((each(x) as tf.Tensor).array(), wanted);
});

t.test("floats of 8 bits: their values, their scales, and gradients that pass", async (t) => {
  const e4m3 = [0.0019, 0.001, 1.06, 1.07, 15.4, 300, 448, 1000, -2.6];
  const rounded = quantizers.quantizeAndDequantize(e4m3, 1, "float8_e4m3fn", "float32").array() as number[];
  t.strictSame(rounded, [2 ** -9, 2 ** -9, 1, 1.125, 15, 288, 448, 448, -2.5]);
  const e5m2 = quantizers.quantizeAndDequantize([1.1, 1.2, 70000, 2 ** -17], 1, "float8_e5m2", "float32").array();
  t.strictSame(e5m2, [1, 1.25, 57344, 0]);
  t.strictSame(quantizers.quantizeAndDequantize([3000], 10, "float8_e4m3fn", "float32").array(), [2880]);
  const x = tf.constant([1.06, 1000]);
  const tape = new tf.GradientTape();
  tape.watch(x);
  const y = tape.record(() => quantizers.quantizeAndDequantize(x, 1, "float8_e4m3fn", "float32"));
  t.strictSame(tape.gradient(y, x)!.array(), [1, 0]);
  t.equal(quantizers.computeFloat8Scale(224, 3, 448).item(), 0.5);
  t.equal(quantizers.computeFloat8Scale(224, 3, 448, 1).item(), 1);
  t.ok(Math.abs(quantizers.computeFloat8Scale(0, 3, 448).item() - 3) < 1e-6);
  t.strictSame(quantizers.computeFloat8AmaxHistory([1, -5], [3, 2, 1]).array(), [5, 1, 3]);
  t.throws(() => quantizers.quantizeAndDequantize(x, 1, "int8", "float32"), { name: "ValueError" });
});

t.test("quantizers and configs come back from what they give", async (t) => {
  const objects = [
    new quantizers.AbsMaxQuantizer({ axis: [0, 1], valueRange: [-8, 7] }),
    new quantizers.AbsMaxQuantizer(),
    new quantizers.Int8QuantizationConfig(),
    new quantizers.Int8QuantizationConfig({ activationQuantizer: null }),
    new quantizers.Int4QuantizationConfig({ blockSize: 32 }),
    new quantizers.Int4QuantizationConfig({ blockSize: null, weightQuantizer: new quantizers.AbsMaxQuantizer({ valueRange: [-8, 7] }) }),
    new quantizers.Float8QuantizationConfig(),
    new quantizers.TernaryQuantizationConfig(),
    new quantizers.GPTQConfig(["a"], null, { weightBits: 2, groupSize: -1 }),
    new quantizers.AWQConfig(["a"], null, { numGridPoints: 5 }),
  ];
  for (const object of objects) {
    const json = JSON.parse(JSON.stringify(quantizers.serialize(object)));
    const copy = quantizers.deserialize(json) as typeof object;
    t.equal(copy.constructor, object.constructor);
    t.strictSame(copy.getConfig(), object.getConfig());
  }
  t.strictSame(new quantizers.AbsMaxQuantizer().getConfig(), { value_range: [-127, 127], epsilon: 1e-7, output_dtype: "int8" });
  t.ok(new quantizers.Int8QuantizationConfig().activationQuantizer instanceof quantizers.AbsMaxQuantizer);
  t.equal(new quantizers.Int4QuantizationConfig().activationQuantizer, null);
  t.equal(new quantizers.AWQConfig(["a"], null, { groupSize: 64 }).dtypePolicyString(), "awq/4/64");
  t.ok(quantizers.get("abs_max_quantizer") instanceof quantizers.AbsMaxQuantizer);
  t.ok(quantizers.get("Int8QuantizationConfig") instanceof quantizers.Int8QuantizationConfig);
  t.equal(quantizers.get(null), null);
  t.throws(() => quantizers.get("abs_mox"), { name: "UnknownNameError" });
  t.throws(() => new quantizers.AbsMaxQuantizer({ valueRange: [-200, 7] }), { name: "ValueError" });
  t.throws(() => new quantizers.Int4QuantizationConfig({ blockSize: 0 }), { name: "ValueError" });
  t.throws(() => new quantizers.Int4QuantizationConfig({ activationQuantizer: new quantizers.AbsMaxQuantizer() }), {
    name: "ArgumentError",
  });
  t.throws(() => new quantizers.GPTQConfig(["a"], null, { weightBits: 5 }), { name: "ValueError" });
  t.throws(() => new quantizers.QuantizationConfig().mode, { name: "StateError" });
});

t.test("a report counts, warns and lists", async (t) => {
  const report = new quantizers.QuantizationReport({ mode: "int8" });
  t.equal(report.summaryWarning(), null);
  report.addQuantized("m/dense", "int8", "int8_from_float32");
  report.addSkipped("m/norm", quantizers.QuantizationReport.SKIP_NO_SUPPORT);
  report.addError("m/other", new Error("why"));
  t.strictSame([report.numQuantized, report.numSkipped, report.numErrors], [1, 1, 1]);
  t.match(report.summaryWarning(), /1 layer\(s\) do not support quantization \('m\/norm'\)/);
  for (const words of ["m/dense (int8): int8_from_float32", "m/norm: no quantize support", "m/other: why"])
    t.ok(report.render().includes(words), words);
});
