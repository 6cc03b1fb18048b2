// Places where files are: one interface, `FileStore`, for folders, databases of a browser, memory, servers, and what a user chose.

import { platform } from "#platform";
import type { FileContent, FileStore, GrowingFile, StagedFile } from "../runtime/platform.js";
import { ArgumentError, KerasmError, text, ValueError } from "../core/errors.js";
import { isChief } from "../core/replicas.js";
import { lengthOf } from "../formats/bytes.js";
import { CheckpointError } from "./error.js";
import { memoryStore } from "./places/memory.js";
import { blobStore, downloadStore, serverStore } from "./places/read-only.js";

/** A file, by the store that it is in and its name there. */
export interface Place {
  readonly store: FileStore;
  readonly name: string;
  /** The whole path, for errors. */
  readonly path: string;
  /** Whether the path ends in a slash: it can be a folder, and no file is written there. */
  readonly isFolder?: true;
}

/** What names a file: a path, a URL, a file that the user chose (or several: the model, and what stands beside it), or the bytes of one. */
export type FilePath = string | URL | Blob | ArrayLike<Blob> | ArrayBuffer | ArrayBufferView;

type Opener = (location: string) => FileStore;

const inBrowsers: Opener = (location) => {
  if (platform.name === "node") {
    throw new ValueError("path", {
      given: text(location),
      expected: "a path of this machine, or memory://",
      hint: "This place is for browsers.",
    });
  }
  const store = platform.openStore(location);
  return { ...store, read: (name) => store.read(name).catch((cause: unknown) => notRead(`${location}/${name}`, cause)) };
};

const schemes: Readonly<Record<string, Opener>> = {
  memory: memoryStore,
  indexeddb: inBrowsers,
  opfs: inBrowsers,
  http: (location) => serverStore(location),
  https: (location) => serverStore(location),
  blob: (location) => serverStore(location),
  downloads: downloadStore,
};

const schemeOf = (location: string): string | undefined => {
  const found = /^([a-z][a-z0-9+.-]+):\/\/|^(blob):/i.exec(location);
  return (found?.[1] ?? found?.[2])?.toLowerCase();
};

/** In a page a path without a scheme is one of its own database; what is not there is read from beside the page. */
function pageStore(location: string): FileStore {
  const own = inBrowsers(location);
  const served = serverStore(location, true);
  return { ...own, read: async (name) => (await own.read(name)) ?? (name.includes(".") ? served.read(name) : null) };
}

/**
 * The store at a folder, or at a URL such as `indexeddb://name`. Of several processes that train together the first one writes, the others
 * only read. @throws ValueError for a scheme that is not known
 */
export function storeAt(location: string): FileStore {
  const store = openedAt(location);
  if (isChief()) return store;
  const nowhere: GrowingFile = { add: () => {}, show: () => {}, close: () => {} };
  const { stage: _, ...rest } = store;
  return { ...rest, write: async () => {}, remove: async () => {}, ...(store.grow && { grow: () => nowhere }) };
}

function openedAt(location: string): FileStore {
  const scheme = schemeOf(location);
  if (scheme === undefined) {
    if (platform.name === "node") return platform.openStore(location);
    return pageStore(location);
  }
  if (scheme === "file" && platform.name === "node") return platform.openStore(decodeURIComponent(new URL(location).pathname));
  if (Object.hasOwn(schemes, scheme)) return schemes[scheme]!(location);
  throw new ValueError("path", {
    given: text(location),
    expected: `a path, or a URL of one of ${Object.keys(schemes).map((known) => (known === "blob" ? "blob:" : `${known}://`)).join(", ")}`, // prettier-ignore
  });
}

/** What a file is called that has no name: a Blob, or bytes. */
const NAMELESS = "blob-0";

/** The files that were given as such: one, several, or bytes; null for a path. */
function filesOf(given: unknown): Blob[] | null {
  if (typeof given !== "object" || given === null || typeof Blob === "undefined") return null;
  if (given instanceof Blob) return [given];
  if (given instanceof ArrayBuffer || ArrayBuffer.isView(given)) return [new Blob([given as Uint8Array<ArrayBuffer>])];
  const { length } = given as ArrayLike<unknown>;
  const files: unknown[] = typeof length === "number" && length > 0 ? Array.from(given as ArrayLike<unknown>) : [];
  return files.length > 0 && files.every((file) => file instanceof Blob) ? files : null;
}

/** Of files that were chosen together, the one that names the others comes first, then one whose name says that it is a model. */
function chiefOf(names: readonly string[]): number {
  const order = [/(^|\/)model\.json$|\.(weights|index)\.json$/, /\.(keras|h5|hdf5|onnx|safetensors)$/, /\.json$/, /(?:)/];
  return names.indexOf(order.flatMap((ending) => names.filter((name) => ending.test(name)))[0]!);
}

/**
 * The place that a path such as `./tf_ckpts/ckpt-3` or `indexeddb://name/ckpt-3` names, or where files stand that were given themselves.
 *
 * @throws ArgumentError for what is no path
 */
