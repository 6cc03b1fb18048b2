// `if` and `?:`: JavaScript's own where the condition has a value, a recorded choice where it has none yet.

import { StateError } from "../core/errors.js";
import type { Tensor } from "../core/tensor.js";
import { OpenBranch } from "../graph/control/branch.js";
import { recordChoice } from "../graph/control/cond.js";
import { joined, merge, type Merged } from "./reconcile.js";
import { ConstructState, lineOf, type Meta } from "./state.js";
import { truth } from "./truth.js";

const MAXIMUM_DEPTH = 100;
let depth = 0;

/** Runs an action inside of one more branch or loop body. @throws StateError where that never ends */
export function deeper<T>(at: string, action: () => T): T {
  if (depth >= MAXIMUM_DEPTH) {
    throw new StateError("autograph", {
      given: `${MAXIMUM_DEPTH} branches inside each other at line ${lineOf(at)}`,
      expected: "a recursion that ends while it is traced",
      hint: "Where a tensor decides, both branches are traced: write a loop.",
    });
  }
  depth++;
  try {
    return action();
  } finally {
    depth--;
  }
}

type Block = (() => void) | null;

/**
 * An `if` statement.
 *
 * @param rest  what follows it where the first branch does not exit, as the second always does
 */
export function ifElse(test: unknown, then: () => void, otherwise: Block, meta: Meta, rest?: () => void): void {
  const holds = truth(test, () => `if (…) at line ${lineOf(meta.at)}`);
  const first = rest ? () => (then(), rest()) : then;
  if (typeof holds !== "boolean") return stagedIf(holds, first, otherwise, meta);
  if (holds) first();
  else otherwise?.();
}

function stagedIf(holds: Tensor, then: () => void, otherwise: Block, meta: Meta): void {
  const where = meta.kind === "rest" ? `exits of line ${lineOf(meta.at)}` : `if at line ${lineOf(meta.at)}`;
  const state = new ConstructState(meta, where);
  const after = stagedChoice(
    holds,
    [then, otherwise ?? (() => {})].map((block) => () => {
      block();
      return state.read();
    }),
    state,
    where,
    meta.at,
  );
  state.write(after);
}

/** Traces both branches, and records a choice between what the state is after each. */
function stagedChoice(holds: Tensor, blocks: readonly (() => unknown[])[], state: ConstructState, where: string, at: string): unknown[] {
  const branches = blocks.map((_, i) => new OpenBranch(`${where}, branch ${i}`));
  let results: unknown[][];
  try {
    results = branches.map((branch, i) => {
      state.write(state.before);
      return deeper(at, () => branch.within(blocks[i]!));
    });
  } finally {
    state.write(state.before);
  }
  for (const result of results) state.checkForeign(result);
  const paths = { where, within: <T>(path: number, action: () => T): T => branches[path]!.within(action) };
  const parts = state.names.map((name, i) =>
    merge(
      name,
      results.map((result) => result[i]),
      paths,
    ),
  );
  const extra = results.map((result) => result.slice(state.names.length));
  if (extra[0]!.length > 0) parts.push(merge("value", extra.map(([value]) => value), paths)); // prettier-ignore
  const merged: Merged = joined(parts, 2, (values) => values);
  const isEmpty = merged.outputs[0]!.length === 0;
  const closed = branches.map((branch, i) => branch.close(merged.outputs[i]!));
  if (isEmpty && closed.every(({ graph, isEffect, written }) => graph.steps.length === 0 || (!isEffect && written.size === 0)))
    return merged.rebuild([]) as unknown[];
  return merged.rebuild(recordChoice("if", holds, closed, (value) => (value ? 0 : 1))) as unknown[];
}

/** `test ? a : b`. */
export function choose(test: unknown, a: () => unknown, b: () => unknown, at: string): unknown {
  const holds = truth(test, () => `?: at line ${lineOf(at)}`);
  if (typeof holds === "boolean") return holds ? a() : b();
  const where = `?: at line ${lineOf(at)}`;
  const state = new ConstructState({ at }, where);
  return stagedChoice(
    holds,
    [a, b].map((block) => () => [block()]),
    state,
    where,
    at,
  )[0];
}
