// The gradient of the gradient of gated recurrent units, step by step with public operations.
//
// Per step, from the last to the first, with m = 1 where the step counts, h the state before it and p the candidate's part of the product,
// the first gradient is
//   dh = dHidden + (b' · Rᵀ + k' of the step after)                 k = (m · z + 1 − m) · dh
//   dz, dg = m · dh · (h − g), m · dh · (1 − z), both + dGates       a_g = dg · (1 − g²)
//   dr, dp = a_g · p, a_g · r, both + dGates                         a_z, a_r = dz, dr · slope of a sigmoid
// of which a = (a_z, a_r, a_g) and b = (a_z, a_r, dp) for all steps and (b · Rᵀ + k) of the first are the results. Here its transpose runs
// from the first step to the last: "u" is the cotangent of what follows it.

import type { Tensor } from "../../core/tensor.js";
import { add, multiply, subtract } from "../elementwise/arithmetic.js";
import { cast } from "../elementwise/cast.js";
import { square } from "../elementwise/powers.js";
import { matrixProduct } from "../linalg/matmul.js";
import { concatenate, stack } from "../shaping/concatenate.js";
import { zerosLike } from "../shaping/create.js";
import { expandDims } from "../shaping/reshape.js";
import { split, unstack } from "../shaping/split.js";
import { before, complement, curve, productOverSteps, slope } from "./steps.js";

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

export function secondGradient(dy: Cotangents, kept: Kept): { readonly [N in Name]: () => Tensor | null } {
  let made: Record<Name, Tensor> | undefined;
  const all = () => (made ??= transposed(dy, kept));
  return {
    gates: () => all().gates,
    hidden: () => all().hidden,
    hidden0: () => all().hidden0,
    recurrentKernel: () => all().recurrentKernel,
    dHidden: () => all().dHidden,
    dGates: () => all().dGates,
  };
}

function transposed(dy: Cotangents, { gates, hidden, hidden0, mask, recurrentKernel, ...kept }: Kept): Record<Name, Tensor> {
  const time = hidden.shape[1]!;
  const each = (x: Tensor): Tensor[] => unstack(x, time, 1);
  const parts = (x: Tensor, count: number): Tensor[] => split(x, count, -1);
  const [gate, stateBefore, a, b] = [each(gates), each(before(hidden, hidden0)), each(kept.dProjected), each(kept.dInner)];
  const there = mask ? each(expandDims(cast(mask, "float32"), 2)) : null;
  const given = each(kept.dHidden ?? zerosLike(hidden));
  const gateGiven = each(kept.dGates ?? zerosLike(gates));
  const masked = (x: Tensor, t: number): Tensor => (there ? multiply(there[t]!, x) : x);
  /** What of dh a step passes on past its gates. */
  const stays = (z: Tensor, t: number): Tensor => (there ? add(masked(z, t), complement(there[t]!)) : z);

  // dh of each step, computed again.
  const dh: Tensor[] = [];
  let later: Tensor | null = null;
  for (let t = time - 1; t >= 0; t--) {
    dh[t] = later ? add(given[t]!, later) : given[t]!;
    const [z] = parts(gate[t]!, 4) as [Tensor];
    later = add(matrixProduct(b[t]!, recurrentKernel, { transposeB: true }), multiply(stays(z, t), dh[t]!));
  }

  const [uA, uB] = [each(dy.dProjected ?? zerosLike(kept.dProjected)), each(dy.dInner ?? zerosLike(kept.dInner))];
  let u = dy.dHidden0 ?? zerosLike(dh[0]!);
  const [uGates, uBefore, uProducts, uHidden, uGiven]: Tensor[][] = [[], [], [], [], []];
  for (let t = 0; t < time; t++) {
    const [z, r, g, p] = parts(gate[t]!, 4) as [Tensor, Tensor, Tensor, Tensor];
    const aG = parts(a[t]!, 3)[2]!;
    const [zGiven, rGiven, gGiven] = parts(gateGiven[t]!, 4) as [Tensor, Tensor, Tensor];
    const counted = masked(dh[t]!, t);
    const reach = subtract(stateBefore[t]!, g);
    const [dz, dr, dg] = [
      add(multiply(counted, reach), zGiven),
      add(multiply(aG, p), rGiven),
      add(multiply(counted, complement(z)), gGiven),
    ];
    uProducts!.push(u);
    const [uAz, uAr, uAg] = parts(uA[t]!, 3) as [Tensor, Tensor, Tensor];
    const [uBz, uBr, uP] = parts(add(uB[t]!, matrixProduct(u, recurrentKernel)), 3) as [Tensor, Tensor, Tensor];
    const [inZ, inR] = [add(uAz, uBz), add(uAr, uBr)];
    const [uDz, uDr] = [multiply(inZ, slope(z)), multiply(inR, slope(r))];
    const inG = add(add(uAg, multiply(uP, r)), multiply(uDr, p));
    const uDg = multiply(inG, complement(square(g)));
    const uZ = add(multiply(multiply(inZ, dz), curve(z)), multiply(counted, subtract(u, uDg)));
    const uR = add(multiply(multiply(inR, dr), curve(r)), multiply(uP, aG));
    const uG = add(multiply(multiply(multiply(inG, dg), g), -2), multiply(multiply(counted, uDz), -1));
    uGates!.push(concatenate([uZ, uR, uG, multiply(uDr, aG)], -1));
    uBefore!.push(multiply(counted, uDz));
    uGiven!.push(concatenate([uDz, uDr, uDg, uP], -1));
    u = add(multiply(stays(z, t), u), masked(add(multiply(complement(z), uDg), multiply(reach, uDz)), t));
    uHidden!.push(u);
  }
  const [first, ...rest] = uBefore as [Tensor, ...Tensor[]];
  return {
    gates: stack(uGates!, 1),
    hidden: stack([...rest, zerosLike(first)], 1),
    hidden0: first,
    recurrentKernel: productOverSteps(stack(uProducts!, 1), kept.dInner),
    dHidden: stack(uHidden!, 1),
    dGates: stack(uGiven!, 1),
  };
}
