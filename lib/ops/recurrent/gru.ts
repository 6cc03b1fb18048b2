// A whole sequence of GRU as one primitive, for cells with Keras's default activations.

import { primitive } from "../../core/primitive.js";
import { known } from "../../core/shape.js";
import type { Spec, Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels/recurrent.js";
import { sum } from "../reduce/sum.js";
import { kernelGradient, secondGradient } from "./gru-second-gradient.js";
import { before, inStretches, pack, productOverSteps, sizesOf, UNIT_ROWS } from "./steps.js";

export interface GruInputs {
  /** What each step gets from its input: x · kernel + bias, `[batch, time, 3 · units]`. */
  readonly projected: Tensor;
  /** `[units, 3 · units]` */
  readonly recurrentKernel: Tensor;
  /** Added to the product with the recurrent kernel, `[3 · units]`; default none. Only with `resetAfter`. */
  readonly bias?: Tensor | undefined;
  /** The state to begin with, `[batch, units]`; default zeros. */
  readonly hidden0?: Tensor | undefined;
  /** bool `[batch, time]`: where it is false the state stays as it is. */
  readonly mask?: Tensor | undefined;
  /** Whether the reset gate applies to the product of the state, or to the state before it. Default: true. */
  readonly resetAfter?: boolean;
}

/**
 * Gated recurrent units through all steps of a sequence at once: with p = h · recurrentKernel + bias, gates z and r are
 * sigmoid(projected + p), the candidate g is tanh(projected + r · p), in the order z, r, g; `h' = z · h + (1 − z) · g`.
 * Without `resetAfter` the candidate's part of p is (r · h) · recurrentKernel.
 *
 * @returns the state after each step, `[batch, time, units]`
 * @see Cho et al. 2014
 */
export function gru(inputs: GruInputs): Tensor {
  const { projected, recurrentKernel, bias, hidden0, mask, resetAfter = true } = inputs;
  return gruOp.apply({ projected, recurrentKernel, bias, hidden0, mask }, { resetAfter }).hidden;
}

interface Attrs {
  readonly resetAfter: boolean;
}

/** Lengths and strides of the recurrent kernel's panels: of one matrix, or of one for each gate where the reset comes first. */
const gatesOf = (units: number, { resetAfter }: Attrs) =>
  resetAfter ? { width: 3 * units } : { width: units, groups: 3, strideGroup: units };

const gruOp = primitive({
  name: "gru",
  inputs: ["projected", "recurrentKernel", "bias?", "hidden0?", "mask?"],
  infer(inputs, { resetAfter }: Attrs): { hidden: Spec; gates: Spec } {
    const [batch, time, units] = sizesOf("gru", 3, inputs, resetAfter);
    return {
      hidden: { shape: [batch, time, units], dtype: "float32" },
      gates: { shape: [batch, time, 4 * units], dtype: "float32" },
    };
  },
  lower({ projected, recurrentKernel, bias = null, hidden0 = null, mask = null }, { hidden, gates }, attrs) {
    const [rows, time, units] = known(hidden.shape) as [number, number, number];
    const { width, ...groups } = gatesOf(units, attrs);
    const [packing, packed] = pack(recurrentKernel, { k: units, n: width, strideK: 3 * units, strideN: 1, ...groups });
    const args = { projected, packed, bias, hidden0, mask, hidden, gates, rows, time, units, unitRows: UNIT_ROWS };
    const resetFirst = attrs.resetAfter ? 0 : 1;
    const run = inStretches(time, 3 * units ** 2, (steps) =>
      kernels.gru_f32({ ...args, ...steps, resetFirst }, Math.ceil(rows / UNIT_ROWS), 1),
    );
    return [packing, ...run];
  },
  keeps: ["recurrentKernel", "hidden0", "mask", "hidden", "gates"],
  gradient: (dy, { recurrentKernel, hidden0, mask, hidden, gates }, { attrs }) => {
    const given = { dHidden: dy.hidden ?? undefined, dGates: dy.gates ?? undefined };
    let parts: Gradients | undefined;
    const all = (): Gradients => (parts ??= gradientOp.apply({ gates, hidden, hidden0, mask, recurrentKernel, ...given }, attrs));
    return {
      projected: () => all().dProjected,
      recurrentKernel: () =>
        attrs.resetAfter
          ? productOverSteps(before(hidden, hidden0), all().dInner)
          : kernelGradient({ gates, hidden, hidden0, dProjected: all().dProjected }),
      bias: () => sum(all().dInner, { axis: [0, 1] }),
      hidden0: () => all().dHidden0,
    };
  },
});

interface Gradients {
  readonly dProjected: Tensor;
  /** Of the product with the recurrent kernel; of r · h where the reset comes first. */
  readonly dInner: Tensor;
  readonly dHidden0: Tensor;
}

const gradientOp = primitive({
  name: "gru_gradient",
  inputs: ["gates", "hidden", "hidden0?", "mask?", "recurrentKernel", "dHidden?", "dGates?"],
  infer({ hidden }, { resetAfter }: Attrs): { dProjected: Spec; dInner: Spec; dHidden0: Spec } {
    const [batch, time, units] = hidden.shape as [number | null, number | null, number];
    const steps: Spec = { shape: [batch, time, 3 * units], dtype: "float32" };
    return { dProjected: steps, dInner: resetAfter ? steps : hidden, dHidden0: { shape: [batch, units], dtype: "float32" } };
  },
  lower({ recurrentKernel, hidden0 = null, mask = null, dHidden = null, dGates = null, gates, hidden }, outputs, attrs) {
    const [rows, time, units] = known(hidden.shape) as [number, number, number];
    const { width, ...groups } = gatesOf(units, attrs);
    const [packing, packed] = pack(recurrentKernel, { k: width, n: units, strideK: 1, strideN: 3 * units, ...groups });
    const args = { gates, hidden, hidden0, mask, packed, dHidden, dGates, ...outputs, rows, time, units, unitRows: UNIT_ROWS };
    const resetFirst = attrs.resetAfter ? 0 : 1;
    const run = inStretches(time, 3 * units ** 2, (steps) =>
      kernels.gru_grad_f32({ ...args, ...steps, resetFirst }, Math.ceil(rows / UNIT_ROWS), 1),
    );
    return [packing, ...run.reverse()];
  },
  keeps: ["gates", "hidden", "hidden0", "mask", "recurrentKernel", "dHidden", "dGates", "dProjected", "dInner"],
  gradient: (dy, kept, { attrs }) => secondGradient(dy, kept, attrs.resetAfter),
});
