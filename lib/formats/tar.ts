// Members of tar archives (POSIX ustar).

import { FormatError } from "./error.js";

/** The files of an archive by their paths. */
export function readTar(bytes: Uint8Array, where: string): Map<string, Uint8Array> {
  const members = new Map<string, Uint8Array>();
  const textAt = (from: number, length: number): string => {
    const part = bytes.subarray(from, from + length);
    const end = part.indexOf(0);
    return new TextDecoder().decode(end < 0 ? part : part.subarray(0, end));
  };
  for (let at = 0; at + 512 <= bytes.length && bytes[at] !== 0;) {
    const size = parseInt(textAt(at + 124, 12).trim(), 8);
    if (!(size >= 0) || at + 512 + size > bytes.length) {
      throw new FormatError(where, { given: `a member of ${size} bytes at ${at}`, expected: "a whole tar archive" });
    }
    const isFile = bytes[at + 156] === 0 || bytes[at + 156] === 0x30;
    const prefix = textAt(at + 257, 5) === "ustar" ? textAt(at + 345, 155) : "";
    const name = [prefix, textAt(at, 100)].filter((part) => part !== "").join("/");
    if (isFile) members.set(name, bytes.subarray(at + 512, at + 512 + size));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return members;
}
