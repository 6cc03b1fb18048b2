// A `.keras` file: metadata.json, config.json, model.weights.h5, and files of layers below assets/, in a zip archive or in a folder.

import { isPlainObject, type Json } from "../../config/index.js";
import { text } from "../../core/errors.js";
import { bytesOf, type Pieces, textOf } from "../../formats/bytes.js";
import { FormatError } from "../../formats/error.js";
import { fromFile, isFileDtype } from "../../formats/dtypes.js";
import { readHdf5 } from "../../formats/hdf5/reader.js";
import { GroupWriter, writeHdf5 } from "../../formats/hdf5/writer.js";
import { inflate } from "../../formats/inflate.js";
import { parseJson, toJson } from "../../formats/json.js";
import { type ZipMember, ZipArchive } from "../../formats/zip.js";
import type { Variable } from "../../variables/variable.js";
import type { KerasSaveable } from "../saveable.js";
import type { Assignments } from "./assignments.js";
import { kerasObjects } from "./walk.js";
import { type LoadOptions, planState, storeOf, type VariableStore, writeState } from "./weights.js";

/** The version of Keras whose files these are like. */
export const KERAS_VERSION = "3.16.0";

const CONFIG = "config.json";
const METADATA = "metadata.json";
const WEIGHTS = "model.weights.h5";
/** Configs of the largest networks take 3 MB. Parsed, a text takes many times its length. */
const MAX_CONFIG = 16 * 2 ** 20;
/** A member of an archive may be this long whatever the archive's length; beyond, weights do not shrink to a sixteenth, but bombs do. */
const MAX_SMALL = 64 * 2 ** 20;
const MAX_RATIO = 16;

/** State that Keras's files have no place for: random generators, running metrics. It stands in the metadata, which Keras does not read. */
export type Extras = Readonly<Record<string, Variable>>;

/** The members of the file of a model. */
export function archiveMembers(model: KerasSaveable & object, config: Json, extras: Extras): ZipMember[] {
  const now = new Date();
  const json = (value: unknown): Pieces => [new TextEncoder().encode(toJson(value, CONFIG))];
  const root = new GroupWriter();
  writeState(model, root);
  return [
    { name: METADATA, content: json({ keras_version: KERAS_VERSION, date_saved: dateText(now), ...written(extras) }) },
    { name: CONFIG, content: json(config) },
    { name: WEIGHTS, content: writeHdf5(root), date: now },
    ...assetsOf(model).map((asset) => ({ ...asset, date: now })),
  ];
}

function assetsOf(model: KerasSaveable & object): ZipMember[] {
  return kerasObjects(model).flatMap(({ object, path }) => {
    if (!object.saveAssets) return [];
    const assets = Object.create(null) as Record<string, string | Uint8Array>;
    object.saveAssets(assets);
    return Object.entries(assets).map(([name, content]) => ({
      name: ["assets", path, name].filter(Boolean).join("/"),
      content: [typeof content === "string" ? new TextEncoder().encode(content) : content],
    }));
  });
}

/** `2026-11-23@03:14:12`, local time as in Keras. */
function dateText(date: Date): string {
  const two = (value: number) => `${value}`.padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}@${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** A saved model: members by name. */
export interface Archive {
  readonly where: string;
  readonly names: readonly string[];
  read(name: string, limit?: number): Uint8Array;
}

/** The archive in a zip file. @throws FormatError for what is none */
export function archiveOf(file: Uint8Array, where: string): Archive {
  const zip = new ZipArchive(file, where, inflate);
  const most = Math.max(MAX_SMALL, MAX_RATIO * file.length);
  return { where, names: zip.names, read: (name, limit = most) => zip.read(name, Math.min(limit, most)) };
}

/** The config of a saved model. @throws FormatError */
export function configOf(archive: Archive): Record<string, unknown> {
  const where = `${archive.where}: ${CONFIG}`;
  const config = parseJson(textOf(archive.read(CONFIG, MAX_CONFIG), where), where);
  if (isPlainObject(config) && typeof config["class_name"] === "string") return config;
  throw new FormatError(where, { given: text(config), expected: "the config of a model" });
}

/** The variables of a saved model by path. */
export function storeOfArchive(archive: Archive): VariableStore {
  const h5 = `${archive.where}: ${WEIGHTS}`;
  if (archive.names.includes(WEIGHTS)) return storeOf(readHdf5(archive.read(WEIGHTS), h5, inflate));
  throw new FormatError(archive.where, { given: `members ${text(archive.names)}`, expected: `${WEIGHTS}` });
}

/** Plans to take over the state of a saved model. Everything is read and checked here. */
export function planArchive(model: KerasSaveable & object, archive: Archive, extras: Extras, options: LoadOptions = {}): Assignments {
  const plan = planState(model, storeOfArchive(archive), `${archive.where}: ${WEIGHTS}`, options);
  for (const { object, path } of kerasObjects(model)) {
    if (!object.loadAssets) continue;
    const prefix = ["assets", path, ""].filter((part, i) => part || i === 2).join("/");
    const assets = Object.create(null) as Record<string, Uint8Array>;
    for (const name of archive.names) {
      if (name.startsWith(prefix) && !name.slice(prefix.length).includes("/") && name !== prefix)
        assets[name.slice(prefix.length)] = archive.read(name);
    }
    plan.addAction(() => object.loadAssets!(assets));
  }
  planExtras(archive, extras, plan);
  return plan;
}

const base64 = (bytes: Uint8Array): string => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));

function written(extras: Extras): object {
  const entries = Object.entries(extras);
  if (entries.length === 0) return {};
  const state = entries.map(([name, each]) => [name, { dtype: each.dtype, shape: each.shape, data: base64(each.fileBytes()) }]);
  return { kerasm: { state: Object.fromEntries(state) as object } };
}

/** What the metadata says of state beside the weights; where it does not fit, it is another model's, and nothing is taken. */
function planExtras(archive: Archive, extras: Extras, plan: Assignments): void {
  const where = `${archive.where}: ${METADATA}`;
  if (!archive.names.includes(METADATA)) return;
  const metadata = parseJson(textOf(archive.read(METADATA, MAX_CONFIG), where), where);
  const kerasm = isPlainObject(metadata) ? metadata["kerasm"] : undefined;
  const state = isPlainObject(kerasm) ? kerasm["state"] : undefined;
  if (!isPlainObject(state)) return;
  for (const [name, variable] of Object.entries(extras)) {
    const saved = Object.hasOwn(state, name) ? state[name] : undefined;
    if (!isPlainObject(saved)) continue;
    const { dtype, shape, data } = saved;
    if (typeof dtype !== "string" || !isFileDtype(dtype) || !Array.isArray(shape) || typeof data !== "string") continue;
    if (shape.length !== variable.shape.length || !shape.every((length, i) => length === variable.shape[i])) continue;
    const bytes = Uint8Array.from(atob(data), (char) => char.charCodeAt(0));
    plan.add(variable, fromFile(bytes, dtype, shape as number[], `${where}: ${name}`), `${where}: ${name}`);
  }
}
