// The arguments of a layer call as tensors of the dtype in which the layer computes.

import { checkDepth } from "../../core/tree.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import { isFloat } from "../../core/dtype.js";
import { ArgumentError, text } from "../../core/errors.js";
import { maskOf, setMask } from "../../core/mask.js";
import { isStrings, Strings } from "../../core/strings.js";
import { Chainable, Tensor } from "../../core/tensor.js";
import { isPlainObject } from "../../config/index.js";
import { cast } from "../../ops/index.js";
import { KerasTensor } from "../functional/keras-tensor.js";
import type { Layer } from "../layer.js";
import type { CallOptions } from "./types.js";

/** A layer call whose arguments are tensors. */
export interface LayerCall {
  /** Positional arguments: tensors, or arrays and records of tensors. */
  readonly args: readonly unknown[];
  readonly options: CallOptions;
  /** The arguments before conversion, as graphs record them. */
  readonly given: readonly unknown[];
}

const none: CallOptions = {};

/** First stage of a call: arrays and numbers become tensors, the last plain object after the inputs is the options. */
export function convertArguments(layer: Layer, given: readonly unknown[]): LayerCall {
  const only = given[0];
  if (given.length === 1 && only instanceof Tensor && !castsTo(layer, only)) return { args: given, options: none, given };
  const last = given.at(-1);
  const hasOptions = given.length > 1 && (last === undefined || isPlainObject(last));
  const options = (hasOptions ? (last as CallOptions | undefined) : undefined) ?? none;
  const positional = hasOptions ? given.slice(0, -1) : given;
  const convert = layer.convertsInputs ? (value: unknown) => toTensors(layer, value) : (value: unknown) => value;
  for (const value of positional) checkDepth(layer.name, value);
  const args = positional.map(convert);
  if (args[0] === undefined) {
    throw new ArgumentError(layer.name, { given: "a call without inputs", expected: "a tensor, or an array or record of tensors" });
  }
  return { args, options: withValues(options) as CallOptions, given: positional };
}

/** The options with the values of variables in them. */
function withValues(value: unknown): unknown {
  if (value instanceof Chainable) return value instanceof Tensor ? value : value.value();
  if (Array.isArray(value)) return value.some((item) => typeof item !== "number") ? value.map(withValues) : value;
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withValues(item)]));
}

function castsTo(layer: Layer, x: Tensor): boolean {
  return layer.castsInputs && isFloat(x.dtype) && x.dtype !== layer.computeDtype;
}

/** The value with tensors at its leaves. Arrays of numbers become tensors, arrays of tensors stay arrays. */
function toTensors(layer: Layer, value: unknown): unknown {
  if (value === null || value === undefined) return value;
  if (value instanceof Chainable) {
    const tensor = value.value();
    return castsTo(layer, tensor) ? setMask(cast(tensor, layer.computeDtype), maskOf(tensor)) : tensor;
  }
  if (isNumeric(value)) return toTensors(layer, asTensor(value as TensorLike));
  // A layer that says what its tensors are like wants tensors.
  if (layer.inputSpec === null && (value instanceof Strings || isStrings(value))) {
    return value instanceof Strings ? value : Strings.of(value, layer.name);
  }
  if (Array.isArray(value)) return value.map((item) => toTensors(layer, item));
  if (isPlainObject(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toTensors(layer, item)]));
  throw new ArgumentError(layer.name, { given: `the input ${text(value)}`, expected: "a tensor, or an array or record of tensors" });
}

/** Whether a value is numbers alone: they make one tensor. */
export function isNumeric(value: unknown): boolean {
  if (typeof value === "number" || typeof value === "boolean" || ArrayBuffer.isView(value)) return true;
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    (typeof value[0] === "number" || typeof value[0] === "boolean" || (Array.isArray(value[0]) && isNumeric(value[0])))
  );
}

/** Whether a layer call is part of a model under construction. */
export function isSymbolic(call: LayerCall): boolean {
  return call.args.some(holdsKeras) || (call.options !== none && Object.values(call.options).some(holdsKeras));
}

function holdsKeras(value: unknown): boolean {
  if (value instanceof KerasTensor) return true;
  if (Array.isArray(value)) return value.some(holdsKeras);
  return isPlainObject(value) && Object.values(value).some(holdsKeras);
}
