// The reference: a page for each public name, from doc comments (TypeDoc) and from what functions and classes say of themselves when the
// program runs (their declared parameters, defaults, and what each takes).

import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Application, ReflectionKind } from "typedoc";
import { escaped } from "./highlight.mjs";
import { rendered } from "./markdown.mjs";
import { isProgram, programOf } from "./surroundings.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const built = (path) => join(root, "build", path);

/** The entries in the order of the reference: what they are called in programs, and their compiled module. */
export const entries = [
  { name: "keras", from: "kerasm/keras", module: "lib/api/keras" },
  { name: "tf", from: "kerasm", module: "lib/index" },
  { name: "datasets", from: "kerasm/datasets", module: "datasets/index" },
  { name: "formats", from: "kerasm/formats", module: "lib/api/formats" },
  { name: "onnx", from: "kerasm/onnx", module: "lib/api/onnx" },
  { name: "tfjs", from: "kerasm/tfjs", module: "lib/api/tfjs" },
  { name: "numpy", from: "kerasm/numpy", module: "lib/api/numpy" },
  { name: "models", from: "kerasm/models", module: "models/index" },
  { name: "visor", from: "kerasm/visor", module: "lib/api/visor" },
  { name: "autograph", from: "kerasm/autograph", module: "tools/autograph/index" },
  { name: "mpi", from: "kerasm/mpi", module: "addons/mpi/index" },
].filter(({ module }) => existsSync(built(`${module}.d.ts`)));

/** A public name. @typedef {{ path: string; reflection: object; value: unknown; entry: object; aliases: string[] }} Name */

const spaces = ReflectionKind.Namespace | ReflectionKind.Module;

/** Every public name, by its first path; the others are its aliases. */
export async function publicNames() {
  const app = await Application.bootstrap({
    entryPoints: entries.map(({ module }) => built(`${module}.d.ts`)),
    tsconfig: join(root, "site/tsconfig.json"),
    skipErrorChecking: true,
    sortEntryPoints: false,
    excludePrivate: true,
    excludeProtected: true,
    excludeInternal: true,
    disableGit: true,
    disableSources: true,
    logLevel: "Error",
    validation: { invalidLink: false, notExported: false },
  });
  const project = await app.convert();
  if (project.children.length !== entries.length)
    throw new Error(`reference: given modules ${project.children.map(({ name }) => name)}; expected one for each entry`);
  const byReflection = new Map();
  const groups = [];
  for (const [i, entry] of entries.entries()) {
    const module = project.children[i];
    const space = await import(built(`${entry.module}.js`));
    walk(module, entry.name, space, entry);
  }
  /** A group's own names come before those of groups within it, so that a name's first path is its shortest. */
  function walk(space, path, value, entry) {
    const group = { path, entry, comment: space.comment, members: [], reflection: space, value };
    groups.push(group);
    const inner = [];
    for (const child of space.children ?? []) {
      const target = child.getTargetReflectionDeep?.() ?? child;
      const own = `${path}.${child.name}`;
      if (target.kindOf(spaces)) {
        inner.push([target, own, value?.[child.name]]);
        continue;
      }
      // A namespace under another name has its pages already.
      if (groups.some((group) => group.value !== undefined && group.value === value?.[child.name])) continue;
      const known = byReflection.get(target);
      if (known) known.aliases.push(own);
      else byReflection.set(target, { path: own, reflection: target, value: value?.[child.name], entry, aliases: [] });
      group.members.push(byReflection.get(target));
    }
    for (const [target, own, value] of inner) if (!groups.some(({ reflection }) => reflection === target)) walk(target, own, value, entry);
  }
  return { names: [...byReflection.values()], groups };
}

/** The doc comment of a name: of its declaration, or of its first signature that has one. */
export const commentOf = (reflection) =>
  reflection.comment ??
  reflection.signatures?.find(({ comment }) => comment)?.comment ??
  reflection.type?.declaration?.signatures?.find(({ comment }) => comment)?.comment;

const text = (parts = []) => parts.map((part) => (part.kind === "inline-tag" ? `\`${part.text.trim()}\`` : part.text)).join("");
const tagsOf = (comment, tag) => (comment?.blockTags ?? []).filter((each) => each.tag === tag);

/**
 * Finds what is said of each name. A second name of a function says what its first one does, and a function of TensorFlow's that only
 * passes on to that of the same name in keras.ops says what that one does.
 */
