// The transform of one function by its text, for the run time.

import MagicString from "magic-string";
import { Converter } from "./convert.js";
import { parsed } from "./module.js";
import { AutographError } from "./refusal.js";
import { freeNames, namesIn } from "./scopes.js";
import { children, type Node } from "./syntax.js";

/** A converted function. */
export interface ConvertedSource {
  /** An expression that is the function. */
  readonly code: string;
  /** Names that it uses and does not declare. */
  readonly free: readonly string[];
}

/**
 * The text of a function with its control flow converted, as an expression: what `tf.autograph.toCode` shows and `tf.function` runs.
 *
 * ```ts
 * convertSource("(x) => { if (x > limit) x = x * 2; return x; }").free; // ["limit"]
 * ```
 *
 * @param source     of a function, an arrow or a method, as Function.prototype.toString gives it
 * @param operators  whether operators (`x > 0`, `x * 2`) become calls that take tensors, too; default: true
 * @throws AutographError for what cannot be converted, with the line and what to write instead
 */
export function convertSource(source: string, { operators = true }: { operators?: boolean } = {}): ConvertedSource {
  const { text, fn, isMethod, begin } = found(source);
  checkStandsAlone(fn);
  const out = new MagicString(text);
  const converter = new Converter(text, out, { file: "", operators, columns: begin }, namesIn([fn]));
  converter.convert(fn);
  const code = isMethod ? `Object.values(${out.toString()})[0]` : out.toString().slice(1, -1);
  return { code, free: [...freeNames(fn)] };
}

/** @throws AutographError for a function that uses `super` or private names of a class around it */
function checkStandsAlone(fn: Node): void {
  const visit = (node: Node, isInside: boolean, names: ReadonlySet<string>): void => {
    const isForeign = node.type === "Super" ? !isInside : node.type === "PrivateIdentifier" && !names.has(node["name"] as string);
    if (isForeign) {
      throw new AutographError("", 1, 1, `a method that uses ${node.type === "Super" ? "super" : "private names"}, made anew from its text`,
        "a function that stands by itself", "Use the build-time plugin kerasm/autograph/vite."); // prettier-ignore
    }
    const keys =
      node.type === "ClassBody"
        ? (node["body"] as Node[]).flatMap(({ key }) => (key?.type === "PrivateIdentifier" ? [key.name as string] : []))
        : [];
    const inner = keys.length > 0 ? new Set([...names, ...keys]) : names;
    const isOwn = isInside || node.type === "ClassBody" || (node.type === "Property" && node["method"] === true);
    for (const child of children(node)) visit(child, isOwn, inner);
  };
  visit(fn, false, new Set());
}

/** The function in a text that can be read. */
function found(source: string): { text: string; fn: Node; isMethod: boolean; begin: number } {
  const attempts = [
    { text: `(${source})`, isMethod: false, begin: 1 },
    { text: `({${source}})`, isMethod: true, begin: 2 },
  ];
  /** Whether it is JavaScript, of another kind. */
  let isCode = false;
  for (const { text, isMethod, begin } of attempts) {
    let program: Node;
    try {
      program = parsed(text, "", true);
    } catch {
      continue;
    }
    isCode = true;
    const expression = program["body"][0].expression as Node;
    const property = isMethod ? (expression["properties"][0] as Node | undefined) : undefined;
    const fn = isMethod ? (property?.["value"] as Node | undefined) : expression;
    if (property && (property["kind"] === "get" || property["kind"] === "set")) break;
    if (fn && /Function/.test(fn.type)) return { text, fn, isMethod, begin };
  }
  const word = source.slice(0, 40).replace(/\s+/g, " ");
  throw new AutographError("", 1, 1, `"${word}${source.length > 40 ? "…" : ""}", which is no function by itself`,
    "a function written in JavaScript", isCode ? "Getters, setters and classes are converted by the plugin." : ""); // prettier-ignore
}
