// Options of the plugins, and what they do with a file.

export interface AutographOptions {
  /** Files to look at: patterns of their paths. Default: JavaScript and TypeScript. */
  include?: RegExp | readonly RegExp[];
  /** Files to leave alone. Default: what is in node_modules. */
  exclude?: RegExp | readonly RegExp[];
  /** Whether operators and indices are converted, beside control flow. Default: true. */
  operators?: boolean;
  /** Where converted modules find `$ag`. Default: kerasm/autograph/runtime. */
  runtime?: string;
}

const known = ["include", "exclude", "operators", "runtime"];

const matches = (patterns: RegExp | readonly RegExp[], path: string): boolean =>
  (patterns instanceof RegExp ? [patterns] : patterns).some((pattern) => pattern.test(path));

/** Whether a file is to be looked at. @throws Error for options that are none */
export function filterOf(options: AutographOptions): (path: string) => boolean {
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`kerasm/autograph: given the option ${unknown}; expected ${known.join(", ")}.`);
  const { include = /\.[cm]?[jt]sx?$/, exclude = /[\\/]node_modules[\\/]/ } = options;
  return (id) => {
    const path = id.split("?")[0]!;
    return !id.startsWith("\0") && matches(include, path) && !matches(exclude, path);
  };
}

/** A file as a plugin gives it back. */
export interface PluginResult {
  code: string;
  /** A source map as an object that can be written as JSON. */
  map: { version: 3; sources: (string | null)[]; sourcesContent: (string | null)[]; names: string[]; mappings: string; file: string };
}
