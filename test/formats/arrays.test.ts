import { writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import * as tf from "../../lib/index.js";
import * as formats from "../../lib/api/formats.js";
import { floatToBfloat, floatToHalf } from "../../lib/core/halves.js";
import { fromFile, toFile } from "../../lib/formats/dtypes.js";
import { placeOf } from "../../lib/saving/place.js";

const { keras } = tf;
const path = (name: string) => `memory://arrays/${name}`;

t.test("elements at odd places of a buffer that Node shares between files are copied, not taken with all that is beside them", (t) => {
  const shared = Buffer.alloc(64, 0xff);
  for (const [dtype, array] of [
    ["float32", Float32Array],
    ["int32", Int32Array],
    ["int64", BigInt64Array],
    ["float64", Float64Array],
  ] as const) {
    const values = array === BigInt64Array ? BigInt64Array.of(1n, -2n, 3n) : new (array as typeof Float32Array)([1, -2, 3]);
    shared.set(new Uint8Array(values.buffer), 3);
    const { elements } = fromFile(shared.subarray(3, 3 + values.byteLength), dtype, [3], "shared");
    t.same([...elements], [1, -2, 3], dtype);
  }
  t.end();
});

t.test("with any one bit of an archive changed, it is refused by name, or what comes is the same", async (t) => {
  const file = path("bits.npz");
  await formats.saveNpz(file, { a: tf.ones([3, 2]), b: tf.constant([1, 2]) });
  const { store, name } = placeOf(file);
  const good = (await store.read(name))!;
  const read = async () =>
    JSON.stringify(Object.entries(await formats.loadNpz(file)).map(([key, value]) => [key, value.shape, [...value.data()]]));
  const wanted = await read();
  let refused = 0;
  for (let bit = 0; bit < good.length * 8; bit++) {
    const bytes = good.slice();
    bytes[bit >> 3]! ^= 1 << (bit & 7);
    await store.write(name, bytes);
    const got = await read().catch((error: Error) => {
      if (!(error instanceof tf.KerasmError) || !error.message.includes("bits.npz")) t.fail(`bit ${bit}: ${error.stack}`);
      refused++;
      return wanted;
    });
    if (got !== wanted) t.fail(`bit ${bit}: ${got}`);
  }
  t.ok(refused > 1000, `${refused} refused`);
});

t.test("arrays come back as they were, in every form", async (t) => {
  const arrays = {
    scalar: tf.constant(3.5),
    row: tf.constant([1, -2, 3], { dtype: "int32" }),
    cube: keras.random.normal([2, 3, 4], { seed: 1 }),
    none: tf.zeros([0, 3]),
    flags: tf.constant([true, false]),
    bytes: tf.constant([0, 255], { dtype: "uint8" }),
  };
  const check = (loaded: Record<string, tf.Tensor>) => {
    t.same(Object.keys(loaded).sort(), Object.keys(arrays).sort());
    for (const [name, value] of Object.entries(arrays))
      t.strictSame([loaded[name]!.dtype, loaded[name]!.shape, loaded[name]!.data()], [value.dtype, value.shape, value.data()], name);
  };
  await formats.saveNpz(path("a.npz"), arrays);
  check(await formats.loadNpz(path("a.npz")));
  await formats.saveSafetensors(path("a.safetensors"), arrays, { metadata: { made: "here" } });
  check(await formats.loadSafetensors(path("a.safetensors")));
  for (const [name, value] of Object.entries(arrays)) {
    await formats.saveNpy(path(`${name}.npy`), value);
    t.strictSame((await formats.loadNpy(path(`${name}.npy`))).array(), value.array(), name);
  }
  const file = await formats.SafetensorsFile.open(path("a.safetensors"));
  t.same(file.metadata, { made: "here" });
  t.strictSame((await file.get("row")).array(), [1, -2, 3]);
  await t.rejects(file.get("raw"), { message: /Did you mean row/ });
});

t.test("files on disk are read by tensor", async (t) => {
  const name = join(t.testdir(), "a.safetensors");
  await formats.saveSafetensors(name, { a: tf.ones([1000]), b: tf.constant([1, 2]) });
  const file = await formats.SafetensorsFile.open(name);
  t.same((await file.get("b")).array(), [1, 2]);
  t.same((await file.get("a")).shape, [1000]);
});

/** NumPy's own bytes: np.save of the arrays that the names say. */
const numpy: Readonly<Record<string, { head: string; data: ArrayBufferView; expected: unknown }>> = {
  "float64, C order": {
    head: "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), }",
    data: Float64Array.of(1, 2, 3, 4),
    expected: [
      [1, 2],
      [3, 4],
    ],
  },
  "float32, Fortran order": {
    head: "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }",
    data: Float32Array.of(1, 4, 2, 5, 3, 6),
    expected: [
      [1, 2, 3],
      [4, 5, 6],
    ],
  },
  int64: { head: "{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }", data: BigInt64Array.of(-7n, 8n), expected: [-7, 8] },
  "big-endian int16": {
    head: "{'descr': '>i2', 'fortran_order': False, 'shape': (2,), }",
    data: Uint8Array.of(1, 0, 255, 255),
    expected: [256, -1],
  },
  float16: {
    head: "{'descr': '<f2', 'fortran_order': False, 'shape': (3,), }",
    data: Uint16Array.of(0x3c00, 0xc000, 1),
    expected: [1, -2, 2 ** -24],
  },
};

t.test("arrays of NumPy", async (t) => {
  const file = join(t.testdir(), "a.npy");
  const save = (head: string, data: ArrayBufferView) => {
    const text = head.padEnd(117) + "\n";
    writeFileSync(file, Buffer.concat([Buffer.from("\x93NUMPY\x01\x00v\x00", "latin1"), Buffer.from(text), Buffer.from(data.buffer)]));
  };
  for (const [name, { head, data, expected }] of Object.entries(numpy)) {
    save(head, data);
    t.same((await formats.loadNpy(file)).array(), expected, name);
  }
  for (const head of [
    "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (9999999999,), }",
    "{'descr': '<f4', 'shape': (1,), }",
    "__import__('os')",
  ]) {
    save(head, new Float32Array(1));
    await t.rejects(formats.loadNpy(file), { name: "FormatError" }, head);
  }
  save("{'descr': '<i8', 'fortran_order': False, 'shape': (1,), }", BigInt64Array.of(2n ** 40n));
  await t.rejects(formats.loadNpy(file), { name: "FormatError", message: /1099511627776/ });
});

t.test("a folder as Hugging Face has it loads by a map of names", async (t) => {
  const folder = t.testdir();
  const [w1, b1, w2, b2] = [
    keras.random.normal([4, 3], { seed: 1 }),
    tf.ones([4]),
    keras.random.normal([2, 4], { seed: 2 }),
    tf.zeros([2]),
  ];
  await formats.saveSafetensors(join(folder, "model.safetensors"), {
    "fc1.weight": w1,
    "fc1.bias": b1,
    "fc2.weight": w2,
    "fc2.bias": b2,
    other: b1,
  });
  const model = new keras.Sequential([
    new keras.Input({ shape: [3] }),
    new keras.layers.Dense(4, { name: "a" }),
    new keras.layers.Dense(2, { name: "b" }),
  ]);
  const layer = (name: string) => ({ a: "fc1", b: "fc2" })[name.split("/").at(-2)!];
  const nameMap = (name: string) =>
    name.endsWith("kernel") ? { name: `${layer(name)}.weight`, transpose: [1, 0] } : `${layer(name)}.bias`;
  await model.loadWeights(folder, { nameMap });
  t.same(
    model.weights.map((weight) => weight.array()),
    [tf.transpose(w1).array(), b1.array(), tf.transpose(w2).array(), b2.array()],
  );
  const before = model.weights.map((weight) => weight.array());
  await t.rejects(model.loadWeights(folder, { nameMap: (name) => (name.endsWith("kernel") ? "fc1.bias" : null) }), {
    name: "CheckpointError",
  });
  t.same(model.weights.map((weight) => weight.array()), before); // prettier-ignore
  await model.saveWeights(join(folder, "own.safetensors"));
  const other = keras.models.modelFromJson(model.toJson());
  await other.loadWeights(join(folder, "own.safetensors"));
  t.same(other.weights.map((weight) => weight.array()), before); // prettier-ignore
});

t.test("narrow floats are rounded to the nearest, ties to even, and widened exactly", (t) => {
  for (const [value, half] of [
    [1, 0x3c00],
    [-2, 0xc000],
    [65504, 0x7bff],
    [65520, 0x7c00],
    [2 ** -24, 1],
    [2 ** -25, 0],
    [3 * 2 ** -25, 2],
    [0, 0],
    [-0, 0x8000],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [Infinity, 0x7c00],
    [2047 * 2 ** -25, 0x0400],
  ] as const)
    t.equal(floatToHalf(value), half, `${value}`);
  for (const [value, bits] of [
    [1, 0x3f80],
    [1 + 2 ** -8, 0x3f80],
    [1 + 3 * 2 ** -8, 0x3f82],
    [-Infinity, 0xff80],
  ] as const)
    t.equal(floatToBfloat(value), bits, `${value}`);
  for (const dtype of ["float16", "bfloat16"] as const) {
    const all = Uint16Array.from({ length: 65536 }, (_, i) => i);
    const { elements } = fromFile(new Uint8Array(all.buffer), dtype, [65536], "x");
    const back = new Uint16Array(toFile(elements, dtype).slice().buffer);
    t.ok(back.every((bits, i) => bits === i || Number.isNaN(elements[i])), dtype); // prettier-ignore
  }
  t.end();
});
