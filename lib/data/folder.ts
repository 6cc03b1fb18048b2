// Folders of files: a path in Node, a FileSystemDirectoryHandle in a page.

import { platform } from "#platform";
import { ArgumentError, text, ValueError } from "../core/errors.js";

/** What the File System Access API calls a folder, as far as it is used. */
export interface DirectoryHandle {
  readonly kind: "directory";
  readonly name: string;
  entries(): AsyncIterable<[string, DirectoryHandle | FileHandle]>;
}

interface FileHandle {
  readonly kind: "file";
  getFile(): Promise<Blob>;
}

/** A folder that can be read. */
export interface Folder {
  readonly name: string;
  /** The paths of all files in it, sorted, folders before them: `cats/1.png`. */
  list(): Promise<string[]>;
  read(path: string): Promise<Uint8Array>;
}

const isHandle = (value: unknown): value is DirectoryHandle =>
  typeof value === "object" && value !== null && (value as { kind?: unknown }).kind === "directory";

/** A folder by its path or handle. @throws ArgumentError for other values, ValueError where there is none */
export function openFolder(where: string, directory: string | URL | DirectoryHandle): Folder {
  if (isHandle(directory)) return handleFolder(directory);
  if (typeof directory !== "string" && !(directory instanceof URL)) {
    throw new ArgumentError(`${where}.directory`, { given: text(directory), expected: "a path, or in a page a FileSystemDirectoryHandle" });
  }
  if (!platform.openFolder) {
    throw new ArgumentError(`${where}.directory`, {
      given: `the path ${text(String(directory))} in a page`,
      expected: "a FileSystemDirectoryHandle",
      hint: "showDirectoryPicker() asks the user for one.",
    });
  }
  const { list, read } = platform.openFolder(directory);
  const missing = (cause: unknown): never => {
    throw new ValueError(`${where}.directory`, { given: text(String(directory)), expected: "a folder that can be read", cause });
  };
  return { name: String(directory), list: () => list().catch(missing), read };
}

function handleFolder(root: DirectoryHandle): Folder {
  const files = new Map<string, FileHandle>();
  const walk = async (folder: DirectoryHandle, prefix: string): Promise<void> => {
    for await (const [name, entry] of folder.entries()) {
      if (entry.kind === "directory") await walk(entry, `${prefix}${name}/`);
      else files.set(prefix + name, entry);
    }
  };
  return {
    name: root.name,
    async list() {
      await walk(root, "");
      return [...files.keys()].sort();
    },
    read: async (path) => new Uint8Array(await (await files.get(path)!.getFile()).arrayBuffer()),
  };
}

/** The bytes of a file by its path, or of a Blob. */
export async function readFileBytes(where: string, source: string | URL | Blob | ArrayBuffer | Uint8Array): Promise<Uint8Array> {
  if (source instanceof Uint8Array) return source;
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  if (typeof Blob !== "undefined" && source instanceof Blob) return new Uint8Array(await source.arrayBuffer());
  if (typeof source !== "string" && !(source instanceof URL)) {
    throw new ArgumentError(where, { given: text(source), expected: "a path, a URL, a Blob or bytes" });
  }
  try {
    return await platform.readFile(source);
  } catch (cause) {
    throw new ValueError(where, { given: text(String(source)), expected: "a file that can be read", cause });
  }
}
