// Images read at places between pixels: affine and perspective maps, and coordinates of one's own.

import { composed } from "../../core/interpreter.js";
import { operation } from "../../core/operation.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import { isFloat } from "../../core/dtype.js";
import { ShapeError, text, ValueError } from "../../core/errors.js";
import { known, shapeText, stridesOf } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { add, divide, floorDivide, mod, multiply, subtract } from "../elementwise/arithmetic.js";
import { cast } from "../elementwise/cast.js";
import { clip } from "../elementwise/clip.js";
import { greaterEqual, less } from "../elementwise/comparison.js";
import { logicalAnd } from "../elementwise/logical.js";
import { abs, negative } from "../elementwise/powers.js";
import { floor, round } from "../elementwise/rounding.js";
import { where } from "../elementwise/where.js";
import { takeAt } from "../indexing/take.js";
import { solve } from "../linalg/solve.js";
import { asFloat } from "../promotion.js";
import { concatenate, stack } from "../shaping/concatenate.js";
import { onesLike, progression, zerosLike } from "../shaping/create.js";
import { positionsAlong } from "../shaping/diagonal.js";
import { expandDims, mergeAxes, ravel, squeeze } from "../shaping/reshape.js";
import { unstack } from "../shaping/split.js";
import { asBatch, type DataFormatOption } from "./layout.js";

/** What stands at places outside of an axis: another place of it, as whole numbers. */
const fixers: Readonly<Record<string, (index: Tensor, size: number) => Tensor>> = {
  constant: (index, size) => clip(index, 0, size - 1),
  nearest: (index, size) => clip(index, 0, size - 1),
  wrap: (index, size) => mod(index, size),
  mirror: (index, size) => mirrored(index, size),
  reflect: (index, size) => floorDivide(subtract(mirrored(add(multiply(index, 2), 1), 2 * size + 1), 1), 2),
};

/** A triangular wave: 0 up to size − 1 and down again. */
const mirrored = (index: Tensor, size: number): Tensor =>
  size === 1 ? multiply(index, 0) : abs(subtract(mod(add(index, size - 1), 2 * (size - 1)), size - 1));

interface Node {
  /** int32, inside of the axis. */
  readonly index: Tensor;
  /** Where the place itself was inside; null where that does not matter. */
  readonly isInside: Tensor | null;
  /** How much it counts; null for all. */
  readonly weight: Tensor | null;
}

/** The elements of an axis from which a value between them is made. */
function nodesOf(coordinate: Tensor, size: number, order: number, fillMode: string): Node[] {
  const fixed = (index: Tensor, weight: Tensor | null): Node => ({
    index: fixers[fillMode]!(index, size),
    isInside: fillMode === "constant" ? logicalAnd(greaterEqual(index, 0), less(index, size)) : null,
    weight,
  });
  if (order === 0) return [fixed(cast(round(coordinate), "int32"), null)];
  const lower = floor(coordinate);
  const part = subtract(coordinate, lower);
  const index = cast(lower, "int32");
  return [fixed(index, subtract(1, part)), fixed(add(index, 1), part)];
}

function checkMode(where_: string, fillMode: string): void {
  if (Object.hasOwn(fixers, fillMode)) return;
  throw new ValueError(where_, { given: `fillMode ${text(fillMode)}`, expected: Object.keys(fixers).join(", ") });
}

/** Every choice of one node for each axis. */
const choices = (axes: readonly Node[][]): Node[][] =>
  axes.reduce<Node[][]>((all, nodes) => all.flatMap((chosen) => nodes.map((node) => [...chosen, node])), [[]]);

/** Σ over corners of weight · what `read` gives for their indices, in which places outside count as the fill value. */
function interpolate(
  axes: readonly Node[][],
  fillValue: number,
  read: (indices: readonly Tensor[]) => Tensor,
  spread: (x: Tensor) => Tensor,
): Tensor {
  return choices(axes)
    .map((corner) => {
      let value = read(corner.map(({ index }) => index));
      const inside = corner.flatMap(({ isInside }) => (isInside ? [isInside] : []));
      if (inside.length > 0) value = where(spread(inside.reduce((a, b) => logicalAnd(a, b))), value, fillValue);
      const factors = corner.flatMap(({ weight }) => (weight ? [weight] : []));
      return factors.length > 0 ? multiply(value, spread(factors.reduce((a, b) => multiply(a, b)))) : value;
    })
    .reduce((a, b) => add(a, b));
}

