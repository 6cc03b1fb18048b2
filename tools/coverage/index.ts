// npm run coverage: what of Keras's public interface is here. Writes docs/coverage.md; fails where a name was lost or differs without a reason.

import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as keras from "../../lib/api/keras.js";
import "../../lib/index.js";
import { compare } from "./compare.js";
import { pageOf } from "./page.js";

const findings = compare(keras);
writeFileSync(fileURLToPath(new URL("../../../docs/coverage.md", import.meta.url)), pageOf(findings));
for (const { name, faults } of findings) for (const fault of faults) console.log(`${name}: ${fault}`);
const faulty = findings.filter(({ faults }) => faults.length > 0).length;
console.log(
  `${findings.length} names of Keras, ${findings.filter(({ isPresent }) => isPresent).length} here, ${faulty} that miss or differ without a reason`,
);
if (faulty > 0) process.exitCode = 1;
