// Objects that are called like functions.

import { checkSpelling } from "./python-names.js";

/**
 * The base of objects that are called as in Python: `layer(x)`, `loss(y, p)`, `metric(y, p)`.
 *
 * The constructor returns a function whose prototype is the class's, so that methods, fields and `instanceof` are those
 * of any object, and a call is one plain call. A class that extends this one says what a call does in `invoke`, and how it
 * looks to a user in an interface of the same name: `interface Loss { (yTrue: Tensor, yPred: Tensor): Tensor }`.
 */
export abstract class Callable {
  constructor() {
    checkSpelling(new.target);
    const self = (...args: unknown[]): unknown => (self as unknown as Callable).invoke(...args);
    // A function's own `name` and `length` would hide fields and accessors of the class.
    Reflect.deleteProperty(self, "name");
    Reflect.deleteProperty(self, "length");
    return Object.setPrototypeOf(self, new.target.prototype) as Callable;
  }

  /** What calling the object does. */
  protected abstract invoke(...args: unknown[]): unknown;
}
