// Names of dtypes as Keras takes them.

import { keptDtype } from "../core/dtype.js";
import { UnknownNameError, text } from "../core/errors.js";
import { declare } from "../core/operation.js";
import { floatx } from "./settings.js";

const known = [
  "bool",
  "uint8",
  "uint16",
  "uint32",
  "uint64",
  "int8",
  "int16",
  "int32",
  "int64",
  "bfloat16",
  "float16",
  "float32",
  "float64",
];
const named: Readonly<Record<string, string>> = { int: "int32", float: "float32", string: "string" };

/**
 * The name of a dtype as Keras spells it: null is `keras.config.floatx()`, `"float"` and `"int"` are float32 and int32.
 *
 * ```ts
 * keras.backend.standardizeDtype("float"); // "float32"
 * ```
 *
 * @throws UnknownNameError for what names none. Keras: keras.utils.standardize_dtype
 */
export const standardizeDtype = declare("utils.standardizeDtype(dtype)", (dtype: unknown): string => {
  if (dtype === null) return floatx();
  const name = typeof dtype === "object" && "name" in (dtype as object) ? (dtype as { name: unknown }).name : dtype;
  if (typeof name === "string" && (known.includes(name) || name in named || keptDtype(name) !== undefined)) return named[name] ?? name;
  throw new UnknownNameError("standardizeDtype", { given: text(dtype), expected: `one of ${known.join(", ")}` });
});

/**
 * Whether a dtype holds fractions.
 *
 * ```ts
 * keras.backend.isFloatDtype("float16"); // true
 * ```
 *
 * @throws UnknownNameError. Keras: keras.backend.is_float_dtype
 */
export const isFloatDtype = declare("backend.isFloatDtype(dtype)", (dtype: unknown): boolean => /^b?float/.test(standardizeDtype(dtype)));

/**
 * Whether a dtype holds whole numbers, with or without a sign.
 *
 * ```ts
 * keras.backend.isIntDtype("uint8"); // true
 * ```
 *
 * @throws UnknownNameError. Keras: keras.backend.is_int_dtype
 */
export const isIntDtype = declare("backend.isIntDtype(dtype)", (dtype: unknown): boolean => /^u?int/.test(standardizeDtype(dtype)));
