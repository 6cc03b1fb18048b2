// Models and weights in files. The ending of a path says which form a file has: Keras's `.keras`, `.weights.h5` and `.h5`, or, with any
// other ending, the form of checkpoints, in which a model's config stands beside its state.

import {
  boolean,
  customObjectScope,
  safeModeScope,
  type CustomObjects,
  deserializeKerasObject,
  isPlainObject,
  type Json,
  nullable,
  number,
  field,
  invalid,
  objectSharingScope,
  type Options,
  schema,
  string,
  type Serializable,
  serializeShared,
} from "../config/index.js";
import { loadMissing } from "../config/registry.js";
import { ArgumentError, StateError, text } from "../core/errors.js";
import type { OneByOne } from "../core/one-by-one.js";
import type { Layer } from "../layers/layer.js";
import { Checkpoint } from "../saving/checkpoint.js";
import { CheckpointError } from "../saving/error.js";
import { decode, type Saved } from "../saving/format.js";
import { namesOf } from "../saving/inspect.js";
import { isLeaf, objectGraph } from "../saving/object-graph.js";
import { identified } from "../saving/first-bytes.js";
import { formatOf } from "../saving/path.js";
import { type FilePath, placeOf, type Place, readFile, storeAt, write, writeAll } from "../saving/place.js";
import type { NameMap } from "../saving/named-weights.js";
import type { KerasSaveable } from "../saving/saveable.js";
import type { Variable } from "../variables/variable.js";
import type { Model } from "./model.js";

const kerasFiles = () => import("../saving/keras/index.js");

const isObject = (value: unknown): value is object => (typeof value === "object" || typeof value === "function") && value !== null;

const objects = field<object, object>({ expected: "objects", takesObjects: true, parse: (value) => (isObject(value) ? value : invalid) });

const classes = field<object, object>({
  expected: "classes and functions by their names in the file",
  takesObjects: true,
  parse: (value) => (isObject(value) && Object.values(value).every(isObject) ? value : invalid),
});

const saveOptions = schema(["overwrite", "zipped"], {
  /** Whether a file that exists is replaced; else it is an error. */
  overwrite: boolean(true),
  /** Whether `.keras` is a zip archive, or a folder. */
  zipped: boolean(true),
  /** Whether `.h5` files have the optimizer's state. */
  includeOptimizer: boolean(true),
  /** What older scripts say beside the path, "keras" or "h5": it has to be what the path's ending says. */
  saveFormat: nullable(string()),
});

const saveWeightsOptions = schema(["overwrite", "maxShardSize"], {
  overwrite: boolean(true),
  /** The most gigabytes of variables in one file; more make several, which `x.weights.json` names. */
  maxShardSize: nullable(number()),
});

const loadOptions = schema(["customObjects", "compile", "safeMode"], {
  /** Classes and functions that the file names, beside those that are registered. */
  customObjects: nullable(classes),
  /** Whether a model that was compiled is compiled again. */
  compile: boolean(true),
  /** Here for Keras's sake: no code of a file is ever run. */
  safeMode: boolean(true),
});

const loadWeightsOptions = schema(["skipMismatch"], {
  /** Leave out what does not fit, with a warning. */
  skipMismatch: boolean(false),
  /** Match the layers of legacy `.h5` files by their names instead of by their order. */
  byName: boolean(false),
  /** Layers that stay as they are. */
  objectsToSkip: nullable(objects),
  /** What the variables are called in a safetensors file, or in the folder of one: by path, `{ "dense/kernel": "fc.weight" }`. */
  nameMap: nullable(objects),
});

/** How a model is saved. */
export type SaveOptions = Options<typeof saveOptions>;
/** How weights are saved: over an existing file, in pieces of a size. */
export type SaveWeightsOptions = Options<typeof saveWeightsOptions>;
/** How a model is loaded: classes of one's own, whether it is compiled, what code of files may be run. */
export interface LoadOptions extends Omit<Options<typeof loadOptions>, "customObjects"> {
  customObjects?: CustomObjects | null | undefined;
}
/** How weights are loaded: by name, with names of others, leaving out what does not fit. */
export interface LoadWeightsOptions extends Omit<Options<typeof loadWeightsOptions>, "objectsToSkip" | "nameMap"> {
  objectsToSkip?: readonly object[] | null | undefined;
  nameMap?: NameMap | null | undefined;
}

