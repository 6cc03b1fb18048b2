// How a layer's `call` takes what it gets beside its inputs: as one options object, as ours do, or one by one, as in Python.

import type { Layer } from "../layer.js";
import type { CallOptions } from "./types.js";

/** Arguments of Keras's `call` that may stand by themselves: `call(x, training = false)`. */
const named = ["training", "mask"] as const;

type Name = (typeof named)[number];

/** For each parameter of a `call`, which of the named arguments it is. */
const forms = new WeakMap<object, readonly (Name | null)[]>();

/** Calls a layer's `call` in the form in which it is written. */
export function callWith(layer: Layer, args: readonly unknown[], options: CallOptions): unknown {
  const { call } = layer as unknown as { call: (...args: readonly unknown[]) => unknown };
  const parameters = parametersOf(call);
  if (parameters[args.length] == null) return call.apply(layer, [...args, options]);
  const rest = parameters.slice(args.length).map((name) => (name === null ? undefined : (options[name] ?? undefined)));
  return call.apply(layer, [...args, ...rest]);
}

function parametersOf(call: (...args: readonly unknown[]) => unknown): readonly (Name | null)[] {
  let form = forms.get(call);
  if (!form) {
    form = parametersIn(String(call)).map((text) => named.find((name) => new RegExp(`^${name}\\s*(=|$)`).test(text)) ?? null);
    forms.set(call, form);
  }
  return form;
}

/** The texts of a function's parameters. */
export function parametersIn(source: string): string[] {
  const begin = source.indexOf("(");
  const arrow = source.indexOf("=>");
  if (begin < 0 || (arrow >= 0 && arrow < begin)) return [];
  const found: string[] = [];
  let depth = 0;
  let from = begin + 1;
  for (let i = begin; i < source.length; i++) {
    const char = source[i]!;
    if (char === "'" || char === '"' || char === "`") i = source.indexOf(char, i + 1);
    if (i < 0) return found;
    if ("([{".includes(char)) depth++;
    else if (")]}".includes(char)) depth--;
    if ((char === "," && depth === 1) || depth === 0) {
      found.push(source.slice(from, i).trim());
      from = i + 1;
      if (depth === 0) break;
    }
  }
  return found;
}
