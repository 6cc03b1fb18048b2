// Which form a file has whose name does not say it: a Blob, bytes, a download without an ending, a folder. Its first bytes do.

import { isPlainObject } from "../config/index.js";
import { ByteReader, textOf } from "../formats/bytes.js";
import { parseJson } from "../formats/json.js";
import { type FileForm, formatOf } from "./path.js";
import { type Place, storeAt } from "./place.js";

/** A place, and what is there. */
export interface Identified {
  readonly place: Place;
  readonly form: FileForm;
}

const HEAD = 32;

/**
 * The form of the file at a place: as its name says, else as its first bytes or, of a folder, its members do; what nothing tells is taken
 * for a checkpoint, which has a checksum. @throws ArgumentError for what is no path
 */
export async function identified(where: string, place: Place): Promise<Identified> {
  const form = formatOf(where, place.name);
  if (form !== "checkpoint") return { place, form };
  const { store, name, path } = place;
  const parts = await store.open?.(name).catch(() => null);
  if (parts) {
    const head = await parts.read(0, Math.min(HEAD, parts.size));
    const begins = formOf(head, parts.size);
    return { place, form: begins === "json" ? jsonForm(await parts.read(0, parts.size), path) : begins };
  }
  let isUnreadable = false;
  const bytes = await store.read(name).catch((error: NodeJS.ErrnoException) => {
    isUnreadable = error.code !== "EISDIR";
    return null;
  });
  // Whoever reads it says why it can't be read.
  if (isUnreadable) return { place, form };
  if (!bytes) return folderForm(place);
  const begins = formOf(bytes.subarray(0, HEAD), bytes.length);
  // What was read is not read again.
  const read = { ...store, read: async (each: string) => (each === name ? bytes : store.read(each)) };
  return { place: { ...place, store: read }, form: begins === "json" ? jsonForm(bytes, path) : begins };
}

const startsWith = (bytes: Uint8Array, text: string): boolean =>
  bytes.length >= text.length && Array.from(text, (char) => char.charCodeAt(0)).every((code, i) => bytes[i] === code);

function formOf(head: Uint8Array, size: number): FileForm | "json" {
  if (startsWith(head, "PK\x03\x04") || startsWith(head, "PK\x05\x06")) return "keras";
  if (startsWith(head, "\x89HDF\r\n\x1a\n")) return "h5";
  if (head.length > 8 && head[8] === 0x7b) {
    const length = new ByteReader(head, "").u64();
    if (length >= 2 && length <= size - 8) return "safetensors";
  }
  if (/^\s*\{/.test(String.fromCharCode(...head))) return "json";
  return isOnnx(head) ? "onnx" : "checkpoint";
}

/** Whether bytes begin as a ModelProto does: `ir_version`, of which there are not yet 32, and then another of its first fields. */
function isOnnx(head: Uint8Array): boolean {
  const [key, version, next] = head;
  return key === 0x08 && version! > 0 && version! < 32 && [0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42].includes(next!);
}

function jsonForm(bytes: Uint8Array, path: string): FileForm {
  const json = parseJson(textOf(bytes, path), path);
  if (!isPlainObject(json) || !isPlainObject(json["weight_map"])) return "tfjs";
  return Object.values(json["weight_map"]).some((file) => String(file).endsWith(".safetensors")) ? "safetensors" : "weights";
}

/** What a folder is, by the files in it: Keras's members, a model of TensorFlow.js, safetensors, or nothing that is known. */
async function folderForm(place: Place): Promise<Identified> {
  const folder = storeAt(place.path);
  const has = async (name: string): Promise<boolean> => (await folder.read(name).catch(() => null)) !== null;
  if ((await has("config.json")) && (await has("model.weights.h5"))) return { place, form: "keras" };
  if (await has("model.json")) return { place: { store: folder, name: "model.json", path: `${place.path}/model.json` }, form: "tfjs" };
  for (const name of ["model.safetensors.index.json", "model.safetensors"])
    if (await has(name)) return { place: { store: folder, name, path: `${place.path}/${name}` }, form: "safetensors" };
  return { place, form: "checkpoint" };
}
