// Callbacks that write: CSV files, event files, servers, backups; and those that change weights.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { decode } from "fast-png";
import t from "tap";
import * as keras from "../../lib/api/keras.js";
import * as tf from "../../lib/index.js";
import { storeAt } from "../../lib/saving/place.js";
import { messageOf } from "../support/message.js";
import { readEvents, textOf } from "./event-files.js";

const { callbacks, layers } = keras;
const quiet = { verbose: 0 } as const;
const x = tf.constant(
  Float32Array.from({ length: 48 }, (_, i) => Math.sin(i * 5)),
  { shape: [24, 2] },
);
const y = tf.constant(
  Float32Array.from({ length: 24 }, (_, i) => Math.cos(i * 3)),
  { shape: [24, 1] },
);

function line(optimizer: unknown = "adam"): keras.Model {
  keras.utils.setRandomSeed(4);
  const input = keras.Input({ shape: [2], name: "in" });
  const hidden = new layers.Dense(3, { activation: "tanh", name: "hidden" })(input);
  const model = new keras.Model(input, new layers.Dense(1, { name: "out" })(new layers.Dropout(0.2, { seed: 3, name: "drop" })(hidden)));
  model.compile({ optimizer: optimizer as never, loss: "mse", metrics: ["mae"] });
  return model;
}

t.test("CSVLogger writes a line for each epoch, with columns for a validation", async (t) => {
  const folder = t.testdir();
  const file = join(folder, "log.csv");
  const lines = () => readFileSync(file, "utf8").split("\r\n");
  const { history } = await line().fit(x, y, { ...quiet, epochs: 2, callbacks: [new callbacks.CSVLogger(file)] });
  t.equal(lines()[0], "epoch,loss,mae,val_loss,val_mae");
  t.strictSame(lines()[2]!.split(","), ["1", String(history["loss"]![1]), String(history["mae"]![1]), "NA", "NA"]);
  t.strictSame(lines().slice(3), [""]);
  await line().fit(x, y, { ...quiet, initialEpoch: 2, epochs: 3, callbacks: [new callbacks.CSVLogger(file, { append: true })] });
  t.equal(lines().filter((text) => text.startsWith("epoch")).length, 1, "the header stands once");
  t.match(lines()[3], /^2,/);
  const semicolons = new callbacks.CSVLogger(file, { separator: ";" });
  await line().fit(x, y, { ...quiet, validationSplit: 0.5, callbacks: [semicolons] });
  t.equal(lines()[0], "epoch;loss;mae;val_loss;val_mae");
  t.match(await messageOf(() => new callbacks.CSVLogger(undefined as never)), /^CSVLogger.filename: given nothing; expected a string/);
});

