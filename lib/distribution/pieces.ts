// Variables in pieces, each of which one task keeps.

import { dtypes, type TypedArray } from "../core/dtype.js";
import { adoptTensor, type Tensor } from "../core/tensor.js";
import type { Variable } from "../variables/variable.js";
import type { ParameterServerStrategy } from "./parameter-server.js";

/** Elements of a variable from `begin` to `end`. */
export interface Piece {
  readonly variable: Variable;
  readonly begin: number;
  readonly end: number;
}

/** Variables, or parts of them, that one task keeps. */
function piecesOf({ group, partitioner }: ParameterServerStrategy): Piece[] {
  return group.variables.flatMap((variable) => {
    const count = partitioner?.partsOf(variable.shape, bytesPerElement(variable)) ?? 1;
    const rows = variable.shape[0] ?? 1;
    const row = variable.size / rows;
    const bounds = Array.from({ length: count + 1 }, (_, i) => Math.floor((rows * i) / count) * row);
    return bounds.slice(1).map((end, i) => ({ variable, begin: bounds[i]!, end }));
  });
}

/** What each rank keeps: the largest pieces first, to the one with the least so far. The same in all tasks. */
export function sharesOf(strategy: ParameterServerStrategy): ReadonlyMap<number, readonly Piece[]> {
  const load = new Map(strategy.servers.map((rank) => [rank, 0]));
  const shares = new Map<number, Piece[]>();
  const size = ({ begin, end }: Piece): number => end - begin;
  const bySize = piecesOf(strategy)
    .map((piece, i) => ({ piece, i }))
    .sort((a, b) => size(b.piece) - size(a.piece) || a.i - b.i);
  for (const { piece } of bySize) {
    const [rank] = [...load].sort((a, b) => a[1] - b[1] || a[0] - b[0])[0]!;
    load.set(rank, load.get(rank)! + size(piece));
    shares.set(rank, [...(shares.get(rank) ?? []), piece]);
  }
  return shares;
}

const bytesPerElement = ({ dtype }: Variable): number => dtypes[dtype].bytes;

/** A copy of the elements of a variable. */
export const elementsOf = ({ state }: Variable): TypedArray => state.view().slice();

/** A copy of the elements of a piece. */
export const copyOf = ({ variable, begin, end }: Piece): Tensor =>
  adoptTensor(variable.state.view().slice(begin, end), [end - begin], variable.dtype);

/** What a piece has become since its variable had these elements, as a difference. */
export function differenceOf({ variable, begin, end }: Piece, before: ArrayLike<number>): Tensor {
  const now = variable.state.view();
  const difference = new dtypes[variable.dtype].array(end - begin);
  for (let i = begin; i < end; i++) difference[i - begin] = now[i]! - before[i]!;
  return adoptTensor(difference, [end - begin], variable.dtype);
}

/** Adds a difference to a piece. */
export function addTo({ variable, begin }: Piece, difference: Tensor): void {
  const sum = elementsOf(variable);
  difference.view().forEach((delta, i) => void (sum[begin + i]! += delta));
  variable.state.load(sum);
}

/** Takes over the elements of pieces. */
export function take(pieces: readonly Piece[], values: readonly Tensor[]): void {
  const all = new Map<Variable, TypedArray>();
  pieces.forEach(({ variable, begin }, i) => {
    const elements = all.get(variable) ?? elementsOf(variable);
    all.set(variable, elements);
    elements.set(values[i]!.view(), begin);
  });
  for (const [variable, elements] of all) variable.state.load(elements);
}
