// The state of an object in Keras's HDF5 layout: for each object a group `path/vars` with the attribute `name` and the variables 0, 1, 2, …

import { asTensor, type TensorLike } from "../../core/convert.js";
import { bytesOfElements, dtypes } from "../../core/dtype.js";
import { KerasmError, text } from "../../core/errors.js";
import { sizeOf } from "../../core/shape.js";
import { adoptTensor, type Tensor } from "../../core/tensor.js";
import { bytesOf } from "../../formats/bytes.js";
import { type Elements, type FileDtype, fromFile } from "../../formats/dtypes.js";
import { groupAt, type Hdf5Dataset, type Hdf5Group, textsOf } from "../../formats/hdf5/tree.js";
import { DatasetWriter, type GroupWriter } from "../../formats/hdf5/writer.js";
import type { Variable } from "../../variables/variable.js";
import { CheckpointError } from "../error.js";
import { Assignments } from "./assignments.js";
import { type KerasObject, kerasObjects } from "./walk.js";
import { type KerasSaveable, type KerasState, loadsByItself, savesByItself } from "../saveable.js";

/** The present value of a variable as a dataset; the elements are copied, so training may go on. */
export const datasetOf = (variable: Variable): DatasetWriter => dataset(variable, variable.fileBytes());

/** A tensor as a dataset. */
export const datasetOfTensor = (tensor: Tensor): DatasetWriter => dataset(tensor, bytesOfElements(tensor.dtype, tensor.data()));

function dataset({ dtype, shape }: Variable | Tensor, bytes: Uint8Array): DatasetWriter {
  const writer = new DatasetWriter(dtype, shape as readonly number[], bytes);
  // HDF5 has no such floats: Keras writes them as bytes, and says so.
  if (dtype === "bfloat16") writer.attributes.set("dtype", { utf8: "bfloat16" });
  return writer;
}

/** A variable, or what a layer wrote by itself, of an object. */
export interface OwnVariable {
  readonly key: string;
  readonly data: DatasetWriter;
}

/** The group beside `vars` in which exact state stands, which Keras does not look into. */
const BESIDE = "kerasm";

/** What an object writes. */
export function ownVariables({ object, state }: KerasObject): OwnVariable[] {
  if (!savesByItself(object)) {
    return state.variables.map((variable, i) => {
      const merged = state.merged?.get(variable);
      return { key: `${i}`, data: merged ? datasetOfTensor(merged()) : datasetOf(variable) };
    });
  }
  const store = Object.create(null) as Record<string, TensorLike>;
  object.saveOwnVariables!(store);
  return Object.entries(store).map(([key, value]) => ({ key, data: datasetOfTensor(asTensor(value)) }));
}

/** Writes the state of an object and of all that it holds below a group. */
export function writeState(root: KerasSaveable & object, file: GroupWriter): void {
  for (const each of kerasObjects(root)) {
    const group = file.group(`${each.path}/vars`);
    group.attributes.set("name", { utf8: each.state.name });
    for (const { key, data } of ownVariables(each)) group.members.set(key, data);
    const beside = Object.entries(each.state.beside ?? {});
    if (beside.length > 0) for (const [key, variable] of beside) file.group(`${each.path}/${BESIDE}`).members.set(key, datasetOf(variable));
  }
}

/** What a dataset of a file holds. @throws FormatError for what no tensor holds */
export function elementsOf(dataset: Hdf5Dataset, where: string): Elements {
  const { type, shape, attributes } = dataset;
  const isBfloat16 = textsOf({ attributes }, "dtype")?.[0] === "bfloat16";
  if (type.kind === "opaque" && type.bytes === 2 && isBfloat16) return fromFile(dataset.read(), "bfloat16", shape, where);
  if (type.kind === "number") return fromFile(dataset.read(), type.dtype as FileDtype, shape, where, type.isBigEndian);
  throw new CheckpointError(where, { given: `a dataset of ${type.kind}`, expected: "numbers" });
}

/** How the state of an object is taken over. */
export interface LoadOptions {
  /** Leave out objects whose state does not fit, with a warning. */
  readonly skipMismatch?: boolean;
  /** Objects that stay as they are. */
  readonly skip?: ReadonlySet<object>;
}

/** What a file has, by the path of an object. */
export interface VariableStore {
  /** The variables of an object by name. */
  at(path: string): ReadonlyMap<string, Hdf5Dataset> | undefined;
  /** What stands beside them. */
  beside?(path: string): ReadonlyMap<string, Hdf5Dataset> | undefined;
  /** Paths of objects that have variables. */
  readonly paths: readonly string[];
}

/** What a file holds, by the path of an object. */
export function storeOf(file: Hdf5Group): VariableStore {
  // Keras 2.13 had another name for lists of layers.
  const old = "_layer_checkpoint_dependencies";
  const paths: string[] = [];
  const visit = (group: Hdf5Group, path: readonly string[]): void => {
    for (const [name, member] of group.members) {
      if (member.kind !== "group") continue;
      if (name === "vars" && [...member.members.values()].some(({ kind }) => kind === "dataset")) paths.push(path.join("/"));
      else visit(member, [...path, name === old ? "layers" : name]);
    }
  };
  visit(file, []);
  return {
    paths,
    at(path) {
      const group = groupAt(file, `${path}/vars`) ?? groupAt(file, `${path.replaceAll("layers", old)}/vars`);
      return group && datasetsIn(group);
    },
    beside(path) {
      const group = groupAt(file, `${path}/${BESIDE}`);
      return group && datasetsIn(group);
    },
  };
}

