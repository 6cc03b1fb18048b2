// What we write, held against Keras's own files: members, paths, attributes, dtypes, the bytes of strings, configs.

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import t from "tap";
import * as tf from "../../lib/index.js";
import { readHdf5 } from "../../lib/formats/hdf5/reader.js";
import { type Hdf5Group, memberAt } from "../../lib/formats/hdf5/tree.js";
import { inflate } from "../../lib/formats/inflate.js";
import { parseJson, toJson } from "../../lib/formats/json.js";
import { ZipArchive } from "../../lib/formats/zip.js";
import { placeOf } from "../../lib/saving/place.js";
import { type Encoded, isEncoded, toTensor } from "../golden/values.js";
import { plain, structure } from "./structure.js";

const folder = fileURLToPath(new URL("../../../test/golden/data/saving", import.meta.url));
const models = readdirSync(folder).filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -5)); // prettier-ignore
const file = (name: string) => new Uint8Array(readFileSync(join(folder, name)));
const written = async (path: string) => (await placeOf(path).store.read(placeOf(path).name))!;

/** A config in which no part was built. */
function unbuilt(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unbuilt);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).flatMap(([key, item]) => (key === "build_config" ? [] : [[key, unbuilt(item)]])));
}

const bits = (model: tf.keras.Model, inputs: unknown): unknown => {
  const outputs = model<unknown>(inputs as never, { training: false });
  const flat = [outputs].flat(3) as tf.Tensor[];
  return (flat[0] instanceof tf.Tensor ? flat : (Object.values(flat[0] as unknown as object) as tf.Tensor[])).map((each) => [
    ...each.data(),
  ]);
};

function tensors(value: unknown): unknown {
  if (isEncoded(value)) return toTensor(value as Encoded);
  if (Array.isArray(value)) return value.map(tensors);
  return Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, tensors(item)]));
}

for (const name of models) {
  t.test(name, async (t) => {
    const {
      files,
      inputs,
      config: json,
    } = JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")) as {
      files: Record<string, string>;
      inputs: unknown;
      config: unknown;
    };
    const x = tensors(inputs);
    const model = await tf.keras.models.loadModel(join(folder, files[".keras"]!));
    const path = `memory://keras-files/${name}`;
    await model.save(`${path}.keras`);
    const ours = new ZipArchive(await written(`${path}.keras`), name, inflate);
    const theirs = new ZipArchive(file(files[".keras"]!), name, inflate);
    t.same(ours.names, theirs.names, "members of the archive");
    const config = (archive: ZipArchive) => plain(parseJson(new TextDecoder().decode(archive.read("config.json")), name));
    t.same(config(ours), config(theirs), "config.json");
    const content = (archive: ZipArchive) => readHdf5(archive.read("model.weights.h5"), name);
    // A compiled model has a built optimizer as soon as it is loaded, in Keras as here; when it was saved it may have had none.
    const isBuilt = (memberAt(content(theirs), "optimizer/vars") as Hdf5Group | undefined)?.members.size !== 2;
    const lines = (group: Hdf5Group) => structure(group).filter((line) => isBuilt || !/^\/optimizer/.test(line));
    t.same(lines(content(ours)), lines(content(theirs)), "model.weights.h5");
    t.same(bits(await tf.keras.models.loadModel(`${path}.keras`), x), bits(model, x), "the same outputs, bit for bit");

    await model.saveWeights(`${path}.weights.h5`);
    t.same(lines(readHdf5(await written(`${path}.weights.h5`), name)), lines(readHdf5(file(files[".weights.h5"]!), name)), ".weights.h5");
    const fresh = await tf.keras.models.loadModel(`${path}.keras`);
    for (const weight of fresh.weights) weight.assign(tf.zeros(weight.shape));
    await fresh.loadWeights(`${path}.weights.h5`);
    t.same(bits(fresh, x), bits(model, x), ".weights.h5, bit for bit");

    if (files[".h5"]) {
      const legacy = await tf.keras.models.loadModel(join(folder, files[".h5"]));
      // Paths of weights tell in what a layer was built; a config that builds its parts by themselves is not how the files were made.
      const anew = tf.keras.models.modelFromJson(unbuilt(json) as object);
      await anew.loadWeights(join(folder, files[".h5"]));
      await anew.save(`${path}.h5`);
      const [own, other] = [readHdf5(await written(`${path}.h5`), name), readHdf5(file(files[".h5"]), name)];
      t.same(lines(own), lines(other), ".h5");
      const attribute = (group: Hdf5Group, key: string) => plain(parseJson(String(group.attributes.get(key)?.values[0] ?? "null"), name));
      for (const key of ["model_config", "training_config"]) t.same(attribute(own, key), attribute(other, key), key);
      t.same(bits(await tf.keras.models.loadModel(`${path}.h5`), x), bits(legacy, x), ".h5, bit for bit");
    }
  });
}

