// States of recurrent layers: zeros of the right shape, and walks over nested ones.

import { ArgumentError, text } from "../../core/errors.js";
import { symbolic, type Tensor } from "../../core/tensor.js";
import { isRecord, leaves, mapTree, type Tree } from "../../core/tree.js";
import { add, reshape, sum, take, zeros, zerosLike } from "../../ops/index.js";
import type { States, StateSize } from "./cell.js";

/** States of zeros for a batch; for one of unknown size, symbolic tensors. */
export function zeroStates(size: StateSize, batch: number | null): States {
  if (Array.isArray(size) && size.constructor === Array) return (size as readonly StateSize[]).map((each) => zeroStates(each, batch));
  if (isRecord(size)) return Object.fromEntries(Object.entries(size).map(([name, each]) => [name, zeroStates(each as StateSize, batch)]));
  const lengths = typeof size === "number" ? [size] : Array.from(size as readonly number[]);
  return batch === null ? symbolic({ shape: [null, ...lengths], dtype: "float32" }) : zeros([batch, ...lengths]);
}

/** States of zeros for the batch of a sequence, also where its length is known only when the program runs. */
export function zeroStatesOf(size: StateSize, sequence: Tensor): States {
  const [batch, , ...rest] = sequence.shape;
  if (typeof batch === "number") return zeroStates(size, batch);
  const first = sum(take(sequence, 0, 1), { axis: rest.map((_, i) => i + 1) });
  const column = zerosLike(first);
  return mapStates(zeroStates(size, null), ({ shape: [, ...lengths] }) =>
    add(reshape(column, [-1, ...lengths.map(() => 1)]), zeros(lengths)),
  );
}

/** States with every tensor replaced; `others` are walked along. */
export function mapStates(states: States, leaf: (state: Tensor, other: Tensor) => Tensor, others: States = states): States {
  const along = flatStates(others);
  let next = 0;
  return mapTree(states as Tree<Tensor>, (state) => leaf(state, along[next++]!)) as States;
}

/**
 * The states of a call of a cell, which begins with none by itself.
 *
 * @param count  how many there are: one may stand alone, several are an array
 * @throws ArgumentError where there are none, or others
 */
export function givenStates<T>(cell: { readonly name: string }, states: T, count: number): T {
  const given = (states ?? null) as unknown;
  if (Array.isArray(given) ? given.length === count : given !== null && count === 1) return states;
  throw new ArgumentError(`${cell.name}.states`, {
    given: Array.isArray(given) ? `${given.length} states` : given === null ? "none" : text(given),
    expected: count === 1 ? "a state, or an array with it" : `an array of ${count}`,
    hint: "States to begin with are cell.getInitialState(batchSize).",
  });
}

/** The tensors of states, in order. */
export const flatStates = (states: States): Tensor[] => leaves<Tensor>(states);
