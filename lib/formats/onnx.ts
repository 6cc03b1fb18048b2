// ONNX models as messages, after onnx.proto3: what is written and read here of them.

import { text } from "../core/errors.js";
import { bytesOf, copyOf, type Pieces } from "./bytes.js";
import { checkedSize, type Elements, type FileDtype, fromFile } from "./dtypes.js";
import { FormatError, UnsupportedFormatError } from "./error.js";
import { type Message, readMessage, type Values, writeMessage } from "./protobuf.js";

const tensor: Message = {
  dims: [1, "int", "many"], dataType: [2, "int"], floatData: [4, "float", "many"], int32Data: [5, "int", "many"],
  int64Data: [7, "int", "many"], name: [8, "string"], rawData: [9, "bytes"], doubleData: [10, "double", "many"], dataLocation: [14, "int"],
}; // prettier-ignore
const attribute: Message = () => ({
  name: [1, "string"], f: [2, "float"], i: [3, "int"], s: [4, "bytes"], t: [5, tensor], g: [6, graph],
  floats: [7, "float", "many"], ints: [8, "int", "many"], strings: [9, "bytes", "many"], type: [20, "int"],
}); // prettier-ignore
const node: Message = {
  input: [1, "string", "many"], output: [2, "string", "many"], name: [3, "string"], opType: [4, "string"],
  attribute: [5, attribute, "many"], domain: [7, "string"],
}; // prettier-ignore
const dimension: Message = { value: [1, "int"], param: [2, "string"] };
const valueInfo: Message = {
  name: [1, "string"],
  type: [2, { tensorType: [1, { elemType: [1, "int"], shape: [2, { dim: [1, dimension, "many"] }] }] }],
};
const graph: Message = () => ({
  node: [1, node, "many"],
  name: [2, "string"],
  initializer: [5, tensor, "many"],
  input: [11, valueInfo, "many"],
  output: [12, valueInfo, "many"],
});
const model: Message = {
  irVersion: [1, "int"], producerName: [2, "string"], producerVersion: [3, "string"], graph: [7, graph],
  opsetImport: [8, { domain: [1, "string"], version: [2, "int"] }, "many"],
}; // prettier-ignore

/** Numbers of element types. */
const dataTypes: Partial<Record<FileDtype, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
};

/** The number of an element type. */
export const dataTypeOf = (dtype: FileDtype): number => dataTypes[dtype]!;

/** The element type of a number. @throws UnsupportedFormatError for strings and others that no tensor holds */
export function fileDtypeOf(dataType: number, where: string): FileDtype {
  const found = Object.entries(dataTypes).find(([, number]) => number === dataType)?.[0];
  if (found) return found as FileDtype;
  throw new UnsupportedFormatError(where, {
    given: `elements of type ${dataType}`,
    expected: `one of ${Object.keys(dataTypes).join(", ")}`,
  });
}

/** A node of a graph. */
export interface OnnxNode {
  readonly opType: string;
  readonly name: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attributes: ReadonlyMap<string, Values>;
}

/** A value that goes in or out; null is a length that is not known. */
export interface OnnxValue {
  readonly name: string;
  readonly dtype: FileDtype;
  readonly shape: readonly (number | null)[];
}

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: ReadonlyMap<string, Elements & { readonly fileDtype: FileDtype }>;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly opset: number;
}

/** The graph of a model. @throws FormatError for a file that is damaged or none */
export function readOnnx(file: Uint8Array, where: string): OnnxGraph {
  const parsed = readMessage(file, model, where);
  const own = parsed["graph"] as Values | undefined;
  const versions = parsed["opsetImport"] as Values[];
  const version = versions.find(({ domain }) => domain === undefined || domain === "")?.["version"];
  if (!own || typeof parsed["irVersion"] !== "number" || typeof version !== "number") {
    throw new FormatError(where, { given: "a file without graph, version and operators", expected: "an ONNX model" });
  }
  const names = new Set<string>();
  const initializers = new Map(
    (own["initializer"] as Values[]).map((each) => {
      const name = String(each["name"] ?? "");
      if (names.has(name)) throw new FormatError(where, { given: `two initializers named ${text(name)}`, expected: "one" });
      names.add(name);
      return [name, tensorOf(each, `${where}: ${name}`)] as const;
    }),
  );
  const nodes = (own["node"] as Values[]).map((each): OnnxNode => {
    const attributes = new Map((each["attribute"] as Values[]).map((value) => [String(value["name"]), value]));
    const name = String(each["name"] ?? "");
    return { opType: String(each["opType"]), name, input: each["input"] as string[], output: each["output"] as string[], attributes };
  });
  const values = (key: string) => (own[key] as Values[]).map((each) => valueOf(each, where));
  return {
    nodes,
    initializers,
    inputs: values("input").filter(({ name }) => !initializers.has(name)),
    outputs: values("output"),
    opset: version,
  };
}