t.test("what Keras takes as a float alone is written as one, also where it is whole", async (t) => {
  const model = new tf.keras.Sequential([tf.keras.Input({ shape: [2] }), new tf.keras.layers.Dense(2)]);
  const { FBetaScore } = tf.keras.metrics;
  for (const rate of [1, 1e30, 0.5]) {
    const metrics = [new FBetaScore({ beta: 2, threshold: null }), new FBetaScore({ beta: 1, threshold: 0.5 })];
    model.compile({ optimizer: new tf.keras.optimizers.SGD({ learningRate: rate, momentum: 1 }), loss: "mse", metrics });
    const path = "memory://keras-files/floats.keras";
    await model.save(path);
    const text = new TextDecoder().decode(await new ZipArchive(await written(path), "floats", inflate).read("config.json"));
    const found = [...text.matchAll(/"(?:learning_rate|momentum|beta|threshold)": ([^,}]+)/g)].map(([, value]) => value);
    t.strictSame(found.slice(1), ["1.0", "null", "2.0", "0.5", "1.0"]);
    t.match(found[0], /^\d+\.\d+$|e/);
    t.equal(((await tf.keras.models.loadModel(path)).optimizer.learningRate as tf.Variable).item(), Math.fround(rate));
  }
  // A schedule computes in the dtype of its first rate: from the integer 1 Keras decays by 0.5 as an integer.
  const { schedules } = tf.keras.optimizers;
  for (const [learningRate, expected] of [
    [new schedules.CosineDecay(0, 9, { warmupTarget: 1, warmupSteps: 3 }), ["0.0", "0.0", "1.0"]],
    [new schedules.ExponentialDecay(1, 5, 2), ["1.0", "2.0"]],
    [new schedules.PolynomialDecay(1, 5, 0), ["1.0", "0.0", "1.0"]],
    [new schedules.PiecewiseConstantDecay([3], [1, 0.5]), ["[1.0, 0.5]"]],
  ] as const) {
    model.compile({ optimizer: new tf.keras.optimizers.SGD({ learningRate }), loss: "mse" });
    const text = model.optimizer && toJson(model.getCompileConfig());
    const keys = /"(?:initial_learning_rate|end_learning_rate|warmup_target|decay_rate|alpha|power|values)": (\[[^\]]*\]|[^,}]+)/g;
    t.strictSame(Array.from(text.matchAll(keys), ([, value]) => value), expected); // prettier-ignore
  }
});

t.test("a frozen network of which some layers train comes back so", async (t) => {
  const { layers } = tf.keras;
  const parts = () => ["a", "b", "c"].map((name) => new layers.Dense(2, { name }));
  const input = () => tf.keras.Input({ shape: [2] });
  const apply = (x: tf.Tensor) => parts().reduce((y, layer) => layer(y), x);
  const networks = {
    Sequential: () => new tf.keras.Sequential([input(), ...parts()], { name: "base" }),
    functional: () => {
      const x = input();
      return new tf.keras.Model(x, apply(x), { name: "base" });
    },
  };
  for (const [kind, make] of Object.entries(networks)) {
    const base = make();
    base.trainable = false;
    base.getLayer("c").trainable = true;
    const x = input();
    const model = new tf.keras.Model(x, new layers.Dense(1, { name: "head" })(base(x, { training: false })));
    const trained = (each: tf.keras.Model) => [
      each.trainableWeights.map((weight) => (weight as { path?: string }).path!.split("/").slice(-2).join("/")),
      each.getLayer("base").trainable,
    ];
    t.strictSame(trained(model), [["c/kernel", "c/bias", "head/kernel", "head/bias"], false], kind);
    for (const file of ["memory://frozen/m.keras", "memory://frozen/m.h5"]) {
      await model.save(file);
      t.strictSame(trained(await tf.keras.models.loadModel(file)), trained(model), `${kind}: ${file}`);
    }
    for (const recursive of [true, false])
      t.strictSame(trained(tf.keras.models.cloneModel(model, { recursive })), trained(model), `${kind}: cloned, recursive ${recursive}`);
  }
});
