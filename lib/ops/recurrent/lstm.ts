// A whole sequence of LSTM as one primitive, for cells with Keras's default activations.

import { isHalf } from "../../core/dtype.js";
import { primitive } from "../../core/primitive.js";
import { known } from "../../core/shape.js";
import type { Spec, Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels/recurrent.js";
import type { Command } from "../../runtime/command.js";
import { cast } from "../elementwise/cast.js";
import { secondGradient } from "./lstm-second-gradient.js";
import { before, inStretches, pack, productOverSteps, sizesOf, UNIT_ROWS, widened } from "./steps.js";

export interface LstmInputs {
  /** What each step gets from its input: x · kernel + bias, `[batch, time, 4 · units]`. */
  readonly projected: Tensor;
  /** `[units, 4 · units]` */
  readonly recurrentKernel: Tensor;
  /** States to begin with, `[batch, units]` both; default zeros. */
  readonly hidden0?: Tensor | undefined;
  readonly cell0?: Tensor | undefined;
  /** bool `[batch, time]`: where it is false the states stay as they are. */
  readonly mask?: Tensor | undefined;
}

/**
 * Long short-term memory through all steps of a sequence at once: gates i, f, o and candidate g, in the order i, f, g, o, from
 * `projected + h · recurrentKernel`; `c' = f · c + i · g`, `h' = o · tanh(c')`; sigmoids for gates, tanh for the candidate.
 *
 * @returns hidden and cells: the states after each step, `[batch, time, units]` both, in the half that all inputs have or in float32
 * @see Hochreiter and Schmidhuber 1997
 */
export function lstm({ projected, recurrentKernel, hidden0, cell0, mask }: LstmInputs): { hidden: Tensor; cells: Tensor } {
  const { dtype } = recurrentKernel;
  const isInHalves = isHalf(dtype) && [projected, hidden0, cell0].every((each) => !each || each.dtype === dtype);
  const wide = (x: Tensor | undefined) => x && cast(x, "float32");
  const kernel = isHalf(dtype) ? recurrentKernel : cast(recurrentKernel, "float32");
  const states = { hidden0: wide(hidden0), cell0: wide(cell0), mask };
  const { hidden, cells } = lstmOp.apply({ projected: cast(projected, "float32"), recurrentKernel: kernel, ...states });
  return isInHalves ? { hidden: cast(hidden, dtype), cells: cast(cells, dtype) } : { hidden, cells };
}

/** Bytes of a float32 kernel from which on halves are read faster than it: the second cache does not hold it from step to step. */
const FAR = 1 << 21;

const lstmOp = primitive({
  name: "lstm",
  inputs: ["projected", "recurrentKernel", "hidden0?", "cell0?", "mask?"],
  infer(inputs): { hidden: Spec; cells: Spec; gates: Spec } {
    const [batch, time, units] = sizesOf("lstm", 4, inputs);
    const states: Spec = { shape: [batch, time, units], dtype: "float32" };
    return { hidden: states, cells: states, gates: { shape: [batch, time, 4 * units], dtype: "float32" } };
  },
  lower({ projected, recurrentKernel, hidden0 = null, cell0 = null, mask = null }, { hidden, cells, gates }) {
    const [rows, time, units] = known(hidden.shape) as [number, number, number];
    const args = { projected, hidden0, cell0, mask, hidden, cells, gates, rows, time, units, unitRows: UNIT_ROWS };
    const none = { kernel: null, halves: null, packed: null, isBrain: recurrentKernel.dtype === "bfloat16" ? 1 : 0 };
    // A single row reads the kernel where it lies: panels are for rows that share them.
    const isAlone = rows === 1 && units % 2 === 0;
    const run = (from: object): Command[] =>
      inStretches(time, 4 * units ** 2, (steps) =>
        kernels.lstm_f32({ ...args, ...none, ...steps, ...from }, Math.ceil(rows / UNIT_ROWS), 1),
      );
    if (isAlone && isHalf(recurrentKernel.dtype) && 16 * units ** 2 > FAR) return run({ halves: recurrentKernel });
    const [widening, kernel] = widened(recurrentKernel);
    if (isAlone) return [...widening, ...run({ kernel })];
    const [packing, packed] = pack(kernel, { k: units, n: 4 * units, strideK: 4 * units, strideN: 1 });
    return [...widening, packing, ...run({ packed })];
  },
  keepsWidth: true,
  keeps: ["recurrentKernel", "hidden0", "cell0", "mask", "hidden", "cells", "gates"],
  gradient: (dy, { recurrentKernel, hidden0, cell0, mask, hidden, cells, gates }) => {
    const given = { dHidden: dy.hidden ?? undefined, dCells: dy.cells ?? undefined, dGates: dy.gates ?? undefined };
    let parts: Gradients | undefined;
    const all = (): Gradients => (parts ??= gradientOp.apply({ gates, cells, cell0, mask, recurrentKernel, ...given }));
    return {
      projected: () => all().dProjected,
      recurrentKernel: () => cast(productOverSteps(before(hidden, hidden0), all().dProjected), recurrentKernel.dtype),
      hidden0: () => all().dHidden0,
      cell0: () => all().dCell0,
    };
  },
});

interface Gradients {
  readonly dProjected: Tensor;
  readonly dHidden0: Tensor;
  readonly dCell0: Tensor;
}

const gradientOp = primitive({
  name: "lstm_gradient",
  inputs: ["gates", "cells", "cell0?", "mask?", "recurrentKernel", "dHidden?", "dCells?", "dGates?"],
  infer({ gates, cells }): { dProjected: Spec; dHidden0: Spec; dCell0: Spec } {
    const state: Spec = { shape: [cells.shape[0]!, cells.shape[2]!], dtype: "float32" };
    return { dProjected: { shape: gates.shape, dtype: "float32" }, dHidden0: state, dCell0: state };
  },
  lower({ recurrentKernel, cell0 = null, mask = null, dHidden = null, dCells = null, dGates = null, ...inputs }, outputs) {
    const [rows, time, units] = known(inputs.cells.shape) as [number, number, number];
    const [packing, packed] = pack(recurrentKernel, { k: 4 * units, n: units, strideK: 1, strideN: 4 * units });
    const args = { ...inputs, cell0, mask, packed, dHidden, dCells, dGates, ...outputs, rows, time, units, unitRows: UNIT_ROWS };
    const run = inStretches(time, 4 * units ** 2, (steps) => kernels.lstm_grad_f32({ ...args, ...steps }, Math.ceil(rows / UNIT_ROWS), 1));
    return [packing, ...run.reverse()];
  },
  overwrites: (_root, { gates }, { dProjected }) => [[dProjected, gates]],
  keeps: ["gates", "cells", "cell0", "mask", "recurrentKernel", "dHidden", "dCells", "dGates", "dProjected"],
  gradient: (dy, kept) => secondGradient(dy, kept),
});
