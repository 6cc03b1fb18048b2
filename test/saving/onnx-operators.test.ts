// Single operators of ONNX with attributes of every kind: what ONNX Runtime computes is what is computed here.

import t from "tap";
import * as ort from "onnxruntime-web/wasm";
import * as tf from "../../lib/index.js";
import { bytesOf, joined, type Pieces } from "../../lib/formats/bytes.js";
import { type AttributeInput, attributeMessage, tensorMessage, valueMessage, writeOnnx } from "../../lib/formats/onnx.js";
import { placeOf } from "../../lib/saving/place.js";

const { keras } = tf;
ort.env.wasm.numThreads = 1;
ort.env.logLevel = "error";
t.setTimeout(240_000); // a session for each row, on machines that may be busy

type OnnxDtype = "float32" | "int64" | "int32" | "uint8" | "int8" | "bool";
interface Value {
  readonly dtype: OnnxDtype;
  readonly shape: readonly number[];
  readonly data: readonly number[];
}
/** An input of a model; what is `fixed` is an initializer. null is left out. */
type Input = Value | { readonly fixed: Value } | null;

interface Row {
  readonly op: string;
  readonly attributes?: Readonly<Record<string, AttributeInput>>;
  readonly inputs: readonly Input[];
  readonly outputs: readonly OnnxDtype[];
  readonly opset?: number;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
/** Numbers that repeat nowhere, of both signs. */
const floats = (...shape: number[]): Value => ({
  dtype: "float32",
  shape,
  data: Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(i * 2.3 + shape.length) * 2),
});
const of = (dtype: OnnxDtype, shape: number[], data: number[]): Value => ({ dtype, shape, data });
const list = (...data: number[]): Input => ({ fixed: of("int64", [data.length], data) });
const scalar = (dtype: OnnxDtype, value: number): Input => ({ fixed: of(dtype, [], [value]) });
const scales = (...data: number[]): Input => ({ fixed: of("float32", [data.length], data) });

const F = ["float32"] as const;
const modes = ["half_pixel", "align_corners", "asymmetric", "pytorch_half_pixel"];

