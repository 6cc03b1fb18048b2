// Values at the ends of every dtype, and what is no number, through every kind of file: the same bits come back, or an error names the limit.

import { join } from "node:path";
import t from "tap";
import { dtypes, type Dtype, elementsAt } from "../../lib/core/dtype.js";
import * as tf from "../../lib/index.js";
import { loadNpy, loadNpz, loadSafetensors, saveNpy, saveNpz, saveSafetensors } from "../../lib/api/formats.js";

const { keras } = tf;

/** Bits of each dtype: zeros of both signs, the least denormal and normal number, the largest ones, infinities, NaN; ends of integers. */
const bits: Readonly<Record<Dtype, readonly number[]>> = {
  bool: [0, 1],
  uint8: [0, 1, 127, 128, 255],
  int8: [0, 1, 127, 128, 255],
  uint16: [0, 1, 0x7fff, 0x8000, 0xffff],
  int16: [0, 1, 0x7fff, 0x8000, 0xffff],
  uint32: [0, 1, 2 ** 24 + 1, 0x7fffffff, 0x80000000, 0xffffffff],
  int32: [0, 1, 2 ** 24 + 1, 0x7fffffff, 0x80000000, 0xffffffff],
  float16: [0, 0x8000, 1, 0x8001, 0x03ff, 0x0400, 0x3c01, 0x7bff, 0xfbff, 0x7c00, 0xfc00, 0x7e00],
  bfloat16: [0, 0x8000, 1, 0x8001, 0x007f, 0x0080, 0x3f81, 0x7f7f, 0xff7f, 0x7f80, 0xff80, 0x7fc0],
  float32: [0, 0x80000000, 1, 0x80000001, 0x007fffff, 0x00800000, 0x3f800001, 0x7f7fffff, 0xff7fffff, 0x7f800000, 0xff800000, 0x7fc00000],
};
const names = Object.keys(bits) as Dtype[];
const arrays = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array } as const;
const odd = (dtype: Dtype): tf.Tensor => {
  const raw = arrays[dtypes[dtype].bytes as 1 | 2 | 4].from(bits[dtype]);
  return tf.constant(elementsAt(dtype, raw.buffer, 0, raw.length), { dtype });
};
const told = (x: tf.Tensor): string =>
  `${x.dtype} [${String(x.shape)}]: ${Array.from(x.data(), (v) => (Object.is(v, -0) ? "-0" : v)).join(" ")}`;

/** What is to come back by name: odd values of every dtype, no elements, and one without axes. */
const all: Readonly<Record<string, tf.Tensor>> = {
  ...Object.fromEntries(names.map((dtype) => [dtype, odd(dtype)])),
  empty: tf.zeros([0, 3]),
  scalar: tf.constant(-0, { dtype: "float16" }),
  "weights/\u{1f600}": tf.constant([1, 2]),
};

/** A layer that holds them. */
class Holder extends keras.layers.Layer {
  held: Record<string, tf.Variable> = {};
  override build() {
    for (const [name, { shape, dtype }] of Object.entries(all)) {
      const options = { name: name.replace(/.*\//, ""), shape, dtype, initializer: "zeros", trainable: false };
      this.held[name] = (this as unknown as Record<string, tf.Variable>)[`held_${name}`] = this.addWeight(options as never);
    }
  }
  override call(x: tf.Tensor) {
    return x;
  }
}
keras.saving.registerKerasSerializable("odd", "Holder")(Holder);

const made = (): [tf.keras.Model, Holder] => {
  const layer = new Holder({ name: "holder" });
  const input = keras.Input({ shape: [2] });
  return [new keras.Model({ inputs: input, outputs: layer(input) as tf.Tensor }), layer];
};
const full = (): [tf.keras.Model, Holder] => {
  const [model, layer] = made();
  for (const [name, value] of Object.entries(all)) layer.held[name]!.assign(value);
  return [model, layer];
};
const isHeld = (
  t: Pick<typeof import("tap").t, "equal">,
  layer: Holder,
  note: string,
  as: (x: tf.Tensor) => tf.Tensor = (x) => x,
): void => {
  for (const [name, value] of Object.entries(all)) t.equal(told(layer.held[name]!.value()), told(as(value)), `${note}: ${name}`);
};

t.test("arrays in .npy, .npz and safetensors", async (t) => {
  const folder = t.testdir();
  const at = (name: string) => join(folder, name);
  for (const [name, value] of Object.entries(all)) {
    // NumPy has no bfloat16.
    if (name === "bfloat16") await t.rejects(saveNpy(at("a.npy"), value), /bfloat16/);
    else {
      await saveNpy(at("a.npy"), value);
      t.equal(told(await loadNpy(at("a.npy"))), told(value), name);
    }
  }
  const { bfloat16: _, ...others } = all;
  await saveNpz(at("all.npz"), others);
  const back = await loadNpz(at("all.npz"));
  for (const [name, value] of Object.entries(others)) t.equal(told(back[name]!), told(value), `.npz: ${name}`);
  await saveSafetensors(at("all.safetensors"), all);
  const tensors = await loadSafetensors(at("all.safetensors"));
  for (const [name, value] of Object.entries(all)) t.equal(told(tensors[name]!), told(value), `safetensors: ${name}`);
});

t.test("variables of models in every format", async (t) => {
  const folder = t.testdir();
  const [model, layer] = full();
  for (const name of ["all.weights.h5", "all.weights.safetensors", "all.weights.json"]) {
    await model.saveWeights(join(folder, name));
    const [other, held] = made();
    await other.loadWeights(join(folder, name));
    isHeld(t, held, name);
  }
  for (const name of ["all.keras", "all.h5", "all.ckpt"]) {
    await model.save(join(folder, name));
    const other = (await keras.models.loadModel(join(folder, name))) as tf.keras.Model;
    isHeld(t, other.layers.at(-1) as Holder, name);
  }
  const [other, held] = made();
  const saved = await new tf.train.Checkpoint({ layer }).save(join(folder, "checkpoint/a"));
  await new tf.train.Checkpoint({ layer: held }).restore(saved);
  isHeld(t, held, "checkpoint");
  other.setWeights(model.getWeights());
  isHeld(t, held, "setWeights");
});

t.test("TensorFlow.js has float32, int32 and bool: narrower ones stand in these, what they lack is refused", async (t) => {
  const path = join(t.testdir(), "model.json");
  const [model, layer] = full();
  await t.rejects(model.save(path), { name: "ValueError", message: /2147483648 as uint32.*int32, which TensorFlow\.js has/ });
  layer.held["uint32"]!.assign(tf.zeros([bits.uint32.length], { dtype: "uint32" }));
  await model.save(path);
  const other = (await keras.models.loadModel(path)) as tf.keras.Model;
  isHeld(t, other.layers.at(-1) as Holder, "model.json", (x) => (x.dtype === "uint32" ? tf.zerosLike(x) : x));
});
