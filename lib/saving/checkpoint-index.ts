// Beside the checkpoints of a folder stands the file `checkpoint`: JSON with the names of those that are kept, oldest first. It is written
// after a checkpoint is complete and before old ones are removed, so every name in it stands for a whole file, whenever a process ends.

import type { FileStore } from "../runtime/platform.js";
import { isPlainObject } from "../config/index.js";
import { CheckpointError } from "./format.js";
import { placeOf, storeAt, write } from "./place.js";

const FILE = "checkpoint";

const parse = (bytes: Uint8Array | null, location: string): string[] => {
  if (bytes === null) return [];
  const content = new TextDecoder().decode(bytes);
  let index: unknown;
  try {
    index = JSON.parse(content);
  } catch {
    // reported below
  }
  const kept = isPlainObject(index) ? index["checkpoints"] : undefined;
  if (Array.isArray(kept) && kept.every((name) => typeof name === "string")) return kept;
  throw new CheckpointError(`${location}/${FILE}`, {
    given: `a damaged or foreign file: ${content.slice(0, 40)}`,
    expected: "a list of checkpoints",
    hint: "Remove it, and restore a checkpoint by its path.",
  });
};

/** Names of the kept checkpoints, oldest first; a promise where storage is asynchronous only. */
export function readIndex(store: FileStore, location: string): string[] | Promise<string[]> {
  if (store.readNow) return parse(store.readNow(FILE), location);
  return store.read(FILE).then((bytes) => parse(bytes, location));
}

export const writeIndex = (store: FileStore, location: string, checkpoints: readonly string[]): Promise<void> =>
  write({ store, name: FILE }, new TextEncoder().encode(`${JSON.stringify({ checkpoints }, null, 1)}\n`), `${location}/${FILE}`);

/** Names a new checkpoint as the latest of its folder. */
export async function addToIndex(path: string): Promise<void> {
  const { store, name } = placeOf(path);
  const location = path.slice(0, Math.max(0, path.length - name.length - 1)) || ".";
  const kept = await readIndex(store, location);
  await writeIndex(store, location, [...kept.filter((each) => each !== name), name]);
}

/** The path of the newest checkpoint in a folder, null where there is none. */
export async function latestCheckpoint(location: string): Promise<string | null> {
  const name = (await readIndex(storeAt(location), location)).at(-1);
  return name === undefined ? null : `${location}/${name}`;
}
