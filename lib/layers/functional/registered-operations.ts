// Keras's classes of operations, by which configs of models name their nodes.

import { lookUp, registerClasses } from "../../config/index.js";
import { operationOf } from "../../core/operation.js";
import * as list from "../../ops/index.js";
import { fakeQuantWithMinMaxVars } from "../../quantizers/fake-quant.js";
import { configClassOf } from "./operation-call.js";

/** A function of two names is one class. */
const seen = new Set<object>();

function register(functions: object): void {
  const others: (() => void)[] = [];
  for (const [name, value] of Object.entries(functions) as [string, unknown][]) {
    const declared = operationOf(value);
    if (declared) {
      const module = `keras.src.ops.${declared.signature.module}`;
      if (!seen.has(declared)) registerClasses(module, { [declared.className]: configClassOf(declared) });
      seen.add(declared);
      // Keras has a class of its own for a second name of one operation: TrueDivide beside Divide.
      const second = name.charAt(0).toUpperCase() + name.slice(1);
      if (second !== declared.className) others.push(() => lookUp(module, second) || registerClasses(module, { [second]: configClassOf({ ...declared, className: second }) })); // prettier-ignore
    } else if (typeof value === "object" && value !== null) register(value);
  }
  for (const add of others) add();
}

register(list);
register({ fakeQuantWithMinMaxVars });
