// The packed package in a user's folder: what it holds, plain JavaScript on every Node at hand, strict TypeScript.

import { existsSync, readdirSync, readFileSync, writeFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parse, type Node } from "acorn";
import t from "tap";
import * as datasets from "../../datasets/index.js";
import * as tf from "../../lib/index.js";
import { trainMlp, type Trained } from "../support/mlp.js";
import { installPacked, nodes } from "../support/packed.js";
import { run } from "../support/run.js";
import { repository } from "../support/sources.js";
import { isClass } from "../support/classes.js";

t.setTimeout(240_000);

const { folder, home, remove } = await installPacked();
t.teardown(remove);

const files = readdirSync(home, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(home.length + 1));
const read = (file: string) => readFileSync(join(home, file), "utf8");

interface Manifest {
  exports: Record<string, string | Record<string, string>>;
  bin: Record<string, string>;
  dependencies?: object;
  license: string;
}
const manifest = JSON.parse(read("package.json")) as Manifest;

t.test("every export has its types and its code for Node and for browsers", async (t) => {
  for (const [entry, targets] of Object.entries(manifest.exports)) {
    if (typeof targets === "string" || /^\.\/autograph\/(?!runtime)/.test(entry)) continue;
    t.strictSame(Object.keys(targets), ["types", "node", "module", "default"]);
    for (const target of Object.values(targets)) t.ok(existsSync(join(home, target)), `${entry}: ${target}`);
  }
});

t.test("autograph has an entry for each bundler, one for Node, and a command", async (t) => {
  for (const name of ["vite", "rollup", "rolldown", "webpack", "esbuild", "node"]) {
    const targets = manifest.exports[`./autograph/${name}`] as Record<string, string>;
    t.strictSame(Object.keys(targets), ["types", "default"]);
    for (const target of Object.values(targets)) t.ok(existsSync(join(home, target)), `${name}: ${target}`);
  }
  for (const file of Object.values(manifest.bin)) t.ok(existsSync(join(home, file)), file);
  t.same(Object.keys(manifest.bin).sort(), ["kerasm", "kerasm-autograph"]);
  const program = `import * as tf from "kerasm"; const f = tf.autograph.toGraph((x) => { if (x > 0) return x * x; return 0; }); console.log(f(tf.constant(9)).item(), f(tf.constant(-9)).item());`;
  writeFileSync(join(folder, "converts.mjs"), program);
  const { stdout, stderr } = await run(process.execPath, [join(folder, "converts.mjs")], { cwd: folder });
  t.same([stdout, stderr], ["81 0\n", ""]);
});

t.test("licences go with the package: its own, the data set's, and those of all that is bundled", async (t) => {
  t.equal(manifest.license, "MIT");
  t.match(read("LICENSE"), /MIT License/);
  t.match(read("datasets/fashion-mnist/LICENSE"), /Zalando SE/);
  const bundled = read("dist/THIRD-PARTY-LICENSES.txt");
  for (const name of ["@assemblyscript/loader", "zod"]) t.match(bundled, new RegExp(`^${name} \\d`, "m"));
});

t.test("it holds what it needs and nothing else", async (t) => {
  const expected =
    /^(dist\/(node|browser|autograph)\/[\w.-]+\.js(\.map)?|dist\/csp\/(simd\.wasm|relaxed\.wasm|worker\.js)|dist\/kerasm\.global\.js(\.map)?|dist\/modules\/.+\.js|dist\/types\/.+\.d\.ts|dist\/THIRD-PARTY-LICENSES\.txt|tools\/cli(\/[\w-]+)?\.mjs|datasets\/[\w-]+\/[\w.-]+|package\.json|README\.md|CHANGELOG\.md|LICENSE)$/;
  t.strictSame(
    files.filter((file) => !expected.test(file.replaceAll("\\", "/"))),
    [],
  );
  t.notOk(manifest.dependencies);
});

