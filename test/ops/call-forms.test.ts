// What `declare` and `operation` promise, for every public function: the same value by position and by name, and an ArgumentError for an
// unknown option, for one argument too many and for arguments of another kind. Never a TypeError out of the depths, NaN, or a value for
// other arguments. Arguments come from recorded cases of Keras and TensorFlow.

import t from "tap";
import { signatureOf } from "../../lib/core/operation.js";
import type { Signature } from "../../lib/core/signature.js";
import * as tf from "../../lib/index.js";
import { casesOf } from "../golden/cases.js";
import { toCamelCase } from "../../lib/config/names.js";
import { read } from "../golden/values.js";

type AnyFunction = (...args: unknown[]) => unknown;

/** Every declared function of the public face by its path. */
function declared(): Map<string, AnyFunction> {
  const found = new Map<string, AnyFunction>();
  const visit = (path: string, space: object, depth: number): void => {
    for (const [name, value] of Object.entries(space) as [string, unknown][]) {
      if (signatureOf(value)) found.set(`${path}${name}`, value as AnyFunction);
      else if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === null && depth < 3)
        visit(`${path}${name}.`, value, depth + 1);
    }
  };
  visit("tf.", tf, 0);
  return found;
}
const functions = declared();

/** A function is called with what a recorded case has; `null` where there is none. */
function argumentsOf(path: string, signature: Signature): unknown[] | null {
  void path;
  const { parameters } = signature;
  const values: unknown[] = [];
  for (const { isRequired, fallback, kind } of parameters) values.push(isRequired ? kind.sample?.() : fallback);
  return values;
}
