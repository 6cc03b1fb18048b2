// Models of layers in the form of TensorFlow.js, in and out; graphs are in `imported/tfjs.ts`.

import { isPlainObject } from "../config/index.js";
import { text } from "../core/errors.js";
import { bytesOf } from "../formats/bytes.js";
import { type Elements } from "../formats/dtypes.js";
import { FormatError } from "../formats/error.js";
import { readTfjs, readWeights, type TfjsModel, type TfjsWeight, writeTfjs } from "../formats/tfjs.js";
import type { Variable } from "../variables/variable.js";
import { CheckpointError } from "./format.js";
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
 * Plans to take over the tensors of a model. Names agree in their last part, and the rest of the one is in the other, in order: TensorFlow.js
 * names no cells and no models around.
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
  const inner = isPlainObject(config) ? mapValues(config) : config;
  const own = isPlainObject(inner) ? inner : {};
  delete own["build_input_shape"];
  if (name === "InputLayer" && "batch_shape" in own) {
    own["batch_input_shape"] = own["batch_shape"];
    delete own["batch_shape"];
    delete own["optional"];
    delete own["ragged"];
  }
  const nodes = value["inbound_nodes"];
  for (const key of ["input_layers", "output_layers"] as const) {
    const ends = own[key];
    if (Array.isArray(ends) && typeof ends[0] === "string") own[key] = [ends];
  }
  return {
    class_name: name === "Functional" ? "Model" : name,
    config: isPlainObject(inner) ? own : inner,
    ...(value["name"] !== undefined && { name: value["name"] }),
    ...(Array.isArray(nodes) && { inbound_nodes: nodes.map(olderNode) }),
  };
}

const mapValues = (record: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(record).map(([key, item]) => [key, olderConfig(item)]));

/** A node with arguments as a list of `[layer, node, tensor, options]`. */
function olderNode(node: unknown): unknown {
  const { args, kwargs } = node as { args: unknown[]; kwargs: Record<string, unknown> };
  const options = Object.fromEntries(Object.entries(kwargs).filter(([, value]) => value !== null).map(([key, value]) => [key, olderConfig(value)])); // prettier-ignore
  const tensors = args.flat(3).flatMap((each) => {
    const history = isPlainObject(each) && each["class_name"] === "__keras_tensor__" ? (each["config"] as Record<string, unknown>)["keras_history"] : undefined; // prettier-ignore
    return Array.isArray(history) ? [[...(history as unknown[]), {}]] : [];
  });
  if (tensors.length > 0) tensors[0]![3] = options;
  return tensors;
}

/** The files of a model of layers. */
export function tfjsFiles(name: string, config: unknown, variables: PathedVariables) {
  const weights = variables.map(([path, { dtype, shape, state }]): TfjsWeight => ({
    name: path,
    dtype,
    shape,
    bytes: bytesOf(state.view().slice()),
  }));
  const topology = { ...(olderConfig(config) as object), keras_version: "tfjs-layers 4.22.0", backend: "tensor_flow.js" };
  return writeTfjs(name, topology, null, weights);
}
