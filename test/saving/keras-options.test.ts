import { existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { tmpdir } from "node:os";
import t from "tap";
import * as tf from "../../lib/index.js";
import { joined } from "../../lib/formats/bytes.js";
import { DatasetWriter, GroupWriter, writeHdf5 } from "../../lib/formats/hdf5/writer.js";
import { placeOf } from "../../lib/saving/place.js";

const { keras } = tf;
const { layers } = keras;
const make = (first = "a", second = "b") =>
  new keras.Sequential([
    new keras.Input({ shape: [3] }),
    new layers.Dense(4, { name: first }),
    new layers.Dropout(0.4),
    new layers.Dense(2, { name: second }),
  ]);
const values = (model: tf.keras.Model) => model.weights.map((weight) => weight.array());
const x = keras.random.normal([16, 3], { seed: 1 });
const y = keras.random.normal([16, 2], { seed: 2 });

t.test("save, load, and training goes on as if never stopped: slots, step, schedule, random generators", async (t) => {
  for (const zipped of [true, false]) {
    const model = make();
    const schedule = new keras.optimizers.schedules.ExponentialDecay(0.1, 3, 0.5);
    model.compile({ optimizer: new keras.optimizers.Adam({ learningRate: schedule }), loss: "mse", metrics: ["mae"] });
    await model.fit(x, y, { epochs: 2, batchSize: 4, shuffle: false, verbose: 0 });
    const path = join(t.testdir(), "m.keras");
    await model.save(path, { zipped });
    const loaded = await keras.models.loadModel(path);
    t.same(values(loaded), values(model));
    t.same(
      loaded.optimizer.variables.map((each) => each.array()),
      model.optimizer.variables.map((each) => each.array()),
    );
    for (const each of [model, loaded]) await each.fit(x, y, { epochs: 2, batchSize: 4, shuffle: false, verbose: 0 });
    t.same(values(loaded), values(model), `zipped: ${zipped}`);
    t.equal((await keras.models.loadModel(path, { compile: false })).compiled, false);
  }
});

t.test("what exists is replaced, or not", async (t) => {
  const path = join(t.testdir(), "m.keras");
  await make().save(path);
  await make().save(path);
  await t.rejects(make().save(path, { overwrite: false }), { name: "StateError", message: /overwrite/ });
  await t.rejects(make().save(path, { overwrit: false } as never), { name: "ArgumentError", message: /Did you mean overwrite/ });
  await t.rejects(make().save("x.weights.h5"), { name: "ArgumentError", message: /saveWeights/ });
  await t.rejects(make().saveWeights("x.keras"), { name: "ArgumentError" });
  await t.rejects(keras.models.loadModel(join(path, "none.keras")), { name: /Error/ });
  await t.rejects(make().save("ftp://x/m.keras"), { name: "ValueError", message: /memory:\/\// });
});

t.test("legacy weights by order and by name", async (t) => {
  const path = "memory://options/w.h5";
  const model = make("one", "two");
  await model.save(path);
  const renamed = make("three", "two");
  const before = values(renamed);
  await renamed.loadWeights(path, { byName: true });
  t.same(values(renamed), [...before.slice(0, 2), ...values(model).slice(2)]);
  await renamed.loadWeights(path);
  t.same(values(renamed), values(model));
  await t.rejects(renamed.loadWeights("memory://options/w.weights.h5", { byName: true }), { name: "ArgumentError", message: /byName/ });
});

/** A whole model as Keras 2 wrote it. */
const keras2 = {
  class_name: "Functional",
  config: {
    name: "model",
    layers: [
      {
        class_name: "InputLayer",
        config: { batch_input_shape: [null, 3], dtype: "float32", sparse: false, ragged: false, name: "input_1" },
        name: "input_1",
        inbound_nodes: [],
      },
      {
        class_name: "Dense",
        config: {
          name: "dense",
          trainable: true,
          dtype: "float32",
          units: 3,
          activation: "relu",
          use_bias: true,
          kernel_initializer: { class_name: "GlorotUniform", config: { seed: null } },
          bias_initializer: { class_name: "Zeros", config: {} },
          kernel_regularizer: null,
          bias_regularizer: null,
          activity_regularizer: null,
          kernel_constraint: null,
          bias_constraint: null,
        },
        name: "dense",
        inbound_nodes: [[["input_1", 0, 0, {}]]],
      },
      {
        class_name: "Add",
        config: { name: "add", trainable: true, dtype: "float32" },
        name: "add",
        inbound_nodes: [
          [
            ["input_1", 0, 0, {}],
            ["dense", 0, 0, {}],
          ],
        ],
      },
      {
        class_name: "Sequential",
        config: {
          name: "sequential",
          layers: [
            {
              class_name: "InputLayer",
              config: { batch_input_shape: [null, 3], dtype: "float32", sparse: false, ragged: false, name: "inner" },
            },
            { class_name: "Flatten", config: { name: "flatten", trainable: true, dtype: "float32", data_format: "channels_last" } },
          ],
        },
        name: "sequential",
        inbound_nodes: [[["add", 0, 0, {}]]],
      },
    ],
    input_layers: [["input_1", 0, 0]],
    output_layers: [["sequential", 1, 0]],
  },
};

t.test("a whole model of Keras 2", async (t) => {
  const root = new GroupWriter();
  root.attributes.set("keras_version", { ascii: "2.4.0" }).set("model_config", { ascii: JSON.stringify(keras2) });
  const weights = root.group("model_weights");
  weights.attributes.set("layer_names", { ascii: ["input_1", "dense", "add", "sequential"] });
  for (const name of ["input_1", "add", "sequential"]) weights.group(name).attributes.set("weight_names", { ascii: [] });
  weights.group("dense").attributes.set("weight_names", { ascii: ["dense/kernel:0", "dense/bias:0"] });
  const bytes = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
  weights.dataset("dense/dense/kernel:0", new DatasetWriter("float32", [3, 3], bytes(1, 0, 0, 0, 2, 0, 0, 0, -3)));
  weights.dataset("dense/dense/bias:0", new DatasetWriter("float32", [3], bytes(0, 1, 0)));
  const { store } = placeOf("memory://options/old.h5");
  await store.write("old.h5", joined(writeHdf5(root)));
  const model = await keras.models.loadModel("memory://options/old.h5");
  t.same(model(tf.constant([[1, 2, 3]])).array(), [[2, 7, 3]]);
});

t.test("files that the user has, and others of the same choice", async (t) => {
  const model = make();
  await model.save("memory://options/m.keras");
  const bytes = (await placeOf("memory://options/m.keras").store.read("m.keras"))! as Uint8Array<ArrayBuffer>;
  const file = Object.assign(new Blob([bytes]), { name: "m.keras" });
  t.same(values(await keras.models.loadModel(file)), values(model));
  t.same(values(await keras.models.loadModel([file, new Blob(["x"])])), values(model));
});

t.test("every form is read from a server and from what the user chose, and a server that says no is an error", async (t) => {
  const folder = t.testdir({});
  const server = createServer(({ url }, answer) => {
    try {
      if (url!.startsWith("/secret")) answer.writeHead(403).end();
      else answer.end(readFileSync(join(folder, url!.replace(/[?].*/, ""))));
    } catch {
      answer.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.teardown(() => server.close());
  const site = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  const model = make();
  const chosen = (name: string) => Object.assign(new Blob([readFileSync(join(folder, name))]), { name });
  for (const name of ["m.keras", "m.h5", "m.ckpt", "m.onnx"]) {
    await (name.endsWith("onnx") ? model.export(join(folder, name)) : model.save(join(folder, name)));
    for (const from of [`${site}/${name}`, new URL(`${site}/${name}?version=2`), chosen(name)]) {
      const loaded = await keras.models.loadModel(from);
      t.same(loaded(x).array(), model(x).array(), `${name} from ${String(from)}`);
    }
  }
  await model.save(join(folder, "t", "model.json"));
  t.same(
    values(
      await keras.models.loadModel(
        [chosen("t/model.json"), chosen("t/group1-shard1of1.bin")].map((file) => Object.assign(file, { name: file.name.slice(2) })),
      ),
    ),
    values(model),
    "model.json and its shards, chosen together",
  );
  for (const name of ["w.weights.h5", "w.safetensors", "w.weights.json"]) {
    await model.saveWeights(join(folder, name));
    for (const from of name.endsWith("json") ? [`${site}/${name}`] : [`${site}/${name}`, chosen(name)]) {
      const other = make();
      await other.loadWeights(from);
      t.same(values(other), values(model), `${name} from ${String(from)}`);
    }
  }
  await t.rejects(keras.models.loadModel(`${site}/none.keras`), { name: "CheckpointError", message: /none\.keras/ });
  await t.rejects(keras.models.loadModel(`${site}/secret/m.keras`), { name: "StateError", message: /403/ });
  await t.rejects(model.save(`${site}/m.keras`), { name: /Error$/, message: /cannot do this/ });
  await t.rejects(keras.models.loadModel("http://127.0.0.1:1/m.keras"), { name: "StateError", message: /no answer/ });
});

t.test("ModelCheckpoint writes what its path says", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "kerasm-"));
  const model = make();
  model.compile({ optimizer: "sgd", loss: "mse" });
  const { ModelCheckpoint } = keras.callbacks;
  const callbacks = [
    new ModelCheckpoint(join(folder, "{epoch:02d}.keras")),
    new ModelCheckpoint(join(folder, "last.weights.h5"), { saveWeightsOnly: true }),
  ];
  await model.fit(x, y, { epochs: 2, verbose: 0, callbacks });
  t.same(readdirSync(folder).sort(), ["01.keras", "02.keras", "last.weights.h5"]);
  t.same(values(await keras.models.loadModel(join(folder, "02.keras"))), values(model));
  t.throws(() => new ModelCheckpoint(join(folder, "x.keras"), { saveWeightsOnly: true }), { name: "ArgumentError" });
  t.throws(() => new ModelCheckpoint(join(folder, "x.weights.h5")), { name: "ArgumentError" });
  t.ok(existsSync(folder));
});

t.test("KerasFileEditor", async (t) => {
  const model = make();
  await model.saveWeights("memory://options/e.weights.h5");
  const editor = await keras.saving.KerasFileEditor.open("memory://options/e.weights.h5");
  t.match(editor.summary(), /layers\/dense_1 \(b\)\n {2}0: shape=\[4, 2\]/);
  t.same(editor.compare(model), { status: "success", errorCount: 0, matchCount: 4, differences: [] });
  editor.renameObject("dense", "hidden");
  t.equal(editor.compare(model).status, "error");
  editor.renameObject("layers/hidden", "dense");
  editor.addWeights("dense_1", { 1: tf.constant([7, 8]) });
  editor.addObject("layers/extra", { 0: tf.ones([2]) });
  editor.deleteObject("extra");
  t.throws(() => editor.deleteWeight("dense", "9"), { name: "ArgumentError", message: /0, 1/ });
  t.throws(() => editor.renameObject("none", "x"), { name: "ArgumentError" });
  await editor.save("memory://options/f.weights.h5");
  const other = make();
  await other.loadWeights("memory://options/f.weights.h5");
  t.same(values(other), [...values(model).slice(0, 3), [7, 8]]);
  await model.save("memory://options/e.keras");
  t.equal((await keras.saving.KerasFileEditor.open("memory://options/e.keras")).config?.["class_name"], "Sequential");
});
