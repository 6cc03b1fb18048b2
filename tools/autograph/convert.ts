// The transform of a function: its control flow and operators become calls of `$ag` (lib/autograph), which decides at run time.
//
//  (1) Text is inserted, and single tokens are replaced; every statement stays on its line.
//  (2) A branch or a loop body becomes an arrow function, so variables, `this` and `super` stay what they are. What it assigns outside of
//      itself is its state, which `$ag` reads and writes through `get` and `set`.
//  (3) A `return`, `break` or `continue` inside of such an arrow sets a flag and leaves the arrow; what follows the statement is guarded by
//      the flag. Where one branch of an `if` always exits, what follows belongs to the other branch, and no flag is asked.
//  (4) Children are converted before their parents: what opens is put before what the child put there, what closes behind it.

import type MagicString from "magic-string";
import { alwaysExits, alwaysReturns, exitsOf, leaves, type Exits } from "./exits.js";
import { AutographError } from "./refusal.js";
import { declaredIn, effectsOf, namesIn, ownNames } from "./scopes.js";
import { children, find, findLast, isFunction, isLoop, pathOf, targets, walk, withoutComments, type Node } from "./syntax.js";

export interface ConvertOptions {
  /** For messages. */
  readonly file: string;
  /** Whether operators and indices are converted. */
  readonly operators: boolean;
  /** Characters that stand before the user's own text in the first line. */
  readonly columns?: number;
}

const OPERATORS: Readonly<Record<string, string>> = {
  "+": "add",
  "-": "sub",
  "*": "mul",
  "/": "div",
  "%": "mod",
  "**": "pow",
  "<": "less",
  "<=": "lessEqual",
  ">": "greater",
  ">=": "greaterEqual",
  "&": "bitAnd",
  "|": "bitOr",
  "^": "bitXor",
  "<<": "shiftLeft",
  ">>": "shiftRight",
  "==": "looseEqual",
  "===": "equal",
  "!=": "looseNotEqual",
  "!==": "notEqual",
};

/** Where a statement stands. */
interface Place {
  /** The function that is being converted. */
  readonly fn: FunctionState;
  /** The innermost loop of that function. */
  readonly loop: Node | null;
  /** How many arrows lie between the function's own body and here. */
  readonly depth: number;
  /** Inside of a try or switch statement that is left as it is, since the last arrow. */
  readonly inside: Node | null;
  /** The loop whose iteration ends where the list of statements ends. */
  readonly tail: Node | null;
}

interface FunctionState {
  readonly node: Node;
  readonly depthOf: Map<Node, number>;
  readonly flags: Map<Node, { brk: string; cont: string }>;
  /** Loops whose flags are needed. */
  readonly broken: Set<Node>;
  readonly continued: Set<Node>;
  returned: boolean;
}

/** What the head of a loop gives to its body. */
interface Header {
  /** Parameters of the body. */
  readonly names: string;
  /** What the body does first. */
  readonly assigned: string;
  /** Variables that it sets. */
  readonly variables: readonly string[];
  /** Names that it declares for the body. */
  readonly bound: ReadonlySet<string>;
  /** Variables of which each iteration has its own, where functions see them. */
  readonly shared: readonly string[];
}

export class Converter {
  readonly #code: string;
  readonly #out: MagicString;
  readonly #options: ConvertOptions;
  readonly #lines: number[];
  readonly #did: string;
  readonly #ret: string;
  #next = 1;
  /** Names of the outermost function that is converted: what it assigns beside them belongs to others. */
  #own: ReadonlySet<string> = new Set();
  #name = "";

  constructor(code: string, out: MagicString, options: ConvertOptions, used: ReadonlySet<string>) {
    this.#code = code;
    this.#out = out;
    this.#options = options;
    this.#lines = [0];
    for (let at = code.indexOf("\n"); at >= 0; at = code.indexOf("\n", at + 1)) this.#lines.push(at + 1);
    const free = (name: string): string => (used.has(name) ? free(`${name}_`) : name);
    this.#did = free("$did");
    this.#ret = free("$ret");
  }

