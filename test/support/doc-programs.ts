// Pages of prose as programs: the blocks of a page, one after the other.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { transformSync } from "esbuild";
import { repository } from "./sources.js";

export interface Block {
  readonly language: string;
  readonly words: readonly string[];
  readonly code: string;
  readonly hidden: boolean;
  readonly line: number;
}

const { blocksOf, isCode, saidBy } = (await import(join(repository, "site/blocks.mjs"))) as {
  blocksOf(markdown: string): Block[];
  isCode(block: Block): boolean;
  saidBy(code: string): string[];
};

/** The lines that a program says it prints. */
export { saidBy };

/** The pages of a folder of the repository. */
export const pagesIn = (folder: string): string[] =>
  readdirSync(join(repository, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(folder, name));

/** The blocks of code of a page. */
export const codeOf = (page: string): Block[] => blocksOf(readFileSync(join(repository, page), "utf8")).filter(isCode);

/** A program in JavaScript, as a module. */
export const inJavaScript = (program: string): string =>
  transformSync(program, {
    loader: "ts",
    target: "es2022",
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true, useDefineForClassFields: true } },
  }).code;
