// What docs/architecture.md promises, as tests.

import { readFile } from "node:fs/promises";
import t from "tap";

for (const build of ["simd", "relaxed"])
  t.test(`the ${build} build has no data segment`, async (t) => {
    const bytes = await readFile(new URL(`../assembly/${build}.wasm`, import.meta.url));
    t.notOk(sectionIds(bytes).includes(11));
  });

/** The ids of a WebAssembly binary's sections: a byte each, followed by the length of the content in LEB128. */
function sectionIds(bytes: Uint8Array): number[] {
  const ids = [];
  for (let at = 8; at < bytes.length;) {
    ids.push(bytes[at++]!);
    let length = 0;
    for (let shift = 0, more = true; more; shift += 7) {
      const byte = bytes[at++]!;
      length += (byte & 0x7f) * 2 ** shift;
      more = byte >= 0x80;
    }
    at += length;
  }
  return ids;
}