/**
 * The values of a tensor at places that may lie between its elements.
 *
 * ```ts
 * ops.image.mapCoordinates([1, 2, 4], [[0.5, 1.5]], 1); // [1.5, 3]
 * ```
 *
 * @param coordinates  one tensor of places for each axis of inputs
 * @param order        0 takes the nearest element, 1 interpolates linearly
 * @param fillMode     outside: "constant" (default), "nearest", "wrap", "mirror" or "reflect"
 * @param fillValue    for "constant"; default 0
 */
export const mapCoordinates = operation(
  'image.mapCoordinates(*inputs, *coordinates, order:number, fillMode="constant", fillValue=0)',
  (inputs: TensorLike, coordinates: TensorLike | readonly TensorLike[], order: number, fillMode: string, fillValue: number): Tensor => {
    const given = asTensor(inputs);
    checkMode("mapCoordinates", fillMode);
    if (order !== 0 && order !== 1) throw new ValueError("mapCoordinates", { given: `order ${order}`, expected: "0 or 1" });
    const places = Array.isArray(coordinates)
      ? (coordinates as readonly TensorLike[]).map((each) => asFloat(each))
      : unstack(asFloat(coordinates as TensorLike), null, 0);
    if (places.length !== given.rank) {
      throw new ShapeError("mapCoordinates", {
        given: `${places.length} coordinates for ${shapeText(given.shape)}`,
        expected: `one for each of its ${given.rank} axes`,
      });
    }
    const shape = known(given.shape, "mapCoordinates");
    const strides = stridesOf(shape);
    const flat = ravel(asFloat(given));
    const read = (indices: readonly Tensor[]): Tensor =>
      takeAt(
        flat,
        indices.map((index, i) => multiply(index, strides[i]!)).reduce((a, b) => add(a, b)),
        0,
      );
    const nodes = places.map((coordinate, axis) => nodesOf(coordinate, shape[axis]!, order, fillMode));
    const y = interpolate(nodes, fillValue, read, (x) => x);
    return isFloat(given.dtype) ? y : cast(round(y), given.dtype);
  },
);

export interface TransformOptions extends DataFormatOption {
  /** "bilinear" (default) or "nearest". */
  interpolation?: string;
  /** Outside of the image: "constant" (default), "nearest", "wrap", "mirror" or "reflect". */
  fillMode?: string;
  /** For "constant". Default 0. */
  fillValue?: number;
}

const orders: Readonly<Record<string, number>> = { nearest: 0, bilinear: 1 };

function orderOf(where_: string, interpolation: string): number {
  if (Object.hasOwn(orders, interpolation)) return orders[interpolation]!;
  throw new ValueError(where_, { given: `interpolation ${text(interpolation)}`, expected: "bilinear or nearest" });
}

/** Pixels of images [n, h, w, c] at places y and x, each [n or 1, height, width]. */
export function sampled(
  where_: string,
  images: Tensor,
  y: Tensor,
  x: Tensor,
  { interpolation = "bilinear", fillMode = "constant", fillValue = 0 }: TransformOptions,
): Tensor {
  checkMode(where_, fillMode);
  const [height, width] = known(images.shape.slice(1, 3), where_) as [number, number];
  const order = orderOf(where_, interpolation);
  const pixels = (): Tensor => {
    const rows = mergeAxes(images, 0, 3);
    const first = multiply(imageNumbers(images), height * width);
    const nodes = [nodesOf(y, height, order, fillMode), nodesOf(x, width, order, fillMode)];
    const read = ([row, column]: readonly Tensor[]): Tensor => takeAt(rows, add(add(multiply(row!, width), column!), first), 0);
    return interpolate(nodes, fillValue, read, (each) => expandDims(each, -1));
  };
  return composed(pixels, (made) => [made]);
}

/** The number of each image of a batch, [n, 1, 1]. */
function imageNumbers(images: Tensor): Tensor {
  const count = images.shape[0]!;
  const numbers = count === null ? ravel(positionsAlong(images, 0)) : progression(0, 1, count, "int32");
  return expandDims(numbers, [1, 2]);
}

/** Places of the pixels of images: y [1, height, 1] and x [1, 1, width]. */
export function grid(images: Tensor): [y: Tensor, x: Tensor] {
  const [height, width] = known(images.shape.slice(1, 3), "grid") as [number, number];
  return [expandDims(progression(0, 1, height, "float32"), [0, 2]), expandDims(progression(0, 1, width, "float32"), [0, 1])];
}

/** Columns of a matrix of parameters, each [n, 1, 1]. */
const parameters = (matrix: Tensor): Tensor[] => unstack(matrix, null, 1).map((each) => expandDims(each, [1, 2]));