  /** Line and column of a place, both from 1. */
  place(at: number): { line: number; column: number } {
    let low = 0;
    for (let high = this.#lines.length; high - low > 1;) {
      const middle = (low + high) >> 1;
      if (this.#lines[middle]! <= at) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: at - this.#lines[low]! + 1 - (low === 0 ? (this.#options.columns ?? 0) : 0) };
  }

  #at(node: Node): string {
    const { line, column } = this.place(node.start);
    return `${line}:${column}`;
  }

  refuse(node: Node, given: string, expected: string, hint = ""): never {
    const { line, column } = this.place(node.start);
    throw new AutographError(this.#options.file, line, column, given, expected, hint);
  }

  /** Converts a function and those inside of it. */
  convert(fn: Node): void {
    const own = new Set<string>(ownNames(fn));
    walk(fn, (node) => {
      if (node.type === "BlockStatement") for (const name of declaredIn(node["body"])) own.add(name);
      if (/^For/.test(node.type)) for (const name of declaredIn([node["left"] ?? node["init"]].filter(Boolean))) own.add(name);
      if (isFunction(node)) for (const name of ownNames(node)) own.add(name);
    });
    this.#own = own;
    this.#name = (fn["id"] as { name: string } | null)?.name ?? "";
    this.#function(fn);
  }

  // Functions.

  #function(fn: Node): void {
    if (fn["async"])
      this.refuse(fn, "an async function", "a function that computes at once", "Await outside of it, and pass in what came.");
    if (fn["generator"]) this.refuse(fn, "a generator function", "a function that computes at once", "Give back a list or a tensor.");
    for (const each of fn["params"]) this.#pattern(each);
    if (fn["body"].type !== "BlockStatement") return this.#expression(fn["body"]);
    const state: FunctionState = {
      node: fn,
      depthOf: new Map(),
      flags: new Map(),
      broken: new Set(),
      continued: new Set(),
      returned: false,
    };
    const statements = fn["body"].body as Node[];
    this.#list(statements, { fn: state, loop: null, depth: 0, inside: null, tail: null });
    if (!state.returned) return;
    const first = statements.find(({ directive }) => directive === undefined)!;
    this.#out.prependRight(first.start, `let ${this.#did} = false, ${this.#ret}; `);
    const last = alwaysReturns(statements)
      ? `return ${this.#ret};`
      : `return $ag.result(${this.#did}, ${this.#ret}, ${JSON.stringify(this.#at(fn))});`;
    this.#out.appendLeft(statements.at(-1)!.end, `${this.#semicolon(statements.at(-1)!)} ${last}`);
  }

  /** A semicolon where a statement has none of its own. */
  #semicolon(statement: Node): string {
    return /[;}]/.test(this.#code[statement.end - 1]!) ? "" : ";";
  }

  // Statements.

  /** Converts statements; what follows one that may exit is guarded as a whole. */
  #list(statements: readonly Node[], place: Place): void {
    const at = statements.findIndex((statement) => this.#exitsByFlag(statement, place));
    const plain = at < 0 ? statements : statements.slice(0, at);
    plain.forEach((statement, i) => this.#statement(statement, { ...place, tail: i === statements.length - 1 ? place.tail : null }));
    if (at < 0) return;
    const statement = statements[at]!;
    const rest = statements.slice(at + 1);
    if (place.inside) {
      const kind = place.inside.type === "TryStatement" ? "try" : "switch";
      const exit = this.#firstExit(statement);
      const word = exit.type.replace("Statement", "").toLowerCase();
      this.refuse(
        exit,
        `a ${word} inside of a ${kind} statement that a condition decides`,
        `a ${kind} statement that runs to its end`,
        `Set a variable in it, and ${word} behind it.`,
      );
    }
    if (rest.length === 0) return this.#statement(statement, place);
    this.#checkDeclarations(statements.slice(0, at + 1), rest);
    if (statement.type === "IfStatement" && this.#restBelongsToBranch(statement)) return this.#ifWithRest(statement, rest, place);
    this.#list(rest, { ...place, depth: place.depth + 1, inside: null });
    this.#statement(statement, { ...place, tail: null });
    const flags = this.#flagsOf(exitsOf([statement], place.loop), place.fn);
    const last = rest.at(-1)!;
    this.#out.prependRight(rest[0]!.start, `$ag.if($ag.none(${flags.join(", ")}), () => { `);
    this.#out.appendLeft(
      last.end,
      `${this.#semicolon(last)} }, null, ${this.#meta(statement, rest, exitsOf(rest, place.loop), place.fn, { kind: "rest" })});`,
    );
  }

  /** Whether a statement, converted, may exit from inside of an arrow: then a flag tells. */
  #exitsByFlag(statement: Node, { loop }: Place): boolean {
    const isArrow = statement.type === "IfStatement" || isLoop(statement);
    if (isArrow) return leaves(exitsOf([statement], loop));
    if (statement.type !== "BlockStatement" && statement.type !== "TryStatement" && statement.type !== "SwitchStatement") return false;
    return this.#conditionalExits(statement, loop);
  }

