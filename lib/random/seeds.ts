// Several seeds from one, for functions that draw more than once.

import type { Seed } from "../variables/seed-generator.js";

/** Seeds for several draws of one call: a generator gives another one each time by itself, a number stands for a sequence of numbers. */
export function seedsOf(seed: Seed | undefined): () => Seed {
  if (typeof seed !== "number") return () => seed ?? null;
  let count = 0;
  return () => (seed + Math.imul(count++, 0x9e3779b9)) | 0;
}
