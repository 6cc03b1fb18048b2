import { registerClasses } from "../../config/index.js";
import { stopGradient } from "../../ops/gradient/stop-gradient.js";
import * as list from "../../ops/index.js";
import { isInferring } from "../base/context.js";
import { OperationCall, parseSignature, recordedFunction } from "./operation.js";
import { signatures } from "./signatures.js";

const operations = { ...list, stopGradient };

type AnyFunction = (...args: never[]) => unknown;
type Functions = { [name: string]: AnyFunction | Functions };

/** The operations with those that a signature is known of recorded; namespaces such as `ops.linalg` are copied. */
function withRecords(): Functions {
  const made = copy(operations as unknown as Functions);
  for (const [module, lines] of Object.entries(signatures)) {
    for (const line of lines.trim().split("\n")) {
      const { path, signature } = parseSignature(module, line.trim());
      const last = path.at(-1)!;
      const owner = path.slice(0, -1).reduce<Functions | undefined>((space, key) => space?.[key] as Functions | undefined, made);
      const fn = owner?.[last];
      if (typeof fn !== "function") continue;
      owner![last] = recordedFunction(signature, fn, isInferring);
      const fromConfig = ({ name: own, ...values }: Readonly<Record<string, unknown>>) =>
        new OperationCall(signature, fn, values, own as string);
      registerClasses(`keras.src.ops.${module}`, { [signature.className]: { prototype: OperationCall.prototype, fromConfig } });
    }
  }
  return made;
}

const copy = (functions: Functions): Functions =>
  Object.fromEntries(Object.entries(functions).map(([name, value]) => [name, typeof value === "function" ? value : copy(value)]));

/** The operations, which become nodes of a functional model where they are called on Keras tensors. */
export const recorded = withRecords() as unknown as typeof operations;
