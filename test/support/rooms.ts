// The rooms of the architecture, in order: a file imports from its own room and from rooms of earlier lines.
// Rooms of one line may import each other as long as no circle arises.

import type { SourceFile } from "./sources.js";

export const rooms: readonly (readonly string[])[] = [
  ["lib/runtime"],
  ["lib/core"],
  ["lib/ops"],
  ["lib/autodiff", "lib/graph"],
  ["lib/autograph"],
  ["lib/variables", "lib/config"],
  ["lib/random", "lib/formats", "lib/ragged", "lib/sparse"],
  [
    "lib/activations",
    "lib/initializers",
    "lib/regularizers",
    "lib/constraints",
    "lib/losses",
    "lib/metrics",
    "lib/optimizers",
    "lib/quantizers",
    "lib/data",
    "lib/saving",
  ],
  ["lib/distribution"],
  ["lib/layers"],
  ["lib/callbacks"],
  ["lib/model"],
  ["lib/visualization"],
  ["lib/visor"],
  ["lib/applications"],
  ["lib/api"],
  ["lib"],
  ["models", "datasets", "addons"],
  ["examples", "bench"],
];

/** The bindings are the runtime's, made by machine. */
const parts: Readonly<Record<string, string>> = { "lib/generated": "lib/runtime" };

/** The room of a file: `lib` for the entry that stands directly in `lib/`. */
export function roomOf(path: string): string {
  const folders = path.split("/").slice(0, -1);
  const room = folders[0] === "lib" ? folders.slice(0, 2).join("/") : folders[0]!;
  return parts[room] ?? room;
}

const levelOf = (room: string) => rooms.findIndex((line) => line.includes(room));

/** Imports of files in later rooms, as sentences. */
export function wrongWay(files: readonly SourceFile[]): string[] {
  return crossings(files)
    .filter(({ from, to }) => levelOf(to) > levelOf(from) || levelOf(from) < 0 || levelOf(to) < 0)
    .map(({ path, target }) => `${path} imports ${target}`);
}

/** A circle of rooms, as their names in order; undefined where there is none. */
export function circle(files: readonly SourceFile[]): string[] | undefined {
  const next = new Map<string, Set<string>>();
  for (const { from, to } of crossings(files)) next.set(from, (next.get(from) ?? new Set()).add(to));
  const done = new Set<string>();
  const walk = (room: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(room)) return [...path.slice(path.indexOf(room)), room];
    if (done.has(room)) return undefined;
    for (const to of next.get(room) ?? []) {
      const found = walk(to, [...path, room]);
      if (found) return found;
    }
    done.add(room);
    return undefined;
  };
  for (const room of next.keys()) {
    const found = walk(room, []);
    if (found) return found;
  }
  return undefined;
}

function crossings(files: readonly SourceFile[]) {
  return files.flatMap(({ path, imports }) =>
    imports
      .filter(({ specifier }) => specifier.startsWith("."))
      .map(({ target }) => ({ path, target, from: roomOf(path), to: roomOf(target) }))
      .filter(({ from, to }) => from !== to),
  );
}
