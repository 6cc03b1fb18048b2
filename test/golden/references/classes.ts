// Classes that no recorded case has: layers, losses, metrics, optimizers, callbacks.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "../../../lib/index.js";
import { expectValue, ints, named, reference, value } from "./rows.js";

const { keras } = tf;
const { callbacks, layers, optimizers } = keras;

value("keras.losses.hinge", [[[1, 1, 0]], [[0.5, -0.5, 0.25]]], [(0.5 + 1.5 + 1.25) / 3]);
value("keras.losses.meanAbsoluteError", [[[1, 2]], [[3, 2.5]]], [1.25]);
value("keras.metrics.accuracy", [[1, 2, 3], [1, 0, 3]], [1, 0, 1]); // prettier-ignore
value("keras.metrics.categoricalAccuracy", [[[0, 1], [1, 0]], [[0.2, 0.8], [0.3, 0.7]]], [1, 0]); // prettier-ignore
value(
  "keras.metrics.sparseTopKCategoricalAccuracy",
  () => [
    ints([0, 2]),
    [
      [0.5, 0.3, 0.2],
      [0.5, 0.3, 0.2],
    ],
    { k: 2 },
  ],
  [1, 0],
);

reference("MeanMetricWrapper", () => {
  const metric = new keras.metrics.MeanMetricWrapper(((a: tf.Tensor, b: tf.Tensor) => tf.abs(tf.subtract(a, b))) as never, { name: "far" });
  metric.updateState(tf.constant([1, 2]), tf.constant([1, 5]));
  expectValue(metric.result(), 1.5);
});
reference("initializers.Identity", () =>
  expectValue(new keras.initializers.Identity({ gain: 3 }).call([2, 3], "float32" as never), [
    [3, 0, 0],
    [0, 3, 0],
  ]),
);
reference("GaussianNoise", () => {
  const noisy = new layers.GaussianNoise(0.5, { seed: 3 })(tf.zeros([20000]), { training: true }) as tf.Tensor;
  expectValue([tf.reduceMean(noisy), tf.sqrt(tf.reduceMean(tf.square(noisy)))], [0, 0.5], 0.03);
});
reference("SimpleRNNCell, one step", () => {
  const cell = new layers.SimpleRNNCell(1, { kernelInitializer: "ones", recurrentInitializer: "ones", activation: "linear" });
  const [h] = cell(tf.constant([[1, 2]]), [tf.constant([[3]])]) as unknown as [tf.Tensor];
  expectValue(h, [[6]]);
});
reference("ThresholdedReLU", () => expectValue(new layers.ThresholdedReLU({ theta: 1.5 })(tf.constant([1, 1.5, 2])), [0, 0, 2]));
reference("Lambda", () => expectValue(new layers.Lambda((x: tf.Tensor) => tf.multiply(x, 3))(tf.constant([1, 2])), [3, 6]));

// Optimizers that hold others: one step of SGD by 0.5, on losses that are scaled, and each on its own variables.
const step = (optimizer: tf.keras.optimizers.Optimizer, names: readonly string[]): unknown[] => {
  const variables = names.map((name) => tf.variable(tf.constant([1, 2], { dtype: "float32" }), { name }));
  optimizer.applyGradients(variables.map((variable) => [tf.constant([2, 4], { dtype: "float32" }), variable] as never));
  return variables.map((variable) => variable.value().array());
};
reference("LossScaleOptimizer", () => {
  const optimizer = new optimizers.LossScaleOptimizer(new optimizers.SGD(0.5), { initialScale: 4 });
  expectValue(step(optimizer as never, ["a"]), [[1 - (0.5 * 2) / 4, 2 - (0.5 * 4) / 4]]); // prettier-ignore
});
reference("MultiOptimizer", () => {
  const map = new optimizers.OptimizerMap(new optimizers.SGD(0.5), { "b.*": new optimizers.SGD(0.25) });
  expectValue(step(new optimizers.MultiOptimizer(map) as never, ["a", "b"]), [[0, 0], [0.5, 1]]); // prettier-ignore
});

// Callbacks: what each is there for, seen from outside.
const x = tf.constant([[1], [2], [3], [4]], { dtype: "float32" }); // prettier-ignore
const y = tf.constant([[2], [4], [6], [8]], { dtype: "float32" }); // prettier-ignore

function line(optimizer: unknown = new optimizers.SGD(0.01)): tf.keras.Sequential {
  const model = new keras.Sequential([new keras.Input({ shape: [1] }), new layers.Dense(1, { kernelInitializer: "zeros" })]);
  model.compile({ optimizer: optimizer as never, loss: "mse" });
  return model;
}
const fit = (model: tf.keras.Model, callback: unknown, options: object = {}): Promise<{ history: Record<string, number[]> }> =>
  model.fit(x, y, { epochs: 2, verbose: 0, shuffle: false, callbacks: [callback].flat() as never, ...options }) as never;

