// A tensor put next to itself.

import { operation } from "../../core/operation.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import { primitive } from "../../core/primitive.js";
import { checkLengths, known, stridesOf, type Shape } from "../../core/shape.js";
import type { Spec, Tensor } from "../../core/tensor.js";
import { sum } from "../reduce/sum.js";
import { openIntegers, type Integers } from "../static.js";
import { expandDims, reshape } from "./reshape.js";
import { gatherView } from "./views.js";

/**
 * x put next to itself so often along each axis; missing axes are added in front.
 *
 * ```ts
 * ops.tile([1, 2], 2); // [1, 2, 1, 2]
 * ```
 */
export const tile = operation("numpy.tile(*x, repeats:ints|tensor)", (x: TensorLike, repeats: Integers): Tensor => {
  const tensor = asTensor(x);
  const counts = openIntegers(repeats, "tile");
  checkLengths(counts, "tile");
  while (counts.length < tensor.rank) counts.unshift(1);
  const whole = expandDims(
    tensor,
    Array.from({ length: counts.length - tensor.rank }, (_, i) => i),
  );
  return counts.every((count) => count === 1) ? whole : tileOp.apply({ x: whole }, { counts });
});

const tileOp = primitive({
  name: "tile",
  moves: true,
  inputs: ["x"],
  infer: ({ x }, { counts }: { counts: Shape }): Spec => ({
    shape: x.shape.map((length, axis) => (length === null || counts[axis] === null ? null : length * counts[axis]!)),
    dtype: x.dtype,
  }),
  lower: ({ x }, { y }, { counts }) => {
    const shape = known(x.shape);
    const strides = stridesOf(shape);
    return gatherView(x, y, {
      shape: shape.flatMap((length, axis) => [counts[axis]!, length]),
      strides: strides.flatMap((stride) => [0, stride]),
      offset: 0,
    });
  },
  gradient: (dy, _, { specs, attrs: { counts } }) => ({
    x: () => {
      const shape = known(specs.x.shape, "tile");
      const parts = reshape(
        dy,
        shape.flatMap((length, axis) => [counts[axis]!, length]),
      );
      return sum(parts, { axis: shape.map((_, axis) => 2 * axis) });
    },
  }),
});
