// Inside of the frame: takes the blocks of a program, runs them as one module, and tells the page what they print.

import { text } from "./inspect.js";

const tell = (message) => parent.postMessage(message, location.origin);

globalThis.kerasmRunner = {
  at: (block) => tell({ kind: "at", block }),
  picture: (name, bytes) => tell({ kind: "picture", name, bytes }),
};
for (const level of ["log", "info", "warn", "error", "debug"]) {
  const own = console[level].bind(console);
  console[level] = (...values) => {
    own(...values);
    tell({ kind: "log", level, text: values.map(text).join(" ") });
  };
}

// What a program puts into its page (charts) is shown as high as it is.
new ResizeObserver(() => {
  if (document.body.childElementCount > 0) tell({ kind: "height", height: Math.ceil(document.documentElement.scrollHeight) });
}).observe(document.body);

addEventListener("message", async ({ source, data }) => {
  if (source !== parent || !data.codes) return;
  const code = data.codes.map((each, block) => `kerasmRunner.at(${data.first + block});\n${each}`).join("\n");
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  const start = performance.now();
  const error = await import(/* webpackIgnore: true */ url).then(
    () => undefined,
    (error) => (error instanceof Error ? `${error.name}: ${error.message}` : String(error)),
  );
  tell({ kind: "done", error, seconds: (performance.now() - start) / 1000 });
});
tell({ kind: "ready" });