function inFolder(id: string, body: (folder: string) => Promise<void>): void {
  reference(id, async () => {
    const folder = mkdtempSync(join(tmpdir(), "kerasm-references-"));
    try {
      await body(folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

inFolder("callbacks.CSVLogger", async (folder) => {
  const { history } = await fit(line(), new callbacks.CSVLogger(join(folder, "log.csv")));
  const rows = readFileSync(join(folder, "log.csv"), "utf8").trim().split(/\r?\n/);
  expectValue(rows, ["epoch,loss,val_loss", ...history["loss"]!.map((loss, epoch) => `${epoch},${loss},NA`)]);
});
inFolder("callbacks.ModelCheckpoint", async (folder) => {
  const model = line();
  await fit(model, new callbacks.ModelCheckpoint(join(folder, "{epoch}.keras") as never));
  expectValue(readdirSync(folder).sort(), ["1.keras", "2.keras"]);
  const again = (await keras.models.loadModel(join(folder, "2.keras"))) as tf.keras.Model;
  expectValue(
    again.predictOnBatch(x) instanceof Promise ? await again.predictOnBatch(x) : again.predictOnBatch(x),
    (model(x) as tf.Tensor).array(),
  );
});
inFolder("callbacks.BackupAndRestore", async (folder) => {
  const whole = line();
  await fit(whole, new callbacks.LambdaCallback({}), { epochs: 4 });
  const stopAt = new callbacks.LambdaCallback({
    onEpochBegin: (epoch: number) => {
      if (epoch === 2) throw new Error("interrupted");
    },
  });
  const backup = (): unknown => new callbacks.BackupAndRestore(join(folder, "backup"));
  await line()
    .fit(x, y, { epochs: 4, verbose: 0, shuffle: false, callbacks: [backup(), stopAt] as never })
    .catch(() => undefined);
  const resumed = line();
  const { history } = await fit(resumed, backup(), { epochs: 4 });
  expectValue(history["loss"]!.length, 2);
  expectValue(resumed(x), (whole(x) as tf.Tensor).array());
});
inFolder("callbacks.TensorBoard", async (folder) => {
  await fit(line(), new callbacks.TensorBoard({ logDir: folder, writeGraph: false } as never));
  const events = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.includes("tfevents"));
  expectValue(events.length, 1);
  expectValue(readFileSync(join(folder, events[0]!)).includes("epoch_loss"), true);
});
reference("callbacks.LambdaCallback", async () => {
  const seen: unknown[] = [];
  await fit(line(), new callbacks.LambdaCallback({ onEpochEnd: (epoch: number) => void seen.push(epoch) }));
  expectValue(seen, [0, 1]);
});
reference("callbacks.TerminateOnNaN", async () => {
  const { history } = await fit(line(new optimizers.SGD(1e30)), new callbacks.TerminateOnNaN(), { epochs: 50 });
  expectValue(history["loss"]!.length < 50, true);
});
reference("callbacks.SwapEMAWeights", async () => {
  const seen: number[] = [];
  const model = new keras.Sequential([
    new keras.Input({ shape: [1] }),
    new layers.Dense(1, { kernelInitializer: "zeros", useBias: false }),
  ]);
  model.compile({ optimizer: new optimizers.SGD(0.01, { useEma: true, emaMomentum: 0.5 }), loss: "mse" });
  const look = new callbacks.LambdaCallback({ onEpochEnd: () => void seen.push(Number(model.weights[0]!.value().data()[0])) });
  await fit(model, [new callbacks.SwapEMAWeights({ swapOnEpoch: true }), look], { epochs: 1, batchSize: 2 });
  // Two steps of −0.01 · d/dw mean((w·x − y)²), and the average of the weights after them.
  const first = -0.01 * 2 * (0 - 2) * 2.5;
  const second = first - 0.01 * 2 * (first - 2) * 12.5;
  expectValue(seen, [(first + second) / 2], 1e-4);
});
reference("callbacks.ProgbarLogger", async () => {
  let text = "";
  const output = { columns: 0, write: (part: string) => void (text += part) };
  await fit(line(), new callbacks.ProgbarLogger(output as never), { epochs: 2 });
  expectValue(/Epoch 2\/2/.test(text) && /loss/.test(text), true);
});
reference("callbacks.CallbackList", async () => {
  const seen: unknown[] = [];
  const list = new callbacks.CallbackList([new callbacks.LambdaCallback({ onEpochEnd: (epoch: number) => void seen.push(epoch) })]);
  await list.onEpochEnd(3, {});
  expectValue(seen, [3]);
});
reference("callbacks.RemoteMonitor", async () => {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => (body += part));
    request.on("end", () => {
      bodies.push(body);
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await fit(line(), new callbacks.RemoteMonitor({ root, sendAsJson: true }), { epochs: 1 });
    for (let turns = 0; bodies.length === 0 && turns < 500; turns++) await new Promise((resolve) => setTimeout(resolve, 10));
    expectValue((JSON.parse(bodies[0] ?? "{}") as { epoch?: number }).epoch, 0);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