  /** Whether there is an exit inside of an `if` or loop inside of the statement that leaves the statement. */
  #conditionalExits(statement: Node, loop: Node | null): boolean {
    if (statement.type !== "BlockStatement") return false; // refused inside, where needed
    return (statement["body"] as Node[]).some((each) =>
      each.type === "IfStatement" || isLoop(each)
        ? leaves(exitsOf([each], loop))
        : each.type === "BlockStatement" && this.#conditionalExits(each, loop),
    );
  }

  #firstExit(statement: Node): Node {
    let found: Node | undefined;
    walk(statement, (node) => {
      if (isFunction(node)) return false;
      if (/^(Return|Break|Continue)Statement$/.test(node.type)) found ??= node;
      return !found;
    });
    return found ?? statement;
  }

  /** Names that the rest declares are seen by the rest alone once it is an arrow. */
  #checkDeclarations(before: readonly Node[], rest: readonly Node[]): void {
    const used = namesIn(before);
    for (const statement of rest)
      for (const name of declaredIn([statement]))
        if (used.has(name))
          this.refuse(statement, `${name}, declared behind a statement that may exit and used before it`, "a declaration before its use",
            `Declare ${name} further up.`); // prettier-ignore
  }

  /** Whether what follows an `if` belongs to one of its branches, since the other always exits. */
  #restBelongsToBranch({ consequent, alternate }: Node): boolean {
    if (alwaysExits(consequent)) return true;
    return alwaysExits(alternate) && !leaves(exitsOf([consequent], consequent));
  }

  #ifWithRest(node: Node, rest: readonly Node[], place: Place): void {
    const { consequent, alternate } = node as unknown as { consequent: Node; alternate: Node | null };
    const inner: Place = { ...place, depth: place.depth + 1, inside: null };
    const last = rest.at(-1)!;
    const all = [node, ...rest];
    const meta = () => this.#meta(node, all, exitsOf(all, place.loop), place.fn);
    if (alwaysExits(consequent)) {
      this.#list(alternate ? [alternate, ...rest] : rest, inner);
      this.#test(node);
      this.#arrow(consequent, inner);
      if (alternate) {
        const word = find(this.#code, "else", consequent.end, alternate.start);
        this.#out.overwrite(word, word + 4, ", () => {");
      } else this.#out.appendLeft(consequent.end, ", () => {");
      this.#out.appendLeft(last.end, `${this.#semicolon(last)} }, ${meta()});`);
      return;
    }
    this.#list(rest, inner);
    this.#branches(node, inner);
    this.#out.appendLeft(alternate!.end, `, ${meta()}, () => {`);
    this.#out.appendLeft(last.end, `${this.#semicolon(last)} });`);
  }

  #test({ start, test, consequent }: Node): void {
    this.#out.overwrite(start, start + 2, "$ag.if");
    this.#expression(test);
    const close = findLast(this.#code, ")", (test as Node).end, (consequent as Node).start);
    this.#out.overwrite(close, close + 1, ",");
  }

  #branches(node: Node, place: Place): void {
    const { consequent, alternate } = node as unknown as { consequent: Node; alternate: Node | null };
    this.#test(node);
    this.#arrow(consequent, place);
    if (!alternate) return;
    const word = find(this.#code, "else", consequent.end, alternate.start);
    this.#out.overwrite(word, word + 4, ",");
    this.#arrow(alternate, place);
  }

  /** A branch or body as an arrow. @param before  what stands first in it, asked for when the body is converted */
  #arrow(body: Node, place: Place, parameters = "", before: () => string = () => ""): void {
    if (body.type === "BlockStatement") {
      this.#list(body["body"], place);
      const first = before();
      if (first) this.#out.prependRight(body.start + 1, ` ${first}`);
      this.#out.prependRight(body.start, `(${parameters}) => `);
      return;
    }
    if (body.type === "EmptyStatement") return void this.#out.overwrite(body.start, body.end, `(${parameters}) => { ${before()} }`);
    this.#list([body], place);
    this.#out.prependRight(body.start, `(${parameters}) => { ${before()}`);
    this.#out.appendLeft(body.end, `${this.#semicolon(body)} }`);
  }

  #statement(node: Node, place: Place): void {
    const inner: Place = { ...place, depth: place.depth + 1, inside: null };
    switch (node.type) {
      case "IfStatement": {
        this.#branches(node, inner);
        const end = ((node["alternate"] ?? node["consequent"]) as Node).end;
        this.#out.appendLeft(
          end,
          `${node["alternate"] ? "" : ", null"}, ${this.#meta(node, [node], exitsOf([node], place.loop), place.fn)});`,
        );
        return;
      }
      case "WhileStatement":
      case "DoWhileStatement":
      case "ForStatement":
      case "ForOfStatement":
      case "ForInStatement":
        return this.#loop(node, place);
      case "BlockStatement":
        return this.#list(node["body"], place);
      case "ReturnStatement":
        return this.#return(node, place);
      case "BreakStatement":
      case "ContinueStatement":
        return this.#jump(node, place);
      case "SwitchStatement":
        return this.#switch(node, place);
      case "TryStatement": {
        const within: Place = { ...place, inside: node, tail: null };
        this.#list(node["block"].body, within);
        if (node["handler"]) this.#list(node["handler"].body.body, within);
        if (node["finalizer"]) this.#list(node["finalizer"].body, within);
        return;
      }
      case "LabeledStatement":
        return this.refuse(node, `the label ${String(node["label"].name)}`, "loops without labels", "Use a variable that the loops ask.");
      case "WithStatement":
        return this.refuse(node, "with", "code without with");
      case "FunctionDeclaration":
        return this.#function(node);
      case "VariableDeclaration":
        if (node["kind"] === "var" && place.depth > 0)
          this.refuse(node, "var inside of a branch or loop", "let or const", "Or declare it at the beginning of the function.");
        for (const each of node["declarations"]) this.#expression(each);
        return;
      case "ExpressionStatement":
        if (node["expression"].type === "UpdateExpression") return this.#update(node["expression"], true);
        return this.#expressionIn(node);
      default:
        this.#expressionIn(node);
    }
  }

  #return(node: Node, { fn, depth }: Place): void {
    const argument = node["argument"] as Node | null;
    if (argument) this.#expression(argument);
    if (depth === 0) return;
    fn.returned = true;
    this.#out.overwrite(node.start, node.start + 6, `{ ${this.#did} = true; ${this.#ret} =${argument ? "" : " undefined"}`);
    this.#out.appendLeft(node.end, `${this.#semicolon(node)} return; }`);
  }

  #jump(node: Node, { fn, loop, depth, inside, tail }: Place): void {
    if (node["label"])
      this.refuse(node, `the label ${String(node["label"].name)}`, "loops without labels", "Use a variable that the loops ask.");
    if (node.type === "BreakStatement" && inside?.type === "SwitchStatement") return;
    if (!loop) {
      // A break of a switch from inside of an `if`.
      this.refuse(node, "a break of a switch statement inside of an if", "a switch statement whose cases run to their end",
        "Write if … else if."); // prettier-ignore
    }
    const flags = this.#flags(loop, fn);
    if (node.type === "BreakStatement") {
      fn.broken.add(loop);
      this.#out.overwrite(node.start, node.end, `{ ${flags.brk} = true; return; }`);
    } else if (tail === loop || depth === fn.depthOf.get(loop)) this.#out.overwrite(node.start, node.end, "return;");
    else {
      fn.continued.add(loop);
      this.#out.overwrite(node.start, node.end, `{ ${flags.cont} = true; return; }`);
    }
  }

  #flags(loop: Node, fn: FunctionState): { brk: string; cont: string } {
    let flags = fn.flags.get(loop);
    if (!flags) fn.flags.set(loop, (flags = { brk: `$brk${this.#next}`, cont: `$cont${this.#next++}` }));
    return flags;
  }

  /** The names of the flags that tell of exits. */
  #flagsOf({ returns, breaks, continues }: Exits, fn: FunctionState): string[] {
    return [
      ...(returns ? [this.#did] : []),
      ...[...breaks].map((loop) => this.#flags(loop, fn).brk),
      ...[...continues].filter((loop) => fn.continued.has(loop)).map((loop) => this.#flags(loop, fn).cont),
    ];
  }

  #switch(node: Node, place: Place): void {
    const within: Place = { ...place, inside: node, tail: null };
    this.#expression(node["discriminant"]);
    this.#out.prependRight(node["discriminant"].start, "$ag.plain(");
    this.#out.appendLeft(node["discriminant"].end, `, ${JSON.stringify(this.#at(node))})`);
    for (const each of node["cases"]) {
      if (each.test) this.#expression(each.test);
      this.#list(each.consequent, within);
      // A break of the switch from inside of an `if` would leave the arrow alone.
      for (const statement of each.consequent as Node[]) this.#checkSwitchBreaks(statement, false);
    }
  }

  #checkSwitchBreaks(node: Node, inArrow: boolean): void {
    if (isFunction(node) || isLoop(node) || node.type === "SwitchStatement") return;
    if (node.type === "BreakStatement" && inArrow && !node["label"])
      this.refuse(node, "a break of a switch statement inside of an if", "a switch statement whose cases run to their end",
        "Write if … else if."); // prettier-ignore
    for (const child of children(node)) this.#checkSwitchBreaks(child, inArrow || node.type === "IfStatement");
  }

  // Loops.

  #loop(node: Node, place: Place): void {
    const { fn } = place;
    if (node["await"]) this.refuse(node, "for await", "a loop that computes at once", "Await outside of the function.");
    const body = node["body"] as Node;
    const inner: Place = { fn, loop: node, depth: place.depth + 1, inside: null, tail: node };
    fn.depthOf.set(node, inner.depth);
    const flags = this.#flags(node, fn);
    const { names, assigned, variables, bound, shared } = this.#header(node);
    this.#arrow(body, inner, names, () => `${fn.continued.has(node) ? `let ${flags.cont} = false; ` : ""}${assigned}`);
    if (shared.length > 0 && body.type === "BlockStatement") this.#keepClosures(body, shared);
    const exits = exitsOf([body], node);
    exits.continues.delete(node);
    const asked = this.#flagsOf(exits, fn);
    const code = [node["test"], node["update"], body].filter(Boolean) as Node[];
    const meta = this.#meta(node, code, exits, fn, {
      go: asked.length > 0 ? `() => $ag.none(${asked.join(", ")})` : "",
      options: this.#loopOptions(body),
      assigned: variables,
      bound,
    });
    const end = this.#footer(node, meta);
    if (fn.broken.has(node)) {
      this.#out.prependRight(node.start, `{ let ${flags.brk} = false; `);
      this.#out.appendLeft(end, " }");
    }
    if (node.type === "ForStatement") this.#out.appendLeft(end, " }");
  }

  /** Converts what stands before the body. */
  #header(node: Node): Header {
    const code = this.#code;
    const nothing: Header = { names: "", assigned: "", variables: [], bound: new Set(), shared: [] };
    const body = node["body"] as Node;
    if (node.type === "WhileStatement") {
      this.#expression(node["test"]);
      const open = find(code, "(", node.start, node.end);
      this.#out.overwrite(node.start, node.start + 5, "$ag.while");
      this.#out.prependRight(open + 1, "() => ");
      const close = findLast(code, ")", node["test"].end, body.start);
      this.#out.overwrite(close, close + 1, ",");
      return nothing;
    }
    if (node.type === "DoWhileStatement") {
      this.#expression(node["test"]);
      this.#out.overwrite(node.start, node.start + 2, "$ag.do(");
      return nothing;
    }
    if (node.type === "ForStatement") {
      const { init, test, update } = node as unknown as Record<string, Node | null>;
      if (init?.type === "VariableDeclaration") {
        if (init["kind"] === "var") this.refuse(init, "var in the head of a loop", "let");
        for (const each of init["declarations"]) this.#expression(each);
      } else if (init) this.#expression(init);
      if (test) this.#expression(test);
      if (update?.type === "UpdateExpression") this.#update(update, true);
      else if (update) this.#expression(update);
      const open = find(code, "(", node.start, node.end);
      const first = find(code, ";", init?.end ?? open, node.end);
      const second = find(code, ";", test?.end ?? first + 1, node.end);
      const close = findLast(code, ")", update?.end ?? second, body.start);
      this.#out.overwrite(node.start, open + 1, "{ ");
      this.#out.prependRight(first + 1, ` $ag.for(() => ${test ? "" : "true"}`);
      this.#out.overwrite(second, second + 1, ", () => {");
      this.#out.overwrite(close, close + 1, " },");
      const declared = init?.type === "VariableDeclaration" ? [...declaredIn([init])] : [];
      return { ...nothing, shared: this.#capturedIn(body, declared) };
    }
    // for … of, for … in
    const { left, right } = node as unknown as Record<string, Node>;
    const open = find(code, "(", node.start, node.end);
    const isDeclared = left!.type === "VariableDeclaration";
    if (isDeclared && left!["kind"] === "var") this.refuse(left!, "var in the head of a loop", "let or const");
    const pattern = (isDeclared ? left!["declarations"][0].id : left!) as Node;
    const text = code.slice(pattern.start, pattern.end);
    const word = find(code, node.type === "ForOfStatement" ? "of" : "in", left!.end, right!.start);
    this.#expression(right!);
    const newlines = withoutComments(code, open + 1, word).replace(/[^\n]/g, "");
    this.#out.overwrite(
      node.start,
      word + 2,
      `$ag.forOf(${node.type === "ForInStatement" ? "$ag.keys(" : ""}${text.includes("\n") ? "" : newlines}`,
    );
    const close = findLast(code, ")", right!.end, body.start);
    this.#out.overwrite(close, close + 1, node.type === "ForInStatement" ? ")," : ",");
    if (isDeclared) {
      const bound = declaredIn([left!]);
      if (pattern.type !== "ArrayPattern") return { ...nothing, names: text, bound };
      return { ...nothing, names: "$each", assigned: `${left!["kind"] as string} ${text} = $ag.list($each); `, bound };
    }
    const names: string[] = [];
    targets(
      pattern,
      (name) => names.push(name),
      (member) => names.push(pathOf(member)?.text ?? this.refuse(member, "an element as the variable of a loop", "a variable")),
    );
    return {
      ...nothing,
      names: "$each",
      assigned: `${pattern.type === "ObjectPattern" ? `(${text} = $each)` : `${text} = $each`}; `,
      variables: names,
    };
  }

  /** Variables of a loop's head that functions in its body see: each iteration has its own. */
  #capturedIn(body: Node, declared: readonly string[]): string[] {
    const captured = new Set<string>();
    walk(body, (node) => {
      if (!isFunction(node)) return true;
      const used = namesIn([node]);
      for (const name of declared) if (used.has(name)) captured.add(name);
      return false;
    });
    return [...captured];
  }

  /** Functions of the body see the variables of their own iteration. */
  #keepClosures(body: Node, names: readonly string[]): void {
    const outer = names.map((name) => `$${name}`);
    this.#out.prependRight(
      body.start + 1,
      ` let ${outer.map((each, i) => `${each} = ${names[i]!}`).join(", ")}; try { let ${names.map((name, i) => `${name} = ${outer[i]!}`).join(", ")}; try {`,
    );
    const back = names.map((name, i) => `${outer[i]!} = ${name};`).join(" ");
    this.#out.appendLeft(
      body.end - 1,
      `} finally { ${back} } } finally { ${names.map((name, i) => `${name} = ${outer[i]!};`).join(" ")} } `,
    );
  }

  /** Closes the call. @returns where it ends */
  #footer(node: Node, meta: string): number {
    const body = node["body"] as Node;
    if (node.type !== "DoWhileStatement") {
      this.#out.appendLeft(body.end, `, ${meta});`);
      return body.end;
    }
    const word = find(this.#code, "while", body.end, node["test"].start);
    this.#out.overwrite(word, word + 5, ", () => ");
    const close = find(this.#code, ")", node["test"].end, node.end);
    const parens = findLast(this.#code, ")", close, node.end);
    this.#out.appendLeft(parens + 1, `, ${meta});`);
    return node.end;
  }

  /** The argument of setLoopOptions, where that is the first statement of a body. */
  #loopOptions(body: Node): string {
    const first = body.type === "BlockStatement" ? (body["body"][0] as Node | undefined) : body;
    const call = first?.type === "ExpressionStatement" ? (first["expression"] as Node) : null;
    if (call?.type !== "CallExpression" || call["callee"].type !== "MemberExpression") return "";
    if (call["callee"].property.name !== "setLoopOptions" || call["arguments"].length !== 1) return "";
    return this.#code.slice(call["arguments"][0].start, call["arguments"][0].end);
  }

  /** What `$ag` has to know of a construct: where it stands, and the state that it may change. */
  #meta(
    node: Node,
    code: readonly Node[],
    exits: Exits,
    fn: FunctionState,
    more: { go?: string; options?: string; assigned?: readonly string[]; bound?: ReadonlySet<string>; kind?: string } = {},
  ): string {
    const { names, paths, containers } = effectsOf(
      code.filter(({ type }) => type !== "EmptyStatement"),
      more.bound,
    );
    const all = new Set([...names, ...(more.assigned ?? []), ...this.#flagsOf(exits, fn)]);
    if (exits.returns) all.add(this.#ret);
    const simple = [...all].filter((name) => !name.includes("."));
    const members = [...new Set([...paths, ...[...all].filter((name) => name.includes("."))])];
    const state = [...simple, ...members];
    const parts = [`at: ${JSON.stringify(this.#at(node))}`];
    if (more.kind) parts.push(`kind: ${JSON.stringify(more.kind)}`);
    if (state.length > 0) {
      const reads = [...simple, ...members.map(optional)];
      const writes = state.map((name, i) =>
        name.includes(".") ? `if (${optional(name)} !== $v[${i}]) ${name} = $v[${i}];` : `${name} = $v[${i}];`,
      );
      parts.push(`names: ${JSON.stringify(state)}`, `get: () => [${reads.join(", ")}]`, `set: ($v) => { ${writes.join(" ")} }`);
    }
    const foreign = [...names].filter((name) => !this.#own.has(name));
    if (foreign.length > 0) parts.push(`foreign: ${JSON.stringify(foreign)}`, `inside: ${JSON.stringify(this.#name || "the function")}`);
    const lists = [...containers].filter((name) => !all.has(name));
    if (lists.length > 0) parts.push(`listNames: ${JSON.stringify(lists)}`, `lists: () => [${lists.map(optional).join(", ")}]`);
    if (more.go) parts.push(`go: ${more.go}`);
    if (more.options) parts.push(`options: ${more.options}`);
    return `{ ${parts.join(", ")} }`;
  }

  // Expressions.

  #pattern(node: Node): void {
    walk(node, (each) => {
      if (each.type !== "AssignmentPattern") return true;
      this.#pattern(each["left"]);
      this.#expression(each["right"]);
      return false;
    });
  }

  #expressionIn(node: Node): void {
    for (const child of children(node)) this.#expression(child);
  }

  #wrap(node: Node, open: string, close: string): void {
    this.#out.prependRight(node.start, open);
    this.#out.appendLeft(node.end, close);
  }

  #expression(node: Node): void {
    if (isFunction(node)) return this.#function(node);
    switch (node.type) {
      case "AwaitExpression":
      case "YieldExpression":
        return this.refuse(node, node.type === "AwaitExpression" ? "await" : "yield", "a function that computes at once");
      case "ConditionalExpression":
        return this.#conditional(node);
      case "LogicalExpression":
        return this.#logical(node);
      case "UnaryExpression":
        if (node["operator"] === "delete" && node["argument"].type === "MemberExpression") return this.#memberParts(node["argument"]);
        this.#expressionIn(node);
        if (node["operator"] === "!") return this.#unary(node, "not");
        if (node["operator"] === "~" && this.#options.operators) return this.#unary(node, "bitNot");
        if (node["operator"] === "-" && this.#options.operators && node["argument"].type !== "Literal") this.#unary(node, "neg");
        return;
      case "BinaryExpression":
        return this.#binary(node);
      case "AssignmentExpression":
        return this.#assignment(node);
      case "UpdateExpression":
        return this.#update(node);
      case "MemberExpression":
        return this.#member(node);
      case "CallExpression":
        // The object of a method stays what it is.
        if (node["callee"].type === "MemberExpression") {
          this.#expression(node["callee"].object);
          if (node["callee"].computed) this.#expression(node["callee"].property);
        } else this.#expression(node["callee"]);
        for (const each of node["arguments"]) this.#expression(each);
        return;
      case "NewExpression":
        if (node["callee"].type === "MemberExpression") this.#memberParts(node["callee"]);
        else this.#expression(node["callee"]);
        for (const each of node["arguments"]) this.#expression(each);
        return;
      case "ChainExpression":
        return this.#chain(node["expression"]);
      case "TaggedTemplateExpression":
        return this.#expressionIn(node["quasi"]);
      case "ClassExpression":
      case "ClassDeclaration":
        return this.#expressionIn(node["body"]);
      case "MethodDefinition":
      case "PropertyDefinition":
      case "Property":
        if (node["computed"]) this.#expression(node["key"]);
        if (node["value"] && !node["shorthand"]) this.#expression(node["value"]);
        return;
      case "VariableDeclarator":
        this.#pattern(node["id"]);
        if (node["init"]) this.#expression(node["init"]);
        if (node["init"] && node["id"].type === "ArrayPattern") this.#wrap(node["init"], "$ag.list(", ")");
        return;
      default:
        if (/Pattern$/.test(node.type)) return this.#pattern(node);
        this.#expressionIn(node);
    }
  }

  #unary(node: Node, name: string): void {
    this.#out.overwrite(node.start, node.start + 1, `$ag.${name}(`);
    this.#out.appendLeft(node.end, ")");
  }

  #conditional(node: Node): void {
    const { test, consequent, alternate } = node as unknown as Record<string, Node>;
    this.#refuseAssignments([consequent!, alternate!], "?:");
    for (const each of [test!, consequent!, alternate!]) this.#expression(each);
    const mark = find(this.#code, "?", test!.end, consequent!.start);
    const colon = find(this.#code, ":", consequent!.end, alternate!.start);
    this.#out.prependRight(node.start, "$ag.choose(");
    this.#out.overwrite(mark, mark + 1, ", () =>");
    this.#out.overwrite(colon, colon + 1, ", () =>");
    this.#openObject(consequent!);
    this.#openObject(alternate!);
    this.#out.appendLeft(node.end, `, ${JSON.stringify(this.#at(node))})`);
  }

  /** An object literal behind an arrow needs parentheses. */
  #openObject(node: Node): void {
    if (node.type === "ObjectExpression" || node.type === "SequenceExpression") this.#wrap(node, "(", ")");
  }

  #logical(node: Node): void {
    const { left, right, operator } = node as unknown as { left: Node; right: Node; operator: string };
    if (operator !== "??") this.#refuseAssignments([right], operator);
    this.#expression(left);
    this.#expression(right);
    if (operator === "??") return;
    const at = find(this.#code, operator, left.end, right.start);
    this.#out.prependRight(node.start, operator === "&&" ? "$ag.and(" : "$ag.or(");
    this.#out.overwrite(at, at + 2, ", () =>");
    this.#openObject(right);
    this.#out.appendLeft(node.end, `, ${JSON.stringify(this.#at(node))})`);
  }

  #refuseAssignments(nodes: readonly Node[], operator: string): void {
    for (const node of nodes)
      walk(node, (each) => {
        if (isFunction(each)) return false;
        if (each.type === "AssignmentExpression" || each.type === "UpdateExpression")
          this.refuse(each, `an assignment inside of ${operator}`, "an expression that changes nothing", "Write an if statement.");
        return true;
      });
  }

  #binary(node: Node): void {
    const { left, right, operator } = node as unknown as { left: Node; right: Node; operator: string };
    if (left.type !== "PrivateIdentifier") this.#expression(left);
    this.#expression(right);
    const name = OPERATORS[operator];
    if (!name || !this.#options.operators || isPlain(left, operator) || isPlain(right, operator)) return;
    if (left.type === "Literal" && right.type === "Literal") return;
    const at = find(this.#code, operator, left.end, right.start);
    this.#out.prependRight(node.start, `$ag.${name}(`);
    this.#out.overwrite(at, at + operator.length, ",");
    this.#out.appendLeft(node.end, ")");
  }

  #assignment(node: Node): void {
    const { left, right, operator } = node as unknown as { left: Node; right: Node; operator: string };
    this.#expression(right);
    if (operator === "=" && left.type !== "MemberExpression") {
      if (left.type === "ArrayPattern") this.#wrap(right, "$ag.list(", ")");
      return this.#pattern(left);
    }
    const name = operator === "&&=" ? "and" : operator === "||=" ? "or" : OPERATORS[operator.slice(0, -1)];
    const at = find(this.#code, operator, left.end, right.start);
    const path = pathOf(left);
    const isLogical = operator === "&&=" || operator === "||=";
    if (isLogical) this.#refuseAssignments([right], operator);
    if (left.type === "MemberExpression" && left["computed"] && this.#options.operators) {
      if (operator !== "=" && (!name || isLogical)) return this.#expressionIn(left);
      const open = find(this.#code, "[", left["object"].end, left["property"].start);
      this.#expression(left["object"]);
      this.#expression(left["property"]);
      this.#out.prependRight(node.start, operator === "=" ? "$ag.setItem(" : "$ag.updateItem(");
      this.#out.overwrite(open, open + 1, ", ");
      this.#out.overwrite(left.end - 1, at + operator.length, operator === "=" ? "," : `, ($old) => $ag.${name!}($old,`);
      this.#out.appendLeft(node.end, `${operator === "=" ? "" : ")"}, ${JSON.stringify(this.#at(node))})`);
      return;
    }
    if (left.type === "MemberExpression") this.#memberParts(left);
    if (operator === "=" || !name || !path || (!this.#options.operators && !isLogical)) return;
    this.#out.overwrite(at, at + operator.length, `= $ag.${name}(${path.text},${isLogical ? " () =>" : ""}`);
    if (isLogical) this.#openObject(right);
    this.#out.appendLeft(node.end, isLogical ? `, ${JSON.stringify(this.#at(node))})` : ")");
  }

  /** @param unused  whether nobody asks for the value */
  #update(node: Node, unused = false): void {
    const argument = node["argument"] as Node;
    if (!this.#options.operators) return this.#expressionIn(node);
    const name = node["operator"] === "++" ? "inc" : "dec";
    const path = pathOf(argument);
    if (path) {
      const text = `${path.text} = $ag.${name}(${path.text})`;
      this.#out.overwrite(node.start, node.end, unused ? text : node["prefix"] ? `(${text})` : `$ag.first(${path.text}, ${text})`);
      return;
    }
    if (argument.type !== "MemberExpression" || !argument["computed"] || argument["optional"]) return this.#expressionIn(node);
    this.#expression(argument["object"]);
    this.#expression(argument["property"]);
    const open = find(this.#code, "[", argument["object"].end, argument["property"].start);
    const call = node["prefix"] ? "$ag.updateItem(" : "$ag.firstItem(";
    if (node["prefix"]) this.#out.overwrite(node.start, argument.start, call);
    else this.#out.prependRight(node.start, call);
    this.#out.overwrite(open, open + 1, ", ");
    this.#out.overwrite(argument.end - 1, node["prefix"] ? argument.end : node.end, `, $ag.${name}, ${JSON.stringify(this.#at(node))})`);
  }

  /** What ends early where a part is not there stays one expression. */
  #chain(node: Node): void {
    if (node.type === "MemberExpression") {
      if (node["computed"]) this.#expression(node["property"]);
      this.#chain(node["object"]);
    } else if (node.type === "CallExpression") {
      for (const each of node["arguments"]) this.#expression(each);
      this.#chain(node["callee"]);
    } else this.#expression(node);
  }

  #memberParts(node: Node): void {
    if (node["object"].type !== "Super") this.#expression(node["object"]);
    if (node["computed"]) this.#expression(node["property"]);
  }

  #member(node: Node): void {
    this.#memberParts(node);
    const { object, property, computed, optional } = node as unknown as {
      object: Node;
      property: Node;
      computed: boolean;
      optional: boolean;
    };
    if (!computed || optional || !this.#options.operators || object.type === "Super") return;
    if (property.type === "Literal" && typeof property["value"] === "string") return;
    const open = find(this.#code, "[", object.end, property.start);
    this.#out.prependRight(node.start, "$ag.item(");
    this.#out.overwrite(open, open + 1, ", ");
    this.#out.overwrite(node.end - 1, node.end, `, ${JSON.stringify(this.#at(node))})`);
  }
}

/** `this.a.b` read where a part of it may not be there. */
const optional = (path: string): string => (path.startsWith("this.") && path.split(".").length === 2 ? path : path.replaceAll(".", "?."));

/** Operands that are no tensors: then JavaScript's operator is right. */
function isPlain(node: Node, operator: string): boolean {
  if (node.type === "TemplateLiteral") return true;
  if (node.type === "Literal") return typeof node["value"] === "string" || node["value"] === null || node["bigint"] !== undefined;
  if (node.type === "UnaryExpression" && node["operator"] === "typeof") return true;
  return /^[!=]==?$/.test(operator) && node.type === "Identifier" && node["name"] === "undefined";
}
