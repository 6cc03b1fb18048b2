// Files that Keras itself wrote (3.16 on PyTorch, 3.15 on TensorFlow), of models of many kinds: custom layers and models, nested and shared ones, optimizers with state,
// halves, adapted and quantized layers, operations. They load, give what Keras gave, and go out and in again the same.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t from "tap";
import * as tf from "../../lib/index.js";
import { leaves } from "../../lib/core/tree.js";
import { readHdf5 } from "../../lib/formats/hdf5/reader.js";
import { type Hdf5Group, memberAt } from "../../lib/formats/hdf5/tree.js";
import { inflate } from "../../lib/formats/inflate.js";
import { parseJson } from "../../lib/formats/json.js";
import { ZipArchive } from "../../lib/formats/zip.js";
import { placeOf } from "../../lib/saving/place.js";
import { plain, structure } from "./structure.js";

t.setTimeout(240_000); // many files, on machines that may be busy

const { keras } = tf;
const { layers } = keras;

/** The layer of the user's own that `custom_layer` has, as in Python. */
class Scale extends layers.Layer {
  readonly factor: number;
  declare gain: tf.Variable;
  declare inner: tf.keras.layers.Layer;
  declare counter: tf.Variable;

  constructor({ factor = 2, ...options }: { factor?: number } & tf.keras.layers.LayerOptions = {}) {
    super(options);
    this.factor = factor;
  }
  override build(inputShape: tf.Shape) {
    this.gain = this.addWeight({ name: "gain", shape: [inputShape.at(-1)!] });
    this.inner = new layers.Dense(3, { name: "inner" });
    this.inner.build(inputShape as never);
    this.counter = this.addWeight({ name: "counter", shape: [], dtype: "int32", initializer: "zeros", trainable: false });
  }
  override call(x: tf.Tensor) {
    return this.inner(x.mul(this.gain).mul(this.factor));
  }
  override getConfig() {
    return { ...super.getConfig(), factor: this.factor };
  }
}
keras.saving.registerKerasSerializable("outside", "Scale")(Scale);

/** The model of the user's own that `subclassed` is. */
class Tree extends keras.Model {
  readonly width: number;
  readonly blocks: readonly tf.keras.layers.Layer[];
  readonly heads = { z: new layers.Dense(2), a: new layers.Dense(1) };
  readonly norm = new layers.LayerNormalization();
  readonly scale: tf.Variable;

  constructor({ width = 4, ...options }: { width?: number } = {}) {
    super(options as never);
    this.width = width;
    this.blocks = [0, 1, 2].map(() => new layers.Dense(width, { activation: "tanh" }));
    this.scale = this.addWeight({ name: "scale", shape: [], initializer: "ones" });
  }
  override call(x: tf.Tensor) {
    const y = this.norm<tf.Tensor>(this.blocks.reduce((each, block) => block<tf.Tensor>(each), x)).mul(this.scale);
    return { z: this.heads.z(y), a: this.heads.a(y) };
  }
  override getConfig() {
    return { ...super.getConfig(), width: this.width };
  }
}
keras.saving.registerKerasSerializable("outside", "Tree")(Tree as never);

/** A recorded array: numbers in row-major order. */
interface Recorded {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly value: readonly number[];
}
type Text = readonly (string | Text)[];
type Structure = Recorded | { readonly text: Text } | readonly Structure[] | { readonly [name: string]: Structure };

interface Case {
  readonly name: string;
  readonly files: readonly string[];
  readonly inputs: Structure;
  readonly outputs: Structure;
  readonly optimizer?: readonly Recorded[];
  /** Keras itself would run code of this file. */
  readonly refused?: boolean;
  /** Its calls name their inputs, which are written by place here. */
  readonly byPlace?: boolean;
}

const folder = fileURLToPath(new URL("../../../test/golden/data/keras", import.meta.url));
const cases = ["cases.json", "cases-tensorflow.json"].flatMap(
  (file) => (JSON.parse(readFileSync(join(folder, file), "utf8")) as { cases: Case[] }).cases,
);

const isRecorded = (value: object): value is Recorded => "value" in value && "shape" in value;
function tensors(value: Structure): unknown {
  if (Array.isArray(value)) return value.map(tensors);
  if ("text" in value) return value.text;
  if (!isRecorded(value)) return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, tensors(each as Structure)]));
  return tf.constant(value.value as number[], { shape: value.shape as number[], dtype: value.dtype as never });
}

const outputsOf = (model: tf.keras.Model, inputs: unknown): tf.Tensor[] =>
  leaves(model<unknown>(inputs as never, { training: false })) as tf.Tensor[];
const bits = (all: readonly tf.Tensor[]) => all.map((each) => [...each.data()]);

