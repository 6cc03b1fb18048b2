// Which functions of a module are converted: those given to `tf.function`, and those with the directive "use autograph".

import { parse } from "acorn";
import MagicString, { type SourceMap } from "magic-string";
import { Converter } from "./convert.js";
import { AutographError } from "./refusal.js";
import { namesIn } from "./scopes.js";
import { children, isFunction, pathOf, walk, type Node } from "./syntax.js";

export interface TransformOptions {
  /** For messages and source maps. */
  readonly file?: string;
  /** Whether operators and indices are converted, beside control flow. Default: true. */
  readonly operators?: boolean;
  /** Where the module finds `$ag`. Default: kerasm/autograph/runtime. */
  readonly runtime?: string;
}

export interface Transformed {
  readonly code: string;
  readonly map: SourceMap;
  /** What the user should know. */
  readonly warnings: readonly string[];
}

const DIRECTIVE = "use autograph";

/** @param isPart  whether the code may use private names of a class around it */
export function parsed(code: string, file: string, isPart = false): Node {
  try {
    return parse(code, {
      ecmaVersion: "latest",
      sourceType: "module",
      allowHashBang: true,
      allowReturnOutsideFunction: true,
      checkPrivateFields: !isPart,
    }) as unknown as Node;
  } catch (error) {
    const { loc, message } = error as { loc?: { line: number; column: number }; message: string };
    throw new AutographError(file, loc?.line ?? 1, (loc?.column ?? 0) + 1, `code that can't be read (${message})`, "JavaScript",
      "TypeScript and JSX have to be compiled before."); // prettier-ignore
  }
}

/** Whether a module may have something to convert: a cheap question before it is parsed. */
export const mayConcern = (code: string): boolean => code.includes(DIRECTIVE) || (code.includes("kerasm") && /\bfunction\b/.test(code));

/** The module with its functions converted; null where there are none. @throws AutographError for what can't be converted */
export function transformModule(
  code: string,
  { file = "", operators = true, runtime = "kerasm/autograph/runtime" }: TransformOptions = {},
): Transformed | null {
  if (!mayConcern(code)) return null;
  const program = parsed(code, file);
  const { roots, built, warnings } = rootsOf(program, file, code);
  if (roots.length === 0) return null;
  const out = new MagicString(code);
  const converter = new Converter(code, out, { file, operators }, namesIn([program]));
  for (const root of roots) converter.convert(root);
  for (const { start, end } of built) out.overwrite(start, end, '"built"');
  const first = (program["body"] as Node[])[0]!;
  out.prependRight(first.start, `import { $ag } from ${JSON.stringify(runtime)}; `);
  return { code: out.toString(), map: out.generateMap({ source: file, includeContent: true, hires: true }), warnings };
}

const hasDirective = (statements: readonly Node[]): boolean =>
  statements.some((statement) => statement["directive"] === DIRECTIVE) ||
  // Compilers of TypeScript keep the text, not always the mark.
  (statements[0]?.type === "ExpressionStatement" && statements[0]["expression"].value === DIRECTIVE);

/** Functions to convert, none inside of another. */
function rootsOf(program: Node, file: string, code: string): { roots: Node[]; built: Node[]; warnings: string[] } {
  const whole = hasDirective(program["body"]);
  const { isFunctionCall, isExempting } = importsOf(program);
  const declared = functionsByName(program);
  const chosen = new Set<Node>();
  const exempt = new Set<Node>();
  const built: Node[] = [];
  const resolve = (node: Node | undefined): Node | undefined =>
    node && isFunction(node) ? node : node?.type === "Identifier" ? declared.get(node["name"] as string) : undefined;
  walk(program, (node) => {
    if (node.type !== "CallExpression") return;
    const fn = resolve(node["arguments"][0]);
    if (fn && isExempting(node["callee"])) exempt.add(fn);
    if (!fn || !isFunctionCall(node["callee"])) return;
    const option = optionOf(node["arguments"][1], "autograph");
    if (option?.type === "Literal" && option["value"] === false) return void exempt.add(fn);
    if (option) built.push(option);
    chosen.add(fn);
  });
  const roots: Node[] = [];
  const visit = (node: Node, inDirective: boolean): void => {
    if (isFunction(node)) {
      const body = node["body"] as Node;
      const marked = body.type === "BlockStatement" && hasDirective(body["body"]);
      const converts = !exempt.has(node) && (chosen.has(node) || marked || inDirective);
      const later = node["async"] || node["generator"];
      if (converts && (!later || marked || chosen.has(node))) return void roots.push(node);
    }
    const isMarkedClass = node.type === "ClassBody" && (node["body"] as Node[]).some(isDirectiveField);
    for (const child of children(node)) visit(child, inDirective || isMarkedClass);
  };
  visit(program, whole);
  return { roots, built, warnings: warningsFor(roots, declared, file, code) };
}

