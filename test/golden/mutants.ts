// Mutants: one primitive, kernel, class or function at a time gives wrong values. A case that still passes did not check them.

import { absent } from "../../lib/api/absent.js";
import { kernelNames } from "../../lib/generated/kernels.js";
import { primitives } from "../../lib/core/primitive.js";
import { Strings } from "../../lib/core/strings.js";
import { Chainable, Tensor } from "../../lib/core/tensor.js";
import { isBranch, isComposite } from "../../lib/core/tree.js";
import * as tf from "../../lib/index.js";
import { bytes, floats, words } from "../../lib/runtime/memory.js";
import { layoutOfKernel, watchKernels } from "../support/watched-kernels.js";
import { setAround, standingFor } from "./surface.js";
import { isClass } from "../support/classes.js";

/** All that can be made wrong, by name: `primitive add`, `kernel add_f32`, `keras.layers.Dense`, `tf.math.angle`. */
export const subjects = new Set<string>();

let seen: Set<string> | undefined;
let mutant: string | undefined;
/** How a primitive is wrong: it answers with other tensors, or what it made is written over, which a tape sees as well. */
export type Way = "replaced" | "overwritten";
let way: Way = "replaced";
/** Whether what runs now is the change itself. */
let isChanging = false;

/** Runs a case. @returns its answer, and the subjects that took part */
export async function observed<T>(run: () => Promise<T>): Promise<{ answer: T; took: ReadonlySet<string> }> {
  const took = (seen = new Set<string>());
  try {
    return { answer: await run(), took };
  } finally {
    seen = undefined;
  }
}

/** Runs a case while one subject gives wrong values. */
export async function mutated<T>(subject: string, run: () => Promise<T>, how: Way = "replaced"): Promise<T> {
  mutant = subject;
  way = how;
  try {
    return await run();
  } finally {
    mutant = undefined;
  }
}

/** Notes that a subject takes part. @returns whether it is the one that is wrong now */
function takesPart(subject: string): boolean {
  if (isChanging) return false;
  seen?.add(subject);
  return mutant === subject;
}

/** Wrong values in place of the right ones, with the same shapes and dtypes, and with gradients. */
function changed(value: unknown): unknown {
  const wasChanging = isChanging;
  isChanging = true;
  try {
    return changedLeaves(value);
  } finally {
    isChanging = wasChanging;
  }
}

function changedLeaves(value: unknown): unknown {
  if (value instanceof Promise) return value.then(changed);
  if (value instanceof Function && !(value instanceof Chainable))
    return (...args: unknown[]) => changed((value as (...args: unknown[]) => unknown)(...args));
  if (value instanceof Tensor) {
    if (value.dtype === "bool") return tf.logicalNot(value);
    return /float/.test(value.dtype) ? tf.add(tf.multiply(value, 1.5), 1) : tf.add(value, 1);
  }
  if (value instanceof Strings) return new Strings(value.shape, value.values.map((each) => `${String(each)}?`) as never);
  if (value instanceof Chainable && !isComposite(value)) return value;
  if (typeof value === "number") return value * 1.5 + 1;
  if (typeof value === "boolean") return !value;
  if (typeof value === "string") return `${value}?`;
  if (ArrayBuffer.isView(value)) return (value as Float32Array).map((each) => each + 1);
  if (isBranch(value)) {
    if (Array.isArray(value)) return value.map(changedLeaves);
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, changedLeaves(item)]));
  }
  if (value instanceof tf.RaggedTensor) return value.withFlatValues(changedLeaves(value.flatValues) as never);
  if (value instanceof tf.SparseTensor)
    return new tf.SparseTensor(value.indices, changedLeaves(value.values) as never, value.denseShape as never);
  return value;
}

// Primitives: each output is a subject of its own; those that only write are not run at all.

for (const op of primitives.values()) {
  const subjectOf = (output: string): string => `primitive ${op.name}${output === "y" ? "" : `, ${output}`}`;
  const holder = op as unknown as { apply(inputs: object, attrs?: unknown): Tensor | Record<string, Tensor> };
  const apply = holder.apply;
  holder.apply = (inputs, attrs) => {
    if (op.writes.length > 0 && takesPart(subjectOf("what it writes"))) return {};
    const made = apply(inputs, attrs);
    if (made instanceof Tensor) return takesPart(subjectOf("y")) ? wrong(made) : made;
    if (!("y" in made)) subjects.delete(subjectOf("y"));
    for (const output in made) if (takesPart(subjectOf(output))) return { ...made, [output]: wrong(made[output]!) };
    return made;
  };
  const wrong = (made: Tensor): Tensor =>
    way === "overwritten" && op.lower && made.storage ? changedInPlace(made) : (changed(made) as Tensor);
  subjects.add(subjectOf(op.writes.length > 0 ? "what it writes" : "y"));
}

