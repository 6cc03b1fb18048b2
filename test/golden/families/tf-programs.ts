// Recorded programs in their pseudo-form, as JavaScript.

import { Unsupported } from "../outcome.js";
import { type Encoded, isEncoded, isRecord, toTensor } from "../values.js";
import type { Case } from "../cases.js";
import type { ModeName } from "../modes.js";

type Expression = unknown;
type Statement = readonly [string, ...Expression[]];

export interface ProgramForm {
  readonly params: readonly string[];
  readonly body: readonly Statement[];
}

/** Whether a case runs in a mode: what TensorFlow was asked eagerly, in a graph, or both. */
export function runsAs(testCase: Case, mode: ModeName): boolean {
  const modes = testCase["modes"] as readonly string[] | undefined;
  if (testCase.kind === "distribute") return true;
  if (!modes) return mode === "traced"; // numbers of traces, modules
  return modes.includes(mode === "eager" ? "eager" : "graph");
}

const camel = (name: string): string => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
const INFIX: Readonly<Record<string, string>> = {
  "+": "+",
  "-": "-",
  "*": "*",
  "/": "/",
  "**": "**",
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">=",
  "==": "==",
  "!=": "!=",
  and: "&&",
  or: "||",
};
/** TensorFlow's % and // are not JavaScript's. */
const CALLED: Readonly<Record<string, string>> = { "%": "tf.floormod", "//": "tf.floordiv" };
const CLASSES = /(^|\.)[A-Z]\w*$/;

/** The text of a function, and the constants that it refers to as `constants`. */
export function textOf({ params, body }: ProgramForm): { text: string; constants: unknown[] } {
  const constants: unknown[] = [];
  const names = new Set<string>();
  const collect = (statements: readonly Statement[]): void => {
    for (const [kind, ...rest] of statements) {
      if (kind === "set") for (const name of [rest[0]].flat() as string[]) names.add(name);
      if (kind === "for") names.add(rest[0] as string);
      for (const part of rest) if (Array.isArray(part) && Array.isArray(part[0])) collect(part as Statement[]);
    }
  };
  collect(body);
  for (const name of params) names.delete(name);

  const record = (object: Record<string, unknown>): string =>
    `{ ${Object.entries(object)
      .map(([key, value]) => `${camel(key)}: ${expression(value)}`)
      .join(", ")} }`;

  const expression = (e: Expression): string => {
    if (typeof e === "string") return e;
    if (typeof e === "number" || typeof e === "boolean" || e === null) return String(e);
    if (isEncoded(e)) return `constants[${constants.push(toTensor(e as Encoded)) - 1}]`;
    if (isRecord(e)) {
      if ("$float" in e) return String(e["$float"]);
      if ("$str" in e) return JSON.stringify(e["$str"]);
      if ("$spec" in e) return `new tf.TensorSpec(${(e["$spec"] as unknown[]).map((each) => JSON.stringify(each)).join(", ")})`;
      if ("$fn" in e) return `(${(e["$fn"] as string[]).join(", ")}) => (${expression(e["body"])})`;
      return record(e);
    }
    const [head, ...rest] = e as readonly [string, ...Expression[]];
    if (head in INFIX) return `(${rest.map(expression).join(` ${INFIX[head]} `)})`;
    const args = rest.map(expression);
    if (head in CALLED) return `${CALLED[head]}(${args.join(", ")})`;
    switch (head) {
      case "neg":
        return `(-${args[0]})`;
      case "not":
        return `(!${args[0]})`;
      case "index":
        return `${args[0]}[${args[1]}]`;
      case "list":
      case "tuple":
        return `[${args.join(", ")}]`;
      case "range":
        return `tf.range(${args.join(", ")})`;
      case "select":
        return `(${args[0]} ? ${args[1]} : ${args[2]})`;
      case "dtype":
        return JSON.stringify(rest[0]);
      case "method":
        return `${args[0]}.${camel(rest[1] as string)}(${args.slice(2).join(", ")})`;
      case "call":
        return `${rest[0] as string}(${args.slice(1).join(", ")})`;
    }
    if (!head.startsWith("tf.")) throw new Unsupported(`the expression ${head}`);
    const path = CLASSES.test(head) ? head : head.split(".").map(camel).join(".");
    return `${CLASSES.test(head) ? "new " : ""}${path}(${args.join(", ")})`;
  };

  const block = (statements: readonly Statement[]): string => statements.map(statement).join("\n");
  const statement = ([kind, ...rest]: Statement): string => {
    switch (kind) {
      case "set":
        return `${Array.isArray(rest[0]) ? `[${rest[0].join(", ")}]` : (rest[0] as string)} = ${expression(rest[1])};`;
      case "do":
        return `${expression(rest[0])};`;
      case "return":
        return `return ${expression(rest[0])};`;
      case "break":
      case "continue":
        return `${kind};`;
      case "if":
        return `if (${expression(rest[0])}) {\n${block(rest[1] as Statement[])}\n}${rest[2] ? ` else {\n${block(rest[2] as Statement[])}\n}` : ""}`;
      case "while":
        return `while (${expression(rest[0])}) {\n${block(rest[1] as Statement[])}\n}`;
      case "for":
        return `for (${rest[0] as string} of ${expression(rest[1])}) {\n${block(rest[2] as Statement[])}\n}`;
      case "variable":
        return `const ${rest[0] as string} = tf.variable(${[rest[1], ...(rest[2] ? [rest[2]] : [])].map(expression).join(", ")});`;
      case "tape":
        return `const ${rest[0] as string} = new tf.GradientTape(${record(rest[1] as Record<string, unknown>)});\n${rest[0] as string}.record(() => {\n${block(rest[2] as Statement[])}\n});`;
      case "stop_recording":
        return `${rest[0] as string}.stopRecording(() => {\n${block(rest[1] as Statement[])}\n});`;
      case "custom_gradient": {
        const [name, parameters, forward, dys, grads] = rest as [string, string[], Expression, string[], Expression];
        return `const ${name} = tf.customGradient((${parameters.join(", ")}) => ({ value: ${expression(forward)}, gradient: (${dys.join(", ")}) => ${expression(grads)} }));`;
      }
    }
    throw new Unsupported(`the statement ${kind}`);
  };
  const declared = names.size > 0 ? `let ${[...names].join(", ")};\n` : "";
  return { text: `function program(${params.join(", ")}) {\n${declared}${block(body)}\n}`, constants };
}
