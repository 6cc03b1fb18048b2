// Sums of products over named axes: what einsum, tensordot, dot and inner come down to.

import { ShapeError } from "../../core/errors.js";
import { replica, type Labelled } from "../../core/replicas.js";
import { shapeText } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { multiply } from "../elementwise/arithmetic.js";
import { cast } from "../elementwise/cast.js";
import { sum } from "../reduce/sum.js";
import { expandDims, mergeAxes, splitAxis, squeeze } from "../shaping/reshape.js";
import { transpose } from "../shaping/transpose.js";
import { matmul } from "./matmul.js";

export type { Labelled };

/** The axes in this order; those missing from it are summed away. */
export function arranged({ tensor, axes }: Labelled, wanted: readonly string[]): Tensor {
  const gone = axes.flatMap((name, i) => (wanted.includes(name) ? [] : [i]));
  const rest = gone.length > 0 ? sum(tensor, { axis: gone }) : tensor;
  const kept = axes.filter((name) => wanted.includes(name));
  return transpose(
    rest,
    wanted.map((name) => kept.indexOf(name)),
  );
}

/**
 * Σ over the axes that are not kept of a · b, the axes of equal names taken together.
 *
 * @param keep  the names that stand in the result, in any order
 */
export function contract(where: string, a: Labelled, b: Labelled, keep: ReadonlySet<string>): Labelled {
  const lengths = new Map<string, number | null>();
  for (const { tensor, axes } of [a, b]) {
    axes.forEach((name, i) => {
      const length = tensor.shape[i]!;
      const met = lengths.get(name);
      if (met !== undefined && met !== null && length !== null && met !== length && met !== 1 && length !== 1) {
        throw new ShapeError(where, {
          given: `${shapeText(a.tensor.shape)} and ${shapeText(b.tensor.shape)}`,
          expected: `axes of equal length to be summed over: ${met} and ${length} are not`,
        });
      }
      if (met === undefined || met === 1 || met === null) lengths.set(name, met === undefined || length !== null ? length : met);
    });
  }
  const ofParts = replica().group.products?.contract(a, b, keep);
  if (ofParts) return ofParts;
  const shared = a.axes.filter((name) => b.axes.includes(name));
  const batch = shared.filter((name) => keep.has(name));
  const inner = shared.filter((name) => !keep.has(name));
  const rows = a.axes.filter((name) => !shared.includes(name) && keep.has(name));
  const columns = b.axes.filter((name) => !shared.includes(name) && keep.has(name));
  if (inner.length === 0 && (rows.length === 0 || columns.length === 0)) return outerProduct(a, b, [...batch, ...rows, ...columns]);

  const left = mergeAxes(arranged(a, [...batch, ...rows, ...inner]), batch.length + rows.length, inner.length || 1);
  const right = mergeAxes(arranged(b, [...batch, ...inner, ...columns]), batch.length, inner.length || 1);
  let x = inner.length === 0 ? expandDims(left, -1) : left;
  let y = inner.length === 0 ? expandDims(right, batch.length) : right;
  // Rows are made one axis and several again, but for two of unknown length: without common axes the product takes them as a batch.
  const open = rows.filter((name) => lengths.get(name) === null).length;
  const merges = batch.length > 0 || rows.length === 0 || open < 2;
  if (merges) x = rows.length === 0 ? expandDims(x, batch.length) : mergeAxes(x, batch.length, rows.length);
  y = columns.length === 0 ? expandDims(y, -1) : mergeAxes(y, batch.length + 1, columns.length);
  let product = matmul(x, y);
  const sizes = (names: readonly string[]) => names.map((name) => lengths.get(name)!);
  if (columns.length === 0) product = squeeze(product, -1);
  else product = splitAxis(product, product.rank - 1, sizes(columns));
  if (merges) product = rows.length === 0 ? squeeze(product, batch.length) : splitAxis(product, batch.length, sizes(rows));
  return { tensor: product, axes: [...batch, ...rows, ...columns] };
}

/** Nothing is summed over: an elementwise product with broadcasting. */
function outerProduct(a: Labelled, b: Labelled, axes: readonly string[]): Labelled {
  const spread = (labelled: Labelled): Tensor => {
    const own = axes.filter((name) => labelled.axes.includes(name));
    return expandDims(
      arranged(labelled, own),
      axes.flatMap((name, i) => (own.includes(name) ? [] : [i])),
    );
  };
  const [x, y] = [spread(a), spread(b)];
  const isInt8 = x.dtype === "int8" && y.dtype === "int8";
  return { tensor: isInt8 ? multiply(cast(x, "int32"), cast(y, "int32")) : multiply(x, y), axes };
}
