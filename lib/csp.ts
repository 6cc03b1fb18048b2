// For pages with a strict Content-Security-Policy: kernels and workers as files of their own. Imported beside the others; exports nothing.

import { useFiles } from "./runtime/files.js";

useFiles({
  simd: new URL("../../dist/csp/simd.wasm", import.meta.url),
  relaxed: new URL("../../dist/csp/relaxed.wasm", import.meta.url),
  worker: new URL("../../dist/csp/worker.js", import.meta.url),
});
