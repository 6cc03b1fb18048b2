// Which form a file has, by the ending of its path; and paths within a checkpoint.

import { ArgumentError, text } from "../core/errors.js";

/**
 * Keras's archive; weights of Keras 3; a file of Keras 1 and 2; safetensors; a model of TensorFlow.js; ONNX; or our own form, which any
 * other ending stands for.
 */
export type FileForm = "keras" | "weights" | "h5" | "safetensors" | "tfjs" | "onnx" | "checkpoint";

/** @throws ArgumentError for what is no path */
export function formatOf(where: string, path: unknown): FileForm {
  if (typeof path !== "string" || path === "") throw new ArgumentError(where, { given: text(path), expected: "a path" });
  const name = path.replace(/[?#].*$|\/+$/, "");
  if (name.endsWith(".keras")) return "keras";
  if (/\.weights\.(h5|json)$/.test(name)) return "weights";
  if (/\.safetensors(\.index\.json)?$/.test(name)) return "safetensors";
  if (name.endsWith(".json")) return "tfjs";
  if (name.endsWith(".onnx")) return "onnx";
  return /\.(h5|hdf5)$/.test(name) ? "h5" : "checkpoint";
}

/** How a child of an object is reached: `model.layers[0]`. */
export const pathOf = (path: string, name: string): string => (/^\d+$/.test(name) ? `${path}[${name}]` : path ? `${path}.${name}` : name);
