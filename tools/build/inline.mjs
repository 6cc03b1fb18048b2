// Writes each binary as a module that holds it in base64: users configure no paths, and load only the build that their engine runs.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { binaryOf, targets } from "./assembly.mjs";
import { root, writeGenerated } from "./steps.mjs";

const moduleOf = (target) => `lib/generated/wasm-${target}.ts`;

export const inline = {
  name: "inline",
  inputs: () => [...targets.map(binaryOf), "tools/build/inline.mjs"],
  outputs: () => targets.map(moduleOf),
  run: () => {
    for (const target of targets) {
      const base64 = readFileSync(join(root, binaryOf(target))).toString("base64");
      writeGenerated(moduleOf(target), `// Generated from assembly/ by npm run build. Do not edit.\n\nexport default "${base64}";\n`);
    }
  },
};