export function placeOf(given: FilePath): Place {
  const files = filesOf(given);
  if (files) {
    const names = files.map((file, i) => ("name" in file && file.name !== "" ? String(file.name) : i === 0 ? NAMELESS : `blob-${i}`));
    const name = names[chiefOf(names)]!;
    return { store: blobStore(files, names), name, path: name };
  }
  const whole: unknown = given instanceof URL ? given.href : given;
  if (typeof whole !== "string" || whole === "" || whole.includes("\0")) {
    throw new ArgumentError("path", { given: text(whole), expected: "a path, a URL, a File, a Blob, or bytes" });
  }
  const scheme = schemeOf(whole);
  const path = scheme === "http" || scheme === "https" ? whole : whole.replace(/(?<=[^/:])\/+$/, "");
  const isFolder = path !== whole && { isFolder: true as const };
  const end = scheme === "http" || scheme === "https" ? path.search(/[?#]|$/) : path.length;
  const slash = path.lastIndexOf("/", end - 1);
  const start = scheme === undefined ? 0 : scheme.length + (scheme === "blob" ? 1 : 3);
  if (path.length === Math.max(start, slash + 1)) throw new ArgumentError("path", { given: text(whole), expected: "the path of a file" });
  // memory://m.keras and downloads://m.keras name a file of the whole place.
  if (slash < start) return { store: storeAt(path.slice(0, start) || "."), name: path.slice(start), path, ...isFolder };
  return { store: storeAt(path.slice(0, slash) || "/"), name: path.slice(slash + 1), path, ...isFolder };
}

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: "a full disk",
  EDQUOT: "a full quota",
  QuotaExceededError: "a full quota",
  AbortError: "a transaction that the browser ended: the site's data were cleared, or its quota is full",
  InvalidStateError: "a database that was closed: it was deleted, or the site's data were cleared",
  UnknownError: "a failure of the browser's storage",
  VersionError: "a database of another program",
  NotFoundError: "a database of another program",
  SecurityError: "no permission to keep data: storage is blocked for this site",
  EFBIG: "a limit on the size of files",
  EROFS: "a read-only file system",
  EACCES: "no permission to write there",
  EPERM: "no permission to write there",
  ENOTDIR: "a path through a file that is no folder",
  EEXIST: "a path through a file that is no folder",
  EISDIR: "a folder in the place of the file",
};

/** Writes a file. @throws CheckpointError that says why it can't be; then what was there before is intact */
export async function write(place: Place, content: FileContent): Promise<void> {
  const { store, name, path } = checkedFile(place);
  await wrapped(path, content instanceof Uint8Array ? content.length : lengthOf(content), () => store.write(name, content));
}

/** @throws ArgumentError for a path that ends in a slash */
function checkedFile(place: Place): Place {
  if (!place.isFolder) return place;
  throw new ArgumentError("path", { given: `${text(`${place.path}/`)}, a folder`, expected: "the path of a file" });
}

async function wrapped<T>(path: string, bytes: number, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    throw notWritten(path, cause, bytes);
  }
}

/**
 * Writes files that belong together: all of them, or, where the places can write aside, none. Contents are made one after the other.
 * @throws CheckpointError that says why it can't be
 */
export async function writeAll(files: Iterable<{ readonly place: Place; readonly content: FileContent }>): Promise<void> {
  const staged: { readonly file: StagedFile; readonly path: string }[] = [];
  try {
    for (const { place, content } of files) {
      const { store, name, path } = checkedFile(place);
      if (!store.stage) await write(place, content);
      else {
        const bytes = content instanceof Uint8Array ? content.length : lengthOf(content);
        staged.push({ file: await wrapped(path, bytes, () => store.stage!(name, content)), path });
      }
    }
  } catch (error) {
    for (const { file } of staged) await file.drop();
    throw error;
  }
  for (const { file, path } of staged) await wrapped(path, 0, () => file.keep());
}

/**
 * Begins a file that grows as it is written; null where the place takes whole files only. Whatever can't be done is a CheckpointError, and
 * the file ends where it ended before.
 */
export function grow(place: Place): GrowingFile | null {
  const { store, name, path } = checkedFile(place);
  const attempt = <T>(bytes: number, action: () => T): T => {
    try {
      return action();
    } catch (cause) {
      throw notWritten(path, cause, bytes);
    }
  };
  if (!store.grow) return null;
  const file = attempt(0, () => store.grow!(name));
  return {
    add: (bytes) => attempt(bytes.length, () => file.add(bytes)),
    show: () => attempt(0, () => file.show()),
    close: () => attempt(0, () => file.close()),
  };
}

/** Runs an action while nobody else writes to the store. @throws CheckpointError where the store can't be written */
export async function whileLocked<T>({ store, path }: Pick<Place, "store" | "path">, action: () => Promise<T>): Promise<T> {
  let isRunning = false;
  try {
    return await store.locked(() => {
      isRunning = true;
      return action();
    });
  } catch (cause) {
    throw isRunning ? cause : notWritten(path, cause, 0);
  }
}

/** What went wrong, by Node's code, or by a page's name: its codes are numbers, if it has any. */
function reasonOf(cause: unknown): string {
  const { code, name, message } = cause as Error & { code?: string | number };
  const kind = typeof code === "string" ? code : name;
  const reason = reasons[kind];
  return reason ? `${reason} (${kind})` : message || kind || String(cause);
}

function notWritten(path: string, cause: unknown, bytes: number): Error {
  if (cause instanceof KerasmError) return cause;
  return new CheckpointError(path, {
    given: reasonOf(cause),
    expected: bytes > 0 ? `room for a file of ${bytes} bytes` : "a place that can be written",
    hint: "What was saved before is intact.",
    cause,
  });
}

function notRead(path: string, cause: unknown): never {
  throw new CheckpointError(path, { given: reasonOf(cause), expected: "a file that can be read", cause });
}

/** Reads a file. @throws CheckpointError where there is none, or none that may be read */
export async function readFile({ store, name, path }: Place, expected = "a file"): Promise<Uint8Array> {
  const bytes = await store.read(name).catch((cause: Error & { code?: string }) => {
    if (cause instanceof KerasmError) throw cause;
    throw new CheckpointError(path, { given: cause.code === "EISDIR" ? "a folder" : cause.message, expected, cause });
  });
  if (bytes) return bytes;
  throw new CheckpointError(path, { given: "a path where there is no file", expected });
}