/** `static "use autograph";` or `"use autograph";` as a field marks a class. */
const isDirectiveField = (member: Node): boolean =>
  member.type === "PropertyDefinition" && member["key"].type === "Literal" && member["key"].value === DIRECTIVE;

/** What the module calls `tf.function` and `tf.autograph.doNotConvert`. */
function importsOf(program: Node): { isFunctionCall(callee: Node): boolean; isExempting(callee: Node): boolean } {
  const spaces = new Set<string>();
  const functions = new Set<string>();
  for (const statement of program["body"] as Node[]) {
    if (statement.type !== "ImportDeclaration" || !isKerasm(String(statement["source"].value))) continue;
    for (const each of statement["specifiers"] as Node[]) {
      const imported = each.type === "ImportSpecifier" ? String(each["imported"].name ?? each["imported"].value) : "*";
      (imported === "function" ? functions : spaces).add(each["local"].name);
    }
  }
  return {
    isFunctionCall(callee) {
      const path = pathOf(callee);
      return path !== null && (functions.has(path.text) || (spaces.has(path.root) && path.text === `${path.root}.function`));
    },
    isExempting(callee) {
      const path = pathOf(callee);
      return path !== null && spaces.has(path.root) && /(^|\.)doNotConvert$/.test(path.text);
    },
  };
}

const isKerasm = (source: string): boolean => /(^|\/)kerasm(\/|$)/.test(source) || /\/(lib|dist\/\w+)\/index\.js$/.test(source);

/** Functions of the module by their names. */
function functionsByName(program: Node): Map<string, Node> {
  const found = new Map<string, Node>();
  walk(program, (node) => {
    if (node.type === "FunctionDeclaration" && node["id"]) found.set(node["id"].name, node);
    if (node.type === "VariableDeclarator" && node["id"].type === "Identifier" && node["init"] && isFunction(node["init"]))
      found.set(node["id"].name, node["init"]);
  });
  return found;
}

function optionOf(options: Node | undefined, name: string): Node | undefined {
  if (options?.type !== "ObjectExpression") return undefined;
  const property = (options["properties"] as Node[]).find(
    (each) => each.type === "Property" && (each["key"].name ?? each["key"].value) === name,
  );
  return property?.["value"] as Node | undefined;
}

/** Converted functions that call others of the module with control flow that is not converted. */
function warningsFor(roots: readonly Node[], declared: ReadonlyMap<string, Node>, file: string, code: string): string[] {
  const warnings: string[] = [];
  const within = (node: Node) => roots.some((root) => root.start <= node.start && node.end <= root.end);
  const told = new Set<string>();
  for (const root of roots)
    walk(root, (node) => {
      if (node.type !== "CallExpression" || node["callee"].type !== "Identifier") return;
      const name = node["callee"].name as string;
      const fn = declared.get(name);
      if (!fn || within(fn) || told.has(name) || !hasControlFlow(fn)) return;
      told.add(name);
      const line = code.slice(0, node.start).split("\n").length;
      warnings.push(
        `${file}:${line}: autograph: ${name} is called by a converted function and has control flow that is not converted. ` +
          `Begin ${name} with "use autograph", or the file.`,
      );
    });
  return warnings;
}

function hasControlFlow(fn: Node): boolean {
  let found = false;
  walk(fn["body"], (node) => {
    if (/^(If|While|DoWhile|For|ForOf)Statement$/.test(node.type)) found = true;
    return !found && !isFunction(node);
  });
  return found;
}
