// Every recorded model, and models of the package: out to a .keras file and in again, the same outputs bit for bit.

import t from "tap";
import * as tf from "../../lib/index.js";
import { leaves } from "../../lib/core/tree.js";
import { goldenDir, readCases } from "../golden/cases.js";
import { isEncoded, toTensor } from "../golden/values.js";
import { SimpleCNN, SimpleMLP } from "../../models/index.js";

const { keras } = tf;
t.setTimeout(240_000); // many models, on machines that may be busy

type AnyModel = tf.keras.Model;

/** Recorded inputs with tensors in their places. */
function tensors(value: unknown): unknown {
  if (isEncoded(value)) return toTensor(value);
  if (Array.isArray(value)) return value.map(tensors);
  return Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, tensors(item)]));
}

const bits = (model: AnyModel, x: unknown) => (leaves(model<unknown>(x as never, { training: false })) as tf.Tensor[]).map((each) => [each.shape, [...each.data()]]); // prettier-ignore

async function check(model: AnyModel, x: unknown, customObjects = {}): Promise<boolean> {
  await model.save("memory://round-trip/m.keras");
  const loaded = await keras.models.loadModel("memory://round-trip/m.keras", { customObjects });
  return JSON.stringify(bits(loaded, x)) === JSON.stringify(bits(model, x));
}

t.test("the recorded models", async (t) => {
  let count = 0;
  for (const { id, config, weights, inputs, args } of await readCases(goldenDir, "models")) {
    const model = keras.saving.deserializeKerasObject(config) as AnyModel;
    model.setWeights((weights as { value: never }[]).map(({ value }) => toTensor(value)));
    t.ok(await check(model, tensors(inputs ?? (args as unknown[])[0])), id);
    count++;
  }
  t.ok(count >= 20, `${count} models`);
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
  for (const name of ["MobileNetV2", "EfficientNetV2B0", "DenseNet121"] as const) {
    const model = (await keras.applications[name]({ weights: null, inputShape: [32, 32, 3], includeTop: false })) as unknown as AnyModel;
    t.ok(await check(model, keras.random.uniform([1, 32, 32, 3], { seed: 1, minval: 0, maxval: 255 })), name);
  }
});