function changedInPlace(tensor: Tensor): Tensor {
  const address = tensor.storage!.resident();
  const { bytes: length } = tensor.storage!.block;
  if (tensor.dtype === "float32") {
    const elements = floats().subarray(address / 4, (address + length) / 4);
    elements.forEach((x, i) => (elements[i] = x * 1.5 + 1));
  } else if (/32$/.test(tensor.dtype)) {
    const elements = words().subarray(address / 4, (address + length) / 4);
    elements.forEach((x, i) => (elements[i] = x + 1));
  } else {
    const elements = bytes().subarray(address, address + length);
    elements.forEach((x, i) => (elements[i] = x ^ 1));
  }
  return tensor;
}

// Kernels: the first element of each output.

watchKernels((slot, args, begin, end, run) => {
  const name = kernelNames[slot]!;
  const isMutant = takesPart(`kernel ${name}`);
  const { fields } = layoutOfKernel(slot);
  // Whose outputs are those of others, which it calls, is not run.
  if (isMutant && !fields.some(({ kind }) => kind === "out" || kind === "inout")) return;
  run(args, begin, end);
  if (!isMutant || begin > 0) return;
  for (const { kind, word, count } of fields) {
    if (kind !== "out" && kind !== "inout") continue;
    for (let i = 0; i < count; i++) {
      const address = words()[args / 4 + word + i]!;
      if (address !== 0) changeFirst(address, name);
    }
  }
});
for (const name of kernelNames) subjects.add(`kernel ${name}`);

function changeFirst(address: number, kernel: string): void {
  const isFloat = address % 4 === 0 && /f32$|^gem[mv]_/.test(kernel) && isPlausible(floats()[address / 4]!);
  if (isFloat) floats()[address / 4] = floats()[address / 4]! * 1.5 + 1;
  else if (/(f16|bf16|i16)$/.test(kernel)) bytes()[address + 1]! ^= 1;
  else if (/(u8|_8|bool|bytes)$/.test(kernel)) bytes()[address]! ^= 1;
  else bytes()[address]! ^= 0x41;
}

const isPlausible = (value: number): boolean =>
  value === 0 || !Number.isFinite(value) || (Math.abs(value) > 1e-12 && Math.abs(value) < 1e12);

// Classes: their one method that computes.

type Method = (this: object, ...args: unknown[]) => unknown;
type Class = { readonly name: string; readonly prototype: Record<string, Method | undefined> };

/** Replaces a method for objects of exactly this class. */
function replaceMethod(Class: Class, method: string, subject: string, wrong: (right: () => unknown) => unknown): void {
  const original = Class.prototype[method];
  if (typeof original !== "function") return;
  Object.defineProperty(Class.prototype, method, {
    configurable: true,
    writable: true,
    value: standingFor(original as never, function (this: object, ...args: unknown[]): unknown {
      const isOwn = this.constructor === Class;
      const run = (): unknown => original.apply(this, args);
      return isOwn && takesPart(subject) ? wrong(run) : run();
    }),
  });
}

const { keras } = tf;
/** Methods whose results are what a class of the namespace is for. */
const families: readonly (readonly [
  path: string,
  namespace: object,
  methods: readonly string[],
  wrong: (right: () => unknown) => unknown,
])[] = [
  ["keras", { Model: keras.Model, Sequential: keras.Sequential }, ["call"], (right) => changed(right())],
  ["keras.layers", keras.layers, ["call"], (right) => changed(right())],
  ["keras.losses", keras.losses, ["call"], (right) => changed(right())],
  ["keras.metrics", keras.metrics, ["result"], (right) => changed(right())],
  ["keras.optimizers", keras.optimizers, ["apply", "applyGradients"], () => undefined],
  ["keras.optimizers.schedules", keras.optimizers.schedules, ["call"], (right) => changed(right())],
  ["keras.initializers", keras.initializers, ["call"], (right) => changed(right())],
  ["keras.regularizers", keras.regularizers, ["call"], (right) => changed(right())],
  ["keras.constraints", keras.constraints, ["call"], (right) => changed(right())],
];

