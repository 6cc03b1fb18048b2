// Gradients of tensors while a tape walks backwards: what the steps that used a tensor give it is added up.
//
//  (1) Blocks wait until the sum is asked for: side by side they are one concatenation, where adding up whole tensors would take as many
//      passes over the whole as there are blocks, and the gradient of a sequence would take the square of its length.

import type { Block } from "../core/primitive.js";
import { Tensor } from "../core/tensor.js";
import { add } from "../ops/elementwise/arithmetic.js";
import { concatenate } from "../ops/shaping/concatenate.js";
import { zeros } from "../ops/shaping/create.js";
import { embed } from "../ops/shaping/slice.js";

/** Sums by the id of the tensor whose gradient they are. */
export class Sums {
  readonly #sums = new Map<number, Tensor>();
  readonly #blocks = new Map<number, Block[]>();

  has(id: number): boolean {
    return this.#sums.has(id) || this.#blocks.has(id);
  }

  add(id: number, gradient: Tensor | Block): void {
    if (gradient instanceof Tensor) {
      const sum = this.#sums.get(id);
      this.#sums.set(id, sum ? add(sum, gradient) : gradient);
      return;
    }
    const blocks = this.#blocks.get(id);
    if (blocks) blocks.push(gradient);
    else this.#blocks.set(id, [gradient]);
  }

  get(id: number): Tensor | undefined {
    const blocks = this.#blocks.get(id);
    this.#blocks.delete(id);
    for (const row of blocks ? rows(blocks) : []) this.add(id, sideBySide(row));
    return this.#sums.get(id);
  }
}

const lengthOf = ({ block, axis }: Block): number => block.shape[axis] as number;

/** The blocks in rows, in each of which none reaches into another. */
function rows(blocks: readonly Block[]): Block[][] {
  const found: { axis: number; end: number; row: Block[] }[] = [];
  for (const block of blocks.toSorted((a, b) => a.axis - b.axis || a.begin - b.begin)) {
    const { axis, begin } = block;
    let place = found.find((each) => each.axis === axis && each.end <= begin);
    if (!place) found.push((place = { axis, end: 0, row: [] }));
    place.row.push(block);
    place.end = begin + lengthOf(block);
  }
  return found.map(({ row }) => row);
}

/** The blocks along their axis, zeros between. */
function sideBySide(row: readonly Block[]): Tensor {
  const [{ shape, axis, block, begin }] = row as [Block];
  if (row.length === 1) {
    const own = shape.map((length, i) => ({ begin: i === axis ? begin : 0, step: 1, count: i === axis ? lengthOf(row[0]!) : length }));
    return embed(block, shape, own);
  }
  const parts: Tensor[] = [];
  let end = 0;
  const fill = (to: number): void => {
    if (to > end) parts.push(zeros(shape.map((length, i) => (i === axis ? to - end : length)), { dtype: block.dtype })); // prettier-ignore
  };
  for (const each of row) {
    fill(each.begin);
    parts.push(each.block);
    end = each.begin + lengthOf(each);
  }
  fill(shape[axis]!);
  return concatenate(parts, axis);
}
