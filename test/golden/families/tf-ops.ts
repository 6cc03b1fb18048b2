// A function of tf: its value and its gradients, or that it refuses; the steps of an object.

import { Strings } from "../../../lib/core/strings.js";
import { Tensor } from "../../../lib/core/tensor.js";
import { arrange } from "../call.js";
import type { Case } from "../cases.js";
import { compare, compareGradient, type Tolerance } from "../compare.js";
import { listAsTensor } from "../leaves.js";
import { differentiate, type Mode } from "../modes.js";
import { compareUpToChoice } from "../nonunique.js";
import { Mismatch, Unsupported } from "../outcome.js";
import { type Namespace, surface, wrapped } from "../surface.js";
import { type Encoded, isEncoded, isRecord, kindOf, toTensor } from "../values.js";

type AnyFunction = (...args: never[]) => unknown;

const tf = surface.tf as unknown as Namespace;
const camel = (name: string): string => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** A function or class by its Python name; a class's methods stand at the class, those of objects are called with the object first. */
function find(name: string): AnyFunction {
  const parts = name.split(".").slice(1).map(camel);
  let found: unknown = tf;
  for (const part of parts) {
    const owner = found as Namespace & { prototype?: Namespace };
    if (
      typeof owner === "function" &&
      !(part in owner) &&
      (owner as { prototype?: object }).prototype &&
      part in (owner as { prototype: object }).prototype
    ) {
      return ((self: Namespace, ...args: never[]) => (self[part] as AnyFunction)(...args)) as unknown as AnyFunction;
    }
    found = typeof owner === "function" && typeof owner[part] === "function" ? (owner[part] as AnyFunction).bind(owner) : owner?.[part];
    if (typeof owner === "function" && found)
      Object.defineProperty(found, "signature", { value: (owner[part] as { signature?: unknown }).signature });
  }
  if (typeof found !== "function") throw new Unsupported(name);
  return wrapped(found as AnyFunction);
}

/** Arguments that hold lengths, axes and places: plain numbers, where Python has lists of them. */
const plain = new Set([
  "shape",
  "axis",
  "axes",
  "perm",
  "paddings",
  "multiples",
  "repeats",
  "begin",
  "size",
  "num_or_size_splits",
  "dims",
  "sizes",
  "strides",
  "rates",
  "ksize",
  "dilations",
  "batch_shape",
  "output_shape",
  "crop_size",
  "lengths",
  "row_splits",
  "row_lengths",
  "fft_length",
  "shift",
  "nested_row_splits",
  "pylist",
  "k",
]);
/** Parameters under which a Python number or list is a value with a dtype of its own. */
const values = new Set([
  "value",
  "x",
  "input",
  "tensor",
  "fill",
  "start",
  "limit",
  "delta",
  "stop",
  "values",
  "on_value",
  "off_value",
  "seed",
  "y",
]);

/** A number or a list of numbers, as Python has it: whole ones are int32. */
function asPython(recorded: unknown, value: unknown, name: string): unknown {
  if (!values.has(name)) return value;
  if (isRecord(recorded) && ("$float" in recorded || "$floats" in recorded))
    return surface.tf.constant(value as number, { dtype: "float32" });
  if (Array.isArray(recorded) && isNumbers(recorded)) return listAsTensor(value);
  if (name === "value" && typeof recorded === "number" && !isRecord(value))
    return surface.tf.constant(recorded, { dtype: Number.isInteger(recorded) ? "int32" : "float32" });
  return value;
}
const isNumbers = (value: unknown): boolean =>
  Array.isArray(value)
    ? value.every(isNumbers) && new Set(value.map((each) => (Array.isArray(each) ? each.length : -1))).size < 2
    : typeof value === "number";

/** The tensors in recorded arguments, taken out so that a traced run can put its own in their place. */
class Sources {
  readonly tensors: Tensor[] = [];
  readonly isFloat: boolean[] = [];
  readonly #places = new Map<object, number>();