t.test("the code for browsers imports its own files only, that for Node also Node's", async (t) => {
  const foreign = (platform: string, allowed: RegExp) =>
    files
      .filter((file) => file.startsWith(join("dist", platform)) && file.endsWith(".js"))
      .flatMap((file) => specifiersIn(read(file)).map((specifier) => `${file}: ${specifier}`))
      .filter((line) => !allowed.test(line));
  t.strictSame(specifiersIn('import{a}from"zod";const b="from",c=1;import"node:fs";const d=()=>import(`./d.js`);export*from"e"'), [
    "zod",
    "node:fs",
    "./d.js",
    "e",
  ]);
  t.strictSame(foreign("browser", /: \.\//), []);
  t.strictSame(foreign("modules", /: (\.\.?\/|koffi$)/), []);
  t.strictSame(foreign("node", /: (\.\/|node:|module$|koffi$)/), []);
});

/** What a module imports, at once or lazily, in the order of its text. */
function specifiersIn(code: string): string[] {
  const found: { at: number; specifier: string }[] = [];
  const take = (node: object) => {
    const { type, source } = node as { type?: string; source?: Node };
    if (source && /^(Import|Export)/.test(type!)) found.push({ at: source.start, specifier: textOf(source) });
    for (const key in node) {
      const value = node[key as keyof typeof node] as unknown;
      if (typeof value === "object" && value !== null) take(value);
    }
  };
  take(parse(code, { ecmaVersion: "latest", sourceType: "module", allowHashBang: true }));
  return found.sort((a, b) => a.at - b.at).map(({ specifier }) => specifier);
}

const textOf = (source: Node & { value?: unknown; quasis?: { value: { cooked: string } }[] }): string =>
  source.quasis ? source.quasis.map(({ value }) => value.cooked).join("*") : String(source.value);

t.test("minified classes have the names that they are saved and reported by, recorded operations those of their functions", async (t) => {
  const packed = (await import(pathToFileURL(join(home, "dist/node/index.js")).href)) as typeof tf;
  const namesOf = (space: object, fits: (name: string, value: object) => boolean) =>
    Object.entries(space)
      .filter(([name, value]) => typeof value === "function" && fits(name, value as object))
      .map(([name, value]) => [name, (value as { name: string }).name]);
  const areClasses = (_: string, value: object) => isClass(value);
  for (const space of ["layers", "optimizers", "losses", "metrics", "initializers", "callbacks"] as const) {
    const names = namesOf(tf.keras[space], areClasses);
    t.ok(names.length > 3, space);
    t.strictSame(namesOf(packed.keras[space], areClasses), names);
  }
  const isRecorded = (name: string) => ["relu", "concatenate", "matmul"].includes(name);
  t.strictSame(namesOf(packed.keras.ops, isRecorded), namesOf(tf.keras.ops, isRecorded));
  t.throws(() => packed.keras.ops.reshape([1, 2], [3]), { name: "ShapeError" });
});

const program = `
import * as tf from "kerasm";
import * as keras from "kerasm/keras";
import { fashionMnist } from "kerasm/datasets";
import "kerasm/models";
if (tf.keras !== keras) throw new Error("tf.keras is another object than kerasm/keras");
const x = tf.constant([[1, 2], [3, 4]]);
const w = tf.variable(tf.ones([2]));
const tape = new tf.GradientTape();
const loss = tape.record(() => tf.reduceSum(tf.square(tf.multiply(x, w))));
const gradient = tape.gradient(loss, w);
const [[images, labels]] = await fashionMnist.loadData();
console.log(JSON.stringify([loss.item(), gradient.array(), images.shape, labels.dtype]));
`;

for (const { name, path } of nodes())
  t.test(`plain JavaScript runs on ${name} and ends by itself`, async (t) => {
    writeFileSync(join(folder, "program.js"), program);
    const { status, stdout, stderr } = await run(path, ["program.js"], { cwd: folder });
    t.equal(stderr, "");
    t.equal(status, 0);
    t.equal(stdout, '[30,[20,40],[60000,28,28],"uint8"]\n');
  });

const training = `
import * as tf from "kerasm";
import * as datasets from "kerasm/datasets";
${trainMlp.toString()}
console.log(JSON.stringify(await trainMlp({ tf, datasets }, { steps: 50 })));
`;

t.test("50 steps of an MLP give the same bits on every Node", async (t) => {
  const { weights, losses } = await trainMlp({ tf, datasets }, { steps: 50 });
  writeFileSync(join(folder, "training.js"), training);
  for (const { name, path } of nodes()) {
    const { stdout, stderr } = await run(path, ["training.js"], { cwd: folder });
    t.equal(stderr, "");
    const there = JSON.parse(stdout) as Trained;
    t.strictSame(there.losses, losses, name);
    t.equal(there.weights, weights, name);
  }
});

for (const [resolution, module, lib] of [
  ["NodeNext", "NodeNext", ["ES2022"]],
  ["Bundler", "ESNext", ["ES2022", "DOM"]],
] as const)
  t.test(`strict TypeScript accepts the types with ${resolution} resolution and ${lib.join(", ")}`, async (t) => {
    writeFileSync(join(folder, "program.ts"), typed);
    const options = { strict: true, skipLibCheck: false, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, noEmit: true };
    const target = { target: "ES2022", lib, types: [], module, moduleResolution: resolution };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: { ...options, ...target }, files: ["program.ts"] }));
    const { status, stdout, stderr } = await run(process.execPath, [join(repository, "node_modules/typescript/lib/tsc.js"), "-p", folder]);
    t.equal(stdout + stderr, "");
    t.equal(status, 0);
  });

