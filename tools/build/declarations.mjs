// Copies to dist/types the declarations that the public entries reach, and no others.

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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
      const text = readFileSync(join(root, "build", file), "utf8");
      const reference = /\b(URL|Blob|WebAssembly|AbortSignal)\b/.test(text)
        ? `/// <reference path="${posix.relative(posix.dirname(file), "web.d.ts")}" />\n`
        : "";
      writeFileSync(join(root, "dist/types", file), reference + text);
    }
    writeFileSync(join(root, "dist/types/web.d.ts"), web);
  },
};

/** What the types mention of the web, for programs without its library; where that is there, the two are one. */
const web = `// Names of the web that the types of kerasm mention, as far as a program needs them that has neither TypeScript's DOM nor Node's types.
interface URL {
  href: string;
}
interface Blob {
  readonly size: number;
  readonly type: string;
}
interface AbortSignal {
  readonly aborted: boolean;
}
declare namespace WebAssembly {
  interface Module {}
  interface Memory {}
}
`;

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