  add(key: object, tensor: Tensor): void {
    if (this.#places.has(key)) return;
    this.#places.set(key, this.tensors.push(tensor) - 1);
    this.isFloat.push(tensor.dtype === "float32");
  }

  collect(value: unknown): void {
    if (isEncoded(value)) {
      if (value.dtype === "complex64") complexParts(value).forEach((part, i) => this.add(partKey(value, i), part));
      else if (!value.strings) this.add(value, toTensor(value));
    } else if (isRecord(value) && "$sparse" in value) this.collect((value["$sparse"] as Record<string, unknown>)["values"]);
    else if (isRecord(value) && "$ragged" in value) this.#ragged(value);
    else if (Array.isArray(value)) value.forEach((item) => this.collect(item));
    else if (isRecord(value)) Object.values(value).forEach((item) => this.collect(item));
  }

  #ragged(value: Record<string, unknown>): void {
    const ragged = raggedOf(value["$ragged"]) as { flatValues: Tensor | Strings };
    if (ragged.flatValues instanceof Tensor) this.add(value, ragged.flatValues);
  }

  of(key: object, tensors: readonly Tensor[]): Tensor | undefined {
    const place = this.#places.get(key);
    return place === undefined ? undefined : tensors[place];
  }

  /** The arguments, with these tensors in their places. */
  restore(value: unknown, tensors: readonly Tensor[]): unknown {
    if (isEncoded(value)) {
      if (value.dtype === "complex64") return [0, 1].map((i) => this.of(partKey(value, i), tensors));
      return value.strings ? new Strings(value.shape, value.strings).nested() : (this.of(value, tensors) ?? toTensor(value));
    }
    if (Array.isArray(value)) return value.map((item) => this.restore(item, tensors));
    if (!isRecord(value)) return value;
    if ("$float" in value) return Number(value["$float"]);
    if ("$floats" in value) return numbers(value["$floats"]);
    if ("$bytes" in value) return Uint8Array.from(Buffer.from(String(value["$bytes"]), "base64"));
    if ("$call" in value) {
      const { $call, args = [], kwargs = {} } = value as { $call: string; args?: unknown[]; kwargs?: Record<string, unknown> };
      const make = find($call) as unknown as new (...args: unknown[]) => unknown;
      const named = Object.fromEntries(Object.entries(kwargs).map(([key, item]) => [camel(key), this.restore(item, tensors)]));
      return new make(...args.map((item) => this.restore(item, tensors)), ...(Object.keys(named).length > 0 ? [named] : []));
    }
    if ("$ragged" in value) {
      const ragged = raggedOf(value["$ragged"]) as { withFlatValues(values: Tensor): unknown };
      const flat = this.of(value, tensors);
      return flat ? ragged.withFlatValues(flat) : ragged;
    }
    if ("$sparse" in value) {
      const { indices, values, dense_shape } = value["$sparse"] as { indices: Encoded; values: Encoded; dense_shape: number[] };
      const sparse = find("tf.SparseTensor") as unknown as new (...args: unknown[]) => unknown;
      return new sparse(toTensor(indices), this.restore(values, tensors), dense_shape);
    }
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.restore(item, tensors)]));
  }

  /** The nesting of the arguments with one value for each tensor; of a ragged or sparse one, that of its values. */
  arrange(value: unknown, each: readonly (Tensor | null)[]): unknown {
    if (isEncoded(value)) {
      if (value.dtype === "complex64") return [0, 1].map((i) => each[this.#places.get(partKey(value, i))!]);
      return each[this.#places.get(value) ?? -1] ?? null;
    }
    if (Array.isArray(value)) return value.map((item) => this.arrange(item, each));
    if (isRecord(value) && "$ragged" in value) return each[this.#places.get(value) ?? -1] ?? null;
    if (isRecord(value) && "$sparse" in value) return this.arrange((value["$sparse"] as Record<string, unknown>)["values"], each);
    if (isRecord(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.arrange(item, each)]));
    return null;
  }
}

const keys = new WeakMap<object, readonly object[]>();
function partKey(value: object, i: number): object {
  if (!keys.has(value)) keys.set(value, [{}, {}]);
  return keys.get(value)![i]!;
}

function numbers(value: unknown): unknown {
  return Array.isArray(value) ? value.map(numbers) : Number(value);
}

/** A complex tensor as its parts. */
function complexParts(value: Encoded): [Tensor, Tensor] {
  const bytes = Uint8Array.from(Buffer.from(value.data!, "base64"));
  const all = new Float32Array(bytes.buffer);
  return [0, 1].map((part) =>
    surface.tf.constant(
      Float32Array.from({ length: all.length / 2 }, (_, i) => all[2 * i + part]!),
      { shape: value.shape },
    ),
  ) as [Tensor, Tensor];
}

function raggedOf(value: unknown): unknown {
  const { dtype, rows } = value as { dtype: string; rows: unknown };
  return (find("tf.ragged.constant") as (...args: unknown[]) => unknown)(rows, { dtype });
}

/** A result as tensors, numbers and strings in arrays and records, so that a trace can give them back. */
function opened(value: unknown): unknown {
  if (value instanceof Promise) return value.then(opened);
  if (isRecord(value) && "flatValues" in value)
    return { $splits: value["nestedRowSplits"] as unknown[], $values: opened(value["flatValues"]) };
  if (isRecord(value) && "denseShape" in value)
    return { $indices: value["indices"], $values: opened(value["values"]), $shape: value["denseShape"] };
  if (Array.isArray(value)) return value.map(opened);
  if (isRecord(value) && Object.getPrototypeOf(value) === Object.prototype)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, opened(item)]));
  return value;
}

