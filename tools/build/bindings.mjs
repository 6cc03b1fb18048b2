// Writes lib/generated/kernels.ts: a typed function for each kernel, which makes a command of it.

import { readKernels } from "./kernels.mjs";
import { filesIn, writeGenerated } from "./steps.mjs";

const output = "lib/generated/kernels.ts";

export const bindings = {
  name: "bindings",
  inputs: () => [...filesIn("assembly", (file) => file.endsWith(".ts")), "tools/build/bindings.mjs", "tools/build/kernels.mjs"],
  outputs: () => [output],
  run: () => writeGenerated(output, bindingsOf(readKernels())),
};

/** Types in full, for the compiler; what is there at run time in little text, which lib/runtime/bindings.ts reads. */
export function bindingsOf({ kernels, layouts }) {
  const indexOf = (name) => layouts.findIndex((layout) => layout.name === name);
  return `// Generated from assembly/ by npm run build. Do not edit.

import { bind, type Kernel } from "../runtime/bindings.js";
import type { Operand } from "../runtime/command.js";

${layouts.map(layoutText).join("\n")}
/** One function for each kernel. */
export interface Kernels {
${kernels.map(({ name, layout, doc }) => `${indented(doc, "  ")}  readonly ${name}: Kernel<${layout}>;`).join("\n")}
}

/** \`kernelNames\` in the order of their table slots. */
export const { kernels, kernelNames } = bind<Kernels>(
  \`${layouts.map(fieldsText).join("\n")}\`,
  \`${kernels.map(({ name, layout }) => `${name} ${indexOf(layout)}`).join("\n")}\`,
);
`;
}

function layoutText({ name, fields, doc }) {
  const properties = fields.map((field) => `${indented(field.doc, "  ")}  readonly ${field.name}: ${typeOf(field)};\n`);
  return `${indented(doc, "")}export interface ${name} {
${properties.join("")}}
`;
}

const signs = { in: "<", out: ">", inout: "=", u32: "", i32: "-", f32: "~" };

/** The fields of an args class on a line: `<x >y columns axes*2 ~scale`. */
function fieldsText({ fields }) {
  return fields.map(({ name, kind, count }) => `${signs[kind]}${name}${count === 1 ? "" : `*${count}`}`).join(" ");
}

function typeOf({ kind, array }) {
  const one = kind === "in" || kind === "out" || kind === "inout" ? "Operand | null" : "number";
  if (!array) return one;
  return one === "number" ? "readonly number[]" : `readonly (${one})[]`;
}

const indented = (doc, indent) => (doc ? `${doc.replace(/^/gm, indent)}\n` : "");
