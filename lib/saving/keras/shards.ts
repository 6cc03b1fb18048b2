// Weights in several files: `model.weights.json` says which of `model_00000.weights.h5`, `model_00001.weights.h5`, … holds a group.

import { isPlainObject } from "../../config/index.js";
import { ArgumentError, text } from "../../core/errors.js";
import { type Pieces, textOf } from "../../formats/bytes.js";
import { FormatError } from "../../formats/error.js";
import { readHdf5 } from "../../formats/hdf5/reader.js";
import type { Hdf5Dataset, Hdf5Group } from "../../formats/hdf5/tree.js";
import { GroupWriter, writeHdf5 } from "../../formats/hdf5/writer.js";
import { parseJson, toJson } from "../../formats/json.js";
import { bytesPer } from "../../formats/dtypes.js";
import type { KerasSaveable } from "../saveable.js";
import { kerasObjects } from "./walk.js";
import { ownVariables, storeOf, type VariableStore } from "./weights.js";

/**
 * The files of weights of which none is longer than a limit, but for what HDF5 adds; each is made when it is asked for.
 *
 * @param name   the name of the JSON file
 * @param limit  bytes of variables in a file
 */
export function* shardFiles(root: KerasSaveable & object, name: string, limit: number): Generator<{ name: string; content: Pieces }> {
  const base = name.replace(/\.weights\.json$/, "").replace(/\.json$/, "");
  const map: Record<string, string | string[]> = {};
  let [index, size, total] = [0, 0, 0];
  let file = new GroupWriter();
  const fileName = () => `${base}_${`${index}`.padStart(5, "0")}.weights.h5`;
  for (const each of kerasObjects(root)) {
    const path = `${each.path}/vars`.replace(/^\//, "");
    file.group(path).attributes.set("name", { utf8: each.state.name });
    for (const { key, data } of ownVariables(each)) {
      const bytes = data.bytes.length || bytesPer(data.dtype);
      if (bytes > limit) {
        throw new ArgumentError("saveWeights.maxShardSize", {
          given: `${limit} bytes, and ${bytes} of ${text(`${path}/${key}`)}`,
          expected: "room for the largest variable",
        });
      }
      if (size + bytes > limit) {
        yield { name: fileName(), content: writeHdf5(file) };
        [index, size, file] = [index + 1, 0, new GroupWriter()];
      }
      [size, total] = [size + bytes, total + bytes];
      const group = file.group(path);
      group.attributes.set("name", { utf8: each.state.name });
      group.members.set(key, data);
      const known = map[`/${path}`];
      if (known === undefined) map[`/${path}`] = fileName();
      else if (![known].flat().includes(fileName())) map[`/${path}`] = [...[known].flat(), fileName()];
    }
  }
  yield { name: fileName(), content: writeHdf5(file) };
  yield { name, content: [new TextEncoder().encode(toJson({ metadata: { total_size: total }, weight_map: map }))] };
}

/** Sharded weights that were read: the files by name, and the files of each object by its path. */
export interface Shards {
  readonly files: ReadonlyMap<string, Hdf5Group>;
  readonly places: ReadonlyMap<string, readonly string[]>;
}

/** Reads the files that a map names. @throws FormatError for a map that names files elsewhere, or is no map */
export async function shardsOf(map: Uint8Array, where: string, read: (name: string) => Promise<Uint8Array>): Promise<Shards> {
  const parsed = parseJson(textOf(map, where), where);
  const weightMap = isPlainObject(parsed) ? parsed["weight_map"] : undefined;
  const fail = (given: unknown): never => {
    throw new FormatError(where, { given: text(given), expected: "weight_map: names of files beside this one, by path" });
  };
  if (!isPlainObject(weightMap)) fail(parsed);
  const files = new Map<string, Hdf5Group>();
  const places = new Map<string, string[]>();
  for (const [path, given] of Object.entries(weightMap as object)) {
    const names = [given as unknown].flat() as unknown[];
    if (!names.every((name): name is string => typeof name === "string" && /^[^/\\]+\.h5$/.test(name))) fail(given);
    places.set(path.replace(/^\//, "").replace(/\/?vars$/, ""), names as string[]);
    for (const name of names as string[]) if (!files.has(name)) files.set(name, readHdf5(await read(name), `${where}: ${name}`));
  }
  return { files, places };
}

/** The variables of sharded weights by path. @throws FormatError for a map that names files elsewhere, or is no map */
export async function shardStore(map: Uint8Array, where: string, read: (name: string) => Promise<Uint8Array>): Promise<VariableStore> {
  const { files, places } = await shardsOf(map, where, read);
  const stores = new Map([...files].map(([name, file]) => [name, storeOf(file)]));
  return {
    paths: [...new Set([...stores.values()].flatMap(({ paths }) => paths))],
    at(path) {
      const names = places.get(path);
      return names && new Map<string, Hdf5Dataset>(names.flatMap((name) => [...(stores.get(name)!.at(path) ?? [])]));
    },
  };
}