/** Compares an opened result with the recorded one. */
function check(expected: unknown, actual: unknown, tolerance: Tolerance, where: string): void {
  if (isEncoded(expected) && expected.dtype === "complex64") {
    complexParts(expected).forEach((part, i) => compareNumbers(part, (actual as readonly unknown[])[i], tolerance, `${where}[${i}]`));
  } else if (isEncoded(expected) && expected.strings) {
    const given = actual instanceof Strings ? actual : Strings.of(actual as string[], where);
    if (
      JSON.stringify(given.values) !== JSON.stringify(expected.strings) ||
      (given.values.length > 0 && given.shape.join() !== expected.shape.join())
    )
      throw new Mismatch(
        `${where}: got ${JSON.stringify(given.nested())}, expected ${JSON.stringify(expected.strings)} in [${expected.shape.join(", ")}]`,
      );
  } else if (isRecord(expected) && "$ragged" in expected) {
    const wanted = raggedOf(expected["$ragged"]) as { nestedRowSplits: Tensor[]; flatValues: Tensor | Strings };
    const { $splits, $values } = actual as { $splits: Tensor[]; $values: unknown };
    wanted.nestedRowSplits.forEach((splits, i) => compareNumbers(splits, $splits[i], { rtol: 0, atol: 0 }, `${where}.splits[${i}]`));
    if (wanted.flatValues instanceof Strings) {
      if (JSON.stringify(($values as Strings).values) !== JSON.stringify(wanted.flatValues.values))
        throw new Mismatch(`${where}: got ${JSON.stringify($values)}, expected ${JSON.stringify(wanted.flatValues.values)}`);
    } else compareNumbers(wanted.flatValues, $values, tolerance, `${where}.values`);
  } else if (isRecord(expected) && "$sparse" in expected) {
    const { indices, values, dense_shape } = expected["$sparse"] as { indices: Encoded; values: Encoded; dense_shape: number[] };
    const { $indices, $values, $shape } = actual as { $indices: unknown; $values: unknown; $shape: Tensor };
    check(indices, $indices, tolerance, `${where}.indices`);
    check(values, $values, tolerance, `${where}.values`);
    if ($shape.array() + "" !== dense_shape + "")
      throw new Mismatch(`${where}.shape: got ${String($shape.array())}, expected ${String(dense_shape)}`);
  } else if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length)
      throw new Mismatch(`${where}: got ${String(actual)}, expected ${expected.length} values`);
    expected.forEach((item, i) => check(item, (actual as unknown[])[i], tolerance, `${where}[${i}]`));
  } else if (isRecord(expected) && !isEncoded(expected) && !("$float" in expected)) {
    for (const [key, item] of Object.entries(expected)) check(item, (actual as Record<string, unknown>)[key], tolerance, `${where}.${key}`);
  } else if (isEncoded(expected) && kindOf(expected.dtype) !== "float" && tolerance.atol > 0) {
    compare(expected, actual, { ...tolerance, integers: tolerance.atol }, where);
  } else compare(expected, actual, tolerance, where);
}

function compareNumbers(expected: Tensor, actual: unknown, tolerance: Tolerance, where: string): void {
  const elements = expected.data();
  const encoded = {
    shape: expected.shape as number[],
    dtype: expected.dtype,
    data: Buffer.from(elements.buffer, elements.byteOffset, elements.byteLength).toString("base64"),
  };
  compare(encoded, actual, tolerance, where);
}

