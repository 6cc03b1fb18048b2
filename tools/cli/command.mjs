// What the commands of files have in common: options, the package, errors as one line, JSON.

import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { resolve } from "node:path";
import { parseArgs } from "node:util";

/** A mistake of the one who called: one line and the usage, exit code 2. */
export class Refusal extends Error {}

/**
 * A command from what it is called, its usage, its options as `parseArgs` takes them, and what it does: `action({ values, positionals, say
 * })`. Every command has --help and --json. Exit codes: 0 done, 1 it could not be done, 2 it was called wrongly.
 *
 * @returns {(args: string[]) => Promise<number>}
 */
export function command(name, usage, options, action) {
  return async (args) => {
    try {
      const { values, positionals } = parseArgs({
        args,
        allowPositionals: true,
        options: { ...options, json: { type: "boolean", default: false }, help: { type: "boolean", default: false, short: "h" } },
      });
      if (values.help) {
        console.log(usage);
        return 0;
      }
      await action({
        values,
        positionals,
        // Text for people, or one JSON object for programs.
        say: (text, data) => console.log(values.json ? JSON.stringify(data) : text),
      });
      return 0;
    } catch (error) {
      if (error instanceof Refusal || String(error?.code).startsWith("ERR_PARSE_ARGS")) {
        console.error(`kerasm ${name}: ${error.message}\n\n${usage}`);
        return 2;
      }
      // The package's errors say where, what and what to do; others are faults, and their stack is wanted.
      console.error(`kerasm ${name}: ${typeof error?.where === "string" ? error.message : (error?.stack ?? error)}`);
      return 1;
    }
  };
}

/** As many paths as asked for. @throws Refusal */
export function paths(positionals, names) {
  if (positionals.length === names.length) return positionals;
  throw new Refusal(`given ${positionals.length === 0 ? "no path" : positionals.join(" ")}; expected ${names.join(" ")}.`);
}

/** A path that names a file or folder of this machine, or a URL of a server. @throws Refusal */
export function existing(path) {
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(path)?.[1].toLowerCase();
  if (scheme === "http" || scheme === "https" || (scheme === "file" && existsSync(new URL(path)))) return path;
  if (scheme !== undefined && scheme !== "file")
    throw new Refusal(`given ${path}; expected a path of this machine, or an address of http or https.`);
  if (path === "" || !existsSync(path)) throw new Refusal(`given ${path || "an empty path"}, which is not there; expected a file.`);
  return path;
}

/** The option that loads classes of the user's own. */
export const withImports = { import: { type: "string", multiple: true, default: [] } };

/** The package, after the user's own modules have registered what files of theirs name. */
export async function kerasm({ import: modules = [] } = {}) {
  const tf = await import("kerasm");
  for (const module of modules) {
    const url = pathToFileURL(resolve(existing(module))).href;
    await import(url).catch((error) => {
      if (!String(error?.code).startsWith("ERR_")) throw error;
      throw new Refusal(`given --import ${module}: ${error.message.split("\n")[0]}; expected a module of JavaScript.`);
    });
  }
  return tf;
}

/** Rows as columns of their own width, numbers to the right. */
export function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)));
  const cell = (value, column) =>
    typeof value === "number" ? String(value).padStart(widths[column]) : String(value).padEnd(widths[column]);
  return rows.map((row) => row.map(cell).join("  ").trimEnd()).join("\n");
}

/** A number of bytes for people. */
export function sizeText(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}
