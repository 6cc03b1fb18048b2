// The text of a declaration, `numpy.take(*x, *indices, axis:int=null)`, read twice: by the compiler, which makes the call forms of it,
// and at run time, where it gives the order, the defaults and the check of every argument.
//
//   *x          an argument of the call (in a model: of the node); a tensor unless a kind says otherwise
//   *...xs      all remaining arguments; the function gets them as one array
//   axis:int    a parameter of the operation itself (in a model: of its config), and its kind
//   axis=null   its default, as JSON without spaces after commas; a parameter with a default may be left out
//   kinds       see lib/core/kinds.ts; without one it follows from the default: true, 0.5 and "valid" are bool, number and string

import { ArgumentError, didYouMean, text } from "./errors.js";
import { kindOf, type Kind } from "./kinds.js";
import { isRecord } from "./tree.js";

/** A parameter as its declaration has it. */
export interface Parameter {
  readonly name: string;
  /** Whether it is an argument of the call; others belong to the operation's config. */
  readonly isArgument: boolean;
  readonly isRest: boolean;
  readonly isRequired: boolean;
  readonly fallback: unknown;
  readonly kind: Kind;
}

/** A declaration, read. */
export interface Signature {
  /** What the function is called in messages. */
  readonly where: string;
  /** The last part of the name. */
  readonly name: string;
  /** What stands before it: `numpy`, `linalg`. */
  readonly module: string;
  readonly parameters: readonly Parameter[];
  /** Whether some parameter takes lengths, which may be scalar tensors. */
  readonly hasLengths: boolean;
  /** Whether the function waits for the axes of its inputs: it computes with their lengths. */
  readonly needsShapes?: boolean;
}

type Split<L extends string> = L extends `${infer H}, ${infer T}` ? [H, ...Split<T>] : L extends "" ? [] : [L];
type ListOf<S extends string> = S extends `${string}(${infer L})` ? Split<L> : never;
type Bare<P extends string> = P extends `*${infer R}`
  ? Bare<R>
  : P extends `...${infer R}`
    ? Bare<R>
    : P extends `${infer N}=${string}`
      ? Bare<N>
      : P extends `${infer N}:${string}`
        ? N
        : P;

type Flat<T> = { [K in keyof T]: T[K] };
type NamedOf<P extends readonly unknown[], L extends readonly string[]> = P extends readonly [infer A, ...infer R]
  ? L extends readonly [infer H extends string, ...infer T extends readonly string[]]
    ? (H extends `${string}=${string}` ? { readonly [K in Bare<H>]?: A | undefined } : { readonly [K in Bare<H>]: A }) & NamedOf<R, T>
    : unknown
  : unknown;

/** All parameters by position; those at the end that have a default may be left out. `Required` keeps the labels of P. */
type ByPosition<P extends readonly unknown[], L extends readonly string[], Full extends readonly unknown[] = P> = L extends readonly [
  ...infer M extends readonly string[],
  infer H extends string,
]
  ? H extends `${string}=${string}`
    ? P extends readonly [...infer Q, unknown]
      ? ByPosition<Q, M, Full>
      : never
    : readonly [...P, ...Partial<Behind<P, Full>>]
  : readonly [...Partial<Full>];
type Behind<P extends readonly unknown[], Full extends readonly unknown[]> = P extends readonly [unknown, ...infer R]
  ? Full extends readonly [unknown, ...infer F]
    ? Behind<R, F>
    : []
  : Full;

/** The first parameters by position, the others by name. */
type ByName<
  P extends readonly unknown[],
  L extends readonly string[],
  RestP extends readonly unknown[] = [],
  RestL extends readonly string[] = [],
> = P extends readonly [...infer Q, infer A]
  ? L extends readonly [...infer M extends readonly string[], infer H extends string]
    ? readonly [...Q, options: Flat<NamedOf<[A, ...RestP], [H, ...RestL]>>] | ByName<Q, M, [A, ...RestP], [H, ...RestL]>
    : never
  : never;

/** With a rest parameter: those before it by position, then as many as wanted, then the others by name. */
type WithRest<P extends readonly unknown[], L extends readonly string[], Before extends readonly unknown[] = []> = P extends readonly [
  infer A,
  ...infer R,
]
  ? L extends readonly [infer H extends string, ...infer T extends readonly string[]]
    ? H extends `*...${string}` | `...${string}`
      ? A extends readonly (infer E)[]
        ? readonly [...Before, ...E[]] | readonly [...Before, ...E[], Flat<NamedOf<R, T>>]
        : never
      : WithRest<R, T, [...Before, A]>
    : never
  : never;

type FormsOf<P extends readonly unknown[], S extends string> = S extends `${string}...${string}`
  ? WithRest<P, ListOf<S>>
  : ByPosition<P, ListOf<S>> | ByName<P, ListOf<S>>;

// eslint-disable-next-line -- any function
export type AnyFunction = (...args: any[]) => any;

/** How a function that was declared by the text S can be called. */
export type Forms<S extends string, F extends AnyFunction> = FormsOf<Parameters<F>, S>;

type WithoutFirst<A extends readonly unknown[]> = A extends readonly [unknown, ...infer R] ? R : never;
type ByPositionFirst<P extends readonly unknown[], L extends readonly string[]> = WithoutFirst<ByPosition<P, L>>;

