// Options one by one, in Keras's order, where a script has them so: the same as in an object. What fits no place is an error.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import * as tf from "../../lib/index.js";

const { keras } = tf;
const { utils, layers } = keras;
const folder = mkdtempSync(join(tmpdir(), "kerasm-one-by-one-"));
t.teardown(() => rmSync(folder, { recursive: true }));

const model = new keras.Sequential([keras.Input([4]), new layers.Dense(2, { kernelInitializer: "ones" })]);
const teacher = new keras.Sequential([keras.Input([4]), new layers.Dense(2)]);
const { Distiller, LogitsDistillation } = keras.distillation;
const logits = new LogitsDistillation();
const mesh = new keras.distribution.DeviceMesh([1, 2], ["batch", "model"]);
const picture = tf.constant([[[0], [128]], [[255], [64]]]); // prettier-ignore
const numbers = async (dataset: unknown): Promise<unknown[]> => {
  const all: unknown[] = [];
  for await (const each of dataset as AsyncIterable<unknown>) all.push(JSON.stringify(each));
  return all;
};

/** Two calls that mean the same, and what shows it. */
const rows: readonly [name: string, oneByOne: () => unknown, named: () => unknown][] = [
  ["plotModel", () => utils.plotModel(model, null, true, true), () => utils.plotModel(model, { toFile: null, showShapes: true, showDtype: true })],
  ["splitDataset", async () => numbers(utils.splitDataset(tf.data.Dataset.range(10), 0.3, null, true, 7)[0]), async () => numbers(utils.splitDataset(tf.data.Dataset.range(10), { leftSize: 0.3, shuffle: true, seed: 7 })[0])],
  ["timeseriesDatasetFromArray", () => numbers(utils.timeseriesDatasetFromArray([1, 2, 3, 4, 5], null, 2, 2, 1, 1)), () => numbers(utils.timeseriesDatasetFromArray([1, 2, 3, 4, 5], null, 2, { sequenceStride: 2, batchSize: 1 }))],
  ["arrayToImg", () => utils.arrayToImg(picture, "channels_last", false).array(), () => utils.arrayToImg(picture, { dataFormat: "channels_last", scale: false }).array()],
  ["imgToArray", () => utils.imgToArray(picture, "channels_first", "int32").shape, () => utils.imgToArray(picture, { dataFormat: "channels_first", dtype: "int32" }).shape],
  ["cloneModel", () => keras.models.cloneModel(model, null, (layer: unknown) => layer).weights[0] === model.weights[0], () => keras.models.cloneModel(model, { cloneFunction: (layer) => layer }).weights[0] === model.weights[0]],
  ["Variable", () => new keras.Variable("ones", [2], "int32", false, false, "none", "auto", "v").name, () => new keras.Variable("ones", { shape: [2], name: "v" }).name],
  ["KerasTensor", () => new keras.KerasTensor([2, null], "int32").dtype, () => new keras.KerasTensor([2, null], { dtype: "int32" }).dtype],
  ["SeedGenerator", () => new keras.random.SeedGenerator(1, "seeds").name, () => new keras.random.SeedGenerator(1, { name: "seeds" }).name],
  ["Variable, all by name", () => new keras.Variable([1, 2], { name: "w" }).array(), () => new keras.Variable({ initializer: [1, 2], name: "w" }).array()],
  ["Variable of an initializer, all by name", () => new keras.Variable("ones", [2]).array(), () => new keras.Variable({ initializer: "ones", shape: [2] }).array()],
  ["DeviceMesh, all by name", () => ({ ...new keras.distribution.DeviceMesh([1, 2], ["batch", "model"]) }), () => ({ ...new keras.distribution.DeviceMesh({ shape: [1, 2], axisNames: ["batch", "model"] }) })],
  ["TensorLayout", () => ({ ...new keras.distribution.TensorLayout([null, "model"], mesh) }), () => ({ ...new keras.distribution.TensorLayout({ axes: [null, "model"], deviceMesh: mesh }) })],
  ["TensorLayout, its mesh by name", () => ({ ...new keras.distribution.TensorLayout(["batch"], mesh) }), () => ({ ...new keras.distribution.TensorLayout(["batch"], { deviceMesh: mesh }) })],
  ["listDevices", () => keras.distribution.listDevices("gpu"), () => keras.distribution.listDevices({ deviceType: "gpu" })],
  ["getDeviceCount", () => keras.distribution.getDeviceCount("cpu"), () => keras.distribution.getDeviceCount({ deviceType: "cpu" })],
  ["Distiller", () => new Distiller(teacher, model, logits, { name: "d" }).layers.map(({ name }) => name), () => new Distiller({ teacher, student: model, distillationLosses: logits, name: "d" }).layers.map(({ name }) => name)],
  ["DeviceMesh", () => new keras.distribution.DeviceMesh([1], ["batch"], ["cpu:0"]).devices, () => new keras.distribution.DeviceMesh([1], ["batch"], { devices: ["cpu:0"] }).devices],
  ["plotImageGallery", () => keras.visualization.plotImageGallery(tf.ones([2, 2, 2, 3]), null, null, null, 2, 1), () => keras.visualization.plotImageGallery(tf.ones([2, 2, 2, 3]), { rows: 2, cols: 1 })],
]; // prettier-ignore

