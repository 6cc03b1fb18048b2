// npm run build: everything; `node tools/build/build.mjs kernels` or `types`: up to there.

import { assembly } from "./assembly.mjs";
import { bindings } from "./bindings.mjs";
import { bundle } from "./bundle.mjs";
import { declarations } from "./declarations.mjs";
import { inline } from "./inline.mjs";
import { modules } from "./modules.mjs";
import { runStep } from "./steps.mjs";
import { tap } from "./tap.mjs";
import { tiles } from "./tiles.mjs";
import { types } from "./types.mjs";

const goals = {
  kernels: [tiles, bindings, assembly, inline],
  types: [tiles, bindings, assembly, inline, types],
  all: [tiles, bindings, assembly, inline, tap, types, modules, bundle, declarations],
};

const goal = process.argv[2] ?? "all";
if (!goals[goal]) throw new Error(`build: given ${goal}; expected one of ${Object.keys(goals).join(", ")}`);
try {
  for (const step of goals[goal]) await runStep(step);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
