// Kernels and workers as files of their own, for pages that allow no other code: where they are (kerasm/csp says so), and how they are loaded.

import type { Build } from "./binary.js";

/** The addresses of the files. */
export interface Files extends Readonly<Record<Build, URL>> {
  /** What a worker runs. */
  readonly worker: URL;
}

let present: Files | null = null;

/** The files in use; null where everything is in the code. */
export const files = (): Files | null => present;

/** Takes kernels and workers from files from now on. */
export function useFiles(given: Files): void {
  present = given;
}

/** Compiles a file of kernels while it comes, where its server says what it is. @throws where there is none */
export async function compileFile(url: URL): Promise<WebAssembly.Module> {
  const response = await fetch(url);
  const type = response.headers.get("Content-Type") ?? "";
  if (!response.ok || type.startsWith("text/html")) {
    const answer = response.ok ? "a page (text/html)" : `the status ${response.status}`;
    throw new Error(`kernels: given ${answer} for ${url.href}; expected the .wasm file, which the bundler copies for kerasm/csp.`);
  }
  if (type.startsWith("application/wasm")) return WebAssembly.compileStreaming(response);
  return WebAssembly.compile(await response.arrayBuffer());
}
