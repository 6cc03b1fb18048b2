// Compares what the package exports with Keras's public interface, name by name.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { toCamelCase } from "../../lib/config/names.js";
import { Schema } from "../../lib/config/schema.js";
import { absence, deviationOf, isEqualHere, waitingFor } from "./deviations.js";
import { isPublic, kerasNames, spelledHere, type KerasName, type KerasParameter } from "./interface.js";
import { constructorParameters, parametersOf, type OwnParameter } from "./parameters.js";

/** What was found about a name of Keras. */
export interface Finding {
  readonly row: KerasName;
  readonly name: string;
  readonly isPresent: boolean;
  /** Why the name stands in the list of those that make no sense here. */
  readonly absent?: string;
  /** Which other plan brings the name. */
  readonly waitsFor?: string;
  /** Whether what it takes could be read and compared: some functions check their options object by themselves. */
  readonly isRead: boolean;
  /** What differs without a reason. */
  readonly faults: readonly string[];
  /** What differs with a reason. */
  readonly deviations: readonly { readonly difference: string; readonly reason: string }[];
}

type AnyFunction = (...args: never[]) => unknown;
type Namespace = { readonly [name: string]: unknown };

/** Everything about every name. `keras` is the namespace as users get it. */
export function compare(keras: Namespace): Finding[] {
  return kerasNames().map((row) => findingOf(keras, row));
}

/** Differences that are not known yet, as sentences. */
export const newFaults = (findings: readonly Finding[], known: Readonly<Record<string, readonly string[]>>): string[] =>
  findings.flatMap(({ name, faults }) => faults.filter((fault) => !known[name]?.includes(fault)).map((fault) => `${name} ${fault}`));

function findingOf(keras: Namespace, row: KerasName): Finding {
  const name = spelledHere(row.name);
  const value = at(keras, name);
  const absent = absence(row.name);
  const own = row.kind === "class" ? constructorParameters : parametersOf;
  const isRead = value !== undefined && own(value as AnyFunction) !== undefined;
  const base = { row, name, isPresent: value !== undefined, isRead };
  if (absent !== undefined)
    return { ...base, absent, faults: value === undefined ? ["has no error that names what to use instead"] : [], deviations: [] };
  const waitsFor = waitingFor(row.name);
  if (value === undefined)
    return waitsFor === undefined ? { ...base, faults: ["is missing"], deviations: [] } : { ...base, waitsFor, faults: [], deviations: [] };
  const differences = [
    ...differencesOfAliases(keras, row, value),
    ...differencesOfParameters(row, value as AnyFunction),
    ...(row.kind === "class" ? differencesOfMembers(row, value as AnyFunction) : []),
  ];
  const faults: string[] = [];
  const deviations: { difference: string; reason: string }[] = [];
  for (const difference of differences) {
    const reason = deviationOf(row.name, difference);
    if (reason === undefined) faults.push(difference);
    else deviations.push({ difference, reason });
  }
  return { ...base, faults, deviations };
}

/** What a public path leads to. */
export function at(keras: Namespace, path: string): unknown {
  let value: unknown = keras;
  for (const part of path.split(".").slice(1)) value = (value as Namespace | undefined)?.[part];
  return value;
}

const differencesOfAliases = (keras: Namespace, { aliases }: KerasName, value: unknown): string[] =>
  aliases
    .filter((alias) => absence(alias) === undefined && !isSame(at(keras, spelledHere(alias)), value))
    .map((alias) => `alias ${spelledHere(alias)} ${at(keras, spelledHere(alias)) === undefined ? "is missing" : "is another object"}`);

/** Whether two values are one: the same object, or a class and its name that needs no `new`. */
const isSame = (a: unknown, b: unknown): boolean =>
  a === b || (typeof a === "function" && typeof b === "function" && a.prototype !== undefined && a.prototype === b.prototype);

function differencesOfParameters({ kind, params, name: kerasName }: KerasName, value: AnyFunction): string[] {
  const own = kind === "class" ? constructorParameters(value) : parametersOf(value);
  const wanted = params.filter((param) => !param.popped && !param.var);
  if (own === undefined) return [];
  const found: string[] = [];
  const names = own.map(({ name }) => name);
  const declaredNames = kind === "class" ? declaredArguments(kerasName) : new Set<string>();
  for (const param of wanted) {
    const name = toCamelCase(param.name);
    const mine = own.find((each) => each.name === name);
    if (mine === undefined && declaredNames.has(name)) continue;
    if (mine === undefined) found.push(`parameter ${name} is missing`);
    else found.push(...differencesOfParameter(param, mine));
  }
  for (const [place, param] of wanted.filter((each) => each.required && !each.keyword_only).entries())
    if (own[place] && names.includes(toCamelCase(param.name)) && names[place] !== toCamelCase(param.name))
      found.push(`argument ${place + 1} is ${names[place]}, not ${toCamelCase(param.name)}`);
  if ((value as { options?: unknown }).options instanceof Schema) found.push(...differencesOfPlaces(wanted, own));
  if (kind === "function") {
    const byPosition = wanted.filter((each) => !each.keyword_only).map(({ name }) => toCamelCase(name));
    const mine = names.filter((name) => byPosition.includes(name));
    const theirs = byPosition.filter((name) => names.includes(name));
    if (mine.join() !== theirs.join()) found.push(`order is ${mine.join(", ")}, not ${theirs.join(", ")}`);
  }
  return found;
}

