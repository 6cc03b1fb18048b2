// No name of Keras is lost, and nothing new differs from its interface without a reason; what is known to differ is still so.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import * as keras from "../../lib/api/keras.js";
import * as tf from "../../lib/index.js";
import { compare, newFaults } from "../../tools/coverage/compare.js";
import { compareTensorFlow } from "../../tools/coverage/tensorflow.js";
import { repository } from "../support/sources.js";

const known = JSON.parse(readFileSync(join(repository, "test/golden/coverage.json"), "utf8")) as Record<string, string[]>;

t.test("names, aliases, parameters, defaults, methods and properties are those of Keras", async (t) => {
  const findings = compare(keras);
  t.equal(findings.length, 992, "all names were compared");
  t.strictSame(newFaults(findings, known), []);
  t.ok(findings.filter(({ isPresent }) => isPresent).length > 850);
});

t.test("a lost name, a wrong default and a missing parameter are noticed", async (t) => {
  const { layers, ops, ...others } = keras;
  const { Dense: _, ...withoutDense } = layers;
  const faults = newFaults(compare({ ...others, layers: withoutDense, ops: { ...ops, take: (x: unknown, axis = 3) => [x, axis] } }), known);
  t.ok(faults.includes("keras.layers.Dense is missing"));
  t.ok(faults.includes("keras.ops.take parameter indices is missing"));
  t.ok(faults.includes("keras.ops.take parameter axis is 3 by default, Keras's null"));
});

t.test("every name of TensorFlow's tutorials is here, or says what to use instead", async (t) => {
  const findings = compareTensorFlow(tf);
  t.equal(findings.length, 398, "all names were compared");
  t.strictSame(
    findings.flatMap(({ name, faults }) => faults.map((fault) => `${name} ${fault}`)),
    [],
  );
  t.ok(findings.filter(({ absent }) => absent !== undefined).length < 5);
  for (const { row, absent } of findings.filter((each) => each.absent !== undefined)) t.ok(absent!.length > 10, row.name);
});

t.test("a lost name of TensorFlow and a lost parameter are noticed", async (t) => {
  const { expandDims: _, ...others } = tf;
  const faults = compareTensorFlow({ ...others, reshape: (tensor: unknown, newShape: unknown) => [tensor, newShape] }).flatMap(
    ({ name, faults: own }) => own.map((fault) => `${name} ${fault}`),
  );
  t.strictSame(faults, ["tf.reshape parameter shape is missing", "tf.expandDims is missing"]);
});

t.test("names that make no sense here throw what to use instead", async (t) => {
  for (const call of [tf.savedModel.save, tf.savedModel.load, tf.lite.TFLiteConverter, tf.Graph, tf.compat.v1.Session, tf.io.gfile.exists])
    t.throws(() => (call as (path: string) => unknown)("x"), { name: "NotSupportedError", hint: /\w+/ });
});
