// kerasm/autograph/vite: a plugin for Vite. It comes after TypeScript is compiled.

import { convertFile } from "./file.js";
import { filterOf, type AutographOptions, type PluginResult } from "./options.js";

export type { AutographOptions } from "./options.js";

export interface VitePlugin {
  name: string;
  enforce: "post";
  transform(this: { warn?(message: string): void } | void, code: string, id: string): PluginResult | null;
}

/** Converts functions that are given to `tf.function` or say "use autograph". */
export default function autograph(options: AutographOptions = {}): VitePlugin {
  const isOurs = filterOf(options);
  return {
    name: "kerasm-autograph",
    enforce: "post",
    transform(code, id) {
      if (!isOurs(id)) return null;
      return convertFile(code, id.split("?")[0]!, options, (message) => this?.warn?.(message));
    },
  };
}