const rows: readonly Row[] = [
  ...[0, 1].flatMap((exclusive) =>
    [0, 1].map((reverse): Row => ({
      op: "CumSum",
      attributes: { exclusive, reverse },
      inputs: [floats(3, 4), scalar("int32", -1)],
      outputs: F,
    })),
  ),
  ...["edge", "reflect", "constant"].map((mode): Row => ({
    op: "Pad",
    attributes: { mode },
    inputs: [floats(3, 4, 2), list(1, 2, 0, 2, 1, 0)],
    outputs: F,
  })),
  { op: "Pad", attributes: { mode: "constant" }, inputs: [floats(4, 5), list(-1, 2, 1, -2), scalar("float32", 7)], outputs: F },
  { op: "GatherND", inputs: [floats(3, 4, 2), of("int64", [2, 2], [0, 1, 2, -1])], outputs: F },
  { op: "GatherND", attributes: { batch_dims: 1 }, inputs: [floats(2, 4, 3), of("int64", [2, 1], [3, 0])], outputs: F },
  {
    op: "GatherND",
    attributes: { batch_dims: 1 },
    inputs: [floats(2, 4, 3), of("int64", [2, 2, 2], [3, 0, 1, 1, 0, 2, 2, 2])],
    outputs: F,
  },
  ...["none", "add", "mul", "max", "min"].flatMap((reduction): Row[] => [
    { op: "ScatterND", attributes: { reduction }, inputs: [floats(4, 3), of("int64", [2, 1], [2, 0]), floats(2, 3)], outputs: F },
    {
      op: "ScatterElements",
      attributes: { reduction, axis: 1 },
      inputs: [floats(2, 5), of("int64", [2, 2], [1, 3, -1, 0]), floats(2, 2)],
      outputs: F,
    },
  ]),
  { op: "ScatterElements", inputs: [floats(3, 3), of("int64", [2, 3], [1, 0, 2, 0, 2, 1]), floats(2, 3)], outputs: F },
  {
    op: "GroupNormalization",
    attributes: { num_groups: 2, epsilon: { float: 0.01 } },
    inputs: [floats(2, 4, 3, 3), scales(1.5, -2), scales(0.5, 1)],
    outputs: F,
  },
  {
    op: "LRN",
    attributes: { size: 3, alpha: { float: 0.2 }, beta: { float: 0.6 }, bias: { float: 1.5 } },
    inputs: [floats(2, 5, 2, 3)],
    outputs: F,
  },
  { op: "QuantizeLinear", inputs: [floats(2, 6), scalar("float32", 0.05), scalar("uint8", 30)], outputs: ["uint8"] },
  { op: "QuantizeLinear", inputs: [floats(2, 6), scalar("float32", 0.02), scalar("int8", -5)], outputs: ["int8"] },
  {
    op: "QuantizeLinear",
    attributes: { axis: 1 },
    inputs: [floats(2, 3, 2), scales(0.1, 0.2, 0.5), { fixed: of("uint8", [3], [1, 128, 3]) }],
    outputs: ["uint8"],
  },
  { op: "QuantizeLinear", inputs: [of("float32", [6], [0.5, 1.5, 2.5, -0.5, 300, -4]), scalar("float32", 1)], outputs: ["uint8"] },
  {
    op: "DequantizeLinear",
    inputs: [of("uint8", [2, 3], [0, 7, 255, 128, 3, 9]), scalar("float32", 0.05), scalar("uint8", 30)],
    outputs: F,
  },
  {
    op: "DequantizeLinear",
    attributes: { axis: 0 },
    inputs: [of("int8", [2, 3], [-128, 7, 127, 0, 3, -9]), scales(0.5, 2), { fixed: of("int8", [2], [3, -4]) }],
    outputs: F,
  },
  ...["BitwiseAnd", "BitwiseOr", "BitwiseXor"].map((op): Row => ({
    op,
    inputs: [of("int32", [2, 3], [5, -7, 2 ** 30, 0, 12, -1]), of("int32", [3], [3, 6, -2])],
    outputs: ["int32"],
  })),
  { op: "BitwiseNot", inputs: [of("int32", [4], [0, 5, -6, 2 ** 31 - 1])], outputs: ["int32"] },
  ...["LEFT", "RIGHT"].map((direction): Row => ({
    op: "BitShift",
    attributes: { direction },
    inputs: [of("uint8", [4], [1, 6, 200, 255]), of("uint8", [4], [3, 1, 2, 7])],
    outputs: ["uint8"],
  })),
  { op: "CastLike", inputs: [floats(2, 3), of("int32", [1], [1])], outputs: ["int32"] },
  { op: "Size", inputs: [floats(2, 3)], outputs: ["int64"] },
  ...[1, 2, 3].map((p): Row => ({ op: "GlobalLpPool", attributes: { p }, inputs: [floats(2, 3, 4, 2)], outputs: F })),
  { op: "MeanVarianceNormalization", inputs: [floats(2, 3, 4, 2)], outputs: F },
  { op: "MeanVarianceNormalization", attributes: { axes: [1, 2] }, inputs: [floats(2, 3, 4, 2)], outputs: F },
  ...["linear", "nearest", "cubic"].flatMap((mode) =>
    ["zeros", "border", "reflection"].flatMap((padding) =>
      [0, 1].map((align): Row => ({
        op: "GridSample",
        attributes: {
          mode: mode === "linear" ? "bilinear" : mode === "cubic" ? "bicubic" : mode,
          padding_mode: padding,
          align_corners: align,
        },
        inputs: [
          floats(2, 3, 5, 4),
          of(
            "float32",
            [2, 3, 2, 2],
            floats(2, 3, 2, 2).data.map((value) => value * 0.9 + 0.013),
          ),
        ],
        outputs: F,
        opset: 16,
      })),
    ),
  ),
  {
    op: "QLinearMatMul",
    inputs: [
      of("uint8", [2, 3], [0, 255, 13, 40, 7, 128]),
      scales(0.05),
      scalar("uint8", 10),
      { fixed: of("int8", [3, 2], [1, -128, 127, 5, -9, 44]) },
      scales(0.02),
      scalar("int8", 3),
      scales(0.9),
      scalar("uint8", 100),
    ],
    outputs: ["uint8"],
  },
  {
    op: "QLinearConv",
    attributes: { kernel_shape: [2, 2], pads: [0, 0, 1, 1] },
    inputs: [
      of(
        "uint8",
        [1, 2, 3, 3],
        Array.from({ length: 18 }, (_, i) => (i * 53) % 256),
      ),
      scales(0.03),
      scalar("uint8", 17),
      {
        fixed: of(
          "int8",
          [3, 2, 2, 2],
          Array.from({ length: 24 }, (_, i) => ((i * 71) % 255) - 127),
        ),
      },
      { fixed: of("float32", [3], [0.01, 0.02, 0.005]) },
      { fixed: of("int8", [3], [0, 0, 0]) },
      scales(0.2),
      scalar("uint8", 120),
      { fixed: of("int32", [3], [100, -2000, 30]) },
    ],
    outputs: ["uint8"],
  },
  {
    op: "ConvInteger",
    attributes: { kernel_shape: [2, 2], strides: [1, 2] },
    inputs: [
      of(
        "uint8",
        [1, 2, 3, 4],
        Array.from({ length: 24 }, (_, i) => (i * 53) % 256),
      ),
      {
        fixed: of(
          "uint8",
          [3, 2, 2, 2],
          Array.from({ length: 24 }, (_, i) => (i * 71) % 256),
        ),
      },
      scalar("uint8", 17),
      scalar("uint8", 9),
    ],
    outputs: ["int32"],
  },
  ...(
    [
      ["RNN", 1, ["Relu"], {}],
      ["RNN", 1, ["Tanh"], { direction: "reverse" }],
      ["RNN", 1, ["Relu", "Sigmoid"], { direction: "bidirectional" }],
      ["GRU", 3, null, { linear_before_reset: 0 }],
      ["GRU", 3, ["Sigmoid", "Tanh", "Sigmoid", "Tanh"], { direction: "bidirectional", linear_before_reset: 0 }],
      ["LSTM", 4, ["Sigmoid", "Tanh", "Tanh"], {}],
    ] as const
  ).map(([op, gates, activations, attributes]): Row => {
    const count = "direction" in attributes && attributes.direction === "bidirectional" ? 2 : 1;
    return {
      op,
      attributes: { ...attributes, hidden_size: 3, ...(activations && { activations: { texts: activations } }) },
      inputs: [
        floats(4, 2, 5),
        { fixed: floats(count, gates * 3, 5) },
        { fixed: floats(count, gates * 3, 3) },
        { fixed: floats(count, gates * 6) },
        null,
        floats(count, 2, 3),
      ],
      outputs: op === "LSTM" ? ["float32", "float32", "float32"] : ["float32", "float32"],
    };
  }),
  { op: "Col2Im", inputs: [floats(2, 12, 9), list(6, 6), list(2, 2)], outputs: F, attributes: { strides: [2, 2] } },
  {
    op: "Col2Im",
    inputs: [floats(1, 18, 6), list(5, 4), list(3, 3)],
    outputs: F,
    attributes: { strides: [2, 1], pads: [1, 0, 1, 0], dilations: [1, 1] },
  },
  { op: "Col2Im", inputs: [floats(1, 4, 12), list(5, 5), list(2, 2)], outputs: F, attributes: { dilations: [1, 2], strides: [1, 1] } },
  { op: "DynamicQuantizeLinear", inputs: [floats(3, 4)], outputs: ["uint8", "float32", "uint8"] },
  {
    op: "MatMulInteger",
    inputs: [
      of("uint8", [2, 3], [0, 7, 255, 128, 3, 9]),
      { fixed: of("int8", [3, 2], [-128, 7, 127, 0, 3, -9]) },
      scalar("uint8", 12),
      { fixed: of("int8", [], [3]) },
    ],
    outputs: ["int32"],
  },
  ...[1, 2].map((group): Row => ({
    op: "ConvTranspose",
    attributes: { group, strides: [2, 2], pads: [1, 0, 1, 1], output_padding: [1, 0] },
    inputs: [floats(2, 4, 3, 3), { fixed: floats(4, 3, 3, 2) }, { fixed: floats(3 * group) }],
    outputs: F,
  })),
  ...[0, 1].flatMap((count_include_pad) =>
    [
      [1, 1, 1, 1],
      [0, 1, 0, 0],
    ].map((pads): Row => ({
      op: "AveragePool",
      attributes: { kernel_shape: [3, 2], strides: [2, 2], ceil_mode: 1, count_include_pad, pads },
      inputs: [floats(1, 2, 6, 6)],
      outputs: F,
    })),
  ),
  ...[5, 6, 7].map((side): Row => ({
    op: "MaxPool",
    attributes: { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1, pads: [1, 1, 0, 0] },
    inputs: [floats(1, 2, side, side)],
    outputs: F,
  })),
  ...["DCR", "CRD"].map((mode): Row => ({
    op: "DepthToSpace",
    attributes: { blocksize: 2, mode },
    inputs: [floats(2, 8, 2, 3)],
    outputs: F,
  })),
  { op: "SpaceToDepth", attributes: { blocksize: 2 }, inputs: [floats(2, 3, 4, 6)], outputs: F },
  ...modes.flatMap((coordinate_transformation_mode) => [
    ...["nearest", "linear", "cubic"].map((mode): Row => ({
      op: "Resize",
      attributes: { mode, coordinate_transformation_mode },
      inputs: [floats(1, 2, 4, 5), null, scales(1, 1, 2.3, 1.7)],
      outputs: F,
    })),
    {
      op: "Resize",
      attributes: { mode: "linear", coordinate_transformation_mode },
      inputs: [floats(1, 2, 6, 5), null, null, list(1, 2, 3, 8)],
      outputs: F,
    },
    ...["floor", "ceil", "round_prefer_ceil", "round_prefer_floor"].map((nearest_mode): Row => ({
      op: "Resize",
      attributes: { mode: "nearest", nearest_mode, coordinate_transformation_mode },
      inputs: [floats(1, 2, 3, 4), null, scales(1, 1, 3, 2)],
      outputs: F,
    })),
  ]),
  {
    op: "Resize",
    attributes: { mode: "cubic", exclude_outside: 1, cubic_coeff_a: { float: -0.5 } },
    inputs: [floats(1, 1, 4, 4), null, scales(1, 1, 2, 1.5)],
    outputs: F,
  },
  {
    op: "NonMaxSuppression",
    inputs: [
      of("float32", [1, 6, 4], [0, 0, 1, 1, 0, 0.1, 1, 1.1, 0, -0.1, 1, 0.9, 0, 10, 1, 11, 0, 10.1, 1, 11.1, 0, 100, 1, 101]),
      of("float32", [1, 2, 6], [0.9, 0.75, 0.6, 0.95, 0.5, 0.3, 0.1, 0.2, 0.8, 0.2, 0.3, 0.4]),
      list(3),
      scales(0.5),
      scales(0.15),
    ],
    outputs: ["int64"],
  },
  {
    op: "NonMaxSuppression",
    attributes: { center_point_box: 1 },
    inputs: [
      of("float32", [1, 4, 4], [0.5, 0.5, 1, 1, 0.5, 0.6, 1, 1, 0.5, 10.5, 1, 1, 0.5, 10.6, 1, 1]),
      of("float32", [1, 1, 4], [0.9, 0.75, 0.6, 0.95]),
      list(3),
      scales(0.5),
      scales(0),
    ],
    outputs: ["int64"],
  },
  ...[
    [0, 1],
    [1, 0],
  ].map(([time_axis, batch_axis]): Row => ({
    op: "ReverseSequence",
    attributes: { time_axis: time_axis!, batch_axis: batch_axis! },
    inputs: [floats(4, 4, 2), of("int64", [4], [1, 2, 3, 4])],
    outputs: F,
  })),
  ...[1, 2].map((p): Row => ({ op: "LpNormalization", attributes: { axis: 1, p }, inputs: [floats(2, 3, 2)], outputs: F })),
  { op: "Shrink", attributes: { lambd: { float: 0.7 }, bias: { float: 0.2 } }, inputs: [floats(3, 5)], outputs: F },
  { op: "Hardmax", attributes: { axis: 1 }, inputs: [floats(2, 4, 3)], outputs: F },
  { op: "EyeLike", attributes: { k: 1 }, inputs: [floats(3, 4)], outputs: F },
  { op: "ReduceLogSum", attributes: { keepdims: 0 }, inputs: [of("float32", [2, 3], [1, 2, 3, 4, 5, 6]), list(1)], outputs: F },
];

