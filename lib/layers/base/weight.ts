// A variable that a layer made: with its initializer, regularizer, constraint, and its place in the layer's path.

import type { Tensor } from "../../core/tensor.js";
import type { TensorLike } from "../../core/convert.js";
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
}

/** The penalty of a variable's regularizer, or undefined where it has none. */
export function penaltyOf(variable: Variable): Tensor | undefined {
  return variable instanceof Weight && variable.regularizer ? variable.regularizer(variable.value()) : undefined;
}
