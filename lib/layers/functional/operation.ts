import { automaticName, type Config, type Json, serializeKerasObject, toCamelCase } from "../../config/index.js";
import { isPlainObject } from "../../config/index.js";
import { inferOnly, kerasTensorsLike } from "../base/infer.js";
import { holdsKerasTensor } from "./keras-tensor.js";
import { Node, type Operation } from "./node.js";

// Operations on Keras tensors: `ops.greater(input, 0.5)` in a functional model is a node, and in the model's config an
// object of Keras's class Greater. A signature says which parameters Keras keeps in that object and which in the node.

/** A parameter of an operation. */
interface Parameter {
  /** Keras's name. */
  readonly name: string;
  /** Whether it is an argument of the call; others belong to the object's config. */
  readonly isArgument: boolean;
  readonly isRest: boolean;
  readonly fallback: Json | undefined;
}

/** How Keras's class of an operation and our function take their parameters. */
export interface Signature {
  readonly className: string;
  /** What our function is called. */
  readonly name: string;
  /** The last part of Keras's module: "numpy". */
  readonly module: string;
  readonly positional: readonly Parameter[];
  /** Those that our function takes in its options object. */
  readonly optional: readonly Parameter[];
}

// eslint-disable-next-line -- any function
type AnyFunction = (...args: never[]) => unknown;

/**
 * Reads `Clip: clip(*x, x_min, x_max)`: parameters with a star are arguments of the call, those behind a semicolon are
 * our options. `abs` alone is `Abs: abs(*x)`.
 */
export function parseSignature(module: string, text: string): { path: string[]; signature: Signature } {
  const [, given, names, list = "*x"] = /^(?:(\w+): )?([\w.]+)(?:\((.*)\))?$/.exec(text)!;
  const [positional = "", optional = ""] = list.split("; ");
  const path = names!.split(".");
  const name = path.at(-1)!;
  const className = given ?? name.charAt(0).toUpperCase() + name.slice(1);
  return { path, signature: { className, name, module, positional: parameters(positional), optional: parameters(optional) } };
}

function parameters(list: string): Parameter[] {
  return [...list.matchAll(/(\.\.\.)?(\*)?(\w+)(?:=((?:\[[^\]]*\])|[^,]+))?/g)].map(([, rest, star, name, fallback]) => ({
    name: name!,
    isArgument: star !== undefined,
    isRest: rest !== undefined,
    fallback: fallback === undefined ? undefined : (JSON.parse(fallback) as Json),
  }));
}

/** An operation in a functional model: an object of one of Keras's operation classes. */
export class OperationCall implements Operation {
  readonly inboundNodes: Node[] = [];
  readonly name: string;

  constructor(
    readonly signature: Signature,
    private readonly fn: AnyFunction,
    /** Values of the parameters that are no arguments, by Keras's names. */
    private readonly values: Readonly<Record<string, unknown>>,
    name?: string,
  ) {
    this.name = name ?? automaticName(signature.className);
  }

  /** Applies the operation to the arguments of a call: an array in Keras's order, others by Keras's names. */
  replay(args: readonly unknown[], named: Readonly<Record<string, unknown>> = {}): unknown {
    const { positional, optional } = this.signature;
    const all: Record<string, unknown> = { ...this.values, ...named };
    const rest: unknown[] = [...args];
    for (const { name, isArgument, isRest } of [...positional, ...optional]) {
      if (isArgument && rest.length > 0) all[name] = isRest ? rest.splice(0) : rest.shift();
    }
    const given = positional.flatMap(({ name, isRest, fallback }) =>
      isRest ? (all[name] as unknown[]) : [name in all ? all[name] : fallback],
    );
    // What has Keras's default is left to our own.
    const isGiven = ({ name, fallback }: Parameter) => name in all && JSON.stringify(all[name]) !== JSON.stringify(fallback);
    const options = optional.filter(isGiven).map(({ name }) => [toCamelCase(name), all[name]] as const);
    const call = this.fn as (...args: unknown[]) => unknown;
    return options.length > 0 ? call(...given, Object.fromEntries(options)) : call(...given);
  }

  /** Applies the operation to Keras tensors and keeps the call as a node. */
  record(args: readonly unknown[], named: Readonly<Record<string, unknown>> = {}): unknown {
    const outputs = kerasTensorsLike(inferOnly(() => this.replay(args, named)));
    new Node(this, args, named, outputs);
    return outputs;
  }

  getConfig(): Config {
    return { name: this.name, ...(serializeKerasObject(this.values) as Config) };
  }
}

/** The function, but calls on Keras tensors become nodes of the model under construction. */
export function recordedFunction<F extends AnyFunction>(signature: Signature, fn: F, isInferring: () => boolean): F {
  const recorded = (...given: unknown[]): unknown => {
    if (isInferring() || !given.some(holdsKerasTensor)) return (fn as unknown as (...args: unknown[]) => unknown)(...given);
    const { args, values } = sort(signature, given);
    return new OperationCall(signature, fn, values).record(args);
  };
  Object.defineProperties(recorded, { name: { value: signature.name }, length: { value: fn.length }, unrecorded: { value: fn } });
  return recorded as unknown as F;
}

/** The arguments of one of our calls as Keras has them: those of the call, and those of the object. */
function sort({ positional, optional }: Signature, given: readonly unknown[]): { args: unknown[]; values: Record<string, unknown> } {
  const all: Record<string, unknown> = {};
  const rest = [...given];
  const options = rest.length > positional.length && isPlainObject(rest.at(-1)) ? (rest.pop() as Record<string, unknown>) : {};
  for (const { name, isRest } of positional) if (rest.length > 0) all[name] = isRest ? rest.splice(0) : rest.shift();
  for (const { name } of optional) if (toCamelCase(name) in options) all[name] = options[toCamelCase(name)];
  const args: unknown[] = [];
  const values: Record<string, unknown> = {};
  for (const { name, isArgument, isRest, fallback } of [...positional, ...optional]) {
    const value = all[name] === undefined ? (fallback ?? null) : all[name];
    if (!isArgument) values[name] = value;
    else if (isRest) args.push(...(value as unknown[]));
    else args.push(value);
  }
  while (args.length > 0 && args.at(-1) === null) args.pop();
  return { args, values };
}
