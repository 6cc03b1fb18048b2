// The gradient of the gradient of long short-term memory, step by step with public operations.
//
// Per step, from the last to the first, with m = 1 where the step counts and y = tanh(c), the first gradient is
//   dh = dHidden + (a' · Rᵀ of the step after) + (1 − m') · dh'      dc = dCells + e' + m · dh · o · (1 − y²)
//   dGate i, f, g, o = m · (dc · g, dc · c before, dc · i, dh · y) + dGates
//   a = dGate · slope of its activation                              e = m · dc · f + (1 − m) · dc
// of which a for all steps, (a · Rᵀ + (1 − m) · dh) and e of the first step are the results. Here its transpose runs from the first step to
// the last: "u" is the cotangent of what follows it.

import type { Tensor } from "../../core/tensor.js";
import { add, multiply, subtract } from "../elementwise/arithmetic.js";
import { cast } from "../elementwise/cast.js";
import { square } from "../elementwise/powers.js";
import { matrixProduct } from "../linalg/matmul.js";
import { tanh } from "../nn/activations.js";
import { concatenate, stack } from "../shaping/concatenate.js";
import { zerosLike } from "../shaping/create.js";
import { expandDims } from "../shaping/reshape.js";
import { split, unstack } from "../shaping/split.js";
import { before, complement, curve, productOverSteps, slope, together } from "./steps.js";

interface Kept {
  readonly gates: Tensor;
  readonly cells: Tensor;
  readonly cell0: Tensor | undefined;
  readonly mask: Tensor | undefined;
  readonly recurrentKernel: Tensor;
  readonly dHidden: Tensor | undefined;
  readonly dCells: Tensor | undefined;
  readonly dGates: Tensor | undefined;
  readonly dProjected: Tensor;
}

interface Cotangents {
  readonly dProjected: Tensor | null;
  readonly dHidden0: Tensor | null;
  readonly dCell0: Tensor | null;
}

type Name = "gates" | "cells" | "cell0" | "recurrentKernel" | "dHidden" | "dCells" | "dGates";

const sum = (first: Tensor, ...rest: readonly Tensor[]): Tensor => rest.reduce((total, each) => add(total, each), first);
const product = (first: Tensor, ...rest: readonly Tensor[]): Tensor => rest.reduce((total, each) => multiply(total, each), first);
const inFour = (x: Tensor): [Tensor, Tensor, Tensor, Tensor] => split(x, 4, -1) as never;

export function secondGradient(dy: Cotangents, kept: Kept): { readonly [N in Name]: () => Tensor | null } {
  return together(["gates", "cells", "cell0", "recurrentKernel", "dHidden", "dCells", "dGates"], () => transposed(dy, kept));
}

/** One step of the first gradient, computed again. */
interface Step {
  readonly gates: readonly [Tensor, Tensor, Tensor, Tensor];
  readonly cellBefore: Tensor;
  readonly y: Tensor;
  readonly dh: Tensor;
  readonly dc: Tensor;
  /** The gradients of the gates, before those go through the slopes of the activations. */
  readonly dGate: Tensor;
  /** 1 where the step counts. */
  readonly m: Tensor | null;
}

