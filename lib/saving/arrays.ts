// Tensors in files that other tools read: NumPy's .npy and .npz, and safetensors.

import { asTensor, type TensorLike } from "../core/convert.js";
import { bytesOfElements } from "../core/dtype.js";
import { ArgumentError, didYouMean, text } from "../core/errors.js";
import { adoptTensor, type Tensor } from "../core/tensor.js";
import { type Elements, fromFile } from "../formats/dtypes.js";
import { FormatError } from "../formats/error.js";
import { inflate } from "../formats/inflate.js";
import { readNpy, writeNpy } from "../formats/npy.js";
import { headLength, readHead, type SafetensorsHead, writeSafetensors } from "../formats/safetensors.js";
import { writeZip, ZipArchive } from "../formats/zip.js";
import { type FilePath, type Place, placeOf, readFile, write } from "./place.js";

const tensorOf = ({ elements, shape, dtype }: Elements): Tensor => adoptTensor(elements.slice(), shape, dtype);

function dataOf(value: TensorLike): { dtype: Tensor["dtype"]; shape: readonly number[]; bytes: Uint8Array } {
  const tensor = asTensor(value);
  return { dtype: tensor.dtype, shape: tensor.shape as readonly number[], bytes: bytesOfElements(tensor.dtype, tensor.data()) };
}

/**
 * The array in a `.npy` file. float64 and int64 become float32 and int32. NumPy: numpy.load
 *
 * ```ts
 * await saveNpy("y.npy", [[1, 2]]);
 * (await loadNpy("y.npy")).shape; // [1, 2]
 * ```
 */
export async function loadNpy(path: FilePath): Promise<Tensor> {
  const place = placeOf(path);
  return tensorOf(readNpy(await readFile(place, "an array"), place.path));
}

/**
 * Writes a `.npy` file. NumPy: numpy.save
 *
 * ```ts
 * await saveNpy("x.npy", [1, 2]);
 * await loadNpy("x.npy"); // [1, 2]
 * ```
 */
export async function saveNpy(path: string, value: TensorLike): Promise<void> {
  const { dtype, shape, bytes } = dataOf(value);
  await write(placeOf(path), writeNpy(dtype, shape, bytes));
}

/**
 * The arrays in a `.npz` file by name. NumPy: numpy.load
 *
 * ```ts
 * await saveNpz("two.npz", { a: [1], b: [2, 3] });
 * (await loadNpz("two.npz"))["b"]!; // [2, 3]
 * ```
 */
export async function loadNpz(path: FilePath): Promise<Record<string, Tensor>> {
  const place = placeOf(path);
  const archive = new ZipArchive(await readFile(place, "arrays"), place.path, inflate);
  const arrays = archive.names.map((name) => {
    if (!name.endsWith(".npy")) throw new FormatError(place.path, { given: `the member ${text(name)}`, expected: "arrays" });
    return [name.slice(0, -4), tensorOf(readNpy(archive.read(name), `${place.path}: ${name}`))] as const;
  });
  return Object.fromEntries(arrays);
}

/**
 * Writes a `.npz` file of arrays by name. NumPy: numpy.savez
 *
 * ```ts
 * await saveNpz("both.npz", { a: [1], b: [2, 3] });
 * Object.keys(await loadNpz("both.npz")); // ["a", "b"]
 * ```
 */
export async function saveNpz(path: string, arrays: Readonly<Record<string, TensorLike>>): Promise<void> {
  const members = Object.entries(arrays).map(([name, value]) => {
    const { dtype, shape, bytes } = dataOf(value);
    return { name: `${name}.npy`, content: writeNpy(dtype, shape, bytes) };
  });
  await write(placeOf(path), writeZip(members));
}

/**
 * A safetensors file: what it has is known, tensors are read when they are asked for.
 *
 * ```ts
 * await saveSafetensors("u.safetensors", { u: [1, 2] });
 * const file = await SafetensorsFile.open("u.safetensors");
 * file.names; // ["u"]
 * ```
 */
export class SafetensorsFile {
  readonly #head: SafetensorsHead;
  readonly #where: string;
  readonly #read: (begin: number, end: number) => Promise<Uint8Array>;

  private constructor(head: SafetensorsHead, where: string, read: (begin: number, end: number) => Promise<Uint8Array>) {
    this.#head = head;
    this.#where = where;
    this.#read = read;
  }

  /** Opens a file; of its elements nothing is read yet where the place can read parts. @throws FormatError */
  static async open(path: FilePath): Promise<SafetensorsFile> {
    return SafetensorsFile.at(placeOf(path));
  }

  /** The same for a place that is known. */
  static async at(place: Place): Promise<SafetensorsFile> {
    const { read, size } = await partsOf(place);
    const length = headLength(await read(0, Math.min(8, size)), size, place.path);
    return new SafetensorsFile(readHead(await read(8, 8 + length), size, place.path), place.path, read);
  }

  /** Names of the tensors, in the order of the file. */
  get names(): string[] {
    return [...this.#head.entries.keys()];
  }

  /** Texts that the file says of itself. */
  get metadata(): Readonly<Record<string, string>> {
    return this.#head.metadata;
  }

  /** The shape of a tensor. */
  shapeOf(name: string): readonly number[] {
    return this.#entry(name).shape;
  }

  #entry(name: string) {
    const entry = this.#head.entries.get(name);
    if (entry) return entry;
    const hint = didYouMean(name, this.names);
    throw new ArgumentError(this.#where, { given: text(name), expected: "the name of a tensor of the file", ...(hint && { hint }) });
  }

  /** The elements of a tensor, as tensors keep them. */
  async elements(name: string): Promise<Elements> {
    const { dtype, shape, begin, end } = this.#entry(name);
    return fromFile(await this.#read(begin, end), dtype, shape, `${this.#where}: ${name}`);
  }

  /** A tensor. float16, bfloat16 and float64 become float32, other integers int32. */
  async get(name: string): Promise<Tensor> {
    return tensorOf(await this.elements(name));
  }
}

async function partsOf(place: Place): Promise<{ read: (begin: number, end: number) => Promise<Uint8Array>; size: number }> {
  const { store, name } = place;
  const parts = await store.open?.(name);
  if (parts) return parts;
  const whole = await readFile(place, "tensors");
  return { size: whole.length, read: async (begin, end) => whole.subarray(begin, end) };
}

/**
 * All tensors of a safetensors file by name.
 *
 * ```ts
 * await saveSafetensors("v.safetensors", { v: [[1, 2]] });
 * (await loadSafetensors("v.safetensors"))["v"]!.shape; // [1, 2]
 * ```
 */
export async function loadSafetensors(path: FilePath): Promise<Record<string, Tensor>> {
  const file = await SafetensorsFile.open(path);
  const all: [string, Tensor][] = [];
  for (const name of file.names) all.push([name, await file.get(name)]);
  return Object.fromEntries(all);
}

/**
 * Writes a safetensors file of tensors by name.
 *
 * ```ts
 * await saveSafetensors("w.safetensors", { w: [1, 2] });
 * (await loadSafetensors("w.safetensors"))["w"]!; // [1, 2]
 * ```
 */
export async function saveSafetensors(
  path: string,
  tensors: Readonly<Record<string, TensorLike>>,
  { metadata }: { readonly metadata?: Readonly<Record<string, string>> } = {},
): Promise<void> {
  const inputs = Object.entries(tensors).map(([name, value]) => ({ name, ...dataOf(value) }));
  await write(placeOf(path), writeSafetensors(inputs, metadata));
}
