// Recorded cases as any engine runs them, and the bits of what they gave: the same code in Node and, bundled, in a page.

import type { Case, Family } from "../golden/cases.js";
import { modes, tensorsIn, type ModeName } from "../golden/modes.js";
import { runCase, runsIn } from "../golden/run.js";
import * as tf from "../../lib/index.js";

export type Sample = Readonly<Partial<Record<Family, readonly Case[]>>>;

/** How each case went, and a number made of all bits that its computations gave, by family, mode and id. */
export type Told = Readonly<Record<string, { readonly status: string; readonly message?: string; readonly bits: number }>>;

/** Runs the cases with results that no number of threads and no engine changes. */
export async function runSample(sample: Sample): Promise<Told> {
  tf.config.set({ deterministic: true });
  const told: Record<string, Told[string]> = {};
  let bits = 0;
  const plain = { eager: modes.eager.run, traced: modes.traced.run };
  for (const name of ["eager", "traced"] as const)
    (modes[name] as { run: typeof plain.eager }).run = (body, inputs) => {
      const result = plain[name](body, inputs);
      for (const tensor of tensorsIn(result)) if (!tensor.isSymbolic) bits = mixed(bits, tensor.data());
      return result;
    };
  try {
    for (const [family, cases] of Object.entries(sample) as [Family, readonly Case[]][])
      for (const testCase of cases)
        for (const mode of ["eager", "traced"] satisfies ModeName[]) {
          if (!runsIn(testCase, mode)) continue;
          tf.random.setSeed(1);
          bits = 0;
          const outcome = await runCase(family, testCase, mode);
          told[`${family}, ${mode}, ${testCase.id}`] = { ...outcome, bits };
        }
  } finally {
    for (const name of ["eager", "traced"] as const) (modes[name] as { run: typeof plain.eager }).run = plain[name];
  }
  return told;
}

/** FNV-1a over the elements' bytes; every NaN is the same. */
function mixed(bits: number, elements: ArrayLike<number> & ArrayBufferView): number {
  const bytes = new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength);
  const size = bytes.length / elements.length;
  let hash = bits ^ 0x811c9dc5;
  for (let i = 0; i < bytes.length; i++) {
    const isNumber = !Number.isNaN(elements[Math.floor(i / size)]);
    hash = Math.imul(hash ^ (isNumber ? bytes[i]! : 255), 0x01000193);
  }
  return hash >>> 0;
}
