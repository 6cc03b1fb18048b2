// Configs of Keras 2 and of legacy `.h5` files as today's: modules for classes, nodes by arguments, options that are gone.

import { isPlainObject, lookUp, type Schema, sourceName } from "../../config/index.js";

type Loose = Record<string, unknown>;

/** Options that Keras no longer has, and that change nothing. */
const gone = new Set([
  "batch_input_shape", "input_dim", "input_length", "time_major", "implementation", "virtual_batch_size", "renorm", "renorm_clipping",
  "renorm_momentum", "fused", "adjustment", "experimental_autocast", "build_input_shape_dict", "decay", "jit_compile",
  "is_legacy_optimizer", "reset_after_gru", "interpolation_order",
]); // prettier-ignore

/** The config as Keras 3 has it. */
export function modernConfig(config: unknown): unknown {
  if (Array.isArray(config)) return config.map(modernConfig);
  if (!isPlainObject(config)) return config;
  if (typeof config["class_name"] !== "string" || !("config" in config)) return mapValues(config, modernConfig);
  const { class_name: name } = config as { class_name: string };
  if (name === "__keras_tensor__") return config;
  if (name === "Policy" || name === "DTypePolicy") return (config["config"] as Loose)["name"];
  const module = config["module"] ?? moduleOf(name, isOperation(config));
  const isModel = name === "Sequential" || name === "Functional" || name === "Model";
  const rest = { ...config, ...(module !== undefined && { module, class_name: name === "Model" ? "Functional" : name }) };
  return { registered_name: null, ...rest, config: isModel ? modelConfig(name, config["config"]) : layerConfig(name, config["config"]) };
}

const mapValues = (object: Loose, change: (value: unknown) => unknown): Loose =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));

/** Whether an entry of a graph is a call of an operation: layers say whether they are trained. Keras 2 had none. */
const isOperation = ({ config, inbound_nodes: nodes }: Loose): boolean =>
  isPlainObject(config) && !("trainable" in config) && Array.isArray(nodes) && nodes.length > 0 && nodes.every(isPlainObject);

const operations = ["numpy", "nn", "math", "core", "linalg", "image"].map((name) => `keras.src.ops.${name}`);

/** Where Keras has a class; Add and others are both, a layer and an operation. */
function moduleOf(name: string, isCall = false): string | undefined {
  if (isCall) return operations.find((module) => lookUp(module, name)) ?? moduleOf(name);
  if (name === "Functional" || name === "Model") return "keras.src.models.functional";
  if (name === "Sequential") return "keras";
  return lookUp("keras.layers", name) ? "keras.layers" : undefined;
}

function layerConfig(name: string, given: unknown): unknown {
  if (!isPlainObject(given)) return given;
  const layer = lookUp("keras.layers", name)?.value as { readonly options?: Schema } | undefined;
  const isGone = (key: string): boolean => gone.has(key) && !(key === "input_dim" && layer?.options?.positional.includes("inputDim"));
  const config = mapValues(Object.fromEntries(Object.entries(given).filter(([key]) => !isGone(key))), modernConfig);
  if (name === "InputLayer") {
    const shape = given["batch_shape"] ?? given["batch_input_shape"];
    return { ...config, ...(shape !== undefined && { batch_shape: shape }) };
  }
  const { axis } = config;
  if (name === "BatchNormalization" && Array.isArray(axis) && axis.length === 1) return { ...config, axis: axis[0] as unknown };
  return config;
}

function modelConfig(name: string, given: unknown): unknown {
  const config: Loose = Array.isArray(given) ? { layers: given } : { ...(given as Loose) };
  const layers = (Array.isArray(config["layers"]) ? config["layers"] : []) as Loose[];
  const isModel = (layer: Loose) => isPlainObject(layer["config"]) && Array.isArray(layer["config"]["layers"]);
  const models = new Map(layers.filter(isModel).map((layer) => [layer["name"] ?? (layer["config"] as Loose)["name"], layer["class_name"]]));
  const nodesOf = (layer: Loose) => (Array.isArray(layer["inbound_nodes"]) ? (layer["inbound_nodes"] as unknown[]) : []);
  const isOld = layers.some((layer) => nodesOf(layer).some(Array.isArray));
  const modern = layers.map((layer) => {
    const made = modernConfig(layer) as Loose;
    return "inbound_nodes" in layer ? { ...made, inbound_nodes: nodesOf(layer).map((node) => modernNode(node, models)) } : made;
  });
  // Where nodes are lists, the calls of a model inside count from 1; today that is so for the ends of functional models only.
  const end = (each: unknown): unknown =>
    Array.isArray(each) && typeof each[0] === "string"
      ? [each[0], (each[1] as number) - (models.get(each[0]) === "Sequential" ? 1 : 0), each[2]]
      : Array.isArray(each)
        ? each.map(end)
        : each;
  if (isOld) for (const key of ["input_layers", "output_layers"]) if (key in config) config[key] = unwrapped(end(config[key]));
  if (name === "Sequential" && layers.length > 0 && layers[0]!["class_name"] !== "InputLayer") {
    const first = layers[0]!["config"] as Loose | undefined;
    const shape = first?.["batch_input_shape"];
    if (Array.isArray(shape)) {
      const input = {
        batch_shape: shape,
        dtype: typeof first?.["dtype"] === "string" ? first["dtype"] : "float32",
        name: `${String(first?.["name"])}_input`,
      };
      modern.unshift({ module: "keras.layers", class_name: "InputLayer", config: input, registered_name: null });
    }
  }
  return { ...config, layers: modern };
}

