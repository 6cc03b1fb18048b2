// Which kernels come together: a program carries the families of the operations that it has (inline.mjs). What no line names is the core,
// which every program has: what tensors, their methods and gradients need.
//
// A family of its own pays from a kilobyte on: what it has in common with another than the core is there twice.

/** Files of assembly/, or names of kernels. */
const families = {
  activations: [
    "normalization/softmax",
    "sigmoid_cross_entropy_f32",
    /^(relu6?|sigmoid|tanh|softplus|silu|gelu|gelu_tanh|elu|leaky_relu)(_grad)?_f32$/,
    /^(clip|erf|erfinv|floor|ceil|round)_f32$/,
  ],
  arrays: [
    "indexing/sort",
    "reduce/scan",
    /^(and|or|xor|not|gcd|shift_left|shift_right)_i32$/,
    /^(not_u8|put_32|put_8|take_along_32|take_along_8|put_along_add_f32)$/,
    /^is(nan|inf|finite)_f32$/,
  ],
  attention: ["attention/attention"],
  convolution: [/^convolution\//, /^pooling\//],
  functions: ["elementwise/gamma", /^(a?(sin|cos)h?|tan|atanh?|atan2)_f32$/],
  linalg: [/^linalg\//],
  normalization: ["normalization/batch", "normalization/rows"],
  optimizers: ["optimizer/optimizers", "elementwise/moving", "flush_f32"],
  quantization: ["matmul/matmul-int4", "normalization/quantize"],
  random: ["random/random"],
  recurrent: [/^recurrent\//],
};

export const core = "core";

export const familyNames = [core, ...Object.keys(families)];

/** The family of a kernel: of its name, else of its file. */
export function familyOf({ name, path }) {
  const file = path.replace(/^assembly\/|\.ts$/g, "");
  const isNamed = (text) => (pattern) => (typeof pattern === "string" ? pattern === text : pattern.test(text));
  const found = [name, file].flatMap((text) => Object.keys(families).filter((family) => families[family].some(isNamed(text))));
  if (new Set(found).size > 1) throw new Error(`families: ${name} is of ${found.join(" and ")}`);
  return found[0] ?? core;
}
