// tf.function: a function that is traced once for each signature and then runs as a program.

import { asTensor } from "../core/convert.js";
import { ArgumentError, DtypeError, StateError, text } from "../core/errors.js";
import { isTracing } from "../core/interpreter.js";
import { atOnce, checkSynchronous } from "../core/ownership.js";
import { checkFunction, checkOptions } from "../core/options.js";
import { tellPuller } from "../core/pulls.js";
import { replicaKey } from "../core/replicas.js";
import type { Shape } from "../core/shape.js";
import { Tensor } from "../core/tensor.js";
import type { Before } from "./before.js";
import { isBranch, isComposite, parts, type Tree } from "../core/tree.js";
import { finish, inParts, type Parts } from "../runtime/parts.js";
import { ConcreteFunction } from "./concrete.js";
import { converted, type Scope } from "./conversion.js";
import type { Profile } from "./profile.js";
import { Pulls, PullTree, Taking } from "./pulling.js";
import { flatten, flattenResult, parameterNames, specKey, TensorSpec, type Flattened } from "./signature.js";
import { trace, type Traced } from "./trace.js";

/** How a function is traced: signature of its inputs, AutoGraph, whether shapes are left open. */
export interface FunctionOptions {
  /** One spec for each tensor argument, in the structures of the arguments; calls that fit share one trace, others are errors. */
  inputSignature?: readonly Tree<TensorSpec>[];
  /** For messages and listings. Default: the function's own name. */
  name?: string;
  /**
   * Whether the function's `if`, `while`, `for` and operators on tensors become part of the program: it is made anew from its text. "built"
   * says that a build step has done so. Default: false.
   */
  autograph?: boolean | "built";
  /** Whether an axis whose length changes from call to call becomes an open one, so that one trace does for all. Default: false. */
  reduceRetracing?: boolean;
  /** For autograph: what the function uses of the code around it, `{ names }` or `(code) => eval(code)`. */
  scope?: Scope;
  /** For autograph: whether operators are converted, beside control flow. Default: true. */
  operators?: boolean;
  /** Here for TensorFlow's sake: every traced function is compiled. */
  jitCompile?: boolean | null;
}

const optionNames = ["inputSignature", "name", "autograph", "reduceRetracing", "scope", "operators", "jitCompile"];

/** What is in structures and composites, in the order in which `flatten` takes arguments apart. */
function leavesOf(value: unknown): unknown[] {
  if (isComposite(value)) return value[parts]().values.flatMap(leavesOf);
  return isBranch(value) && !(value instanceof TensorSpec) ? Object.values(value).flatMap(leavesOf) : [value];
}

/** The specs of a signature one after another, in the order of the tensors of a call. */
function specsIn(specs: unknown): readonly TensorSpec[] | undefined {
  if (specs === undefined || specs === null) return undefined;
  const all = leavesOf(specs);
  if (Array.isArray(specs) && all.every((spec) => spec instanceof TensorSpec)) return all as TensorSpec[];
  throw new ArgumentError("function.inputSignature", {
    given: text(specs),
    expected: "an array of tf.TensorSpec, one for each tensor argument",
  });
}

// eslint-disable-next-line -- any function
type AnyFunction = (...args: never[]) => unknown;

/** A function that is traced once per signature and then runs as one compiled program. */
export interface TracedFunction<F extends AnyFunction> {
  (...args: Parameters<F>): ReturnType<F>;
  /** The call without keeping a page's thread busy: in a browser the program runs on the workers. */
  aside(...args: Parameters<F>): Promise<ReturnType<F>>;
  /** The trace for these arguments: tensors, or a TensorSpec in place of a tensor. */
  getConcreteFunction(...args: unknown[]): CallableConcrete<ReturnType<F>>;
  /** How often the function was traced. */
  readonly tracingCount: number;
  /** The function as it was given. */
  readonly pythonFunction: F;
  /** Where the time of a call with these arguments goes: see ConcreteFunction.profile. */
  profile(...args: Parameters<F>): Profile;
}

/** A trace, and the tensors that it runs on. */
interface Prepared<R> {
  readonly concrete: ConcreteFunction<R>;
  readonly tensors: readonly Tensor[];
}

let eagerly = false;

/**
 * Whether traced functions run as the plain functions that they were made of: to look into them. TensorFlow:
 * tf.config.run_functions_eagerly
 */
