// Compiles all TypeScript to build/ with tsc, and removes what is left there of deleted sources.

import { spawnSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { filesIn, root } from "./steps.mjs";

export const rooms = ["lib", "models", "datasets", "addons", "examples", "bench", "test", "tools"];
const sources = () => rooms.flatMap((room) => filesIn(room, (file) => file.endsWith(".ts") && !file.includes("node_modules")));

export const types = {
  name: "types",
  inputs: () => [...sources(), "tsconfig.json", "package.json", "tools/build/types.mjs"],
  outputs: () => sources().map((file) => `build/${file.replace(/\.ts$/, ".js")}`),
  run: () => {
    removeOrphans();
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const missing = types.outputs().some((file) => !existsSync(join(root, file)));
    if (missing) rmSync(join(root, "build/.steps/tsc.json"), { force: true });
    if (spawnSync(process.execPath, [tsc, "-p", root], { stdio: "inherit" }).status !== 0) throw new Error("tsc found errors");
  },
};

function removeOrphans() {
  for (const file of rooms.flatMap((room) => filesIn(`build/${room}`, (file) => /\.(js|d\.ts)$/.test(file)))) {
    const source = file.slice("build/".length).replace(/(\.d\.ts|\.js)$/, ".ts");
    if (!existsSync(join(root, source))) rmSync(join(root, file));
  }
}
