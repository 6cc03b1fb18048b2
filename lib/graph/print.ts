import { asTensor, type TensorLike } from "../core/convert.js";
import { ValueError } from "../core/errors.js";
import { apply } from "../core/interpreter.js";
import type { Inputs, Primitive } from "../core/primitive.js";
import { printArray } from "../core/print.js";
import { Chainable, Tensor } from "../core/tensor.js";
import { isRepeating } from "./control/host.js";

/** An effect on the host that sees tensors: defined anew for each use, since what it does is its own. */
function onHost(name: string, tensors: readonly Tensor[], action: (tensors: readonly Tensor[]) => void): void {
  const op: Primitive = {
    name,
    inputs: ["tensors"],
    states: [],
    writes: [],
    effect: true,
    keeps: [],
    infer: () => ({}),
    host(inputs: Inputs) {
      if (!isRepeating()) action(inputs.tensors as readonly Tensor[]);
      return {};
    },
  };
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

type Compare = (a: number, b: number) => boolean;

/** Compares element by element; one side may be a scalar. */
function assertion(name: string, holds: Compare, relation: string) {
  return (x: TensorLike, y: TensorLike, { message = "" }: { message?: string } = {}): void => {
    const a = asTensor(x);
    checkOnHost(name, [a, asTensor(y, a.dtype)], ([one, other]) => {
      const [p, q] = [one!.view(), other!.view()];
      const length = Math.max(p.length, q.length);
      const at = (view: ArrayLike<number>, i: number) => view[view.length === 1 ? 0 : i]!;
      for (let i = 0; i < length; i++) {
        if (holds(at(p, i), at(q, i))) continue;
        throw new ValueError(`debugging.${name}`, {
          given: `${at(p, i)} and ${at(q, i)} at element ${i}`,
          expected: `x ${relation} y for every element`,
          ...(message && { hint: message }),
        });
      }
    });
  };
}

/** Checks that run with the program and stop it with a clear error. TensorFlow: tf.debugging. */
export const debugging = {
  assertEqual: assertion("assertEqual", (a, b) => a === b, "=="),
  assertNoneEqual: assertion("assertNoneEqual", (a, b) => a !== b, "!="),
  assertLess: assertion("assertLess", (a, b) => a < b, "<"),
  assertLessEqual: assertion("assertLessEqual", (a, b) => a <= b, "<="),
  assertGreater: assertion("assertGreater", (a, b) => a > b, ">"),
  assertGreaterEqual: assertion("assertGreaterEqual", (a, b) => a >= b, ">="),
  assertNear: assertion("assertNear", (a, b) => Math.abs(a - b) <= 1e-5 + 1e-5 * Math.abs(b), "≈"),

  /** All elements are finite. */
  checkNumerics(x: TensorLike, message = ""): Tensor {
    const tensor = asTensor(x);
    checkOnHost("checkNumerics", [tensor], ([real]) => {
      const bad = real!.view().findIndex((value) => !Number.isFinite(value));
      if (bad < 0) return;
      throw new ValueError("debugging.checkNumerics", {
        given: `${real!.view()[bad]} at element ${bad}`,
        expected: "finite numbers",
        ...(message && { hint: message }),
      });
    });
    return tensor;
  },
};