/** Writes config, weights and, where the model is compiled, the optimizer's state. */
export async function saveModel(model: Model, path: string, options: OneByOne<SaveOptions> = []): Promise<void> {
  const where = `${model.name}.save`;
  const { overwrite, zipped, includeOptimizer, saveFormat } = saveOptions.parse(where, options);
  const named = formatOf(where, path);
  if (saveFormat !== null && saveFormat !== named) {
    const expected = saveFormat === "h5" || saveFormat === "keras" ? `a path that ends in .${saveFormat}` : "keras or h5, or none";
    throw new ArgumentError(`${where}.saveFormat`, { given: `${text(saveFormat)} for ${text(path)}`, expected });
  }
  if (!zipped && named !== "keras" && named !== "checkpoint") {
    throw new ArgumentError(`${where}.zipped`, { given: `false for ${text(path)}`, expected: "the path of a folder" });
  }
  const format = zipped ? named : "keras";
  if (format === "weights" || format === "safetensors" || format === "onnx") {
    const hint = format === "onnx" ? "export writes ONNX." : "saveWeights writes files of weights.";
    throw new ArgumentError(where, { given: text(path), expected: "a path of a model", hint });
  }
  const place = placeOf(path);
  await checkFree(where, place, overwrite, format === "keras");
  if (format === "checkpoint") {
    const config = serializeShared(model);
    await new Checkpoint({ config: { saveState: () => config, loadState: () => {} }, model }).write(path);
    return;
  }
  if (format === "tfjs") {
    const { tfjsFiles } = await import("../saving/tfjs.js");
    if (!model.built) throw notBuilt(where);
    const made = tfjsFiles(place.name, serializeShared(model), namedVariables(model, true));
    return writeAll(made.map(({ name, content }) => ({ place: { ...place, name }, content })));
  }
  const files = await kerasFiles();
  if (!model.built) console.warn(`kerasm: ${where}: the model is not built, so the file has no weights.`);
  const config = serializeShared(model);
  if (format === "h5") {
    const training = includeOptimizer && model.compiled ? trainingConfig(model) : null;
    const file = files.legacyModel({ ...legacyView(model), ...(!includeOptimizer && { optimizer: null }) }, config, training);
    await write(place, files.writeHdf5(file));
    return;
  }
  const members = files.archiveMembers(model as KerasSaveable & Model, config, extrasOf(model));
  if (zipped) await write(place, files.writeZip(members));
  else {
    // The weights last: a folder without them is no model.
    const isWeights = ({ name }: { name: string }): boolean => name === "model.weights.h5";
    const store = (folder: string) => storeAt(folder === "" ? place.path : `${place.path}/${folder}`);
    await writeAll(
      [...members.filter((each) => !isWeights(each)), ...members.filter(isWeights)].map(({ name, content }) => {
        const slash = name.lastIndexOf("/");
        const folder = store(slash < 0 ? "" : name.slice(0, slash));
        return { place: { store: folder, name: name.slice(slash + 1), path: `${place.path}/${name}` }, content };
      }),
    );
  }
}

async function checkFree(where: string, place: Place, overwrite: boolean, isFolder = false): Promise<void> {
  if (overwrite) return;
  const { store, name, path } = place;
  const isFile = await store.read(name).then(
    (bytes) => bytes !== null,
    (error: NodeJS.ErrnoException) => error.code === "EISDIR",
  );
  const isTaken = isFile || (isFolder && (await storeAt(path).list().catch(() => [])).length > 0); // prettier-ignore
  if (isTaken) throw new StateError(where, { given: `${text(name)}, which exists, and overwrite: false`, expected: "another path" });
}

/** State that Keras's files do not have: random generators, and metrics that have seen something. */
function extrasOf(model: Model): Record<string, Variable> {
  const weights = new Set<Variable>(model.weights);
  const extras: Record<string, Variable> = {};
  model.variables.filter((variable) => !weights.has(variable)).forEach((variable, i) => (extras[`seed/${i}`] = variable));
  if (!model.compiled) return extras;
  const metrics = model.metrics.flatMap((metric) => metric.variables).filter((variable) => !weights.has(variable));
  if (metrics.some((variable) => variable.state.view().some((value) => value !== 0)))
    metrics.forEach((variable, i) => (extras[`metric/${i}`] = variable));
  return extras;
}

