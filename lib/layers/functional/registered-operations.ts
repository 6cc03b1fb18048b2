// Keras's classes of operations, by which configs of models name their nodes.

import { registerClasses } from "../../config/index.js";
import { operationOf } from "../../core/operation.js";
import * as list from "../../ops/index.js";
import { configClassOf } from "./operation-call.js";

/** A function of two names is one class. */
const seen = new Set<object>();

function register(functions: object): void {
  for (const value of Object.values(functions) as unknown[]) {
    const declared = operationOf(value);
    if (declared) {
      if (!seen.has(declared))
        registerClasses(`keras.src.ops.${declared.signature.module}`, { [declared.className]: configClassOf(declared) });
      seen.add(declared);
    } else if (typeof value === "object" && value !== null) register(value);
  }
}

register(list);
