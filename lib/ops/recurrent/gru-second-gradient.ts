// Gradients of gated recurrent units with public operations: of the gradient itself, step by step, and of the recurrent kernel where the
// reset comes first.
//
// Per step, from the last to the first, with m = 1 where the step counts, h the state before it, p the candidate's part of the product and
// R = (R_z, R_r, R_g), the first gradient is
//   dh = dHidden + (what the step after sends)                       dz, dg = m · dh · (h − g), m · dh · (1 − z), both + dGates
//   a_g = dg · (1 − g²)                                              a_z, a_r = dz, dr · slope of a sigmoid
//   reset after:  dr, dp = a_g · p, a_g · r, both + dGates           sends (m · z + 1 − m) · dh + (a_z, a_r, dp) · Rᵀ
//   reset first:  dq = a_g · R_gᵀ + dGates, dr = dq · h + dGates     sends (m · z + 1 − m) · dh + (a_z, a_r) · (R_z, R_r)ᵀ + dq · r
// of which a = (a_z, a_r, a_g), b = (a_z, a_r, dp) or dq, and what the first step sends are the results. Here its transpose runs from the
// first step to the last: "u" is the cotangent of what follows it.

import type { Tensor } from "../../core/tensor.js";
import { add, multiply, subtract } from "../elementwise/arithmetic.js";
import { cast } from "../elementwise/cast.js";
import { square } from "../elementwise/powers.js";
import { matrixProduct } from "../linalg/matmul.js";
import { concatenate, stack } from "../shaping/concatenate.js";
import { zerosLike } from "../shaping/create.js";
import { expandDims } from "../shaping/reshape.js";
import { slice } from "../shaping/slice.js";
import { split, unstack } from "../shaping/split.js";
import { before, complement, curve, productOverSteps, slope, together } from "./steps.js";

interface Kept {
  readonly gates: Tensor;
  readonly hidden: Tensor;
  readonly hidden0: Tensor | undefined;
  readonly mask: Tensor | undefined;
  readonly recurrentKernel: Tensor;
  readonly dHidden: Tensor | undefined;
  readonly dGates: Tensor | undefined;
  readonly dProjected: Tensor;
  readonly dInner: Tensor;
}

interface Cotangents {
  readonly dProjected: Tensor | null;
  readonly dInner: Tensor | null;
  readonly dHidden0: Tensor | null;
}

type Name = "gates" | "hidden" | "hidden0" | "recurrentKernel" | "dHidden" | "dGates";

const parts = (x: Tensor, count: number): Tensor[] => split(x, count, -1);

/** The gradient of the recurrent kernel where the reset comes first: z and r met the state before a step, g met r · h. */
export function kernelGradient({ gates, hidden, hidden0, dProjected }: Pick<Kept, "gates" | "hidden" | "hidden0" | "dProjected">): Tensor {
  const units = hidden.shape[2]!;
  const part = (x: Tensor, from: number, count: number) => slice(x, [0, 0, from * units], [-1, -1, count * units]);
  const ofGates = productOverSteps(before(hidden, hidden0), part(dProjected, 0, 2));
  return concatenate([ofGates, productOverSteps(part(gates, 3, 1), part(dProjected, 2, 1))], 1);
}

export function secondGradient(dy: Cotangents, kept: Kept, resetAfter: boolean): { readonly [N in Name]: () => Tensor | null } {
  return together(["gates", "hidden", "hidden0", "recurrentKernel", "dHidden", "dGates"], () => transposed(dy, kept, resetAfter));
}

