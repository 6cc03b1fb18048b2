// Paths by patterns, as Python's glob has them.

import { platform } from "#platform";
import { NotSupportedError, text, ValueError } from "../../core/errors.js";
import { Strings } from "../../core/strings.js";
import type { Element } from "../structure.js";
import { map } from "../streams/map.js";
import { range } from "../streams/range.js";
import type { Cursor } from "../streams/stream.js";

/** A part of a pattern between slashes as a regular expression. */
function expressionOf(part: string): RegExp {
  const made = part.replace(/\[!|\[|\]|[*?{},]|[\\^$.|+()]/g, (sign) => {
    switch (sign) {
      case "*":
        return "[^/]*";
      case "?":
        return "[^/]";
      case "[!":
        return "[^";
      case "[":
      case "]":
        return sign;
      case "{":
        return "(?:";
      case "}":
        return ")";
      case ",":
        return part.includes("{") ? "|" : ",";
      default:
        return `\\${sign}`;
    }
  });
  try {
    return new RegExp(`^${made}$`, "u");
  } catch {
    throw new ValueError("listFiles.filePattern", { given: text(part), expected: "a pattern whose brackets are closed" });
  }
}

const isPattern = (part: string): boolean => /[*?[{]/.test(part);

/** The paths that a pattern stands for, sorted. Folders are none. */
async function pathsOf(pattern: string): Promise<string[]> {
  const parts = pattern.split("/");
  const root = parts[0] === "" ? "/" : "";
  let folders = [root];
  const names = parts[0] === "" ? parts.slice(1) : parts;
  const joined = (folder: string, name: string): string =>
    folder === "" || folder.endsWith("/") ? `${folder}${name}` : `${folder}/${name}`;
  const inside = async (folder: string): Promise<{ name: string; isFolder: boolean }[]> =>
    platform.readFolder!(folder === "" ? "." : folder).catch(() => []);
  for (const [i, name] of names.entries()) {
    const isLast = i === names.length - 1;
    const found: string[] = [];
    for (const folder of folders) {
      if (name === "**") found.push(...(await foldersBelow(folder, inside, joined)));
      else if (!isPattern(name) && !isLast) found.push(joined(folder, name));
      else {
        const accepts = isPattern(name) ? expressionOf(name) : null;
        const hidden = name.startsWith(".");
        for (const entry of await inside(folder))
          if (
            entry.isFolder !== isLast &&
            (accepts ? accepts.test(entry.name) && (hidden || !entry.name.startsWith(".")) : entry.name === name)
          )
            found.push(joined(folder, entry.name));
      }
    }
    folders = found;
  }
  return folders.sort();
}

async function foldersBelow(
  folder: string,
  inside: (folder: string) => Promise<{ name: string; isFolder: boolean }[]>,
  joined: (folder: string, name: string) => string,
): Promise<string[]> {
  const below = (await inside(folder)).filter(({ name, isFolder }) => isFolder && !name.startsWith("."));
  const deeper = await Promise.all(below.map(({ name }) => foldersBelow(joined(folder, name), inside, joined)));
  return [folder, ...deeper.flat()];
}

/** The files that patterns stand for, in order of the patterns. @throws ValueError where there are none */
export async function matchingPaths(where: string, patterns: readonly string[]): Promise<string[]> {
  if (!platform.readFolder)
    throw new NotSupportedError(where, {
      given: `the pattern ${text(patterns[0])} in a page`,
      expected: "files by address or handle",
      hint: "List addresses, or use keras.utils.imageDatasetFromDirectory with a folder that the user chose.",
    });
  const found = (await Promise.all(patterns.map(pathsOf))).flat();
  if (found.length > 0) return [...new Set(found)];
  throw new ValueError(where, { given: patterns.map((each) => text(each)).join(", "), expected: "patterns of files that are there" });
}

/** The same as elements. */
export async function matching(patterns: readonly string[]): Promise<Cursor<Element>> {
  const paths = await matchingPaths("Dataset.listFiles", patterns);
  return map(range(paths.length), (i): Element => new Strings([], [paths[i]!])).open();
}
