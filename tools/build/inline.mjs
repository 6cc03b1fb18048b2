// Writes both binaries as modules that hold them as text, so that users configure no paths and nothing has to be loaded before the first
// use: a text for each family of kernels (families.mjs), from which lib/runtime/binary.ts puts together the kernels that a program has.
//
//  (1) LZMA packs them to three quarters of what gzip and to less than what Brotli makes of them, and who serves the text need not compress
//      it well: it is base64, of which compression leaves the packed bytes. The program that unpacks it (assembly/unpack/) is 1 kB and
//      takes 5 ms.
//  (2) What the relaxed build differs by repeats the simd build, so both stand one behind the other, for each family.
//  (3) A family is packed behind the core, which nearly halves it: kernels are alike. The packed bytes of all families begin with the same,
//      which stands once, in the core's text, and is unpacked once.
//  (4) A function that two families reach and the core does not is in both.
//  (5) Names of kernels stand in the bindings already: of the section that exports them only the numbers are here.

import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { binaryOf, jpeg, targets, unpacker } from "./assembly.mjs";
import { core, familyNames, familyOf } from "./families.mjs";
import { readKernels } from "./kernels.mjs";
import { filesIn, root, writeGenerated } from "./steps.mjs";
import { bodiesOf, callsOf, CODE, EXPORT, exportsOf, leb, sectionsOf, startOf } from "./wasm.mjs";

const output = "lib/generated/binaries.ts";
const outputOf = (family) => `lib/generated/bodies/${family}.ts`;
const outputOfJpeg = "lib/generated/jpeg.ts";
const base64 = (bytes) => bytes.toString("base64");
const { LZMA } = createRequire(import.meta.url)("lzma/src/lzma_worker.js");
/** Of 1 to 9: 9 takes half as long again, for ten bytes less. */
const LEVEL = 7;
const header = "// Generated from assembly/ by npm run build. Do not edit.\n";

export const inline = {
  name: "inline",
  inputs: () => [
    ...targets.map(binaryOf),
    ...filesIn("assembly", (file) => file.endsWith(".ts")),
    unpacker,
    jpeg,
    ...["families", "inline", "kernels", "wasm"].map((name) => `tools/build/${name}.mjs`),
  ],
  outputs: () => [output, ...familyNames.map(outputOf), outputOfJpeg],
  isSlow: true,
  run: async () => {
    writeGenerated(
      outputOfJpeg,
      `${header}
/** The program that reads JPEG files, in base64. */
export const program = "${base64(readFileSync(join(root, jpeg)))}";
`,
    );
    const { builds, packed, shared } = await packedFamilies(
      targets.map((target) => readFileSync(join(root, binaryOf(target)))),
      readKernels().kernels,
    );
    writeGenerated(
      output,
      `${header}
/** The program that unpacks, in base64. */
export const unpacker = "${base64(readFileSync(join(root, unpacker)))}";
/** Of the simd and the relaxed build: bytes before the exports, bytes from there to the code, functions. */
export const builds = ${JSON.stringify(builds)} as const;
/** Bytes with which the packed bytes of all families begin, the core's too. */
export const shared = ${shared};
`,
    );
    for (const [family, { bytes, length }] of packed)
      writeGenerated(
        outputOf(family),
        `${header}
export const body = { packed: "${base64(family === core ? bytes : bytes.subarray(shared))}", length: ${length} };
`,
      );
  },
};

/** Packs on as many threads as there are cores: it takes seconds for each. */
async function packedAll(plain) {
  const packed = [];
  let next = 0;
  const one = async () => {
    const worker = new Worker(new URL(import.meta.url));
    while (next < plain.length) {
      const place = next++;
      const answer = new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
      worker.postMessage(plain[place]);
      packed[place] = Buffer.from(await answer);
    }
    await worker.terminate();
  };
  await Promise.all(Array.from({ length: availableParallelism() }, one));
  return packed;
}

