// Which paths can be written: the ending says which format a file has.

import { text, ValueError } from "../core/errors.js";

/** @throws ValueError for an ending that promises a format of Keras's */
export function checkPath(where: string, path: unknown): void {
  if (typeof path === "string" && path !== "" && !/\.(keras|h5|hdf5)$/.test(path)) return;
  throw new ValueError(where, {
    given: text(path),
    expected: "a path that ends neither in .keras nor in .h5",
    hint: "Files are checkpoints of kerasm's own form, for instance model.ckpt.",
  });
}
