import { asTensor, type TensorLike } from "../../core/convert.js";
import { unrecorded } from "../../core/interpreter.js";
import type { Chainable, Tensor } from "../../core/tensor.js";
import { leaves, mapTree, unflatten, type Tree } from "../../core/tree.js";
import { compiledGraph } from "../concrete.js";
import { captureBranch } from "./branch.js";
import { checkCarried } from "./carried.js";
import { runOnHost } from "./host.js";

export interface WhileOptions {
  /** Ends the loop after so many iterations. Default: none. */
  maximumIterations?: number;
}

/**
 * Repeats `body` as long as `condition` holds. The loop variables keep their shapes and dtypes. Gradients of any order flow
 * through loops of any length.
 * Keras: keras.ops.while_loop; TensorFlow: tf.while_loop.
 *
 * @param condition  gets the loop variables, gives a bool scalar
 * @param body       gets the loop variables, gives their next values in the same structure
 */
export function whileLoop<V extends readonly unknown[]>(
  condition: (...variables: TensorsOf<V>) => TensorLike,
  body: (...variables: TensorsOf<V>) => unknown,
  loopVars: readonly [...V],
  { maximumIterations = Infinity }: WhileOptions = {},
): TensorsOf<V> {
  const structure = mapTree(loopVars as Tree<unknown>, (value) => asTensor(value as TensorLike));
  const initial = leaves(structure);
  const spread = (tensors: readonly Tensor[]) => unflatten(structure, tensors) as unknown as TensorsOf<V>;
  const test = (tensors: readonly Tensor[]): Tensor => asTensor(condition(...spread(tensors)));
  const next = (tensors: readonly Tensor[]): Tensor[] => {
    const result = body(...spread(tensors));
    const list = loopVars.length === 1 && !(Array.isArray(result) && result.length === 1) ? [result] : result;
    const values = leaves(list as Tree<unknown>).map((value) => asTensor(value as TensorLike));
    checkCarried("whileLoop", initial, values);
    return values;
  };

  let current: readonly Tensor[] = initial;
  for (let n = 0; n < maximumIterations; n++) {
    const holds = test(current);
    if (holds.isSymbolic) return spread(recordLoop(test, next, current, maximumIterations - n));
    if (!holds.item()) break;
    current = next(current);
  }
  return spread(current);
}

type TensorsIn<T> = T extends Chainable | number | boolean | ArrayBufferView ? Tensor : { -readonly [K in keyof T]: TensorsIn<T[K]> };

/** A tensor for each leaf. */
export type TensorsOf<V extends readonly unknown[]> = { -readonly [K in keyof V]: TensorsIn<V[K]> };

function recordLoop(
  test: (tensors: readonly Tensor[]) => Tensor,
  next: (tensors: readonly Tensor[]) => Tensor[],
  initial: readonly Tensor[],
  limit: number,
): Tensor[] {
  const condition = captureBranch("while condition", initial, test);
  const body = captureBranch("while body", initial, next);
  const [runCondition, runBody] = [compiledGraph(condition.graph), compiledGraph(body.graph)];
  const count = initial.length;
  const tested = count + condition.captures.length;
  return runOnHost({
    name: "whileLoop",
    inputs: [...initial, ...condition.captures, ...body.captures],
    count,
    branches: [condition, body],
    infer: (all) => all.slice(0, count).map(({ shape, dtype }) => ({ shape, dtype })),
    compute(all) {
      const holds = (current: readonly Tensor[]) =>
        unrecorded(() => runCondition.run([...current, ...all.slice(count, tested)]))[0]!.item();
      let current = all.slice(0, count);
      for (let n = 0; n < limit && holds(current); n++) current = runBody.run([...current, ...all.slice(tested)]).slice();
      return current;
    },
  });
}
