// Copies to dist/types the declarations that the public entries reach, and no others.

import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { filesIn, root } from "./steps.mjs";

/** What package.json promises. */
const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const entries = Object.values(exports).flatMap(({ types }) => (types ? [types.replace("./dist/types/", "")] : []));
const present = () => entries.filter((file) => existsSync(join(root, "build", file)));

export const declarations = {
  name: "declarations",
  inputs: () => [
    ...["build/lib", "build/models", "build/datasets", "build/addons", "build/tools"].flatMap((room) =>
      filesIn(room, (file) => file.endsWith(".d.ts")),
    ),
    "package.json",
    "tools/build/declarations.mjs",
  ],
  outputs: () => present().map((file) => `dist/types/${file}`),
  run: () => {
    rmSync(join(root, "dist/types"), { recursive: true, force: true });
    for (const file of reachable(present())) {
      mkdirSync(dirname(join(root, "dist/types", file)), { recursive: true });
      cpSync(join(root, "build", file), join(root, "dist/types", file));
    }
  },
};

function reachable(files) {
  const seen = new Set(files);
  for (const file of seen) {
    const text = readFileSync(join(root, "build", file), "utf8").replace(/\/\*[\s\S]*?\*\//g, ""); // examples in comments are no imports
    for (const [, specifier] of text.matchAll(/(?:from\s+|import\s*\(\s*|import\s+)["']([^"']+)["']/g)) {
      if (!specifier.startsWith("."))
        throw new Error(`${file}: the public types mention ${specifier}, which users need not have installed`);
      seen.add(posix.join(posix.dirname(file), specifier.replace(/\.js$/, ".d.ts")));
    }
  }
  return [...seen].sort();
}
