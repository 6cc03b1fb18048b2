// The models that a page, or memory, keeps: what there is, and to copy, move and remove them. tf.io.listModels and its kin.

import { platform } from "#platform";
import type { StoredFile } from "../runtime/platform.js";
import { ArgumentError, StateError, text } from "../core/errors.js";
import { filesInMemory } from "./places/memory.js";
import { type FilePath, type Place, placeOf, write } from "./place.js";

/** A model that is kept. */
export interface StoredModel {
  /** Bytes of its file. */
  readonly bytes: number;
  /** When it was saved, where the place knows (`opfs://`). */
  readonly dateSaved: Date | null;
}

const infoOf = ({ bytes, date }: StoredFile): StoredModel => ({ bytes, dateSaved: date });

/** Whether a file is a whole model: checkpoints, data sets, and those of TensorFlow.js in several files, are none. */
const isModel = ({ path }: Pick<StoredFile, "path">): boolean => /\.(keras|h5|hdf5|onnx)$/.test(path);

const storedModels = async (): Promise<StoredFile[]> => [...filesInMemory(), ...((await platform.storedFiles?.()) ?? [])].filter(isModel);

/** The models in `memory://`, and in a page those in `indexeddb://` and `opfs://`, by their paths. */
export async function listModels(): Promise<Record<string, StoredModel>> {
  const found = (await storedModels()).sort((a, b) => (a.path < b.path ? -1 : 1));
  return Object.fromEntries(found.map((file) => [file.path, infoOf(file)]));
}

/** The place of a model that is kept. @throws ArgumentError for a path that is no file, StateError where there is none */
async function kept(where: string, given: FilePath): Promise<{ place: Place; bytes: Uint8Array }> {
  if (typeof given !== "string" || !isModel({ path: given }))
    throw new ArgumentError(where, { given: text(given), expected: "the path of a model in one file: .keras, .h5 or .onnx" });
  const place = placeOf(given);
  const bytes = await place.store.read(place.name);
  if (bytes) return { place, bytes };
  const known = (await storedModels()).map(({ path }) => path);
  throw new StateError(where, {
    given: `${text(given)}, where there is no model`,
    expected: known.length > 0 ? `one of ${known.slice(0, 8).join(", ")}` : "a model that was saved",
  });
}

/** Removes a model. @returns what it was */
export async function removeModel(path: string): Promise<StoredModel> {
  const { place, bytes } = await kept("io.removeModel", path);
  await place.store.remove(place.name);
  return { bytes: bytes.length, dateSaved: null };
}

/** Copies a model to another place. */
export async function copyModel(source: string, destination: string): Promise<StoredModel> {
  const { bytes } = await kept("io.copyModel", source);
  if (placeOf(destination).path === source)
    throw new ArgumentError("io.copyModel", { given: `${text(source)} twice`, expected: "two places" });
  await write(placeOf(destination), bytes);
  return { bytes: bytes.length, dateSaved: null };
}

/** Moves a model: where it was, it is removed when it is complete at the other place. */
export async function moveModel(source: string, destination: string): Promise<StoredModel> {
  const info = await copyModel(source, destination);
  const { store, name } = placeOf(source);
  await store.remove(name);
  return info;
}
