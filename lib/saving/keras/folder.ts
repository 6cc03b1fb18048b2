// A saved model as a folder: the members of a `.keras` archive as files.

import { CheckpointError } from "../error.js";
import { type Place, storeAt } from "../place.js";
import type { KerasSaveable } from "../saveable.js";
import { type Archive, archiveOf } from "./archive.js";
import { kerasObjects } from "./walk.js";

/** The archive at a place: a zip file, or a folder with the same members. @throws FormatError, CheckpointError where there is neither */
export async function archiveAt({ store, name, path }: Place): Promise<Archive> {
  let isFolder = false;
  const bytes = await store.read(name).catch((error: NodeJS.ErrnoException) => {
    isFolder = error.code === "EISDIR";
    if (!isFolder) throw error;
    return null;
  });
  if (bytes) return archiveOf(bytes, path);
  const folder = isFolder || /^(memory|indexeddb|opfs|https?):/.test(path) ? new FolderArchive(path) : null;
  for (const member of ["config.json", "metadata.json", "model.weights.h5"]) await folder?.take("", member);
  if (folder?.names.includes("config.json")) return folder;
  throw new CheckpointError(path, { given: "a path where there is no file", expected: "a model" });
}

/** Reads what layers wrote of themselves, which an archive has with the rest. */
export async function readAssets(archive: Archive, model: KerasSaveable & object): Promise<void> {
  if (!(archive instanceof FolderArchive)) return;
  for (const { object, path } of kerasObjects(model)) {
    if (object.loadAssets) await archive.takeAll(["assets", path].filter(Boolean).join("/"));
  }
}

/** Members that were read from a folder. */
class FolderArchive implements Archive {
  readonly #members = new Map<string, Uint8Array>();

  constructor(readonly where: string) {}

  get names(): string[] {
    return [...this.#members.keys()];
  }

  read(name: string): Uint8Array {
    const content = this.#members.get(name);
    if (content) return content;
    throw new CheckpointError(`${this.where}/${name}`, { given: "a path where there is no file", expected: "a member of the model" });
  }

  /** Reads a file, where there is one: not a folder of that name. */
  async take(folder: string, name: string): Promise<void> {
    const content = await storeAt(folder === "" ? this.where : `${this.where}/${folder}`)
      .read(name)
      .catch(nullForFolder);
    if (content) this.#members.set(folder === "" ? name : `${folder}/${name}`, content);
  }

  /** Reads all files of a folder; a server tells of none. */
  async takeAll(folder: string): Promise<void> {
    if (/^https?:/.test(this.where)) return;
    for (const name of await storeAt(`${this.where}/${folder}`).list()) await this.take(folder, name);
  }
}

function nullForFolder(error: NodeJS.ErrnoException): null {
  if (error.code === "EISDIR") return null;
  throw error;
}
