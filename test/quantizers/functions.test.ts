// keras.quantizers against what Keras answered, and what it does with arguments that make no sense.

import t from "tap";
import { toCamelCase } from "../../lib/config/names.js";
import * as tf from "../../lib/index.js";
import { quantizationParameters } from "../../lib/quantizers/parameters.js";
import { distance, golden, type Recorded, tensor } from "./golden.js";

const { quantizers } = tf.keras;

interface FunctionRow {
  readonly fn: string;
  readonly args: readonly (Recorded | number | readonly number[] | null)[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly results: readonly (Recorded | number | readonly number[])[];
}
interface FakeQuantRow {
  readonly x: Recorded; readonly min: Recorded; readonly max: Recorded; readonly y: Recorded; readonly up: Recorded;
  readonly bits: number; readonly narrow: boolean; readonly axis: number | null; readonly grads: readonly Recorded[];
} // prettier-ignore
interface ParameterRow {
  readonly x: Recorded; readonly scale: Recorded; readonly zero: Recorded; readonly largest: number;
  readonly options: Readonly<Record<string, never>>;
} // prettier-ignore

const recorded = golden<{ functions: FunctionRow[]; fake_quant: FakeQuantRow[]; parameters: ParameterRow[] }>("quantization.json.gz");
const isArray = (value: unknown): value is Recorded => typeof value === "object" && value !== null && "data" in value;

t.test("functions give what Keras gives", async (t) => {
  t.ok(recorded.functions.length >= 50);
  for (const [i, { fn, args, kwargs, results }] of recorded.functions.entries()) {
    const run = (quantizers as unknown as Record<string, (...args: unknown[]) => unknown>)[toCamelCase(fn)]!;
    const options = Object.fromEntries(Object.entries(kwargs).map(([key, value]) => [toCamelCase(key), value]));
    const given = run(...args.map((arg) => (isArray(arg) ? tensor(arg) : arg)), options);
    const answers = Array.isArray(given) ? (given as unknown[]) : [given];
    t.equal(answers.length, results.length);
    for (const [place, expected] of results.entries()) {
      const actual = answers[place];
      if (!isArray(expected)) t.same(actual, expected, `${i} ${fn}`);
      else t.ok((distance(actual as tf.Tensor, expected) ?? Infinity) < 2e-7, `${i} ${fn} ${JSON.stringify(kwargs)} [${place}]`);
    }
  }
});

t.test("fakeQuantWithMinMaxVars: values and all three gradients, eager and traced", async (t) => {
  for (const { x, min, max, y, up, bits, narrow, axis, grads } of recorded.fake_quant) {
    const run = (...given: tf.Tensor[]): tf.Tensor[] => {
      const tape = new tf.GradientTape();
      given.forEach((each) => tape.watch(each));
      const [x, min, max] = given as [tf.Tensor, tf.Tensor, tf.Tensor];
      const [value, target] = tape.record(() => {
        const value = quantizers.fakeQuantWithMinMaxVars(x, min, max, { numBits: bits, narrowRange: narrow, axis });
        return [value, tf.reduceSum(tf.multiply(value, tensor(up)))] as const;
      });
      return [value, ...(tape.gradient(target, given) as tf.Tensor[])];
    };
    for (const fn of [run, tf.function(run as never) as unknown as typeof run]) {
      const answers = fn(tensor(x), tensor(min), tensor(max));
      [y, ...grads].forEach((expected, i) =>
        t.ok((distance(answers[i]!, expected) ?? Infinity) < 1e-6, `${bits} ${narrow} ${axis} [${i}]`),
      );
    }
  }
});

t.test("rows by their largest size are exactly what columns are: every length, odd values, ranges, gradients of the scale", async (t) => {
  const odd = [[0, 0, 0], [1e-45, -3e-39, 0], [NaN, 1, 2], [1, Infinity, -2], [-Infinity, 0, 0], [3.4e38, -1, 1e38], [0.5, -0, 2.5]]; // prettier-ignore
  const ranges = [[-127, 127], [-128, 127], [-8, 7], [0, 100], [-0.5, 3], [1, 5]] as const; // prettier-ignore
  const inputs = [tf.constant(odd), ...[1, 3, 4, 5, 8, 15, 16, 17, 31, 33, 100].map((n) => tf.keras.random.normal([3, n], { seed: n }))];
  const same = (a: tf.Tensor, b: tf.Tensor): boolean => {
    const other = b.data();
    return a.size === b.size && Array.from(a.data()).every((value, i) => Object.is(value, other[i]));
  };
  for (const x of inputs)
    for (const valueRange of ranges) {
      const byRows = (x: tf.Tensor) => quantizers.absMaxQuantize(x, -1, { valueRange });
      const turned = tf.transpose(x);
      const [columns, across] = quantizers.absMaxQuantize(turned, 0, { valueRange });
      for (const run of [byRows, tf.function(byRows as never) as unknown as typeof byRows]) {
        const [whole, scale] = run(x);
        t.ok(same(tf.transpose(whole), columns) && same(tf.transpose(scale), across), `${x.shape} ${valueRange}`);
      }
    }
  const deep = tf.keras.random.normal([2, 3, 4, 5], { seed: 1 });
  const [flat, scale] = quantizers.absMaxQuantize(deep, [-2, -1]);
  const [whole, one] = quantizers.absMaxQuantize(tf.reshape(deep, [6, 20]), -1);
  t.same([flat.shape, scale.shape], [[2, 3, 4, 5], [2, 3, 1, 1]]); // prettier-ignore
  t.ok(same(flat, whole) && same(scale, one), "several axes are one");
  t.same(quantizers.absMaxQuantize(tf.zeros([0, 3]), -1)[0].shape, [0, 3]);
  const slopes = (axis: number, x: tf.Tensor): tf.Tensor => {
    const tape = new tf.GradientTape();
    tape.watch(x);
    return tape.gradient(tape.record(() => tf.reduceSum(tf.square(quantizers.absMaxQuantize(x, axis)[1]))), [x])[0]!; // prettier-ignore
  };
  const x = tf.constant([[1, -2, 2], [0.5, 0.25, -0.1]]); // prettier-ignore
  const expected = tf.transpose(slopes(0, tf.transpose(x))).array();
  t.same(slopes(-1, x).array(), expected);
  t.ok((expected as number[][])[0]![1]! > 0 && (expected as number[][])[0]![2]! < 0, "ties share");
});

t.test("scales and zero points of calibrations", async (t) => {
  for (const { x, scale, zero, largest, options } of recorded.parameters) {
    const named = Object.fromEntries(Object.entries(options).map(([key, value]) => [toCamelCase(key), value]));
    const found = quantizationParameters(tensor(x), named as never);
    t.ok((distance(found.scale, scale) ?? Infinity) < 2e-7, JSON.stringify(options));
    t.equal(distance(found.zero, zero), 0);
    t.equal(found.largest, largest);
  }
});

t.test("what is packed comes out again, whatever the axis and its length", async (t) => {
  for (const length of [1, 2, 3, 4, 5, 9])
    for (const axis of [0, 1, 2]) {
      const shape = [2, 3, 2].map((size, i) => (i === axis ? length : size));
      const size = shape.reduce((a, b) => a * b, 1);
      const of = (low: number, high: number) =>
        tf.constant(
          Int8Array.from({ length: size }, (_, i) => low + ((i * 7) % (high - low + 1))),
          { shape, dtype: "int8" },
        );
      const fields = [
        [quantizers.packInt4, quantizers.unpackInt4, of(-8, 7)],
        [quantizers.packInt2, quantizers.unpackInt2, of(-2, 1)],
        [quantizers.packTernary, quantizers.unpackTernary, of(-1, 1)],
      ] as const;
      for (const [pack, unpack, x] of fields) {
        const [packed, packedShape, count] = pack(x, { axis });
        t.same([...packed.shape], packedShape);
        t.equal(count, length);
        t.same(unpack(packed, length, axis).array(), x.array());
      }
    }
});

t.test("quantizers and configs are found by name, config, class and object", async (t) => {
  const { AbsMaxQuantizer, Int4QuantizationConfig, Int8QuantizationConfig, QuantizationReport } = quantizers;
  const made = quantizers.get("abs_max_quantizer", { axis: 0 });
  t.ok(made instanceof AbsMaxQuantizer);
  t.same((made as InstanceType<typeof AbsMaxQuantizer>).getConfig(), {
    value_range: [-127, 127],
    epsilon: 1e-7,
    output_dtype: "int8",
    axis: [0],
  });
  t.equal(quantizers.get(null), null);
  t.ok(quantizers.get(AbsMaxQuantizer) instanceof AbsMaxQuantizer);
  const config = new Int4QuantizationConfig({ blockSize: 64 });
  const again = quantizers.deserialize(quantizers.serialize(config) as never) as typeof config;
  t.same([again.mode, again.blockSize, again.activationQuantizer], ["int4", 64, null]);
  t.ok(new Int8QuantizationConfig().activationQuantizer instanceof AbsMaxQuantizer);
  t.equal(new Int8QuantizationConfig({ activationQuantizer: null }).activationQuantizer, null);
  const report = new QuantizationReport({ mode: "int8" });
  report.addQuantized("a", "int8", "int8_from_float32");
  report.addSkipped("b", QuantizationReport.SKIP_NO_SUPPORT);
  t.match(report.render(), /Quantized 1 layer\(s\):\n {2}- a \(int8\): int8_from_float32\nSkipped 1/);
  t.match(report.summaryWarning()!, /1 layer\(s\) do not support quantization/);
});

t.test("arguments that make no sense are refused", async (t) => {
  const x = tf.ones([2, 3]);
  const cases: (readonly [() => unknown, RegExp])[] = [
    [() => quantizers.absMaxQuantize(x, 0, [7, -8]), /valueRange/],
    [() => quantizers.absMaxQuantize(x, 5), /axis/],
    [() => quantizers.absMaxQuantizeGroupedWithZeroPoint(x, 0), /blockSize/],
    [() => quantizers.absMaxQuantizeGroupedWithZeroPoint(tf.ones([2]), 4), /a matrix/],
    [() => quantizers.packInt4(x), /int8/],
    [() => quantizers.packInt4(tf.cast(x, "int8"), 0, "int32"), /"int8", "uint8"/],
    [() => quantizers.fakeQuantWithMinMaxVars(x, [0, 1], [1, 2]), /numbers/],
    [() => quantizers.fakeQuantWithMinMaxVars(x, 0, 1, { numBits: 1 }), /numBits/],
    [() => quantizers.quantizeAndDequantize(x, 1, "float8", "float32"), /float8_e4m3fn/],
    [() => new quantizers.AbsMaxQuantizer({ valueRange: [-200, 127] }), /valueRange/],
    [() => new quantizers.Int4QuantizationConfig({ blockSize: 0 }), /blockSize/],
    [() => new quantizers.Int4QuantizationConfig({ weightQuantizer: new quantizers.AbsMaxQuantizer() }), /blockSize/],
    [() => new quantizers.GPTQConfig(null, null, { weightBits: 5 } as never), /weightBits/],
    [() => quantizers.get("nothing"), /abs_max_quantizer/],
  ];
  for (const [run, message] of cases) t.throws(run, message);
});
