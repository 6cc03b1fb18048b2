// model.quantize and its files against Keras: which layers it takes, calibrations, what loads what.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { toCamelCase } from "../../lib/config/names.js";
import * as tf from "../../lib/index.js";
import { QuantizedLayer } from "../../lib/layers/base/quantized-layer.js";
import { Activations, awq } from "../../lib/quantizers/awq.js";
import { type CalibratedMatrix, gptq, Hessian } from "../../lib/quantizers/gptq.js";
import { distance, fileOf, golden, type Recorded, tensor } from "./golden.js";

const { keras } = tf;
const { Dense, EinsumDense, Embedding, ReversibleEmbedding } = keras.layers;
const { quantizers } = keras;

const near = (actual: unknown, expected: Recorded): number => distance(actual as tf.Tensor, expected) ?? Infinity;
const folder = mkdtempSync(join(tmpdir(), "kerasm-"));
t.teardown(() => rmSync(folder, { recursive: true }));

/** Runs the action without the warnings that it gives. */
function quietly<T>(action: () => T): T {
  const { warn } = console;
  console.warn = () => {};
  try {
    return action();
  } finally {
    console.warn = warn;
  }
}

interface SavedRow {
  readonly file: string;
  readonly x: Recorded;
  readonly loaded: Recorded;
}

t.test("files of quantized models that Keras wrote", async (t) => {
  for (const { file, x, loaded } of golden<SavedRow[]>("saved.json.gz")) {
    const model = await keras.models.loadModel(fileOf(`${file}.keras`));
    t.ok(near(model(tensor(x)), loaded) < 1e-5, file);
    const path = join(folder, `${file}.keras`);
    await model.save(path);
    const again = await keras.models.loadModel(path);
    t.same((again(tensor(x)) as tf.Tensor).data(), (model(tensor(x)) as tf.Tensor).data(), `${file}: saved and loaded here`);
    t.same(JSON.parse(again.toJson()), JSON.parse(model.toJson()), `${file}: its config`);
  }
});

interface CalibratedRow {
  readonly mode: "gptq" | "awq"; readonly options: Readonly<Record<string, never>>; readonly seq: number; readonly samples: number;
  readonly data: Recorded; readonly weights: readonly Recorded[]; readonly x: Recorded; readonly y: Recorded;
  readonly after: readonly { readonly name: string; readonly path: string; readonly dtype: string; readonly value: Recorded }[];
  readonly report: readonly (readonly string[])[]; readonly skipped: readonly (readonly string[])[]; readonly file: string;
} // prettier-ignore

function blocks() {
  const input = keras.Input({ shape: [null], dtype: "int32" });
  const embedding = new Embedding(20, 12, { name: "emb" });
  const first = new keras.Sequential([
    new Dense(10, { activation: "relu", name: "d1" }),
    new EinsumDense("abc,cde->abde", [null, 2, 5], { biasAxes: "de", name: "e1" }),
    new EinsumDense("abde,def->abf", [null, 11], { name: "e2" }),
  ], { name: "b1" }); // prettier-ignore
  const second = new keras.Sequential([new Dense(9, { activation: "relu", name: "d2" }), new Dense(4, { name: "d3" })], { name: "b2" });
  const model = new keras.Model(input, second(first(embedding(input))));
  return { model, structure: { preBlockLayers: [embedding], sequentialBlocks: [first, second] } };
}

