import { registerClasses } from "../../config/index.js";
import * as operations from "../../ops/index.js";
import { isInferring } from "../base/context.js";
import { OperationCall, parseSignature, recordedFunction } from "./operation.js";
import { signatures } from "./signatures.js";

type Functions = Record<string, ((...args: never[]) => unknown) | undefined>;

const made: Functions = { ...(operations as unknown as Functions) };
for (const [module, list] of Object.entries(signatures)) {
  for (const text of list.trim().split("\n")) {
    const { name, signature } = parseSignature(module, text.trim());
    const fn = (operations as unknown as Functions)[name];
    if (typeof fn !== "function") continue;
    made[name] = recordedFunction(signature, fn, isInferring);
    const fromConfig = ({ name: own, ...values }: Readonly<Record<string, unknown>>) =>
      new OperationCall(signature, fn, values, own as string);
    registerClasses(`keras.src.ops.${module}`, { [signature.className]: { prototype: OperationCall.prototype, fromConfig } });
  }
}

/** keras.ops: the operations, which become nodes of a functional model where they are called on Keras tensors. */
export const recorded = made as unknown as typeof operations;