/** How far apart two lists of tensors are, relative to 1 and more; Infinity for other shapes. */
function apart(got: readonly tf.Tensor[], wanted: readonly tf.Tensor[]): number {
  if (JSON.stringify(got.map(({ shape }) => shape)) !== JSON.stringify(wanted.map(({ shape }) => shape))) return Infinity;
  const all = got.flatMap((each, i) => Array.from(each.data(), (value, j) => [value, wanted[i]!.data()[j]!] as const));
  return all.reduce(
    (most, [a, b]) => (Math.abs(a - b) / Math.max(1, Math.abs(b)) <= most ? most : Math.abs(a - b) / Math.max(1, Math.abs(b))),
    0,
  );
}

/**
 * Objects of a file, but for what differs on purpose: state beside what Keras reads, an optimizer that was not built when it was saved,
 * float64 (which is float32 here), and the names that a process counts up.
 */
const lines = (group: Hdf5Group, isTrained: boolean): string[] =>
  structure(group)
    .filter((line) => !/\/kerasm\//.test(line) && (isTrained || !line.startsWith("/optimizer")))
    .map((line) =>
      line.replace("float64", "float32").replace(/"(dense|dropout|layer_normalization|softmax|string_lookup)(_\d+)?"/, '"$1"'),
    );

/** A config without the shapes of tensors between layers, of which Keras knows less. */
function withoutShapes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutShapes);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => !(key === "shape" && "keras_history" in value));
  // Keras on TensorFlow numbers strings by int64.
  return Object.fromEntries(entries.map(([key, item]) => [key, item === "int64" ? "int32" : withoutShapes(item)]));
}

const memberOf = async (path: string, name: string) => {
  const place = placeOf(path);
  return new ZipArchive((await place.store.read(place.name))!, path, inflate).read(name);
};

t.test("which cases there are", (t) => {
  t.ok(cases.length >= 30, `${cases.length} cases`);
  t.end();
});

for (const { name, files, inputs, outputs, optimizer, refused, byPlace } of cases)
  t.test(name, async (t) => {
    const x = tensors(inputs);
    const wanted = leaves(tensors(outputs)) as tf.Tensor[];
    // A half rounds at other places in Keras on other backends.
    const tolerance = name.includes("bfloat16") ? 1e-2 : 1e-5;
    for (const file of files) {
      const path = join(folder, file);
      if (refused) {
        await t.rejects(keras.models.loadModel(path), { name: "ValueError", message: /code/ });
        continue;
      }
      const isWeights = file.includes(".weights.");
      const model = await keras.models.loadModel(isWeights ? join(folder, `${name}.keras`) : path);
      if (isWeights) {
        for (const weight of model.weights) weight.assign(tf.zeros(weight.shape as number[], { dtype: weight.dtype }));
        await model.loadWeights(path);
      }
      const got = outputsOf(model, x);
      t.ok(apart(got, wanted) <= tolerance, `${file}: ${apart(got, wanted)}`);
      if (optimizer && !isWeights)
        t.ok(
          apart(
            model.optimizer.variables.map((each) => each.value()),
            optimizer.map(tensors) as tf.Tensor[],
          ) <= 1e-6,
          `${file}: the optimizer's state`,
        );

      if (file.endsWith(".h5") && !isWeights) {
        const written = `memory://outside/again-${file}`;
        await model.save(written);
        const place = placeOf(written);
        const [own, theirs] = [(await place.store.read(place.name))!, readFileSync(path)].map((bytes) => {
          const config = readHdf5(new Uint8Array(bytes), file).attributes.get("model_config")!.values[0];
          return withoutShapes(plain(parseJson(String(config), file)));
        });
        t.same(own, theirs, `${file}: model_config`);
      }
      const again = `memory://outside/${file}${isWeights ? ".keras" : ""}`;
      await model.save(again);
      t.same(bits(outputsOf(await keras.models.loadModel(again), x)), bits(got), `${file}: out and in, bit for bit`);
      if (!file.endsWith(".keras")) continue;
      const [own, theirs] = [await memberOf(again, "config.json"), await memberOf(path, "config.json")].map((bytes) =>
        withoutShapes(plain(parseJson(new TextDecoder().decode(bytes), file))),
      );
      if (!byPlace) t.same(own, theirs, `${file}: config.json`);
      const content = readHdf5(await memberOf(path, "model.weights.h5"), file);
      const isTrained = (memberAt(content, "optimizer/vars") as Hdf5Group | undefined)?.members.size !== 2;
      t.same(
        lines(readHdf5(await memberOf(again, "model.weights.h5"), file), isTrained),
        lines(content, isTrained),
        `${file}: model.weights.h5`,
      );
    }
  });
