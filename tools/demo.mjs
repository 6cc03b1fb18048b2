// npm run demo serves the demo page, with the two headers that threads need; npm run demo:build [FOLDER] makes static files of it.

import { fileURLToPath } from "node:url";
import { build, createServer } from "vite";

const root = fileURLToPath(new URL("../", import.meta.url));
const entries = { "": "lib/index.js", "/keras": "lib/api/keras.js", "/visor": "lib/api/visor.js", "/datasets": "datasets/index.js" };

/** The package as bundlers get it. */
const alias = Object.entries(entries).map(([entry, file]) => ({
  find: new RegExp(`^kerasm${entry}$`),
  replacement: `${root}dist/modules/${file}`,
}));
const headers = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };
const [command = "serve", outDir = `${root}build/demo-page`] = process.argv.slice(2);
const shared = { root: `${root}site/demo`, configFile: false, base: "./", resolve: { alias } };

if (command === "build") {
  // What the two tabs share is a file of its own, and not the name of one that holds the package.
  const output = { manualChunks: (id) => (id.endsWith("/site/demo/page.ts") ? "demo-page" : undefined) };
  await build({
    ...shared,
    logLevel: "warn",
    build: { outDir, emptyOutDir: true, target: "es2022", chunkSizeWarningLimit: 4000, rollupOptions: { output } },
  });
  console.log(`The demo is in ${outDir}: any host can serve it.`);
} else if (command === "serve") {
  const server = await createServer({ ...shared, server: { headers, fs: { allow: [root] } } });
  await server.listen();
  server.printUrls();
} else {
  console.error(`demo: given ${command}; expected serve or build`);
  process.exitCode = 1;
}
