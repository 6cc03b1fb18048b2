// Writes dist/modules: the library module by module, for bundlers, which drop what a program does not use. A bundle can't be that: it turns
// a namespace (`keras.layers`) into an object that holds all of it.
//
//  (1) What the compiler wrote, without comments. Calls and `new` at the top of a module are marked pure where they make what is declared.
//  (2) What a table of contents only passes on is imported from where it is declared; the ones that package.json says have effects stay.
//  (3) Files that come lazily and use all of a table of contents import what is in it one by one: bundlers that look at a program as a
//      whole (esbuild, webpack) would else keep all of it for those who load the table at once.
//  (4) `#platform` is the page's side. What packages give is bundled beside, as far as it is used.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { transformSync } from "esbuild";
import MagicString from "magic-string";
import { rolldown } from "rolldown";
import { ModuleGraph } from "./module-graph.mjs";
import { filesIn, root } from "./steps.mjs";

const folder = "dist/modules";
const platform = "lib/runtime/platform-browser.js";
/** Entries for a browser, as package.json names them. */
const { exports, sideEffects } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const entries = Object.values(exports).flatMap(({ module }) => (module ? [module.replace(`./${folder}/`, "")] : []));

const takeAll = [
  "lib/api/known.js",
  "lib/layers/functional/registered-operations.js",
  "lib/saving/imported/onnx.js",
  "lib/saving/imported/tfjs.js",
];

/** Whether loading a module does something. */
const isEffective = (file) =>
  sideEffects.some((pattern) => new RegExp(`^${pattern.replaceAll(".", "\\.").replaceAll("*", "[^/]*")}$`).test(`./${folder}/${file}`));

export const modules = {
  name: "modules",
  inputs: () => [
    ...["build/lib", "build/models", "build/datasets", "build/addons", "build/tools/autograph"].flatMap((room) =>
      filesIn(room, (file) => file.endsWith(".js")),
    ),
    "package.json",
    "tools/build/modules.mjs",
    "tools/build/module-graph.mjs",
  ],
  outputs: () => entries.map((file) => `${folder}/${file}`),
  run: async () => {
    rmSync(join(root, folder), { recursive: true, force: true });
    const foreign = new Map();
    const graph = new ModuleGraph(join(root, "build"));
    const files = new Set(entries);
    for (const file of files) {
      const { code, imports, names } = moduleOf(file, graph);
      for (const path of imports) files.add(path);
      for (const [name, used] of names) foreign.set(name, new Set([...(foreign.get(name) ?? []), ...used]));
      write(file, code);
    }
    for (const [name, used] of foreign) await bundlePackage(name, [...used].sort());
  },
};

const write = (file, code) => {
  mkdirSync(dirname(join(root, folder, file)), { recursive: true });
  writeFileSync(join(root, folder, file), code);
};

const vendored = (name) => `vendor/${name.replace(/^@/, "").replaceAll("/", "-")}.js`;

/**
 * A module as it is published, the modules that it imports, and what it takes of packages: all names where it is asked for by `import()`.
 */
function moduleOf(file, graph) {
  const source = readFileSync(join(root, "build", file), "utf8");
  const text = new MagicString(source);
  const imports = [];
  const names = [];
  const pointTo = (node, specifiers) => {
    const specifier = node.value;
    const from = (target) => {
      const path = posix.relative(posix.dirname(file), target);
      text.overwrite(node.start, node.end, JSON.stringify(path.startsWith(".") ? path : `./${path}`));
    };
    if (specifier.startsWith(".")) imports.push(posix.join(posix.dirname(file), specifier));
    else if (specifier === "#platform") {
      imports.push(platform);
      from(platform);
    } else if (!/^(node:|koffi$)/.test(specifier)) {
      names.push([specifier, specifiers ?? ["*"]]);
      from(vendored(specifier));
    }
  };
  for (const statement of graph.body(file)) {
    const direct = (takeAll.includes(file) && allImports(statement, file, graph)) || directImports(statement, file, graph);
    if (direct) {
      text.overwrite(statement.start, statement.end, direct.text);
      imports.push(...direct.files);
    } else if (statement.source) pointTo(statement.source, namesIn(statement));
    for (const place of madeBy(statement)) text.appendLeft(place, "/* @__PURE__ */ ");
  }
  walk(graph.body(file), (node) => {
    if (node.type === "ImportExpression" && node.source.type === "Literal") pointTo(node.source);
    // Files beside the code are meant from build/, which is one folder nearer.
    const address = node.type === "NewExpression" && node.callee.name === "URL" ? node.arguments[0] : null;
    if (address?.type === "Literal" && address.value.startsWith("."))
      text.overwrite(address.start, address.end, JSON.stringify(`../${address.value}`));
  });
  const { code } = transformSync(text.toString(), { charset: "utf8", target: "es2022", legalComments: "none", loader: "js" });
  return { code, imports, names };
}

