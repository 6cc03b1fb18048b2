// The key of a hash, as Keras derives it from a salt.

import { field, invalid, nullable } from "../../config/index.js";
import type { Salt } from "../../ops/hashing/buckets.js";

const isKey = (value: unknown): value is number => Number.isSafeInteger(value);

/** The key of a salted hash: one integer for both halves, or two. */
export const saltField = () =>
  nullable(
    field<number | readonly [number, number] | readonly number[], readonly number[]>({
      expected: "an integer, or an array of two",
      parse: (value) => {
        if (isKey(value)) return [value, value];
        return Array.isArray(value) && value.length === 2 && value.every(isKey) ? (value as number[]) : invalid;
      },
    }),
  );

/** The two halves as hash functions take them. */
export const keyOf = (salt: readonly number[] | null): Salt => salt && [BigInt(salt[0]!), BigInt(salt[1]!)];
