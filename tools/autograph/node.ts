// kerasm/autograph/node: `node --import kerasm/autograph/node script.mjs` converts modules as they are loaded.

import * as module from "node:module";
import { loadNow } from "./hooks.js";

const { registerHooks } = module as unknown as { registerHooks?: (hooks: { load: typeof loadNow }) => void };
if (registerHooks) registerHooks({ load: loadNow });
else if (typeof module.register === "function") module.register("./hooks.js", import.meta.url);
else
  throw new Error(
    `kerasm/autograph/node: given Node ${process.versions.node}; expected Node 20.6 or later. Convert files with kerasm-autograph.`,
  );
