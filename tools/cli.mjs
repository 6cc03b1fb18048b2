#!/usr/bin/env node
// `kerasm COMMAND …`: a small table of commands, each a file of its own that is loaded when it is asked for.

/** @type {Record<string, { summary: string, load: () => Promise<{ run: (args: string[]) => Promise<number> }> }>} */
const commands = {
  summary: { summary: "tells what a model or a file of weights consists of", load: () => import("./cli/summary.mjs") },
  convert: { summary: "writes a model or weights in another form of file", load: () => import("./cli/convert.mjs") },
  inspect: { summary: "tells what a checkpoint holds", load: () => import("./cli/inspect.mjs") },
  doctor: { summary: "tells what this machine gives, and what to change", load: () => import("./cli/doctor.mjs") },
  bench: { summary: "tells how fast this machine is", load: () => import("./cli/bench.mjs") },
  cluster: { summary: "starts a script in several processes that train together", load: () => import("./cli/cluster.mjs") },
};

const usage = `kerasm COMMAND [options]

${Object.entries(commands)
  .map(([name, { summary }]) => `  ${name.padEnd(12)} ${summary}`)
  .join("\n")}

kerasm COMMAND --help tells more.`;

const [name, ...args] = process.argv.slice(2);
if (name === undefined || name === "--help" || name === "-h" || name === "help") {
  console.log(usage);
} else if (!Object.hasOwn(commands, name)) {
  console.error(`kerasm: given the command ${name}; expected one of ${Object.keys(commands).join(", ")}.\n\n${usage}`);
  process.exitCode = 2;
} else {
  const { run } = await commands[name].load();
  const code = await run(args);
  if (code !== 0) process.exitCode = code;
}
