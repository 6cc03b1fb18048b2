// The dtype of random numbers with fractions.

import { checkedDtype } from "../core/convert.js";
import { defaults } from "../core/defaults.js";
import { type Dtype, isFloat } from "../core/dtype.js";
import { DtypeError } from "../core/errors.js";

/** The dtype of numbers with fractions. @throws DtypeError for one that has none */
export function floatDtype(where: string, dtype: string | null): Dtype {
  const kept = checkedDtype(dtype ?? defaults.floatx)!;
  if (isFloat(kept)) return kept;
  throw new DtypeError(`${where}.dtype`, { given: kept, expected: "a dtype of floats", hint: "randint gives whole numbers." });
}