/** What people give by its place: the first four and more of what Keras takes so, as far as they are options here. */
function differencesOfPlaces(wanted: readonly KerasParameter[], own: readonly OwnParameter[]): string[] {
  const theirs = wanted.filter((each) => !each.keyword_only && !each.inherited).map(({ name }) => toCamelCase(name));
  const unknown = theirs.findIndex((name) => !own.some((mine) => mine.name === name));
  const usable = unknown === -1 ? theirs : theirs.slice(0, unknown);
  const mine = own.filter(({ isPositional }) => isPositional).map(({ name }) => name);
  const isSame = mine.every((name, place) => name === usable[place]) && mine.length >= Math.min(4, usable.length);
  return isSame ? [] : [`takes ${mine.join(", ") || "nothing"} by place, Keras ${theirs.join(", ")}`];
}

function differencesOfParameter(param: KerasParameter, mine: OwnParameter): string[] {
  const name = mine.name;
  if (param.required)
    return mine.isRequired || mine.isRest ? [] : [`parameter ${name} has the default ${JSON.stringify(mine.fallback)}, Keras's has none`];
  if (mine.isRequired) return [`parameter ${name} has no default, Keras's is ${JSON.stringify(param.default)}`];
  if (!("fallback" in mine)) return [];
  if (isEqualHere(name, param.default, mine.fallback)) return [];
  return [`parameter ${name} is ${shown(mine.fallback)} by default, Keras's ${shown(param.default)}`];
}

const shown = (value: unknown): string =>
  typeof value === "function"
    ? value.name
    : value !== null && typeof value === "object" && !Array.isArray(value)
      ? value.constructor.name
      : JSON.stringify(value);

function differencesOfMembers({ methods = {}, properties = [] }: KerasName, value: AnyFunction): string[] {
  const has = (member: string): boolean =>
    member in ((value.prototype as object | undefined) ?? {}) || member in value || declares(value, member);
  return [
    ...Object.keys(methods)
      .filter((name) => isPublic(name) && name !== "from_config" && !has(toCamelCase(name)))
      .map((name) => `method ${toCamelCase(name)} is missing`),
    ...properties.filter((name) => isPublic(name) && !has(toCamelCase(name))).map((name) => `property ${toCamelCase(name)} is missing`),
  ];
}

/** Arguments of constructors that take them apart by hand: the declarations of the build name them. */
function declaredArguments(name: string): ReadonlySet<string> {
  declared ??= readDeclarations();
  return declared.get(`new ${name.split(".").at(-1)!}`) ?? new Set();
}

/** Fields stand in no prototype: the declarations of the build tell them. */
let declared: ReadonlyMap<string, ReadonlySet<string>> | undefined;

function declares(value: AnyFunction, member: string): boolean {
  declared ??= readDeclarations();
  for (let made: unknown = value; typeof made === "function" && made !== Function.prototype; made = Object.getPrototypeOf(made))
    if (declared.get((made as AnyFunction).name)?.has(member)) return true;
  return false;
}

function readDeclarations(): Map<string, Set<string>> {
  const folder = fileURLToPath(new URL("../../lib", import.meta.url));
  const found = new Map<string, Set<string>>();
  for (const path of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!path.endsWith(".d.ts")) continue;
    const text = readFileSync(join(folder, path), "utf8");
    for (const [, name, body] of text.matchAll(/^export declare (?:abstract )?class (\w+)[^\n]*\{\n([\s\S]*?)^\}/gm)) {
      const members = found.get(name!) ?? new Set();
      for (const [, member] of body!.matchAll(/^ {4}(?:readonly |abstract |declare |get )*(\w+)[?]?[:(]/gm)) members.add(member!);
      found.set(name!, members);
      const made = found.get(`new ${name!}`) ?? new Set<string>();
      for (const [, list] of body!.matchAll(/^ {4}constructor\(([^]*?)\);$/gm))
        for (const [, argument] of list!.matchAll(/(?:^|, |\{ |^ *)(?:readonly )?(\w+)\??(?=[:,])/gm)) made.add(argument!);
      found.set(`new ${name!}`, made);
    }
  }
  return found;
}
