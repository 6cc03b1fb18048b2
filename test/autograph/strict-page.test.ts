// A page that allows no scripts but its own files, and no eval: converted code runs there, and what needs eval says what to do instead.

import { readFile } from "node:fs/promises";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import t from "tap";
import { build } from "vite";
import autograph from "../../tools/autograph/vite.js";
import { chromiumPath, launchChromium, openPage } from "../support/chromium.js";
import { installPacked } from "../support/packed.js";

t.setTimeout(240_000); // a browser and a bundler on busy machines

/** WebAssembly needs a word of its own; none of these lets text become code. */
const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";

const app = `import * as tf from "kerasm";
import { clipped } from "./typed.ts";

const limit = 3;
class Model {
  #by = 2;
  grow = tf.function((x) => {
    let y = x;
    while (y < limit * 10) {
      y = y * this.#by;
      if (y > 17) break;
    }
    return y;
  });
}
function failing(x) {
  "use autograph";
  if (x > 0) {
    throw new Error("on purpose"); // here
  }
  return x;
}
globalThis.run = () => {
  const found = { grown: [1, 5, 40].map((x) => new Model().grow(tf.constant(x)).item()), clipped: [9, 1].map((x) => clipped(tf.constant(x)).item()) };
  try {
    failing(tf.constant(1));
  } catch (error) {
    found.stack = error.stack;
  }
  try {
    found.refused = String(new Function("return 1")());
  } catch (error) {
    found.refused = error.constructor.name;
  }
  return import("kerasm/autograph").then(() => {
    try {
      tf.autograph.toGraph((x) => (x > 0 ? x : -x));
    } catch (error) {
      found.message = error.message;
    }
    return found;
  });
};
`;
const typed = `import * as tf from "kerasm";

function limited(x: any): any {
  if (x > 5) return 5;
  return x;
}
export const clipped = tf.function(limited, { autograph: true });
`;
const types: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript" };

if (!chromiumPath) t.plan(0, "no Chromium here");
else
  t.test("a page with script-src 'self'", async (t) => {
    const { folder, remove } = await installPacked();
    t.teardown(remove);
    mkdirSync(join(folder, "src"));
    writeFileSync(
      join(folder, "index.html"),
      `<!doctype html><title>app</title><link rel="icon" href="data:,"><script type="module" src="/src/app.js"></script>`,
    );
    writeFileSync(join(folder, "src/app.js"), app);
    writeFileSync(join(folder, "src/typed.ts"), typed);
    await build({
      root: folder,
      logLevel: "error",
      configFile: false,
      plugins: [autograph() as never],
      build: { target: "esnext", sourcemap: true, modulePreload: false },
    });
    const server = createServer((request, response) => {
      const path = request.url === "/" ? "/index.html" : request.url!;
      response.setHeader("Content-Security-Policy", policy);
      readFile(join(folder, "dist", path)).then(
        (content) => response.setHeader("Content-Type", types[extname(path)] ?? "application/octet-stream").end(content),
        () => response.writeHead(404).end(),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    t.teardown(() => (server.closeAllConnections(), server.close()));
    const browser = await launchChromium();
    t.teardown(() => browser.close());
    const { page, complaints } = await openPage(browser, `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.waitForFunction("globalThis.run");
    type Found = Record<"grown" | "clipped", number[]> & Record<"stack" | "refused" | "message", string>;
    // What a debugger evaluates may use eval; a task of the page's own may not.
    const found = await page.evaluate<Found>("new Promise((resolve) => setTimeout(() => resolve(globalThis.run())))");
    t.same([found.grown, found.clipped], [[32, 20, 40], [5, 1]]); // prettier-ignore
    t.equal(found.refused, "EvalError", "the policy holds");
    t.equal(
      found.message,
      "autograph: given a page whose Content-Security-Policy forbids unsafe-eval; expected functions that a build step has transformed. Use the plugin kerasm/autograph/vite, /rollup, /rolldown, /webpack or /esbuild.",
    );
    const [, file, line, column] = /\/assets\/([^:)\s]+\.js):(\d+):(\d+)/.exec(found.stack)!;
    const { TraceMap, originalPositionFor } = await import("@jridgewell/trace-mapping");
    const map = readdirSync(join(folder, "dist/assets")).find((name) => name === `${file!}.map`)!;
    const text = await readFile(join(folder, "dist/assets", map), "utf8");
    const at = originalPositionFor(new TraceMap(text), { line: Number(line), column: Number(column) - 1 });
    t.match(at.source, /app\.js$/);
    t.equal(at.line, app.split("\n").findIndex((each) => each.includes("// here")) + 1, "the minified stack leads to the user's line");
    t.strictSame(
      complaints.filter((each) => !/unsafe-eval|Content Security Policy/.test(each)),
      [],
    );
  });
