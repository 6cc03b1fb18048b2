// Where code leaves a function or a loop before its end.

import { children, isFunction, isLoop, type Node } from "./syntax.js";

/** How a statement may leave what is around it: by a return, a break of a loop, a continue of a loop. */
export interface Exits {
  returns: boolean;
  readonly breaks: Set<Node>;
  readonly continues: Set<Node>;
}

/** The exits of statements that leave them. @param loop  the loop around them */
export function exitsOf(nodes: readonly Node[], loop: Node | null): Exits {
  const exits: Exits = { returns: false, breaks: new Set(), continues: new Set() };
  /** @param at  the innermost loop; `inSwitch`: a break belongs to a switch of these statements */
  const visit = (node: Node, at: Node | null, inside: ReadonlySet<Node>, inSwitch: boolean): void => {
    if (isFunction(node) || node.type === "ClassBody") return;
    if (node.type === "ReturnStatement") exits.returns = true;
    if (node.type === "BreakStatement" && at && !inSwitch && !inside.has(at)) exits.breaks.add(at);
    if (node.type === "ContinueStatement" && at && !inside.has(at)) exits.continues.add(at);
    const isOwn = isLoop(node);
    const inner = isOwn ? new Set([...inside, node]) : inside;
    for (const child of children(node))
      visit(child, isOwn ? node : at, inner, node.type === "SwitchStatement" ? true : isOwn ? false : inSwitch);
  };
  for (const node of nodes) visit(node, loop, new Set(), false);
  return exits;
}

export const leaves = ({ returns, breaks, continues }: Exits): boolean => returns || breaks.size > 0 || continues.size > 0;

/** Whether control never reaches the end of a statement. */
export function alwaysExits(node: Node | null): boolean {
  if (!node) return false;
  switch (node.type) {
    case "ReturnStatement":
    case "BreakStatement":
    case "ContinueStatement":
    case "ThrowStatement":
      return true;
    case "BlockStatement":
      return endsEarly(node["body"]);
    case "IfStatement":
      return alwaysExits(node["consequent"]) && alwaysExits(node["alternate"]);
    case "WhileStatement":
      return node["test"].type === "Literal" && Boolean(node["test"].value) && !exitsOf([node["body"]], node).breaks.has(node);
    case "TryStatement":
      return (
        alwaysExits(node["finalizer"]) || (alwaysExits(node["block"]) && (node["handler"] === null || alwaysExits(node["handler"].body)))
      );
    default:
      return false;
  }
}

export const endsEarly = (statements: readonly Node[]): boolean => statements.some(alwaysExits);

/** Whether a function returns a value wherever it ends; a `throw` is an end as well. */
export const alwaysReturns = (statements: readonly Node[]): boolean => endsEarly(statements);
