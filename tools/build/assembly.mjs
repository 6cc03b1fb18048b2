// Compiles the kernels with asc, once for each target of asconfig.json, and checks what must hold of the binaries:
//  (1) no data segment: every thread instantiates the module, and a segment would be written anew over live memory each time;
//  (2) a size that can be inlined into a JavaScript module.

import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { filesIn, root } from "./steps.mjs";
import { sectionsOf } from "./wasm.mjs";

export const targets = ["simd", "relaxed"];
export const binaryOf = (target) => `build/assembly/${target}.wasm`;
/** The program that unpacks them in a page, by itself (inline.mjs). */
export const unpacker = "build/assembly/unpack.wasm";
/** The program that reads JPEG files, in threads that have no kernels. */
export const jpeg = "build/assembly/jpeg.wasm";
const maximumBytes = 300_000;

export const assembly = {
  name: "assembly",
  inputs: () => [...filesIn("assembly", (file) => file.endsWith(".ts")), "asconfig.json", "tools/build/assembly.mjs"],
  outputs: () => [...targets.map(binaryOf), unpacker, jpeg],
  run: () => Promise.all([...targets.map(compile), compileUnpacker(), compileJpeg()]),
  isSlow: true,
};

async function compile(target) {
  await asc("--target", target);
  check(target, readFileSync(join(root, binaryOf(target))));
}

/** A program with a memory of its own. */
const compileAlone = (source, outFile, ...options) =>
  asc(source, "--config", "none", "--outFile", outFile, "--runtime", "stub", "--noAssert", "-O3", ...options);
const compileUnpacker = () => compileAlone("assembly/unpack/lzma.ts", unpacker, "--shrinkLevel", "2");
const compileJpeg = () => compileAlone("assembly/jpeg/index.ts", jpeg, "--enable", "simd");

async function asc(...options) {
  const program = join(root, "node_modules/assemblyscript/bin/asc.js");
  try {
    const { stderr } = await promisify(execFile)(process.execPath, [program, ...options], { cwd: root });
    if (stderr && !options.includes(targets[1])) process.stderr.write(stderr);
  } catch (error) {
    throw new Error(`asc ${options.join(" ")} failed:\n${error.stderr || error.message}`);
  }
}

function check(target, bytes) {
  const dataSection = 11;
  const found = sectionsOf(bytes).find(({ id, content }) => id === dataSection && content[0] !== 0);
  if (found) throw new Error(`${target}.wasm has a data segment: kernels use no strings, static arrays or Math functions with tables`);
  if (bytes.length > maximumBytes) throw new Error(`${target}.wasm has ${bytes.length} bytes; expected at most ${maximumBytes}`);
}
