// npm run coverage: what of Keras's public interface is here. Writes docs/coverage.md; fails where a name was lost, or something new
// differs without a reason. `node build/tools/coverage/index.js --accept` takes what differs now for known (test/golden/coverage.json).

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as keras from "../../lib/api/keras.js";
import * as tf from "../../lib/index.js";
import { compare, newFaults } from "./compare.js";
import { pageOf, tensorFlowPage } from "./page.js";
import { compareTensorFlow } from "./tensorflow.js";

const place = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const findings = compare(keras);
const tensorFlow = compareTensorFlow(tf);
writeFileSync(place("docs/coverage.md"), `${pageOf(findings)}\n${tensorFlowPage(tensorFlow)}`);
if (process.argv.includes("--accept")) {
  const open = findings.filter(({ faults }) => faults.length > 0).map(({ name, faults }) => [name, faults] as const);
  writeFileSync(place("test/golden/coverage.json"), `${JSON.stringify(Object.fromEntries(open), null, 2)}\n`);
}
const known = JSON.parse(readFileSync(place("test/golden/coverage.json"), "utf8")) as Record<string, string[]>;
const fresh = newFaults(findings, known);
for (const fault of fresh) console.log(fault);
const here = findings.filter(({ isPresent, absent }) => isPresent && absent === undefined).length;
const open = findings.filter(({ faults }) => faults.length > 0).length;
console.log(
  `${findings.length} names of Keras: ${here} here, ${open} that miss something without a reason, ${fresh.length} differences that are new`,
);
const missing = tensorFlow.flatMap(({ name, faults }) => faults.map((fault) => `${name} ${fault}`));
for (const fault of missing) console.log(fault);
console.log(
  `${tensorFlow.length} names of TensorFlow: ${tensorFlow.filter(({ isPresent, absent }) => isPresent && !absent).length} here, ${missing.length} differences`,
);
if (fresh.length + missing.length > 0) process.exitCode = 1;
