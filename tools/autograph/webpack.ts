// kerasm/autograph/webpack: a plugin for webpack. It adds a loader that comes after those that compile TypeScript.

import { fileURLToPath } from "node:url";
import { filterOf, type AutographOptions } from "./options.js";

export type { AutographOptions } from "./options.js";

interface Compiler {
  options: { module: { rules: unknown[] } };
}

export interface WebpackPlugin {
  apply(compiler: Compiler): void;
}

/** Converts functions that are given to `tf.function` or say "use autograph". */
export default function autograph(options: AutographOptions = {}): WebpackPlugin {
  const isOurs = filterOf(options);
  const loader = fileURLToPath(new URL("./webpack-loader.js", import.meta.url));
  return {
    apply(compiler) {
      compiler.options.module.rules.push({
        enforce: "post",
        resource: (path: string) => isOurs(path),
        use: [{ loader, options }],
      });
    },
  };
}
