// Compiles the kernels with asc, once for each target of asconfig.json, and checks what must hold of the binaries:
//  (1) no data segment: every thread instantiates the module, and a segment would be written anew over live memory each time;
//  (2) a size that can be inlined into a JavaScript module.

import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { filesIn, root } from "./steps.mjs";

export const targets = ["simd", "relaxed"];
export const binaryOf = (target) => `build/assembly/${target}.wasm`;
const maximumBytes = 300_000;

export const assembly = {
  name: "assembly",
  inputs: () => [...filesIn("assembly", (file) => file.endsWith(".ts")), "asconfig.json", "tools/build/assembly.mjs"],
  outputs: () => targets.map(binaryOf),
  run: () => Promise.all(targets.map(compile)),
  isSlow: true,
};

async function compile(target) {
  const asc = join(root, "node_modules/assemblyscript/bin/asc.js");
  try {
    const { stderr } = await promisify(execFile)(process.execPath, [asc, "--target", target], { cwd: root });
    if (stderr && target === targets[0]) process.stderr.write(stderr);
  } catch (error) {
    throw new Error(`asc --target ${target} failed:\n${error.stderr || error.message}`);
  }
  check(target, readFileSync(join(root, binaryOf(target))));
}

function check(target, bytes) {
  const dataSection = 11;
  const found = sectionsOf(bytes).find(({ id, content }) => id === dataSection && content[0] !== 0);
  if (found) throw new Error(`${target}.wasm has a data segment: kernels use no strings, static arrays or Math functions with tables`);
  if (bytes.length > maximumBytes) throw new Error(`${target}.wasm has ${bytes.length} bytes; expected at most ${maximumBytes}`);
}

/** The sections of a WebAssembly binary: id and content. */
export function sectionsOf(bytes) {
  const sections = [];
  let at = 8;
  while (at < bytes.length) {
    const id = bytes[at++];
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      length += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    sections.push({ id, content: bytes.subarray(at, at + length) });
    at += length;
  }
  return sections;
}
