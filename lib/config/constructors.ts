// How a class of the user's own is made from its config, whose constructor may take its options in any form.

import { ArgumentError } from "../core/errors.js";
import { constructorParameters, takenApart } from "../core/parameters.js";
import { toCamelCase } from "./names.js";
import { classNameOf, entryOfOurs } from "./registry.js";
import type { Schema } from "./schema.js";

/** The name of a parameter that has one, and how its default begins. */
function read(parameter: string): { key?: string | undefined; fallback?: string | undefined } {
  const [, key, fallback] = /^([A-Za-z_$][\w$]*)\s*(?:=\s*(\S)|$)/.exec(parameter) ?? [];
  return { key, fallback };
}

/**
 * Options in the places of a constructor's parameters, as Python's `cls(**config)` puts them: `constructor(units, { rate, ...options })`
 * gets its units first. What has no place of its own goes into the last parameter.
 */
export function byParameters(name: string, constructor: object, all: Readonly<Record<string, unknown>>): unknown[] {
  const parameters = constructorParameters(constructor);
  const rest = { ...all };
  const places: unknown[] = [];
  for (const [i, parameter] of (parameters ?? []).entries()) {
    const { key, fallback } = read(parameter);
    const option = key && [key, toCamelCase(key)].find((each) => Object.hasOwn(rest, each));
    if (option) {
      places.push(rest[option]);
      delete rest[option];
    } else if (!key || fallback === "{" || parameters!.length === 1) return [...places, rest];
    else if (fallback !== undefined) places.push(undefined);
    else if (i === parameters!.length - 1) return [...places, rest];
    else {
      throw new ArgumentError(`${name}.fromConfig`, {
        given: `a config without ${key}, which the constructor takes`,
        expected: "getConfig to give what the constructor takes",
        hint: `Add ${key} to what getConfig returns, or declare a static fromConfig(config); a minifier may have renamed the parameter.`,
      });
    }
  }
  if (parameters && parameters.length > 0 && Object.keys(rest).length > 0) {
    throw new ArgumentError(`${name}.fromConfig`, {
      given: `${Object.keys(rest).join(", ")} for a constructor of (${parameters.join(", ")})`,
      expected: "a place for them",
      hint: "Let the constructor take the layer's options last, and hand them to super; or declare a static fromConfig(config).",
    });
  }
  return parameters === null || parameters.length === 0 ? [rest] : places;
}

/** What a constructor takes by name and a config does not have: `units` of `constructor(units = 32, options = {})`. */
function forgotten(constructor: object, config: Readonly<Record<string, unknown>>): string[] {
  const parameters = constructorParameters(constructor) ?? [];
  const names = parameters.flatMap((parameter, i) => {
    const { key, fallback } = read(parameter);
    const isLast = i === parameters.length - 1;
    if (key !== undefined) return fallback === "{" || (isLast && fallback === undefined) ? [] : [key];
    return takenApart(parameter)?.names ?? [];
  });
  const given = new Set(Object.keys(config).map(toCamelCase));
  return names.filter((name) => name.length > 2 && !given.has(toCamelCase(name)));
}

/** Whether a class has no `fromConfig` of the user's own, which may do anything. */
function isMadeByParameters(constructor: object): boolean {
  const owners: object[] = [];
  for (let type: object | null = constructor; type; type = Object.getPrototypeOf(type) as object | null) {
    if (Object.hasOwn(type, "fromConfig")) owners.push(type);
  }
  const [first] = owners;
  return first !== undefined && (owners.length === 1 ? first !== constructor : entryOfOurs(first) !== undefined);
}

const told = new WeakSet<object>();

/** Warns once of a class of the user's own whose objects a file could not bring back as they are. */
export function warnOfForgotten(object: object, config: Readonly<Record<string, unknown>>): void {
  const { constructor } = object;
  if (told.has(constructor) || !isMadeByParameters(constructor)) return;
  const { fields = {} } = (constructor as unknown as { readonly options?: Partial<Schema> }).options ?? {};
  const names = forgotten(constructor, config).filter((name) => !(name in fields));
  if (names.length === 0) return;
  told.add(constructor);
  console.warn(
    `kerasm: ${classNameOf(object)}: its constructor takes ${names.join(", ")}, which getConfig does not give: what is saved now can't be made ` +
      "again from its config. Override getConfig() { return { ...super.getConfig(), … }; }.",
  );
}
