// kerasm/autograph/esbuild: a plugin for esbuild.

import { readFile } from "node:fs/promises";
import { convertFile, convertTyped, isTyped, mayConcern } from "./file.js";
import { filterOf, type AutographOptions, type PluginResult } from "./options.js";
import { AutographError } from "./refusal.js";

export type { AutographOptions } from "./options.js";

interface Message {
  text: string;
  location?: { file: string; line: number; column: number } | null;
}

interface Loaded {
  contents?: string;
  loader?: "js" | "jsx";
  warnings?: Message[];
  errors?: Message[];
}

interface Build {
  onLoad(options: { filter: RegExp; namespace?: string }, callback: (args: { path: string }) => Promise<Loaded | undefined>): void;
  esbuild: {
    transform(code: string, options: object): Promise<{ code: string; map: string }>;
  };
}

export interface EsbuildPlugin {
  name: string;
  /** @param build  what esbuild gives to plugins */
  // eslint-disable-next-line -- a type that says more would ask users for esbuild's own
  setup(build: any): void;
}

/** Converts functions that are given to `tf.function` or say "use autograph". */
export default function autograph(options: AutographOptions = {}): EsbuildPlugin {
  const isOurs = filterOf(options);
  return {
    name: "kerasm-autograph",
    setup(build: Build) {
      build.onLoad({ filter: /\.[cm]?[jt]sx?$/, namespace: "file" }, async ({ path }) => {
        if (!isOurs(path)) return undefined;
        const source = await readFile(path, "utf8");
        if (!mayConcern(source)) return undefined;
        const warnings: Message[] = [];
        const warn = (text: string) => void warnings.push({ text });
        try {
          let result: PluginResult | null;
          if (isTyped(path) || /x$/.test(path)) {
            const loader = path.replace(/^.*\.[cm]?/, "");
            const stripped = await build.esbuild.transform(source, { loader, sourcemap: "external", sourcefile: path, jsx: "preserve" });
            result = convertTyped(stripped, source, path, options, warn);
          } else result = convertFile(source, path, options, warn);
          if (!result) return undefined;
          const map = Buffer.from(JSON.stringify(result.map)).toString("base64");
          return { contents: `${result.code}\n//# sourceMappingURL=data:application/json;base64,${map}`, loader: "js", warnings };
        } catch (error) {
          if (!(error instanceof AutographError)) throw error;
          return { errors: [{ text: error.message, location: { file: path, line: error.line, column: error.column - 1 } }] };
        }
      });
    },
  };
}
