// Directional derivatives. The tape knows gradients alone, so a derivative along a direction is the gradient of a gradient: with u free,
// g(u) = Jᵀ · u is linear in u, and its own gradient in the direction t is J · t. Two backward passes instead of a forward one: some three
// times the cost of the function, and one rule per operation instead of two.

import { GradientTape } from "../autodiff/tape.js";
import { asTensor, type TensorLike } from "../core/convert.js";
import { isFloat } from "../core/dtype.js";
import { ArgumentError, ShapeError } from "../core/errors.js";
import { declare } from "../core/operation.js";
import { sameShape, shapeText } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import { leaves, mapTree, sameStructure, unflatten, type Tree } from "../core/tree.js";
import { add, multiply } from "../ops/elementwise/arithmetic.js";
import { identity } from "../ops/gradient/stop-gradient.js";
import { sum } from "../ops/reduce/sum.js";
import { zerosLike } from "../ops/shaping/create.js";

/**
 * The value of a function and its derivative along a direction: `[f(x), J(x) · t]`.
 *
 * ```ts
 * const [y, dy] = ops.jvp((x: tf.Tensor) => ops.square(x), [3], [1]) as tf.Tensor[];
 * [y!.item(), dy!.item()]; // [9, 6]
 * ```
 *
 * @param fun       a function of tensors
 * @param primals   its arguments, one array item each
 * @param tangents  the direction, in the structure of the primals
 * @param hasAux    whether the function gives `[output, aux]`; aux is not differentiated. Default: false
 * @returns         outputs and tangents in the structure of the output, then aux
 * @throws ArgumentError, ShapeError where tangents do not fit the primals. Keras: keras.ops.jvp
 */
export const jvp = declare(
  "linalg.jvp(fun:function, primals, tangents, hasAux=false)",
  (fun: (...args: never[]) => unknown, primals: unknown, tangents: unknown, hasAux: boolean): unknown[] => {
    const tensors = (tree: unknown): Tree<Tensor> => mapTree(tree as Tree<unknown>, (leaf) => asTensor(leaf as TensorLike));
    if (!Array.isArray(primals) || !sameStructure(primals, tangents))
      throw new ArgumentError("jvp", { given: "primals and tangents of different structures", expected: "two arrays of one structure" });
    // Tensors of their own: the same tensor given twice is two arguments.
    const args = mapTree(tensors(primals), (x) => identity(x)) as Tree<Tensor>[];
    const [sources, directions] = [leaves<Tensor>(args), leaves<Tensor>(tensors(tangents))];
    sources.forEach(({ shape }, i) => {
      if (!sameShape(shape, directions[i]!.shape))
        throw new ShapeError("jvp", {
          given: `a tangent ${shapeText(directions[i]!.shape)} for ${shapeText(shape)}`,
          expected: "one shape",
        });
    });
    const outer = new GradientTape({ watchAccessedVariables: false });
    let seeds: Tensor[] = [];
    let outputs: Tree<Tensor> = [];
    let aux: unknown;
    const along = outer.record(() => {
      const inner = new GradientTape({ watchAccessedVariables: false });
      inner.watch(sources);
      const result = inner.record(() => fun(...(args as never[])));
      const isPair = Array.isArray(result) && result.length === 2;
      if (hasAux && !isPair)
        throw new ArgumentError("jvp", { given: "a function that gives no pair", expected: "[output, aux], as hasAux says" });
      outputs = tensors(hasAux ? (result as unknown[])[0] : result);
      if (hasAux) aux = (result as unknown[])[1];
      const targets = leaves<Tensor>(outputs);
      seeds = targets.map((target) => zerosLike(target));
      outer.watch(seeds);
      const gradients = inner.gradient(targets, sources, { outputGradients: seeds });
      const products = gradients.flatMap((gradient, i) => (gradient ? [sum(multiply(gradient, directions[i]!))] : []));
      return products.length === 0 ? null : products.reduce((a, b) => add(a, b));
    });
    const found = along && outer.gradient(along, seeds);
    const derivatives = seeds.map((seed, i) => (found && isFloat(seed.dtype) ? found[i] : null) ?? zerosLike(seed));
    return [outputs, unflatten(outputs, derivatives), ...(hasAux ? [aux] : [])];
  },
);
