// A whole sequence of GRU as one primitive, for cells with Keras's default activations.

import { ShapeError } from "../../core/errors.js";
import { primitive } from "../../core/primitive.js";
import { known, shapeText } from "../../core/shape.js";
import type { Spec, Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels.js";
import { sum } from "../reduce/sum.js";
import { secondGradient } from "./gru-second-gradient.js";
import { before, fits, pack, productOverSteps, UNIT_ROWS } from "./steps.js";

export interface GruInputs {
  /** What each step gets from its input: x · kernel + bias, `[batch, time, 3 · units]`. */
  readonly projected: Tensor;
  /** `[units, 3 · units]` */
  readonly recurrentKernel: Tensor;
  /** Added to the product with the recurrent kernel, `[3 · units]`; default none. */
  readonly bias?: Tensor | undefined;
  /** The state to begin with, `[batch, units]`; default zeros. */
  readonly hidden0?: Tensor | undefined;
  /** bool `[batch, time]`: where it is false the state stays as it is. */
  readonly mask?: Tensor | undefined;
}

/**
 * Gated recurrent units through all steps of a sequence at once: with p = h · recurrentKernel + bias, gates z and r are
 * sigmoid(projected + p), the candidate g is tanh(projected + r · p), in the order z, r, g; `h' = z · h + (1 − z) · g`.
 *
 * @returns the state after each step, `[batch, time, units]`
 * @see Cho et al. 2014
 */
export function gru(inputs: GruInputs): Tensor {
  const { projected, recurrentKernel, bias, hidden0, mask } = inputs;
  return gruOp.apply({ projected, recurrentKernel, bias, hidden0, mask }).hidden;
}

const gruOp = primitive({
  name: "gru",
  inputs: ["projected", "recurrentKernel", "bias?", "hidden0?", "mask?"],
  infer({ projected, recurrentKernel, bias, hidden0, mask }): { hidden: Spec; gates: Spec } {
    const [batch, time, width] = projected.shape as [number | null, number | null, number | null];
    const [units, columns] = recurrentKernel.shape as [number, number];
    if (projected.rank !== 3 || columns !== 3 * units || (width !== null && width !== columns)) {
      throw new ShapeError("gru", {
        given: `projected ${shapeText(projected.shape)} and recurrentKernel ${shapeText(recurrentKernel.shape)}`,
        expected: "[batch, time, 3 · units] and [units, 3 · units]",
      });
    }
    for (const [name, given, wanted] of [
      ["bias", bias, [columns]],
      ["hidden0", hidden0, [batch, units]],
      ["mask", mask, [batch, time]],
    ] as const)
      if (given && !fits(given, wanted))
        throw new ShapeError("gru", { given: `${name} ${shapeText(given.shape)}`, expected: shapeText(wanted) });
    return {
      hidden: { shape: [batch, time, units], dtype: "float32" },
      gates: { shape: [batch, time, 4 * units], dtype: "float32" },
    };
  },
  lower({ projected, recurrentKernel, bias = null, hidden0 = null, mask = null }, { hidden, gates }) {
    const [rows, time, units] = known(hidden.shape) as [number, number, number];
    const [packing, packed] = pack(recurrentKernel, { k: units, n: 3 * units, strideK: 3 * units, strideN: 1 });
    const args = { projected, packed, bias, hidden0, mask, hidden, gates, rows, time, units, unitRows: UNIT_ROWS };
    return [packing, kernels.gru_f32(args, Math.ceil(rows / UNIT_ROWS), 1)];
  },
  keeps: ["recurrentKernel", "hidden0", "mask", "hidden", "gates"],
  gradient: (dy, { recurrentKernel, hidden0, mask, hidden, gates }) => {
    const given = { dHidden: dy.hidden ?? undefined, dGates: dy.gates ?? undefined };
    let parts: Gradients | undefined;
    const all = (): Gradients => (parts ??= gradientOp.apply({ gates, hidden, hidden0, mask, recurrentKernel, ...given }));
    return {
      projected: () => all().dProjected,
      recurrentKernel: () => productOverSteps(before(hidden, hidden0), all().dInner),
      bias: () => sum(all().dInner, { axis: [0, 1] }),
      hidden0: () => all().dHidden0,
    };
  },
});

interface Gradients {
  readonly dProjected: Tensor;
  /** Of the product with the recurrent kernel. */
  readonly dInner: Tensor;
  readonly dHidden0: Tensor;
}

const gradientOp = primitive({
  name: "gru_gradient",
  inputs: ["gates", "hidden", "hidden0?", "mask?", "recurrentKernel", "dHidden?", "dGates?"],
  infer({ hidden }): { dProjected: Spec; dInner: Spec; dHidden0: Spec } {
    const [batch, time, units] = hidden.shape as [number | null, number | null, number];
    const steps: Spec = { shape: [batch, time, 3 * units], dtype: "float32" };
    return { dProjected: steps, dInner: steps, dHidden0: { shape: [batch, units], dtype: "float32" } };
  },
  lower({ recurrentKernel, hidden0 = null, mask = null, dHidden = null, dGates = null, gates, hidden }, outputs) {
    const [rows, time, units] = known(hidden.shape) as [number, number, number];
    const [packing, packed] = pack(recurrentKernel, { k: 3 * units, n: units, strideK: 1, strideN: 3 * units });
    const args = { gates, hidden, hidden0, mask, packed, dHidden, dGates, ...outputs, rows, time, units, unitRows: UNIT_ROWS };
    return [packing, kernels.gru_grad_f32(args, Math.ceil(rows / UNIT_ROWS), 1)];
  },
  keeps: ["gates", "hidden", "hidden0", "mask", "recurrentKernel", "dHidden", "dGates", "dProjected", "dInner"],
  gradient: (dy, kept) => secondGradient(dy, kept),
});
