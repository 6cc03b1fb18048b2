// Elements as bytes and back: for what is kept in files. The header tells the structure; a leaf of it is "dtype lengths bytes".

import { type Dtype, dtypes } from "../core/dtype.js";
import { NotSupportedError, text } from "../core/errors.js";
import { sizeOf } from "../core/shape.js";
import { Strings } from "../core/strings.js";
import { adoptTensor, Tensor } from "../core/tensor.js";
import { mapTree, type Tree } from "../core/tree.js";
import { copyOf } from "../formats/bytes.js";
import type { Element, Leaf } from "./structure.js";

/** The structure of an element: its leaves are texts, `float32 2,3 24`. */
export type Header = Tree<string>;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** @throws NotSupportedError for elements that are no tensors and strings: windows, sparse tensors */
export function toBytes(where: string, element: Element): { header: Header; pieces: Uint8Array[] } {
  const pieces: Uint8Array[] = [];
  const header = mapTree(element, (leaf: Leaf): string => {
    if (!(leaf instanceof Tensor) && !(leaf instanceof Strings))
      throw new NotSupportedError(where, { given: `the component ${text(leaf)}`, expected: "tensors and strings" });
    const begin = pieces.length;
    let { dtype }: { dtype: string } = leaf;
    if (leaf instanceof Strings) {
      if (leaf.values.some((value: unknown) => typeof value !== "string")) dtype = "bytes";
      for (const value of leaf.values as readonly (string | Uint8Array)[]) {
        const bytes = typeof value === "string" ? encoder.encode(value) : value;
        pieces.push(new Uint8Array(Uint32Array.of(bytes.length).buffer), bytes);
      }
    } else {
      const view = leaf.view(where);
      pieces.push(new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice());
    }
    return `${dtype} ${leaf.shape.join()} ${pieces.slice(begin).reduce((sum, { length }) => sum + length, 0)}`;
  });
  return { header, pieces };
}

/** The element of a header and the bytes behind each other that `toBytes` gave. */
export function fromBytes(header: Header, bytes: Uint8Array): Element {
  let at = 0;
  return mapTree(header, (leaf: string): Leaf => {
    const [dtype, lengths, size] = leaf.split(" ") as [string, string, string];
    const shape = lengths === "" ? [] : lengths.split(",").map(Number);
    const part = bytes.subarray(at, (at += Number(size)));
    if (dtype !== "string" && dtype !== "bytes")
      return adoptTensor(new dtypes[dtype as Dtype].array(copyOf(part).buffer), shape, dtype as Dtype);
    const view = new DataView(part.buffer, part.byteOffset, part.byteLength);
    let next = 0;
    const values = Array.from({ length: sizeOf(shape) }, () => {
      const length = view.getUint32(next, true);
      const value = part.subarray(next + 4, (next += 4 + length));
      return dtype === "bytes" ? copyOf(value) : decoder.decode(value);
    });
    return new Strings(shape, values as string[]);
  });
}

/** Bytes that an element takes in memory, more or less. */
export function bytesOfElement(element: Element): number {
  let bytes = 0;
  mapTree(element, (leaf: Leaf) => {
    if (leaf instanceof Tensor) bytes += dtypes[leaf.dtype].bytes * sizeOf(leaf.shape as number[]);
    else if (leaf instanceof Strings) for (const { length } of leaf.values) bytes += length;
  });
  return bytes;
}
