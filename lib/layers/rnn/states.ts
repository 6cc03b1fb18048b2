import { symbolic, type Tensor } from "../../core/tensor.js";
import { zeros } from "../../ops/index.js";
import type { States, StateSize } from "./cell.js";

/** States of zeros for a batch; for one of unknown size, symbolic tensors. */
export function zeroStates(size: StateSize, batch: number | null): States {
  if (Array.isArray(size)) return (size as readonly StateSize[]).map((each) => zeroStates(each, batch));
  return batch === null ? symbolic({ shape: [null, size as number], dtype: "float32" }) : zeros([batch, size as number]);
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
