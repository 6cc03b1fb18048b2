// Objects to Keras's `{ module, class_name, config, registered_name }` and back.

import { checkOptions } from "../core/options.js";
import { text, ValueError } from "../core/errors.js";
import { MAX_DEPTH } from "../core/tree.js";
import { customObjectScope, type CustomObjects, registeredNameOf, safeModeScope } from "./custom-objects.js";
import { type Config, type Envelope, isEnvelope, isPlainObject, type Json } from "./json.js";
import { warnOfForgotten } from "./constructors.js";
import { classNameOf, customNameOf, entryFor, entryOf, entryOfOurs, refuseSecond, warnOfMinified } from "./registry.js";

/** An object that states its own config. */
export interface Serializable {
  getConfig(): Config;
  getBuildConfig?(): Config | null;
  getCompileConfig?(): Config | null;
}

/** What a deserialized object may take up after it was made. */
interface Restorable {
  readonly built?: boolean;
  buildFromConfig?(config: Config): void;
  compileFromConfig?(config: Config): void;
}

/** How a kind of value that is no Keras object stands in a config: `__tensor__`, `__slice__`, `__keras_tensor__`. */
export interface SpecialForm<T> {
  readonly className: string;
  matches(value: unknown): value is T;
  write(value: T): Json;
  read(config: Json): T;
}

const specialForms = new Map<string, SpecialForm<unknown>>();

/** Adds a kind of value that configs can hold; the room that has the value registers it. */
export function registerSpecialForm<T>(form: SpecialForm<T>): void {
  refuseSecond("the special forms of configs", form.className, specialForms.get(form.className), form);
  specialForms.set(form.className, form as SpecialForm<unknown>);
}

/**
 * A value as Keras's JSON: plain values stay, Keras objects become envelopes.
 *
 * ```ts
 * keras.saving.serializeKerasObject([1, { a: "b" }]); // [1, {"a": "b"}]
 * ```
 *
 * @throws ValueError for what has no config
 */
export function serializeKerasObject(obj: unknown): Json {
  return within(obj, () => serialize(obj));
}

/** How deep the present config is nested. */
let depth = 0;

/**
 * Runs a step of a recursion over configs. @throws ValueError for one that is too deep: it holds itself, or came from somebody who means
 * ill
 */
function within<T>(value: unknown, step: () => T): T {
  if (depth > MAX_DEPTH) {
    throw new ValueError("keras.saving", {
      given: `a config that is more than ${MAX_DEPTH} levels deep, or holds itself (${text(value, 40)})`,
      expected: "a tree",
    });
  }
  depth++;
  try {
    return step();
  } finally {
    depth--;
  }
}

function serialize(value: unknown): Json {
  if (value === null || value === undefined) return null;
  for (const form of specialForms.values()) {
    if (form.matches(value)) return { class_name: form.className, config: form.write(value) };
  }
  if (typeof value === "boolean" || typeof value === "number" || typeof value === "string") return value;
  if (Array.isArray(value)) return value.map((item) => serializeKerasObject(item));
  if (ArrayBuffer.isView(value) && "length" in value) return Array.from(value as unknown as ArrayLike<number>);
  if (isPlainObject(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, serializeKerasObject(item)]));
  if (isSerializable(value)) return envelopeOf(value);
  if (typeof value === "function") return functionEnvelope(value);
  throw new ValueError("keras.saving.serializeKerasObject", {
    given: text(value),
    expected: "a plain value, or an object with getConfig()",
  });
}

function isSerializable(value: unknown): value is Serializable & object {
  return (
    (typeof value === "object" || typeof value === "function") && value !== null && typeof (value as Serializable).getConfig === "function"
  );
}

function envelopeOf(object: Serializable & object): Json {
  const constructor = object.constructor;
  const entry = entryOfOurs(constructor);
  const own = object.getConfig();
  if (entry === undefined) {
    warnOfMinified(constructor);
    warnOfForgotten(object, own as Record<string, unknown>);
  }
  const envelope: Record<string, Json> = {
    module: entry?.module ?? null,
    class_name: entry?.name ?? classNameOf(object),
    config: serializeKerasObject(own),
    // Keras names classes twice that only its own sources have.
    registered_name: entry === undefined ? customNameOf(constructor) : entry.module.startsWith("keras.src.") ? entry.name : null,
  };
  const build = object.getBuildConfig?.();
  if (build !== null && build !== undefined) envelope["build_config"] = serializeKerasObject(build);
  const compile = object.getCompileConfig?.();
  if (compile !== null && compile !== undefined) envelope["compile_config"] = serializeKerasObject(compile);
  // Only of what is built does it matter which object it is: variables are written once.
  if (written && object.getBuildConfig) {
    if (written.ids.has(object)) envelope["shared_object_id"] = written.ids.get(object)!;
    written.times.set(object, (written.times.get(object) ?? 0) + 1);
  }
  return envelope;
}

