// ParameterServerStrategy: variables that live on servers, and workers that read them and send updates.

import { ArgumentError, ClusterError, StateError, text } from "../core/errors.js";
import type { Group } from "../core/replicas.js";
import { adoptTensor, type Tensor } from "../core/tensor.js";
import { dtypes, type TypedArray } from "../core/dtype.js";
import type { ClusterCoordinator } from "./coordinator.js";
import { Partitioner } from "./partitioners.js";
import type { Variable } from "../variables/variable.js";
import { addressesOf, rankOf, type Resolver } from "./cluster.js";
import { requireJoined, type Joined } from "./processes.js";
import { whileRunning } from "./scopes.js";
import { Strategy } from "./strategy.js";

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
  /** Who is in the cluster, and which task this is. */
  override readonly clusterResolver: Resolver;
  readonly #partitioner: Partitioner | null;
  /** Ranks that compute, and those that keep variables: the first one where the cluster has no ps tasks. */
  readonly workers: readonly number[];
  readonly servers: readonly number[];

  /**
   * @param clusterResolver  what `strategy.clusterResolver` is to give; `initialize` has read TF_CONFIG, or was given one
   * @param options.variablePartitioner  into how many parts a variable is cut that several tasks keep; default: none is cut
   */
  constructor(clusterResolver: Resolver | null = null, options: { readonly variablePartitioner?: Partitioner | null } = {}) {
    super();
    for (const key of Object.keys(options))
      if (key !== "variablePartitioner") throw new StateError(where, { given: `the option ${key}`, expected: "variablePartitioner" });
    const partitioner = options.variablePartitioner ?? null;
    if (partitioner !== null && !(partitioner instanceof Partitioner))
      throw new ArgumentError(`${where}.variablePartitioner`, {
        given: text(partitioner),
        expected: "one of tf.distribute.experimental.partitioners",
      });
    this.#partitioner = partitioner;
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

  /** Variables, or parts of them, that one task keeps. */
  #pieces(): Piece[] {
    return this.group.variables.flatMap((variable) => {
      const count = this.#partitioner?.partsOf(variable.shape, bytesPerElement(variable)) ?? 1;
      const rows = variable.shape[0] ?? 1;
      const row = variable.size / rows;
      const bounds = Array.from({ length: count + 1 }, (_, i) => Math.floor((rows * i) / count) * row);
      return bounds.slice(1).map((end, i) => ({ variable, begin: bounds[i]!, end }));
    });
  }

  /** What each rank keeps: the largest pieces first, to the one with the least so far. The same in all tasks. */
  shares(): ReadonlyMap<number, readonly Piece[]> {
    const load = new Map(this.servers.map((rank) => [rank, 0]));
    const shares = new Map<number, Piece[]>();
    const size = ({ begin, end }: Piece): number => end - begin;
    const bySize = this.#pieces()
      .map((piece, i) => ({ piece, i }))
      .sort((a, b) => size(b.piece) - size(a.piece) || a.i - b.i);
    for (const { piece } of bySize) {
      const [rank] = [...load].sort((a, b) => a[1] - b[1] || a[0] - b[0])[0]!;
      load.set(rank, load.get(rank)! + size(piece));
      shares.set(rank, [...(shares.get(rank) ?? []), piece]);
    }
    return shares;
  }
}

/** Elements of a variable from `begin` to `end`. */
export interface Piece {
  readonly variable: Variable;
  readonly begin: number;
  readonly end: number;
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
