#!/usr/bin/env node
// kerasm-autograph: converts files, for those who bundle nothing.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { parseArgs } from "node:util";
import { convertFile } from "./file.js";
import { AutographError } from "./refusal.js";

const usage = `Converts functions that are given to tf.function or say "use autograph".

  kerasm-autograph FILE... --out FOLDER
  kerasm-autograph FILE... --print

  --out           folder for the converted files and their source maps
  --print         writes the converted code to the screen instead
  --no-operators  converts control flow only
  --runtime       where converted modules find $ag (default: kerasm/autograph/runtime)`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      out: { type: "string" },
      print: { type: "boolean", default: false },
      "no-operators": { type: "boolean", default: false },
      runtime: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return (console.log(usage), 0);
  if (positionals.length === 0 || (values.out === undefined) === !values.print) return (console.error(usage), 2);
  const folder = commonFolder(positionals);
  const options = { operators: !values["no-operators"], ...(values.runtime !== undefined && { runtime: values.runtime }) };
  for (const file of positionals) {
    const source = await readFile(file, "utf8");
    const result = convertFile(source, file, options, (message) => console.error(message));
    if (values.print) {
      process.stdout.write(result?.code ?? source);
      continue;
    }
    const target = join(values.out!, relative(folder, file));
    await mkdir(dirname(target), { recursive: true });
    if (!result) {
      await writeFile(target, source);
      continue;
    }
    const map = `${basename(target)}.map`;
    await writeFile(target, `${result.code}\n//# sourceMappingURL=${map}\n`);
    await writeFile(join(dirname(target), map), JSON.stringify({ ...result.map, sources: [relative(dirname(target), file)] }));
  }
  return 0;
}

/** The folder that all files are in. */
function commonFolder(files: readonly string[]): string {
  let folder = dirname(files[0]!);
  while (files.some((file) => relative(folder, file).startsWith(".."))) folder = dirname(folder);
  return folder;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof AutographError ? error.message : String((error as Error).message ?? error));
  process.exitCode = 1;
}
