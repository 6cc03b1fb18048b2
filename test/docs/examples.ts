// The examples of doc comments, made into programs. An example may use the names below without declaring them; a line
// `expression; // result` is held to its result. One with an ellipsis is a sketch and one that begins with a member of a class a
// fragment: neither is a program.

import { join } from "node:path";
import * as datasets from "../../datasets/index.js";
import * as formats from "../../lib/api/formats.js";
import * as onnx from "../../lib/api/onnx.js";
import * as tfjs from "../../lib/api/tfjs.js";
import * as visor from "../../lib/api/visor.js";
import * as models from "../../models/index.js";
import * as autograph from "../../tools/autograph/index.js";
import { repository, sourcesIn } from "../support/sources.js";

const { around, isProgram, isResult, usedIn, withResult } = (await import(join(repository, "site/surroundings.mjs"))) as {
  around(code: string): string;
  isProgram(code: string): boolean;
  isResult(comment: string): boolean;
  usedIn(code: string, name: string): boolean;
  withResult: RegExp;
};

const exported = {
  "kerasm/formats": formats,
  "kerasm/onnx": onnx,
  "kerasm/tfjs": tfjs,
  "kerasm/datasets": datasets,
  "kerasm/models": models,
  "kerasm/visor": visor,
  "kerasm/autograph": autograph,
};

export interface Example {
  /** File and line. */
  readonly name: string;
  readonly program: string;
}

/** All examples of the public code that are programs. */
export function examplesIn(...folders: string[]): Example[] {
  return sourcesIn(...folders)
    .filter(({ path }) => !path.startsWith("lib/generated/"))
    .flatMap(({ path, text }) =>
      Array.from(text.matchAll(/^ *\* ```ts\n([^]*?)^ *\* ```/gm), (match) => {
        const line = text.slice(0, match.index).split("\n").length + 1;
        return { name: `${path}:${line}`, code: match[1]!.replace(/^ *\* ?/gm, "") };
      }),
    )
    .filter(({ code }) => isProgram(code))
    .map(({ name, code }) => ({ name, program: programOf(code) }));
}

function programOf(code: string): string {
  const imported = Object.entries(exported).flatMap(([entry, module]) =>
    Object.keys(module)
      .filter((name) => usedIn(code, name))
      .map((name) => `import { ${name} } from "${entry}";\n`),
  );
  return `${imported.join("")}import * as tf from "kerasm";
import * as keras from "kerasm/keras";
import { expectResult } from "../test/docs/expect-result.js";
${around(code)}${code.replace(withResult, heldToResult)}export { expectResult, keras, tf };
`;
}

const heldToResult = (line: string, expression: string, result: string): string =>
  isResult(result) ? `expectResult(${expression}, ${JSON.stringify(result)});` : line;

/**
 * A program that runs examples one after the other in one process, since the start of a process costs more than most examples. It prints a
 * line of JSON for each: its file, and the error that it ended with.
 */
export const runnerModule = `for (const file of process.argv.slice(2)) {
  const warnings = [];
  console.error = console.warn = (...words) => void warnings.push(words.join(" "));
  const error = await import("./" + file + ".js").then(() => warnings.join("\\n"), (error) => String(error?.stack ?? error));
  process.stdout.write("\\n@example " + JSON.stringify({ file, error }) + "\\n");
}
process.exit(0);
`;
