// Each program of the guide prints what its comments say: lines that begin with `//>`, in order, where … stands for anything.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { printedAsSaid } from "../support/printed.js";
import { runProgram } from "../support/program.js";
import { repository } from "../support/sources.js";

const folder = "examples/guide";

/** Less to do where a program would train for minutes. */
const settings: Readonly<Record<string, Record<string, string>>> = {
  "training-loop.ts": { EPOCHS: "1", EXAMPLES: "1000" },
};

for (const file of readdirSync(join(repository, folder)).filter((name) => name.endsWith(".ts"))) {
  t.test(file, async (t) => {
    const said = Array.from(readFileSync(join(repository, folder, file), "utf8").matchAll(/^ *\/\/> (.*)$/gm), ([, line]) => line!);
    const { stdout, stderr, status } = await runProgram(`${folder}/${file}`, [], { env: settings[file] ?? {}, cwd: t.testdir() });
    t.equal(status, 0, stderr);
    t.strictSame(printedAsSaid(stdout, said), said);
  });
}
