// Places that can be read, or written, only: a server, a file that a user chose, a download.

import { StateError } from "../../core/errors.js";
import { joined } from "../../formats/bytes.js";
import type { FileStore } from "../../runtime/platform.js";

function refusing(what: string, expected: string): FileStore {
  const refuse = async (): Promise<never> => {
    throw new StateError(what, { given: "a place that cannot do this", expected });
  };
  return { read: refuse, write: refuse, remove: refuse, list: refuse, locked: (action) => action() };
}

/** The name of a file, by its ending, that is no page. */
const otherFile = /^[^?#]*\.(?!html?\b|php\b|aspx?\b)\w+([?#]|$)/i;

const isPage = ({ headers }: Response): boolean => /^text\/html\b/i.test(headers.get("Content-Type") ?? "");

/** Files below a URL. @param isPageNothing  whether a page as the answer says that there is no file, as a 404 does */
export function serverStore(location: string, isPageNothing = false): FileStore {
  return {
    ...refusing(location, "a place that can be written: a folder, indexeddb://, opfs://, memory:// or downloads://"),
    async read(name) {
      const url = /[:/]$/.test(location) ? `${location}${name}` : `${location}/${name}`;
      let response: Response;
      try {
        response = await fetch(url);
      } catch (cause) {
        throw new StateError(url, { given: `no answer: ${(cause as Error).message}`, expected: "a file", cause });
      }
      if (response.status === 404 || response.status === 410) return null;
      if (isPage(response) && otherFile.test(name)) {
        if (isPageNothing) return null;
        throw new StateError(url, {
          given: "a page (HTML) as the answer",
          expected: "a file",
          hint: "Servers of applications in one page answer so where there is no such file.",
        });
      }
      if (!response.ok) throw new StateError(url, { given: `the answer ${response.status}`, expected: "a file" });
      return new Uint8Array(await response.arrayBuffer());
    },
  };
}

/** Files that the user has, by their names: what an input element, a drop or `fs.openAsBlob` gives. */
export function blobStore(files: readonly Blob[], names: readonly string[]): FileStore {
  return {
    ...refusing("a Blob", "a path to write to"),
    async read(name) {
      const file = files[names.indexOf(name)];
      return file ? new Uint8Array(await file.arrayBuffer()) : null;
    },
    open: async (name) => {
      const file = files[names.indexOf(name)];
      return file ? { size: file.size, read: async (begin, end) => new Uint8Array(await file.slice(begin, end).arrayBuffer()) } : null;
    },
    list: async () => [...names].sort(),
  };
}

/** Files that the browser downloads: `downloads://m.keras`. */
export function downloadStore(location: string): FileStore {
  return {
    ...refusing(location, "a place that can be read, or a page"),
    async write(name, content) {
      if (typeof document === "undefined") throw new StateError(location, { given: "no page", expected: "a page, which can download" });
      const url = URL.createObjectURL(new Blob([joined(content instanceof Uint8Array ? [content] : content) as Uint8Array<ArrayBuffer>]));
      const link = Object.assign(document.createElement("a"), { href: url, download: name });
      link.click();
      // The download reads the URL after this turn.
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
    },
  };
}
