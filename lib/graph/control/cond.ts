// tf.cond and tf.switchCase: one of several functions, chosen by a value while the program runs.

import { checkFunction } from "../../core/options.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import { ArgumentError, text } from "../../core/errors.js";
import { sameShape, sizeOrNull } from "../../core/shape.js";
import type { Tensor, Spec } from "../../core/tensor.js";
import { isBranch, mapTree, type Tree } from "../../core/tree.js";
import { where } from "../../ops/elementwise/where.js";
import { compiledGraph } from "../concrete.js";
import { replay, specialize, type Graph } from "../graph.js";
import { captureBranch, type Branch } from "./branch.js";
import { runOnHost } from "./host.js";
import { TensorArray } from "./tensor-array.js";

/**
 * The result of one of two functions: of `trueFn` where pred is true. In a traced function only the chosen one runs.
 * Both give the same structure, shapes and dtypes. Keras: keras.ops.cond; TensorFlow: tf.cond.
 *
 * ```ts
 * ops.cond(true, () => tf.constant(1), () => tf.constant(2)); // 1
 * ```
 *
 * @param pred  a bool scalar
 */
export function cond<R>(pred: TensorLike, trueFn: () => R, falseFn: () => R): R {
  checkFunction("cond.trueFn", trueFn);
  checkFunction("cond.falseFn", falseFn);
  return choose("cond", pred, [trueFn, falseFn], (value) => (value ? 0 : 1));
}

/**
 * The result of the function with that index; of the last where the index is out of range. Keras: keras.ops.switch.
 *
 * ```ts
 * ops.switch(1, [(x: tf.Tensor) => x.add(1), (x: tf.Tensor) => x.mul(10)], tf.constant(5)); // 50
 * ```
 *
 * @param index  an int32 scalar
 */
export function switchCase<A extends readonly unknown[], R>(
  index: TensorLike,
  branches: readonly ((...operands: A) => R)[],
  ...operands: A
): R {
  if (!Array.isArray(branches) || branches.length === 0)
    throw new ArgumentError("switchCase.branches", { given: text(branches), expected: "an array of functions" });
  branches.forEach((branch, i) => checkFunction(`switchCase.branches[${i}]`, branch));
  const last = branches.length - 1;
  return choose(
    "switchCase",
    index,
    branches.map((branch) => () => branch(...operands)),
    (value) => (value >= 0 && value <= last ? Math.trunc(value) : last),
  );
}

function choose<R>(where: string, selector: TensorLike, functions: readonly (() => R)[], indexOf: (value: number) => number): R {
  const chosen = asTensor(selector);
  if (chosen.shape.length !== 0)
    throw new ArgumentError(where, { given: `a condition of shape [${chosen.shape.join(", ")}]`, expected: "a scalar" });
  if (!chosen.isSymbolic) return functions[indexOf(chosen.item())]!();
  const results: R[] = [];
  const branches = functions.map((fn, i) => captureBranch(`${where} branch ${i}`, [], () => withoutLists((results[i] = fn()))));
  checkAlike(where, branches);
  return withLists(results[0]!, branches[0]!.rebuild(recordChoice(where, chosen, branches, indexOf)));
}

/** Lists that loops write leave a branch as the tensors of their buffers. */
const withoutLists = (result: unknown): unknown =>
  mapTree(result as Tree<unknown>, (leaf) => (leaf instanceof TensorArray ? leaf.flow() : leaf));

function withLists<R>(like: R, result: unknown): R {
  if (like instanceof TensorArray) return like.withFlow(result as Tensor[]) as R;
  if (Array.isArray(like)) return like.map((each, i) => withLists(each, (result as unknown[])[i])) as R;
  if (!isBranch(like)) return result as R;
  return Object.fromEntries(
    Object.entries(like).map(([key, each]) => [key, withLists(each, (result as Record<string, unknown>)[key])]),
  ) as R;
}

function checkAlike(where: string, [first, ...others]: readonly Branch<unknown>[]): void {
  const text = (spec: Spec) => `${spec.dtype}[${spec.shape.map(String).join(", ")}]`;
  const list = (branch: Branch<unknown>) => branch.graph.outputs;
  for (const other of others) {
    const [a, b] = [list(first!), list(other)];
    const fits = a.length === b.length && a.every((spec, i) => spec.dtype === b[i]!.dtype && sameShape(spec.shape, b[i]!.shape));
    if (!fits) {
      throw new ArgumentError(where, {
        given: `branches that give (${a.map(text).join(", ")}) and (${b.map(text).join(", ")})`,
        expected: "the same shapes and dtypes from every branch",
      });
    }
  }
}

/** Branches of so few steps, on so few elements, cost less than what the host needs to choose one of them. */
const FEW_STEPS = 8;
const FEW_ELEMENTS = 1 << 14;

const isShort = ({ graph, states, isEffect }: Branch<unknown>): boolean =>
  states.length === 0 &&
  !isEffect &&
  graph.steps.length <= FEW_STEPS &&
  graph.steps.every(({ op }) => op.fusible === "elementwise" || (op.alias !== undefined && op.states.length === 0));

/** Elements that a graph computes for such inputs; NaN where that is not known. */
const elementsOf = (graph: Graph, inputs: readonly Tensor[]): number =>
  specialize(graph, inputs).steps.reduce(
    (sum, { outputs }) => sum + Object.values(outputs).reduce((all, { shape }) => all + (sizeOrNull(shape) ?? NaN), 0),
    0,
  );

/**
 * Records a choice between captured branches whose outputs have the same shapes and dtypes.
 *
 * @param indexOf  which branch runs for the selector's value
 */
export function recordChoice(
  name: string,
  selector: Tensor,
  branches: readonly Branch<unknown>[],
  indexOf: (value: number) => number,
): Tensor[] {
  const compiled = branches.map(({ graph }) => compiledGraph(graph));
  const offsets = branches.map((_, i) => branches.slice(0, i).reduce((sum, branch) => sum + branch.captures.length, 1));
  const capturesOf = <T>(branch: number, all: readonly T[]) =>
    all.slice(offsets[branch]!, offsets[branch]! + branches[branch]!.captures.length);
  return runOnHost({
    name,
    inputs: [selector, ...branches.flatMap(({ captures }) => captures)],
    count: branches[0]!.graph.outputs.length,
    branches,
    infer: (all) => specialize(branches[0]!.graph, capturesOf(0, all)).outputs,
    ...(branches.every(isShort) &&
      branches.length === 2 &&
      selector.dtype === "bool" && {
        inline(all) {
          const both = branches.map((branch, i) => ({ branch, inputs: capturesOf(i, all) }));
          const size = both.reduce((sum, { branch, inputs }) => sum + elementsOf(branch.graph, inputs), 0);
          if (!(size <= FEW_ELEMENTS)) return null;
          const results = both.map(({ branch, inputs }) => replay(branch.graph, inputs));
          const [yes, no] = [results[indexOf(1)], results[indexOf(0)]];
          return yes!.map((tensor, i) => (tensor === no![i] ? tensor : where(all[0]!, tensor, no![i]!)));
        },
      }),
    compute(all) {
      const chosen = indexOf(all[0]!.item());
      return compiled[chosen]!.run(capturesOf(chosen, all));
    },
  });
}
