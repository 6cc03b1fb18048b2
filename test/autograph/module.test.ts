// What of a module is converted, and that everything stays on its line and is found again by the source map.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import t from "tap";
import { transformModule } from "../../tools/autograph/module.js";

const branch = "if (x > 0) return 1; return 2;";
const converted = (source: string): string[] => {
  const { code } = transformModule(source, { file: "app.js" }) ?? { code: "" };
  return Array.from(code.matchAll(/(\w+)(?: = function)?\((?:x)\) (?:=> )?\{[^\n]*\$ag/g), ([, name]) => name!);
};

t.test("which functions are converted", async (t) => {
  const methods = `f(x) { ${branch} }\n  g(x) { ${branch} }\n`;
  t.strictSame(converted(`class A {\n  "use autograph";\n  ${methods}}\nclass B {\n  ${methods}}`), ["f", "g"], "those of a class");
  t.strictSame(converted(`class A {\n  static "use autograph";\n  ${methods}}`), ["f", "g"]);
  t.strictSame(converted(`class A {\n  f(x) { "use autograph"; ${branch} }\n  g(x) { ${branch} }\n}`), ["f"], "a method");
  const file = `"use autograph";\nfunction f(x) { ${branch} }\nasync function g(x) { ${branch} }\nfunction* h(x) { ${branch} }`;
  t.strictSame(converted(file), ["f"], "those of a file, but what can't be traced");
  for (const [imports, call] of [
    ['import * as tf from "kerasm";', "tf.function"],
    ['import { function as graph } from "kerasm";', "graph"],
    ['import tf from "kerasm";', "tf.function"],
  ]) {
    const source = (options: string) =>
      `${imports}\nfunction f(x) { ${branch} }\nfunction g(x) { ${branch} }\nexport const run = ${call}(f${options});`;
    t.strictSame(converted(source("")), ["f"], `given to ${call}`);
    t.strictSame(converted(source(", { autograph: false }")), []);
  }
  t.strictSame(
    converted(`import * as tf from "kerasm";\nfunction f(x) { ${branch} }\ntf.autograph.doNotConvert(f);\ntf.function(f);`),
    [],
    "but those that are exempt",
  );
  t.equal(transformModule("function f(x) { return x > 0; }", { file: "app.js" }), null, "a module that says nothing stays as it is");
});

t.test("a converted function that calls one with control flow that is not converted", async (t) => {
  const source = `import * as tf from "kerasm";\nfunction helper(x) { ${branch} }\ntf.function((x) => {\n  return helper(x);\n});`;
  t.strictSame(transformModule(source, { file: "app.js" })!.warnings, [
    'app.js:4: autograph: helper is called by a converted function and has control flow that is not converted. Begin helper with "use autograph", or the file.',
  ]);
});

for (const name of ["programs", "natural"])
  t.test(`lines and the source map of ${name}`, async (t) => {
    const file = fileURLToPath(new URL(`./${name}.js`, import.meta.url));
    const source = `"use autograph";${readFileSync(file, "utf8")}`;
    const { code, map } = transformModule(source, { file })!;
    const [before, after] = [source.split("\n"), code.split("\n")];
    t.equal(after.length, before.length);
    const trace = new TraceMap(JSON.stringify(map));
    let found = 0;
    const wrong: string[] = [];
    before.forEach((line, i) => {
      const words = new Set(line.replace(/\/\/.*/, "").match(/(?<![\w$.])[A-Za-z_]\w*/g) ?? []);
      for (const keyword of ["if", "else", "while", "for", "of", "in", "do", "break", "continue", "return", "let", "const"])
        words.delete(keyword);
      // The variable of a loop without braces is declared where its body begins, on the next line.
      if (/for \(.* (of|in) .*\)$/.test(line)) return;
      for (const word of words) if (!after[i]!.includes(word)) wrong.push(`line ${i + 1} lost ${word}`);
    });
    after.forEach((line, i) => {
      for (const { 0: word, index } of line.matchAll(/(?<![\w$."'])[A-Za-z]\w*(?![\w$"'])/g)) {
        const at = originalPositionFor(trace, { line: i + 1, column: index });
        if (at.line === null) continue;
        if (at.line !== i + 1) wrong.push(`${word} of line ${i + 1} leads to line ${at.line}`);
        if (before[at.line - 1]!.startsWith(word, at.column)) found++;
      }
    });
    t.strictSame(wrong, []);
    t.ok(found > 500, `${found} words lead to themselves`);
  });
