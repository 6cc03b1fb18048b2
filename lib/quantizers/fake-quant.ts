// Rounding to a range of few bits without leaving floats, with gradients: quantization that a model can be trained under.

import type { TensorLike } from "../core/convert.js";
import { isFloat } from "../core/dtype.js";
import { DtypeError, ShapeError, text, ValueError } from "../core/errors.js";
import { operation } from "../core/operation.js";
import { shapeText } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import { asTensor } from "../core/convert.js";
import { customGradient } from "../graph/custom-gradient.js";
import {
  add,
  cast,
  clip,
  divide,
  floor,
  greaterEqual,
  lessEqual,
  logicalAnd,
  maximum,
  minimum,
  multiply,
  negative,
  reshape,
  round,
  subtract,
  sum,
  where,
} from "../ops/index.js";

/**
 * x rounded to one of `2 ** numBits` values that are evenly spread from `minVals` to `maxVals`, which are moved a little so that 0 is one
 * of them. Values outside of the range become its ends; their gradient belongs to that end.
 *
 * ```ts
 * keras.quantizers.fakeQuantWithMinMaxVars([0.1, 0.4, 9], 0, 1, { numBits: 2 }); // [0, 0.3333, 1]
 * ```
 *
 * @param minVals      a number, or one for each place along `axis`; so is `maxVals`
 * @param numBits      from 2 to 16
 * @param narrowRange  whether there is one value less, at the lower end
 * @throws DtypeError for integers, ShapeError where ranges do not fit. Keras: keras.quantizers.fake_quant_with_min_max_vars
 */
export const fakeQuantWithMinMaxVars = operation(
  "quantizers.fakeQuantWithMinMaxVars(*inputs, *minVals, *maxVals, numBits:int=8, narrowRange=false, axis:int=null)",
  (inputs: TensorLike, minVals: TensorLike, maxVals: TensorLike, numBits: number, narrowRange: boolean, axis: number | null): Tensor => {
    const where_ = "fakeQuantWithMinMaxVars";
    const [x, least, most] = [asTensor(inputs), asTensor(minVals, "float32"), asTensor(maxVals, "float32")];
    if (!isFloat(x.dtype)) throw new DtypeError(where_, { given: `a tensor of ${x.dtype}`, expected: "floats" });
    if (numBits < 2 || numBits > 16)
      throw new ValueError(`${where_}.numBits`, { given: text(numBits), expected: "a whole number from 2 to 16" });
    const place = axis === null ? null : axis < 0 ? axis + x.rank : axis;
    if (place !== null && (place < 0 || place >= x.rank))
      throw new ValueError(`${where_}.axis`, { given: text(axis), expected: `an axis of ${shapeText(x.shape)}` });
    for (const range of [least, most])
      if (place === null ? range.size !== 1 : range.rank !== 1 || range.shape[0] !== x.shape[place])
        throw new ShapeError(where_, {
          given: `a range of shape ${shapeText(range.shape)} for inputs ${shapeText(x.shape)}`,
          expected: place === null ? "numbers" : "one number for each place along the axis",
        });
    const along = x.shape.map((length, i) => (i === place ? length : 1)) as number[];
    const spread = (range: Tensor): Tensor => reshape(range, place === null ? [] : along);
    return customGradient((x: Tensor, least: Tensor, most: Tensor) => {
      const levels = 2 ** numBits - 1;
      const lowest = narrowRange ? 1 : 0;
      const [from, to] = [spread(least), spread(most)];
      const scale = divide(subtract(to, from), levels - lowest);
      const perUnit = divide(levels - lowest, subtract(to, from));
      const zero = round(clip(subtract(lowest, divide(from, scale)), lowest, levels));
      const low = multiply(subtract(lowest, zero), scale);
      const high = multiply(subtract(levels, zero), scale);
      const offset = floor(add(multiply(negative(low), perUnit), 0.5));
      const shifted = subtract(maximum(minimum(cast(x, "float32"), high), low), low);
      const value = multiply(floor(add(subtract(multiply(shifted, perUnit), offset), 0.5)), scale);
      const isInside = logicalAnd(greaterEqual(x, low), lessEqual(x, high));
      const others = x.shape.flatMap((_, i) => (i === place ? [] : [i]));
      const total = (dy: Tensor, range: Tensor): Tensor =>
        reshape(others.length === 0 ? dy : sum(dy, { axis: others }), range.shape as number[]);
      return {
        value: cast(value, x.dtype),
        gradient: (dy: Tensor) => [
          where(isInside, dy, 0),
          total(where(lessEqual(x, low), dy, 0), least),
          total(where(greaterEqual(x, high), dy, 0), most),
        ],
      };
    })(x, least, most);
  },
);
