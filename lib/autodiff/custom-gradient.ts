import { recordingOnly, tell } from "../core/interpreter.js";
import type { Primitive, Step } from "../core/primitive.js";
import type { Tensor } from "../core/tensor.js";
import { identity } from "../ops/gradient/stop-gradient.js";

/** A value with the function that gives the gradients of its inputs from the gradient of the value. */
export interface WithGradient {
  value: Tensor;
  gradient: (dy: Tensor) => Tensor | null | readonly (Tensor | null)[];
}

/**
 * A function with a gradient of its own, for stability or for a straight-through estimate.
 *
 * ```ts
 * const clipped = tf.customGradient((x) => ({ value: x, gradient: (dy) => tf.clipByValue(dy, -1, 1) }));
 * ```
 * @param fn  gets tensors, gives the value and its gradient function; what it computes inside is not differentiated
 */
export function customGradient<T extends readonly Tensor[]>(fn: (...inputs: T) => WithGradient): (...inputs: T) => Tensor {
  return (...inputs) => {
    const { value, gradient } = recordingOnly(
      (recorder) => recorder.traces,
      () => {
        const made = fn(...inputs);
        return { ...made, value: identity(made.value) }; // an input given back is a value of its own
      },
    );
    const op = {
      name: "customGradient",
      inputs: ["xs"],
      states: [],
      writes: [],
      effect: false,
      keeps: [],
      infer: () => value,
      gradient: (dy: Tensor) => ({
        xs: () => {
          const given = gradient(dy);
          return Array.isArray(given) ? (given as (Tensor | null)[]) : [given as Tensor | null];
        },
      }),
    } as unknown as Primitive;
    const step: Step = { op, inputs: { xs: inputs }, attrs: undefined, outputs: { y: value } };
    recordingOnly(
      (recorder) => !recorder.traces,
      () => tell(step),
    );
    return value;
  };
}
