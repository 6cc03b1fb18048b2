// Files that live as long as the process.

import { joined } from "../../formats/bytes.js";
import { inTurn } from "../../runtime/in-turn.js";
import type { FileStore, StoredFile } from "../../runtime/platform.js";

const folders = new Map<string, Map<string, Uint8Array>>();

/** Files that live as long as the process: `memory://name`. */
export function memoryStore(location: string): FileStore {
  const files = () => {
    let found = folders.get(location);
    if (!found) folders.set(location, (found = new Map()));
    return found;
  };
  return {
    read: async (name) => files().get(name)?.slice() ?? null,
    readNow: (name) => files().get(name)?.slice() ?? null,
    write: async (name, content) => void files().set(name, joined(content instanceof Uint8Array ? [content] : content).slice()),
    remove: async (name) => void files().delete(name),
    list: async () => [...files().keys()].sort(),
    locked: (action) => inTurn(location, action),
  };
}

/** All files of this kind. */
export const filesInMemory = (): StoredFile[] =>
  [...folders].flatMap(([location, files]) =>
    Array.from(files, ([name, { length }]) => ({ path: `${location.replace(/(?<!\/)$/, "/")}${name}`, bytes: length, date: null })),
  );
