// tf.whileLoop: a loop whose end the values decide, as one step of a graph.

import { checkFunction, checkOptions } from "../../core/options.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import { isRecording, unrecorded } from "../../core/interpreter.js";
import { ArgumentError, text } from "../../core/errors.js";
import { sameShape, type Shape } from "../../core/shape.js";
import type { Chainable, Spec, Tensor } from "../../core/tensor.js";
import { leaves, mapTree, unflatten, type Tree } from "../../core/tree.js";
import { compiledGraph } from "../concrete.js";
import { build } from "../../runtime/machine.js";
import { Executable } from "../executable.js";
import { specialize, withInputs, type Graph } from "../graph.js";
import { isRecordingRuns } from "../profile.js";
import { TensorSpec } from "../signature.js";
import { openStep } from "../stages.js";
import { TensorArray } from "./tensor-array.js";
import { captureBranch, type Branch } from "./branch.js";
import { asCarried, checkCarried, flowsOf, flowSpecs, withFlows, type Carried } from "./carried.js";
import { runOnHost } from "./host.js";

export interface WhileOptions {
  /** Ends the loop after so many iterations. Default: none. */
  maximumIterations?: number;
  /** For each loop variable its shape, with null for axes that iterations may change. Default: shapes stay. */
  shapeInvariants?: Tree<unknown>;
  /** These four are here for TensorFlow's sake: they steer its executor. */
  parallelIterations?: number;
  backProp?: boolean;
  swapMemory?: boolean;
  name?: string | null;
}

/**
 * Repeats `body` as long as `condition` holds. The loop variables keep their shapes and dtypes. Gradients of any order flow
 * through loops of any length. A tf.TensorArray may be a loop variable.
 * Keras: keras.ops.while_loop; TensorFlow: tf.while_loop.
 *
 * ```ts
 * ops.whileLoop((i) => ops.less(i, 5), (i) => [ops.add(i, 2)], [tf.constant(0)]); // [6]
 * ```
 *
 * @param condition  gets the loop variables, gives a bool scalar
 * @param body       gets the loop variables, gives their next values in the same structure
 */
export function whileLoop<V extends readonly unknown[]>(
  condition: (...variables: TensorsOf<V>) => TensorLike,
  body: (...variables: TensorsOf<V>) => unknown,
  loopVars: readonly [...V],
  options: WhileOptions = {},
): TensorsOf<V> {
  checkOptions("whileLoop", arguments, 3, ["maximumIterations", "shapeInvariants", "parallelIterations", "backProp", "swapMemory", "name"]);
  checkFunction("whileLoop.condition", condition);
  checkFunction("whileLoop.body", body);
  if (!Array.isArray(loopVars)) throw new ArgumentError("whileLoop.loopVars", { given: text(loopVars), expected: "an array" });
  const { maximumIterations = Infinity, shapeInvariants } = options;
  const structure = mapTree(loopVars as Tree<unknown>, asCarried);
  const initial = leaves(structure);
  const opened = shapeInvariants === undefined ? null : openShapes(shapeInvariants, initial.length);
  const spread = (values: readonly Carried[]) => unflatten(structure, values) as unknown as TensorsOf<V>;
  const test = (values: readonly Carried[]): Tensor => asTensor(condition(...spread(values)));
  const next = (values: readonly Carried[]): Carried[] => {
    const result = body(...spread(values));
    const list = loopVars.length === 1 && !(Array.isArray(result) && result.length === 1) ? [result] : result;
    return leaves(list as Tree<unknown>).map(asCarried);
  };
  const specsOf = (values: readonly Carried[]): Spec[] =>
    opened ? values.map((value, i) => ({ dtype: value.dtype, shape: opened[i]! })) : flowSpecs(values);

  let current: readonly Carried[] = initial;
  for (let n = 0; n < maximumIterations; n++) {
    const holds = test(current);
    if (holds.isSymbolic) return spread(staged(current, maximumIterations - n));
    if (!holds.item()) break;
    const values = next(current);
    if (!values.some((value) => value instanceof TensorArray)) checkCarried("whileLoop", specsOf(current), values as Tensor[]);
    current = values;
  }
  return spread(current);

  function staged(from: readonly Carried[], limit: number): Carried[] {
    learnElements(from, next);
    const specs = specsOf(from);
    const asFlows = (tensors: readonly Tensor[]): Tensor[] => {
      const after = next(withFlows(from, tensors));
      const flows = flowsOf(after);
      checkCarried("whileLoop", specs, flows);
      return flows;
    };
    const branches = captureLoop((tensors) => test(withFlows(from, tensors)), asFlows, specs);
    return withFlows(from, recordLoop({ where: "whileLoop", ...branches, initial: flowsOf(from), specs, limit }));
  }
}

/** Lists learn the shape of their elements from what the body writes. */
function learnElements(from: readonly Carried[], next: (values: readonly Carried[]) => Carried[]): void {
  const unknown = (value: Carried): value is TensorArray => value instanceof TensorArray && value.elementShape === null;
  if (!from.some(unknown)) return;
  const probes = from.map((value) => (value instanceof TensorArray ? value.identity() : value));
  captureBranch("while body", [], () => {
    const after = next(probes);
    from.forEach((value, i) => unknown(value) && after[i] instanceof TensorArray && value.learn(after[i]));
    return [];
  });
}

