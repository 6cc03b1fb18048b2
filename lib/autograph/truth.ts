// Whether something holds: now, where there is a value; when the program runs, where there is none yet.

import { ArgumentError, ShapeError } from "../core/errors.js";
import { shapeText } from "../core/shape.js";
import { Chainable, type Tensor } from "../core/tensor.js";
import { cast } from "../ops/elementwise/cast.js";
import { logicalAnd, logicalNot, logicalOr } from "../ops/elementwise/logical.js";
import { lineOf } from "./state.js";

/** JavaScript's truth of a value, or a bool scalar that will have it. @param what  "if (…) at line 3" */
export function truth(value: unknown, what: () => string): boolean | Tensor {
  if (!(value instanceof Chainable)) return Boolean(value);
  const tensor = value.value();
  if (tensor.rank !== 0) {
    throw new ShapeError("autograph", {
      given: `${what()} over a tensor of shape ${shapeText(tensor.shape)}`,
      expected: "a scalar",
      hint: "Use tf.reduceAny or tf.reduceAll, or tf.where for a choice per element.",
    });
  }
  if (!tensor.isSymbolic) {
    const number = tensor.item();
    return number !== 0 && !Number.isNaN(number);
  }
  return tensor.dtype === "bool" ? tensor : cast(tensor, "bool");
}

const isOpen = (value: boolean | Tensor): value is Tensor => typeof value !== "boolean";

export function and(a: unknown, b: () => unknown, at: string): unknown {
  if (!(a instanceof Chainable)) return a && b();
  const left = truth(a, () => `&& at line ${lineOf(at)}`);
  if (!isOpen(left)) return left ? b() : a;
  return logicalAnd(left, operand(b(), "&&", at));
}

export function or(a: unknown, b: () => unknown, at: string): unknown {
  if (!(a instanceof Chainable)) return a || b();
  const left = truth(a, () => `|| at line ${lineOf(at)}`);
  if (!isOpen(left)) return left ? a : b();
  return logicalOr(left, operand(b(), "||", at));
}

/** The right side of && or || whose left side has no value yet. */
function operand(value: unknown, operator: string, at: string): boolean | Tensor {
  if (typeof value === "boolean" || value instanceof Chainable) return truth(value, () => `${operator} at line ${lineOf(at)}`);
  throw new ArgumentError("autograph", {
    given: `${operator} at line ${lineOf(at)} between a tensor and ${value === null ? "null" : `a ${typeof value}`}`,
    expected: "booleans on both sides",
    hint: "Use ?: for a choice of values.",
  });
}

/** !a; of a tensor element by element. */
export function not(a: unknown): unknown {
  if (!(a instanceof Chainable)) return !a;
  return logicalNot(a);
}

/** Whether none of the flags is set. */
export function none(...flags: readonly (boolean | Tensor)[]): boolean | Tensor {
  if (flags.some((flag) => flag === true)) return false;
  const open = flags.filter(isOpen);
  if (open.length === 0) return true;
  return logicalNot(open.reduce((a, b) => logicalOr(a, b)));
}

/** Whether both hold; the second is asked only where it may count. */
export function both(a: boolean | Tensor, b: () => boolean | Tensor): boolean | Tensor {
  if (a === false) return false;
  const other = b();
  if (a === true || other === false) return other;
  return other === true ? a : logicalAnd(a, other);
}
