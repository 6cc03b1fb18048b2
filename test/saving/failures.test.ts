// What goes wrong leaves models and files as they were: loads that fail, writers at one time, files from outside.

import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import t from "tap";
import * as tf from "../../lib/index.js";
import { loadNpy, loadNpz } from "../../lib/api/formats.js";
import { crc32c } from "../../lib/formats/crc.js";

const { keras } = tf;
const { layers } = keras;

const chain = (...units: number[]) =>
  new keras.Sequential([new keras.Input({ shape: [3] }), ...units.map((each) => new layers.Dense(each))]);
const values = (model: tf.keras.Model) => model.weights.map((weight) => weight.array());

t.test("a failed load leaves the model as it was, in every form", async (t) => {
  for (const ending of ["ckpt", "weights.h5", "weights.json", "safetensors"]) {
    const path = join(t.testdir({}), `w.${ending}`);
    for (const [saved, own] of [
      [
        [4, 2],
        [4, 2, 2],
      ],
      [
        [4, 2, 2],
        [4, 2],
      ],
      [
        [4, 2],
        [4, 3],
      ],
    ] as const) {
      // prettier-ignore
      await chain(...saved).saveWeights(path);
      const model = chain(...own);
      const before = values(model);
      await t.rejects(model.loadWeights(path), { name: /CheckpointError|FormatError/ }, `${ending}: ${saved} into ${own}`);
      t.same(values(model), before, `${ending}: ${saved} into ${own}: nothing changed`);
    }
  }
});

t.test(
  "a failed load leaves the model as it was, from files of whole models and of others, also where the end of a file is damaged",
  async (t) => {
    const folder = t.testdir({});
    const paths = ["m.keras", "m.h5", "w.weights.h5", "w.weights.json", "w.safetensors", "w.ckpt"].map((name) => join(folder, name));
    const named = (...units: number[]) =>
      new keras.Sequential([new keras.Input({ shape: [3] }), ...units.map((each, i) => new layers.Dense(each, { name: `d${i}` }))]);
    const [saved, wider, longer, damaged] = [named(4, 2), named(4, 3), named(4, 2, 2), named(4, 2)];
    for (const path of paths) {
      await (/w\.[^/]+$/.test(path) ? saved.saveWeights(path) : saved.save(path));
      for (const model of [wider, longer]) {
        const before = values(model);
        await t.rejects(model.loadWeights(path), { name: /CheckpointError|FormatError/, where: /./ }, path);
        t.same(values(model), before, `${path}: nothing changed`);
      }
      // The last bytes are missing: what came before them must not be taken over either.
      const file = path.endsWith(".json") ? join(folder, "w_00000.weights.h5") : path;
      const whole = readFileSync(file);
      writeFileSync(file, whole.subarray(0, whole.length - 9));
      const before = values(damaged);
      await t.rejects(damaged.loadWeights(path), { name: /CheckpointError|FormatError/ }, `${path}, cut short`);
      t.same(values(damaged), before, `${path}, cut short: nothing changed`);
      writeFileSync(file, whole);
      await damaged.loadWeights(path);
      t.same(values(damaged), values(saved), `${path} loads`);
    }
    // A name map that asks for what the file does not have, after names that it has.
    const model = named(4, 2);
    const before = values(model);
    const nameMap = { "d0/kernel": "d0/kernel", "d0/bias": "d0/bias", "d1/kernel": "none", "d1/bias": null };
    await t.rejects(model.loadWeights(join(folder, "w.safetensors"), { nameMap }), { name: "CheckpointError", message: /none/ });
    t.same(values(model), before);
  },
);

