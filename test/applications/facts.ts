// What Keras 3.16 says of its networks: shapes, graphs, weights and results, recorded once (test/golden/data/applications).

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { toCamelCase } from "../../lib/config/names.js";
import { keras } from "../../lib/index.js";
import { repository } from "../support/sources.js";

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Lines of a recorded file. */
export function recorded<T>(file: string): T[] {
  const text = gunzipSync(readFileSync(join(repository, "test/golden/data/applications", file))).toString();
  return file.endsWith(".jsonl.gz")
    ? text
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as T)
    : [JSON.parse(text) as T];
}

/** Keyword arguments as options. */
export const optionsOf = (args: Readonly<Record<string, Json>>): Record<string, Json> =>
  Object.fromEntries(Object.entries(args).map(([key, value]) => [toCamelCase(key), value]));

/** Makes a network by Keras's name, with automatic names from the start and channels where a line says. */
export async function make(name: string, args: Readonly<Record<string, Json>>, dataFormat?: string): Promise<keras.Model> {
  keras.utils.clearSession();
  keras.config.setImageDataFormat((dataFormat ?? "channels_last") as "channels_last");
  try {
    const application = (keras.applications as unknown as Record<string, (options: object) => Promise<keras.Model>>)[name]!;
    return await application({ weights: null, ...optionsOf(args) });
  } finally {
    keras.config.setImageDataFormat("channels_last");
  }
}

/** The 32-bit mixing function of the recorded formula, as a number from 0 to 1. */
function uniform(k: number, i: number): number {
  let x = (Math.imul(i, 0x9e3779b1) + Math.imul(k + 1, 0x85ebca6b)) | 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32;
}

/** Numbers by formula: weight number k. */
export function formulaWeight(k: number, path: string, shape: readonly number[], gain: number): Float32Array {
  const last = path.split("/").at(-1)!;
  const size = shape.reduce((product, length) => product * length, 1);
  const signed = (i: number) => 2 * uniform(k, i) - 1;
  const fill = (value: (i: number) => number) => Float32Array.from({ length: size }, (_, i) => value(i));
  if (last.endsWith("kernel")) {
    const isDepthwise = last === "depthwise_kernel" || (shape.length === 4 && shape[3] === 1 && shape[2]! > 1);
    const fan = shape.length === 2 ? shape[0]! : isDepthwise ? shape[0]! * shape[1]! : shape[0]! * shape[1]! * shape[2]!;
    const scale = gain * Math.sqrt(3 / fan);
    return fill((i) => scale * signed(i));
  }
  if (last === "moving_variance" || last === "variance") return fill((i) => 1 + 0.2 * signed(i));
  if (last === "gamma" || last.startsWith("variable")) return fill((i) => 1 + 0.1 * signed(i));
  if (last === "count") return fill(() => 0);
  if (!["bias", "beta", "moving_mean", "mean"].includes(last)) throw new Error(`no formula for ${path}`);
  return fill((i) => 0.1 * signed(i));
}

/** Images by formula. */
export function formulaInput(shape: readonly number[], kind: string): Float32Array {
  const size = shape.reduce((product, length) => product * length, 1);
  const value = kind === "0..255" ? (u: number) => Math.floor(256 * u) : (u: number) => 2 * u - 1;
  return Float32Array.from({ length: size }, (_, i) => value(uniform(1000003, i)));
}

/** Gives all weights of a model their values by formula. */
export function setFormulaWeights(model: keras.Model, gain: number): void {
  model.weights.forEach((weight, k) =>
    weight.loadElements(formulaWeight(k, (weight as unknown as { path: string }).path, weight.shape, gain)),
  );
}