function transposed(
  dy: Cotangents,
  { gates, hidden, hidden0, mask, recurrentKernel, ...kept }: Kept,
  resetAfter: boolean,
): Record<Name, Tensor> {
  const time = hidden.shape[1]!;
  const units = hidden.shape[2]!;
  const each = (x: Tensor): Tensor[] => unstack(x, time, 1);
  const [gate, stateBefore, a, b] = [each(gates), each(before(hidden, hidden0)), each(kept.dProjected), each(kept.dInner)];
  const there = mask ? each(expandDims(cast(mask, "float32"), 2)) : null;
  const given = each(kept.dHidden ?? zerosLike(hidden));
  const gateGiven = each(kept.dGates ?? zerosLike(gates));
  const masked = (x: Tensor, t: number): Tensor => (there ? multiply(there[t]!, x) : x);
  /** What of dh a step passes on past its gates. */
  const stays = (z: Tensor, t: number): Tensor => (there ? add(masked(z, t), complement(there[t]!)) : z);
  const columns = (x: Tensor, from: number, count: number) => slice(x, [0, from * units], [-1, count * units]);
  // The gates that meet the state itself, and their part of the gradients.
  const direct = resetAfter ? 3 : 2;
  const kernel = columns(recurrentKernel, 0, direct);
  const kernelOfG = columns(recurrentKernel, 2, 1);
  const inner = (t: number): Tensor => (resetAfter ? b[t]! : columns(a[t]!, 0, 2));

  // dh of each step, computed again.
  const dh: Tensor[] = [];
  let later: Tensor | null = null;
  for (let t = time - 1; t >= 0; t--) {
    dh[t] = later ? add(given[t]!, later) : given[t]!;
    const [z, r] = parts(gate[t]!, 4) as [Tensor, Tensor];
    later = add(matrixProduct(inner(t), kernel, { transposeB: true }), multiply(stays(z, t), dh[t]!));
    if (!resetAfter) later = add(later, multiply(b[t]!, r));
  }

  const [uA, uB] = [each(dy.dProjected ?? zerosLike(kept.dProjected)), each(dy.dInner ?? zerosLike(kept.dInner))];
  let u = dy.dHidden0 ?? zerosLike(dh[0]!);
  const [uGates, uBefore, uProducts, uResets, uHidden, uGiven]: Tensor[][] = [[], [], [], [], [], []];
  for (let t = 0; t < time; t++) {
    const [z, r, g, p] = parts(gate[t]!, 4) as [Tensor, Tensor, Tensor, Tensor];
    const aG = parts(a[t]!, 3)[2]!;
    const [zGiven, rGiven, gGiven] = parts(gateGiven[t]!, 4) as [Tensor, Tensor, Tensor];
    const counted = masked(dh[t]!, t);
    const h = stateBefore[t]!;
    const reach = subtract(h, g);
    // What r is multiplied by on the way to dr: the candidate's part of the product, or the state.
    const [lever, reset] = resetAfter ? [p, aG] : [h, b[t]!];
    const [dz, dr, dg] = [
      add(multiply(counted, reach), zGiven),
      add(multiply(reset, lever), rGiven),
      add(multiply(counted, complement(z)), gGiven),
    ];
    uProducts!.push(u);
    const [uAz, uAr, uAg] = parts(uA[t]!, 3) as [Tensor, Tensor, Tensor];
    const throughKernel = matrixProduct(u, kernel);
    const [uBz, uBr, uP] = parts(resetAfter ? add(uB[t]!, throughKernel) : throughKernel, direct) as [Tensor, Tensor, Tensor];
    const [inZ, inR] = [add(uAz, uBz), add(uAr, uBr)];
    const [uDz, uDr] = [multiply(inZ, slope(z)), multiply(inR, slope(r))];
    const uInner = resetAfter ? uP : add(add(multiply(u, r), uB[t]!), multiply(uDr, h));
    uResets!.push(uInner);
    const inG = add(uAg, resetAfter ? add(multiply(uP, r), multiply(uDr, p)) : matrixProduct(uInner, kernelOfG));
    const uDg = multiply(inG, complement(square(g)));
    const uZ = add(multiply(multiply(inZ, dz), curve(z)), multiply(counted, subtract(u, uDg)));
    const uR = add(multiply(multiply(inR, dr), curve(r)), multiply(resetAfter ? uP : u, reset));
    const uG = add(multiply(multiply(multiply(inG, dg), g), -2), multiply(multiply(counted, uDz), -1));
    const uLever = multiply(uDr, reset);
    uGates!.push(concatenate([uZ, uR, uG, resetAfter ? uLever : zerosLike(uG)], -1));
    const uReach = multiply(counted, uDz);
    uBefore!.push(resetAfter ? uReach : add(uReach, uLever));
    uGiven!.push(concatenate([uDz, uDr, uDg, uInner], -1));
    u = add(multiply(stays(z, t), u), masked(add(multiply(complement(z), uDg), multiply(reach, uDz)), t));
    uHidden!.push(u);
  }
  const [first, ...rest] = uBefore as [Tensor, ...Tensor[]];
  const over = (x: Tensor[], from: number, count: number) =>
    productOverSteps(stack(x, 1), slice(kept.dProjected, [0, 0, from * units], [-1, -1, count * units]));
  return {
    gates: stack(uGates!, 1),
    hidden: stack([...rest, zerosLike(first)], 1),
    hidden0: first,
    recurrentKernel: resetAfter
      ? productOverSteps(stack(uProducts!, 1), kept.dInner)
      : concatenate([over(uProducts!, 0, 2), over(uResets!, 2, 1)], 1),
    dHidden: stack(uHidden!, 1),
    dGates: stack(uGiven!, 1),
  };
}
