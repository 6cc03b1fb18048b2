// Which input pixels an output pixel is blended of, along an axis whose length is known: so few of them that they are gathered instead of
// multiplied by a matrix that is nearly all zeros.

import { unrecorded } from "../../core/interpreter.js";
import { adoptTensor, type Tensor } from "../../core/tensor.js";
import { add, multiply } from "../elementwise/arithmetic.js";
import { takeAt } from "../indexing/take.js";
import { expandDims } from "../shaping/reshape.js";

/** How much a pixel counts at a distance from where an output pixel is sampled; 0 from `radius` on. */
export interface Sampling {
  readonly name: string;
  readonly radius: number;
  readonly kernel: (distance: Tensor) => Tensor;
}

/** A tap: the input pixel of every output pixel and its weight. */
interface Tap {
  readonly indices: Tensor;
  readonly weights: Tensor;
}
type Taps = readonly Tap[];

const known = new Map<string, Taps>();
const KEPT = 64;

function tapsOf(length: number, output: number, inner: number, sampling: Sampling): Taps {
  const key = `${sampling.name} ${length} ${output} ${inner}`;
  let taps = known.get(key);
  if (!taps) {
    if (known.size >= KEPT) known.clear();
    known.set(key, (taps = makeTaps(length, output, inner, sampling)));
  }
  return taps;
}

/** Rounded to float32 where a program of tensors would be: a table of weights has steps that must fall alike. */
function makeTaps(length: number, output: number, inner: number, { radius, kernel }: Sampling): Taps {
  const { fround } = Math;
  const inverse = fround(1 / fround(output / length));
  const count = 2 * radius;
  const indices = Array.from({ length: count }, () => new Int32Array(output));
  const distances = new Float32Array(count * output);
  for (let o = 0; o < output; o++) {
    const place = fround(fround((o + 0.5) * inverse) - 0.5);
    for (let k = 0; k < count; k++) {
      const index = Math.floor(place) - radius + 1 + k;
      indices[k]![o] = Math.max(0, Math.min(length - 1, index));
      // Beyond the edge there is nothing: so far away that it does not count.
      distances[k * output + o] = index === indices[k]![o] ? Math.abs(place - index) : radius;
    }
  }
  const raw = unrecorded(() => kernel(adoptTensor(distances, [count, output], "float32")).data());
  const weights = indices.map(() => new Float32Array(output));
  for (let o = 0; o < output; o++) {
    let total = 0;
    for (let k = 0; k < count; k++) total += raw[k * output + o]!;
    for (let k = 0; k < count; k++) weights[k]![o] = raw[k * output + o]! / total;
  }
  return indices.map((each, k) => ({
    indices: adoptTensor(each, [output], "int32"),
    weights: adoptTensor(
      Float32Array.from({ length: output * inner }, (_, i) => weights[k]![Math.floor(i / inner)]!),
      [output, inner],
      "float32",
    ),
  }));
}

/** A batch of images in another length along its axis 1 or 2, each output pixel blended of its taps. */
export function blended(x: Tensor, axis: 1 | 2, output: number, sampling: Sampling): Tensor {
  // Along the columns, weights that are written out for the channels meet a whole row of the image at once.
  const inner = axis === 2 ? (x.shape[3] ?? 1) : 1;
  const parts = tapsOf(x.shape[axis]!, output, inner, sampling).map(({ indices, weights }) =>
    multiply(takeAt(x, indices, axis), axis === 1 ? expandDims(weights, 1) : weights),
  );
  return parts.reduce((sum, part) => add(sum, part));
}
