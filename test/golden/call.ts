// How recorded arguments, which go by Python's parameter names, are passed to a function here. A declared function has the same names:
// what is a tensor goes by position, all else by name. For others the function's own source decides: parameters it names are positional,
// a last parameter that is called options (also one by one, `...options`) or is taken apart in place gets all the others.

import { toCamelCase } from "../../lib/config/names.js";
import { signatureOf } from "../../lib/core/operation.js";
import type { Signature } from "../../lib/core/signature.js";
import { originalOf } from "./surface.js";

/** A parameter of a function, as its source declares it. */
interface Parameter {
  readonly name: string;
  readonly kind: "positional" | "rest" | "options";
  /** Of options that are taken apart in place: their names, in order. */
  readonly options: readonly string[];
}

const known = new WeakMap<object, readonly Parameter[]>();

/** The parameters that a function's source declares. */
export function parametersOf(fn: (...args: never[]) => unknown): readonly Parameter[] {
  let parameters = known.get(fn);
  if (parameters === undefined) known.set(fn, (parameters = split(listOf(Function.prototype.toString.call(fn))).map(parse)));
  return parameters;
}

/** The text between the parentheses of the parameter list. */
function listOf(source: string): string {
  const text = source.replace(/\/\*[^]*?\*\/|\/\/[^\n]*/g, "");
  const single = /^(?:async\s+)?([\w$]+)\s*=>/.exec(text);
  if (single) return single[1]!;
  const start = text.indexOf("(") + 1;
  let depth = 1;
  let end = start;
  for (; depth > 0 && end < text.length; end++) {
    if ("([{".includes(text[end]!)) depth++;
    else if (")]}".includes(text[end]!)) depth--;
  }
  return text.slice(start, end - 1);
}

function split(list: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let part = "";
  for (const char of list) {
    if ("([{".includes(char)) depth++;
    else if (")]}".includes(char)) depth--;
    if (char === "," && depth === 0) {
      parts.push(part.trim());
      part = "";
    } else part += char;
  }
  return [...parts, part.trim()].filter((text) => text !== "");
}

function parse(text: string): Parameter {
  const isRest = text.startsWith("...");
  const name = text
    .slice(isRest ? 3 : 0)
    .split("=")[0]!
    .trim();
  const isOptions = /options\d*$/i.test(name); // bundlers number names that they have twice
  if (!text.startsWith("{")) return { name, kind: isOptions ? "options" : isRest ? "rest" : "positional", options: [] };
  const options = split(text.slice(1, text.indexOf("}"))).map((option) => /^[\w$]+/.exec(option)?.[0] ?? "");
  return { name: "options", kind: "options", options };
}

/**
 * The argument list for a call of `fn`.
 *
 * @param named  recorded arguments by Python name
 * @param order  Python's parameter names, in its order
 * @param leading  arguments that were recorded without a name; they come first
 */
export function arrange(
  fn: (...args: never[]) => unknown,
  named: Readonly<Record<string, unknown>>,
  order: readonly string[] = Object.keys(named),
  leading: readonly unknown[] = [],
): unknown[] {
  const declared = originalOf(fn);
  const signature = signatureOf(declared);
  if (signature) return arrangeDeclared(signature, named, order, leading);
  const parameters = parametersOf(declared);
  const last = parameters.at(-1);
  const slots = parameters.filter((parameter) => parameter.kind === "positional").map((parameter) => parameter.name);
  const placed = new Map<number, unknown>(leading.slice(0, slots.length || leading.length).map((value, index) => [index, value]));
  const others = new Map<string, unknown>();
  // What Python takes by place and we by name goes by the order of our names.
  if (slots.length > 0)
    leading.slice(slots.length).forEach((value, index) => others.set(last?.options[index] ?? `argument ${index}`, value));
  for (const name of order) {
    if (!(name in named)) continue;
    const slot = slots.indexOf(toCamelCase(name));
    if (slot >= 0 && !placed.has(slot)) placed.set(slot, named[name]);
    else others.set(name, named[name]);
  }
  // A parameter that goes by another name here stands where Python has it.
  for (const [index, name] of order.entries()) {
    if (!others.has(name) || index + leading.length >= slots.length || placed.has(index + leading.length)) continue;
    if (last?.options.includes(toCamelCase(name))) continue;
    placed.set(index + leading.length, others.get(name));
    others.delete(name);
  }
  const args: unknown[] = Array.from({ length: Math.max(0, ...[...placed.keys()].map((slot) => slot + 1)) }, (_, slot) => placed.get(slot));
  if (last?.kind === "rest") {
    const values = [...others.values()];
    return [...args, ...(values.length === 1 && Array.isArray(values[0]) ? (values[0] as unknown[]) : values)];
  }
  if (others.size === 0) return args;
  while (args.length < slots.length) args.push(undefined);
  return [...args, Object.fromEntries([...others].map(([name, value]) => [toCamelCase(name), value]))];
}

/** Arguments for a declared function: first parameters by position as far as they are arguments of the call, the others by name. */
function arrangeDeclared(
  { parameters }: Signature,
  named: Readonly<Record<string, unknown>>,
  order: readonly string[],
  leading: readonly unknown[],
): unknown[] {
  const options = new Map(order.filter((name) => name in named).map((name) => [toCamelCase(name).replace(/_$/, ""), named[name]]));
  const args = [...leading];
  for (const { name, isArgument, isRest, kind } of parameters.slice(leading.length)) {
    if (!(isArgument || kind.isStructure) || !options.has(name)) break;
    const value = options.get(name);
    options.delete(name);
    if (isRest) args.push(...(value as readonly unknown[]));
    else args.push(value);
  }
  return options.size === 0 ? args : [...args, Object.fromEntries(options)];
}