/** How it can be called as a method, which is its first parameter. */
export type MethodForms<S extends string, F extends AnyFunction> =
  | ByPositionFirst<Parameters<F>, ListOf<S>>
  | (Parameters<F> extends readonly [unknown, ...infer R]
      ? ListOf<S> extends readonly [string, ...infer T extends readonly string[]]
        ? ByName<R, T>
        : never
      : never);

/** Reads a declaration. */
export function parseSignature(declaration: string): Signature {
  const [, where, list] = /^([\w.]+)\((.*)\)$/s.exec(declaration)!;
  const name = where!.slice(where!.lastIndexOf(".") + 1);
  const module = where!.slice(0, Math.max(0, where!.lastIndexOf(".")));
  const parameters = list === "" ? [] : list!.split(", ").map(parameter);
  return { where: name, name, module, parameters, hasLengths: parameters.some(({ kind }) => kind.isLength) };
}

function parameter(text: string): Parameter {
  const [, star, rest, name, kind, fallback] = /^(\*)?(\.\.\.)?(\w+)(?::([\w|]+))?(?:=(.+))?$/.exec(text)!;
  const value: unknown = fallback === undefined ? undefined : JSON.parse(fallback);
  const found = kind ?? (star ? "tensor" : typeof value === "boolean" ? "bool" : typeof value === "object" ? "any" : typeof value);
  return {
    name: name!,
    isArgument: star !== undefined,
    isRest: rest !== undefined,
    isRequired: fallback === undefined && rest === undefined,
    fallback: rest === undefined ? value : [],
    kind: kindOf(fallback === undefined && kind === undefined && !star ? "any" : found),
  };
}

/** Whether a value is an options object: a record of somebody's, not an object of a class. */
export const isOptions = isRecord;

/**
 * The arguments of a call in the order of the declaration, with defaults filled in.
 *
 * @throws ArgumentError for an unknown option, too many arguments, a missing one, one that is given twice
 */
export function bind({ where, parameters }: Signature, given: readonly unknown[]): unknown[] {
  const rest = parameters.findIndex(({ isRest }) => isRest);
  const last = given.length - 1;
  const owner = parameters[rest >= 0 && last >= rest ? rest : last];
  const options = last >= 0 && isOptions(given[last]) && !owner?.kind.isStructure ? (given[last] as Record<string, unknown>) : undefined;
  const count = options ? last : given.length;
  const limit = rest >= 0 ? rest : parameters.length;
  const bound = new Array<unknown>(parameters.length);
  if (rest >= 0) bound[rest] = given.slice(rest, count);
  else if (count > limit) {
    const most = `at most ${limit} (${parameters.map(({ name }) => name).join(", ")})`;
    throw new ArgumentError(where, { given: `${count} arguments`, expected: limit === 0 ? "none" : most });
  }
  for (let i = 0; i < Math.min(count, limit); i++) bound[i] = given[i];
  for (const key in options) {
    let i = parameters.length - 1;
    while (i >= 0 && parameters[i]!.name !== key) i--;
    if (i < 0) throw unknownOption(where, key, parameters);
    if (options[key] === undefined) continue;
    if (i < Math.min(count, limit) && given[i] !== undefined)
      throw new ArgumentError(where, { given: `${key} by position and by name`, expected: "one of them" });
    bound[i] = options[key];
  }
  for (let i = 0; i < parameters.length; i++) {
    if (bound[i] !== undefined) continue;
    const { name, isRequired, fallback } = parameters[i]!;
    if (isRequired) throw new ArgumentError(where, { given: `no ${name}`, expected: `${describe(parameters)}` });
    bound[i] = fallback;
  }
  return bound;
}

const describe = (parameters: readonly Parameter[]): string =>
  parameters.map(({ name, isRequired }) => (isRequired ? name : `${name}?`)).join(", ");

function unknownOption(where: string, key: string, parameters: readonly Parameter[]): ArgumentError {
  const names = parameters.map(({ name }) => name);
  return new ArgumentError(where, {
    given: `the option ${key}`,
    expected: names.length > 0 ? names.join(", ") : "no options",
    ...(didYouMean(key, names) !== undefined && { hint: didYouMean(key, names)! }),
  });
}

/** @throws ArgumentError where an argument is of another kind than declared */
export function checkArguments({ where, parameters }: Signature, args: readonly unknown[]): void {
  for (let i = 0; i < parameters.length; i++) {
    const { name, kind, fallback, isRest } = parameters[i]!;
    const value = args[i];
    if (value === fallback && !isRest) continue;
    if (isRest ? Array.isArray(value) && value.every((each) => kind.accepts(each)) : kind.accepts(value)) continue;
    throw new ArgumentError(`${where}.${name}`, { given: text(value), expected: kind.expected });
  }
}

/** Declarations that were read, each at the first call. */
const read = new Map<string, Signature>();

/** The arguments of a method with such a declaration in order, checked. */
export function argumentsOf<F extends AnyFunction>(form: string, given: readonly unknown[]): Parameters<F> {
  let signature = read.get(form);
  if (!signature) read.set(form, (signature = parseSignature(form)));
  const bound = bind(signature, given);
  checkArguments(signature, bound);
  return bound as Parameters<F>;
}