for (const [name, oneByOne, named] of rows) t.test(name, async (t) => void t.same(await oneByOne(), await named()));

t.test("files of models and pictures", async (t) => {
  const path = join(folder, "model.keras");
  await model.save(path, true);
  await t.rejects(model.save(path, false), /overwrite/);
  await t.rejects(keras.models.saveModel(model, path, false), /overwrite/);
  t.equal((await keras.models.loadModel(path, null, false)).compiled, false);
  await model.saveWeights(join(folder, "few.weights.h5"), true);
  await model.loadWeights(join(folder, "few.weights.h5"), false);
  await utils.saveImg(join(folder, "a.png"), picture, "channels_last", "png", false);
  t.same((await utils.loadImg(join(folder, "a.png"), "grayscale")).array(), picture.array());
  t.same((await utils.loadImg(join(folder, "a.png"), "rgb", [4, 4])).shape, [4, 4, 3]);
  await t.rejects(utils.imageDatasetFromDirectory(join(folder, "none"), "inferred", "int"), /none/);
});

t.test("a class of batches", async (t) => {
  class Batches extends utils.PyDataset {
    override get length() {
      return 1;
    }
    override getItem() {
      return [tf.ones([1, 4])];
    }
  }
  t.equal(new Batches(3, false, 4).maxQueueSize, 4);
});

t.test("what fits no place is an error", async (t) => {
  t.throws(() => new keras.KerasTensor([2], { ragged: true as never }), { name: "ArgumentError", message: /ragged/ });
  t.throws(() => new keras.KerasTensor([2], { form: 1 } as never), { name: "ArgumentError", message: /unknown option "form"/ });
  t.throws(() => new keras.Variable("ones", [2], { shape: [3] }), { name: "ArgumentError", message: /two values/ });
  t.throws(() => keras.models.cloneModel(model, null, null, null, false, 1), {
    name: "ArgumentError",
    message: /5 options one by one.*at most 4/,
  });
  t.throws(() => new keras.Variable({ shape: [2] } as never), { name: /ArgumentError|UnknownNameError|ValueError/ });
  t.throws(() => new keras.distribution.TensorLayout(["batch"], 3 as never), { name: "ArgumentError", message: /deviceMesh/ });
  t.throws(() => keras.distribution.listDevices(3 as never), { name: "ArgumentError", message: /deviceType: given 3/ });
  await t.rejects(keras.distribution.initialize({ jobAddresses: 3 as never }), { name: "ArgumentError", message: /jobAddresses: given 3/ });
  await t.rejects(keras.distribution.initialize({ addresses: "a:1" } as never), {
    name: "ArgumentError",
    message: /unknown option "addresses"/,
  });
  t.throws(() => keras.utils.boundingBoxes.computeCiou([[0, 0, 1, 1]], [[0, 0, 1, 1]], 3 as never), {
    name: "ValueError",
    message: /format 3/,
  });
  t.throws(() => new keras.StatelessScope({ stateMapping: 3 as never }), { name: "ArgumentError", message: /stateMapping: given 3/ });
  t.throws(() => utils.arrayToImg(picture, "channels_nowhere" as never), { name: "ValueError" });
  await t.rejects(utils.plotModel(model, 5 as never), { name: "ValueError" });
  await t.rejects(keras.visualization.plotImageGallery(tf.ones([1, 2, 2, 3]), { valueRange: 1 as never }), { name: "ValueError" });
});