/** Classes that compute nothing: those that others extend, what says how a model begins, and what is refused in a page. */
const withoutComputing = new Set([
  ...["Layer", "Wrapper", "Input", "InputLayer", "InputSpec"].map((name) => `keras.layers.${name}`),
  ...["constraints.Constraint", "initializers.Initializer", "regularizers.Regularizer", "losses.Loss", "metrics.Metric"].map(
    (name) => `keras.${name}`,
  ),
  ...["Optimizer", "OptimizerMap", "schedules.LearningRateSchedule"].map((name) => `keras.optimizers.${name}`),
  "keras.callbacks.Callback",
  "keras.callbacks.LambdaCallback", // it is told nothing: its hooks are the functions that it was given
  ...absent.flatMap(({ names }) => names),
]);

const classes = new Set<unknown>();
for (const [path, namespace, methods, wrong] of families)
  for (const [name, value] of Object.entries(namespace) as [string, Class][]) {
    if (!isClass(value) || !/^[A-Z]/.test(name) || classes.has(value) || withoutComputing.has(`${path}.${name}`)) continue;
    classes.add(value);
    subjects.add(`${path}.${name}`);
    for (const method of methods) replaceMethod(value, method, `${path}.${name}`, wrong);
  }

/** Callbacks do nothing when they are told something. */
const told = new Set<string>();
for (const [name, value] of Object.entries(keras.callbacks) as unknown as [string, Class][]) {
  if (withoutComputing.has(`keras.callbacks.${name}`)) continue;
  subjects.add(`keras.callbacks.${name}`);
  for (let owner: object = value.prototype; owner !== Object.prototype; owner = Object.getPrototypeOf(owner) as object)
    for (const method of Object.getOwnPropertyNames(owner))
      if (/^on[A-Z]/.test(method) && !told.has(`${name}.${method}`) && told.add(`${name}.${method}`))
        replaceMethod(value, method, `keras.callbacks.${name}`, () => undefined);
}

// Functions, as the cases find them by their names.

const functions = new Map<unknown, string>();
function addFunctions(namespace: object, path: string, depth = 0): void {
  for (const [name, value] of Object.entries(namespace) as [string, unknown][]) {
    if (typeof value === "function" && /^(?!get$|serialize$|deserialize$|empty|setRandomSeed)[a-z]/.test(name) && !functions.has(value)) {
      functions.set(value, `${path}.${name}`);
      subjects.add(`${path}.${name}`);
    } else if (typeof value === "object" && value !== null && depth < 2) addFunctions(value, `${path}.${name}`, depth + 1);
  }
}
for (const name of ["ops", "activations", "losses", "metrics", "random"] as const) addFunctions(keras[name], `keras.${name}`);

/** Rooms of tf whose functions have no values: they are about processes, source text, files and devices, and have tests of their own. */
const withoutValues =
  /^tf\.(distribute|autograph|device|nest|random\.(experimental\.)?[gs]et\w+|io\.read\w+|io\.write\w+|io\.(copy|list|move|remove)Models?|browser|nextFrame|memory|nameScope|summary|train)\b/;

/** Functions of lib/api/tf, by the names that users know. */
export function addTensorFlow(modules: readonly object[]): void {
  const own = new Set(modules.flatMap((module) => Object.values(module) as unknown[]));
  const visit = (namespace: object, path: string, depth: number): void => {
    for (const [name, value] of Object.entries(namespace) as [string, unknown][]) {
      const isFunction = own.has(value) && typeof value === "function" && /^[a-z]/.test(name) && !withoutValues.test(`${path}.${name}`);
      if (isFunction && !functions.has(value)) {
        functions.set(value, `${path}.${name}`);
        subjects.add(`${path}.${name}`);
      } else if (typeof value === "object" && value !== null && depth < 2 && name !== "keras") visit(value, `${path}.${name}`, depth + 1);
    }
  };
  visit(tf, "tf", 0);
}

setAround((fn) => {
  const subject = functions.get(fn);
  if (subject === undefined) return fn;
  // An assertion that is wrong finds nothing wrong.
  const isAssertion = subject.startsWith("tf.debugging.");
  return (...args: never[]) => (!takesPart(subject) ? fn(...args) : isAssertion ? undefined : changed(fn(...args)));
});
