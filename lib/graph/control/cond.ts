import { asTensor, type TensorLike } from "../../core/convert.js";
import { ArgumentError } from "../../core/errors.js";
import { sameShape } from "../../core/shape.js";
import type { Tensor, Spec } from "../../core/tensor.js";
import { compiledGraph } from "../concrete.js";
import { specialize } from "../graph.js";
import { captureBranch, type Branch } from "./branch.js";
import { runOnHost } from "./host.js";

/**
 * The result of one of two functions: of `trueFn` where pred is true. In a traced function only the chosen one runs.
 * Both give the same structure, shapes and dtypes. Keras: keras.ops.cond; TensorFlow: tf.cond.
 *
 * @param pred  a bool scalar
 */
export function cond<R>(pred: TensorLike, trueFn: () => R, falseFn: () => R): R {
  return choose("cond", pred, [falseFn, trueFn], (value) => (value ? 1 : 0));
}

/**
 * The result of the function with that index; of the last where the index is out of range. Keras: keras.ops.switch.
 *
 * @param index  an int32 scalar
 */
export function switchCase<A extends readonly unknown[], R>(
  index: TensorLike,
  branches: readonly ((...operands: A) => R)[],
  ...operands: A
): R {
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
  const branches = functions.map((fn, i) => captureBranch(`${where} branch ${i}`, [], fn));
  checkAlike(where, branches);
  const tensors = runBranches(where, chosen, branches, indexOf);
  return branches[0]!.rebuild(tensors);
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

function runBranches(where: string, selector: Tensor, branches: readonly Branch<unknown>[], indexOf: (value: number) => number): Tensor[] {
  const compiled = branches.map(({ graph }) => compiledGraph(graph));
  const offsets = branches.map((_, i) => branches.slice(0, i).reduce((sum, branch) => sum + branch.captures.length, 1));
  const capturesOf = <T>(branch: number, all: readonly T[]) =>
    all.slice(offsets[branch]!, offsets[branch]! + branches[branch]!.captures.length);
  return runOnHost({
    name: where,
    inputs: [selector, ...branches.flatMap(({ captures }) => captures)],
    count: branches[0]!.graph.outputs.length,
    branches,
    infer: (all) => specialize(branches[0]!.graph, capturesOf(0, all)).outputs,
    compute(all) {
      const chosen = indexOf(all[0]!.item());
      return compiled[chosen]!.run(capturesOf(chosen, all));
    },
  });
}