const arrays = {
  float32: Float32Array,
  int64: BigInt64Array,
  int32: Int32Array,
  uint8: Uint8Array,
  int8: Int8Array,
  bool: Uint8Array,
} as const;
const arrayOf = ({ dtype, data }: Value) => (dtype === "int64" ? BigInt64Array.from(data, BigInt) : arrays[dtype as "float32"].from(data));

/** The file of a model that is one operator. */
function fileOf({ op, attributes = {}, inputs, outputs }: Row): Uint8Array {
  const own = inputs.map((input, i) => ({ name: input === null ? "" : `x${i}`, input }));
  return joined(
    writeOnnx({
      name: "one",
      node: [
        {
          opType: op,
          name: "it",
          input: own.map(({ name }) => name),
          output: outputs.map((_, i) => `y${i}`),
          attribute: Object.entries(attributes).map(([name, value]) => attributeMessage(name, value)),
        },
      ],
      input: own.flatMap(({ name, input }) => (input && !("fixed" in input) ? [valueMessage(name, input.dtype, input.shape)] : [])),
      initializer: own.flatMap(({ name, input }) =>
        input && "fixed" in input
          ? [tensorMessage(name, input.fixed.dtype, input.fixed.shape, bytesOf(arrayOf(input.fixed) as never))]
          : [],
      ),
      output: outputs.map((dtype, i) => ({
        ...valueMessage(`y${i}`, dtype, []),
        type: {
          tensorType: {
            elemType:
              valueMessage("", dtype, [])["type"] &&
              (valueMessage("", dtype, []) as { type: { tensorType: { elemType: number } } }).type.tensorType.elemType,
          },
        },
      })),
    } as never) as Pieces,
  );
}

