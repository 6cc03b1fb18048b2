// ParameterServerStrategy: variables that live on servers, and workers that read them and send updates.

import { ClusterError, StateError } from "../core/errors.js";
import type { Group } from "../core/replicas.js";
import { adoptTensor, type Tensor } from "../core/tensor.js";
import { dtypes } from "../core/dtype.js";
import type { Variable } from "../variables/variable.js";
import { addressesOf, rankOf, type ClusterResolver } from "./cluster.js";
import { requireJoined, type Joined } from "./processes.js";
import { Strategy, whileRunning } from "./strategy.js";

const where = "ParameterServerStrategy";

/** The one replica of a task, and the variables that were made for it. */
class ServedGroup implements Group {
  readonly count = 1;
  readonly local = 1;
  readonly id = 0;
  readonly key = "";
  readonly variables: Variable[] = [];
  /** Whether variables may be made now: all tasks make the same ones in the same order, so not inside of what one worker runs. */
  isClosed = false;

  meet(): never {
    throw new StateError(where, { given: "replicas that meet", expected: "workers, which don't wait for each other" });
  }
  lengths(own: number): readonly number[] {
    return [own];
  }
  created(given: unknown): void {
    const variable = given as Variable;
    if (this.isClosed) {
      throw new StateError(where, {
        given: `the variable ${variable.name}, made inside of a scheduled function`,
        expected: "variables made in strategy.scope(), in every task",
        hint: "Build the optimizer there: optimizer.build(model.trainableVariables).",
      });
    }
    this.variables.push(variable);
  }
}

/**
 * Workers that compute without waiting for each other, and tasks that keep the variables. The same script runs in all tasks of TF_CONFIG
 * (chief, worker, ps); functions are scheduled by `tf.distribute.coordinator.ClusterCoordinator`. Before a worker runs one, it fetches
 * the variables; what the function changed goes back as differences, which are added.
 *
 * TensorFlow: tf.distribute.experimental.ParameterServerStrategy
 *
 * @throws StateError before `tf.distribute.initialize()`
 */
export class ParameterServerStrategy extends Strategy {
  readonly group: ServedGroup = new ServedGroup();
  readonly joined: Joined;
  /** Ranks that compute, and those that keep variables: the first one where the cluster has no ps tasks. */
  readonly workers: readonly number[];
  readonly servers: readonly number[];

  constructor(_resolver: ClusterResolver | null = null, options: { readonly variablePartitioner?: null } = {}) {
    super();
    for (const key of Object.keys(options))
      if (key !== "variablePartitioner") throw new StateError(where, { given: `the option ${key}`, expected: "variablePartitioner" });
    this.joined = requireJoined(where);
    const { cluster, communicator } = this.joined;
    if (!communicator) {
      this.workers = [0];
      this.servers = [0];
      return;
    }
    const isListed = addressesOf(cluster).length === communicator.size;
    const ranks = (type: string) => (cluster[type] ?? []).map((_, index) => rankOf(cluster, { type, index })!);
    const others = Array.from({ length: communicator.size - 1 }, (_, i) => i + 1);
    this.workers = isListed ? ranks("worker").filter((rank) => rank !== 0) : others;
    const servers = isListed ? ranks("ps") : [];
    this.servers = servers.length > 0 ? servers : [0];
    if (this.workers.length === 0)
      throw new ClusterError(where, { given: "a cluster without workers beside the chief", expected: "a worker at least" });
  }

  override get numReplicasInSync(): number {
    return 1;
  }

  run<A extends readonly unknown[], R>(fn: (...args: A) => R, args: readonly unknown[] = []): R {
    return whileRunning(this, () => fn(...(args as unknown as A)));
  }

  /** The rank that keeps each variable: the largest first, to the one with the least so far. */
  owners(): readonly number[] {
    const load = new Map(this.servers.map((rank) => [rank, 0]));
    const owners: number[] = [];
    const bySize = this.group.variables.map((variable, i) => ({ i, size: variable.size })).sort((a, b) => b.size - a.size || a.i - b.i);
    for (const { i, size } of bySize) {
      const [rank] = [...load].sort((a, b) => a[1] - b[1] || a[0] - b[0])[0]!;
      load.set(rank, load.get(rank)! + size);
      owners[i] = rank;
    }
    return owners;
  }

  /** Variables by the rank that keeps them: their positions. */
  shares(): ReadonlyMap<number, readonly number[]> {
    const shares = new Map<number, number[]>();
    this.owners().forEach((rank, i) => shares.set(rank, [...(shares.get(rank) ?? []), i]));
    return shares;
  }
}

/** A copy of the elements of a variable. */
export function copyOf({ state, shape, dtype }: Variable): Tensor {
  return adoptTensor(state.view().slice(), shape, dtype);
}

/** What a variable has become since, as a difference. */
export function differenceOf(variable: Variable, before: Tensor): Tensor {
  const [now, then] = [variable.state.view(), before.view()];
  const difference = new dtypes[variable.dtype].array(now.length);
  for (let i = 0; i < now.length; i++) difference[i] = now[i]! - then[i]!;
  return adoptTensor(difference, variable.shape, variable.dtype);
}

/** Adds a difference. */
export function addTo(variable: Variable, difference: Tensor): void {
  const sum = variable.state.view().slice();
  const delta = difference.view();
  for (let i = 0; i < sum.length; i++) sum[i]! += delta[i]!;
  variable.state.load(sum);
}
