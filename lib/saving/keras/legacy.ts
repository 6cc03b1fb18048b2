// Whole models and weights in the HDF5 layout of Keras 1 and 2, which Keras 3 still reads and writes as `.h5`: groups by the names of the
// model's layers, in each the attribute weight_names and datasets of these names.

import { isPlainObject } from "../../config/index.js";
import { text } from "../../core/errors.js";
import { FormatError } from "../../formats/error.js";
import { groupAt, type Hdf5Dataset, type Hdf5Group, memberAt, textsOf } from "../../formats/hdf5/tree.js";
import { GroupWriter } from "../../formats/hdf5/writer.js";
import { parseJson, toJson } from "../../formats/json.js";
import type { Variable } from "../../variables/variable.js";
import { CheckpointError } from "../error.js";
import { KERAS_VERSION } from "./archive.js";
import { Assignments } from "./assignments.js";
import { legacyConfig, modernConfig, modernTraining } from "./legacy-config.js";
import { datasetOf, elementsOf } from "./weights.js";

/** A layer, as these files see it. */
export interface LegacyLayer {
  readonly name: string;
  readonly trainableWeights: readonly Variable[];
  readonly nonTrainableWeights: readonly Variable[];
}

/** A model, as these files see it. `own` are its variables outside of layers. */
export interface LegacyModel {
  readonly layers: readonly LegacyLayer[];
  readonly own: readonly Variable[];
  readonly optimizer: { readonly name: string; readonly variables: readonly Variable[] } | null;
}

/** The longest attribute that a header of an object takes. */
const HEADER_LIMIT = 64512;

const weightsOf = (layer: LegacyLayer): Variable[] => [...layer.trainableWeights, ...layer.nonTrainableWeights];
const pathOf = (variable: Variable): string => ("path" in variable ? String(variable.path) : variable.name);

/** The file of a whole model, config and all. */
export function legacyModel(model: LegacyModel, config: unknown, training: object | null): GroupWriter {
  const file = new GroupWriter();
  const { attributes } = file;
  attributes.set("keras_version", { utf8: KERAS_VERSION }).set("backend", { utf8: "kerasm" });
  attributes.set("model_config", { ascii: toJson(legacyConfig(config)) });
  if (training) attributes.set("training_config", { ascii: toJson(training) });
  legacyWeights(model, file.group("model_weights"));
  if (model.optimizer && model.optimizer.variables.length > 0) {
    const { name, variables } = model.optimizer;
    writeNamed(
      file.group("optimizer_weights"),
      variables.map((variable) => [`${name}/${variable.name}`, variable]),
    );
  }
  return file;
}

/** Writes the weights alone. */
export function legacyWeights({ layers, own }: LegacyModel, file: GroupWriter): void {
  setNames(file, "layer_names", layers.map(({ name }) => name)); // prettier-ignore
  file.attributes.set("backend", { ascii: "kerasm" }).set("keras_version", { ascii: KERAS_VERSION });
  for (const layer of layers)
    writeNamed(
      file.group(layer.name),
      weightsOf(layer).map((variable) => [pathOf(variable), variable]),
    );
  writeNamed(file.group("top_level_model_weights"), own.map((variable) => [pathOf(variable), variable])); // prettier-ignore
}

function writeNamed(group: GroupWriter, weights: readonly (readonly [string, Variable])[]): void {
  setNames(group, "weight_names", weights.map(([name]) => name)); // prettier-ignore
  for (const [name, variable] of weights) group.dataset(name, datasetOf(variable));
}

/** A list of names as an attribute, in as many parts as it takes. */
function setNames(group: GroupWriter, name: string, names: readonly string[]): void {
  const longest = names.reduce((most, each) => Math.max(most, new TextEncoder().encode(each).length), 16);
  const most = Math.max(1, Math.floor(HEADER_LIMIT / longest));
  if (names.length <= most) group.attributes.set(name, { ascii: names });
  else for (let i = 0; i * most < names.length; i++) group.attributes.set(`${name}${i}`, { ascii: names.slice(i * most, (i + 1) * most) });
}

function namesIn(group: Hdf5Group, name: string): string[] {
  const whole = textsOf(group, name);
  if (whole) return [...whole];
  const parts: string[] = [];
  for (let i = 0; ; i++) {
    const part = textsOf(group, `${name}${i}`);
    if (!part) return parts;
    parts.push(...part);
  }
}

/** The weights of a group in the order of their names. */
function valuesIn(group: Hdf5Group, where: string): [string, Hdf5Dataset][] {
  return namesIn(group, "weight_names").map((name) => {
    const dataset = memberAt(group, name);
    if (dataset?.kind === "dataset") return [name, dataset];
    throw new FormatError(where, { given: `no dataset ${text(name)}`, expected: "one for each of weight_names" });
  });
}