function valueOf({ name, type }: Values, where: string): OnnxValue {
  const tensorType = (type as Values | undefined)?.["tensorType"] as Values | undefined;
  if (!tensorType) throw new UnsupportedFormatError(where, { given: `${text(name)}, which is no tensor`, expected: "tensors" });
  const dims = ((tensorType["shape"] as Values | undefined)?.["dim"] ?? []) as Values[];
  const shape = dims.map(({ value }) => (typeof value === "number" && value >= 0 && value < 2 ** 31 ? value : null));
  return { name: String(name), dtype: fileDtypeOf(Number(tensorType["elemType"] ?? 0), where), shape };
}

/** What a tensor message holds. @throws FormatError where shape and elements do not fit */
export function tensorOf(message: Values, where: string): Elements & { readonly fileDtype: FileDtype } {
  const shape = message["dims"] as number[];
  const fileDtype = fileDtypeOf(Number(message["dataType"] ?? 0), where);
  if (message["dataLocation"] === 1)
    throw new UnsupportedFormatError(where, { given: "elements in another file", expected: "elements in the model" });
  const size = checkedSize(shape, where);
  const raw = message["rawData"] as Uint8Array | undefined;
  if (raw) return { ...fromFile(fileDtype === "int64" ? withEnds(raw) : raw, fileDtype, shape, where), fileDtype };
  const lists = ["floatData", "int32Data", "int64Data", "doubleData"]
    .map((key) => message[key] as number[])
    .filter((list) => list.length > 0);
  const values = lists[0] ?? [];
  // Without elements a file says so by an empty field or by one axis of length 0: more axes are elements that were taken for lengths.
  const isLost = lists.length === 0 && shape.length > 1 && size === 0;
  if (isLost || lists.length > 1 || values.length !== size) {
    throw new FormatError(where, {
      given: `${values.length} elements for the shape ${text(shape)}`,
      expected: isLost ? "a field of elements" : `${size}`,
    });
  }
  // Narrow elements stand in lists of wider ones, float16 by its bits.
  const bits = {
    float16: Uint16Array,
    bfloat16: Uint16Array,
    float32: Float32Array,
    float64: Float64Array,
    int32: Int32Array,
    int8: Int8Array,
    int16: Int16Array,
    uint8: Uint8Array,
    uint16: Uint16Array,
    bool: Uint8Array,
  } as const;
  if (fileDtype === "int64" || fileDtype === "uint64" || fileDtype === "uint32") {
    return { ...fromFile(bytesOf(BigInt64Array.from(values, (value) => BigInt(clamped(value)))), "int64", shape, where), fileDtype };
  }
  const array = bits[fileDtype as keyof typeof bits];
  return { ...fromFile(bytesOf(array.from(values)), fileDtype, shape, where), fileDtype };
}

/**
 * Exporters write the ends of int64 for "up to the end": what lies beyond 2⁶² is the end of int32, which tensors have. All else has to fit.
 */
const clamped = (value: number): number => (Math.abs(value) < 2 ** 62 ? value : Math.sign(value) * 2 ** 31 - (value > 0 ? 1 : 0));

/** Elements of 64 bits, ends of int64 as those of int32; a copy only where there are any. */
function withEnds(bytes: Uint8Array): Uint8Array {
  if (bytes.length % 8 !== 0) return bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let changed: BigInt64Array | undefined;
  for (let i = 0; i < bytes.length / 8; i++) {
    const value = Number(view.getBigInt64(i * 8, true));
    if (clamped(value) === value) continue;
    changed ??= new BigInt64Array(copyOf(bytes).buffer);
    changed[i] = BigInt(clamped(value));
  }
  return changed ? bytesOf(changed) : bytes;
}

/** A tensor as a message. */
export const tensorMessage = (name: string, dtype: FileDtype, shape: readonly number[], bytes: Uint8Array): Values => ({
  name,
  dims: shape,
  dataType: dataTypeOf(dtype),
  rawData: bytes,
});

/** What attributes may be: a whole number, a float `{ float }`, text, and lists of whole numbers, floats and texts. */
export type AttributeInput =
  | number
  | string
  | { readonly float: number }
  | readonly number[]
  | { readonly floats: readonly number[] }
  | { readonly texts: readonly string[] };

/** An attribute as a message. */
export function attributeMessage(name: string, value: AttributeInput): Values {
  if (typeof value === "number") return { name, i: value, type: 2 };
  if (typeof value === "string") return { name, s: new TextEncoder().encode(value), type: 3 };
  if (Array.isArray(value)) return { name, ints: value, type: 7 };
  if ("texts" in value) return { name, strings: value.texts.map((each) => new TextEncoder().encode(each)), type: 8 };
  return "float" in value ? { name, f: value.float, type: 1 } : { name, floats: (value as { floats: readonly number[] }).floats, type: 6 };
}

/** A value that goes in or out as a message; lengths that are not known have names. */
export const valueMessage = (name: string, dtype: FileDtype, shape: readonly (number | string)[]): Values => ({
  name,
  type: {
    tensorType: {
      elemType: dataTypeOf(dtype),
      shape: { dim: shape.map((length) => (typeof length === "number" ? { value: length } : { param: length })) },
    },
  },
});

/** The operators that files are written for. */
export const OPSET = 18;

/** The file of a graph. */
export const writeOnnx = (own: Values): Pieces =>
  writeMessage({ irVersion: 8, producerName: "kerasm", graph: own, opsetImport: [{ domain: "", version: OPSET }] }, model);
