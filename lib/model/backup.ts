// Backups of training in Keras's files: weights and optimizer where Keras has them, and beside them what its files have no place for.

import { serializeShared } from "../config/index.js";
import { StateError } from "../core/errors.js";
import type { Backup } from "../callbacks/watched.js";
import { DatasetWriter } from "../formats/hdf5/writer.js";
import { FormatError } from "../formats/error.js";
import * as files from "../saving/keras/index.js";
import type { Assignments } from "../saving/keras/assignments.js";
import { placeOf, write } from "../saving/place.js";
import type { KerasSaveable } from "../saving/saveable.js";
import type { Model } from "./model.js";

/** The member of an archive, and the dataset of an HDF5 file, that holds the rest. */
const REST = "kerasm.ckpt";

/** What backs a model up to `.keras` and `.weights.h5`. */
export function backupOf(model: Model): Backup {
  const root = model as KerasSaveable & Model;
  const variables = () => new Set([...model.weights, ...(model.compiled ? model.optimizer.variables : [])]);
  return {
    variables,
    async write(path, rest) {
      if (path.endsWith(".keras")) {
        const config = serializeShared(model);
        const members = files.archiveMembers(root, config, {});
        return write(placeOf(path), files.writeZip([...members, { name: REST, content: [rest] }]));
      }
      const file = new files.GroupWriter();
      files.writeState(root, file);
      file.dataset(REST, new DatasetWriter("uint8", [rest.length], rest));
      return write(placeOf(path), files.writeHdf5(file));
    },
    async read(path, take) {
      const { store, name, path: where } = placeOf(path);
      const bytes = await store.read(name);
      if (!bytes) return false;
      if (!model.built)
        throw new StateError("BackupAndRestore", {
          given: "a model that is not built",
          expected: "weights",
          hint: "Call the model once, or its build.",
        });
      // What the file has for the optimizer needs its variables.
      if (!model.optimizer.built) model.optimizer.build(model.trainableVariables);
      const { plan, rest } = path.endsWith(".keras") ? readArchive(root, bytes, where) : readWeights(root, bytes, where);
      take(rest);
      plan.commit(model.variables);
      return true;
    },
  };
}

interface ReadBackup {
  readonly plan: Assignments;
  readonly rest: Uint8Array;
}

const noBackup = (where: string, given: string): FormatError =>
  new FormatError(where, {
    given,
    expected: "a backup",
    hint: "It says nothing of how far training came. loadWeights reads weights alone.",
  });

function readArchive(model: KerasSaveable & Model, bytes: Uint8Array, where: string): ReadBackup {
  const archive = files.archiveOf(bytes, where);
  if (!archive.names.includes(REST)) throw noBackup(where, "a saved model");
  return { plan: files.planState(model, files.storeOfArchive(archive), where), rest: archive.read(REST) };
}

function readWeights(model: KerasSaveable & Model, bytes: Uint8Array, where: string): ReadBackup {
  const file = files.readHdf5(bytes, where, files.inflate);
  const rest = file.members.get(REST);
  if (rest?.kind !== "dataset") throw noBackup(where, "weights");
  return { plan: files.planState(model, files.storeOf(file), where), rest: rest.read() };
}
