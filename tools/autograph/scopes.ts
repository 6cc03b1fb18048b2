// Which names a piece of code declares, assigns and uses.

import { children, isFunction, pathOf, targets, walk, type Node } from "./syntax.js";

/** Names that a block declares for itself: let, const, class, function. */
export function declaredIn(statements: readonly Node[]): Set<string> {
  const names = new Set<string>();
  for (const statement of statements) {
    const declaration = /^Export/.test(statement.type) ? (statement["declaration"] as Node | null) : statement;
    if (!declaration) continue;
    if (declaration.type === "VariableDeclaration")
      for (const each of declaration["declarations"]) targets(each.id, (name) => names.add(name));
    else if (/^(Class|Function)Declaration$/.test(declaration.type) && declaration["id"]) names.add(declaration["id"].name);
    else if (declaration.type === "ImportDeclaration") for (const each of declaration["specifiers"]) names.add(each.local.name);
  }
  return names;
}

/** Names that a function has from its parameters, its own name and `var` anywhere in its body. */
export function ownNames(fn: Node): Set<string> {
  const names = new Set<string>();
  for (const each of fn["params"]) targets(each, (name) => names.add(name));
  if (fn.type === "FunctionExpression" && fn["id"]) names.add(fn["id"].name);
  if (fn.type !== "ArrowFunctionExpression") names.add("arguments");
  walk(fn["body"], (node) => {
    if (isFunction(node)) return false;
    if (node.type === "VariableDeclaration" && node["kind"] === "var")
      for (const each of node["declarations"]) targets(each.id, (name) => names.add(name));
    return true;
  });
  return names;
}

/** What a node declares for what is below it. */
function scopeOf(node: Node): Set<string> | null {
  if (isFunction(node)) return ownNames(node);
  if (node.type === "BlockStatement" || node.type === "StaticBlock" || node.type === "Program") return declaredIn(node["body"]);
  if (node.type === "SwitchStatement") return declaredIn(node["cases"].flatMap((each: Node) => each["consequent"]));
  if (node.type === "ForStatement" && node["init"]) return declaredIn([node["init"]]);
  if (node.type === "ForOfStatement" || node.type === "ForInStatement") return declaredIn([node["left"]]);
  if (node.type === "ClassExpression" && node["id"]) return new Set([node["id"].name]);
  if (node.type === "CatchClause" && node["param"]) {
    const names = new Set<string>();
    targets(node["param"], (name) => names.add(name));
    return names;
  }
  return null;
}

/** Methods that change the list, set or map that they are called on. */
const changing = new Set([
  "push",
  "pop",
  "shift",
  "unshift",
  "splice",
  "sort",
  "reverse",
  "fill",
  "copyWithin",
  "set",
  "add",
  "delete",
  "clear",
  "write",
  "scatter",
  "unstack",
  "split",
]);

/** What code does to what is declared around it. */
export interface Effects {
  /** Names that it assigns. */
  readonly names: ReadonlySet<string>;
  /** Members that it assigns: `this.h`, `o.a`. */
  readonly paths: ReadonlySet<string>;
  /** Objects whose elements it assigns, or that it calls a changing method of. */
  readonly containers: ReadonlySet<string>;
}

/** @param bound  names that are declared within the code, though not by these nodes */
export function effectsOf(nodes: readonly Node[], bound: ReadonlySet<string> = new Set()): Effects {
  const names = new Set<string>();
  const paths = new Set<string>();
  const containers = new Set<string>();
  const visit = (node: Node, scopes: readonly ReadonlySet<string>[], ownThis: boolean): void => {
    const isLocal = (name: string) => (name === "this" ? ownThis : scopes.some((scope) => scope.has(name)));
    const assigned = (target: Node): void =>
      targets(
        target,
        (name) => !isLocal(name) && names.add(name),
        (member) => {
          if (member.type !== "MemberExpression") return;
          const path = pathOf(member);
          if (path) return void (!isLocal(path.root) && paths.add(path.text));
          let object = member["object"] as Node;
          while (!pathOf(object) && object.type === "MemberExpression") object = object["object"] as Node;
          const container = pathOf(object);
          if (container && !isLocal(container.root)) containers.add(container.text);
        },
      );
    if (node.type === "AssignmentExpression") assigned(node["left"]);
    else if (node.type === "UpdateExpression") assigned(node["argument"]);
    else if (/^For(Of|In)Statement$/.test(node.type) && node["left"].type !== "VariableDeclaration") assigned(node["left"]);
    else if (node.type === "UnaryExpression" && node["operator"] === "delete") assigned(node["argument"]);
    else if (node.type === "CallExpression" && node["callee"].type === "MemberExpression" && !node["callee"].computed) {
      const object = pathOf(node["callee"].object);
      if (object && object.text !== "this" && changing.has(node["callee"].property.name) && !isLocal(object.root))
        containers.add(object.text);
    }
    const scope = scopeOf(node);
    const inner = scope ? [...scopes, scope] : scopes;
    const owns = ownThis || (isFunction(node) && node.type !== "ArrowFunctionExpression") || node.type === "ClassBody";
    for (const child of children(node)) visit(child, inner, owns);
  };
  const declared = declaredIn(nodes.filter(({ type }) => /Statement$|Declaration$/.test(type)));
  for (const node of nodes) visit(node, [bound, declared], false);
  // What is assigned as a whole needs no parts.
  for (const path of paths) if (names.has(path.split(".")[0]!)) paths.delete(path);
  return { names, paths, containers };
}

/** Names that a function uses and does not declare. */
export function freeNames(fn: Node): Set<string> {
  const free = new Set<string>();
  const visit = (node: Node, scopes: readonly ReadonlySet<string>[]): void => {
    if (node.type === "Identifier") {
      const name = node["name"] as string;
      if (!scopes.some((scope) => scope.has(name))) free.add(name);
      return;
    }
    const scope = scopeOf(node);
    const inner = scope ? [...scopes, scope] : scopes;
    for (const child of children(node)) {
      const isLabel = /^(Member|MetaProperty)/.test(node.type) && child === node["property"] && !node["computed"];
      const isKey =
        /^(Property|MethodDefinition|PropertyDefinition)$/.test(node.type) &&
        child === node["key"] &&
        !node["computed"] &&
        !node["shorthand"];
      if (!isLabel && !isKey && node.type !== "MetaProperty") visit(child, inner);
    }
  };
  visit(fn, []);
  if (fn["id"]) free.delete(fn["id"].name);
  return free;
}

/** Every name that occurs. */
export function namesIn(nodes: readonly Node[]): Set<string> {
  const names = new Set<string>();
  for (const node of nodes)
    walk(node, (each) => {
      if (each.type === "Identifier") names.add(each["name"] as string);
    });
  return names;
}
