// One file, as all plugins convert it: TypeScript is stripped where the bundler has not done so, and maps are put together.

import { encode, type SourceMapSegment } from "@jridgewell/sourcemap-codec";
import { eachMapping, originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import { mayConcern, transformModule } from "./module.js";
import type { AutographOptions, PluginResult } from "./options.js";
import { AutographError } from "./refusal.js";

/** JavaScript of TypeScript, with its map. */
export type Strip = (code: string, path: string) => { code: string; map: unknown } | Promise<{ code: string; map: unknown }>;

export const isTyped = (path: string): boolean => /\.[cm]?tsx?$/.test(path.split("?")[0]!);

/** @returns null where nothing is to be converted */
export function convertFile(code: string, path: string, options: AutographOptions, warn: (message: string) => void): PluginResult | null {
  const result = transformModule(code, { file: path, operators: options.operators, runtime: options.runtime });
  if (!result) return null;
  result.warnings.forEach((warning) => warn(warning));
  return { code: result.code, map: { ...result.map, version: 3 } as PluginResult["map"] };
}

/** The same for TypeScript: places in errors and in the map are those of the source. */
export function convertTyped(
  stripped: { code: string; map: unknown },
  source: string,
  path: string,
  options: AutographOptions,
  warn: (message: string) => void,
): PluginResult {
  const map = typeof stripped.map === "string" ? (JSON.parse(stripped.map || "null") as object | null) : (stripped.map as object | null);
  const inner = map ? new TraceMap(map as ConstructorParameters<typeof TraceMap>[0]) : null;
  let result: PluginResult | null;
  try {
    result = convertFile(stripped.code, path, options, warn);
  } catch (error) {
    if (!(error instanceof AutographError) || !inner) throw error;
    const at = originalPositionFor(inner, { line: error.line, column: error.column - 1 });
    throw new AutographError(path, at.line ?? error.line, (at.column ?? error.column - 1) + 1, error.given, error.expected, error.hint);
  }
  const whole = result ?? { code: stripped.code, map: null };
  return { code: whole.code, map: composed(whole.map, map, inner, source, path) };
}

function composed(
  outer: PluginResult["map"] | null,
  map: object | null,
  inner: TraceMap | null,
  source: string,
  path: string,
): PluginResult["map"] {
  const empty = { version: 3 as const, file: path, names: [], sources: [path], sourcesContent: [source] };
  if (!inner) return { ...empty, mappings: outer?.mappings ?? "" };
  if (!outer) return { ...empty, mappings: String((map as { mappings: unknown }).mappings) };
  const lines: SourceMapSegment[][] = [];
  eachMapping(
    new TraceMap(outer as unknown as ConstructorParameters<typeof TraceMap>[0]),
    ({ generatedLine, generatedColumn, originalLine, originalColumn }) => {
      if (originalLine === null) return;
      const at = originalPositionFor(inner, { line: originalLine, column: originalColumn });
      if (at.line === null) return;
      while (lines.length < generatedLine) lines.push([]);
      lines[generatedLine - 1]!.push([generatedColumn, 0, at.line - 1, at.column]);
    },
  );
  return { ...empty, mappings: encode(lines) };
}

export { mayConcern };
