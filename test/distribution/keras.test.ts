// keras.distribution on one process; over processes see mpi.test.ts.

import t from "tap";
import * as tf from "../../lib/index.js";
import { messageOf } from "../support/message.js";

const { distribution } = tf.keras;
const { DeviceMesh, LayoutMap, TensorLayout, DataParallel, ModelParallel } = distribution;
const mesh = () => new DeviceMesh([1, 2], ["batch", "model"]);

t.test("devices, meshes and layouts", (t) => {
  t.ok(distribution.listDevices().length >= 16);
  t.strictSame(distribution.listDevices("gpu"), []);
  t.strictSame([distribution.getDeviceCount(), distribution.getDeviceCount("gpu")], [distribution.listDevices().length, 0]);
  t.strictSame(mesh().devices, ["cpu:0", "cpu:1"]);
  const layouts = new LayoutMap(mesh()).set("dense.*kernel", [null, "model"]).set("dense_1/kernel", new TensorLayout(["model", null]));
  t.strictSame(layouts.get("model/dense/kernel")!.axes, [null, "model"]);
  t.strictSame(layouts.get("dense_1/kernel")!.axes, ["model", null], "the name itself comes first");
  t.equal(layouts.get("dense/bias"), undefined);
  t.strictSame(layouts.keys(), ["dense.*kernel", "dense_1/kernel"]);
  t.end();
});

t.test("LayoutMap as Keras has it", (t) => {
  const [own, others] = [mesh(), new DeviceMesh([2], ["model"])];
  const layouts = new LayoutMap(own);
  layouts
    .set("dense/kernel", [null, "model"])
    .set("conv.*kernel", new TensorLayout(["model", null], others))
    .set("bias", ["model"]);
  t.equal(layouts.get("dense/kernel")!.deviceMesh, own, "the map's mesh, where a layout has none");
  t.equal(layouts.get("conv2d_1/kernel")!.deviceMesh, others, "a layout keeps its own");
  t.strictSame(layouts.get("model/dense/bias")!.axes, ["model"], "an expression matches anywhere");
  t.equal(layouts.get("dense/gamma"), undefined);
  t.strictSame([layouts.size, layouts.has("bias"), layouts.has("dense/bias")], [3, true, false]);
  t.strictSame([...layouts].map(([path]) => path), layouts.keys()); // prettier-ignore
  t.strictSame(layouts.values().map(({ axes }) => axes), [[null, "model"], ["model", null], ["model"]]); // prettier-ignore
  t.strictSame([layouts.delete("bias"), layouts.delete("bias"), layouts.get("dense/bias")], [true, false, undefined]);
  layouts.set("bias", [null]);
  const plain = new LayoutMap(null).set("kernel", [null, "model"]);
  t.strictSame([plain.deviceMesh, plain.get("a/kernel")!.deviceMesh, plain.get("a/kernel")!.axes], [null, null, [null, "model"]]); // prettier-ignore
  t.end();
});

t.test("layouts of variables and data, a scope, a dataset", async (t) => {
  const model = new ModelParallel({ layoutMap: new LayoutMap(mesh()).set("dense.*kernel", [null, "model"]), batchDimName: "batch" });
  const data = new DataParallel(new DeviceMesh([2], ["data"]));
  const [kernel, bias] = [{ path: "dense/kernel", name: "kernel", shape: [3, 4] }, { path: "dense/bias", name: "bias", shape: [4] }]; // prettier-ignore
  t.strictSame([model.getVariableLayout(kernel).axes, model.getVariableLayout(bias).axes], [[null, "model"], [null]]); // prettier-ignore
  t.strictSame(data.getVariableLayout(kernel).axes, [null, null], "every replica has all of it");
  t.equal(model.getVariableLayout(bias).deviceMesh, model.deviceMesh);
  t.strictSame([model.getDataLayout([8, 3]).axes, data.getDataLayout([8]).axes], [["batch", null], ["data"]]); // prettier-ignore
  t.strictSame([model.getTensorLayout("dense/kernel")!.axes, model.getTensorLayout("x"), data.getTensorLayout("x")], [[null, "model"], null, null]); // prettier-ignore
  const seen = model.scope(() => [distribution.distribution() === model, data.scope(() => distribution.distribution() === data), distribution.distribution() === model]); // prettier-ignore
  t.strictSame([seen, distribution.distribution()], [[true, true, true], null]); // prettier-ignore
  t.throws(() => model.scope(() => { throw new Error("in the scope"); }), /in the scope/); // prettier-ignore
  t.equal(await model.scope(async () => await Promise.resolve(distribution.distribution())), model);
  t.strictSame([distribution.distribution(), tf.distribute.hasStrategy()], [null, false]);
  const dataset = tf.data.Dataset.range(4).batch(2);
  t.equal(data.distributeDataset(dataset), dataset, "one process reads all of it");
});

