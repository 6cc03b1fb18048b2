// Boxes of which none overlaps a better one.

import { primitive } from "../../core/primitive.js";
import { adoptTensor, type Spec, type Tensor } from "../../core/tensor.js";

/** At most how many boxes, how much two of them may overlap, and the score that one has to exceed. */
export interface Suppression {
  readonly most: number;
  readonly iou: number;
  readonly least: number;
}

/**
 * The numbers of the boxes [boxes, 4] with the largest scores, without those that overlap one of them too much. Corners stand in either
 * order.
 */
export const suppressed = (boxes: Tensor, scores: Tensor, options: Suppression): Tensor => suppressionOp.apply({ boxes, scores }, options);

const suppressionOp = primitive({
  name: "non_max_suppression",
  inputs: ["boxes", "scores"],
  infer: (_, __: Suppression): Spec => ({ shape: [null], dtype: "int32" }),
  host: ({ boxes, scores }, { most, iou, least }) => {
    const [b, s] = [boxes.view("nonMaxSuppression"), scores.view("nonMaxSuppression")];
    const order = Array.from(s.keys())
      .filter((i) => s[i]! > least)
      .sort((i, j) => s[j]! - s[i]! || i - j);
    const kept: number[] = [];
    for (const i of order) {
      if (kept.length >= most) break;
      if (kept.every((j) => overlap(b, i, j) <= iou)) kept.push(i);
    }
    return { y: adoptTensor(Int32Array.from(kept), [kept.length], "int32") };
  },
});

/** Intersection over union of two boxes, whose corners stand in either order. */
function overlap(boxes: ArrayLike<number>, i: number, j: number): number {
  const side = (k: number, axis: number): [number, number] => {
    const [a, b] = [boxes[4 * k + axis]!, boxes[4 * k + axis + 2]!];
    return [Math.min(a, b), Math.max(a, b)];
  };
  const [sides, others] = [
    [side(i, 0), side(i, 1)],
    [side(j, 0), side(j, 1)],
  ];
  const area = (box: readonly (readonly [number, number])[]): number => (box[0]![1] - box[0]![0]) * (box[1]![1] - box[1]![0]);
  const [a, b] = [area(sides), area(others)];
  if (a <= 0 || b <= 0) return 0;
  const common = [0, 1].reduce(
    (product, k) => product * Math.max(0, Math.min(sides[k]![1], others[k]![1]) - Math.max(sides[k]![0], others[k]![0])),
    1,
  );
  return common / (a + b - common);
}
