import "../../ops/methods.js";
import { Chainable } from "../../core/tensor.js";
import { isInferring } from "../base/context.js";
import { KerasTensor } from "./keras-tensor.js";
import { recorded } from "./recorded.js";

// The chained methods of Keras tensors: `inputs.mul(2)` is a node of the model, as `keras.ops.multiply(inputs, 2)` is.

type Operations = Record<string, ((...args: unknown[]) => unknown) | undefined>;

/** Methods that are called otherwise than the operation. */
const renamed: Readonly<Record<string, string>> = { sub: "subtract", mul: "multiply", div: "divide", floorDiv: "floorDivide", pow: "power", neg: "negative", argMax: "argmax", argMin: "argmin" }; // prettier-ignore

for (const name of Object.getOwnPropertyNames(Chainable.prototype)) {
  const plain = (Chainable.prototype as unknown as Operations)[name];
  const operation = (recorded as unknown as Operations)[renamed[name] ?? name];
  if (name === "constructor" || plain === undefined || operation === undefined) continue;
  const isArg = name === "argMax" || name === "argMin";
  const value = function (this: KerasTensor, ...args: unknown[]): unknown {
    if (isInferring()) return plain.apply(this, args);
    return isArg ? operation(this, { axis: args[0] ?? null }) : operation(this, ...args);
  };
  Object.defineProperty(KerasTensor.prototype, name, { value, writable: true, configurable: true });
}
