// docs/dtypes.md is made of the table in lib/core/dtype.ts: `node build/test/docs/dtypes.test.js --write` makes it anew.

import { readFileSync, writeFileSync } from "node:fs";
import t from "tap";
import { aliases, dtypes, type Dtype } from "../../lib/core/dtype.js";
import { resultType } from "../../lib/ops/promotion.js";
import { repository } from "../support/sources.js";

const file = `${repository}docs/dtypes.md`;
const names = Object.keys(dtypes) as Dtype[];
const row = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`;
const table = (heads: readonly string[], rows: readonly (readonly (string | number)[])[]) =>
  [row(heads), row(heads.map(() => "---")), ...rows.map(row)].join("\n");

const page = `# Dtypes

Made from \`lib/core/dtype.ts\` and \`lib/ops/promotion.ts\` by \`node build/test/docs/dtypes.test.js --write\`; a test holds it.

${table(
  ["dtype", "bytes", "seen by JavaScript as", "least", "largest", "computed in"],
  names.map((name) => {
    const { bytes, array, range, arithmetic } = dtypes[name];
    return [name, bytes, array.name, range[0], range[1], arithmetic];
  }),
)}

Strings are arrays of JavaScript strings: no tensors hold them. Other names: ${Object.entries(aliases)
  .map(([name, kept]) => `\`${name}\` is ${kept}`)
  .join(
    ", ",
  )}. 64 bits become 32, as in Keras on JAX: what 32 bits hold is kept exactly, an integer that they do not hold is an error (where JavaScript gives it, in a file, in a cast to "int64" or "uint64"), fractions are rounded to float32, which is said once for a dtype by name; a finite number beyond float32 is an error where JavaScript gives it and in a file.

- **Storage** has the width of the dtype: tensors, variables, constants, files. \`constant\` refuses what the dtype cannot hold and names its ends; \`array\` and \`convertToTensor\` with a dtype cast, as in Keras, and a Float64Array becomes float32.
- **Casts** cut fractions towards zero and wrap integers (300 is 44 as int8, −1 is 4294967295 as uint32); halves are rounded to the nearest, ties to even; float32 to int32 and uint8 saturates at the ends of int32.
- **Arithmetic**: an operation on float16 or bfloat16 computes in float32 and rounds its result once. int8, int16 and uint16 compute in int32 and wrap back. uint32 computes in int32: a value from 2³¹ on is an error there (moving and casting it is none).
- **Halves where they lie**: a product of up to four rows reads a matrix of halves as it is, in half the bytes; rows that are taken are moved as they are. Everything else is made float32 first. In a traced step what is kept for gradients is kept as the half, and convolutions compute some examples at a time, so that float32 exists for these alone.
- **Policies**: losses and metrics compute in \`floatx\` unless they are given a dtype. "bfloat16" and "float16" keep variables in the half, "mixed_bfloat16" and "mixed_float16" in float32; under mixed_float16 \`compile\` scales losses by itself. \`DTypePolicyMap\` gives layers policies by their paths.
- **Fewer bits**: \`model.quantize("int8")\` keeps kernels and tables in a byte with a scale for each column (or row of a table) and multiplies in integers; "int4" keeps two numbers in a byte, in blocks with scales and zero points, and multiplies inputs in float32 with them where they lie; "ternary" keeps five; "gptq" and "awq" look at data. float8 is refused. Variables, policies, configs and files are Keras's.
- **Promotion** is Keras's table. Numbers of JavaScript are weak: whole ones take the dtype of the integers beside them, fractions that of the floats. The dtype of a result never depends on a value: a number that the dtype cannot hold is an error.

## Where two dtypes meet

${table(
  ["", ...names, "whole number", "fraction"],
  names.map((a) => [`**${a}**`, ...[...names, "int", "float"].map((b) => resultType(a, b))]),
)}
`;

if (process.argv.includes("--write")) writeFileSync(file, page);

t.test("docs/dtypes.md says what the code does", async (t) => {
  const squeezed = (text: string) => text.replace(/[ -]+/g, " "); // prettier pads tables
  t.equal(squeezed(readFileSync(file, "utf8")), squeezed(page));
});
