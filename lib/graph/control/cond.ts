import { asTensor, type TensorLike } from "../../core/convert.js";
import { isFloat } from "../../core/dtype.js";
import { ArgumentError } from "../../core/errors.js";
import { apply } from "../../core/interpreter.js";
import type { Inputs } from "../../core/primitive.js";
import { sameShape } from "../../core/shape.js";
import { Tensor, type Spec } from "../../core/tensor.js";
import { zeros } from "../../ops/shaping/create.js";
import { ConcreteFunction } from "../concrete.js";
import { branchGradients, branchInputs, captureBranch, controlOp, inOrder, numbered, numberedTensors, type Branch } from "./branch.js";

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
  const list = (branch: Branch<unknown>) => branch.graph.outputs.slice(0, branch.results);
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

/** Outputs: the results, then the saved reads of every branch (zeros where the branch was not taken). */
function runBranches(where: string, selector: Tensor, branches: readonly Branch<unknown>[], indexOf: (value: number) => number): Tensor[] {
  const results = branches[0]!.results;
  const savedSpecs = branches.map((branch) => branch.graph.outputs.slice(results));
  const specs = [...branches[0]!.graph.outputs.slice(0, results), ...savedSpecs.flat()];
  const compiled = branches.map(
    ({ graph }) => new ConcreteFunction<readonly Tensor[]>({ graph, createdVariables: 0, result: (outputs) => outputs }),
  );
  const captures = branches.flatMap((branch) => branch.captures);
  const offsets = branches.map((_, i) => branches.slice(0, i).reduce((sum, branch) => sum + branch.captures.length, 0));
  const { inputs, states, writes, effect } = branchInputs(branches, { selector, captures });
  const of = (branch: number, all: readonly Tensor[]) => all.slice(offsets[branch]!, offsets[branch]! + branches[branch]!.captures.length);
  const zero = ({ shape, dtype }: Spec) => zeros(shape as number[], { dtype });

  const op = controlOp({
    name: where,
    inputs: ["selector", "captures", ...states],
    states,
    writes,
    effect,
    infer: () => numbered(specs),
    host(given: Inputs) {
      const chosen = indexOf((given.selector as Tensor).item());
      const outputs = compiled[chosen]!.run(of(chosen, given.captures as readonly Tensor[]));
      const saved = savedSpecs.flatMap((list, i) => (i === chosen ? outputs.slice(results) : list.map(zero)));
      return numberedTensors([...outputs.slice(0, results), ...saved]);
    },
    keeps: ["selector", "captures", ...specs.slice(results).map((_, i) => `y${results + i}`)],
    gradient(dy, kept) {
      const dys = inOrder(dy as Record<string, Tensor | null>).slice(0, results);
      const all = kept.captures as readonly Tensor[];
      const backward = (branch: number) => () => {
        const before = savedSpecs.slice(0, branch).reduce((sum, list) => sum + list.length, results);
        const saved = savedSpecs[branch]!.map((_, i) => kept[`y${before + i}`] as Tensor);
        const own = branchGradients(branches[branch]!, of(branch, all), saved, dys);
        return branches.flatMap((other, i) => (i === branch ? own : other.captures.filter(({ dtype }) => isFloat(dtype)).map(zero)));
      };
      const lazily = once(() =>
        choose(
          `${where} gradient`,
          kept.selector as Tensor,
          branches.map((_, i) => backward(i)),
          indexOf,
        ),
      );
      return {
        captures: () => {
          const gradients = [...lazily()];
          return all.map(({ dtype }) => (isFloat(dtype) ? gradients.shift()! : null));
        },
      };
    },
  });
  return inOrder(apply(op, inputs, undefined) as Record<string, Tensor>);
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
