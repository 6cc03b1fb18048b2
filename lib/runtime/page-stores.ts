// Where a page keeps files: a database of its own, a folder of the origin's private file system.

import { inTurn } from "./in-turn.js";
import { concatenated } from "./pieces.js";
import type { FileContent, FileStore, StoredFile } from "./platform.js";

const files = "files";

/** The store at `indexeddb://name` or `opfs://folder`; a path without either is a database of that name. */
export const openPageStore = (location: string): FileStore =>
  location.startsWith("opfs://") ? openPrivateFolder(location) : openDatabaseStore(location);

/** Files as records of an IndexedDB database: `indexeddb://name`. A transaction is atomic, so a file is the old one or the new one. */
function openDatabaseStore(location: string): FileStore {
  let database: Promise<IDBDatabase> | undefined;
  /** Open until somebody deletes it, or the site's data are cleared: then the next use opens it anew. */
  const opened = (): Promise<IDBDatabase> => {
    if (database) return database;
    const opening = openDatabase(location.replace(/^indexeddb:\/\//, ""), () => {
      if (database === opening) database = undefined;
    });
    database = opening;
    opening.catch(() => (database = undefined));
    return opening;
  };
  const run = async <T>(mode: IDBTransactionMode, action: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> => {
    const transaction = (await opened()).transaction(files, mode, { durability: "strict" });
    const request = action(transaction.objectStore(files));
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error ?? request.error);
    });
  };
  return {
    read: async (name) => (await run<Uint8Array | undefined>("readonly", (store) => store.get(name))) ?? null,
    write: async (name, content) => void (await run("readwrite", (store) => store.put(joined(content), name))),
    remove: async (name) => void (await run("readwrite", (store) => store.delete(name))),
    list: async () => (await run("readonly", (store) => store.getAllKeys())).map(String).sort(),
    locked: (action) => whileLocked(location, action),
  };
}

const joined = (content: FileContent): Uint8Array => (content instanceof Uint8Array ? content : concatenated(content));

/** Other tabs wait where the browser can tell them to. */
const whileLocked = <T>(name: string, action: () => Promise<T>): Promise<T> =>
  typeof navigator !== "undefined" && "locks" in navigator
    ? (navigator.locks.request(`kerasm ${name}`, action) as Promise<T>)
    : inTurn(name, action);

/** A folder of the origin's private file system: `opfs://models/mine`. A file is replaced when its writer is closed, not before. */
function openPrivateFolder(location: string): FileStore {
  const parts = location.replace(/^opfs:\/\//, "").split("/").filter(Boolean); // prettier-ignore
  const folder = async (create: boolean): Promise<FileSystemDirectoryHandle> => {
    let at = await navigator.storage.getDirectory();
    for (const part of parts) at = await at.getDirectoryHandle(part, { create });
    return at;
  };
  const ifMissing =
    <T>(otherwise: T) =>
    (error: unknown): T => {
      if ((error as Error).name === "NotFoundError") return otherwise;
      throw error;
    };
  return {
    read: async (name) => {
      const file = await folder(false).then((at) => at.getFileHandle(name)).catch(ifMissing(null)); // prettier-ignore
      return file && new Uint8Array(await (await file.getFile()).arrayBuffer());
    },
    write: async (name, content) => {
      const at = await folder(true);
      const file = await at.getFileHandle(name, { create: true });
      const writer = await file.createWritable();
      try {
        await writer.write(joined(content) as Uint8Array<ArrayBuffer>);
        await writer.close();
      } catch (error) {
        await writer.abort().catch(() => {}); // closing may have ended it
        // What was not there before stands there empty.
        if ((await file.getFile()).size === 0) await at.removeEntry(name);
        throw error;
      }
    },
    remove: (name) => folder(false).then((at) => at.removeEntry(name)).catch(ifMissing(undefined)), // prettier-ignore
    list: async () => {
      const at = await folder(false).catch(ifMissing(null));
      const names: string[] = [];
      if (at) for await (const name of (at as unknown as { keys(): AsyncIterable<string> }).keys()) names.push(name);
      return names.sort();
    },
    locked: (action) => whileLocked(location, action),
  };
}

/** `onClose` is told when the connection ends by others: a tab that deletes the database is not kept waiting. */
function openDatabase(name: string, onClose: () => void): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(files);
    request.onsuccess = () => {
      const connection = request.result;
      connection.onclose = onClose;
      connection.onversionchange = () => {
        connection.close();
        onClose();
      };
      resolve(connection);
    };
    request.onerror = () => reject(request.error);
  });
}

/** Files of all databases that are like ours, and of the whole private file system. */
export async function storedFiles(): Promise<StoredFile[]> {
  const databases = (await indexedDB.databases?.()) ?? [];
  const ofDatabases = databases.map(({ name, version }) => (version === 1 ? filesOfDatabase(name!) : []));
  const found = [...(await Promise.all(ofDatabases)), await filesOfFolders().catch(() => [])]; // private windows have no folders
  return found.flat();
}

async function filesOfDatabase(name: string): Promise<StoredFile[]> {
  const connection = await openDatabase(name, () => {});
  try {
    if (!connection.objectStoreNames.contains(files)) return []; // another program's
    const found: StoredFile[] = [];
    const request = connection.transaction(files).objectStore(files).openCursor();
    return await new Promise((resolve, reject) => {
      request.onerror = () => reject(request.error);
      request.onsuccess = () => {
        const cursor = request.result;
        if (!cursor) return resolve(found);
        const bytes = cursor.value instanceof Uint8Array ? cursor.value.length : 0;
        found.push({ path: `indexeddb://${name}/${String(cursor.key)}`, bytes, date: null });
        cursor.continue();
      };
    });
  } finally {
    connection.close();
  }
}

type Folder = FileSystemDirectoryHandle & { values(): AsyncIterable<FileSystemDirectoryHandle | FileSystemFileHandle> };

async function filesOfFolders(): Promise<StoredFile[]> {
  const found: StoredFile[] = [];
  const walk = async (folder: FileSystemDirectoryHandle, path: string): Promise<void> => {
    for await (const entry of (folder as Folder).values()) {
      if (entry.kind === "directory") await walk(entry as FileSystemDirectoryHandle, `${path}${entry.name}/`);
      else {
        const file = await (entry as FileSystemFileHandle).getFile();
        found.push({ path: `${path}${entry.name}`, bytes: file.size, date: new Date(file.lastModified) });
      }
    }
  };
  await walk(await navigator.storage.getDirectory(), "opfs://");
  return found;
}
