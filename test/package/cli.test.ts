// `npx kerasm`: summary, convert, inspect, doctor and bench on real files; what is called wrongly is one line, the usage, and exit code 2.

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import t from "tap";
import * as tf from "../../lib/index.js";
import { inspectCheckpoint, loadNpz } from "../../lib/api/formats.js";

t.setTimeout(240_000); // processes on busy machines

const { keras } = tf;
const { layers } = keras;
const cli = fileURLToPath(new URL("../../../tools/cli.mjs", import.meta.url));

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command as a user does: in a process of its own. */
const inProcess = (...args: string[]): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(process.execPath, [cli, ...args], { timeout: 120_000 }, (error, out, err) =>
      resolve({ code: error ? Number((error as { code?: unknown }).code) : 0, out, err }),
    );
  });

/** Runs the command in this process, which is started already. */
async function kerasm(name: string, ...args: string[]): Promise<Ended> {
  const { run } = (await import(new URL(`./cli/${name}.mjs`, pathToFileURL(cli)).href)) as { run: (args: string[]) => Promise<number> };
  const [log, error] = [console.log, console.error];
  const [out, err]: [string[], string[]] = [[], []];
  console.log = (line: string) => void out.push(`${line}\n`);
  console.error = (line: string) => void err.push(`${line}\n`);
  const code = await run(args).finally(() => ([console.log, console.error] = [log, error]));
  return { code, out: out.join(""), err: err.join("") };
}
const json = async (name: string, ...args: string[]) => JSON.parse((await kerasm(name, ...args, "--json")).out) as Record<string, never>;

const make = () =>
  new keras.Sequential(
    [new keras.Input({ shape: [3] }), new layers.Dense(4, { name: "a", activation: "relu" }), new layers.Dense(2, { name: "b" })],
    { name: "small" },
  );

t.test("summary tells layers and parameters of every form of model, and tensors of weights", async (t) => {
  const folder = t.testdir({});
  const model = make();
  for (const name of ["m.keras", "m.h5", "m.ckpt", "t/model.json"]) {
    await model.save(join(folder, name));
    const { code, out } = await kerasm("summary", join(folder, name));
    t.equal(code, 0, name);
    t.match(out, /a \(Dense\)[^]*16[^]*b \(Dense\)[^]*10[^]*Total params: 26/, name);
  }
  const facts = await json("summary", join(folder, "m.keras"));
  t.same(facts, {
    name: "small",
    layers: [
      { name: "a", class: "Dense", parameters: 16 },
      { name: "b", class: "Dense", parameters: 10 },
    ],
    parameters: { total: 26, trainable: 26, nonTrainable: 0 },
  });
  await model.saveWeights(join(folder, "w.weights.h5"));
  t.match(
    (await kerasm("summary", join(folder, "w.weights.h5"))).out,
    /layers\/dense\/vars\/0 +float32 +\[3,4\] +12\n[^]*4 tensors, 26 elements/,
  );
});

t.test("convert goes from each form to each other, and the model stays the same", async (t) => {
  const folder = t.testdir({});
  const at = (name: string) => join(folder, name);
  const model = make();
  const x = keras.random.normal([5, 3], { seed: 1 });
  await model.save(at("m.keras"));
  for (const [from, to] of [
    ["m.keras", "m.h5"],
    ["m.h5", "t/model.json"],
    ["t/model.json", "m.ckpt"],
    ["m.ckpt", "again.keras"],
    ["again.keras", "m.onnx"],
  ] as const) {
    // prettier-ignore
    const { code, out, err } = await kerasm("convert", at(from), at(to));
    t.equal(code, 0, err);
    t.match(out, /4 weights/);
    const loaded = (await keras.models.loadModel(at(to)))(x).data();
    t.ok(loaded.every((value, i) => Math.abs(value - model(x).data()[i]!) < 1e-6), `${from} → ${to}`); // prettier-ignore
  }
  for (const [from, to] of [
    ["m.keras", "w.weights.h5"],
    ["m.keras", "w.safetensors"],
    ["w.safetensors", "w.npz"],
  ] as const)
    t.equal((await kerasm("convert", at(from), at(to))).code, 0, to);
  t.same((await loadNpz(at("w.npz")))["a/kernel"]!.data(), model.weights[0]!.data());
  const other = make();
  await other.loadWeights(at("w.weights.h5"));
  t.same(other.getWeights(), model.getWeights());

  const refused = await inProcess("convert", at("m.keras"), at("m.h5"));
  t.equal(refused.code, 2);
  t.match(refused.err, /which exists; expected another path, or --overwrite/);
  t.equal((await kerasm("convert", at("m.keras"), at("m.h5"), "--overwrite")).code, 0);
  writeFileSync(at("broken.keras"), "no archive");
  const broken = await kerasm("convert", at("broken.keras"), at("never.h5"));
  t.equal(broken.code, 1);
  t.match(broken.err, /^kerasm convert: .*broken\.keras: given a file of 10 bytes/);
  t.notOk(/\n +at /.test(broken.err), "no stack for a file that is damaged");
  t.notOk(existsSync(at("never.h5")));
});

