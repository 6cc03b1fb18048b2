// Builds tap with the plugins of .taprc. tap keeps the result in node_modules, where a fresh install starts from its default set.

import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./steps.mjs";

const marker = "node_modules/@tapjs/test/test-built/.kerasm";

export const tap = {
  name: "tap",
  inputs: () => [".taprc", "tools/build/tap.mjs"],
  outputs: () => [marker],
  run: () => {
    const { status, stdout, stderr } = spawnSync("npx", ["--no-install", "tap", "build"], { cwd: root, encoding: "utf8" });
    if (status !== 0) throw new Error(`tap build failed:\n${stdout}${stderr}`);
    writeFileSync(join(root, marker), "");
  },
};
