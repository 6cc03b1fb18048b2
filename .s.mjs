import { bundlers, gzipped } from "./tools/build/shake.mjs"; import { copyFileSync } from "fs";
const which = process.argv[3]?.split(",") ?? Object.keys(bundlers);
for (const p of process.argv[2].split(",")) { copyFileSync(`/tmp/bt/${p}.js`, `/tmp/bt/u/${p}.js`); for (const n of which) try { const t = performance.now(); const c = await bundlers[n](`/tmp/bt/u/${p}.js`, "/tmp/bt/u"); console.log(p, n, (gzipped(c) / 1000).toFixed(1), c.length, "files", ((performance.now() - t) / 1000).toFixed(0), "s"); } catch (e) { console.log(p, n, e); } }
