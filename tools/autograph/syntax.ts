// The syntax tree as the transform walks it, and where in the text its tokens are.

/** A node of ESTree with its place in the text. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  // eslint-disable-next-line -- fields depend on the type
  readonly [field: string]: any;
}

const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && typeof (value as Node).type === "string";

/** What `children` has found: the transform asks again and again, and a tree stays as it was parsed. */
const below: unique symbol = Symbol("children");

/** The nodes directly below, in the order of the text. */
export function children(node: Node & { [below]?: Node[] }): readonly Node[] {
  const known = node[below];
  if (known) return known;
  const found: Node[] = [];
  for (const key in node) {
    const value: unknown = node[key];
    if (isNode(value)) found.push(value);
    else if (Array.isArray(value)) for (const each of value) if (isNode(each)) found.push(each);
  }
  return (node[below] = found);
}

export const isFunction = ({ type }: Node): boolean =>
  type === "FunctionDeclaration" || type === "FunctionExpression" || type === "ArrowFunctionExpression";

export const isLoop = ({ type }: Node): boolean => /^(For|ForOf|ForIn|While|DoWhile)Statement$/.test(type);

/** Visits a node and all below it, but for those where `visit` gives false. */
export function walk(node: Node, visit: (node: Node) => boolean | void): void {
  if (visit(node) === false) return;
  for (const child of children(node)) walk(child, visit);
}

/** The names that a pattern binds or assigns; other targets (members) go to `other`. */
export function targets(pattern: Node, name: (name: string) => void, other: (node: Node) => void = () => {}): void {
  if (pattern.type === "Identifier") name(pattern["name"] as string);
  else if (pattern.type === "ObjectPattern")
    for (const each of pattern["properties"]) targets(each.type === "Property" ? each.value : each.argument, name, other);
  else if (pattern.type === "ArrayPattern") for (const each of pattern["elements"]) each && targets(each, name, other);
  else if (pattern.type === "AssignmentPattern") targets(pattern["left"], name, other);
  else if (pattern.type === "RestElement") targets(pattern["argument"], name, other);
  else other(pattern);
}

/** The text outside of comments: each character of a comment is a space, so that places stay. */
export function withoutComments(code: string, from: number, to: number): string {
  return code.slice(from, to).replace(/\/\*[^]*?\*\/|\/\/[^\n]*/g, (comment) => comment.replace(/[^\n]/g, " "));
}

/** Where a token stands between two places. */
export function find(code: string, token: string, from: number, to: number): number {
  const at = withoutComments(code, from, to).indexOf(token);
  if (at < 0) throw new Error(`autograph: no ${token} between ${from} and ${to}`);
  return from + at;
}

/** Where a token stands for the last time between two places. */
export function findLast(code: string, token: string, from: number, to: number): number {
  const at = withoutComments(code, from, to).lastIndexOf(token);
  if (at < 0) throw new Error(`autograph: no ${token} between ${from} and ${to}`);
  return from + at;
}

/** `a`, `this`, `a.b.c`, `this.#h`: a target that can be read again without effects; null for others. */
export function pathOf(node: Node): { root: string; text: string } | null {
  if (node.type === "Identifier") return { root: node["name"] as string, text: node["name"] as string };
  if (node.type === "ThisExpression") return { root: "this", text: "this" };
  if (node.type !== "MemberExpression" || node["computed"] || node["optional"]) return null;
  const object = pathOf(node["object"]);
  const property = node["property"] as Node;
  const name = property.type === "PrivateIdentifier" ? `#${String(property["name"])}` : String(property["name"]);
  return object && { root: object.root, text: `${object.text}.${name}` };
}
