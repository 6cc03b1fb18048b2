// What kerasm/autograph/webpack has webpack call for each file.

import { convertFile, convertTyped } from "./file.js";
import type { AutographOptions } from "./options.js";

interface LoaderContext {
  readonly resourcePath: string;
  getOptions(): AutographOptions;
  emitWarning(warning: Error): void;
  callback(error: Error | null, code?: string, map?: unknown): void;
}

export default function loader(this: LoaderContext, code: string, map: unknown): void {
  const { resourcePath } = this;
  const warn = (message: string) => this.emitWarning(new Error(message));
  try {
    const source = (map as { sourcesContent?: string[] } | null | undefined)?.sourcesContent?.[0];
    const result =
      map && source !== undefined
        ? convertTyped({ code, map }, source, resourcePath, this.getOptions(), warn)
        : convertFile(code, resourcePath, this.getOptions(), warn);
    if (result) this.callback(null, result.code, result.map);
    else this.callback(null, code, map);
  } catch (error) {
    this.callback(error as Error);
  }
}
