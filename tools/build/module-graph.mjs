// Who imports what from whom, among compiled modules; a table of contents stands for the modules that declare what it passes on.

import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { parse } from "acorn";

/**
 * @param {string} folder   what paths are relative to
 * @param {(specifier: string) => string | undefined} entryOf  the module that a name of the package means
 */
export class ModuleGraph {
  #bodies = new Map();

  constructor(folder, entryOf = () => undefined) {
    this.folder = folder;
    this.entryOf = entryOf;
  }

  /** Adds a module that is no file. */
  add(file, source) {
    this.#bodies.set(file, parse(source, { ecmaVersion: "latest", sourceType: "module", allowHashBang: true }).body);
  }

  body(file) {
    if (!this.#bodies.has(file)) this.add(file, readFileSync(join(this.folder, file), "utf8"));
    return this.#bodies.get(file);
  }

  /** The path of the module that a specifier means, undefined where it is none of these. */
  resolve(file, specifier) {
    return specifier.startsWith(".") ? posix.join(posix.dirname(file), specifier) : this.entryOf(specifier);
  }

  /** Where a module's export is declared: `{ file, name }`, with the name null for a whole module. */
  declared(file, name, seen = new Set()) {
    if (seen.has(file)) return null;
    seen.add(file);
    let passedOn = null;
    for (const node of this.body(file)) {
      if (node.type === "ExportAllDeclaration") {
        const source = this.resolve(file, node.source.value);
        if (node.exported?.name === name) return { file: source, name: null };
        if (!node.exported && source !== undefined) passedOn ??= this.declared(source, name, seen);
      }
      if (node.type !== "ExportNamedDeclaration") continue;
      const found = node.specifiers.find(({ exported }) => exported.name === name);
      if (found && node.source) return this.#from(file, node.source.value, found.local.name, seen);
      if (found) return this.#imported(file, found.local.name, seen) ?? { file, name };
      const { id, declarations = [] } = node.declaration ?? {};
      if (id?.name === name || declarations.some((each) => each.id.name === name)) return { file, name };
    }
    return passedOn;
  }

  /** All that a module exports by name, also what it passes on. */
  names(file, found = new Set()) {
    for (const node of this.body(file)) {
      if (node.type === "ExportAllDeclaration") {
        if (node.exported) found.add(node.exported.name);
        else this.names(this.resolve(file, node.source.value), found);
      }
      if (node.type !== "ExportNamedDeclaration") continue;
      for (const { exported } of node.specifiers) found.add(exported.name);
      const { id, declarations = [] } = node.declaration ?? {};
      for (const each of id ? [id] : declarations.map((one) => one.id)) {
        if (each.type !== "Identifier") throw new Error(`${file} exports a pattern; expected names`);
        found.add(each.name);
      }
    }
    return [...found];
  }

  #from(file, specifier, name, seen) {
    const source = this.resolve(file, specifier);
    if (source === undefined) return null;
    return this.declared(source, name, seen) ?? { file: source, name };
  }

  /** What a name that a module exports was imported as; null where it is the module's own. */
  #imported(file, local, seen) {
    for (const node of this.body(file)) {
      if (node.type !== "ImportDeclaration") continue;
      const found = node.specifiers.find((each) => each.local.name === local);
      if (found?.type === "ImportSpecifier") return this.#from(file, node.source.value, found.imported.name, seen);
      if (found?.type === "ImportNamespaceSpecifier") return { file: this.resolve(file, node.source.value), name: null };
    }
    return null;
  }

  /** The modules that a module needs as soon as it is loaded. */
  imports(file) {
    const found = new Set();
    for (const node of this.body(file)) {
      if (!node.source) continue;
      const target = this.resolve(file, node.source.value);
      const named = node.type === "ImportDeclaration" && node.specifiers.length > 0 && node.specifiers.every(({ imported }) => imported);
      if (target === undefined) continue;
      if (!named) found.add(target);
      else for (const { imported } of node.specifiers) found.add((this.declared(target, imported.name) ?? { file: target }).file);
    }
    return [...found];
  }
}