for (const [i, row] of rows.entries())
  t.test(`${row.op} ${JSON.stringify(row.attributes ?? {})} (${i})`, async (t) => {
    const bytes = fileOf(row);
    const given = row.inputs.filter((input): input is Value => input !== null && !("fixed" in input));
    const session = await ort.InferenceSession.create(bytes);
    const feeds = given.map(
      (value, i) => [session.inputNames[i]!, new ort.Tensor(value.dtype, arrayOf(value) as never, value.shape as number[])] as const,
    );
    const wanted = await session.run(Object.fromEntries(feeds));
    const path = `memory://onnx-operators/${i}.onnx`;
    await placeOf(path).store.write(`${i}.onnx`, bytes);
    const model = await keras.models.loadModel(path);
    const dtypeOf = (dtype: OnnxDtype) => (dtype === "int64" || dtype === "int8" ? "int32" : dtype);
    const tensors = given.map(({ dtype, shape, data }) =>
      tf.constant(data as number[], { shape: shape as number[], dtype: dtypeOf(dtype) as never }),
    );
    const got = [model<tf.Tensor | tf.Tensor[]>((tensors.length === 1 ? tensors[0] : tensors) as never)].flat();
    for (const [k, name] of session.outputNames.entries()) {
      const { dims, data } = wanted[name]!;
      t.strictSame(got[k]!.shape, [...dims]);
      const expected = Array.from(data as ArrayLike<number | bigint>, Number);
      const isFloat = row.outputs[k] === "float32";
      const apart = Array.from(got[k]!.data(), (value, j) => Math.abs(value - expected[j]!) / Math.max(1, Math.abs(expected[j]!)));
      t.ok(
        apart.every((each) => each <= (isFloat ? 2e-5 : 0)),
        `${[...got[k]!.data()].slice(0, 12)} for ${expected.slice(0, 12)}`,
      );
    }
    await session.release();
  });

