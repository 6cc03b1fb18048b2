// The declaration of public functions: one text gives both call forms, the defaults, the check of arguments, the node of a functional model
// and its config. `operation` is for what Keras has as an operation class; `declare` for all other functions of tensors.
//
// Invariants:
//  (1) The implementation gets every argument, in the declared order, of its declared kind, defaults filled in.
//  (2) A Keras tensor among the tensors of an operation makes a node, by whatever name the function was called.

import { isTracing, markTrace } from "./interpreter.js";
import { callOpen, holdsOpen, lacksLengths, readLengths } from "./open-lengths.js";
import { KerasmError } from "./errors.js";
import { MAX_DEPTH } from "./tree.js";
import { Chainable, widths } from "./tensor.js";
import { holdsHalf, inFloat32 } from "./width.js";
import { kindOf } from "./kinds.js";
import { type AnyFunction, bind, checkArguments, type Forms, isOptions, parseSignature, type Signature } from "./signature.js";

/** A function with its declaration: called by position, by name in a trailing object, or both. */
export interface Declared<S extends string, F extends AnyFunction> {
  (...args: Forms<S, F>): ReturnType<F>;
  readonly signature: Signature;
}

/** A function that a functional model can hold as a node. */
export interface DeclaredOperation {
  readonly signature: Signature;
  /** Keras's class of the operation: `Take`. */
  readonly className: string;
  /** Calls it with all arguments in order. */
  readonly run: AnyFunction;
}

/** Makes a node of a call on Keras tensors, or gives `notRecorded` where the call is only inferring shapes. */
export type CallRecorder = (operation: DeclaredOperation, args: readonly unknown[]) => unknown;
export const notRecorded: unique symbol = Symbol("not recorded");

let recordCall: CallRecorder = () => notRecorded;

/** Says who makes nodes of calls on Keras tensors: the layers. */
export function setCallRecorder(recorder: CallRecorder): void {
  recordCall = recorder;
}

const operations: DeclaredOperation[] = [];
let onOperation: ((operation: DeclaredOperation) => void) | null = null;

/** Tells of every operation that is there, and of those to come. What a bundler dropped is not there. */
export function watchOperations(watcher: (operation: DeclaredOperation) => void): void {
  onOperation = watcher;
  operations.forEach(watcher);
}

/**
 * A function of tensors. The text is its signature (lib/core/signature.ts says how it is written); it may begin with a path, of which
 * messages show the last part.
 *
 * ```ts
 * export const reduceSum = declare("tf.reduceSum(*inputTensor, axis:ints=null, keepdims=false)", (x, axis, keepdims) => …);
 * ```
 *
 * @param options.needsShapes  whether it computes with lengths of axes, so that it waits for them where they are open
 */
export function declare<const S extends string, F extends AnyFunction>(
  text: S,
  run: F,
  options: { readonly needsShapes?: boolean } = {},
): Declared<S, F> {
  const signature = { ...parseSignature(text), ...options };
  const bound = binder(signature);
  const takesAlone = tensorsAlone(signature);
  return finish(function (...given: unknown[]): unknown {
    if (!isTracing() && takesAlone(given)) return call(run, given);
    return callWithLengths(run, bound(given), signature);
  }, signature) as unknown as Declared<S, F>;
}

/**
 * An operation: a function of tensors that a functional model can hold. The path of its text is Keras's module: `numpy`, `nn`, `linalg`.
 *
 * @param options.className   Keras's class, where it is not the name with a capital
 * @param options.keepsWidth  whether it takes halves as they are; others see float32 (lib/core/width.ts)
 * @param options.needsShapes whether it computes with lengths of axes, so that it waits for them where they are open
 */
export function operation<const S extends string, F extends AnyFunction>(
  text: S,
  run: F,
  options: { readonly className?: string; readonly keepsWidth?: boolean; readonly needsShapes?: boolean } = {},
): Declared<S, F> {
  const signature = { ...parseSignature(text), needsShapes: options.needsShapes === true };
  const { name, parameters } = signature;
  const places = parameters.flatMap(({ isArgument }, i) => (isArgument ? [i] : []));
  const complete = (args: unknown[]): unknown =>
    widths.areMixed && !options.keepsWidth && holdsHalf(args, places)
      ? inFloat32((widened) => callWithLengths(run, widened, signature), args, places)
      : callWithLengths(run, args, signature);
  const declared: DeclaredOperation = {
    signature,
    run: (...args: unknown[]) => complete(args),
    className: options.className ?? name.charAt(0).toUpperCase() + name.slice(1),
  };
  const bound = binder(signature);
  const takesAlone = tensorsAlone(signature);
  const operated = finish(function (...given: unknown[]): unknown {
    if (!widths.areMixed && (!isTracing() || given.length === parameters.length) && takesAlone(given)) return call(run, given);
    const args = bound(given);
    for (const place of places) {
      if (!holdsModelTensor(args[place])) continue;
      const node = recordCall(declared, args);
      if (node !== notRecorded) return node;
      break;
    }
    return complete(args);
  }, signature);
  Object.defineProperty(operated, "operation", { value: declared });
  operations.push(declared);
  onOperation?.(declared);
  return operated as unknown as Declared<S, F>;
}

