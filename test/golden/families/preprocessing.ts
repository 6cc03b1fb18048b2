import type { Tensor } from "../../../lib/core/tensor.js";
import { Strings, type NestedStrings } from "../../../lib/core/strings.js";
import { toCamelCase } from "../../../lib/config/names.js";
import { arrange } from "../call.js";
import type { Case } from "../cases.js";
import { compare, type Tolerance } from "../compare.js";
import type { Mode } from "../modes.js";
import { Mismatch, Unsupported } from "../outcome.js";
import { find, type Namespace, surface } from "../surface.js";
import { tolerances } from "../tolerances.js";
import { type Encoded, isEncoded, isRecord, toArgument, toTensor } from "../values.js";
import { compareConfig } from "./config.js";

interface Layer {
  (...args: unknown[]): unknown;
  adapt?(data: unknown): void | Promise<void>;
  getConfig(): Record<string, unknown>;
  readonly [member: string]: unknown;
}

type LayerClass = (new (options: object) => Layer) & { fromConfig(config: unknown): Layer };

interface Call {
  readonly inputs?: unknown;
  readonly kwargs?: Record<string, unknown>;
  readonly transformation?: unknown;
  readonly method?: string;
  readonly outputs?: unknown;
  readonly error?: string;
}

/** A preprocessing layer with its config, what it learns and its calls; or a function of data. */
export async function runPreprocessing(testCase: Case, mode: Mode): Promise<void> {
  if (testCase.kind === "function") return runFunctionCalls(testCase, mode);
  const Class = classOf(String(testCase["class"]));
  // Names that layers make up begin anew, as in the process that recorded.
  find("utils", "clear_session")();
  const build = (): Layer => new Class(optionsOf(testCase["init"] as Record<string, unknown>));
  if (testCase["stage"] === "init") return void (await mustThrow(build));
  const layer = build();
  if (testCase["stage"] === "adapt") return void (await mustThrow(() => layer.adapt!(dataOf(testCase["adapt"]))));
  compareConfig({ config: testCase["config"] }, layer);
  await runLayerCalls(testCase, layer, mode);
  if (testCase["from_config"] !== undefined) return;
  const again = Class.fromConfig(testCase["config"]);
  compareConfig({ config: testCase["config"] }, again);
  await runLayerCalls(testCase, again, mode);
}

async function runLayerCalls(testCase: Case, layer: Layer, mode: Mode): Promise<void> {
  if (testCase["adapt"] !== undefined) await layer.adapt!(dataOf(testCase["adapt"], testCase["class"] === "FeatureSpace"));
  if (testCase["state"] !== undefined) compareState(testCase["state"] as Record<string, unknown>, layer, "state");
  for (const [index, call] of (testCase["calls"] as Call[]).entries()) {
    const invoke = (inputs: unknown, options: Record<string, unknown>, transformation: unknown): unknown => {
      const named = Object.keys(options).length === 0 ? [] : [options];
      if (call.method === undefined) return layer(inputs, ...named);
      const method = layer[toCamelCase(call.method)] as (...args: unknown[]) => unknown;
      const { training, ...others } = options;
      return method.call(layer, inputs, transformation, ...(training === undefined ? [] : [{ training, ...others }]));
    };
    await runCall(call, mode, toleranceOf(testCase), `call ${index}`, invoke);
  }
}

async function runCall(
  call: Call,
  mode: Mode,
  tolerance: Tolerance,
  where: string,
  invoke: (inputs: unknown, options: Record<string, unknown>, transformation: unknown) => unknown,
): Promise<void> {
  const recorded = [call.inputs, call.kwargs ?? {}, call.transformation];
  const leaves: Encoded[] = [];
  collect(recorded, leaves);
  const body = (tensors: readonly Tensor[]): unknown => {
    const [inputs, kwargs, transformation] = restore(recorded, new Map(leaves.map((leaf, i) => [leaf, tensors[i]!]))) as [
      unknown,
      Record<string, unknown>,
      unknown,
    ];
    const options = Object.fromEntries(Object.entries(kwargs).map(([name, value]) => [toCamelCase(name), value]));
    return invoke(inputs, options, transformation);
  };
  if (call.error !== undefined) return void (await mustThrow(() => body(leaves.map(toTensor))));
  const outputs = mode.name === "traced" && !isTraceable(call) ? body(leaves.map(toTensor)) : mode.run(body, leaves.map(toTensor));
  compareOutput(call.outputs, await outputs, tolerance, where);
}

