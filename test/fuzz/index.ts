// The command `npm run fuzz`. Prints its seed, so that what it finds can be found again.

import { parseArgs } from "node:util";
import { fuzz } from "./fuzz.js";

const { values } = parseArgs({ options: { minutes: { type: "string", default: "2" }, seed: { type: "string" } } });
const [minutes, seed] = [Number(values.minutes), values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed)];
if (!(minutes > 0) || !Number.isInteger(seed))
  throw new Error(`fuzz: given ${values.minutes} minutes, seed ${values.seed}; expected numbers`);
console.log(`seed ${seed}`);
const end = performance.now() + minutes * 60_000;
const { programs, faults } = fuzz(seed, () => performance.now() > end);
for (const fault of faults) console.log(fault);
console.log(`${programs} programs, ${faults.length} faults`);
process.exitCode = faults.length > 0 ? 1 : 0;