/** The operation behind a function, or undefined where it is none. */
export const operationOf = (value: unknown): DeclaredOperation | undefined =>
  typeof value === "function" ? (value as { operation?: DeclaredOperation }).operation : undefined;

/** The signature of a declared function. */
export const signatureOf = (value: unknown): Signature | undefined =>
  typeof value === "function" ? (value as { signature?: Signature }).signature : undefined;

/** Those of a record's entries that a declared function takes by name: of a layer's or loss's options, what its function wants. */
export function optionsFor<O extends object>(fn: { readonly signature: Signature }, options: O): O {
  const names = new Set(fn.signature.parameters.map(({ name }) => name));
  return Object.fromEntries(Object.entries(options).filter(([name]) => names.has(name))) as O;
}

/** Whether a value is a tensor of any operation, and none that stands for a node of a model. */
const isReady = (value: unknown): boolean => typeof value === "number" || (value instanceof Chainable && !value.isOfModel);

/**
 * Whether a call is what loops do all the time: one or two tensors and everything else left to its default, with nothing to bind, to check
 * or to record. Then defaults are filled in.
 */
function tensorsAlone({ parameters }: Signature): (given: unknown[]) => boolean {
  const count = parameters.filter(({ isRequired }) => isRequired).length;
  const isPlain = parameters.every(({ isArgument, isRest, kind }, i) => i >= count || (isArgument && !isRest && kind === kindOf("tensor")));
  const defaults = parameters.slice(count).map(({ fallback }) => fallback);
  if (!isPlain || count < 1 || count > 2 || defaults.some((fallback) => fallback === undefined)) return () => false;
  return (given) => {
    if (given.length !== count || !isReady(given[0]) || (count === 2 && !isReady(given[1]))) return false;
    for (let i = 0; i < defaults.length; i++) given.push(defaults[i]);
    return true;
  };
}

/** Makes complete arguments of what was given, which is the wrapper's own array. */
function binder(signature: Signature): (given: unknown[]) => unknown[] {
  const { parameters } = signature;
  const hasRest = parameters.some(({ isRest }) => isRest);
  /** Arguments by position: what is left out has its default. */
  const completes = (given: unknown[]): boolean => {
    if (hasRest || given.length > parameters.length || isOptions(given[given.length - 1])) return false;
    for (let i = 0; i < parameters.length; i++) {
      if (given[i] !== undefined) continue;
      if (parameters[i]!.isRequired) return false;
      given[i] = parameters[i]!.fallback;
    }
    return true;
  };
  return (given) => {
    const args = completes(given) ? given : bind(signature, given);
    checkArguments(signature, args);
    return args;
  };
}

/**
 * Lengths that are tensors are read where they have values; where they have none, the call is a step of its own. So is a call under a trace
 * whose function wants to know an axis that is open.
 */
function callWithLengths(run: AnyFunction, args: unknown[], signature: Signature): unknown {
  const read = signature.hasLengths ? readLengths(signature, args) : null;
  if (read?.isOpen) return callOpen(signature, run, read.args);
  const given = read ? read.args : args;
  const isTraced = isTracing();
  if (isTraced && signature.needsShapes && holdsOpen(given)) return callOpen(signature, run, given);
  const forget = isTraced ? markTrace() : null;
  try {
    return call(run, given);
  } catch (error) {
    if (!(error instanceof KerasmError) || !holdsOpen(given) || lacksLengths(signature, given)) throw error;
    forget?.();
    try {
      return callOpen(signature, run, given);
    } catch {
      throw error;
    }
  }
}

function call(run: AnyFunction, args: unknown[]): unknown {
  switch (args.length) {
    case 1:
      return run(args[0]);
    case 2:
      return run(args[0], args[1]);
    case 3:
      return run(args[0], args[1], args[2]);
    default:
      return run(...args);
  }
}

/** Whether a tensor of a model under construction is among the values. */
function holdsModelTensor(value: unknown, depth = 0): boolean {
  if (value instanceof Chainable) return value.isOfModel;
  if (depth > MAX_DEPTH) return false; // an array that holds itself, which the operation refuses
  const holds = (each: unknown): boolean => holdsModelTensor(each, depth + 1);
  if (Array.isArray(value)) return typeof value[0] === "object" && value.some(holds);
  return isOptions(value) && Object.values(value).some(holds);
}

function finish<F extends AnyFunction>(fn: F, signature: Signature): F {
  return Object.defineProperties(fn, { name: { value: signature.name }, signature: { value: signature } });
}
