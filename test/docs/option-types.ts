// A program that names every option that every class of Keras's declares: it compiles where their types show them.

import * as keras from "../../lib/api/keras.js";

const families = ["layers", "losses", "metrics", "optimizers", "callbacks", "initializers", "regularizers", "constraints"] as const;
/** Bases of others, which users don't make. */
const bases = new Set(["Layer", "Wrapper", "Loss", "Metric", "Optimizer"]);

/** The program, and how many options it names. */
export function optionTypes(): { readonly program: string; readonly count: number } {
  const lines = [
    'import * as keras from "kerasm/keras";',
    "type Each<O> = O extends object ? keyof O : never;",
    "type Keys<C> = C extends new (...given: infer A) => unknown ? (A extends readonly unknown[] ? Each<A[number]> : never) : never;",
  ];
  const head = lines.length;
  for (const family of families)
    for (const [name, value] of Object.entries(keras[family])) {
      const fields = (value as { options?: { fields?: object } }).options?.fields;
      if (typeof value !== "function" || !fields || bases.has(name)) continue;
      for (const option of Object.keys(fields))
        lines.push(`export const o${lines.length}: Keys<typeof keras.${family}.${name}> = ${JSON.stringify(option)};`);
    }
  return { program: lines.join("\n"), count: lines.length - head };
}