export function describe(names) {
  const byValue = new Map();
  const byName = new Map();
  for (const { reflection, value, path, aliases } of names) {
    const comment = commentOf(reflection);
    if (!saysSomething(comment)) continue;
    if (typeof value === "function") byValue.set(value, comment);
    for (const each of [path, ...aliases])
      if (each.startsWith("keras.ops.") || each.startsWith("tf.")) byName.set(each.split(".").at(-1), comment);
  }
  for (const name of names) {
    const own = commentOf(name.reflection);
    const last = name.path.split(".").at(-1);
    const isPassedOn = name.path.startsWith("tf.") && typeof name.value === "function";
    name.comment = saysSomething(own)
      ? own
      : (byValue.get(name.value) ??
        (isPassedOn ? (byName.get(last) ?? byName.get(last.replace(/^reduce(.)/, (_, c) => c.toLowerCase()))) : undefined));
  }
}
const saysSomething = (comment) => (comment?.summary ?? []).some(({ text }) => text.trim() !== "");

/** Pages of the reference: each name's, and each group's list. */
export async function referencePages() {
  const { names, groups } = await publicNames();
  const { parametersOf, constructorParameters } = await import(built("tools/coverage/parameters.js"));
  const { kerasNames, spelledHere } = await import(built("tools/coverage/interface.js"));
  const { Schema } = await import(built("lib/config/schema.js"));
  const { toSnakeCase } = await import(built("lib/config/names.js"));
  const kerasOf = new Map(kerasNames().flatMap(({ name, aliases }) => [name, ...aliases].map((each) => [spelledHere(each), name])));
  const pathOf = new Map(names.map(({ reflection, path }) => [reflection, fileOf(path)]));

  /** What examples call by its name alone: exports of an entry that is no namespace of the two that every example has. */
  const named = ({ name, from }) =>
    ["keras", "tf"].includes(name)
      ? {}
      : Object.fromEntries(names.filter((each) => each.entry.name === name).map(({ path }) => [path.split(".")[1], from]));

  /** Keras's (or TensorFlow's) page of the same name. */
  function elsewhere({ path, aliases, entry }) {
    const keras = [path, ...aliases].map((each) => kerasOf.get(each)).find(Boolean);
    if (keras) return { name: keras, url: `https://www.tensorflow.org/api_docs/python/tf/${keras.replaceAll(".", "/")}` };
    if (entry.name !== "tf") return undefined;
    const name = path.split(".").map((part) => (/^[A-Z]/.test(part) ? part : toSnakeCase(part))).join("."); // prettier-ignore
    return { name, url: `https://www.tensorflow.org/api_docs/python/${name.replaceAll(".", "/")}` };
  }

  function pageOf(name) {
    const { path, reflection, value, entry, aliases } = name;
    const comment = name.comment;
    const own = path.split(".").at(-1);
    const isClass = reflection.kindOf(ReflectionKind.Class);
    const isFunction = !isClass && typeof value === "function";
    const parameters = ownFirst(isClass ? constructorParameters(value) : isFunction ? parametersOf(value) : undefined);
    const fields = value?.options instanceof Schema ? value.options.fields : {};
    const documented = new Map(
      tagsOf(comment, "@param").map(({ name, content }) => [name?.replace(/^(options|\w*Options)\./, ""), text(content)]),
    );
    const programs = [];
    const html = [];
    /** Each example of a comment is a program of its own. */
    const show = (markdown) =>
      html.push(
        rendered(markdown, {
          link: (href) => href,
          runs: (_, code) => (isProgram(code) ? programs.push(programOf(code, named(entry))) - 1 : undefined),
        }).html,
      );
    const signature = parameters ? callText(isClass ? `new ${path}` : path, parameters) : declarationText(path, reflection, isClass);
    html.push(`<h1>${escaped(own)}</h1>`, `<pre class="signature" tabindex="0">${escaped(signature)}</pre>`);
    show(text(comment?.summary) || "");
    const given = parameters?.length ? parameters : typedParameters(reflection, isClass);
    if (given.length > 0) html.push(parameterTable(given, { fields, documented }));
    for (const { content } of tagsOf(comment, "@returns")) show(`**Gives** ${text(content)}`);
    for (const { content } of tagsOf(comment, "@throws")) show(`**Throws** ${text(content)}`);
    for (const tag of ["@remarks", "@example"]) for (const { content } of tagsOf(comment, tag)) show(text(content));
    for (const { content } of tagsOf(comment, "@see")) show(`See ${text(content)}`);
    if (isClass || reflection.kindOf(ReflectionKind.Interface)) html.push(membersHtml(reflection, path));
    const there = elsewhere(name);
    const facts = [
      `Import: <code>import * as ${entry.name} from "${entry.from}"</code>`,
      aliases.length > 0 &&
        `Also ${aliases
          .slice(0, 8)
          .map((alias) => `<code>${escaped(alias)}</code>`)
          .join(", ")}`,
      there &&
        `In ${there.name.startsWith("keras") ? "Keras" : "TensorFlow"}: <a href="${there.url}" rel="external"><code>${escaped(there.name)}</code></a>`,
    ].filter(Boolean);
    html.push(`<p class="facts">${facts.join(". ")}.</p>`);
    const summary = text(comment?.summary).replace(/```[^]*?```/g, "");
    return {
      path: fileOf(path),
      title: path,
      html: html.join("\n"),
      hasPrograms: programs.length > 0,
      isSeparate: true,
      isDocumented: saysSomething(comment),
      hasExample: value === undefined || programs.length > 0,
      programs,
      sections: [{ anchor: "", title: `${own} ${path}`, text: `${aliases.join(" ")} ${summary}` }],
    };
  }

  function membersHtml(reflection, path) {
    const up = "../".repeat(fileOf(path).split("/").length - 1);
    const members = (reflection.children ?? []).filter(
      ({ kind, name, flags }) => kind !== ReflectionKind.Constructor && !name.startsWith("[") && !flags.isPrivate,
    );
    const own = members.filter((member) => !member.inheritedFrom && commentOf(member));
    const inherited = members.filter((member) => member.inheritedFrom);
    const rows = own.map(
      (member) => `<tr><td><code>${escaped(memberText(member))}</code></td><td>${inline(text(commentOf(member)?.summary))}</td></tr>`,
    );
    const table =
      rows.length === 0
        ? ""
        : `<h2 id="members">Members</h2><div class="table" tabindex="0" role="region" aria-label="Members"><table><tr><th>Member</th><th>What it is</th></tr>${rows.join("")}</table></div>`;
    const bases = (reflection.extendedTypes ?? []).map((type) => {
      const target = type.reflection && pathOf.get(type.reflection);
      return target ? `<a href="${up}${target}.html">${escaped(type.name)}</a>` : escaped(type.name ?? String(type));
    });
    const names = [...new Set(inherited.filter((member) => commentOf(member)).map(({ name }) => name))];
    const from =
      bases.length === 0
        ? ""
        : `<p>Extends ${bases.join(", ")}${
            names.length > 0
              ? `, from which it has ${names
                  .slice(0, 60)
                  .map((each) => `<code>${escaped(each)}</code>`)
                  .join(", ")}`
              : ""
          }.</p>`;
    return table + from;
  }

  const inline = (markdown) =>
    rendered(markdown.split("\n\n")[0], { link: (href) => href, runs: () => undefined }).html.replace(/^<p>|<\/p>\s*$/g, "");

  describe(names);
  const pages = names.map(pageOf);
  const lists = groups
    .filter(({ members }) => members.length > 0)
    .map(({ path, members, comment, entry }) => {
      const file = fileOf(path, true);
      const up = "../".repeat(file.split("/").length - 1);
      const rows = members.map(({ path: target, comment: said, aliases }) => {
        const shown =
          [target, ...aliases].find((each) => each.startsWith(`${path}.`) && !each.slice(path.length + 1).includes(".")) ?? target;
        return `<tr><td><a href="${up}${fileOf(target)}.html"><code>${escaped(shown.slice(path.length + 1))}</code></a></td><td>${inline(firstSentence(text(said?.summary)))}</td></tr>`;
      });
      const about = comment ? rendered(text(comment.summary), { link: (href) => href, runs: () => undefined }).html : "";
      const inner = groups.filter(
        (group) => group.path.startsWith(`${path}.`) && !group.path.slice(path.length + 1).includes(".") && group.members.length > 0,
      );
      const more =
        inner.length === 0
          ? ""
          : `<p>Within it: ${inner.map((group) => `<a href="${up}${fileOf(group.path, true)}.html"><code>${escaped(group.path)}</code></a>`).join(", ")}.</p>`;
      const html = `<h1>${escaped(path)}</h1><p>Import: <code>import * as ${entry.name} from "${entry.from}"</code></p>${about}${more}<div class="table" tabindex="0" role="region" aria-label="Names"><table><tr><th>Name</th><th>What it is</th></tr>${rows.join("")}</table></div>`;
      return {
        path: file,
        title: path,
        html,
        headings: [],
        sections: [{ anchor: "", title: path, text: "" }],
        inMenu: path.split(".").length <= 2 && !(path.split(".").length === 2 && members.length < 3),
      };
    });
  return [...lists, ...pages];
}

