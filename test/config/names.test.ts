import t from "tap";
import { automaticName, classToSnakeCase, resetNames, toCamelCase, toSnakeCase } from "../../lib/config/names.js";
import { familiesIn, goldenDir, readCases } from "../golden/cases.js";

/** Every key of every config in a recorded value. */
function keysIn(value: unknown, keys: Set<string>, isConfig = false): Set<string> {
  if (Array.isArray(value)) for (const item of value) keysIn(item, keys);
  else if (typeof value === "object" && value !== null) {
    const isEnvelope = "class_name" in value && "config" in value;
    for (const [key, item] of Object.entries(value)) {
      if (isConfig) keys.add(key);
      keysIn(item, keys, isEnvelope && key === "config");
    }
  }
  return keys;
}

t.test("every key of every recorded config maps to camelCase and back", async (t) => {
  const keys = new Set<string>();
  for (const family of familiesIn(goldenDir))
    for (const { config, compile, model } of await readCases(goldenDir, family)) keysIn([config, compile, model], keys);
  t.ok(keys.size > 200, `there are many: ${keys.size}`);
  const wrong = [...keys].filter((key) => toSnakeCase(toCamelCase(key)) !== key);
  t.strictSame(wrong, []);
  t.strictSame(
    [...keys].filter((key) => !/^[a-z][A-Za-z0-9]*$/.test(toCamelCase(key))),
    [],
  );
});

t.test("class names become what Keras makes of them", (t) => {
  const expected = {
    Conv2D: "conv2d",
    MaxPooling2D: "max_pooling2d",
    ReLU: "re_lu",
    LSTM: "lstm",
    KLDivergence: "kl_divergence",
    RMSprop: "rm_sprop",
  };
  for (const [name, snake] of Object.entries(expected)) t.equal(classToSnakeCase(name), snake);
  resetNames();
  t.strictSame([automaticName("Dense"), automaticName("Dense"), automaticName("Dense")], ["dense", "dense_1", "dense_2"]);
  t.end();
});
