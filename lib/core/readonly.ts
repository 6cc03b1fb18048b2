// Members that nobody may write: what would only put a field in front of them, or make an object lie about its own memory, is an error.

import { StateError, text } from "./errors.js";

/** Makes assignments to members of a class's objects errors that say what to write instead; `instead` is by the member's name. */
export function refuseWrites(prototype: object, where: string, instead: Readonly<Record<string, string>>): void {
  for (const [name, expected] of Object.entries(instead)) {
    const { get, value: method } = Object.getOwnPropertyDescriptor(prototype, name)!;
    Object.defineProperty(prototype, name, {
      configurable: true,
      get: get ?? (() => method as unknown),
      set(value: unknown) {
        throw new StateError(`${where}.${name}`, { given: `an assignment of ${text(value)}`, expected });
      },
    });
  }
}
