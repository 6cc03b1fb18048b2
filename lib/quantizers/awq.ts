// AWQ of one matrix: each input's weights are multiplied by a number before they are rounded, so that inputs that are large lose least.
//
// Lin et al., AWQ: Activation-aware Weight Quantization for LLM Compression and Acceleration, 2023.

import type { Tensor } from "../core/tensor.js";
import {
  abs,
  add,
  arange,
  cast,
  clip,
  concatenate,
  divide,
  einsum,
  expandDims,
  floorDivide,
  less,
  max,
  maximum,
  mean,
  min,
  multiply,
  negative,
  power,
  reshape,
  slice,
  sqrt,
  square,
  subtract,
  sum,
  where,
  zeros,
} from "../ops/index.js";
import type { CalibratedMatrix } from "./gptq.js";
import { dequantizedBy, ofGroups, quantizationParameters, quantizedBy } from "./parameters.js";

/** Rows of inputs that the search for clipping looks at. */
const SAMPLE_ROWS = 512;
/** Outputs whose clipping is searched for at once. */
const OUTPUTS = 64;
/** How much of a range is cut at most, and in how many steps. */
const MOST = 0.5;
const STEPS = 20;

/** What a calibration saw: the mean size of each input, and some inputs. */
export interface Seen {
  readonly sizes: Tensor | null;
  readonly sample: Tensor;
}

/** Gathers it. */
export class Activations implements Seen {
  #sum: Tensor | null = null;
  #count = 0;
  #rows = 0;
  readonly #sample: Tensor[] = [];

  /** @param x  `[…, inputs]` */
  add(x: Tensor): void {
    const rows = reshape(cast(x, "float32"), [-1, x.shape.at(-1)!]);
    const count = rows.shape[0]!;
    const total = sum(abs(rows), { axis: 0 });
    this.#sum = this.#sum ? add(this.#sum, total) : total;
    this.#count += count;
    const wanted = Math.min(count, SAMPLE_ROWS - this.#rows);
    if (wanted <= 0) return;
    this.#sample.push(slice(rows, [0, 0], [wanted, rows.shape[1]!]));
    this.#rows += wanted;
  }

  /** The mean sizes; null where nothing was seen. */
  get sizes(): Tensor | null {
    return this.#sum && divide(this.#sum, this.#count);
  }

  get sample(): Tensor {
    return concatenate(this.#sample, 0);
  }
}

export interface AwqOptions {
  readonly groupSize: number;
  readonly numGridPoints: number;
  readonly applyClip: boolean;
}

const BITS = 4;

/** The matrix `[inputs, outputs]` in 4 bits. */
export function awq(matrix: Tensor, seen: Seen, { groupSize, numGridPoints, applyClip }: AwqOptions): CalibratedMatrix {
  const weights = turned(matrix);
  const inputs = weights.shape[1]!;
  const rowScales = bestScales(weights, seen.sizes!, numGridPoints, groupSize);
  const scaled = multiply(weights, rowScales);
  const cut = applyClip ? clipped(scaled, divide(seen.sample, rowScales), groupSize) : scaled;
  const { scale, zero, largest } = parametersOf(cut, groupSize);
  const groups = groupSize === -1 ? zeros([inputs], { dtype: "int32" }) : cast(floorDivide(arange(inputs), groupSize), "int32");
  return { whole: quantizedBy(cut, ofGroups(scale, groups, -1), ofGroups(zero, groups, -1), largest), scale, zero, groups, rowScales };
}

const turned = (x: Tensor): Tensor => einsum("io->oi", x);
const parametersOf = (x: Tensor, groupSize: number) => quantizationParameters(x, { bits: BITS, perChannel: true, groupSize });

/** The weights as they come out of rounding. */
function rounded(weights: Tensor, groupSize: number): Tensor {
  const { scale, zero, largest } = parametersOf(weights, groupSize);
  if (scale.shape[1] === 1) return dequantizedBy(quantizedBy(weights, scale, zero, largest), scale, zero);
  const groups = floorDivide(arange(weights.shape[1]!), groupSize);
  const [scales, zeroPoints] = [ofGroups(scale, groups, -1), ofGroups(zero, groups, -1)];
  return dequantizedBy(quantizedBy(weights, scales, zeroPoints, largest), scales, zeroPoints);
}

/** The numbers, between sizes of inputs and sizes of weights, that cost least, searched along a line. */
function bestScales(weights: Tensor, sizes: Tensor, points: number, groupSize: number): Tensor {
  const whole = (x: Tensor): Tensor => where(less(x, 1e-8), 1, x);
  const [ofInputs, ofWeights] = [whole(sizes), whole(relativeSizes(weights, groupSize))];
  let [least, best] = [Infinity, ofInputs];
  for (let i = 0; i <= points; i++) {
    const ratio = i / points;
    const bare = maximum(divide(power(ofInputs, ratio), power(ofWeights, 1 - ratio)), 1e-4);
    const scales = divide(bare, maximum(sqrt(multiply(max(bare), min(bare))), 1e-8));
    const error = subtract(weights, divide(rounded(multiply(weights, scales), groupSize), scales));
    const loss = mean(multiply(square(error), square(ofInputs))).item();
    if (i === 0 || loss < least) [least, best] = [loss, scales];
  }
  return best;
}

/** The mean size of each input's weights, relative to the largest of its group. */
function relativeSizes(weights: Tensor, groupSize: number): Tensor {
  const [outputs, inputs] = weights.shape as [number, number];
  const size = groupSize > 0 && inputs % groupSize === 0 ? groupSize : inputs;
  const groups = reshape(abs(weights), [outputs, inputs / size, size]);
  const relative = divide(groups, add(max(groups, { axis: 2, keepdims: true }), 1e-6));
  return mean(reshape(relative, [outputs, inputs]), { axis: 0 });
}

/** Weights with ranges cut where that brings products nearer to those of floats. */
function clipped(weights: Tensor, inputs: Tensor, groupSize: number): Tensor {
  const [outputs, features] = weights.shape as [number, number];
  const size = groupSize > 0 && features % groupSize === 0 ? groupSize : features;
  const groups = features / size;
  const x = reshape(inputs, [-1, groups, size]);
  const parts: Tensor[] = [];
  for (let first = 0; first < outputs; first += OUTPUTS) {
    const count = Math.min(OUTPUTS, outputs - first);
    const part = reshape(slice(weights, [first, 0], [count, features]), [count, groups, size]);
    const limit = max(abs(part), { axis: -1, keepdims: true });
    const wanted = einsum("rng,ong->orn", x, part);
    let best = limit;
    let least: Tensor | null = null;
    for (let step = 0; step < STEPS; step++) {
      const to = multiply(limit, 1 - (step * MOST) / STEPS);
      const cut = reshape(clip(part, negative(to), to), [count, features]);
      const given = einsum("rng,ong->orn", x, reshape(rounded(cut, groups > 1 ? size : -1), [count, groups, size]));
      const error = expandDims(mean(square(subtract(given, wanted)), { axis: 1 }), -1);
      if (least === null) [least, best] = [error, to];
      else {
        const isBetter = less(error, least);
        [least, best] = [where(isBetter, error, least), where(isBetter, to, best)];
      }
    }
    parts.push(clip(part, negative(best), best));
  }
  return reshape(concatenate(parts, 0), [outputs, features]);
}
