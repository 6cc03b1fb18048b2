// How the example of a doc comment shows a value, and whether a value is what it shows. Numbers are held to the digits that stand there:
// one with four decimals (0.7616) or a power of ten (1.5e-7) was rounded, any other stands for itself.

const number = /(?<![\w."'])-?(?:\d+\.?\d*(?:e[-+]?\d+)?|Infinity)/g;

/** @throws Error where the value is not what `expected` shows; "…" at its end stands for anything. */
export function expectResult(value: unknown, expected: string): void {
  const found = shown(value, expected.startsWith("tf.Tensor"));
  if (!fits(found, expected)) throw new Error(`given ${found}; expected ${expected}`);
}

export function fits(found: string, expected: string): boolean {
  if (expected.endsWith("…")) return squeezed(found).startsWith(squeezed(expected.slice(0, -1)));
  const [a, b] = [squeezed(found), squeezed(expected)];
  if (a.replace(number, "#") !== b.replace(number, "#")) return false;
  const [given, wanted] = [a.match(number) ?? [], b.match(number) ?? []];
  return given.length === wanted.length && wanted.every((text, i) => agrees(Number(given[i]), text));
}

function agrees(given: number, text: string): boolean {
  const wanted = Number(text);
  if (given === wanted) return true;
  const decimals = /\.(\d+)$/.exec(text)?.[1]!.length ?? 0;
  const slack = text.includes("e") ? 1e-3 * Math.abs(wanted) : decimals >= 4 ? 1e-4 : 1e-6 * Math.max(1, Math.abs(wanted));
  return Math.abs(given - wanted) <= slack;
}

/** Without what one may write or not: blanks, quotes around the whole, and quotes around keys. */
const squeezed = (text: string): string =>
  text
    .replace(/^(["'])(.*)\1$/, "$2")
    .replace(/\s+/g, "")
    .replace(/"(\w+)":/g, "$1:");

/** Tensors and variables as arrays of their elements, or as they print themselves; anything else as JSON, with NaN as it is. */
function shown(value: unknown, asPrinted = false): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "bigint" || value === null || value === undefined) return String(value);
  if (typeof value !== "object") return String(value);
  if ("array" in value && typeof value.array === "function") return asPrinted ? String(value) : shown(value.array());
  if (Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView)))
    return `[${Array.from(value as ArrayLike<unknown>, (item) => quoted(item)).join(",")}]`;
  if (String(value).startsWith("tf.")) return String(value);
  return `{${Object.entries(value)
    .map(([key, item]) => `${JSON.stringify(key)}:${quoted(item)}`)
    .join(",")}}`;
}
const quoted = (value: unknown): string => (typeof value === "string" ? JSON.stringify(value) : shown(value));
