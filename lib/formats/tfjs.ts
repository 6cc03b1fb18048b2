// Models of TensorFlow.js: a JSON file with the topology and a manifest of weights, and files of weights beside it, which hold the elements
// one tensor after the other; elements may be quantized.

import { isPlainObject } from "../config/json.js";
import { text } from "../core/errors.js";
import { joined, textOf } from "./bytes.js";
import { bytesPer, checkedSize, type Elements, type FileDtype, fromFile } from "./dtypes.js";
import { FormatError, UnsupportedFormatError } from "./error.js";
import { parseJson } from "./json.js";

/** A tensor of the manifest. */
interface Entry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly quantization?: { readonly dtype: string; readonly scale?: number; readonly min?: number };
}

/** Files of weights that are read one after the other, and the tensors in them. */
interface Group {
  readonly paths: readonly string[];
  readonly weights: readonly Entry[];
}

export interface TfjsModel {
  readonly format: "layers-model" | "graph-model";
  readonly topology: Readonly<Record<string, unknown>>;
  readonly groups: readonly Group[];
  readonly signature: unknown;
  readonly training: unknown;
}

const dtypes: Readonly<Record<string, FileDtype>> = {
  float32: "float32",
  int32: "int32",
  bool: "bool",
  uint8: "uint8",
  float16: "float16",
  uint16: "uint16",
};

/** The model in a JSON file, without weights. @throws FormatError for what is none, or names files elsewhere */
export function readTfjs(file: Uint8Array, where: string): TfjsModel {
  const fail = (given: unknown, expected: string): never => {
    throw new FormatError(where, { given: text(given), expected });
  };
  const model = parseJson(textOf(file, where), where);
  if (!isPlainObject(model) || !isPlainObject(model["modelTopology"])) return fail(model, "a model of TensorFlow.js");
  const topology = model["modelTopology"];
  const format = model["format"] ?? ("node" in topology ? "graph-model" : "layers-model");
  if (format !== "layers-model" && format !== "graph-model") return fail(format, '"layers-model" or "graph-model"');
  const manifest = model["weightsManifest"] ?? [];
  if (!Array.isArray(manifest)) return fail(manifest, "weightsManifest: groups of weights");
  const names = new Set<string>();
  const groups = manifest.map((group: unknown): Group => {
    const { paths, weights } = isPlainObject(group) ? group : {};
    const isFile = (path: unknown) => typeof path === "string" && /^[^/\\:]+$/.test(path) && path !== ".." && path !== ".";
    if (!Array.isArray(paths) || !paths.every(isFile)) return fail(paths, "paths: files beside the model");
    if (!Array.isArray(weights)) return fail(weights, "weights: tensors by name, shape and dtype");
    for (const weight of weights as unknown[]) {
      const { name, shape, dtype, quantization } = isPlainObject(weight) ? weight : {};
      const isShape = Array.isArray(shape) && shape.every((length) => Number.isSafeInteger(length) && (length as number) >= 0);
      if (typeof name !== "string" || !isShape || typeof dtype !== "string" || names.has(name))
        fail(weight, "a tensor with a name of its own, shape and dtype");
      if (quantization !== undefined && !isPlainObject(quantization)) fail(weight, "quantization: dtype, scale and min");
      names.add(name as string);
    }
    return { paths: paths as string[], weights: weights as Entry[] };
  });
  const training = model["trainingConfig"] ?? topology["training_config"];
  return { format, topology, groups, signature: model["signature"], training };
}

/** The tensors of a group by name, of the contents of its files. @throws FormatError where lengths do not agree */
export function readWeights({ paths, weights }: Group, files: readonly Uint8Array[], where: string): Map<string, Elements> {
  const bytes = joined(files);
  const found = new Map<string, Elements>();
  let at = 0;
  for (const { name, shape, dtype, quantization } of weights) {
    const place = `${where}: ${name}`;
    const stored = quantization?.dtype ?? dtype;
    const fileDtype = Object.hasOwn(dtypes, stored) ? dtypes[stored] : undefined;
    if (!fileDtype)
      throw new UnsupportedFormatError(place, {
        given: `elements of ${text(stored)}`,
        expected: `one of ${Object.keys(dtypes).join(", ")}`,
      });
    const length = checkedSize(shape, place) * bytesPer(fileDtype);
    const elements = fromFile(bytes.subarray(at, at + length), fileDtype, shape, place);
    at += length;
    found.set(name, quantization && stored !== "float16" ? dequantized(elements, quantization, dtype, place) : elements);
  }
  if (at !== bytes.length) throw new FormatError(where, { given: `${bytes.length} bytes in ${paths.join(", ")}`, expected: `${at}` });
  return found;
}

/** value · scale + min of each element. */
function dequantized(
  { elements, shape }: Elements,
  { scale, min }: { scale?: number; min?: number },
  dtype: string,
  where: string,
): Elements {
  if (typeof scale !== "number" || typeof min !== "number" || !Number.isFinite(scale) || !Number.isFinite(min)) {
    throw new FormatError(where, { given: `the scale ${text(scale)} and the least value ${text(min)}`, expected: "numbers" });
  }
  if (dtype === "int32") return { dtype, shape, elements: Int32Array.from(elements, (value) => Math.round(value * scale + min)) };
  return { dtype: "float32", shape, elements: Float32Array.from(elements, (value) => value * scale + min) };
}

/** A tensor to be written. */
export interface TfjsWeight {
  readonly name: string;
  readonly dtype: FileDtype;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

const SHARD = 4 * 2 ** 20;

/** The files of a model: weights in parts of 4 MB, as TensorFlow.js has them, then the JSON. */
export function writeTfjs(name: string, topology: object, training: object | null, weights: readonly TfjsWeight[]) {
  const bytes = joined(weights.map((weight) => weight.bytes));
  const count = Math.max(1, Math.ceil(bytes.length / SHARD));
  const base = name.replace(/\.json$/, "");
  const prefix = base === "model" ? "" : `${base}.`;
  const shards = Array.from({ length: count }, (_, i) => ({
    name: `${prefix}group1-shard${i + 1}of${count}.bin`,
    content: [bytes.subarray(i * SHARD, (i + 1) * SHARD)],
  }));
  const manifest = [
    { paths: shards.map((shard) => shard.name), weights: weights.map(({ name, shape, dtype }) => ({ name, shape, dtype })) },
  ];
  const model = {
    format: "layers-model",
    generatedBy: "kerasm",
    convertedBy: null,
    modelTopology: topology,
    ...(training && { trainingConfig: training }),
    weightsManifest: manifest,
  };
  return [...shards, { name, content: [new TextEncoder().encode(JSON.stringify(model))] }];
}
