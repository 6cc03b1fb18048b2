// Scopes of names: what is made inside of one is called by a path, `generator/dense/w`.

let path = "";

/** The path of the scopes that are open, with a slash behind each: `generator/dense/`. */
export const currentScope = (): string => path;

/** Runs the action in a scope: variables made in it have its name before theirs. A whole path, ending in a slash, is taken as it is. */
export function inNameScope<T>(name: string, action: () => T): T {
  const before = path;
  path = name.endsWith("/") ? name : `${before}${name}/`;
  try {
    return action();
  } finally {
    path = before;
  }
}
