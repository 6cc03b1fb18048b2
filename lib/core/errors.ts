// Errors are typed facts: where, what was given, what was expected, and what to do about it. The sentence is made here and nowhere else.

import { usersFirst } from "./stack.js";

/** What an error knows. `given` and `expected` are fragments of a sentence: "a [2, 3] and b [4, 5]", "a positive integer". */
export interface ErrorFacts {
  readonly given: string;
  readonly expected: string;
  readonly hint?: string;
  readonly cause?: unknown;
}

/** Frames that an error keeps: the user's line stands behind some of our own. */
const FRAMES = 50;

/**
 * The base of all errors that kerasm throws on purpose: `where: given …; expected …. hint`.
 *
 * ```ts
 * const error = await model.fit(x, y).catch((error) => error);
 * error instanceof tf.KerasmError; // true
 * error.given; // "a model that is not compiled"
 * ```
 */
export class KerasmError extends Error {
  override readonly name: string = "KerasmError";
  readonly where: string;
  readonly given: string;
  readonly expected: string;
  readonly hint?: string;

  constructor(where: string, { given, expected, hint, cause }: ErrorFacts) {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = FRAMES;
    super(`${where}: given ${given}; expected ${expected}.${hint ? ` ${hint}` : ""}`, cause === undefined ? undefined : { cause });
    Error.stackTraceLimit = limit;
    if (this.stack !== undefined) this.stack = usersFirst(this.stack.replace(/^KerasmError\b/, new.target.name));
    this.where = where;
    this.given = given;
    this.expected = expected;
    if (hint !== undefined) this.hint = hint;
  }
}

/**
 * Shapes or ranks that do not fit.
 *
 * ```ts
 * const error = await model.predict(tf.ones([2])).catch((error) => error);
 * error instanceof tf.ShapeError; // true
 * ```
 */
export class ShapeError extends KerasmError {
  override readonly name = "ShapeError";
}

/** More than the memory has room for, even after everything that can be moved out was. */
export class MemoryError extends KerasmError {
  override readonly name = "MemoryError";
}

/**
 * A dtype that the operation does not take, or a value that its dtype cannot hold.
 *
 * ```ts
 * const error = await (async () => ops.bitwiseInvert([0.5]))().catch((error) => error);
 * error instanceof tf.DtypeError; // true
 * ```
 */
export class DtypeError extends KerasmError {
  override readonly name = "DtypeError";
}

/**
 * A value of the right kind that is not allowed: out of range, not one of the known names.
 *
 * ```ts
 * model.compile({ loss: "mse" });
 * const error = await model.fit(x, y, { epochs: -1 }).catch((error) => error);
 * error instanceof tf.ValueError; // true
 * ```
 */
export class ValueError extends KerasmError {
  override readonly name = "ValueError";
}

/**
 * A name that means nothing here: of a class, a function, a dtype, an identifier.
 *
 * ```ts
 * const error = await (async () => keras.losses.get("msee"))().catch((error) => error);
 * error instanceof tf.UnknownNameError; // true
 * ```
 */
export class UnknownNameError extends KerasmError {
  override readonly name = "UnknownNameError";
}

/**
 * A missing, unknown or wrongly typed argument or option.
 *
 * ```ts
 * const error = await keras.models.loadModel(7 as never).catch((error) => error);
 * error instanceof tf.ArgumentError; // true
 * ```
 */
export class ArgumentError extends KerasmError {
  override readonly name = "ArgumentError";
}

/**
 * Something asked for at the wrong time: a model that is not compiled, a layer that is not built.
 *
 * ```ts
 * const error = await model.fit(x, y).catch((error) => error);
 * error instanceof tf.StateError; // true
 * error.message.includes("compile"); // true
 * ```
 */
export class StateError extends KerasmError {
  override readonly name = "StateError";
}

/**
 * A name or a form of Keras that has no meaning here; the hint says what to use instead.
 *
 * ```ts
 * const error = await (async () => keras.config.setBackend("jax"))().catch((error) => error);
 * error instanceof tf.NotSupportedError; // true
 * ```
 */
export class NotSupportedError extends KerasmError {
  override readonly name = "NotSupportedError";
}

/** Processes that can't go on together: one was lost, one does something else, MPI is missing. */
export class ClusterError extends KerasmError {
  override readonly name = "ClusterError";
}

/** A value as an error message shows it: `"relu"`, `[2, null, 3]`, `Float32Array(784)`, `Dense`. */
export function text(value: unknown, limit = 80): string {
  const whole = plainText(value);
  return whole.length > limit ? `${whole.slice(0, limit - 1)}…` : whole;
}

function plainText(value: unknown, depth = 0): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (Array.isArray(value)) return depth > 3 ? "[…]" : `[${value.map((item) => plainText(item, depth + 1)).join(", ")}]`;
  if (ArrayBuffer.isView(value)) return `${value.constructor.name}(${"length" in value ? value.length : value.byteLength})`;
  if (typeof value === "function") return value.name || ownName(value) || "a function";
  if (typeof value !== "object" || value === null) return String(value);
  if (value instanceof Promise) return "a promise that was not awaited";
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return ownName(value) || "an object";
  if (depth > 2) return "{…}";
  const entries = Object.entries(value).map(([key, item]) => `${key}: ${plainText(item, depth + 1)}`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

/** The name of an object's class, also where the object itself is callable. */
function ownName(value: object): string {
  const constructor: unknown = value.constructor;
  return typeof constructor === "function" && constructor !== Function && constructor !== Object ? constructor.name : "";
}

/** Which of the known names a mistyped one most likely meant, or undefined where none is near. Case and underscores count least. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  const plain = (text: string): string => text.toLowerCase().replaceAll("_", "");
  const limit = Math.max(2, Math.floor(name.length / 3));
  const ranked = Array.from(known, (candidate) => ({
    candidate,
    far: editDistance(plain(name), plain(candidate)),
    spelled: editDistance(name, candidate),
  }));
  return ranked.filter(({ far }) => far <= limit).sort((a, b) => a.far - b.far || a.spelled - b.spelled)[0]?.candidate;
}

/** "Did you mean x?" for the nearest known name, and nothing where none is near. */
export function didYouMean(name: string, known: Iterable<string>): string | undefined {
  const near = nearest(name, known);
  return near === undefined ? undefined : `Did you mean ${near}?`;
}

/** Levenshtein distance with one row of memory. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, change));
    }
    row = next;
  }
  return row[b.length]!;
}
