// The dtypes by name, as TensorFlow has them: `{ dtype: tf.float32 }`. 64-bit and 16-bit ones are kept as 32-bit ones.

export const float16 = "float16";
export const bfloat16 = "bfloat16";
export const float32 = "float32";
export const float64 = "float64";
export const double = "float64";
export const int8 = "int8";
export const int16 = "int16";
export const int32 = "int32";
export const int64 = "int64";
export const uint8 = "uint8";
export const uint16 = "uint16";
export const uint32 = "uint32";
export const uint64 = "uint64";
export const bool = "bool";
export const string = "string";
/** A new axis among indices: `x.at(tf.newaxis)`. */
export const newaxis = null;
