// Folders of files: a path in Node, a FileSystemDirectoryHandle in a page.

import { platform } from "#platform";
import { ArgumentError, text, ValueError } from "../core/errors.js";
import type { FolderEntry } from "../runtime/platform.js";

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
  /** What stands in one of its folders ("" is itself), not deeper. */
  entries(inner: string): Promise<FolderEntry[]>;
  /** The place of one of its folders without links; missing where there are none. */
  real?(inner: string): Promise<string>;
  /** What `loadImg` and others read a file by. */
  pathOf(path: string): string;
  read(path: string): Promise<Uint8Array>;
  /** The path by which other threads read a file; missing where only this one can. */
  file?(path: string): string;
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
  const folder = platform.openFolder(directory);
  const missing = (cause: unknown): never => {
    throw new ValueError(`${where}.directory`, { given: text(String(directory)), expected: "a folder that can be read", cause });
  };
  return {
    ...folder,
    name: String(directory),
    file: (path) => folder.pathOf(path),
    entries: (inner) => folder.entries(inner).catch(missing),
  };
}

function handleFolder(root: DirectoryHandle): Folder {
  const files = new Map<string, FileHandle>();
  const folders = new Map([["", root]]);
  return {
    name: root.name,
    async entries(inner) {
      const found: FolderEntry[] = [];
      for await (const [name, entry] of folders.get(inner)!.entries()) {
        const path = joined(inner, name);
        if (entry.kind === "directory") folders.set(path, entry);
        else files.set(path, entry);
        found.push({ name, isFolder: entry.kind === "directory" });
      }
      return found;
    },
    pathOf: (path) => path,
    read: async (path) => new Uint8Array(await (await files.get(path)!.getFile()).arrayBuffer()),
  };
}

const joined = (folder: string, name: string): string => (folder === "" ? name : `${folder}/${name}`);

/** By code points, as Python orders strings. */
export function byCodePoints(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  const at = left.findIndex((sign, i) => sign !== right[i]);
  if (at < 0) return left.length - right.length;
  return at < right.length ? left[at]!.codePointAt(0)! - right[at]!.codePointAt(0)! : 1;
}

/**
 * The paths of all files in a folder of a folder, in the order of Python's `os.walk` sorted: files by name, folders by whole paths. Linked
 * folders are entered with `followLinks`, but for those that they stand in themselves.
 */
export async function filesBelow(folder: Folder, start: string, followLinks: boolean): Promise<string[]> {
  const found = new Map<string, string[]>();
  // Windows writes the places of links with backslashes.
  const slashed = (path: string): string => `${path.replaceAll("\\", "/")}/`;
  const walk = async (inner: string, place: string | null, above: readonly string[]): Promise<void> => {
    const names: string[] = [];
    const around = place === null ? above : [...above, place];
    const isAround = (target: string): boolean => around.some((each) => slashed(each).startsWith(slashed(target)));
    const entered = (await folder.entries(inner)).map(async ({ name, isFolder, isLink = false }) => {
      const path = joined(inner, name);
      if (!isFolder) return void names.push(path);
      if (!isLink) return walk(path, place && `${place}/${name}`, around);
      if (!followLinks) return;
      const target = await folder.real!(path);
      if (!isAround(target)) await walk(path, target, around);
    });
    await Promise.all(entered);
    found.set(inner, names.sort(byCodePoints));
  };
  await walk(start, (await folder.real?.(start).catch(() => null)) ?? null, []);
  return [...found.keys()].sort(byCodePoints).flatMap((inner) => found.get(inner)!);
}
