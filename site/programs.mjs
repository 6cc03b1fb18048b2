// What Run buttons run: TypeScript of the pages made into JavaScript for the reader's browser.

import { transform } from "esbuild";

const compilerOptions = { verbatimModuleSyntax: true, useDefineForClassFields: true, target: "ES2022" };

/** What a program finds of its process in a page: it is run in its quick form. */
const define = { "process.argv": '["node","program","--quick"]', "process.env": '{"EPOCHS":"2","EXAMPLES":"2000"}' };

/** Modules of Node that a page has a stand-in for (client/node/). */
const standIns = ["util", "path", "fs", "os"];

/** @param {string[]} codes  blocks that run one after the other as one module */
export const javascriptOf = (codes) =>
  Promise.all(
    codes.map(async (code) => {
      const { code: made } = await transform(code, {
        loader: "ts",
        format: "esm",
        target: "es2022",
        tsconfigRaw: { compilerOptions },
        define,
      });
      return made;
    }),
  );

/** Whether a page can run a program: it asks for nothing that a page does not have. */
export function runsInPage(code) {
  const wanted = Array.from(code.matchAll(/from "(node:)(\w+)/g), ([, , name]) => name);
  return wanted.every((name) => standIns.includes(name)) && !/\bprocess\.(on|exit|off|stdout)\b|from "\.{1,2}\//.test(code);
}
