// States of recurrent layers: zeros of the right shape, and walks over nested ones.

import { symbolic, type Tensor } from "../../core/tensor.js";
import { add, reshape, sum, take, zeros, zerosLike } from "../../ops/index.js";
import type { States, StateSize } from "./cell.js";

/** States of zeros for a batch; for one of unknown size, symbolic tensors. */
export function zeroStates(size: StateSize, batch: number | null): States {
  if (Array.isArray(size)) return (size as readonly StateSize[]).map((each) => zeroStates(each, batch));
  return batch === null ? symbolic({ shape: [null, size as number], dtype: "float32" }) : zeros([batch, size as number]);
}

/** States of zeros for the batch of a sequence, also where its length is known only when the program runs. */
export function zeroStatesOf(size: StateSize, sequence: Tensor): States {
  const [batch, , ...rest] = sequence.shape;
  if (typeof batch === "number") return zeroStates(size, batch);
  const first = sum(take(sequence, 0, 1), { axis: rest.map((_, i) => i + 1) });
  const column = reshape(zerosLike(first), [-1, 1]);
  return mapStates(zeroStates(size, null), (state) => add(column, zeros(state.shape.slice(1))));
}

/** States with every tensor replaced; `others` are walked along. */
export function mapStates(states: States, leaf: (state: Tensor, other: Tensor) => Tensor, others: States = states): States {
  if (Array.isArray(states))
    return (states as readonly States[]).map((each, i) => mapStates(each, leaf, (others as readonly States[])[i]!));
  return leaf(states as Tensor, others as Tensor);
}

/** The tensors of states, in order. */
export const flatStates = (states: States): Tensor[] =>
  Array.isArray(states) ? (states as readonly States[]).flatMap(flatStates) : [states as Tensor];