// Keras 3.16 watches `call` of layers whose calls go to `quantized_call`: its calibrations see nothing. What it recorded is therefore what
// comes of no inputs at all; ours see the inputs, which the test behind holds.
t.test("gptq and awq of what no sample came to: what Keras makes of the same model", async (t) => {
  for (const row of golden<CalibratedRow[]>("calibrated.json.gz")) {
    const where = `${row.mode} ${JSON.stringify(row.options)}`;
    const { model } = blocks();
    model.setWeights(row.weights.map(tensor));
    const options = Object.fromEntries(Object.entries(row.options).map(([key, value]) => [toCamelCase(key), value]));
    const gptqConfig = new quantizers.GPTQConfig(null, null, row.mode === "gptq" ? options : {});
    const awqConfig = new quantizers.AWQConfig(null, null, row.mode === "awq" ? options : {});
    const layers = model.flattenLayers().filter((layer) => row.report.some(([path]) => path === layer.path)) as QuantizedLayer[];
    t.equal(layers.length, row.report.length);
    for (const layer of layers) {
      layer.quantize({ config: row.mode === "gptq" ? gptqConfig : awqConfig });
      const matrix = layer.waiting!;
      const inputs = matrix.shape[0]!;
      const seen = { sizes: tf.ones([inputs]), sample: tf.zeros([1, inputs]) };
      layer.calibrate(
        row.mode === "gptq"
          ? gptq(matrix, tf.zeros([inputs, inputs]), gptqConfig.options)
          : awq(matrix, seen, { ...awqConfig.options, applyClip: false }),
      );
    }
    t.same(model.weights.map(({ name, dtype }) => [name, dtype]), row.after.map(({ name, dtype }) => [name, dtype])); // prettier-ignore
    // The least weight of a symmetric range lies halfway between two numbers, and the last bit of its scale decides.
    const ties = "symmetric" in row.options ? 1 / 255 + 1e-6 : 1e-5;
    const differing = row.after.filter(({ value, dtype }, i) => near(model.weights[i]!, value) > (dtype === "uint8" ? ties : 1e-5));
    t.same(differing.map(({ path }) => path), [], where); // prettier-ignore
    const x = tensor(row.x);
    t.ok(near(model(x), row.y) < ties * 3, `${where}: outputs`);
    const path = join(folder, `${row.mode}.keras`);
    await model.save(path);
    t.same(((await keras.models.loadModel(path))(x) as tf.Tensor).data(), (model(x) as tf.Tensor).data(), `${where}: saved and loaded`);
  }
  for (const name of ["gptq0.keras", "awq6.keras"]) {
    const row = golden<CalibratedRow[]>("calibrated.json.gz").find(({ file }) => file === name)!;
    t.ok(near((await keras.models.loadModel(fileOf(name)))(tensor(row.x)), row.y) < 1e-5, `${name} of Keras`);
  }
});

interface SeenRow {
  readonly mode: "gptq" | "awq"; readonly options: Readonly<Record<string, never>>; readonly kernel: Recorded; readonly parts: readonly Recorded[];
  readonly whole: Recorded; readonly scale: Recorded; readonly zero: Recorded; readonly groups: Recorded; readonly rowScales?: Recorded;
} // prettier-ignore

t.test("gptq and awq of inputs in two parts: the numbers that the same classes of Keras 3.16 make of them", async (t) => {
  const rows = golden<SeenRow[]>("seen.json.gz");
  t.ok(rows.some(({ mode }) => mode === "gptq") && rows.some(({ mode }) => mode === "awq"));
  for (const row of rows) {
    const where = `${row.mode} ${JSON.stringify(row.options)} ${row.kernel.shape}`;
    const options = Object.fromEntries(Object.entries(row.options).map(([key, value]) => [toCamelCase(key), value]));
    const [hessian, seen] = [new Hessian(), new Activations()];
    for (const part of row.parts) for (const each of [hessian, seen]) each.add(tensor(part));
    const made =
      row.mode === "gptq"
        ? gptq(tensor(row.kernel), hessian.value!, new quantizers.GPTQConfig(null, null, options).options)
        : awq(tensor(row.kernel), seen, new quantizers.AWQConfig(null, null, options).options);
    t.equal(near(tf.cast(made.whole, "uint8"), row.whole), 0, `${where}: whole numbers`);
    t.equal(near(tf.cast(made.zero, "uint8"), row.zero), 0, `${where}: zero points`);
    t.equal(near(tf.cast(made.groups, "float32"), row.groups), 0, `${where}: groups`);
    t.ok(near(made.scale, row.scale) < 1e-6, `${where}: scales`);
    if (row.rowScales) t.ok(near(made.rowScales!, row.rowScales) < 1e-6, `${where}: scales of inputs`);
  }
});

t.test("what a calibration saw makes products of such inputs better than rounding alone", async (t) => {
  keras.utils.setRandomSeed(1);
  for (const [inputs, outputs, rank] of [
    [12, 10, 12],
    [64, 32, 10],
    [200, 32, 50],
  ] as const) {
    const matrix = keras.random.normal([inputs, outputs]);
    const x = tf.matmul(keras.random.normal([400, rank]), keras.random.normal([rank, inputs]));
    const error = ({ whole, scale, zero, rowScales }: CalibratedMatrix): number => {
      const turned = tf.transpose(tf.multiply(scale, tf.subtract(whole, tf.cast(zero, "float32"))));
      const kept = rowScales ? tf.divide(turned, tf.expandDims(rowScales, -1)) : turned;
      return tf.reduceMean(tf.square(tf.matmul(x, tf.subtract(kept, matrix)))).item();
    };
    const [hessian, seen] = [new Hessian(), new Activations()];
    for (const part of [hessian, seen]) part.add(x);
    const plain = error(gptq(matrix, tf.zeros([inputs, inputs]), new quantizers.GPTQConfig(null, null, { groupSize: -1 }).options));
    for (const activationOrder of [false, true]) {
      const { options } = new quantizers.GPTQConfig(null, null, { groupSize: -1, activationOrder });
      t.ok(error(gptq(matrix, hessian.value!, options)) < 0.6 * plain, `gptq, ${inputs} inputs of rank ${rank}`);
    }
    t.ok(error(awq(matrix, seen, { groupSize: -1, numGridPoints: 20, applyClip: true })) < 0.9 * plain, `awq, ${inputs} inputs`);
  }
});