/** How legacy weights are taken over. */
export interface LegacyOptions {
  /** Match layers by their names instead of by their order. */
  readonly byName?: boolean;
  /** Leave out layers whose weights do not fit, with a warning. */
  readonly skipMismatch?: boolean;
}

/** Plans to take over the weights of a file. @throws CheckpointError where they do not fit */
export function planLegacy(model: LegacyModel, file: Hdf5Group, where: string, { byName, skipMismatch }: LegacyOptions = {}): Assignments {
  const root = file.attributes.has("layer_names") || file.attributes.has("layer_names0") ? file : groupAt(file, "model_weights");
  if (!root) throw new FormatError(where, { given: "a file without layer_names", expected: "the weights of a model" });
  const plan = new Assignments();
  const saved = namesIn(root, "layer_names").map((name) => {
    const group = groupAt(root, name);
    if (!group) throw new FormatError(where, { given: `no group ${text(name)}`, expected: "one for each of layer_names" });
    return { name, values: valuesIn(group, `${where}: ${name}`) };
  });
  const take = (name: string, variables: readonly Variable[], values: readonly [string, Hdf5Dataset][]): void => {
    const part = new Assignments();
    try {
      if (values.length !== variables.length) {
        throw new CheckpointError(`${where}: ${name}`, {
          given: `${values.length} weights`,
          expected: `${variables.length}, as the layer has`,
          hint: "The file is of another model. Nothing was changed.",
        });
      }
      values.forEach(([weight, dataset], i) => part.add(variables[i]!, elementsOf(dataset, `${where}: ${weight}`), `${where}: ${weight}`));
      plan.addAll(part);
    } catch (error) {
      if (!skipMismatch) throw error;
      console.warn(`kerasm: the layer ${name} was left out: ${(error as Error).message}`);
    }
  };
  if (byName) {
    for (const { name, values } of saved) {
      for (const layer of model.layers) if (layer.name === name) take(name, weightsOf(layer), values);
    }
  } else {
    const layers = model.layers.filter((layer) => weightsOf(layer).length > 0);
    const full = saved.filter(({ values }) => values.length > 0);
    if (layers.length !== full.length) {
      throw new CheckpointError(where, {
        given: `weights of ${full.length} layers`,
        expected: `${layers.length}, as the model has`,
        hint: "The file is of another model. Nothing was changed. byName: true takes the layers whose names agree.",
      });
    }
    full.forEach(({ name, values }, i) => take(name, weightsOf(layers[i]!), values));
  }
  const top = groupAt(root, "top_level_model_weights");
  if (top) take("top_level_model_weights", model.own, valuesIn(top, where));
  return plan;
}

/** The config and training config in a whole-model file, as today's. @throws FormatError where there is no model */
export function legacyConfigs(
  file: Hdf5Group,
  where: string,
): { config: Record<string, unknown>; training: Record<string, unknown> | null } {
  const read = (name: string, modern: (config: never) => unknown): Record<string, unknown> | null => {
    const json = textsOf(file, name)?.[0];
    const parsed = json === undefined ? null : modern(parseJson(json, `${where}: ${name}`) as never);
    if (parsed === null || isPlainObject(parsed)) return parsed;
    throw new FormatError(`${where}: ${name}`, { given: text(parsed), expected: "a config" });
  };
  const config = read("model_config", modernConfig);
  if (config && typeof config["class_name"] === "string") return { config, training: read("training_config", modernTraining) };
  throw new FormatError(where, {
    given: "a file without model_config",
    expected: "a whole model",
    hint: "loadWeights reads weights alone.",
  });
}

/** Plans to take over the state of the optimizer; one of another kind starts anew. */
export function planLegacyOptimizer(optimizer: LegacyModel["optimizer"], file: Hdf5Group, where: string, plan: Assignments): void {
  const group = groupAt(file, "optimizer_weights");
  if (!optimizer || !group) return;
  const values = valuesIn(group, `${where}: optimizer_weights`);
  const own = new Assignments();
  try {
    // One that was not built when it was saved has its first variables only: the step and the rate.
    if (values.length !== optimizer.variables.length && values.length > 2) {
      throw new CheckpointError(where, { given: `${values.length} variables`, expected: `${optimizer.variables.length}` });
    }
    values.forEach(([name, dataset], i) => own.add(optimizer.variables[i]!, elementsOf(dataset, `${where}: ${name}`), `${where}: ${name}`));
    plan.addAll(own);
  } catch (error) {
    console.warn(`kerasm: ${where}: the optimizer starts anew: ${(error as Error).message}`);
  }
}
