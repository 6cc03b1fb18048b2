// Which elements the operators of ONNX take and give, after its specification of the operators: the format has no checksum, and a damaged
// type would otherwise be another number under the same name.

import { text } from "../../core/errors.js";
import { FormatError } from "../../formats/error.js";
import type { FileDtype } from "../../formats/dtypes.js";
import type { OnnxGraph } from "../../formats/onnx.js";

/** Halves, floats and doubles are one kind, as are whole numbers of every width: which width a value has, nothing here depends on. */
type Kind = "float" | "integer" | "bool";

const kindOf = (dtype: FileDtype): Kind => (dtype === "bool" ? "bool" : /float/.test(dtype) ? "float" : "integer");

/**
 * A letter for each input and each output: F floats, I whole numbers, B truth values; T one kind, whichever, the same wherever it stands;
 * ? any. A * repeats the letter before it.
 */
const signatures: Readonly<Record<string, string>> = {
  "F>F":
    "Acos Acosh Asin Asinh Atan Atanh AveragePool Ceil Celu Cos Cosh Elu Exp Floor Gelu GlobalAveragePool GlobalLpPool GlobalMaxPool HardSigmoid HardSwish Hardmax LRN LeakyRelu Log LogSoftmax LpNormalization MeanVarianceNormalization Mish Reciprocal Round Selu Shrink Sigmoid Sin Sinh Softmax Softplus Softsign Sqrt Swish Tan Tanh ThresholdedRelu",
  "T>T": "Abs DepthToSpace Erf Flatten Identity Neg Relu Sign SpaceToDepth Transpose",
  "T>TI": "MaxPool",
  "TFB>TB": "Dropout",
  "F>B": "IsInf IsNaN",
  "B>B": "Not",
  "I>I": "BitwiseNot",
  "II>I": "BitShift BitwiseAnd BitwiseOr BitwiseXor",
  "?T>T": "CastLike",
  "FF>F": "GridSample RMSNormalization",
  "IFIIFIFI>I": "QLinearMatMul",
  "IFIIFIFII>I": "QLinearConv",
  "BB>B": "And Or Xor",
  "TT>T": "Add Div MatMul Mod Mul PRelu Sub",
  "T?>T": "Pow Upsample",
  "TT>B": "Equal Greater GreaterOrEqual Less LessOrEqual",
  "T*>T": "Concat Einsum Max Mean Min Sum",
  "TTT>T": "Clip Gemm Range",
  "BTT>T": "Where",
  "FFF>F": "Conv ConvTranspose GroupNormalization InstanceNormalization",
  "TIT>T": "ScatterElements ScatterND",
  "FFIFF>I": "NonMaxSuppression",
  "FFI>I": "QuantizeLinear",
  "IFI>F": "DequantizeLinear",
  "F>IFI": "DynamicQuantizeLinear",
  "IIII>I": "ConvInteger MatMulInteger",
  "FFF>FFF": "LayerNormalization",
  "FFFFF>F*": "BatchNormalization",
  "FFFFIFFF>F*": "LSTM",
  "FFFFIF>F*": "GRU RNN",
  "TI>T":
    "CumSum Expand Gather GatherElements GatherND ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Reshape ReverseSequence Squeeze Tile Trilu Unsqueeze",
  "TI>T*": "Split",
  "TI>TI": "TopK",
  "TII>T": "Col2Im",
  "TIIII>T": "Slice",
  "TITI>T": "Pad",
  "T???>T": "Resize",
  "??T>T": "OneHot",
  "?>I": "ArgMax ArgMin NonZero Shape Size",
  "I>?": "ConstantOfShape",
  "?>?": "Cast EyeLike",
  ">?": "Constant",
};

/** Signatures by operator. */
export const typesOf: ReadonlyMap<string, string> = new Map(
  Object.entries(signatures).flatMap(([types, operators]) => operators.split(" ").map((operator) => [operator, types] as const)),
);

const fixed: Readonly<Record<string, Kind>> = { F: "float", I: "integer", B: "bool" };

/** The letter of the i-th value, where the last one may repeat. */
const letterAt = (letters: string, i: number): string => letters[i] ?? (letters.endsWith("*") ? letters.at(-2)! : "?");

/**
 * Follows the kinds of elements through a graph, as far as the file tells them.
 *
 * @throws FormatError where an operator is given other elements than it takes, or an output is not what the file says of it
 */
export function checkTypes(graph: OnnxGraph, where: string): void {
  const kinds = new Map<string, Kind>();
  for (const [name, { fileDtype }] of graph.initializers) kinds.set(name, kindOf(fileDtype));
  for (const { name, dtype } of graph.inputs) kinds.set(name, kindOf(dtype));
  for (const { opType, name, input, output } of graph.nodes) {
    const [takes = "", gives = ""] = typesOf.get(opType)!.split(">");
    let shared: Kind | undefined;
    for (const [i, given] of input.entries()) {
      const kind = kinds.get(given);
      const letter = letterAt(takes, i);
      if (!kind || letter === "?") continue;
      const expected = fixed[letter] ?? shared ?? kind;
      if (kind !== expected) {
        throw new FormatError(`${where}: ${opType} ${text(name)}`, {
          given: `${kind} elements in ${text(given)}`,
          expected: `${expected} elements`,
        });
      }
      if (letter === "T") shared = kind;
    }
    for (const [i, each] of output.entries()) {
      const letter = letterAt(gives, i);
      const kind = fixed[letter] ?? (letter === "T" ? shared : undefined);
      if (kind) kinds.set(each, kind);
    }
  }
  for (const { name, dtype } of graph.outputs) {
    const kind = kinds.get(name);
    if (kind && kind !== kindOf(dtype)) {
      throw new FormatError(`${where}: output ${text(name)}`, { given: `${kind} elements`, expected: `${dtype}, as the file says` });
    }
  }
}
