// A whole sequence of a fully connected recurrence as one primitive, for cells whose activation is tanh.

import { primitive } from "../../core/primitive.js";
import { known } from "../../core/shape.js";
import type { Spec, Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels/recurrent.js";
import type { Command, Operand } from "../../runtime/command.js";
import { add, multiply } from "../elementwise/arithmetic.js";
import { cast } from "../elementwise/cast.js";
import { square } from "../elementwise/powers.js";
import { matrixProduct } from "../linalg/matmul.js";
import { stack } from "../shaping/concatenate.js";
import { zerosLike } from "../shaping/create.js";
import { expandDims } from "../shaping/reshape.js";
import { unstack } from "../shaping/split.js";
import { before, complement, inStretches, pack, productOverSteps, sizesOf, together, UNIT_ROWS } from "./steps.js";

export interface SimpleRnnInputs {
  /** What each step gets from its input: x · kernel + bias, `[batch, time, units]`. */
  readonly projected: Tensor;
  /** `[units, units]` */
  readonly recurrentKernel: Tensor;
  /** The state to begin with, `[batch, units]`; default zeros. */
  readonly hidden0?: Tensor | undefined;
  /** bool `[batch, time]`: where it is false the state stays as it is. */
  readonly mask?: Tensor | undefined;
}

/**
 * A fully connected recurrence through all steps of a sequence at once: `h' = tanh(projected + h · recurrentKernel)`.
 *
 * @returns the state after each step, `[batch, time, units]`
 * @see Elman 1990
 */
export function simpleRnn({ projected, recurrentKernel, hidden0, mask }: SimpleRnnInputs): Tensor {
  return simpleRnnOp.apply({ projected, recurrentKernel, hidden0, mask }).hidden;
}

const simpleRnnOp = primitive({
  name: "simple_rnn",
  inputs: ["projected", "recurrentKernel", "hidden0?", "mask?"],
  infer(inputs): { hidden: Spec } {
    const [batch, time, units] = sizesOf("simple_rnn", 1, inputs);
    return { hidden: { shape: [batch, time, units], dtype: "float32" } };
  },
  lower({ projected, recurrentKernel, hidden0 = null, mask = null }, { hidden }) {
    const [rows, time, units] = known(hidden.shape) as [number, number, number];
    const args = { projected, hidden0, mask, hidden, rows, time, units, unitRows: UNIT_ROWS };
    // A single row reads the kernel where it lies: panels are for rows that share them.
    const run = (packed: Operand | null, kernel: Operand | null): Command[] =>
      inStretches(time, units ** 2, (steps) =>
        kernels.simple_rnn_f32({ ...args, packed, kernel, ...steps }, Math.ceil(rows / UNIT_ROWS), 1),
      );
    if (rows === 1 && units % 8 === 0) return run(null, recurrentKernel);
    const [packing, packed] = pack(recurrentKernel, { k: units, n: units, strideK: units, strideN: 1 });
    return [packing, ...run(packed, null)];
  },
  keeps: ["recurrentKernel", "hidden0", "mask", "hidden"],
  gradient: (dy, { recurrentKernel, hidden0, mask, hidden }) => {
    let parts: Gradients | undefined;
    const all = (): Gradients => (parts ??= gradientOp.apply({ hidden, mask, recurrentKernel, dHidden: dy.hidden! }));
    return {
      projected: () => all().dProjected,
      recurrentKernel: () => productOverSteps(before(hidden, hidden0), all().dProjected),
      hidden0: () => all().dHidden0,
    };
  },
});

interface Gradients {
  readonly dProjected: Tensor;
  readonly dHidden0: Tensor;
}

const gradientOp = primitive({
  name: "simple_rnn_gradient",
  inputs: ["hidden", "mask?", "recurrentKernel", "dHidden"],
  infer({ hidden }): { dProjected: Spec; dHidden0: Spec } {
    const [batch, , units] = hidden.shape as [number | null, number | null, number];
    return { dProjected: { shape: hidden.shape, dtype: "float32" }, dHidden0: { shape: [batch, units], dtype: "float32" } };
  },
  lower({ hidden, mask = null, recurrentKernel, dHidden }, outputs) {
    const [rows, time, units] = known(hidden.shape) as [number, number, number];
    const [packing, packed] = pack(recurrentKernel, { k: units, n: units, strideK: 1, strideN: units });
    const args = { hidden, mask, packed, dHidden, ...outputs, rows, time, units, unitRows: UNIT_ROWS };
    const run = inStretches(time, units ** 2, (steps) =>
      kernels.simple_rnn_grad_f32({ ...args, ...steps }, Math.ceil(rows / UNIT_ROWS), 1),
    );
    return [packing, ...run.reverse()];
  },
  keeps: ["hidden", "mask", "recurrentKernel", "dHidden", "dProjected"],
  gradient: (dy, kept) => {
    return together(["hidden", "recurrentKernel", "dHidden"], () => secondGradients(dy.dProjected, dy.dHidden0, kept));
  },
});

interface SecondGradients {
  readonly hidden: Tensor;
  readonly recurrentKernel: Tensor;
  readonly dHidden: Tensor;
}

interface Kept {
  readonly hidden: Tensor;
  readonly mask: Tensor | undefined;
  readonly recurrentKernel: Tensor;
  readonly dHidden: Tensor;
  readonly dProjected: Tensor;
}

/**
 * The gradient of the gradient, step by step with public operations. Per step, from the last to the first, with m = 1 where the step
 * counts, the first gradient is
 *   dh = dHidden + (a · Rᵀ + (1 − m) · dh of the step after)         a = m · dh · (1 − h²)
 * of which a for all steps and (a · Rᵀ + (1 − m) · dh) of the first are the results. Its transpose runs from the first step to the last:
 * "u" is the cotangent of what follows it.
 */
function secondGradients(uProjected: Tensor | null, uHidden0: Tensor | null, kept: Kept): SecondGradients {
  const { hidden, mask, recurrentKernel, dHidden, dProjected } = kept;
  const time = hidden.shape[1]!;
  const each = (x: Tensor): Tensor[] => unstack(x, time, 1);
  const [states, given, a] = [each(hidden), each(dHidden), each(dProjected)];
  const there = mask ? each(expandDims(cast(mask, "float32"), 2)) : null;
  const counted = (x: Tensor, t: number): Tensor => (there ? multiply(there[t]!, x) : x);
  const passed = (x: Tensor, t: number, rest: Tensor): Tensor => (there ? add(rest, multiply(complement(there[t]!), x)) : rest);

  // dh of each step, computed again.
  const dh: Tensor[] = [];
  for (let t = time - 1; t >= 0; t--) {
    const later = t + 1 < time ? passed(dh[t + 1]!, t + 1, matrixProduct(a[t + 1]!, recurrentKernel, { transposeB: true })) : null;
    dh[t] = later ? add(given[t]!, later) : given[t]!;
  }

  const uA = each(uProjected ?? zerosLike(dProjected));
  let u = uHidden0 ?? zerosLike(dh[0]!);
  const [ofHidden, ofGiven, ofProducts]: [Tensor[], Tensor[], Tensor[]] = [[], [], []];
  for (let t = 0; t < time; t++) {
    const h = states[t]!;
    ofProducts.push(u);
    const inA = counted(add(uA[t]!, matrixProduct(u, recurrentKernel)), t);
    ofHidden.push(multiply(multiply(multiply(inA, dh[t]!), h), -2));
    u = passed(u, t, multiply(inA, complement(square(h))));
    ofGiven.push(u);
  }
  return {
    hidden: stack(ofHidden, 1),
    recurrentKernel: productOverSteps(stack(ofProducts, 1), dProjected),
    dHidden: stack(ofGiven, 1),
  };
}
