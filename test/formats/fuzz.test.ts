// Files that were damaged on their way: every kind of file, with single bytes flipped and cut off at every 64 bytes. What comes is an error
// that names the file, or the same model; never another one where the format has a checksum, never another shape, name or number elsewhere.

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { zipSync } from "fflate";
import t from "tap";
import * as tf from "../../lib/index.js";
import { loadNpy, loadNpz, loadSafetensors, saveNpy, saveNpz, saveSafetensors } from "../../lib/api/formats.js";
import { joined, type Pieces } from "../../lib/formats/bytes.js";
import { crc32 } from "../../lib/formats/crc.js";
import { writeHdf5, DatasetWriter, GroupWriter } from "../../lib/formats/hdf5/writer.js";
import { writeZip } from "../../lib/formats/zip.js";
import { placeOf } from "../../lib/saving/place.js";

const { keras } = tf;
const { layers } = keras;

t.setTimeout(600_000); // thousands of damaged files, on machines that may be busy

/** More memory than this is never taken for a damaged file. */
const MOST_BYTES = 64 * 2 ** 20;
/** What the process takes at most from now on: a function that says by how many bytes it went beyond what it has now. */
function memoryFromNow(): () => number {
  try {
    writeFileSync("/proc/self/clear_refs", "5"); // Linux forgets the highest so far
  } catch {
    // elsewhere only what goes beyond all before is seen
  }
  const { rss, arrayBuffers } = process.memoryUsage();
  const before = process.resourceUsage().maxRSS;
  return () => {
    const most = process.resourceUsage().maxRSS;
    return Math.max(most > before ? most * 1024 - rss : 0, process.memoryUsage().arrayBuffers - arrayBuffers);
  };
}

/** What is bounded takes milliseconds; machines may be busy. */
const MOST_TIME = 20_000;

const FLIPS = Number(process.env["KERASM_FUZZ_FLIPS"] ?? 2000);
const SEED = Number(process.env["KERASM_FUZZ_SEED"] ?? 4711);

/** Park and Miller 1988. */
let state = SEED + 1;
const random = (below: number): number => (state = (state * 48271) % 0x7fffffff) % below;

const make = () =>
  new keras.Sequential([
    new keras.Input({ shape: [3] }),
    new layers.Dense(4, { name: "a", activation: "relu" }),
    new layers.BatchNormalization({ name: "b" }),
    new layers.Dense(2, { name: "c" }),
  ]);
const model = make();
model.compile({ optimizer: "adam", loss: "mse" });
await model.fit(tf.ones([4, 3]), tf.ones([4, 2]), { epochs: 1, verbose: 0 });
const target = make();

const of = (loaded: tf.keras.Model) => loaded.weights.map((weight) => [weight.name, weight.shape, [...weight.data()]] as const);
type State = readonly (readonly [string, readonly (number | null)[], readonly number[]])[];
const tensorsOf = (record: Record<string, tf.Tensor>): State =>
  Object.entries(record).map(([name, value]) => [name, value.shape, [...value.data()]]);

interface Kind {
  readonly path: string;
  save(path: string): Promise<void>;
  load(path: string): Promise<State>;
  readonly hasChecksum?: boolean;
  /** The file tells by nothing how many records it has: cut between two of them, it is a shorter file. */
  readonly mayEndEarlier?: boolean;
  /** Names that nothing in the file vouches for. */
  readonly namesMayDiffer?: boolean;
}

/** Records of a file of TensorFlow's, written and read. */
const records = {
  path: "r.tfrecord",
  async save(path: string) {
    const writer = new tf.io.TFRecordWriter(path);
    for (let i = 0; i < 40; i++) writer.write(Uint8Array.from({ length: 7 + i }, (_, j) => (i * 31 + j * 7) % 256));
    await writer.close();
  },
  async load(path: string): Promise<State> {
    const all: [string, number[], number[]][] = [];
    for await (const record of new tf.data.TFRecordDataset([path])) all.push([`${all.length}`, [record.length], [...record]]);
    return all;
  },
};

