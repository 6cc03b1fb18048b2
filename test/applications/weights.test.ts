// Published weights, from a server of this machine that serves files in Keras's form, written by us with weights by formula.

import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, openAsBlob, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { md5 } from "../../lib/formats/md5.js";
import * as tf from "../../lib/index.js";
import { keras } from "../../lib/index.js";
import { formulaWeight, make, optionsOf, recorded, setFormulaWeights } from "./facts.js";

t.setTimeout(120_000);
const { setWeightsSource, weightsSource } = keras.applications;

interface Request {
  readonly name: string;
  readonly args: Readonly<Record<string, never>>;
  readonly file?: string;
  readonly url?: string;
  readonly hash?: string | null;
  readonly error?: string;
}
const [facts] = recorded<{ requests: readonly Request[]; class_index: { file: string; url: string } }>("weights.json.gz");

const folder = mkdtempSync(join(tmpdir(), "kerasm-applications-"));
/** Files by their path on the server, and what was asked for. */
const files = new Map<string, Uint8Array>();
const asked: string[] = [];
const server = createServer((request, response) => {
  asked.push(request.url!);
  const file = files.get(request.url!);
  response.writeHead(file ? 200 : 404);
  response.end(file);
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const mirror = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mirror`;
t.teardown(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

let caches = 0;
/** A cache of its own, which nothing is in. */
const newCache = (): string => join(folder, `cache-${caches++}`);

/** Whether two arrays have the same elements; quicker than a comparison that shows where they differ. */
const same = (a: ArrayLike<number>, b: ArrayLike<number>): boolean =>
  a.length === b.length && Array.prototype.every.call(a, (value, i) => value === b[i]);

/** The file that a network with these options would be given, as Keras writes such files. */
async function h5Of(name: string, args: object): Promise<Uint8Array> {
  const model = await make(name, args as never);
  setFormulaWeights(model, 1);
  const path = join(folder, "made.h5");
  await model.save(path, { includeOptimizer: false });
  return readFileSync(path);
}

const small = { alpha: 0.25, inputShape: [128, 128, 3] };
const pathOf = (file: string) => `/mirror/tensorflow/keras-applications/mobilenet/${file}`;

t.test("every request of Keras: the same file, from the same address", async (t) => {
  setWeightsSource({ baseUrl: mirror, cacheDir: newCache(), hashes: {} });
  for (const { name, args, file, url, error } of facts!.requests) {
    asked.length = 0;
    const network = (keras.applications as unknown as Record<string, (options: object) => Promise<unknown>>)[name]!;
    const label = `${name} ${JSON.stringify(args)}`;
    const { warn } = console;
    console.warn = () => {};
    const failure = (await network({ ...optionsOf(args), weights: "imagenet" }).then(
      () => null,
      (cause: unknown) => cause,
    )) as tf.KerasmError;
    console.warn = warn;
    if (error) {
      t.match(failure.where, /\.name$/, label);
      t.strictSame(asked, [], label);
      continue;
    }
    t.strictSame(asked, [url!.replace("https://storage.googleapis.com", "/mirror")], label);
    t.ok(failure.hint!.includes(`as ${file!}`), `${label}: ${failure.hint}`);
  }
});

t.test("weights are fetched once, checked and kept, with the top and without", async (t) => {
  for (const [includeTop, file] of [
    [true, "mobilenet_2_5_128_tf.h5"],
    [false, "mobilenet_2_5_128_tf_no_top.h5"],
  ] as const) {
    const bytes = await h5Of("MobileNet", { ...small, includeTop });
    files.set(pathOf(file), bytes);
    const cacheDir = newCache();
    setWeightsSource({ baseUrl: `${mirror}/`, cacheDir, hashes: {} });
    asked.length = 0;
    const options = { ...small, includeTop, weights: "imagenet" };
    const [model, twin] = await Promise.all([keras.applications.MobileNet(options), keras.applications.MobileNet(options)]);
    t.strictSame(asked, [pathOf(file)], "two that ask at once wait for one answer");
    for (const each of [model, twin])
      each.weights.forEach((weight, k) => {
        const { path, shape } = weight as typeof weight & { path: string };
        t.ok(same(weight.data(), formulaWeight(k, path, shape, 1)), path);
      });
    t.ok(same(readFileSync(join(cacheDir, file)), bytes), "what came is kept");
    files.delete(pathOf(file));
    await keras.applications.MobileNet(options);
    t.equal(asked.length, 1, "later ones come from the cache");
  }
});

t.test("hashes: MD5 and SHA-256, of what comes and of what is kept", async (t) => {
  const file = "mobilenet_2_5_128_tf_no_top.h5";
  const bytes = await h5Of("MobileNet", { ...small, includeTop: false });
  const make = () => keras.applications.MobileNet({ ...small, includeTop: false, weights: "imagenet" });
  for (const kind of ["md5", "sha256"]) {
    const hash = createHash(kind).update(bytes).digest("hex");
    const cacheDir = newCache();
    setWeightsSource({ baseUrl: mirror, cacheDir, hashes: { [file]: hash } });
    files.set(
      pathOf(file),
      bytes.map((byte, i) => (i === 5000 ? byte ^ 1 : byte)),
    );
    await t.rejects(make(), { name: "ValueError", expected: hash }, `${kind} of another file`);
    t.notOk(existsSync(join(cacheDir, file)), "nothing is kept of it");
    files.set(pathOf(file), bytes);
    await make();
    writeFileSync(join(cacheDir, file), bytes.subarray(0, 1000));
    await make();
    t.equal(readFileSync(join(cacheDir, file)).length, bytes.length, "what is damaged in the cache is fetched anew");
  }
});

t.test("without the net an error says where to put the file", async (t) => {
  const cacheDir = newCache();
  const file = "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5";
  setWeightsSource({ baseUrl: "http://127.0.0.1:9", cacheDir, hashes: {} });
  const failure = (await keras.applications.VGG16({ includeTop: false }).catch((error: unknown) => error)) as tf.KerasmError;
  t.match(failure, { name: "StateError", where: "VGG16" });
  for (const part of [cacheDir, file, "http://127.0.0.1:9/tensorflow/keras-applications/vgg16/", "weights:"])
    t.ok(failure.hint!.includes(part), part);
});

t.test("weights from a path, a URL, and a file of the user's", async (t) => {
  const bytes = await h5Of("MobileNet", { ...small, includeTop: false });
  const path = join(folder, "own.h5");
  writeFileSync(path, bytes);
  files.set("/mirror/own.h5", bytes);
  const blob = new File([await openAsBlob(path)], "own.h5");
  for (const weights of [path, `${mirror}/own.h5`, new URL(`${mirror}/own.h5`), blob]) {
    const model = await keras.applications.MobileNet({ ...small, includeTop: false, weights });
    const last = model.weights.at(-1)! as (typeof model.weights)[number] & { path: string };
    t.ok(same(last.data(), formulaWeight(model.weights.length - 1, last.path, last.shape, 1)), last.path);
  }
  const other = keras.applications.MobileNet({ ...small, classes: 7, weights: path });
  await t.rejects(other, { name: "CheckpointError" }, "a file of another model");
  await t.rejects(keras.applications.MobileNet({ ...small, weights: 3 as never }), { name: "ValueError" });
});

t.test("names of classes are fetched, checked and kept likewise", async (t) => {
  const index = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`${i}`, [`n${i}`, `class ${i}`]]));
  const bytes = new TextEncoder().encode(JSON.stringify(index));
  const { file, url } = facts!.class_index;
  const { decodePredictions } = keras.applications.mobilenet;
  const preds = tf.oneHot(tf.constant([3]), 1000);
  setWeightsSource({ baseUrl: mirror, cacheDir: newCache(), hashes: { [file]: createHash("md5").update(bytes).digest("hex") } });
  await t.rejects(decodePredictions(preds), { name: "StateError" });
  files.set(url.replace("https://storage.googleapis.com", "/mirror"), bytes);
  t.strictSame(await decodePredictions(preds, 1), [[["n3", "class 3", 1]]]);
});

t.test("settings", async (t) => {
  setWeightsSource({ baseUrl: null, cacheDir: null, hashes: null });
  t.equal(weightsSource().baseUrl, "https://storage.googleapis.com");
  t.match(weightsSource().cacheDir, /models$/);
  t.throws(() => setWeightsSource({ base: "x" } as never), { name: "ArgumentError" });
  t.throws(() => setWeightsSource({ cacheDir: 3 } as never), { name: "ArgumentError" });
});

t.test("MD5 of every length around a block", async (t) => {
  const bytes = Uint8Array.from({ length: 300 }, (_, i) => (i * 37) & 255);
  for (let length = 0; length < 200; length++) {
    const part = bytes.subarray(length % 7, (length % 7) + length);
    t.equal(md5(part), createHash("md5").update(part).digest("hex"), `${length} bytes`);
  }
});

t.test("no first value is computed where a file replaces it", async (t) => {
  const made: string[] = [];
  class Watched extends keras.initializers.HeNormal {
    override call(shape: readonly number[], dtype: "float32"): tf.Tensor {
      made.push("value");
      return super.call(shape, dtype);
    }
  }
  const model = () => new keras.Sequential([keras.Input({ shape: [4] }), new keras.layers.Dense(3, { kernelInitializer: new Watched() })]);
  const first = model();
  t.strictSame(made, [], "building makes none");
  first.weights[0]!.loadElements(new Float32Array(12).fill(2));
  t.same(tf.reduceSum(first(tf.ones([1, 4]))).item(), 24);
  t.strictSame(made, [], "nor does a value from outside");
  model()(tf.ones([1, 4]));
  t.strictSame(made, ["value"], "a call does, once");
});

t.test("a first value that waits is the one that would have been made at once", async (t) => {
  const initializer = () => new keras.initializers.GlorotUniform({ seed: 7 });
  const expected = initializer()([5, 6]).data();
  const layer = () => {
    const made = new keras.layers.Dense(6, { kernelInitializer: initializer() });
    made.build([null, 5]);
    return made;
  };
  t.strictSame(layer().weights[0]!.data(), expected, "read");
  const assigned = layer();
  assigned.weights[0]!.assignAdd(tf.ones([5, 6]));
  t.same(
    assigned.weights[0]!.data(),
    expected.map((value) => Math.fround(value + 1)),
    "written in part",
  );
  const traced = layer();
  t.same(
    tf
      .function(() => traced.weights[0]!.value())()
      .data(),
    expected,
    "in a program",
  );
  const taped = layer();
  const tape = new tf.GradientTape();
  const loss = tape.record(() => tf.reduceSum(taped(tf.ones([2, 5]))));
  t.same((tape.gradient(loss, taped.weights[0]!) as tf.Tensor).data(), new Float32Array(30).fill(2), "under a tape");
  t.strictSame(taped.weights[0]!.data(), expected);
});