t.test("a disk that is full, and a place that may not be written: an error that says so, and the file before is intact", async (t) => {
  const model = chain(4, 2);
  if (existsSync("/dev/full")) {
    // Every write to it fails as on a full disk. A link in the place of what is written aside stands for the disk.
    const { write } = await import("../../lib/saving/place.js");
    const full = { write: async () => writeFileSync("/dev/full", "x") } as never;
    await t.rejects(write({ store: full, name: "m.keras", path: "/full/m.keras" }, new Uint8Array(5)), {
      name: "CheckpointError",
      message: /m\.keras: given a full disk \(ENOSPC\); expected room for a file of 5 bytes.*intact/,
    });
  }
  // Where a folder can't be made although the one above is there, Node's own way to make folders never comes back.
  if (existsSync("/proc/self")) await t.rejects(model.save("/proc/none/m.keras"), { name: "CheckpointError", message: /\/proc\/none/ });
  for (const ending of ["keras", "weights.h5", "safetensors", "ckpt", "onnx"]) {
    const folder = t.testdir({});
    const path = join(folder, `m.${ending}`);
    const save = () => (ending === "onnx" ? model.export(path) : ending === "keras" ? model.save(path) : model.saveWeights(path));
    await save();
    const before = readFileSync(path);
    // A file in the place of the folder: nothing can be written below it, whoever asks (root may write to read-only folders).
    const below = join(path, `m.${ending}`);
    await t.rejects(
      ending === "onnx" ? model.export(below) : ending === "keras" ? model.save(below) : model.saveWeights(below),
      { name: "CheckpointError", message: /no folder.*intact/ },
      ending,
    );
    t.same(readFileSync(path), before, `${ending}: as it was`);
    t.same(readdirSync(folder), [`m.${ending}`], "nothing is left aside");
  }
});

t.test("skipMismatch takes what fits", async (t) => {
  const path = join(t.testdir(), "w.weights.h5");
  const saved = chain(4, 2);
  await saved.saveWeights(path);
  const model = chain(4, 3);
  const [warn, lines] = [console.warn, [] as string[]];
  console.warn = (line: string) => void lines.push(line);
  await model.loadWeights(path, { skipMismatch: true }).finally(() => (console.warn = warn));
  t.same(values(model).slice(0, 2), values(saved).slice(0, 2));
  t.match(lines.join(), /dense/);
  const kept = chain(4, 2);
  const before = values(kept);
  await kept.loadWeights(path, { objectsToSkip: [kept.layers[0]!] });
  t.same(values(kept), [...before.slice(0, 2), ...values(saved).slice(2)], "objectsToSkip stay as they are");
});

t.test("weights in shards", async (t) => {
  const folder = t.testdir();
  const model = chain(40, 40, 2);
  await model.saveWeights(join(folder, "m.weights.json"), { maxShardSize: 7000 / 2 ** 30 });
  t.ok(readdirSync(folder).length >= 3, String(readdirSync(folder)));
  const other = chain(40, 40, 2);
  await other.loadWeights(join(folder, "m.weights.json"));
  t.same(values(other), values(model));
  await t.rejects(model.saveWeights(join(folder, "n.weights.json"), { maxShardSize: 1e-9 }), { message: /maxShardSize/ });
});

t.test("two writes to one path at once, and many", async (t) => {
  const path = join(t.testdir(), "m.keras");
  const models = Array.from({ length: 8 }, () => chain(16, 2));
  for (let round = 0; round < 10; round++) {
    await Promise.all(models.map((model) => model.save(path)));
    const loaded = values(await keras.models.loadModel(path));
    t.ok(models.some((model) => JSON.stringify(values(model)) === JSON.stringify(loaded)), "one of them, whole"); // prettier-ignore
  }
  t.same(readdirSync(join(path, "..")), ["m.keras"], "nothing is left aside");
});

t.test("saves at one time keep each other's names, in threads, too", async (t) => {
  const folder = t.testdir();
  const saves = Array.from({ length: 8 }, (_, i) => new tf.train.Checkpoint({ v: tf.variable(i) }).save(join(folder, `c${i}`)));
  const source = `import(${JSON.stringify(new URL("../../lib/index.js", import.meta.url).href)}).then(async (tf) => {
    for (let i = 0; i < 4; i++) await new tf.train.Checkpoint({ v: tf.variable(i) }).save(${JSON.stringify(folder)} + "/t" + require("node:worker_threads").threadId + i);
  });`;
  const threads = [1, 2].map(() => {
    const worker = new Worker(source, { eval: true });
    return new Promise<void>((resolve, reject) => worker.once("error", reject).once("exit", () => resolve()));
  });
  await Promise.all([...saves, ...threads]);
  const { checkpoints } = JSON.parse(readFileSync(join(folder, "checkpoint"), "utf8")) as { checkpoints: string[] };
  t.equal(new Set(checkpoints).size, 16);
  t.same(readdirSync(folder).sort(), ["checkpoint", ...checkpoints].sort());
  const checkpoint = () => new tf.train.Checkpoint({ v: tf.variable(1) });
  const managers = [checkpoint(), checkpoint()].map((each) => new tf.train.CheckpointManager(each, join(folder, "m"), { maxToKeep: 3 }));
  await Promise.all(managers.flatMap((manager) => [manager.save(), manager.save(), manager.save()]));
  t.match(await tf.train.latestCheckpoint(join(folder, "m")), /ckpt-3$/);
});