function stepsOf({ gates, cells, cell0, mask, recurrentKernel, dHidden, dCells, dGates, dProjected }: Kept): Step[] {
  const time = cells.shape[1]!;
  const each = (x: Tensor): Tensor[] => unstack(x, time, 1);
  const [gate, cell, cellBefore] = [each(gates), each(cells), each(before(cells, cell0))];
  const there = mask ? each(expandDims(cast(mask, "float32"), 2)) : null;
  const [hiddenGiven, cellGiven] = [each(dHidden ?? zerosLike(cells)), each(dCells ?? zerosLike(cells))];
  const gateGiven = dGates && each(dGates);
  const a = each(dProjected);
  const steps: Step[] = [];
  let [fromHidden, fromCell]: (Tensor | null)[] = [null, null];
  for (let t = time - 1; t >= 0; t--) {
    const m = there?.[t] ?? null;
    const ifMasked = (x: Tensor): Tensor => (m ? multiply(m, x) : x);
    const [i, f, g, o] = inFour(gate[t]!);
    const y = tanh(cell[t]!);
    const dh: Tensor = fromHidden ? add(hiddenGiven[t]!, fromHidden) : hiddenGiven[t]!;
    const through = ifMasked(product(dh, o, complement(square(y))));
    const dc: Tensor = fromCell ? sum(cellGiven[t]!, fromCell, through) : add(cellGiven[t]!, through);
    const own = ifMasked(concatenate([multiply(dc, g), multiply(dc, cellBefore[t]!), multiply(dc, i), multiply(dh, y)], -1));
    const dGate = gateGiven ? add(own, gateGiven[t]!) : own;
    steps[t] = { gates: [i, f, g, o], cellBefore: cellBefore[t]!, y, dh, dc, dGate, m };
    const product0 = matrixProduct(a[t]!, recurrentKernel, { transposeB: true });
    fromHidden = m ? add(product0, multiply(complement(m), dh)) : product0;
    fromCell = m ? add(product(m, dc, f), multiply(complement(m), dc)) : multiply(dc, f);
  }
  return steps;
}

function transposed(dy: Cotangents, kept: Kept): Record<Name, Tensor> {
  const { cells, recurrentKernel, dProjected } = kept;
  const time = cells.shape[1]!;
  const steps = stepsOf(kept);
  const given = dy.dProjected && unstack(dy.dProjected, time, 1);
  const zero = zerosLike(steps[0]!.dh);
  let [uHidden, uCell] = [dy.dHidden0 ?? zero, dy.dCell0 ?? zero];
  const results: Record<"gates" | "cells" | "cellsBefore" | "hidden" | "dHidden" | "dCells" | "dGates", Tensor[]> = {
    gates: [], cells: [], cellsBefore: [], hidden: [], dHidden: [], dCells: [], dGates: [],
  }; // prettier-ignore
  for (const [t, { gates, cellBefore, y, dh, dc, dGate, m }] of steps.entries()) {
    const [i, f, g, o] = gates;
    const ifMasked = (x: Tensor): Tensor => (m ? multiply(m, x) : x);
    const orPassed = (x: Tensor, passed: Tensor): Tensor => (m ? add(x, multiply(complement(m), passed)) : x);
    results.hidden.push(uHidden);
    const fromProduct = matrixProduct(uHidden, recurrentKernel);
    const uA = given ? add(given[t]!, fromProduct) : fromProduct;
    const slopes = concatenate([...[i, f].map(slope), complement(square(g)), slope(o)], -1);
    const curves = concatenate([...[i, f].map(curve), multiply(g, -2), curve(o)], -1);
    const uGate = multiply(uA, slopes);
    const [uI, uF, uG, uO] = inFour(uGate);
    const steep = complement(square(y));
    const uDc = orPassed(ifMasked(sum(product(uI, g), product(uF, cellBefore), product(uG, i), product(uCell, f))), uCell);
    const uDh = orPassed(ifMasked(add(multiply(uO, y), product(uDc, o, steep))), uHidden);
    const uGates = concatenate([product(uG, dc), product(uCell, dc), product(uI, dc), product(uDc, dh, steep)], -1);
    results.gates.push(add(product(uA, dGate, curves), ifMasked(uGates)));
    const uY = ifMasked(multiply(dh, subtract(uO, multiply(product(uDc, o, y), 2))));
    results.cells.push(multiply(uY, steep));
    results.cellsBefore.push(ifMasked(multiply(uF, dc)));
    results.dHidden.push(uDh);
    results.dCells.push(uDc);
    results.dGates.push(uGate);
    [uHidden, uCell] = [uDh, uDc];
  }
  const [cell0, ...later] = results.cellsBefore as [Tensor, ...Tensor[]];
  return {
    gates: stack(results.gates, 1),
    cells: stack(results.cells.map((own, t) => (later[t] ? add(own, later[t]!) : own)), 1), // prettier-ignore
    cell0,
    recurrentKernel: productOverSteps(stack(results.hidden, 1), dProjected),
    dHidden: stack(results.dHidden, 1),
    dCells: stack(results.dCells, 1),
    dGates: stack(results.dGates, 1),
  };
}
