// A value as Node's console prints it, near enough: what the comments of the programs say is what stands below them.

const quoted = (value) => `'${value.replaceAll("'", "\\'")}'`;
const name = (key) => (/^[A-Za-z_$][\w$]*$/.test(key) ? key : quoted(key));

/** @param nested  whether it stands within another value, where strings have quotes */
export function text(value, nested = false) {
  if (typeof value === "string") return nested === true ? quoted(value) : value;
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function")
    return /^class\b/.test(String(value)) ? `[class ${value.name}]` : `[Function: ${value.name || "(anonymous)"}]`;
  if (typeof value !== "object" || value === null) return Object.is(value, -0) ? "-0" : String(value);
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (ArrayBuffer.isView(value)) return `${value.constructor.name}(${value.length}) ${list(Array.from(value))}`;
  if (Array.isArray(value)) return list(value);
  if (value instanceof Map) return `Map(${value.size}) ${record([...value], " => ")}`;
  if (value instanceof Set) return `Set(${value.size}) ${list([...value])}`;
  const hasOwnText = typeof value.toString === "function" && value.toString !== Object.prototype.toString;
  if (hasOwnText) return String(value);
  const kind = value.constructor?.name;
  return `${kind && kind !== "Object" ? `${kind} ` : ""}${record(Object.entries(value), ": ")}`;
}

const list = (values) => {
  if (values.length === 0) return "[]";
  const shown = values.slice(0, 100).map((each) => text(each, true));
  return bracketed("[", values.length > 100 ? [...shown, `... ${values.length - 100} more items`] : shown, "]");
};
const record = (entries, between) =>
  entries.length === 0
    ? "{}"
    : bracketed(
        "{",
        entries.map(([key, value]) => `${name(String(key))}${between}${text(value, true)}`),
        "}",
      );
const bracketed = (open, parts, close) => {
  const line = `${open} ${parts.join(", ")} ${close}`;
  return line.length <= 76 && !line.includes("\n") ? line : `${open}\n  ${parts.join(",\n").replaceAll("\n", "\n  ")}\n${close}`;
};
