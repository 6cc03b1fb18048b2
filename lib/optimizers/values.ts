// Values and names of variables, as optimizers need them.

import { constant, type TensorLike } from "../core/convert.js";
import { checkValues } from "../core/options.js";
import type { Tensor } from "../core/tensor.js";
import type { Variable } from "../variables/variable.js";

/** A variable's place in its model, as a name: `dense/kernel` is `dense_kernel`. */
export function pathOf(variable: Variable): string {
  return ((variable as { readonly path?: string }).path ?? variable.name).replace(/[/:]/g, "_");
}

/** Gives all variables values. @throws ArgumentError where they do not fit; then nothing changed */
export function assignAll(where: string, variables: readonly Variable[], values: readonly TensorLike[]): void {
  checkValues(where, values, variables.length);
  const before = variables.map((variable) => variable.value());
  try {
    for (const [index, variable] of variables.entries()) variable.assign(fitting(values[index]!, variable));
  } catch (error) {
    for (const [index, variable] of variables.entries()) variable.assign(before[index]!);
    throw error;
  }
}

/** A value for a variable: flat typed arrays are taken in its shape. */
const fitting = (value: TensorLike, variable: Variable): TensorLike =>
  ArrayBuffer.isView(value) && (value as ArrayLike<number> & ArrayBufferView).length === variable.size
    ? constant(value, { shape: variable.shape, dtype: variable.dtype })
    : value;

/** Puts gradients in the place of the variables that want that; the others are left. */
export function overwritten(gradients: readonly (Tensor | null)[], variables: readonly Variable[]): [(Tensor | null)[], Variable[]] {
  const isLeft = variables.map(({ overwriteWithGradient }) => !overwriteWithGradient);
  variables.forEach((variable, i) => !isLeft[i] && gradients[i] && variable.assign(gradients[i]));
  return [gradients.filter((_, i) => isLeft[i]), variables.filter((_, i) => isLeft[i])];
}
