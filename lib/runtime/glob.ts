// Paths by patterns, as Python's glob has them, at once.

/** What is in a folder; nothing where there is none. */
type Inside = (folder: string) => readonly { readonly name: string; readonly isFolder: boolean }[];

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
  return new RegExp(`^${made}$`, "u");
}

const isPattern = (part: string): boolean => /[*?[{]/.test(part);

/** The paths that a pattern stands for, sorted. Folders are none. */
function pathsOf(inside: Inside, pattern: string): string[] {
  const parts = pattern.split("/");
  const root = parts[0] === "" ? "/" : "";
  let folders = [root];
  const names = parts[0] === "" ? parts.slice(1) : parts;
  const joined = (folder: string, name: string): string =>
    folder === "" || folder.endsWith("/") ? `${folder}${name}` : `${folder}/${name}`;
  for (const [i, name] of names.entries()) {
    const isLast = i === names.length - 1;
    const found: string[] = [];
    for (const folder of folders) {
      if (name === "**") found.push(...foldersBelow(inside, folder, joined));
      else if (!isPattern(name) && !isLast) found.push(joined(folder, name));
      else {
        const accepts = isPattern(name) ? expressionOf(name) : null;
        const hidden = name.startsWith(".");
        for (const entry of inside(folder === "" ? "." : folder))
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

function foldersBelow(inside: Inside, folder: string, joined: (folder: string, name: string) => string): string[] {
  const below = inside(folder === "" ? "." : folder).filter(({ name, isFolder }) => isFolder && !name.startsWith("."));
  return [folder, ...below.flatMap(({ name }) => foldersBelow(inside, joined(folder, name), joined))];
}

/** The files that patterns stand for, in order of the patterns, each once; null for a pattern whose brackets are not closed. */
export function filesMatching(inside: Inside, patterns: readonly string[]): string[] | null {
  try {
    return [...new Set(patterns.flatMap((each) => pathsOf(inside, each)))];
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