t.test("a model is calibrated block by block", async (t) => {
  for (const Config of [quantizers.GPTQConfig, quantizers.AWQConfig]) {
    keras.utils.setRandomSeed(3);
    const { model, structure } = blocks();
    const texts = ["a text to learn from", "and another one"];
    const x = tf.constant([Array.from({ length: 40 }, (_, i) => (i * i * 7 + i) % 20)], { dtype: "int32" });
    const before = model(x) as tf.Tensor;
    const tokenize = (line: string): number[] => [...line].map((letter) => letter.charCodeAt(0) % 20);
    const config = new Config(texts, { tokenize }, {
      numSamples: 9,
      sequenceLength: 8,
      groupSize: 4,
      quantizationLayerStructure: structure,
    } as never);
    const report = quietly(() => model.quantize({ config: config as never, verbose: false }));
    t.equal(report.numQuantized, 5);
    t.same(report.skippedByReason(quantizers.QuantizationReport.SKIP_OUTSIDE_STRUCTURE), ["emb"]);
    const far = tf.reduceMax(tf.abs(tf.subtract(model(x) as tf.Tensor, before))).item();
    t.ok(far > 0 && far < 0.6 * tf.reduceMax(tf.abs(before)).item(), `${config.mode}: ${far}`);
    t.equal(model.flattenLayers().filter((layer) => layer instanceof QuantizedLayer && layer.waiting !== null).length, 0);
  }
});

const mlp = () =>
  new keras.Sequential([
    keras.Input({ shape: [6] }),
    new Dense(8, { activation: "relu", name: "a" }),
    new keras.layers.Dropout(0.1),
    new Dense(3, { name: "b" }),
  ]);

t.test("a model says what it quantized; predict goes on with the new weights", async (t) => {
  const model = mlp();
  const x = tf.ones([4, 6]);
  const before = (await model.predict(x)) as tf.Tensor;
  const report = quietly(() => model.quantize("int8", { verbose: false }));
  t.same(
    report.quantized.map(([path, ...rest]) => [path.split("/").at(-1), ...rest]),
    [
      ["a", "int8", "int8_from_float32"],
      ["b", "int8", "int8_from_float32"],
    ],
  );
  t.equal(report.numSkipped, 1);
  t.equal(model.quantizationReport, report);
  t.match(
    model.quantizationSummary({ verbose: false }),
    /int8_from_float32, int8, 80 bytes \(192 as float32\)[^]*Total: 116 bytes \(288 as float32\)/,
  );
  const after = (await model.predict(x)) as tf.Tensor;
  t.same(after.data(), (model(x) as tf.Tensor).data());
  t.notSame(after.data(), before.data());
  t.equal(
    quietly(() => model.quantize("int4", { verbose: false })).skippedByReason(quantizers.QuantizationReport.SKIP_ALREADY_QUANTIZED).length,
    2,
  );
  const some = mlp();
  quietly(() => some.quantize("int8", { filters: "^b$", verbose: false }));
  t.same(some.layers.map((layer) => layer.quantizationMode), [null, null, "int8"]); // prettier-ignore
});

t.test("what cannot be quantized is refused, and stays as it was", async (t) => {
  const model = mlp();
  const before = model.getWeights();
  const cases: (readonly [() => unknown, RegExp])[] = [
    [() => model.quantize("float8"), /float8/],
    [() => model.quantize("int3"), /"int8", "float8"/],
    [() => model.quantize(), /neither mode nor config/],
    [() => model.quantize("gptq"), /GPTQConfig/],
    [() => model.quantize("int4", { config: new quantizers.Int8QuantizationConfig() }), /the same mode/],
    [() => model.quantize("int8", { filters: 3 as never }), /regular expression/],
    [() => model.quantize("gptq", { config: new quantizers.GPTQConfig(["a"], null) as never }), /sequentialBlocks/],
    [
      () =>
        model.quantize({
          config: new quantizers.GPTQConfig([], null, { quantizationLayerStructure: { sequentialBlocks: [model.layers[0]] } }) as never,
        }),
      /no tokens/,
    ],
    [() => new Dense(3).quantize("int8"), /not built/],
    [() => new keras.layers.Dropout(0.5).quantize("int8"), /Dense, EinsumDense/],
    [() => new (class Mine extends Dense {})(3).quantize("int8"), /EinsumDense/],
    [() => new Dense(3, { dtype: "int8_from_float16" }), /float16/],
    [() => new Embedding(3, 4, { dtype: "ternary_from_float32" }).build(), /"int8", "int4"/],
  ];
  for (const [run, message] of cases) t.throws(run, message);
  t.same(model.getWeights(), before);
  const gptq = new Dense(4);
  gptq.build([null, 6]);
  gptq.quantize({ config: new quantizers.GPTQConfig(null, null, { groupSize: 3 }) });
  t.same(gptq(tf.ones([2, 6])).shape, [2, 4], "not calibrated: floats");
  await t.rejects(new keras.Sequential([keras.Input({ shape: [6] }), gptq]).save(join(folder, "never.keras")), /not calibrated/);
});

