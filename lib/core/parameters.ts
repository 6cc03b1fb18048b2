// What the text of a function says of its parameters. A minifier changes names, so whoever reads them needs a way without.

/** The texts of a function's parameters. */
export function parametersIn(source: string): string[] {
  const begin = source.indexOf("(");
  const arrow = source.indexOf("=>");
  return begin < 0 || (arrow >= 0 && arrow < begin) ? [] : partsOf(source, begin);
}

/** What commas part between the bracket at a place and the one that closes it. */
function partsOf(source: string, begin: number): string[] {
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

/** The names in a pattern such as `{ training, mask: own = null, ...rest }`, and whether it keeps the rest; null for what is none. */
export function takenApart(source: string): { readonly names: readonly string[]; readonly keepsRest: boolean } | null {
  if (!source.startsWith("{")) return null;
  const parts = partsOf(source, 0).filter((part) => part !== "");
  const named = parts.filter((part) => !part.startsWith("..."));
  return { names: named.map((part) => /^["']?([\w$]+)/.exec(part)?.[1] ?? part), keepsRest: named.length < parts.length };
}

const texts = new WeakMap<object, readonly string[] | null>();

/** The texts of the parameters that a class's constructor takes, its own or the one it inherits; null where no text shows any. */
export function constructorParameters(type: object): readonly string[] | null {
  const known = texts.get(type);
  if (known !== undefined) return known;
  const source = typeof type === "function" ? Function.prototype.toString.call(type) : "";
  const own = /(?<![.\w$])constructor\s*(?=\()/.exec(source);
  const found = own
    ? parametersIn(source.slice(own.index).replace(/\/\*[\s\S]*?\*\//g, "")).filter((part) => part !== "")
    : source.startsWith("class")
      ? constructorParameters(Object.getPrototypeOf(type) as object)
      : null;
  texts.set(type, found);
  return found;
}