for (const [name, make] of Object.entries({
  DataParallel: () => new DataParallel({ devices: ["cpu:0", "cpu:1"] }),
  "DataParallel, a mesh alone": () => new DataParallel(new DeviceMesh([2], ["data"])),
  ModelParallel: () => new ModelParallel({ layoutMap: new LayoutMap(mesh()).set(".*kernel", [null, "model"]), batchDimName: "batch" }),
})) {
  t.test(`setDistribution(${name}): models made from here on are spread, with the results of one`, async (t) => {
    t.teardown(() => distribution.setDistribution(null));
    const x = tf.constant(Float32Array.from({ length: 48 }, (_, i) => Math.sin(i)), { shape: [16, 3] }); // prettier-ignore
    const y = tf.constant(Float32Array.from({ length: 16 }, (_, i) => Math.cos(i)), { shape: [16, 1] }); // prettier-ignore
    const train = async () => {
      tf.random.setSeed(9);
      const model = new tf.keras.Sequential([
        new tf.keras.Input({ shape: [3] }),
        new tf.keras.layers.Dense(4),
        new tf.keras.layers.Dense(1),
      ]);
      model.compile({ optimizer: "adam", loss: "mse" });
      await model.fit(x, y, { batchSize: 8, epochs: 2, shuffle: false, verbose: 0 });
      return model;
    };
    const alone = await train();
    const spread = make();
    distribution.setDistribution(spread);
    t.equal(distribution.distribution(), spread);
    t.equal(spread.strategy.numReplicasInSync, 2);
    const model = await train();
    model.weights.forEach((weight, i) => {
      const other = alone.weights[i]!.data();
      t.ok(
        weight.data().every((value, at) => Math.abs(value - other[at]!) < 1e-5),
        weight.name,
      );
    });
    distribution.setDistribution(null);
    t.equal(tf.distribute.hasStrategy(), false);
  });
}

const mistakes: Readonly<Record<string, [() => unknown, RegExp]>> = {
  "a mesh of other names": [
    () => new DeviceMesh([1, 2], ["batch"]),
    /DeviceMesh\.axisNames: given \["batch"\]; expected 2 names, each once/,
  ],
  "a mesh of too few devices": [
    () => new DeviceMesh([4], ["batch"], { devices: ["cpu:0"] }),
    /DeviceMesh\.devices: given 1 devices for a mesh of shape \[4\]; expected 4/,
  ],
  "a mesh of nothing": [() => new DeviceMesh([0], ["batch"]), /DeviceMesh\.shape: given \[0\]/],
  "a device that is not there": [() => new DeviceMesh([1], ["batch"], { devices: ["gpu:0"] }), /given the device gpu:0/],
  "an axis that is not there": [
    () => new LayoutMap(mesh()).set("kernel", ["rows"]),
    /given "rows"; expected an axis of the mesh: batch, model/,
  ],
  "an axis twice": [() => new TensorLayout(["model", "model"], mesh()), /expected each axis of the mesh once/],
  "a path twice": [() => new LayoutMap(mesh()).set("a", [null]).set("a", [null]), /given "a" a second time/],
  "a path that two expressions match": [
    () => new LayoutMap(mesh()).set("d.*", [null]).set(".*e", [null]).get("de"),
    /given de, which matches "d\.\*" and "\.\*e"/,
  ],
  "an unknown option of a mesh": [
    () => new DeviceMesh([1], ["batch"], { device: ["cpu:0"] } as never),
    /DeviceMesh: given the unknown option "device"; expected options among devices/,
  ],
  "an unknown option of DataParallel": [
    () => new DataParallel({ device_mesh: mesh() } as never),
    /DataParallel: given the unknown option "device_mesh"; expected options among deviceMesh/,
  ],
  "a mesh that is none": [
    () => new DataParallel({ deviceMesh: [2] as never }),
    /DataParallel\.deviceMesh: given \[2\]; expected a DeviceMesh/,
  ],
  "an unknown option of ModelParallel": [
    () => new ModelParallel({ deviceMesh: mesh(), layoutMap: new LayoutMap(mesh()) } as never),
    /ModelParallel: given the unknown option "deviceMesh"; expected options among layoutMap/,
  ],
  "a path that is no expression": [
    () => new LayoutMap(mesh()).set("dense(", [null]),
    /LayoutMap\.set\.path: given "dense\("; expected a regular expression of paths/,
  ],
  "a path that is none": [() => new LayoutMap(mesh()).set(3 as never, [null]), /LayoutMap\.set\.path: given 3/],
  "a layout that is none": [() => new LayoutMap(mesh()).set("a", "model" as never), /LayoutMap\.set\.layout: given "model"/],
  "a look-up of nothing": [() => new LayoutMap(mesh()).get(null as never), /LayoutMap\.get: given null; expected a path/],
  "layouts without a mesh": [
    () => new ModelParallel({ layoutMap: new LayoutMap(null) }),
    /ModelParallel\.layoutMap: given layouts without a mesh; expected new LayoutMap\(deviceMesh\)/,
  ],
  "data without samples": [() => new DataParallel(new DeviceMesh([2], ["data"])).getDataLayout([]), /getDataLayout: given the shape \[\]/],
  "a dataset that is none": [
    () => new DataParallel(new DeviceMesh([2], ["data"])).distributeDataset([1] as never),
    /distributeDataset: given \[1\]; expected a Dataset/,
  ],
  "a scope of no function": [() => new DataParallel(new DeviceMesh([2], ["data"])).scope(3 as never), /Distribution\.scope: given 3/],
  "no layouts": [() => new ModelParallel({ layoutMap: {} as never }), /ModelParallel\.layoutMap: given \{\}/],
  "a batch axis that is not there": [
    () => new ModelParallel({ layoutMap: new LayoutMap(mesh()), batchDimName: "data" }),
    /given "data"; expected an axis of the mesh/,
  ],
  "no distribution": [() => distribution.setDistribution("auto" as never), /setDistribution: given "auto"/],
  "a layout of another rank": [
    () => distribution.distributeTensor(tf.ones([2, 2]), new TensorLayout(["model"], mesh())),
    /for a tensor of shape \[2, 2\]/,
  ],
  "addresses without a number": [
    () => distribution.initialize("a:1,b:2"),
    /keras\.distribution\.initialize: given addresses without processId/,
  ],
};
for (const [name, [action, expected]] of Object.entries(mistakes))
  t.test(`refused: ${name}`, async (t) => t.match(await messageOf(action), expected));
