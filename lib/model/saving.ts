import { deserializeKerasObject, serializeKerasObject } from "../config/index.js";
import { StateError } from "../core/errors.js";
import { Checkpoint } from "../saving/checkpoint.js";
import { CheckpointError, decode } from "../saving/format.js";
import { checkPath } from "../saving/path.js";
import { placeOf } from "../saving/place.js";
import type { Variable } from "../variables/variable.js";

// Models and weights in files of the form of checkpoints. A model's file holds its config beside its state, so that it can be made anew.

/** What of a model goes into files. */
interface Saved {
  readonly name: string;
  readonly built: boolean;
  readonly weights: readonly Variable[];
}

/** Writes config, weights and, where the model is compiled, the optimizer's state. */
export async function saveModel(model: Saved, path: string): Promise<void> {
  checkPath(`${model.name}.save`, path);
  const config = serializeKerasObject(model);
  await new Checkpoint({ config: { saveState: () => config, loadState: () => {} }, model }).write(path);
}

/** The model that `saveModel` wrote. @throws CheckpointError for a file of something else */
export async function readModel(path: string): Promise<unknown> {
  checkPath("loadModel", path);
  const { store, name } = placeOf(path);
  const bytes = await store.read(name);
  if (!bytes) throw new CheckpointError(path, { given: "a path where there is no file", expected: "a model" });
  const { objects } = decode(bytes, path);
  const config = objects[objects[0]?.children?.["config"] ?? -1]?.state;
  if (!config) {
    throw new CheckpointError(path, { given: "a file without a config", expected: "a model", hint: "loadWeights reads weights alone." });
  }
  const model = deserializeKerasObject(config);
  await new Checkpoint({ config: { saveState: () => config, loadState: () => {} }, model }).restore(path);
  return model;
}

/** Writes the weights alone, in their order. */
export async function saveWeights(model: Saved, path: string): Promise<void> {
  checkPath(`${model.name}.saveWeights`, path);
  await weightsOf(model, "saveWeights").write(path);
}

/** Takes over weights that `saveWeights` wrote: all of them, or none. */
export async function loadWeights(model: Saved, path: string): Promise<void> {
  checkPath(`${model.name}.loadWeights`, path);
  (await weightsOf(model, "loadWeights").restore(path)).assertConsumed();
}

function weightsOf(model: Saved, method: string): Checkpoint {
  if (model.built) return new Checkpoint({ weights: model.weights });
  throw new StateError(`${model.name}.${method}`, {
    given: "a model that is not built",
    expected: "weights",
    hint: "Call the model once, or its build.",
  });
}