/**
 * Images turned, scaled, sheared and moved: the output pixel (x, y) shows the input at (a₀x + a₁y + a₂, b₀x + b₁y + b₂).
 *
 * ```ts
 * ops.image.affineTransform([[[1], [2]], [[3], [4]]], [1, 0, 1, 0, 1, 0, 0, 0]); // [[[2], [0]], [[4], [0]]]
 * ```
 *
 * @param transform  [a₀, a₁, a₂, b₀, b₁, b₂, 0, 0], or one for each image
 */
export const affineTransform = operation(
  'image.affineTransform(*images, *transform, interpolation="bilinear", fillMode="constant", fillValue=0, dataFormat:string=null)',
  (
    images: TensorLike,
    transform: TensorLike,
    interpolation: string,
    fillMode: string,
    fillValue: number,
    dataFormat: string | null,
  ): Tensor => {
    const { x: batch, back } = asBatch("affineTransform", images, dataFormat);
    const given = asFloat(transform);
    if ((given.rank !== 1 && given.rank !== 2) || given.shape.at(-1) !== 8)
      throw new ShapeError("affineTransform", { given: `transform ${shapeText(given.shape)}`, expected: "[8] or [batch, 8]" });
    const [a0, a1, a2, b0, b1, b2] = parameters(given.rank === 1 ? expandDims(given, 0) : given) as [
      Tensor,
      Tensor,
      Tensor,
      Tensor,
      Tensor,
      Tensor,
    ];
    const [y, x] = grid(batch);
    const [toX, toY] = [add(add(multiply(a0, x), multiply(a1, y)), a2), add(add(multiply(b0, x), multiply(b1, y)), b2)];
    return back(sampled("affineTransform", batch, toY, toX, { interpolation, fillMode, fillValue, dataFormat }));
  },
);

/**
 * Images seen from elsewhere: the four end points show what is at the four start points.
 *
 * ```ts
 * const corners = [[0, 0], [1, 0], [0, 1], [1, 1]];
 * ops.image.perspectiveTransform([[[1], [2]], [[3], [4]]], corners, corners); // [[[1], [2]], [[3], [4]]]
 * ```
 *
 * @param startPoints, endPoints  [4, 2] of (x, y), or one such for each image
 */
export const perspectiveTransform = operation(
  'image.perspectiveTransform(*images, *startPoints, *endPoints, interpolation="bilinear", fillValue=0, dataFormat:string=null)',
  (
    images: TensorLike,
    startPoints: TensorLike,
    endPoints: TensorLike,
    interpolation: string,
    fillValue: number,
    dataFormat: string | null,
  ): Tensor => {
    const { x: batch, back } = asBatch("perspectiveTransform", images, dataFormat);
    const [starts, ends] = [startPoints, endPoints].map((points) => {
      const tensor = asFloat(points);
      if (tensor.shape.slice(-2).join() !== "4,2" || tensor.rank > 3)
        throw new ShapeError("perspectiveTransform", { given: `points ${shapeText(tensor.shape)}`, expected: "[4, 2] or [batch, 4, 2]" });
      return tensor.rank === 2 ? expandDims(tensor, 0) : tensor;
    }) as [Tensor, Tensor];
    const [a0, a1, a2, b0, b1, b2, c0, c1] = parameters(homography(starts, ends)) as Tensor[];
    const [y, x] = grid(batch);
    const depth = add(add(multiply(c0!, x), multiply(c1!, y)), 1);
    const toX = divide(add(add(multiply(a0!, x), multiply(a1!, y)), a2!), depth);
    const toY = divide(add(add(multiply(b0!, x), multiply(b1!, y)), b2!), depth);
    return back(sampled("perspectiveTransform", batch, toY, toX, { ...{ interpolation, fillValue, dataFormat }, fillMode: "constant" }));
  },
);

/** The eight parameters of the projection that takes end points to start points. */
export function homography(starts: Tensor, ends: Tensor): Tensor {
  const [sx, sy] = unstack(starts, 2, 2) as [Tensor, Tensor];
  const [ex, ey] = unstack(ends, 2, 2) as [Tensor, Tensor];
  const [one, zero] = [onesLike(ex), zerosLike(ex)];
  const forX = stack([ex, ey, one, zero, zero, zero, negative(multiply(sx, ex)), negative(multiply(sx, ey))], -1);
  const forY = stack([zero, zero, zero, ex, ey, one, negative(multiply(sy, ex)), negative(multiply(sy, ey))], -1);
  return squeeze(solve(concatenate([forX, forY], 1), expandDims(concatenate([sx, sy], 1), -1)), -1);
}
