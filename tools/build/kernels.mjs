// Reads the kernels out of the AssemblyScript sources, with the compiler's own parser.
//
//  (1) A kernel is an exported function `(args: SomeArgs, begin: usize, end: usize): void` of a module that assembly/index.ts exports,
//      directly or through further `export * from`.
//  (2) The order of exports is the order of table slots within a family (families.mjs); families come one after the other.
//  (3) `SomeArgs` is an @unmanaged class; its fields are 32-bit words in declaration order, inherited ones first.

import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import * as asc from "assemblyscript";
import { root } from "./steps.mjs";

const NodeKind = asc.NodeKind;

/** What the type of a field says the kernel does with the word. */
const fieldKinds = { In: "in", Out: "out", InOut: "inout", Size: "u32", usize: "u32", u32: "u32", i32: "i32", f32: "f32" };

/**
 * @typedef {{ name: string, kind: string, word: number, count: number, array: boolean, doc: string }} Field
 * @typedef {{ name: string, words: number, fields: Field[], doc: string }} Layout
 * @typedef {{ name: string, path: string, layout: string, doc: string }} Kernel
 * @param {string} entry
 * @param {(path: string) => string | undefined} read  the text of a source file, undefined where there is none
 * @returns {{ kernels: Kernel[], layouts: Layout[] }}
 */
export function readKernels(entry = "assembly/index.ts", read = fromDisk) {
  const sources = new Map();
  const kernels = [];
  const layouts = new Map();

  const load = (path) => {
    if (!sources.has(path)) sources.set(path, parse(path, read(path)));
    return sources.get(path);
  };

  const resolve = (from, to) => {
    const path = posix.join(posix.dirname(from), to);
    const found = [`${path}.ts`, `${path}/index.ts`].find((candidate) => sources.has(candidate) || read(candidate) !== undefined);
    if (!found) throw new Error(`${from}: cannot find ${to}`);
    return found;
  };
  const modules = { load, resolve };

  const visited = new Set();
  const visit = (path) => {
    if (visited.has(path)) return;
    visited.add(path);
    for (const statement of load(path).statements) {
      if (statement.kind === NodeKind.Export && statement.path && !statement.members) visit(resolve(path, statement.path.value));
      if (statement.kind !== NodeKind.FunctionDeclaration || !(statement.flags & asc.CommonFlags.Export)) continue;
      const argsName = kernelArgs(statement);
      if (argsName === undefined) continue;
      const name = statement.name.text;
      if (kernels.some((kernel) => kernel.name === name)) throw new Error(`${path}: a second kernel named ${name}`);
      const args = findClass(modules, path, argsName);
      const known = layouts.get(argsName);
      if (known && (known.path !== args.path || known.declaration !== args.declaration))
        throw new Error(`${path}: ${argsName} is also the name of another class in ${known.path}; names of argument classes are unique`);
      if (!known) layouts.set(argsName, { ...args, layout: layoutOf(modules, args) });
      kernels.push({ name, path, layout: argsName, doc: docBefore(statement) });
    }
  };
  visit(entry);
  return { kernels, layouts: [...layouts.values()].map(({ layout }) => layout) };
}

const fromDisk = (path) => (existsSync(join(root, path)) ? readFileSync(join(root, path), "utf8") : undefined);

function parse(path, text) {
  const program = asc.newProgram(asc.newOptions());
  asc.parse(program, text, path, true);
  for (let message; (message = asc.nextDiagnostic(program));)
    if (asc.isError(message)) throw new Error(asc.formatDiagnostic(message, false, true));
  return program.sources.find((source) => source.normalizedPath === path);
}

/** The name of the argument class where a function has the signature of a kernel. */
function kernelArgs({ signature, typeParameters }) {
  const types = signature.parameters.map((parameter) => typeName(parameter.type));
  if (typeParameters?.length || types.length !== 3 || types[1] !== "usize" || types[2] !== "usize") return undefined;
  if (typeName(signature.returnType) !== "void" || ["usize", "u32", "i32"].includes(types[0])) return undefined;
  return types[0];
}

const typeName = (type) => type?.name?.identifier?.text;

/** A class by its name as a module sees it: declared there, imported, or re-exported by what it imports from. */
function findClass(modules, path, name) {
  const { load, resolve } = modules;
  const { statements } = load(path);
  for (const declaration of statements)
    if (declaration.kind === NodeKind.ClassDeclaration && declaration.name.text === name) return { path, declaration };
  for (const statement of statements) {
    if (statement.kind === NodeKind.Import && statement.declarations) {
      const imported = statement.declarations.find((declaration) => declaration.name.text === name);
      if (imported) return findClass(modules, resolve(path, statement.path.value), imported.foreignName.text);
    }
  }
  for (const statement of statements) {
    if (statement.kind !== NodeKind.Export || !statement.path) continue;
    const member = statement.members?.find(({ exportedName }) => exportedName.text === name);
    if (statement.members && !member) continue;
    try {
      return findClass(modules, resolve(path, statement.path.value), member?.localName.text ?? name);
    } catch {
      // not from there
    }
  }
  throw new Error(`${path}: cannot find the class ${name}`);
}

/** @returns {Layout} */
function layoutOf(modules, { path, declaration }) {
  const name = declaration.name.text;
  const words = wordsOf(modules, { path, declaration });
  return { name, words: words.length, fields: groupNumbered(words), doc: docBefore(declaration) };
}

function wordsOf(modules, { path, declaration }) {
  const name = declaration.name.text;
  if (!declaration.decorators?.some((decorator) => decorator.name.text === "unmanaged"))
    throw new Error(`${path}: ${name} holds the arguments of a kernel and must be @unmanaged`);
  const base = declaration.extendsType && typeName(declaration.extendsType);
  const words = base ? wordsOf(modules, findClass(modules, path, base)) : [];
  for (const member of declaration.members) {
    if (member.kind !== NodeKind.FieldDeclaration || member.flags & asc.CommonFlags.Static) continue;
    const kind = fieldKinds[typeName(member.type)];
    if (!kind)
      throw new Error(
        `${path}: ${name}.${member.name.text} has the type ${typeName(member.type)}; expected one of ${Object.keys(fieldKinds).join(", ")}`,
      );
    words.push({ name: member.name.text, kind, doc: docBefore(member) });
  }
  return words;
}

/** Consecutive words `name0, name1, …` of one kind become one array field `name`. */
function groupNumbered(words) {
  const fields = [];
  for (let word = 0; word < words.length;) {
    const { name, kind, doc } = words[word];
    const stem = /^(.*\D)0$/.exec(name)?.[1];
    let count = 1;
    if (stem) while (words[word + count]?.name === `${stem}${count}` && words[word + count].kind === kind) count++;
    const array = count > 1;
    fields.push({ name: array ? stem : name, kind, word, count, array, doc });
    word += count;
  }
  return fields;
}

/** The doc comment that ends right before a declaration (its decorators and `export` included), indentation removed. */
function docBefore(node) {
  const text = node.range.source.text;
  const start = Math.min(node.range.start, ...(node.decorators ?? []).map((decorator) => decorator.range.start));
  const before = text.slice(0, start).replace(/(?:\/\/ @ts-ignore[^\n]*\s*|export\s+)*$/, "");
  const end = before.trimEnd();
  if (!end.endsWith("*/")) return "";
  const begin = end.lastIndexOf("/*");
  if (!end.startsWith("/**", begin)) return "";
  return end
    .slice(begin)
    .split("\n")
    .map((line, index) => (index ? ` ${line.trim()}` : line))
    .join("\n");
}