const typed = `
import * as tf from "kerasm";
import * as keras from "kerasm/keras";
import { fashionMnist, type LabelledImagesData } from "kerasm/datasets";
import * as models from "kerasm/models";

const x: tf.Tensor = tf.constant([[1, 2], [3, 4]], { dtype: "float32" });
const w: tf.Variable = tf.variable(tf.ones([2]));
const tape = new tf.GradientTape();
const loss = tape.record(() => tf.reduceSum(tf.square(tf.multiply(x, w))));
const gradient: tf.Tensor | null = tape.gradient(loss, w);
const data: Promise<LabelledImagesData> = fashionMnist.loadData();
const same: typeof tf.keras = keras;
const model = new keras.Sequential([keras.Input({ shape: [2] }), new keras.layers.Dense(2, { activation: "softmax" })]);
// What scripts do with predictions and with parts of models compiles as it stands; several outputs are said.
export const logs = [
  tf.math.log(await model.predict(x)),
  tf.argmax(await model.predict(x), { axis: -1 }),
  keras.losses.meanSquaredError(x, await model.predictOnBatch(x)),
];
const [first, ...others] = await model.predict<tf.Tensor[]>(x);
export const shapes = [first?.shape, others.length, model.output.shape, model.inputs[0]?.shape];
const features = new keras.layers.Dense(1)(model.getLayer("dense").output);
export const surgery = new keras.Model(model.input, [features, model.output]);
// @ts-expect-error: a shape is a list of lengths
tf.ones("2");
export { data, gradient, models, same };
`;

// The last one: the folder is gone afterwards.
t.test("who needs no Fashion-MNIST deletes its folder: everything else works, and the data set says what is missing", async (t) => {
  rmSync(join(home, "datasets"), { recursive: true });
  writeFileSync(
    join(folder, "without.js"),
    `import * as tf from "kerasm";
import { fashionMnist } from "kerasm/datasets";
console.log(tf.add(1, 2).item(), fashionMnist.classNames.length);
await fashionMnist.loadData().catch((error) => console.log(error.name, /(train|t10k)-(images|labels)/.test(error.message), error.message.includes("baseUrl")));`,
  );
  const { stdout, stderr } = await run(process.execPath, ["without.js"], { cwd: folder });
  t.same([stdout, stderr], ["3 10\nValueError true true\n", ""]);
});