const whole = { load: async (path: string) => of(await keras.models.loadModel(path)) };
const weightsOnly = {
  async load(path: string) {
    const before = JSON.stringify(of(target));
    try {
      await target.loadWeights(path);
    } catch (error) {
      if (JSON.stringify(of(target)) !== before) throw new Error("a failed load changed the model", { cause: error });
      throw error;
    }
    return of(target);
  },
};

const kinds: Readonly<Record<string, Kind>> = {
  ".keras": { path: "m.keras", save: (path) => model.save(path), ...whole, hasChecksum: true },
  checkpoint: { path: "m.ckpt", save: (path) => model.save(path), ...whole, hasChecksum: true },
  ".weights.h5": { path: "m.weights.h5", save: (path) => model.saveWeights(path), ...weightsOnly },
  ".h5": { path: "m.h5", save: (path) => model.save(path), ...whole, namesMayDiffer: true },
  ".safetensors": { path: "m.safetensors", save: (path) => model.saveWeights(path), ...weightsOnly },
  ".onnx": { path: "m.onnx", save: (path) => model.export(path), ...whole, namesMayDiffer: true },
  "model.json": { path: "t/model.json", save: (path) => model.save(path), ...whole, namesMayDiffer: true },
  shards: {
    path: "t/group1-shard1of1.bin",
    save: () => model.save("memory://fuzz/t/model.json"),
    load: async () => of(await keras.models.loadModel("memory://fuzz/t/model.json")),
  },
  ".weights.json": { path: "m.weights.json", save: (path) => model.saveWeights(path), ...weightsOnly },
  "weights of a shard": {
    path: "m_00000.weights.h5",
    save: () => model.saveWeights("memory://fuzz/m.weights.json"),
    load: () => weightsOnly.load("memory://fuzz/m.weights.json"),
  },
  ".npy": {
    path: "m.npy",
    save: (path) =>
      saveNpy(
        path,
        tf.constant([
          [1.5, -2, 3],
          [4, 5, 6],
        ]),
      ),
    load: async (path) => tensorsOf({ a: await loadNpy(path) }),
  },
  ".tfrecord": { ...records, hasChecksum: true, mayEndEarlier: true },
  ".npz": {
    path: "m.npz",
    save: (path) => saveNpz(path, { a: tf.ones([3, 2]), b: tf.constant([1, 2]) }),
    load: async (path) => tensorsOf(await loadNpz(path)),
    hasChecksum: true,
  },
  tensors: {
    path: "r.safetensors",
    save: (path) => saveSafetensors(path, { a: tf.ones([3, 2]), b: tf.constant([1, 2]) }),
    load: async (path) => tensorsOf(await loadSafetensors(path)),
    namesMayDiffer: true,
  },
};

// Names that are numbers come first in a record.
const shapes = (values: State) => JSON.stringify(values.map(([, shape]) => JSON.stringify(shape)).sort());
const names = (values: State) => JSON.stringify(values.map(([name]) => name));

/** One kind only, for long runs by hand. */
const ONLY = process.env["KERASM_FUZZ_KIND"];

