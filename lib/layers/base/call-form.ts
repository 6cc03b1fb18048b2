// How a layer's `call` takes what it gets beside its inputs: as one options object, as ours do, or one by one, as in Python.

import type { Layer } from "../layer.js";
import { ArgumentError, text } from "../../core/errors.js";
import { refuseUnknown } from "../../core/options.js";
import { parametersIn, takenApart } from "../../core/parameters.js";
import { isPlainObject } from "../../config/index.js";
import { entryOf } from "../../config/registry.js";
import type { CallOptions } from "./types.js";

/** Arguments of Keras's `call` that may stand by themselves: `call(x, training = false)`. */
const named = ["training", "mask"] as const;

type Name = (typeof named)[number];

/** A parameter of a `call`. */
interface CallParameter {
  /** Which of the named arguments it is. */
  readonly name: Name | null;
  /** The options that it takes apart: those of `{ training, mask }`. Null where it keeps whatever comes. */
  readonly options: readonly string[] | null;
  /** These and the named ones, which every layer may be given. */
  readonly taken: readonly string[] | null;
  readonly isRest: boolean;
  /** Whether a minifier seems to have named it, and nothing tells what it is. */
  readonly isNameless: boolean;
}

const forms = new WeakMap<object, readonly CallParameter[]>();

/**
 * Calls a layer's `call` in the form in which it is written.
 *
 * @throws ArgumentError for an option that it does not take, and for another value where its options stand
 */
export function callWith(layer: Layer, args: readonly unknown[], options: CallOptions): unknown {
  const { call } = layer as unknown as { call: (...args: readonly unknown[]) => unknown };
  const parameters = parametersOf(call);
  for (let i = 1; i < args.length; i++) checkPosition(layer, args[i], parameters, i);
  const next = parameters[args.length];
  if (next !== undefined && next.name !== null) {
    const rest = parameters.slice(args.length).map(({ name }) => (name === null ? undefined : (options[name] ?? undefined)));
    return call.apply(layer, [...args, ...rest]);
  }
  if (next?.isNameless) warnOfNameless(layer, call);
  const last = next ?? parameters.at(-1);
  if (last) checkTaken(layer, options, next ? next.taken : last.isRest ? null : named);
  return call.apply(layer, [...args, options]);
}

/** A `call(x)` would not see a second input, and a `call(x, { training })` would take it for its options. */
function checkPosition(layer: Layer, value: unknown, parameters: readonly CallParameter[], place: number): void {
  const parameter = parameters[place];
  if (value === undefined || isPlainObject(value)) return;
  if (!parameter) {
    if (parameters.length === 0 || parameters.at(-1)!.isRest) return;
    throw new ArgumentError(layer.name, { given: `${place + 1} inputs`, expected: `at most ${parameters.length}` });
  }
  if (!parameter.options) return;
  const [first] = parameter.options;
  throw new ArgumentError(layer.name, {
    given: `${text(value)} where its options stand`,
    expected: parameter.options.length > 0 ? `options among ${parameter.options.join(", ")}` : "no more inputs",
    ...(first !== undefined && { hint: `Write { ${first}: … }.` }),
  });
}

function checkTaken(layer: Layer, options: CallOptions, names: readonly string[] | null): void {
  if (names === null) return;
  for (const key in options) if (options[key] !== undefined && !names.includes(key)) refuseUnknown(layer.name, [key], names);
}

function parametersOf(call: (...args: readonly unknown[]) => unknown): readonly CallParameter[] {
  let form = forms.get(call);
  if (!form) {
    const source = String(call);
    // What was bound does not show its parameters.
    form = (source.includes("[native code]") ? [] : parametersIn(source)).map((parameter) => {
      const pattern = takenApart(parameter);
      const options = pattern && !pattern.keepsRest ? pattern.names : null;
      const name = named.find((name) => new RegExp(`^${name}\\s*(=|$)`).test(parameter)) ?? byDefault(parameter);
      return {
        name,
        options,
        taken: options && [...new Set([...named, ...options])],
        isRest: parameter.startsWith("..."),
        isNameless: name === null && /^[A-Za-z_$][\w$]?$/.test(parameter),
      };
    });
    forms.set(call, form);
  }
  return form;
}

/** Which argument a parameter is whose name a minifier took, by its default: `training = false` is `e=!1` then, `mask = null` is `e=null`. */
function byDefault(parameter: string): Name | null {
  const fallback = /^[A-Za-z_$][\w$]?\s*=\s*(!0|!1|true|false|null)$/.exec(parameter)?.[1];
  return fallback === undefined ? null : fallback === "null" ? "mask" : "training";
}

const told = new WeakSet<object>();

/** Warns once of a `call(x, training)` that a minifier made a `call(t, e)`: e is the options, and any object counts as true. */
function warnOfNameless(layer: Layer, call: object): void {
  if (told.has(call)) return;
  told.add(call);
  let owner = Object.getPrototypeOf(layer) as object;
  while (!Object.hasOwn(owner, "call")) owner = Object.getPrototypeOf(owner) as object;
  if (entryOf(owner.constructor)) return; // ours, whose calls take options
  console.warn(
    `kerasm: ${layer.name}: a minifier seems to have named the parameters of call, so that the last one gets the options as an object. ` +
      "Where it is to be training or mask, write call(x, { training, mask }).",
  );
}