/** A list of one tensor is that tensor. */
const unwrapped = (ends: unknown): unknown => (Array.isArray(ends) && ends.length === 1 && Array.isArray(ends[0]) ? ends[0] : ends);

/** A node as a list of `[layer, node, tensor, options]` as one with arguments. */
function modernNode(node: unknown, models: ReadonlyMap<unknown, unknown>): unknown {
  if (!Array.isArray(node)) return node;
  const entries = (typeof node[0] === "string" ? [node] : node) as unknown[][];
  const tensors = entries.map(([layer, index, tensor]) => ({
    class_name: "__keras_tensor__",
    config: { shape: [], dtype: "float32", keras_history: [layer, (index as number) - (models.has(layer) ? 1 : 0), tensor] },
  }));
  const options = entries.map((entry) => entry[3]).find((value) => isPlainObject(value) && Object.keys(value).length > 0) as
    Loose | undefined;
  const kwargs = options ? mapValues(options, modernArgument) : {};
  // Attention names its further inputs.
  const further = ["value", "key"].flatMap((name) => {
    const given = kwargs[name];
    if (!isPlainObject(given) || given["class_name"] !== "__keras_tensor__") return [];
    delete kwargs[name];
    return [given];
  });
  return { args: tensors.length === 1 ? [...tensors, ...further] : [tensors], kwargs };
}

/** A tensor among the options of a node, or a list of them. */
function modernArgument(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  const isTensor = value.length >= 3 && typeof value[0] === "string" && typeof value[1] === "number";
  if (!isTensor) return value.map(modernArgument);
  return { class_name: "__keras_tensor__", config: { shape: [], dtype: "float32", keras_history: value.slice(0, 3) as unknown[] } };
}

const modules: Readonly<Record<string, string>> = {
  optimizer_config: "keras.optimizers",
  loss: "keras.losses",
  metrics: "keras.metrics",
  weighted_metrics: "keras.metrics",
};

/** A training config as Keras 3 has it: what an object is, its key says. */
export function modernTraining(config: Loose): Loose {
  const named = (value: unknown, module: string | undefined): unknown => {
    if (Array.isArray(value)) return value.map((item) => named(item, module));
    if (!isPlainObject(value)) return value;
    const isObject = typeof value["class_name"] === "string" && "config" in value;
    if (!isObject) return mapValues(value, (item) => named(item, module));
    const name = String(value["class_name"]).split(">").at(-1)!;
    return {
      registered_name: null,
      ...value,
      module: value["module"] ?? module ?? null,
      class_name: name,
      config: layerConfig(name, value["config"]),
    };
  };
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, named(value, modules[key])]));
}

/**
 * A model's config as legacy `.h5` files have it: layers by what Keras's sources call their class, own ones by their registered name, and by
 * config alone. Layers of other
 * layers (pipelines, wrappers) stand there as in other files.
 */
export function legacyConfig(config: unknown): unknown {
  if (!isPlainObject(config) || typeof config["class_name"] !== "string") return config;
  const { module, class_name: name, config: own, name: called, inbound_nodes: nodes, registered_name: registered } = config;
  const inner = isModelConfig(name as string, own) ? { ...own, layers: own["layers"].map(legacyConfig) } : own;
  const isOwn = typeof registered === "string" && registered.includes(">");
  const known = isOwn ? undefined : lookUp(typeof module === "string" ? module : null, name as string)?.value;
  return {
    class_name: isOwn ? registered : ((known as { [sourceName]?: string } | undefined)?.[sourceName] ?? name),
    config: inner,
    ...(called !== undefined && { name: called }),
    ...(nodes !== undefined && { inbound_nodes: nodes }),
  };
}

/** Whether a config is that of a graph of layers. */
const isModelConfig = (name: string, config: unknown): config is Loose & { layers: unknown[] } =>
  isPlainObject(config) && Array.isArray(config["layers"]) && ("input_layers" in config || name === "Sequential");
