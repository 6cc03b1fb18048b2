// Code blocks of a page of prose. Together they are one program: a block sees what those before it declared, and a line that begins with
// `//>` is what the program prints there. Words after `ts` say where a block runs:
//   node      in Node only (files, processes): no Run button
//   config    settings of another tool
//   fragment  a piece of kerasm's own sources, in pages for those who work on it
// A comment `<!-- ts … -->` holds lines that run and are not shown.

const form = /^```(\S*)(?: +(.*))?\n([^]*?)^```$|^<!-- ts(.*)\n([^]*?)^-->$/gm;

/** @typedef {{ language: string; words: string[]; code: string; hidden: boolean; line: number }} Block */

/** @returns {Block[]} All blocks of a text in Markdown, in order. */
export function blocksOf(markdown) {
  return Array.from(markdown.matchAll(form), (match) => {
    const [, language, words, code, hiddenWords, hiddenCode] = match;
    const hidden = hiddenCode !== undefined;
    return {
      language: hidden ? "ts" : language,
      words: ((hidden ? hiddenWords : words) ?? "").split(" ").filter(Boolean),
      code: hidden ? hiddenCode : code,
      hidden,
      line: markdown.slice(0, match.index).split("\n").length + 1,
    };
  });
}

export const isCode = ({ language }) => ["ts", "js"].includes(language);
export const isFragment = ({ words }) => words.includes("fragment");

/** The lines that a program says it prints. */
export const saidBy = (code) => Array.from(code.matchAll(/^ *\/\/> ?(.*)$/gm), ([, line]) => line);