for (const [name, kind] of Object.entries(kinds).filter(([name]) => ONLY === undefined || ONLY === name))
  t.test(`${name}, damaged (seed ${SEED})`, async (t) => {
    const warn = console.warn;
    console.warn = () => {};
    t.teardown(() => (console.warn = warn));
    const path = `memory://fuzz/${kind.path}`;
    await kind.save(path);
    const { store, name: file } = placeOf(path);
    const good = (await store.read(file))!;
    const wanted = await kind.load(path);
    const faults: string[] = [];
    let refused = 0;
    const attempt = async (what: string, bytes: Uint8Array, isCut: boolean): Promise<void> => {
      await store.write(file, bytes);
      const [start, taken] = [performance.now(), memoryFromNow()];
      try {
        const got = await kind.load(path);
        const isPrefix = kind.mayEndEarlier && isCut && JSON.stringify(wanted.slice(0, got.length)) === JSON.stringify(got);
        if (isPrefix) return;
        if (kind.hasChecksum && JSON.stringify(got) !== JSON.stringify(wanted)) faults.push(`${what}: another model`);
        else if (isCut) faults.push(`${what}: read although it was cut short`);
        else if (shapes(got) !== shapes(wanted)) faults.push(`${what}: other shapes ${shapes(got)}`);
        else if (!kind.namesMayDiffer && names(got) !== names(wanted)) faults.push(`${what}: other names ${names(got)}`);
      } catch (error) {
        refused++;
        const { name: kindOf, message } = error as Error;
        const isTyped = error instanceof tf.KerasmError;
        if (!isTyped) faults.push(`${what}: ${kindOf}: ${message}\n${(error as Error).stack}`);
        else if (/^(Checkpoint|Format|UnsupportedFormat)Error$/.test(kindOf) && !message.includes("fuzz"))
          faults.push(`${what}: the error does not name the file: ${message}`);
      }
      if (performance.now() - start > MOST_TIME) faults.push(`${what}: took ${performance.now() - start} ms`);
      if (taken() > MOST_BYTES) faults.push(`${what}: took ${taken()} bytes`);
    };
    for (let i = 0; i < FLIPS; i++) {
      const bytes = good.slice();
      const at = random(bytes.length);
      bytes[at]! ^= 1 + random(255);
      await attempt(`byte ${at} as ${bytes[at]}`, bytes, false);
    }
    for (let length = 0; length < good.length; length += good.length > 8192 ? 64 * Math.ceil(good.length / 8192) : 64)
      await attempt(`cut to ${length}`, good.slice(0, length), true);
    await store.write(file, good);
    t.strictSame(faults.slice(0, 5), [], `${faults.length} faults`);
    t.ok(refused > 2, `${refused} refused`);
    t.same(await kind.load(path), wanted, "the good file still loads");
  });

/** A zip archive around members, which may lie. */
function zip(
  members: readonly { name: string; content: Uint8Array }[],
  change: (bytes: Uint8Array, view: DataView) => void = () => {},
): Uint8Array {
  const bytes = joined(writeZip(members.map(({ name, content }) => ({ name, content: [content] }))));
  change(bytes, new DataView(bytes.buffer, bytes.byteOffset));
  return bytes;
}
const utf8 = (text: string) => new TextEncoder().encode(text);
const hdf5 = (fill: (root: GroupWriter) => void): Uint8Array => {
  const root = new GroupWriter();
  fill(root);
  return joined(writeHdf5(root) as Pieces);
};

