// Beside the checkpoints of a folder stands the file `checkpoint`: JSON with the names of those that are kept, oldest first. It is written
// after a checkpoint is complete and before old ones are removed, so every name in it stands for a whole file, whenever a process ends.
// It is read and written under the lock of its folder, so that writers at one time, here or in other processes, keep each other's names.

import type { FileContent, FileStore } from "../runtime/platform.js";
import { isPlainObject } from "../config/index.js";
import { CheckpointError } from "./error.js";
import { placeOf, storeAt, whileLocked, write } from "./place.js";

const FILE = "checkpoint";

/** Whether a name is that of a file of the folder itself: a file from outside may say anything. */
const isInFolder = (name: unknown): name is string =>
  typeof name === "string" && name !== "" && name !== "." && name !== ".." && name !== FILE && !/[/\\\0:]/.test(name);

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
  if (Array.isArray(kept) && kept.every(isInFolder)) return [...new Set(kept)];
  throw new CheckpointError(`${location}/${FILE}`, {
    given: `a damaged or foreign file: ${content.slice(0, 40)}`,
    expected: "a list of checkpoints of this folder",
    hint: "Remove it, and restore a checkpoint by its path.",
  });
};

/** Names of the kept checkpoints, oldest first; a promise where storage is asynchronous only. */
export function readIndex(store: FileStore, location: string): string[] | Promise<string[]> {
  if (store.readNow) return parse(store.readNow(FILE), location);
  return store.read(FILE).then((bytes) => parse(bytes, location));
}

const writeIndex = (store: FileStore, location: string, checkpoints: readonly string[]): Promise<void> =>
  write({ store, name: FILE, path: `${location}/${FILE}` }, new TextEncoder().encode(`${JSON.stringify({ checkpoints }, null, 1)}\n`));

/** A checkpoint to be written. */
interface NewCheckpoint {
  readonly store: FileStore;
  readonly location: string;
  readonly name: string;
  readonly content: FileContent;
  /** How many are kept, with this one. */
  readonly maxToKeep?: number;
  /** Whether a file is one that may be removed: of the numbered ones that the writer makes. */
  readonly isOwn?: (name: string) => boolean;
}

/**
 * Writes a checkpoint, names it as the latest of its folder, and removes what is too old or was left by killed runs. @returns the names
 * that are kept
 */
export async function addCheckpoint({ store, location, name, content, maxToKeep = Infinity, isOwn }: NewCheckpoint): Promise<string[]> {
  const path = `${location}/${name}`;
  return whileLocked({ store, path }, async () => {
    const before = await readIndex(store, location);
    await write({ store, name, path }, content);
    const all = [...before.filter((each) => each !== name), name];
    const old = all.slice(0, Math.max(0, all.length - maxToKeep));
    const kept = all.slice(old.length);
    await writeIndex(store, location, kept);
    if (!isOwn) return kept;
    // Whoever writes holds the lock: numbered files below this one that the index does not name are of runs that were killed.
    const orphans = (await store.list().catch(() => [])).filter((each) => !all.includes(each) && numberOf(each) < numberOf(name));
    // A file that can't be removed is no longer named.
    for (const each of [...old, ...orphans]) if (isOwn(each)) await store.remove(each).catch(() => {});
    return kept;
  });
}

const numberOf = (name: string): number => Number(/-(\d+)$/.exec(name)?.[1] ?? NaN);

/** Writes a checkpoint to a path, and names it as the latest of its folder. */
export async function saveCheckpoint(path: string, content: FileContent): Promise<void> {
  const { store, name } = placeOf(path);
  await addCheckpoint({ store, location: path.slice(0, Math.max(0, path.length - name.length - 1)) || ".", name, content });
}

/**
 * The path of the newest checkpoint in a folder, null where there is none.
 *
 * ```ts
 * await tf.train.latestCheckpoint("memory://no-checkpoints"); // null
 * ```
 */
export async function latestCheckpoint(location: string): Promise<string | null> {
  const name = (await readIndex(storeAt(location), location)).at(-1);
  return name === undefined ? null : `${location}/${name}`;
}