/** Outputs that have a recorded cotangent, with it. */
function pairs(outputs: unknown, cotangent: unknown): (readonly [Tensor, Tensor])[] {
  if (cotangent === null || cotangent === undefined) return [];
  if (isEncoded(cotangent)) {
    if (cotangent.dtype === "complex64") return complexParts(cotangent).map((part, i) => [(outputs as Tensor[])[i]!, part]);
    return [[outputs as Tensor, toTensor(cotangent)]];
  }
  if (isRecord(cotangent) && ("$ragged" in cotangent || "$sparse" in cotangent)) {
    const { $values } = outputs as { $values: Tensor };
    if ("$ragged" in cotangent) return [[$values, (raggedOf(cotangent["$ragged"]) as { flatValues: Tensor }).flatValues]];
    return pairs($values, (cotangent["$sparse"] as Record<string, unknown>)["values"]);
  }
  if (Array.isArray(cotangent)) return cotangent.flatMap((item, i) => pairs((outputs as readonly unknown[])[i], item));
  return Object.entries(cotangent as object).flatMap(([key, item]) => pairs((outputs as Record<string, unknown>)[key], item));
}

/** A recorded gradient: of ragged and sparse arguments that of their values, of complex ones the parts'. */
function checkGradient(expected: unknown, actual: unknown, where: string): void {
  const tolerance: Tolerance = { rtol: 1e-3, atol: 1e-4, scaled: true };
  if (isEncoded(expected) && expected.dtype === "complex64") {
    // TensorFlow's gradient of a complex argument is that of the real and the imaginary part.
    complexParts(expected).forEach((part, i) => compareNumbers(part, (actual as readonly unknown[])[i], tolerance, `${where}[${i}]`));
  } else if (isRecord(expected) && "$ragged" in expected) {
    compareNumbers((raggedOf(expected["$ragged"]) as { flatValues: Tensor }).flatValues, actual, tolerance, where);
  } else if (isRecord(expected) && "$sparse" in expected) {
    checkGradient((expected["$sparse"] as Record<string, unknown>)["values"], actual, where);
  } else if (Array.isArray(expected)) {
    expected.forEach((item, i) => checkGradient(item, (actual as readonly unknown[] | null)?.[i] ?? null, `${where}[${i}]`));
  } else if (isRecord(expected) && !isEncoded(expected)) {
    for (const [key, item] of Object.entries(expected))
      checkGradient(item, (actual as Record<string, unknown> | null)?.[key] ?? null, `${where}.${key}`);
  } else compareGradient(expected, actual, tolerance, where);
}