/** Strings are looked up before anything is traced. */
const isTraceable = (call: Call): boolean => {
  // How many classes there are is read from the values.
  if (isRecord(call.inputs) && "x" in call.inputs && call.inputs["num_classes"] === undefined) return false;
  const text = JSON.stringify([call.inputs, call.outputs]);
  return !text.includes('"dtype":"string"') && !text.includes('"dtype":"int64"');
};

async function runFunctionCalls(testCase: Case, mode: Mode): Promise<void> {
  const path = String(testCase["function"]).split(".").slice(1);
  const fn = find(path[0]!, path.slice(1).join("."));
  for (const [index, call] of (testCase["calls"] as Call[]).entries()) {
    const { kwargs = {}, ...rest } = call;
    const invoke = (named: unknown): unknown =>
      (fn as (...args: unknown[]) => unknown)(...arrange(fn, argumentsOf(testCase, named as Record<string, unknown>)));
    const made = async (inputs: unknown): Promise<unknown> => gathered(testCase, await invoke(inputs));
    const isData = /dataset|img/.test(String(testCase["class"]));
    if (!isData) await runCall({ ...rest, inputs: kwargs }, mode, toleranceOf(testCase), `call ${index}`, invoke);
    else if (mode.name === "eager") await runCall({ ...rest, inputs: kwargs }, mode, toleranceOf(testCase), `call ${index}`, made);
  }
}

/** What a dataset is made of in Python is often an array. */
function argumentsOf(testCase: Case, named: Record<string, unknown>): Record<string, unknown> {
  if (testCase["class"] !== "pad_sequences" || named["dtype"] !== undefined) return named;
  return named;
}

/** A dataset as the list of its elements, a pair of datasets as two such lists; the pixels of an image. */
async function gathered(testCase: Case, made: unknown): Promise<unknown> {
  if (testCase["class"] === "array_to_img") return (made as { toTensor?(): unknown }).toTensor?.() ?? made;
  if (Array.isArray(made)) return Promise.all(made.map((each) => gathered(testCase, each)));
  if (typeof made !== "object" || made === null || !(Symbol.asyncIterator in made)) return made;
  const elements: unknown[] = [];
  for await (const element of made as AsyncIterable<unknown>) elements.push(element);
  return elements;
}

function classOf(name: string): LayerClass {
  const { layers, utils } = surface.keras as { layers: Namespace; utils: Namespace };
  const found = layers[name] ?? utils[name];
  if (found === undefined) throw new Unsupported(`keras.layers.${name}`);
  return found as LayerClass;
}

function optionsOf(init: Record<string, unknown>): object {
  const entries = Object.entries(init).map(([name, value]) => [
    toCamelCase(name),
    name === "features" || name === "crosses" ? featuresOf(value) : argument(value),
  ]);
  return Object.fromEntries(entries) as object;
}

/** Features of a FeatureSpace: the methods of the class that make them, or what stands there. */
function featuresOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(featuresOf);
  if (!isRecord(value)) return value;
  if (!("$feature" in value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, featuresOf(item)]));
  const make = (classOf("FeatureSpace") as unknown as Namespace)[toCamelCase(String(value["$feature"]))] as (options: object) => unknown;
  const { feature_names: names, ...kwargs } = value["kwargs"] as Record<string, unknown>;
  return make(optionsOf(names === undefined ? kwargs : { ...kwargs, feature_names: names }));
}

/** What is given to `adapt`: one batch, or a dataset of several; columns are a dataset of their rows. */
function dataOf(recorded: unknown, isColumns = false): unknown {
  const { data } = surface.tf as unknown as { data: { Dataset: Namespace } };
  const { fromTensorSlices, fromGenerator } = data.Dataset as Record<string, (source: unknown) => unknown>;
  if (isColumns) return fromTensorSlices!.call(data.Dataset, argument(recorded));
  if (isRecord(recorded) && "batches" in recorded) {
    const batches = recorded["batches"] as unknown[];
    return fromGenerator!.call(data.Dataset, () => batches.map(argument)[Symbol.iterator]());
  }
  return argument(recorded);
}