/** An import by names as imports from where each is declared; null where it stays as it is. */
function directImports({ type, source, specifiers = [] }, file, graph) {
  if (type !== "ImportDeclaration" || !source.value.startsWith(".") || !specifiers.every(({ imported }) => imported)) return null;
  const target = graph.resolve(file, source.value);
  if (specifiers.length === 0 || isEffective(target)) return null;
  const found = specifiers.map(({ imported, local }) => ({ local: local.name, ...(graph.declared(target, imported.name) ?? {}) }));
  if (found.some((each) => each.file === undefined) || found.every((each) => each.file === target)) return null;
  const files = [...new Set(found.map((each) => each.file))];
  const lines = files.flatMap((each) => {
    const path = posix.relative(posix.dirname(file), each);
    const from = JSON.stringify(path.startsWith(".") ? path : `./${path}`);
    const here = found.filter((one) => one.file === each);
    const names = here.filter(({ name }) => name !== null).map(({ name, local }) => (name === local ? name : `${name} as ${local}`));
    const whole = here.filter(({ name }) => name === null).map(({ local }) => `import * as ${local} from ${from};`);
    return [...whole, ...(names.length > 0 ? [`import { ${names.join(", ")} } from ${from};`] : [])];
  });
  return { text: lines.join("\n"), files };
}

/** An import of a whole table of contents as imports of what is in it, and an object of them; null for other statements. */
function allImports({ type, source, specifiers = [] }, file, graph) {
  const [specifier] = specifiers;
  if (type !== "ImportDeclaration" || specifier?.type !== "ImportNamespaceSpecifier") return null;
  const lines = [];
  const files = new Set();
  const objectOf = (target) => {
    const parts = graph.names(target).map((name) => {
      const found = graph.declared(target, name);
      if (found.name === null) return `${name}: ${objectOf(found.file)}`;
      const local = `${specifier.local.name}_${lines.length}`;
      const path = posix.relative(posix.dirname(file), found.file);
      files.add(found.file);
      lines.push(`import { ${found.name} as ${local} } from ${JSON.stringify(path.startsWith(".") ? path : `./${path}`)};`);
      return `${name}: ${local}`;
    });
    return `{ ${parts.join(", ")} }`;
  };
  const object = objectOf(graph.resolve(file, source.value));
  return { text: `${lines.join("\n")}\nconst ${specifier.local.name} = ${object};`, files: [...files] };
}

/** What an import of a package names; null for all of it. */
function namesIn({ specifiers = [] }) {
  if (specifiers.some(({ type }) => type === "ImportNamespaceSpecifier")) return null;
  return specifiers.map((each) => (each.type === "ImportDefaultSpecifier" ? "default" : (each.imported ?? each.local).name));
}

/** Where the calls begin that make what a statement declares; what functions do later is not among them. */
function madeBy(statement) {
  const declared = /^Export/.test(statement.type) ? statement.declaration : statement;
  const places = new Set();
  const look = (node) =>
    walk(
      node,
      ({ type, start }) => /^(Call|New)Expression$/.test(type) && places.add(start),
      ({ type }) => /Function/.test(type) || /^Class/.test(type),
    );
  if (declared?.type === "VariableDeclaration") look(declared.declarations);
  if (declared?.type === "ClassDeclaration") {
    if (declared.superClass) look(declared.superClass);
    for (const member of declared.body.body) if (member.type === "PropertyDefinition" && member.static && member.value) look(member.value);
  }
  return places;
}

function walk(node, visit, isClosed = () => false) {
  if (Array.isArray(node)) return node.forEach((each) => walk(each, visit, isClosed));
  if (typeof node !== "object" || node === null) return;
  if (typeof node.type === "string") {
    if (isClosed(node)) return;
    visit(node);
  }
  for (const key in node) if (key !== "type") walk(node[key], visit, isClosed);
}

async function bundlePackage(name, used) {
  const wanted = used.filter((each) => each !== "*");
  const lines = used.includes("*") ? [`export * from "${name}";`] : [`export { ${wanted.join(", ")} } from "${name}";`];
  if (used.includes("*") && hasDefault(name)) lines.push(`export { default } from "${name}";`);
  const id = "\0package";
  const build = await rolldown({
    cwd: root,
    input: id,
    platform: "browser",
    logLevel: "warn",
    plugins: [
      {
        name: "package",
        resolveId: (source) => (source === id ? id : null),
        load: (source) => (source === id ? lines.join("\n") : null),
      },
    ],
  });
  const { output } = await build.generate({
    format: "esm",
    codeSplitting: false,
    minify: { compress: true, mangle: false, codegen: false },
  });
  write(vendored(name), output[0].code);
  await build.close();
}

function hasDefault(name) {
  const { type, module, exports: found } = JSON.parse(readFileSync(join(root, "node_modules", name, "package.json"), "utf8"));
  return type !== "module" && module === undefined && found === undefined;
}