/**
 * Where the page of a name is. Names that differ in capitals alone (keras.regularizers.L2, l2) are kept apart for file systems that do not.
 */
function fileOf(path, isList = false) {
  const parts = path.split(".");
  const last = parts.at(-1);
  const name = isList ? "index" : /^[a-z]/.test(last) ? last : `${last}.class`;
  return `reference/${[...(isList ? parts : parts.slice(0, -1)), name].join("/")}`;
}

/** What every layer, metric or optimizer takes comes behind what this one is about. */
const common = ["name", "trainable", "dtype", "autocast"];
const ownFirst = (parameters) =>
  parameters && [...parameters].sort((a, b) => Number(common.includes(a.name)) - Number(common.includes(b.name)));

const firstSentence = (markdown) => markdown.split("\n\n")[0].replace(/\s*Keras: [\w.]+\.?\s*$/, "");

const valueText = (value) => {
  if (typeof value === "string") return JSON.stringify(value);
  if (value === undefined || typeof value === "number" || typeof value === "boolean" || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map(valueText).join(", ")}]`;
  return typeof value === "function" ? value.name : (value.constructor?.name ?? "…");
};

function callText(callee, parameters) {
  const shown = ({ name, isRequired, isRest, fallback }) =>
    isRest ? `...${name}` : isRequired ? name : `${name} = ${fallback === undefined ? "…" : valueText(fallback)}`;
  const positional = parameters.filter(({ isPositional, isRequired, isRest }) => isPositional && (isRequired || isRest)).map(shown);
  const options = parameters.filter(({ isPositional, isRequired, isRest }) => !(isPositional && (isRequired || isRest))).map(shown);
  const short = `${callee}(${[...positional, ...(options.length > 0 ? [`{ ${options.join(", ")} }`] : [])].join(", ")})`;
  if (short.length <= 100) return short;
  return `${callee}(${[...positional, `{\n  ${options.join(",\n  ")},\n}`].join(", ")})`;
}

function declarationText(path, reflection, isClass) {
  const signature = isClass
    ? reflection.children?.find(({ kind }) => kind === ReflectionKind.Constructor)?.signatures?.[0]
    : reflection.signatures?.[0];
  if (signature)
    return `${isClass ? "new " : ""}${path}(${(signature.parameters ?? []).map(({ name, flags }) => `${flags.isRest ? "..." : ""}${name}${flags.isOptional ? "?" : ""}`).join(", ")})`;
  if (reflection.kindOf(ReflectionKind.TypeAlias)) return `type ${path} = ${short(String(reflection.type), 400)}`;
  if (reflection.kindOf(ReflectionKind.Interface)) return `interface ${path}`;
  return path;
}

/** Parameters as their types have them, where the function says nothing of itself. */
function typedParameters(reflection, isClass) {
  const signature = isClass
    ? reflection.children?.find(({ kind }) => kind === ReflectionKind.Constructor)?.signatures?.[0]
    : reflection.signatures?.[0];
  return (signature?.parameters ?? []).map(({ name, type, flags, defaultValue }) => ({
    name,
    isRequired: !flags.isOptional && defaultValue === undefined && !flags.isRest,
    type: type && short(String(type), 160),
  }));
}

function parameterTable(parameters, { fields, documented }) {
  const rows = parameters.map(({ name, isRequired, fallback, type }) => {
    const about = documented.get(name) ?? fields[name]?.expected ?? type ?? "";
    const standard = isRequired ? "" : fallback === undefined ? "" : `<code>${escaped(valueText(fallback))}</code>`;
    return `<tr><td><code>${escaped(name)}</code></td><td>${escaped(about).replace(/`([^`]+)`/g, "<code>$1</code>")}</td><td>${standard}</td></tr>`;
  });
  return `<div class="table" tabindex="0" role="region" aria-label="Parameters"><table><tr><th>Parameter</th><th>What it takes</th><th>Default</th></tr>${rows.join("")}</table></div>`;
}

function memberText(member) {
  const signature = member.signatures?.[0];
  if (!signature) return member.name;
  return `${member.name}(${(signature.parameters ?? []).map(({ name, flags }) => `${flags.isRest ? "..." : ""}${name === "__namedParameters" ? "options" : name}${flags.isOptional ? "?" : ""}`).join(", ")})`;
}

const short = (type, length) => (type.length > length ? `${type.slice(0, length)}…` : type);
