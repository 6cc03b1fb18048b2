// Keras's public interface as facts (test/golden/api.jsonl.gz), and how its names and values are spelled here.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { toCamelCase } from "../../lib/config/names.js";

/** A parameter as Keras has it. */
export interface KerasParameter {
  readonly name: string;
  readonly required: boolean;
  readonly default?: unknown;
  readonly keyword_only?: boolean;
  readonly inherited?: boolean;
  readonly var?: "*" | "**";
  readonly popped?: boolean;
}

/** An exported object of Keras. */
export interface KerasName {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly kind: "class" | "function";
  readonly params: readonly KerasParameter[];
  readonly bases?: readonly string[];
  readonly methods?: Readonly<Record<string, readonly KerasParameter[]>>;
  readonly properties?: readonly string[];
  readonly python_only?: boolean;
}

const file = fileURLToPath(new URL("../../../test/golden/api.jsonl.gz", import.meta.url));

/** Everything that Keras exports. */
export const kerasNames = (): KerasName[] =>
  gunzipSync(readFileSync(file))
    .toString("utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as KerasName);

/** `keras.ops.reduce_max` → `keras.ops.reduceMax`; classes and constants keep their names. */
export const spelledHere = (name: string): string =>
  name
    .split(".")
    .map((part) => (/^[A-Z]/.test(part) ? part : toCamelCase(part)))
    .join(".");

/** Private methods of Keras, and those of Python's own protocols. */
export const isPublic = (name: string): boolean => !name.startsWith("_");
