// A variable that a layer made: with its initializer, regularizer, constraint, and its place in the layer's path.

import type { TensorLike } from "../../core/convert.js";
import { isFloat } from "../../core/dtype.js";
import { Chainable, type Tensor } from "../../core/tensor.js";
import { cast } from "../../ops/elementwise/cast.js";
import { Variable, type VariableOptions } from "../../variables/variable.js";
import type { RegularizerLike } from "../../regularizers/index.js";
import { currentPath } from "./context.js";

/** A variable that a layer made with `addWeight`. */
export class Weight extends Variable {
  /** The names of layer and weight from the outermost layer down: `sequential/dense/kernel`. */
  readonly path: string;
  /** A penalty on its value, part of the layer's losses. */
  regularizer: RegularizerLike | null = null;

  constructor(initial: TensorLike | (() => TensorLike), options: VariableOptions & { name: string }) {
    const scope = currentPath();
    const path = scope === "" ? options.name : `${scope}/${options.name}`;
    super(initial, { ...options, path });
    this.path = path;
  }

  /**
   * Replaces the value; floats of another width are rounded to the weight's, as Keras does. @throws ShapeError, DtypeError where it does
   * not fit
   */
  override assign(value: TensorLike): this {
    return super.assign(this.#inItsWidth(value));
  }

  override assignAdd(delta: TensorLike): this {
    return super.assignAdd(this.#inItsWidth(delta));
  }

  override assignSub(delta: TensorLike): this {
    return super.assignSub(this.#inItsWidth(delta));
  }

  #inItsWidth(value: TensorLike): TensorLike {
    if (!(value instanceof Chainable) || !isFloat(this.dtype)) return value;
    const tensor = value.value();
    return isFloat(tensor.dtype) ? cast(tensor, this.dtype) : tensor;
  }
}

/** The penalty of a variable's regularizer, or undefined where it has none. */
export function penaltyOf(variable: Variable): Tensor | undefined {
  return variable instanceof Weight && variable.regularizer ? variable.regularizer(variable.value()) : undefined;
}
