import t from "tap";
import { operation } from "../../lib/core/operation.js";
import type { TensorLike } from "../../lib/core/convert.js";

const take = operation("numpy.take(*x, *indices, axis:int=null)", (x: TensorLike, indices: TensorLike, axis: number | null): unknown => [
  x,
  indices,
  axis,
]);
t.strictSame(take(1, 2), [1, 2, null]);
t.strictSame(take(1, 2, 3), [1, 2, 3]);
t.strictSame(take(1, 2, { axis: 1 }), [1, 2, 1]);
t.strictSame(take(1, { indices: 2, axis: 1 }), [1, 2, 1]);
// @ts-expect-error: an unknown option
t.throws(() => take(1, 2, { axes: 1 }), { message: /the option axes; expected x, indices, axis\. Did you mean axis/ });
// @ts-expect-error: too many
t.throws(() => take(1, 2, 3, 4), /4 arguments/);
