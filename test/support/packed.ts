// The package as users get it: packed by npm, and installed from the tarball into an empty folder, without network or scripts. Both are
// done once for all test files that see the same package (build/packed); each gets a copy of its own.

import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
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
  const kept = await packed();
  const temporary = mkdtempSync(join(tmpdir(), "kerasm-package-"));
  const folder = join(temporary, "user");
  cpSync(join(kept, "user"), folder, { recursive: true });
  return { folder, home: join(folder, "node_modules/kerasm"), remove: () => rmSync(temporary, { recursive: true, force: true }) };
}

/** The path of the tarball that `npm pack` makes. */
export const packedTarball = async (): Promise<string> => join(await packed(), "kerasm.tgz");

/** A folder with the tarball, and with what an installation of it gives. */
async function packed(): Promise<string> {
  const all = join(repository, "build/packed");
  const folder = join(all, keyOfPackage());
  const lock = `${folder}.lock`;
  mkdirSync(all, { recursive: true });
  for (; !existsSync(folder); await new Promise((resolve) => setTimeout(resolve, 200))) {
    if (!takes(lock)) continue; // another test file is at it
    try {
      if (!existsSync(folder)) await pack(folder);
    } finally {
      rmSync(lock, { recursive: true, force: true });
    }
  }
  return folder;
}

/** Whether the lock is ours now; one that was left behind by a process that was killed is taken over. */
function takes(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    try {
      if (Date.now() - statSync(lock).mtimeMs > 240_000) rmSync(lock, { recursive: true, force: true });
    } catch {
      // it has just been given back
    }
    return false;
  }
}

/** Packs and installs aside; the folder takes its place as a whole. */
async function pack(folder: string): Promise<void> {
  const aside = mkdtempSync(join(tmpdir(), "kerasm-packed-"));
  const made = `${folder}.${process.pid}`;
  try {
    const user = join(made, "user");
    mkdirSync(user, { recursive: true });
    await npm(["pack", "--ignore-scripts", "--pack-destination", aside], repository);
    const tarball = readdirSync(aside).find((name) => name.endsWith(".tgz"));
    if (!tarball) throw new Error("npm pack made no tarball");
    cpSync(join(aside, tarball), join(made, "kerasm.tgz"));
    writeFileSync(join(user, "package.json"), JSON.stringify({ name: "user", private: true, type: "module" }));
    const quietly = ["--ignore-scripts", "--offline", "--no-audit", "--no-fund", "--cache", join(aside, "cache")];
    await npm(["install", ...quietly, join(made, "kerasm.tgz")], user);
    for (const old of readdirSync(join(folder, "..")))
      if (/^[0-9a-f]+$/.test(old)) rmSync(join(folder, "..", old), { recursive: true, force: true });
    renameSync(made, folder);
  } finally {
    for (const each of [aside, made]) rmSync(each, { recursive: true, force: true });
  }
}

/** What decides about the tarball: its files, by size and time. */
function keyOfPackage(): string {
  const hash = createHash("sha256");
  const note = (path: string): void => {
    const absolute = join(repository, path);
    if (!existsSync(absolute)) return;
    const { mtimeMs, size } = statSync(absolute);
    if (!statSync(absolute).isDirectory()) return void hash.update(`${path}\0${size}\0${mtimeMs}\n`);
    for (const name of readdirSync(absolute).sort()) note(join(path, name));
  };
  for (const path of ["dist", "tools/cli.mjs", "tools/cli", "datasets", "package.json", "README.md", "CHANGELOG.md", "LICENSE"]) note(path);
  return hash.digest("hex").slice(0, 16);
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
