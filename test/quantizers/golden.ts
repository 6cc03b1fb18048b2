// What Keras 3.16 on JAX answered about quantization: arrays as it wrote them, and how they are compared.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import * as tf from "../../lib/index.js";

/** An array of a recording. */
export interface Recorded {
  readonly shape: number[];
  readonly dtype: string;
  readonly data: string;
}

export const fileOf = (name: string): string => fileURLToPath(new URL(`../../../test/quantizers/data/${name}`, import.meta.url));

/** A recording by its name. */
export function golden<T>(name: string): T {
  const bytes = readFileSync(fileOf(name));
  return JSON.parse((name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8")) as T;
}

const arrays: Readonly<Record<string, { new (buffer: ArrayBuffer): ArrayLike<number> }>> = {
  float32: Float32Array, int32: Int32Array, int8: Int8Array, uint8: Uint8Array, bool: Uint8Array,
}; // prettier-ignore

/** The elements of an array. */
export const elements = ({ data, dtype }: Recorded): ArrayLike<number> => {
  const bytes = Uint8Array.from(Buffer.from(data, "base64"));
  return new arrays[dtype]!(bytes.buffer);
};

export const tensor = (recorded: Recorded): tf.Tensor =>
  tf.constant(elements(recorded) as never, { shape: recorded.shape, dtype: recorded.dtype as tf.Tensor["dtype"] });

/** How far a tensor is from an array, relative to its largest element; undefined where shape or dtype differ. */
export function distance(actual: tf.Tensor | tf.Variable, expected: Recorded): number | undefined {
  if (actual.dtype !== expected.dtype || String(actual.shape) !== String(expected.shape)) return undefined;
  const [a, b] = [actual.data(), elements(expected)];
  let [far, largest] = [0, 1];
  for (let i = 0; i < b.length; i++) {
    far = Math.max(far, Number.isNaN(a[i]!) ? Infinity : Math.abs(a[i]! - b[i]!));
    largest = Math.max(largest, Math.abs(b[i]!));
  }
  return far / largest;
}
