// kerasm/autograph/node: `node --import kerasm/autograph/node script.mjs` converts modules as they are loaded.

import * as module from "node:module";
import { loadNow } from "./hooks.js";

const { registerHooks } = module as unknown as { registerHooks?: (hooks: { load: typeof loadNow }) => void };
if (registerHooks) registerHooks({ load: loadNow });
else module.register("./hooks.js", import.meta.url);
