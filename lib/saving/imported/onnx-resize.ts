// ONNX's Resize and Upsample: along each axis an element is made of those around a place, by weights that are known beforehand.

import { constant } from "../../core/convert.js";
import { ValueError } from "../../core/errors.js";
import type { Tensor } from "../../core/tensor.js";
import * as ops from "../../ops/index.js";
import { type Given, int32, numbers, type Operator, T } from "./onnx-given.js";

/** Where an axis of so many elements is read for place i of another length. */
type Place = (i: number, input: number, output: number, scale: number) => number;

const half: Place = (i, _, __, scale) => (i + 0.5) / scale - 0.5;

const places: Readonly<Record<string, Place>> = {
  half_pixel: half,
  pytorch_half_pixel: (i, input, output, scale) => (output > 1 ? half(i, input, output, scale) : 0),
  half_pixel_symmetric(i, input, output, scale) {
    const adjustment = output / (scale * input);
    return (input / 2) * (1 - adjustment) + half(i, input, output, scale);
  },
  align_corners: (i, input, output) => (output === 1 ? 0 : (i * (input - 1)) / (output - 1)),
  asymmetric: (i, _, __, scale) => i / scale,
  tf_half_pixel_for_nn: (i, _, __, scale) => (i + 0.5) / scale,
};

const nearest: Readonly<Record<string, (x: number) => number>> = {
  round_prefer_floor: (x) => Math.ceil(x - 0.5),
  round_prefer_ceil: (x) => Math.floor(x + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
};

/** Weights of four neighbours by Keys 1981, with his a. */
function cubic(a: number, at: number): number[] {
  const weight = (distance: number): number => {
    const x = Math.abs(distance);
    if (x <= 1) return (a + 2) * x ** 3 - (a + 3) * x ** 2 + 1;
    return x < 2 ? a * x ** 3 - 5 * a * x ** 2 + 8 * a * x - 4 * a : 0;
  };
  return [1 + at, at, 1 - at, 2 - at].map(weight);
}

/** The neighbours of a place and their weights. */
type Taps = (x: number) => { readonly first: number; readonly weights: readonly number[] };

function tapsOf(given: Given, mode: string): Taps {
  if (mode === "linear") return (x) => ({ first: Math.floor(x), weights: [1 - (x - Math.floor(x)), x - Math.floor(x)] });
  const a = given.float("cubic_coeff_a", -0.75);
  return (x) => ({ first: Math.floor(x) - 1, weights: cubic(a, x - Math.floor(x)) });
}

/** One axis in another length. */
function resized(given: Given, x: Tensor, axis: number, output: number, scale: number, mode: string, place: Place): Tensor {
  const input = x.shape[axis]!;
  const at = Array.from({ length: output }, (_, i) => place(i, input, output, scale));
  const inside = (i: number): number => Math.min(input - 1, Math.max(0, i));
  if (mode === "nearest") {
    const round =
      nearest[given.text("nearest_mode", given.node.opType === "Upsample" || given.opset < 11 ? "floor" : "round_prefer_floor")];
    if (!round) given.refuse("this nearest_mode", Object.keys(nearest).join(", "));
    const from = at.map((each) => inside(round!(each)));
    const factor = output / input;
    const isRepeated = Number.isInteger(factor) && from.every((each, i) => each === Math.floor(i / factor));
    return isRepeated ? ops.repeat(x, factor, axis) : ops.take(x, int32(from), axis);
  }
  const taps = at.map(tapsOf(given, mode));
  const isOutside = given.int("exclude_outside", 0) === 1;
  const weights = taps.map(({ first, weights }) => {
    if (!isOutside) return weights;
    const kept = weights.map((weight, k) => (first + k >= 0 && first + k < input ? weight : 0));
    const sum = kept.reduce((a, b) => a + b, 0);
    return kept.map((weight) => weight / sum);
  });
  const shape = x.shape.map((_, i) => (i === axis ? output : 1));
  return taps[0]!.weights
    .map((_, k) => {
      const from = int32(taps.map(({ first }) => inside(first + k)));
      const own = constant(Float32Array.from(weights, (each) => each[k]!), { shape }); // prettier-ignore
      return ops.multiply(ops.take(x, from, axis), own);
    })
    .reduce((a, b) => ops.add(a, b));
}

export const resize: Operator =
  (given) =>
  ([x, roi, scalesOf, sizesOf]) => {
    // Upsample and the Resize of operators 10 have the scales second; the first Upsample had them as an attribute.
    const scaled = scalesOf ?? (given.node.input.length === 2 ? roi : undefined);
    const [scales, sizes] = [scaled ? numbers(scaled) : (given.floats("scales") ?? []), sizesOf ? numbers(sizesOf) : []];
    const axes = given.ints("axes") ?? T(x).shape.map((_, i) => i);
    const isOld = given.node.opType === "Upsample" || given.opset < 11;
    const coordinates = given.text("coordinate_transformation_mode", isOld ? "asymmetric" : "half_pixel");
    const mode = given.text("mode", "nearest");
    const place = Object.hasOwn(places, coordinates)
      ? places[coordinates]!
      : given.refuse(`coordinates ${coordinates}`, Object.keys(places).join(", "));
    if (!["nearest", "linear", "cubic"].includes(mode)) given.refuse(`mode ${mode}`, "nearest, linear or cubic");
    if (given.int("antialias", 0) === 1) given.refuse("antialias", "none");
    if (given.text("keep_aspect_ratio_policy", "stretch") !== "stretch") given.refuse("keep_aspect_ratio_policy", "stretch");
    return axes.reduce((y, each, i) => {
      const axis = each < 0 ? each + y.rank : each;
      const input = y.shape[axis];
      if (sizes.length > 0 ? sizes[i] === input : scales[i] === 1) return y;
      if (typeof input !== "number")
        throw new ValueError("Resize", { given: "an open length", expected: "lengths that are known when the model is called" });
      const output = sizes.length > 0 ? sizes[i]! : Math.floor(input * scales[i]!);
      return resized(given, y, axis, output, sizes.length > 0 ? output / input : scales[i]!, mode, place);
    }, T(x));
  };
