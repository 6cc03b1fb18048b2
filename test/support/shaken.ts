// What bundlers leave of a program: the code of the files that it loads at once. Those that it imports lazily don't count.

import { mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import { build as esbuild, transform } from "esbuild";
import { rolldown } from "rolldown";
import { rollup } from "rollup";
import { build as vite } from "vite";
import webpack from "webpack";

interface File {
  readonly code: string;
  readonly imports: readonly string[];
}

/** Bundles and minifies the program in a file of a folder with node_modules, as the bundler does by default. */
export type Bundler = (file: string, folder: string) => Promise<string[]>;

/** The file and those that it needs, directly or not. */
function loadedWith(first: string, files: ReadonlyMap<string, File>): string[] {
  const names = new Set([first]);
  for (const name of names) for (const next of files.get(name)!.imports) if (files.has(next)) names.add(next);
  return [...names].map((name) => files.get(name)!.code);
}

type Output = { type: "asset" } | { type: "chunk"; fileName: string; isEntry: boolean; code: string; imports: readonly string[] };

function loadedOf(output: readonly Output[]): string[] {
  const chunks = output.filter((each) => each.type === "chunk");
  return loadedWith(chunks.find(({ isEntry }) => isEntry)!.fileName, new Map(chunks.map((chunk) => [chunk.fileName, chunk])));
}

const minified = async (code: string): Promise<string> => (await transform(code, { minify: true, format: "esm", charset: "utf8" })).code;

export const bundlers: Readonly<Record<string, Bundler>> = {
  async esbuild(file, folder) {
    const how = { bundle: true, minify: true, format: "esm", splitting: true, write: false, metafile: true, tsconfigRaw: {} } as const;
    const found = await esbuild({ ...how, entryPoints: [file], outdir: join(folder, "out"), absWorkingDir: folder });
    const codes = new Map(found.outputFiles.map(({ path, text }) => [path, text]));
    const files = new Map(
      Object.entries(found.metafile.outputs).map(([path, { imports }]) => {
        const atOnce = imports.filter(({ kind }) => kind === "import-statement").map((each) => each.path);
        return [path, { code: codes.get(join(folder, path))!, imports: atOnce }];
      }),
    );
    const isProgram = ([, { entryPoint }]: [string, { entryPoint?: string }]) => entryPoint && join(folder, entryPoint) === file;
    return loadedWith(Object.entries(found.metafile.outputs).find(isProgram)![0], files);
  },
  async Rolldown(file, folder) {
    const build = await rolldown({ cwd: folder, input: file, platform: "browser", tsconfig: false, logLevel: "silent" });
    return loadedOf((await build.generate({ format: "esm", minify: true })).output as readonly Output[]);
  },
  async Rollup(file) {
    const build = await rollup({ input: file, plugins: [nodeResolve({ browser: true })], onwarn: () => {} });
    const output = (await build.generate({ format: "es" })).output as readonly Output[];
    const small = output.map(async (each) => (each.type === "asset" ? each : { ...each, code: await minified(each.code) }));
    return loadedOf(await Promise.all(small));
  },
  async Vite(file, folder) {
    const build = { write: false, modulePreload: false, rollupOptions: { input: file } } as const;
    const found = await vite({ root: folder, configFile: false, logLevel: "silent", build });
    return loadedOf((found as unknown as { output: readonly Output[] }).output);
  },
  async webpack(entry, context) {
    const path = mkdtempSync(join(context, "webpack-"));
    const how = { mode: "production", context, entry, output: { path, filename: "main.js" }, performance: false } as const;
    await new Promise<void>((resolve, reject) =>
      webpack(how, (error, stats) => (error || stats!.hasErrors() ? reject(error ?? new Error(stats!.toString())) : resolve())),
    );
    return [readFileSync(join(path, "main.js"), "utf8")];
  },
};

/** In kilobytes. */
export const gzipped = (codes: readonly string[]): number =>
  codes.reduce((sum, code) => sum + gzipSync(code, { level: 9 }).length, 0) / 1000;