// ONNX Runtime knows these only in later sets of operators than it is asked for here.
t.test("operators of later sets, by their formulas", async (t) => {
  const x = floats(3, 4);
  const rows = (data: readonly number[]) => [0, 1, 2].map((row) => data.slice(4 * row, 4 * row + 4));
  const gain = [1, 2, 3, -1];
  const expected = {
    RMSNormalization: rows(x.data).flatMap((row) => {
      const spread = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0) / 4 + Math.fround(0.01));
      return row.map((value, i) => (value / spread) * gain[i]!);
    }),
    Swish: x.data.map((value) => value / (1 + Math.exp(-1.5 * value))),
  };
  const given: readonly Row[] = [
    { op: "RMSNormalization", attributes: { epsilon: { float: 0.01 } }, inputs: [x, scales(...gain)], outputs: F },
    { op: "Swish", attributes: { alpha: { float: 1.5 } }, inputs: [x], outputs: F },
  ];
  for (const row of given) {
    const model = await keras.models.loadModel(fileOf(row).slice());
    const got = model(tf.constant(x.data as number[], { shape: [3, 4] })).data();
    expected[row.op as "Swish"].forEach((value, i) => t.ok(Math.abs(value - got[i]!) < 1e-5, `${row.op}: ${got[i]} for ${value}`));
  }
});