t.test("RemoteMonitor sends epochs as a form or as JSON, and only warns where nobody listens", async (t) => {
  const seen: { url: string; type: string; body: string; mine: unknown }[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => (body += part));
    request.on("end", () => {
      seen.push({ url: request.url!, type: request.headers["content-type"]!, body, mine: request.headers["x-mine"] });
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const monitors = [
    new callbacks.RemoteMonitor({ root, headers: { "x-mine": "yes" } }),
    new callbacks.RemoteMonitor({ root, path: "/json", sendAsJson: true }),
  ];
  const { history } = await line().fit(x, y, { ...quiet, callbacks: monitors });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  const expected = { epoch: 0, loss: history["loss"]![0], mae: history["mae"]![0] };
  t.equal(seen[0]!.url, "/publish/epoch/end/");
  t.equal(seen[0]!.mine, "yes");
  t.match(seen[0]!.type, /x-www-form-urlencoded/);
  t.strictSame(JSON.parse(new URLSearchParams(seen[0]!.body).get("data")!), expected);
  t.equal(seen[1]!.url, "/json");
  t.equal(seen[1]!.type, "application/json");
  t.strictSame(JSON.parse(seen[1]!.body), expected);
  const { warn } = console;
  let said = "";
  console.warn = (text: string) => void (said += text);
  await line().fit(x, y, { ...quiet, callbacks: [new callbacks.RemoteMonitor({ root })] });
  console.warn = warn;
  t.equal(said, `RemoteMonitor could not reach ${root}.`);
});

t.test("SwapEMAWeights evaluates with averages and trains on without them", async (t) => {
  const make = () => line(new keras.optimizers.SGD({ learningRate: 0.1, useEma: true, emaMomentum: 0.5 }));
  const validation = { validationData: [x, y] };
  const plain = make();
  const averages: number[][] = [];
  const spy = new callbacks.LambdaCallback({
    onEpochEnd: () => void averages.push([...plain.optimizer.movingAverages!.slots.values()].flatMap((slot) => [...slot.data()])),
  });
  const usual = await plain.fit(x, y, { ...quiet, shuffle: false, epochs: 2, callbacks: [spy], ...validation });
  const swapped = make();
  const during: number[][] = [];
  const look = new callbacks.LambdaCallback({ onTestEnd: () => void during.push(swapped.getWeights().flatMap((w) => [...w])) });
  const { history } = await swapped.fit(x, y, {
    ...quiet,
    shuffle: false,
    epochs: 2,
    callbacks: [look, new callbacks.SwapEMAWeights()],
    ...validation,
  });
  t.strictSame(during, averages, "what is evaluated are the averages");
  t.strictSame(history["loss"], usual.history["loss"], "training is what it was");
  t.notSame(history["val_loss"], usual.history["val_loss"]);
  t.strictSame(swapped.getWeights(), plain.getWeights());
  const none = new callbacks.SwapEMAWeights();
  t.match(
    await messageOf(() => line().fit(x, y, { ...quiet, callbacks: [none], ...validation })),
    /^SwapEMAWeights: given the optimizer adam\w* without/,
  );
  const onEpoch = make();
  const saved: number[][] = [];
  const keep = new callbacks.LambdaCallback({ onEpochEnd: () => void saved.push(onEpoch.getWeights().flatMap((w) => [...w])) });
  const swap = new callbacks.SwapEMAWeights({ swapOnEpoch: true });
  await onEpoch.fit(x, y, { ...quiet, shuffle: false, epochs: 2, callbacks: [swap, keep] });
  t.strictSame(saved, averages, "callbacks behind it see the averages");
});

t.test("BackupAndRestore: a run that is ended goes on in a new one, inside the epoch", async (t) => {
  for (const saveFreq of ["epoch", 4] as const) {
    const folder = join(t.testdir(), "backup");
    const options = { ...quiet, batchSize: 4, epochs: 4 } as const;
    class Stop extends callbacks.Callback {
      steps = 0;
      override onTrainBatchEnd() {
        if (++this.steps === 15) throw new Error("power failure");
      }
    }
    const first = line();
    const losses: number[] = [];
    const record = new callbacks.LambdaCallback({ onEpochEnd: (_, logs) => void losses.push(logs["loss"]!) });
    t.equal(
      await messageOf(() =>
        first.fit(x, y, { ...options, callbacks: [new callbacks.BackupAndRestore(folder, { saveFreq }), record, new Stop()] }),
      ),
      "power failure",
    );
    t.strictSame(readdirSync(folder), ["latest.ckpt"]);
    keras.utils.setRandomSeed(77);
    const second = line();
    const starts: number[] = [];
    const begin = new callbacks.LambdaCallback({ onTrainBatchBegin: (batch) => void starts.push(batch) });
    const rest = await second.fit(x, y, { ...options, callbacks: [new callbacks.BackupAndRestore(folder, { saveFreq }), begin] });
    t.strictSame(rest.epoch, saveFreq === 4 ? [1, 2, 3] : [2, 3], "the epochs whose end was not backed up");
    t.equal(starts[0], 0, "15 steps are two epochs of 6 and three steps; the 12th was backed up");
    t.strictSame(readdirSync(folder), [], "a backup goes when training has come to its end");
    t.equal(second.optimizer.iterations.item(), 24);
  }
});

t.test("BackupAndRestore gives the same weights as a run that was never ended", async (t) => {
  const folder = join(t.testdir(), "backup");
  const options = { ...quiet, batchSize: 4, epochs: 3 } as const;
  const whole = line();
  const place = join(t.testdir(), "copy");
  const backup = new callbacks.BackupAndRestore(folder, { saveFreq: 5, doubleCheckpoint: true });
  // Copies what the backup was after 10 steps: four steps into the second epoch.
  const copy = new callbacks.LambdaCallback({
    onTrainBatchEnd: () => {
      if (whole.optimizer.iterations.item() === 10) writeFileSync(place, readFileSync(join(folder, "latest.ckpt")));
    },
  });
  const { history } = await whole.fit(x, y, { ...options, callbacks: [backup, copy] });
  writeFileSync(join(folder, "latest.ckpt"), readFileSync(place).subarray(0, 500));
  writeFileSync(join(folder, "previous.ckpt"), readFileSync(place));
  keras.utils.setRandomSeed(123);
  const again = line();
  const restored = new callbacks.BackupAndRestore(folder, { saveFreq: 5, doubleCheckpoint: true, deleteCheckpoint: false });
  const rest = await again.fit(x, y, { ...options, callbacks: [restored] });
  t.strictSame(rest.history["loss"], history["loss"]!.slice(1), "the one before stands in for a damaged backup");
  t.strictSame(again.getWeights(), whole.getWeights());
  t.strictSame(readdirSync(folder), ["latest.ckpt", "previous.ckpt"]);
  writeFileSync(join(folder, "latest.ckpt"), "no checkpoint");
  t.match(await messageOf(() => line().fit(x, y, { ...options, callbacks: [new callbacks.BackupAndRestore(folder)] })), /latest\.ckpt/);
  t.match(
    await messageOf(() => new callbacks.BackupAndRestore(folder, { saveFreq: "batch" as never })),
    /^BackupAndRestore.saveFreq: given "batch"/,
  );
});

t.test(
  "BackupAndRestore in Keras's files: the same weights as a run that was never ended, and Keras's own loaders read them",
  async (t) => {
    for (const ending of ["keras", "weights.h5"]) {
      const folder = t.testdir({});
      const path = join(folder, `backup.${ending}`);
      const options = { ...quiet, batchSize: 4, epochs: 3 } as const;
      const whole = line();
      let copy = new Uint8Array();
      const take = new callbacks.LambdaCallback({
        onTrainBatchEnd: () => {
          if (whole.optimizer.iterations.item() === 10) copy = new Uint8Array(readFileSync(path));
        },
      });
      const { history } = await whole.fit(x, y, {
        ...options,
        callbacks: [new callbacks.BackupAndRestore(path, { saveFreq: 5, doubleCheckpoint: true }), take],
      });
      t.strictSame(readdirSync(folder), [], "backups go when training has come to its end");
      writeFileSync(path, copy);
      keras.utils.setRandomSeed(123);
      const again = line();
      const rest = await again.fit(x, y, {
        ...options,
        callbacks: [new callbacks.BackupAndRestore(path, { deleteCheckpoint: false, saveFreq: 5 })],
      });
      t.strictSame(rest.history["loss"], history["loss"]!.slice(1), `${ending}: goes on inside the second epoch`);
      t.strictSame(again.getWeights(), whole.getWeights(), ending);
      const other = line();
      await other.loadWeights(path);
      if (ending === "keras") t.strictSame((await keras.models.loadModel(path)).getWeights(), other.getWeights());
      // Damaged, it is an error, and the model is as it was; weights alone are no backup.
      writeFileSync(path, copy.subarray(0, 700));
      const third = line();
      const before = third.getWeights();
      const backup = () => third.fit(x, y, { ...options, callbacks: [new callbacks.BackupAndRestore(path)] });
      t.match(await messageOf(backup), new RegExp(`backup\\.${ending}`));
      if (ending === "keras") await third.save(path);
      else await third.saveWeights(path);
      t.match(await messageOf(backup), /expected a backup/);
      t.strictSame(third.getWeights(), before);
    }
  },
);

t.test("TensorBoard's files hold scalars, histograms, images, the graph and text", async (t) => {
  const logDir = join(t.testdir(), "logs");
  const model = line();
  const board = new callbacks.TensorBoard({ logDir, histogramFreq: 1, writeImages: true, updateFreq: 2, writeStepsPerSecond: true });
  const { history } = await model.fit(x, y, { ...quiet, batchSize: 4, epochs: 3, validationData: [x, y], callbacks: [board] });
  const train = readEvents(join(logDir, "train"));
  const tagged = (tag: string, found = train) => found.values.filter((value) => value.tag === tag);
  const fround = (values: readonly number[]) => values.map(Math.fround);
  t.strictSame(
    tagged("epoch_loss").map(({ step, data }) => [step, data[0]]),
    fround(history["loss"]!).map((value, i) => [i, value]),
  );
  t.ok(tagged("epoch_loss").every(({ plugin, shape }) => plugin === "scalars" && shape.length === 0));
  t.strictSame(tagged("batch_loss").map(({ step }) => step), [2, 4, 6, 8, 10, 12, 14, 16, 18]); // prettier-ignore
  t.strictSame(tagged("epoch_learning_rate").map(({ data }) => data[0]), fround([0.001, 0.001, 0.001])); // prettier-ignore
  t.ok(tagged("epoch_steps_per_second").every(({ data }) => (data[0] as number) > 0));
  const validation = readEvents(join(logDir, "validation"));
  t.strictSame(tagged("epoch_loss", validation).map(({ data }) => data[0]), fround(history["val_loss"]!)); // prettier-ignore
  t.strictSame(tagged("evaluation_mae_vs_iterations", validation).map(({ step }) => step), [6, 12, 18]); // prettier-ignore

  const kernel = model.weights[0]!.data();
  const histogram = tagged("hidden/kernel/histogram").at(-1)!;
  t.strictSame([histogram.plugin, histogram.shape], ["histograms", [30, 3]]);
  const buckets = Array.from({ length: 30 }, (_, i) => histogram.data.slice(i * 3, i * 3 + 3) as number[]);
  t.equal(buckets.reduce((sum, [, , count]) => sum + count!, 0), kernel.length); // prettier-ignore
  t.equal(buckets[0]![0], Math.min(...kernel));
  t.equal(buckets.at(-1)![1], Math.max(...kernel));

  const image = tagged("hidden/kernel/image").at(-1)!;
  t.strictSame([image.plugin, textOf(image.data[0]), textOf(image.data[1])], ["images", "3", "2"]);
  const png = decode(image.data[2] as Uint8Array, { checkCrc: true });
  t.strictSame([png.width, png.height, png.channels], [3, 2, 1]);
  const span = Math.max(...kernel) - Math.min(...kernel);
  t.strictSame(
    [...png.data],
    Array.from(kernel, (value) => Math.round(((value - Math.min(...kernel)) / span) * 255)),
  );

  t.strictSame(
    train.nodes.map(({ name, op, inputs }) => [name, op, ...inputs]),
    [
      ["in", "InputLayer"],
      ["hidden", "Dense", "in"],
      ["drop", "Dropout", "hidden"],
      ["out", "Dense", "drop"],
    ],
  );
  const [drawn] = tagged("keras");
  t.strictSame([drawn!.plugin, drawn!.content], ["graph_keras_model", "1"]);
  t.strictSame(JSON.parse(textOf(drawn!.data[0])), JSON.parse(model.toJson()));
  t.match(textOf(tagged("model_summary")[0]!.data[0]), /hidden \(Dense\)/);
  t.equal(tagged("model_summary")[0]!.plugin, "text");

  const plain = join(t.testdir(), "plain");
  await line().fit(x, y, { ...quiet, epochs: 2, callbacks: [new callbacks.TensorBoard({ logDir: plain, writeGraph: false })] });
  const only = readEvents(join(plain, "train"));
  t.strictSame([...new Set(only.values.map(({ tag }) => tag))].sort(), ["epoch_learning_rate", "epoch_loss", "epoch_mae"]);
  t.equal(only.nodes.length, 0);
  t.match(await messageOf(() => new callbacks.TensorBoard({ profileBatch: 2 } as never)), /^TensorBoard.profileBatch: given 2; expected 0/);
  t.match(
    await messageOf(() => new callbacks.TensorBoard({ log_dir: "x" } as never)),
    /^TensorBoard: given the unknown option "log_dir".*logDir/,
  );
});

t.test("a long run is one event file on a disk, and several where a place takes whole files only", async (t) => {
  const folder = t.testdir();
  const input = keras.Input({ shape: [2] });
  const big = new keras.Model(input, new layers.Dense(1)(new layers.Dense(700)(new layers.Dense(700)(input))));
  big.compile({ optimizer: "sgd", loss: "mse" });
  for (const [logDir, isDisk] of [
    [join(folder, "disk"), true],
    ["memory://long-run", false],
  ] as const) {
    await big.fit(x, y, { ...quiet, epochs: 4, callbacks: [new callbacks.TensorBoard({ logDir, histogramFreq: 1, writeImages: true })] });
    const copies = isDisk ? join(logDir, "train") : join(folder, "copies");
    if (!isDisk) {
      mkdirSync(copies);
      const store = storeAt(`${logDir}/train`);
      for (const name of await store.list()) writeFileSync(join(copies, name), (await store.read(name))!);
    }
    const { files, values } = readEvents(copies);
    t.ok(isDisk ? files === 1 : files > 1, `${files} files`);
    t.strictSame(values.filter(({ tag }) => tag === "epoch_loss").map(({ step }) => step), [0, 1, 2, 3]); // prettier-ignore
  }
});
