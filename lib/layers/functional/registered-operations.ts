// Second names of Keras's operations: configs of models name a node by the class of either. First names come with the declarations
// (operation-call.ts).

import { lookUp, registerClasses } from "../../config/index.js";
import { operationOf } from "../../core/operation.js";
import * as list from "../../ops/index.js";
import { configClassOf } from "./operation-call.js";

/** Keras has a class of its own for a second name of one operation: TrueDivide beside Divide. */
function register(functions: object): void {
  for (const [name, value] of Object.entries(functions) as [string, unknown][]) {
    const declared = operationOf(value);
    if (declared) {
      const module = `keras.src.ops.${declared.signature.module}`;
      const second = name.charAt(0).toUpperCase() + name.slice(1);
      if (second === declared.className || lookUp(module, second)) continue;
      registerClasses(module, { [second]: configClassOf({ ...declared, className: second }) });
    } else if (typeof value === "object" && value !== null) register(value);
  }
}

/** Makes them known; those that are known stay as they are. */
export const registerSecondNames = (): void => register(list);

registerSecondNames();
