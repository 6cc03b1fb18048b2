// The thread that reads pictures beside the one that asks: pixels of bytes, or a file as an element of a data set. A module of its own in
// the package: it loads decoders, and operations when the first element is asked for.

import { platform } from "#platform";
import { type Dtype, dtypes, type TypedArray } from "../core/dtype.js";
import { decodeHere } from "../formats/image.js";
import type { JpegOptions } from "../formats/jpeg/decode.js";
import type { Build } from "../runtime/binary.js";
import type { Form } from "./folder-pictures.js";

/** A tensor as it is sent. */
export interface Made {
  readonly elements: TypedArray;
  readonly shape: readonly number[];
  readonly dtype: Dtype;
}

interface Files {
  readonly files: readonly string[];
  readonly where: string;
  readonly form: Form;
  readonly build: Build;
}

platform.serve?.(async (message: Files | { readonly bytes: Uint8Array; readonly where: string; readonly options: JpegOptions }) => {
  if ("files" in message) {
    const value = await together(message);
    return { value, transfer: [value.elements.buffer as ArrayBuffer] };
  }
  const picture = await decodeHere(message.bytes, message.where, message.options);
  const pixels = picture.pixels.slice();
  return { value: { ...picture, pixels }, transfer: [pixels.buffer as ArrayBuffer] };
});

/** The pictures of files in one tensor. @throws Error where they have not all the same shape and dtype */
async function together({ files, where, form, build: wanted }: Files): Promise<Made> {
  const [{ pictureOf }, { build, setThreads }] = await Promise.all([import("./folder-pictures.js"), import("../runtime/machine.js")]);
  setThreads(1);
  if (build() !== wanted) throw new Error("these kernels would give other bits");
  let made: { elements: TypedArray; shape: readonly number[]; dtype: Dtype } | null = null;
  for (const [i, file] of files.entries()) {
    const one = await pictureOf(platform.readFileNow!(file), where, form);
    const shape = one.shape as readonly number[];
    const elements = one.view();
    made ??= { elements: new dtypes[one.dtype].array(files.length * elements.length), shape: [files.length, ...shape], dtype: one.dtype };
    if (made.dtype !== one.dtype || made.shape.slice(1).some((size, axis) => size !== shape[axis])) throw new Error("they differ in form");
    made.elements.set(elements, i * elements.length);
  }
  return made!;
}
