// What a function or a class of the package takes: from its declaration, from its schema, or from the text of its parameters.

import { parseExpressionAt, type Expression, type Node, type Pattern } from "acorn";
import { Schema } from "../../lib/config/schema.js";
import { signatureOf } from "../../lib/core/operation.js";

/** A parameter as it is here. `fallback` is absent where it is not known. */
export interface OwnParameter {
  readonly name: string;
  readonly isRequired: boolean;
  readonly isPositional: boolean;
  readonly fallback?: unknown;
  readonly isRest?: boolean;
}

type AnyFunction = (...args: never[]) => unknown;

/** The parameters of a function; undefined where it takes an options object that says nothing about itself. */
export function parametersOf(value: AnyFunction): OwnParameter[] | undefined {
  const signature = signatureOf(value);
  if (signature)
    return signature.parameters.map(({ name, isRequired, fallback, isRest }) => ({
      name,
      isRequired,
      isPositional: true,
      ...(!isRequired && { fallback }),
      ...(isRest && { isRest }),
    }));
  return fromText(sourceOf(value));
}

/** The parameters of a class's constructor. */
export function constructorParameters(value: AnyFunction): OwnParameter[] | undefined {
  const { options } = value as unknown as { options?: unknown };
  if (options instanceof Schema) {
    const { positional, fields } = options as Schema;
    const names = [...positional, ...Object.keys(fields).filter((name) => !positional.includes(name))];
    return names.map((name) => {
      const { required, fallback } = fields[name]!;
      return { name, isRequired: required, isPositional: positional.includes(name), ...(!required && { fallback }) };
    });
  }
  const signature = signatureOf(value);
  if (signature) return parametersOf(value);
  for (let made: unknown = value; typeof made === "function" && made !== Function.prototype; made = Object.getPrototypeOf(made)) {
    const text = constructorText(made as AnyFunction);
    if (text !== undefined) return fromText(text);
  }
  return [];
}

const sourceOf = (value: AnyFunction): string => {
  const text = String(value);
  return /^(async\s+)?(function|\(|\w+\s*=>)/.test(text) ? text : `function ${text.replace(/^(async|static|get|set)\s+/, "")}`;
};

function constructorText(value: AnyFunction): string | undefined {
  const text = String(value);
  if (!text.startsWith("class")) return sourceOf(value);
  const tree = parseExpressionAt(text, 0, { ecmaVersion: "latest" }) as unknown as { body: { body: readonly Member[] } };
  const made = tree.body.body.find(({ kind }) => kind === "constructor");
  return made && `function ${text.slice(made.value.start, made.value.end)}`;
}

interface Member {
  readonly kind: string;
  readonly value: Node;
}

function fromText(text: string): OwnParameter[] | undefined {
  let params: readonly Pattern[];
  try {
    ({ params } = parseExpressionAt(text, 0, { ecmaVersion: "latest" }) as unknown as { params: readonly Pattern[] });
  } catch {
    return undefined;
  }
  const found: OwnParameter[] = [];
  for (const param of params) {
    const pattern = param.type === "AssignmentPattern" ? param.left : param;
    if (pattern.type === "Identifier") {
      if (/^_?(options|given)$/.test(pattern.name)) return undefined;
      found.push({ name: pattern.name.replace(/^_/, ""), isPositional: true, ...defaultOf(param) });
    } else if (pattern.type === "ObjectPattern") {
      for (const property of pattern.properties) {
        if (property.type === "RestElement") continue;
        if (property.key.type !== "Identifier") return undefined;
        const given = defaultOf(property.value);
        found.push({ name: property.key.name, isPositional: false, ...given });
      }
    } else if (pattern.type === "RestElement" && pattern.argument.type === "Identifier") {
      if (/^_?(options|given)$/.test(pattern.argument.name)) return undefined;
      found.push({ name: pattern.argument.name, isRequired: false, isPositional: true, isRest: true });
    }
  }
  return found;
}

function defaultOf(param: Pattern): { isRequired: boolean; fallback?: unknown } {
  if (param.type !== "AssignmentPattern") return { isRequired: true };
  try {
    return { isRequired: false, fallback: constantOf(param.right) };
  } catch {
    return { isRequired: false };
  }
}

/** The value of an expression that is a constant. @throws where it is none */
function constantOf(node: Expression): unknown {
  if (node.type === "Literal") return node.value;
  if (node.type === "UnaryExpression" && node.operator === "-") return -(constantOf(node.argument) as number);
  if (node.type === "ArrayExpression") return node.elements.map((element) => constantOf(element as Expression));
  if (node.type === "Identifier" && node.name === "undefined") return null;
  throw new Error(`coverage: given ${node.type}; expected a constant`);
}
