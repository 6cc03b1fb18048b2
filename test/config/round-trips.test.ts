// Every class of Keras that is exported is registered under its name, and its config makes the same object again.

import t from "tap";
import { absent } from "../../lib/api/absent.js";
import { type Config, deserializeKerasObject, isEnvelope, lookUp, serializeKerasObject } from "../../lib/config/index.js";
import { keras } from "../../lib/index.js";
import { UnknownNameError } from "../../lib/core/errors.js";
import { families, goldenDir, readCases } from "../golden/cases.js";
import { isClass } from "../support/classes.js";

type Class = { readonly name: string; readonly prototype: object; fromConfig?(config: Config): object };

/** Classes that no config names: what others extend, and what only says how to make something. */
const withoutConfig = new Set([
  "layers.Layer",
  "layers.Wrapper",
  "layers.Input",
  "layers.InputSpec",
  ...absent.flatMap(({ names }) => names.map((name) => name.replace("keras.", ""))),
]);
const bases = new Set(["Loss", "Metric", "Optimizer", "Initializer", "Regularizer", "Constraint", "LearningRateSchedule"]);

const exported = Object.entries({
  layers: keras.layers,
  losses: keras.losses,
  metrics: keras.metrics,
  optimizers: keras.optimizers,
  "optimizers.schedules": keras.optimizers.schedules,
  initializers: keras.initializers,
  regularizers: keras.regularizers,
  constraints: keras.constraints,
} as Readonly<Record<string, object>>).flatMap(([family, members]) =>
  (Object.entries(members) as [string, Class][])
    .filter(([name, value]) => isClass(value) && /^[A-Z]/.test(name))
    .filter(([name]) => !bases.has(name) && !withoutConfig.has(`${family}.${name}`))
    // A class of several names is registered under Keras's own.
    .filter(
      ([name, value], _, all) =>
        lookUp(`keras.${family}`, name) || !all.some(([other, same]) => same === value && lookUp(`keras.${family}`, other)),
    )
    .map(([name, value]) => ({ family, name, value })),
);

/** Configs that Keras recorded, by class. */
async function recorded(): Promise<Map<unknown, Config[]>> {
  const found = new Map<unknown, Config[]>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(visit);
    if (typeof value !== "object" || value === null) return;
    if (isEnvelope(value as never)) {
      const { module, class_name: name } = value as { module: string | null; class_name: string };
      const entry = lookUp(module, name);
      if (entry) found.set(entry.value, [...(found.get(entry.value) ?? []), value as Config].slice(-8));
    }
    Object.values(value).forEach(visit);
  };
  for (const family of families) for (const testCase of await readCases(goldenDir, family)) visit(testCase["config"]);
  return found;
}

/** Classes whose objects hold others: of these no default exists, and Keras recorded none. */
const { OptimizerMap, SGD } = keras.optimizers;
const made: Readonly<Record<string, () => object>> = {
  "layers.EinsumDense": () => new keras.layers.EinsumDense("ab,bc->ac", 4),
  "layers.GaussianNoise": () => new keras.layers.GaussianNoise(0.5),
  "layers.HashedCrossing": () => new keras.layers.HashedCrossing(5),
  "layers.SimpleRNNCell": () => new keras.layers.SimpleRNNCell(4),
  "layers.Lambda": () => new keras.layers.Lambda(keras.activations.relu as never),
  "metrics.MeanMetricWrapper": () => new keras.metrics.MeanMetricWrapper(keras.losses.meanSquaredError as never, { name: "far" }),
  "optimizers.LossScaleOptimizer": () => new keras.optimizers.LossScaleOptimizer(new SGD(0.5), { initialScale: 4 }),
  "optimizers.MultiOptimizer": () => new keras.optimizers.MultiOptimizer(new OptimizerMap(new SGD(0.5), { "b.*": new SGD(0.25) })),
  "optimizers.OptimizerMap": () => new OptimizerMap(new SGD(0.5), { "b.*": new SGD(0.25) }),
};

t.test("each exported class is registered", async (t) => {
  t.ok(exported.length > 230, `${exported.length} classes`);
  const missing = exported.filter(({ family, name, value }) => lookUp(`keras.${family}`, name)?.value !== value);
  t.strictSame(missing.map(({ family, name }) => `${family}.${name}`), []); // prettier-ignore
});

t.test("the config of each class makes the same object again", async (t) => {
  const configs = await recorded();
  const failures: string[] = [];
  for (const { family, name, value } of exported) {
    const own = made[`${family}.${name}`];
    const objects: (() => object)[] = own ? [own] : [];
    for (const config of configs.get(value) ?? []) objects.push(() => deserializeKerasObject(config) as object);
    if (objects.length === 0) objects.push(() => value.fromConfig!({}));
    let done = 0;
    for (const make of objects)
      try {
        const written = serializeKerasObject(make());
        const again = serializeKerasObject(deserializeKerasObject(JSON.parse(JSON.stringify(written)) as never));
        if (JSON.stringify(again) !== JSON.stringify(written) || (written as Config)["class_name"] !== name)
          failures.push(`${family}.${name}: ${JSON.stringify(written)}`);
        done++;
      } catch (error) {
        // Configs of quantized layers hold policies that this library does not have.
        if (error instanceof UnknownNameError) continue;
        failures.push(`${family}.${name}: ${String(error)}`);
      }
    if (done === 0) failures.push(`${family}.${name}: no config of it can be read`);
  }
  t.strictSame(failures, []);
});
