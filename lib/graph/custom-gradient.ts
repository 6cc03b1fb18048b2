// tf.customGradient: a function that brings its own gradient.

import { apply, isForShapesAlone, isTracing, recordingOnly, tell, unrecorded } from "../core/interpreter.js";
import { asOneCall } from "../core/ownership.js";
import { localPrimitive, type Step } from "../core/primitive.js";
import { ArgumentError, text } from "../core/errors.js";
import { Tensor } from "../core/tensor.js";
import { identity } from "../ops/gradient/stop-gradient.js";
import { captureBranch } from "./control/branch.js";
import { replay } from "./graph.js";

type Gradients = Tensor | null | readonly (Tensor | null)[];

/** A value and the function that gives the gradients of its inputs, as Python's pair has them. */
type Pair = readonly [value: Tensor, gradient: (dy: Tensor) => Gradients];

/** A value with the function that gives the gradients of its inputs from the gradient of the value. */
export interface WithGradient {
  value: Tensor;
  gradient: (dy: Tensor) => Gradients;
}

/**
 * A function with a gradient of its own, for stability or for a straight-through estimate.
 *
 * ```ts
 * const clipped = tf.customGradient((x) => ({ value: x, gradient: (dy) => tf.clipByValue(dy, -1, 1) }));
 * ```
 * @param fn  gets tensors, gives the value and its gradient function, in a record or as `[value, gradient]`; what it computes inside
 *   is not differentiated
 */
export function customGradient<T extends readonly Tensor[]>(fn: (...inputs: T) => WithGradient | Pair): (...inputs: T) => Tensor {
  return (...inputs) => {
    const made = recordingOnly(
      (recorder) => recorder.traces,
      () => checked(fn(...inputs)),
    );
    if (isForShapesAlone()) return made.value;
    return isTracing() ? traced(made, inputs) : recorded(made, inputs);
  };
}

function checked(given: WithGradient | Pair): WithGradient {
  const made = Array.isArray(given) && given.length === 2 ? { value: given[0], gradient: given[1] } : (given as WithGradient);
  if (typeof made === "object" && made?.value instanceof Tensor && typeof made.gradient === "function") return made;
  throw new ArgumentError("customGradient", {
    given: `a function that returns ${text(given)}`,
    expected: "one that returns { value: a tensor, gradient: a function of the value's gradient }, or the two in an array",
  });
}

const listOf = (gradients: Gradients): (Tensor | null)[] => (Array.isArray(gradients) ? [...gradients] : [gradients as Tensor | null]);

/** Tells the tapes of a step that has this gradient. */
function recorded({ value, gradient }: WithGradient, inputs: readonly Tensor[]): Tensor {
  const y = unrecorded(() => identity(value)); // an input given back is a value of its own
  const op = localPrimitive({
    name: "customGradient",
    inputs: ["xs"],
    infer: () => y,
    gradient: (dy) => ({ xs: () => asOneCall(null, () => listOf(gradient(dy as Tensor))) }),
  });
  const step: Step = { op, inputs: { xs: inputs }, attrs: undefined, outputs: { y } };
  tell(step);
  return y;
}

/** A step of the trace: the gradient is a graph, so that it goes wherever the trace is run, inlined or differentiated. */
function traced({ value, gradient }: WithGradient, inputs: readonly Tensor[]): Tensor {
  const { graph, captures, rebuild } = captureBranch("customGradient", [value], ([dy]) => listOf(gradient(dy!)));
  const op = localPrimitive({
    name: "customGradient",
    inputs: ["value", "xs", "captures"],
    alias: "value",
    keeps: ["captures"],
    infer: (given) => given.value as Tensor,
    gradient: (dy, kept) => ({ xs: () => rebuild(replay(graph, [dy as Tensor, ...(kept.captures as readonly Tensor[])])) }),
  });
  return apply(op, { value, xs: inputs, captures }, undefined) as Tensor;
}
