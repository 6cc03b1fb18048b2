import { platform } from "#platform";
import type { FileStore } from "../runtime/platform.js";
import { ValueError } from "../core/errors.js";
import { CheckpointError } from "./format.js";

/** A file, by the store that it is in and its name there. */
export interface Place {
  readonly store: FileStore;
  readonly name: string;
}

/** The store at a folder or at `indexeddb://name`. */
export function storeAt(location: string): FileStore {
  if (platform.name === "node" && /^[a-z]+:\/\//i.test(location)) {
    throw new ValueError("checkpoint", { given: location, expected: "a folder", hint: "indexeddb:// is for browsers." });
  }
  return platform.openStore(location);
}

/** The place that a path such as `./tf_ckpts/ckpt-3` or `indexeddb://name/ckpt-3` names. */
export function placeOf(path: string): Place {
  const slash = path.lastIndexOf("/");
  return { store: storeAt(slash < 0 ? "." : path.slice(0, slash) || "/"), name: path.slice(slash + 1) };
}

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: "a full disk",
  EDQUOT: "a full quota",
  QuotaExceededError: "a full quota",
  EFBIG: "a limit on the size of files",
  EROFS: "a read-only file system",
  EACCES: "no permission to write there",
  EPERM: "no permission to write there",
  ENOTDIR: "a path through a file that is no folder",
  EEXIST: "a path through a file that is no folder",
  EISDIR: "a folder in the place of the file",
};

/** Writes a file. @throws CheckpointError that says why it can't be; then what was there before is intact */
export async function write({ store, name }: Place, bytes: Uint8Array, path: string): Promise<void> {
  try {
    await store.write(name, bytes);
  } catch (cause) {
    const { code, name: kind, message } = cause as Error & { code?: string };
    const reason = reasons[code ?? kind];
    throw new CheckpointError(path, {
      given: reason ? `${reason} (${code ?? kind})` : message,
      expected: `room for a file of ${bytes.length} bytes`,
      hint: "What was saved before is intact.",
      cause,
    });
  }
}
