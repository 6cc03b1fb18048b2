// What a checkpoint holds, without objects to restore it into.

import { dtypes, type Dtype } from "../core/dtype.js";
import { sizeOf } from "../core/shape.js";
import { decode, type Saved } from "./format.js";
import { pathOf } from "./path.js";
import { type FilePath, placeOf, readFile } from "./place.js";

/** What a checkpoint holds: variables, and the state of other objects as JSON, each by how it was reached. */
export interface CheckpointContent {
  readonly variables: readonly {
    readonly name: string;
    readonly dtype: Dtype;
    readonly shape: readonly number[];
    readonly bytes: number;
  }[];
  readonly states: readonly { readonly name: string; readonly state: unknown }[];
  /** The length of the file. */
  readonly bytes: number;
}

/**
 * What a checkpoint of `tf.train.Checkpoint`, `BackupAndRestore` or `model.save` holds. All checksums are checked.
 *
 * ```ts
 * model.build([null, 2]);
 * await model.save("inspected");
 * (await inspectCheckpoint("inspected")).variables.length > 1; // true
 * ```
 *
 * @throws CheckpointError for a file that is damaged, cut short, or something else
 */
export async function inspectCheckpoint(path: FilePath): Promise<CheckpointContent> {
  const place = placeOf(path);
  const file = await readFile(place, "a checkpoint");
  const saved = decode(file, place.path);
  const names = namesOf(saved);
  return {
    variables: saved.tensors.map(({ name, dtype, shape }) => ({ name, dtype, shape, bytes: sizeOf(shape) * dtypes[dtype].bytes })),
    states: saved.objects.flatMap(({ state }, i) => (state === undefined ? [] : [{ name: names.get(i) ?? `object ${i}`, state }])),
    bytes: file.length,
  };
}

/** How each object was reached first. */
export function namesOf({ objects }: Saved): Map<number, string> {
  const names = new Map<number, string>([[0, ""]]);
  for (const [at, path] of names) {
    for (const [name, child] of Object.entries(objects[at]!.children ?? {})) if (!names.has(child)) names.set(child, pathOf(path, name));
  }
  return names;
}
