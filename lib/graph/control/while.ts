import { asTensor, type TensorLike } from "../../core/convert.js";
import { isFloat } from "../../core/dtype.js";
import { ArgumentError } from "../../core/errors.js";
import { apply } from "../../core/interpreter.js";
import type { Inputs } from "../../core/primitive.js";
import { sameShape } from "../../core/shape.js";
import { adoptTensor, type Chainable, Tensor, type Spec } from "../../core/tensor.js";
import { leaves, mapTree, unflatten, type Tree } from "../../core/tree.js";
import { add } from "../../ops/elementwise/arithmetic.js";
import { zeros } from "../../ops/shaping/create.js";
import { ConcreteFunction } from "../concrete.js";
import { trace } from "../trace.js";
import { branchGradients, branchInputs, captureBranch, controlOp, inOrder, numbered, numberedTensors, type Branch } from "./branch.js";

export interface WhileOptions {
  /** Ends the loop after so many iterations. Default: none. */
  maximumIterations?: number;
}

/**
 * Repeats `body` as long as `condition` holds. The loop variables keep their shapes and dtypes. Gradients flow through loops of any length:
 * the values at the start of each iteration are kept, and each iteration is computed again on the way back.
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
    checkCarried(initial, values);
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

function checkCarried(before: readonly Spec[], after: readonly Spec[]): void {
  const text = ({ shape, dtype }: Spec) => `${dtype}[${shape.map(String).join(", ")}]`;
  if (before.length !== after.length) {
    throw new ArgumentError("whileLoop body", {
      given: `${after.length} values`,
      expected: `${before.length}, one for each loop variable`,
    });
  }
  before.forEach((spec, i) => {
    if (spec.dtype === after[i]!.dtype && sameShape(spec.shape, after[i]!.shape)) return;
    throw new ArgumentError(`whileLoop variable ${i}`, {
      given: `${text(after[i]!)} after an iteration`,
      expected: `${text(spec)} as before it`,
      hint: "Loop variables keep their shape and dtype.",
    });
  });
}

/** The values at the start of each iteration of the last run, and what the body read of states that it writes. */
interface History {
  iterations: { readonly variables: readonly Tensor[]; readonly saved: readonly Tensor[] }[];
}

function recordLoop(
  test: (tensors: readonly Tensor[]) => Tensor,
  next: (tensors: readonly Tensor[]) => Tensor[],
  initial: readonly Tensor[],
  limit: number,
): Tensor[] {
  const condition = captureBranch("while condition", initial, test);
  const body = captureBranch("while body", initial, next);
  const count = initial.length;
  const [runCondition, runBody] = [condition, body].map(
    ({ graph }) => new ConcreteFunction<readonly Tensor[]>({ graph, createdVariables: 0, result: (outputs) => outputs }),
  ) as [ConcreteFunction<readonly Tensor[]>, ConcreteFunction<readonly Tensor[]>];
  const { inputs, states, writes, effect } = branchInputs([condition, body], {
    variables: initial,
    tested: condition.captures,
    captures: body.captures,
  });
  const history: History = { iterations: [] };
  let keepsHistory = false;

  const op = controlOp({
    name: "whileLoop",
    inputs: ["variables", "tested", "captures", ...states],
    states,
    writes,
    effect,
    infer: () => numbered(initial),
    host(given: Inputs) {
      const { variables, tested, captures } = given as Record<string, readonly Tensor[]>;
      let current: readonly Tensor[] = variables!.map(own);
      history.iterations = [];
      for (let n = 0; n < limit && runCondition.run([...current, ...tested!])[0]!.item(); n++) {
        const outputs = runBody.run([...current, ...captures!]);
        if (keepsHistory) history.iterations.push({ variables: current, saved: outputs.slice(count) });
        current = outputs.slice(0, count);
      }
      return numberedTensors(current);
    },
    keeps: ["captures", "y0"],
    gradient(dy, kept) {
      keepsHistory = true;
      const gradients = backwardLoop(
        body,
        history,
        kept as { captures: readonly Tensor[]; y0: Tensor },
        inOrder(dy as Record<string, Tensor | null>),
        initial,
      );
      const floats = initial.filter(({ dtype }) => isFloat(dtype)).length;
      const spreadOver = (tensors: readonly Spec[], own: readonly Tensor[]) => {
        const rest = [...own];
        return tensors.map(({ dtype }) => (isFloat(dtype) ? rest.shift()! : null));
      };
      return {
        variables: () => spreadOver(initial, gradients.slice(0, floats)),
        captures: () => spreadOver(body.captures, gradients.slice(floats)),
      };
    },
  });
  return inOrder(apply(op, inputs, undefined) as Record<string, Tensor>);
}

/** A copy of its own, where the tensor looks into memory that is about to change. */
const own = (tensor: Tensor): Tensor => adoptTensor(tensor.data(), tensor.shape as number[], tensor.dtype);

/** Gradients of the float loop variables at the start, then of the float captures: one step that walks the history back. */
function backwardLoop(
  body: Branch<unknown>,
  history: History,
  { captures, y0 }: { captures: readonly Tensor[]; y0: Tensor },
  dy: readonly (Tensor | null)[],
  variables: readonly Spec[],
): Tensor[] {
  const floats = variables.filter(({ dtype }) => isFloat(dtype));
  const floatCaptures = captures.filter(({ dtype }) => isFloat(dtype));
  const savedSpecs = body.savedReads.map(({ outputs }) => outputs.y!);
  const given = variables.flatMap((spec, i) =>
    isFloat(spec.dtype) ? [dy[i] ?? zeros(spec.shape as number[], { dtype: spec.dtype })] : [],
  );
  // One iteration backwards: (variables, captures, saved, gradients of the next variables) → gradients of float variables and captures.
  const specs = [...variables, ...captures, ...savedSpecs, ...given];
  const once = trace("while gradient", specs, false, (all) => {
    const [b, c] = [variables.length + captures.length, variables.length + captures.length + savedSpecs.length];
    const ofFloats = all.slice(c);
    const dys = variables.map(({ dtype }) => (isFloat(dtype) ? ofFloats.shift()! : null));
    return { tensors: branchGradients(body, all.slice(0, b), all.slice(b, c), [...dys]).slice(), rebuild: (tensors) => tensors };
  });
  const step = new ConcreteFunction<readonly Tensor[]>(once);
  const op = controlOp({
    name: "whileLoopGradient",
    inputs: ["captures", "given", "after"], // after: the forward loop has run, and is not dropped
    states: [],
    writes: [],
    effect: true,
    infer: () => numbered([...floats, ...floatCaptures]),
    host(inputs: Inputs) {
      const { captures: now, given: seeds } = inputs as Record<string, readonly Tensor[]>;
      let gradients = seeds!.map(own);
      let sums: Tensor[] = floatCaptures.map(({ shape, dtype }) => zeros(shape as number[], { dtype }));
      for (const { variables: at, saved } of history.iterations.reverse()) {
        const outputs = step.run([...at, ...now!, ...saved, ...gradients]);
        gradients = outputs.slice(0, floats.length);
        sums = sums.map((sum, i) => add(sum, outputs[floats.length + i]!));
      }
      history.iterations = [];
      return numberedTensors([...gradients, ...sums]);
    },
  });
  return inOrder(apply(op, { captures, given, after: y0 }, undefined) as Record<string, Tensor>);
}
