// Writes lib/generated/kernels/, for each family a typed function for each kernel, which makes a command of it, and
// lib/generated/constants.ts, the numbers that kernels and TypeScript share.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { familyNames, familyOf } from "./families.mjs";
import { readKernels } from "./kernels.mjs";
import { filesIn, root, writeGenerated } from "./steps.mjs";

const args = "lib/generated/arguments.ts";
const all = "lib/generated/kernels.ts";
const outputOf = (family) => `lib/generated/kernels/${family}.ts`;
const constants = "lib/generated/constants.ts";
const shared = "assembly/shared.ts";

export const bindings = {
  name: "bindings",
  inputs: () => [
    ...filesIn("assembly", (file) => file.endsWith(".ts")),
    "tools/build/bindings.mjs",
    "tools/build/families.mjs",
    "tools/build/kernels.mjs",
  ],
  outputs: () => [args, all, ...familyNames.map(outputOf), constants],
  run: () => {
    const { kernels, layouts } = readKernels();
    writeGenerated(args, argumentsOf(layouts));
    let first = 0;
    for (const family of familyNames) {
      const own = kernels.filter((kernel) => familyOf(kernel) === family);
      writeGenerated(outputOf(family), bindingsOf({ kernels: own, layouts, family, first }));
      first += own.length;
    }
    writeGenerated(all, allOf(familyNames));
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

const header = "// Generated from assembly/ by npm run build. Do not edit.\n";

/** What the kernels take. */
export const argumentsOf = (layouts) => `${header}
import type { Operand } from "../runtime/command.js";

${layouts.map(layoutText).join("\n")}`;

/**
 * The kernels of a family: types in full, for the compiler; what is there at run time in little text, which lib/runtime/bindings.ts reads,
 * with the packed bodies.
 */
export function bindingsOf({ kernels, layouts, family, first }) {
  const own = layouts.filter(({ name }) => kernels.some(({ layout }) => layout === name));
  const indexOf = (name) => own.findIndex((layout) => layout.name === name);
  return `${header}
import { bind, type Kernel } from "../../runtime/bindings.js";
import type * as args from "../arguments.js";
import { body } from "../bodies/${family}.js";

interface Kernels {
${kernels.map(({ name, layout, doc }) => `${indented(doc, "  ")}  readonly ${name}: Kernel<args.${layout}>;`).join("\n")}
}

export const kernels: Kernels = bind<Kernels>(
  body,
  ${first},
  \`${own.map(fieldsText).join("\n")}\`,
  \`${kernels.map(({ name, layout }) => `${name} ${indexOf(layout)}`).join("\n")}\`,
);
`;
}

const allOf = (families) => `${header}
import { kernelNamesOf } from "../runtime/bindings.js";
${families.map((family) => `import { kernels as ${family} } from "./kernels/${family}.js";`).join("\n")}

/** All kernels: for tests and benches, since who imports this carries them. Operations import the family that they need. */
export const kernels = { ${families.map((family) => `...${family}`).join(", ")} };

/** Their names in the order of their table slots. */
export const kernelNames = kernelNamesOf();
`;

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
