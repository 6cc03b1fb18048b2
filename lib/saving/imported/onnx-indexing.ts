// Operators of ONNX that take elements from where indices say, and put them there.

import { constant } from "../../core/convert.js";
import { known, sizeOf } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { suppressed } from "../../ops/boxes/suppression.js";
import * as ops from "../../ops/index.js";
import { takeFrom } from "../../ops/indexing/take.js";
import { placesOf } from "../../ops/indexing/places.js";
import { int32, numbers, type Operator, T } from "./onnx-given.js";

/** A column that counts how many rows went before: 0, 0, …, 1, 1, … */
const counted = (count: number, each: number): Tensor =>
  constant(Int32Array.from({ length: count * each }, (_, i) => Math.floor(i / each)), { shape: [count * each, 1] }); // prettier-ignore

export const gatherNd: Operator =
  (given) =>
  ([x, indices]) => {
    const batch = given.int("batch_dims", 0);
    const shape = known(T(x).shape, "GatherND");
    const own = known(T(indices).shape, "GatherND");
    const depth = own.at(-1)!;
    const count = sizeOf(shape.slice(0, batch));
    const rows = ops.reshape(T(indices), [-1, depth]);
    const each = sizeOf(own.slice(batch, -1));
    const coordinates = batch > 0 ? ops.concatenate([counted(count, each), rows], 1) : rows;
    const lengths = [...(batch > 0 ? [count] : []), ...shape.slice(batch, batch + depth)];
    const rest = shape.slice(batch + depth);
    const places = placesOf("GatherND", coordinates, lengths);
    return ops.reshape(takeFrom("GatherND", ops.reshape(T(x), [sizeOf(lengths), ...rest]), places, 0), [...own.slice(0, -1), ...rest]);
  };

/** How what is there and what comes meet. */
const reductions: Readonly<Record<string, string | null>> = { none: null, add: "add", mul: "mul", max: "max", min: "min" };

export const scatterNd: Operator =
  (given) =>
  ([x, indices, updates]) => {
    const reduction = given.text("reduction", "none");
    if (!Object.hasOwn(reductions, reduction)) given.refuse(`reduction ${reduction}`, Object.keys(reductions).join(", "));
    return ops.scatterUpdate(T(x), T(indices), T(updates), reductions[reduction]!);
  };

export const scatterElements: Operator =
  (given) =>
  ([x, indices, updates]) => {
    const reduction = given.text("reduction", "none");
    if (!Object.hasOwn(reductions, reduction)) given.refuse(`reduction ${reduction}`, Object.keys(reductions).join(", "));
    const { rank } = T(x);
    const axis = (given.int("axis", 0) + rank) % rank;
    const shape = known(T(indices).shape, "ScatterElements");
    const size = sizeOf(shape);
    // Along the other axes an element keeps its own place.
    const columns = shape.map((length, i) => {
      if (i === axis) return ops.reshape(T(indices), [size, 1]);
      const inner = sizeOf(shape.slice(i + 1));
      return constant(
        Int32Array.from({ length: size }, (_, at) => Math.floor(at / inner) % length),
        { shape: [size, 1] },
      );
    });
    return ops.scatterUpdate(T(x), ops.concatenate(columns, 1), ops.reshape(T(updates), [size]), reductions[reduction]!);
  };

export const nonMaxSuppression: Operator =
  (given) =>
  ([boxes, scores, most, iou, least]) => {
    const [batch, classes] = known(T(scores).shape, "NonMaxSuppression") as [number, number];
    const count = most ? numbers(most)[0]! : 0;
    const options = { most: count, iou: iou ? numbers(iou)[0]! : 0, least: least ? numbers(least)[0]! : -Infinity };
    const isCentered = given.int("center_point_box", 0) === 1;
    const found = Array.from({ length: batch * classes }, (_, i) => {
      const [image, kind] = [Math.floor(i / classes), i % classes];
      const own = ops.take(T(boxes), image, 0);
      const numbersOf = suppressed(isCentered ? cornered(own) : own, ops.take(ops.take(T(scores), image, 0), kind, 0), options);
      const rows = ops.expandDims(numbersOf, 1);
      const same = (value: number): Tensor => ops.add(ops.multiply(rows, 0), value);
      return ops.concatenate([same(image), same(kind), rows], 1);
    });
    return found.length === 1 ? found[0]! : ops.concatenate(found, 0);
  };

/** Boxes by their corners, from centers and sizes. */
function cornered(boxes: Tensor): Tensor {
  const [x, y, width, height] = ops.split(boxes, 4, 1) as [Tensor, Tensor, Tensor, Tensor];
  const half = (value: Tensor): Tensor => ops.multiply(value, 0.5);
  return ops.concatenate(
    [ops.subtract(y, half(height)), ops.subtract(x, half(width)), ops.add(y, half(height)), ops.add(x, half(width))],
    1,
  );
}

export const reverseSequence: Operator =
  (given) =>
  ([x, lengths]) => {
    const [time, batch] = [given.int("time_axis", 0), given.int("batch_axis", 1)];
    const rows = ops.moveaxis(T(x), [batch, time], [0, 1]);
    const steps = int32(Array.from({ length: rows.shape[1]! }, (_, i) => i));
    const ends = ops.expandDims(T(lengths), 1);
    // Step t of n comes from n − 1 − t; those behind the end stay.
    const from = ops.where(ops.less(steps, ends), ops.subtract(ops.subtract(ends, 1), steps), ops.add(steps, ops.multiply(ends, 0)));
    const places = ops.reshape(from, [...from.shape, ...rows.shape.slice(2).map(() => 1)] as number[]);
    return ops.moveaxis(ops.takeAlongAxis(rows, ops.broadcastTo(places, rows.shape as number[]), 1), [0, 1], [batch, time]);
  };
