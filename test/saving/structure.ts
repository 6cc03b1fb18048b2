// What two files of one model have in common: objects, attributes and dtypes of HDF5, and configs.

import type { Hdf5Group } from "../../lib/formats/hdf5/tree.js";

/** Objects of a file as lines: path, attributes with type, shape and values, type and shape of data; not what other runs have otherwise. */
export function structure(group: Hdf5Group, path = ""): string[] {
  const attributes = (of: Hdf5Group["attributes"]) =>
    Array.from(of, ([name, { type, shape, values }]) => {
      const value = name === "backend" || name.endsWith("_config") ? [] : values;
      return `${name}=${JSON.stringify([type, shape, value])}`;
    });
  const own = `${path}/ ${attributes(group.attributes).sort().join(" ")}`;
  const members = [...group.members].sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    own,
    ...members.flatMap(([name, member]) => {
      const at = `${path}/${name}`;
      if (member.kind === "group") return structure(member, at);
      return [`${at} ${JSON.stringify(member.type)} ${JSON.stringify(member.shape)} ${attributes(member.attributes).join(" ")}`];
    }),
  ];
}

/** A config without what belongs to one process. */
export function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => key !== "shared_object_id");
  const plained = Object.fromEntries(entries.map(([key, item]) => [key, plain(item)]));
  // The torch backend has optimizers of its own.
  if (!/^keras\.src\.backend/.test(String(plained["module"]))) return plained;
  return { ...plained, module: "keras.optimizers", registered_name: null };
}
