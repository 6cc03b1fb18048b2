// What strategies with one replica in each process have in common.

import { asReplica, type Group } from "../core/replicas.js";
import type { Tensor } from "../core/tensor.js";
import { allGather, allReduce } from "../ops/collective/all-reduce.js";
import { whileRunning } from "./scopes.js";
import { Strategy } from "./strategy.js";

/** One replica in each process of a group: this process runs its own, and meets the others in the group. */
export abstract class ProcessStrategy extends Strategy {
  abstract override readonly group: Group;

  protected runInReplicas<A extends readonly unknown[], R>(fn: (...args: A) => R, args: A): R {
    const { group } = this;
    return whileRunning(this, () => asReplica({ id: group.id, group }, () => fn(...args)));
  }

  protected override summed(value: Tensor): Tensor {
    return asReplica({ id: this.group.id, group: this.group }, () => allReduce(value, "sum"));
  }

  protected override gathered(value: Tensor, axis: number): Tensor {
    return asReplica({ id: this.group.id, group: this.group }, () => allGather(value, axis));
  }
}