t.test("what killed runs left behind is swept, and a lock of nobody does not hold", async (t) => {
  const folder = t.testdir({
    "ckpt-1": "orphan",
    "ckpt-x": "mine",
    "notes.txt": "mine",
    "ckpt-2.999999.0-0-abc.tmp": "left",
    "checkpoint.lock": "999999 0 0",
  });
  const old = new Date(Date.now() - 3_600_000);
  for (const name of readdirSync(folder)) utimesSync(join(folder, name), old, old);
  const manager = new tf.train.CheckpointManager(new tf.train.Checkpoint({ v: tf.variable(1) }), folder);
  await manager.save({ checkpointNumber: 5 });
  t.same(readdirSync(folder).sort(), ["checkpoint", "ckpt-5", "ckpt-x", "notes.txt"]);
});

t.test("a list of checkpoints from outside never leads out of its folder", async (t) => {
  for (const name of ["../neighbour-1", "/etc/ckpt-1", "a/ckpt-1", "..", "checkpoint", ""]) {
    const folder = t.testdir({ "neighbour-1": "mine", here: { checkpoint: JSON.stringify({ checkpoints: [name, "ckpt-1"] }) } });
    const here = join(folder, "here");
    t.throws(() => new tf.train.CheckpointManager(new tf.train.Checkpoint({}), here, { maxToKeep: 1 }), { name: "CheckpointError" });
    await t.rejects(tf.train.latestCheckpoint(here), { name: "CheckpointError" });
    await t.rejects(new tf.train.Checkpoint({}).save(join(here, "ckpt")), { name: "CheckpointError" });
    t.equal(readFileSync(join(folder, "neighbour-1"), "utf8"), "mine");
  }
});

t.test("forged headers with a valid checksum are errors that name the file", async (t) => {
  const path = join(t.testdir(), "ckpt");
  const tensor = { name: "v", dtype: "float32", shape: [2], offset: 0, bytes: 8, crc32c: 0 };
  const forged: unknown[] = [
    null, 3, [], {}, { objects: 1, tensors: [] }, { objects: [], tensors: [] }, { objects: [null], tensors: [] },
    { objects: [{ children: { v: 5 } }], tensors: [] }, { objects: [{ children: { v: -1 } }], tensors: [] },
    { objects: [{ children: 7 }], tensors: [] }, { objects: [{ children: { v: 1 } }, { tensor: 3 }], tensors: [tensor] },
    { objects: [{ children: { v: 1 } }, { tensor: 0.5 }], tensors: [tensor] }, { objects: [{ tensor: 0 }], tensors: [null] },
    { objects: [{ children: { v: 1 } }, { tensor: 0 }], tensors: [{ ...tensor, shape: [-2] }] },
    { objects: [{ children: { v: 1 } }, { tensor: 0 }], tensors: [{ ...tensor, shape: "2" }] },
    { objects: [{ children: { v: 1 } }, { tensor: 0 }], tensors: [{ ...tensor, dtype: "constructor" }] },
    { objects: [{ children: { v: 1 } }, { tensor: 0 }], tensors: [{ ...tensor, dtype: 5 }] },
    { objects: [{ children: { v: 1 } }, { tensor: 0 }], tensors: [{ ...tensor, offset: 2 ** 40 }] },
    { objects: [{ children: { v: 1 } }, { tensor: 0 }], tensors: [{ ...tensor, offset: -8 }] },
    { objects: [{ children: { v: 1 } }, { tensor: 0 }], tensors: [{ ...tensor, shape: [2 ** 31], bytes: 2 ** 33 }] },
  ]; // prettier-ignore
  for (const header of [...forged.map((each) => JSON.stringify(each)), `${"[".repeat(100_000)}`, "{"]) {
    const bytes = new TextEncoder().encode(header);
    const file = new Uint8Array(24 + Math.ceil((24 + bytes.length) / 16) * 16 - 24 + 16);
    file.set(new TextEncoder().encode("KERASMCK"));
    new Uint32Array(file.buffer, 8, 4).set([1, bytes.length, crc32c(bytes), 0]);
    file.set(bytes, 24);
    writeFileSync(path, file);
    const v = tf.variable([1, 2]);
    await t.rejects(
      new tf.train.Checkpoint({ v }).restore(path),
      { name: /^(Checkpoint|Format)Error$/, message: new RegExp(path) },
      header.slice(0, 80),
    );
    t.same(v.array(), [1, 2]);
  }
});

