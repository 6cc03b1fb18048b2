// Layers whose activations are computed anew for the gradient: keras.remat and keras.RematScope.

import { checkOptions } from "../../core/options.js";
import { ArgumentError, text, ValueError } from "../../core/errors.js";
import { checkSynchronous } from "../../core/ownership.js";
import { sizeOf, type Shape } from "../../core/shape.js";
import { Tensor } from "../../core/tensor.js";
import { recomputeGrad } from "../../variables/recompute.js";
import { readingAsHere } from "../../variables/variable.js";
import { flatten } from "../functional/structure.js";
import { callEntry, resumingHere } from "./context.js";
import { LayerState } from "./state.js";

/**
 * The function or layer, whose values in between are not kept for the gradient but computed anew there: training takes less memory and more
 * time. Dropout drops the same elements in both runs, and statistics are updated once.
 *
 * ```ts
 * const block = keras.remat((x: tf.Tensor) => keras.ops.gelu(keras.ops.square(x)));
 * block(x).shape; // [2, 2]
 * ```
 *
 * Keras: keras.remat
 */
export function remat<A extends readonly unknown[], R>(f: (...args: A) => R): (...args: A) => R {
  if (typeof f !== "function") throw new ArgumentError("remat", { given: text(f), expected: "a function or a layer" });
  return (...args) => {
    const entry = callEntry() ?? f;
    const holders = entry instanceof LayerState ? [entry, ...entry.flattenLayers()] : [];
    const [inContext, reading] = [resumingHere(), readingAsHere()];
    let isFirst = true;
    // Losses that layers add inside are results, so that gradients flow from them, too.
    const withLosses = (...given: A): { result: R; losses: Tensor[][] } => {
      const before = holders.map(({ ownLosses }) => [...ownLosses]); // a layer adds to its own list
      const result = inContext(() => reading(() => f(...given)));
      const losses = holders.map(({ ownLosses }, i) => ownLosses.filter((loss) => !before[i]!.includes(loss)));
      const wereThere = (i: number) => holders[i]!.ownLosses.filter((loss) => before[i]!.includes(loss));
      holders.forEach((layer, i) => layer.replaceLosses(isFirst ? wereThere(i) : before[i]!));
      isFirst = false;
      return { result, losses };
    };
    const { result, losses } = recomputeGrad(withLosses)(...args);
    losses.forEach((added, i) => added.length > 0 && holders[i]!.replaceLosses([...holders[i]!.ownLosses, ...added]));
    return result;
  };
}

/** Whether a layer is being called whose whole call is computed anew. */
let isWithin = false;

/** The same for a whole layer of a scope. The layers in it are computed anew with it: once more by themselves would only take time. */
export function rematWhole<A extends readonly unknown[], R>(f: (...args: A) => R): (...args: A) => R {
  if (isWithin) return f;
  return remat((...args: A) => {
    isWithin = true;
    try {
      return f(...args);
    } finally {
      isWithin = false;
    }
  });
}

const modes = ["full", "activations", "larger_than", "list_of_layers", null] as const;
export type RematMode = (typeof modes)[number];

/** What `new keras.RematScope` takes. */
export interface RematScopeOptions {
  /** Which layers compute anew. Default: "full". */
  readonly mode?: RematMode;
  /** For "larger_than": how many elements a result must have more than; an open axis counts as 1. Default: 1024. */
  readonly outputSizeThreshold?: number;
  /** For "list_of_layers": their names. Default: none. */
  readonly layerNames?: readonly string[] | null;
}

let open: RematScope | null = null;

/** The innermost scope around, which a layer keeps that is made in it. */
export const currentRematScope = (): RematScope | null => open;

/**
 * A scope whose layers compute their activations anew for the gradient instead of keeping them: those that are made in it.
 *
 * - "full": all of them
 * - "activations": of layers with an activation, the activation alone
 * - "larger_than": those whose results have more than `outputSizeThreshold` elements
 * - "list_of_layers": those named in `layerNames`
 * - null: none, inside of another scope
 *
 * ```ts
 * const dense = new keras.RematScope({ mode: "full" }).run(() => new keras.layers.Dense(4, { activation: "gelu" }));
 * dense(x).shape; // [2, 4]
 * ```
 *
 * Keras: keras.RematScope, which is entered by `with`
 */
export class RematScope {
  readonly mode: RematMode;
  readonly outputSizeThreshold: number;
  readonly layerNames: readonly string[];

  constructor(options: RematScopeOptions = {}) {
    checkOptions("RematScope", arguments, 0, ["mode", "outputSizeThreshold", "layerNames"]);
    const { mode = "full", outputSizeThreshold = 1024, layerNames = null } = options;
    if (!modes.includes(mode))
      throw new ValueError("RematScope.mode", { given: text(mode), expected: modes.map((each) => text(each)).join(", ") });
    if (typeof outputSizeThreshold !== "number" || !(outputSizeThreshold >= 0))
      throw new ArgumentError("RematScope.outputSizeThreshold", { given: text(outputSizeThreshold), expected: "a number from 0 on" });
    if (layerNames !== null && !(Array.isArray(layerNames) && layerNames.every((name) => typeof name === "string")))
      throw new ArgumentError("RematScope.layerNames", { given: text(layerNames), expected: "names of layers" });
    this.mode = mode;
    this.outputSizeThreshold = outputSizeThreshold;
    this.layerNames = layerNames ?? [];
  }

  /** Runs a synchronous function in the scope, and gives what it gives. */
  run<T>(body: () => T): T {
    checkSynchronous("RematScope.run", body);
    const before = open;
    open = this;
    try {
      return body();
    } finally {
      open = before;
    }
  }

  /** Whether the whole call of a layer is computed anew. `outputs` gives the results for shapes alone. */
  takes(name: string, outputs: () => unknown): boolean {
    if (this.mode === "full") return true;
    if (this.mode === "list_of_layers") return this.layerNames.includes(name);
    if (this.mode !== "larger_than") return false;
    const sizes = flatten<unknown>(outputs()).map((output) => (output instanceof Tensor ? sizeWithout(output.shape) : 0));
    return sizes.reduce((sum, size) => sum + size, 0) > this.outputSizeThreshold;
  }
}

const sizeWithout = (shape: Shape): number => sizeOf(shape.map((length) => length ?? 1));
