// The transform of one function by its text, for the run time.

import MagicString from "magic-string";
import { Converter } from "./convert.js";
import { parsed } from "./module.js";
import { AutographError } from "./refusal.js";
import { freeNames, namesIn } from "./scopes.js";
import { walk, type Node } from "./syntax.js";

export interface ConvertedSource {
  /** An expression that is the function. */
  readonly code: string;
  /** Names that it uses and does not declare. */
  readonly free: readonly string[];
}

/** @param source  of a function, an arrow or a method, as Function.prototype.toString gives it */
export function convertSource(source: string, { operators = true }: { operators?: boolean } = {}): ConvertedSource {
  const { text, fn, isMethod, begin } = found(source);
  walk(fn, (node) => {
    if (node.type === "Super" || node.type === "PrivateIdentifier") {
      throw new AutographError("", 1, 1, `a method that uses ${node.type === "Super" ? "super" : "private names"}, made anew from its text`,
        "a function that stands by itself", "Use the build-time plugin kerasm/autograph/vite."); // prettier-ignore
    }
  });
  const out = new MagicString(text);
  const converter = new Converter(text, out, { file: "", operators, columns: begin }, namesIn([fn]));
  converter.convert(fn);
  const code = isMethod ? `Object.values(${out.toString()})[0]` : out.toString().slice(1, -1);
  return { code, free: [...freeNames(fn)] };
}

/** The function in a text that can be read. */
function found(source: string): { text: string; fn: Node; isMethod: boolean; begin: number } {
  const attempts = [
    { text: `(${source})`, isMethod: false, begin: 1 },
    { text: `({${source}})`, isMethod: true, begin: 2 },
  ];
  let failure: unknown;
  for (const { text, isMethod, begin } of attempts) {
    let program: Node;
    try {
      program = parsed(text, "");
    } catch (error) {
      failure ??= error;
      continue;
    }
    const expression = program["body"][0].expression as Node;
    const property = isMethod ? (expression["properties"][0] as Node | undefined) : undefined;
    const fn = isMethod ? (property?.["value"] as Node | undefined) : expression;
    if (property && (property["kind"] === "get" || property["kind"] === "set")) break;
    if (fn && /Function/.test(fn.type)) return { text, fn, isMethod, begin };
  }
  const word = source.slice(0, 40).replace(/\s+/g, " ");
  throw new AutographError("", 1, 1, `"${word}${source.length > 40 ? "…" : ""}", which is no function by itself`,
    "a function written in JavaScript", failure instanceof Error ? "" : "Getters, setters and classes are converted by the plugin."); // prettier-ignore
}
