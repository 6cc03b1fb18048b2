// Every recorded model, and models of the package: out to a .keras file and in again, the same outputs bit for bit.

import t from "tap";
import * as tf from "../../lib/index.js";
import { leaves } from "../../lib/core/tree.js";
import { type Family, goldenDir, readCases } from "../golden/cases.js";
import { isEncoded, toTensor } from "../golden/values.js";
import { SimpleCNN, SimpleMLP } from "../../models/index.js";

const { keras } = tf;
t.setTimeout(3_600_000); // many models, on machines that may be busy

/** All networks rather than some: minutes, and gigabytes of files in memory. */
const ALL = process.env["KERASM_ALL_NETWORKS"] !== undefined;
/** One for each way to be built: depthwise blocks, fused blocks with an inner rescaling, concatenated ones. */
const sampled = ["MobileNetV2", "EfficientNetV2B0", "DenseNet121"];

type AnyModel = tf.keras.Model;

/** Recorded inputs with tensors in their places. */
function tensors(value: unknown): unknown {
  if (isEncoded(value)) return toTensor(value);
  if (Array.isArray(value)) return value.map(tensors);
  return Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, tensors(item)]));
}

const bits = (model: AnyModel, x: unknown) =>
  (leaves(model<unknown>(x as never, { training: false })) as tf.Tensor[]).map((each) => [each.shape, [...each.data()]]);

async function check(model: AnyModel, x: unknown, customObjects = {}): Promise<boolean> {
  await model.save("memory://round-trip/m.keras");
  const loaded = await keras.models.loadModel("memory://round-trip/m.keras", { customObjects });
  return JSON.stringify(bits(loaded, x)) === JSON.stringify(bits(model, x));
}

for (const [family, least] of Object.entries({ models: 20, models_captured: 150, training: 20 }) as [Family, number][])
  t.test(`the recorded models of ${family}`, async (t) => {
    let count = 0;
    for (const { id, config, model: trained, weights, inputs, args, x } of await readCases(goldenDir, family)) {
      const model = keras.saving.deserializeKerasObject((config ?? trained) as never) as AnyModel;
      const given = tensors(inputs ?? (args as unknown[] | undefined)?.[0] ?? x);
      if (!model.built) model(given as never);
      if (weights) model.setWeights((weights as { value: never }[]).map(({ value }) => toTensor(value)));
      t.ok(await check(model, given), id);
      count++;
    }
    t.ok(count >= least, `${count} models`);
  });

t.test("the models of the package", async (t) => {
  for (const [model, shape] of [
    [new SimpleCNN(), [28, 28, 1]],
    [new SimpleMLP(), [784]],
  ] as [unknown, number[]][]) {
    // prettier-ignore
    const x = keras.random.normal([2, ...shape], { seed: 1 });
    (model as AnyModel)(x);
    t.ok(await check(model as AnyModel, x, { SimpleCNN, SimpleMLP }), (model as AnyModel).name);
  }
});

/** The smallest pictures that a network takes. */
const smallest = (name: string): number => (/^Inception/.test(name) ? 75 : name === "Xception" ? 71 : 32);

t.test("the networks of keras.applications", async (t) => {
  const names = Object.entries(keras.applications).flatMap(([name, value]) =>
    /^[A-Z]/.test(name) && typeof value === "function" ? [name] : [],
  );
  t.ok(names.length >= 40, `${names.length} networks`);
  for (const name of names) {
    if (!ALL && !sampled.includes(name)) continue;
    const side = smallest(name);
    const make = keras.applications[name as "MobileNetV2"];
    const model = (await make({ weights: null, inputShape: [side, side, 3], includeTop: false })) as unknown as AnyModel;
    t.ok(await check(model, keras.random.uniform([1, side, side, 3], { seed: 1, minval: 0, maxval: 255 })), name);
  }
});
