// The package as users get it: packed by npm, and installed from the tarball into an empty folder, without network or scripts.

import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "./run.js";
import { repository } from "./sources.js";

export interface Installed {
  /** A folder of a user's: `node_modules/kerasm` is in it. */
  readonly folder: string;
  /** Where the package stands. */
  readonly home: string;
  remove(): void;
}

export async function installPacked(): Promise<Installed> {
  const temporary = mkdtempSync(join(tmpdir(), "kerasm-package-"));
  const folder = join(temporary, "user");
  const remove = () => rmSync(temporary, { recursive: true, force: true });
  try {
    await npm(["pack", "--ignore-scripts", "--pack-destination", temporary], repository);
    const tarball = readdirSync(temporary).find((name) => name.endsWith(".tgz"));
    if (!tarball) throw new Error("npm pack made no tarball");
    mkdirSync(folder);
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "user", private: true, type: "module" }));
    const quietly = ["--ignore-scripts", "--offline", "--no-audit", "--no-fund", "--cache", join(temporary, "cache")];
    await npm(["install", ...quietly, join(temporary, tarball)], folder);
  } catch (error) {
    remove();
    throw error;
  }
  return { folder, home: join(folder, "node_modules/kerasm"), remove };
}

async function npm(args: readonly string[], cwd: string): Promise<void> {
  const { status, stdout, stderr } = await run("npm", args, { cwd });
  if (status !== 0) throw new Error(`npm ${args[0]} ended with ${status}\n${stdout}${stderr}`);
}

/** The Node this runs on, and those that stand in build/nodes (`.ci/run` installs them there). */
export function nodes(): { name: string; path: string }[] {
  const others = join(repository, "build/nodes/node_modules");
  const found = readOrNone(others)
    .filter((name) => /^node-[\d.]+$/.test(name))
    .map((name) => ({ name: name.replace("-", " "), path: join(others, name, "bin/node") }));
  return [{ name: `node ${process.versions.node}`, path: process.execPath }, ...found];
}

function readOrNone(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
