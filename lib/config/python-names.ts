// Names as Python spells them, in scripts that are ported line by line. JavaScript makes a field of whatever is assigned and calls no
// method that it was not told of: `train_step` would never run, `model.stop_training = true` would stop nothing, and nobody would know.

import { ArgumentError, StateError, text } from "../core/errors.js";
import { toCamelCase } from "./names.js";

/** Classes that were looked at. */
const checked = new WeakSet<object>();

const isInPython = (name: string): boolean => /^[a-z][a-z0-9]*(?:_[a-z0-9]+)+$/.test(name);

/**
 * Refuses a class with a method that overrides nothing, since it is spelled as in Python: `on_epoch_end` where its base has `onEpochEnd`.
 * Looked at once, when the first object of the class is made.
 *
 * @throws ArgumentError
 */
export function checkSpelling(type: object): void {
  if (checked.has(type)) return;
  const above = Object.getPrototypeOf(type) as object | null;
  if (typeof above === "function" && above !== Function.prototype) checkSpelling(above);
  for (const [own, base] of [ofMethods(type), [type, above] as const]) {
    for (const name of Object.getOwnPropertyNames(own)) {
      if (!isInPython(name)) continue;
      const camel = toCamelCase(name);
      if (base === null || !(camel in base) || Object.hasOwn(own, camel)) continue;
      throw new ArgumentError(`${(type as { name: string }).name}.${name}`, {
        given: "a method that is spelled as in Python, which nobody calls",
        expected: camel,
        hint: "Names of methods and options are camelCase here, names of classes and values are Keras's.",
      });
    }
  }
  checked.add(type);
}

function ofMethods(type: object): readonly [own: object, base: object | null] {
  const { prototype } = type as { readonly prototype: object };
  return [prototype, Object.getPrototypeOf(prototype) as object | null];
}

/** Makes an assignment to attributes that are spelled as in Python an error that names the right one. */
export function refuseInPython(prototype: object, names: Readonly<Record<string, string>>): void {
  for (const [name, camel] of Object.entries(names))
    Object.defineProperty(prototype, name, {
      configurable: true,
      get: () => undefined,
      set(this: { name?: string; constructor: { name: string } }, value: unknown) {
        throw new ArgumentError(`${this.name ?? this.constructor.name}.${name}`, {
          given: text(value),
          expected: `an assignment to ${camel}`,
        });
      },
    });
}

/** Gives a base class methods that classes of the user's own must have: called without one they say so. */
export function needMethods(prototype: object, names: readonly string[]): void {
  for (const name of names)
    Object.defineProperty(prototype, name, {
      configurable: true,
      writable: true,
      value(this: { constructor: { name: string } }): never {
        throw new StateError(`${this.constructor.name}.${name}`, { given: "a class without it", expected: `a method ${name} of its own` });
      },
    });
}
