// Models of layers in the form of TensorFlow.js, in and out; graphs are in `imported/tfjs.ts`.

import { isPlainObject } from "../config/index.js";
import { dtypes, isFloat } from "../core/dtype.js";
import { ArgumentError, text, ValueError } from "../core/errors.js";
import { bytesOf } from "../formats/bytes.js";
import { type Elements } from "../formats/dtypes.js";
import { FormatError } from "../formats/error.js";
import { readTfjs, readWeights, type TfjsModel, type TfjsWeight, writeTfjs } from "../formats/tfjs.js";
import type { Variable } from "../variables/variable.js";
import { CheckpointError } from "./error.js";
import { Assignments } from "./keras/assignments.js";
import { modernConfig, modernTraining } from "./keras/legacy-config.js";
import { type Place, readFile } from "./place.js";

/** A model that was read: what it is, and its tensors by name. */
export interface ReadTfjs {
  readonly model: TfjsModel;
  readonly weights: ReadonlyMap<string, Elements>;
  readonly where: string;
}

/** Reads a model and its weights. @throws FormatError, CheckpointError */
export async function readTfjsModel(place: Place): Promise<ReadTfjs> {
  const where = place.path;
  const model = readTfjs(await readFile(place, "a model of TensorFlow.js"), where);
  const weights = new Map<string, Elements>();
  for (const group of model.groups) {
    const files: Uint8Array[] = [];
    for (const name of group.paths) files.push(await readFile({ ...place, name, path: `${where}: ${name}` }, "weights"));
    for (const [name, elements] of readWeights(group, files, where)) weights.set(name, elements);
  }
  return { model, weights, where };
}

/** Config and training config as Keras 3 has them. @throws FormatError where the topology is no model */
export function tfjsConfigs({ model, where }: ReadTfjs): { config: Record<string, unknown>; training: Record<string, unknown> | null } {
  const topology = isPlainObject(model.topology["model_config"]) ? model.topology["model_config"] : model.topology;
  const config = modernConfig({ class_name: topology["class_name"], config: topology["config"] });
  if (!isPlainObject(config) || typeof topology["class_name"] !== "string") {
    throw new FormatError(where, { given: text(topology), expected: "class_name and config of a model" });
  }
  return { config, training: isPlainObject(model.training) ? modernTraining(model.training) : null };
}

/** A variable with the names that lead to it. */
export type PathedVariables = readonly (readonly [path: string, variable: Variable])[];

/**
 * Plans to take over the tensors of a model. Names agree in their last part, and the rest of the one is in the other, in order:
 * TensorFlow.js names no cells and no models around.
 */
export function planTfjs(variables: PathedVariables, { weights, where }: ReadTfjs): Assignments {
  const plan = new Assignments();
  const left = new Map(weights);
  const missing: string[] = [];
  for (const [path, variable] of variables) {
    const own = path.split("/");
    const fits = [...left].filter(([name, { shape }]) => agree(own, name.split("/")) && String(shape) === String(variable.shape));
    const [found] = fits.sort(([a], [b]) => Math.abs(a.split("/").length - own.length) - Math.abs(b.split("/").length - own.length));
    if (!found) {
      missing.push(path);
      continue;
    }
    left.delete(found[0]);
    plan.add(variable, found[1], `${where}: ${found[0]}`);
  }
  if (missing.length === 0 && left.size === 0) return plan;
  // Names that nobody kept: then the order is that of the layers.
  const all = [...weights];
  if (all.length === variables.length && all.every(([, { shape }], i) => String(shape) === String(variables[i]![1].shape))) {
    const ordered = new Assignments();
    all.forEach(([name, elements], i) => ordered.add(variables[i]![1], elements, `${where}: ${name}`));
    return ordered;
  }
  throw new CheckpointError(where, {
    given:
      missing.length > 0
        ? `no tensors for ${missing.slice(0, 5).join(", ")}`
        : `tensors that no layer has: ${[...left.keys()].slice(0, 5).join(", ")}`,
    expected: "one for each weight of the model",
  });
}

/** Whether one list of names is in the other, in order, and both end alike. */
function agree(a: readonly string[], b: readonly string[]): boolean {
  if (a.at(-1) !== b.at(-1)) return false;
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  let at = 0;
  for (const name of long) if (name === short[at]) at++;
  return at === short.length;
}

/** The config as Keras 2 has it, which TensorFlow.js reads: nodes as lists, objects by class and config. */
export function olderConfig(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(olderConfig);
  if (!isPlainObject(value)) return value;
  const { class_name: name, config } = value;
  if (typeof name !== "string" || !("config" in value)) return mapValues(value);
  if (name === "DTypePolicy") return (config as Record<string, unknown>)["name"];
  if (name === "L1" || name === "L2") {
    const { l1 = 0, l2 = 0 } = config as Record<string, unknown>;
    return { class_name: "L1L2", config: { l1, l2 } };
  }
  if (isPlainObject(config) && Array.isArray(config["layers"])) return olderModel(value, config);
  const inner = isPlainObject(config) ? mapValues(config) : config;
  const own = isPlainObject(inner) ? inner : {};
  if (name === "InputLayer" && "batch_shape" in own) {
    own["batch_input_shape"] = own["batch_shape"];
    delete own["batch_shape"];
    delete own["optional"];
    delete own["ragged"];
  }
  const registered = value["registered_name"];
  const isOwn = typeof registered === "string" && registered.includes(">");
  return { class_name: isOwn ? registered : name, config: isPlainObject(inner) ? own : inner };
}

/** Operations that are layers in TensorFlow.js. */
const operationLayers = new Set(["Add", "Multiply", "Maximum", "Minimum"]);