const datasetsIn = (group: Hdf5Group): Map<string, Hdf5Dataset> =>
  new Map([...group.members].filter((entry): entry is [string, Hdf5Dataset] => entry[1].kind === "dataset"));

/** Plans to take over the state of an object and of all that it holds. @throws CheckpointError that names all that does not fit */
export function planState(
  root: KerasSaveable & object,
  store: VariableStore,
  where: string,
  { skipMismatch, skip }: LoadOptions = {},
): Assignments {
  const plan = new Assignments();
  const failures: Error[] = [];
  const left = new Set(store.paths);
  for (const each of kerasObjects(root)) {
    left.delete(each.path);
    if (skip?.has(each.object)) continue;
    const part = new Assignments();
    try {
      planObject(each, store, `${where}: ${each.path || "the model"} (${each.state.name})`, part);
      plan.addAll(part);
    } catch (error) {
      if (!(error instanceof KerasmError)) throw error;
      failures.push(error);
    }
  }
  // Without a layer of the file the rest would be another model's. The optimizer is the trainer's, and may be missing.
  for (const path of left) {
    if (!/(^|\/)layers\//.test(path)) continue;
    const facts = {
      given: "variables that no layer of the model has",
      expected: "a model of the same layers",
      hint: "Nothing was changed. skipMismatch: true leaves them out.",
    };
    failures.push(new CheckpointError(`${where}: ${path}`, facts));
  }
  if (failures.length === 0) return plan;
  const names = failures.map((error) => (error as KerasmError).where.slice(where.length + 2));
  if (skipMismatch) {
    console.warn(`kerasm: ${where}: ${failures.length} objects were left out, since they do not fit: ${failures[0]!.message}`);
    return plan;
  }
  if (failures.length === 1) throw failures[0]!;
  throw new CheckpointError(where, {
    given: `${failures.length} objects that do not fit: ${names.slice(0, 5).join(", ")}${names.length > 5 ? ", …" : ""}`,
    expected: "a file of this model",
    hint: `The first one: ${failures[0]!.message}`,
    cause: failures[0],
  });
}

function planObject({ object, state, path }: KerasObject, store: VariableStore, where: string, plan: Assignments): void {
  const stored = store.at(path) ?? new Map<string, Hdf5Dataset>();
  const read = (key: string, dataset: Hdf5Dataset) => elementsOf(dataset, `${where}/${key}`);
  if (loadsByItself(object)) {
    const given = Object.create(null) as Record<string, Tensor>;
    for (const [key, dataset] of stored) {
      const { elements, shape, dtype } = read(key, dataset);
      given[key] = adoptTensor(elements.slice(), shape, dtype);
    }
    plan.addAction(() => object.loadOwnVariables!(given));
    return;
  }
  const { variables } = state;
  if (isOptimizer(path) && stored.size !== variables.length) return planOptimizer(variables, stored, where, plan, read);
  if (stored.size !== variables.length) {
    throw new CheckpointError(where, {
      given: `${stored.size} variables`,
      expected: `${variables.length}, as the object has`,
      hint: variables.length === 0 ? "Build it first: call it on data once." : "The file is of another model. Nothing was changed.",
    });
  }
  variables.forEach((variable, i) => {
    const dataset = stored.get(`${i}`);
    if (!dataset) throw new CheckpointError(where, { given: `variables ${text([...stored.keys()])}`, expected: `one named ${i}` });
    plan.add(variable, read(`${i}`, dataset), `${where}/${i}`);
  });
  planBeside(state, store.beside?.(path), where, plan, read);
  if (state.loaded) plan.addAction(state.loaded);
}

/** What makes a load exact, or zeros where the file does not have it. */
function planBeside(
  { beside = {}, variables }: KerasState,
  stored: ReadonlyMap<string, Hdf5Dataset> | undefined,
  where: string,
  plan: Assignments,
  read: (key: string, dataset: Hdf5Dataset) => Elements,
): void {
  const named = Object.entries(beside);
  const isThere = stored !== undefined && named.every(([name]) => stored.has(name));
  for (const [name, variable] of named) {
    if (isThere) plan.add(variable, read(name, stored.get(name)!), `${where}/${name}`);
    else if (!variables.includes(variable)) {
      const { dtype, shape } = variable;
      plan.add(variable, { dtype, shape, elements: new dtypes[dtype].array(sizeOf(shape)) }, `${where}/${name}`);
    }
  }
}

const isOptimizer = (path: string): boolean => /(^|\/)(inner_)?optimizer$/.test(path);

/**
 * An optimizer that was not built when it was saved has its first variables only, and these are taken over. One with more or others was of
 * another model: Keras leaves it as it is and warns, and so do we.
 */
function planOptimizer(
  variables: readonly Variable[],
  stored: ReadonlyMap<string, Hdf5Dataset>,
  where: string,
  plan: Assignments,
  read: (key: string, dataset: Hdf5Dataset) => Elements,
): void {
  const isBeginning =
    stored.size <= 2 &&
    variables.slice(0, stored.size).every(({ shape }, i) => shape.length === 0 && stored.get(`${i}`)?.shape.length === 0);
  if (!isBeginning) {
    console.warn(`kerasm: ${where}: the optimizer starts anew, since it has ${variables.length} variables and the file ${stored.size}.`);
    return;
  }
  variables.slice(0, stored.size).forEach((variable, i) => plan.add(variable, read(`${i}`, stored.get(`${i}`)!), `${where}/${i}`));
}