/** The condition and the body of a loop as branches. What one of them writes the other reads inside, too. */
export function captureLoop(
  test: (tensors: readonly Tensor[]) => Tensor,
  next: (tensors: readonly Tensor[]) => readonly Tensor[],
  specs: readonly Spec[],
): { condition: Branch<unknown>; body: Branch<unknown> } {
  let body = captureBranch("while body", specs, next);
  const condition = captureBranch("while condition", specs, test, body.written);
  if (condition.written.size > 0) body = captureBranch("while body", specs, next, condition.written);
  return { condition, body };
}

/** A shape for each loop variable, from shapes or specs in their structure. */
function openShapes(given: Tree<unknown>, count: number): Shape[] {
  const isShape = (tree: unknown): tree is Shape => Array.isArray(tree) && tree.every((each) => each === null || typeof each === "number");
  const shapes = (tree: unknown): Shape[] =>
    isShape(tree) && !(count > 1 && tree.length === 0 && tree === given)
      ? [tree]
      : tree instanceof TensorSpec
        ? [tree.shape ?? []]
        : Object.values(tree as object).flatMap(shapes);
  const all = shapes(given);
  if (all.length === count) return all;
  throw new ArgumentError("whileLoop.shapeInvariants", { given: `${all.length} shapes`, expected: `${count}, one for each loop variable` });
}

type TensorsIn<T> = T extends Chainable | number | boolean | ArrayBufferView ? Tensor : { -readonly [K in keyof T]: TensorsIn<T[K]> };

/** A tensor for each leaf. */
export type TensorsOf<V extends readonly unknown[]> = { -readonly [K in keyof V]: TensorsIn<V[K]> };

/** A loop whose condition and body are captured. */
export interface Loop {
  readonly where: string;
  /** From the loop variables: a bool scalar. */
  readonly condition: Branch<unknown>;
  /** From the loop variables: their next values, of the same shapes and dtypes. */
  readonly body: Branch<unknown>;
  readonly initial: readonly Tensor[];
  /** Their shapes and dtypes in every iteration; axes that are null may change. */
  readonly specs: readonly Spec[];
  /** At most so many iterations. */
  readonly limit: number;
}

/** Records a loop of captured branches. @returns the last values of the loop variables */
export function recordLoop({ where, condition, body, initial, specs, limit }: Loop): Tensor[] {
  const [runCondition, runBody] = [compiledGraph(condition.graph), compiledGraph(body.graph)];
  const count = initial.length;
  const tested = count + condition.captures.length;
  const iteration = iterationOf(where, body.graph, condition.graph, count);
  const together = openStep(iteration) < 0 ? new Map<string, Executable>() : null;
  const executableFor = (specs: readonly Tensor[]): Executable | null => {
    const key = specs.map(({ shape }) => shape.join()).join(";");
    const found = together!.get(key);
    if (found?.build === build()) return found;
    const known = specialize(iteration, specs);
    if (openStep(known) >= 0 || known.outputs.slice(0, count).some(({ shape }, i) => !sameShape(shape, specs[i]!.shape))) return null;
    const made = new Executable(known, specs.length - count);
    together!.set(key, made);
    return made;
  };
  return runOnHost({
    name: where,
    inputs: [...initial, ...condition.captures, ...body.captures],
    count,
    branches: [condition, body],
    // An axis that is open for the body, but known before, may be changed by it.
    infer: (all) =>
      all.slice(0, count).map(({ shape, dtype }, i) => ({
        shape: shape.map((length, axis) => (specs[i]!.shape[axis] === null && initial[i]!.shape[axis] !== null ? null : length)),
        dtype,
      })),
    compute(all) {
      const direct = condition.graph.steps.length === 0 ? condition.graph.inputs.indexOf(condition.graph.outputs[0]!) : -1;
      const holds = (current: readonly Tensor[]) => {
        if (direct >= 0 && direct < count) return current[direct]!.item();
        return unrecorded(() => runCondition.run([...current, ...all.slice(count, tested)]))[0]!.item();
      };
      let current = all.slice(0, count);
      if (limit < 1 || !holds(current)) return current;
      if (together && !isRecording() && !isRecordingRuns()) {
        const inputs = [...current, ...all.slice(tested), ...all.slice(count, tested)];
        const executable = executableFor(inputs);
        if (executable) return executable.repeat(inputs, limit);
      }
      for (let n = 0; n < limit && (n === 0 || holds(current)); n++) current = runBody.run([...current, ...all.slice(tested)]).slice();
      return current;
    },
  });
}

/** The body, then the condition on what it gave: one program for both. Inputs: the variables, the body's captures, the condition's. */
function iterationOf(name: string, body: Graph, condition: Graph, count: number): Graph {
  const values = new Map(condition.inputs.slice(0, count).map(({ id }, i) => [id, body.outputs[i]!]));
  const current = (tensor: Tensor): Tensor => values.get(tensor.id) ?? tensor;
  return {
    name: `${name} iteration`,
    inputs: [...body.inputs, ...condition.inputs.slice(count)],
    steps: [...body.steps, ...condition.steps.map((step) => withInputs(step, current))],
    outputs: [...body.outputs, ...condition.outputs.map(current)],
  };
}