/** A model as legacy files see it. */
function legacyView(model: Model) {
  const { trainable, nonTrainable } = model.tracked();
  return { layers: model.layers, own: [...trainable, ...nonTrainable], optimizer: model.compiled ? model.optimizer : null };
}

/** The compile config as legacy files have it: the optimizer apart, objects by class and config. */
function trainingConfig(model: Model): object {
  const { optimizer, ...rest } = model.getCompileConfig() as Record<string, Json>;
  const plain = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(plain);
    if (!isPlainObject(value)) return value;
    if (typeof value["class_name"] === "string" && "config" in value) return { class_name: value["class_name"], config: value["config"] };
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
  };
  return { ...(plain(rest) as object), optimizer_config: plain(optimizer) };
}

/**
 * The model that a file has; `scope` are custom objects that hold where it is called. @throws FormatError, CheckpointError for a file that
 * is damaged, or of something else
 */
export async function readModel(path: FilePath, options: OneByOne<LoadOptions> = [], scope: CustomObjects = {}): Promise<unknown> {
  const { customObjects, compile, safeMode } = loadOptions.parse("loadModel", options);
  const known = { ...scope, ...(customObjects as CustomObjects | null) };
  const { place, form: format } = await identified("loadModel", placeOf(path));
  if (format === "weights" || format === "safetensors") {
    throw new ArgumentError("loadModel", {
      given: text(place.name),
      expected: "the file of a model",
      hint: "loadWeights reads weights alone.",
    });
  }
  await loadMissing();
  const read = (config: unknown): unknown =>
    customObjectScope(known, () =>
      safeModeScope(safeMode, () =>
        objectSharingScope(() => deserializeKerasObject(compile ? config : { ...(config as object), compile_config: null })),
      ),
    );
  const make = (config: unknown): Model => {
    const model = read(config);
    if (isSaveable(model) && "graph" in model) return model;
    throw notOf(place.path, "a model", config, model);
  };
  if (format === "onnx") {
    const [{ readOnnxGraph }, { ImportedModel }] = await Promise.all([import("../saving/imported/onnx.js"), import("./imported.js")]);
    return new ImportedModel(readOnnxGraph(await readFile(place, "a model"), place.path));
  }
  if (format === "tfjs") {
    const { planTfjs, readTfjsModel, tfjsConfigs } = await import("../saving/tfjs.js");
    const files = await readTfjsModel(place);
    if (files.model.format === "graph-model") {
      const [{ readTfjsGraph }, { ImportedModel }] = await Promise.all([import("../saving/imported/tfjs.js"), import("./imported.js")]);
      return new ImportedModel(readTfjsGraph(files));
    }
    const { config, training } = tfjsConfigs(files);
    const model = make(config);
    if (!model.built) throw notBuilt(place.path);
    const plan = planTfjs(namedVariables(model, true), files);
    if (compile && training) compileAs(model, training, known, place.path);
    plan.commit();
    return model;
  }
  if (format === "checkpoint") return readCheckpoint(await readFile(place, "a model"), place.path, make);
  const files = await kerasFiles();
  if (format === "h5") {
    const file = files.readHdf5(await readFile(place, "a model"), place.path, files.inflate);
    const { config, training } = files.legacyConfigs(file, place.path);
    const model = make(config);
    const view = () => legacyView(model);
    const plan = files.planLegacy(view(), file, place.path);
    if (compile && training) {
      compileAs(model, training, known, place.path);
      if (model.compiled) files.planLegacyOptimizer(view().optimizer, file, place.path, plan);
    }
    plan.commit(model.variables);
    return model;
  }
  const archive = await files.archiveAt(place);
  // An archive may be of a layer, or of whatever has a config.
  const config = files.configOf(archive);
  const model = read(config);
  if (typeof (model as Serializable | null)?.getConfig !== "function") throw notOf(place.path, "an object of Keras", config, model);
  if (!isSaveable(model)) return model;
  await files.readAssets(archive, model);
  files.planArchive(model, archive, extrasOf(model)).commit(model.variables);
  return model;
}

/** The error of a file whose config is of something else. */
function notOf(path: string, expected: string, config: unknown, made: unknown): CheckpointError {
  const name = isPlainObject(config) ? config["class_name"] : undefined;
  return new CheckpointError(path, { given: `a config of ${typeof name === "string" ? `the class ${text(name)}` : text(made)}`, expected });
}

