// tf.convertToTensor: values of any kind as tensors.

import { asTensor, type TensorLike } from "../../core/convert.js";
import { type Dtype, keptDtype } from "../../core/dtype.js";
import { DtypeError } from "../../core/errors.js";
import { declare } from "../../core/operation.js";
import { Chainable, type Tensor } from "../../core/tensor.js";
import { arranging } from "./texts.js";

/**
 * A value as a tensor: a tensor or a variable as it is, numbers and nested arrays as constants.
 *
 * ```ts
 * tf.convertToTensor([1, 2]); // [1, 2]
 * ```
 *
 * @param dtype      of the result; a tensor of another one is refused
 * @param dtypeHint  the same for values that are no tensors
 */
export const convertToTensor = arranging(
  declare(
    "tf.convertToTensor(*value, dtype:dtype=null, dtypeHint:dtype=null, name:string=null)",
    (value: TensorLike, dtype: string | null, dtypeHint: string | null, _: string | null): Tensor => {
      const wanted = (name: string | null): Dtype | undefined => (name === null ? undefined : keptDtype(name));
      const tensor = asTensor(value, value instanceof Chainable ? undefined : (wanted(dtype) ?? wanted(dtypeHint)));
      if (dtype === null || tensor.dtype === wanted(dtype)) return tensor;
      throw new DtypeError("convertToTensor", {
        given: `a tensor of dtype ${tensor.dtype}`,
        expected: dtype,
        hint: "Convert with tf.cast.",
      });
    },
  ),
);