t.test("a policy that is set quantizes; policies by path reach the layers inside", async (t) => {
  const layer = new Dense(4);
  layer.build([null, 6]);
  layer.dtypePolicy = "int8_from_float32" as never;
  t.equal(layer.kernel.dtype, "int8");
  const policies = new keras.dtypePolicies.DTypePolicyMap({ policyMap: { ".*/query": "int8_from_float32", ".*/key": "bfloat16" } });
  const attention = new keras.layers.MultiHeadAttention(2, 3, { dtype: policies });
  attention(tf.ones([1, 4, 6]), tf.ones([1, 4, 6]));
  t.same(
    attention
      .flattenLayers()
      .map(({ quantizationMode, computeDtype }) => [quantizationMode, computeDtype])
      .slice(0, 3),
    [
      ["int8", "float32"],
      [null, "bfloat16"],
      [null, "float32"],
    ],
  );
  t.equal(policies.of("a/key").name, "bfloat16");
  t.throws(() => policies.set(".*/query", "float32"), /again/);
  policies.set("b/.*", "float16");
  t.throws(() => policies.get("b/query"), /one pattern/);
  const again = keras.dtypePolicies.deserialize(keras.dtypePolicies.serialize(policies) as never) as typeof policies;
  t.same([...again.keys()], [...policies.keys()]);
  t.equal(again.get("x/query").name, "int8_from_float32");
});

t.test("a ReversibleEmbedding that is not tied keeps both tables in few bits", async (t) => {
  const layer = new ReversibleEmbedding(11, 6, { tieWeights: false });
  layer.build();
  layer.quantize("int4");
  t.same(
    layer.weights.map(({ name }) => name),
    [
      "embeddings",
      "embeddings_scale",
      "embeddings_zero",
      "g_idx",
      "reverse_embeddings",
      "reverse_embeddings_scale",
      "reverse_embeddings_zero",
    ],
  );
});

t.test("attention whose projections were quantized goes to files and comes back: policies by path say so", async (t) => {
  keras.utils.setRandomSeed(7);
  const layers = [
    () => new keras.layers.MultiHeadAttention(2, 4, { name: "a+b" }),
    () => new keras.layers.GroupQueryAttention({ headDim: 4, numQueryHeads: 4, numKeyValueHeads: 2, useGate: true, name: "g" }),
  ];
  const x = keras.random.normal([2, 5, 8]);
  for (const [i, made] of layers.entries())
    for (const config of [new quantizers.Int8QuantizationConfig(), new quantizers.Int4QuantizationConfig({ blockSize: 4 })]) {
      const input = keras.Input({ shape: [5, 8] });
      const model = new keras.Model(input, new Dense(3)(made()(input, input) as tf.Tensor));
      quietly(() => model.quantize({ config, filters: "query|key|output|dense", verbose: false }));
      const before = (model(x) as tf.Tensor).data();
      const path = join(folder, `attention-${i}-${config.mode}.keras`);
      await model.save(path);
      const again = await keras.models.loadModel(path);
      t.same((again(x) as tf.Tensor).data(), before, config.mode);
      const quantized = (of: tf.keras.Model) =>
        of.flattenLayers().flatMap(({ name, quantizationMode: mode }) => (mode === null ? [] : [`${name} ${mode}`]));
      t.equal(quantized(model).length, 4);
      t.same(quantized(again), quantized(model));
    }
  const input = keras.Input({ shape: [5, 8] });
  const weightsAlone = new keras.Model(input, layers[0]!()(input, input) as tf.Tensor);
  const config = new quantizers.Int8QuantizationConfig({ activationQuantizer: null });
  quietly(() => weightsAlone.quantize({ config, verbose: false }));
  await t.rejects(weightsAlone.save(join(folder, "never.keras")), /query.*quantizers of its own/);
  const mixed = new keras.layers.MultiHeadAttention(2, 4, { dtype: "mixed_bfloat16" });
  mixed(x, x);
  t.same([mixed.softmax.computeDtype, mixed.dropoutLayer.computeDtype], ["bfloat16", "bfloat16"]);
});