/** Compiles a model as an older file says, with a warning where that is not possible: the model is worth more than how it was trained. */
function compileAs(model: Model, training: Record<string, unknown>, known: CustomObjects, path: string): void {
  const { optimizer_config: optimizer, ...rest } = training;
  const settings = Object.fromEntries(Object.entries(rest).filter(([key]) => compileKeys.has(key)));
  try {
    customObjectScope(known, () => model.compileFromConfig({ ...settings, optimizer } as never));
  } catch (error) {
    console.warn(`kerasm: ${path}: the model is not compiled: ${(error as Error).message}`);
  }
}

const compileKeys = new Set(["loss", "loss_weights", "metrics", "weighted_metrics", "run_eagerly", "steps_per_execution"]);

const isSaveable = (model: unknown): model is KerasSaveable & Model => typeof model === "function" && "variables" in model;

async function readCheckpoint(bytes: Uint8Array, path: string, make: (config: unknown) => Model): Promise<unknown> {
  const saved = decode(bytes, path);
  const { objects } = saved;
  const config = objects[objects[0]?.children?.["config"] ?? -1]?.state;
  if (!config) {
    throw new CheckpointError(path, { given: "a file without a config", expected: "a model", hint: "loadWeights reads weights alone." });
  }
  const model = make(config);
  new Checkpoint({ config: { saveState: () => config, loadState: () => {} }, model }).decodeForNew(bytes, path, slotsNotIn(saved, model));
  return model;
}

/**
 * The slots of a model's optimizer where the file is of a model that was compiled and not yet trained, and has none. Loaded, the optimizer
 * has them, as in Keras.
 */
function slotsNotIn(saved: Saved, model: Model): ReadonlySet<object> {
  if (!model.compiled) return new Set();
  const { optimizer } = model;
  const fresh = (optimizer.constructor as unknown as { fromConfig(config: object): object }).fromConfig(optimizer.getConfig());
  const leaves = (root: object) => objectGraph(root).filter(({ object }) => isLeaf(object));
  const first = new Set(leaves(fresh).map(({ path }) => path));
  const start = "model.optimizer.";
  const names = namesOf(saved);
  const own = saved.objects.flatMap(({ children }, i) => {
    const name = names.get(i);
    return !children && name?.startsWith(start) ? [name.slice(start.length)] : [];
  });
  if (own.length !== first.size || !own.every((name) => first.has(name))) return new Set();
  return new Set(leaves(optimizer).flatMap(({ object, path }) => (first.has(path) ? [] : [object])));
}

/** Writes the weights alone. */
export async function saveWeights(model: Model, path: string, options: OneByOne<SaveWeightsOptions> = []): Promise<void> {
  const where = `${model.name}.saveWeights`;
  const { overwrite, maxShardSize } = saveWeightsOptions.parse(where, options);
  const format = formatOf(where, path);
  if (format === "keras" || format === "h5" || format === "tfjs" || format === "onnx") {
    throw new ArgumentError(where, {
      given: text(path),
      expected: "a path that ends in .weights.h5, .safetensors, or in nothing of others",
    });
  }
  if (maxShardSize !== null && (format !== "weights" || !(maxShardSize > 0))) {
    throw new ArgumentError(`${where}.maxShardSize`, {
      given: `${maxShardSize} for ${text(path)}`,
      expected: "gigabytes, and a path that ends in .weights.json",
    });
  }
  if (!model.built) throw notBuilt(where);
  const isSharded = format === "weights" && (maxShardSize !== null || path.endsWith(".json"));
  const place = placeOf(isSharded ? path.replace(/\.h5$/, ".json") : path);
  await checkFree(where, place, overwrite);
  if (format === "checkpoint") {
    await new Checkpoint({ weights: model.weights }).write(path);
    return;
  }
  if (format === "safetensors") {
    const { namedWeights } = await import("../saving/named-weights.js");
    await write(place, namedWeights(namedVariables(model), where));
    return;
  }
  const files = await kerasFiles();
  const root = model as KerasSaveable & Model;
  if (isSharded) {
    const made = files.shardFiles(root, place.name, (maxShardSize ?? 5) * 2 ** 30);
    return writeAll(mapped(made, (file) => ({ place: { ...place, name: file.name }, content: file.content })));
  }
  const file = new files.GroupWriter();
  files.writeState(root, file);
  await write(place, files.writeHdf5(file));
}

