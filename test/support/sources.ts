// The repository's own source files, for tests that hold rules of the code itself.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository, seen from build/test/support. */
export const repository = fileURLToPath(new URL("../../../", import.meta.url));

export interface SourceFile {
  /** Path from the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

export interface Import {
  /** As written. */
  readonly specifier: string;
  /** The file or package that it names: `lib/core/shape.ts`, `zod`, `node:fs`. */
  readonly target: string;
}

/** All TypeScript files below the given folders. */
export function sourcesIn(...folders: string[]): SourceFile[] {
  return folders.flatMap(typescriptFiles).map((path) => {
    const text = readFileSync(join(repository, path), "utf8");
    return { path, text, imports: importsOf(path, text) };
  });
}

function typescriptFiles(folder: string): string[] {
  try {
    return readdirSync(join(repository, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
      .map((entry) => relative(repository, join(entry.parentPath ?? entry.path, entry.name)).replaceAll("\\", "/"))
      .filter((path) => !path.includes("node_modules/"))
      .sort();
  } catch {
    return []; // a room that is not there yet
  }
}

/** Statements begin at the first column, which keeps the examples of doc comments out. */
const importForms = [
  /^(?:import|export)\b[^;"'`]*?\bfrom\s+"([^"]+)"/gm,
  /^import\s+"([^"]+)"/gm,
  /^(?!\s*(?:\*|\/\/)).*?\bimport\(\s*"([^"]+)"\s*\)/gm,
];

export function importsOf(path: string, text: string): Import[] {
  const specifiers = importForms.flatMap((form) => Array.from(text.matchAll(form), (match) => match[1]!));
  return [...new Set(specifiers)].map((specifier) => ({ specifier, target: targetOf(path, specifier) }));
}

function targetOf(path: string, specifier: string): string {
  if (!specifier.startsWith(".")) return specifier;
  return posix.join(dirname(path), specifier).replace(/\.js$/, ".ts");
}
