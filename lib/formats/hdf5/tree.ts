// What an HDF5 file holds, apart from how it is laid out: groups with named members, datasets, and attributes of both.

import type { FileDtype } from "../dtypes.js";

/** The type of elements: numbers, text, or bytes that mean nothing to HDF5. */
export type Hdf5Type =
  | { readonly kind: "number"; readonly dtype: FileDtype; readonly isBigEndian: boolean }
  | { readonly kind: "complex"; readonly parts: "float32" | "float64" }
  | { readonly kind: "string"; readonly bytes: number }
  | { readonly kind: "text"; readonly isAscii: boolean }
  | { readonly kind: "opaque"; readonly bytes: number };

/** The value of an attribute: texts or numbers in the order of its shape. */
export interface Hdf5Attribute {
  readonly type: Hdf5Type;
  readonly shape: readonly number[];
  readonly values: readonly (string | number)[];
}

interface Hdf5Object {
  readonly attributes: ReadonlyMap<string, Hdf5Attribute>;
}

export interface Hdf5Group extends Hdf5Object {
  readonly kind: "group";
  readonly members: ReadonlyMap<string, Hdf5Group | Hdf5Dataset>;
}

export interface Hdf5Dataset extends Hdf5Object {
  readonly kind: "dataset";
  readonly type: Hdf5Type;
  readonly shape: readonly number[];
  /** The bytes of the elements; they are part of the file's where these lie together. */
  read(): Uint8Array;
  /** The elements of a dataset of texts. */
  readText(): string[];
}

/** What a path such as `layers/dense/vars/0` leads to, or undefined. */
export function memberAt(group: Hdf5Group, path: string): Hdf5Group | Hdf5Dataset | undefined {
  let at: Hdf5Group | Hdf5Dataset | undefined = group;
  for (const name of path.split("/")) {
    if (name === "") continue;
    at = at?.kind === "group" ? at.members.get(name) : undefined;
  }
  return at;
}

/** The group at a path, or undefined. */
export function groupAt(group: Hdf5Group, path: string): Hdf5Group | undefined {
  const found = memberAt(group, path);
  return found?.kind === "group" ? found : undefined;
}

/** The texts of an attribute, undefined where there is none. */
export const textsOf = (object: Hdf5Object, name: string): readonly string[] | undefined => object.attributes.get(name)?.values.map(String);