/**
 * A model: its layers with nodes as lists, in which a call of a model inside counts from 1. Operations that only make masks are left out.
 */
function olderModel(value: Record<string, unknown>, config: Record<string, unknown>): unknown {
  const layers = config["layers"] as Record<string, unknown>[];
  const isModel = (layer: Record<string, unknown>) => isPlainObject(layer["config"]) && Array.isArray(layer["config"]["layers"]);
  const models = new Map(layers.filter(isModel).map((layer) => [layer["name"], layer["class_name"]]));
  const isOperation = (layer: Record<string, unknown>) => String(layer["module"]).startsWith("keras.src.ops");
  const used = new Set<unknown>();
  const nodesOf = (layer: Record<string, unknown>) => {
    const nodes = layer["inbound_nodes"];
    return Array.isArray(nodes) ? nodes.map((node) => olderNode(node, models, isOperation(layer))) : undefined;
  };
  const all = layers.map((layer) => ({ layer, nodes: nodesOf(layer) }));
  for (const { nodes } of all) for (const name of JSON.stringify(nodes ?? []).matchAll(/\["([^"]+)",\d+,\d+/g)) used.add(name[1]);
  const ends = (key: string): unknown => {
    const given = config[key];
    if (!Array.isArray(given)) return given;
    const list = (typeof given[0] === "string" ? [given] : given) as unknown[][];
    return list.map(([name, node, tensor]) => {
      used.add(name);
      return [name, (node as number) + (models.get(name) === "Sequential" ? 1 : 0), tensor];
    });
  };
  const [inputs, outputs] = [ends("input_layers"), ends("output_layers")];
  const kept = all.filter(({ layer, nodes }) => !isOperation(layer) || nodes === undefined || used.has(layer["name"]));
  const wrong = kept.find(({ layer }) => isOperation(layer) && !operationLayers.has(String(layer["class_name"])));
  if (wrong) {
    throw new ArgumentError("save", {
      given: `the operation ${String(wrong.layer["class_name"])} in the model`,
      expected: "layers: models of TensorFlow.js have no operations between them",
      hint: "export writes ONNX, which has.",
    });
  }
  return {
    class_name: value["class_name"] === "Functional" ? "Model" : value["class_name"],
    config: {
      name: config["name"],
      layers: kept.map(({ layer, nodes }) => ({
        ...(olderConfig(isOperation(layer) ? { ...layer, config: { name: layer["name"] } } : layer) as object),
        ...(layer["name"] !== undefined && { name: layer["name"] }),
        ...(nodes && { inbound_nodes: nodes }),
      })),
      ...(inputs !== undefined && { input_layers: inputs, output_layers: outputs }),
    },
  };
}

const mapValues = (record: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(record).map(([key, item]) => [key, olderConfig(item)]));

/** A tensor of a config as `[layer, node, tensor]`, also inside of lists; undefined for what is none. */
function historyOf(value: unknown, models: ReadonlyMap<unknown, unknown>): unknown {
  if (Array.isArray(value)) {
    const all = value.map((each) => historyOf(each, models));
    return all.length > 0 && all.every((each) => each !== undefined) ? all : undefined;
  }
  if (!isPlainObject(value) || value["class_name"] !== "__keras_tensor__") return undefined;
  const [name, node, tensor] = (value["config"] as Record<string, unknown>)["keras_history"] as [string, number, number];
  return [name, node + (models.has(name) ? 1 : 0), tensor];
}

/** Names of the inputs behind the first one, which only attention has. */
const furtherInputs = ["value", "key"];

/** A node with arguments as a list of `[layer, node, tensor, options]`. Masks are carried by the tensors themselves. */
function olderNode(node: unknown, models: ReadonlyMap<unknown, unknown>, isOperation: boolean): unknown {
  const { args, kwargs } = node as { args: unknown[]; kwargs: Record<string, unknown> };
  const options: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(kwargs)) {
    if (value !== null && key !== "mask") options[key] = historyOf(value, models) ?? olderConfig(value);
  }
  const histories = args.map((each) => historyOf(each, models) as unknown[] | undefined);
  const first = isOperation ? histories : histories[0];
  if (!isOperation) {
    histories.slice(1).forEach((history, i) => {
      if (history !== undefined) options[furtherInputs[i] ?? `input_${i + 1}`] = history;
    });
  }
  const list = first === undefined ? [] : typeof first[0] === "string" ? [first] : first;
  return list.flatMap((history, i) => (history === undefined ? [] : [[...(history as unknown[]), i === 0 ? options : {}]]));
}

/** The files of a model of layers. */
export function tfjsFiles(name: string, config: unknown, variables: PathedVariables) {
  const weights = variables.map(([path, variable]): TfjsWeight => {
    // TensorFlow.js has float32, int32 and bool.
    const { dtype, shape } = variable;
    if (dtype === "float32" || dtype === "int32" || dtype === "bool") return { name: path, dtype, shape, bytes: variable.fileBytes() };
    const elements = variable.elements();
    if (isFloat(dtype)) return { name: path, dtype: "float32", shape, bytes: bytesOf(elements) };
    const large = elements.find((value) => value > dtypes.int32.range[1]);
    if (large === undefined) return { name: path, dtype: "int32", shape, bytes: bytesOf(Int32Array.from(elements)) };
    throw new ValueError(`model.save: ${path}`, {
      given: `${large} as ${dtype}`,
      expected: "a value within int32, which TensorFlow.js has",
    });
  });
  const topology = { ...(olderConfig(config) as object), keras_version: "tfjs-layers 4.22.0", backend: "tensor_flow.js" };
  return writeTfjs(name, topology, null, weights);
}
