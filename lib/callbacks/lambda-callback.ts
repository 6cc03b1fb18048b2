// A callback made of functions.

import { checkOptions } from "../core/options.js";
import { ArgumentError, didYouMean, text } from "../core/errors.js";
import { Callback, type Hook } from "./callback.js";

/** Hooks as functions. */
export type LambdaHooks = { readonly [K in Hook]?: Callback[K] };

/**
 * A callback made of functions: `new LambdaCallback({ onEpochEnd: (epoch, logs) => … })`. Keras: keras.callbacks.LambdaCallback
 *
 * ```ts
 * const seen: number[] = [];
 * model.compile({ loss: "mse" });
 * const watch = new keras.callbacks.LambdaCallback({ onEpochEnd: (epoch) => void seen.push(epoch) });
 * await model.fit(x, y, { epochs: 2, verbose: 0, callbacks: [watch] });
 * seen; // [0, 1]
 * ```
 */
export class LambdaCallback extends Callback {
  constructor(hooks: LambdaHooks = {}) {
    super();
    checkOptions("LambdaCallback", arguments, 0, null);
    for (const [name, hook] of Object.entries(hooks)) {
      if (
        typeof (this as unknown as Record<string, unknown>)[name] !== "function" ||
        !name.startsWith("on") ||
        typeof hook !== "function"
      ) {
        const known = hooksOf(Callback.prototype);
        const hint = didYouMean(name, known);
        throw new ArgumentError("LambdaCallback", {
          given: `${name}: ${text(hook)}`,
          expected: `functions for hooks among ${known.join(", ")}`,
          ...(hint && { hint }),
        });
      }
      Object.defineProperty(this, name, { value: hook, writable: true, configurable: true });
    }
  }
}

const hooksOf = (prototype: object): string[] => Object.getOwnPropertyNames(prototype).filter((name) => name.startsWith("on"));