t.test("a folder in the place of a file, and lengths that no number holds", async (t) => {
  const folder = t.testdir({ "a.h5": {}, "a.npz": {}, "a.npy": {}, "a.onnx": {}, "a.weights.h5": {}, t: {} });
  const at = (name: string) => join(folder, name);
  const isFolder = { name: "CheckpointError", message: /given a folder/ };
  for (const name of ["a.h5", "a.onnx"]) await t.rejects(keras.models.loadModel(at(name)), isFolder, name);
  await t.rejects(chain(2).loadWeights(at("a.weights.h5")), isFolder);
  await t.rejects(loadNpz(at("a.npz")), isFolder);
  await t.rejects(loadNpy(at("a.npy")), isFolder);
  await chain(2).save(at("t/model.json"));
  const json = readFileSync(at("t/model.json"), "utf8");
  writeFileSync(at("t/model.json"), json.replace(/"paths":\s*\[[^\]]*\]/, '"paths":["."]'));
  await t.rejects(keras.models.loadModel(at("t/model.json")), { name: "FormatError" });

  const head = "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 99999999999999999999), }".padEnd(117) + "\n";
  writeFileSync(at("b.npy"), Buffer.concat([Buffer.from("\x93NUMPY\x01\x00", "latin1"), Buffer.of(head.length, 0), Buffer.from(head)]));
  await t.rejects(loadNpy(at("b.npy")), { name: "FormatError", message: /b\.npy/ });
});

t.test("circles and depths end in typed errors", async (t) => {
  const circle: unknown[] = [1];
  circle[0] = circle;
  t.throws(() => tf.constant(circle as never), { name: "ShapeError" });
  t.throws(() => tf.constant([[1], circle] as never), { name: "ShapeError" });
  const record: Record<string, unknown> = {};
  record["self"] = record;
  t.throws(() => keras.saving.serializeKerasObject(record), { name: "ValueError" });
  t.throws(() => keras.saving.deserializeKerasObject(record), { name: "ValueError" });
  t.throws(() => keras.models.modelFromJson(record), { name: "ValueError" });
  t.throws(() => keras.models.modelFromJson("[".repeat(10 * 2 ** 20)), { name: "FormatError" });
  t.throws(() => keras.models.modelFromJson(`${'{"a":'.repeat(2 ** 20)}1${"}".repeat(2 ** 20)}`), { name: "FormatError" });
  for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
    t.throws(() => keras.models.modelFromJson({ module: "keras.layers", class_name: name, config: {} }), {
      name: /^(UnknownName|Value)Error$/,
    });
    t.throws(() => keras.models.modelFromJson({ module: name, class_name: name, config: {} }), { name: /^(UnknownName|Value)Error$/ });
  }
});

t.test("tensors as JSON are their values", (t) => {
  t.equal(JSON.stringify({ x: tf.constant([[1, 2]]), v: tf.variable(3) }), '{"x":[[1,2]],"v":3}');
  t.match(JSON.stringify(keras.Input({ shape: [2], name: "x" })), /__keras_tensor__/);
  t.end();
});
