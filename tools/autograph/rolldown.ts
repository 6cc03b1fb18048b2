// kerasm/autograph/rolldown: a plugin for Rolldown, which compiles TypeScript after its plugins: so this one has it compiled before.

import { convertFile, convertTyped, isTyped, mayConcern } from "./file.js";
import { filterOf, type AutographOptions, type PluginResult } from "./options.js";

export type { AutographOptions } from "./options.js";

export interface RolldownPlugin {
  name: string;
  transform(
    this: { warn?(message: string): void } | void,
    code: string,
    id: string,
  ): Promise<(PluginResult & { moduleType?: string }) | null>;
}

interface Utilities {
  transform(path: string, code: string, options: object): Promise<{ code: string; map?: unknown; errors: readonly { message?: string }[] }>;
}

/** Converts functions that are given to `tf.function` or say "use autograph". */
export default function autograph(options: AutographOptions = {}): RolldownPlugin {
  const isOurs = filterOf(options);
  return {
    name: "kerasm-autograph",
    async transform(code, id) {
      const path = id.split("?")[0]!;
      if (!isOurs(id) || !mayConcern(code)) return null;
      const warn = (message: string) => this?.warn?.(message);
      if (!isTyped(path)) return convertFile(code, path, options, warn);
      const name = "rolldown/utils"; // what bundles this file leaves it to the user's Rolldown
      const { transform } = (await import(name)) as Utilities;
      const { code: js, map, errors } = await transform(path, code, { sourcemap: true });
      if (errors.length > 0) throw new Error(`kerasm/autograph: ${path} can't be compiled: ${errors[0]!.message ?? "unknown"}`);
      return { ...convertTyped({ code: js, map }, code, path, options, warn), moduleType: "js" };
    },
  };
}
