// kerasm/autograph/rollup: a plugin for Rollup. TypeScript is compiled by a plugin before this one.

import { convertFile } from "./file.js";
import { filterOf, type AutographOptions, type PluginResult } from "./options.js";

export type { AutographOptions } from "./options.js";

export interface RollupPlugin {
  name: string;
  transform(this: { warn?(message: string): void } | void, code: string, id: string): PluginResult | null;
}

/** Converts functions that are given to `tf.function` or say "use autograph". */
export default function autograph(options: AutographOptions = {}): RollupPlugin {
  const isOurs = filterOf(options);
  return {
    name: "kerasm-autograph",
    transform(code, id) {
      if (!isOurs(id)) return null;
      return convertFile(code, id.split("?")[0]!, options, (message) => this?.warn?.(message));
    },
  };
}