t.test("what is called wrongly writes nothing, and says what is expected", async (t) => {
  const folder = t.testdir({ is: {}, "own.txt": "no module" });
  const at = (name: string) => join(folder, name);
  const model = make();
  await model.save(at("m.keras"));
  await model.save(at("dir.keras"), { zipped: false });
  await model.saveWeights(at("w.weights.json"), { maxShardSize: 60 / 2 ** 30 });
  const before = readdirSync(folder).sort();
  const bytes = readFileSync(at("m.keras"));
  const mistakes: [args: string[], code: number, message: RegExp][] = [
    [["convert", at("m.keras"), `${at("x.foo")}/`], 2, /x\.foo\/; expected the path of a file/],
    [["convert", at("m.keras"), at("is"), "--overwrite"], 2, /is, a folder; expected the path of a file/],
    [["convert", at("m.keras"), ""], 2, /given an empty path/],
    [["convert", "", at("x.keras")], 2, /given an empty path/],
    [["convert", at("m.keras")], 2, /expected FROM TO/],
    [["convert", at("m.keras"), at("x.h5"), at("y.h5")], 2, /expected FROM TO/],
    [["convert", at("none.keras"), at("x.h5")], 2, /which is not there/],
    [["convert", at("m.keras"), at("x.pb")], 2, /expected \.keras, \.h5/],
    [["convert", at("m.keras"), at("x.tflite")], 2, /expected \.keras, \.h5/],
    [["convert", at("m.keras"), at("x.npz")], 2, /weights alone/],
    [["convert", at("m.keras"), "memory://x.keras"], 2, /expected a path of this machine/],
    [["convert", at("m.keras"), "http://localhost:1/x.keras"], 2, /expected a path of this machine/],
    [["convert", "ftp://localhost/m.keras", at("x.keras")], 2, /http or https/],
    [["convert", "memory://m.keras", at("x.keras")], 2, /http or https/],
    [["convert", "http://localhost:1/m.keras", at("x.keras")], 1, /no answer/],
    [["convert", at("w.weights.json"), at("x.keras")], 2, /without a model/],
    [["convert", at("m.keras"), at("x.h5"), "--bogus"], 2, /--bogus/],
    [["summary", at("is")], 1, /a folder; expected a model/],
    [["summary", at("m.keras"), "--import", at("own.txt")], 2, /expected a module of JavaScript/],
    [["summary", at("m.keras"), "--import", at("none.mjs")], 2, /which is not there/],
    [["summary", at("own.txt")], 1, /another kind of file/],
    [["inspect", at("is")], 2, /without a list of checkpoints/],
    [["inspect", at("m.keras")], 2, /kerasm summary/],
  ];
  for (const [[command, ...args], code, message] of mistakes) {
    const ended = await kerasm(command!, ...args);
    t.equal(ended.code, code, `${command} ${args.join(" ")}`);
    t.match(ended.err, message);
    t.equal(ended.out, "");
    t.notOk(/\n +at /.test(ended.err), "no stack");
  }
  t.same(readdirSync(folder).sort(), before);
  t.same(readFileSync(at("m.keras")), bytes);
  t.equal((await kerasm("convert", `${at("dir.keras")}/`, at("again.keras"))).code, 0, "a folder with a slash is read");
  t.equal((await kerasm("convert", at("again.keras"), at("more.weights.json"))).code, 0);
  t.equal((await kerasm("convert", at("w.weights.json"), at("w.npz"))).code, 0);
  t.same((await loadNpz(at("w.npz")))["layers/dense_1/vars/0"]!.data(), model.weights[2]!.data(), "shards together");
  const other = make();
  await other.loadWeights(at("more.weights.json"));
  t.same(other.getWeights(), model.getWeights());
});

