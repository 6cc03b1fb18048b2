// ParameterServerStrategy: variables that live on servers, and workers that read them and send updates.

import { ArgumentError, ClusterError, StateError, text } from "../core/errors.js";
import { checkOptions } from "../core/options.js";
import type { Group } from "../core/replicas.js";
import type { ClusterCoordinator } from "./coordinator.js";
import { Partitioner } from "./partitioners.js";
import type { Variable } from "../variables/variable.js";
import { addressesOf, checkResolver, isResolver, rankOf, type Resolver } from "./cluster.js";
import { requireJoined, type Joined } from "./processes.js";
import { whileRunning } from "./scopes.js";
import { Strategy } from "./strategy.js";

const where = "ParameterServerStrategy";

/** The cluster, and how variables are cut. */
export interface ParameterServerOptions {
  readonly clusterResolver?: Resolver | null;
  readonly variablePartitioner?: Partitioner | null;
}

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
  /** Who is in the cluster, and which task this is. */
  override readonly clusterResolver: Resolver;
  readonly partitioner: Partitioner | null;
  /** Ranks that compute, and those that keep variables: the first one where the cluster has no ps tasks. */
  readonly workers: readonly number[];
  readonly servers: readonly number[];

  /**
   * @param given    what `strategy.clusterResolver` is to give (`initialize` has read TF_CONFIG, or was given one), or all options
   * @param options  `variablePartitioner`: into how many parts a variable is cut that several tasks keep; default: none is cut
   */
  constructor(given: Resolver | ParameterServerOptions | null = null, options: ParameterServerOptions = {}) {
    super();
    const isAlone = given === null || isResolver(given);
    const all: ParameterServerOptions = isAlone ? { clusterResolver: given, ...options } : { ...given, ...options };
    checkOptions(where, [all], 0, ["clusterResolver", "variablePartitioner"]);
    checkResolver(where, all.clusterResolver);
    const clusterResolver = all.clusterResolver ?? null;
    const partitioner = all.variablePartitioner ?? null;
    if (partitioner !== null && !(partitioner instanceof Partitioner))
      throw new ArgumentError(`${where}.variablePartitioner`, {
        given: text(partitioner),
        expected: "one of tf.distribute.experimental.partitioners",
      });
    this.partitioner = partitioner;
    this.joined = requireJoined(where);
    this.clusterResolver = clusterResolver ?? this.joined.resolver;
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

  protected runInReplicas<A extends readonly unknown[], R>(fn: (...args: A) => R, args: A): R {
    return whileRunning(this, () => fn(...args));
  }

  override get isServed(): boolean {
    return this.joined.communicator !== null;
  }

  #coordinator: ClusterCoordinator | null = null;

  /** Steps of `fit`: the workers take batches one after another, each with the variables as they are then. */
  override elsewhere<B, R>(step: (batch: B) => R): ((batches: readonly B[]) => Promise<R>) | null {
    if (!this.isServed) return null;
    return async (batches) => {
      const { ClusterCoordinator } = await import("./coordinator.js");
      const coordinator = (this.#coordinator ??= new ClusterCoordinator(this));
      const values = batches.map((batch) => coordinator.schedule(step, [batch]));
      await coordinator.join();
      return values.at(-1)!.fetch() as R;
    };
  }
}
