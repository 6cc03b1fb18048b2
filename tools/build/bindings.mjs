// Writes lib/generated/kernels.ts, a typed function for each kernel, which makes a command of it, and lib/generated/constants.ts, the
// numbers that kernels and TypeScript share.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readKernels } from "./kernels.mjs";
import { filesIn, root, writeGenerated } from "./steps.mjs";

const output = "lib/generated/kernels.ts";
const constants = "lib/generated/constants.ts";
const shared = "assembly/shared.ts";

export const bindings = {
  name: "bindings",
  inputs: () => [...filesIn("assembly", (file) => file.endsWith(".ts")), "tools/build/bindings.mjs", "tools/build/kernels.mjs"],
  outputs: () => [output, constants],
  run: () => {
    writeGenerated(output, bindingsOf(readKernels()));
    writeGenerated(constants, constantsOf(readFileSync(join(root, shared), "utf8")));
  },
};

/** The constants of a module in which each stands on a line of its own, with their comments. */
export function constantsOf(text) {
  const lines = text.split("\n").filter((line) => !line.startsWith("//"));
  const translated = lines.map((line) => {
    const [, name, value] = /^export const (\w+): usize = (\d+(?: << \d+)?);$/.exec(line) ?? [];
    if (name) return `export const ${name} = ${value};`;
    if (line === "" || line.startsWith("/**")) return line;
    throw new Error(`${shared}: given "${line}"; expected export const NAME: usize = a number`);
  });
  return `// Generated from ${shared} by npm run build. Do not edit.\n${translated.join("\n")}`;
}

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