t.test("a module of the user's registers classes that files name", async (t) => {
  const folder = t.testdir({});
  class Twice extends layers.Layer {
    override call(x: tf.Tensor) {
      return x.mul(2);
    }
  }
  keras.saving.registerKerasSerializable("mine", "Twice")(Twice);
  await new keras.Sequential([new keras.Input({ shape: [3] }), new Twice()]).save(join(folder, "m.keras"));
  const own = join(folder, "own.mjs");
  writeFileSync(own, `import * as tf from ${JSON.stringify(fileURLToPath(new URL("../../../dist/node/index.js", import.meta.url)))};
class Twice extends tf.keras.layers.Layer { call(x) { return x.mul(2); } }
tf.keras.saving.registerKerasSerializable("mine", "Twice")(Twice);`); // prettier-ignore
  const without = await kerasm("summary", join(folder, "m.keras"));
  t.equal(without.code, 1);
  t.match(without.err, /given the class "Twice"/);
  t.match((await kerasm("summary", join(folder, "m.keras"), "--import", own)).out, /Twice/);
});

t.test("inspect tells variables and state of a checkpoint, and that it is whole", async (t) => {
  const folder = t.testdir({});
  const model = make();
  model.compile({ optimizer: "adam", loss: "mse" });
  await model.fit(tf.ones([4, 3]), tf.ones([4, 2]), { epochs: 1, verbose: 0 });
  const counter = { saveState: () => ({ at: 7 }), loadState: () => {} };
  const path = await new tf.train.Checkpoint({ model, counter }).save(join(folder, "ckpt"));
  const { code, out } = await kerasm("inspect", folder);
  t.equal(code, 0);
  t.match(out, /model\.layers\[0\]\.kernel +float32 +\[3,4\] +48\n[^]*counter: \{"at":7\}[^]*checksums agree/);
  const content = await json("inspect", path);
  t.same(content, { path, ...(await inspectCheckpoint(path)) });
  const bytes = new Uint8Array(readFileSync(path));
  bytes[60]! ^= 1;
  writeFileSync(path, bytes);
  const damaged = await kerasm("inspect", path);
  t.equal(damaged.code, 1);
  t.match(damaged.err, /checksum/);
  t.equal((await kerasm("inspect", join(folder, ".."))).code, 2, "a folder without checkpoints");
  t.ok(readdirSync(folder).length > 0);
});

t.test("doctor and bench", async (t) => {
  const doctor = await inProcess("doctor");
  t.equal(doctor.code, 0, doctor.err);
  t.match(doctor.out, /kernels +(relaxed )?SIMD[^]*Cross-Origin-Opener-Policy: same-origin/);
  t.match(await json("doctor"), { computes: true, cores: Number, threads: Number, advice: Array });
  const bench = await json("bench", "--seconds", "0.01", "--threads", "1");
  t.equal(bench["threads"], 1);
  const rows = bench["rows"] as unknown as { rate: number; milliseconds: number }[];
  t.equal(rows.length, 5);
  t.ok(rows.every(({ rate, milliseconds }) => rate > 0 && milliseconds > 0));
});

const mistakes: Readonly<Record<string, [readonly string[], RegExp]>> = {
  "no path": [["summary"], /given no path; expected FILE/],
  "two paths": [["inspect", "a", "b"], /given a b; expected CHECKPOINT/],
  "a model for inspect": [["inspect", join(cli, "../../package.json")], /expected a checkpoint\. kerasm summary tells what is in it/],
  "a file that is not there": [["summary", "nowhere.keras"], /given nowhere\.keras, which is not there/],
  "an unknown option": [["convert", "a", "b", "--fast"], /Unknown option '--fast'/],
  "no time": [["bench", "--seconds", "0"], /given --seconds 0; expected a number/],
  "half a thread": [["bench", "--threads", "0.5"], /given --threads 0\.5/],
  "a path for doctor": [["doctor", "x"], /expected no path/],
};
for (const [name, [args, expected]] of Object.entries(mistakes))
  t.test(`refused: ${name}`, async (t) => {
    const { code, err } = await kerasm(...(args as [string, ...string[]]));
    t.equal(code, 2);
    t.match(err, expected);
    t.match(err, /^kerasm \w+ .*\n\n/m, "with the usage");
  });

t.test("help of each", async (t) => {
  const { out } = await inProcess("--help");
  for (const name of ["summary", "convert", "inspect", "doctor", "bench", "cluster"]) {
    t.match(out, new RegExp(`^  ${name} +\\w`, "m"));
    t.match((await kerasm(name, "--help")).out, new RegExp(`^kerasm ${name}`));
  }
});