/** Runs a recorded case. */
export async function runTensorFlow(testCase: Case, mode: Mode): Promise<void> {
  const name = String(testCase["name"]);
  const fn = find(name);
  const args = (testCase["args"] ?? []) as unknown[];
  const kwargs = (testCase["kwargs"] ?? {}) as Record<string, unknown>;
  const params = testCase["params"] as string[];
  const tolerance: Tolerance = { rtol: 0, atol: 0, ...(testCase["tolerance"] as object) };
  const steps = testCase["steps"] as [string, ...unknown[]][] | undefined;
  const sources = new Sources();
  const grads = (testCase["grads"] ?? []) as unknown[];
  // Of sparse and ragged arguments no gradients were recorded: they are constants here.
  sources.collect(args.filter((arg, i) => !(isRecord(arg) && "$sparse" in arg && grads[i] === null)));
  sources.collect(kwargs);
  sources.collect(steps ?? []);
  // Strings, where rows end and what a variable begins with are known when a function is traced.
  const isHost =
    /^tf\.(RaggedTensor|strings|Variable)/.test(name) ||
    (name !== "tf.concat" &&
      name !== "tf.stack" &&
      testCase["grads"] === undefined &&
      args.some((arg) => isRecord(arg) && "$ragged" in arg));
  const rest = params.indexOf("args") === 0 || params.indexOf("inputs") === 1;

  // A variable is made before a function that uses it is traced.
  const variable =
    name === "tf.Variable"
      ? made(
          name,
          args.map((value) => sources.restore(value, sources.tensors)),
          kwargs,
        )
      : undefined;
  const call = (tensors: readonly Tensor[]): unknown => {
    // What decides about shapes is a constant in a trace.
    const given = (value: unknown, param: string): unknown =>
      asPython(value, plainOf(param, value, sources.restore(value, plain.has(param) || isHost ? sources.tensors : tensors)), param);
    const positional = args.map((value, i) => given(value, params[rest ? Math.min(i, params.length) : i] ?? ""));
    const named = Object.fromEntries(Object.entries(kwargs).map(([key, value]) => [key, given(value, key)]));
    if (name === "tf.io.decode_csv")
      positional[1] = (args[1] as unknown[]).map((each) => (isWhole(each) ? listAsTensor(each) : sources.restore(each, tensors)));
    if (isConstant(name)) {
      positional[0] = sources.restore(args[0], tensors);
      if (named["dtype"] == null && isWhole(args[0])) named["dtype"] = "int32";
    }
    if (steps) {
      const given = steps.map((step) => step.map((value) => sources.restore(value, tensors)) as [string, ...unknown[]]);
      return opened(runSteps(name, variable ?? made(name, positional, named), given));
    }
    return opened((fn as (...args: unknown[]) => unknown)(...arrange(fn, named, Object.keys(named), positional)));
  };

  if (testCase.kind === "error") {
    await refused(async () => {
      const result = mode.run(call, sources.tensors);
      await result;
    });
    return;
  }
  if (testCase["grads"] === undefined && testCase["grads_kwargs"] === undefined) {
    const result = await mode.run(call, sources.tensors);
    if (testCase["nonunique"] === true) compareUpToChoice(testCase, result, tolerance);
    else if (testCase["result"] !== null || result !== undefined) check(testCase["result"], result, tolerance, "result");
    return;
  }
  const { outputs, gradients } = mode.run(
    (tensors) =>
      differentiate(
        () => call(tensors),
        tensors.filter((_, i) => sources.isFloat[i]),
        (made) => pairs(made, testCase["cotangent"]),
      ),
    sources.tensors,
  );
  if (testCase["nonunique"] === true) compareUpToChoice(testCase, outputs, tolerance);
  else check(testCase["result"], outputs, tolerance, "result");
  let next = 0;
  const byTensor = sources.isFloat.map((isFloat) => (isFloat ? gradients[next++]! : null));
  if (testCase["grads"] !== undefined) checkGradient(testCase["grads"], sources.arrange(args, byTensor), "gradient");
  if (testCase["grads_kwargs"] !== undefined) checkGradient(testCase["grads_kwargs"], sources.arrange(kwargs, byTensor), "gradient");
  if (testCase["grads_steps"] !== undefined) checkGradient(testCase["grads_steps"], sources.arrange(steps, byTensor), "gradient of steps");
}

/** What makes tensors of numbers: there a whole number of Python is int32. */
const isConstant = (name: string): boolean => ["tf.constant", "tf.convert_to_tensor", "tf.ragged.constant"].includes(name);
const isWhole = (value: unknown): boolean => (Array.isArray(value) ? value.every(isWhole) : Number.isInteger(value));

/** Lengths as numbers, where a tensor with values was recorded. */
const plainOf = (param: string, recorded: unknown, value: unknown): unknown =>
  plain.has(param) && isEncoded(recorded) && !recorded.strings ? (value as Tensor).array() : value;

function made(name: string, args: readonly unknown[], named: Record<string, unknown>): Namespace {
  const options = Object.fromEntries(Object.entries(named).map(([key, value]) => [camel(key), value]));
  const make = tf[name.slice(3)] as new (...args: unknown[]) => Namespace;
  return new make(...args, ...(Object.keys(options).length > 0 ? [options] : []));
}

/** The methods of an object, called one after the other. */
function runSteps(name: string, object: Namespace, steps: readonly [string, ...unknown[]][]): unknown[] {
  return steps.map(([method, ...given]) => {
    const run = object[camel(method)];
    if (typeof run !== "function") throw new Unsupported(`${name}.${method}`);
    const answer = (run as (...args: unknown[]) => unknown).apply(object, given);
    const isArray = name === "tf.TensorArray";
    if (isArray && ["write", "unstack", "scatter", "split"].includes(method)) {
      object = answer as Namespace;
      return null;
    }
    return isArray ? answer : (object as unknown as { value(): Tensor }).value();
  });
}

/** @throws Mismatch where nothing is thrown; what is not supported stays so */
async function refused(run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (error instanceof Unsupported) throw error;
    const isOurs = error instanceof Error && "given" in error;
    if (!isOurs) throw error;
    return;
  }
  throw new Mismatch("got a result, expected an error");
}
