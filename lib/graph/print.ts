// tf.print and assertions: steps of a program that the host does with real values.

import { asTensor, type TensorLike } from "../core/convert.js";
import { apply } from "../core/interpreter.js";
import { localPrimitive } from "../core/primitive.js";
import { printArray } from "../core/print.js";
import { Chainable, Tensor } from "../core/tensor.js";
import { isRepeating } from "./control/host.js";

/** An effect on the host that sees tensors: defined anew for each use, since what it does is its own. */
function onHost(name: string, tensors: readonly Tensor[], action: (tensors: readonly Tensor[]) => void): void {
  const op = localPrimitive({
    name,
    inputs: ["tensors"],
    effect: true,
    infer: () => ({}),
    host(inputs) {
      if (!isRepeating()) action(inputs.tensors as readonly Tensor[]);
      return {};
    },
  });
  apply(op, { tensors }, undefined);
}

export interface PrintOptions {
  /** Between the values. Default: a space. */
  separator?: string;
  /** Receives the line. Default: console.log. */
  output?: (line: string) => void;
}

const isTensor = (value: unknown): value is Chainable => value instanceof Chainable;

/**
 * Prints values when the program runs, in program order: each tensor as its elements. TensorFlow: tf.print.
 *
 * ```ts
 * tf.print("loss", loss);
 * ```
 */
export function print(...values: unknown[]): void {
  printWith({}, ...values);
}

/** `print` with options. */
export function printWith({ separator = " ", output = console.log }: PrintOptions, ...values: unknown[]): void {
  const tensors = values.filter(isTensor).map((value) => value.value());
  onHost("print", tensors, (real) => {
    let next = 0;
    const words = values.map((value) => (isTensor(value) ? elements(real[next++]!) : String(value)));
    output(words.join(separator));
  });
}

const elements = (tensor: Tensor): string => printArray(tensor.view(), tensor.shape as number[], tensor.dtype);

/** An assertion that is checked when the program runs. */
export function checkOnHost(name: string, tensors: readonly TensorLike[], check: (tensors: readonly Tensor[]) => void): void {
  onHost(
    name,
    tensors.map((value) => asTensor(value)),
    check,
  );
}