export function runFunctionsEagerly(runEagerly: boolean): void {
  if (typeof runEagerly !== "boolean")
    throw new ArgumentError("config.runFunctionsEagerly", { given: String(runEagerly), expected: "true or false" });
  eagerly = runEagerly;
}

/** What is traced: calls the function. */
type Body<R> = (args: readonly unknown[]) => Parts<R>;

const bodies = new WeakMap<AnyFunction, Body<never>>();

/** Says how the function can be traced with pauses, where a page's thread must stay free. Nobody else may call it meanwhile. */
export function tracesInParts<A extends unknown[], R>(fn: (...args: A) => R, body: (...args: A) => Parts<R>): void {
  bodies.set(fn, (args) => body(...(args as A)) as Parts<never>);
}

const pausing = <R>(fn: AnyFunction): Body<R> | undefined => bodies.get(fn) as Body<R> | undefined;

export const functionsRunEagerly = (): boolean => eagerly;

/**
 * Makes a function that is traced once for each signature (dtypes and shapes of tensors, values of other arguments) and run as one program.
 *
 * ```ts
 * const g = tf.function((x: tf.Tensor) => tf.reduceMean(tf.multiply(x, x)));
 * g(tf.ones([8]));
 * ```
 * Inside, tensors have no values yet: `x.item()`, `x.data()` and `x > 0` are errors that say what to do instead. JavaScript lets nobody
 * notice `if (x)`, which always holds: write `tf.cond` or `tf.where`.
 */
