// Files whose name does not say what they are: their first bytes, or the files of a folder, do.

import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import * as tf from "../../lib/index.js";
import { loadOnnx } from "../../lib/api/onnx.js";

const { keras } = tf;
const { layers } = keras;
const make = () =>
  new keras.Sequential([
    new keras.Input({ shape: [3] }),
    new layers.Dense(4, { name: "a", activation: "relu" }),
    new layers.Dense(2, { name: "b" }),
  ]);
const x = keras.random.normal([5, 3], { seed: 3 });
const values = (model: tf.keras.Model) => model.weights.map((weight) => weight.array());
const read = (path: string) => new Uint8Array(readFileSync(path));

/** What gives a file without a name that says what it is. */
const forms: Record<string, (bytes: Uint8Array<ArrayBuffer>) => Parameters<typeof keras.models.loadModel>[0]> = {
  "a Blob": (bytes) => new Blob([bytes]),
  bytes: (bytes) => bytes,
  "an ArrayBuffer": (bytes) => bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
  "a File without an ending": (bytes) => new File([bytes], "download"),
  "the URL of a Blob": (bytes) => URL.createObjectURL(new Blob([bytes])),
};

t.test("whole models without a name", async (t) => {
  const model = make();
  model.compile({ optimizer: "adam", loss: "mse" });
  const expected = model(x).array();
  const folder = t.testdir();
  for (const name of ["m.keras", "m.h5", "m.ckpt", "m.onnx"]) {
    const path = join(folder, name);
    await (name === "m.onnx" ? model.export(path) : model.save(path));
    for (const [what, form] of Object.entries(forms)) {
      const loaded = await keras.models.loadModel(form(read(path)));
      t.ok(keras.ops.allclose(loaded(x) as tf.Tensor, tf.constant(expected), { atol: 1e-5 }), `${name} as ${what}`);
    }
    const plain = join(folder, `plain-${name.replace(".", "-")}`);
    renameSync(path, plain);
    t.ok(
      keras.ops.allclose((await keras.models.loadModel(plain))(x) as tf.Tensor, tf.constant(expected), { atol: 1e-5 }),
      `${name} by a path`,
    );
  }
  t.same((await loadOnnx(new Blob([read(join(folder, "plain-m-onnx"))]))).inputNames.length, 1);
  await t.rejects(loadOnnx(new Blob([read(join(folder, "plain-m-h5"))])), { name: "ArgumentError", message: /ONNX/ });
});

t.test("weights without a name", async (t) => {
  const model = make();
  const folder = t.testdir();
  for (const name of ["w.weights.h5", "w.safetensors", "w", "w.keras", "w.h5"]) {
    const path = join(folder, name);
    await (/keras|w\.h5/.test(name) ? model.save(path) : model.saveWeights(path));
    for (const [what, form] of Object.entries(forms)) {
      const other = make();
      await other.loadWeights(form(read(path)));
      t.same(values(other), values(model), `${name} as ${what}`);
    }
  }
  const editor = await keras.saving.KerasFileEditor.open(new Blob([read(join(folder, "w.keras"))]));
  t.ok(editor.config);
  const weights = new Blob([read(join(folder, "w.weights.h5"))]);
  await t.rejects(keras.models.loadModel(weights), { name: /Error/, message: /model_config|loadWeights/ });
});

t.test("what is nothing that is known is an error", async (t) => {
  const noise = Uint8Array.from({ length: 300 }, (_, i) => (i * 97 + 13) % 251);
  const starts = ["", "PK\x03\x04", "\x89HDF\r\n\x1a\n", "{", '{"a": 1}', "\x08\x08\x12", "KERASMCK", "\x10\0\0\0\0\0\0\0{"];
  const model = make();
  const before = values(model);
  for (const start of starts) {
    for (const length of [0, 300]) {
      const bytes = new Uint8Array([...Array.from(start, (char) => char.charCodeAt(0)), ...noise.subarray(0, length)]);
      await t.rejects(
        keras.models.loadModel(new Blob([bytes])),
        { name: /^(Format|UnsupportedFormat|Checkpoint|Argument|Unicode)Error$/ },
        JSON.stringify(start),
      );
      await t.rejects(model.loadWeights(bytes), { name: /^(Format|UnsupportedFormat|Checkpoint|Argument)Error$/ }, JSON.stringify(start));
    }
  }
  t.same(values(model), before);
  for (const path of [null, 3, [], {}, [new Blob([]), "x"], new Map()]) {
    await t.rejects(keras.models.loadModel(path as never), { name: "ArgumentError", message: /a Blob/ });
  }
  await t.rejects(keras.models.loadModel(join(t.testdir(), "none")), { name: "CheckpointError", message: /no file/ });
  await t.rejects(keras.models.loadModel(t.testdir()), { name: "CheckpointError", message: /folder/ });
});

t.test("files that were chosen together: the one that names the others is the model", async (t) => {
  const model = make();
  const folder = t.testdir();
  await model.save(join(folder, "model.json"));
  const chosen = (under: string) => readdirSync(under).map((name) => new File([read(join(under, name))], name));
  // As input elements give them: by name, so that a shard comes first; and a list that is no array.
  const files = chosen(folder).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const given of [files, [...files].reverse(), { ...files, length: files.length }]) {
    t.same(values(await keras.models.loadModel(given as File[])), values(model));
  }
  t.same(values(await keras.models.loadModel(folder)), values(model), "its folder");
  for (const [name, options] of [
    ["m.weights.json", { maxShardSize: 60 / 2 ** 30 }],
    ["s.safetensors", {}],
  ] as const) {
    const under = join(t.testdir(), "more");
    mkdirSync(under, { recursive: true });
    await model.saveWeights(join(under, name), options);
    const other = make();
    await other.loadWeights(chosen(under).reverse());
    t.same(values(other), values(model), name);
  }
});

t.test("folders", async (t) => {
  const model = make();
  const folder = join(t.testdir(), "whole");
  await model.save(folder, { zipped: false });
  t.same(
    readdirSync(folder).sort(),
    ["config.json", "metadata.json", "model.weights.h5"],
    "zipped: false makes a folder whatever its name",
  );
  t.same(values(await keras.models.loadModel(folder)), values(model));
  const other = make();
  await other.loadWeights(folder);
  t.same(values(other), values(model));
  await t.rejects(model.save(folder, { zipped: false, overwrite: false }), { name: "StateError", message: /overwrite/ });
  await t.rejects(model.save(join(folder, "m.h5"), { zipped: false }), { name: "ArgumentError", message: /zipped/ });
  const tensors = join(t.testdir(), "tensors");
  mkdirSync(tensors, { recursive: true });
  await model.saveWeights(join(tensors, "model.safetensors"));
  const third = make();
  await third.loadWeights(tensors);
  t.same(values(third), values(model));
  const whole = read(join(tensors, "model.safetensors"));
  writeFileSync(join(tensors, "part.safetensors"), whole);
  const index = JSON.stringify({ weight_map: { a: "part.safetensors" } });
  const fourth = make();
  await fourth.loadWeights([new File([whole], "part.safetensors"), new File([index], "model.safetensors.index.json")]);
  t.same(values(fourth), values(model), "an index and its parts, both chosen");
});
