// Lets prettier format AssemblyScript: TypeScript, but for decorators on functions, which TypeScript's grammar refuses. A decorator
// on a line of its own is hidden from the parser in a comment, and printed as what it was.

import * as estree from "prettier/plugins/estree";
import * as typescript from "prettier/plugins/typescript";

const decorators = /^([ \t]*)@(\w+(?:\([^)\n]*\))?)[ \t]*$/gm;
const mark = "@@";

export const languages = [{ name: "AssemblyScript", parsers: ["assemblyscript"] }];

export const parsers = {
  assemblyscript: {
    ...typescript.parsers.typescript,
    astFormat: "assemblyscript",
    preprocess: (text) => text.replace(decorators, `$1//${mark}$2`),
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