export function tracedFunction<F extends AnyFunction>(
  fn: F,
  {
    inputSignature: given,
    name = fn?.name || "function",
    autograph = false,
    scope,
    operators,
    reduceRetracing = false,
  }: FunctionOptions = {},
): TracedFunction<F> {
  type R = ReturnType<F>;
  checkFunction("function", fn);
  checkOptions("function", arguments, 1, optionNames);
  const inputSignature = specsIn(given);
  const body = autograph === true ? converted(fn, { scope, operators }) : fn;
  checkSynchronous(name, fn);
  const parameters = parameterNames(fn);
  const concrete = new Map<string, PullTree<R>>();
  const readings = new Readings();
  const watch = new RetraceWatch(name, parameters);
  let tracingCount = 0;

  const atOnceBody: Body<R> = function* (args) {
    return atOnce(name, body(...(args as never[])) as R);
  };
  const opened = reduceRetracing && !inputSignature ? new OpenAxes() : null;
  const flattened = (args: readonly unknown[]): Flattened => {
    if (opened) return flatten(args, parameters, ({ shape, dtype }) => `${dtype}[${shape.map(() => "?").join()}]`, true);
    if (!inputSignature) return flatten(args, parameters, specKey, true);
    const flat = flatten(args, parameters, (tensor, i) => inputSignature[i]?.toString() ?? specKey(tensor), true);
    const fits = flat.tensors.length === inputSignature.length && flat.tensors.every((tensor, i) => inputSignature[i]!.accepts(tensor));
    if (fits) return flat;
    throw new DtypeError(name, {
      given: `inputs (${flat.tensors.map((tensor) => new TensorSpec(tensor.shape, tensor.dtype)).join(", ")})`,
      expected: `inputs compatible with inputSignature (${inputSignature.join(", ")})`,
      hint: "Cast or reshape the argument, or leave the signature open.",
    });
  };

  /**
   * The trace for these arguments, and the tensors that it runs on: the arguments, what its calls before the program made of strings, and
   * elements that it takes from iterators.
   */
  const prepared = (flat: Flattened): Prepared<R> => finish(preparing(flat));
  const preparing = function* (flat: Flattened, body: Body<R> = atOnceBody): Parts<Prepared<R>> {
    const rank = (i: number) => flat.tensors[i]!.shape.map(() => null);
    const shapes = opened?.shapesFor(flat);
    const signature = shapes
      ? `${flat.key}|${shapes.map((shape) => shape.join()).join(";")}`
      : inputSignature
        ? `${flat.key}|${flat.tensors.map((tensor) => tensor.rank).join()}`
        : flat.key;
    const key = replicaKey() + signature;
    const reading = flat.texts.length > 0 ? readings.of(key, flat) : undefined;
    const place = reading ? reading.place : key;
    const taking = new Taking(flat.iterators);
    const tensorsWith = (results: readonly Tensor[] = []): readonly Tensor[] =>
      results.length + taking.taken.length === 0 ? flat.tensors : [...flat.tensors, ...results, ...taking.tensors];
    const found = concrete.get(place)?.find(taking);
    if (found) return { concrete: found, tensors: tensorsWith(reading?.results) };
    watch.traced(flat.keys);
    const specs = flat.tensors.map((tensor, i) => ({
      shape: shapes ? shapes[i]! : inputSignature ? (inputSignature[i]!.shape ?? rank(i)) : tensor.shape,
      dtype: tensor.dtype,
      name: flat.names[i] ?? `args_${i}`,
    }));
    let pulls: Pulls;
    const traceOnce = (mayCreate: boolean): Parts<Traced<R>> => {
      tracingCount++;
      return trace(
        name,
        specs,
        mayCreate,
        function* (...given) {
          return flattenResult(yield* body(flat.rebuild(...given)));
        },
        reading && flat,
        (begun) => {
          tellPuller(begun, (pulls = new Pulls(begun, taking)));
          return pulls.inputs;
        },
      );
    };
    let traced = yield* traceOnce(tracingCount === 0);
    if (traced.createdVariables > 0) traced = yield* traceOnce(false); // as TensorFlow does: a second trace must make none
    // Tracing may have given replicas states of their own: then what was traced before is traced again when it is called.
    const made = new ConcreteFunction(traced);
    const kept = reading ? readings.keep(key, traced.before!, flat) : { place: replicaKey() + signature, results: [] };
    const tree = concrete.get(kept.place) ?? new PullTree<R>();
    concrete.set(kept.place, tree);
    tree.add(pulls!, taking, made);
    return { concrete: made, tensors: tensorsWith(kept.results) };
  };

  const call = (...args: unknown[]): R => {
    if (isTracing()) return inlined(name, () => atOnce(name, body(...(args as never[])) as R));
    if (eagerly) return atOnce(name, body(...(args as never[])) as R);
    const { concrete, tensors } = prepared(flattened(args));
    return concrete.run(tensors);
  };
  return Object.defineProperties(call as unknown as TracedFunction<F>, {
    name: { value: name },
    aside: {
      value: async (...args: unknown[]): Promise<R> => {
        if (isTracing() || eagerly) return call(...args);
        const { concrete, tensors } = await inParts(preparing(flattened(args), pausing(fn)));
        return concrete.runAside(tensors);
      },
    },
    tracingCount: { get: () => tracingCount },
    pythonFunction: { value: fn },
    getConcreteFunction: {
      value: (...args: unknown[]) => callable(name, prepared(flattened(args.map(exampleOf))).concrete, parameters),
    },
    profile: {
      value: (...args: unknown[]) => {
        const { concrete, tensors } = prepared(flattened(args));
        return concrete.profile(...tensors);
      },
    },
  });
}

/** A trace that is called as a function: with tensors that fit what it was traced for. */
export type CallableConcrete<R> = ConcreteFunction<R> & ((...args: unknown[]) => R);

/** Each trace as the function that it is called as: the same one whenever it is asked for. */
const callables = new WeakMap<object, unknown>();

/** @throws DtypeError from calls with other dtypes or shapes than it was traced for */
function callable<R>(name: string, concrete: ConcreteFunction<R>, parameters: readonly string[]): CallableConcrete<R> {
  const before = callables.get(concrete);
  if (before) return before as CallableConcrete<R>;
  const call = (args: readonly unknown[]): R => {
    const { tensors } = flatten(args.map((arg) => (typeof arg === "number" ? asTensor(arg) : arg)), parameters, specKey); // prettier-ignore
    const wanted = concrete.tracedGraph.inputs.map(({ shape, dtype }) => new TensorSpec(shape, dtype));
    if (wanted.length === tensors.length && wanted.every((spec, i) => spec.accepts(tensors[i]!))) return concrete.run(tensors);
    throw new DtypeError(name, {
      given: `inputs (${tensors.map(({ shape, dtype }) => new TensorSpec(shape, dtype)).join(", ")}) of a concrete function`,
      expected: `(${wanted.join(", ")}), which it was traced for`,
    });
  };
  const made = new Proxy(() => {}, {
    apply: (_, __, args: unknown[]) => call(args),
    get(_, key) {
      const member: unknown = Reflect.get(concrete, key, concrete);
      return typeof member === "function" ? (member as (...args: never[]) => unknown).bind(concrete) : member;
    },
    has: (_, key) => key in concrete,
    getPrototypeOf: () => ConcreteFunction.prototype as object,
  }) as unknown as CallableConcrete<R>;
  callables.set(concrete, made);
  return made;
}

