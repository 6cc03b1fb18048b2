// A build step runs when its inputs changed since it last ran, or when an output is missing. Inputs are compared by content. What is slow
// to make is also kept in the temporary folder by the hash of its inputs, for other work trees and after a change is taken back; not under
// CI.

import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** Every file below a file or folder (relative to the repository), sorted; nothing where it does not exist. */
export function filesIn(path, accepts = () => true) {
  const absolute = join(root, path);
  if (!existsSync(absolute)) return [];
  if (!statSync(absolute).isDirectory()) return [path];
  return readdirSync(absolute, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath ?? entry.path, entry.name)))
    .filter(accepts)
    .sort();
}

export function hashOf(files) {
  const hash = createHash("sha256");
  for (const file of files) {
    const content = readFileSync(join(root, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

/**
 * @param {object} step
 * @param {string} step.name
 * @param {() => string[]} step.inputs    files that decide the result, the scripts that make it included
 * @param {() => string[]} step.outputs   files that must exist for the result to count
 * @param {() => unknown} step.run
 * @param {boolean} [step.isSlow]         whether the outputs are worth keeping in the temporary folder
 */
export async function runStep({ name, inputs, outputs, run, isSlow = false }) {
  const record = join(root, "build/.steps", `${name}.sha256`);
  const hash = hashOf(["package-lock.json", "tools/build/steps.mjs", ...inputs()]);
  const known = existsSync(record) ? readFileSync(record, "utf8") : "";
  if (known === hash && outputs().every((file) => existsSync(join(root, file)))) return;
  const start = performance.now();
  mkdirSync(join(root, "build/.steps"), { recursive: true });
  writeFileSync(record, "");
  const kept = isSlow && !process.env.CI ? join(tmpdir(), "kerasm-build", `${name}-${hash}`) : undefined;
  if (kept && existsSync(kept)) takeOut(outputs(), kept);
  else {
    await run();
    if (kept) keep(outputs(), kept);
  }
  writeFileSync(record, hash);
  console.log(`${name.padEnd(14)} ${((performance.now() - start) / 1000).toFixed(1)} s`);
}

function takeOut(files, folder) {
  for (const file of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    copyFileSync(join(folder, basename(file)), join(root, file));
  }
}

/** The folder takes its place as a whole, so that nobody finds half of it. */
function keep(files, folder) {
  if (existsSync(folder)) return;
  const aside = `${folder}.${process.pid}`;
  mkdirSync(aside, { recursive: true });
  for (const file of files) copyFileSync(join(root, file), join(aside, basename(file)));
  try {
    renameSync(aside, folder);
  } catch {
    rmSync(aside, { recursive: true }); // somebody else was quicker
  }
}

/** Writes a generated file unless it has that content already, so that later tools see no change. */
export function writeGenerated(path, content) {
  const absolute = join(root, path);
  if (existsSync(absolute) && readFileSync(absolute, "utf8") === content) return;
  mkdirSync(join(absolute, ".."), { recursive: true });
  writeFileSync(absolute, content);
}