if (!isMainThread) parentPort?.on("message", (plain) => parentPort.postMessage(Buffer.from(LZMA.compress([...plain], LEVEL))));

/** All families of some builds of the same kernels, packed. */
async function packedFamilies(binaries, kernels) {
  const slots = new Map(
    familyNames.flatMap((family) => kernels.filter((kernel) => familyOf(kernel) === family)).map(({ name }, i) => [name, i]),
  );
  const familyOfKernel = new Map(kernels.map((kernel) => [kernel.name, familyOf(kernel)]));
  const builds = binaries.map((binary) => {
    const bodies = bodiesOf(binary);
    const sections = sectionsOf(binary);
    const at = sections.findIndex(({ id }) => id === EXPORT);
    const [before, after] = [
      binary.subarray(0, sections[at].begin),
      binary.subarray(sections[at + 1].begin, sections.find(({ id }) => id === CODE).begin),
    ];
    const exported = exportsOf(binary);
    const roots = exported.filter(({ index }) => index !== null).map(({ name, index }) => [familyOfKernel.get(name) ?? core, index]);
    const start = startOf(binary);
    const reached = reachedBy(bodies, start < 0 ? roots : [...roots, [core, start]]);
    return { before, after, bodies, reached, head: Buffer.concat([before, after, numbered(exported, slots)]) };
  });
  const plainOf = (family) =>
    Buffer.concat(
      builds.flatMap(({ head, bodies, reached }) => {
        const own = [...reached.get(family)].filter((index) => family === core || !reached.get(core).has(index)).sort((a, b) => a - b);
        return [...(family === core ? [head] : []), listed(own), ...own.map((index) => bodies[index])];
      }),
    );
  const first = plainOf(core);
  const rests = familyNames.map((family) => (family === core ? Buffer.of() : plainOf(family)));
  const all = await packedAll(rests.map((rest) => Buffer.concat([first, rest])));
  for (const bytes of all) bytes.set(all[0].subarray(0, HEADER)); // the lengths of their contents, which nobody reads
  let shared = HEADER;
  while (all.every((bytes) => bytes[shared] === all[0][shared])) shared++;
  const lengthOf = (place) => (place === 0 ? first.length : rests[place].length);
  const packed = familyNames.map((family, place) => [family, { bytes: all[place], length: lengthOf(place) }]);
  return { builds: builds.map(({ before, after, bodies }) => [before.length, after.length, bodies.length]), packed, shared };
}

const HEADER = 13;

/** The functions that the roots of each family reach. */
function reachedBy(bodies, roots) {
  const calls = bodies.map(callsOf);
  const reached = new Map(familyNames.map((family) => [family, new Set()]));
  for (const [family, index] of roots) {
    const found = reached.get(family);
    const add = (index) => {
      if (found.has(index)) return;
      found.add(index);
      calls[index].forEach(add);
    };
    add(index);
  }
  const known = new Set([...reached.values()].flatMap((found) => [...found]));
  if (known.size !== bodies.length) throw new Error(`inline: ${bodies.length - known.size} functions that no export reaches`);
  return reached;
}

/** A whole number of any sign. */
const signed = (value) => leb(value < 0 ? -2 * value - 1 : 2 * value);

/** Exports: of a kernel how far slot and index are from those of the one before, of others 0, then their bytes with the length before. */
function numbered(exported, slots) {
  let [slot, before] = [-1, 0];
  const entries = exported.flatMap(({ name, index, bytes }) => {
    if (!slots.has(name)) return [0, ...leb(bytes.length), ...bytes];
    const entry = [...signed(slots.get(name) - slot), ...signed(index - before)];
    [slot, before] = [slots.get(name), index];
    return entry;
  });
  return Buffer.from([...leb(exported.length), ...entries]);
}

/** Indices in ascending order as how far each is from the one before, from 1 on; 0 ends them. */
function listed(indices) {
  const gaps = indices.map((index, i) => index - (indices[i - 1] ?? -1));
  return Buffer.from([...gaps, 0].flatMap(leb));
}
