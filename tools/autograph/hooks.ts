// What Node calls for each module: kerasm/autograph/node registers it.

import * as module from "node:module";
import { fileURLToPath } from "node:url";
import { convertFile } from "./file.js";
import { filterOf } from "./options.js";

interface Loaded {
  format?: string | null;
  source?: string | ArrayBuffer | Uint8Array | null;
}

const isOurs = filterOf({});

function converted(url: string, loaded: Loaded): Loaded {
  if (!url.startsWith("file:") || !loaded.source || !/^module(-typescript)?$/.test(loaded.format ?? "")) return loaded;
  const path = fileURLToPath(url);
  if (!isOurs(path)) return loaded;
  const text = typeof loaded.source === "string" ? loaded.source : new TextDecoder().decode(loaded.source);
  const isTypeScript = loaded.format === "module-typescript";
  // Node itself strips types without moving anything.
  const code = isTypeScript ? (module as unknown as { stripTypeScriptTypes(code: string): string }).stripTypeScriptTypes(text) : text;
  const result = convertFile(code, path, {}, (message) => console.warn(message));
  if (!result) return loaded;
  const map = Buffer.from(JSON.stringify({ ...result.map, sources: [url] })).toString("base64");
  return { ...loaded, format: "module", source: `${result.code}\n//# sourceMappingURL=data:application/json;base64,${map}` };
}

/** For module.register: in a thread of its own. */
export async function load(url: string, context: unknown, next: (url: string, context: unknown) => Promise<Loaded>): Promise<Loaded> {
  return converted(url, await next(url, context));
}

/** For module.registerHooks. */
export function loadNow(url: string, context: unknown, next: (url: string, context: unknown) => Loaded): Loaded {
  return converted(url, next(url, context));
}
