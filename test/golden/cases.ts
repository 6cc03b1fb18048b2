import { existsSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

/** A recorded case. Which fields there are depends on the family and `kind`. */
export interface Case {
  readonly id: string;
  readonly kind: string;
  /** Folder that the case was read from, for cases that come with files. */
  readonly dir: string;
  readonly [field: string]: unknown;
}

/** All families, in the order in which they build on each other. */
export const families = [
  "dtypes",
  "ops",
  "activations",
  "utils",
  "initializers",
  "regularizers",
  "constraints",
  "schedules",
  "losses",
  "metrics",
  "optimizers",
  "layers",
  "layers_symbolic",
  "preprocessing",
  "models",
  "models_captured",
  "training",
  "saving",
  "tf_functions",
  "tf_ops",
  "tf_data",
] as const;

export type Family = (typeof families)[number];

/** The cases that the repository keeps. */
export const goldenDir = fileURLToPath(new URL("../../../test/golden/data", import.meta.url));

/** The families that a folder has files of. */
export function familiesIn(dir: string): Family[] {
  return families.filter((family) => fileOf(dir, family) !== undefined);
}

function fileOf(dir: string, family: Family): string | undefined {
  const name = family === "saving" ? ["saving"] : [`${family}.jsonl`, `${family}.jsonl.gz`];
  return name.map((file) => join(dir, file)).find((file) => existsSync(file));
}

/** All cases of a family. */
export async function readCases(dir: string, family: Family): Promise<Case[]> {
  const file = fileOf(dir, family);
  if (file === undefined) return [];
  if (family === "saving") {
    const names = readdirSync(file).filter((name) => name.endsWith(".json"));
    return Promise.all(
      names
        .sort()
        .map(async (name) => ({ kind: "saving", ...(JSON.parse(await readFile(join(file, name), "utf8")) as object), dir: file }) as Case),
    );
  }
  const bytes = await readFile(file);
  const text = (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line, index) => parse(line, `${family}/line ${index + 1}`, dir));
}

/** A case; a line that is none is one that fails. */
function parse(line: string, id: string, dir: string): Case {
  try {
    return { id, ...(JSON.parse(line) as object), dir } as Case;
  } catch (error) {
    return { id, kind: "unreadable", dir, error: String(error) };
  }
}

/** The class or function that a case is about. */
export function subjectOf(testCase: Case): string {
  return String(testCase["function"] ?? testCase["class"] ?? testCase["name"] ?? testCase.kind);
}
