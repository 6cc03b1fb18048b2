// Writes lib/generated/kernels.ts: a typed function for each kernel, which makes a command of it.

import { readKernels } from "./kernels.mjs";
import { filesIn, writeGenerated } from "./steps.mjs";

const output = "lib/generated/kernels.ts";

export const bindings = {
  name: "bindings",
  inputs: () => [...filesIn("assembly", (file) => file.endsWith(".ts")), "assembly/build/bindings.mjs", "assembly/build/kernels.mjs"],
  outputs: () => [output],
  run: () => writeGenerated(output, bindingsOf(readKernels())),
};

export function bindingsOf({ kernels, layouts }) {
  return `// Generated from assembly/ by npm run build. Do not edit.

import { command, type Command, type Layout, type Operand } from "../runtime/command.js";

${layouts.map(layoutText).join("\n")}
/** One function for each kernel: arguments, size of the whole range in the kernel's units, units that one claim of a thread takes. */
export const kernels = {
${kernels.map(kernelText).join("\n")}
};

/** The kernels in the order of their table slots. */
export const kernelNames = [
${kernels.map(({ name }) => `  ${JSON.stringify(name)},\n`).join("")}] as const;
`;
}

function layoutText({ name, words, fields, doc }) {
  const properties = fields.map((field) => `${indented(field.doc, "  ")}  readonly ${field.name}: ${typeOf(field)};\n`);
  const entries = fields.map(({ name, kind, word, count }) => `    ${JSON.stringify({ name, kind, word, count })},\n`);
  return `${indented(doc, "")}export interface ${name} {
${properties.join("")}}
const ${name}Layout: Layout = {
  words: ${words},
  fields: [
${entries.join("")}  ],
};
`;
}

function typeOf({ kind, array }) {
  const one = kind === "in" || kind === "out" || kind === "inout" ? "Operand | null" : "number";
  if (!array) return one;
  return one === "number" ? "readonly number[]" : `readonly (${one})[]`;
}

function kernelText({ name, layout, doc }, slot) {
  return `${indented(doc, "  ")}  ${name}: (args: ${layout}, size: number, grain: number = size): Command => command(${slot}, ${layout}Layout, args, size, grain),`;
}

const indented = (doc, indent) => (doc ? `${doc.replace(/^/gm, indent)}\n` : "");