/** A shard is made when the one before is written. */
function* mapped<T, U>(items: Iterable<T>, change: (item: T) => U): Generator<U> {
  for (const item of items) yield change(item);
}

/** Takes over saved weights: all of them, or none. */
export async function loadWeights(model: Model, path: FilePath, options: OneByOne<LoadWeightsOptions> = []): Promise<void> {
  const where = `${model.name}.loadWeights`;
  const { skipMismatch, byName, objectsToSkip, nameMap } = loadWeightsOptions.parse(where, options);
  if (!model.built) throw notBuilt(where);
  const { place, form: format } = await identified(where, placeOf(path));
  const skip = new Set((objectsToSkip ?? []) as object[]);
  const refuse = (option: string, isGiven: boolean, expected: string): void => {
    if (isGiven) throw new ArgumentError(`${where}.${option}`, { given: `${option} for ${text(place.name)}`, expected });
  };
  refuse("byName", byName && format !== "h5", "a legacy .h5 file");
  refuse("nameMap", nameMap !== null && format !== "safetensors", "a .safetensors file, or a folder with model.safetensors");
  if (format === "safetensors") {
    const { planNamed } = await import("../saving/named-weights.js");
    const skipped = new Set([...skip].flatMap((object) => (object as Partial<Layer>).variables ?? []));
    const options = { nameMap: nameMap as NameMap | null, skipMismatch, skip: skipped };
    (await planNamed(namedVariables(model), place, options)).commit();
    return;
  }
  if (format === "checkpoint") {
    refuse("skipMismatch", skipMismatch, "a file of Keras, or .safetensors");
    refuse("objectsToSkip", skip.size > 0, "a file of Keras, or .safetensors");
    const bytes = await readFile(place, "weights");
    new Checkpoint({ weights: model.weights }).decode(bytes, place.path);
    return;
  }
  const files = await kerasFiles();
  const root = model as KerasSaveable & Model;
  if (format === "keras") {
    files.planState(root, files.storeOfArchive(await files.archiveAt(place)), place.path, { skipMismatch, skip }).commit(model.variables);
    return;
  }
  const bytes = await readFile(place, "weights");
  if (place.name.endsWith(".json") || bytes[0] === 0x7b) {
    const store = await files.shardStore(bytes, place.path, (name) =>
      readFile({ ...place, name, path: `${place.path}: ${name}` }, "a shard"),
    );
    files.planState(root, store, place.path, { skipMismatch, skip }).commit(model.variables);
    return;
  }
  const file = files.readHdf5(bytes, place.path, files.inflate);
  const isLegacy = file.attributes.has("layer_names") || file.members.has("model_weights") || file.attributes.has("layer_names0");
  refuse("objectsToSkip", isLegacy && skip.size > 0, "a .keras, .weights.h5 or .safetensors file");
  refuse("byName", byName && !isLegacy, "a legacy .h5 file");
  const plan = isLegacy
    ? files.planLegacy(legacyView(model), file, place.path, { byName, skipMismatch })
    : files.planState(root, files.storeOf(file), place.path, { skipMismatch, skip });
  plan.commit(model.variables);
}

/**
 * The weights by the names of the layers that lead to them, below the model; a shared layer's by the first of its places.
 *
 * @param isShort  whether models inside, and cells, have no part in the names, as in TensorFlow.js
 */
function namedVariables(model: Model, isShort = false): (readonly [string, Variable])[] {
  const found = new Map<Variable, string>();
  const visit = (layer: Layer, prefix: string): void => {
    const { trainable, nonTrainable } = layer.tracked();
    for (const variable of [...trainable, ...nonTrainable]) if (!found.has(variable)) found.set(variable, `${prefix}${variable.name}`);
    const cell = "cell" in layer ? layer.cell : undefined;
    const isModel = "graph" in layer;
    for (const inner of layer.sublayers()) {
      const isNameless = isShort && inner === cell;
      visit(inner, isNameless ? prefix : isShort && isModel ? `${inner.name}/` : `${prefix}${inner.name}/`);
    }
  };
  visit(model as unknown as Layer, "");
  return model.weights.map((variable) => [found.get(variable)!, variable] as const);
}

const notBuilt = (where: string): StateError =>
  new StateError(where, { given: "a model that is not built", expected: "weights", hint: "Call the model once, or its build." });
