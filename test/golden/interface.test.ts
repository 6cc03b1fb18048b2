// No name of Keras is lost, and nothing new differs from its interface without a reason; what is known to differ is still so.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import * as keras from "../../lib/api/keras.js";
import "../../lib/index.js";
import { compare, newFaults } from "../../tools/coverage/compare.js";
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
