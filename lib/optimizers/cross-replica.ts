// Gradients summed over replicas, in one message.

import { StateError } from "../core/errors.js";
import { collectives, replica } from "../core/replicas.js";
import type { Tensor } from "../core/tensor.js";
import type { Variable } from "../variables/variable.js";

/**
 * The gradients summed over all replicas, as one message; themselves where there is one replica. @throws StateError for variables of no
 * replicas
 */
export function crossReplicaSum(where: string, gradients: readonly Tensor[], variables: readonly Variable[]): readonly Tensor[] {
  const { group } = replica();
  if (group.count === 1) return gradients;
  const foreign = variables.find((variable) => variable.group.key !== group.key);
  if (foreign) {
    throw new StateError(where, {
      given: `the variable ${foreign.name}, made outside of the strategy's scope`,
      expected: "variables made in strategy.scope()",
      hint: "Make the model and the optimizer there.",
    });
  }
  // Those of variables that are split were summed where their parts were gathered.
  const isWhole = variables.map(({ splitAxis }) => splitAxis === null);
  const sums = collectives().allReduce(gradients.filter((_, i) => isWhole[i]), "sum"); // prettier-ignore
  return gradients.map((gradient, i) => (isWhole[i] ? sums.shift()! : gradient));
}
