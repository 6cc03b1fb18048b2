// NumPy's arrays, after its format specification (versions 1.0 to 3.0): a mark, a head that looks like a Python dictionary, the elements.
// Arrays of objects would be Python's pickle, which is code: they are refused.

import { text } from "../core/errors.js";
import { sizeOf } from "../core/shape.js";
import { ByteReader, ByteWriter, type Pieces, textOf } from "./bytes.js";
import { bytesPer, checkedSize, type Elements, type FileDtype, fromFile } from "./dtypes.js";
import { FormatError } from "./error.js";

const MARK = "\x93NUMPY";

const kinds: Readonly<Record<string, FileDtype>> = {
  f2: "float16", f4: "float32", f8: "float64", i1: "int8", i2: "int16", i4: "int32", i8: "int64",
  u1: "uint8", u2: "uint16", u4: "uint32", u8: "uint64", b1: "bool",
}; // prettier-ignore

const HEAD =
  /^\{(?=[^]*'descr':\s*'([<>=|])(\w+)')(?=[^]*'fortran_order':\s*(True|False))(?=[^]*'shape':\s*\(([\d,\s]*)\))(?:\s*'(?:descr|fortran_order|shape)':\s*(?:'[^']*'|True|False|\([\d,\s]*\)),?){3}\s*\}\s*$/;

/** The array in a file. @throws FormatError for a file that is damaged, or holds what no tensor does */
export function readNpy(file: Uint8Array, where: string): Elements {
  const reader = new ByteReader(file, where);
  if (reader.ascii(6) !== MARK) throw new FormatError(where, { given: text(reader.from(0).ascii(6)), expected: "a NumPy array" });
  const version = reader.u8();
  reader.skip(1);
  if (version < 1 || version > 3) throw new FormatError(where, { given: `version ${version}`, expected: "version 1 to 3" });
  const head = textOf(reader.take(version === 1 ? reader.u16() : reader.u32()), where);
  const [, order, kind, isFortran, lengths] = HEAD.exec(head) ?? [];
  const dtype = kind !== undefined && Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  if (dtype === undefined || order === undefined || lengths === undefined) {
    throw new FormatError(where, { given: `the head ${text(head.trim())}`, expected: "an array of numbers or booleans" });
  }
  const shape = lengths.split(",").filter((each) => each.trim() !== "").map(Number); // prettier-ignore
  const size = checkedSize(shape, where);
  if (reader.left !== size * bytesPer(dtype)) {
    throw new FormatError(where, { given: `${reader.left} bytes of ${dtype} ${text(shape)}`, expected: `${size * bytesPer(dtype)}` });
  }
  if (isFortran === "False" || shape.length < 2) return fromFile(reader.take(reader.left), dtype, shape, where, order === ">");
  const { elements, dtype: kept } = fromFile(reader.take(reader.left), dtype, shape, where, order === ">");
  const out = elements.slice();
  const steps = shape.map((_, axis) => sizeOf(shape.slice(0, axis)));
  for (let i = 0; i < size; i++) {
    let [rest, from] = [i, 0];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += (rest % shape[axis]!) * steps[axis]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    out[i] = elements[from]!;
  }
  return { dtype: kept, shape, elements: out };
}

/** The file of an array. */
export function writeNpy(dtype: FileDtype, shape: readonly number[], bytes: Uint8Array): Pieces {
  const kind = Object.entries(kinds).find(([, each]) => each === dtype)?.[0];
  if (!kind) throw new FormatError("npy", { given: dtype, expected: "a dtype that NumPy has" });
  const order = bytesPer(dtype) === 1 ? "|" : "<";
  const lengths = `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
  const head = `{'descr': '${order}${kind}', 'fortran_order': False, 'shape': ${lengths}, }`;
  const padded = head.length + 1 + (-(10 + head.length + 1) & 63);
  const start = new ByteWriter(10 + padded).u8(0x93).put("NUMPY").u8(1, 0).u16(padded);
  return [
    start
      .put(head.padEnd(padded - 1))
      .put("\n")
      .bytes(),
    bytes,
  ];
}
