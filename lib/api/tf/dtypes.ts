// The dtypes by name, as TensorFlow has them: `{ dtype: tf.float32 }`. 64-bit and 16-bit ones are kept as 32-bit ones.

/**
 * The dtype of this name, as options take it: `{ dtype: tf.float16 }`.
 *
 * ```ts
 * tf.zeros([2], { dtype: tf.float16 }).dtype; // "float16"
 * ```
 */
export const float16 = "float16";
/**
 * The dtype of this name, as options take it: `{ dtype: tf.bfloat16 }`.
 *
 * ```ts
 * tf.zeros([2], { dtype: tf.bfloat16 }).dtype; // "bfloat16"
 * ```
 */
export const bfloat16 = "bfloat16";
/**
 * The dtype of this name, as options take it: `{ dtype: tf.float32 }`.
 *
 * ```ts
 * tf.zeros([2], { dtype: tf.float32 }).dtype; // "float32"
 * ```
 */
export const float32 = "float32";
/**
 * The dtype of this name, as options take it: `{ dtype: tf.float64 }`.
 *
 * ```ts
 * tf.float64; // "float64"
 * ```
 */
export const float64 = "float64";
/**
 * The dtype of this name, as options take it: `{ dtype: tf.double }`.
 *
 * ```ts
 * tf.double; // "float64"
 * ```
 */
export const double = "float64";
/**
 * The dtype of this name, as options take it: `{ dtype: tf.int8 }`.
 *
 * ```ts
 * tf.zeros([2], { dtype: tf.int8 }).dtype; // "int8"
 * ```
 */
export const int8 = "int8";
/**
 * The dtype of this name, as options take it: `{ dtype: tf.int16 }`.
 *
 * ```ts
 * tf.zeros([2], { dtype: tf.int16 }).dtype; // "int16"
 * ```
 */
export const int16 = "int16";
/**
 * The dtype of this name, as options take it: `{ dtype: tf.int32 }`.
 *
 * ```ts
 * tf.zeros([2], { dtype: tf.int32 }).dtype; // "int32"
 * ```
 */
export const int32 = "int32";
/**
 * The dtype of this name, as options take it: `{ dtype: tf.int64 }`.
 *
 * ```ts
 * tf.int64; // "int64"
 * ```
 */
export const int64 = "int64";
/**
 * The dtype of this name, as options take it: `{ dtype: tf.uint8 }`.
 *
 * ```ts
 * tf.zeros([2], { dtype: tf.uint8 }).dtype; // "uint8"
 * ```
 */
export const uint8 = "uint8";
/**
 * The dtype of this name, as options take it: `{ dtype: tf.uint16 }`.
 *
 * ```ts
 * tf.zeros([2], { dtype: tf.uint16 }).dtype; // "uint16"
 * ```
 */
export const uint16 = "uint16";
/**
 * The dtype of this name, as options take it: `{ dtype: tf.uint32 }`.
 *
 * ```ts
 * tf.zeros([2], { dtype: tf.uint32 }).dtype; // "uint32"
 * ```
 */
export const uint32 = "uint32";
/**
 * The dtype of this name, as options take it: `{ dtype: tf.uint64 }`.
 *
 * ```ts
 * tf.uint64; // "uint64"
 * ```
 */
export const uint64 = "uint64";
/**
 * The dtype of this name, as options take it: `{ dtype: tf.bool }`.
 *
 * ```ts
 * tf.zeros([2], { dtype: tf.bool }).dtype; // "bool"
 * ```
 */
export const bool = "bool";
/**
 * The dtype of this name, as options take it: `{ dtype: tf.string }`.
 *
 * ```ts
 * tf.string; // "string"
 * ```
 */
export const string = "string";
/**
 * A new axis among indices: `x.at(tf.newaxis)`.
 *
 * ```ts
 * tf.newaxis; // null
 * ```
 */
export const newaxis = null;