function collect(value: unknown, found: Encoded[]): void {
  if (isEncoded(value)) {
    if (value.dtype !== "string" && value.dtype !== "int64") found.push(value);
  } else if (Array.isArray(value)) value.forEach((item) => collect(item, found));
  else if (isRecord(value)) Object.values(value).forEach((item) => collect(item, found));
}

/** Arguments as users pass them, with these tensors in their places. */
const restore = (value: unknown, tensors: ReadonlyMap<Encoded, Tensor>): unknown =>
  toArgument(value, (encoded) => tensors.get(encoded) ?? hostValue(encoded));

const argument = (value: unknown): unknown => toArgument(value, (encoded) => (isHost(encoded) ? hostValue(encoded) : toTensor(encoded)));

const isHost = ({ dtype }: Encoded): boolean => dtype === "string" || dtype === "int64";

/** Strings and large numbers as nested arrays. */
function hostValue(encoded: Encoded): unknown {
  if (encoded.dtype === "string") return new Strings(encoded.shape, encoded.strings!).nested();
  const bytes = Uint8Array.from(Buffer.from(encoded.data!, "base64"));
  let level: unknown[] = [...new BigInt64Array(bytes.buffer)];
  for (const length of encoded.shape.slice(1).reverse()) {
    level = Array.from({ length: level.length / length }, (_, row) => level.slice(row * length, (row + 1) * length));
  }
  return encoded.shape.length === 0 ? level[0] : level;
}

/** What a layer learned, by the names of its members. */
function compareState(expected: Record<string, unknown>, layer: Layer, where: string): void {
  for (const [name, value] of Object.entries(expected)) {
    if (name === "class") continue;
    if (isRecord(value) && !isEncoded(value)) {
      const inner = (layer["preprocessors"] as Record<string, Layer> | undefined)?.[name];
      if (inner === undefined) throw new Mismatch(`${where}.${name}: got nothing, expected what a feature learned`);
      compareState(value, inner, `${where}.${name}`);
    } else if (name === "vocabulary") {
      const actual = (layer["getVocabulary"] as () => unknown[]).call(layer);
      if (JSON.stringify(actual) !== JSON.stringify(value))
        throw new Mismatch(`${where}: got ${JSON.stringify(actual)}, expected ${JSON.stringify(value)}`);
    } else {
      const member = layer[toCamelCase(name)];
      compare(
        value,
        typeof member === "function" && name === "vocabulary_size" ? (member as () => unknown).call(layer) : member,
        tolerances.preprocessing.outputs,
        `${where}.${name}`,
      );
    }
  }
}

/** Strings are compared here, all else as everywhere. */
function compareOutput(expected: unknown, actual: unknown, tolerance: Tolerance, where: string): void {
  if (isEncoded(expected) && expected.dtype === "string") {
    const strings = actual instanceof Strings ? actual : Strings.of(actual as NestedStrings, where);
    if (JSON.stringify([strings.shape, strings.values]) === JSON.stringify([expected.shape, expected.strings])) return;
    throw new Mismatch(`${where}: got ${JSON.stringify(strings.values)}, expected ${JSON.stringify(expected.strings)}`);
  }
  if (isEncoded(expected) || !(Array.isArray(expected) || isRecord(expected))) return compare(expected, actual, tolerance, where);
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) {
      throw new Mismatch(`${where}: got ${Array.isArray(actual) ? actual.length : String(actual)} values, expected ${expected.length}`);
    }
    expected.forEach((item, i) => compareOutput(item, (actual as readonly unknown[])[i], tolerance, `${where}[${i}]`));
    return;
  }
  const record = (isRecord(actual) ? actual : {}) as Record<string, unknown>;
  for (const [key, item] of Object.entries(expected))
    compareOutput(item, record[key] ?? record[toCamelCase(key)], tolerance, `${where}.${key}`);
}

/** Pixels of resizing are allowed to differ by one. */
const toleranceOf = ({ class: name }: Case): Tolerance =>
  /resiz/i.test(String(name)) ? { ...tolerances.preprocessing.outputs, integers: 1 } : tolerances.preprocessing.outputs;

async function mustThrow(action: () => unknown): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (error instanceof Unsupported) throw error;
    return;
  }
  throw new Mismatch("got no error, expected one");
}