/** Shapes of arguments, with an open axis where calls differ. */
class OpenAxes {
  readonly #known = new Map<string, Shape[]>();

  shapesFor({ key, tensors }: Pick<Flattened, "key" | "tensors">): Shape[] {
    const before = this.#known.get(key);
    const shapes = tensors.map(({ shape }, i) => shape.map((length, axis) => (before && before[i]![axis] !== length ? null : length)));
    this.#known.set(key, shapes);
    return shapes;
  }
}

/** What runs before the program, of calls with strings: by what else tells calls apart. */
class Readings {
  readonly #known = new Map<string, { readonly before: Before; readonly number: number }>();
  #count = 0;

  /**
   * What comes of the strings of a call where one like it was traced before, and where its trace is kept: by the shapes that come of them.
   */
  of(key: string, flat: Flattened): Reading {
    const known = this.#known.get(key);
    if (!known) return { place: key };
    const results = known.before.run(flat);
    return { place: `${key}|${known.number}|${results.map(specKey).join()}`, results };
  }

  /** Keeps what a trace does before. @returns where the trace is to be kept, and what comes of the strings */
  keep(key: string, before: Before, flat: Flattened): Reading {
    if (this.#known.get(key)?.before.results.length !== before.results.length) this.#known.set(key, { before, number: this.#count++ });
    return this.of(key, flat);
  }
}

interface Reading {
  readonly place: string;
  readonly results?: readonly Tensor[];
}

let depth = 0;
const MAXIMUM_DEPTH = 200;

/** A traced function called by another is inlined. @throws StateError where functions call each other without end */
function inlined<R>(name: string, call: () => R): R {
  if (depth >= MAXIMUM_DEPTH) {
    throw new StateError(name, {
      given: `${MAXIMUM_DEPTH} traced functions inside each other`,
      expected: "a recursion that ends while it is traced",
      hint: "Use tf.whileLoop or tf.cond.",
    });
  }
  depth++;
  try {
    return call();
  } finally {
    depth--;
  }
}

/** Warns once when a function is traced again and again, and says which argument is the reason. */
class RetraceWatch {
  static readonly limit = 20;
  #count = 0;
  #last: readonly string[] = [];
  readonly #changes = new Map<number, number>();

  constructor(
    readonly name: string,
    readonly parameters: readonly string[],
  ) {}

  traced(keys: readonly string[]): void {
    if (this.#count > 0) keys.forEach((key, i) => key !== this.#last[i] && this.#changes.set(i, (this.#changes.get(i) ?? 0) + 1));
    this.#last = keys;
    if (++this.#count !== RetraceWatch.limit) return;
    const [[argument = 0] = []] = [...this.#changes].sort((a, b) => b[1] - a[1]);
    const key = keys[argument] ?? "";
    const advice = /^[-\d"]/.test(key)
      ? "Pass a tensor instead of a number or string that changes."
      : key.startsWith("#")
        ? "Pass the same object, or make the function once."
        : "Use an inputSignature with open axes, or batches of one size.";
    console.warn(
      `kerasm: ${this.name} was traced ${this.#count} times; its argument ${this.parameters[argument] ?? argument} changed nearly every time (now ${key}). ${advice}`,
    );
  }
}

/** A tensor that stands for a spec where only shape and dtype count. */
function exampleOf(arg: unknown): unknown {
  if (!(arg instanceof TensorSpec)) return arg;
  if (arg.dtype === "string")
    throw new ArgumentError("getConcreteFunction", { given: String(arg), expected: "a spec of numbers: strings are no tensors" });
  if (arg.shape) return new Tensor({ shape: arg.shape, dtype: arg.dtype }, null);
  throw new ArgumentError("getConcreteFunction", { given: String(arg), expected: "a spec with a shape" });
}
