// Fields of an object that are no part of what it is made of: whoever walks its fields does not see them.

/** Gives the object such a field. */
export function hide(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, writable: true, configurable: true, enumerable: false });
}

/** The same, where each value goes through a check, the first one included. */
export function hideChecked<T>(target: object, key: string, first: unknown, check: (value: unknown) => T): void {
  let own = check(first);
  const set = (value: unknown) => void (own = check(value));
  Object.defineProperty(target, key, { get: () => own, set, configurable: true, enumerable: false });
}
