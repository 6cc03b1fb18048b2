// Lets prettier format AssemblyScript: TypeScript, but for decorators on functions and constants, which TypeScript's grammar refuses.
// Such a decorator is hidden from the parser in a comment, and printed as what it was.

import * as estree from "prettier/plugins/estree";
import * as typescript from "prettier/plugins/typescript";

const ownLine = /^([ \t]*)@(\w+(?:\([^)\n]*\))?)[ \t]*$/gm;
const sameLine = /^([ \t]*)@(\w+(?:\([^)\n]*\))?)(?=[ \t]+(?:export[ \t]+)?(?:const|let|function)\b)/gm;
const mark = "@@";

export const languages = [{ name: "AssemblyScript", parsers: ["assemblyscript"] }];

export const parsers = {
  assemblyscript: {
    ...typescript.parsers.typescript,
    astFormat: "assemblyscript",
    preprocess: (text) => text.replace(ownLine, `$1//${mark}$2`).replace(sameLine, `$1/*${mark}$2*/`),
  },
};

export const printers = {
  assemblyscript: {
    ...estree.printers.estree,
    printComment: (path, options) => {
      const { value } = path.node;
      return value.startsWith(mark) ? value.slice(1).trimEnd() : estree.printers.estree.printComment(path, options);
    },
  },
};
