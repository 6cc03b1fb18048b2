// Strings and whole numbers as numbers of buckets, the same ones as TensorFlow's.

import { ValueError } from "../../core/errors.js";
import { primitive } from "../../core/primitive.js";
import { known } from "../../core/shape.js";
import { adoptTensor, type Tensor } from "../../core/tensor.js";
import { fingerprint64, fingerprintCat64 } from "./farmhash.js";
import { sipHash24 } from "./siphash.js";

/** A key of SipHash, or null for FarmHash. */
export type Salt = readonly [bigint, bigint] | null;

const encoder = new TextEncoder();
let buffer = new Uint8Array(256);

/** The UTF-8 bytes of a text; valid until the next call. */
function bytesOf(text: string): Uint8Array {
  if (buffer.length < text.length * 3) buffer = new Uint8Array(text.length * 6);
  return buffer.subarray(0, encoder.encodeInto(text, buffer).written);
}

/** The bucket of a string: FarmHash without a salt, SipHash with one. TensorFlow: tf.strings.to_hash_bucket_fast, to_hash_bucket_strong */
export function bucketOf(text: string, buckets: number, salt: Salt): number {
  const bytes = bytesOf(text);
  return Number((salt ? sipHash24(bytes, salt) : fingerprint64(bytes)) % BigInt(buckets));
}

/** The buckets of whole numbers, by their decimal text. Numbers with a fraction are cut off. */
export const bucketsOf = (x: Tensor, buckets: number, salt: Salt): Tensor => bucketsOp.apply({ x }, { buckets, salt });

function wholeText(value: number): string {
  if (Number.isFinite(value)) return String(Math.trunc(value));
  throw new ValueError("hashBuckets", { given: String(value), expected: "whole numbers" });
}

const bucketsOp = primitive({
  name: "hashBuckets",
  inputs: ["x"],
  infer: ({ x }, _: { readonly buckets: number; readonly salt: Salt }) => ({ shape: x.shape, dtype: "int32" as const }),
  host: ({ x }, { buckets, salt }) => ({
    y: adoptTensor(
      Int32Array.from(x.view("hashBuckets"), (value) => bucketOf(wholeText(value), buckets, salt)),
      known(x.shape),
      "int32",
    ),
  }),
});

/** Where the chain of a cross begins: TensorFlow's default key. */
const crossSeed = 0xdecafcaffen;

/** The bucket of values that stand together: strings by their fingerprint, whole numbers as they are. TensorFlow: tf.sparse.cross_hashed */
export function crossOf(values: readonly (string | bigint)[], buckets: number): number {
  let hash = crossSeed;
  for (const value of values) hash = fingerprintCat64(hash, typeof value === "bigint" ? value : fingerprint64(bytesOf(value)));
  return Number(hash % BigInt(buckets));
}

/** The buckets of whole numbers that stand at the same place in several tensors of one shape. */
export const crossesOf = (xs: readonly Tensor[], buckets: number): Tensor => crossesOp.apply({ xs }, { buckets });

const crossesOp = primitive({
  name: "crossBuckets",
  inputs: ["...xs"],
  infer: ({ xs }, _: { readonly buckets: number }) => ({ shape: xs[0]!.shape, dtype: "int32" as const }),
  host: ({ xs }, { buckets }) => {
    const columns = xs.map((x) => x.view("crossBuckets"));
    const rows = Int32Array.from({ length: columns[0]!.length }, (_, i) =>
      crossOf(
        columns.map((column) => BigInt(column[i]!)),
        buckets,
      ),
    );
    return { y: adoptTensor(rows, known(xs[0]!.shape), "int32") };
  },
});