/** How often the present config has an object, and what those are called that it has several times. */
let written: { readonly times: Map<object, number>; readonly ids: ReadonlyMap<object, number> } | undefined;

/** An object as Keras's JSON; layers that it holds in several places are marked as one by `shared_object_id`. */
export function serializeShared(obj: unknown): Json {
  const write = (ids: ReadonlyMap<object, number>) => {
    const [outer, times] = [written, new Map<object, number>()];
    written = { times, ids };
    try {
      return { config: serializeKerasObject(obj), times };
    } finally {
      written = outer;
    }
  };
  const { config, times } = write(new Map());
  const repeated = [...times].filter(([, count]) => count > 1).map(([object]) => object);
  return repeated.length === 0 ? config : write(new Map(repeated.map((object, i) => [object, i + 1]))).config;
}

function functionEnvelope(value: object & { readonly name: string }): Json {
  const entry = entryOf(value);
  const name = entry?.name ?? registeredNameOf(value) ?? value.name;
  if (name === "") {
    throw new ValueError("keras.saving.serializeKerasObject", {
      given: "a function without a name",
      expected: "a named function",
      hint: "Name it and register it with keras.saving.registerKerasSerializable.",
    });
  }
  return { module: entry?.module ?? "builtins", class_name: "function", config: name, registered_name: name };
}

/** Objects of one deserialization that several places of the config share, by `shared_object_id`. */
let shared: Map<number, object> | undefined;

/** Runs `body` so that configs with the same `shared_object_id` give the same object. */
export function objectSharingScope<T>(body: () => T): T {
  const outer = shared;
  shared = new Map();
  try {
    return body();
  } finally {
    shared = outer;
  }
}

/** What a config may name, and what it may do. */
export interface DeserializeOptions {
  readonly customObjects?: CustomObjects | null;
  readonly safeMode?: boolean | null;
}

/**
 * The object a config describes. Plain values stay, arrays and records are read item by item.
 *
 * ```ts
 * const layer = keras.saving.deserializeKerasObject({ module: "keras.layers", class_name: "Dense", config: { units: 3 } });
 * layer instanceof keras.layers.Dense; // true
 * ```
 *
 * @param options.customObjects  classes and functions of the user's own, by the name the config uses
 * @param options.safeMode  false lets a custom object of a layer's name stand for a lambda of Python; no code is run in either mode
 * @throws ValueError where a class is not known
 *
 * Keras: keras.saving.deserialize_keras_object
 */
export function deserializeKerasObject(config: unknown, options: DeserializeOptions = {}): unknown {
  checkOptions("keras.saving.deserializeKerasObject", arguments, 1, ["customObjects", "safeMode"]);
  const { customObjects = null, safeMode = null } = options;
  const read = () => (safeMode === null ? deserialize(config) : safeModeScope(safeMode, () => deserialize(config)));
  return customObjects === null ? read() : customObjectScope(customObjects, read);
}

function deserialize(config: unknown): unknown {
  return within(config, () => deserializeNow(config));
}

function deserializeNow(config: unknown): unknown {
  if (Array.isArray(config)) return config.map(deserialize);
  if (!isPlainObject(config)) return config;
  if (!isEnvelope(config)) return Object.fromEntries(Object.entries(config).map(([key, item]) => [key, deserialize(item)]));
  if (/^__.*__$/.test(config.class_name)) return readSpecialForm(config);
  const known = config.shared_object_id === undefined ? undefined : shared?.get(config.shared_object_id);
  return known ?? readObject(config);
}

function readSpecialForm(envelope: Envelope): unknown {
  const form = specialForms.get(envelope.class_name);
  if (form !== undefined) return form.read(envelope.config);
  throw new ValueError("keras.saving.deserializeKerasObject", {
    given: `a ${envelope.class_name}`,
    expected: `one of ${["Keras objects", ...specialForms.keys()].join(", ")}`,
    ...(envelope.class_name === "__lambda__" ? { hint: "Python code cannot run here; register a function under a name instead." } : {}),
  });
}

function readObject(envelope: Envelope): unknown {
  const entry = entryFor(envelope);
  if (entry.kind === "function") return entry.value;
  const { config } = envelope;
  if (config !== null && !isPlainObject(config)) {
    throw new ValueError(`${entry.name}.fromConfig`, { given: text(config), expected: "an object" });
  }
  const object = entry.value.fromConfig((config ?? {}) as Config) as Restorable & object;
  if (isPlainObject(envelope.build_config) && object.built !== true) object.buildFromConfig?.(envelope.build_config as Config);
  if (isPlainObject(envelope.compile_config) && Object.keys(envelope.compile_config).length > 0) {
    object.compileFromConfig?.(envelope.compile_config as Config);
  }
  if (envelope.shared_object_id !== undefined) shared?.set(envelope.shared_object_id, object);
  return object;
}