t.test("what somebody made who means ill", async (t) => {
  const folder = t.testdir();
  const config = JSON.parse(model.toJson()) as Record<string, never>;
  const json = (change: (config: Record<string, never>) => unknown) => utf8(JSON.stringify(change(structuredClone(config))));
  const weights = hdf5((root) => root.dataset("vars/0", new DatasetWriter("float32", [1], new Uint8Array(4))));
  const archive = (content: Uint8Array, more: { name: string; content: Uint8Array }[] = []) =>
    zip([{ name: "config.json", content }, { name: "model.weights.h5", content: weights }, ...more]);
  const layersOf = (c: Record<string, never>) =>
    (c as unknown as { config: { layers: { class_name: string; config: Record<string, unknown> }[] } }).config.layers;
  const bad: Record<string, Uint8Array> = {
    "a member that leads out": archive(utf8("{}"), [{ name: "../evil", content: utf8("x") }]),
    "an absolute member": archive(utf8("{}"), [{ name: "/etc/evil", content: utf8("x") }]),
    "a member on another drive": archive(utf8("{}"), [{ name: "c:\\evil", content: utf8("x") }]),
    "two members of one name": archive(utf8("{}"), [{ name: "config.json", content: utf8("{}") }]),
    "a depth of a million": archive(utf8("[".repeat(1e6))),
    "ten megabytes of depth": archive(utf8('{"a":'.repeat(2e6))),
    "no config": zip([{ name: "model.weights.h5", content: weights }]),
    "a config of text": archive(utf8('"x"')),
    "the class __proto__": archive(json((c) => ({ ...c, class_name: "__proto__" }))),
    "the class constructor": archive(json((c) => ({ ...c, class_name: "constructor" }))),
    "the module __proto__": archive(json((c) => ({ ...c, module: "__proto__", class_name: "polluted" }))),
    "the key __proto__": archive(utf8('{"class_name":"Sequential","module":"keras","registered_name":null,"config":{"__proto__":{"polluted":1}}}')),
    "a lambda": archive(json((c) => ({ ...c, class_name: "__lambda__", config: { value: "4wEAAA==" } }))),
    "no class": archive(json((c) => ({ config: c["config"] }))),
    "units of 2 ** 40": archive(json((c) => ((layersOf(c)[1]!.config["units"] = 2 ** 40), c))),
    "units of −4": archive(json((c) => ((layersOf(c)[1]!.config["units"] = -4), c))),
    "a shape of 2 ** 31": archive(json((c) => ((layersOf(c)[0]!.config["batch_shape"] = [null, 2 ** 31]), c))),
    "a bomb": zip([{ name: "config.json", content: new Uint8Array(100) }], (bytes, view) => {
      // Both heads promise four gigabytes of deflated data.
      view.setUint16(8, 8, true);
      view.setUint32(22, 0xfffffff0, true);
      const central = bytes.length - 22 - (46 + 11);
      view.setUint16(central + 10, 8, true);
      view.setUint32(central + 24, 0xfffffff0, true);
    }),
    "a bomb that keeps its promise": zipSync({ "config.json": json((c) => c), "model.weights.h5": new Uint8Array(80e6) }, { level: 1 }),
    "a config of spaces": zipSync({ "config.json": new Uint8Array(80e6).fill(32), "model.weights.h5": weights }, { level: 1 }),
    "huge dimensions": archive(json((c) => c), []),
  }; // prettier-ignore
  bad["huge dimensions"] = zip([
    { name: "config.json", content: json((c) => c) },
    { name: "model.weights.h5", content: hugeDimensions() },
  ]);
  for (const [what, bytes] of Object.entries(bad)) {
    const path = `${folder}/${what.replaceAll(/\W/g, "_")}.keras`;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
    const [start, taken] = [performance.now(), memoryFromNow()];
    await t.rejects(keras.models.loadModel(path), { name: /Error$/, where: /./ }, what);
    t.ok(performance.now() - start < MOST_TIME, `${what}: in bounded time`);
    t.ok(taken() <= MOST_BYTES, `${what}: ${taken()} bytes`);
  }
  t.equal(({} as Record<string, unknown>)["polluted"], undefined);
  t.ok(crc32(utf8("123456789")) === 0xcbf43926, "CRC-32 of zip");
});

t.test("a config of something that is no model", async (t) => {
  for (const path of ["memory://fuzz/other.h5", "memory://fuzz/other/model.json"]) {
    await model.save(path);
    const { store, name } = placeOf(path);
    const good = Buffer.from((await store.read(name))!);
    for (const [what, from, to] of [
      ["no class", '"class_name"', '"glass_name"'],
      ["another class", '"Sequential"', '"Activation"'],
    ] as const) {
      const at = good.indexOf(from);
      const bytes = Buffer.from(good);
      bytes.write(to, at);
      await store.write(name, bytes);
      await t.rejects(keras.models.loadModel(path), { name: /Error$/, where: /./ }, `${path}: ${what}`);
    }
  }
});

/** A dataset that claims 2 ** 60 elements. */
function hugeDimensions(): Uint8Array {
  const bytes = hdf5((root) => root.dataset("layers/dense/vars/0", new DatasetWriter("float32", [7919], new Uint8Array(7919 * 4))));
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (let at = 0; at + 8 <= bytes.length; at += 8) if (view.getBigUint64(at, true) === 7919n) view.setBigUint64(at, 2n ** 52n, true);
  return bytes;
}
